"""What gspread's users do, through the real gspread and google-auth, over HTTP.

The calls and what must come of them follow gspread's own test-suite, which was recorded with Google.
"""

from __future__ import annotations

from collections.abc import MutableMapping

import gspread
import pytest
from gspread.utils import DateTimeOption, Dimension, ValueInputOption, ValueRenderOption

from tests.google_api.clients import BO, gspread_client
from tests.google_api.server import GoogleServer

ABC = [["Apple", "2012", "4"], ["Banana", "2013", "3"], ["Cherry", "2007", "1"]]
TYPED = ValueInputOption.user_entered
Query = MutableMapping[str, str | int | bool | float | list[str] | None]


def _range(sheet: gspread.Worksheet, area: str) -> str:
    """The range that the server says it read."""
    read = sheet.get(area)
    assert isinstance(read, gspread.ValueRange)
    return str(read.range)


# The spreadsheet and its tabs.


def test_a_new_spreadsheet_has_one_tab_of_1000_by_26(book: gspread.Spreadsheet) -> None:
    (sheet,) = book.worksheets()
    assert (sheet.id, sheet.title, sheet.index) == (0, "Sheet1", 0)
    assert (sheet.row_count, sheet.col_count) == (1000, 26)
    assert (book.locale, book.timezone) == ("en_US", "Etc/GMT")


def test_title_locale_and_time_zone(book: gspread.Spreadsheet) -> None:
    book.update_title("Portfolio")
    book.update_locale("fr_FR")
    book.update_timezone("Europe/Paris")
    assert (book.title, book.locale, book.timezone) == ("Portfolio", "fr_FR", "Europe/Paris")


def test_opened_by_key_and_by_title(google_server: GoogleServer) -> None:
    client = gspread_client(google_server)
    book = client.create("A review")
    assert client.open("A review").id == client.open_by_key(book.id).id == book.id
    with pytest.raises(gspread.SpreadsheetNotFound):
        client.open("No such review")
    with pytest.raises(gspread.SpreadsheetNotFound):
        client.open_by_key("nothing-there")


def test_listed_with_times(google_server: GoogleServer) -> None:
    client = gspread_client(google_server)
    client.create("One")
    client.create("Two")
    files = client.list_spreadsheet_files()
    assert {file["name"] for file in files} == {"One", "Two"}
    assert all(file["modifiedTime"].endswith("Z") for file in files)


def test_a_copy_has_the_cells_and_another_id(google_server: GoogleServer) -> None:
    client = gspread_client(google_server)
    book = client.create("Original")
    book.sheet1.update([["kept"]], "A1")
    copied = client.copy(book.id, title="Copied", copy_comments=False)
    assert copied.id != book.id
    assert copied.sheet1.acell("A1").value == "kept"


def test_deleted_is_gone(google_server: GoogleServer) -> None:
    client = gspread_client(google_server)
    book = client.create("Short life")
    client.del_spreadsheet(book.id)
    with pytest.raises(gspread.SpreadsheetNotFound):
        client.open_by_key(book.id)


def test_another_persons_spreadsheet_is_refused(
    google_server: GoogleServer, book: gspread.Spreadsheet
) -> None:
    with pytest.raises(PermissionError):
        gspread_client(google_server, BO).open_by_key(book.id)


def test_shared_by_permissions(google_server: GoogleServer, book: gspread.Spreadsheet) -> None:
    book.share(BO, perm_type="user", role="reader", notify=False)
    assert {item["emailAddress"]: item["role"] for item in book.list_permissions()} == {
        "ana.diaz@example.com": "owner",
        BO: "reader",
    }
    theirs = gspread_client(google_server, BO).open_by_key(book.id)
    with pytest.raises(gspread.exceptions.APIError, match="403"):
        theirs.sheet1.update([["x"]], "A1")
    book.remove_permissions(BO, role="any")
    with pytest.raises(PermissionError):
        gspread_client(google_server, BO).open_by_key(book.id)


