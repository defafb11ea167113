"""The portfolio that the ledger remembers: nothing is lost with the portfolio, and nobody in silence.

Source: the issue "Nothing forgotten", parts 2, 3 and 6; docs/ledger.md, "What the portfolio takes from
it". Real forms, real syncs, on SQLite and on PostgreSQL.
"""

from __future__ import annotations

import os
import shutil
from datetime import date, datetime
from pathlib import Path
from typing import Any

import msgspec
import pytest

from gatebook.domain.review import Review
from gatebook.ledger.ledger import open_ledger
from gatebook.wiring import ledger_key
from tests.cli.conftest import Office, Ran, delete_row, review_of, with_red, with_yellow

MAY, JUNE, JULY, AUGUST = (date(2026, month, 10) for month in (5, 6, 7, 8))
LONG_AGO = 1_700_000_000.0
DAY = 86_400.0


class Desk(Office):
    """An office whose syncs are recorded in one of the ledgers."""

    url = ""

    def sync(self, *arguments: object, today: date = MAY) -> Ran:
        """A sync of a day; the portfolio's stamp never stands in for the sheets."""
        return super().sync("--ledger", self.url, *arguments, today=today)

    def put(self, name: str, review: Review, days: float = 0) -> Path:
        """A form that was saved so many days after a day long ago."""
        return self.form(name, review, modified=LONG_AGO + days * DAY)

    def standing(self) -> set[str]:
        """The systems that count."""
        with open_ledger(self.url) as ledger:
            return set(ledger.standing(ledger_key(str(self.portfolio))))

    def told(self) -> str:
        """What the last sync that wrote the portfolio says that it changed."""
        return str(self.table("Runs")[-1]["What changed"])

    def history(self, system: str) -> dict[str, Any]:
        """The system's row on the tab Review history; the strip of letters as one word."""
        (row,) = [row for row in self.table("Review history") if row["System"] == system]
        strip = [name for name in row if name == "now" or name.startswith("-")]
        return row | {"Reviews": "".join(str(row[name] or "") for name in strip)}


