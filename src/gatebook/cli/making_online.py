"""Review forms as Google spreadsheets: what `new` and `renew` share where `--to` is a Drive folder."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from gatebook.backends.protocol import Unreadable, Unwritable
from gatebook.cli.exits import USAGE, Stop
from gatebook.cli.making import Form, with_bar
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
    silent: bool = False,
) -> list[str]:
    """Make a spreadsheet for each form in a Drive folder; none is made where one of its name is.

    Returns the address of each form's ("" for one that was there before), and prints it as soon as it
    is there, unless `silent`. Where it is not one of `many`, one of its name
    ends the command.
    """
    try:
        backend = using.google("create")
        wanted: list[tuple[str, Form]] = []
        made: dict[str, str] = {}
        names = [form.file.removesuffix(".xlsx") for form in forms]
        for name, form in zip(names, forms, strict=True):
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
            made[name] = backend.create(form.workbook(look), folder, name, form.key)
            if not silent:
                click.echo(made[name])
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
    at = next(iter(made.values())) if len(made) == 1 else folder
    _say(
        "Next: share the folder with the team and hold the review (the form's Guide tab says how). "
        f"Then run:\n  gatebook check {at}",
        quiet=quiet,
    )
    return [made.get(name, "") for name in names]


def _say(text: str, *, quiet: bool) -> None:
    if not quiet:
        click.echo(text, err=True)
