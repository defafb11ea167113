"""What the portfolio holds after a sync, and what of it survives the next one.

Source: SPEC, "Portfolio workbook". The file is edited with openpyxl as its reader would edit it.
"""

from __future__ import annotations

import json
import posixpath
import re
import shutil
import zipfile
from collections.abc import Callable
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import unquote
from xml.etree import ElementTree

import msgspec
import openpyxl
import pytest

from gatebook.domain.checklist import parse_checklist
from gatebook.domain.review import Attendee, SignOff, Status
from gatebook.sheets.model import Sheet, Workbook
from gatebook.sheets.review_form import review_workbook
from tests.abuse.marks import abuse
from tests.cli.conftest import (
    Office,
    delete_row,
    header_row,
    review_of,
    unmarked,
    with_red,
    with_yellow,
    write_form,
)
from tests.support.builders import LAUNCH, REVIEWED, TODAY, TWELVE, with_row

TABS = [
    *(
        "Portfolio",
        "Actions",
        "Findings",
        "Gates",
        "Owners",
        "Evidence",
        "Charts",
        "Review history",
        "Decisions",
        "Runs",
    )
]
TABLES = [tab for tab in TABS if tab != "Charts"]
TOMORROW = TODAY + timedelta(1)


def edit(path: Path, change: Callable[[Any], None]) -> None:
    """Change a workbook as a person does: open, change, save."""
    book = openpyxl.load_workbook(path)
    change(book)
    book.save(path)


def columns_of(sheet: Any) -> dict[str, int]:
    """Columns by header, counted from 1."""
    return {cell.value: cell.column for cell in sheet[header_row(sheet)] if cell.value}


def type_note(book: Any, system: str, text: object, header: str = "Notes") -> None:
    """Type something into a column of a system's row; the column is made where it is not there."""
    sheet = book["Portfolio"]
    at = columns_of(sheet)
    column = at.get(header) or max(at.values()) + 1
    sheet.cell(header_row(sheet), column, header)
    (row,) = [
        r
        for r in range(header_row(sheet) + 1, sheet.max_row + 1)
        if sheet.cell(r, at["System"]).value == system
    ]
    sheet.cell(row, column, text)


def sort_rows(sheet: Any, header: str = "System", *, descending: bool = False) -> None:
    """Sort the whole rows under the headers, links and all, as a person does."""
    at, first = columns_of(sheet)[header], header_row(sheet) + 1
    rows = [
        [(cell.value, cell.hyperlink) for cell in row] for row in sheet.iter_rows(min_row=first)
    ]
    rows.sort(key=lambda row: str(row[at - 1][0]), reverse=descending)
    for offset, row in enumerate(rows):
        for column, (value, link) in enumerate(row, 1):
            cell = sheet.cell(first + offset, column)
            cell.value = value
            cell.hyperlink = link.target if link and link.target else None


def above(sheet: Any) -> str:
    """All texts above the headers."""
    cells = (cell for row in sheet.iter_rows(max_row=header_row(sheet) - 1) for cell in row)
    return "\n".join(str(cell.value) for cell in cells if cell.value is not None)


# What it shows


def test_it_opens_on_portfolio_with_totals_and_the_time(office: Office) -> None:
    office.form("a.xlsx", review_of("A"))
    office.form("b.xlsx", with_red(review_of("B"), 3, date(2026, 11, 2)))
    office.form("c.xlsx", with_yellow(review_of("C"), 5, LAUNCH))
    office.form("d.xlsx", review_of("D", backup=""))
    (office.reviews / "e.xlsx").write_bytes(b"")
    assert office.sync().code == 1
    book = openpyxl.load_workbook(office.portfolio)
    assert book.sheetnames == TABS
    assert book.active is book["Portfolio"]
    sheet = book["Portfolio"]
    tiles = {sheet.cell(3, c).value: sheet.cell(2, c).value for c in range(2, 40)}
    numbers = {word: number for word, number in tiles.items() if word}
    assert [numbers.pop(word) for word in ("systems", "overdue actions", "not read this time")] == [
        *(4, 1, 1),
    ]
    # What remains are the four decisions.
    assert list(numbers.values()) == [1, 1, 1, 1]
    texts = above(sheet)
    assert re.search(r"\d{4}-\d\d-\d\d \d\d:\d\d UTC", texts)
    assert "B: 3 Confidential data handled (Mia Berg)" in texts
    assert "e.xlsx: the file is empty" in texts
    assert [row["System"] for row in office.table("Portfolio")] == ["e.xlsx", "B", "D", "C", "A"]


def test_a_row_shows_strip_counts_people_dates_and_what_blocks(office: Office) -> None:
    review = with_red(review_of("A", stakes="Low-stakes internal"), 2, LAUNCH)
    review = with_row(review, 2, approver="Dana Novak")
    review = with_red(review, 7, date(2026, 11, 22))
    office.form("a.xlsx", msgspec.structs.replace(review, regate_on=date(2026, 11, 30)))
    office.sync()
    row = office.row("A")
    assert row["Decision"] == "Launch delayed; re-gate on 2026-11-30"
    assert "".join(row[str(n)] for n in range(1, 13)) == "GYGGGGRGGGGG"
    assert [row[name] for name in ("Green", "Yellow", "Red", "Not marked")] == [10, 1, 1, 0]
    assert row["What blocks"] == "7 Failure handling defined (Mia Berg)"
    assert (row["Pilot lead"], row["Production owner"]) == ("Ana Ruiz", "Bo Li")
    assert row["Review date"] == datetime(2026, 11, 20)
    assert row["Next review"] == datetime(2026, 11, 30)
    assert row["Because"] == "re-gate of a delayed launch"
    assert row["Overdue actions"] == 1
    assert (row["Since last review"], row["Sync state"]) == ("First review", "Read")


def test_an_incomplete_review_says_what_is_not_filled_in(office: Office) -> None:
    review = with_row(review_of("A", backup=""), 3, artifact="")
    office.form("a.xlsx", with_row(review, 4, artifact=""))
    office.sync()
    row = office.row("A")
    assert row["Decision"] == "Review incomplete: 3 things to finish"
    assert "Green without proof (2)" in row["What blocks"]


