"""Marks on people's spreadsheets: notes and one line of text, and nothing else of any cell.

Sent a second time, such a batch changes nothing, so after an unclear answer it is simply sent again.
https://developers.google.com/workspace/sheets/api/reference/rest/v4/spreadsheets/request#UpdateCellsRequest
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from gspread.exceptions import APIError

from gatebook.backends.google.render_areas import grid_range
from gatebook.backends.google.transport import SHEETS, Transport, Unsure
from gatebook.backends.protocol import Unwritable
from gatebook.domain.cells import Cell, Range
from gatebook.sheets.layout import GAP_POINTS
from gatebook.sheets.marks import TabEdits

# The height of a new row in Sheets; it shows one line of letters of 10 points.
_LINE_PIXELS = 21
_POINT_PIXELS = 4 / 3
_LINE_FORMAT = {
    "textFormat": {"bold": True, "fontSize": 10},
    "verticalAlignment": "MIDDLE",
    "wrapStrategy": "OVERFLOW_CELL",
}
_LINE_FIELDS = (
    "userEnteredValue,userEnteredFormat(textFormat(bold,fontSize),verticalAlignment,wrapStrategy)"
)


def put_marks(transport: Transport, spreadsheet_id: str, tabs: Sequence[TabEdits]) -> None:
    """Write them, all or nothing. Raises Unwritable, APIError, OutOfReach, Unsure."""
    body = {"requests": [request for tab in tabs for request in requests_of(tab)]}
    patience = transport.patience()
    while True:
        try:
            url = f"{SHEETS}/v4/spreadsheets/{spreadsheet_id}:batchUpdate"
            transport.request("post", url, params={"fields": "spreadsheetId"}, json=body)
            return
        except Unsure:
            if not patience.again():
                raise
        except APIError as error:
            if "protected" not in str(error.error.get("message", "")):
                raise
            raise Unwritable(
                "some of its cells are protected, and this sign-in may not edit those",
                "Mark with the identity that made the form, or let its owner add this identity to the "
                "form's protection in Google (Data, Protect sheets and ranges); for new forms, name "
                "it in editors, under [google] in gatebook.toml. Nothing was written there.",
            ) from error


def requests_of(tab: TabEdits) -> Iterator[dict[str, Any]]:
    """The requests for one tab."""
    sheet_id = int(tab.url.rpartition("#gid=")[2] or 0)
    for cell, note in tab.notes.items():
        yield _cell(sheet_id, cell, {"note": note} if note else {}, "note")
    for cell, text in tab.lines.items():
        yield _cell(sheet_id, cell, _line(text), _LINE_FIELDS)
    heights = {cell.row: 0 for cell in tab.lines}
    for cell, text in tab.lines.items():
        if text:
            heights[cell.row] = _LINE_PIXELS
    for row, pixels in heights.items():
        yield {
            "updateDimensionProperties": {
                "range": {
                    "sheetId": sheet_id,
                    "dimension": "ROWS",
                    "startIndex": row,
                    "endIndex": row + 1,
                },
                "properties": {"pixelSize": pixels or round(GAP_POINTS * _POINT_PIXELS)},
                "fields": "pixelSize",
            }
        }


def _line(text: str) -> Mapping[str, Any]:
    if not text:
        return {}
    return {"userEnteredValue": {"stringValue": text}, "userEnteredFormat": _LINE_FORMAT}


def _cell(sheet_id: int, cell: Cell, data: Mapping[str, Any], fields: str) -> dict[str, Any]:
    return {
        "updateCells": {
            "range": grid_range(sheet_id, Range(cell, cell)),
            "rows": [{"values": [data]}],
            "fields": fields,
        }
    }
