"""`gatebook repair` and `gatebook adopt` on both backends: the same form, and the old one untouched."""

from __future__ import annotations

from typing import Any

import msgspec

from gatebook.domain.review import Review, Status
from gatebook.sheets.form_parse import parse_review
from tests.conformance.desks import Desk, ExcelDesk, GoogleDesk, grids
from tests.support.builders import TODAY, TWELVE, passing_review, with_row


def read(desk: Desk, location: str) -> Review:
    return parse_review(grids(desk, location)[0], TWELVE, "", 0.0)


def damaged(desk: Desk) -> str:
    """A form with a red, a mark nobody can read and a word beside it."""
    place = desk.put("a review", with_row(passing_review(), 3, status=Status.RED))
    cells = read(desk, place).rows[5].cells
    desk.type(place, cells["status"].a1, "done")
    desk.type(place, cells["status"].down(60).a1, "a note")
    return place


def test_the_fresh_form_is_the_same_on_both(both: tuple[ExcelDesk, GoogleDesk]) -> None:
    found = []
    for desk in both:
        old = damaged(desk)
        before = grids(desk, old)[0].values
        ran = desk.run("repair", old, "--to", desk.reviews, "--today", TODAY)
        assert ran.code == 0
        review = read(desk, ran.out.strip())
        own: dict[str, Any] = {"url": "", "workbook": "", "shown": None}
        found.append(msgspec.structs.replace(review, **own))
        assert grids(desk, old)[0].values == before
        leftovers = grids(desk, ran.out.strip())[-1]
        assert leftovers.tab == "Leftovers"
        assert {"done", "a note"} <= set(map(str, leftovers.values.values()))
        again = desk.run("repair", old, "--to", desk.reviews, "--today", TODAY)
        assert (again.code, again.out) == ((0, "") if isinstance(desk, ExcelDesk) else (2, ""))
    assert found[0] == found[1]
    assert [row.status for row in found[0].rows][2:6] == ["red", "green", "green", None]


def test_a_repaired_form_in_a_folder_of_reviews_is_named_beside_the_old_one(desk: Desk) -> None:
    old = damaged(desk)
    desk.run("repair", old, "--to", desk.reviews, "--today", TODAY)
    record = desk.run("check", desk.reviews, "--json", "--today", TODAY).json
    assert len(record["reviews"]) == 2
    assert len({one["review_id"] for one in record["reviews"]}) == 1
    assert all("duplicate-review" in [f["code"] for f in r["findings"]] for r in record["reviews"])


def test_a_form_is_not_adopted(desk: Desk) -> None:
    place = desk.put("a review", passing_review())
    ran = desk.run("adopt", place, "--system", "Router", "--to", desk.reviews)
    assert ran.code == 2
    assert "gatebook repair" in ran.err
