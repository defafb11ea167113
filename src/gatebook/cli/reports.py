"""What `check` and `sync` print: JSON for pipelines, short lines for people."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from gatebook.domain.checklist import Checklist
from gatebook.domain.effective import effective_rows
from gatebook.domain.judge import Judged
from gatebook.domain.review import DateValue, Status, as_date
from gatebook.domain.systems import System
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


def sync_json(plan: Plan, *, written: bool, today: date) -> dict[str, Any]:
    """The whole of `sync --json`. `unchanged` and `requests` belong to later backends: 0 here."""
    codes = ("launch", "launch-with-plan", "delayed", "incomplete")
    found = plan.decisions
    return {
        "schema": SCHEMA,
        "today": today.isoformat(),
        "portfolio": plan.portfolio,
        "written": written,
        "read": plan.files,
        "unchanged": 0,
        "unreadable": len(plan.problems),
        "requests": 0,
        "systems": len(plan.decisions),
        "decisions": {code: found.count(code) for code in codes},
        "changes": [
            {"system": change.system, "from": change.before, "to": change.now}
            for change in plan.changes
        ],
        "overdue_actions": plan.overdue_actions,
        "not_found": [{"system": row.system, "location": row.file} for row in plan.not_found],
        "unreadable_sheets": [problem_record(one) for one in plan.problems],
    }


def problem_lines(problems: Sequence[TabProblem]) -> list[str]:
    """Sheets that could not be read, for people."""
    lines = []
    for one in problems:
        where = f"{one.location} ({one.tab})" if one.tab else one.location
        lines.append(f"could not be read: {where}: {one.reason}")
        lines.append(f"  What to do: {one.remedy}")
    return lines
