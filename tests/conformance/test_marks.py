"""`gatebook mark` and `sync --mark` on Google: told on the cells, a person's words kept, gone when mended."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from gatebook.domain.cells import Cell
from gatebook.domain.review import Review, Status
from gatebook.sheets.marks import END, LINE, START
from tests.conformance.desks import PERSON, GoogleDesk, Ran, grids
from tests.conformance.test_portfolio import sync
from tests.support.builders import TODAY, TWELVE, passing_review, stamp_of, with_row

LIST, ABOUT = "drive.files.list", "drive.files.get"
GET, WRITE = "sheets.spreadsheets.get", "sheets.spreadsheets.batchUpdate"
# Where a freshly drawn form has them.
LINE_CELL, STATUS, OWNER, DUE, ACTION = "A10", "D13", "E13", "G13", "F13"


@pytest.fixture
def google(both: tuple[object, GoogleDesk]) -> GoogleDesk:
    """A desk on Google whose spreadsheets changed an hour ago."""
    desk = both[1]
    desk.server.clock = lambda: datetime.now(UTC) - timedelta(hours=1)
    return desk


def review_of(name: str, **changes: Any) -> Review:
    own: dict[str, Any] = {"system": name.title(), "stamp": stamp_of(TWELVE, name, f"{name}-1")}
    return passing_review(**own | changes)


def put(desk: GoogleDesk, name: str = "chat", **first_gate: Any) -> str:
    """A passing form, but for its first gate."""
    return desk.put(name, with_row(review_of(name), 1, **first_gate))


def mark(desk: GoogleDesk, *arguments: object, today: date = TODAY) -> Ran:
    return desk.run("mark", desk.reviews, "--today", today, *arguments)


def notes(desk: GoogleDesk, place: str, tab: str = "Review") -> dict[str, str]:
    """All notes of a tab, by cell."""
    (grid,) = [grid for grid in grids(desk, place) if grid.tab == tab]
    return {Cell(*at).a1: text for at, text in grid.notes.items()}


def line(desk: GoogleDesk, place: str, cell: str = LINE_CELL) -> str:
    shown = desk.editor(place).cell(f"Review!{cell}").get("userEnteredValue", {})
    return str(shown.get("stringValue", ""))


YELLOW: dict[str, Any] = {
    "status": Status.YELLOW,
    "next_action": "Build it",
    "due": None,
    "artifact": "",
}


def test_a_finding_is_a_note_on_its_cell_and_the_line_names_it(google: GoogleDesk) -> None:
    place = put(google, **YELLOW)
    ran = mark(google)
    assert (ran.code, ran.err) == (0, "")
    assert ran.out.splitlines()[-1] == "Marks: 2 set, 0 removed, 0 unchanged."
    (note,) = notes(google, place).values()
    assert list(notes(google, place)) == [DUE]
    (finding,) = google.run("check", place, "--today", TODAY, "--json").json["reviews"][0][
        "findings"
    ]
    assert note == f"{START}{finding['message']} {finding['remedy']}\n{END}"
    assert line(google, place) == f"{LINE}Look at {DUE}: a note on the cell says what to do."


def test_marks_do_not_change_what_is_read(google: GoogleDesk) -> None:
    place = put(google, **YELLOW)
    before = google.run("check", place, "--today", TODAY, "--json").json
    mark(google)
    assert line(google, place)
    assert google.run("check", place, "--today", TODAY, "--json").json == before


def test_a_repair_does_not_take_the_line_for_a_leftover(google: GoogleDesk) -> None:
    place = put(google, **YELLOW)
    before = google.run("repair", place, "--to", google.reviews, "--dry-run", "--json").json
    mark(google)
    assert line(google, place)
    after = google.run("repair", place, "--to", google.reviews, "--dry-run", "--json").json
    assert after == before


def test_only_the_notes_and_the_line_are_written(google: GoogleDesk) -> None:
    place = put(google, **YELLOW)
    (before, *_) = grids(google, place)
    mark(google)
    (after, *_) = grids(google, place)
    at = (9, 0)
    assert {k: v for k, v in after.values.items() if k != at} == before.values
    assert after.formulas == before.formulas
    assert (after.links, after.merges) == (before.links, before.merges)


def test_a_second_run_writes_nothing_and_a_mended_cell_loses_its_note(google: GoogleDesk) -> None:
    place = put(google, **YELLOW)
    mark(google)
    google.server.forget()
    again = mark(google, "--json")
    assert google.server.counted() == {LIST: 1, GET: 1}
    (sheet,) = again.json["marks"]["sheets"]
    assert (sheet["set"], sheet["removed"], sheet["unchanged"]) == (0, 0, 2)

    google.type(place, DUE, "2026-12-01")
    ran = mark(google)
    assert ran.out.splitlines()[-1] == "Marks: 0 set, 2 removed, 0 unchanged."
    assert notes(google, place) == {}
    assert line(google, place) == ""


def height(desk: GoogleDesk, place: str, row: int) -> int:
    found = desk.backend().transport.request(  # type: ignore[attr-defined]
        "get",
        f"https://sheets.googleapis.com/v4/spreadsheets/{place.split('/')[-2]}",
        params={"fields": "sheets(data(rowMetadata(pixelSize)))", "ranges": "Review"},
    )
    return int(found.json()["sheets"][0]["data"][0]["rowMetadata"][row]["pixelSize"])


def test_the_line_has_room_while_it_is_there(google: GoogleDesk) -> None:
    place = put(google, **YELLOW)
    narrow = height(google, place, 9)
    mark(google)
    assert height(google, place, 9) == 21 > narrow
    mark(google, "--clear")
    assert height(google, place, 9) == narrow


@pytest.mark.parametrize("words", ["Ask Bo.", "Two\nlines\n", "gatebook: said Bo", "  spaces "])
def test_a_persons_own_note_is_kept_and_left_as_it_was(words: str, google: GoogleDesk) -> None:
    place = put(google, **YELLOW)
    google.editor(place).note(f"Review!{DUE}", words)
    mark(google)
    assert notes(google, place)[DUE].startswith(words + "\n\n" + START)
    google.type(place, DUE, "2026-12-01")
    mark(google)
    assert notes(google, place) == {DUE: words}


@pytest.mark.parametrize(
    "how", ["{note}\nDone on Friday", "{note} Done on Friday", "Done on Friday\n{note}"]
)
def test_words_added_to_our_note_stay(how: str, google: GoogleDesk) -> None:
    place = put(google, **YELLOW)
    mark(google)
    google.editor(place).note(f"Review!{DUE}", how.format(note=notes(google, place)[DUE]))
    mark(google)
    assert "Done on Friday" in notes(google, place)[DUE]
    google.type(place, DUE, "2026-12-01")
    mark(google)
    assert notes(google, place) == {DUE: "Done on Friday"}


def test_several_findings_of_a_cell_share_its_note(google: GoogleDesk) -> None:
    place = put(google, owner="AI team", status=None)
    google.type(place, STATUS, "")
    mark(google)
    found = google.run("check", place, "--today", TODAY, "--json").json["reviews"][0]["findings"]
    by_cell: dict[str, list[str]] = {}
    for one in found:
        by_cell.setdefault(one["cell"], []).append(one["message"])
    shown = notes(google, place)
    assert set(shown) == set(by_cell)
    for cell, messages in by_cell.items():
        assert all(message in shown[cell] for message in messages)
        assert shown[cell].count(END) == 1


def test_a_form_that_nobody_has_begun_has_the_line_alone(google: GoogleDesk) -> None:
    made = google.run("new", "Support", "--lead", "Mia Kovac", "--to", google.reviews)
    assert made.code == 0, made.err
    (place,) = [s.location for s in google.backend().list(google.reviews).sources]
    mark(google)
    assert notes(google, place) == {}
    assert line(google, place).startswith(f"{LINE}No gate is marked yet; ")
    assert google.run("check", place, "--json").json["reviews"][0]["decision"] == "incomplete"


def test_what_stands_in_no_cell_stands_in_the_line(google: GoogleDesk) -> None:
    place = put(google)
    google.editor(place).delete_rows("Review", 13)
    mark(google)
    assert "row" in line(google, place)
    assert "missing" in line(google, place)


def test_a_row_that_somebody_uses_is_theirs(google: GoogleDesk) -> None:
    place = put(google)
    google.editor(place).delete_rows("Review", 13)
    google.type(place, "C10", "Room 7")
    mark(google)
    assert line(google, place) == ""
    (cell,) = notes(google, place)
    assert cell == "C2"
    assert google.editor(place).cell("Review!C2")["userEnteredValue"]["stringValue"] == "Decision"
    assert google.editor(place).cell("Review!C10")["userEnteredValue"]["stringValue"] == "Room 7"


def test_the_line_follows_the_headers(google: GoogleDesk) -> None:
    place = put(google, **YELLOW)
    mark(google)
    google.editor(place).insert_rows("Review", 11, 2)
    mark(google)
    assert line(google, place) == ""
    assert line(google, place, "A12").startswith(f"{LINE}Look at G15")
    assert height(google, place, 9) < height(google, place, 11)
    assert list(notes(google, place)) == ["G15"]


def test_a_note_that_was_left_behind_by_a_sort_is_put_right(google: GoogleDesk) -> None:
    """A note moves with its row when people sort; a note pasted elsewhere is taken away."""
    place = put(google, **YELLOW)
    mark(google)
    google.editor(place).note("Review!G16", notes(google, place)[DUE])
    google.editor(place).move_rows("Review", 13, 1, 20)
    mark(google)
    (cell,) = notes(google, place)
    found = google.run("check", place, "--today", TODAY, "--json").json["reviews"][0]["findings"]
    assert [one["cell"] for one in found] == [cell]
    assert cell != DUE


def test_clear_takes_everything_away(google: GoogleDesk) -> None:
    places = [put(google, name, **YELLOW) for name in ("chat", "mail")]
    google.editor(places[0]).note("Review!C5", "Mine")
    before = [grids(google, place) for place in places]
    mark(google)
    ran = mark(google, "--clear")
    assert ran.out.splitlines()[-1] == "Marks: 0 set, 4 removed, 0 unchanged."
    assert [grids(google, place) for place in places] == before


def test_a_dry_run_tells_and_writes_nothing(google: GoogleDesk) -> None:
    place = put(google, **YELLOW)
    google.server.forget()
    ran = mark(google, "--dry-run")
    assert ran.out.splitlines()[-1] == (
        "Marks: 2 set, 0 removed, 0 unchanged. Nothing was written (--dry-run)."
    )
    assert WRITE not in google.server.counted()
    assert notes(google, place) == {}


# With sync.


def test_a_sync_marks_with_one_request_a_spreadsheet(google: GoogleDesk) -> None:
    """What was read for the portfolio is not read again; what has nothing to say costs nothing."""
    red, fine = put(google, "chat", **YELLOW), put(google, "mail")
    google.server.forget()
    ran = sync(google, "--mark", "--json")
    assert google.server.counted() == {LIST: 1, GET: 2 + 1, ABOUT: 1, WRITE: 1 + 1}
    assert ran.json["requests"] == 7
    marks = {one["location"]: one["set"] for one in ran.json["marks"]["sheets"]}
    assert marks == {red: 2, fine: 0}

    # Marking changed the version, so this one is read once more; then it is known.
    for gets in (1, 0):
        google.server.forget()
        ran = sync(google, "--mark", "--json")
        assert google.server.counted() == {LIST: 1, GET: gets + 1}
        assert ran.json["written"] is False


def test_what_somebody_edited_a_moment_ago_is_read_once_as_well(google: GoogleDesk) -> None:
    google.server.clock = lambda: datetime.now(UTC)
    place = put(google, "chat", **YELLOW)
    google.server.forget()
    sync(google, "--mark")
    assert google.server.counted()[GET] == 1 + 1
    assert list(notes(google, place)) == [DUE]


def test_a_full_sync_reads_nothing_twice(google: GoogleDesk) -> None:
    put(google, "chat", **YELLOW)
    google.server.forget()
    sync(google, "--mark", "--full")
    assert google.server.counted()[GET] == 1 + 1


def test_without_kept_answers_each_spreadsheet_is_read_once_more(google: GoogleDesk) -> None:
    place = put(google, "chat", **YELLOW)
    text = google.config.read_text(encoding="utf-8")
    google.config.write_text(
        "\n".join(
            'cache = "off"' if line.startswith("cache") else line for line in text.splitlines()
        ),
        encoding="utf-8",
    )
    google.server.forget()
    sync(google, "--mark")
    assert google.server.counted()[GET] == 2 + 1
    assert list(notes(google, place)) == [DUE]


def test_what_becomes_overdue_is_marked_on_a_sheet_that_was_not_opened(google: GoogleDesk) -> None:
    place = put(google, **YELLOW | {"due": TODAY + timedelta(days=3)})
    sync(google, "--mark")
    assert notes(google, place) == {}
    google.server.forget()
    ran = sync(google, "--mark", "--json", today=TODAY + timedelta(days=4))
    assert ran.json["unchanged"] == 1
    assert google.server.counted()[GET] == 1  # the portfolio
    assert f"was due {TODAY + timedelta(days=3)}, 1 day ago" in notes(google, place)[DUE]


def lock_out(desk: GoogleDesk, place: str) -> None:
    """Make it a form that somebody else has made and protected."""
    editor = desk.editor(place)
    desk.server.file(place.split("/")[-2]).owner = PERSON
    for one in editor.document.titled("Review").items("protectedRanges"):
        given = {"protectedRangeId": one["protectedRangeId"], "editors": {"users": [PERSON]}}
        editor.request({"updateProtectedRange": {"protectedRange": given, "fields": "editors"}})


def test_trouble_with_marks_is_told_and_the_portfolio_is_written(google: GoogleDesk) -> None:
    place = put(google, **YELLOW)
    other = put(google, "mail", **YELLOW)
    lock_out(google, other)
    ran = sync(google, "--mark", "--json")
    assert (ran.code, ran.json["written"]) == (1, True)
    assert "not marked: " in ran.err
    assert "What to do: " in ran.err
    (failed,) = ran.json["marks"]["not_marked"]
    assert failed["location"] == other
    assert {one["location"]: one["set"] for one in ran.json["marks"]["sheets"]} == {place: 2}


def test_an_answer_that_is_lost_is_no_trouble(google: GoogleDesk) -> None:
    place = put(google, **YELLOW)
    google.server.faults.at(WRITE, 1, "503", after=True)
    ran = mark(google)
    assert ran.code == 0, ran.err
    assert list(notes(google, place)) == [DUE]


def test_cells_that_this_sign_in_may_not_edit_are_told_in_plain_words(google: GoogleDesk) -> None:
    place = put(google, **YELLOW)
    lock_out(google, place)
    ran = mark(google)
    assert ran.code == 1
    assert "some of its cells are protected" in ran.err
    assert "Protect sheets and ranges" in ran.err


def test_a_copy_that_does_not_count_is_not_made_to_count(google: GoogleDesk) -> None:
    """Of two copies the one changed last counts; a mark would be a change."""
    old = put(google, **YELLOW)
    mark(google)
    google.server.clock = lambda: datetime.now(UTC) - timedelta(minutes=30)
    new = put(google, due=None)
    before = google.run("check", google.reviews, "--today", TODAY, "--json").json
    ran = mark(google)
    assert ran.code == 1
    assert f"{old}" in ran.err
    assert "does not count" in ran.err
    assert notes(google, new)  # duplicate-review, on the one that counts
    after = google.run("check", google.reviews, "--today", TODAY, "--json").json
    assert [one["location"] for one in after["reviews"]] == [
        one["location"] for one in before["reviews"]
    ]
    shown = google.run("check", google.reviews, "--today", TODAY)
    assert f"{new} · Review" in shown.out


def test_an_object_store_is_refused_at_once(google: GoogleDesk) -> None:
    ran = google.run("mark", "s3://bucket/reviews")
    assert (ran.code, ran.out) == (2, "")
    assert "only reads" in ran.err
