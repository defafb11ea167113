"""scripts/sync: what a scheduler gets from it. The program it starts is a stand-in; it is not."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import time
from pathlib import Path

import pytest

_CHECKOUT = Path(__file__).parents[2]
# From CLI.md's table; 3 belongs to `check` alone.
_MEANINGS = {
    0: "done",
    1: "done, but some sheets could not be read or marked",
    2: "wrong usage, configuration or checklist: nothing was read or written",
    4: "the portfolio could not be written: what was there is intact",
    5: "another sync is running",
}


class _Desk:
    """A checkout with the script and a stand-in for gatebook, and an empty folder to work in."""

    def __init__(self, folder: Path) -> None:
        self.root = folder / "check out"
        self.work = folder / "work"
        self.log = self.work / "gatebook-sync.log"
        (self.root / "scripts").mkdir(parents=True)
        self.work.mkdir()
        shutil.copy(_CHECKOUT / "scripts" / "sync", self.root / "scripts" / "sync")

    def gatebook(self, body: str, folder: Path | None = None) -> None:
        """Put a stand-in into .venv/bin, or another folder."""
        program = (folder or self.root / ".venv" / "bin") / "gatebook"
        program.parent.mkdir(parents=True, exist_ok=True)
        program.write_text(f"#!/bin/sh\n{body}\n", encoding="utf-8")
        program.chmod(0o755)

    def start(self, *arguments: str, **environment: str) -> subprocess.Popen[str]:
        """Start the script with a scheduler's bare environment."""
        bare = {"PATH": "/usr/bin:/bin", "LC_ALL": "C"} | environment
        return subprocess.Popen(
            [str(self.root / "scripts" / "sync"), *arguments],
            cwd=self.work,
            env=bare,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            encoding="utf-8",
        )

    def run(self, *arguments: str, **environment: str) -> tuple[int, str, str]:
        """Exit code, standard output, standard error."""
        process = self.start(*arguments, **environment)
        output, errors = process.communicate(timeout=30)
        return process.returncode, output, errors


@pytest.fixture
def desk(tmp_path: Path) -> _Desk:
    return _Desk(tmp_path)


@pytest.mark.parametrize("code", [*_MEANINGS, 3, 77])
def test_the_exit_code_is_passed_on_and_explained(desk: _Desk, code: int) -> None:
    desk.gatebook(f"exit {code}")
    assert desk.run()[0] == code
    meaning = _MEANINGS.get(code, "unexpected: see below")
    assert f" exit={code} ({meaning}) " in desk.log.read_text(encoding="utf-8")


def test_one_line_a_run_then_what_it_said(desk: _Desk) -> None:
    desk.gatebook("echo 'Žofie: read 3'; echo 'and a warning' >&2")
    assert desk.run("my reviews", "--portfolio", "p.xlsx") == (0, "", "")
    desk.run()
    lines = desk.log.read_text(encoding="utf-8").splitlines()
    pattern = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ exit=0 \(done\) seconds=\d+ sync(.*)"
    first = re.fullmatch(pattern, lines[0])
    second = re.fullmatch(pattern, lines[3])
    assert first
    assert first[1] == " my reviews --portfolio p.xlsx"
    assert second
    assert second[1] == ""
    assert lines[1:3] == ["    Žofie: read 3", "    and a warning"]
    assert len(lines) == 6


def test_arguments_arrive_unchanged(desk: _Desk) -> None:
    desk.gatebook("for each; do printf '<%s>' \"$each\"; done")
    desk.run("two words", "*", "", 'a"b', "$HOME")
    said = desk.log.read_text(encoding="utf-8").splitlines()[1]
    assert said == '    <sync><two words><*><><a"b><$HOME>'


def test_a_line_break_in_an_argument_makes_no_second_entry(desk: _Desk) -> None:
    desk.gatebook("exit 0")
    desk.run("a\n2026-01-01T00:00:00Z exit=0")
    assert len(desk.log.read_text(encoding="utf-8").splitlines()) == 1


def test_no_password_in_the_log(desk: _Desk) -> None:
    desk.gatebook("exit 5")
    _, _, errors = desk.run("--ledger", "postgresql://ops:s3cret@db.example/gates")
    log = desk.log.read_text(encoding="utf-8")
    assert "postgresql://***@db.example/gates" in log
    assert "s3cret" not in log + errors


