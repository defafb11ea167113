"""The look that the form and the portfolio share: colours and styles, each once.

Worse is darker: green, yellow, incomplete and red differ in lightness as well as in hue and always
stand behind a word or a letter, so that they read in grey and for the colour-blind. How far apart they
must be stands in tests/sheets/test_look.py.
"""

from __future__ import annotations

from dataclasses import replace

from gatebook.domain.decision import Decision
from gatebook.domain.review import Status
from gatebook.sheets.model import Style

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

DATE_FORMAT = "yyyy-mm-dd"

TEXT = Style(colour=INK, valign="top", wrap=True)
TITLE = Style(bold=True, size=16, colour=HEAD, valign="middle")
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
