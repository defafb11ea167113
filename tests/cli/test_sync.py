"""`gatebook sync`: its JSON, its exit codes, its settings, and when it writes. Source: CLI.md."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import msgspec
import openpyxl
import pytest
from filelock import FileLock

from tests.abuse.marks import abuse
from tests.cli.conftest import Office, review_of, table_of, with_red, with_yellow, write_form
from tests.support import hostile
from tests.support.builders import LAUNCH, TODAY

_KEYS = {
    *("schema", "today", "portfolio", "written", "read", "unchanged", "unreadable", "requests"),
    *("systems", "decisions", "changes", "overdue_actions"),
    # More than the contract asks for: which they are, as `check --json` names them, and systems of
    # the portfolio that were not there.
    *("unreadable_sheets", "not_found", "set_back"),
}


def files(folder: Path) -> set[str]:
    """What stands in a folder and below, by relative path; locks aside."""
    found = (path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())
    return {name for name in found if not name.endswith(".lock")}


# JSON


def test_json_has_the_keys_of_the_contract(office: Office) -> None:
    office.form("a.xlsx", review_of("A"))
    office.form("b.xlsx", with_yellow(review_of("B"), 5, date(2026, 11, 2)))
    office.form("c.xlsx", with_red(review_of("C"), 5))
    office.form("d.xlsx", review_of("D", backup=""))
    (office.reviews / "e.xlsx").write_bytes(b"")
    ran = office.sync("--json")
    told = ran.json
    assert ran.code == 1
    assert set(told) == _KEYS
    assert (told["schema"], told["today"], told["portfolio"]) == (1, "2026-11-23", "portfolio.xlsx")
    assert (told["written"], told["read"], told["unreadable"], told["systems"]) == (True, 5, 1, 4)
    assert (told["unchanged"], told["requests"], told["overdue_actions"]) == (0, 0, 1)
    assert told["decisions"] == {
        "launch": 1,
        "launch-with-plan": 1,
        "delayed": 1,
        "incomplete": 1,
    }
    assert told["changes"][0] == {"system": "A", "from": None, "to": "launch"}
    assert len(told["changes"]) == 4
    (unread,) = told["unreadable_sheets"]
    assert set(unread) == {"location", "tab", "code", "message", "remedy"}
    assert "e.xlsx" in ran.err


def test_json_tells_changes_from_one_sync_to_the_next(office: Office) -> None:
    office.form("a.xlsx", with_red(review_of("Überblick"), 3))
    office.form("b.xlsx", review_of("B"))
    office.sync()
    office.form("a.xlsx", review_of("Überblick"))
    told = office.sync("--json").json
    assert told["changes"] == [{"system": "Überblick", "from": "delayed", "to": "launch"}]
    again = office.sync("--json").json
    assert (again["changes"], again["written"]) == ([], False)


def test_people_read_totals_changes_and_where_it_was_written(office: Office) -> None:
    office.form("a.xlsx", with_red(review_of("A"), 3))
    ran = office.sync()
    assert ran.code == 0
    assert ran.err == ""
    lines = ran.out.splitlines()
    assert lines == [
        "1 system · 1 delayed or red in production · 0 incomplete · 0 with a plan · 0 launch or stay live · "
        "0 overdue actions",
        "  A: Launch delayed; re-gate date not set · 3 Confidential data handled (Mia Berg)",
        "Wrote portfolio.xlsx.",
    ]
    office.form("a.xlsx", review_of("A"))
    assert office.sync().out.splitlines()[1:] == [
        "  A: Launch this week · was “Launch delayed”",
        "Wrote portfolio.xlsx.",
    ]


def test_quiet_prints_only_what_could_not_be_read(office: Office) -> None:
    office.form("a.xlsx", review_of("A"))
    assert office.sync("--quiet")[:] == (0, "", "")
    (office.reviews / "b.xlsx").write_bytes(b"")
    ran = office.sync("--quiet")
    assert (ran.code, ran.out) == (1, "")
    assert "could not be read: reviews/b.xlsx: the file is empty" in ran.err
    assert "What to do:" in ran.err


def test_verbose_names_what_was_passed_over(office: Office) -> None:
    """PAINS 19."""
    office.form("a.xlsx", review_of("A"))
    (office.reviews / "~$a.xlsx").write_bytes(b"x")
    (office.reviews / "notes.txt").write_text("x", encoding="utf-8")
    ran = office.sync("--verbose")
    assert ran.code == 0
    assert "~$a.xlsx" in ran.err
    assert "notes.txt" in ran.err
    (run,) = office.table("Runs")
    assert run["Passed over"] == 2


# Locations and settings


def test_locations_and_portfolio_come_from_gatebook_toml_above(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Paths in it count from its own folder, wherever the command is run."""
    config = 'locations = ["reviews", "more/*.xlsx"]\nportfolio = "out/p.xlsx"\n'
    (office.folder / "gatebook.toml").write_text(config, encoding="utf-8")
    (office.folder / "out").mkdir()
    office.form("a.xlsx", review_of("A"))
    write_form(office.folder / "more" / "b.xlsx", review_of("B"))
    deep = office.folder / "x" / "y"
    deep.mkdir(parents=True)
    for folder in (office.folder, deep):
        monkeypatch.chdir(folder)
        ran = office.run("sync", "--json", "--today", TODAY)
        assert ran.code == 0
        assert (ran.json["systems"], ran.json["written"]) == (2, folder == office.folder)
    assert len(table_of(office.folder / "out" / "p.xlsx", "Portfolio")) == 2
    assert files(deep) == set()


