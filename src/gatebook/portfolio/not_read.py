"""Rows of the portfolio that no sheet gave this time: they must not vanish, nor say better than before."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import date

from gatebook.domain.decision import Decision
from gatebook.domain.systems import System, bounded
from gatebook.portfolio.places import Places
from gatebook.sheets.portfolio_read import OldPortfolio
from gatebook.sheets.portfolio_tables import (
    CANNOT_BE_READ,
    MISSING,
    SET_BACK,
    UNREADABLE,
    SystemRow,
)
from gatebook.sheets.review_form import TabProblem

DECISION_RANK = {
    "": 0,
    Decision.DELAYED.value: 1,
    Decision.INCOMPLETE.value: 2,
    Decision.LAUNCH_WITH_PLAN.value: 3,
    Decision.LAUNCH.value: 4,
}


def with_notes(rows: list[SystemRow], old: OldPortfolio, unread_files: set[str]) -> list[SystemRow]:
    """The reader's notes of each system, and those made while its sheet could not be read yet."""
    notes = {row.key: row.notes for row in old.systems}
    waiting = {
        row.file: row.notes
        for row in old.systems
        if row.key.startswith(_UNREAD_KEY) and row.file not in unread_files
    }
    return [replace(row, notes=waiting.pop(row.file, {}) | notes.get(row.key, {})) for row in rows]


def without_hidden(
    read: list[SystemRow], old: OldPortfolio, lost: Collection[str]
) -> list[SystemRow]:
    """The rows whose review may count. Where the newest review's sheet is gone or cannot be read, an
    older review never makes a decision better: `not_read` then keeps the last known state. `lost`: the
    systems of which that is on record; the old portfolio tells of others."""
    before = {row.key: row for row in old.systems}
    return [row for row in read if row.key not in lost and not _hides(row, before.get(row.key))]


def _hides(row: SystemRow, before: SystemRow | None) -> bool:
    """Whether a row says better of a system than its newer review did, which stood elsewhere."""
    if before is None or (row.file, row.tab) == (before.file, before.tab):
        return False
    if not isinstance(before.review_date, date) or not isinstance(row.review_date, date):
        return False
    if not before.decision_code or before.review_date <= row.review_date:
        return False
    return DECISION_RANK[before.decision_code] < DECISION_RANK.get(row.decision_code, 0)


def not_read(
    read: list[SystemRow],
    systems: Sequence[System],
    unread: Sequence[TabProblem],
    old: OldPortfolio,
    place: Places,
    today: date,
) -> list[SystemRow]:
    """Rows that must not vanish: the last known state of systems whose newest sheet could not be read,
    was not there or no longer counts, and sheets that never could be read."""
    there = {row.key for row in read}
    reviews = {
        (system.key, place.file(one.review.location), one.review.tab)
        for system in systems
        for one in (system.newest, *system.earlier, *system.copies)
    }
    files = {row.file for row in read}
    kept: list[SystemRow] = []
    for row in old.systems:
        # What never could be read has no state to keep; only notes must not get lost.
        if row.key.startswith(_UNREAD_KEY) and (not row.notes or row.file in files):
            continue
        if row.key not in there:
            trouble = any(_concerns(one, row, place) for one in unread)
            stands = SET_BACK if (row.key, row.file, row.tab) in reviews else MISSING
            told = since(row.state, today, UNREADABLE if trouble else stands)
            kept.append(replace(row, state=f"{told}; last known state shown"))
    known = {row.key: row for row in kept}
    fresh = [
        _unread_row(one, place, known.get(_unread_key(one, place)))
        for one in unread
        if not any(_concerns(one, row, place) and row.decision_code for row in kept)
    ]
    keys = {row.key for row in fresh}
    return [row for row in kept if row.key not in keys] + fresh


def _concerns(one: TabProblem, row: SystemRow, place: Places) -> bool:
    """Whether a problem explains why a system was not read: with its file, tab, or whole folder."""
    file = place.file(one.location)
    return row.file.startswith(f"{file}/") or (row.file == file and one.tab in ("", row.tab))


def _unread_key(one: TabProblem, place: Places) -> str:
    return bounded(f"{_UNREAD_KEY}{place.file(one.location)}" + (f"#{one.tab}" if one.tab else ""))


def _unread_row(one: TabProblem, place: Places, before: SystemRow | None) -> SystemRow:
    """A sheet of which nothing is known but that it cannot be read."""
    file = place.file(one.location)
    return SystemRow(
        key=_unread_key(one, place),
        system=one.name + (f" ({one.tab})" if one.tab else ""),
        decision=CANNOT_BE_READ, decision_code="", strip=(), counts=(0, 0, 0, 0),
        blocks=one.reason, lead="", owner="", review_date=None, next_due=None, next_reason="",
        overdue=0, change="", regulated="", link=place.problem(one), file=file,
        tab=one.tab, state=UNREADABLE, notes=before.notes if before else {},
    )  # fmt: skip


_UNREAD_KEY = "unread:"


def since(state: str, today: date, word: str) -> str:
    """ "missing since DAY", with the first day kept from sync to sync."""
    start = f"{word} since "
    if word == MISSING:
        # What earlier versions said of it.
        state = state.replace("not found since ", start)
    return state.partition(";")[0] if state.startswith(start) else f"{start}{today}"
