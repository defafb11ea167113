"""Files that no command may trip over: each is named, and all the others are still read."""

from __future__ import annotations

import os
import random
import re
import shutil
import sys
import time
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from openpyxl.utils import get_column_letter

from tests.abuse.marks import abuse
from tests.cli.conftest import Office, Ran, review_of, with_red
from tests.support import hostile

# No run over a handful of files may take longer, however they are made, seconds.
_PATIENCE = 20.0


@pytest.fixture
def sound(office: Office) -> Office:
    """An office with two sound reviews, one before and one after what a test puts between."""
    office.form("a.xlsx", review_of("First"))
    office.form("z.xlsx", with_red(review_of("Last"), 3))
    return office


def both_commands(office: Office) -> tuple[Ran, Ran]:
    """`check` and `sync` over the folder, in bounded time."""
    started = time.monotonic()
    ran = office.check("--json"), office.sync("--json")
    assert time.monotonic() - started < _PATIENCE
    return ran


def named(office: Office) -> dict[str, dict[str, Any]]:
    """The sheets that could not be read, by file name; the sound ones were read all the same."""
    check, sync = both_commands(office)
    assert (check.code, sync.code) == (1, 1)
    assert {"First", "Last"} <= {one["system"] for one in check.json["reviews"]}
    assert sync.json["written"] is True
    assert {"First", "Last"} <= {row["System"] for row in office.table("Portfolio")}
    unread: list[dict[str, Any]] = check.json["unreadable"]
    assert unread == sync.json["unreadable_sheets"]
    findings = [r for r in office.table("Findings") if r["Code"] == "sheet-unreadable"]
    assert len(findings) == len(unread)
    for one in unread:
        assert one["message"]
        assert one["remedy"]
        assert f"could not be read: {one['location']}" in check.err
        assert f"could not be read: {one['location']}" in sync.err
    rows = {row["System"] for row in office.table("Portfolio")}
    for one in unread:
        name = Path(one["location"]).name
        assert name in rows or f"{name} ({one['tab']})" in rows
    return {Path(one["location"]).name: one for one in unread}


@abuse("files", 20, 22, 24)
def test_every_hostile_file_is_named_and_the_sound_ones_are_read(sound: Office) -> None:
    """PAINS 20, 22, 24: empty, cut, damaged, encrypted, disguised, made to harm; all at once."""
    paths = hostile.write_hostile(sound.reviews)
    found = named(sound)
    assert set(found) == {path.name for path in paths.values()}
    for name, case in hostile.REFUSED.items():
        assert case.words in found[f"{name}.xlsx"]["message"]
        assert "gatebook itself failed" not in found[f"{name}.xlsx"]["message"]


def test_none_of_them_may_be_the_only_file(office: Office) -> None:
    """Asked for by name, one after the other."""
    for name in ("empty", "truncated", "encrypted", "ods", "entity-bomb"):
        path = office.folder / f"{name}.xlsx"
        path.write_bytes(hostile.REFUSED[name].make())
        ran = office.run("check", path.name)
        assert (ran.code, ran.out) == (1, "")
        assert re.fullmatch(rf"could not be read: {name}\.xlsx: .+\n  What to do: .+\n", ran.err), (
            ran.err
        )


def _noise(path: Path) -> None:
    path.write_bytes(random.Random(7).randbytes(1_000_000) * 50)


def _too_big(path: Path) -> None:
    with path.open("wb") as file:
        file.truncate(3_000_000_000)


def _zip_with_noise(path: Path) -> None:
    noise = random.Random(8).randbytes(1_000_000)
    with zipfile.ZipFile(path, "w") as package:
        for number in range(50):
            package.writestr(f"xl/media/{number}.bin", noise)


@pytest.mark.parametrize("make", [_noise, _too_big, _zip_with_noise])
@abuse("hostile", 22)
def test_large_files_of_nothing(sound: Office, make: Callable[[Path], None]) -> None:
    make(sound.reviews / "m.xlsx")
    try:
        assert set(named(sound)) == {"m.xlsx"}
    finally:
        (sound.reviews / "m.xlsx").unlink()


