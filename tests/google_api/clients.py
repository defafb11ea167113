"""Plain clients of the server: gspread with google-auth, and bare HTTP."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import gspread
import requests
from google.auth.credentials import Credentials

from tests.google_api.jsontypes import Json
from tests.google_api.server import GoogleServer

SHEETS = "https://www.googleapis.com/auth/spreadsheets"
SHEETS_READ = "https://www.googleapis.com/auth/spreadsheets.readonly"
DRIVE = "https://www.googleapis.com/auth/drive"
DRIVE_FILE = "https://www.googleapis.com/auth/drive.file"
DRIVE_METADATA_READ = "https://www.googleapis.com/auth/drive.metadata.readonly"
ALL = (SHEETS, DRIVE)
ANA = "ana.diaz@example.com"
BO = "bo.li@example.com"


def gspread_client(
    server: GoogleServer, email: str = ANA, scopes: Iterable[str] = ALL
) -> gspread.Client:
    """gspread as a person uses it, with Google's addresses rewritten to the server's."""
    return gspread_with(server, server.user_credentials(email, scopes))


def gspread_with(server: GoogleServer, credentials: Credentials) -> gspread.Client:
    """gspread with given credentials."""

    class Redirected(gspread.HTTPClient):
        def request(self, method: str, endpoint: str, *args: Any, **kwargs: Any) -> Any:
            return super().request(method, server.rewritten(endpoint), *args, **kwargs)

    return gspread.Client(auth=credentials, http_client=Redirected)


class Http:
    """Bare requests with a token, for what no library would send."""

    def __init__(
        self,
        server: GoogleServer,
        email: str = ANA,
        scopes: Iterable[str] = ALL,
        client: str = "desktop-app",
    ) -> None:
        self.server = server
        server.person(email)
        self.token = server.auth.issue(email, client, frozenset(scopes))

    def call(self, verb: str, address: str, body: Any = None, **query: Any) -> requests.Response:
        """One request; the address is Google's, without the host: `/v4/…` or `/drive/v3/…`."""
        root = self.server.drive_url if address.startswith("/drive") else self.server.sheets_url
        headers = {"Authorization": f"Bearer {self.token}"}
        return requests.request(
            verb, root + address, json=body, params=query, headers=headers, timeout=10
        )

    def get(self, address: str, **query: Any) -> Json:
        """The JSON of a GET that succeeds."""
        return self._good(self.call("GET", address, **query))

    def post(self, address: str, body: Json, **query: Any) -> Json:
        """The JSON of a POST that succeeds."""
        return self._good(self.call("POST", address, body, **query))

    def batch(self, file_id: str, *batch: Json) -> Json:
        """The JSON of a `batchUpdate` that succeeds."""
        return self.post(f"/v4/spreadsheets/{file_id}:batchUpdate", {"requests": list(batch)})

    def refused(self, file_id: str, *batch: Json) -> str:
        """Why a `batchUpdate` is refused with 400."""
        address = f"/v4/spreadsheets/{file_id}:batchUpdate"
        answer = self.call("POST", address, {"requests": list(batch)})
        assert answer.status_code == 400, answer.text
        message: str = answer.json()["error"]["message"]
        return message

    def values(self, file_id: str, area: str, **query: Any) -> Any:
        """The values of a range; None when it is empty."""
        return self.get(f"/v4/spreadsheets/{file_id}/values/{area}", **query).get("values")

    @staticmethod
    def _good(answer: requests.Response) -> Json:
        assert answer.status_code == 200, answer.text
        body: Json = answer.json()
        return body
