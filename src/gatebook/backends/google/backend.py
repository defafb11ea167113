"""The Google backend: spreadsheets and Drive folders behind the common protocol."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import msgspec
from gspread.exceptions import APIError

from gatebook.backends.google import drive
from gatebook.backends.google.addresses import (
    FOLDER_REMEDY,
    REMEDY,
    parse_address,
    spreadsheet_address,
)
from gatebook.backends.google.answers import Answers
from gatebook.backends.google.health import Seen, examine
from gatebook.backends.google.marks import put_marks
from gatebook.backends.google.read import OWN_FIELDS, READ_FIELDS, grids_of
from gatebook.backends.google.signin import FILE_SCOPE, Identity, SignInError
from gatebook.backends.google.transport import SHEETS, Reach, Transport, Unsure
from gatebook.backends.google.troubles import DOCTOR_KNOWS, unreadable, unwritable
from gatebook.backends.google.write import Own, fresh, own_of, write
from gatebook.backends.protocol import Listing, Source, Unreadable, Unwritable
from gatebook.sheets.marks import TabEdits
from gatebook.sheets.model import Grid, Workbook
from gatebook.sheets.portfolio_book import TABS
from gatebook.sheets.portfolio_read import own_tab


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
        # Spreadsheets that a listing of this run has shown, which shows nothing of the trash.
        self._listed: set[str] = set()
        self._names: dict[str, dict[str, str]] = {}
        self.kept = 0

    @cached_property
    def _who(self) -> Identity:
        return self._sign_in()

    @cached_property
    def transport(self) -> Transport:
        """What all requests of this backend go through; made, signed in, with the first of them."""
        return Transport(self._who.credentials, self._reach)

    @contextmanager
    def _refusing(self, refusal: type[Unreadable] | type[Unwritable]) -> Iterator[None]:
        """Turns a failing sign-in into a refusal, and lets refusals name the address to share with."""
        try:
            yield
        except SignInError as error:
            raise refusal(error.reason, error.remedy) from error
        except (Unreadable, Unwritable) as error:
            who: Identity | None = self.__dict__.get("_who")
            if who and who.address:
                error.remedy = error.remedy.replace(DOCTOR_KNOWS, who.address)
            raise

    @property
    def requests(self) -> int:
        """How many requests went out; none before something is asked for."""
        return self.transport.sent if "transport" in self.__dict__ else 0

    def list(self, location: str) -> Listing:
        """The spreadsheets in a folder and below it, or the one at an address."""
        address = parse_address(location)
        with self._refusing(Unreadable):
            if address.kind == "spreadsheet":
                return Listing((self._alone(address.id),))
            if address.kind == "folder":
                return self._list_folder(address.id)
            return self._list_unknown(address.id, location)

    def _list_folder(self, folder_id: str) -> Listing:
        listing = drive.list_folder(self.transport, folder_id)
        self._listed |= {source.location for source in listing.sources if source.version}
        return listing

    def _alone(self, file_id: str) -> Source:
        try:
            return drive.alone(self.transport, file_id)
        except SignInError:
            # Told where it is read, so that other places are read all the same.
            return Source(spreadsheet_address(file_id), name=drive.unnamed(file_id))

    def examine(self, location: str, *, to_write: bool = False) -> Iterator[Seen]:
        """What stands between us and a location, for `gatebook doctor`."""
        try:
            address = parse_address(location)
            yield from examine(self._who, self.transport, address, to_write=to_write)
        except (SignInError, Unreadable) as trouble:
            yield Seen(False, trouble.reason, trouble.remedy)

    def _list_unknown(self, file_id: str, location: str) -> Listing:
        with unreadable(location):
            record = drive.describe(self.transport, file_id)
        if record["mimeType"] == drive.FOLDER:
            return self._list_folder(file_id)
        if record["mimeType"] == drive.SPREADSHEET:
            return Listing((self._alone(file_id),))
        raise Unreadable(f"{location} is no spreadsheet and no folder", REMEDY)

    def read(self, source: Source, skip: frozenset[str] = frozenset()) -> tuple[Grid, ...]:
        """The tabs of one spreadsheet: in one request, or in none where it has not changed. One more
        asks Drive about a spreadsheet that no listing has shown: it may lie in the trash."""
        with self._refusing(Unreadable):
            if source.whole:
                return self._read_own(source.location)
            return tuple(grids_of(self._answer(source), skip))

    def _answer(self, source: Source) -> Mapping[str, Any]:
        file_id = parse_address(source.location).id
        if not source.version:
            source = drive.live(self.transport, file_id)
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
        with unreadable("the spreadsheet"):
            answer = self.transport.request(
                "get", f"{SHEETS}/v4/spreadsheets/{file_id}", params={"fields": fields}
            )
        # Every spreadsheet has a tab. An answer without one must not pass for an empty portfolio.
        found = answer.json()
        if found.get("spreadsheetId") != file_id or not found.get("sheets"):
            raise Unreadable(
                "an answer came that does not hold the spreadsheet; a proxy may be in the way",
                "Try again. If it stays, look at what stands between this machine and Google.",
            )
        return answer.content

    def _read_own(self, location: str) -> tuple[Grid, ...]:
        """All tabs, ours first: a copy that somebody made of one must not pass for it."""
        answer: dict[str, Any] = msgspec.json.decode(self._get(location, OWN_FIELDS))
        own = own_of(answer)
        self._own[parse_address(location).id] = own
        # A form that gatebook made has such metadata, too: its tabs are people's.
        ours = {there.sheet_id: name for name, there in own.tabs.items() if name in TABS}
        found = list(grids_of(answer))
        for grid in found:
            _check_mark(grid, ours.get(_sheet_id(grid)))
        # A tab of ours keeps the title that people gave it; we know it by its own name.
        grids = [replace(g, tab=ours.get(_sheet_id(g), g.tab)) for g in found]
        return tuple(sorted(grids, key=lambda grid: _sheet_id(grid) not in ours))

    def draw(self, workbook: Workbook, location: str) -> None:
        """Write our tabs into a spreadsheet that is there; other tabs stay as they are."""
        file_id = parse_address(location).id
        with self._refusing(Unwritable), unwritable(location):
            if file_id not in self._own:
                try:
                    self._read_own(location)
                except Unreadable as trouble:
                    raise Unwritable(trouble.reason, trouble.remedy) from trouble
            own = self._own.pop(file_id)
            self._check_in_use(file_id)
            write(self.transport, file_id, workbook, own, editors=self._made.editors)

    def mark(self, location: str, tabs: Sequence[TabEdits]) -> None:
        """Put notes on cells and lines above tables as `tabs` say, in one request. Raises Unwritable."""
        with self._refusing(Unwritable), unwritable(location):
            put_marks(self.transport, parse_address(location).id, tabs)

    def _check_in_use(self, file_id: str) -> None:
        """Raises Unwritable for a spreadsheet in the trash, where nobody would see what is written."""
        if spreadsheet_address(file_id) in self._listed:
            return
        about = drive.describe(self.transport, file_id, "name,trashed")
        if about.get("trashed"):
            raise Unwritable(
                f"the spreadsheet “{about.get('name', '')}” is in the trash of Google Drive",
                "Restore it there, or name another one with --portfolio. Nothing was written.",
            )

    def create(self, workbook: Workbook, folder: str, name: str, key: str) -> str:
        """Make a spreadsheet in a folder and write a workbook into it; returns its address.

        `key` finds it again if Google's answer is lost on the way. Raises Unwritable; a spreadsheet
        that could not be filled goes to the trash.
        """
        address = parse_address(folder)
        with self._refusing(Unwritable):
            # A property takes 124 bytes: https://developers.google.com/workspace/drive/api/guides/properties
            mark = {"gatebook": hashlib.sha256(key.encode()).hexdigest()}
            file_id = self._made_in(address.id, folder, name, mark)
            try:
                write(
                    self.transport,
                    file_id,
                    workbook,
                    fresh(),
                    locale=self._made.locale,
                    editors=self._made.editors,
                )
            except BaseException:
                with unwritable(folder, self._cleared(file_id)):
                    raise
        return spreadsheet_address(file_id)

    def _cleared(self, file_id: str) -> str:
        """What became of a spreadsheet that could not be filled."""
        if drive.remove(self.transport, file_id):
            return "The unfinished spreadsheet was put into the trash."
        return (
            f"An unfinished spreadsheet is left at {spreadsheet_address(file_id)}: delete it first, "
            "or it will be taken for the form."
        )

    def _made_in(self, folder_id: str, folder: str, name: str, mark: Mapping[str, str]) -> str:
        """The id of a new, empty spreadsheet. Raises Unwritable."""
        with unwritable(folder):
            try:
                return drive.create(self.transport, folder_id, name, mark)
            except Unsure as error:
                raise Unwritable(
                    f"Google gave no clear answer about a new “{name}” ({error})",
                    f"Look into {folder}: if there is an empty spreadsheet of that name, delete it. "
                    "Then run this again.",
                ) from error
            except APIError as error:
                if self._hides(error):
                    raise Unwritable(*_hidden(folder)) from error
                self._check_folder(folder_id)
                raise

    def _check_folder(self, folder_id: str) -> None:
        """Raises Unwritable for a place that refuses files because it is no folder, or in the trash."""
        try:
            drive.check_folder(self.transport, folder_id)
        except Unreadable as trouble:
            if trouble.__cause__ is None:
                raise Unwritable(trouble.reason, trouble.remedy) from trouble

    def _hides(self, error: object) -> bool:
        """Whether this sign-in may be too small to see what is not found."""
        missing = isinstance(error, APIError) and error.response.status_code == 404
        return missing and self._who.scopes == (FILE_SCOPE,)

    def named(self, folder: str, name: str) -> str:
        """The address of a spreadsheet of that name in a folder, or "". The folder is listed once.

        Raises Unreadable.
        """
        address = parse_address(folder)
        if address.kind == "spreadsheet":
            raise Unreadable(f"{folder} is a spreadsheet and no folder", FOLDER_REMEDY)
        if address.id not in self._names:
            with self._refusing(Unreadable):
                try:
                    self._names[address.id] = drive.names_in(self.transport, address.id)
                except Unreadable as trouble:
                    if self._hides(trouble.__cause__):
                        raise Unreadable(*_hidden(folder)) from trouble
                    raise
        return self._names[address.id].get(name.casefold(), "")


def _hidden(folder: str) -> tuple[str, str]:
    return (
        f"{folder} is not there, or hidden from this sign-in: with the scope drive.file gatebook sees "
        "only what it made",
        "Make the forms in your own Drive (--to https://drive.google.com/drive/my-drive) and move "
        "them; or set all_of_drive = true under [google] in gatebook.toml and sign in again. Nothing "
        "was written.",
    )


def _check_mark(grid: Grid, name: str | None) -> None:
    """Raises Unreadable for a tab of ours that the reader of portfolios would take for another's: it
    knows our tabs by their marks, and finds people's words by counting from there."""
    if name and own_tab(grid) != name:
        raise Unreadable(
            f"the tab “{grid.tab}” has lost the hidden mark in its cell A1, so what people wrote "
            "there cannot be found",
            "Bring it back as it was (undo; take out the row or column that was inserted before it), "
            "or delete the tab: the next sync makes a new one.",
        )


def _sheet_id(grid: Grid) -> int:
    return int(grid.url.rpartition("#gid=")[2] or 0)
