"""`gatebook repair`: files and folders, what is printed, what is never touched."""

from __future__ import annotations

from pathlib import Path

import openpyxl
import pytest
from openpyxl.comments import Comment

from gatebook.backends.excel.backend import ExcelBackend
from gatebook.backends.protocol import Source
from gatebook.cli.making import Form
from gatebook.domain.review import Review
from gatebook.sheets.review_form import read_reviews
from tests.cli.conftest import Office, Ran, review_of, with_red
from tests.support.builders import TODAY, TWELVE
from tests.support.libreoffice import LibreOffice

NEW = "out/router review 2026-11-20 repaired.xlsx"


def repair(office: Office, *arguments: object) -> Ran:
    return office.run("repair", *arguments, "--today", TODAY)


def damaged(
    office: Office, name: str = "router.xlsx", comment: str = "ask Legal", **typed: str
) -> Path:
    """A form of "Router" with gate 3 red, its Status header renamed, and texts typed into cells."""
    path = office.form(name, with_red(review_of("Router"), 3))
    book = openpyxl.load_workbook(path)
    sheet = book["Review"]
    for row in sheet.iter_rows():
        for cell in row:
            if cell.value == "Status":
                cell.value = "Ampel"
    for place, text in typed.items():
        sheet[place] = text
    sheet["M3"].comment = Comment(comment, "Ana")
    book.save(path)
    return path


def read(path: Path) -> Review:
    (review,) = read_reviews(
        ExcelBackend().read(Source(str(path))), {TWELVE.id: TWELVE}, TWELVE
    ).reviews
    return review


def test_a_fresh_form_is_made_and_the_old_file_is_not_touched(office: Office) -> None:
    old = damaged(office, M4="=my note")
    before = old.read_bytes()
    ran = repair(office, "reviews/router.xlsx", "--to", "out")
    assert (ran.code, ran.out) == (0, f"{NEW}\n")
    assert old.read_bytes() == before
    review = read(office.folder / NEW)
    assert [row.status for row in review.rows] == ["green", "green", "red", *["green"] * 9]
    assert (review.stamp.review_id, review.sign_off.name) == ("router-2026-11-20", "")
    assert "recognised by its word or place" in ran.err
    assert "Review!M3: “ask Legal”: a comment on a cell" in ran.err
    assert "move the old file out of the folder" in ran.err
    sheet = openpyxl.load_workbook(office.folder / NEW)["Leftovers"]
    found = {cell.value: cell.data_type for cell in sheet["F"]}
    assert found["ask Legal"] == "s"
    assert found["Ampel"] == "s"
    assert "f" not in found.values()


def test_what_stands_on_the_guide_is_listed(office: Office) -> None:
    path = damaged(office)
    book = openpyxl.load_workbook(path)
    book["Guide"]["Z9"] = "Mia has the key"
    book["Guide"]["B3"].comment = Comment("ask Mia first", "Ana")
    book.save(path)
    ran = repair(office, "reviews/router.xlsx", "--to", "out")
    assert "Guide!Z9: “Mia has the key”" in ran.err
    assert "Guide!B3: “ask Mia first”: a comment on a cell" in ran.err
    assert "look through the tab Leftovers" in ran.err


def test_old_and_new_are_one_review_and_the_new_one_counts(office: Office) -> None:
    """Until the old one is moved away, `check` says that there are two."""
    path = office.form("router.xlsx", review_of("Router"), modified=1_700_000_000)
    repair(office, path, "--to", "reviews")
    (one, two) = office.check("--json").json["reviews"]
    assert (one["review_id"], one["system_id"]) == (two["review_id"], two["system_id"])
    codes = {f["code"]: f["message"] for f in one["findings"]}
    assert "repaired.xlsx" in codes["duplicate-review"]
    path.unlink()
    (alone,) = office.check("--json").json["reviews"]
    assert (alone["decision"], alone["findings"]) == ("launch", [])


def test_of_a_folder_only_what_needs_it(office: Office) -> None:
    office.form("fine.xlsx", review_of("Fine"))
    damaged(office)
    ran = repair(office, "reviews", "--to", "out/")
    assert (ran.code, ran.out) == (0, f"{NEW}\n")
    assert "needs no repair: reviews/fine.xlsx (Review)" in ran.err
    again = repair(office, "reviews", "--to", "out/")
    assert (again.code, again.out) == (0, "")
    assert f"kept: {NEW}" in again.err


