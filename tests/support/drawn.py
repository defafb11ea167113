"""Small workbooks for tests of drawing, and what openpyxl or the XML says of them."""

from __future__ import annotations

import io
import zipfile
from datetime import datetime
from typing import Any

import openpyxl

from gatebook.backends.excel.draw import workbook_bytes
from gatebook.domain.cells import Cell
from gatebook.sheets.model import PLAIN, Content, Placed, Sheet, Style, Workbook

CREATED = datetime(2026, 11, 23, 9, 30)
A1 = Cell(0, 0)


def book(*sheets: Sheet, font: str = "Calibri") -> Workbook:
    """A workbook of these tabs."""
    return Workbook(sheets, "A review", CREATED, font)


def one(content: Content, style: Style = PLAIN) -> Workbook:
    """A workbook with one cell."""
    return book(Sheet("Review", {A1: Placed(content, style)}))


def reread(workbook: Workbook, values: bool = False) -> Any:
    """What openpyxl finds: formulas, or with `values` what is stored beside them."""
    return openpyxl.load_workbook(io.BytesIO(workbook_bytes(workbook)), data_only=values)


def part(workbook: Workbook, name: str = "xl/worksheets/sheet1.xml") -> str:
    """One part of the file, as XML."""
    with zipfile.ZipFile(io.BytesIO(workbook_bytes(workbook))) as package:
        return package.read(name).decode()
