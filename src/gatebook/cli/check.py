"""`gatebook check`: read completed forms and say what each comes to."""

from __future__ import annotations

import datetime
import sys
from typing import TYPE_CHECKING

import click

from gatebook.cli.exits import DONE, NOT_MET, SOME_UNREADABLE
from gatebook.cli.options import IsoDate, common, settings_or_stop

if TYPE_CHECKING:
    from gatebook.domain.findings import Finding
    from gatebook.domain.judge import Judged
    from gatebook.domain.systems import System

_MEETS = {"launch": ("launch",), "launch-with-plan": ("launch", "launch-with-plan")}


@click.command("check")
@click.argument("locations", nargs=-1, required=True, metavar="LOCATION...")
@click.option("--json", "as_json", is_flag=True, help="Print JSON for a pipeline.")
@click.option("--today", type=IsoDate(), help="Judge as of this day instead of today.")
@click.option(
    "--require",
    type=click.Choice(["launch", "launch-with-plan"]),
    help="Exit with code 3 unless every system's newest review comes to this, or better.",
)
@click.option("--verbose", "-v", is_flag=True, help="Name what was passed over, and why.")
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

    A LOCATION is a file, a folder, or a pattern such as "reviews/**/*.xlsx".
    """
    from gatebook.cli.reading import read_locations
    from gatebook.cli.reports import check_json, in_order, json_line, problem_lines
    from gatebook.domain.systems import systems

    using = settings_or_stop(config, checklist_files)
    day = today or using.config.today()
    loaded = read_locations(locations, using, day, quiet=quiet, verbose=verbose)
    found = systems(loaded.judged, day)
    if as_json:
        record = check_json(found, loaded.problems, using.checklist, day)
        sys.stdout.buffer.write(json_line(record))
    else:
        for judged in in_order(found):
            _show(judged, quiet=quiet)
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


def _show(judged: Judged, *, quiet: bool) -> None:
    review, verdict = judged.review, judged.verdict
    click.echo(f"{review.system or '(no system name)'}: {verdict.shown_as}")
    if quiet:
        return
    click.echo(f"  {verdict.reason}")
    click.echo(
        f"  {review.location} · {review.tab} · review of {review.review_date or '(no date)'}"
    )
    if judged.next_review:
        click.echo(f"  next review {judged.next_review.due} ({judged.next_review.reason})")
    for finding in judged.findings:
        _show_finding(finding)
    click.echo()


def _show_finding(finding: Finding) -> None:
    place = f"{finding.tab}!{finding.cell}" if finding.cell else finding.tab
    click.echo(f"  {finding.level:5}  {place:12} {finding.message}")
    click.echo(f"         {finding.code}: {finding.remedy}")
