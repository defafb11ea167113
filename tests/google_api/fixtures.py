"""Fixtures: a running server, and the key of a service account.

A test module takes them by `from tests.google_api.fixtures import google_server` (and uses the
name as an argument), or a conftest.py for a whole folder.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from google.auth import _regional_access_boundary_utils

from tests.google_api.server import GoogleServer


@pytest.fixture
def google_server(monkeypatch: pytest.MonkeyPatch) -> Iterator[GoogleServer]:
    """A running server without files; its own answers must all fit Google's schemas.

    google-auth asks the real iamcredentials.googleapis.com, beside the work, in which regions a
    service account may be used. It goes on without an answer, so it is not asked.
    """
    boundary = _regional_access_boundary_utils._RegionalAccessBoundaryManager
    monkeypatch.setattr(boundary, "maybe_start_refresh", lambda *_arguments: None)
    with GoogleServer() as server:
        yield server
    assert server.violations == []


@pytest.fixture
def service_account(google_server: GoogleServer, tmp_path: Path) -> Path:
    """A key file of a service account that signs in at the server."""
    return google_server.service_account_file(tmp_path)
