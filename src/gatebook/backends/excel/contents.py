"""What a tab's part says, before links and merges are resolved, and how its cells are read."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import NamedTuple

from gatebook.backends.excel import limits
from gatebook.domain.cells import column_number
from gatebook.sheets.model import CellError, Raw

Place = tuple[int, int]

# Stands for every cell outside the kept rows and columns.
BEYOND: Place = (-1, -1)

_REFERENCE = re.compile(r"([A-Za-z]{1,3})([1-9][0-9]{0,6})")
_ESCAPE = re.compile(r"_x([0-9A-Fa-f]{4})_")

_MAX_PLACES = 50_000


class Unusual(Exception):
    """The fast reader does not know this; the slow one may."""


class Skipped(Exception):
    """The tab's first cell says that nobody wants it."""


class Places:
    """The cells that are kept: of the first so many rows, and `times` the usual number of them. `known`
    has addresses worked out before, since cells are at the same places in every form."""

    def __init__(self, rows: int, times: int = 1) -> None:
        self._rows = rows
        self.times = times
        self.known: dict[str, Place] = {}

    def of(self, reference: str) -> Place:
        """0-based place of "F19", or BEYOND. Raises Unusual for anything else."""
        match = _REFERENCE.fullmatch(reference)
        if match is None:
            raise Unusual(f"a cell named {reference!r}")
        place = self.within(int(match[2]) - 1, column_number(match[1]))
        if len(self.known) < _MAX_PLACES:
            self.known[reference] = place
        return place

    def within(self, row: int, column: int) -> Place:
        """The place, or BEYOND if it is outside the rows and columns that are kept."""
        if 0 <= row < self._rows and 0 <= column < limits.MAX_COLUMNS:
            return (row, column)
        return BEYOND


FORM = Places(limits.MAX_ROWS)
WHOLE = Places(limits.ALL_ROWS, limits.OWN_TIMES)


class Tab(NamedTuple):
    """One tab as the workbook lists it; `part` is where its cells are."""

    name: str
    part: str
    hidden: bool
    position: int


@dataclass
class Contents:
    """What a tab's part says; places are 0-based (row, column), links are XML attributes."""

    values: dict[Place, Raw] = field(default_factory=dict)
    formulas: dict[Place, str] = field(default_factory=dict)
    merges: list[str] = field(default_factory=list)
    links: list[dict[str, str]] = field(default_factory=list)


def typed(kind: str, raw: str) -> Raw:
    """The value of a cell by its type; not for shared texts. Raises Unusual."""
    if kind in ("n", ""):
        return _number(raw)
    if kind in ("str", "inlineStr"):
        return clean(raw)
    if kind == "b":
        return raw.strip() in ("1", "true")
    if kind == "e":
        return CellError(raw)
    raise Unusual(f"a cell of type {kind!r}")


def clean(text: str) -> str:
    """A text as people see it: `_x000D_`-like escapes decoded, cut at what a cell can hold."""
    if "_x" in text:
        text = _ESCAPE.sub(lambda match: chr(int(match[1], 16)), text)
        # Escapes may spell half a surrogate pair, which no other program accepts.
        text = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return text if len(text) <= limits.MAX_TEXT else text[: limits.MAX_TEXT]


def _number(raw: str) -> Raw:
    """A number; or, as text, what stands in a number's place and is none (words, nan, inf)."""
    try:
        number = float(raw)
    except ValueError:
        return clean(raw)
    return number if number - number == 0.0 else clean(raw)