def test_each_system_by_its_newest_review(office: Office) -> None:
    office.form("sept.xlsx", with_red(review_of("A", date(2026, 9, 18)), 3))
    office.form("oct.xlsx", with_yellow(review_of("A", date(2026, 10, 16)), 3, LAUNCH))
    office.form("nov.xlsx", review_of("A"))
    office.form("deep/b.xlsx", review_of("B"))
    told = office.sync("--json").json
    assert (told["read"], told["systems"], told["decisions"]["launch"]) == (4, 2, 2)
    row = office.row("A")
    assert row["Review date"] == datetime(2026, 11, 20)
    assert row["Since last review"] == "was “Launch with remediation plan”; gate 3 better"
    assert [r["Decision"] for r in office.table("Decisions") if r["System"] == "A"] == [
        "Launch delayed",
        "Launch with remediation plan",
        "Launch this week",
    ]


def test_a_form_prepared_for_the_next_review_replaces_no_review(office: Office) -> None:
    office.form("now.xlsx", with_red(review_of("A"), 3))
    office.form("next.xlsx", unmarked(review_of("A", None)))
    office.form("later.xlsx", unmarked(review_of("A", date(2026, 12, 4))))
    office.sync()
    assert office.row("A")["Decision"].startswith("Launch delayed")
    assert [action["Status"] for action in office.table("Actions")] == ["Red"]


def test_actions_overdue_first_then_by_date(office: Office) -> None:
    review = with_red(review_of("A"), 1, date(2026, 11, 30))
    review = with_yellow(review, 2, date(2026, 11, 3), "Ask the vendor")
    review = with_red(review, 3)
    review = with_yellow(review, 4, date(2026, 11, 21))
    review = with_row(review, 5, next_action="Done already", due=date(2026, 11, 1))
    office.form("a.xlsx", review)
    office.form("b.xlsx", with_yellow(review_of("B"), 6, date(2026, 11, 23)))
    office.sync()
    found = [(r["System"], r["Gate"][0], r["Days overdue"]) for r in office.table("Actions")]
    assert found == [
        ("A", "2", 20),
        ("A", "4", 2),
        ("B", "6", None),
        ("A", "1", None),
        ("A", "3", None),
    ]
    first = office.table("Actions")[0]
    assert (first["Status"], first["Next action"]) == ("Yellow", "Ask the vendor")
    assert (first["Owner"], first["Due"]) == ("Mia Berg", datetime(2026, 11, 3))


def test_findings_unreadable_first_then_launched_without_passing_then_block(
    office: Office,
) -> None:
    office.form("a.xlsx", review_of("A", backup=""))
    office.form("b.xlsx", with_red(review_of("B", date(2026, 9, 1)), 3))
    launched = review_of("B", live="Yes", launch_date=date(2026, 10, 1))
    office.form("c.xlsx", with_red(launched, 3, LAUNCH))
    (office.reviews / "z.xlsx").write_bytes(b"")
    office.sync()
    found = office.table("Findings")
    assert [row["Code"] for row in found[:3]] == [
        "sheet-unreadable",
        "launched-without-passing",
        "backup-missing",
    ]
    levels = [row["Level"] for row in found[2:]]
    assert levels == sorted(levels)
    for row in found:
        assert row["What was found"]
        assert row["What to do"]
    assert found[0]["System"] == "z.xlsx"
    assert found[2]["Tab"] == "Review"
    assert re.fullmatch(r"[A-Z]+[0-9]+", found[2]["Cell"])


def test_gates_show_shares_and_the_systems_that_are_red(office: Office) -> None:
    for number, name in enumerate("ABCD"):
        review = review_of(name)
        if number < 2:
            review = with_red(review, 7)
        if number == 2:
            review = with_row(with_yellow(review, 7, LAUNCH), 9, status=None)
        office.form(f"{name}.xlsx", review)
    office.sync()
    rows = {row["#"]: row for row in office.table("Gates")}
    assert next(iter(rows)) == 7
    assert [rows[7][name] for name in ("Red", "Yellow", "Green", "Not marked")] == [
        *(0.5, 0.25, 0.25, 0)
    ]
    assert (rows[7]["Red in"], rows[7]["Yellow in"]) == ("A, B", "C")
    assert rows[9]["Not marked"] == 0.25
    for row in rows.values():
        assert sum(row[name] for name in ("Red", "Yellow", "Green", "Not marked")) == 1


def test_regulated_areas_show_their_gates_and_that_it_is_no_verdict(office: Office) -> None:
    office.form("a.xlsx", with_red(review_of("A", regulated_area="HR"), 6))
    office.form("b.xlsx", review_of("B"))
    office.sync()
    assert office.row("A")["Regulated area"] == "HR: 3 G · 6 R · 7 G · 8 G · 12 G"
    assert office.row("B")["Regulated area"] is None
    sheet = openpyxl.load_workbook(office.portfolio)["Portfolio"]
    assert "no verdict on compliance" in above(sheet)
    assert [(r["Area"], r["Gate"][:2], r["Status"]) for r in office.table("Evidence")] == [
        ("HR", "3 ", "Green"),
        ("HR", "6 ", "Red"),
        ("HR", "7 ", "Green"),
        ("HR", "8 ", "Green"),
        ("HR", "12", "Green"),
    ]


# Links


def targets(path: Path, tab: str, *, view: bool = False) -> dict[str, tuple[str, str]]:
    """By cell: the address of its link as the file holds it, and the place in that workbook.

    Those of the table; with `view` those above it too.
    """
    sheet = openpyxl.load_workbook(path)[tab]
    return {
        cell.coordinate: (cell.hyperlink.target or "", cell.hyperlink.location or "")
        for row in sheet.iter_rows(min_row=1 if view else header_row(sheet))
        for cell in row
        if cell.hyperlink
    }


ODD_NAMES = [
    "two words.xlsx",
    "hash #1.xlsx",
    "it's 100% & more.xlsx",
    "Prüfung „Ärzte“ 審査.xlsx",
    "semi;colon, +plus (1).xlsx",
    "percent%20twice.xlsx",
    "[brackets]?.xlsx",
]


