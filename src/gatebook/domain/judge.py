"""From a review to its findings and its decision: all rules, the decision table, the cadence."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import msgspec

from gatebook.domain.cadence import NextReview, next_review
from gatebook.domain.checklist import Checklist
from gatebook.domain.decision import Verdict, decide
from gatebook.domain.findings import BY_CODE, Finding, level_of
from gatebook.domain.hits import quoted
from gatebook.domain.review import Review
from gatebook.domain.rules import RULE_BY_CODE, Context, Hit, is_delayed, place_of


class Judged(msgspec.Struct, frozen=True):
    """A review with everything that follows from it on a given day."""

    review: Review
    checklist: Checklist
    findings: tuple[Finding, ...]
    verdict: Verdict
    next_review: NextReview | None


def as_finding(code: str, hit: Hit, review: Review, checklist: Checklist) -> Finding | None:
    """A hit with its level, place and words; None where policy switched the finding off."""
    kind = BY_CODE[code]
    level = level_of(kind, checklist.policy, elsewhere=hit.elsewhere)
    if level == "off":
        return None
    if hit.change:
        # No formula sees the Changes tab, and what a formula cannot see never moves the decision.
        level = "warn"
    tab, cell = place_of(hit, review)
    return Finding(
        code=code,
        level=level,
        gate=hit.gate.number if hit.gate else None,
        tab=tab,
        cell=cell.a1 if cell else None,
        message=kind.message.format_map(hit.values),
        remedy=kind.remedy.format_map(hit.values),
    )


def find(review: Review, checklist: Checklist, today: date) -> Iterator[Finding]:
    """Every finding that one review gives by itself, in the order of the rules."""
    context = Context(checklist, today)
    for code, rule in RULE_BY_CODE.items():
        for hit in rule(review, context):
            if finding := as_finding(code, hit, review, checklist):
                yield finding


def judge(review: Review, checklist: Checklist, today: date) -> Judged:
    """Findings, decision and next review of one sheet, as seen on `today`."""
    findings = tuple(find(review, checklist, today))
    verdict = decide(review, checklist, findings)
    disagrees = _disagreement(review, verdict)
    if disagrees and (finding := as_finding("sheet-disagrees", disagrees, review, checklist)):
        findings += (finding,)
    delayed = is_delayed(review, checklist)
    return Judged(
        review, checklist, findings, verdict, next_review(review, checklist, delayed=delayed)
    )


def _disagreement(review: Review, verdict: Verdict) -> Hit | None:
    """The decision text stored in the sheet against the one computed from its inputs."""
    if review.shown is None or verdict.same_decision(review.shown):
        return None
    values = {"found": quoted(review.shown), "expected": quoted(verdict.shown_as)}
    return Hit(values, "decision")
