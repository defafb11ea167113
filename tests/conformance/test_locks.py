"""Who may type where, on a form in Google."""

from __future__ import annotations

import pytest

from tests.conformance.desks import PERSON, GoogleDesk, grids
from tests.google_api.edits import Refused
from tests.google_api.errors import ApiError

SPONSOR = "coo@example.com"


@pytest.fixture
def form(both: tuple[object, GoogleDesk]) -> tuple[GoogleDesk, str]:
    """A new form made by the command, with an approver; nobody else may change what is locked."""
    google = both[1]
    text = google.config.read_text(encoding="utf-8").replace(f'editors = ["{PERSON}"]', "")
    google.config.write_text(text, encoding="utf-8")
    for person in (SPONSOR, "ana@example.com"):
        google.server.person(person)
        google.server.file(google.drive).roles[person] = "writer"
    ran = google.run(
        "new", "Helper", "--lead", "Mia Kovac", "--to", google.reviews, "--approver", SPONSOR
    )
    return google, ran.out.strip()


def cell_right_of(google: GoogleDesk, place: str, label: str) -> str:
    from gatebook.sheets.form_parse import parse_review
    from tests.support.builders import TWELVE

    review = parse_review(grids(google, place)[0], TWELVE, place, 0.0)
    return f"Review!{review.cells[label].a1}"


def test_inputs_are_open_and_the_structure_is_locked(form: tuple[GoogleDesk, str]) -> None:
    google, place = form
    ana = google.server.edit(place.split("/")[-2], "ana@example.com")
    ana.type(cell_right_of(google, place, "owner"), "Bo Li")
    assert ana.value(cell_right_of(google, place, "owner")) == "Bo Li"
    with pytest.raises(ApiError, match="protected"):
        ana.type("Review!A1", "anything")
    with pytest.raises(ApiError, match="protected"):
        ana.type("Guide!B5", "anything")


def test_only_the_approver_signs(form: tuple[GoogleDesk, str]) -> None:
    google, place = form
    cell = cell_right_of(google, place, "signed_by")
    for person in ("ana@example.com", PERSON):
        with pytest.raises(ApiError, match="protected"):
            google.server.edit(place.split("/")[-2], person).type(cell, "Ana Ruiz")
    google.server.edit(place.split("/")[-2], SPONSOR).type(cell, "Dana Novak")
    assert google.editor(place).value(cell) == "Dana Novak"


def test_a_dropdown_refuses_what_it_does_not_list(form: tuple[GoogleDesk, str]) -> None:
    google, place = form
    cell = cell_right_of(google, place, "stakes")
    ana = google.server.edit(place.split("/")[-2], "ana@example.com")
    with pytest.raises(Refused, match="Low-stakes internal"):
        ana.type(cell, "quite high")
    ana.type(cell, "Standard")
