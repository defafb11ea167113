"""Drive: searching, paging, shared drives, trash, shortcuts, ids, properties."""

from __future__ import annotations

import pytest

from tests.google_api.clients import ANA, BO, Http
from tests.google_api.jsontypes import Json
from tests.google_api.server import GoogleServer
from tests.google_api.store import FOLDER, SHORTCUT, SPREADSHEET

EVERYWHERE = {"supportsAllDrives": "true", "includeItemsFromAllDrives": "true"}


def names(http: Http, q: str, **query: str) -> list[str]:
    found = http.get("/drive/v3/files", q=q, orderBy="name", **query)
    return [file["name"] for file in found["files"]]


@pytest.fixture
def folder(google_server: GoogleServer) -> str:
    """A folder with two spreadsheets, a workbook, a folder and a trashed spreadsheet."""
    folder = google_server.folder("Reviews", ANA)
    for name in ("Chat pilot", "Search pilot"):
        google_server.spreadsheet(name, ANA, parent=folder)
    google_server.upload("old.xlsx", ANA, b"PK", parent=folder)
    google_server.folder("Archive", ANA, parent=folder)
    google_server.trash(google_server.spreadsheet("Trashed", ANA, parent=folder))
    return folder


@pytest.mark.parametrize(
    ("q", "found"),
    [
        ("trashed = false", ["Archive", "Chat pilot", "old.xlsx", "Search pilot"]),
        ("trashed=true", ["Trashed"]),
        (f"mimeType='{FOLDER}'", ["Archive"]),
        (f"mimeType = '{SPREADSHEET}' and trashed = false", ["Chat pilot", "Search pilot"]),
        (f"mimeType != '{SPREADSHEET}' and mimeType != '{FOLDER}'", ["old.xlsx"]),
        (
            f"(mimeType='{FOLDER}' or name = 'old.xlsx') and not trashed=true",
            ["Archive", "old.xlsx"],
        ),
        ("name contains 'pilot'", ["Chat pilot", "Search pilot"]),
        ("name contains 'ilot'", []),
        ("name = 'Chat pilot'", ["Chat pilot"]),
        ('name = "Chat pilot"', ["Chat pilot"]),
        ("'bo.li@example.com' in writers", []),
        ("'ana.diaz@example.com' in owners and name='old.xlsx'", ["old.xlsx"]),
        ("modifiedTime > '2020-01-01T00:00:00' and name='old.xlsx'", ["old.xlsx"]),
        ("modifiedTime < '2020-01-01T00:00:00'", []),
    ],
)
def test_search(http: Http, folder: str, q: str, found: list[str]) -> None:
    assert names(http, f"'{folder}' in parents and {q}") == found


@pytest.mark.parametrize(
    "q",
    [
        "name",
        "name = ",
        "name ~ 'x'",
        "name = 'x' and",
        "(name = 'x'",
        "trashed = maybe",
        "'x' on parents",
    ],
)
def test_a_search_that_is_none(http: Http, q: str) -> None:
    answer = http.call("GET", "/drive/v3/files", q=q)
    assert answer.status_code == 400
    assert answer.json()["error"]["errors"][0]["location"] == "q"


def test_quotes_in_a_name(http: Http, google_server: GoogleServer) -> None:
    google_server.spreadsheet(r"Ana's \ pilot", ANA)
    assert names(http, r"name = 'Ana\'s \\ pilot'") == [r"Ana's \ pilot"]


def test_an_unknown_folder_is_an_error(http: Http) -> None:
    answer = http.call("GET", "/drive/v3/files", q="'nothing' in parents")
    assert (answer.status_code, answer.json()["error"]["message"]) == (404, "File not found: .")


