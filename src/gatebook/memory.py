"""What earlier syncs saw: sheets that have not changed are not opened again, and what is gone is told.

Stands between `sync`, which knows no database, and `ledger`, which knows no sync.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

import msgspec

from gatebook.backends.protocol import Passed, Source
from gatebook.domain.checklist import Checklist
from gatebook.domain.judge import judge
from gatebook.ledger.encoding import Note, answers_of
from gatebook.ledger.records import Run, Seen, Sheet, SheetState
from gatebook.sync import FileResult, Judgement, Loaded, Plan, SheetRead

if TYPE_CHECKING:
    from gatebook.ledger.ledger import Ledger

# A stamp this young, in seconds, when a sheet was read may hide an edit made right afterwards: a file
# system's clock ticks every two seconds at worst, and Drive lists a version before its last edits.
SETTLES_ON_DISK = 3.0
_SETTLES_IN_DRIVE = 300.0
_UNSETTLED = "?"


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

    def told(self, sheets: Sequence[SheetRead]) -> tuple[str, ...]:
        """What happened to files since the last sync that no sheet says: gone, moved, replaced."""
        if self._ledger is None:
            return ()
        here = {sheet.source.location: sheet for sheet in sheets}
        gone = {
            location: state
            for location, state in self._known.items()
            if location not in here and state.state != "missing"
        }
        fresh = [sheet for sheet in sheets if sheet.source.location not in self._known]
        held = self._ledger.reviews_of(gone.values())
        was_at = {
            review.stamp.review_id: location
            for location, reviews in held.items()
            for review in reviews
        }
        lines = []
        for sheet in fresh:
            moved = {
                was_at[one.review.stamp.review_id]
                for one in sheet.result.judged
                if one.review.stamp.review_id in was_at
            }
            lines += [f"{before} moved to {sheet.source.location}" for before in sorted(moved)]
            for before in moved:
                gone.pop(before, None)
        lines += [f"{location} is gone" for location, state in gone.items() if state.reviews]
        for sheet in sheets:
            state = self._known.get(sheet.source.location)
            if state and _is_older(sheet, state) and not self._holds_still(sheet, state):
                lines.append(f"{sheet.source.location} was replaced by an older copy")
        return tuple(lines)

    def _holds_still(self, sheet: SheetRead, state: SheetState) -> bool:
        """Whether a sheet says what it said, whatever its stamp: drives that keep local time (FAT, some
        shares) move all stamps by an hour with the end of summer time."""
        assert self._ledger is not None
        known = self._ledger.reviews_of([state])[state.location]
        return [answers_of(one) for one in known] == [
            answers_of(one.review) for one in sheet.result.judged
        ]

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
            turn.record(run, self._sheets(loaded, plan.keys), plan.newest)
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


def _is_older(sheet: SheetRead, state: SheetState) -> bool:
    """Whether a sheet that was read anew has an earlier stamp than before, by more than a clock's tick."""
    return sheet.fresh and 0 < sheet.source.modified < state.modified - 1


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
