"""A year of forty systems: at each month's end the portfolio says what was worked out without gatebook.

`script.py` says what happens, `hands.py` does it with real files, `oracle.py` works out what must be
seen. The clock stands at eight in the evening of the day that is told.
"""

from __future__ import annotations

import csv
import os
import re
from calendar import monthrange
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, tzinfo
from pathlib import Path
from typing import Any, ClassVar

import openpyxl
import pytest
import sqlalchemy as sa

from gatebook.cli.main import main
from tests.cli.conftest import Ran
from tests.ledger.test_docs import EXAMPLES
from tests.year.hands import KEYS, Hands
from tests.year.oracle import COUNTS, Oracle, Row
from tests.year.script import YEAR, events

PORTFOLIO = Path("portfolio.xlsx")
SHOWN = (
    "Decision", *map(str, range(1, 13)), "Overdue actions", "Since last review", "Review date",
    "Next review", "Because", *COUNTS, "Sync state", "Notes",
)  # fmt: skip

PAST = (
    "Decision", "Reviews", "Reviews held", "Trend", "Since last review", "Delayed since",
    "Days delayed", "Due dates moved", "Re-gates kept", "Re-gates missed", "Next review", "Days late",
    "Because",
)  # fmt: skip
# By tab a header that nothing else in it says.
HEADERS = {
    "Portfolio": "Sync state", "Review history": "Days late", "Charts": "Month",
    "Decisions": "Review id", "Runs": "Sheets read",
}  # fmt: skip
RECORDED = (
    "recorded", "system", "review_id", "review_date", "decision", "shown_as", "green", "yellow",
    "red", "open",
)  # fmt: skip


class Clock(datetime):
    """The product's clock."""

    stands_on: ClassVar[date]

    @classmethod
    def now(cls, tz: tzinfo | None = None) -> Clock:
        return cls(*cls.stands_on.timetuple()[:3], 20, tzinfo=tz)


def month_ends() -> list[date]:
    """The last days of the year's months."""
    return [date(YEAR, month, monthrange(YEAR, month)[1]) for month in range(1, 13)]


def sync_days() -> list[date]:
    """Two syncs a month."""
    return [day for end in month_ends() for day in (end.replace(day=15), end)]


class Office:
    """Runs commands in the current folder, and reads the portfolio."""

    def __init__(self, ledger: str, capsys: pytest.CaptureFixture[str]) -> None:
        self.ledger = ledger
        self._capsys = capsys

    def run(self, *arguments: object, code: int = 0) -> Ran:
        """A command of gatebook that ends with this code."""
        self._capsys.readouterr()
        with pytest.raises(SystemExit) as ended:
            main([str(argument) for argument in arguments])
        out, err = self._capsys.readouterr()
        assert ended.value.code == code, err
        return Ran(code, out, err)

    def sync(self, day: date, *, code: int) -> Any:
        """One sync on a day; what it says as JSON."""
        told = ("--portfolio", PORTFOLIO, "--ledger", self.ledger, "--json")
        found = self.run("sync", "reviews", *told, code=code).json
        # The portfolio is as old as the sync says, so that the next one need not look at it again.
        stamp = datetime(day.year, day.month, day.day, 20, tzinfo=UTC).timestamp()
        os.utime(PORTFOLIO, (stamp, stamp))
        return found

    def exported(self) -> list[Row]:
        """Every recorded version of every review, as `gatebook history` writes them out."""
        file = Path("history.csv")
        self.run("history", "--csv", file, "--portfolio", PORTFOLIO, "--ledger", self.ledger)
        with file.open(encoding="utf-8-sig", newline="") as text:
            rows = list(csv.DictReader(text))
        return in_order({column: row[column] for column in RECORDED} for row in rows)

    def tables(self) -> dict[str, list[Row]]:
        """The records of the portfolio's tabs, by header."""
        book = openpyxl.load_workbook(PORTFOLIO, read_only=True)
        return {tab: _records(book[tab], header) for tab, header in HEADERS.items()}


