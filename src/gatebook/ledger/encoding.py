"""A review as the ledger keeps it: its JSON and back, its checksums, what stands beside it."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from datetime import date
from hashlib import sha256
from typing import Any, TypeVar

import msgspec

from gatebook.domain.effective import effective_rows
from gatebook.domain.judge import Judged
from gatebook.domain.review import GateRow, Review, Status, as_date
from gatebook.ledger.errors import LedgerError

# Which `domain.review.Review` a stored body is. Raise it when a stored body would no longer be read
# as what it said then, and read the older ones in `decode_review`; a new field with a default needs
# neither.
SCHEMA = 1

DAMAGED = "the ledger is damaged: {found}"
RESTORE = (
    "Put back the newest backup of it, or move it away: the next sync begins a new one from the "
    "sheets and the portfolio (what was only in the old one is then missing)."
)


class Note(msgspec.Struct, frozen=True):
    """Something said of a sheet: `where` in it (a tab, "" for all of it), what, what to do."""

    where: str
    reason: str
    remedy: str = ""


class GateThen(msgspec.Struct, frozen=True):
    """A gate as it stood: as marked ("" or "unreadable" too), what it counted as, who, by when."""

    number: int
    key: str
    status: str
    effective: str
    owner: str
    due: str


class FoundThere(msgspec.Struct, frozen=True):
    """A finding as it was shown."""

    code: str
    level: str
    gate: int | None
    cell: str | None
    message: str


# PostgreSQL holds no NUL in a text, UTF-8 no half of a surrogate pair, as names of files may have
# it on Linux. Each is kept as SUB and its number; SUB itself too.
_ODD = re.compile("[\x00\x1a\ud800-\udfff]")
_SUB = "\\u001a"
_KEPT = re.compile("\x1a([0-9a-f]{4})")


def storable(text: str) -> str:
    """The text as any database holds it; `original` gives it back exactly."""
    if text.isprintable():
        return text
    return _ODD.sub(lambda odd: f"\x1a{ord(odd[0]):04x}", text)


def original(text: str) -> str:
    """What `storable` was given."""
    return _KEPT.sub(lambda kept: chr(int(kept[1], 16)), text) if "\x1a" in text else text


def to_json(value: Any) -> str:
    """Any value as JSON, texts as in `storable` where one needs it; `_decode` gives it back."""
    try:
        text = msgspec.json.encode(value).decode()
    except UnicodeEncodeError:
        pass
    else:
        if "\\u0000" not in text and _SUB not in text:
            return text
    return msgspec.json.encode(_map(msgspec.to_builtins(value), storable)).decode()


def _map(value: Any, change: Callable[[str], str]) -> Any:
    if isinstance(value, str):
        return change(value)
    if isinstance(value, dict):
        return {_map(key, change): _map(one, change) for key, one in value.items()}
    if isinstance(value, (list, tuple)):
        return [_map(one, change) for one in value]
    return value


T = TypeVar("T")
_REVIEW = msgspec.json.Decoder(Review)
_GATES = msgspec.json.Decoder(tuple[GateThen, ...])
_NOTES = msgspec.json.Decoder(tuple[Note, ...])
_FINDINGS = msgspec.json.Decoder(tuple[FoundThere, ...])


def encode_review(review: Review) -> str:
    """All of a review but where its file is and when that was saved: a copied, moved or touched file
    holds the same one."""
    bare = msgspec.structs.replace(review, location="", modified=0.0)
    return to_json(bare)


def decode_review(body: str, schema: int = SCHEMA) -> Review:
    """The review that `encode_review` was given. Raises LedgerError where it cannot be one."""
    if schema != SCHEMA:
        raise _damage(f"a review says that it is of schema {schema}")
    return _decode(_REVIEW, body)


def gates_from(text: str) -> tuple[GateThen, ...]:
    """The gates beside a review. Raises LedgerError."""
    return _decode(_GATES, text)


def findings_from(text: str) -> tuple[FoundThere, ...]:
    """The findings beside a review. Raises LedgerError."""
    return _decode(_FINDINGS, text)


def notes_text(notes: tuple[Note, ...]) -> str:
    """Notes as they stand beside a sheet; "" where there are none, as for nearly all."""
    return to_json(notes) if notes else ""


def notes_from(text: str) -> tuple[Note, ...]:
    """The notes beside a sheet. Raises LedgerError."""
    return _decode(_NOTES, text) if text else ()


def _decode(decoder: msgspec.json.Decoder[T], text: str) -> T:
    try:
        if _SUB in text:
            return msgspec.convert(_map(msgspec.json.decode(text), original), decoder.type)
        return decoder.decode(text)
    except (msgspec.DecodeError, UnicodeError) as error:
        raise _damage(f"what it holds cannot be read ({error})") from error


def _damage(found: str) -> LedgerError:
    return LedgerError(DAMAGED.format(found=found), RESTORE)


def version_row(judged: Judged, system_key: str, portfolio: str) -> dict[str, Any]:
    """What the ledger keeps of a review, but for the run.

    `content` is the checksum of all that makes a version: what the sheet says, whose it is and what
    it came to. What else was found is not part of it: it changes with the day.
    """
    review, verdict = judged.review, judged.verdict
    body = encode_review(review)
    due = judged.next_review
    values = {
        "portfolio": portfolio,
        "location": review.location,
        "tab": review.tab,
        "answers": answers_of(review),
        "system_key": system_key,
        "system_id": review.stamp.system_id,
        "review_id": review.stamp.review_id,
        "system": review.system,
        "review_date": as_date(review.review_date),
        "decision": verdict.decision.value,
        "shown_as": verdict.shown_as,
        "reason": verdict.reason,
        "green": verdict.counts.green,
        "yellow": verdict.counts.yellow,
        "red": verdict.counts.red,
        "open": verdict.counts.unmarked,
        "checklist": judged.checklist.id,
        "checklist_version": judged.checklist.version,
        "regate_on": as_date(review.regate_on),
        "next_due": due.due if due else None,
        "next_reason": due.reason if due else "",
        "gates": to_json(_gates(judged)),
        "findings": to_json(
            [FoundThere(f.code, f.level, f.gate, f.cell, f.message) for f in judged.findings]
        ),
        "schema": SCHEMA,
        "body": body,
    }
    return values | {"content": content_of([values[name] for name in MAKE_A_VERSION], body)}


def content_of(values: Sequence[Any], body: str) -> str:
    """The checksum of a version: of the columns MAKE_A_VERSION and of the body."""
    return _checksum(values, body)


MAKE_A_VERSION = (
    "portfolio", "system_key", "decision", "shown_as", "green", "yellow", "red", "open",
    "checklist", "checklist_version",
)  # fmt: skip


def answers_of(review: Review) -> str:
    """A checksum of what people typed and of the checklist that they typed it for.

    Not of the order of the rows, which a sort changes, nor of anything that nobody typed: it is the
    same in every version of gatebook.
    """
    rows = sorted(
        [one.key, _status(one), one.owner, one.next_action, str(one.due), one.artifact,
         one.artifact_link, one.approver]
        for one in review.rows
    )  # fmt: skip
    head = [
        review.stamp.checklist, review.stamp.version, review.stamp.system_id, review.stamp.review_id,
        review.system, review.lead, review.review_date, review.stakes, review.customer_data,
        review.regulated_area, review.owner, review.backup, review.launch_date, review.live,
        review.regate_on, review.sign_off.name, review.sign_off.role, review.sign_off.on,
        [[one.name, one.role] for one in review.attendees],
        [[one.on, one.kind, one.who, one.what] for one in review.changes],
    ]  # fmt: skip
    return _checksum([head, rows])


def _status(row: GateRow) -> str:
    return row.status.value if isinstance(row.status, Status) else str(row.status)


def _checksum(value: Any, text: str = "") -> str:
    """128 bits, so that no two versions ever meet by chance."""
    return sha256(f"{to_json(value)}\n{text}".encode()).hexdigest()[:32]


def _gates(judged: Judged) -> list[GateThen]:
    """Every gate of the checklist, by that of its rows which counts."""
    rows: dict[tuple[str, Status | None], GateRow] = {}
    for row, gate, effective in effective_rows(judged.review, judged.checklist):
        rows.setdefault((gate.key, effective), row)
    return [
        _gate(result.gate.number, result.gate.key, result.effective,
              rows.get((result.gate.key, result.effective)))
        for result in judged.verdict.gates
    ]  # fmt: skip


def _gate(number: int, key: str, effective: Status | None, row: GateRow | None) -> GateThen:
    marked = row.status if row else None
    due = row.due if row else None
    return GateThen(
        number=number,
        key=key,
        status=marked.value if isinstance(marked, Status) else "unreadable" if marked else "",
        effective=effective.value if effective else "",
        owner=row.owner if row else "",
        due=str(due) if isinstance(due, date) else "",
    )
