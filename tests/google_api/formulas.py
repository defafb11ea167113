"""Cell references in formulas' text: moved when a formula is repeated, or rows and columns move."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace

from tests.google_api import a1

_TITLE = r"'(?:[^']|'')+'!|[A-Za-z_][\w.]*!"
# A text in quotes, cells with or without a tab's name, whole rows or columns, or any other name.
_PART = re.compile(
    r'"(?:[^"]|"")*"'
    rf"|(?P<sheet>{_TITLE})?"
    r"(?P<first>\$?[A-Za-z]{1,3}\$?[0-9]+)(?::(?P<second>\$?[A-Za-z]{1,3}\$?[0-9]+))?(?![\w(.!])"
    rf"|(?P<of>{_TITLE})?"
    r"(?P<lines>\$?[A-Za-z]{1,3}:\$?[A-Za-z]{1,3}|\$?[0-9]+:\$?[0-9]+)(?![\w(.!])"
    r"|[A-Za-z_][\w.]*"
)
_CELL = re.compile(r"(\$?)([A-Za-z]{1,3})(\$?)([0-9]+)")


@dataclass(frozen=True)
class Corner:
    """A cell in a reference, counted from 0, and which of the two has a dollar sign."""

    row: int
    column: int
    row_fixed: bool
    column_fixed: bool

    def __str__(self) -> str:
        column, row = "$" * self.column_fixed, "$" * self.row_fixed
        return f"{column}{a1.letters(self.column)}{row}{self.row + 1}"


@dataclass(frozen=True)
class Reference:
    """One or two cells in a formula; `sheet` is the tab's name if the formula gives one."""

    sheet: str | None
    first: Corner
    second: Corner | None


# The reference after the move; None: its cells are gone.
Move = Callable[[Reference], Reference | None]


def repeated(formula: str, down: int, right: int) -> str:
    """A formula written `down` rows and `right` columns further: relative references follow."""

    def shifted(corner: Corner) -> Corner:
        return replace(
            corner,
            row=corner.row if corner.row_fixed else corner.row + down,
            column=corner.column if corner.column_fixed else corner.column + right,
        )

    def move(reference: Reference) -> Reference | None:
        first = shifted(reference.first)
        second = shifted(reference.second) if reference.second else None
        ends = (first, second) if second else (first,)
        if any(corner.row < 0 or corner.column < 0 for corner in ends):
            return None
        return Reference(reference.sheet, first, second)

    return moved(formula, move)


def moved(formula: str, move: Move) -> str:
    """A formula whose cell references went through `move`. Whole rows and columns stay."""
    return _PART.sub(lambda match: _part(match, move), formula)


def _part(match: re.Match[str], move: Move) -> str:
    if not match["first"]:
        return match[0]
    sheet = match["sheet"] or ""
    title = a1.split(sheet + "A1")[0] if sheet else None
    second = _corner(match["second"]) if match["second"] else None
    to = move(Reference(title, _corner(match["first"]), second))
    if to is None:
        return "#REF!"
    return f"{sheet}{to.first}" + (f":{to.second}" if to.second else "")


def _corner(text: str) -> Corner:
    match = _CELL.fullmatch(text)
    if match is None:
        raise ValueError(text)
    column_mark, column, row_mark, row = match.groups()
    return Corner(int(row) - 1, a1.column_index(column), bool(row_mark), bool(column_mark))


def renamed(formula: str, old: str, new: str) -> str:
    """A formula after a tab got another name."""

    def renamed_part(match: re.Match[str]) -> str:
        sheet = match["sheet"] or match["of"]
        if sheet and a1.split(sheet + "A1")[0] == old:
            return f"{a1.quoted(new)}!" + match[0][len(sheet) :]
        return match[0]

    return _PART.sub(renamed_part, formula)


def names_another_sheet(formula: str) -> bool:
    """Whether a formula refers to a tab by name."""
    return any(match["sheet"] or match["of"] for match in _PART.finditer(formula))
