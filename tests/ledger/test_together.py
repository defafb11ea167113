"""Two machines on one ledger: every sync is there once, in a row, and no version twice."""

from __future__ import annotations

import sys

import pytest

from gatebook.ledger.ledger import open_ledger
from tests.ledger.samples import HERE
from tests.ledger.syncing import SHEETS, start, sync_often

TIMES = 8


@pytest.mark.skipif(sys.platform == "win32", reason="no forkserver on Windows")
def test_two_syncs_at_a_time(ledger_url: str) -> None:
    open_ledger(ledger_url).close()
    started = [start(sync_often, ledger_url, name, TIMES) for name in ("desk", "server")]
    for _, line in started:
        assert line.recv() == "ready"
    for _, line in started:
        line.send("go")
    runs = [line.recv() for _, line in started]
    for process, _ in started:
        process.join()
        assert process.exitcode == 0
    with open_ledger(ledger_url) as ledger:
        found = [one.id for one in ledger.runs(HERE)]
        assert len(found) == 2 * TIMES
        # Each was planned on the one before it: none was recorded on what was out of date.
        assert sorted(runs[0] + runs[1]) == list(zip(found, [None, *found], strict=False))
        decisions = ledger.decisions(HERE)
        versions = {(one.system_key, one.answers) for one in decisions}
        assert len(decisions) == len(versions) == SHEETS * TIMES + 2 * TIMES
        assert len(ledger.sheets(HERE)) == SHEETS + 2
