"""What people do to sheets, and what comes of it. The numbers are those of the known pains.

Each row of a table: what somebody did to a form in which all is well (decision: launch) → the
decision then, the finding, and words of its message. Nothing found is "".
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any, NamedTuple

import pytest

from gatebook.domain.cells import Cell
from gatebook.domain.review import Review
from gatebook.sheets.form_parse import parse_review
from gatebook.sheets.layout import COLUMNS, TABLE_ROW, layout_for
from tests.abuse.marks import abuse
from tests.conformance.desks import Desk, ExcelDesk, GoogleDesk, grids
from tests.conformance.test_portfolio import sync
from tests.google_api.jsontypes import Json
from tests.support.builders import TODAY, TWELVE, passing_review, with_row

LAYOUT = layout_for(TWELVE)
ANA, BO = "ana.ruiz@example.com", "bo.li@example.com"


def cell(name: str) -> str:
    """The address of "owner" in the head, or of "5 status" in the table."""
    number, _, column = name.rpartition(" ")
    if not number:
        return LAYOUT.value(column).a1
    return Cell(row_of(int(number)) - 1, COLUMNS[column]).a1


def row_of(gate: int) -> int:
    """The row of a gate, as a sheet counts."""
    return LAYOUT.gate_rows[TWELVE.gates[gate - 1].key] + 1


def decided(desk: Desk, *options: object) -> list[dict[str, Any]]:
    """The reviews that `check --json` finds."""
    found: list[dict[str, Any]] = desk.run(
        "check", desk.reviews, "--json", "--today", TODAY, *options
    ).json["reviews"]
    return found


def outcome(review: dict[str, Any]) -> tuple[str, dict[str, str]]:
    """The decision, and the messages of the findings by their codes."""
    said: dict[str, str] = {}
    for finding in review["findings"]:
        said[finding["code"]] = f"{said.get(finding['code'], '')} {finding['message']}".strip()
    return review["decision"], said


def assert_outcome(review: dict[str, Any], decision: str, code: str, words: str) -> None:
    found, said = outcome(review)
    assert found == decision, said
    if code:
        assert words in said.get(code, ""), said
    else:
        assert said == {}


@pytest.fixture
def google(both: tuple[ExcelDesk, GoogleDesk]) -> GoogleDesk:
    """A desk on Google."""
    return both[1]


class Typed(NamedTuple):
    """One line: somebody typed or pasted a text into a cell."""

    pain: int
    where: str
    text: str
    decision: str
    code: str = ""
    words: str = ""


TYPED = [
    # Pasted over a dropdown, which goes with it.
    Typed(1, "5 status", "Purple", "incomplete", "status-unreadable", "reads “Purple”"),
    Typed(1, "5 status", "Red", "delayed", "red-without-action", ""),
    Typed(1, "stakes", "quite high", "launch", "choice-unreadable", "It counts as Standard"),
    # A formula where an answer belongs.
    Typed(13, "5 status", '=UPPER("green")', "incomplete", "status-unreadable", "formula"),
    Typed(13, "5 owner", "=A1", "incomplete", "owner-missing", "formula"),
    Typed(13, "5 due", "=TODAY()", "incomplete", "date-unreadable", "formula"),
    Typed(13, "review_date", "=TODAY()", "incomplete", "date-unreadable", "formula"),
    Typed(13, "5 artifact", '=HYPERLINK("https://example.com/e","evidence")', "launch"),
    Typed(13, "5 artifact", '="Folder"&" 7"', "incomplete", "artifact-missing", "formula"),
    # Free text in a status.
    Typed(14, "5 status", "  gReEn ", "launch"),
    Typed(14, "5 status", "g", "launch"),
    Typed(14, "5 status", "amber", "incomplete", "plan-missing", ""),
    Typed(14, "5 status", "done", "incomplete", "status-unreadable", "reads “done”"),
    Typed(14, "5 status", "green?", "incomplete", "status-unreadable", "reads “green?”"),
    Typed(14, "5 status", "", "incomplete", "status-missing", ""),
    Typed(14, "5 status", "1", "incomplete", "status-unreadable", "reads “1”"),
    # Dates in other clothes.
    Typed(15, "5 due", "2026-12-24", "launch"),
    Typed(15, "5 due", "30/06/2026", "incomplete", "date-unreadable", "“30/06/2026”"),
    Typed(15, "5 due", "end of June", "incomplete", "date-unreadable", "“end of June”"),
    Typed(15, "5 due", "20261399", "incomplete", "date-implausible", ""),
    # Separators inside of a name.
    Typed(17, "5 owner", "Ruiz, Ana", "launch"),
    Typed(17, "owner", "Li, Bo", "launch", "owner-absent", ""),
]


@pytest.mark.parametrize(
    "case",
    [pytest.param(c, marks=abuse("typed", c.pain)) for c in TYPED],
    ids=[f"{c.pain} {c.where} {c.text}" for c in TYPED],
)
def test_what_people_type(case: Typed, desk: Desk) -> None:
    location = desk.put("a review", passing_review())
    desk.type(location, cell(case.where), case.text)
    (review,) = decided(desk)
    assert_outcome(review, case.decision, case.code, case.words)


class Hand:
    """The person at the browser, who names cells as in `cell`."""

    def __init__(self, desk: GoogleDesk, location: str) -> None:
        self.desk = desk
        self.location = location
        self.editor = desk.editor(location)

    @property
    def id(self) -> str:
        """The spreadsheet's."""
        return self.location.split("/")[-2]

    @property
    def sheet(self) -> int:
        """The id of the review tab."""
        found: int = next(s for s in self.editor.document.sheets if s.title == "Review").id
        return found

    def paste(self, where: str, *rows: list[str]) -> None:
        """From a cell on."""
        self.editor.paste(f"Review!{cell(where)}", list(rows))

    def area(self, cells: str) -> Json:
        """A range of the review tab, as the API writes it."""
        first, _, last = cells.partition(":")
        (top, left), (bottom, right) = Cell.parse(first), Cell.parse(last or first)
        return {
            "sheetId": self.sheet,
            "startRowIndex": top,
            "endRowIndex": bottom + 1,
            "startColumnIndex": left,
            "endColumnIndex": right + 1,
        }

    def fill(self, where: str, value: Json, **more: Any) -> None:
        """Put a typed value into a cell, with a format or links if need be."""
        rows = [{"values": [{"userEnteredValue": value, **more}]}]
        fields = ",".join(["userEnteredValue", *more])
        request = {"range": self.area(cell(where)), "rows": rows, "fields": fields}
        self.editor.request({"updateCells": request})


