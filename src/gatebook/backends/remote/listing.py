"""Which workbooks stand at an address: a file, a folder with all below it, or a pattern.

The rules are those of `backends.excel.listing`; only the way through the folders differs: one level
at a time, its folders at once, because each of them costs a request.
"""

from __future__ import annotations

import difflib
import fnmatch
from contextlib import closing, suppress
from dataclasses import dataclass, replace
from pathlib import PurePosixPath

from gatebook.backends.excel import limits
from gatebook.backends.excel.listing import (
    OTHER_SPREADSHEETS,
    READABLE,
    WILD,
    too_many,
    why_not,
)
from gatebook.backends.protocol import Listing, Passed, Source, Unreadable
from gatebook.backends.remote.addresses import Address
from gatebook.backends.remote.store import Entry, Store, each
from gatebook.backends.remote.troubles import Forbidden, Missing

# A place in the order: a folder's own files and folders by name, without regard to case.
_Place = tuple[tuple[str, str], ...]


def list_address(store: Store, address: Address) -> Listing:
    """The workbooks at an address, sorted by name within each folder, each once.

    What exists wins over its meaning as a pattern. Raises Unreadable if nothing is there, and where
    a folder cannot be listed for another reason than a missing permission: half a listing would
    make systems look gone.
    """
    parts = address.path.split("/")
    fixed = next((place for place, part in enumerate(parts) if WILD & set(part)), None)
    try:
        entry = store.entry(address)
    except Missing as missing:
        if fixed is None:
            raise _nothing(store, address) from missing
        return _matching(store, address, parts, fixed)
    except Forbidden:
        if fixed is not None:
            return _matching(store, address, parts, fixed)
        if PurePosixPath(address.path).suffix.lower() in READABLE:
            raise
        # Who may list a folder may not always ask for it by name (S3 policies with a prefix).
        entry = Entry("", "folder")
    walk = _Walk(store)
    if entry.kind == "folder":
        try:
            walk.through(address)
        except Missing as missing:
            raise _nothing(store, address) from missing
    else:
        walk.add_file(address, entry, (), named=True)
    return walk.listing()


def _matching(store: Store, address: Address, parts: list[str], fixed: int) -> Listing:
    walk = _Walk(store, tuple(parts[fixed:]))
    try:
        walk.through(replace(address, path="/".join(parts[:fixed])))
    except Missing:
        walk.met = False
    if not walk.met:
        raise Unreadable(
            f"no file or folder matches the pattern {address.location!r}",
            "Check the folder and the pattern; ** stands for any folders between.",
        )
    return walk.listing()


@dataclass(frozen=True, slots=True)
class _Folder:
    """A folder on the way. `at`: how far in the pattern its name has come."""

    address: Address
    place: _Place
    at: frozenset[int]


