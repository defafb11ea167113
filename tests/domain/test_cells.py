"""Addresses as people write them, and back."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatebook.domain.cells import Cell, Range, column_letters, column_number

CELLS = st.builds(Cell, st.integers(0, 1_048_575), st.integers(0, 16_383))


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        (Cell(0, 0), "A1"),
        (Cell(18, 5), "F19"),
        (Cell(9, 25), "Z10"),
        (Cell(0, 26), "AA1"),
        (Cell(0, 701), "ZZ1"),
        (Cell(0, 702), "AAA1"),
        (Cell(1_048_575, 16_383), "XFD1048576"),
    ],
)
def test_a1(cell: Cell, text: str) -> None:
    assert cell.a1 == text
    assert Cell.parse(text) == cell


@given(CELLS)
def test_every_way_to_write_a_cell_reads_back(cell: Cell) -> None:
    for text in (cell.a1, cell.fixed, cell.in_row, cell.a1.lower(), f" {cell.a1} "):
        assert Cell.parse(text) == cell


@given(st.integers(0, 16_383))
def test_columns_count_up(column: int) -> None:
    assert column_number(column_letters(column)) == column
    assert column_number(column_letters(column).lower()) == column


@pytest.mark.parametrize(
    "text", ["", "F", "19", "F0", "F-1", "F19:G20", "R1C1", "ABCD1", "F 19", "F19x", "Ä1", "F01"]
)
def test_what_is_no_cell(text: str) -> None:
    with pytest.raises(ValueError, match="no cell address such as F19"):
        Cell.parse(text)


def test_pinned() -> None:
    assert Cell(18, 5).fixed == "$F$19"
    assert Cell(18, 5).in_row == "$F19"


def test_neighbours() -> None:
    assert Cell(18, 5).right() == Cell(18, 6)
    assert Cell(18, 5).right(-2) == Cell(18, 3)
    assert Cell(18, 5).down(3) == Cell(21, 5)


@given(CELLS, CELLS)
def test_ranges_read_back(first: Cell, last: Cell) -> None:
    area = Range(first, last)
    assert Range.parse(area.a1) == area
    assert Range.parse(area.fixed) == area


def test_ranges() -> None:
    area = Range.of(3, 2, 8, 5)
    assert area.a1 == "C4:F9"
    assert area.fixed == "$C$4:$F$9"
    assert Range.of(3, 2, 3, 2).a1 == "C4"
    assert Range.parse("C4") == Range.of(3, 2, 3, 2)
    assert Range.of(3, 2, 3, 2).fixed == "$C$4:$C$4"


@pytest.mark.parametrize("text", ["C4:", ":F9", "C4:F", "C:F"])
def test_what_is_no_range(text: str) -> None:
    with pytest.raises(ValueError, match="no cell address"):
        Range.parse(text)


@pytest.mark.parametrize(
    ("cell", "inside"),
    [
        (Cell(3, 2), True), (Cell(8, 5), True), (Cell(5, 3), True),
        (Cell(2, 2), False), (Cell(9, 5), False), (Cell(3, 1), False), (Cell(8, 6), False),
    ],
)  # fmt: skip
def test_corners_are_inside(cell: Cell, inside: bool) -> None:
    assert (cell in Range.of(3, 2, 8, 5)) is inside


def test_other_things_are_not_inside() -> None:
    text: object = "C4"
    assert text not in Range.of(3, 2, 8, 5)
