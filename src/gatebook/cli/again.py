"""The short way of `sync`: where everything is as an earlier one left it, say what that one said.

Only a sync that looked at everything, had no trouble and found nothing to write is ever repeated. What
it said is in its row of the ledger.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

import msgspec

from gatebook import __version__
from gatebook.cli.terminal import Entry

if TYPE_CHECKING:
    from gatebook.sync import Plan
    from gatebook.wiring import Settings


class Said(msgspec.Struct, frozen=True):
    """What a sync printed: its JSON, and for people the totals, the systems that were shown, and how
    many more there are."""

    record: dict[str, Any]
    totals: str
    entries: tuple[Entry, ...]
    more: int


def inputs_now(places: Sequence[str], target: str, using: Settings, today: date) -> str:
    """The checksum of what a sync starts from; "" where the short way knows too little."""
    from gatebook.backends.protocol import Unreadable
    from gatebook.inputs import inputs_of
    from gatebook.memory import fingerprint
    from gatebook.wiring import files_backend, is_web

    if any(map(is_web, (target, *places))):
        return ""
    began = time.time()
    backend = files_backend()
    try:
        listed = [(place, backend.list(place)) for place in places]
    except Unreadable:
        # The usual way says so.
        return ""
    return inputs_of(
        listed,
        target,
        config=using.config,
        fingerprint=fingerprint(using.checklists, __version__),
        today=today,
        began=began,
    )


def said_before(inputs: str, target: str, url: str, ledger: str) -> Said | None:
    """What an earlier sync said that started from the same, after recording that this one says it too;
    None where there is none, or its ledger is no file. `ledger`: as configured, at `url`."""
    from gatebook.ledger.quick import add_repeated, portfolios, run_to_repeat
    from gatebook.sync import NO_CHANGE
    from gatebook.wiring import known_as, ledger_file

    file = ledger_file(url)
    if not inputs or not file or not file.exists():
        return None
    started = datetime.now(UTC)
    name = known_as(target, ledger, portfolios(file))
    found = run_to_repeat(file, name, inputs)
    if found is None:
        return None
    earlier, newest = found
    try:
        said = msgspec.json.decode(earlier.said, type=Said)
    except msgspec.DecodeError:
        return None
    sheets = earlier.read + earlier.unchanged
    run = msgspec.structs.replace(
        earlier, started=started, read=0, unchanged=sheets, changed=NO_CHANGE, said=""
    )
    if not add_repeated(file, name, run, newest):
        return None
    record = said.record | {"portfolio": target, "read": 0, "unchanged": run.unchanged}
    return msgspec.structs.replace(said, record=record)


def to_repeat(plan: Plan, said: Said) -> str:
    """What a sync said, for its row in the ledger; "" where it must not be repeated: where something
    was written, or where trouble may be over by the next time."""
    trouble = plan.problems or plan.kept or plan.forgotten or not plan.tables.systems
    if plan.workbook is not None or plan.changes or trouble:
        return ""
    try:
        return msgspec.json.encode(said).decode()
    except UnicodeEncodeError:
        # A name that is no proper text; rare enough to be worked out each time.
        return ""
