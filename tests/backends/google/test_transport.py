"""How requests go out: where to, how long, how often; what is told when nothing comes back."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from email.utils import formatdate
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from google.auth.credentials import AnonymousCredentials, Credentials
from gspread.exceptions import APIError

from gatebook.backends.google.transport import (
    DRIVE,
    SHEETS,
    OutOfReach,
    Reach,
    Transport,
    Unsure,
)
from tests.conformance.desks import GoogleDesk
from tests.google_api.server import GoogleServer

ROBOT = ("https://www.googleapis.com/auth/spreadsheets", "https://www.googleapis.com/auth/drive")
FILES = f"{DRIVE}/drive/v3/files"
NEW_FILE = {"name": "form", "mimeType": "application/vnd.google-apps.spreadsheet"}


class Never(Credentials):
    """Credentials that nobody may use."""

    def refresh(self, request: object) -> None:
        raise AssertionError("somebody signed in")


# Where the API is said to be → whether a token may be sent there.
HOSTS = [
    ("https://sheets.googleapis.com", True),
    ("https://www.googleapis.com/", True),
    ("http://127.0.0.1:8080/sheets", True),
    ("http://[::1]:8080", True),
    ("http://sheets.googleapis.com", False),
    ("https://example.com", False),
    ("https://sheets.googleapis.com.example.com", False),
    ("https://notgoogleapis.com", False),
    ("https://sheets.googleapis.com@example.com", False),
    ("https://example.com/sheets.googleapis.com", False),
    ("https://example.com/?.googleapis.com", False),
    ("http://localhost:8080", False),
    ("http://192.168.1.2:8080", False),
    ("http://127.0.0.1.example.com", False),
    ("ftp://127.0.0.1", False),
    ("//sheets.googleapis.com", False),
    ("https://[::1", False),
    ("", False),
]


@pytest.mark.parametrize(("root", "allowed"), HOSTS)
def test_tokens_go_to_google_and_this_machine_alone(root: str, allowed: bool) -> None:
    for reach in (Reach(sheets=root), Reach(drive=root)):
        if allowed:
            Transport(Never(), reach)  # type: ignore[no-untyped-call]
        else:
            with pytest.raises(ValueError, match="no sign-in is sent there"):
                Transport(Never(), reach)  # type: ignore[no-untyped-call]


@pytest.mark.parametrize("key", ["sheets_api", "drive_api", "iam_api"])
def test_another_host_is_refused_before_anybody_signs_in(key: str, desk: GoogleDesk) -> None:
    lines = desk.config.read_text(encoding="utf-8").splitlines()
    kept = [line for line in lines if not line.startswith(key)]
    desk.config.write_text("\n".join([*kept, f'{key} = "https://example.com"']), encoding="utf-8")
    for ran in (desk.run("check", desk.reviews), desk.run("doctor", desk.reviews)):
        assert ran.code == 2
        assert "https://example.com is no address of Google's APIs" in ran.out + ran.err
    assert desk.server.requests == []


def test_only_the_two_apis_are_spoken_to() -> None:
    with pytest.raises(ValueError, match="belongs to no API"):
        Transport(Never(), Reach()).request("get", "https://example.com/v4")  # type: ignore[no-untyped-call]


def transport(server: GoogleServer, patience: float = 20.0) -> Transport:
    reach = Reach(server.sheets_url, server.drive_url, first_wait=0.001, patience=patience)
    return Transport(server.robot_credentials(ROBOT), reach)


@pytest.fixture
def book(google_server: GoogleServer) -> str:
    """A spreadsheet that the robot may write, in a folder that takes new ones."""
    robot = google_server.robot(owns_storage=True).email
    return google_server.spreadsheet("Book", "mia@example.com", share={robot: "writer"})


# Trouble → what becomes of a read, of a write.
TROUBLES = [
    ("429", "again", "again"),
    ("403-rate", "again", "again"),
    ("500", "again", "unsure"),
    ("503", "again", "unsure"),
    ("502-html", "again", "unsure"),
    ("reset", "again", "unsure"),
    ("truncated", "again", "unsure"),
]


@pytest.mark.parametrize(("kind", "read", "write"), TROUBLES)
def test_what_is_tried_again(
    kind: str, read: str, write: str, google_server: GoogleServer, book: str
) -> None:
    """Reads after any trouble; of writes only what was refused unseen."""
    for verb, url, method, outcome in (
        ("get", f"{FILES}/{book}", "drive.files.get", read),
        ("post", FILES, "drive.files.create", write),
    ):
        sender = transport(google_server)
        google_server.forget()
        google_server.faults.at(method, 1, kind)
        body = None if verb == "get" else NEW_FILE
        if outcome == "again":
            sender.request(verb, url, json=body)
        else:
            with pytest.raises(Unsure):
                sender.request(verb, url, json=body)
        tries = 2 if outcome == "again" else 1
        assert google_server.counted() == {method: tries}
        assert (sender.sent, dict(sender.counts)) == (
            tries,
            {f"drive {'read' if verb == 'get' else 'write'}": tries},
        )


def test_requests_are_counted_by_api_and_kind(google_server: GoogleServer, book: str) -> None:
    sender = transport(google_server)
    google_server.faults.at("spreadsheets.get", 1, "503")
    sender.request("get", f"{SHEETS}/v4/spreadsheets/{book}")
    sender.batch_update(book, {"requests": [{"addSheet": {}}]})
    sender.request("get", f"{FILES}/{book}")
    assert sender.counts == {"sheets read": 2, "sheets write": 1, "drive read": 1}
    assert sender.sent == len(google_server.sent()) == 4


@pytest.mark.parametrize(
    "address", ["/v4/spreadsheets/missing", "/v4/spreadsheets/{}?fields=nonsense"]
)
def test_a_final_answer_is_asked_for_once(
    address: str, google_server: GoogleServer, book: str
) -> None:
    with pytest.raises(APIError):
        transport(google_server).request("get", SHEETS + address.format(book))
    assert len(google_server.sent()) == 1


def test_an_expired_token_is_renewed(google_server: GoogleServer, book: str) -> None:
    sender = transport(google_server)
    sender.request("get", f"{FILES}/{book}")
    google_server.auth.expire()
    assert sender.request("get", f"{FILES}/{book}").json()["name"] == "Book"
    assert [one.status for one in google_server.sent()] == [200, 401, 200]


class TestWaiting:
    """Deadlines and what the server asks for, with real seconds."""

    def test_the_deadline_is_kept(self, google_server: GoogleServer, book: str) -> None:
        google_server.faults.at_random(1, 1.0, ["503"])
        started = time.monotonic()
        with pytest.raises(OutOfReach, match="HTTP 503: The service is currently unavailable"):
            transport(google_server, patience=0.3).request("get", f"{FILES}/{book}")
        assert time.monotonic() - started < 2
        assert len(google_server.sent()) > 2

    def test_retry_after_is_honoured(self, google_server: GoogleServer, book: str) -> None:
        google_server.faults.at("files.get", 1, "429-retry-after")  # one second
        started = time.monotonic()
        transport(google_server).request("get", f"{FILES}/{book}")
        assert time.monotonic() - started >= 1

    def test_a_wait_beyond_the_deadline_is_not_begun(
        self, google_server: GoogleServer, book: str
    ) -> None:
        google_server.faults.at("files.get", 1, "429-retry-after")
        started = time.monotonic()
        with pytest.raises(OutOfReach, match="HTTP 429"):
            transport(google_server, patience=0.5).request("get", f"{FILES}/{book}")
        assert time.monotonic() - started < 0.5
        assert len(google_server.sent()) == 1

    def test_no_request_waits_for_ever(self, google_server: GoogleServer, book: str) -> None:
        sender = transport(google_server, patience=0.2)
        assert sender.timeout == (10.0, 190.0)  # seconds; Google ends a request after 180
        sender.timeout = (1.0, 0.1)
        google_server.faults.slowness = 60
        google_server.faults.at("files.get", 1, "slow")
        google_server.faults.at("files.get", 2, "slow")
        with pytest.raises(OutOfReach, match="no answer in time"):
            sender.request("get", f"{FILES}/{book}", params={"fields": "id"})
        google_server.stop()


Answer = tuple[int, dict[str, str], str]


@contextmanager
def stranger(*answers: Answer) -> Iterator[tuple[str, list[dict[str, str]]]]:
    """Something on the way that is not Google: gives these answers in turn, the last for ever.

    Yields its address and the headers of the requests that it saw.
    """
    seen: list[dict[str, str]] = []

    class Handler(BaseHTTPRequestHandler):
        def _answer(self) -> None:
            status, headers, body = answers[min(len(seen), len(answers) - 1)]
            seen.append({name.lower(): value for name, value in self.headers.items()})
            self.rfile.read(int(self.headers.get("Content-Length") or 0))
            self.send_response(status)
            for name, value in {"Content-Length": str(len(body)), **headers}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body.encode())

        do_GET = do_POST = _answer

        def log_message(self, format: str, *_arguments: Any) -> None:
            """Nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", seen
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


