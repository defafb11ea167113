"""`gatebook new --to DRIVE_FOLDER_URL`: review forms as Google spreadsheets."""

from __future__ import annotations

import secrets
import sys
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

import click

from gatebook.backends.protocol import Unreadable, Unwritable
from gatebook.cli.exits import USAGE, Stop
from gatebook.pilots import blank_review, file_name
from gatebook.sheets.review_form import review_workbook
from gatebook.wiring import SettingsError

if TYPE_CHECKING:
    from gatebook.pilots import Pilot
    from gatebook.sheets.form_draw import Look
    from gatebook.wiring import Settings

# Each takes a second or more: with a few, somebody waits.
_BAR_FROM = 5


def make_online(
    pilots: Sequence[Pilot],
    folder: str,
    using: Settings,
    look: Look,
    *,
    many: bool,
    quiet: bool,
) -> None:
    """Make a spreadsheet for each pilot in a Drive folder; none is made where one of its name is.

    Prints the address of each as soon as it is there.
    """
    try:
        backend = using.google("create")
        wanted = []
        for pilot in pilots:
            name = file_name(pilot).removesuffix(".xlsx")
            there = backend.named(folder, name)
            if there and not many:
                raise Stop(
                    USAGE,
                    f"“{name}” is there already ({there}), and gatebook never overwrites a form.",
                    "go on with that form, or for the next review give its day with --date.",
                )
            if there:
                _say(f"kept: {there}", quiet=quiet)
            else:
                wanted.append((name, pilot))
        for name, pilot in _with_bar(wanted, quiet=quiet):
            review = blank_review(pilot, using.checklist, secrets.token_hex(4))
            workbook = review_workbook(review, using.checklist, look)
            click.echo(backend.create(workbook, folder, name, review.stamp.review_id))
    except (Unreadable, Unwritable) as trouble:
        raise Stop(USAGE, trouble.reason, trouble.remedy) from trouble
    except SettingsError as error:
        raise Stop(USAGE, str(error)) from error
    _say(
        "Next: share the folder with the team and hold the review (the form's Guide tab says how). "
        f"Then run:\n  gatebook check {folder}",
        quiet=quiet,
    )


def _say(text: str, *, quiet: bool) -> None:
    if not quiet:
        click.echo(text, err=True)


def _with_bar(wanted: Sequence[tuple[str, Pilot]], *, quiet: bool) -> Iterable[tuple[str, Pilot]]:
    if quiet or len(wanted) < _BAR_FROM or not sys.stderr.isatty():
        return wanted
    from rich.console import Console
    from rich.progress import track

    return track(wanted, "Making forms", console=Console(stderr=True), transient=True)
