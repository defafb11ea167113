"""What `gatebook sync` says at its end: the decisions, what was not read, what was written."""

from __future__ import annotations

import datetime
import sys
from typing import TYPE_CHECKING

from gatebook.cli.again import Said

if TYPE_CHECKING:
    from gatebook.sync import Plan
    from gatebook.wiring import Settings

# More would run off the screen; the portfolio has them all, in the same order.
_MOST_SHOWN = 20
ALREADY = "{} says all this already; not written."


def what_is_said(
    plan: Plan, using: Settings, written: bool, unchanged: int, today: datetime.date
) -> Said:
    """What there is to print of a sync."""
    from gatebook.cli.reports import attention, sync_json, totals

    record = sync_json(
        plan, written=written, today=today, unchanged=unchanged, requests=using.requests
    )
    entries = attention(plan)
    more = max(len(entries) - _MOST_SHOWN, 0)
    return Said(record, totals(plan.tables), tuple(entries[:_MOST_SHOWN]), more)


def tell(said: Said, ending: str, *, as_json: bool, quiet: bool) -> None:
    """Print it; `ending`: what became of the portfolio."""
    from gatebook.cli.terminal import counts, line, show, show_table

    if as_json:
        from gatebook.cli.reports import json_line

        sys.stdout.buffer.write(json_line(said.record))
    elif not quiet:
        show(counts(said.totals))
        if said.entries:
            show_table(said.entries)
        if said.more:
            show([line(f"and {said.more} more: see the portfolio", 2)])
        show([line(ending)])


def warn(plan: Plan) -> None:
    """Name what was not read, not found, or would not count."""
    from gatebook.cli.reports import problem_lines
    from gatebook.cli.terminal import indented, show

    missing = [
        f"not found: {row.system} ({row.file}); its last known state stays"
        for row in plan.not_found
    ]
    if missing:
        missing.append(
            "  What to do: bring the file back, or, if the system is retired, delete its row in the "
            "portfolio."
        )
    back = [
        f"an older review would count: {row.system} ({row.file}); its last known state stays"
        for row in plan.set_back
    ]
    if back:
        missing += back
        missing.append(
            "  What to do: look at that sheet's date of review and its marks. Where the older review is "
            "right, delete the system's row in the portfolio."
        )
    if plan.forgotten:
        missing += [
            f"warning: the ledger does not know {plan.forgotten} of the syncs that {plan.portfolio} tells "
            "of; what they saw is not in its history",
            "  What to do: if the ledger was moved or replaced, put it back or name it with --ledger. "
            "Else nothing: it goes on from here.",
        ]
    if not plan.tables.systems:
        missing += [
            "warning: no review was found, so the portfolio shows no system",
            "  What to do: check the places that were read (--verbose names what was passed over); "
            "gatebook new makes a form.",
        ]
    show((indented(text) for text in (*problem_lines(plan.problems), *missing)), err=True)


def ending_of(plan: Plan, written: bool, *, dry_run: bool) -> str:
    """What became of the portfolio."""
    if dry_run and plan.workbook is not None:
        return f"Would write {plan.portfolio}. Nothing was written (--dry-run)."
    if written:
        return f"Wrote {plan.portfolio}."
    return ALREADY.format(plan.portfolio)
