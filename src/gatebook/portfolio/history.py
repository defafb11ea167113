"""A system's reviews over time: how it stood, since when it is red, what slipped, what was kept.

What each figure means is told in docs/ledger.md, "What the portfolio takes from it".
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from gatebook.domain.cadence import unreviewed_changes
from gatebook.domain.decision import Counts, Decision, decision_shown, decision_words
from gatebook.domain.effective import effective_rows
from gatebook.domain.judge import Judged
from gatebook.domain.past import Step, by_review
from gatebook.domain.review import Status, as_date
from gatebook.domain.systems import GOOD, System
from gatebook.portfolio.decisions import decision_id, stored
from gatebook.sheets.portfolio_tables import (
    DECISION_LETTERS,
    DecisionRow,
    HistoryRow,
    MonthRow,
    SystemRow,
)

FIRST, BETTER, WORSE, SAME = "first review", "better", "worse", "same"


@dataclass(frozen=True, slots=True)
class Sitting:
    """One review that was held: its day, and what it said from its first mark on."""

    day: date
    steps: tuple[Step, ...]

    @property
    def last(self) -> Step:
        """What it says now, or said last."""
        return self.steps[-1]


def history(
    rows: Sequence[SystemRow],
    systems: Sequence[System],
    standing: Sequence[System],
    decided: Sequence[DecisionRow],
    steps: Iterable[Step],
    today: date,
) -> tuple[HistoryRow, ...]:
    """A row for each system of the portfolio that ever was reviewed, in the portfolio's order.

    `systems` were read; `standing` are those that count, with the missing ones as they were last.
    `decided` stands in for reviews that neither a sheet nor the record (`steps`) knows any more.
    """
    here = {system.key: system for system in systems}
    last = {system.key: system for system in standing}
    recorded = by_review(steps)
    told = _by_system(decided)
    found = []
    for row in rows:
        # The reviews that are left of a system that was not read do not say how it stands.
        system = here.get(row.key) if row.was_read else None
        known, decided_then = recorded.get(row.key, {}), told.get(stored(row.key), ())
        if row.decision_code:
            held = _sittings(row.key, system, known, decided_then, today)
            found.append(_row(row, last.get(row.key), held, today))
    return tuple(found)


def _by_system(decided: Iterable[DecisionRow]) -> dict[str, list[DecisionRow]]:
    found: dict[str, list[DecisionRow]] = {}
    for row in decided:
        found.setdefault(stored(row.review_id.partition("/")[0]), []).append(row)
    return found


def _sittings(
    key: str,
    system: System | None,
    recorded: Mapping[str, Sequence[Step]],
    decided: Iterable[DecisionRow],
    today: date,
) -> list[Sitting]:
    """The reviews of a system that were held, oldest first; the one that counts comes last."""
    known = {review: list(steps) for review, steps in recorded.items()}
    newest = ""
    if system:
        newest = system.newest.review.stamp.review_id
        for judged in (*system.earlier, system.newest):
            steps = known.setdefault(judged.review.stamp.review_id, [])
            now = step_now(judged, key, today)
            if not steps or _changed(steps[-1], now):
                steps.append(now)
    ids = {stored(decision_id(key, review)) for review in known}
    for row in decided:
        if stored(row.review_id) not in ids:
            known.setdefault(row.review_id, []).append(_step_told(row, key, today))
    last = _sitting(known.pop(newest, ()), today)
    until = last.day if last else today
    held = (_sitting(steps, today) for steps in known.values() if not _planned(steps[-1], today))
    earlier = [one for one in held if one and one.day <= until]
    earlier.sort(key=_order)
    return [*earlier, *([last] if last else [])]


def _order(one: Sitting) -> tuple[date, date, float, str]:
    """By day; of one day, as recorded: what no sync recorded yet comes last. Reviews that one sync
    recorded go by their ids, so that they stand the same before and after it."""
    first = one.steps[0]
    return one.day, first.recorded, first.run or math.inf, first.review_id


def _planned(step: Step, today: date) -> bool:
    return step.review_date is not None and step.review_date > today


def _sitting(steps: Sequence[Step], today: date) -> Sitting | None:
    """None for a form that waits for its meeting. A day that cannot be counts as the day on which the
    first mark was recorded."""
    if not steps or not steps[-1].marked:
        return None
    marked = tuple(step for step in steps if step.marked)
    day = marked[-1].review_date
    return Sitting(day if day and day <= today else marked[0].recorded, marked)


def step_now(judged: Judged, key: str, today: date) -> Step:
    """What a review that was read today says."""
    review, verdict = judged.review, judged.verdict
    dues = {
        gate.key: row.due
        for row, gate, status in effective_rows(review, judged.checklist)
        if status is not Status.GREEN and isinstance(row.due, date)
    }
    return Step(
        id=0,
        run=0,
        recorded=today,
        system_key=key,
        review_id=review.stamp.review_id,
        system=review.system,
        review_date=as_date(review.review_date),
        decision=verdict.decision.value,
        shown_as=verdict.shown_as,
        counts=verdict.counts,
        regate_on=as_date(review.regate_on),
        dues=tuple(dues.items()),
    )


def _step_told(row: DecisionRow, key: str, today: date) -> Step:
    return Step(
        id=0,
        run=0,
        recorded=row.recorded if isinstance(row.recorded, date) else today,
        system_key=key,
        review_id=row.review_id,
        system=row.system,
        review_date=row.review_date if isinstance(row.review_date, date) else None,
        decision=row.decision,
        shown_as=decision_words(row.decision, live=row.live),
        counts=Counts(*row.counts),
    )


def _changed(before: Step, now: Step) -> bool:
    def said(step: Step) -> tuple[object, ...]:
        return step.review_date, step.decision, step.counts, step.regate_on, dict(step.dues)

    return said(before) != said(now)


def _row(row: SystemRow, system: System | None, held: Sequence[Sitting], today: date) -> HistoryRow:
    since = red_since(held)
    kept, missed = regates(held, today)
    late = (today - row.next_due).days if isinstance(row.next_due, date) else 0
    return HistoryRow(
        system=row.system,
        decision=decision_words(row.decision_code, live=decision_shown(row.decision)[1]),
        reviews=tuple(_letter(one.last.decision) for one in held),
        trend=trend(held),
        change=row.change,
        red_since=since,
        days_red=(today - since).days if since else None,
        slips=slips(held),
        kept=kept,
        missed=missed,
        next_due=row.next_due,
        days_late=late if late > 0 else None,
        next_reason=row.next_reason,
        changes=_unreviewed(system.newest) if system else "",
        launched=_launched(system.newest) if system else "",
        state=row.state,
    )


def _letter(decision: str) -> str:
    known = {one.value: letter for one, letter in DECISION_LETTERS.items()}
    return known.get(decision, "")


def trend(held: Sequence[Sitting]) -> str:
    """The newest review against the one before: by its decision, then by reds, then by yellows."""
    if len(held) < 2:
        return FIRST if held else ""
    before, now = (_rank(one.last) for one in held[-2:])
    if now == before:
        return SAME
    return BETTER if now > before else WORSE


def _rank(step: Step) -> tuple[int, int, int]:
    known = {decision.value: rank for decision, rank in GOOD.items()}
    return known.get(step.decision, 0), -step.counts.red, -step.counts.yellow


def _days(held: Sequence[Sitting]) -> Iterator[tuple[date, Step]]:
    """Every step with the day it counts from. What a review first came to, once it was filled in,
    counts from the review's day; each edit after that from the day on which it was seen, or from the
    next review's day where that came before."""
    for place, sitting in enumerate(held):
        end = held[place + 1].day if place + 1 < len(held) else date.max
        complete = False
        for step in sitting.steps:
            yield (min(max(sitting.day, step.recorded), end) if complete else sitting.day), step
            complete = complete or step.decision != Decision.INCOMPLETE


