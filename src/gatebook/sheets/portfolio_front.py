"""The Portfolio tab: the Monday view, and under it one row a system. Its left part prints."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from gatebook.domain.cells import Cell, Range
from gatebook.domain.decision import SHOWN, SHOWN_LIVE, Decision
from gatebook.domain.review import Status
from gatebook.sheets import look
from gatebook.sheets.form_draw import Look
from gatebook.sheets.model import ColourRule, Column, Content, Page, Placed, Row, Sheet, Table
from gatebook.sheets.monday import (
    LINE_POINTS,
    MOST_LINES,
    Drawn,
    draw_view,
    in_lines,
    lines_needed,
)
from gatebook.sheets.portfolio_columns import (
    PAGE_COLUMNS,
    SYSTEM_COLUMNS,
    Spec,
    drawn_table,
    heights,
    status_rules,
    system_specs,
)
from gatebook.sheets.portfolio_tables import CANNOT_BE_READ, LETTERS, READ, SystemRow, Tables

TAB = "Portfolio"
TITLE = "AI portfolio"
NO_VERDICT = (
    "For HR, credit, education and healthcare, some gates prepare the EU AI Act's risk-management "
    "documents: see the tab Evidence. That is preparation; it is no verdict on compliance."
)
_FIRST = 1
# Rows of this tab: title, two of tiles, the sentence on regulated areas, the lists of the Monday
# view, the time of the sync, then the table. They never move, so that every version finds them;
# unused ones are out of sight.
_VIEW_ROW = 1
_SENTENCE_ROW = 3
LISTS_ROW = 4
SYNCED_ROW = LISTS_ROW + 2 + MOST_LINES
HEADER_ROW = SYNCED_ROW + 1
FIRST_SYSTEM = Cell(HEADER_ROW + 1, _FIRST)
_PLAIN = replace(look.TEXT, wrap=False, colour=look.MUTED)
_SMALL = replace(look.TEXT, colour=look.MUTED, size=9, valign="bottom")
_SMALL_POINTS, _WIDER = 12.0, 11 / 9
_LOGO = replace(look.LOGO, valign="middle", wrap=False, shrink=True)
_LOGO_FROM = "Production owner"
# Sheets of paper on their long side, in inches. What prints smaller than this share is no page to
# sign; a portfolio that would is printed on several.
_INCHES = {"A4": (11.69, 8.27), "Letter": (11.0, 8.5)}
LEAST_SCALE = 0.6
MOST_ON_A_PAGE = 25
_MARGIN = 0.25
# Ever tighter, until as many systems as shall print on one page do: lines of the Monday view's lists,
# lines of a row, and points beside those of its lines. Two lines of Calibri 11 need 27 points.
_SIZES = (
    (MOST_LINES, 10, 2.0),
    (MOST_LINES, 4, 2.0),
    (MOST_LINES, 3, 2.0),
    (4, 2, 0.0),
    (3, 2, -1.5),
)
# What may be cut to the lines of its row: the strip's letters say it too, and the form says all of it.
_PROSE = ("What blocks", "Since last review", "Production owner")


def front_tab(tables: Tables, mark: str, look_of: Look) -> Sheet:
    """The tab that the workbook opens on."""
    specs = system_specs(tables)
    place = {spec.header: _FIRST + number for number, spec in reversed([*enumerate(specs)])}
    end = place[PAGE_COLUMNS[-1].header]
    columns = {0: Column(4, hidden=True)} | {
        _FIRST + number: Column(spec.width, spec.hidden) for number, spec in enumerate(specs)
    }
    widths = [0.0 if columns[n].hidden else columns[n].width for n in range(_FIRST, end + 1)]
    strip = _FIRST + len(SYSTEM_COLUMNS)
    legend = gate_legend(tables)
    left, right = sum(widths[: strip - _FIRST]), sum(widths[strip - _FIRST :])
    said = f"Last sync that changed something: {tables.synced}"
    synced = in_lines(said, 2, _WIDER * left)
    lines = max(min(lines_needed(said, _WIDER * left), 2), lines_needed(legend, _WIDER * right))
    above = {
        0: Row(24),
        _SENTENCE_ROW: Row(15, hidden=not any(row.regulated for row in tables.systems)),
        LISTS_ROW: Row(LINE_POINTS),
        SYNCED_ROW - 1: Row(4),
        SYNCED_ROW: Row(_SMALL_POINTS * lines + 2),
        HEADER_ROW: Row(2 * LINE_POINTS),
    }
    view, table, rows, one_page = _on_the_page(tables, specs, widths, above, look_of.paper)
    logo = Range.of(0, place[_LOGO_FROM], 0, end)
    title = f"{look_of.organisation}: {TITLE}" if look_of.organisation else TITLE
    return Sheet(
        name=TAB,
        cells={
            Cell(0, 0): Placed(mark, look.HIDDEN),
            Cell(0, _FIRST): Placed(title, look.TITLE),
            Cell(_SENTENCE_ROW, _FIRST): Placed(
                None if rows[_SENTENCE_ROW].hidden else NO_VERDICT, replace(_PLAIN, italic=True)
            ),
            Cell(SYNCED_ROW, _FIRST): Placed(synced, _SMALL),
            Cell(SYNCED_ROW, strip): Placed(legend or None, _SMALL),
        }
        | ({logo.first: Placed(look_of.logo, _LOGO)} if look_of.logo else {})
        | view.cells,
        tables=(table,),
        columns=columns,
        rows=rows,
        merges=(
            *view.merges,
            *([logo] if look_of.logo else []),
            Range.of(SYNCED_ROW, _FIRST, SYNCED_ROW, strip - 1),
            Range.of(SYNCED_ROW, strip, SYNCED_ROW, end),
        ),
        colour_rules=tuple(_rules(tables, place, max(table.range.last.row, HEADER_ROW + 1))),
        freeze=Cell(HEADER_ROW + 1, strip),
        filter=table.range,
        page=Page(
            paper=look_of.paper,
            margin=_MARGIN,
            tall=1 if one_page else 0,
            # Notes, links and what explains a row further are for the screen.
            area=Range.of(0, 0, table.range.last.row, end),
            repeat=None if one_page else (HEADER_ROW, HEADER_ROW),
            footer="" if one_page else f"&L{TITLE}&RPage &P of &N",
        ),
        tab_colour=look.HEAD,
        cursor=FIRST_SYSTEM,
        zoom=90,
    )


def _on_the_page(
    tables: Tables,
    specs: list[Spec[SystemRow]],
    widths: list[float],
    above: dict[int, Row],
    paper: str,
) -> tuple[Drawn, Table, dict[int, Row], bool]:
    """View, table and rows in the first of `_SIZES` that prints on one page, and True; else, or of
    more systems than shall, in the first one of all."""
    whole = drawn_table(FIRST_SYSTEM.down(-1), specs, tables.systems)
    found = []
    for lists, lines, padding in _SIZES:
        view = draw_view(tables.view, _VIEW_ROW, LISTS_ROW, _FIRST, widths, lists)
        table = _in_lines(whole, specs, lines)
        rows = above | view.heights | heights(table, specs, lines, padding)
        found.append((view, table, rows))
        if scale(widths, rows.values(), paper) >= LEAST_SCALE:
            return view, table, rows, True
        if len(tables.systems) > MOST_ON_A_PAGE:
            break
    return *found[0], False


def _in_lines(table: Table, specs: list[Spec[SystemRow]], lines: int) -> Table:
    """The table with its prose cut to so many lines."""
    width = {
        place: spec.width - 2 * spec.style.indent
        for place, spec in enumerate(specs)
        if spec.header in _PROSE
    }

    def shown(place: int, content: Content) -> Content:
        if place in width and isinstance(content, str):
            return in_lines(content, lines, width[place])
        return content

    rows = [[shown(place, content) for place, content in enumerate(row)] for row in table.rows]
    return replace(table, rows=rows)


def scale(widths: Iterable[float], rows: Iterable[Row], paper: str) -> float:
    """How large columns of these widths and these rows print on one landscape page; 1 is full size.

    A column of n characters is 7n + 5 pixels wide at 96 an inch (ECMA-376, 18.3.1.13: Calibri 11).
    """
    wide, tall = (inches - 2 * _MARGIN for inches in _INCHES[paper])
    width = sum(7 * width + 5 for width in widths if width) / 96
    height = sum(row.height or LINE_POINTS for row in rows if not row.hidden) / 72
    return min(wide / width, tall / height, 1.0)


def gate_legend(tables: Tables) -> str:
    """What the strip's numbers stand for; the titles of several checklists side by side."""
    titles: dict[int, dict[str, None]] = {}
    for gate in sorted(tables.gates, key=lambda gate: gate.number):
        titles.setdefault(gate.number, {})[gate.gate] = None
    each = (f"{number} {' / '.join(names)}" for number, names in titles.items())
    # No line ends inside of a title.
    said = " · ".join(title.replace(" ", "\u00a0") for title in each)
    return f"Gates: {said}" if said else ""


