"""Review forms as Google spreadsheets: what `new` and `renew` share where `--to` is a Drive folder."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from gatebook.backends.protocol import Unreadable, Unwritable
from gatebook.cli.exits import USAGE, Stop
from gatebook.cli.making import Form, with_bar
from gatebook.pilots import file_name
from gatebook.sheets.review_form import review_workbook
from gatebook.wiring import SettingsError

if TYPE_CHECKING:
    from gatebook.sheets.form_draw import Look
    from gatebook.wiring import Settings

# Each takes a second or more: with a few, somebody waits.
_BAR_FROM = 5


def make_online(
    forms: Sequence[Form],
    folder: str,
    using: Settings,
    look: Look,
    *,
    many: bool,
    quiet: bool,
) -> None:
    """Make a spreadsheet for each form in a Drive folder; none is made where one of its name is.

    Prints the address of each as soon as it is there. Where it is not one of `many`, one of its name
    ends the command.
    """
    try:
        backend = using.google("create")
        wanted: list[tuple[str, Form]] = []
        made: list[str] = []
        for form in forms:
            name = file_name(form.review).removesuffix(".xlsx")
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
                wanted.append((name, form))
        for name, form in with_bar(wanted, _BAR_FROM, quiet=quiet):
            workbook = review_workbook(form.review, form.checklist, look)
            made.append(backend.create(workbook, folder, name, form.review.stamp.review_id))
            click.echo(made[-1])
    except Unwritable as trouble:
        reason, remedy = trouble.reason, trouble.remedy
        if many:
            reason = f"made {len(made)} of {len(wanted)} forms, but not “{name}”: {reason}"
            remedy += " Then run this again: it makes only what is missing."
        raise Stop(USAGE, reason, remedy) from trouble
    except Unreadable as trouble:
        raise Stop(USAGE, trouble.reason, trouble.remedy) from trouble
    except SettingsError as error:
        raise Stop(USAGE, str(error)) from error
    _say(
        "Next: share the folder with the team and hold the review (the form's Guide tab says how). "
        f"Then run:\n  gatebook check {made[0] if len(made) == 1 else folder}",
        quiet=quiet,
    )


def _say(text: str, *, quiet: bool) -> None:
    if not quiet:
        click.echo(text, err=True)