class Token(AnonymousCredentials):
    """Signed in, with a token that must not leak."""

    def apply(self, headers: dict[str, str], token: str | None = None) -> None:
        headers["authorization"] = "Bearer ya29.a-token"

    def before_request(self, request: Any, method: str, url: str, headers: Any) -> None:
        self.apply(headers)


def sender_to(root: str, patience: float = 0.05) -> Transport:
    reach = Reach(root, root, first_wait=0.001, patience=patience)
    return Transport(Token(), reach)  # type: ignore[no-untyped-call]


PAGE = "<!DOCTYPE html><title>Sign in to the guest network</title>"
# What comes instead of an answer → what is told.
STRANGE: list[tuple[str, Answer, str]] = [
    ("an error page", (502, {}, PAGE), "HTTP 502: no answer of the API itself"),
    ("an empty error", (503, {}, ""), "HTTP 503"),
    ("a page of a guest network", (200, {}, PAGE), "an answer that broke off or is not Google's"),
    ("half an answer", (200, {}, '{"sheets": ['), "an answer that broke off or is not Google's"),
    ("nothing", (200, {}, ""), "an answer that broke off or is not Google's"),
    ("less than was promised", (200, {"Content-Length": "99"}, "{"), "the connection failed"),
    ("a proxy's own error", (403, {}, '{"error": "blocked"}'), "a proxy may be in the way"),
    ("an error without a code", (500, {}, '{"error": {}}'), "a proxy may be in the way"),
    ("a way elsewhere", (302, {"Location": "/login"}, ""), "a proxy may be in the way"),
]