def red_since(held: Sequence[Sitting]) -> date | None:
    """The day from which on a delayed system is delayed without having passed in between; None for one
    that is not delayed."""
    since: date | None = None
    for day, step in _days(held):
        if step.passing:
            since = None
        elif step.decision == Decision.DELAYED and since is None:
            since = day
    return since if held and held[-1].last.decision == Decision.DELAYED else None


def slips(held: Sequence[Sitting]) -> int:
    """How often the due date of a gate that stayed open was moved later, from version to version."""
    count = 0
    before: dict[str, date] = {}
    for sitting in held:
        for step in sitting.steps:
            now = dict(step.dues)
            count += sum(gate in before and due > before[gate] for gate, due in now.items())
            before = now
    return count


def regates(held: Sequence[Sitting], today: date) -> tuple[int, int]:
    """How many promised re-gate dates were kept, and how many missed."""
    kept = missed = 0
    promised: date | None = None
    review = ""
    for day, step in _days(held):
        if promised:
            again = step.review_id != review or step.passing
            moved = step.decision == Decision.DELAYED and step.regate_on != promised
            if again and day <= promised:
                kept += 1
            elif (again or moved) and day > promised:
                missed += 1
            if again or moved:
                promised = None
        if promised is None and step.decision == Decision.DELAYED:
            promised, review = step.regate_on, step.review_id
    return kept, missed + bool(promised and promised < today)


def _unreviewed(judged: Judged) -> str:
    return "; ".join(
        f"{change.on} {change.kind}: {change.what}".rstrip(" :")
        for change in unreviewed_changes(judged.review, judged.checklist)
    )


def _launched(judged: Judged) -> str:
    found = (one for one in judged.findings if one.code == "launched-without-passing")
    return next((one.message for one in found), "")


def months(decisions: Sequence[DecisionRow]) -> tuple[MonthRow, ...]:
    """At each month's end: how many systems stood where, by their newest review until then.

    A review dated ahead counts from the day on which it was recorded. A form that nobody has marked
    yet counts only for a system that has no other.
    """
    dated = sorted(
        (row for row in decisions if isinstance(row.review_date, date)),
        key=lambda row: (_held_on(row), str(row.recorded or "")),
    )
    standing: dict[str, str] = {}
    counted: dict[str, Counter[str]] = {}
    for row in dated:
        system, _, _ = row.review_id.partition("/")
        if not _waits(row) or system not in standing:
            standing[system] = row.decision
        counted[_held_on(row)[:7]] = Counter(standing.values())
    return tuple(
        MonthRow(
            month=month,
            launch=count["launch"],
            with_plan=count["launch-with-plan"],
            delayed=count["delayed"],
            incomplete=count["incomplete"],
        )
        for month, count in sorted(counted.items())
    )


def _waits(row: DecisionRow) -> bool:
    return row.decision == Decision.INCOMPLETE and not any(row.counts[:3])


def _held_on(row: DecisionRow) -> str:
    days = (row.review_date, row.recorded)
    return min(str(day) for day in days if isinstance(day, date))
