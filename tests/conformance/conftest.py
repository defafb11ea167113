"""A desk of each backend, or both at once."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from google.auth import _regional_access_boundary_utils

from tests.conformance.desks import Desk, ExcelDesk, GoogleDesk
from tests.conformance.live import live_desk
from tests.google_api.server import GoogleServer

# Names of lies for the server to tell, by test_lies.py.
LIES = "GATEBOOK_TEST_LIES"


@pytest.fixture
def google_server() -> Iterator[GoogleServer]:
    """A running server without files; its own answers must all fit Google's schemas."""
    with GoogleServer() as server:
        for lie in os.environ.get(LIES, "").split():
            server.lies.tell(lie)
        yield server
    assert server.violations == []


@pytest.fixture(autouse=True)
def no_lookup_elsewhere(monkeypatch: pytest.MonkeyPatch) -> None:
    """google-auth asks iamcredentials.googleapis.com, beside the work and without need of an answer,
    in which regions a service account may be used. That host is not redirected."""
    manager = _regional_access_boundary_utils._RegionalAccessBoundaryManager
    monkeypatch.setattr(manager, "maybe_start_refresh", lambda *_arguments: None)


@pytest.fixture(params=["excel", "google", pytest.param("live", marks=pytest.mark.live)])
def desk(
    request: pytest.FixtureRequest, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> Iterator[Desk]:
    """A desk; each test that takes it runs on both backends, and with `-m live` on live Google."""
    if request.param == "excel":
        yield ExcelDesk(tmp_path, capsys)
    elif request.param == "google":
        yield GoogleDesk(tmp_path, capsys, request.getfixturevalue("google_server"))
    else:
        with live_desk(tmp_path, capsys) as found:
            yield found


@pytest.fixture
def both(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], google_server: GoogleServer
) -> tuple[ExcelDesk, GoogleDesk]:
    """Two desks side by side."""
    for name in ("excel", "google"):
        (tmp_path / name).mkdir()
    excel = ExcelDesk(tmp_path / "excel", capsys)
    return excel, GoogleDesk(tmp_path / "google", capsys, google_server)
