"""The `gatebook` command: loads only the command that was asked for, so that it starts at once."""

from __future__ import annotations

import importlib
import io
import sys

import click

from gatebook import __version__
from gatebook.cli.exits import USAGE, Stop, explain_crash

# Command → module under gatebook.cli that holds a click command named `command`, and a line of help.
COMMANDS = {
    "new": ("new", "Make a review form for a system, or for a whole list of pilots."),
    "renew": ("renew", "Make the form of each system's next review, carried forward."),
    "check": ("check", "Read completed forms and say what each comes to."),
    "sync": ("sync", "Read all forms and write the portfolio."),
    "digest": ("digest", "Write for each owner what they have to do, as text and calendar."),
    "explain": ("explain", "Say what a finding means and what to do about it."),
    "checklist": ("checklist", "Show, check or copy a checklist of gates."),
    "demo": ("demo", "Make a filled sample portfolio: the first thing to run."),
    "doctor": ("doctor", "Can gatebook read and write here? If not, what to do."),
}


class LazyGroup(click.Group):
    """Knows its commands by name and imports one only when it runs."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        module = importlib.import_module(f"gatebook.cli.{COMMANDS[cmd_name][0]}")
        command: click.Command = module.command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, line) for name, (_, line) in COMMANDS.items()])


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="gatebook")
def cli() -> None:
    """May this AI pilot go to production? A sheet to fill in, and an answer that holds.

    \b
    Start with:  gatebook demo
    Then:        gatebook new "Support assistant" --lead "Mia Kovac" --to reviews/
                 gatebook sync reviews/ --portfolio portfolio.xlsx
    """


def _speak_utf8() -> None:
    """Windows writes its old code page where the output is no terminal; JSON and names need UTF-8.
    A file's name may hold bytes that are no text at all: those are shown, not fatal."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")


def main(arguments: list[str] | None = None) -> None:
    """Run a command; every trouble ends in one message and an exit code, never in a traceback."""
    _speak_utf8()
    arguments = sys.argv[1:] if arguments is None else arguments
    try:
        result = cli.main(arguments, prog_name="gatebook", standalone_mode=False)
    except click.exceptions.Exit as leave:
        sys.exit(leave.exit_code)
    except click.Abort:
        click.echo("Stopped.", err=True)
        sys.exit(130)
    except click.ClickException as wrong:
        wrong.show()
        sys.exit(USAGE)
    except Stop as stop:
        click.echo(stop.text, err=True)
        sys.exit(stop.code)
    except Exception as crash:
        if "--debug" in arguments:
            raise
        click.echo(explain_crash(crash), err=True)
        sys.exit(USAGE)
    sys.exit(result if isinstance(result, int) else 0)
