"""The look that the form and the portfolio share: colours and styles, each once.

Worse is darker: green, yellow, incomplete and red differ in lightness as well as in hue and always
stand behind a word or a letter, so that they read in grey and for the colour-blind. How far apart they
must be stands in tests/sheets/test_look.py.
"""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache

from gatebook.domain.decision import Decision
from gatebook.domain.review import Status
from gatebook.sheets.model import Placed, Sheet, Style

INK = "#1F2933"
MUTED = "#52606D"
LINE = "#CBD2D9"
BAND = "#E4E7EB"
HEAD = "#243B53"
PAPER = "#FFFFFF"
INPUT = "#FFFFFF"
NEEDED = "#FFEFC8"

STATUS_FILL = {Status.GREEN: "#D0EED8", Status.YELLOW: "#F5CE62", Status.RED: "#E58A7F"}
STATUS_INK = {Status.GREEN: "#0B3D1E", Status.YELLOW: "#4A3500", Status.RED: "#3B0A05"}
UNCLEAR_FILL = "#C3BADB"
DECISION_STATUS = {
    Decision.LAUNCH: Status.GREEN,
    Decision.LAUNCH_WITH_PLAN: Status.YELLOW,
    Decision.DELAYED: Status.RED,
}
INCOMPLETE_FILL = "#B7C1CC"
INCOMPLETE_INK = "#1F2933"
LINK = "#0B4F9E"

# What a text needs to be read on its fill: WCAG 2.2, success criterion 1.4.3 (level AA).
LEAST_CONTRAST = 4.5

DATE_FORMAT = "yyyy-mm-dd"

TEXT = Style(colour=INK, valign="top", wrap=True)
TITLE = Style(bold=True, size=16, colour=HEAD, valign="middle")
LOGO = Style(bold=True, size=14, colour=HEAD, align="right", valign="middle", shrink=True)
LABEL = Style(colour=MUTED, align="right", valign="middle", indent=1)
HEADER = Style(
    bold=True, colour="#FFFFFF", fill=HEAD, border=HEAD, valign="middle", wrap=True, align="left"
)
THEME = Style(bold=True, colour=HEAD, fill=BAND, valign="middle")
CELL = Style(colour=INK, border=LINE, valign="middle", wrap=True)
CELL_CENTRE = replace(CELL, align="center")
FIELD = replace(CELL, locked=False, fill=INPUT, valign="middle", align="left", indent=1)
FIELD_DATE = replace(FIELD, number_format=DATE_FORMAT, align="left")
FIELD_LINK = replace(FIELD, colour=LINK, underline=True)
DATE = replace(CELL, number_format=DATE_FORMAT, align="left")
NUMBER = replace(CELL, align="right")
PERCENT = replace(NUMBER, number_format="0%")
CELL_LINK = replace(CELL, colour=LINK, underline=True)
NOTE = Style(italic=True, colour=MUTED, valign="top", wrap=True)
HIDDEN = Style(colour=MUTED)


def status_style(status: Status | None) -> Style:
    """How a status looks where it is coloured by a rule."""
    if status is None:
        return Style(fill=UNCLEAR_FILL, colour=INK)
    return Style(fill=STATUS_FILL[status], colour=STATUS_INK[status], bold=True)


def decision_style(decision: Decision) -> Style:
    """How a decision looks where it is coloured by a rule."""
    if decision is Decision.INCOMPLETE:
        return Style(fill=INCOMPLETE_FILL, colour=INCOMPLETE_INK, bold=True)
    return status_style(DECISION_STATUS[decision])


def in_accent(sheet: Sheet, accent: str) -> Sheet:
    """The tab with an organisation's colour ("#RRGGBB") wherever HEAD stands.

    Text on the accent becomes white or black. Text in the accent, where that would be hard to read,
    becomes INK; so any colour will do.
    """
    cells = {
        cell: Placed(placed.content, _in_accent(placed.style, accent))
        for cell, placed in sheet.cells.items()
    }
    tables = tuple(
        replace(
            table,
            header_style=_in_accent(table.header_style, accent),
            header_styles=tuple(_in_accent(style, accent) for style in table.header_styles),
        )
        for table in sheet.tables
    )
    tab = accent if sheet.tab_colour == HEAD else sheet.tab_colour
    return replace(sheet, cells=cells, tables=tables, tab_colour=tab)


@lru_cache(maxsize=256)
def _in_accent(style: Style, accent: str) -> Style:
    if style.border == HEAD:
        style = replace(style, border=accent)
    if style.fill == HEAD:
        white = contrast(accent, PAPER) >= LEAST_CONTRAST
        return replace(style, fill=accent, colour=PAPER if white else "#000000")
    if style.colour == HEAD:
        reads = contrast(accent, style.fill or PAPER) >= LEAST_CONTRAST
        return replace(style, colour=accent if reads else INK)
    return style


def contrast(one: str, other: str) -> float:
    """The contrast ratio of two colours, 1 to 21, as WCAG 2.2 defines it."""
    dark, light = sorted((_luminance(one), _luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def _luminance(colour: str) -> float:
    """WCAG 2.2, "relative luminance"."""
    channels = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in channels
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
