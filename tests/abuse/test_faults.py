"""Disks, folders, clocks and ledgers that fail in the middle: what is said, and that nothing is lost.

Each line of a table: what went wrong → exit code, words of the message. After each the portfolio is the
old or the new one, nobody's words are gone, no file is left half written, and the next sync, with the
trouble over, comes to what it should.
"""

from __future__ import annotations

import os
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import openpyxl
import pytest

import gatebook.config
import gatebook.loading
import gatebook.sync
from gatebook.config import Config
from gatebook.ledger.ledger import open_ledger
from tests.abuse.marks import Crashed, Lost, abuse, table
from tests.cli.conftest import Office, Ran, header_row, review_of, with_red, with_yellow
from tests.cli.conftest import office as office
from tests.ledger.test_killed_syncs import Desk
from tests.support.builders import TODAY
from tests.support.hostile import as_nobody

LONG_AGO = 1_700_000_000.0
POSIX = pytest.mark.skipif(sys.platform == "win32", reason="signals and rights of POSIX")
STOPPED = (
    "Stopped. Nothing half-written is left; run the same command again for what was not done.\n"
)


def unfinished(folder: Path) -> list[str]:
    """Files that somebody began to write."""
    return [path.name for path in folder.rglob("*") if path.name.endswith((".tmp", "-journal"))]


def decisions(portfolio: Path) -> list[tuple[str, str]]:
    """System and decision of every row of the tab Decisions, as openpyxl sees it."""
    tab = openpyxl.load_workbook(portfolio)["Decisions"]
    header, *rows = tab.iter_rows(min_row=header_row(tab), values_only=True)
    system, decision = header.index("System"), header.index("Decision")
    return sorted((str(row[system]), str(row[decision])) for row in rows if row[system])


@pytest.fixture
def synced(office: Office) -> Office:
    """Three systems, one with a past: A had a red in October. A note in the portfolio, two syncs."""
    office.form("a-old.xlsx", with_red(review_of("A", date(2026, 10, 20)), 3), modified=LONG_AGO)
    office.sync(today=date(2026, 10, 21))
    for name in ("a", "b", "c"):
        office.form(f"{name}.xlsx", review_of(name.upper()), modified=LONG_AGO)
    # What only the portfolio remembers: the sheet of A's first review is gone.
    (office.reviews / "a-old.xlsx").unlink()
    assert office.sync().code == 0
    book = openpyxl.load_workbook(office.portfolio)
    tab = book["Portfolio"]
    top = header_row(tab)
    notes = next(cell.column for cell in tab[top] if cell.value == "Notes")
    tab.cell(top + 1, notes).value = "ask Bo"
    book.save(office.portfolio)
    assert len(decisions(office.portfolio)) == 4
    return office


def changed(office: Office) -> None:
    """B gets a red and C a yellow, so that there is something to write."""
    office.form("b.xlsx", with_red(review_of("B"), 3), modified=LONG_AGO + 60)
    office.form("c.xlsx", with_yellow(review_of("C"), 5, TODAY), modified=LONG_AGO + 60)


AFTER = {"A": "Launch this week", "B": "Launch delayed", "C": "Launch with remediation plan"}


def nothing_lost(office: Office, before: list[tuple[str, str]]) -> None:
    """The trouble is over: one more sync, and all is there. Raises Lost."""
    ran = office.sync()
    assert ran.code == 0, ran.err
    shown = {row["System"]: row["Decision"] for row in office.table("Portfolio")}
    assert shown.keys() == AFTER.keys()
    for system, words in AFTER.items():
        assert str(shown[system]).startswith(words)
    if "ask Bo" not in {row["Notes"] for row in office.table("Portfolio")}:
        raise Lost("the note")
    if gone := set(before) - set(decisions(office.portfolio)):
        raise Lost(f"decisions: {gone}")
    assert unfinished(office.folder) == []


