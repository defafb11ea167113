"""Checklists of any size for tests."""

from __future__ import annotations

from typing import Any

from gatebook.domain.checklist import NO_YELLOW, Checklist, Gate, Policy

POLICY: dict[str, Any] = {
    "no_person_words": ("team", "committee", "department", "everyone", "tbd", "task force"),
    "no_person_alone": ("it", "n/a", "customer service"),
    "deferral_words": ("after launch", "post-launch", "once live", "figure out later"),
    "attendee_roles": ("Pilot lead", "Production owner", "Security", "IT", "Other"),
}


def make_checklist(gates: int, **policy: Any) -> Checklist:
    """A checklist of so many gates, always the same one; `policy` replaces what POLICY gives.

    Two gates a theme. The last two gates are never optional, the one before the last names the
    owner (the only gate does if there is but one). Every third gate does not allow yellow, every
    second is marked for the AI Act; so all combinations occur in a long enough checklist.
    """
    return Checklist(
        id=f"test-{gates}",
        version=1,
        title=f"Checklist of {gates}",
        gates=tuple(make_gate(number, gates) for number in range(1, gates + 1)),
        policy=Policy(**{**POLICY, **policy}),
    )


def make_gate(number: int, gates: int) -> Gate:
    """Gate `number` of so many."""
    yellow_allowed = number % 3 != 0
    return Gate(
        key=f"gate-{number}",
        theme=f"Theme {(number + 1) // 2}",
        title=f"Title of gate {number}",
        meaning=f"What passing gate {number} means.",
        bring=(f"Document {number}", f"Dashboard {number}"),
        green=f"Gate {number} is done.",
        yellow=f"Gate {number} is nearly done." if yellow_allowed else NO_YELLOW,
        red=f"Gate {number} is not done.",
        ask=f"Is gate {number} done?",
        typical=f"Mostly red in week {number}",
        never_optional=number > gates - 2,
        ai_act=number % 2 == 0,
        names_owner=number == max(gates - 1, 1),
        yellow_allowed=yellow_allowed,
        number=number,
    )
