"""What it costs, counted at the server."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from gatebook.backends.google.addresses import folder_address
from tests.conformance.desks import GoogleDesk, Ran
from tests.conformance.test_portfolio import sync
from tests.google_api.server import GoogleServer
from tests.support.builders import TODAY, TWELVE, passing_review, stamp_of


@pytest.fixture
def google(both: tuple[object, GoogleDesk]) -> GoogleDesk:
    """A desk on Google whose spreadsheets changed an hour ago."""
    desk = both[1]
    desk.server.clock = lambda: datetime.now(UTC) - timedelta(hours=1)
    return desk


def put(desk: GoogleDesk, count: int) -> list[str]:
    return [
        desk.put(
            f"system {n:02}",
            passing_review(system=f"System {n:02}", stamp=stamp_of(TWELVE, f"s{n}", f"s{n}-1")),
        )
        for n in range(count)
    ]


def counted(desk: GoogleDesk, *arguments: object) -> tuple[Ran, dict[str, int]]:
    desk.server.forget()
    ran = sync(desk, "--json", *arguments)
    assert ran.json["requests"] == sum(desk.server.counted().values())
    return ran, dict(desk.server.counted())


def test_a_new_review_takes_three_requests(google: GoogleDesk) -> None:
    google.server.forget()
    ran = google.run("new", "Support assistant", "--lead", "Mia Kovac", "--to", google.reviews)
    assert ran.code == 0, ran.err
    assert google.server.counted() == {
        "drive.files.list": 1,
        "drive.files.create": 1,
        "sheets.spreadsheets.batchUpdate": 1,
    }


def test_a_sync_reads_what_changed_and_writes_once(google: GoogleDesk) -> None:
    """At most: a request for 1,000 files of a folder, one for each change, two for the portfolio."""
    places = put(google, 12)
    ran, requests = counted(google)
    assert requests == {
        "drive.files.list": 1,
        "sheets.spreadsheets.get": 12 + 1,
        "sheets.spreadsheets.batchUpdate": 1,
    }
    assert (ran.json["read"], ran.json["unchanged"]) == (12, 0)

    ran, requests = counted(google)
    assert requests == {"drive.files.list": 1, "sheets.spreadsheets.get": 1}
    assert (ran.json["read"], ran.json["unchanged"], ran.json["written"]) == (0, 12, False)

    for place in places[:3]:
        google.type(place, "E14", "Somebody Else")
    ran, requests = counted(google)
    assert requests["sheets.spreadsheets.get"] == 3 + 1
    assert requests["drive.files.list"] == 1
    assert requests.get("sheets.spreadsheets.batchUpdate", 0) <= 1
    assert (ran.json["read"], ran.json["unchanged"]) == (3, 9)


def test_full_reads_everything(google: GoogleDesk) -> None:
    put(google, 3)
    counted(google)
    _, requests = counted(google, "--full")
    assert requests["sheets.spreadsheets.get"] == 3 + 1


def test_folders_are_paged_by_a_thousand(google: GoogleDesk) -> None:
    for name in ("a first", "z last"):
        stamp = stamp_of(TWELVE, name.replace(" ", "-"), name)
        google.put(name, passing_review(system=name, stamp=stamp))
    for number in range(1001):
        google.server.upload(f"photo {number}.png", "mia@example.com", b"", parent=google.drive)
    google.server.forget()
    ran = google.run("check", google.reviews, "--json", "--today", TODAY)
    assert {one["system"] for one in ran.json["reviews"]} == {"a first", "z last"}
    assert google.server.counted() == {"drive.files.list": 2, "sheets.spreadsheets.get": 2}


def test_what_changed_a_minute_ago_is_read_once_more(google: GoogleDesk) -> None:
    google.server.clock = lambda: datetime.now(UTC)
    put(google, 2)
    counted(google)
    _, requests = counted(google)
    assert requests["sheets.spreadsheets.get"] == 2 + 1


def test_subfolders_shortcuts_and_the_trash(google: GoogleDesk) -> None:
    server, person = google.server, "mia@example.com"
    (place,) = put(google, 1)
    below = server.folder("2026", person, parent=google.drive)
    home, google.reviews = google.reviews, folder_address(below)
    inner = google.put(
        "inner", passing_review(system="Inner", stamp=stamp_of(TWELVE, "in", "in-1"))
    )
    gone = google.put("gone", passing_review(system="Gone", stamp=stamp_of(TWELVE, "gone", "g-1")))
    google.reviews = home
    server.trash(gone.split("/")[-2])
    server.shortcut("again", person, inner.split("/")[-2], parent=google.drive)
    server.upload(
        "old.xlsx",
        person,
        b"PK",
        mime_type="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        parent=google.drive,
    )
    ran = google.run("check", google.reviews, "--json", "--today", TODAY)
    assert sorted(one["location"] for one in ran.json["reviews"]) == sorted([place, inner])
    (problem,) = ran.json["unreadable"]
    assert "old.xlsx" in problem["message"]
    assert "Save as Google Sheets" in problem["remedy"]
    assert ran.code == 1


def test_the_pace_keeps_the_quota(google: GoogleDesk, google_server: GoogleServer) -> None:
    """A server that refuses more than its quota never has to."""
    put(google, 4)
    google_server.quota.reads = 60
    google_server.quota.writes = 60
    assert counted(google)[0].code == 0
    assert not [one for one in google_server.requests if one.status == 429]