@pytest.mark.parametrize("name", ODD_NAMES)
def test_links_lead_to_the_file_tab_and_cell(office: Office, name: str) -> None:
    path = office.form(f"sub folder/{name}", with_red(review_of("A"), 3))
    office.sync()
    for tab in ("Portfolio", "Actions", "Findings"):
        found = targets(office.portfolio, tab, view=True)
        assert found
        for address, place in found.values():
            assert "#" not in address
            assert (office.folder / unquote(address)).samefile(path)
            assert place.startswith(("'Review'!", "Review!"))
    (action,) = office.table("Actions")
    (place,) = {place for _, place in targets(office.portfolio, "Actions").values()}
    sheet = openpyxl.load_workbook(path)["Review"]
    assert sheet[place.rpartition("!")[2]].value == action["Next action"] == "Fix it"


def test_links_count_from_the_portfolios_folder(office: Office) -> None:
    path = office.form("a.xlsx", review_of("A"))
    (office.folder / "out").mkdir()
    office.run("sync", "reviews", "--portfolio", "out/p.xlsx", "--today", TODAY)
    ((address, _),) = set(targets(office.folder / "out" / "p.xlsx", "Portfolio").values())
    assert address == "../reviews/a.xlsx"
    assert (office.folder / "out" / address).samefile(path)


def test_links_lead_into_a_tab_with_an_odd_name(office: Office) -> None:
    path = office.form("a.xlsx", review_of("A"))
    edit(path, lambda book: setattr(book["Review"], "title", "Ana's Q4 + more!"))
    office.sync()
    ((_, place),) = set(targets(office.portfolio, "Portfolio").values())
    assert place == "'Ana''s Q4 + more!'!A1"


@pytest.mark.parametrize("name", ODD_NAMES)
def test_the_link_of_a_vanished_sheet_stays_as_it_was(office: Office, name: str) -> None:
    """It is written anew from sync to sync, and must not be escaped twice."""
    path = office.form(name, review_of("A"))
    office.form("b.xlsx", review_of("B"))
    office.sync()

    def link() -> set[tuple[str, str]]:
        return set(targets(office.portfolio, "Portfolio").values())

    before = link()
    path.rename(office.folder / "away.xlsx")
    for day in range(3):
        office.form("b.xlsx", with_red(review_of("B"), 3 + day))
        office.sync(today=TODAY + timedelta(day))
        assert link() == before


# Text is data


DANGEROUS = ["=1+1", "+1", "-1", "@SUM(A1)", '=HYPERLINK("http://x.example","y")', "{=1}", "\t=1"]


@pytest.mark.parametrize("text", DANGEROUS)
@abuse("portfolio", 18)
def test_text_that_looks_like_a_formula_stays_text(office: Office, text: str) -> None:
    """PAINS 18, in every field that people fill in, and in the raw XML."""
    review = review_of(f"{text} s", lead=f"{text} l", owner=f"{text} o", backup=f"{text} b")
    review = msgspec.structs.replace(
        review,
        sign_off=SignOff(f"{text} n", f"{text} r", TODAY),
        attendees=(Attendee(f"{text} a", f"{text} t"),),
        rows=tuple(
            msgspec.structs.replace(
                row,
                status=Status.RED,
                owner=f"{text} w",
                next_action=f"{text} x",
                due=date(2026, 11, 1),
                artifact=f"{text} f",
                approver=f"{text} p",
            )
            for row in review.rows
        ),
    )
    name = re.sub(r"[/\t\"]", "", text)
    office.form(f"{name}.xlsx", review)
    office.sync()
    edit(office.portfolio, lambda book: type_note(book, office.table("Portfolio")[0]["System"], 1))
    office.sync(today=TOMORROW)
    with zipfile.ZipFile(office.portfolio) as package:
        sheets = [package.read(n).decode() for n in package.namelist() if "worksheets/sheet" in n]
    assert len(sheets) == len(TABS)
    for xml in sheets:
        assert "<f>" not in xml
        assert "<f " not in xml
    shown = [str(value) for tab in TABLES for row in office.table(tab) for value in row.values()]
    wanted = text.strip()
    for field in "slowx":
        assert any(f"{wanted} {field}" in value for value in shown), field
    book = openpyxl.load_workbook(office.portfolio)
    kinds = {cell.data_type for sheet in book for row in sheet.iter_rows() for cell in row}
    assert "f" not in kinds


def test_only_the_reviews_files_are_linked(office: Office) -> None:
    """A link or script in a sheet's text becomes no link in the portfolio."""
    review = with_row(with_red(review_of("http://x.example"), 3), 4, artifact="javascript:alert(1)")
    office.form("a.xlsx", review)
    office.sync()
    with zipfile.ZipFile(office.portfolio) as package:
        rels = [package.read(n) for n in package.namelist() if "worksheets/_rels" in n]
    nodes = [node for xml in rels for node in ElementTree.fromstring(xml)]
    found = {node.get("Target") for node in nodes if "hyperlink" in str(node.get("Type"))}
    assert found == {"reviews/a.xlsx"}


@pytest.mark.parametrize(
    "text",
    [
        "a_x0041_b",
        "line\r\nbreak",
        "two\n\nlines",
        "tab\tbell\x07",
        " spaces  ",
        "🤖" * 40,
        "x" * 40_000,
        "'quoted",
        "#REF!",
        "TRUE",
        "1e5",
        "007",
        "&amp; <b>",
        "\ufeffmark",
        "\ud800half",
    ],
)
def test_odd_text_does_not_make_every_sync_write(office: Office, text: str) -> None:
    review = with_red(review_of(f"{text} s", lead=f"{text}"), 3)
    review = with_row(review, 3, next_action=text, owner=text)
    office.form("a.xlsx", review)
    assert office.sync("--json").json["written"] is True
    assert office.sync("--json").json["written"] is False


# Growing and not changing


