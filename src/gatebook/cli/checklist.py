"""`gatebook checklist`: show the gates, check a checklist's file, copy the built-in one to edit."""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, TypeVar

import click

from gatebook.cli.exits import USAGE, Stop

if TYPE_CHECKING:
    from gatebook.domain.checklist import Checklist, Gate

_WIDTH = 80
_Command = TypeVar("_Command", bound=Callable[..., object])


def _everywhere(command: _Command) -> _Command:
    """--config, --quiet, --debug: what every command takes. The checklist is FILE itself."""
    for option in (
        click.option("--debug", is_flag=True, help="Show the traceback of an unexpected error."),
        click.option("--quiet", "-q", is_flag=True, help="Say nothing but results and errors."),
        click.option("--config", default="", metavar="FILE", help="Use this gatebook.toml."),
    ):
        command = option(command)
    return command


@click.group("checklist")
def command() -> None:
    """Show the gates, check the file of a checklist, or copy the built-in one to make your own.

    \b
    gatebook checklist show
    gatebook checklist copy our-gates.toml
    gatebook checklist check our-gates.toml
    """


@command.command("show")
@click.argument("file", default="")
@_everywhere
def show(file: str, config: str, quiet: bool, debug: bool) -> None:
    """Print the gates of FILE; without it, of the checklist in use."""
    checklist = _load(file, config)
    click.echo("\n".join(gates_text(checklist)))
    if not quiet:
        click.echo(
            "\nWhat green, yellow and red look like, what to bring and what to ask stands in\n"
            "the Guide tab of every form (gatebook new).",
            err=True,
        )


@command.command("check")
@click.argument("file", default="")
@_everywhere
def check(file: str, config: str, quiet: bool, debug: bool) -> None:
    """Say whether FILE is a valid checklist, and if not, everything that is wrong with it."""
    checklist = _load(file, config)
    if file:
        _warn_of_borrowed_id(checklist)
    if not quiet:
        click.echo(f"OK: {file + ' holds ' if file else ''}{summary(checklist)}.")


@command.command("copy")
@click.argument("file")
@_everywhere
def copy(file: str, config: str, quiet: bool, debug: bool) -> None:
    """Write the built-in checklist to the new FILE, to be edited."""
    from pathlib import Path

    from gatebook.templates import BUILT_IN, template_text

    path = Path(file).expanduser()
    if path.suffix.lower() != ".toml" or path.is_dir():
        raise Stop(
            USAGE,
            f"“{file}” is no name for a checklist's file.",
            "give a file name that ends in .toml, such as our-gates.toml.",
        )
    try:
        with path.open("x", encoding="utf-8", newline="\n") as target:
            target.write(template_text(BUILT_IN))
    except FileExistsError as error:
        raise Stop(
            USAGE,
            f"{file} is there already, and gatebook never overwrites a checklist.",
            "edit that one, or give another name.",
        ) from error
    except OSError as error:
        raise Stop(
            USAGE,
            f"{file} cannot be written ({error.strerror or error}).",
            "check that its folder is there, and that you may write in it.",
        ) from error
    click.echo(path)
    if not quiet:
        click.echo(_NEXT.format(file=path), err=True)


_NEXT = """Next:
  1. Give it an id and a title of its own (the first lines): forms remember the id.
  2. Change the gates ([[gates]]) and the rules ([policy]) that you need.
     docs/checklists.md explains every key.
  3. Run: gatebook checklist check "{file}"
  4. Write into gatebook.toml: checklist = "{file}" """.rstrip()


def _load(file: str, config: str) -> Checklist:
    """The checklist of a file, else the configured one, else the built-in."""
    from gatebook.wiring import SettingsError, load_checklist, settings

    try:
        return load_checklist(file) if file else settings(config).checklist
    except SettingsError as error:
        raise Stop(USAGE, str(error)) from error


def _warn_of_borrowed_id(checklist: Checklist) -> None:
    """Forms remember the id only, so a changed copy must not go by the built-in's."""
    from gatebook.wiring import built_in

    original = built_in()
    if checklist.id == original.id and checklist != original:
        click.echo(
            f"warning: its id is {checklist.id}, as that of the built-in checklist. "
            "Give it an id of its own, or forms made with the two cannot be told apart.",
            err=True,
        )


def summary(checklist: Checklist) -> str:
    """ "twelve-gates@1, AI pilot to production: twelve gates (12 gates, 6 themes)"."""
    counts = [
        f"{count} {word}{'' if count == 1 else 's'}"
        for count, word in ((len(checklist.gates), "gate"), (len(checklist.themes), "theme"))
    ]
    return f"{checklist.name}, {checklist.title} ({', '.join(counts)})"


def gates_text(checklist: Checklist) -> Iterator[str]:
    """The gates by theme, in 80 columns."""
    yield f"{checklist.title} ({checklist.name})"
    width = len(str(len(checklist.gates)))
    for theme in checklist.themes:
        yield ""
        yield theme.upper()
        for gate in checklist.gates:
            if gate.theme == theme:
                yield f"  {gate.number:{width}}  {gate.title}{_marks(gate)}"
                indent = " " * (width + 4)
                yield from textwrap.wrap(
                    gate.meaning, _WIDTH, initial_indent=indent, subsequent_indent=indent
                )


def _marks(gate: Gate) -> str:
    marks = [
        mark
        for mark, holds in (
            ("never optional", gate.never_optional),
            ("no yellow", not gate.yellow_allowed),
            ("AI Act preparation", gate.ai_act),
        )
        if holds
    ]
    return f"  [{', '.join(marks)}]" if marks else ""
