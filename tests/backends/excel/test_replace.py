"""Writing beside and replacing, on real files."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

import pytest

from gatebook.backends.excel.replace import replace_file
from gatebook.backends.protocol import Unwritable
from tests.abuse.marks import abuse

NEW = b"new"


def write_new(path: Path) -> None:
    path.write_bytes(NEW)


@pytest.fixture
def old(tmp_path: Path) -> Path:
    """A file that is there already."""
    path = tmp_path / "portfolio.xlsx"
    path.write_bytes(b"old")
    return path


def refused(path: Path, write: Callable[[Path], None] = write_new) -> Unwritable:
    with pytest.raises(Unwritable) as caught:
        replace_file(path, write)
    assert caught.value.remedy.endswith(".")
    return caught.value


def names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


def test_a_new_file_is_written(tmp_path: Path) -> None:
    replace_file(tmp_path / "a.xlsx", write_new)
    assert (tmp_path / "a.xlsx").read_bytes() == NEW
    assert names(tmp_path) == {"a.xlsx"}


def test_an_old_file_is_replaced(old: Path) -> None:
    replace_file(old, write_new)
    assert old.read_bytes() == NEW
    assert names(old.parent) == {old.name}


@pytest.mark.skipif(os.name != "posix", reason="permissions as numbers are POSIX's")
def test_permissions_are_those_of_the_old_file_or_the_usual_ones(old: Path) -> None:
    old.chmod(0o640)
    replace_file(old, write_new)
    before = os.umask(0o027)
    try:
        replace_file(old.with_name("b.xlsx"), write_new)
    finally:
        os.umask(before)
    found = [stat.S_IMODE(path.stat().st_mode) for path in (old, old.with_name("b.xlsx"))]
    assert found == [0o640, 0o640]


def test_a_symbolic_link_stays_one(old: Path) -> None:
    link = old.with_name("link.xlsx")
    link.symlink_to(old)
    replace_file(link, write_new)
    assert (link.is_symlink(), old.read_bytes()) == (True, NEW)


@pytest.mark.parametrize("failure", [RuntimeError("drawing stopped"), KeyboardInterrupt()])
def test_what_stops_the_writing_leaves_the_old_file_alone(
    old: Path, failure: BaseException
) -> None:
    def half(path: Path) -> None:
        path.write_bytes(b"ha")
        raise failure

    with pytest.raises(type(failure)):
        replace_file(old, half)
    assert (old.read_bytes(), names(old.parent)) == (b"old", {old.name})


@pytest.mark.parametrize(
    ("lock", "program"),
    [("~$portfolio.xlsx", "Excel"), (".~lock.portfolio.xlsx#", "LibreOffice")],
)
@abuse("portfolio", 21, 30)
def test_an_open_file_stays_and_the_new_one_is_kept_beside(
    old: Path, lock: str, program: str
) -> None:
    """PAINS 21, 30: what, where and what to do."""
    old.with_name(lock).write_bytes(b"Bo Li")
    problem = refused(old)
    beside = old.with_name("portfolio (new).xlsx")
    assert (old.read_bytes(), beside.read_bytes()) == (b"old", NEW)
    assert names(old.parent) == {old.name, beside.name, lock}
    assert program in problem.reason
    assert str(old) in problem.reason
    assert str(beside) in problem.reason
    assert "close it" in problem.remedy
    assert lock in problem.remedy


def test_a_second_try_replaces_what_was_kept_beside(old: Path) -> None:
    lock = old.with_name("~$portfolio.xlsx")
    lock.touch()
    refused(old)
    refused(old)
    assert old.with_name("portfolio (new).xlsx").read_bytes() == NEW
    lock.unlink()
    replace_file(old, write_new)
    assert old.read_bytes() == NEW


def test_where_both_are_open_nothing_is_written(old: Path) -> None:
    beside = old.with_name("portfolio (new).xlsx")
    beside.write_bytes(b"read by somebody")
    for lock in ("~$portfolio.xlsx", "~$portfolio (new).xlsx"):
        old.with_name(lock).touch()
    assert "Nothing was written" in refused(old).reason
    assert (old.read_bytes(), beside.read_bytes()) == (b"old", b"read by somebody")
    assert len(names(old.parent)) == 4


def test_a_lock_of_a_file_that_is_gone_does_not_matter(tmp_path: Path) -> None:
    (tmp_path / "~$a.xlsx").touch()
    replace_file(tmp_path / "a.xlsx", write_new)
    assert (tmp_path / "a.xlsx").read_bytes() == NEW


@abuse("portfolio", 21)
def test_a_read_only_file_stays(old: Path) -> None:
    """PAINS 21; also where the system would let us, as it does root."""
    old.chmod(0o444)
    assert "read-only" in refused(old).reason
    assert old.read_bytes() == b"old"
    assert old.with_name("portfolio (new).xlsx").read_bytes() == NEW


@abuse("portfolio", 21)
def test_a_file_that_the_system_holds_stays(old: Path) -> None:
    """PAINS 21: as on Windows, where an open file cannot be replaced."""

    def and_take_its_place(path: Path) -> None:
        # A folder in the file's place: os.replace is refused by the system itself.
        path.write_bytes(NEW)
        old.unlink()
        old.mkdir()

    assert "does not let it be replaced" in refused(old, and_take_its_place).reason
    assert old.with_name("portfolio (new).xlsx").read_bytes() == NEW


def test_a_folder_that_is_not_there_is_not_made(tmp_path: Path) -> None:
    problem = refused(tmp_path / "missing" / "a.xlsx")
    assert f"the folder {tmp_path / 'missing'} does not exist" in problem.reason
    assert names(tmp_path) == set()


def test_a_folder_is_no_file(tmp_path: Path) -> None:
    assert "is a folder" in refused(tmp_path).reason


def test_a_name_that_the_system_refuses(tmp_path: Path) -> None:
    assert "could not be" in refused(tmp_path / ("x" * 300 + ".xlsx")).reason
    assert names(tmp_path) == set()


_ON_A_SMALL_DISK = """
import resource, sys
from pathlib import Path
from gatebook.backends.excel.replace import replace_file
from gatebook.backends.protocol import Unwritable

