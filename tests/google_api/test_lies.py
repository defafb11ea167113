"""Each lie can be seen by who knows the truth, and only while it is told."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.google_api import lies
from tests.google_api.clients import ANA, Http
from tests.google_api.jsontypes import Json
from tests.google_api.store import SPREADSHEET


def new(http: Http, **more: Any) -> str:
    body = {"name": "Review", "mimeType": SPREADSHEET, **more}
    return str(http.post("/drive/v3/files", body)["id"])


def raw_value(http: Http) -> Any:
    file_id = new(http)
    address = f"/v4/spreadsheets/{file_id}/values/A1"
    http.call("PUT", address, {"values": [["007"]]}, valueInputOption="RAW")
    return http.values(file_id, "A1")


def string_value(http: Http) -> Any:
    file_id = new(http)
    cell = {"userEnteredValue": {"stringValue": "=1+1"}}
    update = {"start": {"sheetId": 0}, "rows": [{"values": [cell]}], "fields": "*"}
    http.batch(file_id, {"updateCells": update})
    return http.values(file_id, "A1", valueRenderOption="UNFORMATTED_VALUE")


def range_read(http: Http) -> Any:
    file_id = new(http)
    http.server.edit(file_id).type("A1", "x")
    return http.get(f"/v4/spreadsheets/{file_id}/values/Sheet1!A1:ZZ")["range"]


def empty_rows(http: Http) -> Any:
    file_id = new(http)
    http.server.edit(file_id).type("A1", "x")
    mask = "sheets.data.rowData.values.effectiveValue"
    read = http.get(f"/v4/spreadsheets/{file_id}", fields=mask)
    return len(read["sheets"][0]["data"][0]["rowData"])


def tabs(http: Http) -> Any:
    file_id = new(http)
    http.server.edit(file_id).add("Second")
    return len(http.get(f"/v4/spreadsheets/{file_id}")["sheets"])


def read_after_write(http: Http) -> Any:
    file_id = new(http)
    http.server.edit(file_id).type("A1", "x")
    return http.values(file_id, "A1")


def hidden_column(http: Http) -> Any:
    file_id = new(http)
    ana = http.server.edit(file_id)
    ana.paste("A1", [["key", "value"]])
    ana.hide_columns("Sheet1", 1)
    return http.values(file_id, "A1:B1")


def cleared(http: Http) -> Any:
    file_id = new(http)
    http.server.edit(file_id).paste("A1", [["a"], ["b"]])
    grid = {"sheetId": 0, "endRowIndex": 2, "endColumnIndex": 1}
    http.batch(file_id, {"updateCells": {"range": grid, "fields": "userEnteredValue"}})
    return http.values(file_id, "A1:A2")


def half_a_batch(http: Http) -> Any:
    file_id = new(http)
    http.refused(file_id, {"addSheet": {}}, {"deleteSheet": {"sheetId": 99}})
    return len(http.server.edit(file_id).titles())


def version(http: Http) -> Any:
    file_id = new(http)
    http.server.edit(file_id).type("A1", "x")
    return http.get(f"/drive/v3/files/{file_id}", fields="version")["version"]


def key_of_row(http: Http) -> Any:
    file_id = new(http)
    place = {"dimensionRange": {"sheetId": 0, "dimension": "ROWS", "endIndex": 1}}
    entry: Json = {"metadataKey": "k", "visibility": "DOCUMENT", "location": place}
    http.batch(file_id, {"createDeveloperMetadata": {"developerMetadata": entry}})
    mask = "sheets.data.rowMetadata.developerMetadata.metadataKey"
    read = http.get(f"/v4/spreadsheets/{file_id}", fields=mask, ranges="Sheet1!A1")
    return read["sheets"][0]["data"][0]["rowMetadata"][0]


def app_properties(http: Http) -> Any:
    file_id = new(http, appProperties={"review": "1"})
    return http.get(f"/drive/v3/files/{file_id}", fields="appProperties")


def chosen_id(http: Http) -> Any:
    file_id = new(http)
    http.batch(file_id, {"addSheet": {"properties": {"sheetId": 7, "title": "Seven"}}})
    read = http.get(f"/v4/spreadsheets/{file_id}", fields="sheets.properties.sheetId")
    return [sheet["properties"]["sheetId"] for sheet in read["sheets"]]


def next_page(http: Http) -> Any:
    folder = http.server.folder("Two", ANA)
    for _ in range(2):
        new(http, parents=[folder])
    query = {"q": f"'{folder}' in parents", "pageSize": "1"}
    return "nextPageToken" in http.get("/drive/v3/files", **query)


def a_date(http: Http) -> Any:
    file_id = new(http)
    http.server.edit(file_id).type("A1", "2026-12-31")
    return http.values(file_id, "A1", valueRenderOption="UNFORMATTED_VALUE")


SEEN: list[tuple[str, Callable[[Http], Any], Any, Any]] = [
    ("raw-parsed", raw_value, [["007"]], [["7"]]),
    ("raw-parsed", string_value, [["=1+1"]], None),
    ("ranges-not-clipped", range_read, "Sheet1!A1:Z1000", "Sheet1!A1:ZZ2000"),
    ("ranges-not-clipped", empty_rows, 1, 3),
    ("forgets-a-tab", tabs, 2, 1),
    ("stale-read", read_after_write, [["x"]], None),
    ("drops-hidden-column", hidden_column, [["key", "value"]], [["", "value"]]),
    ("ignores-range-clear", cleared, None, [["a"], ["b"]]),
    ("no-atomicity", half_a_batch, 1, 2),
    ("version-frozen", version, "2", "1"),
    ("loses-metadata", key_of_row, {"developerMetadata": [{"metadataKey": "k"}]}, {}),
    ("loses-metadata", app_properties, {"appProperties": {"review": "1"}}, {}),
    ("renumbers-ids", chosen_id, [0, 7], [0, 8]),
    ("truncates-pages", next_page, True, False),
    ("dates-as-text", a_date, [[46387]], [["2026-12-31"]]),
]


@pytest.mark.parametrize(("name", "look", "truth", "lie"), SEEN)
def test_a_lie_is_seen_while_it_is_told(
    http: Http, name: str, look: Callable[[Http], Any], truth: Any, lie: Any
) -> None:
    assert look(http) == truth
    http.server.lies.tell(name)
    assert look(http) == lie
    http.server.lies.stop()
    assert look(http) == truth


def test_every_lie_is_in_the_table() -> None:
    assert {name for name, *_ in SEEN} == set(lies.NAMES)


def test_unknown_lies_are_not_told(http: Http) -> None:
    with pytest.raises(KeyError):
        http.server.lies.tell("white")
