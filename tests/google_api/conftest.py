"""The server for its own tests, and a spreadsheet of Ana's on it."""

from __future__ import annotations

import gspread
import pytest

from tests.google_api.clients import ANA, Http, gspread_client
from tests.google_api.fixtures import google_server, service_account
from tests.google_api.server import GoogleServer

__all__ = ["google_server", "service_account"]


@pytest.fixture
def book(google_server: GoogleServer) -> gspread.Spreadsheet:
    """A new spreadsheet, opened with gspread."""
    return gspread_client(google_server).create("Reviews of a pilot")


@pytest.fixture
def sheet(book: gspread.Spreadsheet) -> gspread.Worksheet:
    """Its first tab."""
    return book.sheet1


@pytest.fixture
def http(google_server: GoogleServer) -> Http:
    """Bare HTTP, signed in as Ana."""
    return Http(google_server)


@pytest.fixture
def file_id(google_server: GoogleServer) -> str:
    """An empty spreadsheet of Ana's."""
    return google_server.spreadsheet("Review", ANA)
