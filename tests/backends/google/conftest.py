"""A test server, a desk on it, and people who sign in there."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import google.oauth2.credentials
import pytest

from tests.conformance.desks import GoogleDesk
from tests.google_api.fixtures import google_server
from tests.google_api.server import GoogleServer

__all__ = ["google_server"]

AUTH = "https://www.googleapis.com/auth/"


@pytest.fixture
def desk(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], google_server: GoogleServer
) -> GoogleDesk:
    """A shared drive for reviews, a portfolio, and a service account that may write both."""
    return GoogleDesk(tmp_path, capsys, google_server)


@pytest.fixture
def person_file(
    google_server: GoogleServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Callable[..., Path]:
    """Makes the file of a person's saved sign-in, with the scopes that the person agreed to.

    google-auth sends those to Google's own token address, whatever the file says; here that is the
    test server's.
    """
    name = "_GOOGLE_OAUTH2_TOKEN_ENDPOINT"
    monkeypatch.setattr(google.oauth2.credentials, name, google_server.token_url)

    def make(email: str, *scopes: str) -> Path:
        agreed = [AUTH + scope for scope in scopes]
        path = tmp_path / "person.json"
        signed_in = {
            "type": "authorized_user",
            "client_id": "desktop-app",
            "client_secret": "not-a-secret-but-kept",
            "refresh_token": google_server.refresh_token(email, agreed),
        }
        path.write_text(json.dumps(signed_in), encoding="utf-8")
        return path

    return make
