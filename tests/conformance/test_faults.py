"""Requests that fail on the way, before or after they were carried out."""

from __future__ import annotations

import json
import os
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from gatebook.sheets.portfolio_columns import KEY_HEADER
from tests.conformance.desks import GoogleDesk, grids
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


def name(number: int) -> str:
    return f"System {number:02}"


def put(desk: GoogleDesk, number: int) -> str:
    stamp = stamp_of(TWELVE, f"s{number}", f"s{number}-1")
    return desk.put(name(number), passing_review(system=name(number), stamp=stamp))


def front(desk: GoogleDesk) -> dict[str, object]:
    """System → decision, as the Portfolio tab holds it; empty where nothing was written yet."""
    found: dict[str, object] = {}
    for grid in grids(desk, desk.portfolio, whole=True):
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


def runs(desk: GoogleDesk) -> int:
    """How many syncs the Runs tab tells of."""
    for grid in grids(desk, desk.portfolio, whole=True):
        if grid.tab == "Runs":
            return sum("UTC" in str(value) for value in grid.values.values())
    return 0


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[GoogleServer, Path]]:
    """One server for all syncs of this module."""
    with GoogleServer() as server:
        yield server, tmp_path_factory.mktemp("faults")
    assert server.violations == []


@pytest.mark.parametrize("first", range(0, SYNCS, AT_ONCE))
def test_a_tenth_of_all_requests_fails(
    first: int, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Each sync ends complete, or with the portfolio untouched and a true message; the next one, on a
    quiet line, mends it; nothing is written twice."""
    with GoogleServer(seed=first) as server:
        desk = GoogleDesk(tmp_path, capsys, server)
        # A short deadline, so that some syncs do give up.
        text = desk.config.read_text(encoding="utf-8").replace("patience = 20", "patience = 0.05")
        desk.config.write_text(text, encoding="utf-8")
        server.clock = lambda: datetime.now(UTC) - timedelta(hours=1)
        places = [put(desk, number) for number in range(SHEETS)]
        ended: Counter[int] = Counter()
        for seed in range(first, first + AT_ONCE):
            # A person marks one gate red in one sheet; the ones before are green again.
            red = seed % SHEETS
            for number in {red, (seed - 1) % SHEETS}:
                desk.type(places[number], "D13", "Red" if number == red else "Green")
            before, told = front(desk), runs(desk)
            server.faults.slowness = 0.001
            server.faults.at_random(seed, 0.1, TROUBLES)
            ran = sync(desk, "--full")
            server.faults.clear()
            ended[ran.code] += 1
            after = front(desk)
            wanted = {name(n): "delayed" if n == red else "launch" for n in range(SHEETS)}
            if ran.code == 0:
                assert after == wanted, seed
            elif ran.code in (1, 4, 2):
                assert "What to do" in ran.err, seed
                if ran.code != 1:
                    assert after in (before, wanted), seed
                    assert "clear answer" in ran.err or after == before, seed
            else:
                raise AssertionError(f"{seed}: exit code {ran.code}: {ran.err}")
            mended = sync(desk)
            assert mended.code == 0, (seed, mended.err)
            assert front(desk) == wanted, seed
            assert runs(desk) - told <= 2, seed
            if seed == first:
                usual = shape(desk)
            assert shape(desk)["tabs"] == usual["tabs"], seed
            assert shape(desk)["charts"] == usual["charts"], seed
            assert shape(desk)["protectedRanges"] == usual["protectedRanges"], seed
            assert shape(desk)["conditionalFormats"] == usual["conditionalFormats"], seed
        assert server.violations == []
        assert ended[0] > AT_ONCE / 4