def refused(ran: Ran, code: int, words: str) -> None:
    """One message with what to do; gatebook knew what it was. Raises Crashed."""
    if "did not expect" in ran.err or "itself failed" in ran.err:
        raise Crashed(ran.err)
    assert (ran.code, ran.out) == (code, ""), ran.err
    assert words in ran.err
    assert ran.err.count("What to do:") == 1


# --- Stopped from outside


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    """Six systems, synced once."""
    made = Desk(tmp_path, f"sqlite:///{tmp_path / 'ledger.db'}")
    assert made.sync()[0] == 0
    return made


@POSIX
@pytest.mark.parametrize(
    ("by", "several"),
    [("SIGINT", False), ("SIGTERM", False), ("SIGTERM", True)],
    ids=["Ctrl-C", "asked to end", "asked to end, with readers"],
)
@abuse("faults", 30, 31)
def test_stopped_before_each_step(
    by: str, several: bool, desk: Desk, tried: Callable[[int], None]
) -> None:
    """Each step that changes something on the disk; killed without a word: test_killed_syncs.py."""
    number = getattr(signal, by)
    desk.edit()
    code, steps = desk.sync(several=several)
    assert code == 0
    outcomes, points = set(), range(1, steps + 1)
    if several:
        # The others are as without readers; these take a second each.
        points = range(steps, 0, -3)
    for step in points:
        desk.edit()
        file, runs = desk.portfolio.read_bytes(), desk.runs()
        code, _ = desk.sync(kill_at=step, several=several, by=number)
        assert code == 128 + number, f"before step {step}"
        said = desk.said.read_text(encoding="utf-8")
        if "Traceback" in said:
            raise Crashed(said)
        # Behind ^C on a terminal the message begins on a line of its own.
        assert said.removeprefix("\n") == STOPPED
        assert unfinished(desk.portfolio.parent) == [], f"before step {step}"
        written = desk.portfolio.read_bytes() != file
        # The ledger never tells of a sync whose portfolio nobody can see.
        assert written >= desk.runs() - runs
        outcomes.add(written)
        assert desk.sync()[0] == 0
        desk.check_whole()
    assert outcomes == {False, True}
    tried(len(points))


@POSIX
@abuse("faults", 30, 31)
def test_a_whole_group_of_processes_is_stopped(
    office: Office, tried: Callable[[int], None]
) -> None:
    """Ctrl-C at a terminal, or a service's stop: the command and all its readers get the signal."""
    one = office.form("0.xlsx", review_of("A"))
    for number in range(1, 240):
        shutil.copy(one, office.reviews / f"{number}.xlsx")
    command = [sys.executable, "-m", "gatebook", "sync", "reviews", "--portfolio", "portfolio.xlsx"]
    chance, lock = random.Random(20), office.folder / ".portfolio.xlsx.lock"
    stopped = 0
    for by in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP) * 2:
        lock.unlink(missing_ok=True)
        with subprocess.Popen(
            command, cwd=office.folder, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL,
            text=True, start_new_session=True,
        ) as running:  # fmt: skip
            # From here on it is at work; before that, Python itself is still starting.
            until = time.monotonic() + 30
            while not lock.exists() and time.monotonic() < until:
                time.sleep(0.005)
            time.sleep(chance.uniform(0, 1.2))
            if running.poll() is None:
                os.killpg(running.pid, by)
            _, said = running.communicate(timeout=60)
        if "Traceback" in said:
            raise Crashed(said)
        assert running.returncode in (0, 128 + by), said
        if running.returncode:
            stopped += 1
            assert said.removeprefix("\n") == STOPPED
        assert unfinished(office.folder) == []
    assert stopped
    assert office.sync().code == 0
    tried(6)


