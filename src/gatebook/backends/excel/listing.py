"""Which workbooks stand at a file, in a folder, or match a pattern."""

from __future__ import annotations

import difflib
import fnmatch
import os
import stat
from collections.abc import Iterator
from pathlib import Path

from gatebook.backends.excel import limits
from gatebook.backends.excel.foreign import SAVE_AS_XLSX
from gatebook.backends.protocol import Listing, Passed, Source, Unreadable
from gatebook.sheets.attention import is_list_name

READABLE = (".xlsx", ".xlsm")
LIST_OF_OURS = "gatebook's list of what needs attention"

OTHER_SPREADSHEETS = {
    ".xls": "an old Excel workbook",
    ".xlsb": "a binary Excel workbook",
    ".xlt": "an old Excel template",
    ".xltx": "an Excel template",
    ".xltm": "an Excel template",
    ".ods": "an OpenDocument spreadsheet",
    ".fods": "an OpenDocument spreadsheet",
    ".ots": "an OpenDocument template",
    ".numbers": "an Apple Numbers document",
    ".et": "a WPS spreadsheet",
    ".gsheet": "a shortcut to a Google spreadsheet",
}
_REMEDIES = {".gsheet": "Open it in the browser and give its address (https://docs.google.com/…)."}
_TEXT_TABLES = {".csv": "a text table (CSV)", ".tsv": "a text table (TSV)"}
WILD = frozenset("*?[")


def list_location(location: str) -> Listing:
    """The workbooks at a file, in a folder and its subfolders, or matching a pattern (`**` works).

    A path that exists wins over its meaning as a pattern. Locations are as typed, with forward
    slashes, sorted by name within each folder. Raises Unreadable if nothing is there.
    """
    if not location.strip():
        raise Unreadable(
            "the location is empty", "Give an .xlsx file, a folder, or a pattern such as *.xlsx."
        )
    path = Path(os.path.expanduser(location))
    found = _Found()
    if _exists(path):
        found.add_named(path)
    elif WILD & set(location):
        _match(path, found)
        if not found.seen:
            raise Unreadable(
                f"no file or folder matches the pattern {location!r}{_seen_from(path)}",
                "Check the folder and the pattern; ** stands for any folders between.",
            )
    else:
        raise _missing(path, location)
    return Listing(tuple(found.sources), tuple(found.passed))


class _Found:
    """Collects what is met. No folder is entered twice, so links cannot lead in circles."""

    def __init__(self) -> None:
        self.sources: list[Source] = []
        self.passed: list[Passed] = []
        self.seen: set[str] = set()
        self._folders: set[tuple[int, int]] = set()
        self._entries = 0

    def add_named(self, path: Path) -> None:
        """A file or folder that was asked for by name: what cannot be read is a problem."""
        if path.is_dir():
            self.add_folder(path, named=True)
        else:
            self.add_file(path, named=True)

    def add_folder(self, folder: Path, named: bool = False, deep: int = 0) -> None:
        """Every workbook in a folder and its subfolders."""
        self.seen.add(folder.as_posix())
        if deep > limits.MAX_FOLDERS_DEEP:
            self._pass(
                folder.as_posix(),
                "this folder is nested too deep",
                "Give it by its own name.",
                True,
            )
            return
        try:
            if not self.enter(folder):
                return
            entries = self.entries(folder)
        except OSError as error:
            reason = f"this folder cannot be opened ({error.strerror})"
            remedy = "Ask its owner for access, or leave it out."
            if named:
                raise Unreadable(reason, remedy) from error
            self._pass(folder.as_posix(), reason, remedy, True)
            return
        # Ten thousand names are put together far faster as texts than as paths.
        above = (folder / "x").as_posix()[:-1]
        for entry in entries:
            if not _is_folder(entry):
                self._add_file(above + entry.name)
            elif entry.name.startswith("."):
                self._pass(above + entry.name, "hidden folder (its name begins with a dot)")
            else:
                self.add_folder(folder / entry.name, deep=deep + 1)

    def enter(self, folder: Path) -> bool:
        """Whether a folder is new. Raises OSError."""
        status = folder.stat()
        identity = (status.st_dev, status.st_ino)
        if identity in self._folders:
            return False
        self._folders.add(identity)
        return True

    def entries(self, folder: Path) -> list[os.DirEntry[str]]:
        """What a folder holds, by name. Raises OSError, or Unreadable where it is too much."""
        with os.scandir(folder) as scan:
            entries = []
            for entry in scan:
                self._entries += 1
                if self._entries > limits.MAX_ENTRIES:
                    raise too_many(folder.as_posix())
                entries.append(entry)
        return sorted(entries, key=lambda entry: (entry.name.casefold(), entry.name))

    def add_file(self, path: Path, named: bool = False) -> None:
        """A workbook, or a note why this file is not read."""
        self._add_file(path.as_posix(), named)

    def _add_file(self, location: str, named: bool = False) -> None:
        self.seen.add(location)
        note = why_not(location, named)
        if note:
            self.passed.append(note)
            return
        try:
            # Not the entry's own stamp: Windows keeps that one up to date only now and then.
            status = os.stat(location)
        except OSError as error:
            missing = isinstance(error, FileNotFoundError)
            reason = "a link that leads nowhere" if missing else f"{error.strerror}"
            self._pass(location, reason, "Mend the link or remove it, or ask for access.", True)
            return
        if stat.S_ISREG(status.st_mode):
            self.sources.append(Source(location, status.st_mtime, status.st_size))
        else:
            reason = "no ordinary file (a device or a pipe)"
            self._pass(location, reason, "Remove or rename it.", True)

    def _pass(self, location: str, reason: str, remedy: str = "", problem: bool = False) -> None:
        self.passed.append(Passed(location, reason, remedy, problem))


