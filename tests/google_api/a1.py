"""A1 notation: https://developers.google.com/workspace/sheets/api/guides/concepts#expandable-1."""

from __future__ import annotations

import re
from dataclasses import dataclass

_CORNER = r"\$?([A-Za-z]{1,3})?\$?([0-9]+)?"
_RANGE = re.compile(rf"{_CORNER}(?::{_CORNER})?")
# A title that is not read as a cell, a number or a formula's part needs no quotes. Recorded.
_PLAIN_TITLE = re.compile(r"[A-Za-z_]\w*", re.ASCII)
_LIKE_A_CELL = re.compile(r"[A-Za-z]{1,3}[0-9]+|[Rr][0-9]*[Cc][0-9]*", re.ASCII)


@dataclass(frozen=True)
class Box:
    """A rectangle of cells, half open, counted from 0; an end of None is unbounded."""

    top: int
    left: int
    bottom: int | None
    right: int | None

    def clipped(self, rows: int, columns: int) -> Box:
        """The part inside a grid, bounded."""
        bottom = rows if self.bottom is None else min(self.bottom, rows)
        right = columns if self.right is None else min(self.right, columns)
        return Box(min(self.top, bottom), min(self.left, right), bottom, right)

    @property
    def end(self) -> tuple[int, int]:
        """Bottom and right of a bounded box."""
        if self.bottom is None or self.right is None:
            raise ValueError("the box is not bounded")
        return self.bottom, self.right


def letters(column: int) -> str:
    """`0` → `A`, `26` → `AA`."""
    text = ""
    column += 1
    while column:
        column, digit = divmod(column - 1, 26)
        text = chr(65 + digit) + text
    return text


def column_index(text: str) -> int:
    """`A` → `0`, `aa` → `26`."""
    index = 0
    for letter in text.upper():
        index = index * 26 + ord(letter) - 64
    return index - 1


def quoted(title: str) -> str:
    """A sheet's title as it stands before the exclamation mark."""
    if _PLAIN_TITLE.fullmatch(title) and not _LIKE_A_CELL.fullmatch(title):
        return title
    return "'" + title.replace("'", "''") + "'"


def split(text: str) -> tuple[str | None, str]:
    """The title (None: not given) and the rest of `'My sheet'!A1:B2`."""
    match = re.fullmatch(r"'((?:[^']|'')*)'(?:!(.*))?", text, re.DOTALL)
    if match:
        return match[1].replace("''", "'"), match[2] or ""
    title, mark, rest = text.rpartition("!")
    return (title, rest) if mark else (None, text)


def box(text: str) -> Box | None:
    """The cells of `A1:B2`, `A:C`, `2:3`, `A5:B`, `B2:A1`; None when the text is nothing such."""
    match = _RANGE.fullmatch(text)
    if match is None or not text:
        return None
    first, second = (match[1], match[2]), (match[3], match[4])
    one_corner = ":" not in text
    if one_corner and None in first:
        return None
    if not one_corner and (first == (None, None) or second == (None, None)):
        return None
    if "0" in (first[1], second[1]):
        return None
    if one_corner:
        second = first
    top, bottom = _span([int(row) - 1 for row in (first[1], second[1]) if row], first[1] is None)
    left, right = _span(
        [column_index(name) for name in (first[0], second[0]) if name], first[0] is None
    )
    return Box(top, left, bottom, right)


def _span(given: list[int], first_is_open: bool) -> tuple[int, int | None]:
    """From the one or two ends of a side: where it starts, and the end (exclusive) or None."""
    if len(given) == 2:
        return min(given), max(given) + 1
    if not given:
        return 0, None
    return (0, given[0] + 1) if first_is_open else (given[0], None)


def cell(row: int, column: int) -> str:
    """`0, 0` → `A1`."""
    return f"{letters(column)}{row + 1}"


def text_of(title: str, area: Box) -> str:
    """A bounded box as Google writes it back: `Sheet1!A1:B2`, one cell as `Sheet1!A1`."""
    bottom, right = area.end
    first, last = cell(area.top, area.left), cell(bottom - 1, right - 1)
    return f"{quoted(title)}!{first}" if first == last else f"{quoted(title)}!{first}:{last}"
