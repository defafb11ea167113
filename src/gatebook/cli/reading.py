"""Reading locations for a command: progress on a terminal, and what was passed over."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING

import click

from gatebook.backends.protocol import Unreadable
from gatebook.cli.exits import USAGE, Stop
from gatebook.loading import Judgement, Loaded, Recall, load, nothing_known
from gatebook.wiring import Settings, SettingsError, is_web, runner

if TYPE_CHECKING:
    from rich.progress import Progress as RichProgress

    from gatebook.backends.google.signin import Purpose

# A bar for fewer files would be gone before anybody sees it.
_BAR_FROM = 30


def read_locations(
    locations: Sequence[str],
    using: Settings,
    today: date,
    *,
    portfolio: str = "",
    purpose: Purpose = "read",
    recall: Recall = nothing_known,
    quiet: bool = False,
    verbose: bool = False,
) -> Loaded:
    """Read and judge everything at the locations. Stops with exit code 2 where one is not there."""
    how = Judgement(using.checklists, using.checklist, today)
    own = _identity(portfolio) if portfolio else ""
    bar = _Bar(show=not quiet)
    try:
        loaded = load(
            [(using.backend(location, purpose), location) for location in locations],
            how,
            skip=lambda location: _identity(location) == own,
            run=runner,
            recall=recall,
            progress=bar.move,
        )
    except Unreadable as trouble:
        raise Stop(USAGE, trouble.reason, trouble.remedy) from trouble
    except SettingsError as error:
        raise Stop(USAGE, str(error)) from error
    finally:
        bar.close()
    if verbose:
        for one in loaded.passed:
            click.echo(f"passed over: {one.location}: {one.reason}", err=True)
    return loaded


def _identity(location: str) -> str:
    """What two names of the same workbook have in common."""
    if not is_web(location):
        return os.path.realpath(location)
    from gatebook.backends.google.addresses import parse_address

    try:
        return parse_address(location).id
    except Unreadable:
        return location


class _Bar:
    """A progress bar on standard error, on terminals only."""

    def __init__(self, *, show: bool) -> None:
        self._show = show and sys.stderr.isatty()
        self._bar: RichProgress | None = None

    def move(self, done: int, of: int) -> None:
        """So many of so many files are read."""
        if not self._show or of < _BAR_FROM:
            return
        if self._bar is None:
            self._bar = _started(of)
        self._bar.update(self._bar.task_ids[0], completed=done, total=of)

    def close(self) -> None:
        """Take the bar away."""
        if self._bar:
            self._bar.stop()


def _started(of: int) -> RichProgress:
    from rich.console import Console
    from rich.progress import Progress as RichProgress

    progress = RichProgress(console=Console(stderr=True), transient=True)
    progress.add_task("Reading", total=of)
    progress.start()
    return progress