def copy_from_another_sheet(hand: Hand) -> None:
    """With its look: no dropdown, no colours, no protection left."""
    hand.editor.request(
        {"setDataValidation": {"range": hand.area("A1:K40")}},
        {
            "repeatCell": {
                "range": hand.area("A1:K40"),
                "cell": {"userEnteredFormat": {}},
                "fields": "userEnteredFormat",
            }
        },
    )


def paste_a_row(hand: Hand) -> None:
    hand.paste("5 status", ["Yellow", "Bo Li", "Build it", "2026-12-01", "Folder 9"])


def sort_two_rows(hand: Hand) -> None:
    hand.paste("1 status", ["Red"])
    hand.editor.sort(f"Review!A{row_of(1)}:K{row_of(2)}", 0, falling=True)


def move_a_row(hand: Hand) -> None:
    hand.paste("1 status", ["Red"])
    hand.editor.move_rows("Review", row_of(1), 1, before=row_of(12) + 1)


def insert_rows(hand: Hand) -> None:
    hand.editor.insert_rows("Review", row_of(3), 2)
    hand.editor.paste(f"Review!C{row_of(3)}", [["our own remark"]])


def insert_a_column(hand: Hand) -> None:
    hand.editor.insert_columns("Review", 4)
    hand.editor.paste(f"Review!D{TABLE_ROW + 1}", [["Our weight"]])


def delete_a_row(hand: Hand) -> None:
    hand.editor.delete_rows("Review", row_of(3))


def copy_a_row(hand: Hand) -> None:
    hand.editor.insert_rows("Review", row_of(2) + 1)
    hand.editor.request(
        {
            "copyPaste": {
                "source": hand.area(f"A{row_of(2)}:K{row_of(2)}"),
                "destination": hand.area(f"A{row_of(2) + 1}:K{row_of(2) + 1}"),
                "pasteType": "PASTE_NORMAL",
            }
        }
    )


def clear_a_key(hand: Hand) -> None:
    hand.editor.clear(f"Review!B{row_of(3)}")


def merge_cells(hand: Hand) -> None:
    area = hand.area(f"D{row_of(3)}:E{row_of(3)}")
    hand.editor.request({"mergeCells": {"range": area, "mergeType": "MERGE_ALL"}})


def write_far_away(hand: Hand) -> None:
    hand.editor.request(
        {"appendDimension": {"sheetId": hand.sheet, "dimension": "ROWS", "length": 4000}}
    )
    hand.editor.paste("Review!Z4400", [["a stray note"]])


def typed_in_america(hand: Hand) -> None:
    """The browser makes a real date of it; what it looks like is the locale's matter."""
    hand.editor.type(f"Review!{cell('5 due')}", "12/24/2026")


