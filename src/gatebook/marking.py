"""Tells editors what needs attention where they look: in Google on the cells, on disk in a list beside.

Stands above `sync`, which reads and judges: no trouble here changes what was judged or written.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from gatebook.backends.excel.read import has_more_than_cells
from gatebook.backends.protocol import Backend, Passed, Source, Unreadable, Unwritable
from gatebook.domain.effective import plausible
from gatebook.domain.judge import Judged
from gatebook.domain.systems import System, is_marked
from gatebook.loading import SheetRead
from gatebook.sheets.attention import (
    Part,
    Standing,
    attention_workbook,
    is_list_name,
    list_name,
    parts_of,
    stamp_of,
    standing,
    things_in,
)
from gatebook.sheets.marks import TabEdits, current, edits_of, say
from gatebook.sheets.model import Grid


class MarksCells(Protocol):
    """A backend that can put notes on the cells of a workbook."""

    def read(self, source: Source, skip: frozenset[str] = frozenset()) -> Iterable[Grid]:
        """The tabs of one workbook, with their notes. Raises Unreadable."""
        ...

    def mark(self, location: str, tabs: Sequence[TabEdits]) -> None:
        """Write marks, all of them or none. Raises Unwritable."""
        ...


@dataclass(frozen=True, slots=True)
class Marked:
    """What became of one workbook's marks: how many are new or say something new, went, and stayed.

    `place` is where they stand: the spreadsheet, or the list beside a file. `reason` and `remedy` say
    why nothing was written, where something should have been.
    """

    location: str
    name: str
    place: str
    set: int = 0
    removed: int = 0
    unchanged: int = 0
    reason: str = ""
    remedy: str = ""

    @property
    def counts(self) -> dict[str, int]:
        """The three numbers by their names."""
        return {"set": self.set, "removed": self.removed, "unchanged": self.unchanged}


def mark_spreadsheets(
    backend: MarksCells,
    sheets: Iterable[SheetRead],
    systems: Sequence[System],
    *,
    write: bool = True,
    clear: bool = False,
) -> Iterator[Marked]:
    """Bring the marks of Google spreadsheets up to date. `clear`: take all of them away.

    One request for each that changes; none to read one that `backend` still knows. Spreadsheets
    without a review, and those that could not be read, stay as they are.
    """
    newest = {} if clear else current(systems)
    unsafe = _would_count(systems)
    for sheet in sheets:
        place, name = sheet.source.location, sheet.source.name
        if not sheet.result.judged:
            continue
        try:
            edits = _edits(backend, sheet, newest.get(place, ()))
            changed = [one for one in edits if one.notes or one.lines]
            if changed and (system := unsafe.get(place)):
                raise Unwritable(*_left_alone(system))
            if changed and write:
                backend.mark(place, changed)
        except (Unreadable, Unwritable) as trouble:
            yield Marked(place, name, place, reason=trouble.reason, remedy=trouble.remedy)
            continue
        yield Marked(
            place,
            name,
            place,
            sum(one.set for one in edits),
            sum(one.removed for one in edits),
            sum(one.unchanged for one in edits),
        )


def _edits(backend: MarksCells, sheet: SheetRead, reviews: Sequence[Judged]) -> list[TabEdits]:
    grids = tuple(backend.read(sheet.source))
    said = say(reviews, {grid.tab for grid in grids})
    # A tab that cannot be read keeps its marks: nobody knows what they should be.
    unread = {problem.tab for problem in sheet.result.problems}
    return [edits_of(grid, said) for grid in grids if grid.tab not in unread]


def _would_count(systems: Iterable[System]) -> dict[str, str]:
    """By location the system whose other review would count if this place were written into: of two
    that say nothing else, the one that was changed last does (see `domain.systems`)."""
    found = {}
    for system in systems:
        newest = system.newest
        older = [*system.copies, *(one for one in system.earlier if _as_old(one, newest))]
        for one in older:
            if one.review.location != newest.review.location:
                found[one.review.location] = system.name
    return found


def _as_old(one: Judged, newest: Judged) -> bool:
    """Whether only the time of the last change may tell two reviews' order."""
    if is_marked(newest.review) and not is_marked(one.review):
        return False
    days = [plausible(judged.review.review_date, judged.checklist) for judged in (one, newest)]
    return None in days or days[0] == days[1]


