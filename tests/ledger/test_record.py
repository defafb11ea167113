"""What a sync adds to the ledger, and what it leaves alone."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import msgspec
import pytest
import sqlalchemy as sa

from gatebook.domain.cells import Cell
from gatebook.ledger.errors import Overtaken
from gatebook.ledger.ledger import Ledger
from gatebook.ledger.records import Note, Recorded, Sheet
from gatebook.ledger.tables import metadata
from tests.ledger.samples import HERE, STARTED, many, red, review, run, sheet
from tests.support.builders import TODAY

TOMORROW = date(2026, 11, 24)
LATER = date(2026, 12, 24)


def rows(ledger: Ledger) -> dict[str, int]:
    """How many rows each table has."""
    with ledger._database.reading() as connection:
        return {
            name: connection.execute(sa.select(sa.func.count()).select_from(table)).scalar_one()
            for name, table in metadata.tables.items()
        }


def test_a_run_comes_out_as_it_was(ledger: Ledger) -> None:
    given = run(read=3, unchanged=4, unreadable=1, passed=2, missing=5, systems=6,
                changed="Router: new → launch", fingerprint="ab12", written=True)  # fmt: skip
    recorded = ledger.record(HERE, given, based_on=None)
    assert ledger.last_run(HERE) == msgspec.structs.replace(given, id=recorded.run)
    assert ledger.runs(HERE) == [ledger.last_run(HERE)]
    assert given.started == STARTED


def test_nothing_changed_is_one_row(ledger: Ledger) -> None:
    found = many(3)
    places = {f"system-{n}": (f"{n}.xlsx", "Review") for n in range(3)}
    first = ledger.record(HERE, run(), found, based_on=None, counting=places)
    before = rows(ledger)
    second = ledger.record(HERE, run(), (), based_on=first.run)
    third = ledger.record(HERE, run(), found, based_on=second.run, counting=places)
    assert (second.sheets, second.reviews, second.standings) == (0, 0, 0)
    assert (third.sheets, third.reviews, third.standings) == (0, 0, 0)
    assert rows(ledger) == before | {"runs": 3}


def test_one_changed_sheet_of_many(ledger: Ledger) -> None:
    ledger.record(HERE, run(), many(5), based_on=None)
    changed = sheet("2.xlsx", review("system-2", lead="Ida Sund"), modified=1_700_000_001.5)
    recorded = ledger.record(HERE, run(), [changed], based_on=1)
    assert recorded == Recorded(run=2, sheets=1, reviews=1, standings=0)
    states = ledger.sheets(HERE)
    assert len(states) == 5
    assert [one.lead for one in ledger.reviews_of([states["2.xlsx"]])["2.xlsx"]] == ["Ida Sund"]


def test_the_reviews_of_a_sheet_come_back_exactly(ledger: Ledger) -> None:
    found = [
        sheet("a.xlsx", review(tab="June"), review("other", tab="July"), modified=1_699_999_999.1),
        sheet("odd \udcff \x00.xlsx", red(review("odd", system="\x00 \ud800"))),
        sheet("none.xlsx", problems=(Note("Review", "no rows", "Undo."),)),
    ]
    ledger.record(HERE, run(), found, based_on=None)
    states = ledger.sheets(HERE)
    assert ledger.reviews_of(states.values()) == {
        one.location: tuple(seen.judged.review for seen in one.reviews) for one in found
    }


@pytest.mark.parametrize(
    "modified", [0.0, 1_699_999_999.123_456_7, -86_400.5, 4_000_000_000.000_000_2, 1e18]
)
def test_stamps_come_back_to_the_last_bit(ledger: Ledger, modified: float) -> None:
    problems = (Note("Review 2", "the row of gate 3 is not there", "Undo it."),)
    given = sheet("a.xlsx", review(), modified=modified, size=2**40, version="v7 \udc80",
                  workbook="Gates – Router", problems=problems, passed=(Note("Notes", "none"),))  # fmt: skip
    ledger.record(HERE, run(), [given], based_on=None)
    found = ledger.sheets(HERE)["a.xlsx"]
    for name in ("state", "size", "modified", "version", "workbook", "problems", "passed"):
        assert getattr(found, name) == getattr(given, name), name
    assert ledger.record(HERE, run(), [given], based_on=1).sheets == 0


@pytest.mark.parametrize(
    ("then", "rows_added"),
    [
        (sheet("a.xlsx", review(), modified=1_700_000_009.0), {"sheets": 1}),
        (sheet("a.xlsx", review(), size=1), {"sheets": 1}),
        (sheet("a.xlsx", review(), workbook="New name"), {"sheets": 1}),
        (sheet("a.xlsx", review(), version="8"), {"sheets": 1}),
        (sheet("a.xlsx", review(), problems=(Note("", "x"),)), {"sheets": 1}),
        (sheet("a.xlsx", review(owner="Ida Sund")), {"sheets": 1, "reviews": 1, "holdings": 1}),
        (sheet("a.xlsx", review(), review("b")), {"sheets": 1, "reviews": 1, "holdings": 2}),
        (sheet("a.xlsx"), {"sheets": 1}),
        (sheet("b.xlsx", review()), {"sheets": 1, "holdings": 1}),
        (Sheet("a.xlsx", "missing"), {"sheets": 1}),
        (Sheet("a.xlsx", "unreadable", problems=(Note("", "locked", "Close it."),)), {"sheets": 1}),
    ],
    ids=["touched", "size", "renamed book", "version", "a problem", "answers", "a second review",
         "emptied", "moved", "missing", "unreadable"],
)  # fmt: skip
def test_only_what_differs_is_added(
    ledger: Ledger, then: Sheet, rows_added: dict[str, int]
) -> None:
    ledger.record(HERE, run(), [sheet("a.xlsx", review())], based_on=None)
    before = rows(ledger)
    ledger.record(HERE, run(), [then], based_on=1)
    after = rows(ledger)
    assert {name: after[name] - before[name] for name in after if after[name] != before[name]} == (
        rows_added | {"runs": 1}
    )


def test_a_version_that_comes_back_is_no_new_row(ledger: Ledger) -> None:
    for number, lead in enumerate(["Ana Ruiz", "Ida Sund", "Ana Ruiz"]):
        found = [sheet("a.xlsx", review(lead=lead), modified=float(number))]
        recorded = ledger.record(HERE, run(), found, based_on=number or None)
        assert recorded.reviews == (1 if number < 2 else 0)
    assert ledger.sheets(HERE)["a.xlsx"].reviews == (1,)


@pytest.mark.parametrize("state", ["missing", "unreadable", "passed"])
def test_a_sheet_that_is_not_read_keeps_what_it_held(ledger: Ledger, state: str) -> None:
    ledger.record(HERE, run(TODAY), [sheet("a.xlsx", review())], based_on=None)
    gone = msgspec.convert({"location": "a.xlsx", "state": state}, Sheet)
    ledger.record(HERE, run(TOMORROW), [gone], based_on=1)
    other_reason = msgspec.structs.replace(gone, problems=(Note("", "still"),))
    ledger.record(HERE, run(LATER), [other_reason], based_on=2)
    found = ledger.sheets(HERE)["a.xlsx"]
    assert (found.state, found.since, found.reviews) == (state, TOMORROW, (1,))
    back = ledger.record(HERE, run(LATER), [sheet("a.xlsx", review())], based_on=3)
    assert (back.sheets, back.reviews) == (1, 0)
    found = ledger.sheets(HERE)["a.xlsx"]
    assert (found.state, found.since, found.reviews) == ("read", LATER, (1,))


def test_portfolios_in_one_ledger_do_not_meet(ledger: Ledger) -> None:
    for portfolio in ("one.xlsx", "other.xlsx"):
        recorded = ledger.record(
            portfolio, run(), [sheet("a.xlsx", review())], based_on=None,
            counting={"router": ("a.xlsx", "Review")},
        )  # fmt: skip
        assert recorded.reviews == 1
    ledger.record("one.xlsx", run(), [Sheet("a.xlsx", "missing")], based_on=1, counting={})
    assert ledger.sheets("other.xlsx")["a.xlsx"].state == "read"
    assert ledger.standing("one.xlsx") == {}
    assert ledger.standing("other.xlsx") == {"router": 2}
    assert [len(ledger.runs(name)) for name in ("one.xlsx", "other.xlsx", "none")] == [2, 1, 0]
    assert [len(ledger.decisions(name)) for name in ("one.xlsx", "other.xlsx")] == [1, 1]


def test_a_plan_on_an_older_run_is_told_so(ledger: Ledger) -> None:
    first = ledger.record(HERE, run(), many(1), based_on=None)
    second = ledger.record(HERE, run(), (), based_on=first.run)
    before = rows(ledger)
    for stale in (None, first.run):
        with pytest.raises(Overtaken) as told:
            ledger.record(HERE, run(), many(3), based_on=stale)
        assert told.value.newest == second.run
    assert rows(ledger) == before
    assert ledger.record(HERE, run(), many(3), based_on=second.run).reviews == 2


def test_a_turn_in_which_something_fails_adds_nothing(ledger: Ledger) -> None:
    class PortfolioNotWrittenError(Exception):
        pass

    with pytest.raises(PortfolioNotWrittenError), ledger.turn(HERE, None) as turn:  # noqa: PT012
        turn.record(run(), many(3))
        raise PortfolioNotWrittenError
    assert not any(rows(ledger).values())
    with pytest.raises(LookupError):
        ledger.record(HERE, run(), many(3), based_on=None, counting={"x": ("9.xlsx", "Review")})
    assert not any(rows(ledger).values())


def test_which_review_counts(ledger: Ledger) -> None:
    june, july = review(sitting="1", tab="June"), review(sitting="2", tab="July")
    book = sheet("a.xlsx", june, july)
    other = sheet("b.xlsx", review("helper"))
    places = {"router": ("a.xlsx", "June"), "helper": ("b.xlsx", "Review")}
    ledger.record(HERE, run(TODAY), [book, other], based_on=None, counting=places)
    assert ledger.standing(HERE) == {"router": 1, "helper": 3}
    # A sync that changes nothing, one with a newer review, one in which a file is gone but its
    # system is kept, and one after which the system is let go.
    ledger.record(HERE, run(TOMORROW), based_on=1)
    now = places | {"router": ("a.xlsx", "July")}
    ledger.record(HERE, run(TOMORROW), based_on=2, counting=now)
    gone = Sheet("b.xlsx", "missing")
    kept: dict[str, tuple[str, str] | int] = {**now, "helper": 3}
    assert ledger.record(HERE, run(LATER), [gone], based_on=3, counting=kept).standings == 0
    ledger.record(HERE, run(LATER), based_on=4, counting={"router": ("a.xlsx", "July")})
    assert ledger.standing(HERE) == {"router": 2}
    told = [(one.run, one.today, one.system_key, one.review) for one in ledger.standings(HERE)]
    assert told == [
        (1, TODAY, "router", 1),
        (1, TODAY, "helper", 3),
        (3, TOMORROW, "router", 2),
        (5, LATER, "helper", None),
    ]
    assert [one.review for one in ledger.standings(HERE, "router")] == [1, 2]


def test_more_sheets_than_fit_into_a_statement(ledger: Ledger) -> None:
    found = many(2000)
    places = {f"system-{n}": (f"{n}.xlsx", "Review") for n in range(2000)}
    recorded = ledger.record(HERE, run(), iter(found), based_on=None, counting=places)
    assert (recorded.sheets, recorded.reviews, recorded.standings) == (2000, 2000, 2000)
    reviews = ledger.reviews_of(ledger.sheets(HERE).values())
    assert reviews == {one.location: (one.reviews[0].judged.review,) for one in found}
    again = ledger.record(HERE, run(), found[::2], based_on=1, counting=places)
    assert (again.sheets, again.reviews, again.standings) == (0, 0, 0)


def test_rows_are_only_ever_added(ledger: Ledger, opened: Callable[[], Ledger]) -> None:
    """Watches every statement that is sent while the ledger does all it can do."""
    sent: list[str] = []
    again = opened()
    for one in (ledger, again):

        @sa.event.listens_for(one._database.engine, "before_cursor_execute")
        def note(*call: object) -> None:
            sent.append(str(call[2]))

    places = {"router": ("a.xlsx", "Review")}
    book = sheet("a.xlsx", review())
    ledger.record(HERE, run(), [book], based_on=None, counting=places)
    book = sheet("a.xlsx", red(review()), review("b", cells={"system": Cell(9, 9)}))
    again.record(HERE, run(), [book], based_on=1, counting=places)
    ledger.record(HERE, run(), [Sheet("a.xlsx", "missing")], based_on=2, counting={})
    ledger.reviews_of(ledger.sheets(HERE).values())
    ledger.as_of(HERE, TODAY)
    ledger.history(HERE, "router")
    ledger.decisions(HERE)
    first_words = {" ".join(one.split()[:2]).upper() for one in sent}
    assert {word.split()[0] for word in first_words} - {"BEGIN", "SELECT"} == {"INSERT"}
    assert {word for word in first_words if word.startswith("INSERT")} == {"INSERT INTO"}
    whole = " ".join(sent).upper()
    assert not any(word in whole for word in ("UPDATE ", "DELETE ", "REPLACE ", "TRUNCATE "))
