"""`gatebook doctor ADDRESS`: what a newcomer is told, and the exit code a script sees."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from gatebook.backends.google.addresses import folder_address, spreadsheet_address
from tests.conformance.desks import PERSON, GoogleDesk, Ran
from tests.google_api.people import Person
from tests.support.builders import passing_review

STRANGER = "stranger@example.com"


def problems(ran: Ran) -> list[tuple[str, str]]:
    """What is wrong, and what to do about it."""
    lines = ran.out.splitlines()
    return [
        (line[4:], lines[number + 1].strip().removeprefix("What to do: "))
        for number, line in enumerate(lines)
        if line.startswith("NO ")
    ]


def use(desk: GoogleDesk, **settings: str) -> None:
    """Change settings of the [google] table."""
    lines = desk.config.read_text(encoding="utf-8").splitlines()
    kept = [line for line in lines if line.partition(" ")[0] not in settings]
    new = [f'{name} = "{value}"' for name, value in settings.items()]
    desk.config.write_text("\n".join([*kept, *new, ""]), encoding="utf-8")


def all_well(desk: GoogleDesk) -> str:
    desk.put("a review", passing_review())
    return desk.reviews


def empty_folder(desk: GoogleDesk) -> str:
    return desk.reviews


def the_portfolio(desk: GoogleDesk) -> str:
    return desk.portfolio


def by_any_address(desk: GoogleDesk) -> str:
    return f"https://drive.google.com/open?id={desk.portfolio_id}"


def read_only_spreadsheet(desk: GoogleDesk) -> str:
    book = desk.server.spreadsheet("Plans", STRANGER, share={desk.robot: "reader"})
    return spreadsheet_address(book)


def read_only_folder(desk: GoogleDesk) -> str:
    return folder_address(desk.server.folder("Plans", STRANGER, share={desk.robot: "reader"}))


def folder_of_a_person(desk: GoogleDesk) -> str:
    return folder_address(desk.server.folder("Plans", STRANGER, share={desk.robot: "writer"}))


# What stands there → what the last line says. Nothing of it is wrong: exit code 0.
FINE: list[tuple[Callable[[GoogleDesk], str], str]] = [
    (all_well, "“a review” can be read: 3 tabs"),
    (empty_folder, "“Reviews” can be listed: 0 spreadsheets"),
    (the_portfolio, "“Portfolio” can be read: 1 tab"),
    (by_any_address, "“Portfolio” can be read: 1 tab"),
    (read_only_spreadsheet, "cannot be written; as a portfolio, share it with ROBOT as an editor"),
    (read_only_folder, "takes no new files from ROBOT: reviews can be read, not made there"),
    (folder_of_a_person, "a service account owns no storage, so gatebook new cannot make forms"),
]


@pytest.mark.parametrize(("place", "said"), FINE, ids=[place.__name__ for place, _ in FINE])
def test_what_is_fine(place: Callable[[GoogleDesk], str], said: str, desk: GoogleDesk) -> None:
    ran = desk.run("doctor", place(desk))
    assert (ran.code, problems(ran)) == (0, []), ran.out
    assert f"signed in as {desk.robot}: share folders and spreadsheets with this" in ran.out
    assert "for spreadsheets.readonly, drive.metadata.readonly" in ran.out
    assert said.replace("ROBOT", desk.robot) in ran.out.splitlines()[-1]


def no_such_folder(desk: GoogleDesk) -> str:
    return folder_address("1234567890abcdef")


def unshared_folder(desk: GoogleDesk) -> str:
    return folder_address(desk.server.folder("Private", STRANGER))


def unshared_spreadsheet(desk: GoogleDesk) -> str:
    return spreadsheet_address(desk.server.spreadsheet("Private", STRANGER))


def trashed_folder(desk: GoogleDesk) -> str:
    folder = desk.server.folder("Old", STRANGER, share={desk.robot: "reader"})
    desk.server.trash(folder)
    return folder_address(folder)


def trashed_spreadsheet(desk: GoogleDesk) -> str:
    book = desk.server.spreadsheet("Old", STRANGER, share={desk.robot: "reader"})
    desk.server.trash(book)
    return spreadsheet_address(book)


def drive_off(desk: GoogleDesk) -> str:
    desk.server.disabled_apis.add("drive")
    return desk.reviews


def sheets_off(desk: GoogleDesk) -> str:
    desk.server.disabled_apis.add("sheets")
    return desk.portfolio


def sheets_off_empty_folder(desk: GoogleDesk) -> str:
    desk.server.disabled_apis.add("sheets")
    return desk.reviews


def an_excel_file(desk: GoogleDesk) -> str:
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    desk.server.upload("old.xlsx", PERSON, b"PK", mime_type=kind, parent=desk.drive)
    return desk.reviews


def no_key(desk: GoogleDesk) -> str:
    use(desk, credentials="nowhere.json")
    return desk.reviews


def another_site(desk: GoogleDesk) -> str:
    return "https://example.com/drive/folders/1234567890abcdef"


# What stands in the way → what is said, and what to do. Exit code 2.
WRONG: list[tuple[Callable[[GoogleDesk], str], str, str]] = [
    (no_such_folder, "is not there, or not shared", "share it with ROBOT."),
    (unshared_folder, "is not there, or not shared", "share it with ROBOT."),
    (unshared_spreadsheet, "is not shared with the identity in use", "Share it with ROBOT;"),
    (trashed_folder, "“Old” is in the trash", "Restore it"),
    (trashed_spreadsheet, "“Old” is in the trash", "Restore it"),
    (drive_off, "the Google Drive API is off", "apis/api/drive.googleapis.com/overview?project="),
    (
        sheets_off,
        "the Google Sheets API is off",
        "apis/api/sheets.googleapis.com/overview?project=",
    ),
    (sheets_off_empty_folder, "the Google Sheets API is off", "Turn it on (https://console"),
    (an_excel_file, "an Excel workbook in Drive (old.xlsx)", "Save as Google Sheets"),
    (no_key, "nowhere.json is not there", "Check its path. Give a key file"),
    (another_site, "is no address of a Google spreadsheet or Drive folder", "from the browser"),
]


@pytest.mark.parametrize(("place", "said", "remedy"), WRONG, ids=[row[0].__name__ for row in WRONG])
def test_what_is_wrong(
    place: Callable[[GoogleDesk], str], said: str, remedy: str, desk: GoogleDesk
) -> None:
    ran = desk.run("doctor", place(desk))
    ((reason, what_to_do),) = problems(ran)
    assert ran.code == 2
    assert said in reason
    assert remedy.replace("ROBOT", desk.robot) in what_to_do
    assert "gatebook doctor" not in ran.out  # it would send people round in circles


def test_quiet_says_only_what_is_wrong(desk: GoogleDesk) -> None:
    assert desk.run("doctor", desk.reviews, "--quiet").out == ""
    ran = desk.run("doctor", unshared_folder(desk), "--quiet")
    assert [line[:3] for line in ran.out.splitlines()] == ["NO ", "   "]


# The scopes a person agreed to → what is wrong.
AGREED = [
    (("spreadsheets.readonly", "drive.metadata.readonly"), ""),
    (("spreadsheets", "drive"), ""),
    (("spreadsheets.readonly",), "does not cover what Google Drive needs (a missing scope)"),
    (("drive.metadata.readonly",), "does not cover what Google Sheets needs (a missing scope)"),
    # Sees the folder not at all.
    (("drive.file",), "is not there, or not shared with the identity in use"),
]


@pytest.mark.parametrize(("scopes", "said"), AGREED)
def test_what_a_person_agreed_to(
    scopes: tuple[str, ...], said: str, desk: GoogleDesk, person_file: Callable[..., Path]
) -> None:
    use(desk, credentials=person_file(PERSON, *scopes).as_posix())
    ran = desk.run("doctor", desk.reviews)
    found = problems(ran)
    if not said:
        assert (ran.code, found) == (0, [])
        return
    ((reason, remedy),) = found
    assert ran.code == 2
    assert said in reason
    assert ("Sign in again" in remedy) == ("scope" in said)


def test_a_sign_in_of_gcloud_needs_a_project(
    desk: GoogleDesk, person_file: Callable[..., Path]
) -> None:
    file = person_file(PERSON, "spreadsheets", "drive")
    use(desk, credentials=file.as_posix())
    desk.server.wants_quota_project = True
    ran = desk.run("doctor", desk.reviews)
    ((reason, remedy),) = problems(ran)
    assert ran.code == 2
    assert "names no Google Cloud project" in reason
    assert "gcloud auth application-default set-quota-project YOUR-PROJECT" in remedy

    named = json.loads(file.read_text(encoding="utf-8")) | {"quota_project_id": "pilot-reviews"}
    file.write_text(json.dumps(named), encoding="utf-8")
    assert desk.run("doctor", desk.reviews).code == 0


def test_a_sign_in_that_was_taken_back(desk: GoogleDesk, person_file: Callable[..., Path]) -> None:
    use(desk, credentials=person_file(PERSON, "spreadsheets", "drive").as_posix())
    desk.server.auth.refresh_tokens.clear()
    ran = desk.run("doctor", desk.reviews)
    ((reason, remedy),) = problems(ran)
    assert ran.code == 2
    assert "expired or revoked" in reason
    assert "sign in again as the person" in remedy


@pytest.mark.parametrize(("role", "code"), [("writer", 0), ("reader", 2)])
def test_the_portfolio_of_the_configuration_must_be_writable(
    role: str, code: int, desk: GoogleDesk
) -> None:
    desk.server.share(desk.portfolio_id, desk.robot, role)
    text = desk.config.read_text(encoding="utf-8")
    desk.config.write_text(f'portfolio = "{desk.portfolio}"\n{text}', encoding="utf-8")
    ran = desk.run("doctor")
    assert ran.code == code
    assert "for spreadsheets, drive.metadata.readonly" in ran.out
    if code:
        assert problems(ran) == [
            ("“Portfolio” cannot be written", f"Share it with {desk.robot} as an editor.")
        ]


def test_it_acts_as_the_account_that_is_named(desk: GoogleDesk) -> None:
    other = desk.server.robot("gatebook@pilot-reviews.iam.gserviceaccount.com").email
    desk.server.auth.impersonators.add((desk.robot, other))
    use(desk, iam_api=f"{desk.server.url}/iamcredentials")
    ran = desk.run("doctor", desk.reviews, "--impersonate", other)
    ((reason, remedy),) = problems(ran)
    assert f"signed in as {other}" in ran.out
    assert "not shared" in reason
    assert other in remedy
    desk.server.share(desk.drive, other, "reader")
    assert desk.run("doctor", desk.reviews, "--impersonate", other).code == 0


def test_nothing_is_changed(desk: GoogleDesk) -> None:
    all_well(desk)
    desk.server.forget()
    desk.run("doctor", desk.reviews, desk.portfolio)
    assert {one.verb for one in desk.server.sent()} == {"GET"}


def test_a_service_account_may_own_storage(desk: GoogleDesk) -> None:
    """Older ones do; doctor cannot know, so `new` has the last word."""
    robot: Person = desk.server.store.people[desk.robot]
    desk.server.store.people[desk.robot] = Person(robot.email, robot.name, True, True)
    ran = desk.run("new", "Helper", "--lead", "Mia Kovac", "--to", folder_of_a_person(desk))
    assert ran.code == 0


def test_without_a_place_it_says_that_the_sign_in_was_not_checked(desk: GoogleDesk) -> None:
    ran = desk.run("doctor")
    assert ran.code == 0
    assert "The sign-in to Google is checked where the location is" in ran.out
