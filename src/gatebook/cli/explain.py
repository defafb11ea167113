"""`gatebook explain`: what a finding means, or why a system's decision is what it is."""

from __future__ import annotations

import datetime
import sys
import textwrap
from collections.abc import Iterator
from typing import TYPE_CHECKING

import click

from gatebook.cli.exits import DONE, SOME_UNREADABLE, USAGE, Stop
from gatebook.cli.options import IsoDate, common, settings_or_stop, signing_in
from gatebook.cli.past import Place, is_there, listed, near_misses, place_of, remembering
from gatebook.cli.terminal import show

if TYPE_CHECKING:
    from gatebook.cli.why import Answer
    from gatebook.domain.checklist import Policy
    from gatebook.domain.findings import Kind
    from gatebook.wiring import Settings

_WIDTH = 80
_LABEL = 10


@click.command("explain")
@click.argument("code", nargs=-1, metavar="[CODE | SYSTEM]")
@click.option("--as-of", type=IsoDate(), help="SYSTEM: as it stood at the end of this day.")
@remembering
@click.option(
    "--from",
    "locations",
    multiple=True,
    metavar="LOCATION",
    help="SYSTEM: as these sheets say now, whatever is recorded; may be given more than once.",
)
@click.option("--json", "as_json", is_flag=True, help="SYSTEM: print JSON for a pipeline.")
@signing_in
@common
def command(
    code: tuple[str, ...],
    as_of: datetime.date | None,
    portfolio: str,
    ledger: str,
    locations: tuple[str, ...],
    as_json: bool,
    config: str,
    checklist_files: tuple[str, ...],
    quiet: bool,
    debug: bool,
) -> int:
    """Say what the finding CODE means, or why the decision on SYSTEM is what it is.

    Without either, all findings are listed. What is said of a SYSTEM comes from the ledger, so it is
    what the last sync saw; where there is none, the sheets are read.

    \b
    gatebook explain plan-date-missing
    gatebook explain "Support assistant" --as-of 2026-06-30
    """
    using = settings_or_stop(config, checklist_files)
    asked = " ".join(code).strip()
    about_a_system = bool(as_of or as_json or locations)
    if asked and (about_a_system or not _explain_finding(asked, using)):
        return _explain_system(asked, as_of, portfolio, ledger, locations, using,
                               as_json=as_json, quiet=quiet)  # fmt: skip
    if about_a_system:
        raise Stop(
            USAGE,
            "no system is named",
            'give its name, as in: gatebook explain "Support assistant" --as-of 2026-06-30',
        )
    if not asked:
        from gatebook.domain.findings import CATALOGUE

        click.echo("\n".join(overview(CATALOGUE, using.checklist.policy)))
    return DONE


def _explain_finding(asked: str, using: Settings) -> bool:
    """Print the page of a finding; False where no finding has that code."""
    from gatebook.domain.findings import BY_CODE

    kind = BY_CODE.get("-".join(asked.lower().replace("_", " ").replace("-", " ").split()))
    if kind is None:
        return False
    checklist = using.checklist
    click.echo("\n".join(page(kind, checklist.policy, checklist.name)))
    return True


def _explain_system(
    asked: str,
    as_of: datetime.date | None,
    portfolio: str,
    ledger: str,
    locations: tuple[str, ...],
    using: Settings,
    *,
    as_json: bool,
    quiet: bool,
) -> int:
    if locations and (as_of or portfolio or ledger):
        raise Stop(
            USAGE,
            "--from tells what sheets say now; --as-of, --portfolio and --ledger are about what is "
            "recorded",
            "leave --from or the others out.",
        )
    place = None if locations else place_of(using, portfolio, ledger)
    of_the_ledger = bool(as_of or portfolio or ledger)
    if place and not of_the_ledger and not is_there(place):
        place = None
    places = () if of_the_ledger else locations or using.config.locations
    code = DONE
    if place:
        answer = _from_ledger(asked, as_of, place, using)
    elif places:
        answer, code = _from_sheets(asked, places, using, quiet=quiet)
    else:
        raise _unknown(
            asked,
            None,
            "To explain a system, name a portfolio that was synced with --portfolio, or the sheets "
            "with --from.",
        )
    if as_json:
        from gatebook.cli.reports import json_line
        from gatebook.cli.why import why_json

        sys.stdout.buffer.write(json_line(why_json(answer)))
    else:
        from gatebook.cli.why import why_lines

        show(why_lines(answer))
    return code


