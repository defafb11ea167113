"""The tabs that only grow: every decision and every run once, whoever remembers it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Sequence
from datetime import date
from typing import TypeVar

from gatebook.domain.decision import decision_shown
from gatebook.domain.judge import Judged
from gatebook.domain.past import Step
from gatebook.domain.review import Unreadable
from gatebook.domain.systems import System, bounded
from gatebook.domain.text import clean
from gatebook.sheets.portfolio_tables import DecisionRow, RunRow

Row = TypeVar("Row")


def decision_id(system_key: str, review_id: str) -> str:
    """How the Decisions tab names a review."""
    return bounded(clean(f"{system_key}/{review_id}"))


def decisions(
    systems: Sequence[System], old: Sequence[DecisionRow], steps: Iterable[Step], today: date
) -> tuple[DecisionRow, ...]:
    """What the portfolio had, unchanged; what only the record (`steps`) knows, at its day; then what is
    new today, oldest review first."""
    told = _with_recorded(old, steps)
    last = {stored(row.review_id): row for row in told}
    fresh: list[DecisionRow] = []
    for system in systems:
        for judged in (system.newest, *system.earlier):
            row = _row_now(system, judged, today)
            before = last.get(stored(row.review_id))
            if before is None or _said(before) != _said(row):
                fresh.append(row)
    fresh.sort(key=_order)
    return (*told, *fresh)


def _row_now(system: System, judged: Judged, today: date) -> DecisionRow:
    review, verdict = judged.review, judged.verdict
    counts, day = verdict.counts, review.review_date
    return DecisionRow(
        recorded=today,
        system=system.name,
        review_date=day.found if isinstance(day, Unreadable) else day,
        decision=verdict.decision.value,
        counts=(counts.green, counts.yellow, counts.red, counts.unmarked),
        review_id=decision_id(system.key, review.stamp.review_id),
        live=decision_shown(verdict.shown_as)[1],
    )


def _row_then(step: Step) -> DecisionRow:
    counts = step.counts
    return DecisionRow(
        recorded=step.recorded,
        system=step.system or step.system_key,
        review_date=step.review_date,
        decision=step.decision,
        counts=(counts.green, counts.yellow, counts.red, counts.unmarked),
        review_id=decision_id(step.system_key, step.review_id),
        live=decision_shown(step.shown_as)[1],
    )


def _with_recorded(old: Sequence[DecisionRow], steps: Iterable[Step]) -> tuple[DecisionRow, ...]:
    had: dict[str, list[DecisionRow]] = defaultdict(list)
    for row in old:
        had[stored(row.review_id)].append(row)
    recorded: dict[str, list[tuple[int, DecisionRow]]] = defaultdict(list)
    for step in steps:
        row = _row_then(step)
        rows = recorded[stored(row.review_id)]
        if not rows or _said(rows[-1][1]) != _said(row):
            rows.append((step.run, row))
    lost = [
        one
        for review, rows in recorded.items()
        for one in not_among(rows, lambda one: _said(one[1]), [_said(row) for row in had[review]])
    ]
    if not lost:
        return tuple(old)
    lost.sort(key=lambda one: (one[0], _order(one[1])))
    return tuple(sorted([*old, *(row for _, row in lost)], key=_recorded))


def _recorded(row: DecisionRow) -> date:
    return row.recorded if isinstance(row.recorded, date) else date.min


def _order(row: DecisionRow) -> tuple[str, str]:
    return str(row.review_date or ""), row.system.lower()


def _said(row: DecisionRow) -> Hashable:
    """What makes a decision another one. A date that no workbook holds as one counts as none."""
    day = row.review_date
    kept = day if isinstance(day, date) and day.year > 1900 else None
    return kept, row.decision, row.counts


def runs(old: Sequence[RunRow], recorded: Sequence[RunRow]) -> tuple[RunRow, ...]:
    """The runs that the portfolio had, and those that only the record knows, by their time."""
    lost = not_among(recorded, _ran, [_ran(row) for row in old])
    return tuple(sorted([*old, *lost], key=lambda row: row.when)) if lost else tuple(old)


def has_all(old: Sequence[RunRow], recorded: Sequence[RunRow]) -> bool:
    """Whether a portfolio is the one that was written last: it tells of every recorded run."""
    return not not_among(recorded, _ran, [_ran(row) for row in old])


def forgotten(old: Sequence[RunRow], recorded: Sequence[RunRow]) -> int:
    """How many syncs a portfolio tells of that are not recorded, where the last one is not."""
    unknown = not_among(old, _ran, [_ran(row) for row in recorded])
    return len(unknown) if unknown and unknown[-1] is old[-1] else 0


def _ran(row: RunRow) -> Hashable:
    return row.read, row.unreadable, row.passed_over, _letters(row.changed)


# What is compared of a text: any program keeps that much of it.
_COMPARED = 8_000


def _letters(text: str) -> str:
    """The letters and digits of a text: what is left of it in any workbook, whoever saved it."""
    return "".join(filter(str.isalnum, text))[:_COMPARED]


def stored(text: str) -> str:
    """A text as a workbook gives it back: a file's name may hold bytes that are no text."""
    return clean(text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace"))


def not_among(
    rows: Sequence[Row], said: Callable[[Row], Hashable], had: Sequence[Hashable]
) -> list[Row]:
    """Which of some rows another list has not, both in the order of time; asked again of a list that was
    given them, none."""
    told = [said(row) for row in rows]
    if _follows(told, had):
        return []
    if _follows(had, told):
        rest = list(had)
        return [row for row, one in zip(rows, told, strict=True) if not _is_next(one, rest)]
    return [row for row, one in zip(rows, told, strict=True) if one not in set(had)]


def _follows(some: Sequence[Hashable], whole: Sequence[Hashable]) -> bool:
    """Whether all of some stand in the whole, in the same order."""
    rest = iter(whole)
    return all(one in rest for one in some)


def _is_next(one: Hashable, rest: list[Hashable]) -> bool:
    if rest and rest[0] == one:
        del rest[0]
        return True
    return False
