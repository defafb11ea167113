"""One worked example for every finding, for `gatebook explain` and docs/findings.md."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from gatebook.domain.findings import Kind

# What the {names} in the catalogue's messages stand for, unless a finding says otherwise below.
_USUAL = {
    "system": "Support assistant",
    "number": "5",
    "gate": "Cost per task tracked",
    "label": "Production owner",
    "remark": "",
    "date": "2026-11-12",
    "due": "2026-11-20",
    "days": "3 days",
    "review": "2026-11-05",
    "reason": "monthly in the first quarter",
}

_OWN: dict[str, dict[str, str]] = {
    "launched-without-passing": {
        "state": "is live",
        "decision": "Launch delayed; re-gate on 2026-11-19",
    },
    "sheet-unreadable": {
        "found": "reviews/claims.xlsx is locked with a password",
        "remedy": "Open it in Excel, take the password off and save it, or leave it out.",
    },
    "row-duplicated": {"count": "2", "rows": "18, 19"},
    "row-unknown": {
        "found": "carries the key “old-gate”, which twelve-gates@1 does not have",
    },
    "row-mixed-up": {"found": "the title “Managers trained”"},
    "status-unreadable": {"found": "“almost”"},
    "owner-not-a-person": {"found": "“AI team”"},
    "artifact-missing": {"found": "shows no artifact"},
    "red-without-action": {"found": "has no next action"},
    "downgrade-refused": {"found": "the system is not marked as low-stakes internal"},
    "date-unreadable": {"label": "Review date", "found": "“03/04/2026”"},
    "label-missing": {"label": "Live"},
    "system-renamed": {"found": "“Ticket helper”", "where": "reviews/tickets.xlsx (Review)"},
    "date-in-future": {"label": "Review date", "found": "2036-11-23"},
    "date-implausible": {
        "label": "Review date",
        "found": "“2206-11-30”",
        "earliest": "2015-01-01",
        "latest": "2049-12-31",
    },
    "header-missing": {"label": "Pilot lead"},
    "backup-is-owner": {"found": "“Jonas Pohl”"},
    "sign-off-missing": {"label": "Signed by"},
    "sign-off-by-lead": {"found": "“Mia Kovac”"},
    "fix-later-than-a-week": {"days": "7", "regate": "2026-11-13"},
    "deferred-past-launch": {"found": "“Set up the dashboard once live”"},
    "too-many-attendees": {"count": "8", "limit": "6"},
    "owner-absent": {"found": "“Jonas Pohl”"},
    "review-due": {"due": "2026-11-23"},
    "launch-unconfirmed": {"date": "2026-11-16"},
    "major-change-unreviewed": {"kind": "Vendor model upgrade", "review": " of 2026-11-05"},
    "sheet-disagrees": {
        "found": "“Launch this week”",
        "expected": "“Review incomplete: 2 things to finish”",
    },
    "formula-in-input": {"label": "Review date", "found": "“=TODAY()”"},
    "choice-unreadable": {
        "label": "Stakes",
        "found": "“medium”",
        "expected": "Low-stakes internal or Standard",
        "counts_as": "Standard",
    },
    "checklist-differs": {"found": "twelve-gates@1", "expected": "twelve-gates@2"},
    "duplicate-review": {
        "other": "reviews/Copy of support.xlsx (Review)",
        "counts": "The one changed last counts: reviews/support.xlsx (Review).",
    },
}


def example(kind: Kind) -> tuple[str, str]:
    """A message and a remedy as somebody might read them. Raises KeyError for a new, unknown {name}."""
    values = _USUAL | _OWN.get(kind.code, {})
    return kind.message.format_map(values), kind.remedy.format_map(values)
