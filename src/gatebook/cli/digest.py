"""`gatebook digest`: what each owner has to do, as a text and a calendar."""

from __future__ import annotations

import datetime
import os
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from functools import partial
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

import click

from gatebook.cli.exits import DONE, NOT_WRITTEN, SOME_UNREADABLE, USAGE, Stop
from gatebook.cli.options import IsoDate, common, on_disk, settings_or_stop, signing_in
from gatebook.cli.past import place_of, remembering
from gatebook.domain.text import slug

if TYPE_CHECKING:
    from gatebook.digest import Digest

# So many bytes of a file show whether it is a digest.
_HEAD = 500
# So many names stand in a message; of more, how many there are.
_NAMED = 10
# Bytes of a name inside a file name; file systems allow 255 for the whole.
_NAME_BYTES = 120
# Names that Windows keeps for devices, whatever ending they have.
_DEVICE = re.compile(r"con|prn|aux|nul|(com|lpt)[0-9¹²³]")
_ENDINGS = (".md", ".ics")


@click.command("digest")
@click.argument("locations", nargs=-1, metavar="[LOCATION...]")
@click.option("--owner", metavar="NAME", help="Write only this person's files.")
@click.option(
    "--to", "to", required=True, metavar="FOLDER", help="Where they go. The folder is made."
)
@remembering
@click.option("--today", type=IsoDate(), help="Judge as of this day instead of today.")
@signing_in
@common
def command(
    locations: tuple[str, ...],
    owner: str | None,
    to: str,
    portfolio: str,
    ledger: str,
    today: datetime.date | None,
    config: str,
    checklist_files: tuple[str, ...],
    quiet: bool,
    debug: bool,
) -> int:
    """Write for each owner what they have to do: a Markdown text, and a calendar (.ics) of its dates.

    Without a LOCATION the ones in gatebook.toml are read. A system whose sheet is gone is there as the
    ledger of the last sync has it. Digests of an earlier run are replaced;
    other files in FOLDER are left alone.
    """
    from gatebook.cli.newest import with_recorded
    from gatebook.cli.reading import read_locations
    from gatebook.cli.reports import problem_lines
    from gatebook.cli.terminal import indented, show
    from gatebook.digest import digests
    from gatebook.domain.systems import systems

    using = settings_or_stop(config, checklist_files)
    places = locations or using.config.locations
    if not places:
        raise Stop(USAGE, "no location to read", "name a folder, or locations in gatebook.toml.")
    folder = on_disk(to)
    if folder.exists() and not folder.is_dir():
        raise Stop(USAGE, f"{to} is no folder", "name a folder with --to; it is made.")
    day = today or using.config.today()
    loaded = read_locations(places, using, day, portfolio=using.config.portfolio, quiet=quiet)
    show((indented(text) for text in problem_lines(loaded.problems)), err=True)
    record, asked = place_of(using, portfolio, ledger), bool(portfolio or ledger)
    found = systems(loaded.judged, day)
    found = with_recorded(found, record, using, day, asked=asked, every=True)
    every = digests(found, loaded.problems, day)
    chosen = every if owner is None else [_of(owner, every)]
    if not chosen:
        click.echo("No review found here. gatebook new makes one.", err=True)
        return DONE
    files = _files(folder, every, chosen)
    _write(folder, files)
    if not quiet:
        _report(folder, chosen, files)
    if owner is None:
        _name_left_over(folder, files)
    return SOME_UNREADABLE if loaded.problems else DONE


def _of(owner: str, every: Sequence[Digest]) -> Digest:
    """One person's digest, or exit code 2 with the name that comes closest."""
    from gatebook.digest import person_key

    named = {person_key(digest.name): digest for digest in every}
    if found := named.get(person_key(owner)):
        return found
    from difflib import get_close_matches

    close = get_close_matches(person_key(owner), list(named), 1)
    if close:
        remedy = f"did you mean “{named[close[0]].name}”?"
    elif every:
        remedy = f"name one of these: {_listed([digest.name for digest in every])}."
    else:
        remedy = "check the location; there is no review in it."
    raise Stop(USAGE, f"“{owner}” owns nothing in these reviews", f"{remedy} Nothing was written.")


def _listed(names: Sequence[str]) -> str:
    more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
    return ", ".join(names[:_NAMED]) + more