def test_tabs_added_found_and_removed(book: gspread.Spreadsheet) -> None:
    added = book.add_worksheet("Second", 10, 5)
    assert (added.row_count, added.col_count, added.index) == (10, 5, 1)
    assert book.worksheet("Second").id == book.get_worksheet(1).id == added.id
    assert book.get_worksheet_by_id(added.id).title == "Second"
    book.del_worksheet(added)
    assert [sheet.title for sheet in book.worksheets()] == ["Sheet1"]


def test_tabs_in_another_order(book: gspread.Spreadsheet) -> None:
    for title in ("B", "C"):
        book.add_worksheet(title, 5, 5)
    book.reorder_worksheets(list(reversed(book.worksheets())))
    assert [sheet.title for sheet in book.worksheets()] == ["C", "B", "Sheet1"]
    book.worksheet("C").update_index(2)
    assert [sheet.title for sheet in book.worksheets()] == ["B", "C", "Sheet1"]


def test_hidden_tabs(book: gspread.Spreadsheet) -> None:
    with pytest.raises(gspread.exceptions.APIError, match="You can't hide all the sheets"):
        book.sheet1.hide()
    book.add_worksheet("Other", 5, 5).hide()
    assert [sheet.title for sheet in book.worksheets(exclude_hidden=True)] == ["Sheet1"]
    book.worksheet("Other").show()
    assert len(book.worksheets(exclude_hidden=True)) == 2


def test_a_duplicate_and_a_copy_elsewhere(
    google_server: GoogleServer, book: gspread.Spreadsheet
) -> None:
    book.sheet1.update([["here"]], "B2")
    twin = book.sheet1.duplicate(new_sheet_name="Twin", insert_sheet_index=1)
    assert (twin.title, twin.acell("B2").value) == ("Twin", "here")
    other = gspread_client(google_server).create("Other")
    book.sheet1.copy_to(other.id)
    assert [sheet.title for sheet in other.worksheets()] == ["Sheet1", "Copy of Sheet1"]


def test_a_tab_called_like_a_cell(book: gspread.Spreadsheet) -> None:
    sheet = book.add_worksheet("A1", 5, 5)
    sheet.update([["1", "2"]], "A1")
    assert sheet.get_all_values() == [["1", "2"]]
    assert _range(sheet, "A1:B1") == "'A1'!A1:B1"


def test_freeze_colour_gridlines_and_size(book: gspread.Spreadsheet) -> None:
    sheet = book.sheet1
    sheet.freeze(rows=2, cols=1)
    sheet.update_tab_color("#FF007F")
    sheet.hide_gridlines()
    sheet.resize(10, 5)
    (read,) = book.worksheets()
    assert (read.frozen_row_count, read.frozen_col_count) == (2, 1)
    assert read.get_tab_color() == "#FF007F"
    assert read.is_gridlines_hidden
    assert (read.row_count, read.col_count) == (10, 5)
    with pytest.raises(gspread.exceptions.APIError, match="freeze all"):
        sheet.freeze(rows=10)
    sheet.clear_tab_color()
    assert book.sheet1.get_tab_color() is None


# Values.


def test_raw_and_typed_are_two_things(sheet: gspread.Worksheet) -> None:
    texts = [["007", "1e5", "=1+1", "TRUE", "12/31/2026", "12%", "'5"]]
    sheet.update(texts, "A1", value_input_option=ValueInputOption.raw)
    assert sheet.get("A1:G1") == texts
    sheet.update(texts, "A2", value_input_option=TYPED)
    unformatted = sheet.get("A2:G2", value_render_option=ValueRenderOption.unformatted)
    assert unformatted == [[7, 100000, "", True, 46387, 0.12, "5"]]
    assert sheet.acell("C2", value_render_option=ValueRenderOption.formula).value == "=1+1"