@pytest.mark.engine("libreoffice", "uno")
@pytest.mark.xdist_group("libreoffice")
def test_a_form_that_libreoffice_saved_needs_no_repair(
    office: Office, libreoffice: LibreOffice
) -> None:
    path = office.form("fine.xlsx", review_of("Fine")).resolve()
    with libreoffice.open(path) as book:
        book.save(path)
    ran = repair(office, "reviews", "--to", "out/")
    assert (ran.code, ran.out) == (0, "")
    assert "needs no repair: reviews/fine.xlsx (Review)" in ran.err


def test_a_form_that_is_named_is_made_anew_whatever_it_needs(office: Office) -> None:
    office.form("fine.xlsx", review_of("Fine"))
    ran = repair(office, "reviews/fine.xlsx", "--to", "mine.xlsx")
    assert (ran.code, ran.out) == (0, "mine.xlsx\n")
    assert "Next: fill in what is missing." in ran.err
    assert "Leftovers" not in ran.err
    assert "Leftovers" not in openpyxl.load_workbook(office.folder / "mine.xlsx").sheetnames


def test_two_forms_of_one_review_get_two_files(office: Office) -> None:
    damaged(office, "a.xlsx")
    damaged(office, "b.xlsx")
    ran = repair(office, "reviews", "--to", "out")
    assert ran.out.splitlines() == [NEW, NEW.replace("repaired", "repaired 2")]


def test_nothing_is_overwritten(office: Office) -> None:
    path = damaged(office)
    before = path.read_bytes()
    ran = repair(office, path, "--to", path)
    assert (ran.code, ran.out) == (2, "")
    assert "never overwrites" in ran.err
    assert path.read_bytes() == before


def test_a_dry_run_says_all_and_writes_nothing(office: Office) -> None:
    damaged(office, M4="my note")
    ran = repair(office, "reviews", "--to", "out", "--dry-run")
    assert (ran.code, ran.out) == (0, "")
    assert "“my note”" in ran.err
    assert not (office.folder / "out").exists()


def test_json(office: Office) -> None:
    damaged(office, M4="my note")
    ran = repair(office, "reviews", "--to", "out", "--json")
    record = ran.json
    assert (ran.code, ran.err, record["schema"], record["written"]) == (0, "", 1, True)
    (form,) = record["forms"]
    assert form["to"] == NEW
    assert (form["decision_before"], form["decision"]) == (None, "delayed")
    assert form["sign_off_carried"] is False
    assert {
        "tab": "Review", "cell": "M4", "under": "", "gate": None, "found": "my note",
        "why": "it stands outside the form's boxes",
    } in form["left"]  # fmt: skip
    dry = repair(office, "reviews", "--to", "other", "--json", "--dry-run").json
    assert (dry["written"], dry["forms"][0]["to"]) == (False, None)


def test_what_nobody_can_read_is_said_and_the_others_are_repaired(office: Office) -> None:
    damaged(office)
    (office.reviews / "broken.xlsx").write_bytes(b"PK\x03\x04 not a zip")
    ran = repair(office, "reviews", "--to", "out")
    assert (ran.code, ran.out) == (1, f"{NEW}\n")
    assert "could not be read: reviews/broken.xlsx" in ran.err


@pytest.mark.parametrize("name", ["reviews/none.xlsx", "nowhere/"])
def test_a_place_that_is_not_there(office: Office, name: str) -> None:
    ran = repair(office, name, "--to", "out")
    assert ran.code == 2
    assert "What to do" in ran.err


def test_a_workbook_without_a_form_is_sent_to_adopt(office: Office) -> None:
    book = openpyxl.Workbook()
    book.create_sheet("Own")["A1"] = "Gate"
    book.save(office.folder / "own.xlsx")
    ran = repair(office, "own.xlsx", "--to", "out")
    assert (ran.code, ran.out) == (2, "")
    assert "gatebook adopt" in ran.err


def test_the_leftovers_of_a_repaired_form_are_no_review(office: Office) -> None:
    """Whatever they quote, even a form's own stamp."""
    damaged(office, comment="gatebook:review;schema=1;checklist=x@1;system=a;review=b")
    repair(office, "reviews", "--to", "out")
    assert openpyxl.load_workbook(office.folder / NEW)["Leftovers"]["A1"].value
    record = office.run("check", "out", "--json", "--today", TODAY).json
    assert (len(record["reviews"]), record["unreadable"]) == (1, [])


def test_in_google_it_is_looked_for_by_a_key_of_its_own() -> None:
    """The old form has the same review id: an answer that is lost must not lead to that one."""
    review = review_of("Router")
    keys = {Form(review, TWELVE).key, Form(review, TWELVE, (), "router repaired.xlsx").key}
    assert len(keys) == 2