resource.setrlimit(resource.RLIMIT_FSIZE, (50_000, 50_000))
try:
    replace_file(Path(sys.argv[1]), lambda path: path.write_bytes(b"x" * 100_000))
except Unwritable as problem:
    print(problem.reason, problem.remedy)
"""


@pytest.mark.skipif(os.name != "posix", reason="limits of a process are POSIX's")
@abuse("faults", 21, 30)
def test_a_full_disk_leaves_the_old_file(old: Path) -> None:
    said = subprocess.run(
        [sys.executable, "-c", _ON_A_SMALL_DISK, str(old)],
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    assert "the disk is full. The old file is as it was." in said
    assert "Make room" in said
    assert (old.read_bytes(), names(old.parent)) == (b"old", {old.name})


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="only Linux has a device that is full")
@abuse("faults", 21, 30)
def test_the_system_saying_no_space_left_is_a_full_disk(old: Path) -> None:
    def onto_a_full_device(path: Path) -> None:
        with open("/dev/full", "wb") as full:
            full.write(NEW)

    assert "the disk is full" in refused(old, onto_a_full_device).reason
    assert (old.read_bytes(), names(old.parent)) == (b"old", {old.name})


@pytest.mark.skipif(
    not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root can become somebody else"
)
@abuse("faults", 21, 30)
def test_no_permission_in_the_folder() -> None:
    # Not in pytest's own folder, which lets nobody else in.
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o755)
        old = folder / "portfolio.xlsx"
        old.write_bytes(b"old")
        os.seteuid(65534)
        try:
            problem = refused(old)
        finally:
            os.seteuid(0)
        assert f"no permission to write in {folder}" in problem.reason
        assert "Ask whoever owns that folder" in problem.remedy
        assert (old.read_bytes(), names(folder)) == (b"old", {old.name})


@pytest.mark.skipif(
    not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root can become somebody else"
)
@abuse("faults", 21, 30)
def test_a_folder_that_nobody_may_look_into(old: Path) -> None:
    old.parent.chmod(0o700)
    os.seteuid(65534)
    try:
        problem = refused(old)
    finally:
        os.seteuid(0)
    assert f"no permission to write in {old.parent}" in problem.reason
