"""Write beside and replace: a file is the old one or the new one, never half of one."""

from __future__ import annotations

import contextlib
import errno
import os
import re
import secrets
import stat
import time
from collections.abc import Callable
from pathlib import Path

from gatebook.backends.protocol import Unwritable

# EFBIG is a limit on file size, which to a person is the same as a full disk.
_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
# How a file is called while it is written.
_UNFINISHED = re.compile(r"\.gatebook-[0-9a-f]{12}\.tmp")
# Writing takes seconds; what is older, in seconds, was left by a process that was killed.
_LEFT_BEHIND = 3_600.0
_WRITABLE = stat.S_IWUSR | stat.S_IWGRP | stat.S_IWOTH


class _InUse(Exception):
    """The old file cannot be replaced now; the text says why, `remedy` what to do."""

    def __init__(self, reason: str, remedy: str) -> None:
        super().__init__(reason)
        self.remedy = remedy


def replace_file(path: Path, write: Callable[[Path], None]) -> None:
    """Replace `path` by what `write` writes to the path that it is given.

    Raises Unwritable where that cannot be; the old file is then as it was. If the old file is open,
    read-only or held by the system, the new one is kept beside it as "name (new).xlsx". Whatever
    else `write` raises is passed on, and nothing is left behind.
    """
    target = Path(os.path.realpath(path))
    _check_place(path, target)
    temporary = target.with_name(f".gatebook-{secrets.token_hex(6)}.tmp")
    _clear_away(target.parent)
    try:
        _write_whole(temporary, target, write, path)
        try:
            _check_unused(target)
            _swap(temporary, target)
        except _InUse as problem:
            _keep_beside(temporary, path, target, problem)
    finally:
        with contextlib.suppress(OSError):
            temporary.unlink()


def _check_place(path: Path, target: Path) -> None:
    try:
        is_folder = stat.S_ISDIR(target.stat().st_mode)
    except FileNotFoundError:
        is_folder = False
    except OSError as problem:
        raise _unwritable(problem, path) from problem
    if is_folder:
        raise Unwritable(
            f"{path} is a folder, and a file should be written there.",
            "Give the name of a file in it, ending in .xlsx.",
        )
    if not target.parent.is_dir():
        raise Unwritable(
            f"{path} cannot be written: the folder {path.parent} does not exist.",
            "Create the folder, or correct the path.",
        )


def _clear_away(folder: Path) -> None:
    """Delete what processes that were killed left unfinished in a folder; as far as it lets us."""
    with contextlib.suppress(OSError), os.scandir(folder) as entries:
        for entry in entries:
            if _UNFINISHED.fullmatch(entry.name) and (
                entry.stat(follow_symlinks=False).st_mtime < time.time() - _LEFT_BEHIND
            ):
                with contextlib.suppress(OSError):
                    os.unlink(entry.path)


def _write_whole(temporary: Path, target: Path, write: Callable[[Path], None], path: Path) -> None:
    """Write the new file to the disk, with the permissions of the old one."""
    try:
        # Made by us first, so that it gets this person's usual permissions.
        os.close(os.open(temporary, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o666))
        write(temporary)
        with contextlib.suppress(FileNotFoundError):
            temporary.chmod(stat.S_IMODE(target.stat().st_mode) | stat.S_IWUSR)
        with temporary.open("rb+") as file:
            os.fsync(file.fileno())
    except OSError as problem:
        raise _unwritable(problem, path) from problem


def _unwritable(problem: OSError, path: Path) -> Unwritable:
    folder = "this folder" if path.parent == Path() else path.parent
    if problem.errno in _FULL:
        return Unwritable(
            f"{path} could not be written: the disk is full. The old file is as it was.",
            f"Make room where {folder} is, then run this again.",
        )
    if isinstance(problem, PermissionError) or problem.errno == errno.EROFS:
        return Unwritable(
            f"{path} could not be written: no permission to write in {folder}.",
            "Ask whoever owns that folder to let you write there, or choose another folder.",
        )
    return Unwritable(
        f"{path} could not be written: {problem.strerror or problem}. The old file is as it was.",
        "Check the path, then run this again.",
    )


def _check_unused(target: Path) -> None:
    """Raises _InUse if somebody has the old file open, or if it is marked read-only."""
    if not target.exists():
        return
    for program, lock in (
        ("Excel", target.with_name(f"~${target.name}")),
        ("LibreOffice", target.with_name(f".~lock.{target.name}#")),
    ):
        if lock.exists():
            raise _InUse(
                f"somebody has it open in {program}",
                "close it there and run this again "
                f"(if nobody has it open, delete {lock.name} first)",
            )
    if not target.stat().st_mode & _WRITABLE:
        raise _InUse(
            "it is marked read-only",
            "allow writing to it, or choose another name, and run this again",
        )


def _swap(temporary: Path, target: Path) -> None:
    """Put the new file in the old one's place, for good. Raises _InUse if the system refuses."""
    try:
        os.replace(temporary, target)
    except OSError as problem:
        # Windows refuses while any program has the file open, with or without a lock file.
        raise _InUse(
            f"the system does not let it be replaced ({problem.strerror})",
            "close it in every program that has it open, and run this again",
        ) from problem
    _sync_folder(target.parent)


def _sync_folder(folder: Path) -> None:
    """Make the new name survive a power cut, where the system offers that."""
    if os.name != "posix":
        return
    with contextlib.suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def _keep_beside(temporary: Path, path: Path, target: Path, problem: _InUse) -> None:
    """Keep the new file as "name (new).xlsx" and say so. Always raises Unwritable."""
    beside = target.with_name(f"{target.stem} (new){target.suffix}")
    try:
        _check_unused(beside)
        os.replace(temporary, beside)
    except (OSError, _InUse):
        kept, remedy = "Nothing was written", f"Please {problem.remedy}."
    else:
        kept = f"It is as it was, and the new one is kept as {beside}"
        remedy = f"Please {problem.remedy}; or use {beside.name} instead."
    raise Unwritable(f"{path} could not be replaced: {problem}. {kept}.", remedy) from problem
