"""All files of the world that the server plays: folders, spreadsheets, other files, shared drives."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime

from tests.google_api.document import Context, Document, Evaluate, Ids, new_document
from tests.google_api.errors import ApiError
from tests.google_api.jsontypes import Json
from tests.google_api.lies import Lies
from tests.google_api.people import Caller, Names, Person, at_least
from tests.google_api.reading import View

FOLDER = "application/vnd.google-apps.folder"
SPREADSHEET = "application/vnd.google-apps.spreadsheet"
SHORTCUT = "application/vnd.google-apps.shortcut"

Clock = Callable[[], datetime]


def stamp(moment: datetime) -> str:
    """A time as Drive writes it."""
    return (
        moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.") + f"{moment.microsecond // 1000:03}Z"
    )


@dataclass
class File:
    """A file in Drive. `drive_id`: the shared drive it is in, or empty."""

    id: str
    name: str
    mime_type: str
    parent: str
    owner: str
    drive_id: str
    created: datetime
    modified: datetime
    client: str
    modified_by: str
    version: int = 1
    trashed: bool = False
    app_properties: dict[str, dict[str, str]] = field(default_factory=dict)
    properties: dict[str, str] = field(default_factory=dict)
    description: str = ""
    target: str = ""
    content: bytes = b""
    document: Document | None = None
    # The spreadsheet before its last change.
    before: Document | None = None
    # Address → role; `anyone` and `domain:example.com` are addresses too.
    roles: dict[str, str] = field(default_factory=dict)
    copy_forbidden: bool = False


class Store:
    """The files, the people, and who may do what."""

    def __init__(self, clock: Clock, ids: Ids) -> None:
        self.clock = clock
        self.ids = ids
        self.files: dict[str, File] = {}
        self.drives: dict[str, str] = {}
        self.people: dict[str, Person] = {}
        self.projects: dict[str, str] = {}
        self.evaluate: Evaluate | None = None
        self.lies = Lies()
        self.generated: set[str] = set()
        self.incomplete_search = False
        # Whether a file that its owner threw away is gone for all others:
        # https://developers.google.com/workspace/drive/api/guides/delete can be read both ways.
        self.trash_is_private = False

    @property
    def names(self) -> Names:
        """What people are called."""
        return {person.email: person.name for person in self.people.values()}

    @property
    def today(self) -> date:
        """The day of the server's clock."""
        return self.clock().date()

    # People and roles.

    def role(self, email: str, file: File) -> str:
        """The strongest role that an account has on a file, through its folders too."""
        best = ""
        for place in self.line(file):
            for address in (email, "anyone", f"domain:{email.rpartition('@')[2]}"):
                role = place.roles.get(address, "")
                if at_least(role, best or "reader"):
                    best = role
        return best

    def line(self, file: File) -> Iterator[File]:
        """A file and the folders around it."""
        seen: set[str] = set()
        here: File | None = file
        while here is not None and here.id not in seen:
            seen.add(here.id)
            yield here
            here = self.files.get(here.parent)

    def sees(self, caller: Caller, file: File) -> bool:
        """Whether a caller sees a file: a role, and under `drive.file` the app's own files only."""
        if not self.role(caller.email, file) or self._thrown_away(caller, file):
            return False
        return not only_own_files(caller) or file.client == caller.client

    def _thrown_away(self, caller: Caller, file: File) -> bool:
        if not self.trash_is_private or file.drive_id or file.owner == caller.email:
            return False
        return any(place.trashed for place in self.line(file))

    # Files.

    def add(
        self,
        name: str,
        mime_type: str,
        *,
        parent: str = "",
        owner: str,
        client: str = "",
        file_id: str = "",
    ) -> File:
        """A new file in a folder (empty: the owner's My Drive)."""
        now = self.clock()
        folder = parent or self.root(owner).id
        file = File(
            id=file_id or self.ids.file(),
            name=name,
            mime_type=mime_type,
            parent=folder,
            owner=owner,
            drive_id=self.files[folder].drive_id,
            created=now,
            modified=now,
            client=client,
            modified_by=owner,
        )
        if not file.drive_id:
            file.roles[owner] = "owner"
        if mime_type == SPREADSHEET:
            file.document = new_document(file.id, name)
        self.files[file.id] = file
        return file

    def root(self, email: str) -> File:
        """The account's My Drive."""
        root_id = f"root-{email}"
        if root_id not in self.files:
            now = self.clock()
            self.files[root_id] = File(
                root_id, "My Drive", FOLDER, "", email, "", now, now, "", email
            )
            self.files[root_id].roles[email] = "owner"
        return self.files[root_id]

    def add_drive(self, name: str, members: dict[str, str], drive_id: str = "") -> File:
        """A shared drive; its root folder has the drive's id."""
        drive_id = drive_id or "0A" + self.ids.file()[:17]
        now = self.clock()
        self.drives[drive_id] = name
        root = File(drive_id, name, FOLDER, "", "", drive_id, now, now, "", "")
        root.roles = dict(members)
        self.files[drive_id] = root
        return root

    def touch(self, file: File, user: str) -> None:
        """A change was made: the version grows and the time of change is now."""
        file.modified = self.clock()
        file.modified_by = user
        if "version-frozen" not in self.lies:
            file.version += 1

    # Spreadsheets.

    def spreadsheet(self, caller: Caller, file_id: str, wanted: str = "reader") -> File:
        """The file of a spreadsheet that the caller may read (or write)."""
        file = self.files.get(file_id)
        if file is None or (only_own_files(caller) and file.client != caller.client):
            raise ApiError(404, "Requested entity was not found.")
        if not at_least(self.role(caller.email, file), wanted):
            raise ApiError(403, "The caller does not have permission")
        if file.document is None:
            raise ApiError(
                400,
                "This operation is not supported for this document",
                reason="failedPrecondition",
            )
        return file

    def document(self, file: File) -> Document:
        """The spreadsheet of a file."""
        if file.document is None:
            raise KeyError(file.id)
        return file.document

    def commit(self, file: File, document: Document, user: str) -> None:
        """A spreadsheet's new state."""
        old = self.document(file)
        file.before, file.document = old, self.lies.kept(old, document)
        file.name = document.properties["title"]
        self.touch(file, user)

    def context(self, file: File, caller: Caller) -> Context:
        """Who changes a spreadsheet."""
        return Context(
            user=caller.email,
            owner=file.owner,
            project=self.projects.get(caller.client, caller.client),
            today=self.today,
            ids=self.ids,
            editors=tuple(sorted(email for email, role in file.roles.items() if role == "writer")),
        )

    def view(self, file: File, caller: Caller) -> View:
        """Who reads a spreadsheet."""
        project = self.projects.get(caller.client, caller.client)
        return View(caller.email, file.owner, project, self.evaluate, self.names)


_DRIVE = "https://www.googleapis.com/auth/drive"
_WIDE = {
    _DRIVE,
    f"{_DRIVE}.readonly",
    f"{_DRIVE}.metadata",
    f"{_DRIVE}.metadata.readonly",
    "https://www.googleapis.com/auth/spreadsheets",
    "https://www.googleapis.com/auth/spreadsheets.readonly",
}


def only_own_files(caller: Caller) -> bool:
    """Whether the token shows no files but those that the app itself created (`drive.file`).

    Compared for the call at hand: `Caller.scopes` holds the scopes that this call accepts.
    """
    return not caller.scopes & _WIDE


def snapshot(file: File) -> Json:
    """What identifies a state of a file, for logs and tests."""
    return {"id": file.id, "name": file.name, "version": str(file.version)}
