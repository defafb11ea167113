"""`gatebook check`: read completed forms and say what each comes to."""

from __future__ import annotations

import datetime
import sys
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import click

from gatebook.cli.exits import DONE, NOT_MET, SOME_UNREADABLE, USAGE, Stop
from gatebook.cli.options import IsoDate, common, settings_or_stop, signing_in
from gatebook.cli.terminal import Entry, Line, at_terminal, indented, line, show, show_table
from gatebook.domain.blank import NOT_BEGUN, is_begun, says_empty
from gatebook.domain.cadence import REASONS
from gatebook.domain.cells import Cell
from gatebook.domain.review import Unreadable

if TYPE_CHECKING:
    from gatebook.domain.findings import Finding
    from gatebook.domain.judge import Judged
    from gatebook.domain.systems import System

# Where the text of a finding begins, behind its level and cell.
_TEXT_AT = 22
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
    "--verbose",
    "-v",
    is_flag=True,
    help="Show earlier reviews, all that an empty form needs, and what was passed over.",
)
@signing_in
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
        show(one for system in found for one in _lines(system, quiet=quiet, verbose=verbose))
        if len(found) > 1 and not quiet and at_terminal():
            _summary(found)
    show((indented(text) for text in problem_lines(loaded.problems)), err=True)
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


def _lines(system: System, *, quiet: bool, verbose: bool) -> Iterator[Line]:
    """The review of a system that counts, and its other forms where they are asked for."""
    yield from _review_lines(system.newest, quiet=quiet, verbose=verbose)
    older = (*system.earlier, *system.copies)
    if verbose:
        for judged in older:
            yield line("Another form of this system:")
            yield from _review_lines(judged, quiet=quiet, verbose=verbose)
    elif older and not quiet:
        yield line(f"Other forms of this system: {len(older)} (--verbose shows them)", 2, "quiet")
    if not quiet:
        yield line("")


def _review_lines(judged: Judged, *, quiet: bool, verbose: bool) -> Iterator[Line]:
    review, verdict = judged.review, judged.verdict
    name = review.system or "(no system name)"
    heading = ((name, "name"), (": ", ""), (verdict.shown_as, verdict.decision))
    yield Line(heading)
    if quiet:
        return
    if verdict.decision != "incomplete":
        yield line(verdict.reason, 2)
    day = review.review_date or "no date"
    held = f"“{day.found}”, which is no date" if isinstance(day, Unreadable) else day
    yield line(f"{review.location} · {review.tab} · review of {held}", 2, "quiet")
    if judged.next_review:
        due = judged.next_review
        yield line(f"next review {due.due} ({REASONS[due.reason]})", 2)
    findings = judged.findings
    if not (verbose or is_begun(review)):
        findings = tuple(finding for finding in findings if not says_empty(finding))
        yield line(f"{NOT_BEGUN}; --verbose lists what to fill in", 2)
    for finding in sorted(findings, key=_sheet_order):
        place = f"{finding.tab}!{finding.cell}" if finding.cell else finding.tab
        level = (f"{finding.level:5}", finding.level)
        yield Line((level, (f"  {place:12} ", ""), (finding.message, "")), 2, _TEXT_AT)
        yield line(f"{finding.code}: {finding.remedy}", _TEXT_AT, "quiet")


def _sheet_order(finding: Finding) -> tuple[bool, str, Cell]:
    """What comes first in the sheet comes first here; a launch without a pass before all."""
    cell = Cell.parse(finding.cell) if finding.cell else Cell(0, 0)
    return finding.code != "launched-without-passing", finding.tab, cell


def _summary(found: Sequence[System]) -> None:
    """All systems once more, where people see them when the rest has run past."""
    entries = []
    for system in found:
        verdict = system.newest.verdict
        why = () if verdict.decision == "incomplete" else (verdict.reason,)
        if not is_begun(system.newest.review):
            why = (NOT_BEGUN,)
        entries.append(Entry(system.name, verdict.shown_as, verdict.decision, why))
    show_table(entries)
