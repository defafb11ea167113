"""What every test runs under: no network, spreadsheet engines on demand, hypothesis settings."""

from __future__ import annotations

import importlib.util
import ipaddress
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Generator
from typing import NamedTuple

import pytest
from hypothesis import HealthCheck, settings

from tests.abuse import counting

settings.register_profile("everyday", deadline=None)
# A change is judged by the same examples as the last one; the search goes on at people's desks.
settings.register_profile("ci", deadline=None, derandomize=True, print_blob=True)
settings.register_profile("thorough", deadline=None, max_examples=2000)
# `scripts/mutate` runs the same tests many times in one process.
settings.register_profile(
    "mutation",
    deadline=None,
    derandomize=True,
    database=None,
    max_examples=30,
    suppress_health_check=[HealthCheck.differing_executors, HealthCheck.too_slow],
)
settings.load_profile("ci" if os.environ.get("CI") else "everyday")


def _is_local(host: object) -> bool:
    """Whether a host (as a socket call names it) is this machine."""
    name = host.decode("ascii", "replace") if isinstance(host, bytes) else host
    if name in (None, "", "localhost"):
        return True
    try:
        return isinstance(name, str) and ipaddress.ip_address(name).is_loopback
    except ValueError:
        return False


def _refuse_network(event: str, arguments: tuple[object, ...]) -> None:
    """Fail the test that looks up or talks to another machine, whatever library it does it with."""
    if event in ("socket.connect", "socket.sendto", "socket.sendmsg"):
        address = arguments[1]
        # Sockets inside the machine have a path for an address, or (a pair that is joined) none.
        host = address[0] if isinstance(address, tuple) else None
    elif event in ("socket.getaddrinfo", "socket.gethostbyname"):
        host = arguments[0]
    else:
        return
    # Whoever names a folder of live Google wants it to be reached: see tests/conformance/live.py.
    if not _is_local(host) and not os.environ.get("GATEBOOK_LIVE_FOLDER"):
        pytest.fail(f"This test tried to reach {host!r}. Tests reach nothing but this machine.")


sys.addaudithook(_refuse_network)


class _Engine(NamedTuple):
    """A program that tests hold our files against: is it here, and how it is installed."""

    present: Callable[[], bool]
    install: str


def _has_module(name: str) -> bool:
    return importlib.util.find_spec(name) is not None


def _has_uno() -> bool:
    """Whether the system's Python can drive LibreOffice; ours, in its .venv, cannot."""
    python = "/usr/bin/python3"
    if not os.path.exists(python):
        return False
    return subprocess.run([python, "-c", "import uno"], capture_output=True).returncode == 0


_ENGINES = {
    "libreoffice": _Engine(
        lambda: bool(shutil.which("soffice") or shutil.which("libreoffice")),
        "apt install libreoffice-calc-nogui",
    ),
    "uno": _Engine(_has_uno, "apt install python3-uno"),
    "poppler": _Engine(lambda: bool(shutil.which("pdftotext")), "apt install poppler-utils"),
    "ironcalc": _Engine(lambda: _has_module("ironcalc"), "scripts/setup test"),
    "formulon": _Engine(lambda: _has_module("formulon"), "scripts/setup test"),
}


def pytest_configure(config: pytest.Config) -> None:
    """Make the marker known, and Ctrl-C: who starts the tests in the background has it ignored."""
    signal.signal(signal.SIGINT, signal.default_int_handler)
    config.addinivalue_line(
        "markers",
        f"engine(name, ...): needs these programs: {', '.join(_ENGINES)}. Without them it skips, "
        "or fails where GATEBOOK_REQUIRE_ENGINES=1.",
    )
    config.addinivalue_line(
        "markers",
        "abuse(*pains, trouble): a case of the abuse suite; see tests/abuse/README.md.",
    )


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Let the reports of the abuse suite's cases carry what is counted."""
    counting.note(item, call)
    return (yield)


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Skip, or fail, a test whose engine is not on this machine, and say how to get it."""
    wanted = [str(name) for mark in item.iter_markers("engine") for name in mark.args]
    missing = [name for name in wanted if not _ENGINES[name].present()]
    if not missing:
        return
    remedy = "; ".join(dict.fromkeys(_ENGINES[name].install for name in missing))
    message = f"{' and '.join(missing)} not found. To install: {remedy}"
    if os.environ.get("GATEBOOK_REQUIRE_ENGINES") == "1":
        pytest.fail(message, pytrace=False)
    pytest.skip(message)
