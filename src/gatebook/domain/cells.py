"""Cells and ranges: the only place that speaks A1.

Rows and columns count from 0 everywhere in the code; people see A1 text, where rows count from 1.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

_A1 = re.compile(r"\$?([A-Za-z]{1,3})\$?([1-9][0-9]{0,6})")


@lru_cache(maxsize=1024)
def column_letters(column: int) -> str:
    """Letters of a 0-based column: 0 → "A", 26 → "AA"."""
    letters = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


@lru_cache(maxsize=1024)
def column_number(letters: str) -> int:
    """0-based number of a column's letters: "A" → 0, "XFD" → 16383."""
    number = 0
    for letter in letters.upper():
        number = number * 26 + ord(letter) - 64
    return number - 1


class Cell(NamedTuple):
    """One cell by 0-based row and column."""

    row: int
    column: int

    @property
    def a1(self) -> str:
        """As people write it: "F19"."""
        return f"{column_letters(self.column)}{self.row + 1}"

    @property
    def fixed(self) -> str:
        """As a formula pins it: "$F$19"."""
        return f"${column_letters(self.column)}${self.row + 1}"

    @property
    def in_row(self) -> str:
        """Column pinned, row free to move with its row: "$F19"."""
        return f"${column_letters(self.column)}{self.row + 1}"

    def right(self, columns: int = 1) -> Cell:
        """The cell so many columns to the right."""
        return Cell(self.row, self.column + columns)

    def down(self, rows: int = 1) -> Cell:
        """The cell so many rows below."""
        return Cell(self.row + rows, self.column)

    @classmethod
    def parse(cls, text: str) -> Cell:
        """Read "F19" or "$F$19". Raises ValueError for anything else."""
        match = _A1.fullmatch(text.strip())
        if not match:
            raise ValueError(f"{text!r} is no cell address such as F19")
        return cls(int(match[2]) - 1, column_number(match[1]))


class Range(NamedTuple):
    """A rectangle of cells, both corners included."""

    first: Cell
    last: Cell

    @property
    def a1(self) -> str:
        """ "C4:F9", or "C4" where it is one cell."""
        return self.first.a1 if self.first == self.last else f"{self.first.a1}:{self.last.a1}"

    @property
    def fixed(self) -> str:
        """As a formula pins it: "$C$4:$F$9"."""
        return f"{self.first.fixed}:{self.last.fixed}"

    def __contains__(self, cell: object) -> bool:
        return (
            isinstance(cell, Cell)
            and self.first.row <= cell.row <= self.last.row
            and self.first.column <= cell.column <= self.last.column
        )

    @classmethod
    def parse(cls, text: str) -> Range:
        """Read "C4:F9" or "C4". Raises ValueError for anything else."""
        first, colon, last = text.partition(":")
        start = Cell.parse(first)
        return cls(start, Cell.parse(last) if colon else start)

    @classmethod
    def of(cls, row: int, column: int, last_row: int, last_column: int) -> Range:
        """From four 0-based numbers."""
        return cls(Cell(row, column), Cell(last_row, last_column))
