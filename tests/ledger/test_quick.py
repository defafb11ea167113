"""The quick look into a ledger's file gives and takes the same rows as the ledger itself."""

from __future__ import annotations

import sqlite3
from datetime import date
from pathlib import Path

import msgspec
import pytest

from gatebook.ledger.ledger import open_ledger
from gatebook.ledger.quick import add_repeated, run_to_repeat
from gatebook.ledger.records import Run
from tests.ledger.samples import HERE, run

ODD = "report\udc80\x00\x1a 🌍.xlsx"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A ledger with one run that may be repeated."""
    path = tmp_path / "a ledger #1.db"
    with open_ledger(f"sqlite:///{path}") as ledger:
        ledger.record(HERE, run(inputs="same", said='{"n":1}', changed=ODD), based_on=None)
    return path


def ledgers(file: Path, portfolio: str = HERE) -> list[Run]:
    with open_ledger(f"sqlite:///{file}") as ledger:
        return ledger.runs(portfolio)


def test_it_reads_what_the_ledger_wrote(file: Path) -> None:
    assert run_to_repeat(file, HERE, "same") == (ledgers(file)[0], 1)


@pytest.mark.parametrize("portfolio", [HERE, ODD])
def test_the_ledger_reads_what_it_wrote(file: Path, portfolio: str) -> None:
    first = run(inputs="same", said="x", read=7, written=True, today=date(2026, 1, 31))
    with open_ledger(f"sqlite:///{file}") as ledger:
        newest = ledger.last_run(portfolio)
        ledger.record(portfolio, first, based_on=newest.id if newest else None)
    based_on = ledgers(file, portfolio)[-1].id
    assert add_repeated(file, portfolio, msgspec.structs.replace(first, said=""), based_on)
    expected = msgspec.structs.replace(first, said="", id=based_on + 1)
    assert ledgers(file, portfolio)[-1] == expected
    assert run_to_repeat(file, portfolio, "same") == (ledgers(file, portfolio)[-2], based_on + 1)


@pytest.mark.parametrize(
    ("portfolio", "inputs"), [(HERE, "other"), (HERE, ""), ("elsewhere", "same")]
)
def test_nothing_else_is_repeated(file: Path, portfolio: str, inputs: str) -> None:
    assert run_to_repeat(file, portfolio, inputs) is None


def test_only_the_newest_run_counts(file: Path) -> None:
    with open_ledger(f"sqlite:///{file}") as ledger:
        ledger.record(HERE, run(), based_on=1)
    assert run_to_repeat(file, HERE, "same") is None


def test_who_was_overtaken_adds_nothing(file: Path) -> None:
    with open_ledger(f"sqlite:///{file}") as ledger:
        ledger.record(HERE, run(), based_on=1)
    assert not add_repeated(file, HERE, run(inputs="same"), based_on=1)
    assert len(ledgers(file)) == 2


@pytest.mark.parametrize("revision", ["0001", "9999"])
def test_another_revision_is_left_to_the_ledger(file: Path, revision: str) -> None:
    with sqlite3.connect(file) as ledger:
        ledger.execute("UPDATE gatebook_ledger SET version_num = ?", [revision])
    assert run_to_repeat(file, HERE, "same") is None
    assert not add_repeated(file, HERE, run(inputs="same"), based_on=1)


def test_no_file_is_made(tmp_path: Path) -> None:
    assert run_to_repeat(tmp_path / "none.db", HERE, "same") is None
    assert list(tmp_path.iterdir()) == []
