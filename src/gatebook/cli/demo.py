"""`gatebook demo`: a filled sample portfolio, synced. The first thing to run."""

from __future__ import annotations

import datetime
import os
import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from gatebook.cli.exits import USAGE, Stop
from gatebook.cli.options import IsoDate, common, on_disk, settings_or_stop

if TYPE_CHECKING:
    from gatebook.wiring import Settings

_FOLDER = "gatebook-demo"


@click.command("demo")
@click.argument("folder", default=_FOLDER)
@click.option("--today", type=IsoDate(), help="Make the three months that end on this day.")
@common
def command(
    folder: str,
    today: datetime.date | None,
    config: str,
    checklist_files: tuple[str, ...],
    quiet: bool,
    debug: bool,
) -> int:
    """Make a filled sample portfolio in FOLDER, and sync it.

    Twelve invented systems over three months, one workbook a review, and the portfolio that an ops
    lead opens on Monday. Nothing outside FOLDER is touched.
    """
    from gatebook.cli.sync import command as sync

    home = on_disk(folder)
    if home.exists() and (not home.is_dir() or any(home.iterdir())):
        raise Stop(
            USAGE,
            f"{folder} is there already and is not empty",
            f"name another folder: gatebook demo {folder}-2",
        )
    using = settings_or_stop(config, checklist_files)
    day = today or using.config.today()
    reviews, portfolio = home / "reviews", home / "portfolio.xlsx"
    made = _draw(reviews, using, day)
    if not quiet:
        click.echo(f"Made {made} review workbooks in {reviews.as_posix()}.")
    arguments = [reviews.as_posix(), "--portfolio", portfolio.as_posix(), "--today", str(day)]
    arguments += [part for file in checklist_files for part in ("--checklist", file)]
    arguments += ["--quiet"] if quiet else []
    code: int = sync.main(arguments, standalone_mode=False)
    if not quiet:
        click.echo(
            f"\nOpen {portfolio.as_posix()}: the page an ops lead reads.\n"
            f"Open a workbook in {reviews.as_posix()}, change a status, save it, and run\n"
            f"  {_typed_name()} sync {reviews.as_posix()} --portfolio {portfolio.as_posix()}"
        )
    return code


def _typed_name() -> str:
    """How this command is called from here: it may not be on the PATH."""
    called = Path(sys.argv[0])
    if shutil.which("gatebook") or called.name not in ("gatebook", "gatebook.exe"):
        return "gatebook"
    return os.path.relpath(called)


def _draw(reviews: Path, using: Settings, today: datetime.date) -> int:
    """Draw every sample review; returns how many."""
    from gatebook.backends.protocol import Unwritable
    from gatebook.sample import sample_reviews
    from gatebook.sheets.form_draw import Look
    from gatebook.sheets.review_form import review_workbook

    form = using.config.form
    look = Look(form.organisation, form.paper, form.accent, form.logo)
    samples = sample_reviews(using.checklist, today)
    for name, review in samples:
        path = reviews / name
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            workbook = review_workbook(review, using.checklist, look)
            using.backend(str(path)).draw(workbook, str(path))
        except OSError as error:
            raise Stop(USAGE, f"{path.parent} cannot be made ({error.strerror})") from error
        except Unwritable as trouble:
            raise Stop(USAGE, trouble.reason, trouble.remedy) from trouble
    return len(samples)
