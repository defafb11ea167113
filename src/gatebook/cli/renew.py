"""`gatebook renew`: the form of each system's next review, carried forward from its newest one."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from gatebook.cli.exits import DONE, SOME_UNREADABLE, USAGE, Stop
from gatebook.cli.making import (
    Form,
    file_for,
    folder_of,
    look_of,
    make_files,
    nothing_made,
    token,
)
from gatebook.cli.options import IsoDate, common, settings_or_stop, signing_in
from gatebook.cli.past import place_of, remembering

if TYPE_CHECKING:
    from gatebook.domain.judge import Judged
    from gatebook.domain.renewal import Renewal
    from gatebook.domain.systems import System
    from gatebook.wiring import Settings


@click.command("renew")
@click.argument("locations", nargs=-1, metavar="[LOCATION...]")
@click.option(
    "--to",
    "place",
    default="",
    metavar="LOCATION",
    help="A folder, or for one system a file ending in .xlsx; or a Drive folder's address. Without "
    "it: beside each system's newest review.",
)
@click.option(
    "--date",
    "day",
    type=IsoDate(),
    help="Day of the review meeting. Without it: when the review is due if that is ahead, else today.",
)
@click.option(
    "--system",
    "names",
    multiple=True,
    metavar="NAME",
    help="Only this system; may be given more than once.",
)
@remembering
@click.option("--today", type=IsoDate(), help="Reckon from this day instead of today.")
@signing_in
@common
def command(
    locations: tuple[str, ...],
    place: str,
    day: datetime.date | None,
    names: tuple[str, ...],
    portfolio: str,
    ledger: str,
    today: datetime.date | None,
    config: str,
    checklist_files: tuple[str, ...],
    quiet: bool,
    debug: bool,
) -> int:
    """Make the form of each system's next review. Nothing is overwritten.

    Names, owners, artifacts, open actions and the log of changes are carried forward. Every gate has
    to be marked again; its last mark stands under its title. Where the sheet of a system's newest review
    is gone, the ledger of the last sync has it.

    \b
    gatebook renew reviews/
    gatebook renew reviews/ --system "Support assistant" --date 2026-12-18
    """
    from gatebook.cli.newest import with_recorded
    from gatebook.cli.reading import read_locations
    from gatebook.cli.reports import problem_lines
    from gatebook.domain.systems import systems

    using = settings_or_stop(config, checklist_files)
    now = today or using.config.today()
    places = locations or using.config.locations
    if not places:
        raise Stop(USAGE, "no location to read", "name a folder, or locations in gatebook.toml.")
    loaded = read_locations(places, using, now, quiet=quiet)
    found = _named(systems(loaded.judged, now), names)
    record, asked = place_of(using, portfolio, ledger), bool(portfolio or ledger)
    found = with_recorded(found, record, using, now, asked=asked)
    wanted = _wanted(found, day, now, quiet=quiet)
    try:
        _make(wanted, place, using, quiet=quiet)
    except OSError as error:
        raise nothing_made(place or "the folder of the newest review", error) from error
    if not quiet:
        for system, renewal in wanted:
            _say_what_to_confirm(renewal)
            _say_what_has_no_date(system.newest, renewal)
    for text in problem_lines(loaded.problems):
        click.echo(text, err=True)
    if loaded.problems and wanted:
        click.echo(
            "One of these may be the newest review of a system whose form was just made. Mend it, and "
            "make that form again, before you use it.",
            err=True,
        )
    if not found and not loaded.problems:
        click.echo("No review found here. gatebook new makes one.", err=True)
    return SOME_UNREADABLE if loaded.problems else DONE


def _named(found: tuple[System, ...], names: Sequence[str]) -> tuple[System, ...]:
    """The systems of these names, all if there are none. Stops where one is not there."""
    from gatebook.domain.text import slug

    known = {slug(system.name) for system in found}
    for name in names:
        if slug(name) not in known:
            listed = ", ".join(system.name for system in found) or "none"
            raise Stop(
                USAGE,
                f"no form was made: there is no review of a system “{name}” here.",
                f"name one of these systems: {listed}.",
            )
    wanted = {slug(name) for name in names} or known
    return tuple(system for system in found if slug(system.name) in wanted)


def _wanted(
    found: Sequence[System], day: datetime.date | None, today: datetime.date, *, quiet: bool
) -> list[tuple[System, Renewal]]:
    """The renewals to be made; says of the others which form stands for them already."""
    from gatebook.domain.renewal import next_day, renew, standing
    from gatebook.domain.systems import place

    wanted = []
    for system in found:
        on = day or next_day(system, today)
        kept = standing(system, on)
        if kept is None:
            newest = system.newest
            wanted.append((system, renew(newest.review, newest.checklist, on, token())))
        elif not quiet:
            click.echo(f"kept: {place(kept.review)}: {kept.why}", err=True)
    return wanted


def _make(
    wanted: Sequence[tuple[System, Renewal]], place: str, using: Settings, *, quiet: bool
) -> None:
    from gatebook.wiring import is_web

    forms = [Form(renewal.review, system.newest.checklist) for system, renewal in wanted]
    if is_web(place):
        from gatebook.cli.making_online import make_online

        if forms:
            make_online(forms, place, using, look_of(using), many=True, quiet=quiet)
        return
    homes = [system.newest.review.location for system, _ in wanted]
    paths = _paths(forms, homes, place)
    made = make_files(dict(zip(paths, forms, strict=True)), look_of(using), quiet=quiet)
    if not quiet:
        click.echo(
            f"Made {made} form{'' if made == 1 else 's'}."
            + (
                " Next: hold the review and mark every gate anew (last time's mark stands under "
                "the gate's title)."
                if made
                else ""
            ),
            err=True,
        )


def _paths(forms: Sequence[Form], homes: Sequence[str], place: str) -> list[Path]:
    """Where each form goes: a path of its own. Stops before anything is made where one has none."""
    from gatebook.pilots import file_name

    one = file_for(place) if place and len(forms) == 1 else None
    if one:
        return [one]
    if place:
        folder = folder_of(place)
        paths = [folder / file_name(form.review) for form in forms]
    else:
        paths = [
            _beside(home, form) / file_name(form.review)
            for home, form in zip(homes, forms, strict=True)
        ]
    for number, path in enumerate(paths):
        if path in paths[:number]:
            other = forms[paths.index(path)].review.system
            raise Stop(
                USAGE,
                f"no form was made: those of “{other}” and “{forms[number].review.system}” would "
                f"both be {path}.",
                "renew them one by one, with --system or from a folder each, and give --to.",
            )
    return paths


def _beside(location: str, form: Form) -> Path:
    """The folder of a file. A place on the web does not say which folder it is in."""
    from gatebook.wiring import is_web

    if is_web(location):
        raise Stop(
            USAGE,
            f"no form was made: the newest review of “{form.review.system}” is at {location}, and "
            "gatebook cannot tell which folder that is in.",
            "say with --to where the new forms go: a Drive folder's address, or a folder here.",
        )
    return Path(location).parent


def _say_what_has_no_date(old: Judged, renewal: Renewal) -> None:
    """An old review without a day may hide the new one; and what nobody can read goes on unread."""
    from gatebook.domain.effective import plausible
    from gatebook.domain.review import Unreadable
    from gatebook.domain.systems import place

    review, new = old.review, renewal.review
    if plausible(review.review_date, old.checklist) is None:
        click.echo(
            f"warning: {new.system}: the Review date of the old form cannot be read\n"
            f"  What to do: correct it in {place(review)}. Until then that review counts from the day "
            "its file was changed last, and may hide the new one.",
            err=True,
        )
    days = (new.launch_date, *(row.due for row in new.rows), *(one.on for one in new.changes))
    carried = [f"“{day.found}”" for day in days if isinstance(day, Unreadable)]
    if carried:
        click.echo(
            f"warning: {new.system}: carried forward as typed, and no date: {', '.join(carried)}\n"
            "  What to do: write the day on the new form, as YYYY-MM-DD.",
            err=True,
        )


def _say_what_to_confirm(renewal: Renewal) -> None:
    """What a new version of the checklist means for this form."""
    for gates, what in (
        (renewal.changed, "asks for something else than last time: please confirm"),
        (renewal.added, "was not on the last form"),
    ):
        for gate in gates:
            click.echo(
                f"{renewal.review.system}: gate {gate.number} ({gate.title}) {what}", err=True
            )
    for row in renewal.dropped:
        name = row.title or row.key
        click.echo(
            f"{renewal.review.system}: the row “{name}” belongs to no gate of the checklist now "
            "and was not carried",
            err=True,
        )
