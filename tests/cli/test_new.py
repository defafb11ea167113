"""`gatebook new`: forms from options and from lists. Source: CLI.md."""

from __future__ import annotations

import re
import time
from pathlib import Path

import click
import openpyxl
import pytest

from gatebook.backends.excel.backend import ExcelBackend
from gatebook.backends.protocol import Source
from gatebook.cli.new import command
from gatebook.domain.review import LOW_STAKES, STANDARD, Review
from gatebook.pilots import AREA_WORDS, COLUMNS, STAKES_WORDS
from gatebook.sheets.review_form import read_reviews
from tests.cli.conftest import Office
from tests.support.builders import TWELVE

_CLAIMS = ("new", "Claims helper", "--lead", "Ana Ruiz")


def _read(path: Path) -> Review:
    grids = ExcelBackend().read(Source(str(path)))
    (review,) = read_reviews(grids, {TWELVE.id: TWELVE}, TWELVE).reviews
    return review


def _files(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


def test_a_form_carries_every_option(office: Office) -> None:
    ran = office.run(
        *_CLAIMS, "--owner", "Bo Li", "--backup", "Cy Ek", "--stakes", "low", "--customer-data",
        "--regulated", "hr", "--launch", "2026-12-14", "--date", "2026-11-20", "--to", "reviews/",
    )  # fmt: skip
    path = office.reviews / "claims-helper review 2026-11-20.xlsx"
    assert ran.code == 0
    assert ran.out.strip() == str(path.relative_to(office.folder))
    review = _read(path)
    assert (review.system, review.lead, review.owner) == ("Claims helper", "Ana Ruiz", "Bo Li")
    assert (review.backup, review.stakes, review.customer_data) == ("Cy Ek", LOW_STAKES, "Yes")
    assert (review.regulated_area, review.live) == ("HR", "No")
    assert (str(review.launch_date), str(review.review_date)) == ("2026-12-14", "2026-11-20")
    assert review.stamp.system_id == "claims-helper"
    assert re.fullmatch(r"claims-helper-2026-11-20-[0-9a-f]{8}", review.stamp.review_id)


def test_a_form_with_nothing_but_names_has_the_usual_answers(office: Office) -> None:
    assert office.run(*_CLAIMS, "--to", "reviews").code == 0
    review = _read(office.reviews / "claims-helper review.xlsx")
    assert (review.stakes, review.customer_data) == (STANDARD, "No")
    assert (review.regulated_area, review.live) == ("None", "No")
    assert re.fullmatch(r"claims-helper-undated-[0-9a-f]{8}", review.stamp.review_id)
    assert all(row.status is None and not row.owner for row in review.rows)


def test_the_next_review_of_a_system_is_the_same_system(office: Office) -> None:
    for day, system in (("2026-11-20", "Claims helper"), ("2026-12-20", " claims  HELPER ")):
        office.run("new", system, "--lead", "Ana", "--date", day, "--to", "reviews")
    first, second = (_read(path) for path in sorted(office.reviews.iterdir()))
    assert first.stamp.system_id == second.stamp.system_id
    assert first.stamp.review_id != second.stamp.review_id


@pytest.mark.parametrize(
    ("location", "expected"),
    [
        ("reviews", "reviews/claims-helper review.xlsx"),
        ("new/deep/", "new/deep/claims-helper review.xlsx"),
        ("plain", "plain/claims-helper review.xlsx"),
        ("2026.11/", "2026.11/claims-helper review.xlsx"),
        ("mine.XLSX", "mine.XLSX"),
        ("new/mine.xlsx", "new/mine.xlsx"),
    ],
)
def test_where_a_form_goes(office: Office, location: str, expected: str) -> None:
    assert office.run(*_CLAIMS, "--to", location).code == 0
    assert _files(office.folder) == [expected]


@pytest.mark.parametrize(
    "location", ["reviews.ods", "2026.11", "reviews/*", "", "https://x.example/a"]
)
def test_a_place_that_is_none_is_refused(office: Office, location: str) -> None:
    ran = office.run(*_CLAIMS, "--to", location)
    assert ran.code == 2
    assert "What to do" in ran.err
    assert sorted(path.name for path in office.folder.iterdir()) == ["reviews"]


def test_a_form_is_never_overwritten(office: Office) -> None:
    """PAINS 23: what people wrote stays."""
    path = office.reviews / "claims-helper review.xlsx"
    path.write_bytes(b"mine")
    ran = office.run(*_CLAIMS, "--to", "reviews")
    assert ran.code == 2
    assert str(path.relative_to(office.folder)) in ran.err
    assert "--date" in ran.err
    assert path.read_bytes() == b"mine"
    assert _files(office.folder) == ["reviews/claims-helper review.xlsx"]


@pytest.mark.parametrize("location", ["file/", "file/deep", "file/mine.xlsx", "n" * 300 + "/"])
def test_a_folder_that_cannot_be_made_is_a_message(office: Office, location: str) -> None:
    (office.folder / "file").write_text("in the way", encoding="utf-8")
    ran = office.run(*_CLAIMS, "--to", location)
    assert ran.code == 2
    assert "What to do" in ran.err
    assert "did not expect" not in ran.err


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("new", "--lead", "Ana"), "the system's name is missing"),
        (("new", "Claims"), "--lead"),
        ((*_CLAIMS, "--launch", "30/11/2026"), "--launch: found “30/11/2026”"),
        ((*_CLAIMS, "--date", "20261120"), "--date: found “20261120”"),
        ((*_CLAIMS, "--date", "1926-11-20"), "expected a day from 2015-01-01 to 2049-12-31"),
        ((*_CLAIMS, "--from", "pilots.csv"), "do not go together"),
        (("new", "--from", "pilots.csv"), "pilots.csv cannot be read"),
        (("new", "--from", "reviews"), "reviews cannot be read"),
    ],
)
def test_wrong_usage_makes_nothing(office: Office, arguments: tuple[str, ...], said: str) -> None:
    """PAINS 15 and 30: found, expected, what to do; no date is guessed."""
    ran = office.run(*arguments, "--to", "made")
    assert ran.code == 2
    assert said in ran.err
    assert not (office.folder / "made").exists()