class _Walk:
    """Collects what is met. Without a pattern everything counts."""

    def __init__(self, store: Store, pattern: tuple[str, ...] = ()) -> None:
        self.met = False
        self._store = store
        self._pattern = pattern
        self._sources: list[tuple[_Place, Source]] = []
        self._passed: list[tuple[_Place, Passed]] = []
        self._entries = 0

    def listing(self) -> Listing:
        """What was met, in order."""
        sources = sorted(self._sources, key=lambda found: found[0])
        passed = sorted(self._passed, key=lambda found: found[0])
        return Listing(tuple(s for _, s in sources), tuple(p for _, p in passed))

    def through(self, address: Address) -> None:
        """A folder and all below it that can match. Raises Unreadable."""
        level = [_Folder(address, (), _skipping(self._pattern, {0}))]
        self.met = self._whole(level[0].at)
        while level:
            below: list[_Folder] = []
            # Closed here and now: its threads must not be waited for wherever it would be thrown away.
            with closing(each(self._inside, level, self._store.threads)) as found:
                for folder, entries in zip(level, found, strict=True):
                    self._entries += len(entries)
                    if self._entries > limits.MAX_ENTRIES:
                        raise too_many(folder.address.location)
                    for entry in entries:
                        below.extend(self._meet(folder, entry))
            level = below

    def add_file(self, address: Address, entry: Entry, place: _Place, named: bool = False) -> None:
        """A workbook, or a note why this file is not read."""
        self.met = True
        location = address.location
        if note := why_not(location, named):
            self._passed.append((place, note))
            return
        if entry.kind == "other":
            with suppress(Missing, Forbidden):
                entry = self._store.entry(address)
        if entry.kind == "file":
            source = Source(location, entry.modified, max(entry.size, 0), version=entry.version)
            self._sources.append((place, source))
        else:
            reason = "no ordinary file (a link that cannot be followed, or a device)"
            self._pass(address, place, reason, "Mend or remove it, or ask for access.")

    def _inside(self, folder: _Folder) -> list[Entry]:
        """What a folder holds. One that has gone, or is closed, does not end the walk."""
        try:
            return self._store.entries(folder.address)
        except (Missing, Forbidden) as trouble:
            if not folder.place:
                raise
            if isinstance(trouble, Forbidden):
                self._pass(folder.address, folder.place, trouble.reason, trouble.remedy)
            return []

    def _meet(self, folder: _Folder, entry: Entry) -> list[_Folder]:
        """Takes in a file; a folder is returned, to be entered later."""
        at = (
            frozenset({len(self._pattern)}) if self._whole(folder.at) else self._step(folder, entry)
        )
        if not at:
            return []
        address = folder.address.child(entry.name)
        place = (*folder.place, (entry.name.casefold(), entry.name))
        suffix = PurePosixPath(entry.name).suffix.lower()
        if entry.kind != "folder" or suffix in OTHER_SPREADSHEETS:
            if self._whole(at):
                self._other(address, entry, place, suffix)
            return []
        self.met = self.met or self._whole(at)
        if self._whole(folder.at) and entry.name.startswith("."):
            reason = "hidden folder (its name begins with a dot)"
            self._passed.append((place, Passed(address.location, reason)))
            return []
        if len(place) > limits.MAX_FOLDERS_DEEP:
            reason = "this folder is nested too deep"
            self._pass(address, place, reason, "Give it by its own name.")
            return []
        return [_Folder(address, place, at)]

    def _other(self, address: Address, entry: Entry, place: _Place, suffix: str) -> None:
        if entry.kind == "other" and not suffix and not entry.name.startswith("."):
            reason = "a link, perhaps to a folder; links to folders are not followed here"
            self._pass(address, place, reason, "Give what it leads to by its own address.")
        else:
            self.add_file(address, entry, place)

    def _whole(self, at: frozenset[int]) -> bool:
        """Whether the pattern is used up: everything from here on counts."""
        return len(self._pattern) in at

    def _step(self, folder: _Folder, entry: Entry) -> frozenset[int]:
        """How far in the pattern a name in a folder comes, empty where it does not match."""
        next_places = set()
        for place in folder.at:
            part = self._pattern[place]
            # As in a shell, a star does not stand for a dot at the beginning of a name.
            if entry.name.startswith(".") and not part.startswith("."):
                continue
            if part == "**":
                next_places.add(place)
            elif fnmatch.fnmatchcase(entry.name, part):
                next_places.add(place + 1)
        return _skipping(self._pattern, next_places)

    def _pass(self, address: Address, place: _Place, reason: str, remedy: str) -> None:
        self._passed.append((place, Passed(address.location, reason, remedy, problem=True)))


def _skipping(pattern: tuple[str, ...], places: set[int]) -> frozenset[int]:
    """Places in a pattern with those behind their `**`, which may stand for no folder at all."""
    found = set(places)
    for place, part in enumerate(pattern):
        if place in found and part == "**":
            found.add(place + 1)
    return frozenset(found)


def _nothing(store: Store, address: Address) -> Unreadable:
    """That there is nothing at an address, with the nearest that is there."""
    missing = address
    while missing.path:
        there = missing.parent
        try:
            entries = store.entries(there)
        except Missing:
            missing = there
            continue
        except Unreadable:
            break
        if missing is not address:
            return Unreadable(
                f"there is nothing at {address.location!r}: the folder {missing.location!r} does "
                f"not exist; {there.location!r} is there",
                "Check the folder's name.",
            )
        folded = {entry.name.casefold(): entry.name for entry in entries}
        name = address.path.rpartition("/")[2].casefold()
        near = difflib.get_close_matches(name, folded, n=1, cutoff=0.6)
        guess = f"Did you mean {there.child(folded[near[0]]).location!r}? " if near else ""
        return Unreadable(
            f"there is nothing at {address.location!r}",
            f"{guess}Give an .xlsx file, a folder, or a pattern such as *.xlsx.",
        )
    return Unreadable(
        f"there is nothing at {address.location!r} that this sign-in can see",
        f"Check the name of the bucket, container or server “{address.root}”, and that the sign-in "
        "in use belongs to it.",
    )
