"""What a form says, as plain data that no code of gatebook ever sees or makes."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import date

from tests.year.script import on

GATES = range(1, 13)
_MARK = re.compile(r"(\d+)([YRr-])(?:@([\d+-]+))?")


@dataclass(frozen=True)
class Mark:
    """A gate that is not green: "Y", "R" or "-" for none; `accepted`: a person takes a red as yellow."""

    letter: str
    due: date | None = None
    accepted: bool = False


GREEN, BLANK = Mark("G"), Mark("-")


@dataclass(frozen=True)
class Form:
    """One sitting as its form tells it. `ident` is the same for all versions of a sitting, `system` for
    all sittings of a system; `name` may change. `filled`: somebody marked it. `marks`: of what is not
    green. `second`: drawn from the checklist's second version."""

    ident: str
    system: str
    name: str
    day: date
    filled: bool = True
    marks: tuple[tuple[int, Mark], ...] = ()
    regate: date | None = None
    live: bool = False
    launch: date | None = None
    low: bool = False
    signed: bool = True
    backup: bool = True
    log: tuple[tuple[date, str], ...] = ()
    second: bool = False

    def mark(self, gate: int) -> Mark:
        """How a gate is marked."""
        return dict(self.marks).get(gate, GREEN if self.filled else BLANK)


@dataclass(frozen=True)
class File:
    """A form on the disk; `broken`: nobody can open it."""

    form: Form
    stamp: float
    broken: bool = False


def said(form: Form, how: str) -> Form:
    """The form with what a line of the script says of it."""
    marks: dict[int, Mark] = {}
    regate, live, launch, low = None, form.live, form.launch, form.low
    for word in how.split():
        name, _, value = word.partition("=")
        if found := _MARK.fullmatch(word):
            gate, letter, due = found.groups()
            marks[int(gate)] = Mark(letter.upper(), on(due) if due else None, letter == "r")
        elif name == "regate":
            regate = on(value)
        elif name in ("live", "launch"):
            live, launch = live or name == "live", on(value)
        elif word == "low":
            low = True
        elif word not in ("unsigned", "nobackup"):
            raise ValueError(f"nobody knows what “{word}” means")
    return replace(
        form, filled=True, marks=tuple(marks.items()), regate=regate, live=live, launch=launch, low=low,
        signed="unsigned" not in how, backup="nobackup" not in how,
    )  # fmt: skip
