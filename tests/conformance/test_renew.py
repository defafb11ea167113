"""`gatebook renew` on both backends: the same form, and nothing overwritten."""

from __future__ import annotations

from datetime import date
from typing import Any

import msgspec

from gatebook.domain.review import LOW_STAKES, Change, Review, Status
from gatebook.sheets.form_parse import parse_review
from tests.conformance.desks import Desk, ExcelDesk, GoogleDesk, grids
from tests.support.builders import TODAY, TWELVE, passing_review, with_row

ON, DUE = "2026-12-18", date(2026, 12, 1)
LINK = "https://docs.example/7"


def held() -> Review:
    """A review with something of everything that is carried, and of everything that is not."""
    change = Change(date(2026, 11, 2), "Prompt", "Bo Li", "Shorter")
    review = passing_review(stakes=LOW_STAKES, changes=(change,), regate_on=DUE)
    red = {"status": Status.RED, "next_action": "Fix it", "due": DUE, "approver": "Eve Sand"}
    review = with_row(review, 3, **red)
    return with_row(review, 4, artifact="Folder 7", artifact_link=LINK)


def read(desk: Desk, location: str) -> Review:
    return parse_review(grids(desk, location)[0], TWELVE, "", 0.0)


def test_the_next_form_is_the_same_on_both(both: tuple[ExcelDesk, GoogleDesk]) -> None:
    found = []
    for desk in both:
        old = desk.put("a review", held())
        before = grids(desk, old)
        ran = desk.run("renew", desk.reviews, "--to", desk.reviews, "--date", ON, "--today", TODAY)
        assert ran.code == 0
        (made,) = ran.out.splitlines()
        found.append(said(read(desk, made)))
        assert grids(desk, old)[0].values == before[0].values
        again = desk.run(
            "renew", desk.reviews, "--to", desk.reviews, "--date", ON, "--today", TODAY
        )
        assert (again.code, again.out) == (0, "")
        assert "nothing is marked in it yet" in again.err
    assert found[0] == found[1]
    row = found[0].rows[2]
    assert (row.status, row.next_action, row.approver) == (None, "Fix it", "")
    assert row.note == "Last time: Red, counted as yellow"
    assert found[0].rows[3].artifact_link == LINK


def said(review: Review) -> Review:
    """What the form says, without the token in its id; formulas' results are no answers."""
    stamp = msgspec.structs.replace(review.stamp, review_id=review.stamp.review_id[:-8])
    own: dict[str, Any] = {"stamp": stamp, "url": "", "workbook": "", "shown": None}
    bare: Review = msgspec.structs.replace(review, **own)
    return bare


def test_marked_anew_it_is_the_newest(desk: Desk) -> None:
    desk.put("a review", held())
    ran = desk.run("renew", desk.reviews, "--to", desk.reviews, "--date", ON, "--today", TODAY)
    made = ran.out.strip()
    for row in read(desk, made).rows:
        desk.type(made, row.cells["status"].a1, "green")
    lines = desk.run("check", desk.reviews, "--today", ON).out.splitlines()
    assert lines[0] == "Invoice helper: Review incomplete: 3 things to finish"
    assert {line.split()[0] for line in lines if "-missing:" in line} == {"sign-off-missing:"}


def test_a_google_review_needs_a_place_and_can_go_to_either(
    both: tuple[ExcelDesk, GoogleDesk],
) -> None:
    excel, google = both
    old = google.put("a review", held())
    ran = google.run("renew", google.reviews, "--date", ON, "--today", TODAY)
    assert (ran.code, ran.out) == (2, "")
    assert old in ran.err
    assert "--to" in ran.err
    ran = google.run("renew", google.reviews, "--to", excel.reviews, "--date", ON, "--today", TODAY)
    assert ran.code == 0
    assert said(read(excel, ran.out.strip())).rows[2].next_action == "Fix it"


def test_a_spreadsheet_of_that_name_is_kept(both: tuple[ExcelDesk, GoogleDesk]) -> None:
    """Whatever it is."""
    _, google = both
    old = google.put("a review", held())
    google.put(f"Invoice-helper review {ON}", passing_review())
    ran = google.run("renew", old, "--to", google.reviews, "--date", ON, "--today", TODAY)
    assert (ran.code, ran.out) == (0, "")
    assert "kept: https://" in ran.err