def _left_alone(system: str) -> tuple[str, str]:
    return (
        f"it holds a review of “{system}” that does not count, and writing into it would make it the "
        "one that was changed last, which does",
        "Delete the sheet that is not needed, or give each its own review date.",
    )


def mark_files(
    backend: Backend,
    sheets: Sequence[SheetRead],
    passed: Iterable[Passed],
    systems: Sequence[System],
    *,
    write: bool = True,
    clear: bool = False,
) -> Iterator[Marked]:
    """Bring the lists beside files on disk up to date. `clear`: delete all of them.

    `passed`: what was listed and not read, lists of earlier runs among it; those whose file is gone
    are deleted. A list that gatebook did not make, or that somebody has written into, stays.
    """
    newest = {} if clear else current(systems)
    files = {_list_of(sheet.source.location): sheet for sheet in sheets}
    for one in passed:
        if is_list_name(_name(one.location)) and one.location not in files:
            yield from _without_list(one.location, one.location, backend, write=write)
    for path, sheet in files.items():
        location = sheet.source.location
        problems = () if clear else sheet.result.problems
        parts = parts_of(_name(location), newest.get(location, ()), problems)
        if parts:
            yield _with_list(location, path, parts, backend, write=write)
        else:
            yield from _without_list(location, path, backend, write=write)


def _name(location: str) -> str:
    return location.rpartition("/")[2]


def _list_of(location: str) -> str:
    """Where the list beside a file stands."""
    name = _name(location)
    return location[: len(location) - len(name)] + list_name(name)


def _with_list(
    location: str, path: str, parts: Sequence[Part], backend: Backend, *, write: bool
) -> Marked:
    """Write the list, unless it says all this already."""
    workbook = attention_workbook(_name(location), parts)
    things = things_in(parts)
    try:
        old = _standing(path, backend)
        if old and old.stamp == stamp_of(workbook):
            return Marked(location, "", path, unchanged=things)
        if write:
            backend.draw(workbook, path)
    except Unwritable as trouble:
        return Marked(location, "", path, reason=trouble.reason, remedy=trouble.remedy)
    return Marked(location, "", path, set=things)


def _without_list(location: str, path: str, backend: Backend, *, write: bool) -> Iterator[Marked]:
    """Delete the list that nobody needs any more. A file that is none of ours is not in the way."""
    if not os.path.lexists(path):
        return
    try:
        old = _standing(path, backend)
        if write:
            Path(path).unlink()
    except _NotOurs:
        return
    except Unwritable as trouble:
        yield Marked(location, "", path, reason=trouble.reason, remedy=trouble.remedy)
    except OSError as error:
        reason = f"{path} cannot be deleted ({error.strerror or error})"
        yield Marked(
            location, "", path, reason=reason, remedy="Close it where it is open; run this again."
        )
    else:
        yield Marked(location, "", path, removed=old.things if old else 0)


class _NotOurs(Unwritable):
    """A file of a list's name that gatebook did not make."""


def _standing(path: str, backend: Backend) -> Standing | None:
    """The list that stands there; None for none. Raises Unwritable for one that must stay."""
    if not os.path.lexists(path):
        return None
    try:
        found = standing(tuple(backend.read(Source(path, whole=True))))
        more = has_more_than_cells(Path(path))
    except Unreadable:
        found = None
    if found is None:
        raise _NotOurs(
            f"{path} is there, and gatebook did not make it",
            "Move it away or rename it; the list is then written there.",
        )
    if found.touched or more:
        raise Unwritable(
            f"somebody has written into {path}, so it stays as it is",
            "Take over what was written there, then delete the file; the next run makes it anew if "
            "it is needed.",
        )
    return found