def test_typed_as_recorded(sheet: gspread.Worksheet) -> None:
    for typed, shown in (
        ("test", "test"),
        (42, "42"),
        ("0042", "42"),
        (42.01, "42.01"),
        ("Артур", "Артур"),
        ("2,000,000.01", "2,000,000.01"),
    ):
        sheet.update_cell(1, 2, typed)
        assert sheet.cell(1, 2).value == shown


def test_dates_are_numbers_below(sheet: gspread.Worksheet) -> None:
    sheet.update([["2020-01-01", "string", 53], [0.12, "1999-01-02", ""]], "A1", raw=False)
    assert sheet.get_all_values() == [["2020-01-01", "string", "53"], ["0.12", "1999-01-02", ""]]
    unformatted = ValueRenderOption.unformatted
    assert sheet.get(value_render_option=unformatted) == [[43831, "string", 53], [0.12, 36162]]
    as_text = DateTimeOption.formatted_string
    read = sheet.get(value_render_option=unformatted, date_time_render_option=as_text)
    assert read == [["2020-01-01", "string", 53], [0.12, "1999-01-02"]]


def test_empty_cells_at_the_end_are_not_sent(sheet: gspread.Worksheet) -> None:
    assert sheet.get("A1:D4") == [[]]
    sheet.batch_update(
        [
            {"range": "A1:D1", "values": [["A1", "B1", "", "D1"]]},
            {"range": "A4:D4", "values": [["A4", "", "", ""]]},
        ]
    )
    assert sheet.get("A1:D6") == [["A1", "B1", "", "D1"], [], [], ["A4"]]
    assert sheet.get("A1:D6", major_dimension=Dimension.cols) == [
        ["A1", "", "", "A4"],
        ["B1"],
        [],
        ["D1"],
    ]


def test_ranges_are_clipped_to_the_grid(book: gspread.Spreadsheet) -> None:
    sheet = book.add_worksheet("Small tab", 10, 10)
    assert _range(sheet, "A1:C") == "'Small tab'!A1:C10"
    assert _range(sheet, "B2:ZZ99") == "'Small tab'!B2:J10"
    assert _range(sheet, "C5:A1") == "'Small tab'!A1:C5"
    with pytest.raises(gspread.exceptions.APIError, match="exceeds grid limits"):
        sheet.get("A11:B12")
    with pytest.raises(gspread.exceptions.APIError, match="exceeds grid limits"):
        sheet.update([["x"]], "K1")
    with pytest.raises(gspread.exceptions.APIError, match="Unable to parse range"):
        sheet.get("nonsense!")


def test_a_write_stays_within_its_range(sheet: gspread.Worksheet) -> None:
    with pytest.raises(gspread.exceptions.APIError, match="tried writing to row"):
        sheet.update(ABC, "A1:C2")
    with pytest.raises(gspread.exceptions.APIError, match="tried writing to column"):
        sheet.update(ABC, "A1:B3")
    sheet.update(ABC, "A1")
    assert sheet.get_all_values() == ABC


def test_none_leaves_a_cell_alone(sheet: gspread.Worksheet) -> None:
    sheet.update([["a", "b"], ["c", "d"]], "A1:B2")
    answer = sheet.update([["top", None], [None, "bottom"]], "A1:B2")
    assert answer["updatedRange"] == "Sheet1!A1:B2"
    assert (answer["updatedRows"], answer["updatedColumns"], answer["updatedCells"]) == (2, 2, 2)
    assert sheet.get_all_values() == [["top", "b"], ["c", "bottom"]]


def test_rows_are_appended_below_the_table_they_touch(sheet: gspread.Worksheet) -> None:
    row = ["1", "", "3"]
    first = sheet.append_row(row)
    assert "tableRange" not in first
    assert first["updates"]["updatedRange"] == "Sheet1!A1:C1"
    # Recorded: A1 and C1 are two tables, and the last one counts.
    second = sheet.append_row(row)
    assert (second["tableRange"], second["updates"]["updatedRange"]) == (
        "Sheet1!C1",
        "Sheet1!C2:E2",
    )
    third = sheet.append_row(row, table_range="A1")
    assert (third["tableRange"], third["updates"]["updatedRange"]) == ("Sheet1!A1", "Sheet1!A2:C2")


