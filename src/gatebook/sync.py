"""Plan, then apply: list, read, judge, compare, and write only if something differs.

Nothing here knows a file format. `load` reads and judges; `plan_sync` works out what the portfolio
should say and whether it does already; `apply_sync` writes it.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import TYPE_CHECKING

from gatebook.backends.protocol import Backend, Passed, Source, Unreadable, Unwritable
from gatebook.domain.checklist import Checklist
from gatebook.domain.judge import Judged, judge
from gatebook.domain.past import Lost, Past
from gatebook.domain.systems import name_copies, systems
from gatebook.sheets.review_form import SKIPPED_MARKS, TabProblem, read_reviews

if TYPE_CHECKING:
    from gatebook.sheets.form_draw import Look
    from gatebook.sheets.model import Grid, Workbook
    from gatebook.sheets.portfolio_read import OldPortfolio
    from gatebook.sheets.portfolio_tables import RunRow, SystemRow, Tables


# What the tab Runs and the ledger say of a sync that found everything decided as before.
NO_CHANGE = "No decision changed"


@dataclass(frozen=True, slots=True)
class FileResult:
    """What one file gave."""

    judged: tuple[Judged, ...]
    problems: tuple[TabProblem, ...]
    passed: tuple[Passed, ...]


@dataclass(frozen=True, slots=True)
class SheetRead:
    """One workbook of this run, and what it gave. Not `fresh`: it has not changed, so what it gave
    earlier was taken."""

    source: Source
    result: FileResult
    fresh: bool = True


@dataclass(frozen=True, slots=True)
class Loaded:
    """Everything that was read: judged reviews, what could not be read, what was passed over.

    `sheets`: the same, workbook by workbook.
    """

    judged: tuple[Judged, ...]
    problems: tuple[TabProblem, ...]
    passed: tuple[Passed, ...]
    files: int
    sheets: tuple[SheetRead, ...] = ()

    @property
    def unchanged(self) -> int:
        """How many workbooks did not have to be opened."""
        return sum(not sheet.fresh for sheet in self.sheets)


@dataclass(frozen=True, slots=True)
class Judgement:
    """How sheets are judged: checklists by id, the one for sheets without a stamp, the day."""

    checklists: Mapping[str, Checklist]
    default: Checklist
    today: date


def read_file(backend: Backend, source: Source, how: Judgement) -> FileResult:
    """Read and judge one workbook; trouble with it is a result, never an exception."""
    try:
        return _judged(source, backend.read(source, SKIPPED_MARKS), how)
    except Unreadable as trouble:
        problem = TabProblem(source.location, "", trouble.reason, trouble.remedy, source.name)
        return FileResult((), (problem,), ())
    except Exception as fault:  # One sheet must not end the run for all the others.
        said = f"{type(fault).__name__}: {fault}".splitlines()[0][:200]
        problem = TabProblem(
            source.location,
            "",
            f"gatebook itself failed on this file ({said})",
            "Report this with the file; to go on meanwhile, move the answers to a fresh form.",
            source.name,
        )
        return FileResult((), (problem,), ())


def _judged(source: Source, grids: Iterable[Grid], how: Judgement) -> FileResult:
    found = read_reviews(grids, how.checklists, how.default, source.location, source.modified)
    judged = tuple(
        judge(review, how.checklists.get(review.stamp.checklist, how.default), how.today)
        for review in found.reviews
    )
    problems = found.problems
    passed = tuple(
        Passed(f"{source.location} ({tab})", "a tab that is no review") for tab in found.passed
    )
    if not judged and not problems:
        passed = (*passed, Passed(source.location, "no review tab in it"))
    return FileResult(judged, problems, passed)


Progress = Callable[[int, int], None]
Runner = Callable[[Backend, Sequence[Source], Judgement, Progress], Sequence[FileResult]]


# By location what is known of those sources that have not changed; the others are read.
Recall = Callable[[Sequence[Source], Judgement], Mapping[str, FileResult]]


def nothing_known(_sources: Sequence[Source], _how: Judgement) -> Mapping[str, FileResult]:
    """For a run without a memory."""
    return {}


def one_by_one(
    backend: Backend, sources: Sequence[Source], how: Judgement, progress: Progress
) -> list[FileResult]:
    """The plain runner: every file in turn, in this process."""
    results = []
    for place, source in enumerate(sources, 1):
        results.append(read_file(backend, source, how))
        progress(place, len(sources))
    return results


def load(
    places: Sequence[tuple[Backend, str]],
    how: Judgement,
    *,
    skip: Callable[[str], bool] = lambda _location: False,
    run: Runner = one_by_one,
    recall: Recall = nothing_known,
    progress: Progress = lambda _done, _all: None,
) -> Loaded:
    """Read all reviews at some locations. `skip` names files that are no input (the portfolio).

    Raises Unreadable if a location does not exist at all.
    """
    judged: list[Judged] = []
    problems: list[TabProblem] = []
    passed: list[Passed] = []
    seen: set[str] = set()
    sheets: list[SheetRead] = []
    for backend, location in places:
        listing = backend.list(location)
        for one in listing.passed:
            if one.problem:
                problems.append(TabProblem(one.location, "", one.reason, one.remedy))
            else:
                passed.append(one)
        sources = [s for s in listing.sources if not skip(s.location) and _is_new(s.location, seen)]
        known = recall(sources, how)
        asked = [source for source in sources if source.location not in known]
        fresh = zip(asked, run(backend, asked, how, progress), strict=True)
        found = {source.location: result for source, result in fresh}
        for source in sources:
            again = source.location in known
            result = known[source.location] if again else found[source.location]
            sheets.append(SheetRead(source, result, not again))
            judged.extend(result.judged)
            problems.extend(result.problems)
            passed.extend(result.passed)
    read = name_copies(judged)
    return Loaded(read, tuple(problems), tuple(passed), len(sheets), tuple(sheets))


def _is_new(location: str, seen: set[str]) -> bool:
    """Whether this file was not met yet, by whatever path or link; it is from now on."""
    identity = location if "://" in location else os.path.realpath(location)
    new = identity not in seen
    seen.add(identity)
    return new


def nothing_lost(_systems: Collection[str]) -> Mapping[str, Lost]:
    """For a run without a memory."""
    return {}


@dataclass(frozen=True, slots=True)
class Remembered:
    """What is on record besides the sheets and the portfolio; nothing where there is no memory.

    `told`: what happened to files since the last sync. `runs`: every sync that wrote the portfolio.
    `standing`: by system that counts, its decision. `recover` gives some of these systems as they were
    last.
    """

    past: Past = field(default_factory=Past)
    told: tuple[str, ...] = ()
    runs: tuple[RunRow, ...] = ()
    standing: Mapping[str, str] = field(default_factory=dict)
    recover: Callable[[Collection[str]], Mapping[str, Lost]] = nothing_lost


@dataclass(frozen=True, slots=True)
class Change:
    """A system whose decision differs from the one in the portfolio on disk (None: new there)."""

    system: str
    before: str | None
    now: str


@dataclass(frozen=True, slots=True)
class Plan:
    """What a sync would do. `workbook` is None where the portfolio says it all already.

    It holds no reviews: of thousands they would fill the memory while the portfolio is drawn.
    `before` are the systems as the portfolio had them.
    `keys` has the system of each review by its location and tab, `newest` the place of each system's
    review that counts. `changed` says in words what did.
    `decisions` has the decision of each system that was read; `files` is how many were read. `kept`
    are the systems that were not, and have a row all the same.
    """

    portfolio: str
    before: tuple[SystemRow, ...]
    tables: Tables
    workbook: Workbook | None
    changes: tuple[Change, ...]
    files: int
    problems: tuple[TabProblem, ...]
    decisions: tuple[str, ...]
    overdue_actions: int
    changed: str = ""
    keys: Mapping[tuple[str, str], str] = field(default_factory=dict)
    newest: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    kept: frozenset[str] = frozenset()

    @property
    def not_found(self) -> tuple[SystemRow, ...]:
        """Systems of the portfolio that were not there this time."""
        return tuple(row for row in self.tables.systems if row.is_missing)


def plan_sync(
    loaded: Loaded,
    backend: Backend,
    portfolio: str,
    *,
    exists: bool,
    home: str,
    today: date,
    now: str,
    version: str,
    remembered: Remembered | None = None,
    look_of: Look | None = None,
) -> Plan:
    """Compare what was read with the portfolio on disk. `now` is the time as the Runs tab shows it;
    `remembered` is what else is known. `look_of`: the organisation's look.

    Raises Unwritable where writing would lose something that somebody else put there.
    """
    from gatebook.portfolio import build_tables, with_run
    from gatebook.portfolio.decisions import runs
    from gatebook.sheets.portfolio_book import portfolio_workbook
    from gatebook.sheets.portfolio_read import OldPortfolio, read_portfolio
    from gatebook.sheets.portfolio_tables import RunRow

    old = read_portfolio(_grids(backend, portfolio)) if exists else OldPortfolio()
    if old.strangers and not backend.keeps_other_tabs:
        raise Unwritable(
            f"{portfolio} holds {', '.join(old.strangers[:5])}, which gatebook did not make and "
            "would lose by writing the file anew",
            "Move it to another workbook, or name another file with --portfolio. "
            "Nothing was written.",
        )
    if old.damage:
        raise Unwritable(
            f"{portfolio}: {'; '.join(old.damage)}, so what people wrote there cannot be found",
            "Bring the row back as it was (undo; take out what was inserted above it), or move the "
            "file away: the next sync makes a new one. Nothing was written.",
        )
    known = remembered or Remembered()
    found = systems(loaded.judged, today, known.past.steps)
    old, let_go = _with_lost(old, known, {system.key for system in found}, home)
    old = replace(old, runs=runs(old.runs, known.runs))
    tables = build_tables(found, loaded.problems, old, today, home, known.past)
    kept = frozenset(row.key for row in tables.systems if not row.was_read)
    counted = [system for system in found if system.key not in kept]
    before: dict[str, str | None] = dict(known.standing)
    before |= {row.key: row.decision_code or None for row in old.systems}
    changes = tuple(
        Change(system.name, before.get(system.key), system.newest.verdict.decision.value)
        for system in counted
        if before.get(system.key) != system.newest.verdict.decision.value
    )
    decisions = tuple(system.newest.verdict.decision.value for system in counted)
    files, problems, passed = loaded.files, loaded.problems, len(loaded.passed)
    keys = {
        (one.review.location, one.review.tab): system.key
        for system in found
        for one in (system.newest, *system.earlier, *system.copies)
    }
    newest = {
        system.key: (system.newest.review.location, system.newest.review.tab) for system in counted
    }
    first = not old.systems and not known.standing
    changed = "; ".join([_changed_text(changes, first=first), *let_go, *(told := known.told)])
    # Thousands of reviews would fill the memory while the portfolio is laid out and drawn.
    del found, counted, loaded, known, remembered
    # What happened to files is told once, also where every row stays as it was.
    quiet = not (let_go or told)
    same = exists and quiet and _is_written(tables, version, old, portfolio, look_of)
    if not same:
        run = RunRow(
            when=now,
            read=files,
            unreadable=len(problems),
            passed_over=passed,
            changed=changed,
        )
        tables = with_run(tables, run)
    return Plan(
        portfolio=portfolio,
        before=old.systems,
        tables=tables,
        workbook=None if same else portfolio_workbook(tables, version, look_of),
        changes=changes,
        files=files,
        problems=problems,
        decisions=decisions,
        overdue_actions=sum(row.overdue for row in tables.systems),
        changed=changed,
        keys=keys,
        newest=newest,
        kept=kept,
    )


def _with_lost(
    old: OldPortfolio, known: Remembered, here: Collection[str], home: str
) -> tuple[OldPortfolio, list[str]]:
    """The portfolio with a row for each system that counts, and is neither here nor has one; and who
    was let go, in words: whose row somebody took out of the portfolio that was written last."""
    from gatebook.portfolio import lost_row
    from gatebook.portfolio.decisions import has_all

    rows = {row.key for row in old.systems}
    lost = [key for key in known.standing if key not in here and key not in rows]
    if not lost:
        return old, []
    if old.grids and has_all(old.runs, known.runs):
        names = {step.system_key: step.system or step.system_key for step in known.past.steps}
        return old, [f"{names.get(key, key)} was let go: its row was deleted" for key in lost]
    back = []
    # In portions: thousands of reviews would fill the memory.
    for start in range(0, len(lost), _PORTION):
        found = known.recover(lost[start : start + _PORTION])
        back += [lost_row(key, one, home) for key, one in found.items()]
    return replace(old, systems=(*old.systems, *back)), []


_PORTION = 200


def _is_written(
    tables: Tables, version: str, old: OldPortfolio, portfolio: str, look_of: Look | None
) -> bool:
    """Whether the portfolio on disk says it all. Raises Unwritable where writing would lose words."""
    from gatebook.sheets.portfolio_book import portfolio_workbook
    from gatebook.sheets.portfolio_read import says_the_same, would_be_lost

    workbook = portfolio_workbook(tables, version, look_of)
    if lost := would_be_lost(workbook, old):
        raise Unwritable(
            f"{portfolio}: writing it anew would lose what somebody wrote into {', '.join(lost[:5])}",
            "gatebook keeps text, numbers and links in the Notes column, and in columns of your own "
            "right of it with a header; move it there, and paste a formula as its value. "
            "Nothing was written.",
        )
    return says_the_same(workbook, old)


def _grids(backend: Backend, portfolio: str) -> list[Grid]:
    try:
        return list(backend.read(Source(portfolio, whole=True)))
    except Unreadable as trouble:
        # In Google a new portfolio is made by hand, and shared.
        away = (
            "" if backend.keeps_other_tabs else "Or move it away: the next sync makes a new one. "
        )
        raise Unwritable(
            f"the portfolio {portfolio} cannot be read: {trouble.reason}",
            f"{trouble.remedy} {away}Nothing was written.",
        ) from trouble


def _changed_text(changes: Sequence[Change], *, first: bool) -> str:
    if not changes:
        return NO_CHANGE
    if first and len(changes) > 3:
        return f"{len(changes)} systems, all new"
    texts = [f"{c.system}: {c.before or 'new'} → {c.now}" for c in changes]
    more = f"; and {len(texts) - 50} more" if len(texts) > 50 else ""
    return "; ".join(texts[:50]) + more


def apply_sync(plan: Plan, backend: Backend) -> bool:
    """Write the portfolio if the plan says so. Raises Unwritable; what was there is intact."""
    if plan.workbook is None:
        return False
    backend.draw(plan.workbook, plan.portfolio)
    return True
