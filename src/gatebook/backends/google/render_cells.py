"""Contents of cells: text stays text, only a Formula is a formula and only a Link is a link."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from gatebook.backends.cell_contents import (
    check_merge,
    clean,
    covered,
    finite,
    serial,
    table_rows,
    utf16_length,
    web_address,
)
from gatebook.backends.google.render_areas import equal_areas, grid_range, whole
from gatebook.backends.google.render_formulas import any_locale
from gatebook.backends.google.render_styles import Format, cell_format, run_format
from gatebook.domain.cells import Cell
from gatebook.sheets.model import PLAIN, Content, Formula, Link, Noted, Sheet, Style

# https://support.google.com/drive/answer/37603
MAX_TEXT = 50_000
# What browsers and Excel take; the API names no limit.
MAX_ADDRESS = 2_079

_PLACE = re.compile(r"#'((?:[^']|'')+)'!(\$?[A-Z]{1,3}\$?[1-9][0-9]*)")
_PLACE_BY_ID = re.compile(r"#gid=[0-9]+(?:&range=[A-Z]{1,3}[1-9][0-9]*)?")
# What a cell may have beside its value, and the field mask of it.
_BESIDE = {
    "userEnteredFormat": "userEnteredFormat.textFormat.link",
    "textFormatRuns": "textFormatRuns",
}


@dataclass(frozen=True, slots=True)
class Targets:
    """Where links may lead: the tabs' ids by name, and the spreadsheet's own address ("": unknown)."""

    ids: Mapping[str, int]
    address: str = ""

    def uri(self, link: Link) -> str:
        """The address of a link that may be clicked, or "" where it must be plain text.

        http, https and mailto addresses are, and places in this spreadsheet; no path on a disk is.
        """
        target = clean(link.target, MAX_ADDRESS + 1).strip()
        inside = bool(self.address) and target.startswith(f"{self.address}#")
        place = target.removeprefix(self.address) if inside else target
        if inside and _PLACE_BY_ID.fullmatch(place):
            return place
        if found := _PLACE.fullmatch(place):
            sheet_id = self.ids.get(found[1].replace("''", "'"))
            cell = found[2].replace("$", "")
            return "" if sheet_id is None else f"#gid={sheet_id}&range={cell}"
        uri = web_address(target)
        if link.file and not uri.lower().startswith(("http://", "https://")):
            return ""
        return uri if utf16_length(uri) <= MAX_ADDRESS else ""


class Formats:
    """The formats of one workbook by number. Styles are looked up by identity first: hashing one
    costs more than all else about a cell. That is safe while the workbook holds them."""

    def __init__(self, font: str) -> None:
        self._font = font
        self._by_identity: dict[tuple[int, bool], int] = {}
        self._by_style: dict[tuple[Style, bool], int] = {}
        self.known: list[Format] = []

    def number(self, style: Style, dated: bool) -> int:
        """The number of a style's format in `known`; `dated` matters where the style says no format."""
        dated = dated and not style.number_format
        key = (id(style), dated)
        found = self._by_identity.get(key)
        if found is None:
            found = self._by_identity[key] = self._by_style.setdefault(
                (style, dated), len(self.known)
            )
            if found == len(self.known):
                self.known.append(cell_format(style, self._font, dated=dated))
        return found


@dataclass(slots=True)
class Contents:
    """What one tab's cells hold: each cell's `CellData` and format number; cells open for typing.

    `beside`: what some cells have beside their value, by the names of _BESIDE.
    """

    data: dict[int, dict[int, dict[str, Any]]] = field(default_factory=dict)
    formats: dict[Cell, int] = field(default_factory=dict)
    unlocked: list[Cell] = field(default_factory=list)
    beside: set[str] = field(default_factory=set)

    @property
    def extent(self) -> tuple[int, int]:
        """Rows and columns up to the last cell that holds something or has a look."""
        return (
            max((cell.row + 1 for cell in self.formats), default=0),
            max((cell.column + 1 for cell in self.formats), default=0),
        )


def contents_of(sheet: Sheet, targets: Targets, formats: Formats) -> Contents:
    """Put a tab's cells together. Raises ValueError, naming tab and cell, for what no cell can hold."""
    found = Contents()
    for row, column, content, style in _placed(sheet):
        try:
            data, dated = _cell_data(content, targets)
        except (ValueError, TypeError, OverflowError) as problem:
            raise ValueError(
                f"tab {sheet.name!r}, cell {Cell(row, column).a1}: {problem}"
            ) from None
        cell = Cell(row, column)
        if data:
            found.data.setdefault(row, {})[column] = data
            found.beside |= data.keys() & _BESIDE.keys()
        if data or style is not PLAIN:
            found.formats[cell] = formats.number(style, dated)
        if not style.locked:
            found.unlocked.append(cell)
    for area in sheet.merges:
        check_merge(sheet, area)
        _spread(found, sheet, area)
    return found


