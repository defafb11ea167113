"""The newest review of each system becomes the portfolio's tables."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from types import MappingProxyType

from gatebook.domain.actions import OpenAction, bucket, open_actions
from gatebook.domain.blank import NOT_BEGUN, is_begun, says_empty
from gatebook.domain.cadence import REASONS
from gatebook.domain.cells import Cell
from gatebook.domain.decision import SHOWN_LIVE, Counts, Decision
from gatebook.domain.effective import effective_rows
from gatebook.domain.findings import BY_CODE, ORDER, Finding
from gatebook.domain.judge import Judged
from gatebook.domain.past import Lost, Past
from gatebook.domain.review import DateValue, Review, Status, Unreadable, as_date
from gatebook.domain.systems import System, change_since
from gatebook.portfolio.decisions import decisions
from gatebook.portfolio.evidence import evidence
from gatebook.portfolio.gates import gates
from gatebook.portfolio.history import history, months
from gatebook.portfolio.monday import monday_view
from gatebook.portfolio.not_read import DECISION_RANK, not_read, since, with_notes, without_hidden
from gatebook.portfolio.people import people
from gatebook.portfolio.places import Places
from gatebook.sheets.portfolio_read import OldPortfolio
from gatebook.sheets.portfolio_tables import (
    LETTERS,
    MISSING,
    READ,
    UNREADABLE,
    ActionRow,
    FindingRow,
    RunRow,
    SystemRow,
    Tables,
)
from gatebook.sheets.review_form import TabProblem


def build_tables(
    systems: Sequence[System],
    unread: Sequence[TabProblem],
    old: OldPortfolio,
    today: date,
    home: str,
    past: Past | None = None,
    lost: Mapping[str, Lost] = MappingProxyType({}),
) -> Tables:
    """All tables of the portfolio, with what the old one must carry on; `home` is its folder, `past`
    what is on record, `lost` the systems whose review that counts is in no sheet, as they were last."""
    place, past = Places(home), past or Past()
    rows = [_system_row(system, place, today, past) for system in systems]
    rows = with_notes(rows, old, {place.file(one.location) for one in unread})
    rows = without_hidden(rows, old, lost.keys())
    counting = {row.key for row in rows}
    rows += not_read(rows, systems, unread, old, place, today)
    rows.sort(key=lambda row: _attention(row, today))
    # Of a system that is missing its open work is as it was.
    standing = [system for system in systems if system.key in counting]
    standing += [_as_it_was(key, one) for key, one in lost.items()]
    actions = _actions(standing, place, today)
    decided = decisions(systems, old.decisions, past.steps, today)
    return Tables(
        systems=tuple(rows),
        actions=actions,
        findings=_findings(standing, unread, place),
        gates=gates(standing),
        people=people(standing, actions),
        evidence=evidence(standing, place),
        months=months(decided),
        history=history(rows, systems, standing, decided, past.steps, today),
        view=monday_view(systems, rows, actions, place, today),
        decisions=decided,
        runs=old.runs,
        synced=old.synced,
        today=today,
        note_headers=old.note_headers,
    )


def _shown(value: DateValue) -> date | str | None:
    return value.found if isinstance(value, Unreadable) else value


def _counts(counts: Counts) -> tuple[int, int, int, int]:
    return counts.green, counts.yellow, counts.red, counts.unmarked


def _as_it_was(key: str, lost: Lost) -> System:
    return System(key, lost.judged.review.system or key, lost.judged)


def lost_row(key: str, lost: Lost, home: str) -> SystemRow:
    """The row of a system of which only the record is left."""
    system = _as_it_was(key, lost)
    word = UNREADABLE if lost.unreadable else MISSING
    row = _system_row(system, Places(home), lost.since, Past())
    return replace(row, state=since(f"{word} since {lost.since}", lost.since, word), change="")


def _read_state(system: System, past: Past) -> str:
    """That a sheet was read, and what is odd about it: it is older than the one that stood there, or
    a newer review of the system was there before."""
    newest = as_date(system.newest.review.review_date)
    later = [step for step in system.gone if newest and step.day > newest]
    if later:
        last = max(later, key=lambda step: step.day)
        unread = (last.system_key, last.review_id) in past.unread
        return f"{READ}; a newer review, of {last.day}, {UNREADABLE if unread else f'is {MISSING}'}"
    older = past.older.get(system.newest.review.location)
    return f"{READ}; an older copy since {older}" if older else READ


def _system_row(system: System, place: Places, today: date, past: Past) -> SystemRow:
    judged = system.newest
    review, verdict = judged.review, judged.verdict
    overdue = sum(finding.code == "action-overdue" for finding in judged.findings)
    due = judged.next_review
    return SystemRow(
        key=system.key,
        system=system.name,
        decision=verdict.shown_as,
        decision_code=verdict.decision.value,
        strip=tuple(LETTERS[r.effective.value if r.effective else None] for r in verdict.gates),
        counts=_counts(verdict.counts),
        blocks=what_blocks(judged),
        lead=review.lead,
        owner=review.owner,
        review_date=_shown(review.review_date),
        next_due=due.due if due else None,
        next_reason=REASONS[due.reason] if due else "",
        overdue=overdue,
        change=change_since(system),
        regulated=regulated_gates(judged),
        link=place.review(review),
        file=place.file(review.location),
        tab=review.tab,
        state=_read_state(system, past),
    )


def what_blocks(judged: Judged) -> str:
    """Why a system cannot launch: its red gates with their owners, or what is not filled in. Of one
    that may launch with a plan: what the plan is about, and until when."""
    verdict = judged.verdict
    if verdict.decision is Decision.DELAYED:
        rows = effective_rows(judged.review, judged.checklist)
        reds = {
            f"{gate.number} {gate.title} ({row.owner or 'no owner'})": True
            for row, gate, status in rows
            if status is Status.RED
        }
        return _named(list(reds))
    if verdict.decision is Decision.INCOMPLETE:
        begun = is_begun(judged.review)
        blocking = [f for f in judged.findings if f.level == "block"]
        counted = Counter(BY_CODE[f.code].title for f in blocking if begun or not says_empty(f))
        kinds = [f"{title} ({n})" if n > 1 else title for title, n in counted.items()]
        if not begun:
            return _named([NOT_BEGUN, *kinds])
        # The numbers add up to the things to finish that the decision counts.
        return _named(kinds, sum(list(counted.values())[_MOST_NAMED:]))
    if verdict.decision is Decision.LAUNCH_WITH_PLAN:
        text = _named(_planned(judged))
        return text[:1].upper() + text[1:]
    return ""


def _planned(judged: Judged) -> list[str]:
    """Each yellow gate with the day and the owner of its action."""
    return [
        f"{f'by {row.due}' if isinstance(row.due, date) else 'no date'}: "
        f"{gate.number} {gate.title} ({row.owner or 'no owner'})"
        for row, gate, status in effective_rows(judged.review, judged.checklist)
        if status is Status.YELLOW
    ]


# More would make the row so tall that the portfolio no longer prints on a page.
_MOST_NAMED = 3


def _named(parts: list[str], rest: int | None = None) -> str:
    """The first of some parts, and how many more there are, or `rest`."""
    count = len(parts) - _MOST_NAMED if rest is None else rest
    more = [f"and {count} more"] if len(parts) > _MOST_NAMED else []
    return "; ".join(parts[:_MOST_NAMED] + more)


def regulated_gates(judged: Judged) -> str:
    """For a regulated area: the area and how the gates that the checklist marks for it stand."""
    area = judged.review.regulated
    if not area:
        return ""
    marked = [
        f"{r.gate.number} {LETTERS[r.effective.value if r.effective else None]}"
        for r in judged.verdict.gates
        if r.gate.ai_act
    ]
    return f"{area}: {' · '.join(marked)}" if marked else area


def _attention(row: SystemRow, today: date) -> tuple[int, int, int, int, str]:
    """What needs attention first: unread sheets, red in production, then by decision, then overdue
    actions together with a review that was not held on its day."""
    late = isinstance(row.next_due, date) and row.next_due < today
    return (
        row.was_read,
        not row.decision.startswith(SHOWN_LIVE[Decision.DELAYED]),
        DECISION_RANK.get(row.decision_code, 0),
        -row.overdue - late,
        row.system.lower(),
    )


def _actions(systems: Sequence[System], place: Places, today: date) -> tuple[ActionRow, ...]:
    """Overdue first, the longest first, then by date."""
    rows = [
        _action(system, action, place, today)
        for system in systems
        for action in open_actions(system.newest.review, system.newest.checklist)
    ]
    return tuple(sorted(rows, key=_urgency))


def _urgency(row: ActionRow) -> tuple[int, date, str]:
    due = row.due if isinstance(row.due, date) else date.max
    return -(row.days_overdue or 0), due, row.system.lower()


def _action(system: System, action: OpenAction, place: Places, today: date) -> ActionRow:
    review = system.newest.review
    cell = action.row.cells.get("next_action", Cell(0, 0)).a1
    return ActionRow(
        system=system.name,
        gate=f"{action.gate.number} {action.gate.title}",
        status=action.status.value.capitalize() if action.status else "Not marked",
        action=action.text,
        owner=action.row.owner,
        due=_shown(action.row.due),
        days_overdue=(today - action.due).days if action.due and action.due < today else None,
        link=place.review(review, cell, f"{review.tab}!{cell}"),
        when=bucket(action.due, today),
    )


def _findings(
    systems: Sequence[System], unread: Sequence[TabProblem], place: Places
) -> tuple[FindingRow, ...]:
    unreadable = BY_CODE["sheet-unreadable"]
    rows = [
        FindingRow(
            system=one.name,
            level="block",
            code=unreadable.code,
            tab=one.tab,
            cell="",
            message=one.reason,
            remedy=one.remedy,
            link=place.problem(one),
        )
        for one in unread
    ]
    found = [
        (finding, system.name, judged.review)
        for system in systems
        for judged in (system.newest, *system.copies)
        for finding in judged.findings
        if judged is system.newest or finding.code == "duplicate-review"
    ]
    found.sort(key=lambda item: _finding_order(item[0], item[1]))
    rows += [_finding_row(finding, name, review, place) for finding, name, review in found]
    return tuple(rows)


def _finding_order(finding: Finding, name: str) -> tuple[bool, bool, str, int]:
    first = finding.code != "launched-without-passing"
    return first, finding.level != "block", name.lower(), ORDER[finding.code]


def _finding_row(finding: Finding, name: str, review: Review, place: Places) -> FindingRow:
    at = f"{finding.tab}!{finding.cell}" if finding.cell else finding.tab
    return FindingRow(
        system=name,
        level=finding.level,
        code=finding.code,
        tab=finding.tab,
        cell=finding.cell or "",
        message=finding.message,
        remedy=finding.remedy,
        link=place.review(review, finding.cell or "", at, finding.tab),
    )


def with_run(tables: Tables, run: RunRow) -> Tables:
    """The tables with one more line of Runs and the time of this sync."""
    shown = run.changed if len(run.changed) <= 120 else run.changed[:119] + "…"
    return replace(tables, runs=(*tables.runs, run), synced=f"{run.when}. {shown}")
