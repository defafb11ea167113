"""What each person has to do: their systems, open actions and coming reviews, as text and calendar.

Pure: systems and a day in, digests out; the same input gives the same bytes. Everything that came
from a sheet is one line of plain text here, whatever was typed.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from hashlib import sha256

from gatebook.domain.actions import BUCKETS, LATER, NO_DATE, OVERDUE, SOON, bucket, open_actions
from gatebook.domain.cadence import REASONS
from gatebook.domain.checklist import Gate
from gatebook.domain.fields import HEADER_BY_NAME
from gatebook.domain.review import DateValue, GateRow, Review, Unreadable
from gatebook.domain.systems import System
from gatebook.domain.text import clean, is_person
from gatebook.sheets.review_form import TabProblem

# The digest of what no single person can be asked about.
GROUP = "No single owner"
# How a file says that gatebook wrote it: a Markdown file's first line, a calendar's PRODID.
MARK = "<!-- gatebook digest: every run writes this file anew -->"
PRODUCER = "-//gatebook//owner digest//EN"
_TITLES = {OVERDUE: "Overdue", LATER: "Due later", NO_DATE: "No date"} | {
    words: f"Due in the {words}" for words in SOON.values()
}
# Who owns a system: fields of a review, the one who answers for it first.
_ROLES = ("owner", "backup", "lead")
# Characters of an action in a calendar's line; the whole stands in the event.
_SUMMARY = 100
# What Markdown would take for markup inside a line: GitHub's dialect with links that need no marks.
_MARKUP = re.compile(r"[\\`*_{}\[\]<>#|~^$@&!]|:(?=\S)|(?<=www)\.", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Place:
    """Where something stands: a file as it was found, its tab and cell ("" where there is none)."""

    location: str
    tab: str = ""
    cell: str = ""

    def __str__(self) -> str:
        tab = f", tab {self.tab}" if self.tab else ""
        return f"{self.location}{tab}" + (f", cell {self.cell}" if self.cell else "")


@dataclass(frozen=True, slots=True)
class Owned:
    """A system with its decision; `part` says what the person is to it."""

    system: str
    decision: str
    part: str
    place: Place


@dataclass(frozen=True, slots=True)
class Action:
    """An open action. `due` is None without a readable date; `typed` is what stands there then."""

    system_key: str
    system: str
    gate_key: str
    gate: str
    status: str
    text: str
    owner: str
    due: date | None
    typed: str
    place: Place


@dataclass(frozen=True, slots=True)
class Coming:
    """A review or re-gate of a system and the day it is due; `reason` is a key of REASONS."""

    system_key: str
    system: str
    due: date
    reason: str
    place: Place


@dataclass(frozen=True, slots=True)
class Digest:
    """What one person gets. `unread`: sheets nobody could read, in the digest GROUP only."""

    name: str
    today: date
    systems: tuple[Owned, ...]
    actions: tuple[Action, ...]
    reviews: tuple[Coming, ...]
    unread: tuple[TabProblem, ...] = ()

    @property
    def overdue(self) -> int:
        """How many actions were due before today."""
        return sum(bool(action.due and action.due < self.today) for action in self.actions)


@dataclass(frozen=True, slots=True)
class Event:
    """One all-day entry of a calendar; `uid` stays the same as long as what it is about does."""

    uid: str
    on: date
    summary: str
    description: str


def one_line(text: str) -> str:
    """Text as one line that can be saved: no control characters, no turning of the direction."""
    kinds = {"Cc": " ", "Zl": " ", "Zp": " ", "Cs": "\ufffd"}
    shown = (
        "" if sign in _TURNS else kinds.get(unicodedata.category(sign), sign)
        for sign in unicodedata.normalize("NFC", clean(text))
    )
    return clean("".join(shown))


# Marks that turn the direction of the text after them (Unicode's bidirectional controls).
_TURNS = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


def person_key(name: str) -> str:
    """What two spellings of one name have in common: all but case and spacing."""
    return one_line(name).casefold()


def digests(
    systems: Sequence[System], unread: Sequence[TabProblem], today: date
) -> tuple[Digest, ...]:
    """Everybody's digest by name, then the one of what has no single owner, if there is any.

    A person owns the systems of which they are production owner, backup or pilot lead; actions go
    to the owner of their gate. A name that is no person's goes to the digest GROUP.
    """
    lines: dict[str, list[Owned | Action | Coming]] = defaultdict(list)
    spellings: dict[str, Counter[str]] = defaultdict(Counter)
    for system in systems:
        for name, line in (*_of_system(system), *_actions(system)):
            key = person_key(name or GROUP)
            lines[key].append(line)
            spellings[key][name or GROUP] += 1
    group = person_key(GROUP)
    if unread:
        lines.setdefault(group, [])
    found = [
        _digest(
            GROUP if key == group else _usual(spellings[key]),
            lines[key],
            unread if key == group else (),
            today,
        )
        for key in sorted(lines, key=lambda key: (key == group, key))
    ]
    return tuple(found)


def _usual(spellings: Counter[str]) -> str:
    """The spelling used most; of several, the first in the alphabet."""
    return min(spellings, key=lambda name: (-spellings[name], name))


def _digest(
    name: str,
    lines: Iterable[Owned | Action | Coming],
    unread: Sequence[TabProblem],
    today: date,
) -> Digest:
    owned, actions, reviews = [], [], []
    for line in lines:
        match line:
            case Owned():
                owned.append(line)
            case Action():
                actions.append(line)
            case Coming():
                reviews.append(line)
    actions.sort(key=lambda action: (action.due or date.max, action.due is None))
    reviews.sort(key=lambda review: review.due)
    return Digest(name, today, tuple(owned), tuple(actions), tuple(reviews), tuple(unread))


def _of_system(system: System) -> Iterator[tuple[str, Owned | Coming]]:
    """For everybody who owns a system, by name: the system, and its next review."""
    judged = system.newest
    place = _place(judged.review)
    for name, roles in _owners(system):
        decision = one_line(judged.verdict.shown_as)
        yield name, Owned(one_line(system.name), decision, ", ".join(roles), place)
        if due := judged.next_review:
            yield name, Coming(system.key, one_line(system.name), due.due, due.reason, place)


def _owners(system: System) -> Iterable[tuple[str, list[str]]]:
    """Each owner's name with their roles. The name "" stands for no single person, and comes up
    where a role has a name that is none, or where the production owner is missing."""
    review = system.newest.review
    marks = system.newest.checklist.policy.person_marks
    owners: dict[str, tuple[str, list[str]]] = {}
    for field in _ROLES:
        typed = one_line(getattr(review, field))
        role = HEADER_BY_NAME[field].label.lower()
        name = typed if is_person(typed, marks) else ""
        if name:
            part = role
        elif typed:
            part = f"{role}: {typed}"
        elif field == "owner":
            part = f"no {role}"
        else:
            continue
        owners.setdefault(person_key(name), (name, []))[1].append(part)
    return owners.values()


def _actions(system: System) -> Iterator[tuple[str, Action]]:
    """The open actions of a system, each with its owner's name; "" where that is no person."""
    judged = system.newest
    marks = judged.checklist.policy.person_marks
    for one in open_actions(judged.review, judged.checklist):
        owner = one_line(one.row.owner)
        yield (
            owner if is_person(owner, marks) else "",
            Action(
                system_key=system.key,
                system=one_line(system.name),
                gate_key=one.row.key,
                gate=_gate(one.gate),
                status=one.status.value if one.status else "not marked",
                text=one_line(one.text),
                owner=owner,
                due=one.due,
                typed="" if one.due else _typed(one.row.due),
                place=_place(judged.review, one.row),
            ),
        )