@pytest.mark.parametrize(("answer", "told"), [s[1:] for s in STRANGE], ids=[s[0] for s in STRANGE])
def test_what_is_not_google_is_told_in_plain_words(answer: Answer, told: str) -> None:
    with stranger(answer) as (root, seen):
        for verb, error in (("get", OutOfReach), ("post", Unsure)):
            seen.clear()
            with pytest.raises(error) as raised:
                sender_to(root).request(verb, f"{FILES}/x", json={} if verb == "post" else None)
            assert told in str(raised.value)
            assert "<" not in str(raised.value)
            assert "ya29" not in str(raised.value)
            assert (len(seen) == 1) == (verb == "post")


def test_a_way_elsewhere_is_not_followed() -> None:
    """Neither the token nor what was to be written goes along."""
    with stranger((200, {}, "{}")) as (elsewhere, seen_there):
        for status in (301, 302, 307, 308):
            with stranger((status, {"Location": f"{elsewhere}/take"}, "")) as (root, _):
                for verb in ("get", "post"):
                    with pytest.raises((OutOfReach, Unsure)):
                        sender_to(root).request(verb, f"{FILES}/x")
        assert seen_there == []


@pytest.mark.parametrize("ahead", [1, 3600, -3600])
def test_retry_after_may_be_a_date(ahead: int) -> None:
    """Waited for where the deadline allows; a date that is past is no wait."""
    when = formatdate(time.time() + ahead + 1, usegmt=True)
    quota = '{"error": {"code": 429, "message": "Quota exceeded"}}'
    with stranger((429, {"Retry-After": when}, quota), (200, {}, "{}")) as (root, seen):
        sender = sender_to(root, patience=5)
        started = time.monotonic()
        if ahead == 3600:
            with pytest.raises(OutOfReach, match="Quota exceeded"):
                sender.request("get", f"{FILES}/x")
            assert len(seen) == 1
        else:
            sender.request("get", f"{FILES}/x")
            assert len(seen) == 2
        waited = time.monotonic() - started
        assert (waited >= 0.9) == (ahead == 1)


@pytest.mark.parametrize("text", ["soon", "-5", "1e9"])
def test_a_retry_after_that_is_none_does_no_harm(text: str) -> None:
    quota = '{"error": {"code": 429, "message": "Quota exceeded"}}'
    with stranger((429, {"Retry-After": text}, quota), (200, {}, "{}")) as (root, seen):
        sender_to(root, patience=2).request("get", f"{FILES}/x")
        assert len(seen) == 2


def test_without_a_token_a_write_was_not_sent(google_server: GoogleServer) -> None:
    """So it is tried again, and the end is no riddle."""
    credentials = google_server.robot_credentials(ROBOT).with_token_uri("http://127.0.0.1:9/token")
    reach = Reach(
        google_server.sheets_url, google_server.drive_url, first_wait=0.001, patience=0.05
    )
    with pytest.raises(OutOfReach, match="the connection failed"):
        Transport(credentials, reach).request("post", FILES, json=NEW_FILE)
    assert google_server.sent() == []
