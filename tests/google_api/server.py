"""Google's Sheets and Drive on loopback, over real HTTP: see README.md in this folder."""

from __future__ import annotations

import json
import socket
import struct
import threading
from collections import Counter
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from http import HTTPStatus
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from google.oauth2.credentials import Credentials as UserCredentials
from google.oauth2.service_account import Credentials as ServiceAccountCredentials
from werkzeug.serving import ThreadedWSGIServer, WSGIRequestHandler

from tests.google_api import app, auth
from tests.google_api.app import Reply, Request
from tests.google_api.auth import Account, Auth
from tests.google_api.document import Ids
from tests.google_api.edits import Editor
from tests.google_api.faults import Faults
from tests.google_api.lies import Lies
from tests.google_api.people import Person
from tests.google_api.quota import Quota
from tests.google_api.store import FOLDER, SPREADSHEET, Clock, File, Store

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

_GOOGLE = {
    "https://sheets.googleapis.com": "sheets",
    "https://www.googleapis.com": "drive",
    "https://iamcredentials.googleapis.com": "iamcredentials",
    "https://sts.googleapis.com": "sts",
}
# Runs after a request was carried out, before its answer is sent.
Hook = Callable[[Request], None]


def _now() -> datetime:
    return datetime.now(UTC)


class GoogleServer:
    """The server: started by `with`, or by `start` and `stop`."""

    def __init__(self, *, clock: Clock = _now, seed: int = 0) -> None:
        self.clock = clock
        self.lock = threading.RLock()
        self.ids = Ids(seed)
        self.store = Store(lambda: self.clock(), self.ids)
        self.auth = Auth(self.ids)
        self.quota = Quota()
        self.faults = Faults()
        self.disabled_apis: set[str] = set()
        # Whether each request must name the project that pays, as gcloud's sign-in of a person must.
        self.wants_quota_project = False
        self.requests: list[Request] = []
        # Answers of this server that do not fit Google's schemas: must stay empty.
        self.violations: list[str] = []
        self._hooks: list[tuple[str, int, Hook]] = []
        self._stopping = threading.Event()
        self._http: ThreadedWSGIServer | None = None
        self._thread: threading.Thread | None = None

    # Life.

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.stop()

    def start(self) -> None:
        """Listen on a free port of loopback."""
        self._http = _Http("127.0.0.1", 0, self._wsgi, handler=_Handler)
        self._thread = threading.Thread(target=self._http.serve_forever, args=(0.02,))
        self._thread.start()

    def stop(self) -> None:
        """Stop listening; slow answers are sent at once."""
        self._stopping.set()
        if self._http is not None and self._thread is not None:
            self._http.shutdown()
            self._thread.join()
            self._http.server_close()

    # Addresses.

    @property
    def url(self) -> str:
        """The server's root; the APIs are below it: `/sheets`, `/drive`, `/token`, …"""
        if self._http is None:
            raise RuntimeError("the server is not started")
        return f"http://127.0.0.1:{self._http.port}"

    @property
    def sheets_url(self) -> str:
        """What stands for https://sheets.googleapis.com."""
        return f"{self.url}/sheets"

    @property
    def drive_url(self) -> str:
        """What stands for https://www.googleapis.com."""
        return f"{self.url}/drive"

    @property
    def token_url(self) -> str:
        """What stands for https://oauth2.googleapis.com/token."""
        return f"{self.url}/token"

    def rewritten(self, address: str) -> str:
        """An address of Google's on this server."""
        for root, prefix in _GOOGLE.items():
            if address.startswith(root):
                return f"{self.url}/{prefix}{address.removeprefix(root)}"
        raise ValueError(f"{address} is not emulated")

    # People and files, straight in the model.

    @property
    def lies(self) -> Lies:
        """The deliberate faults of honesty."""
        return self.store.lies

    def person(self, email: str, name: str = "") -> Person:
        """A person with an account (made at the first mention)."""
        if email not in self.store.people:
            self.store.people[email] = Person(email, name or _name_of(email))
        return self.store.people[email]

    def robot(
        self,
        email: str = "sheet-robot@pilot-reviews.iam.gserviceaccount.com",
        *,
        owns_storage: bool = False,
    ) -> Account:
        """A service account with a key (made at the first mention)."""
        if email not in self.auth.service_accounts:
            person = Person(email, email, is_service_account=True, owns_storage=owns_storage)
            self.store.people[email] = person
            account = Account(email, person.permission_id)
            self.auth.service_accounts[email] = account
            project = email.partition("@")[2].partition(".")[0]
            self.store.projects[account.client] = project
        return self.auth.service_accounts[email]

    def folder(
        self, name: str, owner: str, *, parent: str = "", share: dict[str, str] | None = None
    ) -> str:
        """A folder in somebody's My Drive (or in another folder); answers its id."""
        self.person(owner)
        return self._shared(self.store.add(name, FOLDER, parent=parent, owner=owner), share)

    def shared_drive(self, name: str, members: dict[str, str]) -> str:
        """A shared drive with its members' roles; answers its id, which is its root folder's."""
        for email in members:
            self.person(email)
        return self.store.add_drive(name, members).id

    def spreadsheet(
        self, name: str, owner: str, *, parent: str = "", share: dict[str, str] | None = None
    ) -> str:
        """An empty spreadsheet of a person's; answers its id."""
        self.person(owner)
        return self._shared(self.store.add(name, SPREADSHEET, parent=parent, owner=owner), share)

    def upload(
        self,
        name: str,
        owner: str,
        content: bytes,
        *,
        mime_type: str = "application/octet-stream",
        parent: str = "",
        share: dict[str, str] | None = None,
    ) -> str:
        """A file with content, such as an .xlsx; answers its id."""
        self.person(owner)
        file = self.store.add(name, mime_type, parent=parent, owner=owner)
        file.content = content
        return self._shared(file, share)

    def shortcut(self, name: str, owner: str, target: str, *, parent: str = "") -> str:
        """A shortcut to a file; answers its id."""
        self.person(owner)
        kind = "application/vnd.google-apps.shortcut"
        file = self.store.add(name, kind, parent=parent, owner=owner)
        file.target = target
        return file.id

    def _shared(self, file: File, share: dict[str, str] | None) -> str:
        file.roles.update(share or {})
        return file.id

    def share(self, file_id: str, email: str, role: str) -> None:
        """Give somebody a role on a file or folder; an empty one takes it away."""
        with self.lock:
            file = self.store.files[file_id]
            if role:
                file.roles[email] = role
            else:
                file.roles.pop(email, None)

    def file(self, file_id: str) -> File:
        """A file as the model keeps it."""
        return self.store.files[file_id]

    def trash(self, file_id: str, *, trashed: bool = True) -> None:
        """Put a file into the trash, or take it out."""
        with self.lock:
            file = self.store.files[file_id]
            file.trashed = trashed
            self.store.touch(file, file.owner)

    def edit(self, file_id: str, person: str = "") -> Editor:
        """A person (by default the owner) with the spreadsheet open in a browser."""
        file = self.store.files[file_id]
        email = person or file.owner or "owner@example.com"
        return Editor(self.store, file, self.person(email))

    # Sign-in.

    def service_account_file(self, folder: Path, email: str = "") -> Path:
        """A key file of a service account, to be given to google-auth."""
        account = self.robot(email) if email else self.robot()
        path = folder / "service_account.json"
        path.write_text(json.dumps(auth.key_file(account, self.token_url)), encoding="utf-8")
        return path

    def robot_credentials(
        self, scopes: Iterable[str], email: str = "", subject: str | None = None
    ) -> ServiceAccountCredentials:
        """google-auth's credentials of a service account."""
        account = self.robot(email) if email else self.robot()
        info = auth.key_file(account, self.token_url)
        credentials: ServiceAccountCredentials
        credentials = ServiceAccountCredentials.from_service_account_info(  # type: ignore[no-untyped-call]
            info, scopes=list(scopes), subject=subject
        )
        return credentials

    def user_credentials(
        self, email: str, scopes: Iterable[str], client: str = "desktop-app"
    ) -> UserCredentials:
        """google-auth's credentials of a person who consented to an app."""
        return UserCredentials(  # type: ignore[no-untyped-call]
            None,
            refresh_token=self.refresh_token(email, scopes, client),
            token_uri=self.token_url,
            client_id=client,
            client_secret="not-a-secret",
            scopes=list(scopes),
        )

    def refresh_token(self, email: str, scopes: Iterable[str], client: str = "desktop-app") -> str:
        """A refresh token of a person who consented to an app."""
        self.person(email)
        refresh_token = "1//" + self.ids.text(40)
        self.store.projects.setdefault(client, client)
        account = Account(email, client, frozenset(scopes))
        self.auth.refresh_tokens[refresh_token] = account
        return refresh_token

    def federation_file(self, folder: Path, email: str = "") -> Path:
        """A configuration of workload identity federation that ends at a service account."""
        account = self.robot(email) if email else self.robot()
        identity = "principal://iam.googleapis.com/projects/1/subject/ci"
        subject = folder / "subject_token.txt"
        subject.write_text(self.ids.text(40), encoding="utf-8")
        self.auth.subject_tokens[subject.read_text(encoding="utf-8")] = identity
        self.auth.impersonators.add((identity, account.email))
        path = folder / "federation.json"
        config = auth.federation_file(account, self.url, str(subject))
        path.write_text(json.dumps(config), encoding="utf-8")
        return path

    # What happened.

    def counted(self) -> Counter[str]:
        """How often each method was called, tokens aside: `{"sheets.spreadsheets.get": 2, …}`."""
        return Counter(request.method for request in self.sent())

    def sent(self) -> list[Request]:
        """The requests to Sheets and Drive."""
        return [request for request in self.requests if request.api in ("sheets", "drive")]

    def forget(self) -> None:
        """Begin a new log."""
        with self.lock:
            self.requests.clear()

    def after(self, method: str, hook: Hook, nth: int = 1) -> None:
        """Run code once, after the nth request (from now) of a method, before its answer is sent.

        `method` is the end of its id: `"spreadsheets.get"`. The hook may edit spreadsheets.
        """
        self._hooks.append((method, nth, hook))

    def run_hooks(self, request: Request) -> None:
        """Run the hooks that are due after a request."""
        waiting = self._hooks
        self._hooks = []
        for method, nth, hook in waiting:
            if not f".{request.method}".endswith(f".{method}"):
                self._hooks.append((method, nth, hook))
            elif nth > 1:
                self._hooks.append((method, nth - 1, hook))
            else:
                hook(request)

    # HTTP.

    def _wsgi(self, environ: WSGIEnvironment, start_response: StartResponse) -> list[bytes]:
        length = int(environ.get("CONTENT_LENGTH") or 0)
        data = environ["wsgi.input"].read(length) if length else b""
        headers = {
            "authorization": environ.get("HTTP_AUTHORIZATION", ""),
            "content-type": environ.get("CONTENT_TYPE", ""),
            "x-goog-user-project": environ.get("HTTP_X_GOOG_USER_PROJECT", ""),
        }
        verb, target = environ["REQUEST_METHOD"], environ["REQUEST_URI"]
        reply = app.handle(self, verb, target, headers, data)
        if reply.delay:
            self._stopping.wait(reply.delay)
        if reply.broken == "reset":
            _reset(environ["werkzeug.socket"])
        start_response(f"{reply.status} {_reason(reply)}", _headers(reply))
        cut = len(reply.body) // 2 if reply.broken == "truncated" else len(reply.body)
        return [reply.body[:cut]]


def _name_of(email: str) -> str:
    return " ".join(part.title() for part in email.partition("@")[0].split("."))


def _reason(reply: Reply) -> str:
    return HTTPStatus(reply.status).phrase


def _headers(reply: Reply) -> list[tuple[str, str]]:
    headers = [("Content-Length", str(len(reply.body))), *reply.headers.items()]
    return headers if reply.status == 204 else [("Content-Type", reply.content_type), *headers]


def _reset(connection: socket.socket) -> None:
    """Close a connection without an answer."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.shutdown(socket.SHUT_RDWR)
    raise ConnectionResetError("the test server closed the connection on purpose")


class _Http(ThreadedWSGIServer):
    """A thread a request; closing waits for all of them."""

    daemon_threads = False
    block_on_close = True


class _Handler(WSGIRequestHandler):
    """Without a log on standard error."""

    def log(self, type: str, message: str, *args: Any) -> None:
        """Nothing: the server keeps its own log."""