def _rules(tables: Tables, place: dict[str, int], end: int) -> list[ColourRule]:
    """Decisions and letters in their colours, and systems whose newest sheet could not be read."""

    def down(column: int) -> Range:
        return Range.of(HEADER_ROW + 1, column, end, column)

    rules = _decision_rules(down(place["Decision"]))
    if tables.strip_length:
        first = _FIRST + len(SYSTEM_COLUMNS)
        strip = Range.of(HEADER_ROW + 1, first, end, first + tables.strip_length - 1)
        rules += status_rules(strip, {LETTERS[status.value]: status for status in Status})
    state = down(place["Sync state"])
    cell = state.first.in_row
    not_read = f'=AND({cell}<>"",{cell}<>"{READ}")'
    rules += [
        ColourRule(area, not_read, look.status_style(None))
        for area in (down(place["System"]), state)
    ]
    return rules


def _decision_rules(area: Range) -> list[ColourRule]:
    cell = area.first.in_row
    rules = []
    for decision in Decision:
        starts = {table[decision].partition("{")[0].strip() for table in (SHOWN, SHOWN_LIVE)}
        # "Launch" begins "Launch delayed" too, so the texts without a changing part match whole.
        tests = [
            f'LEFT({cell},{len(start)})="{start}"'
            if "{" in SHOWN[decision]
            else f'{cell}="{start}"'
            for start in sorted(starts)
        ]
        rules.append(ColourRule(area, f"=OR({','.join(tests)})", look.decision_style(decision)))
    unread = f'={cell}="{CANNOT_BE_READ}"'
    return [*rules, ColourRule(area, unread, replace(look.status_style(None), bold=True))]
