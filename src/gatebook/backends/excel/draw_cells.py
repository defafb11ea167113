"""Contents of cells: text stays text, only a Formula is a formula and only a Link is a link."""

from __future__ import annotations

from datetime import date, datetime
from math import isfinite
from typing import Any

from gatebook.backends.excel.draw_fault import done
from gatebook.backends.excel.draw_links import MAX_LINKS, clickable
from gatebook.backends.excel.draw_styles import Formats
from gatebook.backends.excel.draw_text import clean, escaped, stored_formula
from gatebook.domain.cells import Cell
from gatebook.sheets.model import Content, Formula, Link, Plain, Style, Table

# Day 0 of Excel's calendar for every date from March 1900 on (it believes in 1900-02-29).
_DAY_ZERO = date(1899, 12, 30)
_EARLIEST = date(1900, 3, 1)
_SECONDS_A_DAY = 86_400


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
        width = len(table.header)
        first, left = table.at
        if len(table.styles) != width:
            raise ValueError(
                f"tab {self._name!r}: the table at {table.at.a1} has {width} headers and "
                f"{len(table.styles)} styles; it needs one style a column"
            )
        for column, text in enumerate(table.header, left):
            self.put(first, column, text, table.header_style)
        for row, contents in enumerate(table.rows, first + 1):
            if len(contents) != width:
                raise ValueError(
                    f"tab {self._name!r}, row {row + 1}: {len(contents)} contents under {width} "
                    "headers"
                )
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
            number = _finite(content)
            return self._sheet.write_number(row, column, number, self._formats.of(style))
        if isinstance(content, date):
            return self._write_date(row, column, content, style)
        if isinstance(content, Link):
            return self._write_link(row, column, content, style)
        raise TypeError(f"{type(content).__name__} is nothing that a cell can hold")

    def _write_text(self, row: int, column: int, text: str, style: Style) -> Any:
        text = clean(text)
        if text:
            look = self._formats.of_literal if text[0] in "=+-@" else self._formats.of
            return self._sheet.write_string(row, column, text, look(style))
        return self._sheet.write_blank(row, column, None, self._formats.of(style))

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


def serial(day: date) -> float | None:
    """A date as Excel's number of days; None before March 1900, where its calendar is wrong.

    A time zone is left out: the clock time stays what it was.
    """
    if (day.date() if isinstance(day, datetime) else day) < _EARLIEST:
        return None
    days = day.toordinal() - _DAY_ZERO.toordinal()
    if not isinstance(day, datetime):
        return days
    seconds = day.hour * 3600 + day.minute * 60 + day.second + day.microsecond / 1e6
    return days + seconds / _SECONDS_A_DAY


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
    return _finite(value)


def _finite(number: float) -> float:
    if not isfinite(number):
        raise ValueError(f"{number} is no number that a cell can hold; write text or nothing")
    return number