def too_many(counted_to: str) -> Unreadable:
    """That a location holds more than anybody's reviews."""
    return Unreadable(
        f"there are more than {limits.MAX_ENTRIES:,} files and folders (counted up to {counted_to})",
        "Give the folder with the reviews, or a pattern such as reviews/*.xlsx.",
    )


def ending(name: str) -> str:
    """The ending of a file's name in small letters, with its dot; "" where it has none."""
    found = os.path.splitext(name)[1].lower()
    return found if len(found) > 1 else ""


def why_not(location: str, named: bool) -> Passed | None:
    """Why a file of this name is not read, or None. `location` is written with forward slashes.

    `named`: a person asked for this very file.
    """
    name = location.rpartition("/")[2]
    if is_list_name(name) and not named:
        return Passed(location, LIST_OF_OURS)
    if name.endswith(READABLE) and not name.startswith((".", "~")):
        return None
    suffix = ending(name)
    if name.startswith("~$"):
        return Passed(location, f"a lock file: somebody has {name[2:]!r} open in Excel")
    if name.startswith(".~lock.") and name.endswith("#"):
        return Passed(location, f"a lock file: somebody has {name[7:-1]!r} open in LibreOffice")
    if name.startswith(".") and not named:
        return Passed(location, "hidden file (its name begins with a dot)")
    if suffix in READABLE:
        return None
    if suffix in OTHER_SPREADSHEETS:
        remedy = _REMEDIES.get(suffix, SAVE_AS_XLSX)
        return Passed(location, f"{OTHER_SPREADSHEETS[suffix]} ({suffix})", remedy, True)
    if suffix in _TEXT_TABLES:
        return Passed(location, _TEXT_TABLES[suffix], SAVE_AS_XLSX, named)
    kind = f"({suffix})" if suffix else "(its name has no ending)"
    remedy = "Give an .xlsx or .xlsm file." if named else ""
    return Passed(location, f"no workbook {kind}", remedy, named)


def _match(pattern: Path, found: _Found) -> None:
    """Add everything that matches; a folder that matches is listed with all that is in it."""
    parts = pattern.parts
    fixed = next(i for i, part in enumerate(parts) if WILD & set(part))
    for path in _expand(Path(*parts[:fixed]), parts[fixed:], found):
        if path.as_posix() in found.seen:
            continue
        if path.is_dir() and path.suffix.lower() not in OTHER_SPREADSHEETS:
            found.add_folder(path)
        else:
            found.add_file(path)


def _expand(folder: Path, parts: tuple[str, ...], found: _Found) -> Iterator[Path]:
    """Paths below a folder that match the parts of a pattern, one part a level."""
    if not parts:
        yield folder
        return
    part, rest = parts[0], parts[1:]
    if part == "**":
        for below in _folders_below(folder, found):
            yield from _expand(below, rest, found)
        return
    try:
        entries = found.entries(folder)
    except OSError:
        return
    for entry in entries:
        # As in a shell, a star does not stand for a dot at the beginning of a name.
        hidden = entry.name.startswith(".") and not part.startswith(".")
        if not hidden and fnmatch.fnmatch(entry.name, part) and (not rest or _is_folder(entry)):
            yield from _expand(folder / entry.name, rest, found)


def _folders_below(folder: Path, found: _Found) -> Iterator[Path]:
    """A folder and all its subfolders, each once, without hidden ones."""
    met: set[tuple[int, int]] = set()
    waiting = [folder]
    while waiting:
        here = waiting.pop()
        try:
            status = here.stat()
            entries = found.entries(here)
        except OSError:
            continue
        if (status.st_dev, status.st_ino) in met or len(here.parts) > limits.MAX_FOLDERS_DEEP:
            continue
        met.add((status.st_dev, status.st_ino))
        yield here
        inner = [here / e.name for e in entries if _is_folder(e) and not e.name.startswith(".")]
        waiting.extend(reversed(inner))


def _is_folder(entry: os.DirEntry[str]) -> bool:
    """Whether it is one that may hold workbooks; on a Mac a Numbers document is a folder too."""
    try:
        return entry.is_dir() and ending(entry.name) not in OTHER_SPREADSHEETS
    except OSError:
        # A link to itself, or a drive that went away.
        return False


def _exists(path: Path) -> bool:
    """Whether the path is there; a broken link is, and so is what may not be looked into."""
    try:
        return os.path.lexists(path)
    except (OSError, ValueError):
        return False


def _missing(path: Path, location: str) -> Unreadable:
    """That a location is not there, with the nearest name that is."""
    parent = path.parent
    if not parent.is_dir():
        there = next((p for p in parent.parents if p.is_dir()), None)
        where = f"; {there.as_posix()!r} is there" if there and there != Path() else ""
        return Unreadable(
            f"there is nothing at {location!r}{_seen_from(path)}: "
            f"the folder {parent.as_posix()!r} does not exist{where}",
            "Check the folder's name.",
        )
    try:
        names = sorted(os.listdir(parent))[: limits.MAX_ENTRIES]
    except OSError:
        names = []
    folded = {name.casefold(): name for name in names}
    near = difflib.get_close_matches(path.name.casefold(), folded, n=1, cutoff=0.6)
    guess = f"Did you mean {(parent / folded[near[0]]).as_posix()!r}? " if near else ""
    return Unreadable(
        f"there is nothing at {location!r}{_seen_from(path)}",
        f"{guess}Give an .xlsx file, a folder, or a pattern such as reviews/*.xlsx.",
    )


def _seen_from(path: Path) -> str:
    """Where a relative path was looked for."""
    return "" if path.is_absolute() else f" (looked for in {Path.cwd().as_posix()})"