def test_names_that_are_no_person_are_warned_about(office: Office) -> None:
    ran = office.run(
        "new", "Claims", "--lead", "Pilot team", "--owner", "TBD", "--backup", "Steamer Lee",
        "--to", "a.xlsx", "--quiet",
    )  # fmt: skip
    assert ran.code == 0
    assert "Pilot lead: “Pilot team” is not one person" in ran.err
    assert "Production owner: “TBD” is not one person" in ran.err
    assert "Steamer" not in ran.err
    assert _read(office.folder / "a.xlsx").owner == "TBD"


def test_a_backup_who_is_the_owner_is_warned_about(office: Office) -> None:
    ran = office.run(*_CLAIMS, "--owner", "Bo Li", "--backup", "bo  li", "--to", "a.xlsx")
    assert ran.code == 0
    assert "both production owner and backup" in ran.err


def test_quiet_prints_the_form_and_nothing_else(office: Office) -> None:
    ran = office.run(*_CLAIMS, "--to", "a.xlsx", "--quiet")
    assert (ran.out, ran.err) == ("a.xlsx\n", "")


def test_the_command_that_is_named_next_works(office: Office) -> None:
    ran = office.run(*_CLAIMS, "--to", "reviews")
    (next_command,) = re.findall(r'gatebook (check) "(.*)"', ran.err)
    assert office.run(*next_command).code == 0


def test_paper_and_organisation_reach_the_form(office: Office) -> None:
    (office.folder / "gatebook.toml").write_text(
        '[form]\norganisation = "Example Ltd"\npaper = "Letter"\n', encoding="utf-8"
    )
    letter, a4 = 1, 9  # The codes of paper sizes in OOXML, ST_PaperSize.
    for arguments, size in (((), letter), (("--paper", "a4"), a4)):
        office.run(*_CLAIMS, "--to", f"{size}.xlsx", *arguments)
        sheet = openpyxl.load_workbook(office.folder / f"{size}.xlsx")["Review"]
        assert str(sheet.page_setup.paperSize) == str(size)
        assert str(sheet["A1"].value).startswith("Example Ltd")


def test_accent_and_logo_reach_the_form(office: Office) -> None:
    (office.folder / "gatebook.toml").write_text(
        '[form]\naccent = "#7A1F5C"\nlogo = "Example Ltd"\n', encoding="utf-8"
    )
    office.run(*_CLAIMS, "--to", "a.xlsx")
    sheet = openpyxl.load_workbook(office.folder / "a.xlsx")["Review"]
    assert sheet["A1"].font.color.rgb == "FF7A1F5C"
    assert "Example Ltd" in {cell.value for row in sheet["A1:J12"] for cell in row}