def test_what_is_given_wins_over_gatebook_toml(office: Office) -> None:
    config = 'locations = ["nowhere"]\nportfolio = "nowhere/p.xlsx"\n'
    (office.folder / "gatebook.toml").write_text(config, encoding="utf-8")
    office.form("a.xlsx", review_of("A"))
    assert office.sync().code == 0
    assert office.portfolio.exists()


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ((), ["no location", "gatebook.toml"]),
        (("reviews",), ["no portfolio", "--portfolio"]),
        (("reviews", "--portfolio", "p.csv"), ["p.csv", ".xlsx"]),
        (("reviews", "--portfolio", "folder.xlsx"), ["folder.xlsx", "folder"]),
        (("reviews", "--portfolio", "https://x.example/p.xlsx"), ["https://x.example"]),
        (("nowhere", "--portfolio", "p.xlsx"), ["nowhere", "What to do"]),
        (("reviews", "nowhere", "--portfolio", "p.xlsx"), ["nowhere"]),
        (("https://x.example/s", "--portfolio", "p.xlsx"), ["https://x.example/s"]),
        (("reviews", "--portfolio", "p.xlsx", "--checklist", "lost.toml"), ["lost.toml"]),
        (("reviews", "--portfolio", "p.xlsx", "--config", "lost.toml"), ["lost.toml"]),
        (("reviews", "--portfolio", "p.xlsx", "--today", "tomorrow"), ["YYYY-MM-DD"]),
        (("reviews", "--portfolio", "p.xlsx", "--no-such"), ["--no-such"]),
    ],
)
def test_wrong_usage_reads_and_writes_nothing(
    office: Office, arguments: tuple[str, ...], words: list[str]
) -> None:
    office.form("a.xlsx", review_of("A"))
    (office.folder / "folder.xlsx").mkdir()
    before = files(office.folder)
    ran = office.run("sync", *arguments)
    assert (ran.code, ran.out) == (2, "")
    for word in words:
        assert word in ran.err
    assert files(office.folder) == before


def test_the_portfolio_among_the_reviews_is_no_review(office: Office) -> None:
    office.form("a.xlsx", review_of("A"))
    for name in ("reviews/p.xlsx", "reviews/../reviews/p.xlsx", str(office.reviews / "p.xlsx")):
        ran = office.run("sync", "reviews", "--portfolio", name, "--json", "--today", TODAY)
        assert (ran.code, ran.json["read"], ran.json["systems"]) == (0, 1, 1)
    # Another portfolio among them is passed over by its mark.
    shutil.copy(office.reviews / "p.xlsx", office.reviews / "p (new).xlsx")
    ran = office.sync("--verbose", "--json")
    assert (ran.code, ran.json["systems"]) == (0, 1)
    assert "p (new).xlsx: no review tab in it" in ran.err


def test_an_empty_folder_gives_an_empty_portfolio(office: Office) -> None:
    assert office.sync("--json").json["systems"] == 0
    assert office.table("Portfolio") == []
    assert office.sync("--json").json["written"] is False


# Dry run


def test_a_dry_run_writes_nothing_at_all(office: Office) -> None:
    office.form("a.xlsx", review_of("A"))
    before = files(office.folder)
    ran = office.sync("--dry-run")
    assert ran.code == 0
    assert "Would write portfolio.xlsx" in ran.out
    assert "1 launch or stay live" in ran.out
    assert {path.name for path in office.folder.iterdir()} == {"reviews"}
    assert files(office.folder) == before
    office.sync()
    state = office.state()
    assert "says all this already" in office.sync("--dry-run").out
    office.form("a.xlsx", with_red(review_of("A"), 3))
    told = office.sync("--dry-run", "--json").json
    assert told["written"] is False
    assert told["changes"] == [{"system": "A", "from": "launch", "to": "delayed"}]
    assert office.state() == state


# Exit 4: what is there stays


def _foreign(path: Path) -> None:
    book = openpyxl.Workbook()
    assert book.active is not None
    book.active["B2"] = "Budget"
    book.save(path)


