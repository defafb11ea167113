"""Plan, then apply: what is read, what is compared, and that planning writes nothing.

The backend here keeps workbooks in memory; it stands for the port, not for the thing under test.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gatebook.backends.excel.backend import ExcelBackend
from gatebook.backends.protocol import Backend, Listing, Passed, Source, Unreadable, Unwritable
from gatebook.domain.review import Status
from gatebook.domain.systems import systems
from gatebook.loading import Judgement, load, read_file
from gatebook.portfolio import build_tables
from gatebook.sheets.model import CellError, Grid, Workbook
from gatebook.sheets.portfolio_book import portfolio_workbook
from gatebook.sheets.portfolio_read import OldPortfolio
from gatebook.sheets.portfolio_tables import DecisionRow
from gatebook.sheets.review_form import SKIPPED_MARKS, review_workbook
from gatebook.sync import Plan, apply_sync, plan_sync
from tests.support.builders import REVIEWED, TODAY, TWELVE, passing_review, stamp_of, with_row
from tests.support.memory_grid import grids_of

HOW = Judgement({TWELVE.id: TWELVE}, TWELVE, TODAY)


class Shelf:
    """Workbooks by name, as grids; a text instead of grids is why one cannot be read."""

    keeps_other_tabs = False

    def __init__(self, **books: Sequence[Grid] | str) -> None:
        self.books: dict[str, Sequence[Grid] | str] = dict(books)
        self.passed: tuple[Passed, ...] = ()
        self.drawn: list[str] = []
        self.reads: list[str] = []

    def list(self, location: str) -> Listing:
        if location == "nowhere":
            raise Unreadable("there is nothing at 'nowhere'", "Check the name.")
        names = [name for name in self.books if name.startswith(location)]
        return Listing(tuple(Source(name, 1.0, 1) for name in sorted(names)), self.passed)

    def read(self, source: Source, skip: frozenset[str] = frozenset()) -> Iterable[Grid]:
        self.reads.append(source.location)
        found = self.books[source.location]
        if isinstance(found, str):
            raise Unreadable(found, "Save it again.")
        first = [str(grid.values.get((0, 0), "")) for grid in found]
        return [g for g, text in zip(found, first, strict=True) if not text.startswith(tuple(skip))]

    def draw(self, workbook: Workbook, location: str) -> None:
        self.drawn.append(location)
        self.books[location] = grids_of(workbook)


def form(system: str = "Invoice helper", red: int = 0, **changes: Any) -> list[Grid]:
    """The tabs of a form."""
    stamp = stamp_of(TWELVE, system.lower().replace(" ", "-"), f"{system}-1")
    review = passing_review(system=system, stamp=stamp, **changes)
    review = with_row(review, red, status=Status.RED) if red else review
    return grids_of(review_workbook(review, TWELVE))


def plan(shelf: Shelf, *locations: str, now: str = "now", today: date = TODAY) -> Plan:
    loaded = load([(shelf, place) for place in locations or ("r",)], HOW)
    return plan_sync(
        loaded,
        shelf,
        "portfolio",
        exists="portfolio" in shelf.books,
        home="/srv",
        today=today,
        now=now,
        version="1.0",
    )


# Reading


def test_load_tells_reviews_problems_and_what_was_passed_over() -> None:
    list_tab = Grid("List", {(0, 0): "Groceries"})
    shelf = Shelf(r1=form("A"), r2="the file is empty", r3=[list_tab], r4=[*form("B"), list_tab])
    shelf.passed = (Passed("r/~$x.xlsx", "a lock file"), Passed("r/y.ods", "ods", "Save", True))
    loaded = load([(shelf, "r")], HOW)
    assert [one.review.system for one in loaded.judged] == ["A", "B"]
    assert [(one.location, one.reason) for one in loaded.problems] == [
        ("r/y.ods", "ods"),
        ("r2", "the file is empty"),
    ]
    assert [one.location for one in loaded.passed] == [
        "r/~$x.xlsx",
        "r3 (List)",
        "r3",
        "r4 (List)",
    ]
    assert loaded.files == 4


def test_load_reads_each_file_once_and_leaves_out_what_is_no_input() -> None:
    shelf = Shelf(r1=form("A"), r2=form("B"), r3=form("C"))
    seen: list[tuple[int, int]] = []
    loaded = load(
        [(shelf, "r"), (shelf, "r1"), (shelf, "r")],
        HOW,
        skip=lambda location: location == "r3",
        progress=lambda done, of: seen.append((done, of)),
    )
    assert shelf.reads == ["r1", "r2"]
    assert loaded.files == 2
    assert seen == [(1, 2), (2, 2)]
    assert [f.code for one in loaded.judged for f in one.findings] == []


def test_load_says_that_a_location_is_not_there() -> None:
    with pytest.raises(Unreadable, match="nowhere"):
        load([(Shelf(), "nowhere")], HOW)


def test_guide_tabs_are_left_out_by_their_mark() -> None:
    shelf = Shelf(r1=form("A"))
    kept = [grid.tab for grid in shelf.read(Source("r1"), SKIPPED_MARKS)]
    assert len(kept) == 2
    assert load([(shelf, "r")], HOW).passed == ()


_FORM = form()
_PLACES = sorted({place for grid in _FORM for place in grid.values})
_ODD: st.SearchStrategy[Any] = st.one_of(
    st.text(max_size=20),
    st.floats(allow_nan=False, allow_infinity=False),
    st.booleans(),
    st.sampled_from(["gatebook:review;schema=1;checklist=x@1;system=;review=", "gate:", "gate:x"]),
    st.sampled_from(["Status", "Owner", "System", "Decision", "Attendees", "9" * 5000, "²"]),
    st.builds(CellError, st.sampled_from(["#REF!", "#N/A"])),
)
_EDITS = st.dictionaries(
    st.one_of(st.sampled_from(_PLACES), st.tuples(st.integers(0, 60), st.integers(0, 30))),
    st.one_of(st.none(), _ODD),
    max_size=12,
)


@settings(max_examples=40)
@given(
    _EDITS, st.booleans(), st.lists(st.tuples(st.integers(0, 50), st.integers(0, 20)), max_size=3)
)
def test_no_sheet_ends_the_run(
    edits: dict[tuple[int, int], Any], epoch: bool, formulas: list[tuple[int, int]]
) -> None:
    """PAINS 2, 5, 13, 14: whatever stands in whatever cell, it is read, or named; never a fault."""
    tabs = []
    for grid in _FORM:
        values = dict(grid.values)
        for place, value in edits.items():
            values.pop(place, None)
            if value is not None:
                values[place] = value
        texts = dict(grid.formulas) | dict.fromkeys(formulas, "1+1")
        tabs.append(replace(grid, values=values, formulas=texts, epoch_1904=epoch))
    shelf = Shelf(r1=tabs, r2=form("B"))
    loaded = load([(shelf, "r")], HOW)
    assert "B" in [one.review.system for one in loaded.judged]
    assert not any("gatebook itself failed" in one.reason for one in loaded.problems)
    assert "r1" in {
        *(one.review.location for one in loaded.judged),
        *(one.location for one in loaded.problems),
        *(one.location for one in loaded.passed),
    }
    first = plan(shelf)
    apply_sync(first, shelf)
    assert plan(shelf).workbook is None


def test_a_fault_of_our_own_is_named_and_the_others_are_read() -> None:
    """A reader that hands out nonsense stands for a fault that nobody foresaw."""
    shelf = Shelf(r1=form("A"), r2=form("B"))
    nonsense: Any = {"no place": 1.0}
    shelf.books["r1"] = [Grid("Review", nonsense)]
    loaded = load([(shelf, "r")], HOW)
    (one,) = loaded.problems
    assert "gatebook itself failed on this file" in one.reason
    assert one.remedy
    assert [judged.review.system for judged in loaded.judged] == ["B"]


# Planning


def test_planning_writes_nothing_and_applying_writes_once() -> None:
    shelf = Shelf(r1=form("A"))
    planned = plan(shelf)
    assert shelf.drawn == []
    assert planned.workbook is not None
    assert apply_sync(planned, shelf) is True
    assert shelf.drawn == ["portfolio"]
    again = plan(shelf, now="later")
    assert again.workbook is None
    assert apply_sync(again, shelf) is False
    assert shelf.drawn == ["portfolio"]


def test_changes_are_counted_against_the_portfolio_on_disk() -> None:
    shelf = Shelf(r1=form("A"), r2=form("B", red=3))
    first = plan(shelf)
    assert [(c.system, c.before, c.now) for c in first.changes] == [
        ("A", None, "launch"),
        ("B", None, "delayed"),
    ]
    apply_sync(first, shelf)
    shelf.books["r2"] = form("B")
    shelf.books["r3"] = "the file is empty"
    second = plan(shelf)
    assert [(c.system, c.before, c.now) for c in second.changes] == [("B", "delayed", "launch")]
    assert second.tables.runs[-1].changed == "B: Launch delayed → Launch this week"
    assert (second.tables.runs[-1].read, second.tables.runs[-1].unreadable) == (3, 1)


def test_the_time_of_a_run_is_kept_when_nothing_is_written() -> None:
    shelf = Shelf(r1=form("A"))
    apply_sync(plan(shelf, now="Monday"), shelf)
    assert plan(shelf, now="Tuesday").tables.synced.startswith("Monday")
    shelf.books["r1"] = form("A", red=3)
    changed = plan(shelf, now="Wednesday")
    assert changed.tables.synced.startswith("Wednesday")
    assert [run.when for run in changed.tables.runs] == ["Monday", "Wednesday"]


def test_many_changes_are_named_up_to_fifty() -> None:
    """What changed is one cell; 60 systems must fit into it. In a first sync all are new."""
    first = Shelf(**{f"r{n:02}": form(f"System {n:02}") for n in range(60)})
    (run,) = plan(first).tables.runs
    assert run.changed == "60 systems, all new"
    synced = Shelf(r99=form("System 99"))
    apply_sync(plan(synced), synced)
    synced.books |= first.books
    *_, run = plan(synced).tables.runs
    assert run.changed.endswith("and 10 more")


@pytest.mark.parametrize(
    ("books", "words"),
    [
        ([Grid("Budget", {(1, 1): "x"})], "Budget"),
        (form("A"), "Review"),
        ("the file is encrypted", "the file is encrypted"),
    ],
)
def test_what_is_no_portfolio_is_not_written_over(books: Sequence[Grid] | str, words: str) -> None:
    shelf = Shelf(r1=form("A"), portfolio=books)
    with pytest.raises(Unwritable) as refused:
        plan(shelf)
    assert words in refused.value.reason
    assert "Nothing was written" in refused.value.remedy
    assert shelf.drawn == []


def test_the_shelf_is_a_backend() -> None:
    backend: Backend = Shelf()
    assert backend.list("r").sources == ()


# With real files


def test_read_file_names_what_is_wrong(tmp_path: Path) -> None:
    path = tmp_path / "x.xlsx"
    path.write_bytes(b"")
    result = read_file(ExcelBackend(), Source(str(path)), HOW)
    assert result.judged == ()
    assert [(one.location, one.tab) for one in result.problems] == [(str(path), "")]


def test_a_portfolio_longer_than_any_form_is_read_whole(tmp_path: Path) -> None:
    """Reviews are read up to row 5,000; of the portfolio every decision counts."""
    found = systems(load([(Shelf(r1=form("A")), "r")], HOW).judged, TODAY)
    tables = build_tables(found, (), OldPortfolio(), TODAY, str(tmp_path))
    rows = tuple(
        DecisionRow(TODAY, "A", REVIEWED, "launch", (12, 0, 0, 0), f"a/{n}") for n in range(6_000)
    )
    backend, path = ExcelBackend(), tmp_path / "p.xlsx"
    workbook = portfolio_workbook(replace(tables, decisions=rows), "1.0")
    backend.draw(workbook, str(path))
    planned = plan_sync(
        load([(Shelf(r1=form("A")), "r")], HOW),
        backend,
        str(path),
        exists=True,
        home=str(tmp_path),
        today=TODAY,
        now="now",
        version="1.0",
    )
    assert planned.tables.decisions[:6_000] == rows
    assert len(planned.tables.decisions) == 6_001
