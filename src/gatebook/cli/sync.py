"""`gatebook sync`: read all forms and write the portfolio."""

from __future__ import annotations

import datetime
import os
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext, suppress
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click
import msgspec

from gatebook import __version__
from gatebook.cli.again import inputs_now, said_before, to_repeat
from gatebook.cli.exits import BUSY, DONE, NOT_WRITTEN, SOME_UNREADABLE, USAGE, Stop
from gatebook.cli.options import IsoDate, common, settings_or_stop, signing_in
from gatebook.cli.sync_report import ALREADY, ending_of, tell, warn, what_is_said

if TYPE_CHECKING:
    from gatebook.backends.google.signin import Purpose
    from gatebook.cli.mark import Outcome
    from gatebook.loading import Loaded
    from gatebook.memory import Memory
    from gatebook.notify import Message, Notifier
    from gatebook.sync import Plan
    from gatebook.wiring import Settings


@click.command("sync")
@click.argument("locations", nargs=-1, metavar="[LOCATION...]")
@click.option(
    "--portfolio",
    default="",
    metavar="LOCATION",
    help="Where the portfolio is written: an .xlsx file, or a Google spreadsheet's address.",
)
@click.option(
    "--ledger",
    default="",
    metavar="URL",
    help="Where syncs are recorded: sqlite:///FILE, postgresql+psycopg://…, or off.",
)
@click.option("--today", type=IsoDate(), help="Judge as of this day instead of today.")
@click.option("--dry-run", is_flag=True, help="Say what would change, and write nothing.")
@click.option("--notify", is_flag=True, help="Send what changed; see [notify] in gatebook.toml.")
@click.option("--mark", is_flag=True, help="Google: note on the cells what needs attention.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON for a pipeline.")
@click.option("--full", is_flag=True, help="Read every sheet, also those that did not change.")
@click.option("--verbose", "-v", is_flag=True, help="Name what was passed over, and why.")
@signing_in
@common
def command(
    locations: tuple[str, ...],
    portfolio: str,
    ledger: str,
    today: datetime.date | None,
    dry_run: bool,
    notify: bool,
    mark: bool,
    as_json: bool,
    full: bool,
    verbose: bool,
    config: str,
    checklist_files: tuple[str, ...],
    quiet: bool,
    debug: bool,
) -> int:
    """Read all forms and write the portfolio workbook.

    Without a LOCATION the ones in gatebook.toml are read. The portfolio is written only if it would
    say something else than it does; your notes in it stay.
    """
    using = replace(settings_or_stop(config, checklist_files), full=full)
    places = locations or using.config.locations
    target = portfolio or using.config.portfolio
    if not places:
        raise Stop(USAGE, "no location to read", "name a folder, or locations in gatebook.toml.")
    if not target:
        raise Stop(
            USAGE,
            "no portfolio to write",
            "add --portfolio portfolio.xlsx, or portfolio in gatebook.toml.",
        )
    _check_target(target, using)
    notifier = _notifier(using) if notify else None
    message = None
    day = today or using.config.today()
    written = False
    with _stopping(), nullcontext() if dry_run else _lock(target, using):
        # A dry run records nothing, and --verbose names files that only looking at all of them gives.
        inputs = "" if dry_run or verbose or mark else inputs_now(places, target, using, day)
        url, named = _ledger_url(target, using, ledger), ledger or using.config.ledger
        if not full and (again := said_before(inputs, target, url, named)):
            tell(again, ALREADY.format(target), as_json=as_json, quiet=quiet)
            return DONE
        with _memory(target, using, ledger, dry_run=dry_run) as memory:
            plan, loaded = _plan(
                places, target, using, day, memory, mark=mark, quiet=quiet, verbose=verbose
            )
            unchanged = loaded.unchanged + using.unchanged
            said = what_is_said(
                plan, using, not dry_run and plan.workbook is not None, unchanged, day
            )
            if not dry_run:
                message = _message(plan) if notifier else None
                repeatable = to_repeat(plan, said) if inputs else ""
                written = _write(plan, loaded, using, memory, day, (inputs, repeatable), mark=mark)
        marked = _marked(loaded, using, day, write=not dry_run) if mark else None
    # Writing takes requests, too.
    record = said.record | {"requests": using.requests} | (marked.record() if marked else {})
    said = msgspec.structs.replace(said, record=record)
    tell(said, ending_of(plan, written, dry_run=dry_run), as_json=as_json, quiet=quiet)
    warn(plan)
    if notifier and message and written:
        _send(notifier, message)
    if marked and marked.marked:
        marked.tell(quiet=quiet or as_json)
    elif marked:
        click.echo("--mark is for Google; gatebook mark writes lists beside files.", err=True)
    unmarked = marked and marked.failed
    return SOME_UNREADABLE if plan.problems or plan.kept or unmarked else DONE


