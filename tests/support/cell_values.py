"""What can be put into a cell under test, and what is seen of one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from gatebook.domain.cells import Cell, Range
from gatebook.sheets.model import CellError, Formula

# Days are counted as LibreOffice and Excel do for a file of the 1900 system.
_DAY_ZERO = datetime(1899, 12, 30)


class Typed(str):
    """Text as a person types it in an American LibreOffice, which may take it for a date."""

    __slots__ = ()


Edit = str | float | bool | date | Formula | CellError | Typed | None
"""What can be put into a cell: text is literal, None empties, CellError("#REF!") breaks it."""

Value = str | float | bool | CellError | None
"""What stands in a cell; a date is its serial number; None where nothing does."""

Place = tuple[str, str]
"""A tab's name and a cell's A1 address."""


@dataclass(frozen=True, slots=True)
class CellSeen:
    """One cell that holds something.

    `formula` is None for a plain value. `code` is LibreOffice's own number of the error, or None.
    """

    value: Value
    formula: str | None = None
    code: int | None = None


@dataclass(frozen=True, slots=True)
class ValidationSeen:
    """The rule on what a cell accepts, as LibreOffice understood it.

    `kind`: list, date, custom, whole, decimal, text_len, time or any. `entries` of a list that is
    spelled out; a list from cells has its range in `formula`. `refuses`: turns other input down.
    """

    kind: str
    operator: str
    formula: str
    formula2: str
    entries: list[str]
    ignore_blank: bool
    dropdown: bool
    prompt_title: str
    prompt: str
    refuses: bool
    error_title: str
    error: str


def serial(day: date) -> float:
    """The number that stands in a cell for a date or a date with time (1900 system)."""
    if not isinstance(day, datetime):
        day = datetime(day.year, day.month, day.day)
    return (day - _DAY_ZERO).total_seconds() / 86_400


def wire(value: Edit) -> Any:
    """A value as `uno_worker` takes it."""
    if isinstance(value, Formula):
        return ["formula", value.text]
    if isinstance(value, CellError):
        return ["formula", f"={value}"]
    if isinstance(value, Typed):
        return ["typed", str(value)]
    if isinstance(value, date):
        kind = "datetime" if isinstance(value, datetime) else "date"
        return ["serial", serial(value), kind]
    return value


def seen(cell: Mapping[str, Any]) -> CellSeen:
    """A cell as `uno_worker` tells of it."""
    value: Value = cell["value"]
    if "error" in cell:
        value = CellError(cell["error"])
    return CellSeen(value, cell["formula"], cell.get("code"))


def plain(a1: str) -> str:
    """An address without "$" and in capitals, as answers have it."""
    return Cell.parse(a1).a1


def by_tab(cells: Mapping[Place, Any]) -> dict[str, dict[str, Any]]:
    """Cells of several tabs, tab by tab."""
    tabs: dict[str, dict[str, Any]] = {}
    for (tab, a1), value in cells.items():
        tabs.setdefault(tab, {})[a1] = value
    return tabs


def areas_of(wanted: Sequence[Place]) -> dict[str, list[str]]:
    """For each tab the areas to read: one around all its cells, if that is not much more."""
    tabs = by_tab(dict.fromkeys(wanted))
    return {tab: _around(list(cells)) for tab, cells in tabs.items()}


def _around(cells: list[str]) -> list[str]:
    places = [Cell.parse(a1) for a1 in cells]
    rows, columns = [p.row for p in places], [p.column for p in places]
    around = Range.of(min(rows), min(columns), max(rows), max(columns))
    size = (max(rows) - min(rows) + 1) * (max(columns) - min(columns) + 1)
    return [around.a1] if size <= max(16, 4 * len(cells)) else cells
