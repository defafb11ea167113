"""What people see of a result: wrapped lines and a table in colour at a terminal, else plain lines.

At a terminal nothing is wider than it is, and a decision wraps at its words and is never cut. Into a
file or pipe goes each line whole, without colours or frames, whatever the width: logs are searched by
line. `NO_COLOR` is minded (https://no-color.org).
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from textwrap import wrap
from typing import TYPE_CHECKING

import click

from gatebook.domain.decision import SHOWN

if TYPE_CHECKING:
    from rich.console import Console
    from rich.text import Text

# Longer lines are hard to read, however wide the terminal is.
_WIDEST = 100
# Of a table's width, at most so much is for names, and what the longest decision leaves; a longer name
# wraps, a very long one is cut.
_NAMES = 0.4
_LONGEST_NAME = 60
_GAP = 3
_DECISION = max(
    len(text.format(date="on 2026-12-31", things="12 things")) for text in SHOWN.values()
)
# By decision and by level of a finding. Words say the same: nothing hangs on a colour.
_COLOURS = {
    "launch": "green",
    "launch-with-plan": "yellow",
    "delayed": "bold red",
    "incomplete": "bold magenta",
    "block": "bold red",
    "warn": "yellow",
    "name": "bold",
    "quiet": "dim",
}


@dataclass(frozen=True, slots=True)
class Line:
    """Texts, each with a key of the colours ("" for none), behind an indent.

    Where it wraps, its later lines begin at column `under`.
    """

    parts: tuple[tuple[str, str], ...]
    indent: int = 0
    under: int = 0


@dataclass(frozen=True, slots=True)
class Entry:
    """A system in a table: its name, its decision as the sheet shows it, and what to say of it."""

    system: str
    shown: str
    decision: str
    notes: tuple[str, ...] = ()


def line(text: str, indent: int = 0, colour: str = "") -> Line:
    """One text as a line, wrapped under its own beginning."""
    return Line(((text, colour),), indent, indent)


def indented(text: str) -> Line:
    """A text as a line, its own leading spaces as the indent."""
    return line(text.lstrip(" "), len(text) - len(text.lstrip(" ")))


def counts(text: str) -> list[Line]:
    """Short texts with " · " between them: at a terminal no line ends inside of one."""
    if not at_terminal():
        return [line(text)]
    whole = "\xa0· ".join(part.replace(" ", "\xa0") for part in text.split(" · "))
    return [line(one.replace("\xa0", " ")) for one in wrap(whole, _console().width)]


def at_terminal(*, err: bool = False) -> bool:
    """Whether somebody looks at standard output (`err`: at standard error) right now."""
    return (sys.stderr if err else sys.stdout).isatty()


def show(lines: Iterable[Line], *, err: bool = False) -> None:
    """Print lines to standard output, or to standard error."""
    if at_terminal(err=err):
        _show_wrapped(lines, _console(err=err))
        return
    for one in lines:
        click.echo(" " * one.indent + "".join(text for text, _ in one.parts), err=err)


def show_table(entries: Sequence[Entry]) -> None:
    """Print a table of systems to standard output; a line each where it is no terminal."""
    if at_terminal():
        _show_framed(entries)
        return
    for one in entries:
        click.echo(f"  {one.system}: {' · '.join((one.shown, *one.notes))}")


def _console(*, err: bool = False) -> Console:
    # Imported here: it takes 0.1 s, which a pipe does not need to spend.
    from rich.console import Console

    console = Console(stderr=err, highlight=False, markup=False, emoji=False)
    console.width = min(console.width, _WIDEST)
    return console


def _text(parts: Iterable[tuple[str, str]]) -> Text:
    """Coloured text; what came from a sheet or a file's name cannot steer the terminal."""
    from rich.text import Text

    from gatebook.digest import one_line

    text = Text()
    for part, colour in parts:
        # Spaces around a part are ours, and `one_line` takes them off.
        before, after = part[: len(part) - len(part.lstrip(" "))], part[len(part.rstrip(" ")) :]
        text.append(f"{before}{one_line(part)}{after}" if part.strip(" ") else part)
        text.stylize(_COLOURS.get(colour, ""), len(text) - len(part))
    return text


def _show_wrapped(lines: Iterable[Line], console: Console) -> None:
    from rich.text import Text

    for one in lines:
        text = Text(" " * one.indent) + _text(one.parts)
        # The first `under` columns stay as they are; what follows wraps beside them.
        first, rest = text.divide([one.under]) if one.under < len(text) else (text, Text())
        room = max(console.width - max(first.cell_len, one.under), 10)
        for number, part in enumerate(rest.wrap(console, room) or [Text()]):
            part.rstrip()
            console.print(Text(" " * one.under) + part if number else first + part)


def _show_framed(entries: Sequence[Entry]) -> None:
    from rich import box
    from rich.table import Table
    from rich.text import Text

    console = _console()
    table = Table(box=box.SIMPLE_HEAD, header_style="bold", pad_edge=False, show_edge=False)
    names = min(int(console.width * _NAMES), console.width - _GAP - _DECISION)
    table.add_column("System", max_width=max(names, 10), overflow="fold")
    table.add_column("What it comes to", overflow="fold")
    for one in entries:
        name = one.system
        if len(name) > _LONGEST_NAME:
            name = name[: _LONGEST_NAME - 1].rstrip() + "…"
        said = [_text([(one.shown, one.decision)]), *(_text([(n, "quiet")]) for n in one.notes)]
        table.add_row(_text([(name, "name")]), Text("\n").join(said))
    console.print()
    console.print(table)
    console.print()