def _gate(gate: Gate) -> str:
    return f"gate {gate.number} {one_line(gate.title)}"


def _typed(value: DateValue) -> str:
    if isinstance(value, Unreadable):
        return one_line(value.found)
    return str(value) if value else ""


def _place(review: Review, row: GateRow | None = None) -> Place:
    cell = row.cells.get("next_action") if row else None
    return Place(one_line(review.location), one_line(review.tab), cell.a1 if cell else "")


def markdown(digest: Digest) -> str:
    """The digest as Markdown; texts from sheets stay text, whatever they look like."""
    mine = digest.name != GROUP
    parts = [
        MARK,
        f"# {escaped(digest.name)}",
        "",
        f"As of {digest.today}: {summary(digest)}.",
        *_section("Systems", map(_owned_lines, digest.systems), "None."),
        *_section("Open actions", (), "" if digest.actions else "None."),
    ]
    for title, actions in by_due(digest):
        lines = (_action_lines(action, digest.today, mine=mine) for action in actions)
        parts += _section(title, lines, level=3)
    parts += _section(
        "Reviews and re-gates",
        (_coming_lines(review, digest.today) for review in digest.reviews),
        "None.",
    )
    if digest.unread:
        parts += _section("Sheets that could not be read", map(_unread_lines, digest.unread))
    return "\n".join(parts) + "\n"


def escaped(text: str) -> str:
    """One line of text in which Markdown finds no markup; not for the start of a line."""
    return _MARKUP.sub(r"\\\g<0>", one_line(text))


def summary(digest: Digest) -> str:
    """ "2 systems, 3 open actions (1 overdue), 1 review or re-gate"."""
    texts = [_count(len(digest.systems), "system"), _count(len(digest.actions), "open action")]
    if digest.overdue:
        texts[-1] += f" ({digest.overdue} overdue)"
    texts.append(f"{_count(len(digest.reviews), 'review')} or re-gate{_s(len(digest.reviews))}")
    if digest.unread:
        texts.append(f"{_count(len(digest.unread), 'sheet')} that could not be read")
    return ", ".join(texts)


