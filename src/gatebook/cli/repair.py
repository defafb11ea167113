"""`gatebook repair`: fresh forms for damaged ones, and a list of what could not be carried over."""

from __future__ import annotations

import datetime
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

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
from gatebook.cli.terminal import indented, show

if TYPE_CHECKING:
    from gatebook.backends.protocol import Backend, Source
    from gatebook.domain.leftover import Leftover
    from gatebook.sheets.extras import Extras
    from gatebook.sheets.model import Sheet
    from gatebook.sheets.review_form import TabProblem
    from gatebook.sheets.salvage import Salvaged
    from gatebook.wiring import Settings

SCHEMA = 1


@click.command("repair")
@click.argument("location")
@click.option(
    "--to",
    "place",
    required=True,
    metavar="NEW",
    help="A folder, or for one review a file ending in .xlsx; or a Drive folder's address.",
)
@click.option("--dry-run", is_flag=True, help="Say what would be carried, and write nothing.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON for a pipeline.")
@click.option("--today", type=IsoDate(), help="Judge as of this day instead of today.")
@signing_in
@common
def command(
    location: str,
    place: str,
    dry_run: bool,
    as_json: bool,
    today: datetime.date | None,
    config: str,
    checklist_files: tuple[str, ...],
    quiet: bool,
    debug: bool,
) -> int:
    """Make a fresh form of each damaged review, with all that can be read. Nothing is overwritten.

    LOCATION is a form, a folder of forms, or a Google spreadsheet; the old ones stay as they are. Of a
    folder only forms that need it are repaired. What could not be carried is listed, and kept on a tab
    Leftovers of the new form.

    \b
    gatebook repair "reviews/router review 2026-11-20.xlsx" --to repaired/
    gatebook repair reviews/ --to repaired/ --dry-run
    """
    using = settings_or_stop(config, checklist_files)
    found, problems, one = _read(location, using, today or using.config.today())
    wanted = [each for each in found if one or each.needed]
    if not quiet and not as_json:
        for each in found:
            if each not in wanted:
                click.echo(f"needs no repair: {_where(each)}", err=True)
        show((indented(text) for each in wanted for text in _lines(each)), err=True)
    if not as_json or problems:
        _say_problems(problems)
    if not wanted and not problems:
        if found:
            return _ended(wanted, found, problems, [], as_json=as_json, dry_run=dry_run)
        raise Stop(
            USAGE,
            f"no form was made: {location} holds no review form.",
            "name a form that gatebook made. For a checklist of your own: gatebook adopt FILE --to NEW",
        )
    places: list[str] = []
    if wanted and not dry_run:
        try:
            places = _make(wanted, place, using, quiet=quiet or as_json, silent=as_json)
        except OSError as error:
            raise nothing_made(place, error) from error
        if not quiet and not as_json and places:
            click.echo(_next(left=any(each.left for each in wanted)), err=True)
    return _ended(wanted, found, problems, places, as_json=as_json, dry_run=dry_run)


def _next(*, left: bool) -> str:
    """What to do with the new forms; `left`: one of them at least has a tab Leftovers."""
    first = "look through the tab Leftovers and fill" if left else "fill"
    return (
        f"Next: {first} in what is missing. Then move the old file out of the folder: both are the "
        "same review, and until then the one changed last counts."
    )


def _ended(
    wanted: Sequence[Salvaged],
    found: Sequence[Salvaged],
    problems: Sequence[TabProblem],
    places: Sequence[str],
    *,
    as_json: bool,
    dry_run: bool,
) -> int:
    if as_json:
        from gatebook.cli.reports import json_line, problem_record

        made = [*places, *[None] * (len(wanted) - len(places))]
        record = {
            "schema": SCHEMA,
            "written": any(places),
            "forms": [_record(each, to) for each, to in zip(wanted, made, strict=True)],
            "needs_no_repair": [_where(each) for each in found if each not in wanted],
            "unreadable": [problem_record(one) for one in problems],
        }
        sys.stdout.buffer.write(json_line(record))
    return SOME_UNREADABLE if problems else DONE


def _read(
    location: str, using: Settings, today: datetime.date
) -> tuple[list[Salvaged], list[TabProblem], bool]:
    """What can be salvaged, what nobody can read, and whether the location is a single workbook."""
    from gatebook.backends.protocol import Unreadable
    from gatebook.sheets.review_form import TabProblem
    from gatebook.wiring import SettingsError

    found: list[Salvaged] = []
    problems: list[TabProblem] = []
    try:
        backend = using.backend(location)
        listing = backend.list(location)
    except Unreadable as trouble:
        raise Stop(USAGE, trouble.reason, trouble.remedy) from trouble
    except SettingsError as error:
        raise Stop(USAGE, str(error)) from error
    for passed in listing.passed:
        if passed.problem:
            problems.append(TabProblem(passed.location, "", passed.reason, passed.remedy))
    for source in listing.sources:
        try:
            done, unread = _salvaged(backend, source, using, today)
        except Unreadable as trouble:
            problem = TabProblem(
                source.location, "", trouble.reason, trouble.remedy, source.name
            )  # fmt: skip
            problems.append(problem)
        else:
            found += done
            problems += unread
    single = len(listing.sources) == 1 and listing.sources[0].location == location
    return found, problems, single or using.is_spreadsheet(location)


