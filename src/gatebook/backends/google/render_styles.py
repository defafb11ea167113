"""Styles as `CellFormat`, colours as `ColorStyle`.

https://developers.google.com/workspace/sheets/api/reference/rest/v4/spreadsheets/cells#cellformat
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from gatebook.sheets.model import Style

DATE_FORMAT = "yyyy-mm-dd"
# The size that Excel files have where a style does not say; Sheets' own is 10.
_SIZE = 11
# Sheets' padding of a cell in pixels, as it answers for an untouched one, and what one step of
# Excel's indent (three spaces of the default font) takes.
_PADDING = {"top": 2, "right": 3, "bottom": 2, "left": 3}
_INDENT = 9
_EDGES = {"l": "left", "t": "top", "r": "right", "b": "bottom"}
# Excel's number for text that stands upright, letter under letter.
_STACKED = 270
_LITERAL = re.compile(r'"[^"]*"|\\.|\[[^\]]*\]')


@dataclass(frozen=True, slots=True)
class Format:
    """A `CellFormat`, and the field mask of exactly what it sets: a link that is there stays."""

    cell: dict[str, Any]
    fields: str


@lru_cache(maxsize=512)
def colour(text: str) -> dict[str, Any]:
    """ "#RRGGBB" as `ColorStyle`, each part from 0 to 1."""
    parts = (int(text[place : place + 2], 16) / 255 for place in (1, 3, 5))
    rounded = (round(part, 4) for part in parts)
    return {"rgbColor": dict(zip(("red", "green", "blue"), rounded, strict=True))}


def text_format(style: Style, font: str) -> dict[str, Any]:
    """The text's part of a style. Sheets takes whole points only."""
    found: dict[str, Any] = {"fontFamily": font, "fontSize": round(style.size or _SIZE)}
    for switch in ("bold", "italic", "underline"):
        if getattr(style, switch):
            found[switch] = True
    if style.colour:
        found["foregroundColorStyle"] = colour(style.colour)
    return found


def cell_format(style: Style, font: str, *, dated: bool = False) -> Format:
    """A style as Sheets shows it; `dated` gives a date a date's look where the style does not."""
    found: dict[str, Any] = {"textFormat": text_format(style, font)}
    if style.fill:
        found["backgroundColorStyle"] = colour(style.fill)
    if style.border:
        line = {"style": "SOLID", "colorStyle": colour(style.border)}
        found["borders"] = {_EDGES[edge]: line for edge in style.edges}
    if style.align:
        found["horizontalAlignment"] = style.align.upper()
    if style.valign:
        found["verticalAlignment"] = style.valign.upper()
    if style.wrap:
        found["wrapStrategy"] = "WRAP"
    if style.indent:
        side = "right" if style.align == "right" else "left"
        found["padding"] = _PADDING | {side: _PADDING[side] + _INDENT * style.indent}
    if style.rotation == _STACKED:
        found["textRotation"] = {"vertical": True}
    elif style.rotation:
        found["textRotation"] = {"angle": style.rotation}
    pattern = style.number_format or (DATE_FORMAT if dated else "")
    if pattern and pattern.lower() != "general":
        found["numberFormat"] = {"type": _number_type(pattern), "pattern": pattern}
    return Format(found, ",".join(_paths(found)))


def run_format(style: Style) -> dict[str, Any]:
    """The letters of a part of a text; in what it does not say they are the cell's."""
    found = text_format(style, "")
    del found["fontFamily"]
    return {"bold": False, "italic": False, "underline": False} | found


def rule_format(style: Style) -> dict[str, Any]:
    """What a colour rule may set: bold, italic, underline, colour of text and ground."""
    text = {
        switch: True for switch in ("bold", "italic", "underline") if getattr(style, switch)
    } | ({"foregroundColorStyle": colour(style.colour)} if style.colour else {})
    ground = {"backgroundColorStyle": colour(style.fill)} if style.fill else {}
    return ground | ({"textFormat": text} if text else {})


def _paths(found: dict[str, Any]) -> Iterator[str]:
    for name in sorted(found):
        if name == "textFormat":
            yield from (f"userEnteredFormat.textFormat.{part}" for part in sorted(found[name]))
        else:
            yield f"userEnteredFormat.{name}"


def _number_type(pattern: str) -> str:
    """The type that goes with a pattern; the API asks for one.

    https://developers.google.com/workspace/sheets/api/guides/formats
    """
    bare = _LITERAL.sub("", pattern).lower()
    if bare == "@":
        return "TEXT"
    if "%" in bare:
        return "PERCENT"
    day, clock = re.search("[yd]", bare), re.search("[hs]", bare)
    if day and clock:
        return "DATE_TIME"
    if day or re.fullmatch(r"m+", bare):
        return "DATE"
    return "TIME" if clock else "NUMBER"
