"""A form in which nobody has begun: it waits for its meeting, and what it lacks is no news."""

from __future__ import annotations

from gatebook.domain.fields import ROW
from gatebook.domain.findings import Finding
from gatebook.domain.review import Review

NOT_BEGUN = "Not begun yet"

# What only says of a form that nobody touched that it is empty, and that nobody has met. All else is
# worth naming even there: a date that cannot be read, a row that was deleted.
_EMPTY = frozenset(
    {
        "status-missing",
        "owner-missing",
        "header-missing",
        "named-owner-missing",
        "backup-missing",
        "sign-off-missing",
        "owner-absent",
        "security-absent",
    }
)

_ANSWERS = (
    *(field.name for field in ROW if field.kind not in ("fixed", "live")),
    "artifact_link",
    "formulas",
    "remarks",
)


def is_begun(review: Review) -> bool:
    """Whether anything stands where `gatebook new` leaves a form empty."""
    signing = review.sign_off
    return bool(
        review.is_live
        or review.regate_on
        or review.attendees
        or any((signing.name, signing.role, signing.on))
        or any(any(getattr(row, name) for name in _ANSWERS) for row in review.rows)
    )


def says_empty(finding: Finding) -> bool:
    """Whether a finding only says that something is not filled in."""
    return finding.code in _EMPTY
