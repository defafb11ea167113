"""A ledger that moves with its portfolio, and one that is lost, emptied or put back to an older copy."""

from __future__ import annotations

import shutil
from datetime import timedelta
from pathlib import Path

import pytest

from tests.cli.conftest import Office, review_of, with_red
from tests.cli.conftest import office as office
from tests.support.builders import LAUNCH, TODAY

FORGOTTEN = "the ledger does not know"


@pytest.fixture
def used(office: Office) -> Office:
    """An office with two syncs behind it: a system was put right in the second."""
    red = with_red(review_of("Bot", regate_on=LAUNCH), 3, LAUNCH)
    office.form("bot.xlsx", red, modified=1_700_000_000.0)
    assert office.sync().code == 0
    office.form("bot.xlsx", review_of("Bot"), modified=1_700_001_000.0)
    assert office.sync(today=TODAY + timedelta(1)).code == 0
    return office


def _moved(office: Office, monkeypatch: pytest.MonkeyPatch, how: str) -> Path:
    new = office.folder.with_name(f"{office.folder.name}-{how}")
    if how == "copied":
        shutil.copytree(office.folder, new, copy_function=shutil.copy2)
    elif how == "linked":
        new.symlink_to(office.folder)
    else:
        office.folder.rename(new)
    monkeypatch.chdir(new)
    return new


@pytest.mark.parametrize("how", ["copied", "linked", "moved"])
def test_a_ledger_beside_its_portfolio_goes_with_it(
    used: Office, monkeypatch: pytest.MonkeyPatch, how: str
) -> None:
    new = _moved(used, monkeypatch, how)
    before = used.run("history", "Bot", "--portfolio", "portfolio.xlsx")
    assert before.code == 0
    assert "Launch delayed" in before.out
    ran = used.sync(today=TODAY + timedelta(2))
    assert (ran.code, ran.err) == (0, "")
    told = used.run("explain", "Bot", "--as-of", TODAY, "--portfolio", new / "portfolio.xlsx")
    assert "Launch delayed" in told.out
    # A sync in which nothing changed is still recorded by its one row.
    for _ in range(2):
        assert used.sync(today=TODAY + timedelta(2)).err == ""


@pytest.mark.parametrize("how", ["gone", "empty", "older"])
def test_a_ledger_that_knows_less_than_its_portfolio_is_told(used: Office, how: str) -> None:
    ledger = used.folder / "portfolio.ledger.db"
    kept = used.folder / "older.db"
    shutil.copy(ledger, kept)
    used.form("bot.xlsx", with_red(review_of("Bot"), 5, LAUNCH), modified=1_700_002_000.0)
    assert FORGOTTEN not in used.sync(today=TODAY + timedelta(2)).err
    if how == "older":
        shutil.copy(kept, ledger)
    else:
        ledger.unlink()
    if how == "empty":
        ledger.touch()
    missed = 1 if how == "older" else 3
    ran = used.sync(today=TODAY + timedelta(3))
    assert f"{FORGOTTEN} {missed} of the syncs that portfolio.xlsx tells of" in ran.err
    assert "put it back or name it with --ledger" in " ".join(ran.err.split())
    # Once a sync is in both, they agree.
    used.form("bot.xlsx", review_of("Bot"), modified=1_700_003_000.0)
    used.sync(today=TODAY + timedelta(4))
    assert FORGOTTEN not in used.sync(today=TODAY + timedelta(5)).err
