"""Decisions month by month, from the Decisions tab's rows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import date

from gatebook.sheets.portfolio_tables import DecisionRow, MonthRow


def months(decisions: Sequence[DecisionRow]) -> tuple[MonthRow, ...]:
    """At each month's end: how many systems stood where, by their newest review until then."""
    dated = sorted(
        (row for row in decisions if isinstance(row.review_date, date)),
        key=lambda row: (str(row.review_date), str(row.recorded or "")),
    )
    standing: dict[str, str] = {}
    counted: dict[str, Counter[str]] = {}
    for row in dated:
        system, _, _ = row.review_id.partition("/")
        standing[system] = row.decision
        counted[str(row.review_date)[:7]] = Counter(standing.values())
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