def test_trouble_is_said_on_standard_error_too(desk: _Desk) -> None:
    """cron sends what a job prints as mail: silence means that all is well."""
    desk.gatebook("echo details; exit 4")
    _, output, errors = desk.run()
    assert output == ""
    assert _MEANINGS[4] in errors
    assert "gatebook-sync.log" in errors


def test_gatebook_is_taken_from_the_path_where_there_is_no_venv(desk: _Desk) -> None:
    elsewhere = desk.work / "bin"
    desk.gatebook("echo from the path", elsewhere)
    assert desk.run(PATH=f"{elsewhere}:/usr/bin:/bin")[0] == 0
    assert "    from the path" in desk.log.read_text(encoding="utf-8")


def test_no_gatebook_at_all_says_how_to_get_it(desk: _Desk) -> None:
    assert desk.run()[0] == 127
    log = desk.log.read_text(encoding="utf-8")
    assert "exit=127 (gatebook was not found)" in log
    assert "scripts/setup" in log


def test_the_log_goes_where_gatebook_log_says(desk: _Desk) -> None:
    desk.gatebook("exit 0")
    desk.run(GATEBOOK_LOG=str(desk.root / "own.log"))
    assert (desk.root / "own.log").is_file()
    assert not desk.log.exists()


def test_a_log_that_cannot_be_written_stops_no_sync(desk: _Desk) -> None:
    desk.gatebook("echo read 3; exit 1")
    code, _, errors = desk.run(GATEBOOK_LOG="no/such/folder/own.log")
    assert code == 1
    assert "set GATEBOOK_LOG" in errors
    assert "    read 3" in errors


def test_a_full_log_makes_room_and_keeps_the_last_one(desk: _Desk) -> None:
    desk.gatebook("exit 0")
    old = desk.work / "gatebook-sync.log.1"
    desk.log.write_text("x" * 100, encoding="utf-8")
    desk.run(GATEBOOK_LOG_BYTES="100")
    assert not old.exists()
    desk.run(GATEBOOK_LOG_BYTES="100")
    assert old.read_text(encoding="utf-8").startswith("x" * 100)
    assert desk.log.read_text(encoding="utf-8").count("exit=0") == 1
    assert len(list(desk.work.iterdir())) == 2


def test_a_stop_reaches_the_sync_which_ends_in_its_own_time(desk: _Desk) -> None:
    on_stop = "kill $!; sleep 0.2; echo put away; exit 4"
    desk.gatebook(f"trap '{on_stop}' TERM; sleep 20 & : >started; wait $!")
    process = desk.start()
    until = time.monotonic() + 10
    while not (desk.work / "started").exists() and time.monotonic() < until:
        time.sleep(0.01)
    os.kill(process.pid, signal.SIGTERM)
    process.communicate(timeout=10)
    assert process.returncode == 4
    log = desk.log.read_text(encoding="utf-8")
    assert " exit=4 " in log
    assert "    put away" in log


def test_a_sync_that_is_killed_is_logged_as_such(desk: _Desk) -> None:
    desk.gatebook("kill -TERM $$")
    assert desk.run()[0] == 143
    assert "exit=143 (stopped by signal 15)" in desk.log.read_text(encoding="utf-8")


def test_no_temporary_file_stays_behind(desk: _Desk) -> None:
    desk.gatebook("exit 1")
    scratch = desk.work / "scratch"
    scratch.mkdir()
    desk.run(TMPDIR=str(scratch))
    assert list(scratch.iterdir()) == []


@pytest.mark.parametrize("file", ["scripts/sync", "scripts/sync.ps1", "docs/scheduling.md"])
def test_every_place_gives_the_codes_the_same_meaning(file: str) -> None:
    text = (_CHECKOUT / file).read_text(encoding="utf-8")
    for code, meaning in _MEANINGS.items():
        assert re.search(rf"^[ |]*{code}\b.*{re.escape(meaning)}", text, re.MULTILINE), meaning


def test_the_windows_script_is_plain_ascii() -> None:
    """Windows PowerShell 5.1 reads a script without a mark in the country's old code page."""
    assert (_CHECKOUT / "scripts" / "sync.ps1").read_bytes().isascii()