def _from_ledger(asked: str, as_of: datetime.date | None, place: Place, using: Settings) -> Answer:
    from gatebook.cli.past import find_system, last_names, past
    from gatebook.cli.why import from_ledger

    with past(place) as known:
        names = known.ledger.names(known.portfolio)
        key = find_system(asked, names)
        if key is None:
            raise _unknown(asked, list(last_names(names).values()),
                           "If no sync has read its form yet, name that with --from.")  # fmt: skip
        return from_ledger(known, key, last_names(names)[key], as_of, using.checklists)


def _from_sheets(
    asked: str, locations: tuple[str, ...], using: Settings, *, quiet: bool
) -> tuple[Answer, int]:
    """The answer, and the exit code: some sheets may not have been read."""
    from gatebook.cli.past import find_system
    from gatebook.cli.reading import read_locations
    from gatebook.cli.reports import problem_lines
    from gatebook.cli.terminal import indented
    from gatebook.cli.why import from_sheets
    from gatebook.domain.systems import systems
    from gatebook.ledger.records import Named

    day = using.config.today()
    loaded = read_locations(locations, using, day, portfolio=using.config.portfolio, quiet=quiet)
    show((indented(text) for text in problem_lines(loaded.problems)), err=True)
    found = {one.key: one for one in systems(loaded.judged, day)}
    names = [
        Named(one.key, one.newest.review.stamp.system_id, one.name, 0) for one in found.values()
    ]
    key = find_system(asked, names)
    if key is None:
        raise _unknown(asked, [one.system for one in names], "Check the location of its form.")
    answer = from_sheets(found[key].newest, key, found[key].name, day, using.checklists)
    return answer, SOME_UNREADABLE if loaded.problems else DONE


def overview(kinds: tuple[Kind, ...], policy: Policy) -> Iterator[str]:
    """Every finding on a line of its own: code, level, title."""
    from gatebook.domain.findings import level_of

    width = max(len(kind.code) for kind in kinds)
    for kind in kinds:
        yield f"{kind.code:{width}}  {level_of(kind, policy):5}  {kind.title}"
    yield ""
    yield "block: the review stays incomplete until it is put right."
    yield "warn: it is shown, and does not change the decision.  off: it is not shown."
    yield "More about one of them: gatebook explain CODE"


def page(kind: Kind, policy: Policy, checklist_name: str) -> Iterator[str]:
    """All about one finding, in 80 columns."""
    from gatebook.cli.examples import example

    message, remedy = example(kind)
    yield f"{kind.code}: {kind.title}"
    yield ""
    yield from _entry("When", kind.when)
    yield from _entry("Level", level_text(kind))
    yield from _entry("Policy", policy_text(kind))
    if kind.code in policy.levels:
        yield from _entry(
            "", f"The checklist {checklist_name} sets it to {policy.levels[kind.code]}."
        )
    yield from _entry("Example", message)
    yield from _entry("To do", remedy)


def level_text(kind: Kind) -> str:
    """The level that a finding has by itself, and what that means."""
    means = {
        "block": "block: the review stays incomplete until it is put right",
        "warn": "warn: it is shown, and does not change the decision",
        "off": "off: it is not shown",
    }
    elsewhere = f"; in less important places it is “{kind.elsewhere}”" if kind.elsewhere else ""
    return f"{means[kind.level]}{elsewhere}."


def policy_text(kind: Kind) -> str:
    """What a checklist's policy may make of the level."""
    levels = ["warn" if kind.level == "block" else "block", "off"]
    why = ""
    if kind.code == "sheet-unreadable":
        levels.remove("off")
        why = " A sheet that nobody can read is always shown."
    elif kind.level != "block" and not kind.sheet_sees:
        levels.remove("block")
        why = " It cannot block, because the formulas in the sheet do not see it."
    return f"A checklist may set it to {' or '.join(levels)} under [policy.levels].{why}"


def _entry(label: str, text: str) -> list[str]:
    return textwrap.wrap(
        text,
        _WIDTH,
        initial_indent=f"{label:{_LABEL}}",
        subsequent_indent=" " * _LABEL,
        break_long_words=False,
        break_on_hyphens=False,
    )


def _unknown(asked: str, systems: list[str] | None, remedy: str) -> Stop:
    """`systems`: those that were looked at, None where there was nowhere to look."""
    from difflib import get_close_matches

    from gatebook.domain.findings import BY_CODE

    close = [f"“{name}”" for name in near_misses(asked, systems or ())]
    close += get_close_matches(asked.lower(), BY_CODE, n=1)
    if close:
        more = f" Did you mean {' or '.join(close)}?"
    elif systems:
        more = f" Systems known here: {listed(sorted(systems, key=str.lower))}."
    else:
        more = ""
    what = "is not the code of a finding" + (" nor a known system" if systems is not None else "")
    return Stop(
        USAGE, f"“{asked}” {what}.{more}", f"{remedy}\n  gatebook explain  lists all codes."
    )