def by_due(digest: Digest) -> Iterator[tuple[str, list[Action]]]:
    """The open actions in buckets, overdue first; only buckets with something in them."""
    buckets: dict[str, list[Action]] = defaultdict(list)
    for action in digest.actions:
        buckets[bucket(action.due, digest.today)].append(action)
    for found in BUCKETS:
        if found in buckets:
            yield _TITLES[found], buckets[found]


def _section(title: str, items: Iterable[list[str]], empty: str = "", level: int = 2) -> list[str]:
    """A heading and a list; an item's first line is the point, the others stand below it."""
    listed = [f"{'  - ' if i else '- '}{line}" for item in items for i, line in enumerate(item)]
    body = listed or ([empty] if empty else [])
    return ["", f"{'#' * level} {title}", *(["", *body] if body else [])]


def _owned_lines(owned: Owned) -> list[str]:
    return [
        f"System: {escaped(owned.system)}",
        f"Decision: {escaped(owned.decision)}",
        f"Role: {escaped(owned.part)}",
        f"Where: {escaped(str(owned.place))}",
    ]


def _action_lines(action: Action, today: date, *, mine: bool) -> list[str]:
    typed = f", Due reads “{escaped(action.typed)}”" if action.typed else ""
    when = _when(action.due, today) if action.due else f"**No date**{typed}"
    about = f"{escaped(action.system)}, {escaped(action.gate)} ({action.status})"
    lines = [f"{when}: {about}", f"What: {escaped(action.text)}"]
    if not mine:
        lines.append(f"Owner: {escaped(action.owner) or '(nobody is named)'}")
    return [*lines, f"Where: {escaped(str(action.place))}"]


def _coming_lines(review: Coming, today: date) -> list[str]:
    about = f"{escaped(review.system)}, {REASONS[review.reason]}"
    return [f"{_when(review.due, today)}: {about}", f"Where: {escaped(str(review.place))}"]


def _unread_lines(problem: TabProblem) -> list[str]:
    return [
        f"Where: {escaped(str(Place(problem.location, problem.tab)))}",
        f"Why: {escaped(problem.reason)}",
        f"What to do: {escaped(problem.remedy)}",
    ]


def _when(due: date, today: date) -> str:
    days = (due - today).days
    if days < 0:
        return f"**{due}**, {_count(-days, 'day')} overdue"
    return f"**{due}**, " + (f"in {_count(days, 'day')}" if days else "today")


def _count(number: int, thing: str) -> str:
    return f"{number} {thing}{_s(number)}"


def _s(number: int) -> str:
    return "" if number == 1 else "s"


def events(digest: Digest) -> Iterator[Event]:
    """The days to remember: due dates of open actions, next reviews and re-gates."""
    known: Counter[str] = Counter()

    def uid(*about: str) -> str:
        text = sha256("\x1f".join(about).encode("utf-8", "surrogatepass")).hexdigest()[:32]
        known[text] += 1
        # A gate's row that is there twice, with the same date in both.
        return f"{text}{f'-{known[text]}' if known[text] > 1 else ''}@gatebook"

    for action in digest.actions:
        if action.due:
            yield Event(
                uid(action.system_key, action.gate_key, "action", str(action.due)),
                action.due,
                f"Due: {_short(action.text)} ({action.system})",
                f"{action.text}\n{action.gate} ({action.status})\n{action.place}",
            )
    for review in digest.reviews:
        kind = "Re-gate" if review.reason == "re-gate" else "Review"
        yield Event(
            uid(review.system_key, "", kind, str(review.due)),
            review.due,
            f"{kind}: {review.system}",
            f"{REASONS[review.reason]}\n{review.place}",
        )


def _short(text: str) -> str:
    return text if len(text) <= _SUMMARY else text[: _SUMMARY - 1] + "…"


def calendar(digest: Digest) -> bytes:
    """The digest's days as an .ics file (RFC 5545), with all-day events that block no time."""
    # Imported here: it takes 0.1 s, which other commands do not need to spend.
    import icalendar

    made = icalendar.Calendar()
    made.add("prodid", PRODUCER)
    made.add("version", "2.0")
    made.add("x-wr-calname", f"gatebook: {digest.name}")
    stamp = datetime.combine(digest.today, time(), UTC)
    for one in events(digest):
        event = icalendar.Event()
        event.add("uid", one.uid)
        event.add("dtstamp", stamp)
        event.add("dtstart", one.on)
        event.add("summary", one.summary)
        event.add("description", one.description)
        event.add("transp", "TRANSPARENT")
        made.add_component(event)
    return bytes(made.to_ical())
