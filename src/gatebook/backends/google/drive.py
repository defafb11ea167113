"""What stands in Drive: folders listed with all that is below them, spreadsheets made in them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from google.auth.exceptions import GoogleAuthError
from gspread.exceptions import APIError

from gatebook.backends.google.addresses import (
    REMEDY,
    folder_address,
    parse_address,
    spreadsheet_address,
)
from gatebook.backends.google.transport import DRIVE, OutOfReach, Transport, Unsure
from gatebook.backends.google.troubles import unreadable
from gatebook.backends.protocol import Listing, Passed, Source, Unreadable

FILES = f"{DRIVE}/drive/v3/files"
SPREADSHEET = "application/vnd.google-apps.spreadsheet"
FOLDER = "application/vnd.google-apps.folder"
SHORTCUT = "application/vnd.google-apps.shortcut"
# https://developers.google.com/workspace/drive/api/reference/rest/v3/files/list
_PAGE = 1000
_FILE = "id,name,mimeType,version,modifiedTime,size,shortcutDetails(targetId,targetMimeType)"
_ALL_DRIVES = {"supportsAllDrives": "true", "includeItemsFromAllDrives": "true"}
_MAX_FOLDERS = 2_000
_MAX_FILES = 100_000
_OTHER_SHEETS = {
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": "an Excel workbook",
    "application/vnd.ms-excel.sheet.macroenabled.12": "an Excel workbook",
    "application/vnd.ms-excel": "an old Excel workbook",
    "application/vnd.oasis.opendocument.spreadsheet": "an OpenDocument spreadsheet",
    "text/csv": "a text table (CSV)",
}
_SAVE_AS_SHEETS = (
    "Open it in Drive and choose File, Save as Google Sheets; or keep it in a folder on disk and give "
    "that folder as a location of its own."
)


def list_folder(transport: Transport, folder_id: str) -> Listing:
    """All spreadsheets in a folder and below it, by name. Raises Unreadable for the folder itself.

    A request per page of 1,000 files of each folder, and one per shortcut. Shortcuts to spreadsheets
    count as what they point at; shortcuts to folders are not followed, and said so.
    """
    found = _Found()
    waiting = [(folder_id, "")]
    while waiting:
        here, name = waiting.pop(0)
        if here in found.folders:
            continue
        found.folders.add(here)
        try:
            found.waiting = []
            for record in _children(transport, here, found):
                found.add(record)
        except Unreadable as trouble:
            if not name:
                raise
            found.passed.append(Passed(folder_address(here), trouble.reason, trouble.remedy, True))
        waiting.extend(found.waiting)
        if len(found.folders) > _MAX_FOLDERS or len(found.sources) > _MAX_FILES:
            raise Unreadable(
                f"there are more than {_MAX_FOLDERS:,} folders or {_MAX_FILES:,} spreadsheets below "
                f"{folder_address(folder_id)}",
                "Give the folder that holds the reviews.",
            )
    if not found.sources and not found.passed and len(found.folders) == 1:
        check_folder(transport, folder_id)
    # What is behind a shortcut is in no listing, unless it stands in one of these folders as well.
    sources = [
        one if one.version else alone(transport, _id(one), one.name) for one in found.sources
    ]
    return Listing(tuple(sources), tuple(found.passed))


def _id(source: Source) -> str:
    return parse_address(source.location).id


def alone(transport: Transport, file_id: str, name: str = "") -> Source:
    """A spreadsheet that no listing has shown, as Drive describes it. Where that cannot be had, or it
    is in the trash, one without a version: reading it says why."""
    try:
        return live(transport, file_id)
    except Unreadable:
        return Source(spreadsheet_address(file_id), name=name or unnamed(file_id))


def unnamed(file_id: str) -> str:
    """What a spreadsheet is called whose name nobody can see."""
    return f"spreadsheet {file_id}"


def check_folder(transport: Transport, folder_id: str) -> None:
    """Raises Unreadable for a place that is empty because it is in the trash, or no folder at all."""
    where = folder_address(folder_id)
    with unreadable(where):
        about = describe(transport, folder_id, "mimeType,trashed")
    if about.get("trashed"):
        raise Unreadable(f"{where} is in the trash", "Restore it, or give another folder.")
    if about["mimeType"] == SPREADSHEET:
        raise Unreadable(
            f"{where} has the id of a spreadsheet, and is no folder",
            f"Give {spreadsheet_address(folder_id)} to read that spreadsheet, or a folder's address.",
        )
    if about["mimeType"] != FOLDER:
        raise Unreadable(f"{where} is no folder", REMEDY)


@dataclass
class _Found:
    """Collects what is met; nothing twice."""

    sources: list[Source] = field(default_factory=list)
    passed: list[Passed] = field(default_factory=list)
    folders: set[str] = field(default_factory=set)
    files: set[str] = field(default_factory=set)
    waiting: list[tuple[str, str]] = field(default_factory=list)

    def add(self, record: Mapping[str, Any]) -> None:
        """A file of a folder: read, listed later, or passed over with the reason."""
        kind, name = record["mimeType"].lower(), record["name"]
        if kind == FOLDER:
            self.waiting.append((record["id"], name))
        elif kind == SPREADSHEET:
            self._source(source_of(record))
        elif kind == SHORTCUT:
            self._shortcut(record)
        elif kind in _OTHER_SHEETS:
            reason = f"{_OTHER_SHEETS[kind]} in Drive ({name}), which is no Google spreadsheet"
            self.passed.append(Passed(_file_address(record["id"]), reason, _SAVE_AS_SHEETS, True))
        else:
            reason = f"no spreadsheet ({name})"
            self.passed.append(Passed(_file_address(record["id"]), reason))

    def _source(self, source: Source) -> None:
        if source.location not in self.files:
            self.files.add(source.location)
            self.sources.append(source)
        elif source.version:
            # A shortcut to it came first, and that has no version of the file behind it.
            self.sources = [source if s.location == source.location else s for s in self.sources]

    def _shortcut(self, record: Mapping[str, Any]) -> None:
        details = record.get("shortcutDetails", {})
        target, kind = details.get("targetId", ""), details.get("targetMimeType", "")
        if kind == SPREADSHEET and target:
            self._source(Source(spreadsheet_address(target), name=record["name"]))
        elif kind.lower() in _OTHER_SHEETS:
            reason = f"a shortcut to {_OTHER_SHEETS[kind.lower()]} in Drive ({record['name']})"
            self.passed.append(Passed(_file_address(record["id"]), reason, _SAVE_AS_SHEETS, True))
        elif kind == FOLDER:
            reason = f"a shortcut to a folder ({record['name']}), which is not followed"
            remedy = f"Give {folder_address(target)} as a location of its own."
            self.passed.append(Passed(_file_address(record["id"]), reason, remedy, True))
        else:
            reason = f"a shortcut to no spreadsheet ({record['name']})"
            self.passed.append(Passed(_file_address(record["id"]), reason))


def _file_address(file_id: str) -> str:
    return f"https://drive.google.com/open?id={file_id}"


def _children(transport: Transport, folder_id: str, found: _Found) -> list[dict[str, Any]]:
    """The files of one folder, sorted by name. Raises Unreadable."""
    records: list[dict[str, Any]] = []
    token = ""
    while True:
        params = {
            "q": f"'{folder_id}' in parents and trashed = false",
            "pageSize": _PAGE,
            "fields": f"nextPageToken,incompleteSearch,files({_FILE})",
            "orderBy": "name_natural",
            **_ALL_DRIVES,
        } | ({"pageToken": token} if token else {})
        with unreadable(folder_address(folder_id)):
            answer = transport.request("get", FILES, params=params).json()
        if answer.get("incompleteSearch"):
            raise Unreadable(
                f"Google listed {folder_address(folder_id)} only in part",
                "Run this again; if it stays, give the subfolders one by one.",
            )
        records += answer.get("files", [])
        token = answer.get("nextPageToken", "")
        if not token:
            return records
        if len(records) > _MAX_FILES:
            raise Unreadable(
                f"there are more than {_MAX_FILES:,} files in {folder_address(folder_id)}",
                "Give a folder that holds the reviews and little else.",
            )


def source_of(record: Mapping[str, Any]) -> Source:
    """A spreadsheet as Drive describes it. Drive sends numbers of 64 bits as text."""
    modified = datetime.fromisoformat(record["modifiedTime"]) if "modifiedTime" in record else None
    return Source(
        location=spreadsheet_address(record["id"]),
        modified=modified.timestamp() if modified else 0.0,
        size=int(record.get("size", 0)),
        name=record.get("name", ""),
        version=str(record.get("version", "")),
    )


def live(transport: Transport, file_id: str) -> Source:
    """A spreadsheet that no listing has shown. Raises Unreadable where it is in the trash: the
    Sheets API reads and writes it there as if nothing were.

    https://developers.google.com/workspace/drive/api/reference/rest/v3/files (`trashed`)
    """
    with unreadable("the spreadsheet"):
        record = describe(transport, file_id, f"{_FILE},trashed")
    if record.get("trashed"):
        raise Unreadable(
            f"the spreadsheet “{record.get('name', '')}” is in the trash of Google Drive",
            "Restore it there. If nobody needs it any more, delete the shortcut to it, or take its "
            "address out of the command or gatebook.toml.",
        )
    return source_of(record)


def describe(transport: Transport, file_id: str, fields: str = _FILE) -> dict[str, Any]:
    """What Drive says about one file. Raises APIError, OutOfReach."""
    params = {"fields": fields, "supportsAllDrives": "true"}
    found: dict[str, Any] = transport.request("get", f"{FILES}/{file_id}", params=params).json()
    return found


def names_in(transport: Transport, folder_id: str) -> dict[str, str]:
    """The spreadsheets directly in a folder: address by name, without regard to case."""
    with unreadable(folder_address(folder_id)):
        records = _children(transport, folder_id, _Found())
    return {
        record["name"].casefold(): spreadsheet_address(record["id"])
        for record in records
        if record["mimeType"] == SPREADSHEET
    }


def create(transport: Transport, folder_id: str, name: str, mark: Mapping[str, str]) -> str:
    """Make an empty spreadsheet; returns its id. `mark`: properties by which it is found again.

    After an unclear answer the mark is looked up first, so that no second file is made.
    Raises APIError, OutOfReach, Unsure.
    """
    body = {
        "name": name,
        "mimeType": SPREADSHEET,
        "parents": [folder_id],
        "appProperties": dict(mark),
    }
    params = {"supportsAllDrives": "true", "fields": "id"}
    patience = transport.patience()
    while True:
        try:
            answer = transport.request("post", FILES, params=params, json=body)
            return str(answer.json()["id"])
        except (Unsure, ValueError, KeyError) as trouble:
            try:
                made = _marked(transport, folder_id, mark)
            except (APIError, OutOfReach) as error:
                raise Unsure(str(trouble)) from error
            if made:
                return made
            if not patience.again():
                raise Unsure(str(trouble)) from trouble


def _marked(transport: Transport, folder_id: str, mark: Mapping[str, str]) -> str:
    """The id of the file that carries a mark, or ""."""
    tests = [
        f"appProperties has {{ key='{key}' and value='{value}' }}" for key, value in mark.items()
    ]
    params = {
        "q": " and ".join([f"'{folder_id}' in parents", "trashed = false", *tests]),
        "fields": "files(id)",
        **_ALL_DRIVES,
    }
    files = transport.request("get", FILES, params=params).json().get("files", [])
    return str(files[0]["id"]) if files else ""


def remove(transport: Transport, file_id: str) -> bool:
    """Put a file into the trash that gatebook has just made and could not fill. False: it failed.

    Deleting takes a manager's role in a shared drive; the trash is open to whoever may make files.
    https://developers.google.com/workspace/drive/api/guides/ref-roles
    """
    params = {"supportsAllDrives": "true", "fields": "id"}
    try:
        transport.request("patch", f"{FILES}/{file_id}", params=params, json={"trashed": True})
    except (APIError, OutOfReach, Unsure, GoogleAuthError):
        return False
    return True