def test_decisions_grow_and_are_never_rewritten(office: Office) -> None:
    office.form("a.xlsx", with_red(review_of("A"), 3))
    office.sync()
    first = office.table("Decisions")
    office.form("a.xlsx", with_yellow(review_of("A"), 3, LAUNCH))
    office.form("b.xlsx", review_of("B", date(2026, 11, 24)))
    office.sync(today=TOMORROW)
    second = office.table("Decisions")
    assert second[: len(first)] == first
    assert [(r["System"], r["Decision"]) for r in second] == [
        ("A", "Launch delayed"),
        ("A", "Launch with remediation plan"),
        ("B", "Launch this week"),
    ]
    assert [r["Recorded on"].day for r in second] == [23, 24, 24]
    (office.reviews / "a.xlsx").unlink()
    office.sync(today=TOMORROW)
    assert office.table("Decisions") == second


def test_decisions_that_an_earlier_version_wrote_as_codes_are_known(office: Office) -> None:
    office.form("a.xlsx", with_red(review_of("A"), 3))
    office.sync()
    before = office.table("Decisions")

    def write(book: Any) -> None:
        sheet = book["Decisions"]
        sheet.cell(header_row(sheet) + 1, columns_of(sheet)["Decision"], "delayed")

    edit(office.portfolio, write)
    assert office.table("Decisions") != before
    office.sync()
    assert office.table("Decisions") == before


def test_the_past_is_not_recorded_again_when_the_system_is_renamed(office: Office) -> None:
    office.form("a.xlsx", review_of("A"))
    office.sync()
    renamed = review_of("A")
    office.form("a.xlsx", msgspec.structs.replace(renamed, system="A new name"))
    office.sync()
    assert [row["System"] for row in office.table("Decisions")] == ["A"]
    assert office.row("A new name")


def test_runs_are_added_only_when_something_changed(office: Office) -> None:
    office.form("a.xlsx", with_red(review_of("A"), 3))
    for _ in range(3):
        office.sync()
    (run,) = office.table("Runs")
    assert (run["Sheets read"], run["Could not be read"], run["What changed"]) == (
        1,
        0,
        "A: new → Launch delayed",
    )
    office.form("a.xlsx", review_of("A"))
    (office.reviews / "b.xlsx").write_bytes(b"")
    office.sync()
    runs = office.table("Runs")
    assert runs[0] == run
    assert runs[1]["Could not be read"] == 1
    assert runs[1]["What changed"] == "A: Launch delayed → Launch this week"


def test_nothing_is_written_when_nothing_changed(office: Office) -> None:
    office.form("a.xlsx", with_yellow(review_of("A"), 3, LAUNCH))
    office.sync()
    before = office.state()
    ran = office.sync(today=TOMORROW)
    assert "says all this already" in ran.out
    assert office.state() == before
    # A sheet saved again without a change of its answers changes nothing either.
    office.form("a.xlsx", with_yellow(review_of("A"), 3, LAUNCH), modified=2_000_000_000.0)
    office.sync()
    assert office.state() == before


def test_typing_a_note_makes_no_sync_write(office: Office) -> None:
    office.form("a.xlsx", review_of("A"))
    office.sync()
    edit(office.portfolio, lambda book: type_note(book, "A", "Ask Bo"))
    before = office.state()
    assert office.sync("--json").json["written"] is False
    assert office.state() == before


# What belongs to the reader


def three(office: Office) -> None:
    for name in "ABC":
        office.form(f"{name}.xlsx", review_of(name))
    office.sync()


@abuse("portfolio", 33)
def test_notes_and_own_columns_survive_sorting_and_every_sync(office: Office) -> None:
    """PAINS 33: notes stay with their system, not with their row."""
    three(office)

    def write(book: Any) -> None:
        for name in "ABC":
            type_note(book, name, f"note {name}\nsecond line")
            type_note(book, name, f"budget {name}", "Budget")
        sort_rows(book["Portfolio"], descending=True)

    edit(office.portfolio, write)
    assert [row["System"] for row in office.table("Portfolio")] == ["C", "B", "A"]
    for day, red in enumerate(["B", "A", "C"]):
        office.form(f"{red}.xlsx", with_red(review_of(red), 3))
        assert office.sync(today=TODAY + timedelta(day)).code == 0
        for name in "ABC":
            row = office.row(name)
            assert row["Notes"] == f"note {name}\nsecond line"
            assert row["Budget"] == f"budget {name}"
    headers = list(office.table("Portfolio")[0])
    assert headers[-1] == "Budget"
    # Near the eye: behind what is printed and why the next review is due.
    assert headers.index("Notes") == headers.index("Because") + 1


@abuse("portfolio", 33)
def test_numbers_links_and_texts_in_own_columns_stay_what_they_are(office: Office) -> None:
    """PAINS 33."""
    three(office)

    def write(book: Any) -> None:
        type_note(book, "A", 0, "Budget")
        type_note(book, "B", 12.5, "Budget")
        type_note(book, "C", "007", "Budget")
        type_note(book, "A", True, "Seen")
        type_note(book, "B", "wiki", "Seen")
        sheet = book["Portfolio"]
        cell = next(c for row in sheet.iter_rows() for c in row if c.value == "wiki")
        cell.hyperlink = "https://wiki.example/a%20b?x=1#y"

    edit(office.portfolio, write)
    for day in range(2):
        office.form("A.xlsx", with_red(review_of("A"), 3 + day))
        office.sync()
    assert [office.row(name)["Budget"] for name in "ABC"] == [0, 12.5, "007"]
    assert office.row("A")["Seen"] is True
    found = targets(office.portfolio, "Portfolio").values()
    assert ("https://wiki.example/a%20b?x=1", "y") in found


@abuse("portfolio", 15, 33)
def test_a_date_typed_into_the_notes_stays_what_was_typed(office: Office) -> None:
    """The column takes text, so no program turns it into a serial number (PAINS 15, 33)."""
    three(office)
    sheet = openpyxl.load_workbook(office.portfolio)["Portfolio"]
    at = columns_of(sheet)["Notes"]
    first = header_row(sheet) + 1
    assert {sheet.cell(row, at).number_format for row in range(first, first + 3)} == {"@"}


