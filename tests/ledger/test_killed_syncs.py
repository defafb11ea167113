"""`gatebook sync` killed at any moment: nothing is half, and the next sync makes it whole."""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import signal
import sys
import time
from collections import Counter, defaultdict
from multiprocessing.connection import Connection
from pathlib import Path
from random import Random
from zipfile import ZipFile

import openpyxl
import pytest

import gatebook.wiring
from gatebook.cli.main import main
from gatebook.domain.review import Review
from gatebook.ledger.ledger import open_ledger
from gatebook.wiring import ledger_key
from tests.abuse.marks import abuse
from tests.cli.conftest import header_row, review_of, with_red, with_yellow, write_form
from tests.ledger.syncing import WAIT, start
from tests.support.builders import TODAY

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="no SIGKILL on Windows")

SYSTEMS = tuple(f"System {letter}" for letter in "ABCDEF")
LONG_AGO = 1_700_000_000.0
# Seconds in which whatever a killed sync had under way elsewhere must have ended.
NOTICE = 10.0
# Seconds after which a sync of six files hangs, on however busy a machine.
HANGS = 60.0
# How Python announces what changes something, besides opening a file to write.
STEPS = ("os.rename", "os.remove", "os.chmod", "os.mkdir", "os.fork")

# By system the numbers of yellow and red gates of each version, oldest first.
History = dict[str, list[tuple[int, int]]]


def sync(
    line: Connection, arguments: list[str], kill_at: int | None, several: bool, by: int, said: str
) -> None:
    """One sync in this process. It sends itself the signal `by` before its step number `kill_at`. Unless
    that kills it, it reports its exit code and how many steps there were; `said` is the file in which
    its standard error ends. `several`: other processes read for it."""
    os.dup2(os.open(said, os.O_CREAT | os.O_WRONLY | os.O_TRUNC), 2)
    if several:
        gatebook.wiring._PARALLEL_FROM, gatebook.wiring._CHUNK = 2, 1
        # The usual way on Linux until Python 3.14; the other ways share nothing with a reader.
        multiprocessing.set_start_method("fork", force=True)
    steps = 0

    def count(event: str, values: tuple[object, ...]) -> None:
        nonlocal steps
        writes = event == "open" and int(str(values[2])) & (os.O_WRONLY | os.O_RDWR)
        if writes or event in STEPS:
            steps += 1
            if steps == kill_at:
                os.kill(os.getpid(), by)

    line.send("begin")
    sys.addaudithook(count)
    try:
        main(["sync", *arguments])
    except SystemExit as ended:
        line.send((ended.code, steps))


def marked(name: str, yellow: int, red: int) -> Review:
    """A review with so many yellow and red gates."""
    review = review_of(name)
    for number in range(1, yellow + red + 1):
        review = (
            with_yellow(review, number, TODAY)
            if number <= yellow
            else with_red(review, number, TODAY)
        )
    return review


class Desk:
    """Reviews that change from round to round, their portfolio and their ledger."""

    def __init__(self, folder: Path, ledger_url: str) -> None:
        self.reviews = folder / "reviews"
        self.portfolio = folder / "portfolio.xlsx"
        self.said = folder / "said.txt"
        self.url = ledger_url
        self.typed: History = {name: [] for name in SYSTEMS}
        self.rounds = 0
        for name in SYSTEMS:
            self._save(name)

    def edit(self) -> None:
        """Every second system gets marks that it never had before."""
        self.rounds += 1
        for name in SYSTEMS[self.rounds % 2 :: 2]:
            self._save(name)

    def _save(self, name: str) -> None:
        version = len(self.typed[name])
        yellow, red = divmod(version, 7)
        self.typed[name].append((yellow, red))
        path = self.reviews / f"{name}.xlsx"
        write_form(path, marked(name, yellow, red), modified=LONG_AGO + 10 * version)

    def sync(
        self,
        *,
        kill_at: int | None = None,
        after: float | None = None,
        several: bool = False,
        by: int = signal.SIGKILL,
    ) -> tuple[int, int]:
        """A sync in a process of its own, ended by a signal before a step, after some seconds, or not.

        Its exit code (-9 where SIGKILL ended it) and its steps. When this returns, no process that
        worked for it is left.
        """
        arguments = [str(self.reviews), "--portfolio", str(self.portfolio), "--ledger", self.url,
                     "--today", str(TODAY), "--quiet"]  # fmt: skip
        process, line = start(sync, arguments, kill_at, several, by, str(self.said))
        assert line.recv() == "begin"
        if after is not None:
            time.sleep(after)
            # It may have come to its end by itself.
            with contextlib.suppress(ProcessLookupError):
                os.kill(int(str(process.pid)), by)
        process.join(HANGS)
        if process.is_alive():
            process.kill()
            raise AssertionError(f"it did not end in {HANGS} seconds")
        # The other end of the line is open as long as any of its processes lives.
        assert line.poll(NOTICE), "a process of the killed sync goes on"
        try:
            code, steps = line.recv()
        except EOFError:
            assert process.exitcode == -by
            return -by, 0
        return code, steps

    def runs(self) -> int:
        """How many syncs the ledger has; it opens. Asked in a turn of its own, so that what a killed
        process had sent to a server is done with."""
        with open_ledger(self.url, wait=WAIT) as ledger:
            key = ledger_key(str(self.portfolio))
            newest = ledger.last_run(key)
            with ledger.turn(key, newest.id if newest else None):
                return len(ledger.runs(key))

    def shown(self) -> tuple[History, History]:
        """The tabs Portfolio and Decisions; the file is whole."""
        with ZipFile(self.portfolio) as archive:
            assert archive.testzip() is None
        book = openpyxl.load_workbook(self.portfolio)
        return marks(book["Portfolio"]), marks(book["Decisions"])

    def recorded(self) -> History:
        """The versions in the ledger."""
        with open_ledger(self.url, wait=WAIT) as ledger:
            found: History = defaultdict(list)
            for one in ledger.decisions(ledger_key(str(self.portfolio))):
                found[one.system].append((one.yellow, one.red))
            return dict(found)

    def check_whole(self) -> None:
        """Portfolio, Decisions and ledger have every version, each once and in its order."""
        newest = {name: versions[-1:] for name, versions in self.typed.items()}
        assert self.shown() == (newest, self.typed)
        assert self.recorded() == self.typed


