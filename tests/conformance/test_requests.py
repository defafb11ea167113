"""What it costs, counted at the server."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import partial
from math import ceil
from typing import NamedTuple

import pytest

from gatebook.backends.google import transport
from gatebook.backends.google.addresses import folder_address
from gatebook.backends.google.pace import Pace
from gatebook.backends.google.transport import Reach
from gatebook.config import GoogleConfig
from tests.conformance.desks import PERSON, GoogleDesk, Ran
from tests.conformance.test_portfolio import sync
from tests.support.builders import TODAY, TWELVE, passing_review, stamp_of


@pytest.fixture
def google(both: tuple[object, GoogleDesk]) -> GoogleDesk:
    """A desk on Google whose spreadsheets changed an hour ago."""
    desk = both[1]
    desk.server.clock = lambda: datetime.now(UTC) - timedelta(hours=1)
    return desk


def put(desk: GoogleDesk, count: int, folder: str = "", first: int = 0) -> list[str]:
    """Forms in a folder; without one, in the shared drive itself."""
    home, desk.reviews = desk.reviews, folder_address(folder) if folder else desk.reviews
    made = [
        desk.put(
            f"system {n:02}",
            passing_review(system=f"System {n:02}", stamp=stamp_of(TWELVE, f"s{n}", f"s{n}-1")),
        )
        for n in range(first, first + count)
    ]
    desk.reviews = home
    return made


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


LIST, ABOUT = "drive.files.list", "drive.files.get"
GET, WRITE = "sheets.spreadsheets.get", "sheets.spreadsheets.batchUpdate"


def test_a_sync_reads_what_changed_and_writes_once(google: GoogleDesk) -> None:
    """A request for 1,000 files of a folder, one for each change, one to read the portfolio, and one
    or two to write it: it lies in no folder that is listed, so Drive is asked whether it is in the
    trash."""
    places = put(google, 12)
    ran, requests = counted(google)
    assert requests == {LIST: 1, GET: 12 + 1, ABOUT: 1, WRITE: 1}
    assert (ran.json["read"], ran.json["unchanged"]) == (12, 0)

    ran, requests = counted(google)
    assert requests == {LIST: 1, GET: 1}
    assert (ran.json["read"], ran.json["unchanged"], ran.json["written"]) == (0, 12, False)

    for place in places[:3]:
        google.type(place, "D13", "Red")
    ran, requests = counted(google)
    assert requests == {LIST: 1, GET: 3 + 1, ABOUT: 1, WRITE: 1}
    assert (ran.json["read"], ran.json["unchanged"]) == (3, 9)


class Tree(NamedTuple):
    """One line: what stands in each folder, as (reviews, other files), and how the folders stand."""

    name: str
    folders: tuple[tuple[int, int], ...]
    nested: bool = False

    @property
    def pages(self) -> int:
        """Pages of 1,000 files; a folder below is a file in the one above."""
        inside = [sum(files) for files in self.folders]
        if self.nested:
            inside = [*(count + 1 for count in inside[:-1]), inside[-1]]
        return sum(max(1, ceil(count / 1000)) for count in inside)


TREES = [
    Tree("one", ((6, 0),)),
    Tree("three side by side", ((2, 1), (3, 0), (1, 2))),
    Tree("one below the other", ((1, 0), (0, 0), (3, 1), (2, 0)), nested=True),
    Tree("a full page", ((2, 998),)),
    Tree("one more than a page", ((2, 999),)),
    Tree("a subfolder of three pages", ((1, 0), (2, 2001)), nested=True),
]


@pytest.mark.parametrize("tree", TREES, ids=[tree.name for tree in TREES])
def test_the_formula(tree: Tree, google: GoogleDesk) -> None:
    """Pages of 1,000 files for each folder, and one for each change, and two for the portfolio where
    it lies among the reviews."""
    server, place, made = google.server, google.drive, list[str]()
    given = []
    for number, (reviews, others) in enumerate(tree.folders):
        under = place if tree.nested and number else google.drive
        place = server.folder(f"Folder {number}", PERSON, parent=under)
        if not (tree.nested and number):
            given.append(folder_address(place))
        made += put(google, reviews, place, len(made))
        for other in range(others):
            server.upload(f"{other}.png", PERSON, b"", parent=place)
    server.file(google.portfolio_id).parent = place
    # The portfolio is one file more in the last folder.
    last = tree.folders[-1]
    pages = tree._replace(folders=(*tree.folders[:-1], (last[0] + 1, last[1]))).pages
    for changed in (len(made), 0, 2):
        for review in made[:changed]:
            google.type(review, "E14", f"Somebody {changed}")
        server.forget()
        ran = google.run(
            *("sync", *given, "--portfolio", google.portfolio, "--today", TODAY, "--json")
        )
        requests = server.counted()
        assert ran.code == 0, ran.err
        assert (ran.json["read"], ran.json["unchanged"]) == (changed, len(made) - changed)
        assert requests.total() == ran.json["requests"] <= pages + changed + 2
        assert requests[LIST] == pages
        assert requests[GET] + requests[WRITE] <= changed + 2
        assert requests[WRITE] == ran.json["written"]


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
        google.server.upload(f"photo {number}.png", PERSON, b"", parent=google.drive)
    google.server.forget()
    ran = google.run("check", google.reviews, "--json", "--today", TODAY)
    assert {one["system"] for one in ran.json["reviews"]} == {"a first", "z last"}
    assert google.server.counted() == {LIST: 2, GET: 2}


@pytest.mark.parametrize("by", ["a shortcut", "its address"])
def test_a_spreadsheet_that_no_folder_lists_takes_one_more(by: str, google: GoogleDesk) -> None:
    """Drive is asked whether it is in the trash, and whether it changed."""
    place = put(google, 1)[0]
    where = place
    if by == "a shortcut":
        elsewhere = google.server.folder("Ours", PERSON, share={google.robot: "reader"})
        google.server.shortcut("Pilot", PERSON, place.split("/")[-2], parent=elsewhere)
        where = folder_address(elsewhere)
    listed = {LIST: 1} if by == "a shortcut" else {}
    for changed in (True, False):
        google.server.forget()
        ran = google.run("check", where, "--json", "--today", TODAY)
        assert [one["location"] for one in ran.json["reviews"]] == [place]
        assert google.server.counted() == {**listed, ABOUT: 1, **({GET: 1} if changed else {})}


def test_what_changed_a_minute_ago_is_read_once_more(google: GoogleDesk) -> None:
    google.server.clock = lambda: datetime.now(UTC)
    put(google, 2)
    counted(google)
    _, requests = counted(google)
    assert requests["sheets.spreadsheets.get"] == 2 + 1


def test_subfolders_shortcuts_and_the_trash(google: GoogleDesk) -> None:
    server, person = google.server, PERSON
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


class Minutes:
    """A clock for both sides, which moves when somebody waits."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += seconds