@abuse("portfolio", 3)
def test_a_column_inserted_among_ours_survives(office: Office) -> None:
    """PAINS 3: columns are found by header."""
    three(office)

    def write(book: Any) -> None:
        type_note(book, "B", "note B")
        sheet = book["Portfolio"]
        at = columns_of(sheet)["Pilot lead"]
        row = next(
            r for r in range(1, 20) if sheet.cell(r, columns_of(sheet)["System"]).value == "B"
        )
        top = header_row(sheet)
        sheet.insert_cols(at)
        sheet.cell(top, at, "Sponsor")
        sheet.cell(row, at, "Dana Novak")

    edit(office.portfolio, write)
    office.form("A.xlsx", with_red(review_of("A"), 3))
    assert office.sync().code == 0
    assert (office.row("B")["Sponsor"], office.row("B")["Notes"]) == ("Dana Novak", "note B")
    assert office.row("B")["Pilot lead"] == "Ana Ruiz"
    assert office.row("A")["Sponsor"] is None


def test_a_renamed_notes_column_keeps_its_notes(office: Office) -> None:
    three(office)

    def write(book: Any) -> None:
        type_note(book, "B", "note B")
        sheet = book["Portfolio"]
        sheet.cell(header_row(sheet), columns_of(sheet)["Notes"], "What the board said")

    edit(office.portfolio, write)
    office.form("A.xlsx", with_red(review_of("A"), 3))
    office.sync()
    assert office.row("B")["What the board said"] == "note B"


@abuse("portfolio", 2)
def test_a_renamed_tab_of_ours_is_known_by_its_mark(office: Office) -> None:
    """PAINS 2."""
    three(office)

    def write(book: Any) -> None:
        type_note(book, "B", "note B")
        book["Portfolio"].title = "Overview"
        book["Decisions"].title = "Log"

    edit(office.portfolio, write)
    decisions = 3
    office.form("A.xlsx", with_red(review_of("A"), 3))
    assert office.sync().code == 0
    assert openpyxl.load_workbook(office.portfolio).sheetnames == TABS
    assert office.row("B")["Notes"] == "note B"
    assert len(office.table("Decisions")) == decisions + 1


def test_sorted_rows_on_the_other_tabs_are_no_trouble(office: Office) -> None:
    for name in "ABC":
        office.form(f"{name}.xlsx", with_red(review_of(name), 3))
    office.sync()

    def write(book: Any) -> None:
        for tab in ("Actions", "Findings", "Decisions", "Runs"):
            sort_rows(book[tab], descending=True, header="When" if tab == "Runs" else "System")

    edit(office.portfolio, write)
    decisions = office.table("Decisions")
    office.form("A.xlsx", review_of("A"))
    assert office.sync().code == 0
    assert office.table("Decisions")[:3] == decisions
    assert len(office.table("Runs")) == 2


# What would be lost is refused


def a_tab(book: Any) -> None:
    book.create_sheet("Board minutes")["B2"] = "keep me"


def a_hidden_tab(book: Any) -> None:
    a_tab(book)
    book["Board minutes"].sheet_state = "hidden"


def a_copied_tab(book: Any) -> None:
    book.copy_worksheet(book["Portfolio"])


def a_cell_below(book: Any) -> None:
    book["Portfolio"].cell(30, 4, "keep me")


def a_row_right_below(book: Any) -> None:
    sheet = book["Portfolio"]
    sheet.cell(sheet.max_row + 1, columns_of(sheet)["System"], "Planned system")


def a_cell_in_the_head(book: Any) -> None:
    book["Portfolio"].cell(1, 20, "keep me")


def a_cell_beside_the_view(book: Any) -> None:
    book["Portfolio"].cell(2, 45, "keep me")
    book["Portfolio"].cell(6, 45, "keep me")


def a_cell_under_the_charts_tables(book: Any) -> None:
    book["Charts"].cell(200, 2, "keep me")


def a_column_without_header(book: Any) -> None:
    sheet = book["Portfolio"]
    sheet.cell(header_row(sheet) + 1, sheet.max_column + 1, "keep me")


def two_columns_of_one_name(book: Any) -> None:
    sheet = book["Portfolio"]
    for step in (1, 1):
        column = sheet.max_column + step
        sheet.cell(header_row(sheet), column, "Mine")
        sheet.cell(header_row(sheet) + 1, column, "keep me")


def a_row_under_actions(book: Any) -> None:
    sheet = book["Actions"]
    sheet.cell(sheet.max_row + 1, columns_of(sheet)["System"], "keep me")


def a_column_beside_actions(book: Any) -> None:
    sheet = book["Actions"]
    sheet.cell(header_row(sheet), sheet.max_column + 1, "Mine")
    sheet.cell(header_row(sheet) + 1, sheet.max_column, "keep me")


def a_remark_under_decisions(book: Any) -> None:
    sheet = book["Decisions"]
    sheet.cell(sheet.max_row + 1, columns_of(sheet)["Decision"], "keep me")


def a_formula(book: Any) -> None:
    type_note(book, "A", "=1+1", "Mine")


def a_row_above_the_table(book: Any) -> None:
    type_note(book, "A", "keep me")
    book["Portfolio"].insert_rows(4)


def a_row_above_decisions(book: Any) -> None:
    book["Decisions"].insert_rows(2)


def a_row_at_the_top(book: Any) -> None:
    book["Runs"].insert_rows(1)


def no_key_column(book: Any) -> None:
    type_note(book, "A", "keep me")
    book["Portfolio"].delete_cols(columns_of(book["Portfolio"])["Key"])


def a_key_typed_over(book: Any) -> None:
    type_note(book, "A", "keep me")
    sheet = book["Portfolio"]
    sheet.cell(header_row(sheet) + 1, columns_of(sheet)["Key"], "oops")


def a_copied_row(book: Any) -> None:
    type_note(book, "A", "keep me")
    sheet = book["Portfolio"]
    for column in range(1, sheet.max_column + 1):
        value = sheet.cell(header_row(sheet) + 1, column).value
        sheet.cell(header_row(sheet) + 2, column, value)


