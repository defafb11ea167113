"""Killed at any moment, the ledger has a sync whole or not at all, and the next one completes."""

from __future__ import annotations

import sys
import time
from collections import Counter
from random import Random

import pytest
import sqlalchemy as sa

from gatebook.ledger import reads
from gatebook.ledger.ledger import Ledger, open_ledger
from gatebook.ledger.tables import holdings, reviews, sheets, standings
from tests.abuse.marks import abuse
from tests.ledger.samples import HERE, run
from tests.ledger.syncing import SHEETS, WAIT, folder, places, start, sync

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="no SIGKILL on Windows")

POINTS = 50


def whole_runs(ledger: Ledger) -> list[int]:
    """The runs in the ledger; every one has all of its rows, and no row is without its run.

    Asked in a turn of its own, so that what a killed process had sent to a server is done with.
    """
    with ledger._database.writing(HERE) as connection:
        runs = [one.id for one in reads.all_runs(connection, HERE)]
        for table in (reviews, sheets, standings):
            found = Counter(connection.execute(sa.select(table.c.run)).scalars())
            assert found == dict.fromkeys(runs, SHEETS), table.name
        held = connection.execute(sa.select(sa.func.count()).select_from(holdings)).scalar()
        assert held == SHEETS * len(runs)
        assert len(reads.decisions(connection, HERE)) == SHEETS * len(runs)
        states = [state for _, state in reads.last_events(connection, HERE).values()]
        found_there = reads.reviews_held(connection, states).values()
    assert len({one.lead for found in found_there for one in found}) == (1 if runs else 0)
    return runs


def complete(ledger: Ledger, lead: str) -> None:
    """The next sync."""
    newest = ledger.last_run(HERE)
    based_on = newest.id if newest else None
    ledger.record(HERE, run(), folder(lead), based_on=based_on, counting=places())


@abuse("faults", 31)
def test_killed_before_any_statement(ledger_url: str) -> None:
    process, line = start(sync, ledger_url, "Lead 0", None)
    assert line.recv() == "begin"
    statements = line.recv()
    process.join()
    assert statements > 10
    points = Random(5).sample(range(1, statements + 1), min(25, statements))
    with open_ledger(ledger_url, wait=WAIT) as ledger:
        for point in points:
            before = whole_runs(ledger)
            process, line = start(sync, ledger_url, f"Lead at {point}", point)
            process.join()
            assert process.exitcode == -9, point
            assert whole_runs(ledger) == before
        complete(ledger, "Last lead")
        assert len(whole_runs(ledger)) == 2


@abuse("faults", 31)
def test_killed_at_any_time(ledger_url: str) -> None:
    random = Random(50)
    with open_ledger(ledger_url, wait=WAIT) as ledger:
        began = time.monotonic()
        complete(ledger, "First lead")
        takes = time.monotonic() - began
        lost = 0
        for number in range(POINTS):
            before = len(whole_runs(ledger))
            process, line = start(sync, ledger_url, f"Lead {number}", None)
            assert line.recv() == "begin"
            time.sleep(random.uniform(0, 1.2 * takes))
            process.kill()
            process.join()
            after = len(whole_runs(ledger))
            assert after - before in (0, 1)
            lost += after == before
            if number % 10 == 9:
                complete(ledger, f"Lead after {number}")
                assert len(whole_runs(ledger)) == after + 1
        assert lost
