"""What `check` and `sync` print: JSON for pipelines, short lines for people."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from gatebook.cli.terminal import Entry
from gatebook.domain.checklist import Checklist
from gatebook.domain.decision import Decision
from gatebook.domain.effective import effective_rows
from gatebook.domain.judge import Judged
from gatebook.domain.review import DateValue, Status, as_date
from gatebook.domain.systems import System
from gatebook.sheets.portfolio_tables import DECISION_WORDS, READ, Tables
from gatebook.sheets.review_form import TabProblem
from gatebook.sync import Plan

SCHEMA = 1


def _date(value: DateValue) -> str | None:
    """ISO, or None where there is no date that can be read; the finding says what stands there."""
    day = as_date(value)
    return day.isoformat() if day else None


def in_order(systems: Iterable[System]) -> list[Judged]:
    """Every review of every system, by location and tab."""
    every = [one for s in systems for one in (s.newest, *s.earlier, *s.copies)]
    return sorted(every, key=lambda one: (one.review.location, one.review.tab))


def review_record(judged: Judged) -> dict[str, Any]:
    """One review as `check --json` shows it."""
    review, verdict = judged.review, judged.verdict
    due = judged.next_review
    return {
        "location": review.location,
        "tab": review.tab,
        "system_id": review.stamp.system_id,
        "review_id": review.stamp.review_id,
        "system": review.system,
        "lead": review.lead,
        "date": _date(review.review_date),
        "live": review.is_live,
        "decision": verdict.decision.value,
        "shown_as": verdict.shown_as,
        "reason": verdict.reason,
        "regate_on": _date(review.regate_on),
        "next_review": {"due": due.due.isoformat(), "reason": due.reason} if due else None,
        "gates": [
            {
                "number": gate.number,
                "key": gate.key,
                "status": row.status.value if isinstance(row.status, Status) else None,
                "effective": status.value if status else None,
                "owner": row.owner,
                "next_action": row.next_action,
                "due": _date(row.due),
                "artifact": row.artifact or row.artifact_link,
            }
            for row, gate, status in effective_rows(review, judged.checklist)
        ],
        "findings": [
            {
                "code": f.code,
                "level": f.level,
                "gate": f.gate,
                "tab": f.tab,
                "cell": f.cell,
                "message": f.message,
                "remedy": f.remedy,
            }
            for f in judged.findings
        ],
    }


def check_json(
    systems: Sequence[System], problems: Sequence[TabProblem], checklist: Checklist, today: date
) -> dict[str, Any]:
    """The whole of `check --json`."""
    return {
        "schema": SCHEMA,
        "today": today.isoformat(),
        "checklist": checklist.name,
        "reviews": [review_record(judged) for judged in in_order(systems)],
        "unreadable": [problem_record(one) for one in problems],
    }


def json_line(record: dict[str, Any]) -> bytes:
    """A record as one line of JSON in UTF-8. A file's name may hold bytes that are no text: "?"."""
    text = json.dumps(record, ensure_ascii=False, separators=(",", ":"))
    return text.encode("utf-8", "replace") + b"\n"


def problem_record(problem: TabProblem) -> dict[str, Any]:
    """One sheet that could not be read."""
    return {
        "location": problem.location,
        "tab": problem.tab or None,
        "code": "sheet-unreadable",
        "message": problem.reason,
        "remedy": problem.remedy,
    }


def sync_json(
    plan: Plan, *, written: bool, today: date, unchanged: int = 0, requests: int = 0
) -> dict[str, Any]:
    """The whole of `sync --json`. `unchanged`: sheets that nobody had to read again; `requests`: how
    many went to Google."""
    codes = ("launch", "launch-with-plan", "delayed", "incomplete")
    found = plan.decisions
    return {
        "schema": SCHEMA,
        "today": today.isoformat(),
        "portfolio": plan.portfolio,
        "written": written,
        "read": plan.files - unchanged,
        "unchanged": unchanged,
        "unreadable": len(plan.problems),
        "requests": requests,
        "systems": len(plan.decisions),
        "decisions": {code: found.count(code) for code in codes},
        "changes": [
            {"system": change.system, "from": change.before, "to": change.now}
            for change in plan.changes
        ],
        "overdue_actions": plan.overdue_actions,
        "not_found": [{"system": row.system, "location": row.file} for row in plan.not_found],
        "set_back": [{"system": row.system, "location": row.file} for row in plan.set_back],
        "unreadable_sheets": [problem_record(one) for one in plan.problems],
    }


def totals(tables: Tables) -> str:
    """The numbers that come first: how many systems stand where, what is overdue or was not read."""
    known = sum(bool(row.decision_code) for row in tables.systems)
    unread = sum(not row.was_read for row in tables.systems)
    parts = [_count(known, "system")]
    parts += [f"{tables.decided(decision)} {words}" for decision, words in DECISION_WORDS.items()]
    parts.append(_count(tables.overdue, "overdue action"))
    if unread:
        parts.append(f"{unread} not read this time")
    return " · ".join(parts)


def attention(plan: Plan) -> list[Entry]:
    """The systems that ask for something, in the portfolio's order: not launching, changed, with
    an overdue action or review, or not read. In a first portfolio everything is new, so that nothing is."""
    was = {change.system: change.was for change in plan.changes}
    known = [row.system for row in plan.tables.systems if row.decision_code]
    first = not any(was.values()) and all(name in was for name in known)
    entries = []
    for row in plan.tables.systems:
        notes = [] if row.state == READ else [row.state]
        if row.system in was and not first:
            before = was[row.system]
            notes.append(f"was “{before}”" if before else "new")
        if row.overdue:
            notes.append(_count(row.overdue, "overdue action"))
        today = plan.tables.today
        if today and isinstance(row.next_due, date) and row.next_due < today:
            notes.append(f"a review was due {row.next_due}")
        # A plan that keeps to its dates asks for nothing.
        if row.blocks and (notes or row.decision_code != Decision.LAUNCH_WITH_PLAN):
            notes.append(row.blocks)
        if notes:
            entries.append(Entry(row.system, row.decision, row.decision_code, tuple(notes)))
    return entries


def _count(number: int, thing: str) -> str:
    return f"{number} {thing}{'' if number == 1 else 's'}"


def problem_lines(problems: Sequence[TabProblem]) -> list[str]:
    """Sheets that could not be read, for people."""
    lines = []
    for one in problems:
        where = f"“{one.workbook}”, {one.location}" if one.workbook else one.location
        where += f" ({one.tab})" if one.tab else ""
        lines.append(f"could not be read: {where}: {one.reason}")
        lines.append(f"  What to do: {one.remedy}")
    return lines
