"""From a team's own checklist sheet to a review, and a list of everything that has no place on it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any, NamedTuple

import msgspec

from gatebook.domain.cells import Cell
from gatebook.domain.checklist import Checklist, Gate
from gatebook.domain.effective import plausible
from gatebook.domain.fields import HEADER, HEADER_BY_NAME, ROW_BY_NAME
from gatebook.domain.leftover import Leftover
from gatebook.domain.review import GateRow, Review, Stamp, Status
from gatebook.domain.text import clean, same, slug, words
from gatebook.sheets import typed
from gatebook.sheets.extras import NO_EXTRAS, Extras, said
from gatebook.sheets.headers import folded, lookup
from gatebook.sheets.model import CellError, Grid
from gatebook.sheets.old_headers import HEAD_WORDS, says_only
from gatebook.sheets.old_sheet import OldRow, OldSheet, read_day, read_status

# What people write for a status, and what it may mean: a proposal when they are asked, never taken.
_MAY_MEAN = {
    Status.GREEN: "done complete completed yes pass passed ok true x ✓ ✔ ✅ ☑ closed finished met ready",
    Status.YELLOW: "partial partly progress wip ongoing started a orange 🟠 minor",
    Status.RED: "no fail failed false not open missing none ✗ ✘ ❌ blocked critical",
}
_MEANING = {word: status for status, said in _MAY_MEAN.items() for word in said.split()}
# A value that stands once for several rows, in a merged cell, is meant for all of them.
_SHARED = ("owner", "next_action", "due", "artifact")
_HEAD_FIELDS = ("system", "lead", "owner", "backup", "review_date", "launch_date")

_NO_COLUMN = "the form has no such column"
_NO_ROW = "the row is none of the checklist's gates"
_UNSURE_COLUMN = "not sure which column of the form this is"
_UNSURE_ROW = "not sure which gate of the checklist this is"
_NOT_TABLE = "it stands outside the table"
_OWN_WORDS = "your own words; the form has the checklist's"
_FORMULA = "a formula, and nothing that somebody typed"
_COMMENT = "a comment on a cell; forms carry none"
_COLOUR = "a colour is not read as a status: mark the gate"
_NO_STATUS = "neither Green, Yellow nor Red: mark the gate"
_NO_DATE = "no day that can be read in one way only; the form takes days such as 2026-11-30"
_ERROR = "an error value, and no answer"
_LINK = "a link; the form takes links on artifacts only"
_BROKEN_LINK = "this link leads nowhere from the form"
_TIME = "a time of day; the form takes days"
_OWN_HEADER = "your own words in a header; the form has its own"
_LINKS = ("http://", "https://", "mailto:")
_DAY = 24 * 60 * 60


class Word(NamedTuple):
    """What stands for a status in some rows and is none of ours, and what it may mean.

    `found` is a text, or a fill ("#RRGGBB") where nothing else stands in the cell.
    """

    found: str
    rows: int
    may_mean: Status | None


@dataclass(slots=True)
class Adopted:
    """The review, what is left of the old sheet, and what the review has, by the cell it comes from."""

    review: Review
    left: tuple[Leftover, ...] = ()
    carried: dict[Cell, object] = field(default_factory=dict)


def system_of(sheet: OldSheet) -> str:
    """The system that the sheet itself names, "" for none."""
    return next((str(one.value) for one in _head(sheet) if one.field == "system"), "")


def status_words(sheet: OldSheet, extras: Extras = NO_EXTRAS) -> tuple[Word, ...]:
    """Every different thing that stands for a status in a gate's row and is not surely one."""
    column = sheet.column_of("status")
    if column is None:
        return ()
    count: dict[str, int] = {}
    for row in sheet.rows:
        found = _unclear(sheet.grid, Cell(row.row, column), extras) if row.gate else ""
        if found:
            count[found] = count.get(found, 0) + 1
    return tuple(Word(found, rows, _guess(found)) for found, rows in count.items())


def _unclear(grid: Grid, cell: Cell, extras: Extras) -> str:
    """What to ask about a status cell; "" where it is clear, empty, or nothing to ask about."""
    value = grid.values.get(cell)
    if cell in grid.formulas or read_status(grid, cell) or isinstance(value, CellError):
        return ""
    if isinstance(value, float) and not isinstance(value, bool):
        return ""
    return typed.as_name(value) or (extras.fills.get(cell, "") if value is None else "")


def _guess(found: str) -> Status | None:
    """What a word may mean. Of several words the worst counts ("not started")."""
    if found.startswith("#"):
        return None
    said_in = [word for word in words(found).split() if len(word) > 1]
    told = {_MEANING[word] for word in (found.lower(), *said_in) if word in _MEANING}
    told |= {status for word in said_in if (status := _colour_word(word))}
    return next((s for s in (Status.RED, Status.YELLOW, Status.GREEN) if s in told), None)


