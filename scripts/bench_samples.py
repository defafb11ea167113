"""Filled review workbooks for the bench: as varied as real ones, and the same in every run.

    python scripts/bench_samples.py COUNT FOLDER

Number 17 is the same workbook whatever COUNT is. All people and systems are invented.
"""

from __future__ import annotations

import os
import sys
from concurrent.futures import ProcessPoolExecutor
from datetime import date, timedelta
from functools import partial
from pathlib import Path
from random import Random
from typing import Any

from gatebook.backends.excel.draw import workbook_bytes
from gatebook.domain.checklist import Checklist, Gate
from gatebook.domain.review import (
    CHANGE_KINDS,
    LOW_STAKES,
    REGULATED_AREAS,
    STANDARD,
    Attendee,
    Change,
    GateRow,
    Review,
    SignOff,
    Stamp,
    Status,
    Unreadable,
)
from gatebook.domain.text import slug
from gatebook.sheets.review_form import review_workbook
from gatebook.wiring import built_in

# The day that the bench judges on; reviews lie in the year before.
TODAY = date(2026, 11, 23)

_FIRST = (
    "Ana",
    "Bo",
    "Chidi",
    "Dana",
    "Eli",
    "Farah",
    "Goran",
    "Hana",
    "Ivo",
    "Juno",
    "Kofi",
    "Lena",
    "Mia",
    "Noor",
    "Oskar",
    "Priya",
)
_LAST = (
    "Abara",
    "Berg",
    "Costa",
    "Dvořák",
    "El-Amin",
    "Fischer",
    "García",
    "Huang",
    "Ito",
    "Jansen",
    "Kovač",
    "Li",
    "Mbeki",
)
_JOBS = ("assistant", "summariser", "router", "screening", "forecast", "search", "drafting")
_AREAS = ("Support", "Invoice", "Contract", "Returns", "Onboarding", "Claims", "Inventory")
_ROLES = ("Pilot lead", "Production owner", "Security", "IT", "Executive sponsor", "Operations")
_ACTIONS = (
    "Write the page on {gate} and have {who} check it",
    "{who} adds a weekly check; the numbers go to the dashboard that operations reads on Mondays",
    "Ask the vendor for the signed statement & file it with the contract",
    "Run the drill with two people from support, note what failed,\nthen repeat it a week later",
    "Close the gap before launch: {gate}",
)
_PROOFS = ("Runbook, chapter 4", "Folder 7 / signed", "Dashboard “cost per task”", "Minutes")

# How often each kind of review comes up: all green, yellows with a plan, reds, not finished.
_MIX = ("green",) * 5 + ("yellow",) * 7 + ("red",) * 5 + ("unfinished",) * 3


def _person(chance: Random) -> str:
    return f"{chance.choice(_FIRST)} {chance.choice(_LAST)}"


def _row(gate: Gate, status: Status | None, reviewed: date, chance: Random) -> GateRow:
    """A gate's row with what its status asks for, and often more."""
    owner = _person(chance)
    row: dict[str, Any] = {"key": gate.key, "status": status, "owner": owner}
    if status is Status.GREEN or chance.random() < 0.3:
        row["artifact"] = chance.choice(_PROOFS)
        if chance.random() < 0.6:
            row["artifact_link"] = (
                f"https://wiki.example/ai/{gate.key}?page={chance.randrange(999)}"
            )
    if status in (Status.YELLOW, Status.RED) or chance.random() < 0.1:
        row["next_action"] = chance.choice(_ACTIONS).format(gate=gate.title.lower(), who=owner)
        row["due"] = reviewed + timedelta(chance.randrange(3, 40))
    return GateRow(**row)


def _rows(kind: str, checklist: Checklist, reviewed: date, chance: Random) -> tuple[GateRow, ...]:
    statuses: list[Status | None] = [Status.GREEN for _ in checklist.gates]
    for place in range(len(statuses)):
        if kind == "yellow" and chance.random() < 0.25:
            statuses[place] = Status.YELLOW
        elif kind == "red" and chance.random() < 0.35:
            statuses[place] = chance.choice((Status.RED, Status.YELLOW, Status.YELLOW))
        elif kind == "unfinished" and chance.random() < 0.5:
            statuses[place] = None
    return tuple(
        _row(gate, status, reviewed, chance)
        for gate, status in zip(checklist.gates, statuses, strict=True)
    )


def _changes(reviewed: date, chance: Random) -> tuple[Change, ...]:
    return tuple(
        Change(
            reviewed + timedelta(chance.randrange(-60, 30)),
            chance.choice(CHANGE_KINDS),
            _person(chance),
            "Moved to the vendor's next version after two weeks of both side by side",
        )
        for _ in range(chance.randrange(4))
    )


def sample_review(number: int, checklist: Checklist) -> Review:
    """A filled review; the same number gives the same review."""
    chance = Random(f"gatebook bench {number}")
    kind = chance.choice(_MIX)
    name = f"{chance.choice(_AREAS)} {chance.choice(_JOBS)} {number}"
    reviewed = TODAY - timedelta(chance.randrange(1, 330))
    rows = _rows(kind, checklist, reviewed, chance)
    lead, owner, backup, sponsor = (_person(chance) for _ in range(4))
    live = chance.random() < 0.4
    unfinished = kind == "unfinished"
    review_date: date | Unreadable = reviewed
    if unfinished and chance.random() < 0.2:
        review_date = Unreadable(reviewed.strftime("%d/%m/%Y"))
    room = [Attendee(lead, "Pilot lead"), Attendee(owner, "Production owner")]
    room += [Attendee(_person(chance), chance.choice(_ROLES)) for _ in range(chance.randrange(5))]
    return Review(
        stamp=Stamp.of(checklist, slug(name), reviewed, str(number)),
        system=name,
        lead=lead,
        review_date=review_date,
        stakes=chance.choice((LOW_STAKES, STANDARD, STANDARD)),
        customer_data=chance.choice(("Yes", "No")),
        regulated_area=chance.choice(("None", "None", *REGULATED_AREAS)),
        owner=owner,
        backup="" if unfinished else backup,
        launch_date=reviewed + timedelta(chance.randrange(-120, 0) if live else 20),
        live="Yes" if live else "No",
        regate_on=reviewed + timedelta(14) if kind == "red" else None,
        sign_off=SignOff() if unfinished else SignOff(sponsor, "COO", reviewed),
        attendees=tuple(room),
        rows=rows,
        changes=_changes(reviewed, chance) if live else (),
    )


def _write(folder: str, numbers: range) -> None:
    checklist = built_in()
    for number in numbers:
        content = workbook_bytes(review_workbook(sample_review(number, checklist), checklist))
        Path(folder, f"review {number:05}.xlsx").write_bytes(content)


def write_samples(count: int, folder: Path) -> None:
    """Write the first `count` samples, in as many processes as the machine has cores."""
    chunks = [range(start, min(start + 50, count)) for start in range(0, count, 50)]
    with ProcessPoolExecutor(os.cpu_count()) as pool:
        list(pool.map(partial(_write, str(folder)), chunks))


if __name__ == "__main__":
    write_samples(int(sys.argv[1]), Path(sys.argv[2]))
