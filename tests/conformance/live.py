"""The same desk on live Google: your own sign-in, a folder of yours, put into the trash afterwards.

    GATEBOOK_LIVE_FOLDER=https://drive.google.com/drive/folders/… scripts/test -m live

Needs a sign-in (docs/google.md) that may make files in that folder and put them into the
trash. Nobody has run it against live Google yet; the first who does learns something, please tell.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from gatebook.backends.google import drive
from gatebook.backends.google.addresses import folder_address, parse_address, spreadsheet_address
from gatebook.backends.google.transport import Transport
from gatebook.backends.protocol import Backend
from gatebook.domain.checklist import Checklist
from gatebook.domain.review import Review
from gatebook.sheets.review_form import review_workbook
from gatebook.wiring import settings
from tests.conformance.desks import Runs
from tests.support.builders import TWELVE

FOLDER = "GATEBOOK_LIVE_FOLDER"


class LiveDesk(Runs):
    """Spreadsheets in a folder of live Google, edited through the API as if typed."""

    def __init__(self, folder: Path, capsys: pytest.CaptureFixture[str], home: str) -> None:
        self._capsys = capsys
        self.config = folder / "live.toml"
        self.config.write_text(
            f'ledger = "sqlite:///{(folder / "ledger.db").as_posix()}"\n'
            f'[google]\nall_of_drive = true\ncache = "{(folder / "answers").as_posix()}"\n',
            encoding="utf-8",
        )
        self.reviews = folder_address(home)
        self.portfolio = spreadsheet_address(
            drive.create(self.transport, home, "Portfolio", {"gatebook": f"live-{time.time_ns()}"})
        )

    @property
    def transport(self) -> Transport:
        """Requests with the widest of the sign-ins, for what a person would do."""
        return settings(str(self.config)).google("create").transport

    def put(self, name: str, review: Review, checklist: Checklist = TWELVE) -> str:
        backend = settings(str(self.config)).google("create")
        workbook = review_workbook(review, checklist)
        return backend.create(workbook, self.reviews, name, review.stamp.review_id)

    def type(self, location: str, cell: str, text: str, tab: str = "Review") -> None:
        self.transport.values_update(
            parse_address(location).id,
            f"'{tab}'!{cell}",
            params={"valueInputOption": "USER_ENTERED"},
            body={"values": [[text]]},
        )

    def rename(self, location: str, tab: str, title: str) -> None:
        self._change(location, tab, {"title": title})

    def hide(self, location: str, tab: str) -> None:
        self._change(location, tab, {"hidden": True})

    def _change(self, location: str, tab: str, change: dict[str, Any]) -> None:
        file_id = parse_address(location).id
        found = self.transport.fetch_sheet_metadata(
            file_id, params={"fields": "sheets(properties(sheetId,title))"}
        )
        (sheet_id,) = [
            s["properties"].get("sheetId", 0)
            for s in found["sheets"]
            if s["properties"]["title"] == tab
        ]
        properties = {"sheetId": sheet_id, **change}
        request = {"updateSheetProperties": {"properties": properties, "fields": ",".join(change)}}
        self.transport.batch_update(file_id, {"requests": [request]})

    def backend(self) -> Backend:
        return settings(str(self.config)).google("write")


@contextmanager
def live_desk(folder: Path, capsys: pytest.CaptureFixture[str]) -> Iterator[LiveDesk]:
    """A desk in a new folder below the one that the environment names; in the trash at the end."""
    named = os.environ.get(FOLDER, "")
    if not named:
        pytest.fail(f"Set {FOLDER} to the address of a Drive folder of yours.")
    config = folder / "start.toml"
    config.write_text("[google]\nall_of_drive = true\n", encoding="utf-8")
    transport = settings(str(config)).google("create").transport
    body = {
        "name": f"gatebook live test {time.strftime('%Y-%m-%d %H:%M:%S')}",
        "mimeType": drive.FOLDER,
        "parents": [parse_address(named).id],
    }
    params = {"supportsAllDrives": "true", "fields": "id"}
    home = transport.request("post", drive.FILES, params=params, json=body).json()["id"]
    try:
        yield LiveDesk(folder, capsys, home)
    finally:
        drive.remove(transport, home)
