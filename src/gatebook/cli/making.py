"""Making review forms as files: what `gatebook new` and `gatebook renew` share. Nothing is overwritten."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Literal, NamedTuple, TypeVar

import click

from gatebook.cli.exits import USAGE, Stop

if TYPE_CHECKING:
    from gatebook.domain.checklist import Checklist
    from gatebook.domain.review import Review
    from gatebook.sheets.form_draw import Look
    from gatebook.sheets.model import Sheet, Workbook
    from gatebook.wiring import Settings

# With fewer files than this a bar would be gone before anybody reads it.
_BAR_FROM = 20

One = TypeVar("One")


class Form(NamedTuple):
    """A form to be made: what stands in it already, its gates, tabs behind it, and its file's name
    (without it: the usual one)."""

    review: Review
    checklist: Checklist
    more: tuple[Sheet, ...] = ()
    name: str = ""

    @property
    def file(self) -> str:
        """The name of its file, with the ending."""
        from gatebook.pilots import file_name

        return self.name or file_name(self.review)

    @property
    def key(self) -> str:
        """What finds this very file again where an answer about making it is lost: not the review's
        id alone, which a repaired form shares with the old one."""
        return f"{self.review.stamp.review_id} {self.name}".rstrip()

    def workbook(self, look: Look) -> Workbook:
        """The form as a workbook to be drawn."""
        from gatebook.sheets.review_form import review_workbook

        return review_workbook(self.review, self.checklist, look, *self.more)


def token() -> str:
    """What tells a form from all others of its system and day."""
    import secrets

    return secrets.token_hex(4)


def look_of(
    using: Settings, paper: Literal["A4", "Letter"] | None = None, approvers: Sequence[str] = ()
) -> Look:
    """How forms look, and who signs them: as options say, else as gatebook.toml does."""
    from gatebook.sheets.form_draw import Look

    form = using.config.form
    return Look(
        form.organisation,
        paper or form.paper,
        form.accent,
        form.logo,
        tuple(approvers) or using.config.google.approvers,
    )


def make_files(forms: Mapping[Path, Form], look: Look, *, quiet: bool, silent: bool = False) -> int:
    """Draw each form whose path is free, print the paths (unless `silent`), and say which were kept.
    How many it drew.

    Stops with exit code 2 where one cannot be written.
    """
    wanted = {path: form for path, form in forms.items() if not path.exists()}
    for path in with_bar(list(wanted), _BAR_FROM, quiet=quiet):
        draw_form(wanted[path], path, look)
    for path in () if silent else wanted:
        click.echo(path)
    for path in forms:
        if path not in wanted and not quiet:
            click.echo(f"kept: {path}", err=True)
    return len(wanted)


def draw_form(form: Form, path: Path, look: Look) -> None:
    """Draw one form. Stops with exit code 2 where it cannot be written."""
    from gatebook.backends.protocol import Unwritable
    from gatebook.wiring import files_backend

    try:
        files_backend().draw(form.workbook(look), str(path))
    except Unwritable as error:
        raise Stop(USAGE, str(error), error.remedy) from error


def with_bar(every: Sequence[One], bar_from: int, *, quiet: bool) -> Iterable[One]:
    """The same things, with a progress bar where somebody waits for so many at a terminal."""
    if quiet or len(every) < bar_from or not sys.stderr.isatty():
        return every
    from rich.console import Console
    from rich.progress import track

    return track(every, "Making forms", console=Console(stderr=True), transient=True)


def folder_of(location: str) -> Path:
    """The folder that a location names, made where it is not there. Stops with exit code 2."""
    path = Path(location).expanduser()
    named_as_folder = ends_as_folder(location) or not path.suffix
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
    make_folder(path)
    return path


def ends_as_folder(location: str) -> bool:
    """Whether a location is written as a folder."""
    return location.endswith(("/", os.sep))


def make_folder(path: Path) -> None:
    """Make a folder and those above it. Stops with exit code 2."""
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise Stop(
            USAGE,
            f"the folder {path} cannot be made ({error.strerror or error}).",
            "choose a folder that you may write in, and check that no file has its name.",
        ) from error


def file_for(location: str) -> Path | None:
    """The one file that a location names, its folder made; None where it names a folder."""
    path = Path(location).expanduser()
    if path.is_dir() or path.suffix.lower() != ".xlsx" or ends_as_folder(location):
        return None
    make_folder(path.parent)
    return path


def nothing_made(location: str, error: OSError) -> Stop:
    """Exit code 2 for a place where nothing can be made."""
    return Stop(
        USAGE,
        f"nothing can be made at {location} ({error.strerror or error}).",
        "check the path, and that you may write there.",
    )