def test_appended_rows_make_the_grid_grow(book: gspread.Spreadsheet) -> None:
    sheet = book.add_worksheet("Full", 2, 2)
    sheet.update([["1", "2"], ["3", "4"]], "A1")
    sheet.append_rows([["5", "6"], ["7", "8"]])
    assert book.worksheet("Full").row_count == 4
    assert sheet.get_all_values()[-1] == ["7", "8"]


def test_several_ranges_at_once(sheet: gspread.Worksheet) -> None:
    sheet.update(ABC, "A1")
    read = sheet.batch_get(["A1:A2", "C3"])
    assert [block.range for block in read] == ["Sheet1!A1:A2", "Sheet1!C3"]
    assert list(read[0]) == [["Apple"], ["Banana"]]
    sheet.batch_clear(["A1:A2", "C3"])
    assert sheet.get_all_values() == [["", "2012", "4"], ["", "2013", "3"], ["Cherry", "2007", ""]]
    sheet.clear()
    assert sheet.get_all_values() == [[]]


def test_found_by_text(sheet: gspread.Worksheet) -> None:
    sheet.update(ABC, "B2")
    cell = sheet.find("Banana")
    assert cell is not None
    assert (cell.row, cell.col) == (3, 2)
    assert sheet.find("nowhere") is None


def test_records(sheet: gspread.Worksheet) -> None:
    sheet.update([["Name", "Year"], ["Apple", 2012]], "A1")
    assert sheet.get_all_records() == [{"Name": "Apple", "Year": 2012}]


# Rows and columns.


def test_rows_and_columns_come_and_go(sheet: gspread.Worksheet) -> None:
    sheet.update(ABC, "A1")
    sheet.insert_row(["new"], 2)
    assert sheet.col_values(1) == ["Apple", "new", "Banana", "Cherry"]
    sheet.insert_cols([["x", "y"]], 2)
    assert sheet.row_values(1) == ["Apple", "x", "2012", "4"]
    sheet.delete_rows(2)
    sheet.delete_columns(2)
    assert sheet.get_all_values() == ABC
    assert (sheet.row_count, sheet.col_count) == (1000, 26)
    sheet.add_rows(5)
    sheet.add_cols(1)
    assert (sheet.row_count, sheet.col_count) == (1005, 27)


def test_sorted_as_recorded(sheet: gspread.Worksheet) -> None:
    sheet.resize(3, 3)
    sheet.update(ABC, "A1")
    sheet.sort((3, "asc"), range="A1:C3")
    assert sheet.col_values(1) == ["Cherry", "Banana", "Apple"]
    sheet.sort((1, "des"), range="A1:C3")
    assert sheet.col_values(1) == ["Cherry", "Banana", "Apple"]
    sheet.sort((2, "asc"), (3, "asc"), range="A1:C2")
    assert sheet.col_values(1) == ["Cherry", "Banana", "Apple"]


def test_hidden_and_grouped(book: gspread.Spreadsheet) -> None:
    sheet = book.sheet1
    sheet.hide_columns(1, 3)
    fields: Query = {"fields": "sheets.data.columnMetadata"}
    columns = book.fetch_sheet_metadata(fields)["sheets"][0]["data"][0]["columnMetadata"]
    assert [column.get("hiddenByUser", False) for column in columns[:4]] == [
        False,
        True,
        True,
        False,
    ]
    sheet.unhide_columns(1, 3)
    sheet.add_dimension_group_rows(0, 2)
    assert sheet.list_dimension_group_rows() == [
        {"range": {"dimension": "ROWS", "startIndex": 0, "endIndex": 2}, "depth": 1}
    ]
    sheet.delete_dimension_group_rows(0, 2)
    assert sheet.list_dimension_group_rows() == []
    sheet.columns_auto_resize(0, 1)
