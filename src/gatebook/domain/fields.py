"""The form's fields, listed once: drawing, parsing, formulas, validation, messages and docs read this.

Labels and headers are the contract with everybody who reads a sheet; they do not change.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from gatebook.domain.review import CHANGE_KINDS, REGULATED_AREAS, STAKES, YES_NO

Kind = Literal["text", "person", "date", "choice", "status", "role", "fixed", "live"]


@dataclass(frozen=True, slots=True)
class Field:
    """One field: attribute name, label or header on the sheet, what it takes, and words of help.

    `prompt` shows while the cell is selected, `expected` stands in error messages.
    """

    name: str
    label: str
    kind: Kind
    prompt: str = ""
    expected: str = ""
    choices: tuple[str, ...] = ()
    aliases: tuple[str, ...] = ()


_PERSON = "one person's name"
_DATE = "a date, such as 2026-11-30"

HEADER: tuple[Field, ...] = (
    Field("system", "System", "text", "What people call this AI system. It stays the same from review to review.", "the system's name", aliases=("ai system", "system name", "pilot")),
    Field("lead", "Pilot lead", "person", "Who presents the gates. One person.", _PERSON, aliases=("lead",)),
    Field("review_date", "Review date", "date", "The day of the meeting.", _DATE, aliases=("date", "date of review")),
    Field("stakes", "Stakes", "choice", "Low-stakes internal: only colleagues see the result and a mistake is cheap. Anything else is Standard.", " or ".join(STAKES), STAKES),
    Field("customer_data", "Customer data", "choice", "Does the system read or write anything about customers?", "Yes or No", YES_NO, aliases=("touches customer data",)),
    Field("regulated_area", "Regulated area", "choice", "Is the system used for hiring or staff, lending, teaching or health care?", ", ".join(REGULATED_AREAS), REGULATED_AREAS),
    Field("owner", "Production owner", "person", "Who runs the system day to day once it is live. One person, not a team.", _PERSON),
    Field("backup", "Backup owner", "person", "Who steps in when the owner is away. Somebody else.", _PERSON, aliases=("backup",)),
    Field("launch_date", "Launch date", "date", "The planned day, or the day it went live.", _DATE, aliases=("planned launch date", "actual launch date")),
    Field("live", "Live", "choice", "Is the system in production today?", "Yes or No", YES_NO, aliases=("is live",)),
    Field("regate_on", "Re-gate on", "date", "If the launch is delayed: when you meet again.", _DATE, aliases=("regate on", "re-gate date")),
    Field("signed_by", "Signed by", "person", "The sponsor who stands by this decision. Not the pilot lead.", _PERSON, aliases=("sign-off", "signed off by")),
    Field("signer_role", "Signer's role", "text", "For example COO, Head of Operations, executive sponsor.", "a role, such as COO", aliases=("signers role", "signer role")),
    Field("signed_on", "Signed on", "date", "The day of the signature.", _DATE, aliases=("sign-off date",)),
)  # fmt: skip

ROW: tuple[Field, ...] = (
    Field("number", "#", "fixed", aliases=("no", "no.", "number", "nr")),
    Field("gate", "Gate", "fixed"),
    Field("status", "Status", "status", "Green: passed, with proof. Yellow: small gap, with a written plan and a date. Red: not passed.", "Green, Yellow or Red", ("Green", "Yellow", "Red")),
    Field("owner", "Owner", "person", "Who looks after this gate. One person, not a team.", _PERSON),
    Field("next_action", "Next action", "text", "Yellow: the plan that closes the gap. Red: the fix.", "what will be done"),
    Field("due", "Due", "date", "The day by which the next action is done.", _DATE, aliases=("due date", "due by")),
    Field("artifact", "Artifact", "text", "A link to the document, dashboard or runbook that proves it.", "a link or a document's name", aliases=("artefact", "evidence")),
    Field("approver", "Downgrade approved by", "person", "Only for a red on a low-stakes internal system: who accepts it as yellow.", _PERSON, aliases=("downgrade approver", "downgrade")),
    Field("check", "Check", "live"),
)  # fmt: skip

CHANGES: tuple[Field, ...] = (
    Field("on", "Date", "date", "The day of the change.", _DATE),
    Field("kind", "Kind", "choice", "Every kind except Other is a major change and calls for a new review.", ", ".join(CHANGE_KINDS), CHANGE_KINDS),
    Field("who", "Who", "person", "Who made the change."),
    Field("what", "What", "text", "What was changed, and why."),
)  # fmt: skip

ATTENDEES_LABEL = "Attendees"
DECISION_LABEL = "Decision"

HEADER_BY_NAME = {field.name: field for field in HEADER}
ROW_BY_NAME = {field.name: field for field in ROW}
CHANGES_BY_NAME = {field.name: field for field in CHANGES}
