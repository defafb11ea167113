"""The next review of a system, carried forward from its newest one.

Source: SPEC and the seed: a review is a fresh judgement of the same gates. So what a system is, who
looks after what, the proof and the open actions come along, and whatever somebody vouched for with a
mark, an approval or a signature has to be given again.

The log of changes belongs to the system and not to one sitting, and gate 4 asks for it whole: it is
carried along from all forms of the system. Judging a system counts a change once that stands in
several of its forms.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import msgspec

from gatebook.domain.actions import open_actions
from gatebook.domain.checklist import Checklist, Gate
from gatebook.domain.effective import effective_rows, plausible, worst
from gatebook.domain.review import (
    Change,
    DateValue,
    GateRow,
    Review,
    Stamp,
    Status,
    as_date,
)
from gatebook.domain.systems import System, is_marked
from gatebook.domain.text import same

# One line under a gate's title, so that the form stays on a page that can be read.
LAST_TIME = "Last time: "
CHANGED = "; new text"
ADDED = "Not on the last form"


class Renewal(msgspec.Struct, frozen=True):
    """The form of the next review, and what people should know of it.

    `changed`: gates that ask for something else than on the last form. `added`: gates that it did
    not have. `dropped`: its rows that belong to no gate of the checklist, and are not carried.
    """

    review: Review
    changed: tuple[Gate, ...]
    added: tuple[Gate, ...]
    dropped: tuple[GateRow, ...]


class Kept(msgspec.Struct, frozen=True):
    """A form that is there already, so that no new one is made, and why."""

    review: Review
    why: str


def next_day(system: System, today: date) -> date:
    """The day of the next review where nobody names one: when it is due, if that is ahead; or today."""
    due = system.newest.next_review
    return due.due if due and due.due > today else today


def standing(system: System, on: date) -> Kept | None:
    """The form that a renewal for that day would only stand beside, or None."""
    newest = system.newest
    held = plausible(newest.review.review_date, newest.checklist)
    if not is_marked(newest.review):
        return Kept(newest.review, "nothing is marked in it yet")
    for judged in system.earlier:
        day = plausible(judged.review.review_date, judged.checklist)
        if not is_marked(judged.review) and (day is None or held is None or day > held):
            return Kept(judged.review, "nothing is marked in it yet")
    for judged in (newest, *system.earlier):
        if as_date(judged.review.review_date) == on:
            return Kept(judged.review, f"it is the review of {on}")
    if held and held > on:
        return Kept(newest.review, f"it is a later one than {on}, and would go on counting")
    return None


def renew(review: Review, checklist: Checklist, on: date, token: str) -> Renewal:
    """The review that follows this one on a day, drawn from the checklist as it is now.

    `token` tells its id from others of that day. What nobody could read is carried as it stands, so
    that the new form goes on naming it.
    """
    counting = _counting_rows(review, checklist)
    still_open = {id(action.row) for action in open_actions(review, checklist)}
    rows, changed, added = [], [], []
    for gate in checklist.gates:
        if gate.key not in counting:
            added.append(gate)
            rows.append(GateRow(gate.key, note=ADDED))
            continue
        before, effective = counting[gate.key]
        note = LAST_TIME + _last(before, effective)
        if asks_otherwise(before, gate):
            changed.append(gate)
            note += CHANGED
        rows.append(_carried(before, note, is_open=id(before) in still_open))
    known = {gate.key for gate in checklist.gates}
    return Renewal(
        review=_next(review, Stamp.of(checklist, review.stamp.system_id, on, token), on, rows),
        changed=tuple(changed),
        added=tuple(added),
        dropped=tuple(row for row in review.rows if row.key not in known),
    )


def _counting_rows(
    review: Review, checklist: Checklist
) -> dict[str, tuple[GateRow, Status | None]]:
    """By gate the row that counts, and what it counts as: of two rows the worse one."""
    found: dict[str, list[tuple[GateRow, Status | None]]] = {}
    for row, gate, effective in effective_rows(review, checklist):
        found.setdefault(gate.key, []).append((row, effective))
    return {
        key: next(pair for pair in pairs if pair[1] is worst([status for _, status in pairs]))
        for key, pairs in found.items()
    }


def _last(row: GateRow, effective: Status | None) -> str:
    """The mark as it was given, and what it counted as where that is something else."""
    if row.status is None:
        return "not marked"
    if not isinstance(row.status, Status):
        return "could not be read"
    mark = row.status.capitalize()
    return mark if row.status is effective else f"{mark}, counted as {effective}"


def asks_otherwise(row: GateRow, gate: Gate) -> bool:
    """Whether the gate asks for something else than its row did. A row that has lost its checksum
    still shows its title."""
    if row.wording:
        return row.wording != gate.wording
    return bool(row.title) and not same(row.title, gate.title)


def _carried(row: GateRow, note: str, *, is_open: bool) -> GateRow:
    return GateRow(
        key=row.key,
        owner=row.owner,
        next_action=row.next_action if is_open else "",
        due=row.due if is_open else None,
        artifact=row.artifact,
        artifact_link=row.artifact_link,
        note=note,
    )


def _next(review: Review, stamp: Stamp, on: date, rows: Sequence[GateRow]) -> Review:
    return Review(
        stamp=stamp,
        system=review.system,
        lead=review.lead,
        review_date=on,
        stakes=review.stakes,
        customer_data=review.customer_data,
        regulated_area=review.regulated_area,
        owner=review.owner,
        backup=review.backup,
        launch_date=_launch(review, on),
        live=review.live,
        attendees=review.attendees,
        rows=tuple(rows),
        changes=_log(review.changes),
    )


def _launch(review: Review, on: date) -> DateValue:
    """A planned launch that has passed was missed, and needs a new day. A live system's launch is
    what its cadence counts from."""
    launch = review.launch_date
    missed = isinstance(launch, date) and launch < on and not review.is_live
    return None if missed else launch


def _log(changes: tuple[Change, ...]) -> tuple[Change, ...]:
    """Each change once, in the order of the days; those without a day that can be read come last."""
    once = {(one.on, one.kind, one.who, one.what): one for one in changes}
    bare = [msgspec.structs.replace(one, tab="", cells={}, where="") for one in once.values()]
    return tuple(sorted(bare, key=lambda one: as_date(one.on) or date.max))