def test_pages(http: Http, google_server: GoogleServer) -> None:
    folder = google_server.folder("Many", ANA)
    for number in range(7):
        google_server.spreadsheet(f"Review {number}", ANA, parent=folder)
    query = {"q": f"'{folder}' in parents", "pageSize": "3", "orderBy": "name"}
    query["fields"] = "nextPageToken,incompleteSearch,files(name)"
    pages: list[Json] = [http.get("/drive/v3/files", **query)]
    while "nextPageToken" in pages[-1]:
        pages.append(http.get("/drive/v3/files", **query, pageToken=pages[-1]["nextPageToken"]))
    assert [len(page["files"]) for page in pages] == [3, 3, 1]
    assert [file["name"] for page in pages for file in page["files"]] == [
        f"Review {number}" for number in range(7)
    ]
    assert pages[0]["incompleteSearch"] is False
    assert http.call("GET", "/drive/v3/files", **query, pageToken="bad").status_code == 400
    too_many = http.call("GET", "/drive/v3/files", **(query | {"pageSize": "1001"}))
    assert too_many.status_code == 400


def test_what_is_answered_without_a_mask(http: Http, folder: str) -> None:
    found = http.get("/drive/v3/files", q=f"name = 'Archive' and '{folder}' in parents")
    (file,) = found["files"]
    assert set(file) == {"kind", "id", "name", "mimeType"}
    assert http.call("GET", "/drive/v3/files", fields="files(nonsense)").status_code == 400


def test_shared_drives_are_asked_for(http: Http, google_server: GoogleServer) -> None:
    drive = google_server.shared_drive("Pilots", {ANA: "organizer"})
    body = {"name": "Review", "mimeType": SPREADSHEET, "parents": [drive]}
    assert http.call("POST", "/drive/v3/files", body).status_code == 404
    created = http.post("/drive/v3/files", body, supportsAllDrives="true", fields="id,driveId")
    assert created["driveId"] == drive
    address = f"/drive/v3/files/{created['id']}"
    assert http.call("GET", address).status_code == 404
    file = http.get(address, supportsAllDrives="true", fields="owners,driveId,ownedByMe")
    assert file == {"driveId": drive, "ownedByMe": False}
    assert names(http, "name = 'Review'") == []
    assert names(http, "name = 'Review'", **EVERYWHERE) == ["Review"]
    assert names(http, f"'{drive}' in parents", corpora="drive", driveId=drive, **EVERYWHERE)
    lacking = http.call("GET", "/drive/v3/files", corpora="drive", driveId=drive)
    assert lacking.status_code == 403
    assert http.get("/drive/v3/drives")["drives"][0]["name"] == "Pilots"


def test_trash_of_a_folder_is_trash_of_all_in_it(http: Http, google_server: GoogleServer) -> None:
    folder = google_server.folder("Reviews", ANA)
    file_id = google_server.spreadsheet("Review", ANA, parent=folder)
    http.call("PATCH", f"/drive/v3/files/{folder}", {"trashed": True})
    file = http.get(f"/drive/v3/files/{file_id}", fields="trashed,explicitlyTrashed")
    assert file == {"trashed": True, "explicitlyTrashed": False}
    assert http.call("DELETE", f"/drive/v3/files/{folder}").status_code == 204
    assert http.call("GET", f"/drive/v3/files/{file_id}").status_code == 404


def test_shortcuts_name_their_target(http: Http, google_server: GoogleServer) -> None:
    target = google_server.spreadsheet("Review", ANA)
    body = {"name": "Link", "mimeType": SHORTCUT, "shortcutDetails": {"targetId": target}}
    made = http.post("/drive/v3/files", body, fields="mimeType,shortcutDetails")
    assert made == {
        "mimeType": SHORTCUT,
        "shortcutDetails": {"targetId": target, "targetMimeType": SPREADSHEET},
    }


def test_app_properties_are_the_apps_own(google_server: GoogleServer) -> None:
    app = Http(google_server, client="app")
    body = {"name": "R", "mimeType": SPREADSHEET, "appProperties": {"review": "r-1", "x": "y"}}
    file_id = app.post("/drive/v3/files", body)["id"]
    address = f"/drive/v3/files/{file_id}"
    app.call("PATCH", address, {"appProperties": {"x": None, "z": "1"}})
    mask = {"fields": "appProperties"}
    assert app.get(address, **mask) == {"appProperties": {"review": "r-1", "z": "1"}}
    assert Http(google_server, client="other").get(address, **mask) == {}
    assert names(app, "appProperties has { key='review' and value='r-1' }") == ["R"]
    assert names(app, "appProperties has { key='review' and value='r-2' }") == []
    long = app.call("PATCH", address, {"appProperties": {"k": "v" * 124}})
    assert long.status_code == 403


