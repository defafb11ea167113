"""The short way of sync: it says what the usual way would, and is taken only where nothing changed."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from datetime import timedelta

import pytest

from tests.cli.conftest import Office, Ran, review_of, with_red
from tests.support.builders import TODAY

LONG_AGO = 1_700_000_000.0


def settle(office: Office) -> None:
    """As if the portfolio had been written long ago."""
    os.utime(office.portfolio, (LONG_AGO, LONG_AGO))


def kinds(office: Office) -> list[str]:
    """How each sync went: "usual", "sure" where it may be repeated, "short" where it repeats one."""
    with sqlite3.connect(office.folder / "portfolio.ledger.db") as ledger:
        rows = ledger.execute("SELECT inputs, said FROM runs ORDER BY id").fetchall()
    return ["sure" if said else "short" if inputs else "usual" for inputs, said in rows]


@pytest.fixture
def still(office: Office) -> Office:
    """Three systems, synced until nothing is left to write; a sync in which nothing changed is short."""
    for name in ("a", "b", "c"):
        review = with_red(review_of(name.upper()), 3, due=TODAY - timedelta(days=2))
        office.form(f"{name}.xlsx", review, modified=LONG_AGO)
    assert office.sync().code == 0
    settle(office)
    assert office.sync().code == 0
    assert kinds(office) == ["usual", "sure"]
    return office


@pytest.mark.parametrize("output", [[], ["--json"], ["--quiet"]])
def test_it_says_what_the_usual_way_says(still: Office, output: list[str]) -> None:
    def said(*arguments: str) -> Ran:
        return still.sync(*output, *arguments)

    usual = said(
        "--ledger", f"sqlite:///{shutil.copy('portfolio.ledger.db', 'copy.db')}", "--dry-run"
    )
    assert said() == usual
    assert said() == usual
    assert kinds(still) == ["usual", "sure", "short", "short"]


def test_it_opens_nothing(still: Office) -> None:
    """Proved by files whose content is gone while their stamps are the same."""
    for path in (still.portfolio, still.reviews / "a.xlsx"):
        path.write_bytes(b"x" * path.stat().st_size)
        os.utime(path, (LONG_AGO, LONG_AGO))
    assert still.sync().code == 0
    assert still.sync("--full").code == 4


def test_it_loads_no_library_that_it_does_not_use(still: Office) -> None:
    script = """
import sys
from gatebook.cli.main import main
try:
    main(sys.argv[1:])
finally:
    print(sorted({"pandas", "openpyxl", "sqlalchemy", "xlsxwriter"} & set(sys.modules)))
