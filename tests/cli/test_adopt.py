"""`gatebook adopt`: real workbooks and CSV files, what is shown and asked, what is never touched."""

from __future__ import annotations

import io
import os
import threading
from datetime import date
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from openpyxl.comments import Comment
from openpyxl.styles import PatternFill

from gatebook.backends.excel.backend import ExcelBackend
from gatebook.backends.protocol import Source
from gatebook.domain.review import Review
from gatebook.sheets.review_form import read_reviews
from tests.cli.conftest import Office, Ran, review_of
from tests.support.builders import TODAY, TWELVE

SURE: list[list[Any]] = [
    ["#", "Gate", "RAG", "Owner", "Due date"],
    [1, "Data source documented", "Green", "Bo Li", None],
    [5, "Cost per task tracked", "Amber", "Eve Sand", date(2026, 12, 1)],
]
UNSURE: list[list[Any]] = [
    ["Gate", "Status", "Owner", "Comments"],
    ["Data source documented", "Done", "Bo Li", "@legal asks"],
    ["Audit logging", "Red", "Eve Sand", None],
]


def book(office: Office, rows: list[list[Any]], name: str = "old.xlsx", **tabs: Any) -> Any:
    """Save a workbook with these rows on its tab Checklist; `tabs` are others."""
    made: Any = openpyxl.Workbook()
    made.active.title = "Checklist"
    for title, others in {"Checklist": rows, **tabs}.items():
        sheet = made[title] if title in made else made.create_sheet(title)
        for row in others:
            sheet.append(row)
    made.save(office.folder / name)
    return made


def adopt(office: Office, *arguments: object) -> Ran:
    return office.run("adopt", "old.xlsx", "--system", "Router", "--to", "reviews", *arguments)


def read(path: Path) -> Review:
    (review,) = read_reviews(
        ExcelBackend().read(Source(str(path))), {TWELVE.id: TWELVE}, TWELVE
    ).reviews
    return review


def made(office: Office) -> Review:
    return read(office.reviews / "router review.xlsx")


def answering(monkeypatch: pytest.MonkeyPatch, *answers: str) -> None:
    """Somebody sits at a terminal and types these lines."""
    monkeypatch.setattr("gatebook.cli.adopt._can_ask", lambda: True)
    monkeypatch.setattr("sys.stdin", io.StringIO("".join(f"{line}\n" for line in answers)))


def test_a_sure_list_becomes_a_form_without_a_question(office: Office) -> None:
    book(office, SURE)
    before = (office.folder / "old.xlsx").read_bytes()
    ran = adopt(office, "--lead", "Ana Ruiz")
    assert (ran.code, ran.out) == (0, "reviews/router review.xlsx\n")
    assert "C “RAG” → Status\n" in ran.err
    assert "3 “Cost per task tracked” → 5 Cost per task tracked\n" in ran.err
    review = made(office)
    assert (review.system, review.lead, review.review_date) == ("Router", "Ana Ruiz", None)
    assert [row.status for row in review.rows][:5] == ["green", None, None, None, "yellow"]
    assert review.rows[4].due == date(2026, 12, 1)
    assert (office.folder / "old.xlsx").read_bytes() == before
    assert office.check("--json").json["reviews"][0]["decision"] == "incomplete"


def test_with_nobody_to_ask_nothing_is_made_unless_yes_is_said(office: Office) -> None:
    book(office, UNSURE)
    ran = adopt(office)
    assert (ran.code, ran.out) == (2, "")
    assert "D “Comments” → Next action ?" in ran.err
    assert "3 “Audit logging” → 4 Access and changes logged ?" in ran.err
    assert "“Done” (1 row) → green ?" in ran.err
    assert "3 of these things are not sure" in ran.err
    assert list(office.reviews.iterdir()) == []
    assert adopt(office, "--yes").code == 0
    assert {row.status for row in made(office).rows} == {None}
    sheet = openpyxl.load_workbook(office.reviews / "router review.xlsx")["Leftovers"]
    found = {cell.value: cell.data_type for cell in sheet["F"]}
    assert {"Done", "@legal asks", "Audit logging", "Red", "Comments"} <= found.keys()
    assert "f" not in found.values()