@abuse("faults", 31)
def test_what_a_killed_sync_left_half_is_cleared_away(synced: Office) -> None:
    """SIGKILL or a power cut leave the unfinished file; nobody reads it, and it does not stay for ever.
    One that is young may be somebody's who is writing right now."""
    names = [f".gatebook-{name}.tmp" for name in ("0123456789ab", "ba9876543210")]
    for name in (*names, ".gatebook-notes.tmp", "mine.tmp"):
        (synced.folder / name).write_bytes(b"half")
    for name in (names[0], ".gatebook-notes.tmp", "mine.tmp"):
        os.utime(synced.folder / name, (time.time() - 7_200,) * 2)
    before = decisions(synced.portfolio)
    changed(synced)
    assert synced.sync().code == 0
    left = sorted(path.name for path in synced.folder.glob("*.tmp"))
    assert left == [names[1], ".gatebook-notes.tmp", "mine.tmp"]
    for name in left:
        (synced.folder / name).unlink()
    nothing_lost(synced, before)


# --- A disk that is full

_ON_A_SMALL_DISK = (
    "import resource, sys; size = int(sys.argv.pop(1)); "
    "resource.setrlimit(resource.RLIMIT_FSIZE, (size, size)); "
    "from gatebook.cli.main import main; main()"
)


class Full(NamedTuple):
    """No file may be longer than this share of one that is there."""

    done: str
    pains: tuple[int, ...]
    name: str
    share: float


FULL = [
    Full("no file may have any bytes", (21, 30), "portfolio.xlsx", 0),
    Full("the portfolio fits by half", (21, 30), "portfolio.xlsx", 0.5),
    Full("the ledger cannot grow", (30,), "portfolio.ledger.db", 1),
]


@POSIX
@table("faults", FULL)
def test_files_that_may_not_grow(case: Full, synced: Office) -> None:
    """A limit of the process, as hosts set it: like a disk that is full for one file."""
    changed(synced)
    before, file = decisions(synced.portfolio), synced.portfolio.read_bytes()
    size = int((synced.folder / case.name).stat().st_size * case.share)
    command = [sys.executable, "-c", _ON_A_SMALL_DISK, str(size), "sync", "reviews"]
    done = subprocess.run(
        [*command, "--portfolio", "portfolio.xlsx", "--today", str(TODAY)],
        cwd=synced.folder, capture_output=True, text=True, timeout=60,
    )  # fmt: skip
    refused(Ran(done.returncode, done.stdout, done.stderr), 4, "disk")
    # Only the ledger's very last step comes after the portfolio.
    assert (synced.portfolio.read_bytes() == file) == (case.name == "portfolio.xlsx")
    nothing_lost(synced, before)


# Runs with a disk of its own, which only its process sees: the office, and a file that fills the rest.
_ON_ITS_OWN_DISK = """
mount -t tmpfs -o size="$1" none "$2" && cp -a . "$2" && cd "$2" || exit 99
dd if=/dev/zero of=filler bs=1024 2>/dev/null; truncate -s "-$3" filler
shift 3; "$@"; code=$?
rm filler; cp -a . "$OLDPWD"; exit $code
"""


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux gives a process a disk of its own")
@abuse("faults", 21, 30)
def test_a_full_disk(synced: Office, tmp_path: Path, tried: Callable[[int], None]) -> None:
    """From no room at all to enough, 12 kB at a time."""
    place = tmp_path.with_name(f"{tmp_path.name}-disk")
    place.mkdir()
    begin = ["unshare", "--mount", *(["--map-root-user"] if os.geteuid() else [])]
    begin += ["sh", "-c", _ON_ITS_OWN_DISK, "sh"]
    if subprocess.run([*begin, "2m", place, "0", "true"], cwd=synced.reviews).returncode:
        pytest.skip("no disk of one's own can be made here")
    changed(synced)
    before, steps = decisions(synced.portfolio), 0
    sync = [sys.executable, "-m", "gatebook", "sync", "reviews", "--portfolio", "portfolio.xlsx"]
    for steps in range(60):
        file = synced.portfolio.read_bytes()
        done = subprocess.run(
            [*begin, "2m", place, str(steps * 12_288), *sync, "--today", str(TODAY)],
            cwd=synced.folder, capture_output=True, text=True, timeout=120,
        )  # fmt: skip
        if done.returncode == 0:
            break
        refused(Ran(done.returncode, done.stdout, done.stderr), 4, "disk is full")
        if synced.portfolio.read_bytes() != file:
            assert "ledger" in done.stderr
        if gone := set(before) - set(decisions(synced.portfolio)):
            raise Lost(f"decisions: {gone}")
        assert [name for name in unfinished(synced.folder) if name.endswith(".tmp")] == []
    assert steps > 3
    nothing_lost(synced, before)
    tried(steps + 1)


