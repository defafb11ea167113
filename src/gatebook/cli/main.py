"""The `gatebook` command: loads only the command that was asked for, so that it starts at once."""

from __future__ import annotations

import importlib
import io
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import click

from gatebook import STOPPED, __version__
from gatebook.cli.exits import USAGE, Stop, explain_crash

# Command → module under gatebook.cli that holds a click command named `command`, and a line of help.
COMMANDS = {
    "new": ("new", "Make a review form for a system, or for a whole list of pilots."),
    "renew": ("renew", "Make the form of each system's next review, carried forward."),
    "repair": ("repair", "Make a fresh form of a damaged one, with all that can be read."),
    "adopt": ("adopt", "Make a form from a team's own checklist sheet."),
    "check": ("check", "Read completed forms and say what each comes to."),
    "sync": ("sync", "Read all forms and write the portfolio."),
    "mark": ("mark", "Write what needs attention where the editors look."),
    "digest": ("digest", "Write for each owner what they have to do, as text and calendar."),
    "history": ("history", "Show every recorded review of a system; export them all."),
    "explain": ("explain", "Say what a finding means, or why a decision is what it is."),
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


class _AskedToEnd(BaseException):
    """The system asks for an end, by a signal. No Exception: nobody may take it for a trouble of theirs.

    `code`: the exit code that a shell gives to who ends by that signal.
    """

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.code = 128 + number


@contextmanager
def _ending_tidily() -> Iterator[None]:
    """A scheduler's stop (SIGTERM) or a closed terminal (SIGHUP) ends like Ctrl-C: files that are half
    written are put away. Who started us may have these ignored; that stays."""

    def end(number: int, _frame: object) -> None:
        raise _AskedToEnd(number)

    numbers = [getattr(signal, name) for name in ("SIGTERM", "SIGHUP") if hasattr(signal, name)]
    ours = [number for number in numbers if signal.getsignal(number) is signal.SIG_DFL]
    # Signals belong to the main thread; a program that runs us in another one keeps its own.
    with suppress(ValueError):
        for number in ours:
            signal.signal(number, end)
    try:
        yield
    finally:
        with suppress(ValueError):
            for number in ours:
                signal.signal(number, signal.SIG_DFL)


def _wrong_usage(wrong: click.ClickException) -> Stop:
    """What click refuses, told like everything else: what is wrong, and what to do."""
    context = wrong.ctx if isinstance(wrong, click.UsageError) else None
    more = f"{context.command_path if context else 'gatebook'} --help shows how it is used."
    missing = wrong.param if isinstance(wrong, click.MissingParameter) else None
    if isinstance(missing, click.Option):
        option = f"{missing.opts[0]} {missing.make_metavar(context) if context else ''}".strip()
        return Stop(USAGE, f"{missing.opts[0]} is missing", f"add {option}. {missing.help} {more}")
    said = wrong.format_message().rstrip(".")
    return Stop(USAGE, said[:1].lower() + said[1:], more)


def _check_addresses(arguments: list[str]) -> None:
    """Stops for an address of Google's without its beginning, before it is taken for a path."""
    for argument in arguments:
        location = argument.partition("=")[2] if argument.startswith("--") else argument
        if ".google.com/" in location:
            from gatebook.config import lacks_https

            if lacks_https(location):
                raise Stop(
                    USAGE,
                    f"{location} is no path of a file, and no whole address.",
                    f"put https:// before it: https://{location}",
                )


def main(arguments: list[str] | None = None) -> None:
    """Run a command; every trouble ends in one message and an exit code, never in a traceback."""
    _speak_utf8()
    arguments = sys.argv[1:] if arguments is None else arguments
    try:
        _check_addresses(arguments)
        with _ending_tidily():
            result = cli.main(arguments, prog_name="gatebook", standalone_mode=False)
    except click.exceptions.Exit as leave:
        sys.exit(leave.exit_code)
    except (click.Abort, KeyboardInterrupt, _AskedToEnd) as asked:
        click.echo(STOPPED, err=True)
        sys.exit(asked.code if isinstance(asked, _AskedToEnd) else 128 + signal.SIGINT)
    except click.ClickException as wrong:
        click.echo(_wrong_usage(wrong).text, err=True)
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
