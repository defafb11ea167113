"""The ledger in a sync: what has not changed is not opened again, and what is gone is told."""

from __future__ import annotations

import os
import shutil
import sqlite3
import sys
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest

from tests.cli.conftest import Office, review_of, with_red
from tests.support.builders import TODAY

LONG_AGO = 1_700_000_000.0


@pytest.fixture
def synced(office: Office) -> Office:
    """Three systems, synced once."""
    for name in ("a", "b", "c"):
        office.form(f"{name}.xlsx", review_of(name.upper()), modified=LONG_AGO)
    assert office.sync().code == 0
    return office


def counts(office: Office, *arguments: object) -> tuple[int, int]:
    """How many sheets a sync read, and how many it did not have to."""
    ran = office.sync("--json", *arguments)
    assert ran.code in (0, 1), ran.err
    return ran.json["read"], ran.json["unchanged"]


def rows(office: Office, table: str) -> list[tuple[Any, ...]]:
    with sqlite3.connect(office.folder / "portfolio.ledger.db") as ledger:
        return ledger.execute(f"select * from {table}").fetchall()


def test_what_has_not_changed_is_not_opened(synced: Office, monkeypatch: Any) -> None:
    """Proved by a file whose content is gone while its stamps are the same."""
    path = synced.reviews / "a.xlsx"
    size = path.stat().st_size
    path.write_bytes(b"x" * size)
    os.utime(path, (LONG_AGO, LONG_AGO))
    assert counts(synced) == (0, 3)
    assert {row["System"]: row["Decision"] for row in synced.table("Portfolio")}["A"]
    assert counts(synced, "--full") == (3, 0)
    assert synced.sync("--full").code == 1


def test_what_changed_is_read(synced: Office) -> None:
    synced.form("b.xlsx", with_red(review_of("B"), 3), modified=LONG_AGO + 100)
    assert counts(synced) == (1, 2)
    assert synced.row("B")["Decision"].startswith("Launch delayed")


def test_a_file_written_a_moment_ago_is_read_once_more(synced: Office) -> None:
    """Its clock ticks too slowly to tell an edit right after it."""
    synced.form("c.xlsx", review_of("C"))
    assert counts(synced) == (1, 2)
    os.utime(synced.reviews / "c.xlsx", (LONG_AGO, LONG_AGO))
    assert counts(synced) == (1, 2)
    assert counts(synced) == (0, 3)


def test_the_day_still_counts(synced: Office) -> None:
    """What is known is judged anew: an action that was due is overdue later."""
    synced.form(
        "b.xlsx", with_red(review_of("B"), 3, due=TODAY + timedelta(days=5)), modified=LONG_AGO + 9
    )
    synced.sync()
    ran = synced.sync("--json", today=TODAY + timedelta(days=6))
    assert (ran.json["read"], ran.json["overdue_actions"]) == (0, 1)


def test_a_sync_that_finds_nothing_new_adds_one_row(synced: Office) -> None:
    before = {table: len(rows(synced, table)) for table in ("runs", "sheets", "reviews")}
    synced.sync()
    after = {table: len(rows(synced, table)) for table in before}
    assert after == before | {"runs": before["runs"] + 1}


def test_a_trouble_that_is_over_is_noticed(synced: Office) -> None:
    """A file that could not be read is tried again, though its stamps are the same."""
    path = synced.reviews / "a.xlsx"
    good = path.read_bytes()
    path.write_bytes(b"x" * len(good))
    os.utime(path, (LONG_AGO + 5, LONG_AGO + 5))
    assert synced.sync().code == 1
    path.write_bytes(good)
    os.utime(path, (LONG_AGO + 5, LONG_AGO + 5))
    assert synced.sync().code == 0


def test_other_rules_read_everything_anew(synced: Office, tmp_path: Path) -> None:
    own = tmp_path / "own.toml"
    synced.run("checklist", "copy", own)
    text = own.read_text(encoding="utf-8")
    own.write_text(text.replace('id = "twelve-gates"', 'id = "own-gates"'), encoding="utf-8")
    assert counts(synced, "--checklist", own) == (3, 0)


def goes(folder: Path) -> None:
    (folder / "a.xlsx").unlink()


def moves(folder: Path) -> None:
    (folder / "a.xlsx").rename(folder / "z.xlsx")


def is_replaced(folder: Path) -> None:
    shutil.copy(folder / "b.xlsx", folder / "a.xlsx")
    os.utime(folder / "a.xlsx", (LONG_AGO - 9999, LONG_AGO - 9999))


# What happened to a file → what the tab Runs says.
FATES: list[tuple[Callable[[Path], None], str]] = [
    (goes, "a.xlsx is gone"),
    (moves, "a.xlsx was renamed to z.xlsx"),
    (is_replaced, "a.xlsx was replaced by an older copy"),
]


