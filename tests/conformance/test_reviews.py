"""The same reviews, drawn, edited, read and judged on both backends."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from gatebook.domain.review import Review, Status
from tests.conformance.desks import Desk, ExcelDesk, GoogleDesk, grids
from tests.support.builders import REVIEWED, TODAY, passing_review, with_row
from tests.support.checklists import make_checklist

LATER = TODAY + timedelta(days=30)


def yellow(review: Review, number: int, **changes: Any) -> Review:
    """The review with one gate yellow, planned."""
    plan = {"status": Status.YELLOW, "next_action": "Build it", "due": LATER, "artifact": ""}
    return with_row(review, number, **(plan | changes))


REVIEWS: dict[str, Review] = {
    "all green": passing_review(),
    "yellow with a plan": yellow(passing_review(), 5),
    "yellow without a date": yellow(passing_review(), 5, due=None),
    "red": with_row(passing_review(), 3, status=Status.RED, artifact=""),
    "nothing marked": passing_review(rows=()),
    "texts that look like formulas": with_row(
        passing_review(system="=1+1", lead="+49 30 1234"), 1, artifact="=HYPERLINK(x)", owner="-Bo"
    ),
    "texts that look like numbers": with_row(
        passing_review(lead="007"), 2, artifact="1e5", next_action="3/4", owner="TRUE"
    ),
    "other scripts": with_row(
        passing_review(system="Ωμέγα 测试 🚀", lead="Zoë Ångström"), 4, artifact="多行\n文字"
    ),
    "live, regulated": passing_review(live="Yes", regulated_area="Credit", launch_date=REVIEWED),
}


def decided(desk: Desk) -> list[dict[str, Any]]:
    """What `check --json` says, places and time stamps aside."""
    ran = desk.run("check", desk.reviews, "--json", "--today", TODAY)
    reviews: list[dict[str, Any]] = ran.json["reviews"]
    for review in reviews:
        review.pop("location")
    return sorted(reviews, key=lambda one: str(one["review_id"]))


@pytest.mark.parametrize("name", REVIEWS)
def test_a_review_reads_and_decides_the_same(name: str, both: tuple[ExcelDesk, GoogleDesk]) -> None:
    excel, google = both
    for desk in both:
        desk.put("a review", REVIEWS[name])
    found = decided(excel)
    assert len(found) == 1
    assert decided(google) == found


@pytest.mark.parametrize("gates", [1, 5, 40])
def test_so_does_one_with_another_checklist(gates: int, both: tuple[ExcelDesk, GoogleDesk]) -> None:
    checklist = make_checklist(gates)
    review = passing_review(checklist)
    read = [grids(desk, desk.put("form", review, checklist)) for desk in both]
    assert _typed(read[1]) == _typed(read[0])


def test_every_cell_and_link_reads_the_same(both: tuple[ExcelDesk, GoogleDesk]) -> None:
    """Formulas aside: their results are no answers."""
    link = "https://example.com/evidence?a=1&b=2#c"
    review = with_row(yellow(passing_review(), 5), 1, artifact="sheet", artifact_link=link)
    read = [grids(desk, desk.put("form", review)) for desk in both]
    assert _typed(read[1]) == _typed(read[0])
    assert [grid.merges for grid in read[1]] == [grid.merges for grid in read[0]]
    assert [grid.links for grid in read[1]] == [grid.links for grid in read[0]]
    assert link in read[1][0].links.values()


def _typed(read: list[Any]) -> list[Any]:
    return [
        (g.tab, {at: v for at, v in g.values.items() if at not in g.formulas}, set(g.formulas))
        for g in read
    ]


def cell_of(desk: Desk, location: str, field: str, gate: int = 0) -> str:
    """Where a field stands on the form."""
    from gatebook.sheets.form_parse import parse_review
    from tests.support.builders import TWELVE

    review = parse_review(grids(desk, location)[0], TWELVE, location, 0.0)
    cells = review.rows[gate - 1].cells if gate else review.cells
    return cells[field].a1


# What a person does to a passing form (field, gate, typed text) → what comes of it.
EDITS: list[tuple[str, list[tuple[str, int, str]], str, set[str]]] = [
    ("lower case", [("status", 1, "green")], "launch", set()),
    ("a letter", [("status", 1, "R")], "delayed", set()),
    ("odd word", [("status", 1, "done")], "incomplete", {"status-unreadable"}),
    ("cleared", [("status", 1, "")], "incomplete", {"status-missing"}),
    ("formula", [("status", 1, '="Green"')], "incomplete", {"status-unreadable"}),
    ("number as owner", [("owner", 1, "7")], "launch", set()),
    ("group as owner", [("owner", 0, "IT team")], "incomplete", {"owner-not-a-person"}),
    ("date typed", [("launch_date", 0, "2026-12-24")], "launch", set()),
    ("date in words", [("launch_date", 0, "next week")], "incomplete", {"date-unreadable"}),
    (
        "yellow with a plan",
        [("status", 5, "Yellow"), ("next_action", 5, "Build"), ("due", 5, "2026-12-20")],
        "launch-with-plan",
        set(),
    ),
]


@pytest.mark.parametrize(
    ("edits", "decision", "codes"), [e[1:] for e in EDITS], ids=[e[0] for e in EDITS]
)
def test_what_people_type(
    edits: list[tuple[str, int, str]], decision: str, codes: set[str], desk: Desk
) -> None:
    location = desk.put("a review", passing_review())
    for field, gate, text in edits:
        desk.type(location, cell_of(desk, location, field, gate), text)
    (review,) = decided(desk)
    assert review["decision"] == decision
    blocks = {finding["code"] for finding in review["findings"] if finding["level"] == "block"}
    assert blocks == codes


def test_tabs_may_be_renamed_and_hidden(desk: Desk) -> None:
    location = desk.put("a review", passing_review())
    desk.rename(location, "Review", "Our review (final)")
    desk.hide(location, "Guide")
    (review,) = decided(desk)
    assert (review["decision"], review["tab"]) == ("launch", "Our review (final)")


@pytest.mark.parametrize("start", ["excel", "google"])
@pytest.mark.parametrize("name", REVIEWS)
def test_a_review_carried_to_the_other_backend_decides_the_same(
    name: str,
    start: str,
    both: tuple[ExcelDesk, GoogleDesk],
) -> None:
    """Made on one, read there, drawn anew on the other, judged there."""
    from gatebook.sheets.form_parse import parse_review
    from tests.support.builders import TWELVE

    first, second = both if start == "excel" else both[::-1]
    there = first.put("first", REVIEWS[name])
    read = parse_review(grids(first, there)[0], TWELVE, there, 0.0)
    second.put("second", read)
    found = decided(first)
    assert len(found) == 1
    assert decided(second) == found