def test_at_a_terminal_it_asks(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    book(office, UNSURE)
    answering(monkeypatch, "y", "y", "yellow")
    ran = adopt(office)
    assert ran.code == 0
    assert "Column D “Comments”: is this Next action?" in ran.err
    review = made(office)
    assert (review.rows[0].status, review.rows[0].next_action) == ("yellow", "@legal asks")
    assert (review.rows[3].status, review.rows[3].owner) == ("red", "Eve Sand")


def test_the_whole_header_is_named_and_the_better_column_asked_about(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows: list[list[Any]] = [
        ["Gate", "Status", None, "Comments", "What next"],
        [None, "last month", "now", None, None],
        ["Data source documented", "Red", "Yellow", "soon", "ask Legal"],
        ["Cost per task tracked", "Red", "Green", None, None],
    ]
    old = book(office, rows)
    old.active.merge_cells("B1:C1")
    old.save(office.folder / "old.xlsx")
    answering(monkeypatch, "n", "y", "y")
    ran = adopt(office)
    assert ran.code == 0
    questions = [line for line in ran.err.splitlines() if "is this" in line]
    assert "Column B “Status: last month”: is this Status?" in questions[0]
    assert "Column C “Status: now”: is this Status?" in questions[0]
    assert "Column E “What next”: is this Next action?" in questions[0]
    assert "Column D" not in questions[0]
    first, *_, cost = made(office).rows[:5]
    assert (first.status, first.next_action, cost.status) == ("yellow", "ask Legal", "green")


def test_an_answer_that_is_none_is_told_which_are(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    book(office, UNSURE)
    answering(monkeypatch, "perhaps", "y", "Yes", "y", "Yellow")
    ran = adopt(office)
    assert ran.code == 0
    assert "“perhaps” is no answer here. Type y for yes, or n or only Enter for no." in ran.err
    assert "“Done” (1 row): what does it mean?" in ran.err
    assert "“y” is no answer here. Type green, yellow or red, or only Enter to skip it." in ran.err
    assert "Error" not in ran.err
    assert made(office).rows[0].status == "yellow"


def test_enter_at_every_question_takes_only_what_is_sure(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    book(office, UNSURE)
    answering(monkeypatch, "", "", "")
    assert adopt(office).code == 0
    assert {row.status for row in made(office).rows} == {None}


def test_a_colour_and_a_comment_of_a_real_file(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows: list[list[Any]] = [["Gate", "Status", "Owner"], ["Data source documented", None, "Bo Li"]]
    old = book(office, rows)
    old.active["B2"].fill = PatternFill("solid", fgColor="FFFF0000")
    old.active["C2"].comment = Comment("until March", "Ana")
    old.save(office.folder / "old.xlsx")
    record = adopt(office, "--yes", "--json", "--to", "one").json
    assert record["mapping"]["values"] == [{"found": "#FF0000", "rows": 1, "may_mean": None}]
    assert [one["found"] for one in record["left"]] == ["filled #FF0000", "until March"]
    answering(monkeypatch, "red")
    assert adopt(office).code == 0
    assert made(office).rows[0].status == "red"


def test_hidden_rows_and_dates_and_percents_as_people_see_them(office: Office) -> None:
    rows = [[*SURE[0], "Started", "Progress"], [*SURE[1], date(2026, 10, 1), 0.5], SURE[2]]
    old = book(office, rows)
    old.active.row_dimensions[3].hidden = True
    old.active["G2"].number_format = "0%"
    old.save(office.folder / "old.xlsx")
    found = {one["cell"]: one["found"] for one in adopt(office, "--yes", "--json").json["left"]}
    assert (found["F2"], found["G2"]) == ("2026-10-01", "50 %")
    assert made(office).rows[4].status == "yellow"


def test_a_dry_run_shows_the_mapping_and_writes_nothing(office: Office) -> None:
    book(office, UNSURE)
    ran = office.run("adopt", "old.xlsx", "--to", "reviews", "--dry-run")
    assert ran.code == 0
    assert "A “Gate” → Gate" in ran.out
    assert "Not sure, and left over here: 3 (?)" in ran.out
    assert list(office.reviews.iterdir()) == []


def test_json_stands_alone_and_never_asks(office: Office) -> None:
    book(office, SURE)
    ran = adopt(office, "--json")
    assert (ran.code, ran.err) == (0, "")
    record = ran.json
    assert record["to"] == "reviews/router review.xlsx"
    assert record["marked"] == {"data-source": "green", "cost-per-task": "yellow"}
    assert record["mapping"]["columns"][2] == {
        "column": "C", "header": "RAG", "field": "status", "sure": True,
    }  # fmt: skip
    book(office, UNSURE)
    ran = adopt(office, "--json", "--to", "other")
    assert (ran.code, ran.out) == (2, "")
    assert not (office.folder / "other").exists()


def test_a_text_table(office: Office) -> None:
    text = "Gate;Status;Owner\nData source documented;Green;Bo Li\n"
    (office.folder / "list.csv").write_text(text, encoding="utf-8-sig")
    ran = office.run("adopt", "list.csv", "--system", "Router", "--to", "mine.xlsx")
    assert (ran.code, ran.out) == (0, "mine.xlsx\n")
    assert read(office.folder / "mine.xlsx").rows[0].status == "green"


def test_of_several_checklists_one_has_to_be_named(office: Office) -> None:
    book(office, SURE, Beta=SURE, Notes=[["Milk"]])
    ran = adopt(office)
    assert ran.code == 2
    assert "2 tabs of old.xlsx hold a checklist: “Checklist”, “Beta”" in ran.err
    ran = adopt(office, "--tab", "beta")
    assert ran.code == 0
    assert "Not looked at: the tabs Checklist, Notes." in ran.err
    assert adopt(office, "--tab", "Gamma").code == 2


def _across() -> list[list[Any]]:
    gates = [gate.title for gate in TWELVE.gates]
    return [["Gate", *gates], ["Status", *["Green"] * 12], ["Owner", *["Bo Li"] * 12]]


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ([["Milk", 2]], "no table with a row a gate"),
        (_across(), "Transpose"),
    ],
)
def test_what_cannot_be_adopted_is_said_in_words(
    office: Office, rows: list[list[Any]], said: str
) -> None:
    book(office, rows)
    ran = adopt(office, "--yes")
    assert (ran.code, ran.out) == (2, "")
    assert said in ran.err
    assert list(office.reviews.iterdir()) == []


def test_a_form_of_ours_is_not_adopted(office: Office) -> None:
    path = office.form("a.xlsx", review_of("Router"))
    ran = office.run("adopt", path, "--to", "out")
    assert ran.code == 2
    assert "gatebook repair" in ran.err


def test_our_own_portfolio_is_not_adopted(office: Office) -> None:
    office.form("a.xlsx", review_of("Router"))
    assert office.sync().code == 0
    ran = office.run(
        "adopt", "portfolio.xlsx", "--system", "Router", "--to", "out", "--tab", "Gates", "--yes"
    )
    assert (ran.code, ran.out) == (2, "")
    assert "the tab “Gates” of portfolio.xlsx is gatebook's own portfolio" in ran.err
    ran = office.run("adopt", "portfolio.xlsx", "--system", "Router", "--to", "out", "--yes")
    assert ran.code == 2
    assert "gatebook's own portfolio, no checklist" in ran.err
    assert not (office.folder / "out").exists()


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="Windows has no named pipes in folders")
def test_a_pipe_is_refused_at_once(office: Office) -> None:
    pipe = office.folder / "list.csv"
    os.mkfifo(pipe)
    # Somebody who would open it at last, so that a reader does not wait for ever.
    writer = threading.Thread(target=lambda: os.close(os.open(pipe, os.O_WRONLY)), daemon=True)
    writer.start()
    ran = office.run("adopt", "list.csv", "--system", "Router", "--to", "out", "--yes")
    waiting = writer.is_alive()
    os.close(os.open(pipe, os.O_RDONLY | os.O_NONBLOCK))
    writer.join(10)
    assert waiting, "nobody opened the pipe"
    assert (ran.code, ran.out) == (2, "")
    assert "list.csv: this is no ordinary file" in ran.err


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("old.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "xlsx"),
        ("old.csv", b"\xff\xfeG\x00", "UTF-8"),
        ("none.xlsx", None, "none.xlsx"),
        ("none.csv", None, "none.csv"),
    ],
)
def test_a_file_that_is_none(office: Office, name: str, content: bytes | None, said: str) -> None:
    if content is not None:
        (office.folder / name).write_bytes(content)
    ran = office.run("adopt", name, "--system", "Router", "--to", "out")
    assert (ran.code, ran.out) == (2, "")
    assert said in ran.err
    assert "What to do" in ran.err


def test_a_system_must_be_named_somewhere(office: Office) -> None:
    book(office, SURE)
    ran = office.run("adopt", "old.xlsx", "--to", "out")
    assert (ran.code, ran.out) == (2, "")
    assert "--system" in ran.err
    assert not (office.folder / "out").exists()


def test_a_missing_system_is_told_before_any_question(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    book(office, UNSURE)
    answering(monkeypatch, "y", "y", "yellow")
    ran = office.run("adopt", "old.xlsx", "--system", " ", "--to", "out")
    assert (ran.code, ran.out) == (2, "")
    assert "--system" in ran.err
    assert "is this" not in ran.err
    ran = office.run("adopt", "old.xlsx", "--to", "out", "--dry-run")
    assert (ran.code, "--system will be needed" in ran.out) == (0, True)
    book(office, [["System:", "Router"], *UNSURE])
    ran = office.run("adopt", "old.xlsx", "--to", "out", "--dry-run")
    assert (ran.code, "--system will be needed" in ran.out) == (0, False)


def test_nothing_is_overwritten(office: Office) -> None:
    book(office, SURE)
    adopt(office)
    before = (office.reviews / "router review.xlsx").read_bytes()
    ran = adopt(office)
    assert (ran.code, ran.out) == (0, "")
    assert "kept: reviews/router review.xlsx" in ran.err
    assert adopt(office, "--to", "reviews/router review.xlsx").code == 2
    assert (office.reviews / "router review.xlsx").read_bytes() == before


def test_the_new_form_can_be_checked_and_synced(office: Office) -> None:
    book(office, UNSURE)
    adopt(office, "--yes")
    record = office.run("check", "reviews", "--json", "--today", TODAY).json
    assert [one["system"] for one in record["reviews"]] == ["Router"]
    assert office.sync().code == 0
