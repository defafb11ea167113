"""Rectangles of cells: as the Sheets API writes them, and as few of them as cover equal cells."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator, Mapping
from typing import Any, TypeVar

from gatebook.domain.cells import Cell, Range

Key = TypeVar("Key", bound=Hashable)
# Beyond the cells that a spreadsheet takes.
_ENDLESS = 10_000_001


def grid_range(sheet_id: int, area: Range) -> dict[str, Any]:
    """A range as `GridRange`: ends are exclusive."""
    return {
        "sheetId": sheet_id,
        "startRowIndex": area.first.row,
        "endRowIndex": area.last.row + 1,
        "startColumnIndex": area.first.column,
        "endColumnIndex": area.last.column + 1,
    }


def area_of(area: Mapping[str, int]) -> Range:
    """A `GridRange` as a range: an end that is left out is that of any grid."""
    return Range.of(
        area.get("startRowIndex", 0),
        area.get("startColumnIndex", 0),
        area.get("endRowIndex", _ENDLESS) - 1,
        area.get("endColumnIndex", _ENDLESS) - 1,
    )


def meet(one: Range, other: Range) -> bool:
    """Whether two ranges have a cell in common."""
    return all(
        a.first[axis] <= b.last[axis] for a, b in ((one, other), (other, one)) for axis in (0, 1)
    )


def whole(sheet_id: int, rows: int, columns: int) -> dict[str, Any]:
    """The first so many rows and columns as `GridRange`."""
    return grid_range(sheet_id, Range.of(0, 0, rows - 1, columns - 1))


def rectangles(cells: Iterable[Cell]) -> list[Range]:
    """Rectangles that cover exactly these cells, each once, sorted by their first cell."""
    return [area for area, _ in equal_areas(dict.fromkeys(cells, True))]


def equal_areas(cells: Mapping[Cell, Key]) -> list[tuple[Range, Key]]:
    """Rectangles of cells with equal keys; together they cover each cell once.

    Runs along a row that stand in the same columns as a run right above are joined with it, so a
    table whose columns each have one look is one rectangle a column, or fewer.
    """
    done: list[tuple[Range, Key]] = []
    open_areas: dict[tuple[int, int, Key], int] = {}
    previous = -2
    for row, runs in _rows_of_runs(cells):
        if row != previous + 1:
            done += _closed(open_areas, previous)
            open_areas = {}
        still_open = {run: open_areas.pop(run, row) for run in runs}
        done += _closed(open_areas, previous)
        open_areas, previous = still_open, row
    done += _closed(open_areas, previous)
    return sorted(done, key=lambda found: found[0])


def _closed(
    areas: Mapping[tuple[int, int, Key], int], last_row: int
) -> Iterator[tuple[Range, Key]]:
    for (first, last, key), row in areas.items():
        yield Range.of(row, first, last_row, last), key


def _rows_of_runs(
    cells: Mapping[Cell, Key],
) -> Iterator[tuple[int, list[tuple[int, int, Key]]]]:
    """Row by row, the runs of neighbours with equal keys: first column, last column, key."""
    row = -1
    runs: list[tuple[int, int, Key]] = []
    for cell in sorted(cells):
        key = cells[cell]
        if cell.row != row:
            if runs:
                yield row, runs
            row, runs = cell.row, []
        if runs and runs[-1][1] == cell.column - 1 and runs[-1][2] == key:
            runs[-1] = (runs[-1][0], cell.column, key)
        else:
            runs.append((cell.column, cell.column, key))
    if runs:
        yield row, runs


def runs_of_numbers(numbers: Mapping[int, Key]) -> Iterator[tuple[int, int, Key]]:
    """Neighbouring numbers with equal keys: first, last, key; for columns and rows of one size."""
    for _, runs in _rows_of_runs({Cell(0, number): key for number, key in numbers.items()}):
        yield from runs