def _review(path: Path) -> None:
    write_form(path, review_of("A"))


def _text(path: Path) -> None:
    path.write_text("System;Decision", encoding="utf-8")


def _cut(path: Path) -> None:
    path.write_bytes(hostile.truncated())


def _locked(path: Path) -> None:
    path.write_bytes(hostile.encrypted())


def _empty(path: Path) -> None:
    path.write_bytes(b"")


@pytest.mark.parametrize("make", [_foreign, _review, _text, _cut, _locked, _empty])
def test_a_file_there_that_is_no_portfolio_stays_as_it_is(office: Office, make: object) -> None:
    """PAINS 22, 23."""
    make(office.portfolio)  # type: ignore[operator]
    office.form("b.xlsx", review_of("B"))
    before = office.state()
    for arguments in ((), ("--dry-run",)):
        ran = office.sync(*arguments)
        assert (ran.code, ran.out) == (4, "")
        assert "portfolio.xlsx" in ran.err
        assert "What to do:" in ran.err
        assert "Nothing was written" in ran.err
        assert office.state() == before
    assert files(office.folder) == {"portfolio.xlsx", "reviews/b.xlsx"}


@pytest.mark.parametrize("lock", ["~$portfolio.xlsx", ".~lock.portfolio.xlsx#"])
@abuse("faults", 21)
def test_a_portfolio_that_is_open_is_kept_and_the_new_one_stands_beside(
    office: Office, lock: str
) -> None:
    """PAINS 21."""
    office.form("a.xlsx", review_of("A"))
    office.sync()
    before = office.state()
    (office.folder / lock).write_bytes(b"x")
    office.form("a.xlsx", with_red(review_of("A"), 3))
    ran = office.sync()
    assert (ran.code, ran.out) == (4, "")
    assert office.state() == before
    assert "portfolio (new).xlsx" in ran.err
    assert "open in" in ran.err
    (row,) = table_of(office.folder / "portfolio (new).xlsx", "Portfolio")
    assert row["Decision"].startswith("Launch delayed")
    (office.folder / lock).unlink()
    assert office.sync().code == 0
    assert office.row("A")["Decision"].startswith("Launch delayed")


def test_an_open_portfolio_that_need_not_change_is_no_trouble(office: Office) -> None:
    """PAINS 21: it is not written, so nobody is in the way."""
    office.form("a.xlsx", review_of("A"))
    office.sync()
    (office.folder / "~$portfolio.xlsx").write_bytes(b"x")
    assert office.sync().code == 0


def test_a_folder_that_is_not_there(office: Office) -> None:
    office.form("a.xlsx", review_of("A"))
    ran = office.run("sync", "reviews", "--portfolio", "out/p.xlsx")
    assert (ran.code, ran.out) == (4, "")
    assert "out" in ran.err
    assert not (office.folder / "out").exists()


@pytest.fixture
def closed(office: Office) -> Iterator[Office]:
    """The office with its folder open to everybody's eyes and to nobody's pen."""
    office.form("a.xlsx", review_of("A"))
    # Loads all that a sync needs; as somebody else this process may not read its own libraries.
    office.run("sync", "reviews", "--portfolio", "reviews/other.xlsx", "--today", TODAY)
    (office.reviews / "other.xlsx").unlink()
    for folder in office.folder.parents:
        if folder.stat().st_uid == os.geteuid() and len(folder.parts) > 2:
            folder.chmod(folder.stat().st_mode | 0o055)
    yield office
    office.folder.chmod(0o755)


@pytest.mark.skipif(os.name != "posix", reason="folders are closed in another way on Windows")
@pytest.mark.parametrize("there_already", [False, True])
@abuse("faults", 21, 30)
def test_a_folder_that_may_not_be_written_to(closed: Office, there_already: bool) -> None:
    office = closed
    if there_already:
        office.sync()
        (office.folder / ".portfolio.xlsx.lock").unlink(missing_ok=True)
        office.form("a.xlsx", with_red(review_of("A"), 3))
    before = files(office.folder)
    office.folder.chmod(0o555)
    with hostile.as_nobody():
        ran, dry = office.sync(), office.sync("--dry-run")
    assert (ran.code, ran.out) == (4, "")
    assert "cannot be written" in ran.err
    assert "What to do:" in ran.err
    assert dry.code == 0
    assert files(office.folder) == before


# Exit 5: one at a time


def test_a_second_sync_stops_while_the_first_holds_the_lock(office: Office) -> None:
    office.form("a.xlsx", review_of("A"))
    with FileLock(office.folder / ".portfolio.xlsx.lock"):
        started = time.monotonic()
        ran = office.sync()
        assert time.monotonic() - started < 5
        assert (ran.code, ran.out) == (5, "")
        assert "another sync is writing portfolio.xlsx" in ran.err
        assert not office.portfolio.exists()
        # Another portfolio is another matter, and looking is always allowed.
        assert office.run("sync", "reviews", "--portfolio", "other.xlsx").code == 0
        assert office.sync("--dry-run").code == 0
    assert office.sync().code == 0


