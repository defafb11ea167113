"""Reviews as syncs see them, in few words."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import msgspec

from gatebook.domain.checklist import Checklist
from gatebook.domain.judge import judge
from gatebook.domain.review import Review, Status
from gatebook.ledger.records import Run, Seen, Sheet
from tests.support.builders import TODAY, TWELVE, passing_review, stamp_of, with_row

HERE = "/srv/gates/portfolio.xlsx"
STARTED = datetime(2026, 11, 23, 7, 30, 0, 123456, tzinfo=UTC)


def run(today: date = TODAY, **values: Any) -> Run:
    """A sync of that day."""
    return Run(started=STARTED, today=today, version="0.4.0", **values)


def review(key: str = "router", sitting: str = "1", **changes: Any) -> Review:
    """A passing review of a system; each sitting has its own id."""
    stamp = stamp_of(TWELVE, key, f"{key}-{sitting}")
    values: dict[str, Any] = {"stamp": stamp, "system": key.title()} | changes
    return passing_review(TWELVE, **values)


def red(found: Review, number: int = 1) -> Review:
    """The review with a red gate."""
    return with_row(found, number, status=Status.RED)


def sheet(
    location: str,
    *reviews: Review,
    modified: float = 1_700_000_000.25,
    checklist: Checklist = TWELVE,
    today: date = TODAY,
    **values: Any,
) -> Sheet:
    """A workbook with reviews, just as reading it gives them."""
    seen = tuple(
        Seen(one.stamp.system_id, judge(at(one, location, modified), checklist, today))
        for one in reviews
    )
    stamps: dict[str, Any] = {"state": "read", "size": 15_000} | values
    return Sheet(location=location, modified=modified, reviews=seen, **stamps)


def at(found: Review, location: str, modified: float) -> Review:
    """The review as read from there."""
    return msgspec.structs.replace(found, location=location, modified=modified)


def many(count: int, *, changed: bool = False) -> list[Sheet]:
    """A folder of workbooks, one review each; `changed`: each with another lead."""
    lead = {"lead": "Ida Sund"} if changed else {}
    return [sheet(f"{n}.xlsx", review(f"system-{n}", **lead)) for n in range(count)]
