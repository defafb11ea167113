"""What people do to files, folders and tabs, and what comes of it. See test_pains.py."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

import pytest

from gatebook.backends.google.addresses import folder_address, spreadsheet_address
from gatebook.sheets.layout import TABLE_ROW
from tests.abuse.marks import abuse
from tests.conformance.desks import PERSON, ExcelDesk, GoogleDesk, grids
from tests.conformance.test_pains import Hand, decided, rename_the_spreadsheet
from tests.conformance.test_portfolio import sync
from tests.google_api.clients import SHEETS, Http
from tests.support.builders import TODAY, TWELVE, passing_review, stamp_of, with_row


@pytest.fixture
def google(both: tuple[ExcelDesk, GoogleDesk]) -> GoogleDesk:
    """A desk on Google."""
    return both[1]


def trash(desk: GoogleDesk, location: str) -> None:
    desk.server.trash(location.split("/")[-2])


def to_a_subfolder(desk: GoogleDesk, location: str) -> None:
    below = desk.server.folder("2026", PERSON, parent=desk.drive)
    desk.server.file(location.split("/")[-2]).parent = below


def to_the_trash_with_its_folder(desk: GoogleDesk, location: str) -> None:
    to_a_subfolder(desk, location)
    desk.server.trash(desk.server.file(location.split("/")[-2]).parent)


def read_only(desk: GoogleDesk, location: str) -> None:
    desk.server.share(desk.drive, desk.robot, "reader")


def copy_the_spreadsheet(desk: GoogleDesk, location: str) -> None:
    browser = Http(desk.server, PERSON)
    browser.post(f"/drive/v3/files/{location.split('/')[-2]}/copy", {}, supportsAllDrives="true")


def duplicate_the_tab(desk: GoogleDesk, location: str) -> None:
    desk.editor(location).duplicate("Review")


def copy_the_tab_elsewhere(desk: GoogleDesk, location: str) -> None:
    hand = Hand(desk, location)
    target = desk.server.spreadsheet("All of ours", PERSON, parent=desk.drive)
    browser = Http(desk.server, PERSON, scopes=[SHEETS])
    browser.post(
        f"/v4/spreadsheets/{hand.id}/sheets/{hand.sheet}:copyTo",
        {"destinationSpreadsheetId": target},
    )
    trash(desk, location)


def an_empty_spreadsheet_beside_it(desk: GoogleDesk, location: str) -> None:
    desk.server.spreadsheet("Notes", PERSON, parent=desk.drive)


def delete_the_review_tab(desk: GoogleDesk, location: str) -> None:
    desk.editor(location).delete("Review")


def delete_the_header_row(desk: GoogleDesk, location: str) -> None:
    desk.editor(location).delete_rows("Review", TABLE_ROW + 1)


def a_shortcut_to_a_private_one(desk: GoogleDesk, location: str) -> None:
    private = desk.server.spreadsheet("Private", "ceo@example.com")
    desk.server.shortcut("A secret pilot", PERSON, private, parent=desk.drive)


class Filed(NamedTuple):
    """One line: something done to a file → reviews read, exit code, what is said."""

    pain: int
    done: Callable[[GoogleDesk, str], None]
    reviews: int
    code: int
    said: str = ""


FILED = [
    Filed(28, to_a_subfolder, 1, 0),
    Filed(28, read_only, 1, 0),
    Filed(2, trash, 0, 0, "No review found here"),
    Filed(2, to_the_trash_with_its_folder, 0, 0, "No review found here"),
    Filed(2, copy_the_spreadsheet, 2, 0, "the same review as"),
    Filed(2, duplicate_the_tab, 2, 0, "the same review as"),
    Filed(2, copy_the_tab_elsewhere, 1, 0),
    Filed(2, an_empty_spreadsheet_beside_it, 1, 0),
    Filed(2, delete_the_review_tab, 0, 0, "No review found here"),
    Filed(2, delete_the_header_row, 0, 1, "the row with the headers Status, Owner"),
    Filed(2, a_shortcut_to_a_private_one, 1, 1, "not shared with the identity in use"),
]


@pytest.mark.parametrize(
    "case",
    [pytest.param(c, marks=abuse("google", c.pain)) for c in FILED],
    ids=[f"{c.pain} {c.done.__name__}" for c in FILED],
)
def test_what_people_do_to_files(case: Filed, google: GoogleDesk) -> None:
    location = google.put("a review", passing_review())
    case.done(google, location)
    ran = google.run("check", google.reviews, "--json", "--today", TODAY)
    assert len(ran.json["reviews"]) == case.reviews
    assert ran.code == case.code
    assert case.said in ran.out + ran.err
    assert all(one["remedy"] for one in ran.json["unreadable"])


@pytest.mark.parametrize("done", [trash, to_the_trash_with_its_folder, delete_the_review_tab])
@abuse("google", 2)
def test_a_system_never_leaves_the_portfolio_silently(
    done: Callable[[GoogleDesk, str], None], google: GoogleDesk
) -> None:
    """2: its last known state stays, and it is named."""
    stamp = stamp_of(TWELVE, "other", "other-1")
    google.put("other", passing_review(system="Other", stamp=stamp))
    location = google.put("a review", passing_review())
    assert sync(google).code == 0
    done(google, location)
    ran = sync(google, "--json", "--full", today=TODAY + timedelta(days=1))
    assert ran.code == 1
    assert "Invoice helper" in ran.err
    assert "What to do" in ran.err
    (front, *_) = grids(google, google.portfolio, whole=True)
    assert "Invoice helper" in front.values.values()


def test_a_folder_in_the_trash_is_not_taken_for_an_empty_one(google: GoogleDesk) -> None:
    folder = google.server.folder("Old", PERSON, share={google.robot: "reader"})
    google.server.trash(folder)
    ran = google.run("check", folder_address(folder))
    assert ran.code == 2
    assert "is in the trash" in ran.err
    assert "Restore it" in ran.err


def by_a_shortcut(google: GoogleDesk, location: str) -> str:
    folder = google.server.folder("Ours", PERSON, share={google.robot: "reader"})
    google.server.shortcut("Our pilot", PERSON, location.split("/")[-2], parent=folder)
    return folder_address(folder)


def by_its_address(_google: GoogleDesk, location: str) -> str:
    return location


def by_an_open_link(_google: GoogleDesk, location: str) -> str:
    return f"https://drive.google.com/open?id={location.split('/')[-2]}"


@pytest.mark.parametrize("thrown", [trash, to_the_trash_with_its_folder])
@pytest.mark.parametrize("way", [by_a_shortcut, by_its_address, by_an_open_link])
@abuse("google", 2)
def test_a_review_in_the_trash_is_not_read_as_live(
    way: Callable[[GoogleDesk, str], str],
    thrown: Callable[[GoogleDesk, str], None],
    google: GoogleDesk,
) -> None:
    """2: the Sheets API reads it as if nothing were."""
    location = google.put("a review", passing_review())
    google.reviews = way(google, location)
    assert sync(google).code == 0
    thrown(google, location)
    ran = sync(google, "--json", today=TODAY + timedelta(days=1))
    assert (ran.code, ran.json["read"]) == (1, 1)
    assert "“a review” is in the trash of Google Drive" in ran.err
    assert "Restore it" in ran.err
    (front, *_) = tabs = grids(google, google.portfolio, whole=True)
    assert any("could not be read" in str(value) for value in front.values.values())
    assert any("is in the trash" in str(value) for tab in tabs for value in tab.values.values())
    google.server.trash(location.split("/")[-2], trashed=False)
    google.server.trash(google.server.file(location.split("/")[-2]).parent, trashed=False)
    assert sync(google, today=TODAY + timedelta(days=1)).code == 0


@abuse("google", 20)
def test_of_two_copies_the_one_changed_last_counts_also_behind_a_shortcut(
    google: GoogleDesk,
) -> None:
    """20: a shortcut has no time of its own."""
    now = datetime.now(UTC)
    google.server.clock = lambda: now - timedelta(days=9)
    old = google.put("a review", passing_review())
    browser = Http(google.server, PERSON)
    copy = browser.post(f"/drive/v3/files/{old.split('/')[-2]}/copy", {}, supportsAllDrives="true")
    google.server.clock = lambda: now
    elsewhere = google.server.folder("Mine", PERSON, share={google.robot: "reader"})
    google.server.file(copy["id"]).parent = elsewhere
    google.server.file(copy["id"]).drive_id = ""
    google.type(spreadsheet_address(copy["id"]), "D13", "Red")
    google.server.shortcut("The newest", PERSON, copy["id"], parent=google.drive)
    ran = google.run("sync", google.reviews, "--portfolio", google.portfolio, "--json")
    assert ran.json["decisions"] == {"delayed": 1} | dict.fromkeys(
        ran.json["decisions"].keys() - {"delayed"}, 0
    )


@pytest.mark.parametrize(
    ("private", "said"),
    [(False, "“Portfolio” is in the trash"), (True, "is not there, or not shared")],
)
@abuse("google", 2)
def test_a_portfolio_in_the_trash_is_not_written(
    private: bool, said: str, google: GoogleDesk
) -> None:
    """2: nobody would see it there, and in thirty days it would be gone."""
    location = google.put("a review", passing_review())
    assert sync(google).code == 0
    before = grids(google, google.portfolio, whole=True)
    google.server.store.trash_is_private = private
    google.server.trash(google.portfolio_id)
    google.type(location, "D13", "Red")
    ran = sync(google)
    assert ran.code == 4
    assert said in ran.err
    assert "Nothing was written." in ran.err
    assert grids(google, google.portfolio, whole=True) == before
    google.server.trash(google.portfolio_id, trashed=False)
    assert sync(google).code == 0


@abuse("google", 2)
def test_a_spreadsheet_that_cannot_be_read_has_a_name_in_the_portfolio(google: GoogleDesk) -> None:
    """2: of its address nothing is a name; the last part of each is "edit"."""
    private = spreadsheet_address(google.server.spreadsheet("Private", "ceo@example.com"))
    google.put("a review", passing_review())
    google.run("sync", google.reviews, private, "--portfolio", google.portfolio, "--today", TODAY)
    (front, *_) = grids(google, google.portfolio, whole=True)
    assert "edit" not in front.values.values()
    assert f"spreadsheet {private.split('/')[-2]}" in front.values.values()


@pytest.mark.parametrize("kind", ["folder", "spreadsheet"])
@abuse("google", 2)
def test_what_is_not_shared_is_named_with_the_address_to_share_it_with(
    kind: str, google: GoogleDesk
) -> None:
    """2: also beside a place that can be read."""
    private = "ceo@example.com"
    if kind == "folder":
        place = folder_address(google.server.folder("Private", private))
    else:
        place = spreadsheet_address(google.server.spreadsheet("Private", private))
    google.put("a review", passing_review())
    ran = google.run("check", google.reviews, place, "--today", TODAY)
    assert ran.code == (2 if kind == "folder" else 1)
    assert place in ran.err
    assert "not shared with the identity in use" in ran.err
    assert f"hare it with {google.robot}" in ran.err


@abuse("google", 27)
def test_a_quota_that_refuses_is_waited_for(google: GoogleDesk) -> None:
    """27: one read a spreadsheet; what is refused is asked again, and nothing is missing."""
    for number in range(6):
        stamp = stamp_of(TWELVE, f"s{number}", f"s{number}-1")
        google.put(f"s{number}", passing_review(system=f"S {number}", stamp=stamp))
    google.server.forget()
    for nth in (1, 4, 5):
        google.server.faults.at("spreadsheets.get", nth, "429")
    assert len(decided(google)) == 6
    assert google.server.counted() == {"drive.files.list": 1, "sheets.spreadsheets.get": 6 + 3}


@abuse("google", 28)
def test_links_survive_new_names(google: GoogleDesk) -> None:
    """28: spreadsheets and tabs are addressed by their ids."""
    review = with_row(passing_review(), 3, status=None)
    location = google.put("a review", review)
    sync(google)
    before = links(google)
    google.editor(location).rename("Review", "Our review")
    rename_the_spreadsheet(Hand(google, location))
    sync(google, "--full", today=TODAY + timedelta(days=1))
    assert links(google) == before
    assert any(url.startswith(location) for url in before)


def links(google: GoogleDesk) -> set[str]:
    """Where the Portfolio tab leads."""
    found = grids(google, google.portfolio, whole=True)
    return {url for grid in found if grid.tab == "Portfolio" for url in grid.links.values()}


@abuse("google", 29)
def test_editors_are_named_one_by_one(google: GoogleDesk) -> None:
    """29: never whoever happens to be in the domain; the boxes are open to all who may edit."""
    location = google.put("a review", passing_review())
    areas = [
        area
        for sheet in google.editor(location).document.sheets
        for area in sheet.lists.get("protectedRanges", ())
    ]
    assert len(areas) == 3
    for area in areas:
        assert set(area["editors"]["users"]) == {PERSON, google.robot}
        assert not area["editors"].get("domainUsersCanEdit", False)
        assert not area.get("warningOnly", False)
    open_boxes = [box for area in areas for box in area.get("unprotectedRanges", ())]
    assert len(open_boxes) > 10
