"""The guards that every test relies on: they are no use if they do not bite."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Callable
from pathlib import Path

import pytest

_ROOT = Path(__file__).parents[1]
_ENGINE_TEST = """
import pytest

@pytest.mark.engine("libreoffice")
def test_that_needs_it():
    pass
"""


@pytest.mark.parametrize(
    "reach",
    [
        lambda: socket.create_connection(("192.0.2.1", 80), timeout=1),
        lambda: socket.getaddrinfo("reviews.example", 443),
        lambda: urllib.request.urlopen("http://reviews.example/"),
        lambda: socket.socket(type=socket.SOCK_DGRAM).sendto(b"", ("192.0.2.1", 53)),
        lambda: socket.socket(socket.AF_INET6).connect(("2001:db8::1", 80)),
    ],
    ids=["connect", "look up", "fetch", "send", "IPv6"],
)
@pytest.mark.filterwarnings(
    "ignore::ResourceWarning", "ignore::pytest.PytestUnraisableExceptionWarning"
)
def test_another_machine_is_out_of_reach(reach: Callable[[], object]) -> None:
    with pytest.raises(pytest.fail.Exception, match="tried to reach"):
        reach()


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_this_machine_can_be_reached(host: str) -> None:
    with (
        socket.create_server(("127.0.0.1", 0)) as server,
        socket.create_connection((host, server.getsockname()[1]), timeout=5) as client,
    ):
        assert client.getpeername()[0] == "127.0.0.1"


@pytest.mark.parametrize(
    ("required", "outcome"), [("0", "1 skipped"), ("1", "1 error")], ids=["skips", "fails"]
)
def test_a_missing_engine_is_named_with_its_remedy(
    tmp_path: Path, required: str, outcome: str
) -> None:
    conftest = Path(__file__).with_name("conftest.py").read_text(encoding="utf-8")
    (tmp_path / "conftest.py").write_text(conftest, encoding="utf-8")
    (tmp_path / "test_engine.py").write_text(_ENGINE_TEST, encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-ra", "--strict-markers", "-p", "no:cacheprovider"],
        cwd=tmp_path,
        env=os.environ
        | {"PATH": str(tmp_path), "GATEBOOK_REQUIRE_ENGINES": required, "PYTHONPATH": str(_ROOT)},
        capture_output=True,
        encoding="utf-8",
    )
    assert outcome in done.stdout
    assert "libreoffice not found. To install: apt install libreoffice-calc-nogui" in done.stdout
    assert (done.returncode != 0) == (required == "1")