def test_a_workbook_with_large_pictures_is_still_read(sound: Office) -> None:
    path = sound.form("m.xlsx", review_of("Pictures"))
    with zipfile.ZipFile(path, "a") as package:
        package.writestr("xl/media/photo.png", random.Random(9).randbytes(30_000_000))
    check, sync = both_commands(sound)
    assert (check.code, sync.code) == (0, 0)
    assert sync.json["systems"] == 3
    path.unlink()


@abuse("files", 2)
def test_other_spreadsheets_by_their_ending(sound: Office) -> None:
    """PAINS 2: a review saved in another format is never left out silently."""
    for ending in (".ods", ".xls", ".xlsb", ".numbers"):
        (sound.reviews / f"m{ending}").write_bytes(b"x")
    found = named(sound)
    assert set(found) == {"m.ods", "m.xls", "m.xlsb", "m.numbers"}
    assert "OpenDocument" in found["m.ods"]["message"]
    assert ".xlsx" in found["m.ods"]["remedy"]


def test_a_folder_named_like_a_workbook_is_a_folder(sound: Office) -> None:
    (sound.reviews / "x.xlsx").mkdir()
    sound.form("x.xlsx/inner.xlsx", review_of("Inner"))
    check, sync = both_commands(sound)
    assert (check.code, sync.code) == (0, 0)
    assert "reviews/x.xlsx/inner.xlsx" in [one["location"] for one in check.json["reviews"]]


@abuse("files", 19)
def test_lock_files_and_hidden_files_are_no_trouble(sound: Office) -> None:
    """PAINS 19."""
    for name in ("~$a.xlsx", ".~lock.a.xlsx#", "._a.xlsx", ".DS_Store", "Thumbs.db", ".a.xlsx.swp"):
        (sound.reviews / name).write_bytes(b"x" * 165)
    check, sync = both_commands(sound)
    assert (check.code, sync.code) == (0, 0)
    assert check.err == ""
    assert sync.json["read"] == 2


@pytest.mark.skipif(sys.platform == "win32", reason="needs links, pipes and closed files")
@abuse("hostile", 2)
def test_links_to_nowhere_and_pipes(sound: Office) -> None:
    (sound.reviews / "lost.xlsx").symlink_to("nowhere.xlsx")
    (sound.reviews / "round.xlsx").symlink_to("round.xlsx")
    (sound.reviews / "circle").symlink_to(sound.reviews)
    os.mkfifo(sound.reviews / "pipe.xlsx")
    assert set(named(sound)) == {"lost.xlsx", "round.xlsx", "pipe.xlsx"}


@pytest.mark.skipif(sys.platform != "linux", reason="other systems refuse such names")
def test_a_file_whose_name_is_no_text(sound: Office) -> None:
    """Names from old archives; the review in it is read, shown, and linked to nothing."""
    odd = os.fsencode(str(sound.form("m.xlsx", review_of("Old")))).replace(
        b"m.xlsx", b"caf\xe9.xlsx"
    )
    os.rename(sound.reviews / "m.xlsx", odd)
    check, sync = both_commands(sound)
    assert (check.code, sync.code) == (0, 0)
    assert "Old" in [one["system"] for one in check.json["reviews"]]
    assert sound.row("Old")["Sync state"] == "Read"
    assert sound.sync("--json").json["written"] is False
    assert sound.check().code == 0


# Sheets that people, or other programs, have changed


def edit(path: Path, change: Callable[[Any], None], tab: str = "Review") -> None:
    book = openpyxl.load_workbook(path)
    change(book[tab])
    book.save(path)


def find(sheet: Any, text: str) -> Any:
    """The first cell whose text contains another."""
    return next(c for row in sheet.iter_rows() for c in row if text in str(c.value or ""))


