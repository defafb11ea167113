"""Signing in: keys, refresh tokens, federation, impersonation; scopes and what a token shows."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import requests
from google.auth import exceptions, identity_pool
from google.auth.transport.requests import Request
from google.oauth2.service_account import Credentials

from tests.google_api.clients import (
    ALL,
    ANA,
    BO,
    DRIVE_FILE,
    DRIVE_METADATA_READ,
    SHEETS,
    SHEETS_READ,
    Http,
    gspread_with,
)
from tests.google_api.server import GoogleServer


def test_a_key_file_signs_in(google_server: GoogleServer, service_account: Path) -> None:
    robot = google_server.robot().email
    file_id = google_server.spreadsheet("Review", ANA, share={robot: "reader"})
    credentials = Credentials.from_service_account_file(  # type: ignore[no-untyped-call]
        service_account, scopes=[SHEETS_READ]
    )
    book = gspread_with(google_server, credentials).open_by_key(file_id)
    assert book.sheet1.title == "Sheet1"
    assert {request.user for request in google_server.sent()} == {robot}


def test_a_key_that_another_made_is_refused(
    google_server: GoogleServer, service_account: Path, tmp_path: Path
) -> None:
    key = json.loads(service_account.read_text(encoding="utf-8"))
    key["client_email"] = "stranger@elsewhere.iam.gserviceaccount.com"
    credentials = Credentials.from_service_account_info(key, scopes=[SHEETS])  # type: ignore[no-untyped-call]
    with pytest.raises(exceptions.RefreshError, match="account not found"):
        credentials.refresh(Request())


def test_a_forged_assertion_is_refused(google_server: GoogleServer) -> None:
    form = {"grant_type": "urn:ietf:params:oauth:grant-type:jwt-bearer", "assertion": "a.b.c"}
    answer = requests.post(google_server.token_url, data=form, timeout=10)
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_grant")


def test_delegation_must_be_granted(google_server: GoogleServer) -> None:
    credentials = google_server.robot_credentials([SHEETS], subject=ANA)
    with pytest.raises(exceptions.RefreshError, match="unauthorized_client"):
        credentials.refresh(Request())  # type: ignore[no-untyped-call]
    robot = google_server.robot()
    google_server.auth.delegated[robot.email] = frozenset([SHEETS])
    file_id = google_server.spreadsheet("Ana's own", ANA)
    book = gspread_with(google_server, credentials).open_by_key(file_id)
    assert book.title == "Ana's own"
    assert google_server.sent()[-1].user == ANA


def test_federation_ends_at_a_service_account(google_server: GoogleServer, tmp_path: Path) -> None:
    robot = google_server.robot().email
    file_id = google_server.spreadsheet("Review", ANA, share={robot: "reader"})
    config = google_server.federation_file(tmp_path)
    credentials = identity_pool.Credentials.from_file(  # type: ignore[no-untyped-call]
        str(config), scopes=[SHEETS_READ]
    )
    book = gspread_with(google_server, credentials).open_by_key(file_id)
    assert book.title == "Review"
    kinds = [request.api for request in google_server.requests]
    assert kinds[:2] == ["sts", "iamcredentials"]


def test_only_who_may_can_impersonate(google_server: GoogleServer) -> None:
    cloud = "https://www.googleapis.com/auth/cloud-platform"
    target = google_server.robot().email
    http = Http(google_server, scopes=[cloud])
    url = f"{google_server.url}/iamcredentials/v1/projects/-/serviceAccounts/{target}"

    def ask() -> requests.Response:
        headers = {"Authorization": f"Bearer {http.token}"}
        body = {"scope": [SHEETS]}
        return requests.post(f"{url}:generateAccessToken", json=body, headers=headers, timeout=10)

    assert ask().status_code == 403
    google_server.auth.impersonators.add((ANA, target))
    http.token = ask().json()["accessToken"]
    assert http.call("GET", "/v4/spreadsheets/nothing").status_code == 404
    assert google_server.requests[-1].user == target


def test_an_expired_token_is_renewed(google_server: GoogleServer) -> None:
    file_id = google_server.spreadsheet("Review", ANA)
    credentials = google_server.user_credentials(ANA, ALL)
    client = gspread_with(google_server, credentials)
    client.open_by_key(file_id)
    google_server.auth.expire()
    assert client.open_by_key(file_id).title == "Review"
    statuses = [request.status for request in google_server.sent()]
    assert 401 in statuses
    assert statuses[-1] == 200


def test_a_revoked_consent_is_the_end(google_server: GoogleServer) -> None:
    credentials = google_server.user_credentials(ANA, ALL)
    google_server.auth.refresh_tokens.clear()
    with pytest.raises(exceptions.RefreshError, match="invalid_grant"):
        credentials.refresh(Request())  # type: ignore[no-untyped-call]


@pytest.mark.parametrize("header", ["", "Bearer nonsense", "Basic abc"])
def test_no_token_no_answer(google_server: GoogleServer, header: str) -> None:
    url = f"{google_server.sheets_url}/v4/spreadsheets/any"
    answer = requests.get(url, headers={"Authorization": header}, timeout=10)
    assert (answer.status_code, answer.json()["error"]["status"]) == (401, "UNAUTHENTICATED")


SEARCH = {"dataFilters": [{"developerMetadataLookup": {"metadataKey": "k"}}]}


@pytest.mark.parametrize(
    ("scope", "verb", "address", "allowed"),
    [
        (SHEETS_READ, "GET", "/v4/spreadsheets/{}", True),
        (SHEETS_READ, "POST", "/v4/spreadsheets/{}:batchUpdate", False),
        (SHEETS_READ, "POST", "/v4/spreadsheets/{}/developerMetadata:search", False),
        (SHEETS, "POST", "/v4/spreadsheets/{}/developerMetadata:search", True),
        (SHEETS, "GET", "/drive/v3/files/{}", False),
        (DRIVE_METADATA_READ, "GET", "/drive/v3/files/{}", True),
        (DRIVE_METADATA_READ, "GET", "/v4/spreadsheets/{}", False),
        (DRIVE_METADATA_READ, "DELETE", "/drive/v3/files/{}", False),
    ],
)
def test_scopes_are_those_of_the_discovery_document(
    google_server: GoogleServer, file_id: str, scope: str, verb: str, address: str, allowed: bool
) -> None:
    http = Http(google_server, scopes=[scope])
    body = SEARCH if "search" in address else ({"requests": []} if verb == "POST" else None)
    answer = http.call(verb, address.format(file_id), body)
    if allowed:
        assert answer.status_code == 200
        return
    error = answer.json()["error"]
    assert (answer.status_code, error["status"]) == (403, "PERMISSION_DENIED")
    assert error["details"][0]["reason"] == "ACCESS_TOKEN_SCOPE_INSUFFICIENT"


def test_drive_file_shows_an_app_its_own_files(google_server: GoogleServer) -> None:
    app = Http(google_server, scopes=[DRIVE_FILE], client="app")
    other = Http(google_server, scopes=[DRIVE_FILE], client="other")
    sheet = {"name": "x", "mimeType": "application/vnd.google-apps.spreadsheet"}
    created = app.post("/drive/v3/files", sheet)["id"]
    foreign = google_server.folder("Made in the browser", ANA)
    assert app.call("GET", f"/v4/spreadsheets/{created}").status_code == 200
    assert other.call("GET", f"/v4/spreadsheets/{created}").status_code == 404
    assert app.call("POST", "/drive/v3/files", {"parents": [foreign]}).status_code == 404
    listing = {"q": f"'{foreign}' in parents"}
    assert app.call("GET", "/drive/v3/files", **listing).status_code == 404


@pytest.mark.parametrize(
    ("role", "reads", "writes"),
    [("", 403, 403), ("reader", 200, 403), ("commenter", 200, 403), ("writer", 200, 200)],
)
def test_roles(google_server: GoogleServer, role: str, reads: int, writes: int) -> None:
    folder = google_server.folder("Reviews", ANA)
    file_id = google_server.spreadsheet("Review", ANA, parent=folder)
    google_server.share(folder, BO, role)
    bo = Http(google_server, BO)
    assert bo.call("GET", f"/v4/spreadsheets/{file_id}").status_code == reads
    put = {"values": [["x"]]}
    address = f"/v4/spreadsheets/{file_id}/values/A1"
    assert bo.call("PUT", address, put, valueInputOption="RAW").status_code == writes


def test_an_api_that_is_off(google_server: GoogleServer, file_id: str) -> None:
    google_server.disabled_apis.add("drive")
    http = Http(google_server)
    error = http.call("GET", f"/drive/v3/files/{file_id}").json()["error"]
    assert error["errors"][0]["reason"] == "accessNotConfigured"
    assert error["details"][1]["reason"] == "SERVICE_DISABLED"
    assert http.call("GET", f"/v4/spreadsheets/{file_id}").status_code == 200
