"""A review that is drawn and read back is the same review (PAINS 31)."""

from __future__ import annotations

from datetime import date
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gatebook.domain.checklist import Checklist
from gatebook.domain.judge import judge
from gatebook.domain.review import (
    CHANGE_KINDS,
    REGULATED_AREAS,
    STAKES,
    YES_NO,
    Attendee,
    Change,
    GateRow,
    Review,
    SignOff,
    Status,
    Unreadable,
)
from gatebook.domain.text import clean, is_seen
from gatebook.sheets.review_form import read_reviews, review_workbook
from tests.abuse.marks import abuse
from tests.support.builders import TODAY, TWELVE, stamp_of
from tests.support.checklists import make_checklist
from tests.support.memory_grid import grid_of, grids_of

# Words that the form itself uses, formula-like text, odd spaces, other scripts, a key of a gate.
_NASTY = st.sampled_from(
    ("Live", "Decision", "System", "Owner", "Status", "Attendees", "Date", "Pilot lead", "Check",
     "=1+1", "+49 30", "-5", "@import", "'quoted", "gate:data-source", "gate: ask", "{x}", "%s",
     "TRUE", "12", "1e5", "2026-11-30", "#REF!", "Ana\u00a0Ruiz", "李雷", "عمر", "🙂", "a;b=c@d",
     "#", "x" * 100)
)  # fmt: skip
# A control character or half of a surrogate pair cannot stand in a spreadsheet's cell.
_PLAIN = st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cs")), max_size=40)
# What nobody can see counts as nothing.
_NAMES = (
    (_NASTY | _PLAIN)
    .map(lambda text: clean(text).strip())
    .map(lambda text: clean(text) if is_seen(text) else "")
)
_TEXTS = st.one_of(
    st.just(""), _NAMES, st.lists(_NAMES.filter(bool), min_size=1, max_size=3).map("\n".join)
).map(lambda text: text if is_seen(text) else "")
_DAYS = st.dates(date(1950, 1, 1), date(2199, 12, 31))
# What stays as it is when it is drawn as text and read again.
_NO_DATE = st.sampled_from(("soon", "30/06/2026", "2026-02-30", "TBD")).map(Unreadable)
_NO_STATUS = st.sampled_from(("done", "green?", "1", "n/a")).map(Unreadable)
_NO_CHOICE = st.sampled_from(("maybe", "both", "2")).map(Unreadable)
_DATES = st.none() | _DAYS | _NO_DATE
_LINKS = st.sampled_from(("", "", "https://docs.example/7?a=b#c", "mailto:mia@mail.example"))


def _choices(choices: tuple[str, ...]) -> st.SearchStrategy[Any]:
    return st.sampled_from(("", *choices)) | _NO_CHOICE


@st.composite
def _rows(draw: st.DrawFn, checklist: Checklist) -> tuple[GateRow, ...]:
    def row(key: str) -> GateRow:
        link = draw(_LINKS)
        artifact = draw(_TEXTS)
        return GateRow(
            key=key,
            status=draw(st.none() | st.sampled_from(Status) | _NO_STATUS),
            owner=draw(_NAMES),
            next_action=draw(_TEXTS),
            due=draw(_DATES),
            artifact=artifact or link,
            artifact_link=link,
            approver=draw(_NAMES),
            note=draw(_TEXTS),
        )

    return tuple(row(gate.key) for gate in checklist.gates)


@st.composite
def reviews(draw: st.DrawFn, checklist: Checklist) -> Review:
    """Any review that a form can hold."""
    people = st.builds(Attendee, _NAMES.filter(bool), _NAMES)
    changes = st.builds(Change, _DAYS, _choices(CHANGE_KINDS), _NAMES, _TEXTS)
    return Review(
        stamp=stamp_of(checklist, draw(st.sampled_from(("a", "größe-2", "李雷")))),
        system=draw(_NAMES),
        lead=draw(_NAMES),
        review_date=draw(_DATES),
        stakes=draw(_choices(STAKES)),
        customer_data=draw(_choices(YES_NO)),
        regulated_area=draw(_choices(REGULATED_AREAS)),
        owner=draw(_NAMES),
        backup=draw(_NAMES),
        launch_date=draw(_DATES),
        live=draw(_choices(YES_NO)),
        regate_on=draw(_DATES),
        sign_off=SignOff(draw(_NAMES), draw(_NAMES), draw(_DATES)),
        attendees=tuple(draw(st.lists(people, max_size=9))),
        rows=draw(_rows(checklist)),
        changes=tuple(draw(st.lists(changes, max_size=3))),
    )


def read_back(review: Review, checklist: Checklist) -> Review:
    """Drawn and read, with Guide and Changes beside it."""
    grids = grids_of(review_workbook(review, checklist))
    contents = read_reviews(grids, {checklist.id: checklist}, checklist)
    assert contents.problems == ()
    assert contents.passed == ("Guide",)
    (found,) = contents.reviews
    return found


def answers(review: Review) -> Review:
    """What it says, without where it stands and what the form says itself."""
    own: dict[str, Any] = {"cells": {}, "number_shown": None, "title": "", "wording": ""}
    rows = tuple(msgspec.structs.replace(row, **own) for row in review.rows)
    changes = tuple(msgspec.structs.replace(each, cells={}, tab="") for each in review.changes)
    said: Review = msgspec.structs.replace(review, rows=rows, changes=changes, cells={}, shown=None)
    return said


CHECKLISTS = [TWELVE, make_checklist(1), make_checklist(5)]


@settings(max_examples=40)
@pytest.mark.parametrize("checklist", CHECKLISTS, ids=lambda checklist: checklist.name)
@given(data=st.data())
@abuse("made", 31, 18)
def test_drawn_and_read_is_the_same(checklist: Checklist, data: st.DataObject) -> None:
    """PAINS 31, 18: nothing is lost, and text stays text."""
    review = data.draw(reviews(checklist))
    found = read_back(review, checklist)
    assert answers(found) == answers(review)
    assert found.remarks == {}
    assert found.formulas == {}


@settings(max_examples=25)
@given(review=reviews(TWELVE))
@abuse("made", 12)
def test_the_decision_survives_and_the_sheet_agrees(review: Review) -> None:
    """PAINS 12: what the fresh file shows at once is what its inputs lead to."""
    before, after = judge(review, TWELVE, TODAY), judge(read_back(review, TWELVE), TWELVE, TODAY)
    assert after.verdict == before.verdict
    assert [each.code for each in after.findings] == [each.code for each in before.findings]
    assert after.review.shown == before.verdict.shown_as


@settings(max_examples=25)
@given(review=reviews(TWELVE))
@abuse("made", 31)
def test_drawn_again_is_the_same_sheet(review: Review) -> None:
    """PAINS 31: generate, read, write, read is the same."""
    once = review_workbook(review, TWELVE)
    again = review_workbook(read_back(review, TWELVE), TWELVE)
    assert [grid_of(sheet) for sheet in once.sheets] == [grid_of(sheet) for sheet in again.sheets]


def test_gates_stand_in_the_checklists_order_whatever_the_reviews() -> None:
    rows = tuple(GateRow(gate.key, Status.GREEN) for gate in reversed(TWELVE.gates))
    found = read_back(Review(stamp=stamp_of(TWELVE), rows=rows[:-2]), TWELVE)
    assert [row.key for row in found.rows] == [gate.key for gate in TWELVE.gates]
    assert [row.status for row in found.rows[:3]] == [None, None, Status.GREEN]
