"""Rows and columns that are inserted, deleted or moved, and all that must follow them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from tests.google_api import formulas
from tests.google_api.document import Document
from tests.google_api.formulas import Corner, Reference
from tests.google_api.grid import LISTS, Sheet
from tests.google_api.jsontypes import Json


@dataclass(frozen=True)
class Shift:
    """Where the rows (`"ROWS"`) or columns (`"COLUMNS"`) of a tab went."""

    dimension: str
    # The new index of a line; None: it is gone.
    line: Callable[[int], int | None]
    # The new ends of a half-open span; None: nothing of it is left.
    span: Callable[[int, int], tuple[int, int] | None]


def inserted(dimension: str, at: int, count: int) -> Shift:
    """`count` lines came in before line `at`. A span that begins there moves away."""

    def line(index: int) -> int:
        return index if index < at else index + count

    def span(start: int, end: int) -> tuple[int, int]:
        return line(start), end if end <= at else end + count

    return Shift(dimension, line, span)


def deleted(dimension: str, start: int, end: int) -> Shift:
    """The lines from `start` to `end` (exclusive) went out."""

    def line(index: int) -> int | None:
        if index < start:
            return index
        return index - (end - start) if index >= end else None

    def edge(index: int) -> int:
        return index if index <= start else max(start, index - (end - start))

    def span(first: int, last: int) -> tuple[int, int] | None:
        new = edge(first), edge(last)
        return new if new[0] < new[1] else None

    return Shift(dimension, line, span)


def reordered(dimension: str, start: int, end: int, to: int, size: int) -> Shift:
    """The lines from `start` to `end` were put before the line that was number `to`."""
    rest = [index for index in range(size) if not start <= index < end]
    place = to if to <= start else to - (end - start)
    order = rest[:place] + list(range(start, end)) + rest[place:]
    where = {old: new for new, old in enumerate(order)}

    def span(first: int, last: int) -> tuple[int, int]:
        new = [where[index] for index in range(first, min(last, size))]
        together = new and max(new) - min(new) + 1 == len(new)
        return (min(new), max(new) + 1) if together else (first, last)

    return Shift(dimension, lambda index: where.get(index, index), span)


def apply(document: Document, sheet: Sheet, shift: Shift) -> None:
    """Let the cells of a tab follow, and every range and formula of the spreadsheet."""
    _move_cells(sheet, shift)
    for other in document.all_sheets():
        _move_formulas(other, sheet, shift)
        _move_lists(other, sheet, shift)
    document.named_ranges = [
        moved
        for named in document.named_ranges
        if (moved := _followed(named, sheet.id, shift))["range"] is not None
    ]


def _move_cells(sheet: Sheet, shift: Shift) -> None:
    rows: dict[int, dict[int, Json]] = {}
    for row, cells in sheet.rows.items():
        if shift.dimension == "ROWS":
            to = shift.line(row)
            if to is not None:
                rows[to] = cells
        else:
            lines = ((shift.line(column), cell) for column, cell in cells.items())
            rows[row] = {column: cell for column, cell in lines if column is not None}
    sheet.set_rows(rows)
    properties = sheet.dimensions(shift.dimension)
    kept = {shift.line(index): value for index, value in properties.items()}
    properties.clear()
    properties.update({index: value for index, value in kept.items() if index is not None})


def _move_formulas(sheet: Sheet, target: Sheet, shift: Shift) -> None:
    """Formulas of one tab after lines of another (or the same) moved."""

    def move(reference: Reference) -> Reference | None:
        of_target = reference.sheet == target.title or (reference.sheet is None and sheet is target)
        return _shifted(reference, shift) if of_target else reference

    for row, cells in list(sheet.rows.items()):
        for column, cell in list(cells.items()):
            formula = cell.get("userEnteredValue", {}).get("formulaValue")
            text = formulas.moved(formula, move) if formula else formula
            if text != formula:
                sheet.put(row, column, cell | {"userEnteredValue": {"formulaValue": text}})
            rule = cell.get("dataValidation")
            if rule and (moved := _with_formulas(rule, move)) != rule:
                sheet.put(row, column, sheet.cell(row, column) | {"dataValidation": moved})
    rules = sheet.lists.get("conditionalFormats")
    if rules:
        sheet.lists["conditionalFormats"] = [_with_formulas(rule, move) for rule in rules]


def _with_formulas(value: Any, move: formulas.Move) -> Any:
    """A rule whose conditions' formulas went through `move`."""
    if isinstance(value, list):
        return [_with_formulas(item, move) for item in value]
    if not isinstance(value, dict):
        return value
    return {
        key: formulas.moved(item, move)
        if key == "userEnteredValue" and isinstance(item, str) and item.startswith("=")
        else _with_formulas(item, move)
        for key, item in value.items()
    }


def _shifted(reference: Reference, shift: Shift) -> Reference | None:
    def index(corner: Corner) -> int:
        return corner.row if shift.dimension == "ROWS" else corner.column

    def put(corner: Corner, value: int) -> Corner:
        if shift.dimension == "ROWS":
            return replace(corner, row=value)
        return replace(corner, column=value)

    first, second = reference.first, reference.second
    if second is None:
        to = shift.line(index(first))
        return None if to is None else replace(reference, first=put(first, to))
    span = shift.span(index(first), index(second) + 1)
    if span is None:
        return None
    return replace(reference, first=put(first, span[0]), second=put(second, span[1] - 1))


def _move_lists(sheet: Sheet, target: Sheet, shift: Shift) -> None:
    for name in LISTS:
        items = sheet.lists.get(name)
        if items:
            followed = [_followed(item, target.id, shift) for item in items]
            sheet.lists[name] = [item for item in followed if not _is_gone(item)]
    if sheet.basic_filter:
        followed = _followed(sheet.basic_filter, target.id, shift)
        sheet.basic_filter = None if _is_gone(followed) else followed


def _is_gone(item: Any) -> bool:
    """Whether nothing is left of the range that an object stands on."""
    return item is None or item.get("range", item) is None or item.get("ranges") == []


def _followed(value: Any, sheet_id: int, shift: Shift) -> Any:
    """A message whose ranges on the tab follow; a range of which nothing is left becomes None."""
    if isinstance(value, list):
        items = [_followed(item, sheet_id, shift) for item in value]
        return [item for item in items if item is not None]
    if not isinstance(value, dict):
        return value
    kind = "Row" if shift.dimension == "ROWS" else "Column"
    start, end = f"start{kind}Index", f"end{kind}Index"
    if start in value or end in value:
        return _followed_span(value, sheet_id, shift, start, end)
    if value.get("dimension") == shift.dimension and "endIndex" in value:
        return _followed_span(value, sheet_id, shift, "startIndex", "endIndex")
    cell = f"{kind.lower()}Index"
    if cell in value and value.get("sheetId", 0) == sheet_id:
        return value | {cell: shift.line(value[cell]) or 0}
    return {key: _followed(item, sheet_id, shift) for key, item in value.items()}


def _followed_span(value: Json, sheet_id: int, shift: Shift, start: str, end: str) -> Json | None:
    if value.get("sheetId", 0) != sheet_id:
        return value
    # An open end has no line to follow.
    unbounded = 2**31 - 1
    span = shift.span(value.get(start, 0), value.get(end, unbounded))
    if span is None:
        return None
    moved = dict(value)
    if start in value:
        moved[start] = span[0]
    if end in value:
        moved[end] = span[1]
    return moved
