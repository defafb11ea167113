"""Answers kept on disk: used for the very version they were read for, and never relied on."""

import gzip
import stat
import sys
from pathlib import Path

import pytest

from gatebook.backends.google.answers import Answers

HOUR = 3600.0


def kept(folder: Path, now: float = 10 * HOUR) -> Answers:
    return Answers(folder / "google", clock=lambda: now)


def test_an_answer_is_used_for_its_version_alone(tmp_path: Path) -> None:
    kept(tmp_path).put("sheet", "41", HOUR, b'{"sheets": []}')
    assert kept(tmp_path).get("sheet", "41") == {"sheets": []}
    assert kept(tmp_path).get("sheet", "42") is None
    assert kept(tmp_path).get("sheet", "") is None
    assert kept(tmp_path).get("another", "41") is None


def test_what_changed_minutes_ago_is_read_again(tmp_path: Path) -> None:
    """A version may be listed before the last of its edits are."""
    kept(tmp_path).put("sheet", "41", 10 * HOUR - 299, b"{}")
    assert kept(tmp_path).get("sheet", "41") is None
    kept(tmp_path).put("sheet", "41", 10 * HOUR - 301, b"{}")
    assert kept(tmp_path).get("sheet", "41") == {}


@pytest.mark.parametrize("reuse", [True, False])
def test_within_a_run_it_is_what_it_was_when_it_was_read(reuse: bool, tmp_path: Path) -> None:
    answers = Answers(tmp_path / "google", reuse=reuse, clock=lambda: 10 * HOUR)
    answers.put("sheet", "41", 10 * HOUR - 1, b"{}")
    assert answers.get("sheet", "41") == {}
    assert answers.get("sheet", "42") is None


@pytest.mark.parametrize(
    "damage",
    [
        b"",
        b"no gzip",
        b"\x1f\x8b\x08\x00broken",
        gzip.compress(b"{}")[:-9] + b"123456789",
        gzip.compress(b"[]"),
    ],
    ids=["empty", "no gzip", "cut", "wrong checksum", "another shape"],
)
def test_a_damaged_file_is_no_trouble(tmp_path: Path, damage: bytes) -> None:
    kept(tmp_path).put("sheet", "41", HOUR, b"{}")
    (file,) = (tmp_path / "google").iterdir()
    file.write_bytes(damage)
    assert kept(tmp_path).get("sheet", "41") is None


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has other rights")
def test_only_the_owner_may_read_what_sheets_say(tmp_path: Path) -> None:
    kept(tmp_path).put("sheet", "41", HOUR, b"{}")
    (file,) = (tmp_path / "google").iterdir()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700


def test_a_place_that_cannot_be_written_is_no_trouble(tmp_path: Path) -> None:
    (tmp_path / "google").write_text("a file where the folder should be")
    kept(tmp_path).put("sheet", "41", HOUR, b"{}")
    assert kept(tmp_path).get("sheet", "41") is None
