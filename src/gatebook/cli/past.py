"""The ledger for commands that only read it: where it is, which system is meant, a version as JSON."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import click

from gatebook.cli.exits import NOT_WRITTEN, USAGE, Stop
from gatebook.domain.review import as_date
from gatebook.domain.text import slug

if TYPE_CHECKING:
    from gatebook.domain.review import GateRow
    from gatebook.ledger.ledger import Ledger
    from gatebook.ledger.records import GateThen, Named, Record, Version
    from gatebook.wiring import Settings

# So many names stand in a message; of more, how many there are.
_NAMED = 10
_CLOSE = 3


@dataclass(frozen=True, slots=True)
class Place:
    """Where a ledger is; `portfolio` is the one it is asked for, "" for the only one in it. `ledger`: as
    somebody configured it, "" for the portfolio's own."""

    url: str
    portfolio: str
    ledger: str = ""


@dataclass(frozen=True, slots=True)
class Past:
    """An open ledger, and the portfolio in it that is asked about."""

    ledger: Ledger
    portfolio: str


def remembering(command: Callable[..., Any]) -> Callable[..., Any]:
    """--portfolio and --ledger, as `sync` has them."""
    for option in (
        click.option(
            "--ledger", default="", metavar="URL",
            help="Where syncs are recorded: sqlite:///FILE or postgresql+psycopg://…",
        ),
        click.option(
            "--portfolio", default="", metavar="LOCATION",
            help="The portfolio whose syncs count. Without it: as in gatebook.toml.",
        ),
    ):  # fmt: skip
        command = option(command)
    return command


def place_of(using: Settings, portfolio: str, ledger: str) -> Place | None:
    """Where the ledger is, as `sync` finds it; None where nothing names one, or it is off.

    Raises Stop with exit code 2 where the portfolio is no place for one.
    """
    from gatebook.backends.protocol import Unreadable
    from gatebook.wiring import ledger_url

    configured = ledger or using.config.ledger
    target = portfolio or using.config.portfolio
    if configured == "off" or not (configured or target):
        return None
    try:
        url = ledger_url(target, configured)
    except Unreadable as trouble:
        raise Stop(USAGE, trouble.reason, trouble.remedy) from trouble
    # A ledger that is named on the command line need not be that of the configured portfolio.
    named = portfolio or ("" if ledger else target)
    return Place(url, named, configured)


def is_there(place: Place) -> bool:
    """Whether a ledger that is a file was ever made; one on a server counts as there."""
    from gatebook.wiring import ledger_file

    file = ledger_file(place.url)
    return file is None or file.exists()


@contextmanager
def past(place: Place) -> Iterator[Past]:
    """Open a ledger to read it. Raises Stop: exit code 2 where there is none, 4 where it is broken."""
    from gatebook.ledger.errors import LedgerError, NoLedger
    from gatebook.ledger.ledger import open_ledger

    try:
        with open_ledger(place.url, create=False) as ledger:
            say_upgraded(ledger)
            yield Past(ledger, _portfolio_in(ledger, place))
    except NoLedger as trouble:
        raise Stop(USAGE, trouble.reason, trouble.remedy) from trouble
    except LedgerError as trouble:
        raise Stop(NOT_WRITTEN, trouble.reason, trouble.remedy) from trouble


def say_upgraded(ledger: Ledger) -> None:
    """Say that opening brought an older ledger up to date."""
    done = ledger.upgraded
    if done and done.before:
        backup = f"; as it was: {done.backup}" if done.backup else ""
        click.echo(
            f"The ledger {ledger.name} was brought up to date for this version{backup}", err=True
        )


def _portfolio_in(ledger: Ledger, place: Place) -> str:
    from gatebook.wiring import known_as

    known = ledger.portfolios()
    wanted = known_as(place.portfolio, place.ledger, known) if place.portfolio else ""
    if wanted in known:
        return wanted
    if not wanted and len(known) == 1:
        return known[0]
    if not known:
        raise Stop(USAGE, f"{ledger.name}: nothing is recorded in it yet", "run gatebook sync.")
    if wanted:
        problem = f"{ledger.name} knows nothing of the portfolio {wanted}"
    else:
        problem = f"{ledger.name} is the ledger of {len(known)} portfolios"
    raise Stop(USAGE, problem, f"name one that it knows with --portfolio: {listed(known)}.")


def not_there(known: Past, versions: Collection[int]) -> dict[int, str]:
    """Those of some versions of which the last sync had no sheet, with the words that the portfolio has
    for it: "missing since 2026-11-24"."""
    found: dict[int, str] = {}
    read: set[int] = set()
    asked = set(versions)
    for state in known.ledger.sheets(known.portfolio).values():
        for version in asked.intersection(state.reviews):
            if state.state == "read":
                read.add(version)
            word = "could not be read" if state.state == "unreadable" else "missing"
            found[version] = f"{word} since {state.since}"
    return {version: found.get(version, "missing") for version in versions if version not in read}


