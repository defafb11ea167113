"""Requests that fail on the way, before or after they were carried out.

Every second sync has no patience at all, so that it gives up where others try again.
"""

from __future__ import annotations

import json
import os
from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from gatebook.sheets.model import Grid
from gatebook.sheets.portfolio_columns import KEY_HEADER
from tests.conformance.desks import GoogleDesk, Ran, grids
from tests.conformance.test_portfolio import sync
from tests.google_api.faults import Fault
from tests.google_api.server import GoogleServer
from tests.support.builders import TWELVE, passing_review, stamp_of

SHEETS = 20
# GATEBOOK_FAULT_SYNCS=200 runs them all, which takes some minutes more.
SYNCS = int(os.environ.get("GATEBOOK_FAULT_SYNCS", "50"))
AT_ONCE = 25
# One in ten requests meets one of these.
TROUBLES = [
    Fault("429"),
    Fault("403-rate"),
    Fault("503"),
    Fault("503", after=True),
    Fault("500", after=True),
    Fault("502-html"),
    Fault("reset"),
    Fault("reset", after=True),
    Fault("truncated", after=True),
    Fault("slow"),
]
PATIENT, IMPATIENT = 0.05, 0.0
# What a message may tell → the faults of which that is true.
SAID = {
    "HTTP 429": {"429", "403-rate"},
    "HTTP 403": {"403-rate"},
    "HTTP 500": {"500"},
    "HTTP 503": {"503"},
    "HTTP 502": {"502-html"},
    "the connection failed": {"reset", "truncated"},
    "an answer that broke off": {"truncated"},
}


def name(number: int) -> str:
    return f"System {number:02}"


def put(desk: GoogleDesk, number: int) -> str:
    stamp = stamp_of(TWELVE, f"s{number}", f"s{number}-1")
    return desk.put(name(number), passing_review(system=name(number), stamp=stamp))


def front(portfolio: Sequence[Grid]) -> dict[str, object]:
    """System → decision, as the Portfolio tab holds it."""
    found: dict[str, object] = {}
    for grid in portfolio:
        if grid.tab == "Portfolio":
            (key,) = [at for at, value in grid.values.items() if value == KEY_HEADER]
            places = {v: column for (row, column), v in grid.values.items() if row == key[0]}
            for row in {row for row, column in grid.values if row > key[0] and column == key[1]}:
                system = grid.values.get((row, places["System"]))
                found[str(system)] = json.loads(str(grid.values[row, key[1]]))["decision"]
    return found


def shape(desk: GoogleDesk) -> Counter[str]:
    """What a batch that was applied twice would double."""
    document = desk.editor(desk.portfolio).document
    found: Counter[str] = Counter(tabs=len(document.sheets))
    for sheet in document.sheets:
        for kind in ("conditionalFormats", "protectedRanges", "charts", "merges"):
            found[kind] += len(sheet.lists.get(kind, ()))
    return found


def set_patience(desk: GoogleDesk, seconds: float) -> None:
    lines = desk.config.read_text(encoding="utf-8").splitlines()
    changed = [f"patience = {seconds}" if one.startswith("patience") else one for one in lines]
    desk.config.write_text("\n".join(changed), encoding="utf-8")


def assert_true(ran: Ran, happened: set[str], *, applied: int) -> None:
    """The message of a sync that gave up tells what did happen, and what did not."""
    assert ran.err.count("What to do:") == 1
    told = [faults for words, faults in SAID.items() if words in ran.err]
    assert told, ran.err
    assert all(faults & happened for faults in told), ran.err
    if "no clear answer" in ran.err:
        assert "Nothing was written" not in ran.err
    else:
        assert applied == 0


def ending(ran: Ran, *, applied: int) -> str:
    """How a sync ended, in a word."""
    if ran.code in (0, 1):
        return "complete" if ran.code == 0 else "complete, some unread"
    return "nobody can tell" if applied or "no clear answer" in ran.err else "untouched"


@pytest.mark.parametrize("first", range(0, SYNCS, AT_ONCE))
def test_a_tenth_of_all_requests_fails(
    first: int, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Each sync ends complete, or with the portfolio untouched and a true message; the next one, on a
    quiet line, mends it; no batch is applied twice."""
    with GoogleServer(seed=first) as server:
        desk = GoogleDesk(tmp_path, capsys, server)
        server.clock = lambda: datetime.now(UTC) - timedelta(hours=1)
        server.faults.slowness = 0.001
        places = [put(desk, number) for number in range(SHEETS)]
        assert sync(desk).code == 0
        usual, endings = shape(desk), Counter[str]()
        before = grids(desk, desk.portfolio, whole=True)
        for seed in range(first, first + AT_ONCE):
            # A person marks one gate red in one sheet; the ones before are green again.
            red = seed % SHEETS
            for number in {red, (seed - 1) % SHEETS}:
                desk.type(places[number], "D13", "Red" if number == red else "Green")
            wanted = {name(n): "delayed" if n == red else "launch" for n in range(SHEETS)}
            version = server.file(desk.portfolio_id).version
            set_patience(desk, IMPATIENT if seed % 2 else PATIENT)
            server.faults.happened.clear()
            server.faults.at_random(seed, 0.1, TROUBLES)
            ran = sync(desk, "--full")
            server.faults.clear()
            applied = server.file(desk.portfolio_id).version - version
            end = ending(ran, applied=applied)
            endings[end] += 1
            told = f"seed {seed}: {end}; {ran.err}"
            assert applied <= 1, told
            after = grids(desk, desk.portfolio, whole=True)
            if end == "complete":
                assert front(after) == wanted, told
            elif end == "complete, some unread":
                # What could not be read is named, and stands there as it was.
                stale = {system for system, now in front(after).items() if now != wanted[system]}
                assert all(f"“{system}”" in ran.err for system in stale), told
            else:
                assert ran.code in (2, 4), told
                assert_true(
                    ran, {fault.kind for _, fault in server.faults.happened}, applied=applied
                )
                assert applied or after == before, told
            mended = sync(desk)
            assert mended.code == 0, f"{told}\nmended: {mended.err}"
            before = grids(desk, desk.portfolio, whole=True)
            assert front(before) == wanted, told
            assert shape(desk) == usual, told
        assert server.violations == []
        assert endings["complete"] >= AT_ONCE / 4
        assert endings["untouched"] >= 1