def _files(folder: Path, every: Sequence[Digest], chosen: Sequence[Digest]) -> dict[Path, bytes]:
    """What is to be written where. Stops with exit code 4 where a file of somebody else stands."""
    from gatebook.digest import calendar, events, markdown

    stems = file_stems([digest.name for digest in every])
    files: dict[Path, bytes] = {}
    for digest in chosen:
        text, dates = (folder / f"{stems[digest.name]}{ending}" for ending in _ENDINGS)
        files[text] = markdown(digest).encode()
        # RFC 5545, 3.4: a calendar holds at least one event. One that is there is emptied all the
        # same, or whoever subscribed to it would go on seeing days that are over.
        if any(events(digest)) or os.path.lexists(dates):
            files[dates] = calendar(digest)
    for path in files:
        if os.path.lexists(path) and not _is_ours(path):
            raise Stop(
                NOT_WRITTEN,
                f"{path.as_posix()} is there and gatebook did not write it, so it stays as it is",
                "move it away, or name another folder with --to. Nothing was written.",
            )
    return files


def file_stems(names: Sequence[str]) -> dict[str, str]:
    """A file name without ending for each digest's name; safe on every system.

    Names that would share a file, or that no file may have, get a checksum of their own.
    """
    wanted = {name: slug(name) for name in names}
    often = Counter(wanted.values())
    return {name: _stem(name, text, often[text]) for name, text in wanted.items()}


def _stem(name: str, wanted: str, often: int) -> str:
    from gatebook.digest import GROUP, person_key

    short = wanted.encode()[:_NAME_BYTES].decode(errors="ignore").strip("-")
    alone = often == 1 or name == GROUP
    if alone and short == wanted and not _DEVICE.fullmatch(wanted):
        return wanted
    return f"{short}-{sha256(person_key(name).encode()).hexdigest()[:8]}"


def _is_ours(path: Path) -> bool:
    """Whether a file is a digest of an earlier run: by its first line, or by its PRODID."""
    from gatebook.digest import MARK, PRODUCER

    try:
        with path.open("rb") as file:
            head = file.read(_HEAD)
    except OSError:  # A folder of that name, or a file that we may not read.
        return False
    # An editor may have put a mark of its own in front, or changed the ends of the lines.
    lines = head.removeprefix(b"\xef\xbb\xbf").decode(errors="replace").splitlines()
    if path.suffix == ".ics":
        return lines[:1] == ["BEGIN:VCALENDAR"] and f"PRODID:{PRODUCER}" in lines
    return lines[:1] == [MARK]


def _write(folder: Path, files: Mapping[Path, bytes]) -> None:
    """Write what is not there already; each file is the old one or the new one, never half."""
    from gatebook.backends.excel.replace import replace_file
    from gatebook.backends.protocol import Unwritable

    try:
        folder.mkdir(parents=True, exist_ok=True)
        for path, content in files.items():
            if not path.exists() or path.read_bytes() != content:
                replace_file(path, partial(_put, content))
    except Unwritable as trouble:
        raise Stop(NOT_WRITTEN, trouble.reason, trouble.remedy) from trouble
    except OSError as error:
        raise Stop(
            NOT_WRITTEN,
            f"the folder {folder} cannot be written ({error.strerror or error})",
            "check its permissions, or name another folder with --to.",
        ) from error


def _put(content: bytes, path: Path) -> None:
    path.write_bytes(content)


def _report(folder: Path, chosen: Sequence[Digest], files: Mapping[Path, bytes]) -> None:
    from gatebook.cli.terminal import Line, show
    from gatebook.digest import events, summary

    said = [f"{digest.name}: {summary(digest)}" for digest in chosen]
    said.append(f"{len(files)} file{'' if len(files) == 1 else 's'} in {folder.as_posix()}.")
    if undated := [digest.name for digest in chosen if not any(events(digest))]:
        said.append(f"Nothing has a date, so there is no calendar for: {_listed(undated)}.")
    show(Line(((text, ""),), under=2) for text in said)


def _name_left_over(folder: Path, files: Mapping[Path, bytes]) -> None:
    """Digests of earlier runs whose people own nothing any more would go on telling old things."""
    from gatebook.cli.terminal import indented, show

    old = [
        path.name
        for path in sorted(folder.iterdir())
        if path.suffix in _ENDINGS and path not in files and _is_ours(path)
    ]
    if old:
        told = (
            f"left over from an earlier run, and not renewed: {_listed(old)}",
            "  What to do: delete them if these people own nothing any more.",
        )
        show((indented(text) for text in told), err=True)