def _check_target(target: str, using: Settings) -> None:
    from gatebook.wiring import SettingsError, is_web

    if is_web(target):
        try:
            if not using.is_spreadsheet(target):
                raise Stop(
                    USAGE,
                    f"the portfolio {target} is no Google spreadsheet",
                    "name an .xlsx file on disk; or make an empty Google spreadsheet, share it with "
                    "gatebook's identity as an editor, and give its address.",
                )
        except SettingsError as error:
            raise Stop(USAGE, str(error)) from error
        return
    path = Path(target)
    if path.suffix.lower() != ".xlsx":
        raise Stop(USAGE, f"the portfolio {target} is no .xlsx file", "give it a name in .xlsx.")
    if path.is_dir():
        raise Stop(USAGE, f"{target} is a folder", "name a file in it, such as portfolio.xlsx.")
    if not path.parent.is_dir():
        raise Stop(
            NOT_WRITTEN,
            f"the folder {path.parent} of the portfolio is not there",
            "make the folder, or name another one with --portfolio.",
        )


@contextmanager
def _lock(target: str, using: Settings) -> Iterator[None]:
    """One sync at a time for a portfolio: a lock file, held while this process lives."""
    from filelock import FileLock, Timeout

    from gatebook.wiring import lock_file

    lock = FileLock(lock_file(target, using.config.google), timeout=0)
    try:
        lock.acquire()
    except Timeout as error:
        raise Stop(
            BUSY,
            f"another sync is writing {target} right now",
            "wait for it; the next run picks up what it left. Nothing was read or written.",
        ) from error
    except OSError as error:
        raise Stop(
            NOT_WRITTEN,
            f"the folder of {target} cannot be written ({error.strerror or error})",
            "check the permissions of the folder. What was there is intact.",
        ) from error
    try:
        yield
    finally:
        lock.release()


def _ledger_url(target: str, using: Settings, ledger: str) -> str:
    from gatebook.wiring import ledger_url

    return ledger_url(target, ledger or using.config.ledger)


@contextmanager
def _memory(target: str, using: Settings, ledger: str, *, dry_run: bool) -> Iterator[Memory | None]:
    """The portfolio's ledger; None where there shall be none."""
    from gatebook.wiring import known_as, ledger_file

    url = _ledger_url(target, using, ledger)
    if not url:
        yield None
        return
    from gatebook.cli.past import say_upgraded
    from gatebook.ledger.errors import NoneYet
    from gatebook.ledger.ledger import open_ledger
    from gatebook.memory import Memory

    file, opened = ledger_file(url), None
    # A file is made with the first sync that succeeds; a dry run makes no ledger anywhere.
    if not file or file.exists():
        with suppress(NoneYet):
            opened = open_ledger(url, create=not dry_run)
    if opened:
        say_upgraded(opened)
    memory = Memory(
        opened,
        lambda: open_ledger(url),
        known_as(target, ledger or using.config.ledger, opened.portfolios() if opened else ()),
        checklists=using.checklists,
        version=__version__,
        full=using.full,
    )
    try:
        yield memory
    finally:
        memory.close()


