"""One tab: its properties, cells, rows, columns and what lies on them, as the API's own JSON.

JSON inside a sheet is never changed in place, it is replaced: a copy of a sheet therefore shares
cells with the original, and a batch that fails leaves no trace.
"""

from __future__ import annotations

import copy
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from tests.google_api.a1 import Box
from tests.google_api.errors import bad_request
from tests.google_api.jsontypes import Json

# https://support.google.com/drive/answer/37603
MOST_CELLS = 10_000_000
MOST_COLUMNS = 18_278
DEFAULT_SIZE = {"ROWS": 21, "COLUMNS": 100}

# The lists of a sheet, by the API's names.
LISTS = (
    "merges",
    "conditionalFormats",
    "protectedRanges",
    "charts",
    "filterViews",
    "bandedRanges",
    "developerMetadata",
    "rowGroups",
    "columnGroups",
)


@dataclass
class Sheet:
    """A tab. `rows[r][c]` is the user's part of a `CellData`; absent: an empty cell."""

    properties: Json
    rows: dict[int, dict[int, Json]] = field(default_factory=dict)
    row_properties: dict[int, Json] = field(default_factory=dict)
    column_properties: dict[int, Json] = field(default_factory=dict)
    lists: dict[str, list[Json]] = field(default_factory=dict)
    basic_filter: Json | None = None
    # Cells as they were last answered (see `reading.py`); forgotten when one changes.
    drawn: dict[Any, Any] = field(default_factory=dict)
    _own_rows: set[int] = field(default_factory=set)

    @property
    def id(self) -> int:
        """The sheet's id."""
        return int(self.properties["sheetId"])

    @property
    def title(self) -> str:
        """The tab's name."""
        return str(self.properties["title"])

    @property
    def row_count(self) -> int:
        """Rows of the grid; 0 when the sheet is not a grid."""
        return int(self.properties.get("gridProperties", {}).get("rowCount", 0))

    @property
    def column_count(self) -> int:
        """Columns of the grid."""
        return int(self.properties.get("gridProperties", {}).get("columnCount", 0))

    def copy(self) -> Sheet:
        """A sheet to change, while this one stays as it is."""
        return Sheet(
            properties=copy.deepcopy(self.properties),
            rows=dict(self.rows),
            row_properties=dict(self.row_properties),
            column_properties=dict(self.column_properties),
            lists={name: list(items) for name, items in self.lists.items()},
            basic_filter=self.basic_filter,
        )

    def cell(self, row: int, column: int) -> Json:
        """The user's part of a cell; empty when there is none. Not to be changed in place."""
        return self.rows.get(row, {}).get(column, {})

    def put(self, row: int, column: int, cell: Json) -> None:
        """Replace a cell; an empty one is forgotten."""
        if self.drawn:
            self.drawn = {}
        if row not in self._own_rows:
            self.rows[row] = dict(self.rows.get(row, {}))
            self._own_rows.add(row)
        cells = self.rows[row]
        if cell:
            cells[column] = cell
        else:
            cells.pop(column, None)
        if not cells:
            del self.rows[row]
            self._own_rows.discard(row)

    def set_rows(self, rows: dict[int, dict[int, Json]]) -> None:
        """Replace all cells."""
        self.drawn = {}
        self.rows = {row: cells for row, cells in rows.items() if cells}
        self._own_rows = set()

    def cells(self, area: Box) -> Iterator[tuple[int, int, Json]]:
        """The cells of a bounded box that are not empty."""
        bottom, right = area.end
        inside = sorted(row for row in self.rows if area.top <= row < bottom)
        for row in inside:
            for column in sorted(self.rows[row]):
                if area.left <= column < right:
                    yield row, column, self.rows[row][column]

    def items(self, name: str) -> list[Json]:
        """One of the sheet's lists, to be changed."""
        return self.lists.setdefault(name, [])

    def dimensions(self, dimension: str) -> dict[int, Json]:
        """The properties of rows or columns that differ from the default."""
        return self.row_properties if dimension == "ROWS" else self.column_properties

    def size(self, dimension: str) -> int:
        """How many rows or columns there are."""
        return self.row_count if dimension == "ROWS" else self.column_count

    def resize(self, dimension: str, size: int) -> None:
        """Set the number of rows or columns; what lies beyond is dropped by the caller."""
        grid = self.properties["gridProperties"]
        grid["rowCount" if dimension == "ROWS" else "columnCount"] = size

    @property
    def whole(self) -> Box:
        """All of the grid."""
        return Box(0, 0, self.row_count, self.column_count)

    def used(self) -> tuple[int, int]:
        """Rows and columns up to the last cell with a value."""
        bottom = right = 0
        for row, cells in self.rows.items():
            columns = [at for at, cell in cells.items() if "userEnteredValue" in cell]
            if columns:
                bottom, right = max(bottom, row + 1), max(right, max(columns) + 1)
        return bottom, right


def box_of(grid_range: Json) -> Box:
    """A `GridRange`'s box; open ends are None."""
    return Box(
        grid_range.get("startRowIndex", 0),
        grid_range.get("startColumnIndex", 0),
        grid_range.get("endRowIndex"),
        grid_range.get("endColumnIndex"),
    )


def range_of(sheet_id: int, area: Box) -> Json:
    """A bounded box as a `GridRange`, as Google writes it (`sheetId: 0` is omitted; recorded)."""
    bottom, right = area.end
    span = {
        "startRowIndex": area.top,
        "endRowIndex": bottom,
        "startColumnIndex": area.left,
        "endColumnIndex": right,
    }
    return {"sheetId": sheet_id, **span} if sheet_id else span


def overlap(one: Box, other: Box) -> bool:
    """Whether two bounded boxes share a cell."""
    (bottom, right), (other_bottom, other_right) = one.end, other.end
    return (
        one.top < other_bottom
        and other.top < bottom
        and one.left < other_right
        and other.left < right
    )


def check_size(sheets: Iterable[Sheet]) -> None:
    """Refuse grids beyond Google's limits."""
    cells = 0
    for sheet in sheets:
        cells += sheet.row_count * sheet.column_count
        if sheet.column_count > MOST_COLUMNS:
            raise bad_request(
                "This action would increase the number of columns in the sheet above the limit of"
                f" {MOST_COLUMNS} columns."
            )
    if cells > MOST_CELLS:
        raise bad_request(
            "This action would increase the number of cells in the workbook above the limit of"
            f" {MOST_CELLS} cells."
        )
