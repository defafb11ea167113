"""Styles as XlsxWriter's formats, each made once a workbook."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from gatebook.sheets.model import PLAIN, Style

DATE_FORMAT = "yyyy-mm-dd"

_EDGES = {"l": "left", "t": "top", "r": "right", "b": "bottom"}
_VALIGN = {"top": "top", "middle": "vcenter", "bottom": "bottom"}
_SWITCHES = {
    "bold": "bold",
    "italic": "italic",
    "underline": "underline",
    "wrap": "text_wrap",
    "shrink": "shrink",
}
_VALUES = {
    "size": "font_size",
    "colour": "font_color",
    "align": "align",
    "indent": "indent",
    "rotation": "rotation",
    "number_format": "num_format",
}


def properties(style: Style) -> dict[str, Any]:
    """A style in XlsxWriter's words; only what differs from a plain cell."""
    found: dict[str, Any] = {}
    for attribute, word in _SWITCHES.items():
        if getattr(style, attribute):
            found[word] = True
    for attribute, word in _VALUES.items():
        value = getattr(style, attribute)
        if value:
            found[word] = value
    if style.fill:
        found["bg_color"] = style.fill
        found["pattern"] = 1
    if style.valign:
        found["valign"] = _VALIGN[style.valign]
    if style.border:
        for edge in style.edges:
            found[_EDGES[edge]] = 1
            found[f"{_EDGES[edge]}_color"] = style.border
    if not style.locked:
        found["locked"] = False
    return found


class Formats:
    """The formats of one workbook.

    Styles are looked up by identity first: hashing one costs more than writing a cell. That is safe
    while the drawn workbook holds them.
    """

    def __init__(self, book: Any) -> None:
        self._book = book
        self._by_identity: dict[int, Any] = {id(PLAIN): None}
        self._dates_by_identity: dict[int, Any] = {}
        self._by_style: dict[Style, Any] = {PLAIN: None}
        self._literal: dict[Style, Any] = {}
        self._rules: dict[Style, Any] = {}

    def of(self, style: Style) -> Any:
        """The format of a cell; None for a plain one."""
        key = id(style)
        if key not in self._by_identity:
            self._by_identity[key] = self._made(style)
        return self._by_identity[key]

    def of_date(self, style: Style) -> Any:
        """The format of a cell with a date: as ISO writes it where the style does not say."""
        key = id(style)
        if key not in self._dates_by_identity:
            dated = style if style.number_format else replace(style, number_format=DATE_FORMAT)
            self._dates_by_identity[key] = self._made(dated)
        return self._dates_by_identity[key]

    def of_literal(self, style: Style) -> Any:
        """The format of a text that looks like a formula: Excel keeps it text when it is edited."""
        if style not in self._literal:
            self._literal[style] = self._book.add_format(
                {**properties(style), "quote_prefix": True}
            )
        return self._literal[style]

    def of_rule(self, style: Style) -> Any:
        """The format that a colour rule lays over a cell."""
        if style not in self._rules:
            self._rules[style] = self._book.add_format(properties(style))
        return self._rules[style]

    def _made(self, style: Style) -> Any:
        if style not in self._by_style:
            self._by_style[style] = self._book.add_format(properties(style))
        return self._by_style[style]
