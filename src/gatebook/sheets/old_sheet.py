"""A team's own checklist sheet: where its table is, what its columns mean, which gates its rows are.

Nothing is decided here that is not certain: each column and row says whether its meaning is sure.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from gatebook.domain.cells import Cell, column_letters
from gatebook.domain.checklist import Checklist, Gate
from gatebook.domain.likeness import denies, likeliest
from gatebook.domain.review import Status
from gatebook.domain.text import clean, words
from gatebook.sheets import typed
from gatebook.sheets.headers import folded, texts_by_row
from gatebook.sheets.model import Grid
from gatebook.sheets.old_headers import ANY_REMARK, bare_status, column_meaning, meaning

# A table's headers stand near its top, and so many rows show what a column holds.
_HEADERS_WITHIN = 60
_SAMPLE = 60
# Fewer known headers or gates are words that happen to stand there.
_FEWEST_FIELDS = 2
_FEWEST_GATES = 2
_FEWEST_ACROSS = 4
# More than this share of a column's cells must be what the column is taken for.
_MOSTLY = 0.6


@dataclass(frozen=True, slots=True)
class OldColumn:
    """A column of the table. `field` is what it becomes on the form, "" for nothing."""

    column: int
    header: str
    field: str = ""
    sure: bool = True

    @property
    def letters(self) -> str:
        """As people call it: "C"."""
        return column_letters(self.column)


@dataclass(frozen=True, slots=True)
class OldRow:
    """A row of the table, with the text that says what it is about, and the gate that it means."""

    row: int
    text: str
    gate: Gate | None = None
    sure: bool = True


@dataclass(frozen=True, slots=True)
class OldSheet:
    """The table: the rows of its headers (first and last, 0-based), its columns and its rows."""

    grid: Grid
    header: tuple[int, int]
    columns: tuple[OldColumn, ...]
    rows: tuple[OldRow, ...]

    def column_of(self, field: str) -> int | None:
        """The column that becomes a field of the form."""
        return next((one.column for one in self.columns if one.field == field), None)

    @property
    def unsure(self) -> int:
        """How many columns and rows somebody has to be asked about."""
        columns = sum(not one.sure for one in self.columns)
        return columns + sum(not one.sure for one in self.rows)

    def only_sure(self) -> OldSheet:
        """The same without what is not sure."""
        columns = (one if one.sure else replace(one, field="", sure=True) for one in self.columns)
        rows = (one if one.sure else replace(one, gate=None, sure=True) for one in self.rows)
        return replace(self, columns=tuple(columns), rows=tuple(rows))


def find_table(grid: Grid, checklist: Checklist) -> OldSheet | None:
    """The table with a row a gate, or None where there is none."""
    header = _header_rows(grid)
    if header is None:
        return None
    texts = _header_texts(grid, header)
    columns = _columns(grid, header[1], texts, checklist)
    gate = next((one.column for one in columns if one.field == "gate" and one.sure), None)
    if gate is None:
        return None
    number = next((one.column for one in columns if one.field == "number"), None)
    rows = _rows(grid, header[1], gate, number, checklist)
    return OldSheet(grid, header, columns, rows)


def lies_across(grid: Grid, checklist: Checklist) -> bool:
    """Whether the gates stand beside each other in one row instead of below each other."""
    for row, texts in texts_by_row(grid.values).items():
        if row >= _HEADERS_WITHIN:
            continue
        found = [likeliest(text, checklist) for text in texts.values()]
        if len({one.gate.key for one in found if one and one.sure}) >= _FEWEST_ACROSS:
            return True
    return False


def _header_rows(grid: Grid) -> tuple[int, int] | None:
    """First and last row of the headers: the row with most known words, or two that know more."""
    rows = {
        row: texts
        for row, texts in sorted(texts_by_row(grid.values).items())
        if row < _HEADERS_WITHIN
    }
    known = {row: _fields(texts.values()) for row, texts in rows.items()}
    best = max(known, key=lambda row: len(known[row]), default=None)
    if best is None:
        return None
    for first, last in ((best - 1, best), (best, best + 1)):
        if first in known and last in known:
            both = known[first] | known[last]
            if len(both) > len(known[best]) and known[first] and _only_headers(grid, last):
                return first, last
    if len(known[best]) < _FEWEST_FIELDS:
        return None
    if _parts(grid, best):
        return best, best + 1
    above = rows.get(best - 1, {})
    # A row of a few words over groups of columns tells two columns of one name apart.
    grouped = len(above) > 1 and any(area.first.row == best - 1 for area in grid.merges)
    return (best - 1, best) if grouped else (best, best)


def _parts(grid: Grid, row: int) -> dict[int, int]:
    """Column → column of the header that it is a part of, where the row below only parts headers:
    "Status" over "last month" and "now". Empty for any other row.
    """
    rows = texts_by_row({at: value for at, value in grid.values.items() if at[0] in (row, row + 1)})
    over, below = rows.get(row, {}), rows.get(row + 1, {})
    if any(at[0] == row + 1 and at[1] not in below for at in grid.values.keys() | grid.formulas):
        return {}
    if any(_is_answer(grid, Cell(row + 1, column)) for column in below):
        return {}
    # Every text stands below a header or right of one that is below it.
    parts = {c: max((o for o in over if o <= c), default=-1) for c in below}
    several = Counter(over.get(header) for header in parts.values())
    whole = all(one in below and several[over.get(one)] > 1 for one in parts.values())
    return parts if whole else {}


def _is_answer(grid: Grid, cell: Cell) -> bool:
    return bool(read_status(grid, cell) or read_day(grid, cell))


def _only_headers(grid: Grid, row: int) -> bool:
    """Whether nothing stands in a row but words of headers: else it is a row of answers."""
    values = [value for (at, _), value in grid.values.items() if at == row]
    return all(isinstance(value, str) and meaning(value) for value in values)


def _fields(texts: Iterable[str]) -> set[str]:
    return {found[0] for found in map(meaning, texts) if found}


def _header_texts(grid: Grid, header: tuple[int, int]) -> dict[int, str]:
    """By column: the lower header, with the upper one before it where both say something."""
    first, last = header
    columns = {column for row, column in grid.values if row in (first, last)}
    upper = {column: _spread(grid, Cell(first, column)) for column in columns}
    for area in grid.merges:
        if area.first.row == first:
            for column in range(area.first.column, area.last.column + 1):
                upper[column] = _spread(grid, Cell(first, column))
    if first != last:
        for part, whole in _parts(grid, first).items():
            upper[part] = upper.get(part) or upper.get(whole, "")
    texts = {}
    for column in sorted(columns | upper.keys()):
        low = clean(typed.as_text(grid.values.get((last, column)))) if first != last else ""
        over = upper.get(column, "")
        texts[column] = f"{over}: {low}" if over and low else low or over
    return {column: text for column, text in texts.items() if text}


def _spread(grid: Grid, cell: Cell) -> str:
    """A text, also in the cells that its merged range covers."""
    for area in grid.merges:
        if cell in area:
            cell = area.first
    return clean(typed.as_text(grid.values.get(cell)))


def _columns(
    grid: Grid, header_row: int, texts: Mapping[int, str], checklist: Checklist
) -> tuple[OldColumn, ...]:
    """The table's columns. A column's content may make its meaning sure; two that claim the same
    are not sure, and of a sure and an unsure one the sure one counts."""
    places = sorted({column for row, column in grid.values if row > header_row} | texts.keys())
    found = []
    for column in places:
        text = texts.get(column, "")
        field, sure = column_meaning(text) or ("", True)
        if field == "status":
            bare = bare_status(text)
            known = meaning(bare) == ("status", True)
            sure = bool(bare) and (known or _holds_statuses(grid, header_row, column))
        found.append(OldColumn(column, text, field, sure))
    gates = _gate_column(grid, header_row, found, checklist)
    found = [
        replace(one, field="gate", sure=True)
        if one.column == gates
        else replace(one, field="", sure=True)
        if one.field == "gate"
        else one
        for one in found
    ]
    return tuple(_settled(found))


def _settled(found: Sequence[OldColumn]) -> Iterator[OldColumn]:
    sure = Counter(one.field for one in found if one.field and one.sure)
    better = {one.field for one in found if one.field and folded(one.header) not in ANY_REMARK}
    for one in found:
        if folded(one.header) in ANY_REMARK and one.field in better:
            yield replace(one, field="", sure=True)
        elif one.field == "number" and (not one.sure or sure["number"] > 1):
            # Only a help in telling gates: not worth a question.
            yield replace(one, field="", sure=True)
        elif not one.field or sure[one.field] == 0 or (one.sure and sure[one.field] == 1):
            yield one
        elif one.sure:
            yield replace(one, sure=False)
        else:
            taken = sure[one.field] == 1
            yield replace(one, field="" if taken else one.field, sure=taken)


def _holds_statuses(grid: Grid, header_row: int, column: int) -> bool:
    """Whether nearly all that stands in a column are statuses."""
    cells = _below(grid, header_row, column)
    right = [cell for cell in cells if read_status(grid, cell)]
    return len(right) >= _FEWEST_GATES and len(right) > _MOSTLY * len(cells)


def _below(grid: Grid, header_row: int, column: int) -> list[Cell]:
    rows = range(header_row + 1, header_row + 1 + _SAMPLE)
    return [Cell(row, column) for row in rows if (row, column) in grid.values]


def read_status(grid: Grid, cell: Cell) -> Status | None:
    """The status in a cell where it is one beyond doubt: our words, or a coloured circle."""
    if cell in grid.formulas:
        return None
    value = grid.values.get(cell)
    status = typed.as_status(value) if isinstance(value, str) else None
    if isinstance(status, Status):
        return status
    return _CIRCLES.get(typed.as_name(value).removesuffix("\ufe0f"))


_CIRCLES = {"🟢": Status.GREEN, "🟡": Status.YELLOW, "🔴": Status.RED}


def read_day(grid: Grid, cell: Cell) -> date | None:
    """The day in a cell, if it is one: a date, or text that can be read in one way only."""
    if cell in grid.formulas:
        return None
    day = typed.as_date_value(grid.values.get(cell), epoch_1904=grid.epoch_1904)
    if isinstance(day, date):
        return day
    return _spelled_day(typed.as_name(grid.values.get(cell)))


_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")


def _spelled_day(text: str) -> date | None:
    """ "30 Nov 2026", "Nov 30, 2026": an English month, a day and a year of four digits."""
    parts = words(text).split()
    if len(parts) != 3 or not parts[2].isdigit() or len(parts[2]) != 4:
        return None
    day, month = (parts[0], parts[1]) if parts[0].isdigit() else (parts[1], parts[0])
    names = [number for number, name in enumerate(_MONTHS, 1) if month.startswith(name)]
    if not names or not day.isdigit() or month not in _MONTH_WORDS:
        return None
    try:
        return date(int(parts[2]), names[0], int(day))
    except ValueError:
        return None


_MONTH_WORDS = frozenset({
    *_MONTHS, "sept", "january", "february", "march", "april", "june", "july", "august", "september",
    "october", "november", "december",
})  # fmt: skip


def _gate_column(
    grid: Grid, header_row: int, found: Sequence[OldColumn], checklist: Checklist
) -> int | None:
    """The column whose texts are most like gates; a header that says so decides between equals."""

    def like(one: OldColumn) -> tuple[float, bool]:
        texts = [typed.as_name(grid.values[cell]) for cell in _below(grid, header_row, one.column)]
        found = [match.score for text in texts if (match := likeliest(text, checklist))]
        enough = len(found) >= (1 if one.field == "gate" else _FEWEST_GATES)
        return sum(found) if enough else 0.0, one.field == "gate"

    scores = {one.column: like(one) for one in found if one.field in ("", "gate")}
    best = max(scores, key=lambda column: scores[column], default=None)
    return best if best is not None and scores[best][0] else None


def _rows(
    grid: Grid, header_row: int, gate: int, number: int | None, checklist: Checklist
) -> tuple[OldRow, ...]:
    """The rows below the headers that say something in the gates' column."""
    found = []
    for row in sorted({row for row, column in grid.values if row > header_row and column == gate}):
        text = typed.as_name(grid.values.get((row, gate)))
        if not text:
            continue
        like = likeliest(text, checklist)
        shown = typed.as_name(grid.values.get((row, number))) if number is not None else ""
        same_number = like is not None and shown.rstrip(".") == str(like.gate.number)
        settled = same_number and like is not None and not denies(text, like.gate)
        sure = like is None or like.sure or settled
        found.append(OldRow(row, text, like.gate if like else None, sure))
    return tuple(_one_each(found))


def _one_each(found: Sequence[OldRow]) -> Iterator[OldRow]:
    """Two rows that surely mean one gate are not sure; an unsure one gives way to a sure one."""
    sure = Counter(one.gate.key for one in found if one.gate and one.sure)
    for one in found:
        if not one.gate:
            yield one
        elif one.sure:
            yield replace(one, sure=sure[one.gate.key] == 1)
        else:
            taken = sure[one.gate.key] == 1
            yield replace(one, gate=None if taken else one.gate, sure=taken)
