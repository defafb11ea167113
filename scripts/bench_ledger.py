"""What a sync of very many workbooks costs when little or nothing has changed.

Run by `scripts/bench --ledger [--many 10000] [--rounds 3]` and, for how far one machine goes, by
`scripts/bench --ledger --hundred-thousand`: 100,000 workbooks, ten reviews of each of 10,000 systems.
Every figure is a whole process. Beside it stand the plainest listing of the folder and a plain loop of
python-calamine.
"""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
import tempfile
import time
from contextlib import closing
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from statistics import median

HERE = Path(__file__).resolve().parent
TODAY = date(2026, 11, 23)
CHANGED = 100
# The portfolio's own stamp counts once it is so old; see inputs.py.
_SETTLED = 4

LISTING = "import os, sys\nfor entry in os.scandir(sys.argv[1]):\n    entry.stat()"
CALAMINE = """
import sys
from pathlib import Path
from python_calamine import CalamineWorkbook
for path in Path(sys.argv[1]).glob("*.xlsx"):
    book = CalamineWorkbook.from_path(path)
    for name in book.sheet_names:
        book.get_sheet_by_name(name).to_python()
"""
# `gatebook sync`, which then names those of the large libraries that it loaded.
SYNC = """
import sys
from gatebook.cli.main import main
try:
    main(["sync", *sys.argv[1:]])
finally:
    print("loaded", *sorted({"pandas", "openpyxl", "sqlalchemy"} & set(sys.modules)), file=sys.stderr)
"""


@dataclass(frozen=True, slots=True)
class Took:
    """One process: seconds on the clock and of all cores, peak memory of its largest process in MB,
    what it said on standard error."""

    wall: float
    work: float
    memory: float
    said: str


def took(*arguments: str) -> Took:
    """Run this Python to its end. Raises RuntimeError with what it said if it fails."""
    with tempfile.TemporaryFile("w+", encoding="utf-8") as said:
        start = time.perf_counter()
        process = subprocess.Popen(
            [sys.executable, *arguments], stdout=subprocess.DEVNULL, stderr=said
        )
        _, status, usage = os.wait4(process.pid, 0)
        wall = time.perf_counter() - start
        # Popen must not wait for it again.
        process.returncode = os.waitstatus_to_exitcode(status)
        said.seek(0)
        words = said.read()
    # 1: done, and some systems are named; other dates in a system's newest review do that.
    if process.returncode not in (0, 1):
        raise RuntimeError(f"{arguments[:2]} ended with {process.returncode}: {words[-2000:]}")
    unit = 1_000_000 if sys.platform == "darwin" else 1_000_000 / 1024
    return Took(wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / unit, words)


class Bench:
    """A folder of workbooks and its portfolio."""

    def __init__(self, folder: Path, count: int, systems: int) -> None:
        self.reviews, self.portfolio = folder / "reviews", folder / "portfolio.xlsx"
        self.reviews.mkdir()
        self.count, self.systems = count, systems
        self._make(0, count)

    def _make(self, later: int, count: int) -> None:
        script, place = str(HERE / "bench_many.py"), str(self.reviews)
        took(script, str(count), str(self.systems), place, str(later))

    def change(self) -> None:
        """People save other marks into some of the workbooks."""
        self._make(50, min(CHANGED, self.count))

    def sync(self, today: date = TODAY) -> Took:
        """One sync; when it has ended its portfolio has settled."""
        where = [str(self.reviews), "--portfolio", str(self.portfolio)]
        done = took("-c", SYNC, *where, "--today", str(today), "--quiet")
        print(f"sync: {done.wall:.2f} s, work {done.work:.2f} s", file=sys.stderr)
        time.sleep(_SETTLED)
        return done

    def rows(self) -> dict[str, int]:
        """How many rows each table of the ledger has."""
        tables = ("runs", "sheets", "reviews", "holdings", "standings")
        with closing(sqlite3.connect(self.portfolio.with_suffix(".ledger.db"))) as ledger:
            return {t: ledger.execute(f"SELECT count(*) FROM {t}").fetchone()[0] for t in tables}

    def megabytes(self) -> tuple[float, float]:
        """The size of ledger and portfolio."""
        ledger = self.portfolio.with_suffix(".ledger.db")
        return ledger.stat().st_size / 1e6, self.portfolio.stat().st_size / 1e6


def measure(count: int, systems: int, rounds: int) -> list[tuple[str, str, str, str]]:
    """The table's rows: measured, found, beside others, aim."""
    with tempfile.TemporaryDirectory(prefix="gatebook-bench-") as name:
        bench = Bench(Path(name), count, systems)
        place = str(bench.reviews)
        calamine = took("-c", CALAMINE, place)
        cold = bench.sync()
        sure = bench.sync()
        before = bench.rows()
        listings, shorts = [], []
        for _ in range(rounds):
            listings.append(took("-c", LISTING, place))
            shorts.append(bench.sync())
        grown = {t: n - before[t] for t, n in bench.rows().items() if n != before[t]}
        listing, short = _median(listings), _median(shorts)
        bench.change()
        some = bench.sync()
        bench.sync()
        tomorrow = bench.sync(TODAY + timedelta(days=1))
        ledger, portfolio = bench.megabytes()
    what = f"`gatebook sync` of {count:,} workbooks"
    more = f"{some.wall - short.wall:.1f} s more than with nothing changed"
    added = ", ".join(f"{number / rounds:g} in {table}" for table, number in grown.items())
    return [
        (f"listing a folder of {count:,} workbooks (`os.scandir` + `stat`)", _found(listing), "", ""),
        (f"python-calamine, a plain loop that reads {count:,} workbooks", _found(calamine), "", ""),
        (f"{what}, all new", _found(cold), _beside(cold, calamine, "calamine's time"), ""),
        (f"{what}, nothing changed", _found(short), _beside(short, listing, "the listing"),
         "within 10 ×"),
        ("the same, beside calamine", "", _beside(short, calamine, "calamine's time", 3), ""),
        ("the same, large libraries loaded", short.said.partition("loaded")[2].strip() or "none",
         "", "none"),
        ("the same, rows added to the ledger", added, "", "1 in runs"),
        (f"{what}, nothing changed since one that wrote", _found(sure), "", ""),
        (f"{what}, {min(CHANGED, count)} changed", _found(some), more, "under 1 s more"),
        (f"{what}, nothing changed but the day", _found(tomorrow), "", ""),
        ("its ledger; its portfolio", f"{ledger:.0f} MB; {portfolio:.1f} MB", "", ""),
    ]  # fmt: skip


def _median(every: list[Took]) -> Took:
    return Took(
        median(one.wall for one in every),
        median(one.work for one in every),
        max(one.memory for one in every),
        every[-1].said,
    )


def _found(one: Took) -> str:
    return f"{one.wall:.2f} s (work {one.work:.2f} s), {one.memory:.0f} MB"


def _beside(one: Took, other: Took, words: str, digits: int = 1) -> str:
    wall, work = one.wall / other.wall, one.work / max(other.work, 0.001)
    return f"{wall:.{digits}f} × {words} (work {work:.{digits}f} ×)"


def table(rows: list[tuple[str, str, str, str]]) -> str:
    """The rows as Markdown."""
    head = ["| measured | found, peak memory | beside | aim |", "|---|---|---|---|"]
    return "\n".join(head + [f"| {' | '.join(row)} |" for row in rows])
