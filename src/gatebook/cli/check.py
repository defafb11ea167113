"""`gatebook check`: read completed forms and say what each comes to."""

from __future__ import annotations

import datetime
import shutil
import sys
from typing import TYPE_CHECKING

import click

from gatebook.cli.exits import DONE, NOT_MET, SOME_UNREADABLE, USAGE, Stop
from gatebook.cli.options import IsoDate, common, settings_or_stop
from gatebook.domain.cadence import REASONS
from gatebook.domain.cells import Cell
from gatebook.domain.review import Unreadable

if TYPE_CHECKING:
    from gatebook.domain.findings import Finding
    from gatebook.domain.judge import Judged
    from gatebook.domain.systems import System

_MEETS = {"launch": ("launch",), "launch-with-plan": ("launch", "launch-with-plan")}


@click.command("check")
@click.argument("locations", nargs=-1, metavar="[LOCATION...]")
@click.option("--json", "as_json", is_flag=True, help="Print JSON for a pipeline.")
@click.option("--today", type=IsoDate(), help="Judge as of this day instead of today.")
@click.option(
    "--require",
    type=click.Choice(["launch", "launch-with-plan"]),
    help="Exit with code 3 unless every system's newest review comes to this, or better.",
)
@click.option(
    "--verbose", "-v", is_flag=True, help="Show earlier reviews and what was passed over."
)
@common
def command(
    locations: tuple[str, ...],
    as_json: bool,
    today: datetime.date | None,
    require: str | None,
    verbose: bool,
    config: str,
    checklist_files: tuple[str, ...],
    quiet: bool,
    debug: bool,
) -> int:
    """Read completed forms and say what each comes to. Writes nothing.

    A LOCATION is a file, a folder, or a pattern such as "reviews/**/*.xlsx". Without one, those in
    gatebook.toml are read.
    """
    from gatebook.cli.reading import read_locations
    from gatebook.cli.reports import check_json, json_line, problem_lines
    from gatebook.domain.systems import systems

    using = settings_or_stop(config, checklist_files)
    day = today or using.config.today()
    places = locations or using.config.locations
    if not places:
        raise Stop(USAGE, "no location to read", "name a folder, or locations in gatebook.toml.")
    loaded = read_locations(places, using, day, quiet=quiet, verbose=verbose)
    found = systems(loaded.judged, day)
    if as_json:
        record = check_json(found, loaded.problems, using.checklist, day)
        sys.stdout.buffer.write(json_line(record))
    else:
        for system in found:
            _show_system(system, quiet=quiet, verbose=verbose)
    for line in problem_lines(loaded.problems):
        click.echo(line, err=True)
    if not found and not loaded.problems:
        click.echo("No review found here. gatebook new makes one.", err=True)
    if require and not _all_meet(found, require):
        return NOT_MET
    return SOME_UNREADABLE if loaded.problems else DONE


def _all_meet(systems: tuple[System, ...], require: str) -> bool:
    """Whether every system's newest review meets a level; no system at all meets nothing."""
    short = [s for s in systems if s.newest.verdict.decision not in _MEETS[require]]
    for system in short:
        shown = system.newest.verdict.shown_as
        click.echo(f"not {require}: {system.name}: {shown}", err=True)
    return bool(systems) and not short


def _show_system(system: System, *, quiet: bool, verbose: bool) -> None:
    """The newest review of a system, and the ones before it where they are asked for."""
    _show(system.newest, quiet=quiet)
    older = (*system.earlier, *system.copies)
    if verbose:
        for judged in older:
            click.echo("An earlier review or a copy:")
            _show(judged, quiet=quiet)
    elif older and not quiet:
        click.echo(f"  Before it: {len(older)} more (--verbose shows them)")
    if not quiet:
        click.echo()


def _show(judged: Judged, *, quiet: bool) -> None:
    review, verdict = judged.review, judged.verdict
    click.echo(f"{review.system or '(no system name)'}: {verdict.shown_as}")
    if quiet:
        return
    if verdict.decision != "incomplete":
        _wrapped(verdict.reason, "  ")
    day = review.review_date or "no date"
    held = f"“{day.found}”, which is no date" if isinstance(day, Unreadable) else day
    click.echo(f"  {review.location} · {review.tab} · review of {held}")
    if judged.next_review:
        due = judged.next_review
        click.echo(f"  next review {due.due} ({REASONS[due.reason]})")
    for finding in sorted(judged.findings, key=_sheet_order):
        place = f"{finding.tab}!{finding.cell}" if finding.cell else finding.tab
        _wrapped(f"{finding.level:5}  {place:12} {finding.message}", "  ", " " * 22)
        _wrapped(f"{finding.code}: {finding.remedy}", " " * 22)


def _sheet_order(finding: Finding) -> tuple[bool, str, Cell]:
    """What comes first in the sheet comes first here; a launch without a pass before all."""
    cell = Cell.parse(finding.cell) if finding.cell else Cell(0, 0)
    return finding.code != "launched-without-passing", finding.tab, cell


def _wrapped(text: str, indent: str, then: str = "") -> None:
    """Text in lines that fit the terminal, never wider than 100."""
    width = min(shutil.get_terminal_size().columns, 100)
    click.echo(click.wrap_text(text, width, indent, then or indent))
