"""Reading a portfolio back before it is written again: notes, last known rows, history, strangers."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from urllib.parse import unquote

from gatebook.domain.cells import Cell
from gatebook.domain.decision import decision_of
from gatebook.domain.text import clean
from gatebook.sheets.headers import texts_by_row
from gatebook.sheets.model import Content, Formula, Grid, Link, Noted, Raw, Sheet, Workbook
from gatebook.sheets.monday import HEADINGS, MOST_LINES
from gatebook.sheets.portfolio_book import HISTORY, MARK, TABS, mark
from gatebook.sheets.portfolio_columns import (
    DECISION_COLUMNS,
    KEY_HEADER,
    NOT_MARKED,
    PAGE_COLUMNS,
    RUN_COLUMNS,
    SCREEN_COLUMNS,
    SYSTEM_COLUMNS,
    WAS_NOT_MARKED,
    history_specs,
)
from gatebook.sheets.portfolio_front import HEADER_ROW, LISTS_ROW, SYNCED_ROW
from gatebook.sheets.portfolio_tables import MOST_REVIEWS, WEB, DecisionRow, RunRow, SystemRow
from gatebook.sheets.typed import as_date_value, plain_text

# Where headers stand that nothing can be found without.
_HEADERS = {
    "Portfolio": (HEADER_ROW, ("System", KEY_HEADER)),
    "Decisions": (2, ("System", "Review id")),
    "Runs": (2, ("When",)),
}
# Any workbook keeps this much of a text: 32,767 UTF-16 units, two for some signs.
_COMPARED = 16_000
_ROWS = re.compile(r";rows=([0-9]{1,7})$")
_OWN_HEADERS = {spec.header for spec in (*SYSTEM_COLUMNS, *PAGE_COLUMNS, *SCREEN_COLUMNS)}
NOTES = "Notes"
# Where the time of the last sync stands: it alone may differ in a portfolio that says the same.
_SYNCED = ("Portfolio", (SYNCED_ROW, 1))


@dataclass(frozen=True, slots=True)
class OldPortfolio:
    """What the portfolio on disk holds that must not be lost.

    `strangers` are tabs that gatebook did not make and cannot keep; `damage` says which of its own
    tabs no longer show where people's words stand.
    """

    systems: tuple[SystemRow, ...] = ()
    decisions: tuple[DecisionRow, ...] = ()
    runs: tuple[RunRow, ...] = ()
    note_headers: tuple[str, ...] = (NOTES,)
    synced: str = ""
    strangers: tuple[str, ...] = ()
    damage: tuple[str, ...] = ()
    grids: dict[str, Grid] = field(default_factory=dict)


def own_tab(grid: Grid) -> str | None:
    """Which of our tabs this is, by its mark; None for somebody else's."""
    text = grid.values.get((0, 0))
    if type(text) is str and text.startswith(MARK):
        for tab in TABS:
            if text == mark(tab) or text.startswith(mark(tab) + ";"):
                return tab
    return None


def read_portfolio(grids: Sequence[Grid]) -> OldPortfolio:
    """Take from an existing portfolio what the next one must carry on."""
    own: dict[str, Grid] = {}
    strangers: list[str] = []
    for grid in grids:
        tab = own_tab(grid)
        if tab and tab not in own:
            own[tab] = grid
        else:
            strangers.append(f"the tab “{grid.tab}”")
    main = own.get("Portfolio")
    systems, headers = _systems(main) if main else ((), (NOTES,))
    synced = plain_text(main.values.get(_SYNCED[1])) if main else ""
    return OldPortfolio(
        systems=systems,
        decisions=tuple(_decisions(own["Decisions"])) if "Decisions" in own else (),
        runs=tuple(_runs(own["Runs"])) if "Runs" in own else (),
        note_headers=headers,
        synced=synced.partition(": ")[2],
        strangers=tuple(strangers),
        damage=tuple(_damage(own)),
        grids=own,
    )


