"""What a tab of ours says of itself: told from what people wrote by what is drawn, and where.

Everything that is drawn stands on a tab once, so it is found once: nearest to where it was drawn, since
rows and columns may have been inserted. The same text a second time was written by somebody.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Container, Iterator, Mapping
from itertools import product

from gatebook.domain.cells import Cell
from gatebook.domain.text import clean
from gatebook.sheets.form_draw import TITLE, WORDING_PREFIX
from gatebook.sheets.form_parse import is_stamp
from gatebook.sheets.formulas import TITLES_PREFIX
from gatebook.sheets.model import Formula, Grid, Noted, Placed, Raw

_REFERENCE = re.compile(r"\$?[A-Z]{1,3}\$?[0-9]+")
_WORDING = re.compile(re.escape(WORDING_PREFIX) + r"([a-z0-9-]+):[0-9a-f]+")


def furniture(drawn: Mapping[Cell, Placed], grid: Grid, read: Container[Cell]) -> frozenset[Cell]:
    """The cells of an old tab that hold what the form, as drawn anew, has of itself.

    `read`: cells that are known to hold answers, or to be the form's own.
    """
    places: dict[str, list[Cell]] = defaultdict(list)
    for cell, text in _texts(drawn):
        places[_meaning(text)].append(cell)
    found: dict[str, list[Cell]] = defaultdict(list)
    for at, value in grid.values.items():
        if isinstance(value, str) and at not in grid.formulas and at not in read:
            found[_meaning(value)].append(Cell(*at))
    own = {cell for meaning in places.keys() & found.keys()
           for cell in _nearest(places[meaning], found[meaning])}  # fmt: skip
    return frozenset(own | set(_formulas(drawn, grid)) | set(_numbers(drawn, grid)))


def _texts(drawn: Mapping[Cell, Placed]) -> Iterator[tuple[Cell, str]]:
    for cell, placed in drawn.items():
        content = placed.content
        if isinstance(content, Noted):
            yield cell, content.whole
        elif isinstance(content, str) and placed.style.locked:
            yield cell, content


def _meaning(text: str) -> str:
    """What of a text is the same on every form: ids, wordings and an organisation's name are not."""
    if is_stamp(text):
        return "stamp"
    if match := _WORDING.fullmatch(text):
        return f"wording of {match[1]}"
    if text.startswith(f"{TITLES_PREFIX}\n"):
        return "titles"
    return "title" if _is_title(text) else clean(text)


def _is_title(text: str) -> bool:
    """The form's title, behind an organisation's name or not."""
    return clean(text) == TITLE or clean(text).endswith(f" · {TITLE}")


def _nearest(drawn: list[Cell], found: list[Cell]) -> Iterator[Cell]:
    """As many of the found cells as are drawn, those nearest to their places."""
    pairs = sorted(
        (abs(at.row - cell.row) + abs(at.column - cell.column), at, cell)
        for at, cell in product(drawn, found)
    )
    used: set[Cell] = set()
    taken: set[Cell] = set()
    for _, at, cell in pairs:
        if at not in used and cell not in taken:
            used.add(at)
            taken.add(cell)
            yield cell


def _formulas(drawn: Mapping[Cell, Placed], grid: Grid) -> Iterator[Cell]:
    shapes = {
        _shape(placed.content.text)
        for placed in drawn.values()
        if isinstance(placed.content, Formula)
    }
    return (Cell(*at) for at, formula in grid.formulas.items() if _shape(formula) in shapes)


def _shape(formula: str) -> str:
    """A formula without its addresses, which move, and without what programs write differently."""
    text = formula.removeprefix("=").replace("_xlfn.", "").replace(";", ",").replace(" ", "")
    # LibreOffice saves them as functions.
    text = text.replace("TRUE()", "TRUE").replace("FALSE()", "FALSE")
    return _REFERENCE.sub("@", text)


def _numbers(drawn: Mapping[Cell, Placed], grid: Grid) -> Iterator[Cell]:
    """Numbers that are drawn, and results of our formulas where a tab was saved without any."""
    for at, value in grid.values.items():
        placed = drawn.get(Cell(*at))
        if placed and not isinstance(value, str) and at not in grid.formulas:
            result = isinstance(placed.content, Formula) and not grid.formulas
            if result or _same_number(placed.content, value):
                yield Cell(*at)


def _same_number(content: object, value: Raw) -> bool:
    return type(content) in (int, float) and content == value