def marks(tab: object) -> History:
    """By system what the rows of a tab say."""
    rows = tab.iter_rows(min_row=header_row(tab), values_only=True)  # type: ignore[attr-defined]
    header = next(rows)
    place = [header.index(name) for name in ("System", "Yellow", "Red")]
    found: History = defaultdict(list)
    for row in rows:
        system, yellow, red = (row[column] for column in place)
        if system:
            found[system].append((yellow or 0, red or 0))
    return dict(found)


@pytest.fixture
def desk(tmp_path: Path, ledger_url: str) -> Desk:
    """Synced once."""
    made = Desk(tmp_path, ledger_url)
    assert made.sync()[0] in (0, 1)
    made.check_whole()
    return made


def killed_and_synced_again(desk: Desk, **kill: object) -> tuple[str, bool]:
    """Edit, kill a sync, look, sync again, look; what the killed one had done by then, and whether it was
    killed at all: it may have ended before."""
    desk.edit()
    before, file, runs = desk.typed, desk.portfolio.read_bytes(), desk.runs()
    code, _ = desk.sync(**kill)  # type: ignore[arg-type]
    added = desk.runs() - runs
    written = desk.portfolio.read_bytes() != file
    assert added in (0, 1)
    if written:
        newest = {name: versions[-1:] for name, versions in before.items()}
        assert desk.shown() == (newest, before)
    # The ledger never tells of a sync whose portfolio nobody can see.
    assert written >= added
    if code != -signal.SIGKILL:
        assert (code, added) == (0, 1)
    assert desk.sync()[0] == 0
    desk.check_whole()
    return "recorded" if added else "written" if written else "nothing", code == -signal.SIGKILL


@abuse("faults", 31)
def test_killed_at_any_time(desk: Desk) -> None:
    random, points = Random(50), 50 if desk.url.startswith("sqlite") else 10
    took = []
    for _ in range(3):
        desk.edit()
        began = time.monotonic()
        assert desk.sync()[0] == 0
        took.append(time.monotonic() - began)
    tried, killed = 0, Counter[str]()
    while killed.total() < points:
        came_to, was_killed = killed_and_synced_again(desk, after=random.uniform(0, min(took)))
        killed[came_to] += was_killed
        tried += 1
        assert tried < 5 * points, f"of {tried} syncs only {killed.total()} were still at work"
    assert killed["nothing"] > 0


@pytest.mark.parametrize("several", [False, True], ids=["alone", "with readers"])
@abuse("faults", 31)
def test_killed_before_each_step(desk: Desk, several: bool) -> None:
    desk.edit()
    code, steps = desk.sync(several=several)
    assert code == 0
    assert steps > 3
    came_to = {
        killed_and_synced_again(desk, kill_at=step, several=several)[0]
        for step in range(1, steps + 1)
    }
    # Between the portfolio and its ledger is a moment too.
    assert came_to >= {"nothing", "written"}