@pytest.fixture
def desk(
    ledger_url: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Desk:
    folder = tmp_path / "office"
    folder.mkdir()
    monkeypatch.chdir(folder)
    made = Desk(folder, capsys)
    made.reviews.mkdir()
    made.url = ledger_url
    return made


def a_summer(desk: Desk) -> None:
    """A is delayed in May, edited twice, and may launch in July; B is there from June on."""
    may = msgspec.structs.replace(review_of("A", MAY), regate_on=JULY)
    desk.put("may.xlsx", with_red(may, 3, due=JUNE))
    desk.sync(today=MAY)
    desk.put("may.xlsx", with_red(may, 3, due=JULY), 1)
    desk.put("b.xlsx", with_yellow(review_of("B", JUNE), 5, AUGUST), 1)
    desk.sync(today=JUNE)
    desk.put("may.xlsx", with_red(with_red(may, 3, due=JULY), 4, due=JULY), 2)
    desk.put("july.xlsx", review_of("A", JULY), 3)
    desk.sync(today=JULY)


def shown(desk: Desk) -> dict[str, list[dict[str, Any]]]:
    """The tabs that a ledger can bring back, row by row; when a sync began is another time each."""
    tabs = ("Portfolio", "Review history", "Decisions", "Runs")
    found = {tab: desk.table(tab) for tab in tabs}
    for run in found["Runs"]:
        del run["When"]
    return found


def test_a_deleted_portfolio_comes_back_row_by_row(desk: Desk) -> None:
    a_summer(desk)
    before = shown(desk)
    assert [(row["System"], row["Decision"]) for row in before["Decisions"]] == [
        ("A", "Launch delayed"),
        ("B", "Launch with remediation plan"),
        ("A", "Launch delayed"),
        ("A", "Launch this week"),
    ]
    desk.portfolio.unlink()
    desk.sync(today=JULY)
    after = shown(desk)
    # The sync that brought it back is one more; it found every system decided as before.
    assert after["Runs"].pop()["What changed"] == "No decision changed"
    assert after == before
    desk.sync(today=JULY)
    assert desk.table("Decisions") == before["Decisions"]


def test_an_older_portfolio_that_was_put_back_learns_what_it_missed(desk: Desk) -> None:
    a_summer(desk)
    shutil.copy(desk.portfolio, "old.xlsx")
    desk.put("b.xlsx", review_of("B", JUNE), 5)
    desk.sync(today=AUGUST)
    before = shown(desk)
    shutil.copy("old.xlsx", desk.portfolio)
    desk.sync(today=AUGUST)
    after = shown(desk)
    assert after["Decisions"] == before["Decisions"]
    assert after["Runs"][: len(before["Runs"])] == before["Runs"]


def test_decisions_from_before_the_ledger_stay(desk: Desk) -> None:
    desk.put("a.xlsx", with_red(review_of("A", MAY), 3))
    Office.sync(desk, "--ledger", "off", today=MAY)
    desk.put("a.xlsx", review_of("A", MAY), 1)
    for _ in range(2):
        desk.sync(today=JUNE)
        assert [(row["Recorded on"], row["Decision"]) for row in desk.table("Decisions")] == [
            (datetime(2026, 5, 10), "Launch delayed"),
            (datetime(2026, 6, 10), "Launch this week"),
        ]


def test_copies_that_were_set_aside_are_no_decisions(desk: Desk) -> None:
    desk.put("a.xlsx", review_of("A", MAY), 2)
    desk.put("copy of a.xlsx", with_red(review_of("A", MAY), 3), 1)
    desk.sync(today=MAY)
    desk.portfolio.unlink()
    desk.sync(today=MAY)
    assert [row["Decision"] for row in desk.table("Decisions")] == ["Launch this week"]


# A system whose sheet is not there


def test_a_missing_system_comes_back_without_the_portfolio(desk: Desk) -> None:
    desk.put("a.xlsx", with_red(review_of("A", MAY, owner="Bo Li", lead="Ana Ruiz"), 3))
    desk.put("b.xlsx", review_of("B", MAY))
    desk.sync(today=MAY)
    (desk.reviews / "a.xlsx").unlink()
    desk.sync(today=JUNE)
    kept = desk.row("A")
    assert kept["Sync state"] == "missing since 2026-06-10; last known state shown"
    assert (kept["Decision"], kept["Pilot lead"]) == (
        "Launch delayed; re-gate date not set",
        "Ana Ruiz",
    )
    desk.portfolio.unlink()
    assert desk.sync(today=JULY).code == 1
    back = desk.row("A")
    # Against which review it had changed is in the row that is gone.
    differing = {name for name in kept if kept[name] != back[name]}
    assert differing <= {"Since last review"}
    assert desk.standing() == {"a", "b"}


def test_missing_at_once_with_the_portfolio(desk: Desk) -> None:
    desk.put("a.xlsx", review_of("A", MAY))
    desk.put("b.xlsx", review_of("B", MAY))
    desk.sync(today=MAY)
    (desk.reviews / "a.xlsx").unlink()
    desk.portfolio.unlink()
    desk.sync(today=JUNE)
    assert desk.row("A")["Sync state"].startswith("missing since 2026-06-10")
    assert desk.row("A")["Sheet"] == "a.xlsx"


def test_unreadable_at_once_with_the_portfolio(desk: Desk) -> None:
    desk.put("a.xlsx", review_of("A", MAY))
    desk.put("b.xlsx", review_of("B", MAY))
    desk.sync(today=MAY)
    (desk.reviews / "a.xlsx").write_bytes(b"")
    desk.sync(today=JUNE)
    desk.portfolio.unlink()
    desk.sync(today=JULY)
    assert [row["System"] for row in desk.table("Portfolio")] == ["A", "B"]
    assert desk.row("A")["Sync state"].startswith("could not be read since 2026-06-10")


def test_a_system_whose_row_was_deleted_is_let_go_for_good(desk: Desk) -> None:
    desk.put("a.xlsx", review_of("A", MAY))
    desk.put("b.xlsx", review_of("B", MAY))
    desk.sync(today=MAY)
    (desk.reviews / "a.xlsx").unlink()
    desk.sync(today=JUNE)
    assert desk.standing() == {"a", "b"}
    delete_row(desk.portfolio, "A")
    assert desk.sync(today=JULY).code == 0
    assert "A was let go: its row was deleted" in desk.told()
    assert desk.standing() == {"b"}
    desk.portfolio.unlink()
    desk.sync(today=JULY)
    assert [row["System"] for row in desk.table("Portfolio")] == ["B"]
    desk.put("a.xlsx", review_of("A", JULY))
    desk.sync(today=JULY)
    assert desk.history("A")["Reviews"] == "GG"


def test_an_older_portfolio_lets_nobody_go(desk: Desk) -> None:
    """The row was not deleted: the file is from before the system came."""
    desk.put("b.xlsx", review_of("B", MAY))
    desk.sync(today=MAY)
    shutil.copy(desk.portfolio, "old.xlsx")
    desk.put("a.xlsx", review_of("A", JUNE))
    desk.sync(today=JUNE)
    (desk.reviews / "a.xlsx").unlink()
    shutil.copy("old.xlsx", desk.portfolio)
    assert desk.sync(today=JULY).code == 1
    assert desk.row("A")["Sync state"].startswith("missing since 2026-07-10")


# What happened to files


def test_an_older_copy_is_marked_until_the_sheet_is_saved_again(desk: Desk) -> None:
    desk.put("a.xlsx", with_red(review_of("A", MAY), 3))
    desk.sync(today=MAY)
    desk.put("a.xlsx", review_of("A", MAY), 10)
    desk.sync(today=JUNE)
    desk.put("a.xlsx", with_red(review_of("A", MAY), 3))
    for today in (JULY, AUGUST):
        desk.sync(today=today)
        assert desk.row("A")["Sync state"] == "Read; an older copy since 2026-07-10"
    told = [str(row["What changed"]) for row in desk.table("Runs")]
    assert any("a.xlsx was replaced by an older copy, as of 2026-05-10" in line for line in told)
    assert [row["Decision"] for row in desk.table("Decisions")] == [
        "Launch delayed",
        "Launch this week",
        "Launch delayed",
    ]
    desk.put("a.xlsx", review_of("A", MAY), 20)
    desk.sync(today=AUGUST)
    assert desk.row("A")["Sync state"] == "Read"


def test_a_newer_review_that_went_is_marked(desk: Desk) -> None:
    desk.put("may.xlsx", with_red(review_of("A", MAY), 3))
    desk.put("june.xlsx", review_of("A", JUNE))
    desk.sync(today=JUNE)
    (desk.reviews / "june.xlsx").unlink()
    desk.sync(today=JULY)
    assert desk.row("A")["Sync state"] == "Read; a newer review, of 2026-06-10, is missing"
    assert "june.xlsx is gone" in desk.told()
    desk.put("july.xlsx", review_of("A", JULY))
    desk.sync(today=JULY)
    assert desk.row("A")["Sync state"] == "Read"
    assert desk.history("A")["Reviews"] == "RGG"


def test_what_happened_to_files_is_told_once(desk: Desk) -> None:
    path = desk.put("a.xlsx", review_of("A", MAY), 5)
    desk.sync(today=MAY)
    os.utime(path, (LONG_AGO, LONG_AGO))
    desk.sync(today=MAY)
    assert desk.told().endswith("the time of reviews/a.xlsx went back; it says what it said")
    assert desk.row("A")["Sync state"] == "Read"
    desk.put("a.xlsx", with_red(review_of("A", MAY), 3), 6)
    desk.sync(today=JUNE)
    desk.put("a.xlsx", review_of("A", MAY), 7)
    desk.sync(today=JULY)
    assert desk.told().endswith("reviews/a.xlsx says again what it said on 2026-05-10")
    path.rename(desk.reviews / "b.xlsx")
    desk.sync(today=JULY)
    assert desk.told().endswith("reviews/a.xlsx was renamed to b.xlsx")
    (desk.reviews / "done").mkdir()
    (desk.reviews / "b.xlsx").rename(desk.reviews / "done" / "b.xlsx")
    desk.sync(today=JULY)
    assert desk.told().endswith("reviews/b.xlsx moved to reviews/done/b.xlsx")
    shutil.move(desk.reviews / "done" / "b.xlsx", "away.xlsx")
    desk.put("other.xlsx", review_of("B", MAY))
    desk.sync(today=JULY)
    assert desk.told().endswith("reviews/done/b.xlsx is gone")
    shutil.move("away.xlsx", desk.reviews / "done" / "b.xlsx")
    desk.sync(today=JULY)
    assert desk.told().endswith("reviews/done/b.xlsx is back")
    runs = len(desk.table("Runs"))
    desk.sync(today=JULY)
    assert len(desk.table("Runs")) == runs


def test_a_whole_drive_whose_clock_went_back_takes_one_line(desk: Desk) -> None:
    for name in "abcde":
        desk.put(f"{name}.xlsx", review_of(name.upper(), MAY), 5)
    desk.sync(today=MAY)
    for path in desk.reviews.iterdir():
        os.utime(path, (LONG_AGO, LONG_AGO))
    desk.sync(today=MAY)
    assert (
        desk.told()
        == "No decision changed; the times of 5 files went back; they say what they said"
    )


# Reviews whose sheets were put away


def test_reviews_that_were_put_away_still_count_as_history(desk: Desk) -> None:
    may = msgspec.structs.replace(review_of("A", MAY), regate_on=JUNE)
    desk.put("may.xlsx", with_red(may, 3, due=JUNE))
    desk.sync(today=MAY)
    (desk.reviews / "may.xlsx").unlink()
    desk.put("june.xlsx", with_yellow(review_of("A", JUNE), 3, JULY))
    desk.sync(today=JUNE)
    row = desk.history("A")
    assert row["Reviews"] == "RY"
    assert (row["Trend"], row["Due dates moved"], row["Re-gates kept"]) == ("better", 1, 1)
    assert desk.row("A")["Since last review"] == "was “Launch delayed”; gate 3 better"


def test_the_review_before_is_the_one_that_was_put_away(desk: Desk) -> None:
    desk.put("may.xlsx", with_red(review_of("A", MAY), 3))
    desk.put("june.xlsx", with_red(review_of("A", JUNE), 4))
    desk.sync(today=JUNE)
    (desk.reviews / "june.xlsx").unlink()
    desk.put("july.xlsx", with_red(review_of("A", JULY), 3))
    desk.sync(today=JULY)
    assert desk.row("A")["Since last review"] == "gate 4 better; gate 3 worse"


def test_launched_without_passing_is_known_from_the_ledger(desk: Desk) -> None:
    desk.put("may.xlsx", with_red(review_of("A", MAY), 3))
    desk.sync(today=MAY)
    (desk.reviews / "may.xlsx").unlink()
    live = review_of("A", JULY, live="Yes", launch_date=JUNE)
    desk.put("july.xlsx", with_red(live, 3))
    desk.sync(today=JULY)
    assert "launched-without-passing" in {row["Code"] for row in desk.table("Findings")}
    assert "2026-05-10" in desk.history("A")["Launched without passing"]
    desk.put("july.xlsx", live, 1)
    desk.sync(today=JULY)
    assert desk.history("A")["Launched without passing"] is None


def test_without_a_ledger_the_portfolio_knows_what_it_can(desk: Desk) -> None:
    desk.put("may.xlsx", with_red(review_of("A", MAY), 3))
    Office.sync(desk, "--ledger", "off", today=MAY)
    (desk.reviews / "may.xlsx").unlink()
    desk.put("june.xlsx", review_of("A", JUNE))
    Office.sync(desk, "--ledger", "off", today=JUNE)
    row = desk.history("A")
    assert (row["Reviews"], row["Trend"]) == ("RG", "better")
    assert len(desk.table("Decisions")) == 2
