"""The Portfolio tab: the Monday view, and under it one row a system. Its left part prints."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Literal

from gatebook.domain.cells import Cell, Range
from gatebook.domain.decision import SHOWN, SHOWN_LIVE, Decision
from gatebook.domain.review import Status
from gatebook.sheets import look
from gatebook.sheets.model import ColourRule, Column, Page, Placed, Row, Sheet
from gatebook.sheets.monday import LINE_POINTS, MOST_LINES, draw_view, lines_needed
from gatebook.sheets.portfolio_columns import (
    PAGE_COLUMNS,
    SYSTEM_COLUMNS,
    drawn_table,
    heights,
    status_rules,
    system_specs,
)
from gatebook.sheets.portfolio_tables import CANNOT_BE_READ, LETTERS, READ, Tables

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
_PLAIN = replace(look.TEXT, wrap=False, colour=look.MUTED)
_SMALL = replace(look.TEXT, colour=look.MUTED, size=9, valign="bottom")
_SMALL_POINTS, _WIDER = 12.0, 11 / 9
# Sheets of paper on their long side, in inches. What prints smaller than this share is no page to
# sign; a portfolio that would is printed on several.
_INCHES = {"A4": (11.69, 8.27), "Letter": (11.0, 8.5)}
LEAST_SCALE = 0.6
_MARGIN = 0.3


def front_tab(tables: Tables, mark: str, paper: Literal["A4", "Letter"] = "A4") -> Sheet:
    """The tab that the workbook opens on."""
    specs = system_specs(tables)
    table = drawn_table(Cell(HEADER_ROW, _FIRST), specs, tables.systems)
    place = {spec.header: _FIRST + number for number, spec in reversed([*enumerate(specs)])}
    end = place[PAGE_COLUMNS[-1].header]
    columns = {0: Column(4, hidden=True)} | {
        _FIRST + number: Column(spec.width, spec.hidden) for number, spec in enumerate(specs)
    }
    widths = [0.0 if columns[n].hidden else columns[n].width for n in range(_FIRST, end + 1)]
    view = draw_view(tables.view, _VIEW_ROW, LISTS_ROW, _FIRST, widths)
    strip = _FIRST + len(SYSTEM_COLUMNS)
    synced = f"Last sync that changed something: {tables.synced}"
    legend = gate_legend(tables)
    left, right = sum(widths[: strip - _FIRST]), sum(widths[strip - _FIRST :])
    lines = max(lines_needed(synced, _WIDER * left), lines_needed(legend, _WIDER * right))
    above = {
        0: Row(24),
        _SENTENCE_ROW: Row(15, hidden=not any(row.regulated for row in tables.systems)),
        SYNCED_ROW - 1: Row(6),
        SYNCED_ROW: Row(_SMALL_POINTS * lines + 2),
        HEADER_ROW: Row(2 * LINE_POINTS),
    }
    rows = above | view.heights | heights(table, specs)
    one_page = scale(widths, rows.values(), paper) >= LEAST_SCALE
    return Sheet(
        name=TAB,
        cells={
            Cell(0, 0): Placed(mark, look.HIDDEN),
            Cell(0, _FIRST): Placed(TITLE, look.TITLE),
            Cell(_SENTENCE_ROW, _FIRST): Placed(
                None if rows[_SENTENCE_ROW].hidden else NO_VERDICT, replace(_PLAIN, italic=True)
            ),
            Cell(SYNCED_ROW, _FIRST): Placed(synced, _SMALL),
            Cell(SYNCED_ROW, strip): Placed(legend or None, _SMALL),
        }
        | view.cells,
        tables=(table,),
        columns=columns,
        rows=rows,
        merges=(
            *view.merges,
            Range.of(SYNCED_ROW, _FIRST, SYNCED_ROW, strip - 1),
            Range.of(SYNCED_ROW, strip, SYNCED_ROW, end),
        ),
        colour_rules=tuple(_rules(tables, place, max(table.range.last.row, HEADER_ROW + 1))),
        freeze=Cell(HEADER_ROW + 1, strip),
        filter=table.range,
        page=Page(
            paper=paper,
            margin=_MARGIN,
            tall=1 if one_page else 0,
            # Notes, links and what explains a row further are for the screen.
            area=Range.of(0, 0, table.range.last.row, end),
            repeat=None if one_page else (HEADER_ROW, HEADER_ROW),
            footer="" if one_page else f"&L{TITLE}&RPage &P of &N",
        ),
        tab_colour=look.HEAD,
        cursor=Cell(HEADER_ROW + 1, _FIRST),
        zoom=90,
    )


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