LOST = [
    a_tab,
    a_hidden_tab,
    a_copied_tab,
    a_cell_below,
    a_row_right_below,
    a_cell_in_the_head,
    a_cell_beside_the_view,
    a_cell_under_the_charts_tables,
    a_column_without_header,
    two_columns_of_one_name,
    a_row_under_actions,
    a_column_beside_actions,
    a_remark_under_decisions,
    a_formula,
    a_row_above_the_table,
    a_row_above_decisions,
    a_row_at_the_top,
    no_key_column,
    a_key_typed_over,
    a_copied_row,
]


@pytest.mark.parametrize("change", LOST, ids=lambda change: str(change.__name__))
@abuse("portfolio", 23, 33)
def test_what_would_be_lost_is_refused(office: Office, change: Callable[[Any], None]) -> None:
    """PAINS 23, 33: exit 4, a message that names the place, and the very same file."""
    office.form("a.xlsx", with_red(review_of("A"), 3))
    office.sync()
    edit(office.portfolio, change)
    before = office.state()
    office.form("a.xlsx", review_of("A"))
    for arguments in ((), ("--dry-run",)):
        ran = office.sync(*arguments)
        assert ran.code == 4
        assert office.state() == before
        assert ran.out == ""
        assert "portfolio.xlsx" in ran.err
        assert "What to do:" in ran.err
        assert "Nothing was written" in ran.err
    names = ("Board minutes", "Portfolio", "Actions", "Charts", "Decisions", "Runs")
    assert any(name in ran.err for name in names)
    left = {path.name for path in office.folder.iterdir()} - {".portfolio.xlsx.lock"}
    assert left == {"reviews", "portfolio.xlsx", "portfolio.ledger.db"}


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (a_row_above_the_table, "“Portfolio” has lost its header System, Key"),
        (a_row_above_decisions, "“Decisions” has lost its header"),
        (no_key_column, "“Portfolio” has lost its header Key"),
        (a_formula, "(a formula)"),
        (a_tab, "the tab “Board minutes”"),
        (a_cell_below, "Portfolio!D30"),
    ],
)
@abuse("portfolio", 30)
def test_the_refusal_says_what_stands_where(
    office: Office, change: Callable[[Any], None], words: str
) -> None:
    """PAINS 30."""
    office.form("a.xlsx", review_of("A"))
    office.sync()
    edit(office.portfolio, change)
    assert words in office.sync().err


@abuse("portfolio", 5, 14)
def test_a_blank_row_between_systems_is_no_trouble(office: Office) -> None:
    """PAINS 5, 14."""
    three(office)

    def write(book: Any) -> None:
        type_note(book, "C", "note C")
        book["Portfolio"].insert_rows(header_row(book["Portfolio"]) + 2)

    edit(office.portfolio, write)
    office.form("A.xlsx", with_red(review_of("A"), 3))
    assert office.sync().code == 0
    assert office.row("C")["Notes"] == "note C"


def test_a_deleted_row_comes_back_and_a_deleted_tab_too(office: Office) -> None:
    three(office)

    def write(book: Any) -> None:
        book["Portfolio"].delete_rows(header_row(book["Portfolio"]) + 1)
        del book["Runs"]

    edit(office.portfolio, write)
    assert office.sync().code == 0
    assert {row["System"] for row in office.table("Portfolio")} == set("ABC")
    assert openpyxl.load_workbook(office.portfolio).sheetnames == TABS


# What could not be read keeps its row


def spoil(path: Path) -> None:
    path.write_bytes(b"")


def test_a_vanished_system_keeps_its_row_its_state_and_since_when(office: Office) -> None:
    three(office)
    edit(office.portfolio, lambda book: type_note(book, "B", "note B"))
    before = office.row("B")
    (office.reviews / "B.xlsx").unlink()
    for day in range(1, 4):
        office.form("A.xlsx", with_red(review_of("A"), 3 + day))
        ran = office.sync("--json", today=TODAY + timedelta(day))
        assert (ran.code, ran.json["systems"]) == (1, 2)
        assert ran.json["not_found"] == [{"system": "B", "location": "reviews/B.xlsx"}]
        assert "not found: B (reviews/B.xlsx)" in ran.err
        row = office.row("B")
        assert row.pop("Sync state") == "missing since 2026-11-24; last known state shown"
        assert row == {name: value for name, value in before.items() if name != "Sync state"}
    office.form("B.xlsx", review_of("B"))
    office.sync()
    assert (office.row("B")["Sync state"], office.row("B")["Notes"]) == ("Read", "note B")


def test_a_system_that_became_unreadable_keeps_its_row(office: Office) -> None:
    office.form("A.xlsx", with_red(review_of("A", regate_on=LAUNCH), 3, date(2026, 11, 1)))
    office.sync()
    before = office.row("A")
    spoil(office.reviews / "A.xlsx")
    for day in (1, 2):
        assert office.sync(today=TODAY + timedelta(day)).code == 1
        (row,) = office.table("Portfolio")
        assert row.pop("Sync state") == "could not be read since 2026-11-24; last known state shown"
        assert row == {name: value for name, value in before.items() if name != "Sync state"}
        codes = [finding["Code"] for finding in office.table("Findings")]
        assert codes[0] == "sheet-unreadable"
        # What was open is still open.
        assert [action["System"] for action in office.table("Actions")] == ["A"]
    state = office.state()
    office.sync(today=TODAY + timedelta(2))
    assert office.state() == state


@pytest.mark.parametrize("spoilt", ["unreadable", "deleted"])
@pytest.mark.parametrize("ledger", ["", "off"])
def test_an_older_review_makes_no_launch_where_the_newer_one_is_lost(
    office: Office, spoilt: str, ledger: str
) -> None:
    options = ("--ledger", ledger) if ledger else ()
    office.form("old.xlsx", review_of("Bot", REVIEWED - timedelta(30)))
    newer = office.form("new.xlsx", with_red(review_of("Bot"), 3, TOMORROW))
    assert office.sync(*options).code == 0
    if spoilt == "unreadable":
        newer.write_bytes(b"spoilt")
    else:
        newer.unlink()
    for _ in range(2):
        assert office.sync(*options).code == 1
        row = office.row("Bot")
        assert row["Decision"].startswith("Launch delayed")
        assert "last known state" in row["Sync state"]
    # A newer review settles it.
    office.form("next.xlsx", review_of("Bot", REVIEWED + timedelta(1)))
    office.sync(*options)
    assert office.row("Bot")["Decision"].startswith("Launch this week")


