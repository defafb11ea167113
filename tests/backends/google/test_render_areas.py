"""Rectangles: they cover what they should, once, and are few where a table is regular."""

from __future__ import annotations

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from gatebook.backends.google.render_areas import (
    equal_areas,
    grid_range,
    rectangles,
    runs_of_numbers,
)
from gatebook.domain.cells import Cell, Range

_CELL = st.builds(Cell, st.integers(0, 9), st.integers(0, 9))


def inside(area: Range) -> list[Cell]:
    return [
        Cell(row, column)
        for row in range(area.first.row, area.last.row + 1)
        for column in range(area.first.column, area.last.column + 1)
    ]


@given(st.sets(_CELL))
def test_rectangles_cover_exactly_the_cells_each_once(cells: set[Cell]) -> None:
    covered = Counter(cell for area in rectangles(cells) for cell in inside(area))
    assert covered == Counter(cells)


@given(st.dictionaries(_CELL, st.sampled_from("ab")))
def test_a_rectangle_has_one_key(cells: dict[Cell, str]) -> None:
    found = {cell: key for area, key in equal_areas(cells) for cell in inside(area)}
    assert found == cells


@given(st.lists(_CELL, unique=True))
def test_the_order_of_the_cells_does_not_matter(cells: list[Cell]) -> None:
    assert rectangles(cells) == rectangles(reversed(cells)) == sorted(rectangles(cells))


def test_a_table_is_one_rectangle_a_column() -> None:
    cells = {Cell(row, column): "ab"[column % 2] for row in range(50) for column in range(4)}
    assert [area.a1 for area, _ in equal_areas(cells)] == ["A1:A50", "B1:B50", "C1:C50", "D1:D50"]


def test_a_block_is_one_rectangle() -> None:
    assert [area.a1 for area in rectangles(inside(Range.parse("B2:D9")))] == ["B2:D9"]


def test_ends_are_exclusive() -> None:
    assert grid_range(7, Range.parse("B2:D9")) == {
        "sheetId": 7,
        "startRowIndex": 1,
        "endRowIndex": 9,
        "startColumnIndex": 1,
        "endColumnIndex": 4,
    }


def test_runs_of_numbers() -> None:
    sizes = {3: "wide", 0: "wide", 1: "wide", 2: "small", 7: "small"}
    assert list(runs_of_numbers(sizes)) == [
        (0, 1, "wide"),
        (2, 2, "small"),
        (3, 3, "wide"),
        (7, 7, "small"),
    ]
