"""Plan, then apply: compare what was read with the portfolio, and write only if something differs.

Nothing here knows a file format. `plan_sync` works out what the portfolio should say and whether it
does already; `apply_sync` writes it. Reading is `loading`.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import TYPE_CHECKING

from gatebook.backends.protocol import Backend, Source, Unreadable, Unwritable
from gatebook.domain.decision import decision_shown, decision_words
from gatebook.domain.past import Lost, Past, Step
from gatebook.domain.systems import System, held_back, systems
from gatebook.loading import Loaded
from gatebook.sheets.review_form import TabProblem

if TYPE_CHECKING:
    from gatebook.sheets.form_draw import Look
    from gatebook.sheets.model import Grid, Workbook
    from gatebook.sheets.portfolio_read import OldPortfolio
    from gatebook.sheets.portfolio_tables import RunRow, SystemRow, Tables


# What the tab Runs and the ledger say of a sync that found everything decided as before.
NO_CHANGE = "No decision changed"


def nothing_lost(_systems: Collection[str]) -> Mapping[str, Lost]:
    """For a run without a memory."""
    return {}


@dataclass(frozen=True, slots=True)
class Remembered:
    """What is on record besides the sheets and the portfolio; nothing where there is no memory.

    `told`: what happened to files since the last sync. `runs`: every sync that wrote the portfolio.
    `counted`: by system the review that counted last. `recover` gives some of these systems as they
    were last.
    """

    past: Past = field(default_factory=Past)
    told: tuple[str, ...] = ()
    runs: tuple[RunRow, ...] = ()
    counted: Mapping[str, Step] = field(default_factory=dict)
    recover: Callable[[Collection[str]], Mapping[str, Lost]] = nothing_lost


@dataclass(frozen=True, slots=True)
class Change:
    """A system whose decision differs from the one in the portfolio on disk (None: new there).

    `live`, `was_live`: whether it is live, and was; a live system's decisions have other words.
    """

    system: str
    before: str | None
    now: str
    live: bool = False
    was_live: bool = False

    @property
    def was(self) -> str:
        """The decision before, in people's words; "" for a new system."""
        return decision_words(self.before, live=self.was_live) if self.before else ""

    @property
    def said(self) -> str:
        """Both decisions in people's words: "Launch delayed → Launch this week"."""
        return f"{self.was or 'new'} → {decision_words(self.now, live=self.live)}"


@dataclass(frozen=True, slots=True)
class Plan:
    """What a sync would do. `workbook` is None where the portfolio says it all already.

    It holds no reviews: of thousands they would fill the memory while the portfolio is drawn.
    `before` are the systems as the portfolio had them.
    `keys` has the system of each review by its location and tab, `newest` the place of each system's
    review that counts. `changed` says in words what did.
    `decisions` has the decision of each system that was read; `files` is how many were read. `kept`
    are the systems that were not, and have a row all the same. `forgotten`: how many syncs the
    portfolio tells of that its ledger does not know.
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
    forgotten: int = 0

    @property
    def not_found(self) -> tuple[SystemRow, ...]:
        """Systems of the portfolio that were not there this time."""
        return tuple(row for row in self.tables.systems if row.is_missing)

    @property
    def set_back(self) -> tuple[SystemRow, ...]:
        """Systems for which an older review would count now, and say better than their newest did."""
        return tuple(row for row in self.tables.systems if row.is_set_back)


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
    from gatebook.portfolio.decisions import forgotten, runs
    from gatebook.sheets.portfolio_book import portfolio_workbook
    from gatebook.sheets.portfolio_read import OldPortfolio, read_portfolio
    from gatebook.sheets.portfolio_tables import RunRow

    grids = loaded.portfolio or (_grids(backend, portfolio) if exists else ())
    old = read_portfolio(grids) if exists else OldPortfolio()
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
    here = {system.key for system in found} - held_back(found, known.counted)
    lost, let_go = _lost(old, known, here)
    old = _with_lost(old, known, lost, home)
    unknown = forgotten(old.runs, known.runs) if remembered else 0
    old = replace(old, runs=runs(old.runs, known.runs))
    tables = build_tables(found, loaded.problems, old, today, home, known.past, lost)
    kept = frozenset(row.key for row in tables.systems if not row.was_read)
    counted = [system for system in found if system.key not in kept]
    before: dict[str, str | None] = {key: one.decision for key, one in known.counted.items()}
    before |= {row.key: row.decision_code or None for row in old.systems}
    live = {row.key: decision_shown(row.decision)[1] for row in old.systems}
    changes = tuple(
        _change(system, before.get(system.key), live.get(system.key))
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
    first = not old.systems and not known.counted
    changed = "; ".join([_changed_text(changes, first=first), *let_go, *(told := known.told)])
    # Thousands of reviews would fill the memory while the portfolio is laid out and drawn.
    del found, counted, grids, loaded, known, remembered, lost
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
        overdue_actions=tables.overdue,
        changed=changed,
        keys=keys,
        newest=newest,
        kept=kept,
        forgotten=unknown,
    )


def _lost(
    old: OldPortfolio, known: Remembered, here: Collection[str]
) -> tuple[dict[str, Lost], list[str]]:
    """The systems that count and of which the review that counted is not `here`, as they were last;
    and who was let go, in words: whose row somebody took out of the portfolio that was written last."""
    from gatebook.portfolio.decisions import has_all

    gone = [key for key in known.counted if key not in here]
    let_go: list[str] = []
    if gone and old.grids and has_all(old.runs, known.runs):
        rows = {row.key for row in old.systems}
        let_go = [key for key in gone if key not in rows]
        gone = [key for key in gone if key in rows]
    names = [known.counted[key].system or key for key in let_go]
    return dict(known.recover(gone) if gone else {}), [
        f"{name} was let go: its row was deleted" for name in names
    ]


def _with_lost(
    old: OldPortfolio, known: Remembered, lost: Mapping[str, Lost], home: str
) -> OldPortfolio:
    """The portfolio with a row for each lost system: its own, or one from the record where it has none,
    or one of an older portfolio that says something else."""
    from gatebook.portfolio import lost_row

    rows = {row.key: row for row in old.systems}
    for key, one in lost.items():
        row = rows.get(key)
        if row is None or row.decision_code != known.counted[key].decision:
            notes = row.notes if row else {}
            rows[key] = replace(lost_row(key, one, home), notes=notes)
    return replace(old, systems=tuple(rows.values()))


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


def _change(system: System, before: str | None, was_live: bool | None) -> Change:
    """A change of a system; where only its decision before is on record, it was as live as it is."""
    review, verdict = system.newest.review, system.newest.verdict
    was = review.is_live if was_live is None else was_live
    return Change(system.name, before, verdict.decision.value, review.is_live, was)


def _changed_text(changes: Sequence[Change], *, first: bool) -> str:
    if not changes:
        return NO_CHANGE
    if first and len(changes) > 3:
        return f"{len(changes)} systems, all new"
    texts = [f"{c.system}: {c.said}" for c in changes]
    more = f"; and {len(texts) - 50} more" if len(texts) > 50 else ""
    return "; ".join(texts[:50]) + more


def apply_sync(plan: Plan, backend: Backend) -> bool:
    """Write the portfolio if the plan says so. Raises Unwritable; what was there is intact."""
    if plan.workbook is None:
        return False
    backend.draw(plan.workbook, plan.portfolio)
    return True