@pytest.mark.parametrize(("happens", "words"), FATES)
def test_what_no_sheet_says_is_told(
    happens: Callable[[Path], None], words: str, synced: Office
) -> None:
    happens(synced.reviews)
    synced.sync()
    told = " ".join(str(row["What changed"]) for row in synced.table("Runs"))
    assert words in told


def test_off_keeps_nothing(office: Office) -> None:
    office.form("a.xlsx", review_of("A"), modified=LONG_AGO)
    office.sync("--ledger", "off")
    assert not (office.folder / "portfolio.ledger.db").exists()
    assert counts(office, "--ledger", "off") == (1, 0)


def test_a_dry_run_records_nothing(office: Office) -> None:
    office.form("a.xlsx", review_of("A"), modified=LONG_AGO)
    office.sync("--dry-run")
    assert not (office.folder / "portfolio.ledger.db").exists()


def test_a_dry_run_before_the_first_sync_needs_no_ledger(office: Office) -> None:
    """A database that is there and empty, as a server's is on the first day."""
    office.form("a.xlsx", review_of("A"), modified=LONG_AGO)
    ledger = office.folder / "portfolio.ledger.db"
    ledger.touch()
    ran = office.sync("--dry-run")
    assert (ran.code, ran.err) == (0, "")
    assert "Would write portfolio.xlsx" in ran.out
    assert ledger.read_bytes() == b""


@pytest.mark.parametrize("content", [b"", b"no database at all, but long enough to look at" * 50])
def test_a_ledger_that_is_none_is_refused(content: bytes, synced: Office) -> None:
    ledger = synced.folder / "portfolio.ledger.db"
    ledger.write_bytes(content)
    before = synced.portfolio.read_bytes()
    synced.form("b.xlsx", with_red(review_of("B"), 3))
    ran = synced.sync()
    if ran.code == 0:  # an empty file is as good as none
        assert content == b""
        return
    assert ran.code == 4
    assert "What to do:" in ran.err
    assert synced.portfolio.read_bytes() == before


def test_a_ledger_elsewhere(office: Office, tmp_path: Path) -> None:
    office.form("a.xlsx", review_of("A"), modified=LONG_AGO)
    url = f"sqlite:///{tmp_path / 'all.db'}"
    office.sync("--ledger", url)
    assert counts(office, "--ledger", url) == (0, 1)
    assert (
        "password"
        not in office.sync("--ledger", "postgresql+psycopg://x:password@127.0.0.1:1/db").err
    )


# How the portfolio is called, the ledger's URL (or the one beside it) → the ledger's file.
NAMES = [
    ("portfolio.xlsx", "", "portfolio.ledger.db"),
    ("50%41 done.xlsx", "", "50%41 done.ledger.db"),
    ("what#now.xlsx", "", "what#now.ledger.db"),
    pytest.param(
        *("who?.xlsx", "", "who?.ledger.db"),
        marks=pytest.mark.skipif(sys.platform == "win32", reason="no name of a file there"),
    ),
    ("portfolio.xlsx", "sqlite:///our%20ledger.db", "our ledger.db"),
    ("portfolio.xlsx", "sqlite:///our ledger.db", "our ledger.db"),
    ("portfolio.xlsx", "sqlite:///l.db?timeout=3", "l.db"),
]


@pytest.mark.parametrize(("portfolio", "url", "file"), NAMES)
def test_a_ledger_is_found_again_whatever_its_name(
    portfolio: str, url: str, file: str, office: Office
) -> None:
    office.form("a.xlsx", review_of("A"), modified=LONG_AGO)
    sync = ["sync", "reviews", "--portfolio", portfolio, "--today", TODAY, "--json"]
    sync += ["--ledger", url] if url else []
    found = [office.run(*sync).json for _ in range(2)]
    assert [(one["read"], one["unchanged"]) for one in found] == [(1, 0), (0, 1)]
    assert {path.name for path in office.folder.glob("*.db")} == {file}


def test_reviews_of_one_day_keep_their_order(office: Office) -> None:
    """What the first sync takes from the sheets, the second takes from the ledger."""
    day = TODAY - timedelta(days=40)
    for name, number in (("a", 3), ("b", 1), ("c", 2)):
        review = review_of("A", on=day)
        stamp = msgspec.structs.replace(review.stamp, review_id=f"a-{number}")
        review = msgspec.structs.replace(review, stamp=stamp)
        office.form(f"{name}.xlsx", with_red(review, 3) if name == "a" else review)
    office.form("now.xlsx", review_of("A"))
    first = office.sync("--json").json
    (shown,) = office.table("Review history")
    assert first["written"]
    assert not office.sync("--json").json["written"]
    assert [shown[header] for header in ("-3", "-2", "-1", "now")] == ["G", "G", "R", "G"]