def _gone(office: Office) -> None:
    (office.reviews / "new.xlsx").unlink()


def _spoilt(office: Office) -> None:
    spoil(office.reviews / "new.xlsx")


def _overwritten(office: Office) -> None:
    """Somebody moves the older review over the newer one."""
    (office.reviews / "old.xlsx").replace(office.reviews / "new.xlsx")


def _older_portfolio(office: Office) -> None:
    shutil.copy(office.folder / "older.xlsx", office.portfolio)


def _no_portfolio(office: Office) -> None:
    office.portfolio.unlink()


@pytest.mark.parametrize("newer", [REVIEWED, REVIEWED - timedelta(30), None])
@pytest.mark.parametrize(
    ("lost", "word"),
    [
        ([_gone], "missing since"),
        ([_spoilt], "could not be read since"),
        ([_overwritten], "since"),
        ([_gone, _no_portfolio], "missing since"),
        ([_spoilt, _no_portfolio], "could not be read since"),
        ([_gone, _older_portfolio], "missing since"),
        ([_spoilt, _older_portfolio], "could not be read since"),
    ],
)
def test_a_red_is_never_lost_with_its_sheet(
    office: Office, lost: list[Callable[[Office], None]], word: str, newer: date | None
) -> None:
    """The newest review is red and goes; an older one, of the same day, or one whose day is all that is
    known, says launch. The portfolio may go with it, or be put back to an older one."""
    office.form("old.xlsx", review_of("Bot", REVIEWED - timedelta(30)))
    office.sync()
    shutil.copy(office.portfolio, office.folder / "older.xlsx")
    red = with_red(review_of("Bot"), 3, TOMORROW)
    office.form("new.xlsx", msgspec.structs.replace(red, review_date=newer))
    office.sync()
    assert office.row("Bot")["Decision"].startswith("Launch delayed")
    actions = office.table("Actions")
    for change in lost:
        change(office)
    for _ in range(2):
        assert office.sync().code == 1
        row = office.row("Bot")
        assert row["Decision"].startswith("Launch delayed")
        assert word in row["Sync state"]
        assert [a["System"] for a in office.table("Actions")] == [a["System"] for a in actions]
        (gate,) = [one for one in office.table("Gates") if one["#"] == 3]
        assert gate["Red"] == 1
    # Whoever knows better deletes the row.
    delete_row(office.portfolio, "Bot")
    if lost == [_gone]:
        assert office.sync().code == 0
        assert office.row("Bot")["Decision"].startswith("Launch this week")


@pytest.mark.parametrize("ledger", ["", "off"])
def test_a_date_set_back_makes_no_launch_and_is_told_as_what_it_is(
    office: Office, ledger: str
) -> None:
    """The newest review now bears a date before an older one, which says better: nothing is missing."""
    options = ("--ledger", ledger) if ledger else ()
    office.form("old.xlsx", review_of("Bot", REVIEWED - timedelta(30)))
    newer = with_red(review_of("Bot"), 3, TOMORROW)
    office.form("new.xlsx", newer)
    assert office.sync(*options).code == 0
    office.form("new.xlsx", msgspec.structs.replace(newer, review_date=REVIEWED - timedelta(60)))
    for day in range(2):
        ran = office.sync("--json", *options, today=TODAY + timedelta(day))
        assert ran.code == 1
        said = json.loads(ran.out)
        assert said["not_found"] == []
        assert said["set_back"] == [{"system": "Bot", "location": "reviews/new.xlsx"}]
        assert "an older review would count: Bot (reviews/new.xlsx)" in ran.err
        assert "not found" not in ran.err
        row = office.row("Bot")
        assert row["Decision"].startswith("Launch delayed")
        since = "an older review would count since 2026-11-23; last known state shown"
        assert row["Sync state"] == since
    office.form("new.xlsx", newer)
    assert office.sync("--json", *options).code == 0
    assert office.row("Bot")["Sync state"] == "Read"


@pytest.mark.parametrize(("lose", "words"), [(_gone, "is missing"), (_spoilt, "could not be read")])
def test_a_lost_review_that_was_no_worse_leaves_the_older_one(
    office: Office, lose: Callable[[Office], None], words: str
) -> None:
    office.form("old.xlsx", with_red(review_of("Bot", REVIEWED - timedelta(30)), 3, TOMORROW))
    office.form("new.xlsx", review_of("Bot"))
    office.sync()
    lose(office)
    for _ in range(2):
        office.sync()
        row = office.row("Bot")
        assert row["Decision"].startswith("Launch delayed")
        assert row["Sync state"] == f"Read; a newer review, of {REVIEWED}, {words}"


def test_without_a_ledger_the_page_does_not_say_that_nothing_is_overdue(office: Office) -> None:
    """What a missing system had open is known from its last row only; it is not on the tab Actions."""
    late = TODAY - timedelta(3)
    form = office.form("A.xlsx", with_red(review_of("A", regate_on=LAUNCH), 3, late))
    assert office.sync("--ledger", "off").code == 0
    form.unlink()
    ran = office.sync("--ledger", "off")
    assert "1 overdue action" in ran.out
    sheet = openpyxl.load_workbook(office.portfolio)["Portfolio"]
    page = [str(cell.value) for row in sheet.iter_rows() for cell in row if cell.value is not None]
    assert "Nothing is overdue." not in page
    assert any("A: 1 overdue when it was last read; not listed" in text for text in page)
    # With a ledger the action itself is there.
    office.form("A.xlsx", with_red(review_of("A", regate_on=LAUNCH), 3, late))
    office.sync()
    form.unlink()
    assert "1 overdue action" in office.sync().out
    assert [row["System"] for row in office.table("Actions")] == ["A"]


