"""The slow, sure reader: openpyxl's sheet parser where the fast one met something unusual.

Which tabs there are, their shared texts, links and merged ranges come from the same bounded code;
only the cells are openpyxl's. So a file is no less guarded here, and gives the same Grids.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from io import BytesIO
from typing import Any
from xml.etree.ElementTree import Element

from openpyxl.utils.datetime import MAC_EPOCH, WINDOWS_EPOCH, to_excel
from openpyxl.worksheet._reader import FORMULA_TAG, VALUE_TAG, WorkSheetParser

from gatebook.backends.excel import limits
from gatebook.backends.excel.contents import (
    BEYOND,
    FORM,
    Contents,
    Place,
    Places,
    Tab,
    clean,
    typed,
)
from gatebook.backends.excel.markup import parse
from gatebook.backends.excel.ooxml import Book, read_book, to_grid
from gatebook.backends.excel.package import SAVE_AGAIN, Package
from gatebook.backends.excel.strings import Strings
from gatebook.backends.excel.tab import refuse_too_full
from gatebook.backends.protocol import Unreadable
from gatebook.sheets.model import CellError, Grid, Raw

# openpyxl knows only the transitional names; the strict ones mean the same (ISO/IEC 29500-1, -4).
_STRICT = b"http://purl.oclc.org/ooxml/spreadsheetml/main"
_TRANSITIONAL = b"http://schemas.openxmlformats.org/spreadsheetml/2006/main"


def read_slowly(
    package: Package, main: str, skip: frozenset[str], places: Places = FORM
) -> tuple[Grid, ...]:
    """The same Grids as the fast reader's. Raises Unreadable."""
    book = read_book(package, main)
    strings = Strings(package, book.strings)
    grids = []
    room = limits.MAX_CELLS * places.times
    for tab in book.tabs:
        contents = _read_tab(package.read(tab.part), tab, book, strings, places)
        refuse_too_full(contents, tab, room, places)
        room -= len(contents.values)
        first = contents.values.get((0, 0))
        if not (skip and isinstance(first, str) and first.startswith(tuple(skip))):
            grids.append(to_grid(contents, tab, book, package))
    return tuple(grids)


class _Shared(str):
    """A shared text: its escapes are decoded already."""

    __slots__ = ()


class _SharedTexts:
    def __init__(self, strings: Strings) -> None:
        self._strings = strings

    def __getitem__(self, index: int) -> _Shared:
        return _Shared(self._strings[index])


class _Parser(WorkSheetParser):
    """Reads stored values, and notes formulas as they are written."""

    def __init__(self, data: bytes, strings: Strings, epoch: datetime, places: Places) -> None:
        # Without date formats, a date stays the number that is stored.
        super().__init__(
            BytesIO(data), _SharedTexts(strings), data_only=True, epoch=epoch, date_formats=set()
        )
        self.formulas: dict[Place, str] = {}
        self.places = places

    def parse_cell(self, element: Any) -> dict[str, Any]:
        value = element.findtext(VALUE_TAG) or ""
        if element.get("t", "n") == "n" and isinstance(typed("n", value), str):
            # openpyxl gives up on words where a number must be; they are kept as text.
            element.set("t", "str")
        cell: dict[str, Any] = super().parse_cell(element)
        formula: Element | None = element.find(FORMULA_TAG)
        at = self.places.within(cell["row"] - 1, cell["column"] - 1)
        if formula is not None and at is not BEYOND:
            self.formulas[at] = formula.text or ""
        return cell


def _read_tab(data: bytes, tab: Tab, book: Book, strings: Strings, places: Places) -> Contents:
    # A first pass refuses what is no proper XML, declares entities or nests too deep.
    parse(data, tab.part, lambda _name, _attributes: None)
    epoch = MAC_EPOCH if book.epoch_1904 else WINDOWS_EPOCH
    parser = _Parser(data.replace(_STRICT, _TRANSITIONAL), strings, epoch, places)
    try:
        with warnings.catch_warnings():
            # They are about features that openpyxl would not write again; we only read.
            warnings.simplefilter("ignore")
            values = dict(_values(parser, epoch))
            merges = [str(merge.ref) for merge in getattr(parser.merged_cells, "mergeCell", ())]
            links = [
                {"ref": link.ref or "", "r:id": link.id or "", "location": link.location or ""}
                for link in parser.hyperlinks.hyperlink
            ]
    except Unreadable:
        raise
    except Exception as error:
        # openpyxl raises whatever its own code happens to raise on a file it does not expect.
        raise Unreadable(
            f"the tab {tab.name!r} is not written as a spreadsheet program writes it ({error})",
            SAVE_AGAIN,
        ) from error
    return Contents(values, parser.formulas, merges[: limits.MAX_MERGES], links[: limits.MAX_LINKS])


def _values(parser: _Parser, epoch: datetime) -> Iterator[tuple[Place, Raw]]:
    for _, cells in parser.parse():
        for cell in cells:
            at = parser.places.within(cell["row"] - 1, cell["column"] - 1)
            value = _raw(cell["value"], cell["data_type"], epoch)
            if at is not BEYOND and value is not None and value != "":
                yield at, value


def _raw(value: Any, kind: str, epoch: datetime) -> Raw | None:
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, (datetime, date, time, timedelta)):
        return float(to_excel(value, epoch))  # type: ignore[no-untyped-call]
    if isinstance(value, (int, float)):
        return float(value)
    if kind == "e":
        return CellError(value)
    return str(value) if isinstance(value, _Shared) else clean(str(value))