# --- Rights


@pytest.fixture
def opened(
    synced: Office, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Iterator[Office]:
    """The office with all doors open, so that a test can close one to who is not the superuser; not in
    pytest's own folder, which lets nobody else in."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        shutil.copytree(synced.folder, folder, dirs_exist_ok=True)
        for path in (folder, *folder.rglob("*")):
            path.chmod(0o777 if path.is_dir() else 0o666)
        monkeypatch.chdir(folder)
        yield Office(folder, capsys)
        monkeypatch.chdir(synced.folder)


class Closed(NamedTuple):
    """A path that may not be read or written: what `sync` says. `code` 1: the rest was done."""

    done: str
    pains: tuple[int, ...]
    path: str
    mode: int
    code: int
    words: str


CLOSED = [
    Closed("the folder is read-only", (21, 30), ".", 0o555, 4, "not allow"),
    Closed("the portfolio may not be read", (21, 30), "portfolio.xlsx", 0o222, 4, "may not read"),
    Closed("the portfolio is marked read-only", (21, 30), "portfolio.xlsx", 0o444, 4, "read-only"),
    Closed(
        "the ledger may not be written", (30,), "portfolio.ledger.db", 0o444, 4, "writing is not"
    ),
    Closed("the ledger may not be read", (30,), "portfolio.ledger.db", 0, 4, "cannot be opened"),
    Closed("a review may not be read", (2, 30), "reviews/b.xlsx", 0, 1, "may not read the file"),
    Closed("the reviews may not be listed", (2, 30), "reviews", 0, 2, "cannot be opened"),
    Closed("the reviews may be listed, not opened", (2, 30), "reviews", 0o444, 1, "Permission"),
]


@POSIX
@table("faults", CLOSED)
def test_no_permission(case: Closed, opened: Office) -> None:
    """As another user, because the superuser may do everything."""
    changed(opened)
    (opened.reviews / "b.xlsx").chmod(0o666)
    before, file = decisions(opened.portfolio), opened.portfolio.read_bytes()
    (opened.folder / case.path).chmod(case.mode)
    with as_nobody():
        ran = opened.sync()
    (opened.folder / case.path).chmod(0o777)
    if case.code == 1:
        assert (ran.code, case.words in ran.err) == (1, True), ran.err
        assert {row["System"] for row in opened.table("Portfolio")} >= set("ABC")
        assert any("not" in str(row["Sync state"]) for row in opened.table("Portfolio"))
    else:
        refused(ran, case.code, case.words)
        assert opened.portfolio.read_bytes() == file
    (opened.folder / "portfolio (new).xlsx").unlink(missing_ok=True)
    nothing_lost(opened, before)


# --- Folders that go away while a sync runs


def _before_reading(number: int, act: Callable[[], None], patch: pytest.MonkeyPatch) -> None:
    """Do something right before the sync reads its file number `number`."""
    read, count = gatebook.loading.read_file, iter(range(1, 1000))

    def read_file(*arguments: Any) -> Any:
        if next(count) == number:
            act()
        return read(*arguments)

    patch.setattr(gatebook.loading, "read_file", read_file)


def _before_writing(act: Callable[[], None], patch: pytest.MonkeyPatch) -> None:
    """Do something when all is read and the portfolio is about to be written."""
    write = gatebook.sync.apply_sync

    def apply_sync(*arguments: Any) -> Any:
        act()
        return write(*arguments)

    patch.setattr(gatebook.sync, "apply_sync", apply_sync)


class Gone(NamedTuple):
    """A place that goes away before file `at` is read (0: before the portfolio is written)."""

    done: str
    pains: tuple[int, ...]
    path: str
    at: int
    code: int
    words: str


GONE = [
    Gone("the reviews' drive goes before the first file", (2, 30), "reviews", 1, 1, "not there"),
    Gone("the reviews' drive goes before the second file", (2, 30), "reviews", 2, 1, "not there"),
    Gone("the reviews' drive goes when all is read", (2,), "reviews", 0, 0, ""),
    Gone("the portfolio's drive goes", (21, 30), "out", 0, 4, "does not exist"),
]


@table("faults", GONE)
def test_a_folder_vanishes_in_the_middle(
    case: Gone, synced: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = decisions(synced.portfolio)
    (synced.folder / "out").mkdir()
    for name in ("portfolio.xlsx", "portfolio.ledger.db"):
        (synced.folder / name).rename(synced.folder / "out" / name)
    out = Office(synced.folder, synced._capsys)
    out.portfolio = synced.folder / "out" / "portfolio.xlsx"
    changed(synced)

    def go() -> None:
        (synced.folder / case.path).rename(synced.folder / "away")

    with monkeypatch.context() as patch:
        if case.at:
            _before_reading(case.at, go, patch)
        else:
            _before_writing(go, patch)
        ran = out.run("sync", "reviews", "--portfolio", "out/portfolio.xlsx", "--full",
                      "--today", TODAY)  # fmt: skip
    (synced.folder / "away").rename(synced.folder / case.path)
    if case.code == 4:
        refused(ran, 4, case.words)
    else:
        assert (ran.code, case.words in ran.err) == (case.code, True), ran.err
        # No system leaves the list, whatever became of its sheet.
        assert {row["System"] for row in out.table("Portfolio")} >= set("ABC")
    # With the journal of a ledger that was cut off, if there is one.
    for path in (synced.folder / "out").iterdir():
        path.rename(synced.folder / path.name)
    nothing_lost(synced, before)


@POSIX
@abuse("faults", 30)
def test_the_working_folder_is_gone(synced: Office, tried: Callable[[int], None]) -> None:
    """A shell may stand in a folder that somebody has deleted."""
    inner = synced.folder / "inner"
    for command in (["check", str(synced.reviews)], ["sync"], ["check", "reviews"]):
        inner.mkdir()
        code = (
            "import os, sys; os.chdir(sys.argv.pop(1)); os.rmdir(os.getcwd()); "
            "from gatebook.cli.main import main; main()"
        )
        ran = subprocess.run(
            [sys.executable, "-c", code, str(inner), *command],
            cwd=synced.folder, capture_output=True, text=True, timeout=60,
        )  # fmt: skip
        refused(Ran(ran.returncode, ran.stdout, ran.stderr), 2, "folder")
    tried(3)


# --- Clocks


def _ledger(office: Office, statement: str, *values: object) -> None:
    with closing(sqlite3.connect(office.folder / "portfolio.ledger.db")) as ledger, ledger:
        ledger.execute(statement, values)


def the_clock_was_ahead(office: Office) -> None:
    """The syncs before ran on a machine whose clock was a year ahead."""
    _ledger(office, "UPDATE runs SET started = '2027-11-30 08:00:00.000000', today = '2027-11-30'")
    os.utime(office.portfolio, (LONG_AGO + 9e7,) * 2)


def files_are_from_tomorrow(office: Office) -> None:
    """All files were saved by a clock that is ahead of ours."""
    for path in office.reviews.iterdir():
        os.utime(path, (time.time() + 86_400,) * 2)


def files_are_older_than_known(office: Office) -> None:
    """The clock was put back between two edits: what is new has an older stamp."""
    for name in ("b", "c"):
        os.utime(office.reviews / f"{name}.xlsx", (LONG_AGO - 86_400,) * 2)


def files_have_no_date(office: Office) -> None:
    """A clock with an empty battery begins in 1970, or 1980."""
    for path, stamp in zip(sorted(office.reviews.iterdir()), (0, 315_532_800, -1), strict=True):
        os.utime(path, (stamp, stamp))


def yesterday_comes_after_today(office: Office) -> None:
    """A sync judged on a later day than the next one."""
    office.sync(today=TODAY + timedelta(days=40))


class Clock(NamedTuple):
    """What the clock did."""

    done: str
    pains: tuple[int, ...]
    act: Callable[[Office], None]


CLOCKS = [
    Clock("the clock was a year ahead, then put right", (34,), the_clock_was_ahead),
    Clock("files are saved tomorrow", (34,), files_are_from_tomorrow),
    Clock("the clock is put back between two edits", (34,), files_are_older_than_known),
    Clock("files of 1969, 1970 and 1980", (34,), files_have_no_date),
    Clock("a sync for a later day came first", (34,), yesterday_comes_after_today),
]


@table("faults", CLOCKS)
def test_a_clock_that_goes_backwards(case: Clock, synced: Office) -> None:
    """What changed is read, however old it claims to be; and again where nobody can tell."""
    changed(synced)
    before = decisions(synced.portfolio)
    case.act(synced)
    nothing_lost(synced, before)
    # A change after it is seen as well, whatever its stamp.
    synced.form("a.xlsx", with_red(review_of("A"), 7), modified=LONG_AGO - 5)
    synced.sync()
    assert synced.row("A")["Decision"].startswith("Launch delayed")


class Change(NamedTuple):
    """An instant around a change to or from summer time: whose day it is, what Runs shows."""

    done: str
    pains: tuple[int, ...]
    zone: str
    at: datetime
    day: date
    shown: str


def _utc(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)  # type: ignore[arg-type, misc]


CHANGES = [
    Change("half past two, in summer", (34,), "Europe/Berlin", _utc(2026, 10, 25, 0, 30),
           date(2026, 10, 25), "2026-10-25 02:30 CEST"),
    Change("half past two once more, in winter", (34,), "Europe/Berlin", _utc(2026, 10, 25, 1, 30),
           date(2026, 10, 25), "2026-10-25 02:30 CET"),
    Change("the hour that does not exist", (34,), "Europe/Berlin", _utc(2026, 3, 29, 1, 0),
           date(2026, 3, 29), "2026-03-29 03:00 CEST"),
    Change("the day ends an hour early", (34,), "Europe/Berlin", _utc(2026, 3, 29, 22, 0),
           date(2026, 3, 30), "2026-03-30 00:00 CEST"),
    Change("midnight itself is left out", (34,), "Africa/Cairo", _utc(2026, 4, 23, 22, 0),
           date(2026, 4, 24), "2026-04-24 01:00 EEST"),
    Change("half an hour on Lord Howe", (34,), "Australia/Lord_Howe", _utc(2026, 4, 4, 15, 15),
           date(2026, 4, 5), "2026-04-05 01:45 +1030"),
]  # fmt: skip


@table("faults", CHANGES)
def test_summer_time(case: Change, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gatebook.config, "datetime", _clock_at(case.at))
    config = Config(timezone=case.zone)
    assert (config.today(), config.now_text()) == (case.day, case.shown)


def _clock_at(instant: datetime) -> type[datetime]:
    class Fixed(datetime):
        @classmethod
        def now(cls, tz: Any = None) -> Any:
            return instant.astimezone(tz)

    return Fixed


@abuse("faults", 34)
def test_two_syncs_in_the_hour_that_comes_twice(
    synced: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    (synced.folder / "gatebook.toml").write_text('timezone = "Europe/Berlin"', encoding="utf-8")
    for minute, number in ((50, 1), (70, 2)):
        instant = _utc(2026, 10, 25, 0, 0) + timedelta(minutes=minute)
        monkeypatch.setattr(gatebook.config, "datetime", _clock_at(instant))
        synced.form("a.xlsx", with_red(review_of("A"), number), modified=LONG_AGO + minute)
        assert synced.run("sync", "reviews", "--portfolio", "portfolio.xlsx").code == 0
    shown = [str(row["When"]) for row in synced.table("Runs") if "10-25" in str(row["When"])]
    assert sorted(shown) == ["2026-10-25 02:10 CET", "2026-10-25 02:50 CEST"]


@abuse("faults", 34)
def test_a_drive_that_keeps_local_time(synced: Office) -> None:
    """FAT and some network drives show every stamp an hour earlier after summer time: the files are
    read anew, and nobody is told that all of them are older copies."""
    for path in synced.reviews.iterdir():
        os.utime(path, (LONG_AGO - 3_600,) * 2)
    synced.form("b.xlsx", with_red(review_of("B"), 3), modified=LONG_AGO + 60)
    ran = synced.sync("--json")
    assert (ran.code, ran.json["read"]) == (0, 3)
    told = " ".join(str(row["What changed"]) for row in synced.table("Runs"))
    assert "older copy" not in told


# --- The ledger


def no_database(path: Path) -> None:
    path.write_bytes(b"no database at all, but long enough to look at" * 50)


def cut_in_half(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def first_page_overwritten(path: Path) -> None:
    path.write_bytes(bytes(4_096) + path.read_bytes()[4_096:])


def every_tenth_page_overwritten(path: Path) -> None:
    content = bytearray(path.read_bytes())
    for start in range(4_096, len(content), 10 * 4_096):
        content[start : start + 4_096] = random.Random(start).randbytes(4_096)
    path.write_bytes(bytes(content[: path.stat().st_size]))


def a_folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


def _sql(statement: str) -> Callable[[Path], None]:
    def act(path: Path) -> None:
        with closing(sqlite3.connect(path)) as ledger, ledger:
            ledger.execute(statement)

    return act


def another_programs(path: Path) -> None:
    path.unlink()
    _sql("CREATE TABLE reviews (stars INTEGER)")(path)


class Damaged(NamedTuple):
    """What became of the ledger's file."""

    done: str
    pains: tuple[int, ...]
    act: Callable[[Path], None]
    words: str
    code: int = 4


DAMAGED = [
    Damaged("overwritten with text", (30,), no_database, "no ledger and no SQLite database"),
    Damaged("cut in half", (30,), cut_in_half, "damaged"),
    Damaged("its first page lost", (30,), first_page_overwritten, "no ledger and no SQLite"),
    Damaged("every tenth page lost", (30,), every_tenth_page_overwritten, "damaged"),
    Damaged("replaced by a folder", (30,), a_folder, "cannot be opened"),
    Damaged("replaced by another program's", (30,), another_programs, "reviews"),
    Damaged("a table dropped", (30,), _sql("DROP TABLE holdings"), "holdings"),
    Damaged("rows deleted by hand", (30,), _sql("DELETE FROM reviews"), "damaged"),
    Damaged(
        "a red made green in a stored review", (30, 31),
        _sql("""UPDATE reviews SET body = replace(body, '"red"', '"green"')"""), "damaged",
    ),
    Damaged(
        "a letter changed in a stored review", (30, 31),
        _sql("UPDATE reviews SET body = replace(body, 'Ana Ruiz', 'Ana Rulz')"), "damaged",
    ),
    Damaged(
        "of a newer gatebook", (8, 30),
        _sql("UPDATE gatebook_ledger SET version_num = '0099'"), "revision 0099",
    ),
]  # fmt: skip


@table("faults", DAMAGED)
def test_a_damaged_ledger(case: Damaged, synced: Office) -> None:
    """It is refused, and nothing is touched. Moved away, as the message says, nothing is lost that the
    portfolio shows: the tab Decisions goes on, with those of sheets that are long gone."""
    synced.form("d.xlsx", with_red(review_of("D"), 3), modified=LONG_AGO)
    assert synced.sync().code == 0
    before, ledger = decisions(synced.portfolio), synced.folder / "portfolio.ledger.db"
    (synced.reviews / "d.xlsx").unlink()
    synced.form("d.xlsx", with_red(review_of("D"), 3), modified=LONG_AGO)
    case.act(ledger)
    changed(synced)
    file, found = synced.portfolio.read_bytes(), _content(ledger)
    refused(synced.sync(), case.code, case.words)
    assert (synced.portfolio.read_bytes(), _content(ledger)) == (file, found)
    for command in (["history"], ["explain", "A", "--as-of", str(TODAY)]):
        said = synced.run(*command, "--portfolio", "portfolio.xlsx")
        assert "did not expect" not in said.err
    ledger.rename(synced.folder / "old ledger")
    assert synced.sync().code == 0
    if gone := set(before) - set(decisions(synced.portfolio)):
        raise Lost(f"decisions: {gone}")
    assert synced.row("D")["Decision"].startswith("Launch delayed")
    assert "ask Bo" in {row["Notes"] for row in synced.table("Portfolio")}
    # The new one remembers from here on.
    assert synced.sync("--json").json["unchanged"] > 0


def _content(path: Path) -> bytes:
    return path.read_bytes() if path.is_file() else b""


@abuse("faults", 30)
def test_any_page_of_the_ledger_lost(synced: Office, tried: Callable[[int], None]) -> None:
    """Whatever is overwritten: refused, or the portfolio says what the sheets say."""
    whole = (synced.folder / "portfolio.ledger.db").read_bytes()
    changed(synced)
    stamps = {path: path.stat().st_mtime for path in synced.reviews.iterdir()}
    file, before = synced.portfolio.read_bytes(), decisions(synced.portfolio)
    chance = random.Random(9)
    for _ in range(30):
        spoilt = bytearray(whole)
        for _ in range(chance.choice((1, 4))):
            start, size = chance.randrange(100, len(whole)), chance.choice((1, 16, 4_096))
            spoilt[start : start + size] = chance.randbytes(len(spoilt[start : start + size]))
        (synced.folder / "portfolio.ledger.db").write_bytes(bytes(spoilt))
        synced.portfolio.write_bytes(file)
        ran = synced.sync()
        if "did not expect" in ran.err:
            raise Crashed(ran.err)
        if ran.code:
            refused(ran, 4, "")
            assert synced.portfolio.read_bytes() == file
        else:
            shown = {row["System"]: str(row["Decision"]) for row in synced.table("Portfolio")}
            assert all(shown[system].startswith(words) for system, words in AFTER.items())
            if gone := set(before) - set(decisions(synced.portfolio)):
                raise Lost(f"decisions: {gone}")
    assert stamps == {path: path.stat().st_mtime for path in synced.reviews.iterdir()}
    tried(30)


@abuse("faults", 30)
def test_a_ledger_that_is_locked(synced: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    """Somebody looks into it with another program, and has begun to write."""
    changed(synced)
    before, file = decisions(synced.portfolio), synced.portfolio.read_bytes()
    impatient = partial(open_ledger, wait=0.2)
    monkeypatch.setattr("gatebook.ledger.ledger.open_ledger", impatient)
    for begin in ("BEGIN IMMEDIATE", "BEGIN EXCLUSIVE"):
        with closing(
            sqlite3.connect(synced.folder / "portfolio.ledger.db", isolation_level=None)
        ) as other:
            other.execute(begin)
            refused(synced.sync(), 4, "somebody else is writing")
            assert synced.portfolio.read_bytes() == file
    nothing_lost(synced, before)


@abuse("faults", 31)
def test_an_older_copy_of_the_ledger_is_put_back(synced: Office) -> None:
    """From a backup: it knows less than the portfolio; what it does not know is read anew."""
    backup = (synced.folder / "portfolio.ledger.db").read_bytes()
    changed(synced)
    assert synced.sync().code == 0
    before = decisions(synced.portfolio)
    (synced.folder / "portfolio.ledger.db").write_bytes(backup)
    nothing_lost(synced, before)
    runs = _rows(synced, "SELECT count(*) FROM runs")
    assert runs > 2


def _rows(office: Office, query: str) -> int:
    with closing(sqlite3.connect(office.folder / "portfolio.ledger.db")) as ledger:
        return int(ledger.execute(query).fetchone()[0])
