"""`gatebook new`: one review form, or a form for every pilot of a list."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import click

from gatebook.cli.exits import USAGE, Stop
from gatebook.cli.options import common, settings_or_stop, signing_in

if TYPE_CHECKING:
    from gatebook.domain.checklist import Checklist, Policy
    from gatebook.pilots import Pilot
    from gatebook.sheets.form_draw import Look

# With fewer forms than this a bar would be gone before anybody reads it.
_BAR_FROM = 20


@click.command("new")
@click.argument("system", default="")
@click.option("--lead", default="", metavar="PERSON", help="Pilot lead: who presents the gates.")
@click.option("--owner", default="", metavar="PERSON", help="Production owner: one person.")
@click.option("--backup", default="", metavar="PERSON", help="Who steps in for the owner.")
@click.option(
    "--stakes",
    type=click.Choice(["low", "standard"], case_sensitive=False),
    help="low: only colleagues see the result, and a mistake is cheap. Without it: standard.",
)
@click.option("--customer-data", is_flag=True, help="It reads or writes something about customers.")
@click.option(
    "--regulated",
    type=click.Choice(["hr", "credit", "education", "healthcare"], case_sensitive=False),
    help="The regulated area it is used in, if any.",
)
@click.option("--launch", default="", metavar="DATE", help="Planned launch, such as 2026-11-30.")
@click.option("--date", "day", default="", metavar="DATE", help="Day of the review meeting.")
@click.option(
    "--from",
    "from_list",
    default="",
    metavar="PILOTS.csv",
    help="Make a form for each row of a list instead; its columns are these options.",
)
@click.option(
    "--to",
    "location",
    required=True,
    metavar="LOCATION",
    help="A folder, or a file ending in .xlsx; folders are made. Or a Drive folder's address.",
)
@click.option(
    "--approver", multiple=True, metavar="ADDRESS",
    help="Google: who may fill in the sign-off; may be given more than once.",
)
@click.option(
    "--paper",
    type=click.Choice(["A4", "Letter"], case_sensitive=False),
    help="What the form prints on. Without it: as in gatebook.toml, else A4.",
)
@signing_in
@common
def command(
    system: str,
    lead: str,
    owner: str,
    backup: str,
    stakes: str | None,
    customer_data: bool,
    regulated: str | None,
    launch: str,
    day: str,
    from_list: str,
    location: str,
    paper: str | None,
    approver: tuple[str, ...],
    config: str,
    checklist_files: tuple[str, ...],
    quiet: bool,
    debug: bool,
) -> None:
    """Make a review form for SYSTEM, or one for each pilot of a list. Nothing is overwritten.

    \b
    gatebook new "Support assistant" --lead "Mia Kovac" --to reviews/
    gatebook new --from pilots.csv --to reviews/
    """
    from gatebook.sheets.form_draw import Look
    from gatebook.wiring import is_web

    values = {
        "system": system,
        "lead": lead,
        "owner": owner,
        "backup": backup,
        "stakes": stakes or "",
        "customer-data": "yes" if customer_data else "",
        "regulated": regulated or "",
        "launch": launch,
        "date": day,
    }
    found = settings_or_stop(config, checklist_files)
    gates, form = found.checklist, found.config.form
    on_paper: Literal["A4", "Letter"] = "Letter" if (paper or form.paper) == "Letter" else "A4"
    look = Look(
        form.organisation,
        on_paper,
        form.accent,
        form.logo,
        approver or found.config.google.approvers,
    )
    if is_web(location):
        from gatebook.cli.new_online import make_online

        given = (
            _listed(from_list, values, gates.policy)
            if from_list
            else (_given(values, gates.policy),)
        )
        make_online(given, location, found, look, quiet=quiet, many=bool(from_list))
        _warn(given, gates.policy)
        return
    try:
        if from_list:
            pilots = _listed(from_list, values, gates.policy)
            _make_all(pilots, _folder(location), gates, look, quiet=quiet)
        else:
            pilot = _given(values, gates.policy)
            _make_one(pilot, location, gates, look, quiet=quiet)
    except OSError as error:
        raise Stop(
            USAGE,
            f"nothing can be made at {location} ({error.strerror or error}).",
            "check the path, and that you may write there.",
        ) from error


def _given(values: dict[str, str], policy: Policy) -> Pilot:
    """The pilot that the options describe."""
    from gatebook.pilots import PilotsError, one_pilot

    missing = [name for name in ("system", "lead") if not values[name].strip()]
    if missing:
        lacks = "the system's name" if "system" in missing else "--lead, the name of the pilot lead"
        raise Stop(
            USAGE,
            f"no form was made: {lacks} is missing.",
            'give both, as in: gatebook new "Support assistant" --lead "Mia Kovac" --to reviews/\n'
            "  or give a list: gatebook new --from pilots.csv --to reviews/",
        )
    try:
        return one_pilot(values, policy)
    except PilotsError as error:
        raise _refused(error.messages) from error


def _listed(file: str, values: dict[str, str], policy: Policy) -> tuple[Pilot, ...]:
    """The pilots of a list."""
    from gatebook.pilots import PilotsError, read_pilots

    also = [f"--{name}" if name != "system" else "SYSTEM" for name, text in values.items() if text]
    if also:
        raise Stop(
            USAGE,
            f"{', '.join(also)} and --from do not go together: the list says it for each pilot.",
            f"take {', '.join(also)} out, and fill in the list's column of that name.",
        )
    try:
        return read_pilots(Path(file).expanduser().read_bytes(), file, policy)
    except OSError as error:
        raise Stop(
            USAGE,
            f"the list {file} cannot be read ({error.strerror or error}).",
            "check its path; --from takes a CSV file with one row for each pilot.",
        ) from error
    except PilotsError as error:
        raise _refused(error.messages) from error


def _refused(messages: Sequence[str]) -> Stop:
    many = f"no form was made; {len(messages)} things to put right:"
    return Stop(
        USAGE,
        "\n  ".join([many if len(messages) > 1 else "no form was made:", *messages]),
    )


def _make_one(
    pilot: Pilot, location: str, checklist: Checklist, look: Look, *, quiet: bool
) -> None:
    from gatebook.pilots import file_name

    path = Path(location).expanduser()
    if not path.is_dir() and path.suffix.lower() == ".xlsx" and not _ends_as_folder(location):
        _make_folder(path.parent)
    else:
        path = _folder(location) / file_name(pilot)
    if path.exists():
        raise Stop(
            USAGE,
            f"{path} is there already, and gatebook never overwrites a form.",
            "go on with that form; for the next review give its day with --date, "
            "or give a file name of your own with --to.",
        )
    _draw(pilot, path, checklist, look)
    click.echo(path)
    _warn([pilot], checklist.policy)
    if not quiet:
        click.echo(
            "Next: open it and hold the review (its Guide tab says how). Then run:\n"
            f'  gatebook check "{path}"',
            err=True,
        )


def _make_all(
    pilots: Sequence[Pilot], folder: Path, checklist: Checklist, look: Look, *, quiet: bool
) -> None:
    from gatebook.pilots import file_name

    paths = {folder / file_name(pilot): pilot for pilot in pilots}
    wanted = {path: pilot for path, pilot in paths.items() if not path.exists()}
    for path in _with_bar(wanted, quiet=quiet):
        _draw(wanted[path], path, checklist, look)
    for path in wanted:
        click.echo(path)
    _warn(wanted.values(), checklist.policy)
    if quiet:
        return
    for path in paths:
        if path not in wanted:
            click.echo(f"kept: {path}", err=True)
    kept = len(paths) - len(wanted)
    also = f", and kept {kept} that {'was' if kept == 1 else 'were'} there already" if kept else ""
    click.echo(
        f"Made {len(wanted)} form{'' if len(wanted) == 1 else 's'} in {folder}{also}.\n"
        "Next: hold the reviews (each form's Guide tab says how). Then run:\n"
        f'  gatebook sync "{folder}" --portfolio portfolio.xlsx',
        err=True,
    )


def _with_bar(paths: Iterable[Path], *, quiet: bool) -> Iterable[Path]:
    """The same paths, with a progress bar where somebody waits for many at a terminal."""
    every = list(paths)
    if quiet or len(every) <= _BAR_FROM or not sys.stderr.isatty():
        return every
    from rich.console import Console
    from rich.progress import track

    return track(every, "Making forms", console=Console(stderr=True), transient=True)


def _draw(pilot: Pilot, path: Path, checklist: Checklist, look: Look) -> None:
    import secrets

    from gatebook.backends.protocol import Unwritable
    from gatebook.pilots import blank_review
    from gatebook.sheets.review_form import review_workbook
    from gatebook.wiring import files_backend

    review = blank_review(pilot, checklist, secrets.token_hex(4))
    try:
        files_backend().draw(review_workbook(review, checklist, look), str(path))
    except Unwritable as error:
        raise Stop(USAGE, str(error), error.remedy) from error


def _folder(location: str) -> Path:
    """The folder that a location names, made where it is not there."""
    path = Path(location).expanduser()
    named_as_folder = _ends_as_folder(location) or not path.suffix
    if (
        not location.strip()
        or any(sign in location for sign in "*?")
        or not (named_as_folder or path.is_dir())
    ):
        raise Stop(
            USAGE,
            f"--to: {location or 'an empty text'} is no place for a form.",
            "give a folder, such as reviews/, or for one form a file ending in .xlsx. "
            "A folder with a dot in its name needs a / at its end.",
        )
    _make_folder(path)
    return path


def _ends_as_folder(location: str) -> bool:
    return location.endswith(("/", os.sep))


def _make_folder(path: Path) -> None:
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise Stop(
            USAGE,
            f"the folder {path} cannot be made ({error.strerror or error}).",
            "choose a folder that you may write in, and check that no file has its name.",
        ) from error


def _warn(pilots: Iterable[Pilot], policy: Policy) -> None:
    """Say what a review would be held up by. The forms are made all the same."""
    from gatebook.domain.fields import HEADER_BY_NAME
    from gatebook.domain.findings import BY_CODE
    from gatebook.domain.text import is_person, same

    no_person, own_backup = BY_CODE["owner-not-a-person"], BY_CODE["backup-is-owner"]
    for pilot in pilots:
        about = f"{pilot.system} (row {pilot.row})" if pilot.row else pilot.system
        for field in ("lead", "owner", "backup"):
            name = getattr(pilot, field)
            if name and not is_person(name, policy.person_marks):
                label = HEADER_BY_NAME[field].label
                said = no_person.message.format(label=label, found=f"“{name}”")
                click.echo(f"warning: {about}: {said} {no_person.remedy}", err=True)
        if pilot.owner and same(pilot.owner, pilot.backup):
            said = own_backup.message.format(found=f"“{pilot.backup}”")
            click.echo(f"warning: {about}: {said} {own_backup.remedy}", err=True)
