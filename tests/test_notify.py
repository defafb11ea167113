"""`sync --notify`: what is sent, when, and what never is. The other end is a real local server."""

from __future__ import annotations

import logging
import re
import socket
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any
from urllib.parse import unquote

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatebook.config import Config, ConfigError, NotifyConfig, load_config
from gatebook.notify import NotifyError, message, notifier
from gatebook.sync import Change
from gatebook.templates import template_text
from tests.cli.conftest import Office, office, review_of, with_red
from tests.support.builders import TODAY

__all__ = ["office"]

_VARIABLE = "GATEBOOK_NOTIFY_URLS"
_SECRET = "s3cret-t0ken"


class Chat:
    """A chat on this machine: what was posted to it, and how it answers."""

    def __init__(self) -> None:
        self.posts: list[tuple[str, dict[str, Any]]] = []
        self.status = 200
        chat = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                chat.posts.append((self.path, msgspec.json.decode(body)))
                self.send_response(chat.status)
                self.end_headers()

            def log_message(self, format: str, *args: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"json://127.0.0.1:{self.server.server_port}"

    @property
    def texts(self) -> list[tuple[str, str]]:
        """Title and body of each post."""
        return [(post["title"], post["message"]) for _, post in self.posts]


@pytest.fixture
def chat(monkeypatch: pytest.MonkeyPatch) -> Iterator[Chat]:
    """A chat, named by the environment variable with a secret in its address."""
    made = Chat()
    thread = Thread(target=made.server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    monkeypatch.setenv(_VARIABLE, f"{made.url}/{_SECRET}")
    yield made
    made.server.shutdown()
    thread.join()
    made.server.server_close()


def configure(office: Office, notify: str = f'urls_from_env = "{_VARIABLE}"') -> None:
    (office.folder / "gatebook.toml").write_text(f"[notify]\n{notify}\n", encoding="utf-8")


def closed_port() -> int:
    """A port on which nobody listens."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


# What is sent, and when


def test_only_what_changed_is_sent(office: Office, chat: Chat) -> None:
    configure(office)
    office.form("a.xlsx", with_red(review_of("A"), 5))
    office.form("b.xlsx", review_of("B"))
    assert office.sync("--notify").code == 0
    assert chat.texts == [
        (
            "gatebook: 2 decisions new or changed",
            "A: new → Launch delayed\nB: new → Launch this week",
        )
    ]
    office.form("a.xlsx", review_of("A"))
    assert office.sync("--notify")[::2] == (0, "")
    assert chat.texts[1:] == [
        ("gatebook: 1 decision new or changed", "A: Launch delayed → Launch this week")
    ]
    assert chat.posts[0][0] == f"/{_SECRET}"


def test_nothing_changed_nothing_sent(office: Office, chat: Chat) -> None:
    configure(office)
    office.form("a.xlsx", review_of("A"))
    office.sync()
    assert office.sync("--notify").code == 0
    # The portfolio is written, and what it now says besides is no decision.
    office.form("a.xlsx", review_of("A", lead="Zoe Park"))
    ran = office.sync("--notify", "--json")
    assert ran.json["written"] is True
    assert chat.posts == []


def test_a_sheet_is_told_once_when_it_cannot_be_read_any_more(office: Office, chat: Chat) -> None:
    configure(office)
    path = office.form("a.xlsx", review_of("A"))
    (office.reviews / "b.xlsx").write_bytes(b"")
    office.sync()
    path.write_bytes(b"")
    assert office.sync("--notify").code == 1
    assert chat.texts == [
        ("gatebook: 1 sheet could not be read", "Could not be read: A (reviews/a.xlsx)")
    ]
    office.form("c.xlsx", review_of("C"))
    office.sync("--notify")
    assert [body for _, body in chat.texts[1:]] == ["C: new → Launch this week"]


def test_a_new_sheet_that_was_never_readable_is_told_once(office: Office, chat: Chat) -> None:
    configure(office)
    (office.reviews / "b.xlsx").write_bytes(b"")
    for _ in range(2):
        assert office.sync("--notify").code == 1
    assert [body for _, body in chat.texts] == ["Could not be read: b.xlsx (reviews/b.xlsx)"]


@pytest.mark.parametrize("arguments", [(), ("--notify", "--dry-run")])
def test_it_is_off_unless_asked_for_and_in_a_dry_run(
    office: Office, chat: Chat, arguments: tuple[str, ...]
) -> None:
    configure(office)
    office.form("a.xlsx", review_of("A"))
    assert office.sync(*arguments).code == 0
    assert chat.posts == []


def test_a_portfolio_that_could_not_be_written_sends_nothing(office: Office, chat: Chat) -> None:
    configure(office)
    office.form("a.xlsx", review_of("A"))
    (office.folder / ".~lock.portfolio.xlsx#").write_text("x", encoding="utf-8")
    office.portfolio.write_bytes(b"no workbook")
    assert office.sync("--notify").code == 4
    assert chat.posts == []


def test_every_address_gets_it(office: Office, chat: Chat, monkeypatch: pytest.MonkeyPatch) -> None:
    """Commas, spaces and new lines part them; a comma inside an address does not."""
    monkeypatch.setenv(_VARIABLE, f"{chat.url}/a, {chat.url}/b,c\n{chat.url}/d,")
    configure(office, f'urls_from_env = "{_VARIABLE}"\nurls = ["{chat.url}/e"]')
    office.form("a.xlsx", review_of("A"))
    assert office.sync("--notify")[::2] == (0, "")
    assert sorted(unquote(path) for path, _ in chat.posts) == ["/a", "/b,c", "/d", "/e"]


# When it fails


def test_a_service_that_fails_is_a_warning(office: Office, chat: Chat) -> None:
    configure(office)
    chat.status = 500
    office.form("a.xlsx", review_of("A"))
    ran = office.sync("--notify")
    assert ran.code == 0
    assert office.portfolio.exists()
    assert f"not sent: address 1 in {_VARIABLE} could not be reached" in ran.err
    assert "What to do:" in ran.err
    assert _SECRET not in ran.out + ran.err
    assert "127.0.0.1" not in ran.out + ran.err


def test_a_service_that_is_not_there_hinders_no_other(
    office: Office, chat: Chat, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(_VARIABLE, f"json://127.0.0.1:{closed_port()}/{_SECRET} {chat.url}")
    configure(office)
    office.form("a.xlsx", review_of("A"))
    (office.reviews / "b.xlsx").write_bytes(b"")
    ran = office.sync("--notify")
    assert ran.code == 1
    assert f"address 1 in {_VARIABLE} could" in ran.err
    assert len(chat.posts) == 1


def test_no_library_logs_an_address(
    office: Office, chat: Chat, caplog: pytest.LogCaptureFixture
) -> None:
    """Whatever level somebody set; afterwards logs work as before."""
    configure(office)
    chat.status = 500
    office.form("a.xlsx", review_of("A"))
    with caplog.at_level(logging.DEBUG):
        assert "warning:" in office.sync("--notify").err
        assert _SECRET not in caplog.text
        assert str(chat.server.server_port) not in caplog.text
        logging.getLogger("apprise").warning("heard again")
    assert "heard again" in caplog.text


def test_no_address_is_shown_by_a_process_of_its_own(office: Office, chat: Chat) -> None:
    """With the real standard error, where libraries log when nobody set up a log."""
    configure(office)
    chat.status = 500
    office.form("a.xlsx", review_of("A"))
    ran = subprocess.run(
        [sys.executable, "-m", "gatebook", "sync", "reviews", "--notify", "--debug",
         "--portfolio", "p.xlsx", "--today", str(TODAY)],
        cwd=office.folder, capture_output=True, encoding="utf-8",
    )  # fmt: skip
    assert ran.returncode == 0
    assert len(chat.posts) == 1
    assert "warning:" in ran.stderr
    assert _SECRET not in ran.stdout + ran.stderr
    assert "127.0.0.1" not in ran.stdout + ran.stderr


@pytest.mark.parametrize(
    ("notify", "value", "said"),
    [
        ("", None, "gatebook.toml names none"),
        (f'urls_from_env = "{_VARIABLE}"', None, f"environment variable {_VARIABLE} is empty"),
        (f'urls_from_env = "{_VARIABLE}"', " ,\n", f"environment variable {_VARIABLE} is empty"),
        (f'urls_from_env = "{_VARIABLE}"', _SECRET, f"address 1 in {_VARIABLE} is no address"),
        (
            f'urls_from_env = "{_VARIABLE}"',
            f"json://127.0.0.1 bogus://{_SECRET}",
            f"address 2 in {_VARIABLE} is no address",
        ),
        (f'urls_from_env = "json://{_SECRET}"', None, "no name of an environment variable"),
        (f'urls = ["json://me:{_SECRET}@127.0.0.1"]', None, "urls[1] in [notify] of gatebook.toml"),
        (f'urls = ["discord://{_SECRET}/{_SECRET}"]', None, "holds a password or a token"),
    ],
)
def test_what_can_send_nothing_stops_before_anything_is_read(
    office: Office,
    monkeypatch: pytest.MonkeyPatch,
    notify: str,
    value: str | None,
    said: str,
) -> None:
    """PAINS 30."""
    monkeypatch.delenv(_VARIABLE, raising=False)
    if value is not None:
        monkeypatch.setenv(_VARIABLE, value)
    configure(office, notify)
    (office.reviews / "b.xlsx").write_bytes(b"")
    ran = office.sync("--notify")
    assert (ran.code, ran.out) == (2, "")
    assert said in ran.err
    assert "What to do:" in ran.err
    assert _SECRET not in ran.err
    assert "b.xlsx" not in ran.err
    assert not office.portfolio.exists()


def test_without_the_library_it_says_what_to_install(office: Office, chat: Chat) -> None:
    """In a process in which apprise is not to be found, and that needs it for nothing else."""
    configure(office)
    office.form("a.xlsx", review_of("A"))
    start = "import sys; sys.modules['apprise'] = None; from gatebook.cli.main import main; main()"
    command = [sys.executable, "-c", start, "sync", "reviews", "--portfolio", "p.xlsx"]
    plain = subprocess.run(command, cwd=office.folder, capture_output=True, encoding="utf-8")
    assert plain.returncode == 0
    asked = subprocess.run(
        [*command, "--notify"], cwd=office.folder, capture_output=True, encoding="utf-8"
    )
    assert asked.returncode == 2
    assert 'pip install "gatebook[notify]"' in asked.stderr
    assert chat.posts == []


# The message


def test_a_message_stays_short() -> None:
    found = message([Change(f"System {n}", None, "launch") for n in range(50)], ())
    assert found is not None
    assert found.title == "gatebook: 50 decisions new or changed"
    lines = found.body.splitlines()
    assert len(lines) == 20
    assert lines[-1] == "and 31 more: see the portfolio"


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (Change("A", None, "delayed"), "A: new → Launch delayed"),
        (Change("A", None, "launch", live=True), "A: new → Stays live"),
        (
            Change("A", "delayed", "launch-with-plan", live=True, was_live=True),
            "A: Red in production → Stays live with plan",
        ),
        # It went live though its launch was delayed.
        (Change("A", "delayed", "launch", live=True), "A: Launch delayed → Stays live"),
        (Change("A", "launch", "incomplete"), "A: Launch this week → Review incomplete"),
    ],
)
def test_a_change_is_told_in_the_words_of_the_sheet(change: Change, said: str) -> None:
    found = message([change], ())
    assert found is not None
    assert found.body == said


def test_nothing_is_no_message() -> None:
    assert message((), ()) is None


@given(st.text())
def test_a_systems_name_is_text_in_a_chat(name: str) -> None:
    """PAINS 18, for chats: no link with another name, no call to a channel, no second line."""
    found = message([Change(f"[x](http://e) <!channel> @everyone {name}", None, "launch")], ())
    assert found is not None
    assert len(found.body.splitlines()) == 1
    assert not re.search(r"[\[\]<>@]", found.body)
    assert found.body.endswith(": new → Launch this week")
    assert len(found.body) < 140


# The configuration


def test_config_takes_the_section(tmp_path: Path) -> None:
    path = tmp_path / "gatebook.toml"
    path.write_text('[notify]\nurls = ["json://h"]\nurls_from_env = "X"\n', encoding="utf-8")
    assert load_config(path).notify == NotifyConfig(("json://h",), "X")
    path.write_text('[notify]\nurl = "x"\n', encoding="utf-8")
    with pytest.raises(ConfigError, match=r"in \[notify\]: urls, urls_from_env"):
        load_config(path)


def test_the_example_config_explains_its_keys() -> None:
    text = template_text("gatebook.toml")
    (line,) = re.findall(r"^# (notify = .*)$", text, re.MULTILINE)
    config = msgspec.convert(tomllib.loads(line), Config)
    assert config.notify.urls_from_env == _VARIABLE
    for key in NotifyConfig.__struct_fields__:
        assert re.search(rf"^# .*\b{key}\b", text, re.MULTILINE)


def test_addresses_are_not_called_before_there_is_something_to_send(chat: Chat) -> None:
    ready = notifier(NotifyConfig(urls_from_env="X"), {"X": chat.url})
    assert list(ready.services) == ["address 1 in X"]
    assert chat.posts == []


def test_no_addresses_is_an_error() -> None:
    with pytest.raises(NotifyError):
        notifier(NotifyConfig(), {})
