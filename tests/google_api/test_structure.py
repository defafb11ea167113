"""Rows, columns and tabs that move, and all that must follow them; and what reading leaves out."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.google_api.clients import ANA, BO, Http
from tests.google_api.edits import Editor, Refused
from tests.google_api.formulas import repeated
from tests.google_api.jsontypes import Json


@pytest.fixture
def ana(http: Http, file_id: str) -> Editor:
    return http.server.edit(file_id)


def columns(first: int, last: int) -> Json:
    return {"startColumnIndex": first, "endColumnIndex": last}


def rows(first: int, last: int, **more: int) -> Json:
    return {"sheetId": 0, "startRowIndex": first, "endRowIndex": last, **more}


MOVES: list[tuple[Callable[[Editor], None], str, str, tuple[int, int] | None]] = [
    # The edit; where the cell A5 went; the formula =A5+SUM(A2:A8)+$A$1; the rows 2 to 8.
    (lambda ana: ana.insert_rows("Sheet1", 3), "A6", "=A6+SUM(A2:A9)+$A$1", (1, 9)),
    (lambda ana: ana.insert_rows("Sheet1", 1, 2), "A7", "=A7+SUM(A4:A10)+$A$3", (3, 10)),
    (lambda ana: ana.insert_rows("Sheet1", 9), "A5", "=A5+SUM(A2:A8)+$A$1", (1, 8)),
    (lambda ana: ana.delete_rows("Sheet1", 3), "A4", "=A4+SUM(A2:A7)+$A$1", (1, 7)),
    (lambda ana: ana.delete_rows("Sheet1", 1), "A4", "=A4+SUM(A1:A7)+#REF!", (0, 7)),
    (lambda ana: ana.delete_rows("Sheet1", 5), "", "=#REF!+SUM(A2:A7)+$A$1", (1, 7)),
    (lambda ana: ana.insert_columns("Sheet1", 1), "B5", "=B5+SUM(B2:B8)+$B$1", (1, 8)),
    (lambda ana: ana.move_rows("Sheet1", 5, 1, 1), "A1", "=A1+SUM(A2:A8)+$A$2", (1, 8)),
]


@pytest.mark.parametrize(("edit", "cell", "formula", "span"), MOVES)
def test_formulas_ranges_and_metadata_follow(
    http: Http,
    ana: Editor,
    edit: Callable[[Editor], None],
    cell: str,
    formula: str,
    span: tuple[int, int],
) -> None:
    ana.type("A5", "me")
    ana.add("Other")
    ana.type("Other!A1", "=Sheet1!A5+SUM(Sheet1!A2:A8)+Sheet1!$A$1")
    area = rows(1, 8, startColumnIndex=0, endColumnIndex=1)
    key = {"metadataId": 1, "metadataKey": "gate", "visibility": "DOCUMENT"}
    place = {"dimensionRange": {"sheetId": 0, "dimension": "ROWS", "startIndex": 4, "endIndex": 5}}
    ana.request(
        {"addNamedRange": {"namedRange": {"name": "Some", "range": area}}},
        {"createDeveloperMetadata": {"developerMetadata": key | {"location": place}}},
    )
    edit(ana)
    if cell:
        assert ana.value(f"Sheet1!{cell}") == "me"
    other = ana.cell("Other!A1")["userEnteredValue"]["formulaValue"]
    assert other.replace("Sheet1!", "") == formula
    (named,) = ana.document.named_ranges
    assert (named["range"].get("startRowIndex", 0), named["range"]["endRowIndex"]) == span
    found = http.post(
        f"/v4/spreadsheets/{ana.document.id}/developerMetadata:search",
        {"dataFilters": [{"developerMetadataLookup": {"metadataKey": "gate"}}]},
    )
    places = [
        match["developerMetadata"]["location"]["dimensionRange"].get("startIndex", 0)
        for match in found.get("matchedDeveloperMetadata", ())
    ]
    assert places == ([int(cell[1:]) - 1] if cell else [])


@pytest.mark.parametrize(
    ("formula", "there"),
    [
        ("=A1", "=B3"),
        ("=$A1+A$1+$A$1", "=$A3+B$1+$A$1"),
        ("=SUM(A1:B2)", "=SUM(B3:C4)"),
        ('="A1"&Other!A1', '="A1"&Other!B3'),
        ("='My tab'!A1+LOG10(A1)", "='My tab'!B3+LOG10(B3)"),
        ("=A:A+1:1", "=A:A+1:1"),
    ],
)
def test_a_repeated_formula_follows(formula: str, there: str) -> None:
    """One column to the right, two rows down (`RepeatCellRequest`, discovery document)."""
    assert repeated(formula, 2, 1) == there


def test_formulas_follow_a_tabs_name(ana: Editor) -> None:
    ana.add("Data")
    ana.type("Sheet1!A1", '=Data!B2&"Data!B2"')
    ana.rename("Data", "New data")
    assert ana.cell("Sheet1!A1")["userEnteredValue"]["formulaValue"] == "='New data'!B2&\"Data!B2\""


def test_tabs_move_in_indexes_before_the_move(ana: Editor) -> None:
    """To put the first of three tabs second, its index is set to 2 (discovery document)."""
    ana.add("B")
    ana.add("C")
    ana.move("Sheet1", 2)
    assert ana.titles() == ["B", "Sheet1", "C"]
    ana.move("Sheet1", 2)
    assert ana.titles() == ["B", "Sheet1", "C"]
    ana.move("C", 0)
    assert ana.titles() == ["C", "B", "Sheet1"]


def test_a_range_is_cleared_where_rows_do_not_cover_it(http: Http, ana: Editor) -> None:
    ana.paste("A1", [["a", "b"], ["c", "d"], ["e", "f"]])
    ana.note("B2", "stays")
    values = [{"userEnteredValue": {"stringValue": "new"}}]
    area = rows(0, 2, **columns(0, 2))
    update = {"range": area, "rows": [{"values": values}], "fields": "userEnteredValue"}
    http.batch(ana.document.id, {"updateCells": update})
    assert http.values(ana.document.id, "A1:B3") == [["new"], [], ["e", "f"]]
    assert ana.cell("B2") == {"note": "stays"}


def test_conditional_rules_are_numbered_from_the_top(http: Http, ana: Editor) -> None:
    def rule(text: str) -> Json:
        condition = {"type": "TEXT_EQ", "values": [{"userEnteredValue": text}]}
        style = {"condition": condition, "format": {"textFormat": {"bold": True}}}
        return {"ranges": [rows(0, 5)], "booleanRule": style}

    number = ana.document.id
    add = "addConditionalFormatRule"
    http.batch(number, *({add: {"rule": rule(t), "index": i}} for i, t in enumerate("abc")))
    http.batch(number, {add: {"rule": rule("x")}})
    assert _rules(http, number) == ["x", "a", "b", "c"]
    http.batch(number, {"deleteConditionalFormatRule": {"index": 0}})
    http.batch(number, {"updateConditionalFormatRule": {"index": 2, "newIndex": 0}})
    assert _rules(http, number) == ["c", "a", "b"]


def _rules(http: Http, file_id: str) -> list[str]:
    read = http.get(f"/v4/spreadsheets/{file_id}", fields="sheets.conditionalFormats")
    conditions = [r["booleanRule"]["condition"] for r in read["sheets"][0]["conditionalFormats"]]
    return [condition["values"][0]["userEnteredValue"] for condition in conditions]


def test_what_reading_leaves_out(http: Http, ana: Editor) -> None:
    ana.paste("B2", [["x", "", ""], ["", "", ""]])
    mask = "sheets(properties(sheetId,title),data(startRow,rowData.values(effectiveValue,note)))"
    read = http.get(f"/v4/spreadsheets/{ana.document.id}", fields=mask)
    x = {"effectiveValue": {"stringValue": "x"}}
    data = {"rowData": [{}, {"values": [{}, x]}]}
    assert read == {"sheets": [{"properties": {"sheetId": 0, "title": "Sheet1"}, "data": [data]}]}
    part = http.get(f"/v4/spreadsheets/{ana.document.id}", fields=mask, ranges="Sheet1!B2:C9")
    assert part["sheets"][0]["data"] == [{"startRow": 1, "rowData": [{"values": [x]}]}]


def test_chips_are_names_when_read(http: Http, ana: Editor) -> None:
    http.server.person(BO, "Bo Li")
    ana.chip("A1", BO, text="@ decides 🙂")
    cell = http.get(
        f"/v4/spreadsheets/{ana.document.id}",
        fields="sheets.data.rowData.values(userEnteredValue,effectiveValue,formattedValue,chipRuns)",
    )["sheets"][0]["data"][0]["rowData"][0]["values"][0]
    assert cell == {
        "userEnteredValue": {"stringValue": "@ decides 🙂"},
        "effectiveValue": {"stringValue": "Bo Li decides 🙂"},
        "formattedValue": "Bo Li decides 🙂",
        "chipRuns": [
            {"chip": {"personProperties": {"email": BO}}},
            {"startIndex": 1, "chip": {}},
        ],
    }


def test_links_of_a_whole_cell(http: Http, ana: Editor) -> None:
    ana.type("A1", "docs")
    link = {"uri": "https://example.com/docs"}
    ana.format("A1", {"textFormat": {"link": link}})
    read = http.get(
        f"/v4/spreadsheets/{ana.document.id}", fields="sheets.data.rowData.values.hyperlink"
    )
    assert read["sheets"][0]["data"][0]["rowData"][0]["values"] == [{"hyperlink": link["uri"]}]


def test_a_strict_dropdown_refuses_typing_but_not_pasting(ana: Editor) -> None:
    condition = {"type": "ONE_OF_LIST", "values": [{"userEnteredValue": "Red"}]}
    rule = {"condition": condition, "strict": True, "showCustomUi": True}
    ana.request({"setDataValidation": {"range": rows(0, 1, **columns(0, 1)), "rule": rule}})
    ana.type("A1", "Red")
    with pytest.raises(Refused):
        ana.type("A1", "Pink")
    ana.paste("A1", [["Pink"]])
    assert ana.value("A1") == "Pink"


def test_protection_keeps_others_out(http: Http, ana: Editor) -> None:
    number = ana.document.id
    http.server.share(number, BO, "writer")
    open_cells = [rows(4, 6, **columns(1, 2))]
    locked = {
        "range": {"sheetId": 0},
        "unprotectedRanges": open_cells,
        "editors": {"users": [ANA]},
    }
    http.batch(number, {"addProtectedRange": {"protectedRange": locked}})
    bo = Http(http.server, BO)
    put = f"/v4/spreadsheets/{number}/values"
    body, query = {"values": [["x"]]}, {"valueInputOption": "RAW"}
    assert bo.call("PUT", f"{put}/B5", body, **query).status_code == 200
    refused = bo.call("PUT", f"{put}/B4", body, **query)
    assert (refused.status_code, "protected cell" in refused.text) == (400, True)
    inserted = {"sheetId": 0, "dimension": "ROWS", "startIndex": 1, "endIndex": 2}
    for request in (
        {"insertDimension": {"range": inserted}},
        {"mergeCells": {"range": rows(0, 2)}},
        {"updateCells": {"range": rows(4, 7, **columns(1, 2)), "fields": "userEnteredValue"}},
    ):
        assert "protected cell" in bo.refused(number, request)
    assert http.call("PUT", f"{put}/B4", body, **query).status_code == 200
    # "only visible to users with edit access to the protected range" (discovery document)
    mask = {"fields": "sheets.protectedRanges(editors,requestingUserCanEdit)"}
    assert bo.get(f"/v4/spreadsheets/{number}", **mask) == {"sheets": [{"protectedRanges": [{}]}]}
    ours = http.get(f"/v4/spreadsheets/{number}", **mask)["sheets"][0]["protectedRanges"]
    assert ours == [{"editors": {"users": [ANA]}, "requestingUserCanEdit": True}]


def test_a_duplicate_has_ids_of_its_own(ana: Editor) -> None:
    area = rows(0, 2)
    ana.request({"addProtectedRange": {"protectedRange": {"protectedRangeId": 5, "range": area}}})
    ana.type("A1", "x")
    ana.duplicate("Sheet1", "Twin")
    assert ana.titles() == ["Sheet1", "Twin"]
    twin = ana.document.sheets[1]
    (protected,) = twin.lists["protectedRanges"]
    assert protected["protectedRangeId"] != 5
    assert protected["range"]["sheetId"] == twin.id != 0
    ana.type("Twin!A1", "y")
    assert (ana.value("Sheet1!A1"), ana.value("Twin!A1")) == ("x", "y")