def _damage(own: dict[str, Grid]) -> Iterator[str]:
    for tab, (row, wanted) in _HEADERS.items():
        lost = [text for text in wanted if tab in own and text not in _header(own[tab], row)]
        if lost:
            yield f"row {row + 1} of the tab “{own[tab].tab}” has lost its header {', '.join(lost)}"


def _header(grid: Grid, row: int) -> dict[str, int]:
    texts = texts_by_row(grid.values).get(row, {})
    return {clean(text): column for column, text in sorted(texts.items(), reverse=True)}


def _systems(grid: Grid) -> tuple[tuple[SystemRow, ...], tuple[str, ...]]:
    columns = _header(grid, HEADER_ROW)
    numbers = [str(n) for n in range(1, 61)]
    strip = [columns[number] for number in numbers if number in columns]
    last = columns.get(SCREEN_COLUMNS[-1].header, 0)
    # A column of the reader's own may stand anywhere; it goes on at the right end.
    own = _OWN_HEADERS | ({WAS_NOT_MARKED} if NOT_MARKED not in columns else set())
    notes = {
        text: column
        for text, column in sorted(columns.items(), key=lambda item: item[1])
        if text and text not in own and (text not in numbers or column > last)
    }
    headers = tuple(dict.fromkeys([NOTES, *notes]))
    found = (
        _system(grid, row, state, columns, strip, notes) for row, state in _states(grid).items()
    )
    return tuple(found), headers


def _states(grid: Grid) -> dict[int, dict[str, str]]:
    """Rows of systems with what their hidden cell says; of two rows of one system the first."""
    column = _header(grid, HEADER_ROW).get(KEY_HEADER, -1)
    states: dict[int, dict[str, str]] = {}
    seen: set[str] = set()
    for row in sorted({row for row, at in grid.values if row > HEADER_ROW and at == column}):
        try:
            state = json.loads(plain_text(grid.values[row, column]))
            known = {name: str(state[name]) for name in ("key", "decision", "file", "tab")}
        except (ValueError, KeyError, TypeError):
            continue
        if known["key"] not in seen:
            seen.add(known["key"])
            states[row] = known
    return states


def _date(grid: Grid, value: Raw | None) -> date | str | None:
    read = as_date_value(value, epoch_1904=grid.epoch_1904)
    return read if isinstance(read, date) or read is None else plain_text(value)


def _number(value: Raw | None) -> int:
    return int(value) if isinstance(value, float) else 0


def _note(grid: Grid, cell: tuple[int, int]) -> Content:
    """What the reader put into a cell of their own: text, number, or link."""
    value, target = grid.values.get(cell), grid.links.get(cell, "")
    if target.startswith(WEB):
        return Link(target, plain_text(value))
    if isinstance(value, str):
        return plain_text(value) or None
    return value


def _system(
    grid: Grid,
    row: int,
    state: dict[str, str],
    columns: dict[str, int],
    strip: list[int],
    notes: dict[str, int],
) -> SystemRow:
    def value(header: str) -> Raw | None:
        column = columns.get(header)
        return None if column is None else grid.values.get((row, column))

    not_marked = NOT_MARKED if NOT_MARKED in columns else WAS_NOT_MARKED
    file, tab = state["file"], state["tab"].replace("'", "''")
    target = f"{file}#'{tab}'!A1" if tab else file
    text = plain_text(value("Sheet"))
    letters = [plain_text(grid.values.get((row, column))) for column in strip]
    while letters and not letters[-1]:
        letters.pop()
    return SystemRow(
        key=state["key"],
        system=plain_text(value("System")),
        decision=plain_text(value("Decision")),
        decision_code=state["decision"],
        strip=tuple(letters),
        counts=(
            _number(value("Green")),
            _number(value("Yellow")),
            _number(value("Red")),
            _number(value(not_marked)),
        ),
        blocks=plain_text(value("What blocks")),
        lead=plain_text(value("Pilot lead")),
        owner=plain_text(value("Production owner")),
        review_date=_date(grid, value("Review date")),
        next_due=_date(grid, value("Next review")),
        next_reason=plain_text(value("Because")),
        overdue=_number(value("Overdue actions")),
        change=plain_text(value("Since last review")),
        regulated=plain_text(value("Regulated area")),
        link=_place(file, target, text),
        file=file,
        tab=state["tab"],
        state=plain_text(value("Sync state")),
        notes={
            header: note
            for header, column in notes.items()
            if (note := _note(grid, (row, column))) is not None
        },
    )