def _colour_word(word: str) -> Status | None:
    status = typed.as_status(word)
    return status if isinstance(status, Status) else None


def adopt(
    sheet: OldSheet,
    checklist: Checklist,
    *,
    token: str,
    system: str = "",
    lead: str = "",
    meanings: Mapping[str, Status] | None = None,
    extras: Extras = NO_EXTRAS,
) -> Adopted:
    """The form's content: only what is sure, by itself or because people confirmed it.

    `meanings`: what people said that a word or a fill stands for. `system`, `lead` go before what the
    sheet says of them.
    """
    asked, sheet = sheet, sheet.only_sure()
    head = {one.field: one for one in _head(sheet) if _usable(one.value, checklist)}
    values: dict[str, Any] = {name: one.value for name, one in head.items()}
    values |= {name: text for name, text in (("system", system), ("lead", lead)) if text}
    adopted = Adopted(
        Review(stamp=Stamp.of(checklist, slug(str(values.get("system", ""))), None, token)),
        carried={
            cell: one.value
            for name, one in head.items()
            if one.value == values[name]
            for cell in (one.label, one.at)
        },
    )
    rows = [
        _row(sheet, row, row.gate, meanings or {}, extras, adopted.carried)
        for row in sheet.rows
        if row.gate
    ]
    order = {gate.key: gate.number for gate in checklist.gates}
    values["rows"] = tuple(sorted(rows, key=lambda row: order[row.key]))
    adopted.review = msgspec.structs.replace(adopted.review, **values)
    adopted.left = tuple(_left(sheet, asked, adopted.carried, extras))
    return adopted


def _usable(value: str | date, checklist: Checklist) -> bool:
    """Whether a value of the head can be taken over: a text, or a day within the policy's years."""
    return not isinstance(value, date) or plausible(value, checklist) is not None


def _text(grid: Grid, cell: Cell) -> str:
    return typed.as_name(grid.values.get(cell))


def _row(
    sheet: OldSheet,
    row: OldRow,
    gate: Gate,
    told: Mapping[str, Status],
    extras: Extras,
    carried: dict[Cell, object],
) -> GateRow:
    """A gate's row, with what can be read of it; the cells of that go to `carried`."""
    grid = sheet.grid
    values: dict[str, object] = {}
    for name in ("status", *_SHARED):
        column = sheet.column_of(name)
        if column is None:
            continue
        cell = _owner_of(grid, Cell(row.row, column)) if name in _SHARED else Cell(row.row, column)
        value = _value(grid, name, cell, told, extras)
        if value:
            values[name] = value
            carried[cell] = value
            if name == "artifact" and cell in grid.links:
                values["artifact_link"] = grid.links[cell]
    return msgspec.convert({"key": gate.key, **values}, GateRow)


def _owner_of(grid: Grid, cell: Cell) -> Cell:
    """The cell whose value stands here too: the first of a merged range."""
    return next((area.first for area in grid.merges if cell in area), cell)


def _value(grid: Grid, name: str, cell: Cell, told: Mapping[str, Status], extras: Extras) -> object:
    value = grid.values.get(cell)
    if name == "status":
        return read_status(grid, cell) or told.get(_unclear(grid, cell, extras))
    if name == "due":
        return read_day(grid, cell)
    if cell in grid.formulas or isinstance(value, CellError):
        return ""
    if name == "artifact":
        return typed.as_text(value) or grid.links.get(cell, "")
    return typed.as_name(value) if name == "owner" else typed.as_text(value)


class _Told(NamedTuple):
    """What the sheet says of a field of the head, with the cells of its label and of the value."""

    field: str
    value: str | date
    label: Cell
    at: Cell


def _head(sheet: OldSheet) -> Iterator[_Told]:
    """What the sheet says of the system outside its table: each field once."""
    names = lookup(HEADER)
    for found, others in HEAD_WORDS.items():
        names = names | dict.fromkeys(others, (found, True))
    seen: set[str] = set()
    for place in sorted(sheet.grid.values):
        cell, value = Cell(*place), sheet.grid.values[place]
        if not isinstance(value, str) or cell in sheet.grid.formulas or _in_table(sheet, cell):
            continue
        label, colon, rest = value.partition(":")
        name, exact = names.get(folded(label if colon else value), ("", False))
        # An alias such as "Date" above somebody's own list can be the day of anything.
        if name not in _HEAD_FIELDS or name in seen or not (exact or name in ("system", "lead")):
            continue
        at = cell if clean(rest) else _beside(sheet.grid, cell)
        if told := _head_value(sheet.grid, name, at, rest):
            seen.add(name)
            yield _Told(name, told, cell, at)


def _head_value(grid: Grid, name: str, at: Cell, rest: str) -> str | date | None:
    if at in grid.formulas:
        return None
    if HEADER_BY_NAME[name].kind == "date":
        day = typed.as_date_value(clean(rest) or grid.values.get(at), epoch_1904=grid.epoch_1904)
        return day if isinstance(day, date) else None
    return clean(rest) or _text(grid, at)