def _placed(sheet: Sheet) -> Iterator[tuple[int, int, Content, Style]]:
    for (row, column), placed in sheet.cells.items():
        yield row, column, placed.content, placed.style
    for table in sheet.tables:
        first, left = table.at
        for column, (text, style) in enumerate(table.headers, left):
            yield first, column, text, style
        for row, contents in table_rows(sheet.name, table):
            for column, (content, style) in enumerate(
                zip(contents, table.styles, strict=True), left
            ):
                yield row, column, content, style


def _spread(found: Contents, sheet: Sheet, area: Any) -> None:
    """Give all cells of a merge the look of its first, whose borders are else drawn in part."""
    number = found.formats.get(area.first)
    first = sheet.cells.get(area.first)
    unlocked = first is not None and not first.style.locked
    known = set(found.unlocked) if unlocked else set()
    for cell in covered(area):
        found.formats.pop(cell, None)
        if number is not None:
            found.formats[cell] = number
        if unlocked and cell not in known:
            found.unlocked.append(cell)


def _cell_data(content: Content, targets: Targets) -> tuple[dict[str, Any], bool]:
    """A content as `CellData`, and whether it is a date."""
    # The commonest kinds first; bool before int, because True is an int too.
    if content is None:
        return {}, False
    if isinstance(content, str):
        return _text(content), False
    if isinstance(content, Formula):
        value = {"formulaValue": any_locale(content.text)}
        return {"userEnteredValue": value}, isinstance(content.value, date)
    if isinstance(content, bool):
        return {"userEnteredValue": {"boolValue": content}}, False
    if isinstance(content, int | float):
        return {"userEnteredValue": {"numberValue": finite(content)}}, False
    if isinstance(content, date):
        days = serial(content)
        if days is None:
            return _text(content.isoformat()), False
        return {"userEnteredValue": {"numberValue": days}}, True
    if isinstance(content, Link):
        data = _text(content.text or content.target)
        uri = targets.uri(content)
        if data and uri:
            data["userEnteredFormat"] = {"textFormat": {"link": {"uri": uri}}}
        return data, False
    if isinstance(content, Noted):
        runs = [
            {"startIndex": 0, "format": {}},
            {"startIndex": utf16_length(content.text), "format": run_format(content.style)},
        ]
        return _text(content.whole) | {"textFormatRuns": runs}, False
    raise TypeError(f"{type(content).__name__} is nothing that a cell can hold")


def _text(text: str) -> dict[str, Any]:
    """A text, which the API never parses: "=1+1" and "007" stay what they are."""
    text = clean(text, MAX_TEXT)
    return {"userEnteredValue": {"stringValue": text}} if text else {}


def clear_looks(sheet_id: int, rows: int, columns: int) -> dict[str, Any]:
    """Take the looks and validations of what was drawn before; notes and comments stay."""
    return {
        "updateCells": {
            "range": whole(sheet_id, rows, columns),
            "fields": "userEnteredFormat,dataValidation",
        }
    }


def write_values(sheet_id: int, contents: Contents, rows: int, columns: int) -> dict[str, Any]:
    """All values in one request, which empties every other cell of the grid."""
    return {
        "updateCells": {
            "range": whole(sheet_id, rows, columns),
            "rows": _rows(contents.data),
            "fields": ",".join(
                ["userEnteredValue", *(_BESIDE[n] for n in sorted(contents.beside))]
            ),
        }
    }


def _rows(data: Mapping[int, Mapping[int, dict[str, Any]]]) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = []
    for number in range(max(data, default=-1) + 1):
        cells = data.get(number)
        if cells:
            rows.append({"values": [cells.get(column, {}) for column in range(max(cells) + 1)]})
        else:
            rows.append({})
    return rows


def write_looks(sheet_id: int, contents: Contents, formats: Formats) -> Iterator[dict[str, Any]]:
    """One request for each rectangle of equal looks. Links stay: no field mask names them."""
    for area, number in equal_areas(contents.formats):
        look = formats.known[number]
        yield {
            "repeatCell": {
                "range": grid_range(sheet_id, area),
                "cell": {"userEnteredFormat": look.cell},
                "fields": look.fields,
            }
        }