def _place(file: str, target: str, text: str) -> Content:
    if "://" not in file:
        return Link(target, text, file=True)
    return Link(file, text) if file.startswith("http") else text


def _records(grid: Grid, header_row: int, first: str) -> Iterator[tuple[int, dict[str, int]]]:
    columns = _header(grid, header_row)
    if first not in columns:
        return
    at = columns[first]
    for row in sorted({row for row, column in grid.values if row > header_row and column == at}):
        yield row, columns


def _decisions(grid: Grid) -> Iterator[DecisionRow]:
    for row, columns in _records(grid, 2, DECISION_COLUMNS[1].header):

        def value(header: str, row: int = row, columns: dict[str, int] = columns) -> Raw | None:
            return grid.values.get((row, columns.get(header, -1)))

        # Earlier versions wrote codes.
        decision, live = decision_of(plain_text(value("Decision")))
        yield DecisionRow(
            recorded=_date(grid, value("Recorded on")),
            system=plain_text(value("System")),
            review_date=_date(grid, value("Review date")),
            decision=decision,
            counts=(
                _number(value("Green")),
                _number(value("Yellow")),
                _number(value("Red")),
                _number(value(NOT_MARKED if NOT_MARKED in columns else WAS_NOT_MARKED)),
            ),
            review_id=plain_text(value("Review id")),
            live=live,
        )


def _runs(grid: Grid) -> Iterator[RunRow]:
    for row, columns in _records(grid, 2, RUN_COLUMNS[0].header):

        def value(header: str, row: int = row, columns: dict[str, int] = columns) -> Raw | None:
            return grid.values.get((row, columns.get(header, -1)))

        yield RunRow(
            when=plain_text(value("When")),
            read=_number(value("Sheets read")),
            unreadable=_number(value("Could not be read")),
            passed_over=_number(value("Passed over")),
            changed=plain_text(value("What changed")),
        )


def _plain(content: Content) -> Raw | None:
    """Content as a reader gives it back."""
    if isinstance(content, Link):
        content = content.text
    if isinstance(content, Noted):
        content = content.whole
    if isinstance(content, Formula):
        content = content.value
    if content is None or content == "" or isinstance(content, datetime):
        return None
    if isinstance(content, bool):
        return content
    if isinstance(content, date):
        return float((content - date(1899, 12, 30)).days)
    if isinstance(content, int | float):
        return float(content)
    # A file's name may hold bytes that are no text; a workbook holds U+FFFD for each.
    return content.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def _drawn(workbook: Workbook) -> Iterator[tuple[str, dict[tuple[int, int], Raw]]]:
    """Tab by tab, what a workbook will hold, as a reader would give it back."""
    for sheet in workbook.sheets:
        values: dict[tuple[int, int], Raw] = {}
        for cell, placed in sheet.cells.items():
            if (plain := _plain(placed.content)) is not None:
                values[cell] = plain
        for table in sheet.tables:
            for offset, record in enumerate([table.header, *table.rows]):
                for place, content in enumerate(record):
                    if (plain := _plain(content)) is not None:
                        values[table.at.row + offset, table.at.column + place] = plain
        yield sheet.name, values


def _same(one: Raw, other: Raw | None) -> bool:
    if isinstance(one, float) and isinstance(other, float):
        return abs(one - other) < 1e-9
    return plain_text(one)[:_COMPARED] == plain_text(other)[:_COMPARED]