def decisions(office: Office) -> dict[str, str]:
    check, sync = both_commands(office)
    assert check.code == sync.code
    found = {one["system"]: one["decision"] for one in check.json["reviews"]}
    listed = {row["System"]: row for row in office.table("Portfolio")}
    assert found.keys() <= listed.keys()
    return found


@abuse("files", 6, 24)
def test_a_cell_in_the_last_corner(sound: Office) -> None:
    """PAINS 6, 24."""
    edit(sound.reviews / "a.xlsx", lambda sheet: sheet.cell(1_048_576, 16_384, "far away"))
    assert decisions(sound) == {"First": "launch", "Last": "delayed"}


@abuse("files", 24)
def test_a_declared_dimension_is_not_believed(sound: Office) -> None:
    """PAINS 24: other programs write a wrong one, or none."""
    for name, dimension in (("a.xlsx", '<dimension ref="A1"/>'), ("z.xlsx", "")):
        path, new = sound.reviews / name, sound.folder / "new.zip"
        with zipfile.ZipFile(path) as old, zipfile.ZipFile(new, "w") as package:
            for item in old.namelist():
                data = old.read(item)
                if item.startswith("xl/worksheets/sheet"):
                    text = re.sub(r"<dimension [^>]*/>", dimension, data.decode())
                    data = text.encode()
                package.writestr(item, data)
        shutil.move(new, path)
    assert decisions(sound) == {"First": "launch", "Last": "delayed"}


@abuse("files", 25)
def test_a_file_of_a_mac_with_macros_in_its_name(sound: Office) -> None:
    """PAINS 25: .xlsm files are read, their macros never."""
    (sound.reviews / "a.xlsx").rename(sound.reviews / "a.xlsm")
    assert decisions(sound) == {"First": "launch", "Last": "delayed"}


@abuse("files", 8)
def test_a_workbook_that_is_no_review_is_passed_over(sound: Office) -> None:
    """PAINS 8: another template, a list, an empty workbook."""
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["Project", "Status", "Owner", "Due"])
    sheet.append(["Roof", "Green", "Bo Li", "soon"])
    book.save(sound.reviews / "list.xlsx")
    openpyxl.Workbook().save(sound.reviews / "blank.xlsx")
    assert decisions(sound) == {"First": "launch", "Last": "delayed"}
    err = sound.check("--verbose").err
    assert "list.xlsx: no review tab in it" in err
    assert "blank.xlsx: no review tab in it" in err


@abuse("files", 8)
def test_a_form_of_a_newer_gatebook_is_named(sound: Office) -> None:
    """PAINS 8."""
    path = sound.form("m.xlsx", review_of("Newer"))

    def newer(sheet: Any) -> None:
        cell = find(sheet, "schema=1")
        cell.value = cell.value.replace("schema=1", "schema=7")

    edit(path, newer)
    one = named(sound)["m.xlsx"]
    assert "schema 7" in one["message"]
    assert one["tab"] == "Review"


@pytest.mark.parametrize(
    "stamp",
    [
        "gatebook:review;schema=" + "9" * 6000 + ";checklist=twelve-gates@1;system=a;review=b",
        "gatebook:review;schema=1;checklist=twelve-gates@" + "9" * 6000 + ";system=a;review=b",
        "gatebook:review;schema=²;checklist=a@1;system=a;review=b",
        "gatebook:review",
        "gatebook:review;schema=1;checklist=twelve-gates@1;system=;review=",
        "gatebook:review;schema=1;checklist=twelve-gates@1;system=" + "x" * 30_000 + ";review=b",
        "gatebook:review;schema=1;checklist=twelve-gates@1;system=a|b#c' ;review= d ",
        None,
    ],
)
@abuse("files", 2, 7)
def test_a_stamp_that_somebody_spoilt(sound: Office, stamp: str | None) -> None:
    """PAINS 2, 7: the sheet is read by its labels, or named; and the next sync is quiet."""
    path = sound.form("m.xlsx", review_of("Spoilt"))
    edit(path, lambda sheet: setattr(find(sheet, "schema=1"), "value", stamp))
    found = decisions(sound)
    assert found["First"] == "launch"
    assert found["Spoilt"] == "launch"
    assert sound.sync("--json").json["written"] is False