def shown_without_a_year(hand: Hand) -> None:
    shape = {"numberFormat": {"type": "DATE", "pattern": "dd mmm"}}
    hand.fill("5 due", {"numberValue": 46380.0}, userEnteredFormat=shape)


def shown_as_a_number(hand: Hand) -> None:
    shape = {"numberFormat": {"type": "NUMBER", "pattern": "#,##0"}}
    hand.fill("5 due", {"numberValue": 46380.0}, userEnteredFormat=shape)


def with_a_time(hand: Hand) -> None:
    hand.fill("5 due", {"numberValue": 46380.75})


def another_locale(hand: Hand) -> None:
    fields = {"locale": "de_DE", "timeZone": "Pacific/Auckland"}
    for name, value in fields.items():
        request = {"properties": {name: value}, "fields": name}
        hand.editor.request({"updateSpreadsheetProperties": request})


def text_like_a_formula(hand: Hand) -> None:
    hand.paste("5 owner", ["'=Bo Li"])


def a_chip(hand: Hand) -> None:
    hand.desk.server.person(ANA, "Ana Ruiz")
    hand.editor.chip(f"Review!{cell('5 owner')}", ANA)


def a_chip_of_a_team(hand: Hand) -> None:
    hand.desk.server.person("ops-team@example.com", "Operations team")
    hand.editor.chip(f"Review!{cell('5 owner')}", "ops-team@example.com")


def a_chip_as_production_owner(hand: Hand) -> None:
    hand.desk.server.person(BO, "Bo Li")
    hand.editor.chip(f"Review!{cell('owner')}", BO)


def a_chip_of_a_file(hand: Hand) -> None:
    chip = {"richLinkProperties": {"uri": "https://docs.google.com/document/d/evidence"}}
    runs = [{"startIndex": 0, "chip": chip}]
    hand.fill("5 artifact", {"stringValue": "@"}, chipRuns=runs)


def a_note(hand: Hand) -> None:
    hand.editor.note(f"Review!{cell('5 status')}", "Red, says Bo")


def rename_the_tab(hand: Hand) -> None:
    hand.editor.rename("Review", "Portfolio")


def move_the_tab(hand: Hand) -> None:
    hand.editor.move("Review", 2)


def hide_the_tab(hand: Hand) -> None:
    hand.editor.hide("Review")


def clear_the_stamp(hand: Hand) -> None:
    """The hidden mark of the form is gone; its labels and headers are there."""
    hand.editor.clear("Review!B1:B2")


def delete_the_other_tabs(hand: Hand) -> None:
    hand.editor.delete("Guide")
    hand.editor.delete("Changes")


def rename_the_spreadsheet(hand: Hand) -> None:
    title = {"properties": {"title": "Final FINAL"}, "fields": "title"}
    hand.editor.request({"updateSpreadsheetProperties": title})


def take_the_protection_off(hand: Hand) -> None:
    for sheet in hand.editor.document.sheets:
        for area in list(sheet.lists.get("protectedRanges", ())):
            one = area["protectedRangeId"]
            hand.editor.request({"deleteProtectedRange": {"protectedRangeId": one}})


def forget_all_names(hand: Hand) -> None:
    """Developer metadata, by which gatebook knows tabs that it writes; a reader needs none."""
    lookup = {"developerMetadataLookup": {"visibility": "DOCUMENT"}}
    hand.editor.request({"deleteDeveloperMetadata": {"dataFilter": lookup}})


class Edited(NamedTuple):
    """One line: something done to a form in the browser."""

    pain: int
    done: Callable[[Hand], None]
    decision: str
    code: str = ""
    words: str = ""


EDITED = [
    Edited(1, copy_from_another_sheet, "launch"),
    Edited(1, paste_a_row, "launch-with-plan"),
    Edited(2, rename_the_tab, "launch"),
    Edited(2, move_the_tab, "launch"),
    Edited(2, hide_the_tab, "launch"),
    Edited(2, clear_the_stamp, "launch"),
    Edited(2, delete_the_other_tabs, "launch"),
    Edited(2, forget_all_names, "launch"),
    Edited(5, sort_two_rows, "delayed", "red-without-action", "Gate 1 Data source documented"),
    Edited(5, move_a_row, "delayed", "red-without-action", "Gate 1 Data source documented"),
    Edited(5, insert_rows, "launch"),
    Edited(5, insert_a_column, "launch"),
    Edited(5, delete_a_row, "incomplete", "row-missing", "gate 3 Confidential data handled"),
    Edited(5, copy_a_row, "incomplete", "row-duplicated", "stands in 2 rows"),
    Edited(5, clear_a_key, "incomplete", "row-unknown", ""),
    Edited(
        6, merge_cells, "incomplete", "owner-missing", f"merged range D{row_of(3)}:E{row_of(3)}"
    ),
    Edited(6, write_far_away, "launch"),
    Edited(15, typed_in_america, "launch"),
    Edited(16, shown_without_a_year, "launch"),
    Edited(16, shown_as_a_number, "launch"),
    Edited(16, with_a_time, "launch"),
    Edited(16, another_locale, "launch"),
    Edited(17, a_chip, "launch"),
    Edited(17, a_chip_of_a_team, "launch", "owner-not-a-person", "Operations team"),
    Edited(17, a_chip_as_production_owner, "launch"),
    Edited(17, a_chip_of_a_file, "launch"),
    Edited(18, text_like_a_formula, "launch"),
    Edited(28, rename_the_spreadsheet, "launch"),
    Edited(29, take_the_protection_off, "launch"),
    Edited(13, a_note, "launch"),
]


