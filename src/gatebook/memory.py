"""What earlier syncs saw: sheets that have not changed are not opened again, and what is gone is told.

Stands between `sync`, which knows no database, and `ledger`, which knows no sync.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

import msgspec

from gatebook.backends.protocol import Passed, Source
from gatebook.domain.checklist import Checklist
from gatebook.domain.judge import judge
from gatebook.domain.past import TICK, Lost, Past, Step
from gatebook.ledger.encoding import Note, answers_of
from gatebook.ledger.records import Run, Seen, Sheet, SheetState
from gatebook.loading import FileResult, Judgement, Loaded, SheetRead
from gatebook.sync import Plan, Remembered

if TYPE_CHECKING:
    from gatebook.ledger.ledger import Ledger
    from gatebook.sheets.portfolio_tables import RunRow

# A stamp this young, in seconds, when a sheet was read may hide an edit made right afterwards: a file
# system's clock ticks every two seconds at worst, and Drive lists a version before its last edits.
SETTLES_ON_DISK = 3.0
_SETTLES_IN_DRIVE = 300.0
_UNSETTLED = "?"
# Of more files the same is said in one line.
_MOST_TOLD = 3


class Memory:
    """One portfolio's ledger during one sync. `full`: recall nothing, but go on recording.

    `ledger` None: there is none yet; `make` is called when there is something to record.
    """

    def __init__(
        self,
        ledger: Ledger | None,
        make: Callable[[], Ledger],
        portfolio: str,
        *,
        checklists: Mapping[str, Checklist],
        version: str,
        full: bool = False,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._ledger = ledger
        self._make = make
        self._portfolio = portfolio
        self._version = version
        self._checklists = checklists
        self._standing: Mapping[str, int] = {}
        self._started = now()
        self._fingerprint = fingerprint(checklists, version)
        last = ledger.last_run(portfolio) if ledger else None
        self.based_on = last.id if last else None
        self._known = ledger.sheets(portfolio) if ledger and last else {}
        # Another parser or other rules may read other answers out of the same sheet.
        self._trusted = not full and last is not None and last.fingerprint == self._fingerprint

    def recall(self, sources: Sequence[Source], how: Judgement) -> dict[str, FileResult]:
        """By location what is known of the sources that have not changed, judged as of today.

        Sheets in which something could not be read are never among them: their trouble may be over.
        """
        if self._ledger is None or not self._trusted:
            return {}
        same = [
            state
            for source in sources
            if (state := self._known.get(source.location)) and _is_same(source, state)
        ]
        reviews = self._ledger.reviews_of(state for state in same if state.state == "read")
        return {
            state.location: FileResult(
                tuple(
                    judge(one, how.checklists.get(one.stamp.checklist, how.default), how.today)
                    for one in reviews.get(state.location, ())
                ),
                (),
                tuple(Passed(note.where, note.reason, note.remedy) for note in state.passed),
            )
            for state in same
        }

    def remember(
        self, sheets: Sequence[SheetRead], today: date, when: Callable[[datetime], str]
    ) -> Remembered:
        """What is on record besides these sheets. `when` says a moment as the portfolio does."""
        if self._ledger is None:
            return Remembered()
        past = self._ledger.past(self._portfolio)
        self._standing = self._ledger.standing(self._portfolio)
        steps = {step.id: step for step in past.steps}
        stamped = {
            sheet.source.location: sheet
            for sheet in sheets
            if sheet.fresh and sheet.source.modified > 0
        }
        older = {
            where
            for where, sheet in stamped.items()
            if sheet.source.modified < past.stamps.get(where, 0) - TICK
        }
        other = {where for where in older if not self._holds_still(stamped[where])}
        newer = stamped.keys() - older
        marked = {where: day for where, day in past.older.items() if where not in newer}
        unread = frozenset(
            (steps[one].system_key, steps[one].review_id)
            for sheet in sheets
            if sheet.result.problems and (state := self._known.get(sheet.source.location))
            for one in state.reviews
            if one in steps
        )
        return Remembered(
            past=msgspec.structs.replace(
                past, older=dict.fromkeys(sorted(other), today) | marked, unread=unread
            ),
            told=tuple(told(sheets, self._known, past.steps, older, other)),
            runs=tuple(
                _run_row(run, when) for run in self._ledger.runs(self._portfolio) if run.written
            ),
            counted={key: steps[one] for key, one in self._standing.items() if one in steps},
            recover=lambda systems: self._recovered(systems, past, today),
        )

    def _holds_still(self, sheet: SheetRead) -> bool:
        """Whether a sheet says what it said, whatever its stamp: drives that keep local time (FAT, some
        shares) move all stamps by an hour with the end of summer time."""
        assert self._ledger is not None
        state = self._known[sheet.source.location]
        known = self._ledger.reviews_of([state])[state.location]
        return [answers_of(one) for one in known] == [
            answers_of(one.review) for one in sheet.result.judged
        ]

    def _recovered(self, systems: Collection[str], past: Past, today: date) -> dict[str, Lost]:
        """Systems that count as they were last."""
        assert self._ledger is not None
        versions = self._ledger.versions(self._standing[key] for key in systems)
        holds = {i: state for state in self._known.values() for i in state.reviews}
        found = {}
        for key in systems:
            version = versions[self._standing[key]]
            since = past.gone.get((key, version.review_id), today)
            # Without its checklist it is shown by another one: better than not at all.
            first = next(iter(self._checklists.values()))
            checklist = self._checklists.get(version.checklist, first)
            review, state = version.review, holds.get(version.id)
            if state:
                review = msgspec.structs.replace(review, location=state.location)
            unreadable = state is not None and state.state == "unreadable"
            found[key] = Lost(judge(review, checklist, since), since, unreadable)
        return found

    def record(
        self,
        loaded: Loaded,
        plan: Plan,
        *,
        today: date,
        write: Callable[[], bool],
        repeatable: tuple[str, str] = ("", ""),
    ) -> bool:
        """Write the portfolio and add this sync to the ledger: both, or the ledger neither.

        A ledger that takes no more is noticed before the portfolio is written; only its very last step,
        which may find the disk full, comes after it. `repeatable`: what the sync started from and what
        it said, see `Run`.

        Returns whether the portfolio was written. Raises what `write` raises, LedgerError, Overtaken.
        """
        if self._ledger is None:
            self._ledger = self._make()
        with self._ledger.turn(self._portfolio, self.based_on) as turn:
            run = Run(
                started=self._started,
                today=today,
                version=self._version,
                read=sum(sheet.fresh for sheet in loaded.sheets),
                unchanged=loaded.unchanged,
                unreadable=len(loaded.problems),
                passed=len(loaded.passed),
                systems=len(plan.newest),
                changed=plan.changed,
                fingerprint=self._fingerprint,
                written=plan.workbook is not None,
                inputs=repeatable[0] if repeatable[1] else "",
                said=repeatable[1],
            )
            kept = {key: self._standing[key] for key in plan.kept if key in self._standing}
            turn.record(run, self._sheets(loaded, plan.keys), {**kept, **plan.newest})
            return write()

    def close(self) -> None:
        """Let go of the ledger."""
        if self._ledger:
            self._ledger.close()

    def _sheets(self, loaded: Loaded, keys: Mapping[tuple[str, str], str]) -> Iterable[Sheet]:
        """The sheets that were read this time, and those that are not there any more."""
        here = set()
        for sheet in loaded.sheets:
            here.add(sheet.source.location)
            if sheet.fresh:
                yield self._sheet(sheet, keys)
        for location, state in self._known.items():
            if location not in here and state.state != "missing":
                yield Sheet(location, "missing")

    def _sheet(self, sheet: SheetRead, keys: Mapping[tuple[str, str], str]) -> Sheet:
        source, result = sheet.source, sheet.result
        settles = _SETTLES_IN_DRIVE if source.version else SETTLES_ON_DISK
        settled = source.modified < self._started.timestamp() - settles
        return Sheet(
            location=source.location,
            state="read" if result.judged else ("unreadable" if result.problems else "passed"),
            size=source.size,
            modified=source.modified,
            version=source.version if settled else source.version + _UNSETTLED,
            workbook=source.name,
            problems=tuple(Note(one.tab, one.reason, one.remedy) for one in result.problems),
            passed=tuple(Note(one.location, one.reason, one.remedy) for one in result.passed),
            reviews=tuple(
                Seen(keys.get((source.location, one.review.tab), ""), one) for one in result.judged
            ),
        )


def told(
    sheets: Sequence[SheetRead],
    known: Mapping[str, SheetState],
    steps: Sequence[Step],
    older: Collection[str],
    other: Collection[str],
) -> Iterator[str]:
    """What happened to files since the last sync that no sheet says, in words.

    `known`: what was known of each place. `older`: the places whose time stamp went back; `other`:
    those of them that say something else than before.
    """
    here = {sheet.source.location for sheet in sheets}
    held = {step.id: step for step in steps}
    said = {(step.review_id, step.answers): step.recorded for step in steps}
    gone = [
        state
        for location, state in known.items()
        if location not in here and state.state != "missing" and state.reviews
    ]
    was_at = {
        held[i].review_id: state.location for state in gone for i in state.reviews if i in held
    }
    moved: set[str] = set()
    for sheet in sheets:
        where = sheet.source.location
        state = known.get(where)
        ids = {one.review.stamp.review_id for one in sheet.result.judged}
        if state is None or state.state == "missing":
            came = {was_at[review] for review in ids if review in was_at}
            moved |= came
            for before in sorted(came):
                yield _moved(before, where)
            if state and not came:
                yield f"{where} is back"
        elif state.workbook != sheet.source.name and "://" in where:
            yield f"{state.workbook} was renamed to {sheet.source.name}"
        again = _said_before(sheet, state, said, held) if state and sheet.fresh else None
        if where in other:
            yield f"{where} was replaced by an older copy" + (f", as of {again}" if again else "")
        elif again:
            yield f"{where} says again what it said on {again}"
    yield from (f"{one.location} is gone" for one in gone if one.location not in moved)
    still = sorted(set(older) - set(other))
    if len(still) > _MOST_TOLD:
        yield f"the times of {len(still)} files went back; they say what they said"
    else:
        yield from (f"the time of {where} went back; it says what it said" for where in still)


def _moved(before: str, now: str) -> str:
    if "://" not in now and os.path.dirname(before) == os.path.dirname(now):
        return f"{before} was renamed to {os.path.basename(now)}"
    return f"{before} moved to {now}"


def _said_before(
    sheet: SheetRead,
    state: SheetState,
    said: Mapping[tuple[str, str], date],
    held: Mapping[int, Step],
) -> date | None:
    """The day on which a review of this sheet said just that, where it said something else since."""
    had = {held[i].review_id: held[i].answers for i in state.reviews if i in held}
    for one in sheet.result.judged:
        review, now = one.review.stamp.review_id, answers_of(one.review)
        if had.get(review, now) != now and (review, now) in said:
            return said[review, now]
    return None


def _run_row(run: Run, when: Callable[[datetime], str]) -> RunRow:
    # A sync that repeats another needs no portfolio.
    from gatebook.sheets.portfolio_tables import RunRow

    return RunRow(
        when=when(run.started),
        read=run.read + run.unchanged,
        unreadable=run.unreadable,
        passed_over=run.passed,
        changed=run.changed,
    )


def _is_same(source: Source, state: SheetState) -> bool:
    """Whether a sheet is as it was when its answers were recorded."""
    stamped = bool(source.version) or (source.modified > 0 and source.size > 0)
    return (
        stamped
        and state.state in ("read", "passed")
        and not state.problems
        and (source.size, source.modified, source.version)
        == (state.size, state.modified, state.version)
    )


def fingerprint(checklists: Mapping[str, Checklist], version: str) -> str:
    """What answers depend on besides the sheets: gatebook itself and the checklists at hand."""
    text = msgspec.json.encode([version, list(checklists.values())], order="sorted")
    return hashlib.sha256(text).hexdigest()[:32]