def test_a_broken_checklist_stops_before_anything_is_made(office: Office) -> None:
    (office.folder / "own.toml").write_text('id = "own"\n', encoding="utf-8")
    ran = office.run(*_CLAIMS, "--to", "made", "--checklist", "own.toml")
    assert ran.code == 2
    assert "own.toml" in ran.err
    assert not (office.folder / "made").exists()


def test_a_list_makes_a_form_for_each_row(office: Office) -> None:
    (office.folder / "p.csv").write_text(
        "System;Pilot lead;stakes;date\nClaims;Ana;low;2026-11-30\nOrders;Bo;;\n", encoding="utf-8"
    )
    ran = office.run("new", "--from", "p.csv", "--to", "reviews")
    assert ran.code == 0
    assert _files(office.reviews) == ["claims review 2026-11-30.xlsx", "orders review.xlsx"]
    assert ran.out.splitlines() == [f"reviews/{name}" for name in _files(office.reviews)]
    assert "Made 2 forms in reviews." in ran.err
    assert _read(office.reviews / "claims review 2026-11-30.xlsx").stakes == LOW_STAKES


def test_a_list_run_again_keeps_what_is_there(office: Office) -> None:
    (office.reviews / "claims review.xlsx").write_bytes(b"mine")
    (office.folder / "p.csv").write_text("system,lead\nClaims,Ana\nOrders,Bo\n", encoding="utf-8")
    ran = office.run("new", "--from", "p.csv", "--to", "reviews")
    assert ran.code == 0
    assert "kept: reviews/claims review.xlsx" in ran.err
    assert "Made 1 form in reviews, and kept 1" in ran.err
    assert ran.out == "reviews/orders review.xlsx\n"
    assert (office.reviews / "claims review.xlsx").read_bytes() == b"mine"


def test_a_list_with_a_mistake_makes_nothing(office: Office) -> None:
    (office.folder / "p.csv").write_text(
        "system,lead,launch\nClaims,Ana,\nOrders,,soon\n", encoding="utf-8"
    )
    ran = office.run("new", "--from", "p.csv", "--to", "made")
    assert ran.code == 2
    assert "2 things to put right" in ran.err
    assert "p.csv, row 3, column lead" in ran.err
    assert "p.csv, row 3, column launch" in ran.err
    assert not (office.folder / "made").exists()


def test_a_list_needs_a_folder(office: Office) -> None:
    (office.folder / "p.csv").write_text("system,lead\nClaims,Ana\n", encoding="utf-8")
    assert office.run("new", "--from", "p.csv", "--to", "all.xlsx").code == 2
    assert _files(office.folder) == ["p.csv"]


def test_warnings_of_a_list_name_the_row(office: Office) -> None:
    (office.folder / "p.csv").write_text(
        "system,lead\nOrders,Bo\nClaims,AI team\n", encoding="utf-8"
    )
    ran = office.run("new", "--from", "p.csv", "--to", "reviews")
    assert "Claims (row 3): Pilot lead: “AI team”" in ran.err


def test_many_forms_are_made_in_one_go(office: Office) -> None:
    """Some 25 ms a form on a slow machine; far more means that something is parsed each time."""
    rows = "".join(f"System {number},Ana\n" for number in range(40))
    (office.folder / "p.csv").write_text("system,lead\n" + rows, encoding="utf-8")
    began = time.perf_counter()
    ran = office.run("new", "--from", "p.csv", "--to", "reviews")
    assert time.perf_counter() - began < 20
    assert len(_files(office.reviews)) == 40
    # No bar where nobody watches: this is no terminal.
    assert "Making forms" not in ran.err


def test_options_and_columns_are_the_same() -> None:
    options = {name.removeprefix("--") for p in command.params for name in p.opts}
    assert {column.option for column in COLUMNS} - {"system"} <= options
    choices = {
        str(option.name): set(option.type.choices)
        for option in command.params
        if isinstance(option.type, click.Choice)
    }
    assert choices["stakes"] == set(STAKES_WORDS)
    assert choices["regulated"] | {"none"} == set(AREA_WORDS)