def _records(sheet: Any, header: str) -> list[Row]:
    """The rows under the one that has this header."""
    rows = list(sheet.iter_rows(values_only=True))
    (first,) = (place for place, row in enumerate(rows) if header in row)
    rows = rows[first:]
    return [
        {str(name): _plain(value) for name, value in zip(rows[0], row, strict=True) if name}
        for row in rows[1:]
        if any(value is not None for value in row)
    ]


def _plain(value: Any) -> Any:
    return value.date() if isinstance(value, datetime) else value


@pytest.fixture
def office(
    tmp_path: Path,
    ledger_url: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Office:
    """An empty folder and a fixed clock."""
    monkeypatch.chdir(tmp_path)
    for module in ("config", "memory", "cli.again"):
        monkeypatch.setattr(f"gatebook.{module}.datetime", Clock)
    Path("reviews").mkdir()
    return Office(ledger_url, capsys)


def test_nothing_is_forgotten_in_a_year(office: Office) -> None:
    hands, oracle = Hands(office.run, PORTFOLIO), Oracle()
    script = events()
    decided: list[Row] = []
    standing: dict[int, set[tuple[Any, ...]]] = {}
    runs = 0
    for day in sync_days():
        while script and script[0].day <= day:
            Clock.stands_on = script[0].day
            hands.do(script.pop(0))
        Clock.stands_on = day
        oracle.sync(day, hands.files, second=hands.second, retired=hands.retired)
        code = int(not all(row["Sync state"].startswith("Read") for row in oracle.rows.values()))
        assert office.sync(day, code=code)["written"]
        runs += 1
        if day not in month_ends():
            continue
        tables = office.tables()
        differing = [
            *differences(seen(tables), wanted(oracle, hands)),
            *differences(strips(tables["Review history"]), past(oracle, day)),
            *differences(numbered(tables["Decisions"]), decided_by(oracle)),
            *differences(numbered(ran(tables["Runs"])), numbered(expected_runs(oracle))),
            *differences(numbered(tables["Charts"]), numbered(oracle.trend(day))),
        ]
        assert not differing, f"{day}:\n" + "\n".join(differing)
        assert tables["Decisions"][: len(decided)] == decided
        decided = tables["Decisions"]
        assert not office.sync(day, code=code)["written"]
        runs += 1
        standing[day.month] = standing_of(oracle)
    assert not script
    differing = differences(numbered(office.exported()), numbered(recorded(oracle)))
    assert not differing, "\n".join(differing)
    with asking(office.ledger) as ask:
        assert ask("What did the last syncs do?")
        assert ask("SELECT count(*) FROM runs") == [(runs,)]
        assert dict(ask("Which workbooks are gone, and since when?")) == oracle.gone
        assert set(ask("What counted at the end of June?")) == standing[6]
        assert set(ask("Whose due dates slip?")) == moved_dates(oracle)


def seen(tables: dict[str, list[Row]]) -> dict[str, Row]:
    """The portfolio's rows by system."""
    rows = tables["Portfolio"]
    found = {row["System"]: {name: row[name] for name in SHOWN} for row in rows}
    assert len(found) == len(rows)
    return found


def wanted(oracle: Oracle, hands: Hands) -> dict[str, Row]:
    """What they must be."""
    return {
        name: {column: (row | {"Notes": hands.notes.get(name)})[column] for column in SHOWN}
        for name, row in oracle.rows.items()
    }


def ran(runs: list[Row]) -> list[Row]:
    """The tab Runs; what changed as parts, in any order."""
    return [row | {"What changed": sorted(row["What changed"].split("; "))} for row in runs]


def expected_runs(oracle: Oracle) -> list[Row]:
    return ran(
        [
            {
                "When": f"{run['day']} 20:00 UTC",
                "Sheets read": run["Sheets read"],
                "Could not be read": run["Could not be read"],
                "Passed over": 0,
                "What changed": run["What changed"],
            }
            for run in oracle.runs
        ]
    )


def same(found: Any, expected: Any) -> bool:
    """Whether a cell says what it must; up to 25 systems are made to print on a page, and cut for it."""
    if isinstance(found, str) and found.endswith("…") and expected:
        return bool(expected.startswith(found[:-1]))
    return bool(found == expected)


def strips(rows: list[Row]) -> dict[str, Row]:
    """The tab Review history by system, with the letters of the last reviews as one text."""
    found = {}
    for row in rows:
        letters = [value or "" for name, value in row.items() if re.fullmatch(r"-\d+|now", name)]
        kept = {name: row[name] for name in PAST if name in row}
        found[row["System"]] = kept | {"Reviews": "".join(letters)}
    return found


def past(oracle: Oracle, day: date) -> dict[str, Row]:
    """What it must say; of more than twelve reviews the last ones have a letter."""
    return {
        name: {column: row[column] for column in PAST} | {"Reviews": row["Reviews"][-12:]}
        for name, row in oracle.history(day).items()
    }


def decided_by(oracle: Oracle) -> dict[str, Row]:
    """The tab Decisions as it must be."""
    rows = [{c: v for c, v in row.items() if c != "code"} for row in oracle.decisions]
    return numbered(rows)


def standing_of(oracle: Oracle) -> set[tuple[Any, ...]]:
    """What counts now: system, decision, its words, day."""
    return {
        (name, row["code"], row["Decision"], row["Review date"])
        for name, row in oracle.rows.items()
    }


def recorded(oracle: Oracle) -> list[Row]:
    """What the ledger must hold of each version, as texts."""
    return in_order({c: str(row[c]) for c in RECORDED} for row in oracle.versions)


def in_order(rows: Iterable[Row]) -> list[Row]:
    """Recorded versions by day and review; a sync records one of each."""
    return sorted(rows, key=lambda row: (row["recorded"], row["review_id"]))


def moved_dates(oracle: Oracle) -> set[tuple[str, str, int]]:
    """By system and gate how many due dates there were besides the first."""
    found: dict[tuple[str, str], set[date]] = {}
    for row in oracle.versions:
        for gate, mark in row["form"].marks:
            if mark.due:
                found.setdefault((row["system"], KEYS[gate - 1]), set()).add(mark.due)
    return {(*whose, len(days) - 1) for whose, days in found.items() if len(days) > 1}


@contextmanager
def asking(url: str) -> Iterator[Callable[[str], list[Any]]]:
    """Asks a ledger: a question of docs/ledger.md, or SQL; days come as dates."""
    engine = sa.create_engine(url)
    kind = url.partition(":")[0].partition("+")[0]

    def ask(question: str) -> list[Any]:
        blocks = dict(EXAMPLES).get(question, f"```sql\n{question}\n```")
        (sql,) = re.findall(rf"```sql(?: {kind})?\n(.*?)```", blocks, re.S)
        with engine.connect() as connection:
            (name,) = connection.execute(sa.text("SELECT DISTINCT portfolio FROM runs")).scalars()
            sql = sql.replace("2026-06-30", f"{YEAR}-06-30").replace(
                "/srv/gates/portfolio.xlsx", name
            )
            rows = connection.exec_driver_sql(sql).all()
        return [tuple(_day(value) for value in row) for row in rows]

    yield ask
    engine.dispose()


def _day(value: Any) -> Any:
    is_day = isinstance(value, str) and re.fullmatch(r"\d{4}-\d\d-\d\d", value)
    return date.fromisoformat(value) if is_day else value


def numbered(rows: list[Row]) -> dict[str, Row]:
    """Rows by their place."""
    return {f"row {place}": row for place, row in enumerate(rows, 1)}


def differences(found: dict[str, Row], expected: dict[str, Row]) -> list[str]:
    """Each cell that is not as expected, a line each."""
    lines = [f"{name}: not expected: {found[name]}" for name in found.keys() - expected.keys()]
    lines += [f"{name}: not found: {expected[name]}" for name in expected.keys() - found.keys()]
    for name in found.keys() & expected.keys():
        one, other = found[name], expected[name]
        lines += [
            f"{name}, {column}: {one.get(column)!r}, expected {other.get(column)!r}"
            for column in {**one, **other}
            if not same(one.get(column), other.get(column))
        ]
    return sorted(lines)
