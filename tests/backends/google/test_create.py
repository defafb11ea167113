"""Making forms in Drive, also when something goes wrong halfway: never two, never half a form unsaid."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from gatebook.backends.google.addresses import folder_address
from tests.backends.google.test_doctor import use
from tests.conformance.desks import PERSON, GoogleDesk, Ran, grids
from tests.google_api.store import SPREADSHEET, File

MY_DRIVE = "https://drive.google.com/drive/my-drive"


def new(desk: GoogleDesk, system: str = "Helper", *options: object, to: str = "") -> Ran:
    return desk.run("new", system, "--lead", "Mia Kovac", "--to", to or desk.reviews, *options)


def files(desk: GoogleDesk, *, trashed: bool = False) -> list[File]:
    """The spreadsheets in the folder for reviews, or those of its trash."""
    found = [one for one in desk.server.store.files.values() if one.parent == desk.drive]
    return [one for one in found if one.mime_type == SPREADSHEET and one.trashed == trashed]


def hurry(desk: GoogleDesk) -> None:
    """Give up at once."""
    text = desk.config.read_text(encoding="utf-8").replace("patience = 20", "patience = 0")
    desk.config.write_text(text, encoding="utf-8")


def is_a_form(desk: GoogleDesk, ran: Ran) -> bool:
    return [grid.tab for grid in grids(desk, ran.out.strip())] == ["Review", "Guide", "Changes"]


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("kind", ["500", "503", "502-html", "reset", "truncated"])
@pytest.mark.parametrize("call", ["files.create", "batchUpdate"])
def test_an_unclear_answer_makes_no_second_file(
    call: str, kind: str, after: bool, desk: GoogleDesk
) -> None:
    desk.server.faults.at(call, 1, kind, after=after)
    ran = new(desk)
    assert ran.code == 0, ran.err
    assert len(files(desk)) == 1
    assert is_a_form(desk, ran)


def test_where_nobody_can_tell_whether_it_was_made_that_is_said(desk: GoogleDesk) -> None:
    """Made, the answer lost, and no way to look for it: two requests of three fail."""
    hurry(desk)
    desk.server.faults.at("files.create", 1, "503", after=True)
    desk.server.faults.at("files.list", 2, "503")
    ran = new(desk)
    assert (ran.code, ran.out) == (2, "")
    assert "no clear answer about a new “helper review”" in ran.err
    assert f"Look into {desk.reviews}: if there is an empty spreadsheet" in ran.err
    assert "Nothing was written" not in ran.err


def test_a_long_name_with_an_apostrophe_is_found_again(desk: GoogleDesk) -> None:
    """A property takes 124 bytes, and stands between apostrophes in a search."""
    desk.server.faults.at("files.create", 1, "503", after=True)
    ran = new(desk, f"O'Brien's {'помощник ' * 9}")
    assert ran.code == 0, ran.err
    assert len(files(desk)) == 1
    assert is_a_form(desk, ran)


class TestHalfMade:
    """The file is there, and cannot be filled."""

    @pytest.fixture(autouse=True)
    def sheets_off(self, desk: GoogleDesk) -> None:
        desk.server.disabled_apis.add("sheets")

    def test_it_goes_to_the_trash_and_that_is_said(self, desk: GoogleDesk) -> None:
        ran = new(desk)
        assert (ran.code, ran.out) == (2, "")
        assert "the Google Sheets API is off" in ran.err
        assert "The unfinished spreadsheet was put into the trash." in ran.err
        assert (len(files(desk)), len(files(desk, trashed=True))) == (0, 1)

    def test_the_next_try_is_not_in_its_way(self, desk: GoogleDesk) -> None:
        new(desk)
        desk.server.disabled_apis.clear()
        assert is_a_form(desk, new(desk))

    @pytest.mark.parametrize("kind", ["503", "reset", "429"])
    def test_where_that_fails_too_it_is_named(self, kind: str, desk: GoogleDesk) -> None:
        hurry(desk)
        desk.server.faults.at("files.update", 1, kind)
        ran = new(desk)
        (left,) = files(desk)
        assert ran.code == 2
        address = f"https://docs.google.com/spreadsheets/d/{left.id}/edit"
        assert f"An unfinished spreadsheet is left at {address}: delete it first" in ran.err
        assert "Nothing was written" not in ran.err


@pytest.mark.skipif(not hasattr(signal, "pthread_kill"), reason="no such signal on Windows")
def test_a_command_that_is_stopped_leaves_no_half_form(desk: GoogleDesk) -> None:
    """Ctrl-C while the form is being written."""
    here = threading.get_ident()
    desk.server.after("batchUpdate", lambda _request: signal.pthread_kill(here, signal.SIGINT))
    ran = new(desk)
    assert (ran.code, ran.out) == (130, "")
    assert files(desk) == []


class TestAList:
    """`new --from`, and the second of three cannot be made."""

    @pytest.fixture
    def pilots(self, tmp_path: Path) -> Path:
        path = tmp_path / "pilots.csv"
        path.write_text("system,lead\nOne,Mia\nTwo,Mia\nThree,Mia\n", encoding="utf-8")
        return path

    def run(self, desk: GoogleDesk, pilots: Path) -> Ran:
        return desk.run("new", "--from", pilots, "--to", desk.reviews)

    def test_what_was_made_is_printed_and_the_rest_is_said(
        self, desk: GoogleDesk, pilots: Path
    ) -> None:
        off = desk.server.disabled_apis
        desk.server.after("batchUpdate", lambda _request: off.add("sheets"))
        ran = self.run(desk, pilots)
        assert ran.code == 2
        (made,) = files(desk)
        assert ran.out.split() == [f"https://docs.google.com/spreadsheets/d/{made.id}/edit"]
        assert "made 1 of 3 forms, but not “two review”" in ran.err
        assert "run this again: it makes only what is missing" in ran.err
        assert "the Google Sheets API is off" in ran.err
        assert "put into the trash" in ran.err

    def test_the_next_run_makes_the_rest(self, desk: GoogleDesk, pilots: Path) -> None:
        off = desk.server.disabled_apis
        desk.server.after("batchUpdate", lambda _request: off.add("sheets"))
        first = self.run(desk, pilots).out.split()
        off.clear()
        again = self.run(desk, pilots)
        assert again.code == 0
        assert f"kept: {first[0]}" in again.err
        assert len(again.out.split()) == 2
        assert sorted(one.name for one in files(desk)) == [
            "one review",
            "three review",
            "two review",
        ]


def not_shared(desk: GoogleDesk) -> str:
    return folder_address(desk.server.folder("Private", "stranger@example.com"))


def read_only(desk: GoogleDesk) -> str:
    share = {desk.robot: "reader"}
    return folder_address(desk.server.folder("Plans", "stranger@example.com", share=share))


def my_drive(desk: GoogleDesk) -> str:
    share = {desk.robot: "writer"}
    return folder_address(desk.server.folder("Plans", "stranger@example.com", share=share))


def a_spreadsheet(desk: GoogleDesk) -> str:
    return desk.portfolio


def a_spreadsheet_as_a_folder(desk: GoogleDesk) -> str:
    return folder_address(desk.portfolio_id)


def without_https(desk: GoogleDesk) -> str:
    return desk.reviews.removeprefix("https://")


def another_site(desk: GoogleDesk) -> str:
    return "https://example.com/reviews"


# The place → what is said, what to do.
NO_PLACE: list[tuple[Callable[[GoogleDesk], str], str, str]] = [
    (not_shared, "is not there, or not shared", "share it with ROBOT"),
    (read_only, "is not shared with the identity in use, or not for this", "as an editor"),
    (my_drive, "a service account owns no storage", "Make the files in a shared drive; or"),
    (
        a_spreadsheet,
        "is a spreadsheet and no folder",
        "Copy the address of a folder (https://drive",
    ),
    (
        a_spreadsheet_as_a_folder,
        "has the id of a spreadsheet, and is no folder",
        "folder's address",
    ),
    (without_https, "no whole address", "put https:// before it: https://drive.google.com/"),
    (another_site, "is no address of a Google", "from the browser"),
]


@pytest.mark.parametrize(
    ("place", "said", "remedy"), NO_PLACE, ids=[row[0].__name__ for row in NO_PLACE]
)
def test_places_where_no_form_can_be_made(
    place: Callable[[GoogleDesk], str], said: str, remedy: str, desk: GoogleDesk
) -> None:
    ran = new(desk, to=place(desk))
    assert (ran.code, ran.out) == (2, "")
    assert said in ran.err
    assert remedy.replace("ROBOT", desk.robot) in ran.err
    assert "helper review" not in [one.name for one in desk.server.store.files.values()]


class TestAPersonWithTheLeastScope:
    """drive.file: gatebook sees only what it made itself."""

    @pytest.fixture(autouse=True)
    def signed_in(self, desk: GoogleDesk, person_file: Callable[..., Path]) -> None:
        use(desk, credentials=person_file(PERSON, "drive.file").as_posix())

    def test_forms_are_made_in_their_own_drive(self, desk: GoogleDesk) -> None:
        ran = new(desk, to=MY_DRIVE)
        assert ran.code == 0
        assert is_a_form(desk, ran)
        assert f"gatebook check {ran.out.strip()}" in ran.err  # and not their whole Drive
        again = new(desk, to=MY_DRIVE)
        assert (again.code, again.out) == (2, "")
        assert "is there already" in again.err

    def test_in_a_folder_that_it_did_not_make_it_says_why_not(self, desk: GoogleDesk) -> None:
        ran = new(desk)
        assert (ran.code, ran.out) == (2, "")
        assert "with the scope drive.file gatebook sees only what it made" in ran.err
        assert MY_DRIVE in ran.err
        assert "all_of_drive = true" in ran.err

    def test_with_all_of_drive_it_can(
        self, desk: GoogleDesk, person_file: Callable[..., Path]
    ) -> None:
        use(desk, credentials=person_file(PERSON, "drive").as_posix())
        ran = new(desk)
        assert ran.code == 0
        assert is_a_form(desk, ran)