def _salvaged(
    backend: Backend, source: Source, using: Settings, today: datetime.date
) -> tuple[tuple[Salvaged, ...], tuple[TabProblem, ...]]:
    from gatebook.sheets.salvage import salvage

    grids = tuple(backend.read(source))
    return salvage(
        grids,
        using.checklists,
        using.checklist,
        today,
        token(),
        location=source.location,
        modified=source.modified,
        extras=extras_of(source.location),
    )


def extras_of(location: str) -> dict[str, Extras]:
    """Comments, fills and formats of a file on disk; of a place on the web only values are read."""
    from gatebook.backends.excel.extras import read_extras
    from gatebook.wiring import is_web

    return {} if is_web(location) else read_extras(Path(location))


def _where(each: Salvaged) -> str:
    from gatebook.domain.systems import place

    return place(each.old)


def _lines(each: Salvaged) -> Iterator[str]:
    """What people read of one form."""
    judged = each.repaired.judged
    name = judged.review.system or "(no system name)"
    old = each.before.verdict.shown_as if each.before else "could not be read as a whole"
    yield f"{name}: {_where(each)}"
    yield f"  it came to: {old}; the new form comes to: {judged.verdict.shown_as}"
    for text in each.mended:
        yield f"  {text}"
    if each.repaired.sign_again:
        yield f"  The sign-off was not carried: {each.repaired.sign_again}."
    yield from left_lines(each.left)


def left_lines(left: Sequence[Leftover], most: int | None = None) -> Iterator[str]:
    """What was not carried, a line each: place, what stood there, why. At `most` so many lines."""
    if left:
        yield f"  Not carried over ({len(left)}), kept on the tab Leftovers:"
    for one in left[:most]:
        gate = f"gate {one.gate}" if one.gate else ""
        about = ", ".join(filter(None, (gate, one.about)))
        found = one.found if len(one.found) <= _LONGEST else one.found[: _LONGEST - 1] + "…"
        yield f"    {one.place}{f' ({about})' if about else ''}: “{' '.join(found.split())}”: {one.why}"
    if most is not None and len(left) > most:
        yield f"    and {len(left) - most} more"


_LONGEST = 80


def _record(each: Salvaged, to: str | None) -> dict[str, Any]:
    judged, old = each.repaired.judged, each.old
    stamp = judged.review.stamp
    return {
        "location": old.location,
        "tab": old.tab,
        "to": to or None,
        "system": judged.review.system,
        "system_id": stamp.system_id,
        "review_id": stamp.review_id,
        "decision_before": each.before.verdict.decision.value if each.before else None,
        "decision": judged.verdict.decision.value,
        "sign_off_carried": not each.repaired.sign_again,
        "mended": list(each.mended),
        "left": [left_record(one) for one in each.left],
    }


def left_record(one: Leftover) -> dict[str, Any]:
    """One leftover as JSON shows it."""
    return {
        "tab": one.tab,
        "cell": one.cell or None,
        "under": one.about,
        "gate": one.gate,
        "found": one.found,
        "why": one.why,
    }


def _say_problems(problems: Sequence[TabProblem]) -> None:
    from gatebook.cli.reports import problem_lines

    show((indented(text) for text in problem_lines(problems)), err=True)


def _make(
    wanted: Sequence[Salvaged], place: str, using: Settings, *, quiet: bool, silent: bool
) -> list[str]:
    """Draw the forms; where each is, "" for those kept. Prints the places unless `silent`."""
    forms = _forms(wanted, using)
    return make_at(forms, place, using, quiet=quiet, silent=silent)


def _forms(wanted: Sequence[Salvaged], using: Settings) -> list[Form]:
    from gatebook.pilots import file_name
    from gatebook.sheets.leftovers import draw_leftovers

    forms: list[Form] = []
    names: set[str] = set()
    for each in wanted:
        review = each.repaired.review
        tabs: tuple[Sheet, ...] = ()
        if each.left:
            source = each.old.workbook or Path(each.old.location).name
            tabs = (draw_leftovers(each.left, source, look_of(using).paper),)
        stem = f"{file_name(review).removesuffix('.xlsx')} repaired"
        name = next(
            n for n in (stem, *(f"{stem} {i}" for i in range(2, len(wanted) + 2))) if n not in names
        )
        names.add(name)
        forms.append(Form(review, each.checklist, tabs, f"{name}.xlsx"))
    return forms


def make_at(
    forms: Sequence[Form], place: str, using: Settings, *, quiet: bool, silent: bool
) -> list[str]:
    """Draw forms at a file, folder or Drive folder and print where, unless `silent`.

    Stops with exit code 2 where one form's own file is there already.
    """
    from gatebook.wiring import is_web

    if is_web(place):
        from gatebook.cli.making_online import make_online

        # What it says next is about new reviews, so it says nothing.
        look = look_of(using)
        made = make_online(
            forms, place, using, look, many=len(forms) > 1, quiet=True, silent=silent
        )
        for form, address in zip(forms, made, strict=True):
            if not address and not quiet:
                click.echo(f"kept: {form.file.removesuffix('.xlsx')}", err=True)
        return made
    one = file_for(place) if len(forms) == 1 else None
    if one and one.exists():
        raise Stop(
            USAGE,
            f"{one} is there already, and gatebook never overwrites a form.",
            "name another file or a folder with --to.",
        )
    folder = None if one else folder_of(place)
    paths = [one] if one else [folder / form.file for form in forms if folder]
    kept = {path for path in paths if path.exists()}
    make_files(dict(zip(paths, forms, strict=True)), look_of(using), quiet=quiet, silent=silent)
    return ["" if path in kept else str(path) for path in paths]
