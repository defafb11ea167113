"""`gatebook explain`: what a finding means, how much it weighs, and what to do about it."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator
from typing import TYPE_CHECKING

import click

from gatebook.cli.exits import USAGE, Stop
from gatebook.cli.options import common, settings_or_stop, signing_in

if TYPE_CHECKING:
    from gatebook.domain.checklist import Policy
    from gatebook.domain.findings import Kind

_WIDTH = 80
_LABEL = 10


@click.command("explain")
@click.argument("code", nargs=-1, metavar="[CODE]")
@signing_in
@common
def command(
    code: tuple[str, ...],
    config: str,
    checklist_files: tuple[str, ...],
    quiet: bool,
    debug: bool,
) -> None:
    """Say what the finding CODE means and what to do about it; without a CODE, list them all.

    \b
    gatebook explain
    gatebook explain plan-date-missing
    """
    from gatebook.domain.findings import BY_CODE, CATALOGUE

    checklist = settings_or_stop(config, checklist_files).checklist
    asked = " ".join(code)
    if not asked.strip():
        click.echo("\n".join(overview(CATALOGUE, checklist.policy)))
        return
    kind = BY_CODE.get("-".join(asked.lower().replace("_", " ").replace("-", " ").split()))
    if kind is None:
        raise _unknown(asked)
    click.echo("\n".join(page(kind, checklist.policy, checklist.name)))


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


def _unknown(asked: str) -> Stop:
    from difflib import get_close_matches

    from gatebook.domain.findings import BY_CODE

    close = get_close_matches(asked.lower(), BY_CODE, n=1)
    meant = f" Did you mean {close[0]}?" if close else ""
    return Stop(
        USAGE,
        f"“{asked}” is not the code of a finding.{meant}",
        "gatebook explain  lists all codes. To learn why a system stands where it stands, run\n"
        "  gatebook check  with its sheet: it names every open point. explain takes no systems yet.",
    )
