"""What the Monday view says: numbers, and four short lists to click."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

from gatebook.domain.decision import Decision
from gatebook.domain.effective import effective_rows
from gatebook.domain.review import Status
from gatebook.domain.systems import System
from gatebook.portfolio.places import Places
from gatebook.sheets.model import Content, Link
from gatebook.sheets.monday import (
    BLOCKED,
    DUE,
    DUE_DAYS,
    LATE,
    MISSING,
    MOST_LINES,
    Block,
    Tile,
    View,
)
from gatebook.sheets.portfolio_tables import DECISION_WORDS, READ, ActionRow, SystemRow
from gatebook.sheets.review_form import TabProblem

_SOON = timedelta(DUE_DAYS)
_LONGEST = 30
_TABLE, _ACTIONS, _FINDINGS = "see the table", "see Actions", "see Findings"


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
    for decision, word in DECISION_WORDS.items():
        count = sum(row.decision_code == decision.value for row in rows)
        tiles.append(Tile(count, word, decision))
    tiles.append(Tile(len(overdue), "overdue actions"))
    tiles.append(Tile(not_read, "not read this time"))
    blocked, due = _blocked(systems, rows, place), _due(rows, today)
    late = tuple(_late(action) for action in overdue)
    missing = _unread(rows, unread, place)
    # Four lists side by side have less room each than three.
    wide = 40 if missing else 60
    blocks = [
        Block(BLOCKED, blocked, "No launch is held up.", _TABLE, 59),
        Block(LATE, late, "Nothing is overdue.", _ACTIONS, wide, "Actions"),
        Block(DUE, due, "No review is due.", _TABLE, wide),
    ]
    if missing:
        blocks.insert(1, Block(MISSING, missing, "", _FINDINGS, 35, "Findings"))
    return View(tiles=tuple(tiles), blocks=tuple(blocks))


def _short(name: str) -> str:
    """A name that leaves room for what is said about it: LibreOffice cuts a link that is too long."""
    return name if len(name) <= _LONGEST else name[: _LONGEST - 1].rstrip() + "…"


def _blocked(
    systems: Sequence[System], rows: Sequence[SystemRow], place: Places
) -> tuple[Content, ...]:
    """The red gates, in the order of the table; where they are too many, a line a system."""
    order = {row.key: number for number, row in enumerate(rows)}
    delayed = [s for s in systems if s.newest.verdict.decision is Decision.DELAYED]
    reds = [
        (system, _reds(system)) for system in sorted(delayed, key=lambda system: order[system.key])
    ]
    short = sum(len(found) for _, found in reds) > MOST_LINES
    lines: list[Content] = []
    for system, found in reds:
        more = f", {len(found) - 1} more red" if short and len(found) > 1 else ""
        for cell, gate in found[:1] if short else found:
            text = f"{_short(system.name)}: {gate}{more}"
            lines.append(place.review(system.newest.review, cell, text))
    return tuple(lines)


def _reds(system: System) -> list[tuple[str, str]]:
    """Of each red gate the cell of its status, and its number, title and owner."""
    judged = system.newest
    return [
        (
            row.cells["status"].a1 if "status" in row.cells else "",
            f"{gate.number} {gate.title} ({row.owner or 'no owner'})",
        )
        for row, gate, status in effective_rows(judged.review, judged.checklist)
        if status is Status.RED
    ]


def _late(action: ActionRow) -> Content:
    late = action.days_overdue or 0
    days = f"{late} day{'' if late == 1 else 's'}"
    gate = action.gate.partition(" ")[0]
    text = f"{days} · {action.owner or 'no owner'} · {_short(action.system)} · gate {gate}"
    if isinstance(action.link, Link):
        return Link(action.link.target, text, file=action.link.file)
    return text


def _due(rows: Sequence[SystemRow], today: date) -> tuple[Content, ...]:
    due = [
        (row.next_due, row, row.next_reason)
        for row in rows
        if isinstance(row.next_due, date) and row.next_due <= today + _SOON
    ]
    # A form dated ahead is an invitation: its meeting is still to come.
    due += [
        (row.review_date, row, "the review is planned")
        for row in rows
        if row.next_due is None
        and isinstance(row.review_date, date)
        and today <= row.review_date <= today + _SOON
    ]
    due.sort(key=lambda one: (one[0], one[1].system.lower()))
    lines: list[Content] = []
    for day, row, why in due:
        late = " (overdue)" if day < today else ""
        text = f"{day}{late}: {_short(row.system)}, {why}"
        link = row.link
        lines.append(Link(link.target, text, file=link.file) if isinstance(link, Link) else text)
    return tuple(lines)


def _unread(
    rows: Sequence[SystemRow], unread: Sequence[TabProblem], place: Places
) -> tuple[Content, ...]:
    lines: list[Content] = []
    for one in unread:
        name = one.name + (f" ({one.tab})" if one.tab else "")
        lines.append(place.problem(one, f"{name}: {one.reason}"))
    lines += [
        f"{row.system}: {row.state}"
        for row in rows
        if row.state != READ and row.decision_code and row.state.startswith("not found")
    ]
    return tuple(lines)