@contextmanager
def _stopping() -> Iterator[None]:
    """What can go wrong in a sync, as exit codes."""
    from gatebook.backends.protocol import Unwritable
    from gatebook.ledger.errors import LedgerError, NoLedger, Overtaken
    from gatebook.wiring import SettingsError

    try:
        yield
    except NoLedger as trouble:
        raise Stop(USAGE, trouble.reason, trouble.remedy) from trouble
    except (Unwritable, LedgerError) as trouble:
        raise Stop(NOT_WRITTEN, trouble.reason, trouble.remedy) from trouble
    except Overtaken as trouble:
        raise Stop(
            BUSY,
            "another sync of this portfolio was recorded in the ledger meanwhile",
            "run this again: it starts from what the other one saw. Nothing of this run was written.",
        ) from trouble
    except SettingsError as error:
        raise Stop(USAGE, str(error)) from error


def _plan(
    places: tuple[str, ...],
    target: str,
    using: Settings,
    today: datetime.date,
    memory: Memory | None,
    *,
    mark: bool,
    quiet: bool,
    verbose: bool,
) -> tuple[Plan, Loaded]:
    from gatebook.cli.making import look_of
    from gatebook.cli.reading import read_locations
    from gatebook.loading import nothing_known
    from gatebook.sync import plan_sync
    from gatebook.wiring import is_web

    purpose = _purpose(target, mark=mark)
    loaded = read_locations(
        places,
        using,
        today,
        portfolio=target,
        purpose=purpose,
        recall=memory.recall if memory else nothing_known,
        quiet=quiet,
        verbose=verbose,
    )
    plan = plan_sync(
        loaded,
        using.backend(target, purpose),
        target,
        exists=is_web(target) or os.path.exists(target),
        home="" if is_web(target) else os.path.dirname(os.path.abspath(target)),
        today=today,
        now=using.config.now_text(),
        version=__version__,
        remembered=memory.remember(loaded.sheets, today, using.config.time_text)
        if memory
        else None,
        look_of=look_of(using),
    )
    return plan, loaded


def _purpose(target: str, *, mark: bool) -> Purpose:
    """What is written in Google, portfolio or marks, is written with the sign-in that also reads: one
    identity, one pace."""
    from gatebook.wiring import is_web

    return "write" if mark or is_web(target) else "read"


def _write(
    plan: Plan,
    loaded: Loaded,
    using: Settings,
    memory: Memory | None,
    today: datetime.date,
    repeatable: tuple[str, str],
    *,
    mark: bool,
) -> bool:
    """Write the portfolio, and record the sync; whether the portfolio was written."""
    from gatebook.sync import apply_sync

    backend = using.backend(plan.portfolio, _purpose(plan.portfolio, mark=mark))
    if memory is None:
        return apply_sync(plan, backend)
    return memory.record(
        loaded,
        plan,
        today=today,
        write=lambda: apply_sync(plan, backend),
        repeatable=repeatable,
    )


def _marked(loaded: Loaded, using: Settings, today: datetime.date, *, write: bool) -> Outcome:
    """Mark the spreadsheets that were read. The portfolio is written, whatever comes of it."""
    from gatebook.cli.mark import Outcome, google_marks
    from gatebook.domain.systems import systems

    return Outcome(google_marks(loaded, systems(loaded.judged, today), using, write=write), write)


def _notifier(using: Settings) -> Notifier:
    """Where changes are sent to, or exit code 2 before anything is read."""
    from gatebook.notify import NotifyError, notifier

    try:
        return notifier(using.config.notify, os.environ)
    except NotifyError as error:
        raise Stop(USAGE, error.problem, error.remedy) from error


def _message(plan: Plan) -> Message | None:
    """What there is to send."""
    from gatebook.notify import message, newly_unread

    return message(plan.changes, newly_unread(plan.before, plan.tables.systems))


def _send(notifier: Notifier, message: Message) -> None:
    """Send it. Who could not be reached is a warning: the portfolio is written all the same."""
    if failed := notifier.send(message):
        click.echo(
            f"warning: the portfolio is written, and what changed was not sent: "
            f"{', '.join(failed)} could not be reached\n"
            "  What to do: check the address and the service behind it. The portfolio's tab Runs "
            "shows what changed.",
            err=True,
        )
