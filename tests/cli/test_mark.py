"""`gatebook mark` on disk: a list beside the file, made anew, gone when mended, never anybody else's."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from openpyxl.comments import Comment

from gatebook.domain.review import Status
from tests.cli.conftest import Office, Ran, review_of, unmarked, with_red, with_yellow
from tests.support.builders import LAUNCH, TODAY, with_row
from tests.support.libreoffice import LibreOffice

LIST = "chat - needs attention.xlsx"


def mark(office: Office, *arguments: object, place: str = "reviews") -> Ran:
    return office.run("mark", place, "--today", TODAY, *arguments)


def spoil(office: Office, name: str = "chat.xlsx") -> Path:
    """A form with two findings: no date in a plan, no owner."""
    review = with_row(
        review_of("Chat"), 5, status=Status.YELLOW, next_action="Build", due=None, artifact=""
    )
    return office.form(name, with_row(review, 7, owner=""))


def files(office: Office) -> set[str]:
    return {path.name for path in office.reviews.rglob("*") if path.is_file()}


def listed(office: Office, name: str = LIST) -> list[tuple[Any, ...]]:
    """The rows of a list: gate, place, found, to do; and where the place leads."""
    sheet = openpyxl.load_workbook(office.reviews / name).worksheets[0]
    rows = []
    for row in sheet.iter_rows():
        link = row[2].hyperlink if len(row) > 2 else None
        if link:
            rows.append((*(cell.value for cell in row[1:5]), link.target, link.location))
    return rows


def test_each_finding_is_a_row_that_leads_to_its_cell(office: Office) -> None:
    spoil(office)
    ran = mark(office)
    assert (ran.code, ran.err) == (0, "")
    assert ran.out.splitlines() == [
        f"reviews/{LIST}: 2 set, 0 removed, 0 unchanged",
        "Marks: 2 set, 0 removed, 0 unchanged.",
    ]
    findings = office.check("--json").json["reviews"][0]["findings"]
    found = sorted(findings, key=lambda one: int(one["cell"][1:]))
    assert [row[1:] for row in listed(office)] == [
        (
            f"Review {one['cell']}",
            one["message"],
            one["remedy"],
            "chat.xlsx",
            f"'Review'!{one['cell']}",
        )
        for one in found
    ]
    assert [row[0].split()[0] for row in listed(office)] == ["5", "7"]


def test_the_form_itself_is_not_touched(office: Office) -> None:
    path = spoil(office)
    before = hashlib.sha256(path.read_bytes()).digest(), path.stat().st_mtime_ns
    mark(office)
    assert (hashlib.sha256(path.read_bytes()).digest(), path.stat().st_mtime_ns) == before


def test_the_same_again_writes_nothing(office: Office) -> None:
    spoil(office)
    mark(office)
    os.utime(office.reviews / LIST, (1, 1))
    ran = mark(office, "--json")
    (sheet,) = ran.json["marks"]["sheets"]
    assert sheet == {
        "location": "reviews/chat.xlsx",
        "place": f"reviews/{LIST}",
        "set": 0,
        "removed": 0,
        "unchanged": 2,
    }
    assert (office.reviews / LIST).stat().st_mtime == 1


def test_the_list_is_gone_with_its_cause(office: Office) -> None:
    spoil(office)
    mark(office)
    office.form("chat.xlsx", review_of("Chat"))
    ran = mark(office)
    assert ran.out.splitlines()[-1] == "Marks: 0 set, 2 removed, 0 unchanged."
    assert files(office) == {"chat.xlsx"}


def test_a_list_says_what_is_left(office: Office) -> None:
    spoil(office)
    mark(office)
    office.form("chat.xlsx", with_row(review_of("Chat"), 7, owner=""))
    mark(office)
    assert [row[0].split()[0] for row in listed(office)] == ["7"]


@pytest.mark.parametrize("gone", ["chat.xlsx", ""])
def test_a_list_whose_file_is_gone_goes_too(gone: str, office: Office) -> None:
    spoil(office)
    office.form("fine.xlsx", review_of("Fine"))
    mark(office)
    if gone:
        (office.reviews / gone).unlink()
        mark(office)
    else:
        mark(office, "--clear")
    assert LIST not in files(office)


def test_nothing_lies_beside_a_form_that_nobody_has_begun(office: Office) -> None:
    office.form("blank.xlsx", unmarked(review_of("Blank")))
    mark(office)
    assert files(office) == {"blank.xlsx"}


def test_only_the_newest_review_is_told(office: Office) -> None:
    spoil(office, "old.xlsx")
    newer = review_of("Chat", on=TODAY)
    office.form("new.xlsx", with_yellow(newer, 5, LAUNCH))
    mark(office)
    assert "old - needs attention.xlsx" not in files(office)


def test_a_file_that_cannot_be_read_says_so_beside_it(office: Office) -> None:
    (office.reviews / "torn.xlsx").write_bytes(b"PK\x03\x04 torn")
    ran = mark(office)
    assert ran.code == 1
    assert "torn - needs attention.xlsx" in files(office)
    (row,) = listed(office, "torn - needs attention.xlsx")
    assert row[4:] == ("torn.xlsx", None)


@pytest.mark.parametrize("findings", [True, False])
def test_a_file_of_that_name_that_is_not_ours_stays(findings: bool, office: Office) -> None:
    if findings:
        spoil(office)
    else:
        office.form("chat.xlsx", review_of("Chat"))
    book = openpyxl.Workbook()
    book.worksheets[0]["B2"] = "My own list"
    book.save(office.reviews / LIST)
    before = (office.reviews / LIST).read_bytes()
    ran = mark(office)
    assert (office.reviews / LIST).read_bytes() == before
    assert ran.code == int(findings)
    assert ("gatebook did not make it" in ran.err) == findings


def _put(cell: str, text: str) -> Callable[[Any], None]:
    return lambda sheet: sheet.__setitem__(cell, text)


def _append(cell: str, text: str) -> Callable[[Any], None]:
    return lambda sheet: sheet.__setitem__(cell, f"{sheet[cell].value}{text}")


def _comment(sheet: Any) -> None:
    sheet["D6"].comment = Comment("on it until Friday", "Bo")


_BY_HAND = {
    "a word beside it": _put("H6", "Bo does this"),
    "a tick": _put("H6", "✓"),
    "a thumb": _put("G7", "👍"),
    "a question mark behind a text": _append("D6", "?"),
    "a comment": _comment,
}


@pytest.mark.parametrize("what", _BY_HAND)
@pytest.mark.parametrize("mended", [True, False])
def test_a_list_that_somebody_has_written_into_stays(
    mended: bool, what: str, office: Office
) -> None:
    spoil(office)
    mark(office)
    book = openpyxl.load_workbook(office.reviews / LIST)
    _BY_HAND[what](book.worksheets[0])
    book.save(office.reviews / LIST)
    before = (office.reviews / LIST).read_bytes()
    office.form("chat.xlsx", review_of("Chat") if mended else with_red(review_of("Chat"), 3))
    ran = mark(office)
    assert ran.code == 1
    assert "somebody has written into reviews/chat - needs attention.xlsx" in ran.err
    assert (office.reviews / LIST).read_bytes() == before


def test_a_list_that_was_only_opened_and_saved_is_still_ours(office: Office) -> None:
    spoil(office)
    mark(office)
    openpyxl.load_workbook(office.reviews / LIST).save(office.reviews / LIST)
    office.form("chat.xlsx", review_of("Chat"))
    assert mark(office).code == 0
    assert files(office) == {"chat.xlsx"}


@pytest.mark.engine("libreoffice", "uno")
@pytest.mark.xdist_group("libreoffice")
def test_a_list_that_libreoffice_saved_is_still_ours(
    office: Office, libreoffice: LibreOffice
) -> None:
    path = spoil(office)
    book = openpyxl.load_workbook(path)
    book["Review"]["D16"] = "✓ “odd” – 👍 \t<&>"
    book.save(path)
    mark(office)
    with libreoffice.open(office.reviews / LIST) as opened:
        opened.save((office.reviews / LIST).resolve())
    office.form("chat.xlsx", review_of("Chat"))
    assert mark(office).code == 0
    assert files(office) == {"chat.xlsx"}


@pytest.mark.parametrize("place", ["reviews", "reviews/*.xlsx", "reviews/**/*.xlsx"])
def test_lists_are_no_reviews_and_no_trouble(place: str, office: Office) -> None:
    spoil(office)
    mark(office)
    ran = office.run("check", place, "--today", TODAY, "--json")
    assert (ran.code, ran.err) == (0, "")
    assert [one["location"] for one in ran.json["reviews"]] == ["reviews/chat.xlsx"]
    ran = office.run("sync", place, "--portfolio", "portfolio.xlsx", "--today", TODAY, "--json")
    assert (ran.code, ran.json["read"], ran.json["unreadable"]) == (0, 1, 0)
    shown = office.run("check", place, "--today", TODAY, "--verbose")
    assert f"passed over: reviews/{LIST}: gatebook's list of what needs attention" in shown.err


def test_a_list_that_was_named_is_quietly_no_review(office: Office) -> None:
    spoil(office)
    mark(office)
    ran = office.run("check", f"reviews/{LIST}")
    assert (ran.code, ran.err) == (0, "No review found here. gatebook new makes one.\n")


def test_a_dry_run_writes_nothing(office: Office) -> None:
    spoil(office)
    ran = mark(office, "--dry-run")
    assert ran.out.splitlines()[-1] == (
        "Marks: 2 set, 0 removed, 0 unchanged. Nothing was written (--dry-run)."
    )
    assert files(office) == {"chat.xlsx"}


def test_without_a_place_it_says_what_to_do(office: Office) -> None:
    ran = office.run("mark")
    assert ran.code == 2
    assert "no location to mark" in ran.err


def test_sync_with_mark_says_that_lists_are_made_by_mark(office: Office) -> None:
    spoil(office)
    ran = office.sync("--mark")
    assert ran.code == 0
    assert "--mark is for Google; gatebook mark writes lists beside files" in ran.err
    assert files(office) == {"chat.xlsx"}