def test_a_spoilt_tab_beside_a_sound_one(office: Office) -> None:
    """One workbook, two systems: the one that can be read is."""
    one, two = (review_workbook(review_of(name), TWELVE) for name in "AB")
    renamed: Sheet = two.sheets[0]
    path = office.reviews / "both.xlsx"
    write_form(path, review_of("A"))
    both = Workbook((*one.sheets, _named(renamed, "Second")), "Both", one.created)
    from gatebook.backends.excel.backend import ExcelBackend

    ExcelBackend().draw(both, str(path))
    office.sync()
    assert {row["System"] for row in office.table("Portfolio")} == {"A", "B"}

    def lose_headers(book: Any) -> None:
        sheet = book["Second"]
        for row in sheet.iter_rows():
            for cell in row:
                if cell.value in ("Status", "Owner"):
                    sheet.cell(cell.row, cell.column).value = "gone"

    edit(path, lose_headers)
    assert office.sync(today=TOMORROW).code == 1
    assert office.row("A")["Sync state"] == "Read"
    assert office.row("B")["Sync state"].startswith("could not be read since 2026-11-24")
    assert len(office.table("Portfolio")) == 2


def _named(sheet: Sheet, name: str) -> Sheet:
    import dataclasses

    return dataclasses.replace(sheet, name=name)


def test_a_sheet_that_never_could_be_read_is_a_row_and_its_notes_follow_it(office: Office) -> None:
    spoil(office.reviews / "A.xlsx")
    assert office.sync().code == 1
    (row,) = office.table("Portfolio")
    assert (row["System"], row["Decision"]) == ("A.xlsx", "Cannot be read")
    assert "empty" in row["What blocks"]
    assert office.table("Decisions") == []
    edit(office.portfolio, lambda book: type_note(book, "A.xlsx", "asked Bo to save it again"))
    assert office.sync(today=TOMORROW).code == 1
    assert office.row("A.xlsx")["Notes"] == "asked Bo to save it again"
    office.form("A.xlsx", review_of("A"))
    assert office.sync(today=TOMORROW).code == 0
    (row,) = office.table("Portfolio")
    assert (row["System"], row["Notes"]) == ("A", "asked Bo to save it again")


def test_notes_on_a_sheet_that_vanished_unread_stay(office: Office) -> None:
    spoil(office.reviews / "A.xlsx")
    office.form("B.xlsx", review_of("B"))
    office.sync()
    edit(office.portfolio, lambda book: type_note(book, "A.xlsx", "keep me"))
    (office.reviews / "A.xlsx").unlink()
    for day in (1, 2):
        assert office.sync(today=TODAY + timedelta(day)).code == 1
        row = office.row("A.xlsx")
        assert row["Notes"] == "keep me"
        assert row["Sync state"].startswith("missing since 2026-11-24")


def test_a_moved_file_is_the_same_system(office: Office) -> None:
    three(office)
    edit(office.portfolio, lambda book: type_note(book, "B", "note B"))
    (office.reviews / "archive").mkdir()
    shutil.move(office.reviews / "B.xlsx", office.reviews / "archive" / "renamed.xlsx")
    office.sync()
    row = office.row("B")
    assert (row["Notes"], row["Sync state"]) == ("note B", "Read")
    ((address, _),) = {
        found for found in targets(office.portfolio, "Portfolio").values() if "renamed" in found[0]
    }
    assert posixpath.basename(address) == "renamed.xlsx"


# Copies


@abuse("portfolio", 20)
def test_a_conflict_copy_is_named_and_the_newest_counts(office: Office) -> None:
    """PAINS 20."""
    office.form("a.xlsx", review_of("A"), modified=1_700_000_000.0)
    office.form("a-LAPTOP7.xlsx", with_red(review_of("A"), 3), modified=1_700_000_100.0)
    ran = office.sync()
    assert ran.code == 0
    assert office.row("A")["Decision"].startswith("Launch delayed")
    assert office.row("A")["Sheet"] == "a-LAPTOP7.xlsx"
    found = [r for r in office.table("Findings") if r["Code"] == "duplicate-review"]
    assert len(found) == 2
    assert "reviews/a.xlsx" in found[0]["What was found"] + found[1]["What was found"]
    assert len(office.table("Decisions")) == 1


@abuse("portfolio", 20)
def test_a_copied_form_for_another_system_is_two_systems(office: Office) -> None:
    """PAINS 20."""
    office.form("a.xlsx", review_of("A"))
    copy = msgspec.structs.replace(with_red(review_of("A"), 3), system="B")
    office.form("b.xlsx", copy)
    for _ in range(2):
        assert office.sync().code == 0
        assert {row["System"] for row in office.table("Portfolio")} == {"A", "B"}
        codes = [row["Code"] for row in office.table("Findings")]
        assert codes.count("duplicate-review") == 2
    keys = {json.loads(row["Key"])["key"] for row in office.table("Portfolio")}
    assert len(keys) == 2


def test_systems_of_two_checklists_stand_side_by_side(office: Office) -> None:
    short = parse_checklist(
        "id='short'\nversion=1\ntitle='Short'\n[[gates]]\nkey='k'\ntheme='T'\ntitle='Only gate'\n"
        "meaning='m'\nbring=['b']\ngreen='g g'\nyellow='It is nearly so.'\nred='r'\nask='a'\n",
        "short.toml",
    )
    text = (
        'id="short"\nversion=1\ntitle="Short"\n[[gates]]\nkey="k"\ntheme="T"\ntitle="Only gate"\n'
        'meaning="m"\nbring=["b"]\ngreen="g g"\nyellow="It is nearly so."\nred="r"\nask="a"\n'
    )
    (office.folder / "short.toml").write_text(text, encoding="utf-8")
    office.form("a.xlsx", with_red(review_of("A", checklist=short), 1), short)
    office.form("b.xlsx", review_of("B"))
    assert office.sync("--checklist", "short.toml").code == 0
    assert (office.row("A")["1"], office.row("A")["2"]) == ("R", None)
    assert office.row("B")["12"] == "G"
    assert len(office.table("Gates")) == 13
    assert office.sync("--checklist", "short.toml", "--json").json["written"] is False
