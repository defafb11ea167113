"""`gatebook new`: one review form, or a form for every pilot of a list."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import click

from gatebook.cli.exits import USAGE, Stop
from gatebook.cli.making import (
    Form,
    draw_form,
    file_for,
    folder_of,
    look_of,
    make_files,
    nothing_made,
    token,
)
from gatebook.cli.options import common, settings_or_stop, signing_in

if TYPE_CHECKING:
    from gatebook.domain.checklist import Policy
    from gatebook.pilots import Pilot
    from gatebook.sheets.form_draw import Look


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
    "--approver",
    multiple=True,
    metavar="ADDRESS",
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
    from gatebook.pilots import blank_review
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
    using = settings_or_stop(config, checklist_files)
    gates = using.checklist
    on_paper: Literal["A4", "Letter"] | None = None
    if paper:
        on_paper = "Letter" if paper == "Letter" else "A4"
    look = look_of(using, on_paper, approver)
    listed = bool(from_list)
    pilots = _listed(from_list, values, gates.policy) if listed else (_given(values, gates.policy),)
    forms = [Form(blank_review(pilot, gates, token()), gates) for pilot in pilots]
    try:
        if is_web(location):
            from gatebook.cli.making_online import make_online

            make_online(forms, location, using, look, quiet=quiet, many=listed)
        elif listed:
            _make_all(forms, folder_of(location), look, quiet=quiet)
        else:
            _make_one(forms[0], location, look, quiet=quiet)
    except OSError as error:
        raise nothing_made(location, error) from error
    _warn(pilots, gates.policy)


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


def _make_one(form: Form, location: str, look: Look, *, quiet: bool) -> None:
    from gatebook.pilots import file_name

    path = file_for(location) or folder_of(location) / file_name(form.review)
    if path.exists():
        raise Stop(
            USAGE,
            f"{path} is there already, and gatebook never overwrites a form.",
            "go on with that form; for the next review give its day with --date, "
            "or give a file name of your own with --to.",
        )
    draw_form(form, path, look)
    click.echo(path)
    if not quiet:
        click.echo(
            "Next: open it and hold the review (its Guide tab says how). Then run:\n"
            f'  gatebook check "{path}"',
            err=True,
        )


def _make_all(forms: Sequence[Form], folder: Path, look: Look, *, quiet: bool) -> None:
    from gatebook.pilots import file_name

    paths = {folder / file_name(form.review): form for form in forms}
    made = make_files(paths, look, quiet=quiet)
    if quiet:
        return
    kept = len(paths) - made
    also = f", and kept {kept} that {'was' if kept == 1 else 'were'} there already" if kept else ""
    click.echo(
        f"Made {made} form{'' if made == 1 else 's'} in {folder}{also}.\n"
        "Next: hold the reviews (each form's Guide tab says how). Then run:\n"
        f'  gatebook sync "{folder}" --portfolio portfolio.xlsx',
        err=True,
    )


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