@abuse("faults")
def test_a_lock_left_by_a_process_that_died_holds_nobody_up(office: Office) -> None:
    office.form("a.xlsx", review_of("A"))
    code = "import filelock, os; filelock.FileLock('.portfolio.xlsx.lock').acquire(); os._exit(9)"
    subprocess.run([sys.executable, "-c", code], timeout=60)
    assert office.sync().code == 0


@abuse("faults", 31)
def test_many_at_once_leave_one_whole_portfolio(office: Office) -> None:
    """Each either does its work or says that another is at it; the file is never half."""
    for number in range(6):
        office.form(f"{number}.xlsx", review_of(f"System {number}"))
    command = [sys.executable, "-m", "gatebook", "sync", "reviews", "--portfolio", "portfolio.xlsx"]
    running = [
        subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
        for _ in range(3)
    ]
    said = [process.communicate(timeout=60)[1].decode() for process in running]
    codes = sorted(process.returncode for process in running)
    assert set(codes) <= {0, 5}
    assert codes[0] == 0
    assert not any("Traceback" in text for text in said)
    assert len(office.table("Portfolio")) == 6
    made = {"portfolio.xlsx", "portfolio.ledger.db"}
    assert files(office.folder) == {*made, *(f"reviews/{n}.xlsx" for n in range(6))}


# Reproducible


def test_the_same_sheets_and_day_give_the_same_tables(office: Office) -> None:
    """What "today" is can be given, so every result can be made again."""
    office.form("a.xlsx", with_red(review_of("A"), 3, LAUNCH))
    office.form("b.xlsx", with_yellow(review_of("B"), 5, date(2026, 11, 2)))
    kept = {}
    for name in ("one.xlsx", "two.xlsx"):
        office.run("sync", "reviews", "--portfolio", name, "--today", TODAY)
        kept[name] = [
            table_of(office.folder / name, tab)
            for tab in ("Portfolio", "Actions", "Findings", "Gates", "Decisions")
        ]
    assert kept["one.xlsx"] == kept["two.xlsx"]


def test_another_day_shows_what_has_become_overdue(office: Office) -> None:
    office.form("a.xlsx", with_red(review_of("A", regate_on=LAUNCH), 3, LAUNCH))
    assert office.sync("--json").json["overdue_actions"] == 0
    later = office.sync("--json", today=LAUNCH + timedelta(3)).json
    assert (later["overdue_actions"], later["written"], later["changes"]) == (1, True, [])
    assert office.row("A")["Overdue actions"] == 1


def test_a_portfolio_written_through_a_link_keeps_the_link(office: Office) -> None:
    (office.folder / "real").mkdir()
    office.portfolio.symlink_to("real/p.xlsx")
    office.form("a.xlsx", review_of("A"))
    assert office.sync().code == 0
    assert office.portfolio.is_symlink()
    assert len(table_of(office.folder / "real" / "p.xlsx", "Portfolio")) == 1


def test_a_tab_of_the_portfolio_that_was_left_open_changes_nothing(office: Office) -> None:
    """PAINS 12: what the portfolio shows is stored in it, not computed when it is opened."""
    office.form("a.xlsx", review_of("A"))
    office.sync()
    values = openpyxl.load_workbook(office.portfolio, data_only=True)
    texts = openpyxl.load_workbook(office.portfolio)
    for tab in texts.sheetnames:
        shown = [[cell.value for cell in row] for row in values[tab].iter_rows()]
        assert shown == [[cell.value for cell in row] for row in texts[tab].iter_rows()]


def test_sheets_with_the_review_tab_copied_into_one_workbook(office: Office) -> None:
    """Several reviews may live in one file; each is read."""
    import dataclasses

    from gatebook.backends.excel.backend import ExcelBackend
    from gatebook.sheets.model import Workbook
    from gatebook.sheets.review_form import review_workbook
    from tests.support.builders import TWELVE

    books = [review_workbook(review_of(name), TWELVE) for name in "AB"]
    tabs = [
        dataclasses.replace(book.sheets[0], name=f"Review {place}")
        for place, book in enumerate(books)
    ]
    ExcelBackend().draw(
        Workbook(tuple(tabs), "Both", books[0].created), str(office.reviews / "both.xlsx")
    )
    told = office.sync("--json").json
    assert (told["read"], told["systems"], told["unreadable"]) == (1, 2, 0)
    assert {msgspec.json.decode(row["Key"])["tab"] for row in office.table("Portfolio")} == {
        "Review 0",
        "Review 1",
    }