def says_the_same(workbook: Workbook, old: OldPortfolio) -> bool:
    """Whether the portfolio on disk already shows what would be written, the time aside."""
    for tab, values in _drawn(workbook):
        grid = old.grids.get(tab)
        if grid is None or grid.tab != tab:
            return False
        for place, value in values.items():
            if (tab, place) != _SYNCED and not _same(value, grid.values.get(place)):
                return False
        if any(place not in values for place in grid.values):
            return False
    return not any(_leads_elsewhere(sheet, old) for sheet in workbook.sheets)


def _leads_elsewhere(sheet: Sheet, old: OldPortfolio) -> bool:
    """Whether a proof's address on disk is another one under the same text. Where none stands there,
    its program took none."""
    if sheet.name != "Evidence":
        return False
    links = old.grids[sheet.name].links
    table = sheet.tables[0]
    column = table.header.index("Artifact")
    for offset, record in enumerate(table.rows, 1):
        link, there = record[column], links.get(table.at.down(offset).right(column), "")
        if isinstance(link, Link) and there and _address(there) != _address(link.target):
            return True
    return False


def _address(target: str) -> str:
    """An address as it can be compared: programs write signs in their own way, and end a bare host's
    with a slash."""
    return unquote(target).strip().rstrip("/")


def would_be_lost(workbook: Workbook, old: OldPortfolio) -> tuple[str, ...]:
    """Cells on our tabs, outside our tables, where somebody wrote something, and formulas."""
    lost: list[str] = []
    for sheet in workbook.sheets:
        grid = old.grids.get(sheet.name)
        if grid is None:
            continue
        table = sheet.tables[0]
        rows = {table.at.row, *_table_rows(sheet.name, grid)}
        columns = _table_columns(sheet, grid)
        view = _view_cells(sheet, grid)
        for row, column in sorted(grid.values.keys() | grid.formulas.keys()):
            at = f"{grid.tab}!{Cell(row, column).a1}"
            in_table = row in rows and column in columns
            if (row, column) in grid.formulas:
                lost.append(f"{at} (a formula)")
            elif not in_table and (row, column) not in sheet.cells and (row, column) not in view:
                lost.append(at)
    return tuple(lost)


def _table_columns(sheet: Sheet, grid: Grid) -> Collection[int]:
    """The columns of our table on disk. Of systems each that has a header of its own: it is ours, or
    the reader's and carried on."""
    if sheet.name == "Portfolio":
        return {column for text, column in _header(grid, HEADER_ROW).items() if text}
    if sheet.name == HISTORY:
        # As wide as there were reviews.
        own = {spec.header for spec in history_specs(MOST_REVIEWS)}
        return {column for text, column in _header(grid, 2).items() if text in own}
    right = max(table.range.last.column for table in sheet.tables)
    return range(sheet.tables[0].at.column, right + 1)


def _view_cells(sheet: Sheet, grid: Grid) -> set[tuple[int, int]]:
    """Cells of the view above the table on disk. It is laid out anew each time: its lists stand in
    merged cells or under their headings, its numbers above the same words."""
    top = sheet.tables[0].at.row
    words = {_plain(p.content) for cell, p in sheet.cells.items() if cell.row < top} - {None, 0.0}
    cells: set[tuple[int, int]] = {area.first for area in grid.merges if area.last.row < top}
    for row, column in grid.values:
        below = grid.values.get((row + 1, column))
        if row < top and (grid.values[row, column] in words or below in words):
            cells.add((row, column))
    for (row, column), text in grid.values.items():
        if sheet.name == "Portfolio" and row == LISTS_ROW and text in HEADINGS:
            cells |= {(row + line, column) for line in range(MOST_LINES + 1)}
    return cells


def _table_rows(tab: str, grid: Grid) -> Iterable[int]:
    """The rows of our table on disk. What is read back counts by its key; of the others there are as
    many as the tab's mark says, so that a row written under them is seen."""
    if tab == "Portfolio":
        return _states(grid)
    if tab in _HEADERS:
        row, (first, *_) = _HEADERS[tab]
        return [at for at, _ in _records(grid, row, first)]
    count = _ROWS.search(plain_text(grid.values.get((0, 0))))
    return range(3, 3 + int(count[1])) if count else ()
