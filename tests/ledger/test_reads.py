"""What the ledger tells about the past."""

from __future__ import annotations

from datetime import date

import msgspec

from gatebook.domain.cells import Cell
from gatebook.domain.review import LOW_STAKES, SignOff, Status, Unreadable
from gatebook.ledger.ledger import Ledger
from gatebook.ledger.records import GateThen, Sheet
from tests.ledger.samples import HERE, red, review, run, sheet
from tests.support.builders import REVIEWED, TWELVE, with_row

MAY, JUNE, JULY, AUGUST = (date(2026, month, 10) for month in (5, 6, 7, 8))


def a_year(ledger: Ledger) -> None:
    """Three months of a system that is delayed, is fixed in the same review, and comes back; then
    its first review, which was found late; and a second system that is let go."""
    delayed = red(review(sitting="june", review_date=JUNE, regate_on=JULY))
    fixed = review(sitting="june", review_date=JUNE)
    again = review(sitting="july", review_date=JULY, sign_off=SignOff())
    first = review(sitting="may", review_date=MAY)
    helper = review("helper", review_date=JUNE)
    place = {"router": ("a.xlsx", "Review")}
    helped = {"helper": ("b.xlsx", "Review")}
    ledger.record(HERE, run(JUNE), [sheet("a.xlsx", delayed), sheet("b.xlsx", helper)],
                  based_on=None, counting=place | helped)  # fmt: skip
    # The same day, after the fix, and a moved row, which is no other version of the answers.
    moved = msgspec.structs.replace(fixed, cells={"system": Cell(9, 9)})
    for number, found in enumerate((fixed, moved), 1):
        ledger.record(
            HERE, run(JUNE), [sheet("a.xlsx", found)], based_on=number, counting=place | helped
        )
    ledger.record(HERE, run(JULY), [sheet("c.xlsx", again), Sheet("b.xlsx", "missing")],
                  based_on=3, counting={"router": ("c.xlsx", "Review"), "helper": 2})  # fmt: skip
    ledger.record(HERE, run(AUGUST), [sheet("old.xlsx", first)],
                  based_on=4, counting={"router": ("c.xlsx", "Review")})  # fmt: skip


def test_decisions_in_the_order_in_which_they_were_recorded(ledger: Ledger) -> None:
    a_year(ledger)
    found = [
        (one.recorded, one.system, one.review_id, one.review_date, one.decision)
        for one in ledger.decisions(HERE)
    ]
    assert found == [
        (JUNE, "Router", "router-june", JUNE, "delayed"),
        (JUNE, "Helper", "helper-1", JUNE, "launch"),
        (JUNE, "Router", "router-june", JUNE, "launch"),
        (JULY, "Router", "router-july", JULY, "incomplete"),
        (AUGUST, "Router", "router-may", MAY, "launch"),
    ]


def test_a_systems_history_is_in_the_order_of_its_reviews(ledger: Ledger) -> None:
    a_year(ledger)
    found = ledger.history(HERE, "router")
    told = [(one.review_id, one.decision, one.location) for one in found]
    assert told == [
        ("router-may", "launch", "old.xlsx"),
        ("router-june", "delayed", "a.xlsx"),
        ("router-june", "launch", "a.xlsx"),
        ("router-july", "incomplete", "c.xlsx"),
    ]
    assert ledger.history(HERE, "nobody") == []


def test_what_counted_at_the_end_of_a_day(ledger: Ledger) -> None:
    a_year(ledger)
    told = {}
    for day in (date(2026, 6, 9), JUNE, date(2026, 7, 9), JULY, AUGUST, date(2027, 1, 1)):
        found = ledger.as_of(HERE, day)
        told[str(day)] = found and (
            found.run.id, [(one.system_key, one.decision) for one in found.versions]
        )  # fmt: skip
    assert told == {
        "2026-06-09": None,
        "2026-06-10": (3, [("helper", "launch"), ("router", "launch")]),
        "2026-07-09": (3, [("helper", "launch"), ("router", "launch")]),
        "2026-07-10": (4, [("helper", "launch"), ("router", "incomplete")]),
        "2026-08-10": (5, [("router", "incomplete")]),
        "2027-01-01": (5, [("router", "incomplete")]),
    }


