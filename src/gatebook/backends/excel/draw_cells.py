"""Contents of cells: text stays text, only a Formula is a formula and only a Link is a link."""

from __future__ import annotations

from datetime import date
from typing import Any

from gatebook.backends.cell_contents import finite, serial, table_rows
from gatebook.backends.excel.draw_fault import done
from gatebook.backends.excel.draw_links import MAX_LINKS, clickable
from gatebook.backends.excel.draw_styles import Formats
from gatebook.backends.excel.draw_text import clean, escaped, stored_formula
from gatebook.domain.cells import Cell
from gatebook.sheets.model import Content, Formula, Link, Noted, Plain, Style, Table


class Pen:
    """Writes contents into one tab."""

    def __init__(self, sheet: Any, name: str, formats: Formats) -> None:
        self._sheet = sheet
        self._name = name
        self._formats = formats
        self._links = 0

    def put(self, row: int, column: int, content: Content, style: Style) -> None:
        """Write one cell. Raises ValueError for what no cell can hold."""
        try:
            code = self._write(row, column, content, style)
        except (ValueError, TypeError, OverflowError) as problem:
            raise ValueError(
                f"tab {self._name!r}, cell {Cell(row, column).a1}: {problem}"
            ) from None
        if code:
            done(code, self._name, f"cell {Cell(row, column).a1}")
        self._sheet.share(row, column)

    def put_table(self, table: Table) -> None:
        """Write a table: its header row, then its rows. Raises ValueError as `put` does."""
        first, left = table.at
        for column, (text, style) in enumerate(table.headers, left):
            self.put(first, column, text, style)
        for row, contents in table_rows(self._name, table):
            for column, (content, style) in enumerate(
                zip(contents, table.styles, strict=True), left
            ):
                self.put(row, column, content, style)

    def _write(self, row: int, column: int, content: Content, style: Style) -> Any:
        # The commonest kinds first; bool before int, because True is an int too.
        if isinstance(content, str):
            return self._write_text(row, column, content, style)
        if content is None:
            return self._sheet.write_blank(row, column, None, self._formats.of(style))
        if isinstance(content, Formula):
            return self._write_formula(row, column, content, style)
        if isinstance(content, bool):
            return self._sheet.write_boolean(row, column, content, self._formats.of(style))
        if isinstance(content, int | float):
            number = finite(content)
            return self._sheet.write_number(row, column, number, self._formats.of(style))
        if isinstance(content, date):
            return self._write_date(row, column, content, style)
        if isinstance(content, Link):
            return self._write_link(row, column, content, style)
        if isinstance(content, Noted):
            return self._write_noted(row, column, content, style)
        raise TypeError(f"{type(content).__name__} is nothing that a cell can hold")

    def _write_text(self, row: int, column: int, text: str, style: Style) -> Any:
        text = clean(text)
        if text:
            return self._sheet.write_string(row, column, text, self._look(text, style))
        return self._sheet.write_blank(row, column, None, self._formats.of(style))

    def _look(self, text: str, style: Style) -> Any:
        return (self._formats.of_literal if text[0] in "=+-@" else self._formats.of)(style)

    def _write_date(self, row: int, column: int, day: date, style: Style) -> Any:
        number = serial(day)
        if number is None:
            return self._write_text(row, column, day.isoformat(), style)
        return self._sheet.write_number(row, column, number, self._formats.of_date(style))

    def _write_formula(self, row: int, column: int, formula: Formula, style: Style) -> Any:
        dated = isinstance(formula.value, date)
        look = self._formats.of_date(style) if dated else self._formats.of(style)
        value = _stored_value(formula.value)
        return self._sheet.put_formula(row, column, stored_formula(formula.text), look, value)

    def _write_link(self, row: int, column: int, link: Link, style: Style) -> Any:
        address = clickable(link) if self._links < MAX_LINKS else None
        if address is None:
            return self._write_text(row, column, link.text or link.target, style)
        self._links += 1
        return self._sheet.write_url(row, column, address, self._formats.of(style))

    def _write_noted(self, row: int, column: int, noted: Noted, style: Style) -> Any:
        text, note = clean(noted.text), clean(noted.note)
        parts = (self._formats.of(style), text, self._formats.of(noted.style), f"\n{note}")
        return self._sheet.write_rich_string(row, column, *parts, self._look(text, style))


def _stored_value(value: Plain) -> str | float | bool:
    """What stands in a formula's cell before anybody recalculates."""
    if value is None:
        return ""
    if isinstance(value, str):
        return escaped(clean(value))
    if isinstance(value, bool):
        return value
    if isinstance(value, date):
        number = serial(value)
        return value.isoformat() if number is None else number
    return finite(value)