def last_names(names: Sequence[Named]) -> dict[str, str]:
    """By system the name it had last; a system that has none goes by its key."""
    return {one.system_key: one.system or one.system_key for one in names}


def find_system(asked: str, names: Sequence[Named]) -> str | None:
    """The key of the system that is meant: by its very key, by its name, by key or id, by a name it had
    before; case, spaces and signs aside in all but the first. None where there is none.

    Raises Stop with exit code 2 where several are meant.
    """
    last = last_names(names)
    if asked in last:
        return asked
    ways: tuple[Iterable[tuple[str, str]], ...] = (
        last.items(),
        ((one.system_key, text) for one in names for text in (one.system_key, one.system_id)),
        ((one.system_key, one.system) for one in names),
    )
    wanted = slug(asked)
    for way in ways:
        found = list(dict.fromkeys(key for key, text in way if text and slug(text) == wanted))
        if len(found) == 1:
            return found[0]
        if found:
            raise Stop(
                USAGE,
                f"“{asked}” is the name of {len(found)} systems",
                f"give the key of the one you mean: {listed(found)}.",
            )
    return None


def near_misses(asked: str, known: Iterable[str]) -> list[str]:
    """Those of the known names that somebody may have meant, the closest first."""
    from difflib import get_close_matches

    folded = {slug(name): name for name in known}
    return [folded[one] for one in get_close_matches(slug(asked), list(folded), _CLOSE)]


def suggestion(asked: str, known: Sequence[str]) -> str:
    """What to type instead of a name that nobody knows."""
    if close := near_misses(asked, known):
        return f"did you mean {' or '.join(f'“{name}”' for name in close)}?"
    return f"it knows {listed(sorted(known, key=str.lower))}." if known else "run gatebook sync."


def listed(names: Sequence[str]) -> str:
    """Names for a message, the first of many."""
    more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
    return ", ".join(names[:_NAMED]) + more


def row_of(gate: GateThen, version: Version) -> GateRow | None:
    """The row of the sheet by which a gate counted; None where the sheet had none."""
    rows = [row for row in version.review.rows if row.key == gate.key]
    marked = [row for row in rows if row.status == gate.status]
    return next(iter(marked or rows), None)


def short_record(one: Record) -> dict[str, Any]:
    """One recorded version as JSON, without its gates; names as in `check --json`."""
    due = {"due": one.next_due.isoformat(), "reason": one.next_reason} if one.next_due else None
    return {
        "location": one.location,
        "tab": one.tab,
        "system_id": one.system_id,
        "review_id": one.review_id,
        "system": one.system,
        "date": one.review_date.isoformat() if one.review_date else None,
        "decision": one.decision,
        "shown_as": one.shown_as,
        "reason": one.reason,
        "regate_on": one.regate_on.isoformat() if one.regate_on else None,
        "next_review": due,
        "counts": {"green": one.green, "yellow": one.yellow, "red": one.red, "open": one.open},
        "checklist": checklist_name(one),
        "recorded": one.recorded.isoformat(),
        "run": one.run,
    }


def full_record(version: Version) -> dict[str, Any]:
    """One recorded version as JSON, with its gates and what was found on the day it was recorded."""
    return short_record(version) | {
        "lead": version.review.lead,
        "live": version.review.is_live,
        "gates": [_gate_record(gate, version) for gate in version.gates],
        "findings": [
            {"code": f.code, "level": f.level, "gate": f.gate, "cell": f.cell, "message": f.message}
            for f in version.findings
        ],
    }


def _gate_record(gate: GateThen, version: Version) -> dict[str, Any]:
    row = row_of(gate, version)
    due = as_date(row.due) if row else None
    return {
        "number": gate.number,
        "key": gate.key,
        "status": gate.status if gate.status in ("green", "yellow", "red") else None,
        "effective": gate.effective or None,
        "owner": gate.owner,
        "next_action": row.next_action if row else "",
        "due": due.isoformat() if due else None,
        "artifact": (row.artifact or row.artifact_link) if row else "",
        "cell": cell_of(row),
    }


def cell_of(row: GateRow | None) -> str | None:
    """Where the mark of a row stands: "C19"."""
    cell = row.cells.get("status") if row else None
    return cell.a1 if cell else None


def checklist_name(one: Record) -> str:
    """The checklist that a version was judged by, with its version: "twelve-gates@1"."""
    return f"{one.checklist}@{one.checklist_version}"
