"""Every test that asks for `ledger_url` runs on SQLite and on a real PostgreSQL."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from gatebook.ledger.ledger import Ledger, open_ledger
from tests.support.engines import unavailable
from tests.support.postgres import INSTALL, Server, programs, running_server


@pytest.fixture(scope="session")
def postgres() -> Iterator[Server]:
    """A server for all tests of this process."""
    found = programs()
    unavailable([] if found else ["PostgreSQL's server"], INSTALL)
    assert found
    with running_server(found) as server:
        yield server


@pytest.fixture(params=["sqlite", "postgresql"])
def ledger_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The URL of a ledger that does not exist yet."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'ledger.db'}"
    server: Server = request.getfixturevalue("postgres")
    return server.url(server.new_database())


@pytest.fixture
def opened(ledger_url: str) -> Iterator[Callable[[], Ledger]]:
    """Opens the test's ledger, as often as wanted; all are closed at the end."""
    ledgers: list[Ledger] = []

    def open_it() -> Ledger:
        ledgers.append(open_ledger(ledger_url, wait=30))
        return ledgers[-1]

    yield open_it
    for ledger in ledgers:
        ledger.close()


@pytest.fixture
def ledger(opened: Callable[[], Ledger]) -> Ledger:
    """A new, empty ledger."""
    return opened()