def test_a_stamp_that_shows_an_error_or_formula(sound: Office) -> None:
    path = sound.form("m.xlsx", review_of("Spoilt"))
    edit(path, lambda sheet: setattr(find(sheet, "schema=1"), "value", '="gate"&"book"'))
    assert decisions(sound)["Spoilt"] == "launch"


def test_a_tab_with_two_forms_is_named(sound: Office) -> None:
    path = sound.form("m.xlsx", review_of("Twice"))

    def twice(sheet: Any) -> None:
        sheet["A60"] = find(sheet, "schema=1").value

    edit(path, twice)
    assert "two forms" in named(sound)["m.xlsx"]["message"]


@abuse("files", 3, 30)
def test_a_header_row_that_is_gone_is_named(sound: Office) -> None:
    """PAINS 3, 30."""
    path = sound.form("m.xlsx", review_of("No headers"))

    def lose(sheet: Any) -> None:
        row = find(sheet, "Next action").row
        for column in range(1, 20):
            sheet.cell(row, column).value = None

    edit(path, lose)
    one = named(sound)["m.xlsx"]
    assert "header" in one["message"]
    assert one["tab"] == "Review"


@abuse("files", 3)
def test_a_column_that_stands_there_twice_is_named(sound: Office) -> None:
    """PAINS 3."""
    path = sound.form("m.xlsx", review_of("Doubled"))

    def double(sheet: Any) -> None:
        row = find(sheet, "Next action").row
        sheet.cell(row, 30, "Owner")

    edit(path, double)
    assert "Owner stands there twice" in named(sound)["m.xlsx"]["message"]


@abuse("files", 13)
def test_a_formula_in_an_input_is_no_answer(sound: Office) -> None:
    """PAINS 13."""

    def formula(sheet: Any) -> None:
        header = find(sheet, "Status")
        column = get_column_letter(header.column)
        sheet[f"{column}{header.row + 2}"] = '="Green"'

    edit(sound.reviews / "a.xlsx", formula)
    assert decisions(sound)["First"] == "incomplete"
    (found,) = [o for o in sound.check("--json").json["reviews"] if o["system"] == "First"]
    assert "formula-in-input" in [finding["code"] for finding in found["findings"]]


@abuse("files", 2)
def test_a_hidden_review_tab_is_read(sound: Office) -> None:
    """PAINS 2."""

    def hide(sheet: Any) -> None:
        sheet.parent.active = 1
        sheet.sheet_state = "veryHidden"

    edit(sound.reviews / "a.xlsx", hide)
    assert decisions(sound) == {"First": "launch", "Last": "delayed"}


@abuse("files", 20)
def test_conflict_copies_are_named(sound: Office) -> None:
    """PAINS 20: as cloud drives name them; the one saved last counts."""
    original = sound.reviews / "a.xlsx"
    for place, name in enumerate(["a-LAPTOP7.xlsx", "Copy of a.xlsx", "a (1).xlsx"], 1):
        shutil.copy(original, sound.reviews / name)
        os.utime(sound.reviews / name, (1_700_000_000 + place,) * 2)
    os.utime(original, (1_700_000_000,) * 2)
    check, sync = both_commands(sound)
    assert (check.code, sync.code) == (0, 0)
    assert sync.json["systems"] == 2
    copies = [
        finding["message"]
        for one in check.json["reviews"]
        for finding in one["findings"]
        if finding["code"] == "duplicate-review"
    ]
    assert len(copies) == 4
    assert all("changed last counts: reviews/a (1).xlsx" in message for message in copies)
    assert sound.row("First")["Sheet"] == "a (1).xlsx"


def test_doctor_looks_into_an_object_store(office: Office) -> None:
    """It is listed like a folder, and is no address of Google's."""
    ran = office.run("doctor", "memory://reviews/nothing")
    assert ran.code == 2
    assert "nothing" in ran.out
    assert "Google" not in ran.out