def test_a_version_says_all_that_was_known(ledger: Ledger) -> None:
    found = with_row(red(review(regate_on=JULY, live="Yes", launch_date=JUNE)), 2,
                     status=Status.YELLOW, owner="Ida Sund", next_action="Ask", due=AUGUST)  # fmt: skip
    ledger.record(HERE, run(), [sheet("a.xlsx", found)], based_on=None)
    (one,) = ledger.history(HERE, "router")
    assert one.review == msgspec.structs.replace(found, location="a.xlsx")
    assert (one.system_id, one.review_id, one.tab) == ("router", "router-1", "Review")
    assert (one.decision, one.shown_as) == ("delayed", "Red in production: fix or pause")
    assert one.reason == f"1 red: 1 {TWELVE.gates[0].title}"
    assert (one.green, one.yellow, one.red, one.open) == (10, 1, 1, 0)
    assert (one.counts.green, one.counts.unmarked) == (10, 0)
    assert (one.checklist, one.checklist_version) == (TWELVE.id, TWELVE.version)
    assert (one.review_date, one.regate_on) == (REVIEWED, JULY)
    assert (one.next_due, one.next_reason) == (date(2026, 12, 10), "quarterly")
    assert one.gates[:2] == (
        GateThen(1, TWELVE.gates[0].key, "red", "red", "Mia Berg", ""),
        GateThen(2, TWELVE.gates[1].key, "yellow", "yellow", "Ida Sund", "2026-08-10"),
    )
    codes = {(finding.code, finding.gate, finding.level) for finding in one.findings}
    assert {("red-without-action", 1, "warn"), ("action-overdue", 2, "warn")} <= codes
    assert ledger.versions([one.id, 77]) == {one.id: one}


def test_a_gate_without_a_readable_mark(ledger: Ledger) -> None:
    found = review()
    found = msgspec.structs.replace(found, rows=found.rows[1:])
    found = with_row(found, 1, status=None)
    found = with_row(found, 2, status=Unreadable("ok"))
    found = with_row(found, 3, status=Status.RED, approver="Dana Novak")
    found = msgspec.structs.replace(found, stakes=LOW_STAKES, rows=(*found.rows, found.rows[5]))
    found = with_row(found, 6, status=Status.RED)
    ledger.record(HERE, run(), [sheet("a.xlsx", found)], based_on=None)
    (one,) = ledger.history(HERE, "router")
    told = [(gate.number, gate.status, gate.effective) for gate in one.gates[:8]]
    assert told == [
        (1, "", ""),  # no row
        (2, "", ""),  # not marked
        (3, "unreadable", ""),
        (4, "red", "yellow"),  # downgraded
        (5, "green", "green"),
        (6, "green", "green"),
        (7, "red", "red"),  # twice: the worse one counts
        (8, "green", "green"),
    ]


def test_plain_rows_for_an_export(ledger: Ledger) -> None:
    ledger.record(
        HERE, run(changed="Router: new → launch"), [sheet("a.xlsx", review())], based_on=None
    )
    (ran,), (one,) = ledger.runs(HERE), ledger.decisions(HERE)
    assert ran.row()["changed"] == "Router: new → launch"
    (version,) = ledger.history(HERE, "router")
    assert one.row() == version.row()
    assert one.row()["decision"] == "launch"
    assert not {"body", "gates_text", "findings_text"} & set(one.row())
    gates = version.gate_rows()
    assert [row["key"] for row in gates] == [gate.key for gate in TWELVE.gates]
    assert gates[0]["system_key"] == "router"
    assert gates[0]["effective"] == "green"


def test_what_counted_of_one_system(ledger: Ledger) -> None:
    a_year(ledger)
    for day in (JUNE, JULY, AUGUST):
        every, one = ledger.as_of(HERE, day), ledger.as_of(HERE, day, "router")
        assert every
        assert one
        assert one.run == every.run
        assert one.versions == tuple(v for v in every.versions if v.system_key == "router")
    assert ledger.as_of(HERE, date(2026, 6, 9), "router") is None
    helper = ledger.as_of(HERE, AUGUST, "helper")
    assert helper
    assert helper.versions == ()


def test_the_names_that_a_system_had(ledger: Ledger) -> None:
    """The last one at the end; by portfolio."""
    places = {"router": ("a.xlsx", "Review")}
    for number, name in enumerate(("Old", "New", "Old")):
        found = review(system=name, lead=f"Lead {number}")
        ledger.record(HERE, run(), [sheet("a.xlsx", found)], based_on=number or None,
                      counting=places)  # fmt: skip
    ledger.record("second.xlsx", run(), [sheet("b.xlsx", review("helper"))], based_on=None)
    told = [(one.system_key, one.system_id, one.system, one.last) for one in ledger.names(HERE)]
    assert told == [("router", "router", "New", 2), ("router", "router", "Old", 3)]
    assert [one.system for one in ledger.names("second.xlsx")] == ["Helper"]
    assert ledger.names("nowhere.xlsx") == []
    assert ledger.portfolios() == [HERE, "second.xlsx"]
