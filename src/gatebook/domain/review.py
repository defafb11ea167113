"""What one sheet says: a review as typed data.

A value that somebody typed and nobody can read is kept as `Unreadable`, so that a rule can name it;
nothing is guessed and nothing is dropped.
"""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import Literal

import msgspec

from gatebook.domain.cells import Cell
from gatebook.domain.checklist import Checklist


class Status(StrEnum):
    """A gate's mark."""

    GREEN = "green"
    YELLOW = "yellow"
    RED = "red"


# Accepted spellings besides any case and surrounding space: SPEC, finding `status-unreadable`.
STATUS_WORDS: dict[str, Status] = {
    "green": Status.GREEN,
    "g": Status.GREEN,
    "yellow": Status.YELLOW,
    "y": Status.YELLOW,
    "amber": Status.YELLOW,
    "red": Status.RED,
    "r": Status.RED,
}

LOW_STAKES = "Low-stakes internal"
STANDARD = "Standard"
STAKES = (LOW_STAKES, STANDARD)
YES_NO = ("Yes", "No")
REGULATED_AREAS = ("None", "HR", "Credit", "Education", "Healthcare")

# All kinds but "Other" are major changes: SPEC, "Changes" tab; the seed counts a vendor's model
# upgrade among them.
MAJOR_CHANGES = ("Model", "Vendor model upgrade", "Prompt", "Data source", "Use case")
CHANGE_KINDS = (*MAJOR_CHANGES, "Other")


class Unreadable(msgspec.Struct, frozen=True):
    """Something stands in the cell, and it is not what the cell is for.

    why: "text" (no such date or choice), "error" (an error value), "formula" (not typed),
    "range" (a number too big or small to be a date).
    """

    found: str
    why: Literal["text", "error", "formula", "range"] = "text"


DateValue = date | Unreadable | None


class Attendee(msgspec.Struct, frozen=True):
    """Somebody in the room."""

    name: str
    role: str = ""


class SignOff(msgspec.Struct, frozen=True):
    """Who signed, in which role, when."""

    name: str = ""
    role: str = ""
    on: DateValue = None


# The form that this gatebook draws, and the newest that it reads.
SCHEMA = 1


class Stamp(msgspec.Struct, frozen=True):
    """What a review tab carries out of sight: which form it is, and whose."""

    schema: int
    checklist: str
    version: int
    system_id: str
    review_id: str

    @classmethod
    def of(cls, checklist: Checklist, system_id: str, on: date | None, token: str) -> Stamp:
        """The stamp of a new form. `token` tells it from other reviews of that day."""
        review_id = f"{system_id}-{on or 'undated'}-{token}"
        return cls(SCHEMA, checklist.id, checklist.version, system_id, review_id)


class Change(msgspec.Struct, frozen=True):
    """One line of the Changes tab. `cells` has date and kind; `tab` is where it stands, and `where`
    the file, if it is another one than the review's."""

    on: DateValue
    kind: str | Unreadable
    who: str = ""
    what: str = ""
    tab: str = ""
    cells: dict[str, Cell] = {}
    where: str = ""

    @property
    def major(self) -> bool:
        """Everything but a readable "Other" counts as major: an unreadable kind is not waved through."""
        return self.kind != "Other"


class GateRow(msgspec.Struct, frozen=True):
    """One row of the form. `cells` gives the cell of each column by attribute name.

    `formulas` has the text of formulas that stand instead of something typed, by column; `remarks`
    says, by column, what else is odd about the cell (an error value, swallowed by a merge).
    `number_shown` is None where the sheet has no number column; `lost_key`: the row has no hidden
    key and was recognised by its title. `title` and `wording` are the gate's as the sheet
    has them ("" where it does not), and `note` is what stands under the title: no answer, but what a
    renewed form says of the review before.
    """

    key: str
    status: Status | Unreadable | None = None
    owner: str = ""
    next_action: str = ""
    due: DateValue = None
    artifact: str = ""
    artifact_link: str = ""
    approver: str = ""
    number_shown: str | None = None
    lost_key: bool = False
    title: str = ""
    wording: str = ""
    note: str = ""
    cells: dict[str, Cell] = {}
    formulas: dict[str, str] = {}
    remarks: dict[str, str] = {}


class Review(msgspec.Struct, frozen=True, kw_only=True):
    """One sitting as its sheet tells it.

    `stakes`, `regulated_area` hold the form's own words or an Unreadable; blank is "". `cells` has
    the cell of each header field by attribute name (absent where its label was not found).
    `shown` is the decision text stored in the sheet, None where it has none.
    `modified` is the file's time stamp, seconds since 1970. `url`: the tab's web address, to which
    "&range=C4" adds a cell; `workbook`: what people call the workbook; both "" for a file on disk.
    """

    location: str = ""
    tab: str = "Review"
    modified: float = 0.0
    url: str = ""
    workbook: str = ""
    stamp: Stamp
    system: str = ""
    lead: str = ""
    review_date: DateValue = None
    stakes: str | Unreadable = STANDARD
    customer_data: str | Unreadable = ""
    regulated_area: str | Unreadable = ""
    owner: str = ""
    backup: str = ""
    launch_date: DateValue = None
    live: str | Unreadable = ""
    regate_on: DateValue = None
    sign_off: SignOff = SignOff()
    attendees: tuple[Attendee, ...] = ()
    rows: tuple[GateRow, ...] = ()
    changes: tuple[Change, ...] = ()
    cells: dict[str, Cell] = {}
    formulas: dict[str, str] = {}
    remarks: dict[str, str] = {}
    shown: str | None = None

    @property
    def low_stakes(self) -> bool:
        """Only the very words count; anything unclear is standard."""
        return self.stakes == LOW_STAKES

    @property
    def is_live(self) -> bool:
        """Marked as live."""
        return self.live == "Yes"

    @property
    def regulated(self) -> str | None:
        """The regulated area, or None."""
        area = self.regulated_area
        return area if isinstance(area, str) and area not in ("", "None") else None

    @property
    def signed(self) -> bool:
        """Name, role and date of the sign-off are all there."""
        return bool(
            self.sign_off.name and self.sign_off.role and isinstance(self.sign_off.on, date)
        )


def as_date(value: DateValue) -> date | None:
    """The date, or None where there is none that can be read."""
    return value if isinstance(value, date) else None