def test_files_with_content_can_be_downloaded(http: Http, google_server: GoogleServer) -> None:
    workbook = google_server.upload("r.xlsx", ANA, b"PK\x03\x04", share={BO: "reader"})
    bo = Http(google_server, BO)
    assert bo.call("GET", f"/drive/v3/files/{workbook}", alt="media").content == b"PK\x03\x04"
    http.call("PATCH", f"/drive/v3/files/{workbook}", {"copyRequiresWriterPermission": True})
    refused = bo.call("GET", f"/drive/v3/files/{workbook}", alt="media")
    assert (refused.status_code, "cannotDownloadFile" in refused.text) == (403, True)
    sheet = google_server.spreadsheet("Review", ANA)
    refused = http.call("GET", f"/drive/v3/files/{sheet}", alt="media")
    assert (refused.status_code, "fileNotDownloadable" in refused.text) == (403, True)


def test_ids_made_beforehand(http: Http) -> None:
    first, second = http.get("/drive/v3/files/generateIds", count="2")["ids"]
    body = {"id": first, "name": "Folder", "mimeType": FOLDER}
    assert http.post("/drive/v3/files", body)["id"] == first
    assert http.call("POST", "/drive/v3/files", body).status_code == 409
    sheet = {"id": second, "name": "Sheet", "mimeType": SPREADSHEET}
    assert http.call("POST", "/drive/v3/files", sheet).status_code == 400
    assert http.call("POST", "/drive/v3/files", {"id": "of-my-own"}).status_code == 400


def test_who_am_i(http: Http, google_server: GoogleServer) -> None:
    assert http.get("/drive/v3/about", fields="user(emailAddress,displayName)") == {
        "user": {"emailAddress": ANA, "displayName": "Ana Diaz"}
    }
    assert http.call("GET", "/drive/v3/about").status_code == 400
    robot = Http(google_server, google_server.robot().email)
    limit = robot.get("/drive/v3/about", fields="storageQuota/limit")
    assert limit == {"storageQuota": {"limit": "0"}}


def test_files_move_between_folders(http: Http, google_server: GoogleServer) -> None:
    here, there = google_server.folder("Here", ANA), google_server.folder("There", ANA)
    file_id = google_server.spreadsheet("Review", ANA, parent=here)
    address = f"/drive/v3/files/{file_id}"
    http.call("PATCH", address, {}, addParents=there, removeParents=here)
    assert http.get(address, fields="parents") == {"parents": [there]}
    assert http.call("PATCH", address, {"parents": [here]}).status_code == 403


def test_a_copy_is_the_callers(http: Http, google_server: GoogleServer) -> None:
    file_id = google_server.spreadsheet("Review", BO, share={ANA: "reader"})
    google_server.edit(file_id).type("A1", "x")
    copied = http.post(f"/drive/v3/files/{file_id}/copy", {"name": "Mine"}, fields="id,ownedByMe")
    assert copied["ownedByMe"] is True
    assert http.values(copied["id"], "A1") == [["x"]]
    google_server.edit(copied["id"]).type("A1", "y")
    assert google_server.edit(file_id).value("A1") == "x"


def test_capabilities_follow_the_role(google_server: GoogleServer) -> None:
    file_id = google_server.spreadsheet("Review", ANA, share={BO: "reader"})
    mask = {"fields": "capabilities(canEdit,canDownload,canTrash)"}
    address = f"/drive/v3/files/{file_id}"
    assert Http(google_server, BO).get(address, **mask)["capabilities"] == {
        "canEdit": False,
        "canDownload": True,
        "canTrash": False,
    }
    assert all(Http(google_server).get(address, **mask)["capabilities"].values())
