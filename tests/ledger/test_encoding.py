"""A review goes into the ledger and comes out as it was; a version is told by what it says."""

from __future__ import annotations

from datetime import date
from typing import Any, Literal, get_type_hints

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gatebook.domain.cells import Cell
from gatebook.domain.judge import judge
from gatebook.domain.review import (
    Attendee,
    Change,
    DateValue,
    GateRow,
    Review,
    SignOff,
    Stamp,
    Status,
    Unreadable,
)
from gatebook.ledger.encoding import (
    SCHEMA,
    Note,
    answers_of,
    decode_review,
    encode_review,
    notes_from,
    notes_text,
    original,
    storable,
    version_row,
)
from gatebook.ledger.errors import LedgerError
from tests.ledger.samples import red, review
from tests.support.builders import LAUNCH, TODAY, TWELVE, with_row

# Everything that Python calls a text: NUL, halves of surrogate pairs, what looks like our escapes.
ODD = st.sampled_from(
    ["\x00", "\ud800", "\udcff", "\x1a", "\x1adead", "\\u001a0000", "\\u0000", '"', "\n"]
)
TEXT = st.one_of(st.text(max_size=8), st.lists(ODD | st.text(max_size=3), max_size=4).map("".join))
CELL = st.builds(Cell, st.integers(0, 1_048_575), st.integers(0, 16_383))
# A field of a type that is not here fails the search: nothing is left out by mistake.
BY_TYPE: dict[object, st.SearchStrategy[Any]] = {
    str: TEXT,
    bool: st.booleans(),
    int: st.integers(1, 99),
    float: st.just(0.0),
    str | None: st.none() | TEXT,
    Literal["text", "error", "formula", "range"]: st.sampled_from(["text", "error", "formula"]),
    dict[str, Cell]: st.dictionaries(TEXT, CELL, max_size=2),
    dict[str, str]: st.dictionaries(TEXT, TEXT, max_size=2),
}


def any_of(kind: type) -> st.SearchStrategy[Any]:
    """A Struct with any value in any of its fields."""
    types = get_type_hints(kind)
    return st.builds(kind, **{name: BY_TYPE[types[name]] for name in kind.__struct_fields__})  # type: ignore[attr-defined]


BY_TYPE[Unreadable] = any_of(Unreadable)
BY_TYPE[str | Unreadable] = TEXT | BY_TYPE[Unreadable]
BY_TYPE[DateValue] = st.none() | st.dates() | BY_TYPE[Unreadable]
BY_TYPE[Status | Unreadable | None] = st.none() | BY_TYPE[Unreadable] | st.sampled_from(Status)
BY_TYPE[Stamp] = any_of(Stamp)
BY_TYPE[SignOff] = any_of(SignOff)
for one in (Attendee, GateRow, Change):
    BY_TYPE[tuple[one, ...]] = st.lists(any_of(one), max_size=2).map(tuple)  # type: ignore[valid-type]
REVIEW = any_of(Review).map(lambda found: msgspec.structs.replace(found, location="", modified=0.0))


@given(REVIEW)
@settings(max_examples=300)
def test_a_review_comes_out_as_it_was(found: Review) -> None:
    stored = encode_review(found)
    assert decode_review(stored) == found
    # What PostgreSQL takes as text, and as JSON.
    assert "\x00" not in stored
    assert "\\u0000" not in stored.replace("\\\\", "")
    stored.encode()


@given(TEXT)
def test_any_text_comes_out_as_it_was(text: str) -> None:
    stored = storable(text)
    stored.encode()
    assert "\x00" not in stored
    assert original(stored) == text


def test_notes_come_out_as_they_were() -> None:
    notes = (Note("Review 2", "the row of gate 3 is not there", "Undo it."), Note("\udcff", "odd"))
    assert notes_from(notes_text(notes)) == notes
    assert notes_text(()) == ""
    assert notes_from("") == ()


def test_where_the_file_is_and_when_it_was_saved_is_not_part_of_a_review() -> None:
    one = review(location="a.xlsx", modified=1.0)
    other = msgspec.structs.replace(one, location="b/a.xlsx", modified=2.0)
    assert encode_review(one) == encode_review(other)


# A body as gatebook 0.4 wrote it. It must be read as this review for good: raise
# `encoding.SCHEMA` before changing it, and read both.
BODY = (
    '{"location":"","tab":"Review","modified":0.0,"url":"","workbook":"","stamp":{"schema":1,'
    '"checklist":"twelve-gates","version":1,"system_id":"router","review_id":"router-1"},'
    '"system":"Router","lead":"Ana Ruiz","review_date":"2026-11-20","stakes":"Standard",'
    '"customer_data":"Yes","regulated_area":{"found":"banking","why":"text"},"owner":"Bo Li",'
    '"backup":"","launch_date":null,"live":"No","regate_on":{"found":"soon","why":"text"},'
    '"sign_off":{"name":"Dana Novak","role":"COO","on":"2026-11-20"},"attendees":[{"name":'
    '"Ana Ruiz","role":"Pilot lead"}],"rows":[{"key":"data-source","status":"yellow","owner":'
    '"Mia Berg","next_action":"Ask","due":"2026-12-01","artifact":"Folder 7","artifact_link":"",'
    '"approver":"","number_shown":"1","lost_key":false,"cells":{"status":[12,3]},"formulas":{},'
    '"remarks":{}}],"changes":[{"on":"2026-11-22","kind":"Model","who":"Bo Li","what":"New",'
    '"tab":"Changes","cells":{},"where":""}],"cells":{"system":[2,2]},"formulas":{},"remarks":{},'
    '"shown":"Launch this week"}'
)


