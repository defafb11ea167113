"""What lies on cells, and whose files they are, through the real gspread and google-auth.

The calls and what must come of them follow gspread's own test-suite, which was recorded with Google.
"""

from __future__ import annotations

from collections.abc import MutableMapping

import gspread
import pytest
from gspread.utils import MergeType

from tests.google_api.clients import ALL, DRIVE_FILE, gspread_client, gspread_with
from tests.google_api.server import GoogleServer

ABC = [["Apple", "2012", "4"], ["Banana", "2013", "3"], ["Cherry", "2007", "1"]]
Query = MutableMapping[str, str | int | bool | float | list[str] | None]


def test_formats_are_read_back_in_eight_bits(book: gspread.Spreadsheet) -> None:
    book.sheet1.format("A2:B2", {"backgroundColor": {"green": 1, "blue": 0.5}})
    query: Query = {"ranges": "Sheet1!A2", "fields": "sheets.data.rowData.values.userEnteredFormat"}
    read = book.fetch_sheet_metadata(query)
    color = {"green": 1, "blue": 0.49803922}
    both = {"backgroundColor": color, "backgroundColorStyle": {"rgbColor": color}}
    assert read == {
        "sheets": [{"data": [{"rowData": [{"values": [{"userEnteredFormat": both}]}]}]}]
    }


def test_notes(sheet: gspread.Worksheet) -> None:
    sheet.insert_notes({"A1": "read me", "B3": "or not"})
    assert sheet.get_note("A1") == "read me"
    assert sheet.get_notes() == [["read me"], [], ["", "or not"]]
    sheet.clear_notes(["A1"])
    assert sheet.get_note("A1") == ""


def test_merged(sheet: gspread.Worksheet) -> None:
    sheet.update([["1", "2", "4"], ["down"], [], ["", "", "", "end"]], "A1")
    sheet.merge_cells("A2:B3")
    sheet.merge_cells("C1:D2", merge_type=MergeType.merge_rows)
    whole = sheet.get_values("A1:D4", combine_merged_cells=True)
    assert whole[:3] == [["1", "2", "4", "4"], ["down", "down", "", ""], ["down", "down", "", ""]]
    with pytest.raises(gspread.exceptions.APIError, match="You must select all cells"):
        sheet.merge_cells("B3:C3")
    sheet.unmerge_cells("A1:D4")
    assert "merges" not in sheet.spreadsheet.fetch_sheet_metadata()["sheets"][0]


def test_named_ranges(book: gspread.Spreadsheet) -> None:
    sheet = book.sheet1
    sheet.update(ABC, "A1")
    sheet.define_named_range("B1:C2", "Numbers")
    (named,) = book.list_named_ranges()
    # Recorded: the id of the first tab, 0, is left out.
    assert named["range"] == {
        "startRowIndex": 0,
        "endRowIndex": 2,
        "startColumnIndex": 1,
        "endColumnIndex": 3,
    }
    assert sheet.get("Numbers") == [["2012", "4"], ["2013", "3"]]
    with pytest.raises(gspread.exceptions.APIError, match="already exists"):
        sheet.define_named_range("A1:A2", "numbers")
    sheet.delete_named_range(named["namedRangeId"])
    assert book.list_named_ranges() == []


def test_protected_ranges_name_the_account_that_made_them(book: gspread.Spreadsheet) -> None:
    sheet = book.sheet1
    reply = sheet.add_protected_range("A1:B2", description="locked")
    number = reply["replies"][0]["addProtectedRange"]["protectedRange"]["protectedRangeId"]
    (protected,) = book.list_protected_ranges(sheet.id)
    assert (protected["protectedRangeId"], protected["description"]) == (number, "locked")
    assert protected["editors"] == {"users": ["ana.diaz@example.com"]}
    sheet.delete_protected_range(number)
    assert book.list_protected_ranges(sheet.id) == []


def test_filters_are_bounded_when_read(book: gspread.Spreadsheet) -> None:
    sheet = book.add_worksheet("F", 20, 4)
    sheet.set_basic_filter()
    read = book.fetch_sheet_metadata()["sheets"][1]["basicFilter"]["range"]
    assert (read["endRowIndex"], read["endColumnIndex"]) == (20, 4)
    sheet.clear_basic_filter()
    assert "basicFilter" not in book.fetch_sheet_metadata()["sheets"][1]


def test_copied_and_cut(sheet: gspread.Worksheet) -> None:
    sheet.update([["a", "b"]], "A1")
    sheet.copy_range("A1:B1", "A2:B3")
    assert sheet.get_all_values() == [["a", "b"]] * 3
    sheet.cut_range("A1:B1", "D5")
    assert sheet.get("A1:E5")[0] == []
    assert sheet.get("D5:E5") == [["a", "b"]]


def test_an_opened_file_of_the_app_under_drive_file(google_server: GoogleServer) -> None:
    """`drive.file` shows an app what it created, and nothing else."""
    mine = gspread_client(google_server, scopes=[DRIVE_FILE]).create("Made by the app")
    other = google_server.spreadsheet("Made in the browser", "ana.diaz@example.com")
    client = gspread_client(google_server, scopes=[DRIVE_FILE])
    assert client.open_by_key(mine.id).sheet1.title == "Sheet1"
    with pytest.raises(gspread.SpreadsheetNotFound):
        client.open_by_key(other)
    assert [file["id"] for file in client.list_spreadsheet_files()] == [mine.id]


def test_a_service_account_owns_no_storage(google_server: GoogleServer) -> None:
    """gspread's issue 1592."""
    client = gspread_with(google_server, google_server.robot_credentials(ALL))
    with pytest.raises(gspread.exceptions.APIError, match="storage quota"):
        client.create("Nowhere to put it")
    robot = google_server.robot().email
    drive = google_server.shared_drive("Reviews", {robot: "fileOrganizer"})
    assert client.create("In a shared drive", folder_id=drive).sheet1.id == 0