"""
    sync = ["sync", "reviews", "--portfolio", "portfolio.xlsx", "--today", str(TODAY), "--quiet"]
    done = subprocess.run(
        [sys.executable, "-c", script, *sync],
        cwd=still.folder, capture_output=True, encoding="utf-8", check=True, timeout=60,
    )  # fmt: skip
    assert done.stdout.strip() == "[]"
    assert kinds(still)[-1] == "short"


def test_it_adds_one_row(still: Office) -> None:
    def count() -> dict[str, int]:
        with sqlite3.connect("portfolio.ledger.db") as ledger:
            names = [name for (name,) in ledger.execute("SELECT name FROM sqlite_master")
                     if name in ("runs", "sheets", "reviews", "holdings", "standings")]  # fmt: skip
            return {n: ledger.execute(f"SELECT count(*) FROM {n}").fetchone()[0] for n in names}

    before = count()
    still.sync()
    assert count() == before | {"runs": before["runs"] + 1}
    with sqlite3.connect("portfolio.ledger.db") as ledger:
        row = ledger.execute(
            'SELECT "read", unchanged, written, changed FROM runs ORDER BY id DESC'
        )
        assert row.fetchone() == (0, 3, 0, "No decision changed")


def saved(office: Office) -> None:
    os.utime(office.reviews / "a.xlsx", (LONG_AGO + 5, LONG_AGO + 5))


def one_more(office: Office) -> None:
    office.form("d.xlsx", review_of("D"), modified=LONG_AGO)


def one_less(office: Office) -> None:
    (office.reviews / "a.xlsx").unlink()


def another_name(office: Office) -> None:
    (office.reviews / "a.xlsx").rename(office.reviews / "z.xlsx")


def a_stranger(office: Office) -> None:
    (office.reviews / "old.xls").write_bytes(b"")


def a_note(office: Office) -> None:
    os.utime(office.portfolio, (LONG_AGO + 5, LONG_AGO + 5))


def no_portfolio(office: Office) -> None:
    office.portfolio.unlink()


def other_look(office: Office) -> None:
    (office.folder / "gatebook.toml").write_text('[form]\nlogo = "Example Ltd"\n', "utf-8")


def just_saved(office: Office) -> None:
    """With the very stamp it had, as far as a clock that ticks slowly can tell."""
    os.utime(office.reviews / "a.xlsx")
    os.utime(office.portfolio, (LONG_AGO, LONG_AGO))


CHANGES = [
    saved, one_more, one_less, another_name, a_stranger, a_note, no_portfolio, other_look, just_saved,
]  # fmt: skip


@pytest.mark.parametrize("happens", CHANGES)
def test_whatever_changed_ends_it(still: Office, happens: Callable[[Office], None]) -> None:
    happens(still)
    still.sync()
    assert kinds(still)[2:] != ["short"]


def test_another_day_ends_it(still: Office) -> None:
    ran = still.sync("--json", today=TODAY + timedelta(days=30))
    assert kinds(still)[2:] == ["usual"]
    assert ran.json["today"] == str(TODAY + timedelta(days=30))


def test_what_somebody_asked_for_ends_it(still: Office) -> None:
    for asked in ("--full", "--verbose", "--dry-run"):
        still.sync(asked)
    assert kinds(still)[2:] == ["sure", "usual"]


def test_a_sync_of_other_places_ends_it(still: Office) -> None:
    still.run("sync", "reviews/a.xlsx", "--portfolio", "portfolio.xlsx", "--today", TODAY)
    still.sync()
    assert "short" not in kinds(still)


def test_a_form_that_was_just_saved_is_never_taken_as_the_same(still: Office) -> None:
    just_saved(still)
    for _ in range(3):
        still.sync()
    assert kinds(still)[2:] == ["usual"] * 3


def test_a_portfolio_written_a_moment_ago_is_looked_at_again(office: Office) -> None:
    """Somebody may have typed into it right afterwards, without another stamp."""
    office.form("a.xlsx", review_of("A"), modified=LONG_AGO)
    for _ in range(3):
        office.sync()
    assert kinds(office) == ["usual"] * 3


def test_another_stranger_ends_it(office: Office) -> None:
    office.form("a.xlsx", review_of("A"), modified=LONG_AGO)
    (office.reviews / "notes.txt").write_text("", "utf-8")
    office.sync()
    for name in ("notes.txt", "notes.csv"):
        settle(office)
        (office.reviews / "notes.txt").rename(office.reviews / name)
        office.sync()
    assert kinds(office) == ["usual", "sure", "sure"]


def test_trouble_is_never_repeated(still: Office) -> None:
    """It may be over by the next time, and nobody can see that from the stamps."""
    (still.reviews / "b.xlsx").write_bytes(b"no workbook")
    os.utime(still.reviews / "b.xlsx", (LONG_AGO, LONG_AGO))
    for _ in range(3):
        assert still.sync().code == 1
        settle(still)
    assert kinds(still)[2:] == ["usual"] * 3


def test_a_ledger_that_is_damaged_is_left_to_the_usual_way(still: Office) -> None:
    (still.folder / "portfolio.ledger.db").write_bytes(b"no database at all " * 100)
    ran = still.sync()
    assert ran.code == 4
    assert "What to do:" in ran.err