def test_a_stored_review_is_read_for_good() -> None:
    found = Review(
        stamp=Stamp(1, "twelve-gates", 1, "router", "router-1"),
        system="Router",
        lead="Ana Ruiz",
        review_date=date(2026, 11, 20),
        customer_data="Yes",
        regulated_area=Unreadable("banking"),
        owner="Bo Li",
        live="No",
        regate_on=Unreadable("soon"),
        sign_off=SignOff("Dana Novak", "COO", date(2026, 11, 20)),
        attendees=(Attendee("Ana Ruiz", "Pilot lead"),),
        rows=(
            GateRow(
                key="data-source",
                status=Status.YELLOW,
                owner="Mia Berg",
                next_action="Ask",
                due=date(2026, 12, 1),
                artifact="Folder 7",
                number_shown="1",
                cells={"status": Cell(12, 3)},
            ),
        ),
        changes=(Change(date(2026, 11, 22), "Model", "Bo Li", "New", "Changes"),),
        cells={"system": Cell(2, 2)},
        shown="Launch this week",
    )
    assert SCHEMA == 1
    assert decode_review(BODY, 1) == found


@pytest.mark.parametrize(
    ("body", "schema"),
    [(BODY[:-9], 1), (BODY.replace('"yellow"', '"purple"'), 1), ("", 1), ("[]", 1), (BODY, 2)],
    ids=["cut off", "no such status", "empty", "no review", "another schema"],
)
def test_a_damaged_review_is_named(body: str, schema: int) -> None:
    with pytest.raises(LedgerError, match="damaged") as trouble:
        decode_review(body, schema)
    assert "backup" in trouble.value.remedy


@pytest.mark.parametrize(
    ("change", "same"),
    [
        ({"lead": "Ida Sund"}, False),
        ({"live": "Yes"}, False),
        ({"regate_on": LAUNCH}, False),
        ({"attendees": ()}, False),
        ({"changes": (Change(TODAY, "Model"),)}, False),
        ({"tab": "Review (2)"}, True),
        ({"cells": {"system": Cell(9, 9)}}, True),
        ({"shown": "Launch this week"}, True),
        ({"rows": tuple(reversed(review().rows))}, True),
    ],
)  # fmt: skip
def test_answers_are_what_people_typed(change: dict[str, Any], same: bool) -> None:
    found = review()
    changed = msgspec.structs.replace(found, **change)
    assert (answers_of(changed) == answers_of(found)) is same


@pytest.mark.parametrize(
    "typed",
    [
        {"status": Status.RED}, {"owner": "Ida Sund"}, {"next_action": "Ask"}, {"due": LAUNCH},
        {"artifact": "x"}, {"artifact_link": "https://docs.example/x"}, {"approver": "Dana Novak"},
    ],
)  # fmt: skip
def test_answers_are_all_that_is_typed_into_a_row(typed: dict[str, Any]) -> None:
    assert answers_of(with_row(review(), 3, **typed)) != answers_of(review())


def test_a_version_is_told_by_what_it_says_whose_it_is_and_what_it_came_to() -> None:
    found = review()

    def content(one: Review, key: str = "router", portfolio: str = "p", **policy: str) -> str:
        checklist = msgspec.structs.replace(
            TWELVE, policy=msgspec.structs.replace(TWELVE.policy, levels=policy)
        )
        row = version_row(judge(one, checklist, TODAY), key, portfolio)
        assert isinstance(row["content"], str)
        return row["content"]

    first = content(found)
    assert content(msgspec.structs.replace(found, location="b.xlsx", modified=9.0)) == first
    others = [
        content(red(found)),
        content(found, "another"),
        content(found, portfolio="q"),
        content(msgspec.structs.replace(found, cells={"system": Cell(9, 9)})),
    ]
    assert len({first, *others}) == 5
    # The same answers under another policy come to another decision: that is another version.
    unsigned = msgspec.structs.replace(found, sign_off=SignOff())
    lenient = content(unsigned, **{"sign-off-missing": "warn"})
    assert content(unsigned) != lenient


def test_what_was_found_on_another_day_makes_no_version() -> None:
    overdue = with_row(review(), 1, status=Status.YELLOW, next_action="Ask", due=date(2026, 12, 1))
    rows = [
        version_row(judge(overdue, TWELVE, day), "router", "p")
        for day in (TODAY, date(2026, 12, 9), date(2026, 12, 10))
    ]
    assert len({row["findings"] for row in rows}) == 3
    assert len({row["content"] for row in rows}) == 1
