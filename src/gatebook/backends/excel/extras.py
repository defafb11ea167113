"""Comments, fills and number formats of a workbook file, for the commands that must lose nothing.

Only for files that the bounded reader (`read.py`) has read before: openpyxl itself knows no limits.
"""

from __future__ import annotations

import warnings
from io import BytesIO
from pathlib import Path
from typing import Any

from openpyxl import load_workbook
from openpyxl.styles.numbers import is_date_format

from gatebook.sheets.extras import Extras

_Place = tuple[int, int]
# A fill in these says nothing.
_PLAIN = frozenset({"#FFFFFF", "#000000"})
# Excel's own palette of 64 colours, where a file names a colour by its number: Office Open XML,
# ISO/IEC 29500-1, 18.8.27. Only those of traffic lights are told; others are named by number.
_PALETTE = {2: "#FF0000", 3: "#00FF00", 5: "#FFFF00", 10: "#FF0000", 11: "#00FF00", 13: "#FFFF00",
            17: "#008000", 50: "#339966", 51: "#FFCC00", 52: "#FF9900", 53: "#FF6600"}  # fmt: skip


def read_extras(path: Path) -> dict[str, Extras]:
    """By tab. Empty where openpyxl cannot open the file: its values are read all the same."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            book = load_workbook(BytesIO(path.read_bytes()))
    # openpyxl raises anything at all for odd files; what it would add is worth less than a run.
    except Exception:
        return {}
    return {sheet.title: _extras(sheet) for sheet in book.worksheets}


def _extras(sheet: Any) -> Extras:
    comments: dict[_Place, str] = {}
    fills: dict[_Place, str] = {}
    dates: set[_Place] = set()
    percents: set[_Place] = set()
    for row in sheet.iter_rows():
        for cell in row:
            place = (cell.row - 1, cell.column - 1)
            if comment := getattr(cell, "comment", None):
                comments[place] = str(comment.text)
            if not cell.has_style:
                continue
            if fill := _fill(cell):
                fills[place] = fill
            if is_date_format(cell.number_format):
                dates.add(place)
            elif "%" in cell.number_format:
                percents.add(place)
    return Extras(comments, fills, frozenset(dates), frozenset(percents))


def _fill(cell: Any) -> str:
    if cell.fill is None or cell.fill.fill_type != "solid":
        return ""
    colour = cell.fill.fgColor
    if colour.type == "rgb":
        shown = f"#{str(colour.rgb)[-6:].upper()}"
        return "" if shown in _PLAIN else shown
    if colour.type == "indexed":
        return _PALETTE.get(colour.indexed, "")
    # A theme's colours are shades of the organisation's own: headers and bands, mostly.
    return ""
