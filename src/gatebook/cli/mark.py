"""`gatebook mark`: write what needs attention where the editors of a sheet look."""

from __future__ import annotations

import datetime
import sys
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import click

from gatebook.cli.exits import DONE, SOME_UNREADABLE, USAGE, Stop
from gatebook.cli.options import IsoDate, common, settings_or_stop, signing_in
from gatebook.cli.terminal import indented, show

if TYPE_CHECKING:
    from gatebook.domain.systems import System
    from gatebook.loading import Loaded
    from gatebook.marking import Marked
    from gatebook.wiring import Settings


@click.command("mark")
@click.argument("locations", nargs=-1, metavar="[LOCATION...]")
@click.option("--json", "as_json", is_flag=True, help="Print JSON for a pipeline.")
@click.option("--today", type=IsoDate(), help="Judge as of this day instead of today.")
@click.option("--dry-run", is_flag=True, help="Say what would change, and write nothing.")
@click.option("--clear", is_flag=True, help="Take away everything that this command has written.")
@signing_in
@common
def command(
    locations: tuple[str, ...],
    as_json: bool,
    today: datetime.date | None,
    dry_run: bool,
    clear: bool,
    config: str,
    checklist_files: tuple[str, ...],
    quiet: bool,
    debug: bool,
) -> int:
    """Write what needs attention where the editors of a form look.

    In Google: as notes on the cells, and a line above the table. On disk: as a small workbook "NAME -
    needs attention.xlsx" beside the file, which itself stays as it is. What is mended vanishes with
    the next run. Without a LOCATION those in gatebook.toml are marked.
    """
    from gatebook.cli.reading import read_locations
    from gatebook.cli.reports import SCHEMA, json_line, problem_lines, problem_record
    from gatebook.domain.systems import systems

    using = settings_or_stop(config, checklist_files)
    places = locations or using.config.locations
    if not places:
        raise Stop(USAGE, "no location to mark", "name a folder, or locations in gatebook.toml.")
    _refuse_stores(places)
    day = today or using.config.today()
    portfolio = using.config.portfolio
    loaded = read_locations(places, using, day, portfolio=portfolio, purpose="write", quiet=quiet)
    found = systems(loaded.judged, day)
    marked = [
        *google_marks(loaded, found, using, write=not dry_run, clear=clear),
        *_file_marks(loaded, found, using, write=not dry_run, clear=clear),
    ]
    outcome = Outcome(marked, not dry_run)
    if as_json:
        head = {"schema": SCHEMA, "today": day.isoformat(), "requests": using.requests}
        unreadable = [problem_record(one) for one in loaded.problems]
        record = head | outcome.record() | {"unreadable": unreadable}
        sys.stdout.buffer.write(json_line(record))
    elif not quiet:
        show(map(indented, outcome.lines()))
    outcome.tell(quiet=quiet or as_json)
    show(map(indented, problem_lines(loaded.problems)), err=True)
    return SOME_UNREADABLE if loaded.problems or outcome.failed else DONE


def _refuse_stores(places: Sequence[str]) -> None:
    """Exit code 2 for an object store: gatebook only reads there."""
    from gatebook.wiring import is_google, is_web

    for place in places:
        if is_web(place) and not is_google(place):
            raise Stop(
                USAGE,
                f"{place} is in an object store, where gatebook only reads",
                "look at the portfolio's tab Findings, which leads to each cell. Nothing was written.",
            )


def google_marks(
    loaded: Loaded, systems: Sequence[System], using: Settings, *, write: bool, clear: bool = False
) -> list[Marked]:
    """Mark the Google spreadsheets among what was read."""
    from gatebook.marking import mark_spreadsheets
    from gatebook.wiring import is_google

    sheets = [sheet for sheet in loaded.sheets if is_google(sheet.source.location)]
    if not sheets:
        return []
    return list(mark_spreadsheets(using.google("write"), sheets, systems, write=write, clear=clear))


def _file_marks(
    loaded: Loaded, systems: Sequence[System], using: Settings, *, write: bool, clear: bool
) -> list[Marked]:
    from gatebook.marking import mark_files
    from gatebook.wiring import files_backend, is_web

    sheets = [sheet for sheet in loaded.sheets if not is_web(sheet.source.location)]
    passed = [one for one in loaded.passed if not is_web(one.location)]
    return list(mark_files(files_backend(), sheets, passed, systems, write=write, clear=clear))


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of the marks of a run; not `written`: what would have."""

    marked: Sequence[Marked]
    written: bool

    @property
    def failed(self) -> list[Marked]:
        """Those where something should have been written and was not."""
        return [one for one in self.marked if one.reason]

    @property
    def done(self) -> list[Marked]:
        """The others."""
        return [one for one in self.marked if not one.reason]

    def record(self) -> dict[str, Any]:
        """As JSON shows it."""
        sheets = [{"location": one.location, "place": one.place, **one.counts} for one in self.done]
        failed = [
            {"location": one.location, "message": one.reason, "remedy": one.remedy}
            for one in self.failed
        ]
        return {"marks": {"written": self.written, "sheets": sheets, "not_marked": failed}}

    def lines(self) -> list[str]:
        """A line for each place that has or had marks."""
        return [
            f"{_where(one)}: {_in_words(one.counts)}"
            for one in self.done
            if any(one.counts.values())
        ]

    def tell(self, *, quiet: bool) -> None:
        """Say the sum, unless `quiet`, and to standard error what could not be marked, and why."""
        if not quiet:
            every = Counter[str](set=0, removed=0, unchanged=0)
            for one in self.done:
                every.update(one.counts)
            dry = "" if self.written else " Nothing was written (--dry-run)."
            click.echo(f"Marks: {_in_words(every)}.{dry}")
        lines = []
        for one in self.failed:
            lines += [f"not marked: {_where(one)}: {one.reason}", f"  What to do: {one.remedy}"]
        show(map(indented, lines), err=True)


def _where(one: Marked) -> str:
    return f"“{one.name}”, {one.location}" if one.name else one.place


def _in_words(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{count} {what}" for what, count in counts.items())
