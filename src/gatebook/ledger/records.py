"""What goes into the ledger and what comes out of it, as plain data. Nothing here knows a database."""

from __future__ import annotations

from datetime import UTC, date, datetime
from functools import cached_property
from typing import Literal

import msgspec

from gatebook.domain.decision import Counts
from gatebook.domain.judge import Judged
from gatebook.domain.review import Review
from gatebook.ledger.encoding import (
    FoundThere,
    GateThen,
    Note,
    decode_review,
    findings_from,
    gates_from,
)

__all__ = [
    "AsOf", "FoundThere", "GateThen", "Named", "Note", "Record", "Recorded", "Run", "Seen", "Sheet",
    "SheetState", "Standing", "State", "Upgraded", "Version", "run_values",
]  # fmt: skip

State = Literal["read", "unreadable", "missing", "passed"]


class Run(msgspec.Struct, frozen=True):
    """One sync. `started` with a time zone; `today` is the day that it judged on.

    `fingerprint` is the caller's: what the portfolio was made from, and the stamp it had then.
    `written`: whether the portfolio was written. `id` is the ledger's, 0 before it is recorded.
    `inputs`: a checksum of all that the sync started from, "" where that does not say enough; `said`:
    what it said, so that a sync with the same inputs can say it again.
    """

    started: datetime
    today: date
    version: str
    read: int = 0
    unchanged: int = 0
    unreadable: int = 0
    passed: int = 0
    missing: int = 0
    systems: int = 0
    changed: str = ""
    fingerprint: str = ""
    written: bool = False
    id: int = 0
    inputs: str = ""
    said: str = ""

    def row(self) -> dict[str, object]:
        """As a plain row, for an export."""
        values = msgspec.structs.asdict(self)
        return {name: value for name, value in values.items() if name not in ("inputs", "said")}


def run_values(portfolio: str, run: Run) -> dict[str, object]:
    """A run that is not recorded yet as a row of the table."""
    values: dict[str, object] = msgspec.structs.asdict(run)
    del values["id"]
    started = run.started.astimezone(UTC).isoformat(timespec="microseconds")
    return values | {"portfolio": portfolio, "started": started}


class Seen(msgspec.Struct, frozen=True):
    """A review just as its sheet gave it, judged, with the key of the system it counts for."""

    system_key: str
    judged: Judged


class Sheet(msgspec.Struct, frozen=True):
    """A location as a sync found it. `size` (bytes), `modified` (seconds since 1970) and `version`
    are the stamps of `backends.protocol.Source`, `workbook` its name there, all exactly.

    `problems` and `passed`: its tabs that could not be read, and those that are no reviews.
    `reviews` count only where the state is "read", in the sheet's order.
    """

    location: str
    state: State
    size: int = 0
    modified: float = 0.0
    version: str = ""
    workbook: str = ""
    problems: tuple[Note, ...] = ()
    passed: tuple[Note, ...] = ()
    reviews: tuple[Seen, ...] = ()


class SheetState(msgspec.Struct, frozen=True):
    """What the ledger knows last of a location; the same fields as in `Sheet`.

    `since` is the day from which on it was in this state. `reviews` are the ids of the reviews it
    holds; of a location that could not be read, was missing or passed over, those it held last.
    """

    location: str
    state: State
    since: date
    size: int
    modified: float
    version: str
    workbook: str
    problems: tuple[Note, ...]
    passed: tuple[Note, ...]
    reviews: tuple[int, ...]


class Record(msgspec.Struct, frozen=True, dict=True):
    """One version of a review, as first seen: by which run, on which day, where.

    `answers` is a checksum of what people typed: two versions with the same one differ in what
    nobody typed (where a row stands, what a formula showed).
    """

    id: int
    run: int
    recorded: date
    location: str
    tab: str
    system_key: str
    system_id: str
    review_id: str
    system: str
    review_date: date | None
    decision: str
    shown_as: str
    reason: str
    green: int
    yellow: int
    red: int
    open: int
    checklist: str
    checklist_version: int
    regate_on: date | None
    next_due: date | None
    next_reason: str
    answers: str
    gates_text: str

    @property
    def counts(self) -> Counts:
        """How many gates stood where."""
        return Counts(self.green, self.yellow, self.red, self.open)

    @cached_property
    def gates(self) -> tuple[GateThen, ...]:
        """Every gate of the checklist as it stood."""
        return gates_from(self.gates_text)

    def row(self) -> dict[str, object]:
        """As a plain row, for an export: everything but gates, findings and the sheet itself."""
        values = msgspec.structs.asdict(self)
        return {name: value for name, value in values.items() if name not in _NOT_EXPORTED}

    def gate_rows(self) -> list[dict[str, object]]:
        """A plain row for each gate, for an export."""
        whose = {"id": self.id, "system_key": self.system_key, "review_id": self.review_id}
        return [whose | msgspec.structs.asdict(gate) for gate in self.gates]


_NOT_EXPORTED = frozenset({"gates_text", "findings_text", "schema", "body"})


class Version(Record, frozen=True, dict=True):
    """A version with all that was typed and found."""

    findings_text: str
    schema: int
    body: str

    @cached_property
    def findings(self) -> tuple[FoundThere, ...]:
        """What was found, on the day it was recorded."""
        return findings_from(self.findings_text)

    @cached_property
    def review(self) -> Review:
        """The typed answers, where they were first seen. Raises LedgerError where damaged."""
        review = decode_review(self.body, self.schema)
        return msgspec.structs.replace(review, location=self.location)


class Named(msgspec.Struct, frozen=True):
    """A name that reviews of a system had; `last` is the newest version with it."""

    system_key: str
    system_id: str
    system: str
    last: int


class Standing(msgspec.Struct, frozen=True):
    """From this run on, this version counts for the system; None: the system was let go."""

    run: int
    today: date
    system_key: str
    review: int | None


class AsOf(msgspec.Struct, frozen=True):
    """The last run of a day or before, and the version of each system that counted after it."""

    run: Run
    versions: tuple[Version, ...]


class Recorded(msgspec.Struct, frozen=True):
    """What a sync added: its run's id, and how many rows about sheets, reviews and standings."""

    run: int
    sheets: int
    reviews: int
    standings: int


class Upgraded(msgspec.Struct, frozen=True):
    """What opening did to the ledger: from which revision (None: it was made) to which.

    `backup` is the file as it was before, None where there was none to keep.
    """

    before: str | None
    now: str
    backup: str | None = None