def _beside(grid: Grid, cell: Cell) -> Cell:
    """The next cell to the right of a label, or of the range that it is merged over."""
    area = next((area for area in grid.merges if cell in area), None)
    return Cell(cell.row, (area.last if area else cell).column + 1)


def _in_table(sheet: OldSheet, cell: Cell) -> bool:
    first = sheet.header[0]
    # Rows stand in their order. This is asked of every cell.
    last = sheet.rows[-1].row if sheet.rows else first
    return first <= cell.row <= last


def _left(
    sheet: OldSheet, asked: OldSheet, carried: Mapping[Cell, object], extras: Extras
) -> Iterator[Leftover]:
    """Everything on the tab that the form does not say, in the sheet's order. `asked`: the sheet with
    what was not sure."""
    grid = sheet.grid
    gates = {row.row: row.gate for row in sheet.rows}
    columns = {one.column: one for one in sheet.columns}
    unsure_rows = {one.row for one in asked.rows if not one.sure}
    unsure_columns = {one.column for one in asked.columns if not one.sure}
    marks = sheet.column_of("status")
    fills = {at for at in extras.fills if at[1] == marks and gates.get(at[0])}
    comments = grid.notes | extras.comments
    said_in = grid.values.keys() | grid.formulas.keys() | grid.links.keys()
    for place in sorted(said_in | fills | comments.keys()):
        cell = Cell(*place)
        typed_in = cell in grid.values or cell in grid.formulas
        text = said(grid, cell, extras) if typed_in else grid.links.get(cell, "")
        gate = gates.get(cell.row)
        column = columns.get(cell.column)
        about = column.header if column and _in_table(sheet, cell) else ""
        number = gate.number if gate else None
        known = cell in carried or _is_furniture(sheet, cell, gate)
        if known:
            for found, why in _rest(sheet, cell, carried.get(cell)):
                yield Leftover(grid.tab, cell.a1, about, number, found, why)
        elif clean(text):
            why = _why(sheet, cell, gate, column.field if column else "")
            if cell.row in unsure_rows:
                why = _UNSURE_ROW
            elif cell.column in unsure_columns and why == _NO_COLUMN:
                why = _UNSURE_COLUMN
            yield Leftover(grid.tab, cell.a1, about, number, text, why)
        if cell in fills and cell not in carried and not clean(text):
            yield Leftover(
                grid.tab, cell.a1, about, number, f"filled {extras.fills[cell]}", _COLOUR
            )
        if comment := comments.get(cell):
            yield Leftover(grid.tab, cell.a1, about, number, comment, _COMMENT)


def _rest(sheet: OldSheet, cell: Cell, value: object) -> Iterator[tuple[str, str]]:
    """What a cell says besides the `value` that was carried from it, and why that was not: each."""
    grid = sheet.grid
    raw, link = grid.values.get(cell), grid.links.get(cell, "")
    if link and _plain_address(link) != _plain_address(str(value or typed.as_text(raw))):
        carried = value and cell.column == sheet.column_of("artifact") and _in_table(sheet, cell)
        if not carried:
            yield link, _LINK
        elif not link.lower().startswith(_LINKS):
            yield link, _BROKEN_LINK
    if isinstance(value, date) and isinstance(raw, float) and (seconds := round(raw % 1 * _DAY)):
        yield str(timedelta(seconds=min(seconds, _DAY - 1))), _TIME


def _plain_address(text: str) -> str:
    return clean(text).removeprefix("mailto:").rstrip("/")


def _is_furniture(sheet: OldSheet, cell: Cell, gate: Gate | None) -> bool:
    """Whether a cell says only what the form says itself: headers that were taken, numbers, titles."""
    field_of = next((one.field for one in sheet.columns if one.column == cell.column), "")
    if sheet.header[0] <= cell.row <= sheet.header[1]:
        return bool(field_of) and says_only(_text(sheet.grid, cell), field_of)
    text = _text(sheet.grid, cell).rstrip(".")
    if gate and field_of == "number":
        return text == str(gate.number)
    return bool(gate and field_of == "gate" and same(text, gate.title))


def _why(sheet: OldSheet, cell: Cell, gate: Gate | None, name: str) -> str:
    if not _in_table(sheet, cell):
        return _NOT_TABLE
    if sheet.header[0] <= cell.row <= sheet.header[1]:
        return _OWN_HEADER if name else _NO_COLUMN
    if gate is None:
        return _NO_ROW
    if name in ("", "number"):
        return _NO_COLUMN
    if name == "gate":
        return _OWN_WORDS
    if cell in sheet.grid.formulas:
        return _FORMULA
    if isinstance(sheet.grid.values.get(cell), CellError):
        return _ERROR
    if name == "status":
        return _NO_STATUS
    return _NO_DATE if name == "due" else f"nothing that {ROW_BY_NAME[name].label} takes"
