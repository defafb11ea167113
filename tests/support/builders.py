"""Reviews for tests: a passing one, which a test then spoils in one place."""

from __future__ import annotations

from datetime import date
from typing import Any

import msgspec

from gatebook.domain.checklist import Checklist, Gate, Policy, parse_checklist
from gatebook.domain.review import Attendee, GateRow, Review, SignOff, Stamp, Status
from gatebook.templates import BUILT_IN, template_text

TWELVE = parse_checklist(template_text(BUILT_IN), BUILT_IN)

# A Monday; the review was on the Friday before, the launch is planned for the month after.
TODAY = date(2026, 11, 23)
REVIEWED = date(2026, 11, 20)
LAUNCH = date(2026, 12, 10)

ROOM = (
    Attendee("Ana Ruiz", "Pilot lead"),
    Attendee("Bo Li", "Production owner"),
    Attendee("Dana Novak", "Executive sponsor"),
    Attendee("Eli Stone", "Security"),
)


def with_policy(checklist: Checklist = TWELVE, **changes: Any) -> Checklist:
    """The same gates under another policy; `changes` are fields of Policy."""
    policy: Policy = msgspec.structs.replace(checklist.policy, **changes)
    return msgspec.structs.replace(checklist, policy=policy)


def with_levels(**levels: str) -> Checklist:
    """The built-in checklist with other levels; `plan_missing="off"` is the code plan-missing."""
    return with_policy(levels={code.replace("_", "-"): level for code, level in levels.items()})


def stamp_of(
    checklist: Checklist, system: str = "invoice-helper", review: str = "review-1"
) -> Stamp:
    """The stamp of a form drawn from this checklist."""
    return Stamp(1, checklist.id, checklist.version, system, review)


def green_row(gate: Gate, **changes: Any) -> GateRow:
    """A passed gate."""
    row = GateRow(
        key=gate.key,
        status=Status.GREEN,
        owner="Mia Berg",
        artifact="Folder 7",
        number_shown=str(gate.number),
    )
    return msgspec.structs.replace(row, **changes)


def passing_review(checklist: Checklist = TWELVE, **changes: Any) -> Review:
    """All gates green, head and sign-off filled in, nothing to find on TODAY."""
    review = Review(
        stamp=stamp_of(checklist),
        system="Invoice helper",
        lead="Ana Ruiz",
        review_date=REVIEWED,
        stakes="Standard",
        customer_data="Yes",
        regulated_area="None",
        owner="Bo Li",
        backup="Chidi Okafor",
        launch_date=LAUNCH,
        live="No",
        sign_off=SignOff("Dana Novak", "COO", REVIEWED),
        attendees=ROOM,
        rows=tuple(green_row(gate) for gate in checklist.gates),
    )
    return msgspec.structs.replace(review, **changes)


def with_row(review: Review, number: int, **changes: Any) -> Review:
    """The review with its row `number`, counted from 1, changed."""
    rows = list(review.rows)
    rows[number - 1] = msgspec.structs.replace(rows[number - 1], **changes)
    return msgspec.structs.replace(review, rows=tuple(rows))
