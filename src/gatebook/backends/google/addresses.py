"""Addresses of spreadsheets and folders, as people copy them from the browser."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal
from urllib.parse import parse_qs, urlsplit

from gatebook.backends.protocol import Unreadable

# Ids are long random texts; "0A…" are shared drives. https://developers.google.com/drive/api/guides/about-files
_ID = r"([A-Za-z0-9_-]{10,})"
_SPREADSHEET = re.compile(rf"/(?:a/[^/]+/)?spreadsheets/(?:u/\d+/)?d/{_ID}(?:/.*)?")
_FOLDER = re.compile(rf"/drive/(?:u/\d+/)?(?:mobile/)?folders/{_ID}/?")
# "root" stands for a person's own Drive wherever an id does.
_MY_DRIVE = re.compile(r"/drive/(?:u/\d+/)?my-drive/?")
_HOSTS = ("docs.google.com", "drive.google.com", "sheets.google.com")
REMEDY = (
    "Copy the address of a folder (https://drive.google.com/drive/folders/…) or of a spreadsheet "
    "(https://docs.google.com/spreadsheets/d/…) from the browser."
)
FOLDER_REMEDY = (
    "Copy the address of a folder (https://drive.google.com/drive/folders/…) from the browser."
)


@dataclass(frozen=True, slots=True)
class Address:
    """What an address points at: a folder, a spreadsheet, or one that only Drive can tell."""

    kind: Literal["folder", "spreadsheet", "unknown"]
    id: str


def parse_address(location: str) -> Address:
    """Read an address. Raises Unreadable for one that is no spreadsheet and no folder of Google's."""
    try:
        parts = urlsplit(location.strip())
    except ValueError:
        parts = urlsplit("")
    if parts.scheme == "https" and (parts.hostname or "") in _HOSTS:
        if found := _SPREADSHEET.fullmatch(parts.path):
            return Address("spreadsheet", found[1])
        if found := _FOLDER.fullmatch(parts.path):
            return Address("folder", found[1])
        if _MY_DRIVE.fullmatch(parts.path):
            return Address("folder", "root")
        named = parse_qs(parts.query).get("id", [""])[0]
        if parts.path == "/open" and re.fullmatch(_ID, named):
            return Address("unknown", named)
    shown = re.sub("//[^/]*@", "//…@", location)
    raise Unreadable(f"{shown} is no address of a Google spreadsheet or Drive folder", REMEDY)


def spreadsheet_address(spreadsheet_id: str) -> str:
    """The one way in which gatebook writes a spreadsheet's address."""
    return f"https://docs.google.com/spreadsheets/d/{spreadsheet_id}/edit"


def folder_address(folder_id: str) -> str:
    """The one way in which gatebook writes a folder's address."""
    return f"https://drive.google.com/drive/folders/{folder_id}"


def tab_address(spreadsheet_id: str, sheet_id: int) -> str:
    """Where a tab opens; "&range=C4" behind it leads to a cell."""
    return f"{spreadsheet_address(spreadsheet_id)}#gid={sheet_id}"