@pytest.mark.parametrize("paced", [True, False])
def test_the_pace_keeps_the_quota(
    paced: bool, google: GoogleDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A server that refuses what is over ten a minute refuses nothing, and much without the pace."""
    put(google, 24)
    minutes, start = Minutes(), datetime.now(UTC) - timedelta(hours=1)
    google.server.clock = lambda: start + timedelta(seconds=minutes.now)
    monkeypatch.setattr(transport, "Pace", partial(Pace, clock=minutes, sleep=minutes.sleep))
    if not paced:
        monkeypatch.setattr(Pace, "wait", lambda _pace: None)
    text = google.config.read_text(encoding="utf-8")
    text = text.replace("per_minute = 100000", "per_minute = 10").replace(
        "patience = 20", "patience = 0"
    )
    google.config.write_text(text, encoding="utf-8")
    google.server.quota.reads = google.server.quota.writes = 10
    google.server.forget()
    ran = sync(google, "--json")
    refused = sum(request.status == 429 for request in google.server.requests)
    if paced:
        assert (ran.code, ran.json["read"], refused) == (0, 24, 0)
        assert minutes.now >= 120
    else:
        assert refused >= 24 - 10


def test_the_pace_is_below_what_google_allows_a_user() -> None:
    """60 a minute, https://developers.google.com/workspace/sheets/api/limits"""
    for paces in (Reach(), GoogleConfig()):
        assert 0 < paces.reads_per_minute < 60
        assert 0 < paces.writes_per_minute < 60
