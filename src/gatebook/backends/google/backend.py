"""The Google backend: spreadsheets and Drive folders behind the common protocol."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import msgspec
from gspread.exceptions import APIError

from gatebook.backends.google import drive
from gatebook.backends.google.addresses import (
    REMEDY,
    parse_address,
    spreadsheet_address,
)
from gatebook.backends.google.answers import Answers
from gatebook.backends.google.health import Seen, examine
from gatebook.backends.google.read import OWN_FIELDS, READ_FIELDS, grids_of
from gatebook.backends.google.signin import FILE_SCOPE, Identity, SignInError
from gatebook.backends.google.transport import SHEETS, Reach, Transport
from gatebook.backends.google.troubles import unreadable, unwritable
from gatebook.backends.google.write import Own, fresh, own_of, write
from gatebook.backends.protocol import Listing, Source, Unreadable, Unwritable
from gatebook.sheets.model import Grid, Workbook


@dataclass(frozen=True, slots=True)
class Made:
    """What new spreadsheets get: their locale, and who may change their structure besides the maker."""

    locale: str = "en_US"
    editors: tuple[str, ...] = ()


class GoogleBackend:
    """Lists, reads and draws Google spreadsheets; see `backends.protocol.Backend`.

    `sign_in` is called once, with the first request, and may raise SignInError. A spreadsheet may hold
    tabs of other people: they are neither read as ours nor touched.
    """

    keeps_other_tabs = True

    def __init__(
        self,
        sign_in: Callable[[], Identity],
        reach: Reach,
        answers: Answers | None = None,
        made: Made | None = None,
    ) -> None:
        self._sign_in = sign_in
        self._reach = reach
        self._answers = answers
        self._made = made or Made()
        self._own: dict[str, Own] = {}
        self._names: dict[str, dict[str, str]] = {}
        self.kept = 0

    @cached_property
    def _who(self) -> Identity:
        return self._sign_in()

    @cached_property
    def _transport(self) -> Transport:
        return Transport(self._who.credentials, self._reach)

    @property
    def requests(self) -> int:
        """How many requests went out; none before something is asked for."""
        return self._transport.sent if "_transport" in self.__dict__ else 0

    def list(self, location: str) -> Listing:
        """The spreadsheets in a folder and below it, or the one at an address."""
        address = parse_address(location)
        try:
            if address.kind == "spreadsheet":
                return Listing((Source(spreadsheet_address(address.id)),))
            if address.kind == "folder":
                return drive.list_folder(self._transport, address.id)
            return self._list_unknown(address.id, location)
        except SignInError as trouble:
            raise Unreadable(trouble.reason, trouble.remedy) from trouble

    def examine(self, location: str) -> Iterator[Seen]:
        """What stands between us and a location, for `gatebook doctor`."""
        try:
            yield from examine(self._who, self._transport, parse_address(location))
        except (SignInError, Unreadable) as trouble:
            yield Seen(False, trouble.reason, trouble.remedy)

    def _list_unknown(self, file_id: str, location: str) -> Listing:
        with unreadable(location):
            record = drive.describe(self._transport, file_id)
        if record["mimeType"] == drive.FOLDER:
            return drive.list_folder(self._transport, file_id)
        if record["mimeType"] == drive.SPREADSHEET:
            return Listing((drive.source_of(record),))
        raise Unreadable(f"{location} is no spreadsheet and no folder", REMEDY)

    def read(self, source: Source, skip: frozenset[str] = frozenset()) -> tuple[Grid, ...]:
        """The tabs of one spreadsheet: in one request, or in none where it has not changed."""
        try:
            if source.whole:
                return self._read_own(source.location)
            return tuple(grids_of(self._answer(source), skip))
        except SignInError as trouble:
            raise Unreadable(trouble.reason, trouble.remedy) from trouble

    def _answer(self, source: Source) -> Mapping[str, Any]:
        file_id = parse_address(source.location).id
        if self._answers and (known := self._answers.get(file_id, source.version)):
            self.kept += 1
            return known
        data = self._get(source.location, READ_FIELDS)
        if self._answers:
            self._answers.put(file_id, source.version, source.modified, data)
        answer: dict[str, Any] = msgspec.json.decode(data)
        return answer

    def _get(self, location: str, fields: str) -> bytes:
        file_id = parse_address(location).id
        with unreadable(location):
            answer = self._transport.request(
                "get", f"{SHEETS}/v4/spreadsheets/{file_id}", params={"fields": fields}
            )
        return answer.content

    def _read_own(self, location: str) -> tuple[Grid, ...]:
        """All tabs, ours first: a copy that somebody made of one must not pass for it."""
        answer: dict[str, Any] = msgspec.json.decode(self._get(location, OWN_FIELDS))
        own = own_of(answer)
        self._own[location] = own
        ours = {present.sheet_id: name for name, present in own.tabs.items()}
        # A tab of ours keeps the title that people gave it; we know it by its own name.
        grids = [replace(g, tab=ours.get(_sheet_id(g), g.tab)) for g in grids_of(answer)]
        return tuple(sorted(grids, key=lambda grid: _sheet_id(grid) not in ours))

    def draw(self, workbook: Workbook, location: str) -> None:
        """Write our tabs into a spreadsheet that is there; other tabs stay as they are."""
        file_id = parse_address(location).id
        with _signed_in(), unwritable(location):
            if location not in self._own:
                try:
                    self._read_own(location)
                except Unreadable as trouble:
                    raise Unwritable(trouble.reason, trouble.remedy) from trouble
            own = self._own.pop(location)
            write(self._transport, file_id, workbook, own, editors=self._made.editors)

    def create(self, workbook: Workbook, folder: str, name: str, key: str) -> str:
        """Make a spreadsheet in a folder and write a workbook into it; returns its address.

        `key` finds it again if Google's answer is lost on the way. Raises Unwritable; a spreadsheet
        that could not be filled is deleted again.
        """
        address = parse_address(folder)
        mark = {"gatebook": key}
        with _signed_in(), unwritable(folder):
            file_id = self._made_in(address.id, folder, name, mark)
            try:
                write(
                    self._transport,
                    file_id,
                    workbook,
                    fresh(),
                    locale=self._made.locale,
                    editors=self._made.editors,
                )
            except Exception:
                drive.remove(self._transport, file_id)
                raise
        return spreadsheet_address(file_id)

    def _made_in(self, folder_id: str, folder: str, name: str, mark: Mapping[str, str]) -> str:
        try:
            return drive.create(self._transport, folder_id, name, mark)
        except APIError as error:
            if error.response.status_code == 404 and self._who.scopes == (FILE_SCOPE,):
                raise Unwritable(
                    f"with this sign-in gatebook sees nothing but what it made, so not {folder}",
                    "Make the forms in your own Drive (--to https://drive.google.com/drive/my-drive) "
                    "and move them; or set all_of_drive = true under [google] in gatebook.toml and "
                    "sign in again. Nothing was written.",
                ) from error
            raise

    def named(self, folder: str, name: str) -> str:
        """The address of a spreadsheet of that name in a folder, or "". The folder is listed once.

        Raises Unreadable.
        """
        address = parse_address(folder)
        if address.kind == "spreadsheet":
            raise Unreadable(f"{folder} is a spreadsheet and no folder", REMEDY)
        if address.id not in self._names:
            try:
                self._names[address.id] = drive.names_in(self._transport, address.id)
            except SignInError as trouble:
                raise Unreadable(trouble.reason, trouble.remedy) from trouble
        return self._names[address.id].get(name.casefold(), "")


def _sheet_id(grid: Grid) -> int:
    return int(grid.url.rpartition("#gid=")[2] or 0)


@contextmanager
def _signed_in() -> Iterator[None]:
    """Turns a failing sign-in into Unwritable."""
    try:
        yield
    except SignInError as error:
        raise Unwritable(error.reason, f"{error.remedy} Nothing was written.") from error
