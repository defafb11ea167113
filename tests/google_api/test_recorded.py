"""Recorded traffic with the real Google, sent again to this server; the answers are compared.

The recordings are gspread's own test cassettes. They are not kept here: get gspread's source and
name the folder in `GSPREAD_CASSETTES` (`…/gspread/tests/cassettes`). Without it the test skips.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests

from tests.google_api.clients import ALL
from tests.google_api.jsontypes import Json
from tests.google_api.server import GoogleServer

FOLDER = os.environ.get("GSPREAD_CASSETTES", "")
RECORDINGS = sorted(Path(FOLDER).glob("*.json")) if FOLDER else []
# What differs with the day and the place, and what Google chooses.
_LEFT_OUT = ("createdTime", "modifiedTime", "spreadsheetUrl")
_IDS = ("sheetId", "namedRangeId", "protectedRangeId")
# The files of the recording account that were there before, an upload that is not emulated, and
# the width of a column that follows from a font.
_UNLIKE = (
    "test_openall",
    "test_open_all",
    "test_import_csv",
    "test_auto_resize",
    "test_access_priv",
)
# Formulas that the recorded tests type.
_RESULTS = {"=4/2": 2, "=3/2": 1.5, "= 1 / 1024": 1 / 1024, "=1+1": 2}


@pytest.mark.skipif(not RECORDINGS, reason="GSPREAD_CASSETTES names no folder of recordings")
@pytest.mark.parametrize("recording", RECORDINGS, ids=lambda path: path.stem)
def test_the_server_answers_as_google_did(google_server: GoogleServer, recording: Path) -> None:
    if any(name in recording.name for name in _UNLIKE):
        pytest.skip("needs files, an upload or fonts that the server does not have")
    account = _account(recording)
    google_server.person(account)
    google_server.store.evaluate = lambda _book, _sheet, _cell, text: {
        "numberValue": _RESULTS[text]
    }
    token = google_server.auth.issue(account, "gspread", frozenset(ALL))
    for entry in json.loads(recording.read_text(encoding="utf-8"))["interactions"]:
        asked, expected = entry["request"], _parsed(entry["response"]["body"]["string"])
        _plan_ids(google_server, asked, expected)
        answer = requests.request(
            asked["method"],
            google_server.rewritten(asked["uri"]),
            data=(asked["body"] or "").encode(),
            headers={"Authorization": f"Bearer {token}"},
            timeout=10,
        )
        if answer.status_code == 501:
            continue
        assert answer.status_code == entry["response"]["status"]["code"], answer.text
        assert _comparable(_parsed(answer.text)) == _comparable(expected)


def _account(recording: Path) -> str:
    """The service account that was used; it appears among editors."""
    found = re.search(r"[\w-]+@[\w-]+\.iam\.gserviceaccount\.com", recording.read_text("utf-8"))
    return found[0] if found else "recorder@example.com"


def _plan_ids(server: GoogleServer, asked: Json, expected: Any) -> None:
    """Let the server hand out the ids that Google chose."""
    if not isinstance(expected, dict):
        return
    if expected.get("kind") == "drive#file" and asked["method"] == "POST":
        server.ids.planned_files.append(expected["id"])
    for reply in expected.get("replies", ()):
        server.ids.planned_numbers.extend(_chosen(reply))


def _chosen(reply: Json) -> Iterator[int]:
    for name, body in reply.items():
        if name.startswith("add") or name == "duplicateSheet":
            for part in body.values():
                if isinstance(part, dict):
                    yield from (int(part[key]) for key in _IDS if key in part)


def _parsed(text: str) -> Any:
    return json.loads(text) if text.startswith(("{", "[")) else text


def _comparable(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _comparable(item) for key, item in value.items() if key not in _LEFT_OUT}
    return [_comparable(item) for item in value] if isinstance(value, list) else value
