"""`gatebook doctor`: can gatebook read and write here? If not, what to do."""

from __future__ import annotations

import os
import platform
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import click

from gatebook import __version__
from gatebook.cli.exits import DONE, USAGE
from gatebook.cli.options import common, sign_in_options, signing_in

if TYPE_CHECKING:
    from gatebook.wiring import Settings


class Line(NamedTuple):
    """One thing looked at: fine or not, what was seen, and what to do if not."""

    fine: bool
    text: str
    remedy: str = ""


@click.command("doctor")
@click.argument("locations", nargs=-1, metavar="[LOCATION...]")
@signing_in
@common
def command(
    locations: tuple[str, ...],
    config: str,
    checklist_files: tuple[str, ...],
    quiet: bool,
    debug: bool,
) -> int:
    """Look at the installation, the configuration and the locations, and say what to do.

    Without a LOCATION the ones in gatebook.toml are looked at. Writes nothing that stays.
    """
    lines = list(_look(locations, config, checklist_files))
    for line in lines:
        if not (quiet and line.fine):
            click.echo(f"{'ok ' if line.fine else 'NO '} {line.text}")
            if line.remedy:
                click.echo(f"      What to do: {line.remedy}")
    return DONE if all(line.fine for line in lines) else USAGE


def _look(
    locations: tuple[str, ...], config: str, checklist_files: tuple[str, ...]
) -> Iterator[Line]:
    from gatebook.wiring import SettingsError, is_web, settings

    yield Line(True, f"gatebook {__version__} on Python {platform.python_version()}")
    try:
        using = settings(config, checklist_files, sign_in_options())
    except SettingsError as error:
        yield Line(False, str(error))
        return
    shown = using.config_path or "none found from here upward (that is fine)"
    yield Line(True, f"configuration: {shown}")
    names = ", ".join(checklist.name for checklist in using.checklists.values())
    yield Line(True, f"checklists: {names}")
    yield Line(True, f"today is {using.config.today()} in {using.config.timezone}")
    places = locations or using.config.locations
    if not places:
        yield Line(
            True,
            "no location to look at; name one: gatebook doctor reviews/. The sign-in to Google is "
            "checked where the location is the address of a Drive folder or a spreadsheet",
        )
    for location in places:
        yield from _location(location, using)
    if using.config.portfolio and is_web(using.config.portfolio):
        yield from _location(using.config.portfolio, using, to_write=True)
    elif using.config.portfolio:
        yield _writable(using.config.portfolio)


def _location(location: str, using: Settings, *, to_write: bool = False) -> Iterator[Line]:
    from gatebook.wiring import SettingsError, is_google

    if not is_google(location):
        yield from _listed(location, using)
        return
    try:
        using.backend(location)
        google = using.google("write" if to_write else "read")
        yield from (Line(*seen) for seen in google.examine(location, to_write=to_write))
    except SettingsError as error:
        yield Line(False, str(error))


def _listed(location: str, using: Settings) -> Iterator[Line]:
    from gatebook.backends.protocol import Unreadable
    from gatebook.loading import Judgement, one_by_one
    from gatebook.wiring import SettingsError

    try:
        backend = using.backend(location)
        listing = backend.list(location)
    except Unreadable as trouble:
        yield Line(False, trouble.reason, trouble.remedy)
        return
    except SettingsError as error:
        yield Line(False, str(error))
        return
    how = Judgement(using.checklists, using.checklist, using.config.today())
    results = one_by_one(backend, listing.sources, how, lambda _done, _all: None)
    reviews = sum(len(result.judged) for result in results)
    files = len(listing.sources)
    yield Line(True, f"{location}: {files} workbook{'' if files == 1 else 's'}, {reviews} reviews")
    for result in results:
        for problem in result.problems:
            where = f"{problem.location} ({problem.tab})" if problem.tab else problem.location
            yield Line(False, f"{where}: {problem.reason}", problem.remedy)
    for one in listing.passed:
        if one.problem:
            yield Line(False, f"{one.location}: {one.reason}", one.remedy)


def _writable(portfolio: str) -> Line:
    folder = Path(portfolio).parent
    if not folder.is_dir():
        return Line(False, f"the portfolio's folder {folder} is not there", "make the folder.")
    try:
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        return Line(
            False,
            f"the portfolio's folder {folder} cannot be written ({error.strerror})",
            "check its permissions, or name another portfolio.",
        )
    if os.path.exists(portfolio) and not os.access(portfolio, os.W_OK):
        return Line(False, f"{portfolio} is write-protected", "take the protection off the file.")
    return Line(True, f"the portfolio {portfolio} can be written")
