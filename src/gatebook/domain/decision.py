"""The decision table: the first line that holds wins, and says why.

Source: SPEC, "Decision". `sheets/formulas.py` writes the same table as formulas, with these words.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from enum import StrEnum

import msgspec

from gatebook.domain.checklist import Checklist, Gate
from gatebook.domain.effective import effective_rows, plausible, worst
from gatebook.domain.findings import Finding
from gatebook.domain.review import Review, Status


class Decision(StrEnum):
    """What a review comes to."""

    LAUNCH = "launch"
    LAUNCH_WITH_PLAN = "launch-with-plan"
    DELAYED = "delayed"
    INCOMPLETE = "incomplete"


# The decision table: the first line that holds wins. `decide` goes through it in this order.
RULES = {
    Decision.DELAYED: "a red on any gate",
    Decision.INCOMPLETE: "something is not filled in, or cannot be read",
    Decision.LAUNCH_WITH_PLAN: "a yellow on any gate",
    Decision.LAUNCH: "otherwise",
}

# What people read. {things} as in "3 things"; {date} has its own words where it is not set.
SHOWN = {
    Decision.DELAYED: "Launch delayed; re-gate {date}",
    Decision.INCOMPLETE: "Review incomplete: {things} to finish",
    Decision.LAUNCH_WITH_PLAN: "Launch with remediation plan",
    Decision.LAUNCH: "Launch this week",
}
REGATE_ON = "on "
REGATE_NOT_SET = "date not set"
SHOWN_LIVE = {
    Decision.DELAYED: "Red in production: fix or pause",
    Decision.INCOMPLETE: "Review incomplete: {things} to finish",
    Decision.LAUNCH_WITH_PLAN: "Stays live with plan",
    Decision.LAUNCH: "Stays live",
}


class Counts(msgspec.Struct, frozen=True):
    """How many gates stand where, by effective status; `unmarked` includes missing rows."""

    green: int = 0
    yellow: int = 0
    red: int = 0
    unmarked: int = 0


class GateResult(msgspec.Struct, frozen=True):
    """What one gate of the checklist came to; `effective` is the worst of its rows."""

    gate: Gate
    effective: Status | None


class Verdict(msgspec.Struct, frozen=True):
    """The decision, how it is shown, and why. `blocking` counts the things to finish."""

    decision: Decision
    shown_as: str
    reason: str
    counts: Counts
    blocking: int
    gates: tuple[GateResult, ...]

    def same_decision(self, shown: str) -> bool:
        """Whether a text shown in a sheet stands for this decision (its numbers and dates aside)."""
        return decision_shown(shown) == (self.decision, decision_shown(self.shown_as)[1])


def decision_shown(text: str) -> tuple[Decision | None, bool]:
    """Which decision a shown text stands for, and whether in the words for a live system."""
    folded = text.strip().lower()
    best: tuple[int, Decision | None, bool] = (0, None, False)
    for live, table in ((False, SHOWN), (True, SHOWN_LIVE)):
        for decision, template in table.items():
            start = template.partition("{")[0].strip().lower()
            if folded.startswith(start) and len(start) > best[0]:
                best = (len(start), decision, live)
    return best[1], best[2]


def in_short(shown: str) -> str:
    """A decision as shown, without its number or date: "Launch delayed", "Review incomplete"."""
    return shown.partition(";")[0].partition(":")[0]


def decision_words(code: str, *, live: bool) -> str:
    """A decision in people's words, without number or date; what is no decision stays as it is."""
    found = _WORDS.get((code, live))
    return code if found is None else found


def decision_of(words: str) -> tuple[str, bool]:
    """The decision that `decision_words` was given, and whether of a live system where the words tell.
    A decision itself, and what is none, stay as they are."""
    return _DECISIONS.get(words, (words, False))


_WORDS: dict[tuple[str, bool], str] = {
    (decision.value, live): in_short(table[decision])
    for live, table in ((False, SHOWN), (True, SHOWN_LIVE))
    for decision in Decision
}
_DECISIONS = {words: said for said, words in reversed(_WORDS.items())}


def things(count: int) -> str:
    """ "1 thing", "3 things"."""
    return f"{count} thing{'' if count == 1 else 's'}"


def decide(review: Review, checklist: Checklist, findings: Sequence[Finding]) -> Verdict:
    """Apply the decision table to a review and its findings."""
    gates = gate_results(review, checklist)
    statuses = [status for _, _, status in effective_rows(review, checklist)]
    blocking = sum(finding.level == "block" for finding in findings)
    if Status.RED in statuses:
        decision = Decision.DELAYED
    elif blocking:
        decision = Decision.INCOMPLETE
    elif Status.YELLOW in statuses:
        decision = Decision.LAUNCH_WITH_PLAN
    else:
        decision = Decision.LAUNCH
    return Verdict(
        decision=decision,
        shown_as=shown_as(decision, review, checklist, blocking),
        reason=reason(decision, gates, blocking),
        counts=_counts(gates),
        blocking=blocking,
        gates=gates,
    )


def gate_results(review: Review, checklist: Checklist) -> tuple[GateResult, ...]:
    """Every gate of the checklist with the status that counts, in the checklist's order."""
    rows: dict[str, list[Status | None]] = {}
    for _, gate, status in effective_rows(review, checklist):
        rows.setdefault(gate.key, []).append(status)
    return tuple(GateResult(gate, worst(rows.get(gate.key, []))) for gate in checklist.gates)


def shown_as(decision: Decision, review: Review, checklist: Checklist, blocking: int) -> str:
    """The decision in the words that fit a planned or a live system."""
    regate: date | None = plausible(review.regate_on, checklist)
    template = (SHOWN_LIVE if review.is_live else SHOWN)[decision]
    when = f"{REGATE_ON}{regate}" if regate else REGATE_NOT_SET
    return template.format(date=when, things=things(blocking))


def reason(decision: Decision, gates: Sequence[GateResult], blocking: int) -> str:
    """Why, in one line that names the gates."""
    wanted = {Decision.DELAYED: Status.RED, Decision.LAUNCH_WITH_PLAN: Status.YELLOW}.get(decision)
    if wanted:
        named = [f"{r.gate.number} {r.gate.title}" for r in gates if r.effective is wanted]
        return f"{len(named)} {wanted}: {', '.join(named)}"
    if decision is Decision.INCOMPLETE:
        return f"{things(blocking)} to finish: see what is tinted"
    return f"All {len(gates)} gates green"


def _counts(gates: Sequence[GateResult]) -> Counts:
    found = [result.effective for result in gates]
    return Counts(
        green=found.count(Status.GREEN),
        yellow=found.count(Status.YELLOW),
        red=found.count(Status.RED),
        unmarked=found.count(None),
    )
