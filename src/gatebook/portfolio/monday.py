"""What the Monday view says: numbers, and three short lists to click."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta

from gatebook.domain.blank import is_begun
from gatebook.domain.decision import Decision
from gatebook.domain.effective import effective_rows
from gatebook.domain.findings import BY_CODE, Finding
from gatebook.domain.review import Status
from gatebook.domain.systems import System
from gatebook.portfolio.places import Places
from gatebook.sheets.model import Content, Link
from gatebook.sheets.monday import (
    BLOCKED,
    DUE,
    DUE_DAYS,
    LATE,
    MOST_LINES,
    NOTHING,
    Block,
    Tile,
    View,
    cut,
    letters,
)
from gatebook.sheets.portfolio_front import FIRST_SYSTEM
from gatebook.sheets.portfolio_tables import DECISION_WORDS, ActionRow, SystemRow, unlisted

_SOON = timedelta(DUE_DAYS)
_LONGEST = 30
_TABLE = ("in the table below", f"#'Portfolio'!{FIRST_SYSTEM.a1}")
_ACTIONS = ("on the tab Actions", "#'Actions'!B4")
# As wide as the columns that stay in sight, so that no list lies across their border.
_FROZEN = 58
_ROOM = letters(_FROZEN)
_NO_REVIEW = (
    "No review was read: no form stands where gatebook looked.",
    "Is it the right folder? “gatebook new” makes the first form.",
)


def monday_view(
    systems: Sequence[System],
    rows: Sequence[SystemRow],
    actions: Sequence[ActionRow],
    place: Places,
    today: date,
) -> View:
    """The view over everything that was read, and over what could not be; `rows` in their order."""
    overdue = [action for action in actions if (action.days_overdue or 0) > 0]
    unknown = unlisted(rows, actions)
    not_read = sum(not row.was_read for row in rows)
    tiles = [Tile(sum(bool(row.decision_code) for row in rows), "systems")]
    for decision, word in DECISION_WORDS.items():
        count = sum(row.decision_code == decision.value for row in rows)
        tiles.append(Tile(count, word, decision))
    tiles.append(Tile(len(overdue) + sum(row.overdue for row in unknown), "overdue actions"))
    tiles.append(Tile(not_read, "not read this time", to=_TABLE[1] if not_read else ""))
    blocked, due = _blocked(systems, rows, place), _due(rows, today)
    late = tuple(map(_unlisted, unknown)) + tuple(map(_late, overdue))
    first = Block(BLOCKED, blocked, "No launch is held up.", *_TABLE, _FROZEN)
    if not rows:
        first = Block(NOTHING, _NO_REVIEW, "", width=_FROZEN)
    blocks = (
        first,
        Block(LATE, late, "Nothing is overdue.", *_ACTIONS),
        Block(DUE, due, "No review is due.", *_TABLE, coming=_coming(rows, today)),
    )
    return View(tiles=tuple(tiles), blocks=blocks)


def _short(name: str) -> str:
    """A name that leaves room for what is said about it."""
    return cut(name, _LONGEST)


def _blocked(
    systems: Sequence[System], rows: Sequence[SystemRow], place: Places
) -> tuple[Content, ...]:
    """Every system that cannot launch, most urgent first, as in the table: not read, red in production,
    delayed, not filled in. All red gates where they fit, else a line a system."""
    known = {system.key: system for system in systems}
    said = [
        (_urgency(row, known.get(row.key)), _why(row, known.get(row.key), place))
        for row in rows
        if not row.was_read or row.decision_code in _HELD_UP
    ]
    said.sort(key=lambda one: one[0])
    short = sum(len(lines) for _, lines in said) > MOST_LINES
    found: list[Content] = []
    for _, lines in said:
        more = f", {len(lines) - 1} more red" if short and len(lines) > 1 else ""
        found += [_with(line, more) for line in (lines[:1] if short else lines)]
    return tuple(found)


_HELD_UP = (Decision.DELAYED, Decision.INCOMPLETE)


def _urgency(row: SystemRow, system: System | None) -> int:
    if not row.was_read or system is None:
        return 0
    if row.decision_code != Decision.DELAYED:
        return 3
    return 1 if system.newest.review.is_live else 2


def _with(line: Content, more: str) -> Content:
    return _to(line, (line.text if isinstance(line, Link) else str(line)) + more)


def _why(row: SystemRow, system: System | None, place: Places) -> list[Content]:
    """A line for each red gate of a system, or one for what else holds it up."""
    name = _short(row.system)
    if not row.was_read or system is None:
        reason = row.state.partition(";")[0] if row.decision_code else row.blocks
        return [_to(row.link, f"{name}: {reason}")]
    review = system.newest.review
    if row.decision_code == Decision.DELAYED:
        name += ", live" if review.is_live else ""
        return [place.review(review, cell, f"{name}: {gate}") for cell, gate in _reds(system)]
    blocking = [one for one in system.newest.findings if one.level == "block"]
    text = _to_finish(name, system, blocking) if is_begun(review) else f"{name}: {row.blocks}"
    return [place.review(review, blocking[0].cell or "", text, blocking[0].tab)]


def _to_finish(name: str, system: System, blocking: Sequence[Finding]) -> str:
    """How much there is to finish, as the decision counts it, and where to begin: a gate, by its
    number alone where its title does not fit, with its owner, or what is missing besides."""
    judged, first = system.newest, blocking[0]
    said = f"{name}: {len(blocking)} to finish, first: "
    for row, gate, _ in effective_rows(judged.review, judged.checklist):
        if gate.number == first.gate:
            who = f"({row.owner or 'no owner'})"
            whole = f"{said}{gate.number} {gate.title} {who}"
            return whole if len(whole) <= _ROOM else f"{said}gate {gate.number} {who}"
    return said + BY_CODE[first.code].title


def _to(link: Content, text: str) -> Content:
    """A text that leads where a link does, where there is one."""
    return replace(link, text=text) if isinstance(link, Link) else text


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
    who = f"{action.owner or 'no owner'} · {_short(action.system)}"
    text = f"{days} · {who} · gate {gate}: {action.action}"
    return _to(action.link, text)


def _unlisted(row: SystemRow) -> Content:
    return _to(
        row.link, f"{_short(row.system)}: {row.overdue} overdue when it was last read; not listed"
    )


def _due(rows: Sequence[SystemRow], today: date) -> tuple[Content, ...]:
    lines: list[Content] = []
    for day, row, why in _reviews_due(rows, today):
        late = " (overdue)" if day < today else ""
        text = f"{day}{late}: {_short(row.system)}, {why}"
        lines.append(_to(row.link, text))
    return tuple(lines)


def _coming(rows: Sequence[SystemRow], today: date) -> int:
    """How many of the reviews that are due are still to come."""
    return sum(day >= today for day, _, _ in _reviews_due(rows, today))


def _reviews_due(rows: Sequence[SystemRow], today: date) -> list[tuple[date, SystemRow, str]]:
    """Day, system and reason of what falls due within two weeks, or has, by date."""
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
    return sorted(due, key=lambda one: (one[0], one[1].system.lower()))