@pytest.mark.parametrize(
    "case",
    [pytest.param(c, marks=abuse("google", c.pain)) for c in EDITED],
    ids=[f"{c.pain} {c.done.__name__}" for c in EDITED],
)
def test_what_people_do_in_the_browser(case: Edited, google: GoogleDesk) -> None:
    location = google.put("a review", passing_review())
    case.done(Hand(google, location))
    (review,) = decided(google)
    assert_outcome(review, case.decision, case.code, case.words)


def read(desk: Desk, location: str) -> Review:
    """The review as the product reads it."""
    return parse_review(grids(desk, location)[0], TWELVE, location, 0.0)


# What stands in the cell → the date that is read (16: as a number of days, never as it looks).
DATES: list[tuple[Callable[[Hand], None], date]] = [
    (typed_in_america, date(2026, 12, 24)),
    (shown_without_a_year, date(2026, 12, 24)),
    (shown_as_a_number, date(2026, 12, 24)),
    (with_a_time, date(2026, 12, 24)),
]


@pytest.mark.parametrize(("done", "day"), DATES, ids=[done.__name__ for done, _ in DATES])
@abuse("google", 16)
def test_dates_keep_their_meaning(
    done: Callable[[Hand], None], day: date, google: GoogleDesk
) -> None:
    location = google.put("a review", passing_review())
    done(Hand(google, location))
    assert read(google, location).rows[4].due == day


# Chips (addresses, and the text around them with an @ for each) → the name that is read.
CHIPS = [
    ([ANA], None, "Ana Ruiz"),
    ([ANA], "@ (until June)", "Ana Ruiz (until June)"),
    ([ANA, BO], None, "Ana Ruiz, Bo Li"),
    (["new.joiner@example.com"], None, "New Joiner"),
]


@pytest.mark.parametrize(("emails", "text", "name"), CHIPS)
@abuse("google", 17)
def test_people_chips_are_names(
    emails: list[str], text: str | None, name: str, google: GoogleDesk
) -> None:
    for email in emails:
        google.server.person(email)
    location = google.put("a review", passing_review())
    google.editor(location).chip(f"Review!{cell('5 owner')}", *emails, text=text)
    assert read(google, location).rows[4].owner == name


def test_a_chip_of_a_file_is_evidence(google: GoogleDesk) -> None:
    location = google.put("a review", passing_review())
    a_chip_of_a_file(Hand(google, location))
    assert read(google, location).rows[4].artifact_link.endswith("/document/d/evidence")


@abuse("google", 17)
def test_several_people_stand_one_a_line(desk: Desk) -> None:
    """17: a comma is part of a name."""
    location = desk.put("a review", passing_review())
    desk.type(location, LAYOUT.names.first.a1, "Ruiz, Ana\nLi, Bo")
    names = [one.name for one in read(desk, location).attendees]
    assert names[:2] == ["Ruiz, Ana", "Li, Bo"]


HOSTILE = ["=1+1", "+49 30 1234", "-Bo", "@SUM(A1)", "=cmd|' /C calc'!A0", "'quoted", "\t=1"]


@pytest.mark.parametrize("text", HOSTILE)
@abuse("google", 18)
def test_text_stays_text(text: str, both: tuple[ExcelDesk, GoogleDesk]) -> None:
    """18: in the form, and in the portfolio that it is copied to, on both backends."""
    for desk in both:
        review = with_row(passing_review(system=text, lead=text), 1, owner=text, artifact=text)
        location = desk.put("a review", review)
        (form, *_) = grids(desk, location)
        assert form.values[Cell.parse(cell("system"))] == text
        assert Cell.parse(cell("system")) not in form.formulas
        sync(desk)
        own = [grid for grid in grids(desk, desk.portfolio, whole=True) if grid.tab == "Portfolio"]
        shown = [at for at, value in own[0].values.items() if str(value).strip() == text.strip()]
        assert shown
        assert not any(at in own[0].formulas for at in shown)
