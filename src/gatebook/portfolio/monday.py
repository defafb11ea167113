"""What the Monday view says: numbers, and four short lists to click."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import PurePath

from gatebook.domain.decision import Decision
from gatebook.domain.effective import effective_rows
from gatebook.domain.review import Status
from gatebook.domain.systems import System
from gatebook.portfolio.places import Places
from gatebook.sheets.model import Content, Link
from gatebook.sheets.monday import Block, Tile, View
from gatebook.sheets.portfolio_tables import READ, ActionRow, SystemRow
from gatebook.sheets.review_form import TabProblem

SOON = timedelta(days=14)
_WORDS = {
    Decision.DELAYED: "delayed or red live",
    Decision.INCOMPLETE: "incomplete",
    Decision.LAUNCH_WITH_PLAN: "with a plan",
    Decision.LAUNCH: "launch or stay live",
}


def monday_view(
    systems: Sequence[System],
    rows: Sequence[SystemRow],
    actions: Sequence[ActionRow],
    unread: Sequence[TabProblem],
    place: Places,
    today: date,
) -> View:
    """The view over everything that was read, and over what could not be."""
    overdue = [action for action in actions if (action.days_overdue or 0) > 0]
    not_read = sum(row.state != READ for row in rows)
    tiles = [Tile(sum(bool(row.decision_code) for row in rows), "systems")]
    for decision, word in _WORDS.items():
        count = sum(row.decision_code == decision.value for row in rows)
        tiles.append(Tile(count, word, decision))
    tiles.append(Tile(len(overdue), "overdue actions"))
    tiles.append(Tile(not_read, "not read this time"))
    late = tuple(_late(action) for action in overdue)
    table = "see the table"
    blocks = [
        Block(
            "Delayed or red live, and why",
            _blocked(systems, place),
            "Nobody is held up.",
            table,
            60,
        ),
        Block("Overdue actions", late, "Nothing is overdue.", "see Actions", 60),
        # No date in the heading: a portfolio is written again only when it has something to say.
        Block(f"Reviews due within {SOON.days} days", _due(rows, today), "None is due.", table, 50),
    ]
    if missing := _unread(rows, unread, place):
        blocks.insert(1, Block("Could not be read or found", missing, "", "see Findings", 60))
    return View(tiles=tuple(tiles), blocks=tuple(blocks))


def _blocked(systems: Sequence[System], place: Places) -> tuple[Content, ...]:
    lines: list[Content] = []
    for system in systems:
        judged = system.newest
        review = judged.review
        if judged.verdict.decision is not Decision.DELAYED:
            continue
        for row, gate, status in effective_rows(review, judged.checklist):
            if status is Status.RED:
                cell = row.cells["status"].a1 if "status" in row.cells else ""
                text = f"{system.name}: {gate.number} {gate.title} ({row.owner or 'no owner'})"
                lines.append(place.link(review.location, review.tab, cell, text))
    return tuple(lines)


def _late(action: ActionRow) -> Content:
    late = action.days_overdue or 0
    days = f"{late} day{'' if late == 1 else 's'}"
    text = f"{days} · {action.owner or 'no owner'} · {action.system} · gate {action.gate}"
    if isinstance(action.link, Link):
        return Link(action.link.target, text, file=action.link.file)
    return text


def _due(rows: Sequence[SystemRow], today: date) -> tuple[Content, ...]:
    due = [
        (row.next_due, row)
        for row in rows
        if isinstance(row.next_due, date) and row.next_due <= today + SOON
    ]
    due.sort(key=lambda pair: (pair[0], pair[1].system.lower()))
    lines: list[Content] = []
    for day, row in due:
        late = " (overdue)" if day < today else ""
        text = f"{day}{late}: {row.system}, {row.next_reason}"
        link = row.link
        lines.append(Link(link.target, text, file=link.file) if isinstance(link, Link) else text)
    return tuple(lines)


def _unread(
    rows: Sequence[SystemRow], unread: Sequence[TabProblem], place: Places
) -> tuple[Content, ...]:
    lines: list[Content] = []
    for one in unread:
        name = PurePath(one.location).name + (f" ({one.tab})" if one.tab else "")
        lines.append(place.link(one.location, text=f"{name}: {one.reason}"))
    lines += [
        f"{row.system}: {row.state}"
        for row in rows
        if row.state != READ and row.decision_code and row.state.startswith("not found")
    ]
    return tuple(lines)
