"""From judged sheets to systems: the newest review of each, copies named, history taken into account.

Source: SPEC, "Portfolio", and its findings `duplicate-review` and `launched-without-passing`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime
from hashlib import sha256

import msgspec

from gatebook.domain.decision import Decision, decision_shown, in_short
from gatebook.domain.effective import plausible
from gatebook.domain.findings import Finding
from gatebook.domain.judge import Judged, as_finding, judge
from gatebook.domain.past import Step, by_review
from gatebook.domain.review import Review
from gatebook.domain.rules import Hit
from gatebook.domain.text import clean, slug

# Longer keys do not fit beside others in a cell, and no system made by gatebook has one.
_LONGEST_KEY = 200

PASSING = (Decision.LAUNCH, Decision.LAUNCH_WITH_PLAN)

# Said of a system as it stands now, so not repeated for reviews that a newer one has replaced.
_OF_THE_PRESENT = frozenset(
    {
        *("action-overdue", "review-due", "review-overdue"),
        *("major-change-unreviewed", "launch-unconfirmed"),
    }
)


class System(msgspec.Struct, frozen=True):
    """One AI system: its newest review, the earlier ones newest first, and the copies set aside.

    `key` is stable from sync to sync; it is the system id, with the name where copies of one sheet
    were given to several systems. `gone` are reviews that are on record and were in no sheet this
    time, as they stood last, newest first.
    """

    key: str
    name: str
    newest: Judged
    earlier: tuple[Judged, ...] = ()
    copies: tuple[Judged, ...] = ()
    gone: tuple[Step, ...] = ()


def bounded(key: str) -> str:
    """A key of at most 200 characters: a longer one is cut and told apart by its checksum."""
    if len(key) <= _LONGEST_KEY:
        return key
    digest = sha256(key.encode("utf-8", "surrogatepass")).hexdigest()[:16]
    return f"{key[: _LONGEST_KEY - 17]}~{digest}"


def place(review: Review) -> str:
    """Where a review stands, for messages: file and tab."""
    return f"{review.location} ({review.tab})" if review.location else review.tab


def is_marked(review: Review) -> bool:
    """Whether anything stands in a gate's status: else the form waits for its meeting."""
    return any(row.status is not None for row in review.rows)


def _age(judged: Judged, today: date) -> tuple[bool, bool, date, float, str, str]:
    """What makes a review newer. A form that nobody has marked yet is no review, whatever its date,
    and comes after all that are; nor is one dated after today, which was not held yet or has a slip
    in its date. Marks without a date count from the day the file was changed, so that their reds are
    not hidden."""
    review = judged.review
    marked = is_marked(review)
    day = plausible(review.review_date, judged.checklist)
    held = day is None or day <= today
    if day is None:
        day = _changed_on(review) if marked else date.min
    return marked, held, day, review.modified, review.location, review.tab


def _changed_on(review: Review) -> date:
    """The day the file was changed; where its time stamp is none, the last day there is."""
    try:
        return datetime.fromtimestamp(review.modified, UTC).date() if review.modified else date.max
    except (ValueError, OverflowError, OSError):
        return date.max


def systems(
    judged: Iterable[Judged], today: date, steps: Iterable[Step] = ()
) -> tuple[System, ...]:
    """All systems, sorted by name. `steps`: what is on record of their reviews."""
    recorded = by_review(steps)
    by_id: dict[str, list[Judged]] = defaultdict(list)
    for one in judged:
        by_id[one.review.stamp.system_id].append(one)
    found = [
        _system(key, sheets, today, recorded.get(bounded(key), {}))
        for system_id, group in by_id.items()
        for key, sheets in _by_name(system_id, group)
    ]
    return tuple(sorted(found, key=lambda system: (system.name.lower(), system.key)))


def _name(judged: Judged) -> str:
    """The system's name as names are compared: case, spaces and signs aside."""
    return slug(judged.review.system)


def _by_name(system_id: str, group: list[Judged]) -> Iterable[tuple[str, list[Judged]]]:
    """Split sheets of one system id by name where a copied sheet was given to another system."""
    names: dict[str, set[str]] = defaultdict(set)
    for one in group:
        names[one.review.stamp.review_id].add(_name(one))
    if all(len(found) == 1 for found in names.values()):
        return [(system_id, group)]
    split: dict[str, list[Judged]] = defaultdict(list)
    for one in group:
        split[_name(one)].append(one)
    return [
        (system_id if name == system_id else f"{system_id}|{name}", sheets)
        for name, sheets in split.items()
    ]


def _latest(copies: list[Judged]) -> Judged:
    """The copy changed last; of copies changed in the same moment the one with the worse decision."""
    return max(
        copies,
        key=lambda one: (
            one.review.modified,
            -GOOD[one.verdict.decision],
            one.review.location,
            one.review.tab,
        ),
    )


# How good a decision is; where two sheets claim to count, the worse one does.
GOOD = {
    Decision.DELAYED: 0,
    Decision.INCOMPLETE: 1,
    Decision.LAUNCH_WITH_PLAN: 2,
    Decision.LAUNCH: 3,
}


def _system(
    key: str, sheets: list[Judged], today: date, recorded: Mapping[str, Sequence[Step]]
) -> System:
    here: dict[str, list[Judged]] = defaultdict(list)
    for one in sheets:
        here[one.review.stamp.review_id].append(one)
    latest = map(_latest, here.values())
    chosen = sorted(latest, key=lambda one: _age(one, today), reverse=True)
    chosen = _not_hidden_by_a_slip(chosen, today)
    copies = [one for one in sheets if not any(one is kept for kept in chosen)]
    newest = _with_all_changes(chosen[0], sheets, today)
    newest = _with(newest, _renamed(newest, chosen[1:]))
    gone = _gone(recorded, here, today)
    newest = _with(
        newest, _launched_without_passing([newest, *chosen[1:]], gone, today), first=True
    )
    for later in chosen[1:]:
        for finding in later.findings:
            if finding.code == "date-in-future":
                newest = _with(newest, _of(later, finding))
    return System(
        key=bounded(key),
        name=newest.review.system or newest.review.location or key,
        newest=newest,
        earlier=tuple(_past(one) for one in chosen[1:]),
        copies=tuple(_past(one) for one in copies),
        gone=gone,
    )


def _gone(
    recorded: Mapping[str, Sequence[Step]], here: Mapping[str, object], today: date
) -> tuple[Step, ...]:
    last = [steps[-1] for review, steps in recorded.items() if review not in here]
    held = [one for one in last if one.marked and one.day <= today]
    return tuple(sorted(held, key=lambda one: (one.day, one.run, one.id), reverse=True))


def _not_hidden_by_a_slip(chosen: list[Judged], today: date) -> list[Judged]:
    """A marked review dated after today does not count before that day, unless it is worse than the
    newest one that was held: then its date is likely a slip, and its reds must not be hidden."""
    later = [one for one in chosen[1:] if is_marked(one.review) and not _age(one, today)[1]]
    worse = [one for one in later if GOOD[one.verdict.decision] < GOOD[chosen[0].verdict.decision]]
    if not worse:
        return chosen
    first = min(worse, key=lambda one: GOOD[one.verdict.decision])
    return [first, *(one for one in chosen if one is not first)]


def _of(judged: Judged, finding: Finding) -> Finding:
    """A finding of a sheet that was set aside, as its system's newest review shows it."""
    message = f"{finding.message} ({place(judged.review)})"
    return msgspec.structs.replace(finding, cell=None, tab="", message=message)


def held_back(systems: Iterable[System], counted: Mapping[str, Step]) -> frozenset[str]:
    """The keys of systems whose newest review must not count: it is older than the one that counted
    last, says better, and that one is in no sheet any more, or was set back behind it.

    `counted`: by system the review that counted last, as it stood. Of one day, or undated, only a
    delayed one holds back: a red is never lost with its sheet, a form that was just begun may be.
    """
    return frozenset(
        system.key
        for system in systems
        if (last := counted.get(system.key)) and _is_held_back(system, last)
    )


def _is_held_back(system: System, last: Step) -> bool:
    newest = system.newest
    if newest.review.stamp.review_id == last.review_id:
        return False
    before = Decision(last.decision)
    if GOOD[before] >= GOOD[newest.verdict.decision]:
        return False
    day = plausible(newest.review.review_date, newest.checklist) or _changed_on(newest.review)
    sheets = (*system.earlier, *system.copies)
    if before is Decision.DELAYED and all(
        one.review.stamp.review_id != last.review_id for one in sheets
    ):
        return day <= last.day
    return last.review_date is not None and day < last.review_date


def _with_all_changes(newest: Judged, sheets: list[Judged], today: date) -> Judged:
    """The newest review judged with the changes that any sheet of the system lists: people go on
    writing into the log of the file they have."""
    review = with_changes_of(newest.review, (one.review for one in sheets))
    if review is newest.review:
        return newest
    copies = tuple(f for f in newest.findings if f.code == "duplicate-review")
    again = judge(review, newest.checklist, today)
    return msgspec.structs.replace(again, findings=(*again.findings, *copies))


def with_changes_of(review: Review, others: Iterable[Review]) -> Review:
    """A review with the changes that other workbooks of its system list as well; itself where there
    are none."""
    own = {(change.on, change.kind, change.what) for change in review.changes}
    more = [
        msgspec.structs.replace(change, tab="", cells={}, where=other.location)
        for other in others
        if other.location != review.location
        for change in other.changes
        if (change.on, change.kind, change.what) not in own
    ]
    return msgspec.structs.replace(review, changes=(*review.changes, *more)) if more else review


def _renamed(newest: Judged, earlier: Sequence[Judged]) -> Finding | None:
    """Sheets of one system id under other names: a renamed system, or one that has no row."""
    others = {
        clean(one.review.system): place(one.review)
        for one in earlier
        if one.review.system and _name(one) != _name(newest)
    }
    if not others:
        return None
    found = ", ".join(f"“{name}”" for name in others)
    hit = Hit({"found": found, "where": ", ".join(others.values())}, "system")
    return as_finding("system-renamed", hit, newest.review, newest.checklist)


def _past(judged: Judged) -> Judged:
    kept = tuple(f for f in judged.findings if f.code not in _OF_THE_PRESENT)
    return msgspec.structs.replace(judged, findings=kept)


def _with(judged: Judged, extra: Finding | None, *, first: bool = False) -> Judged:
    if extra is None:
        return judged
    both = (extra, *judged.findings) if first else (*judged.findings, extra)
    return msgspec.structs.replace(judged, findings=both)


def name_copies(judged: Sequence[Judged]) -> tuple[Judged, ...]:
    """Each sheet that shares its review id with another one gets the finding `duplicate-review`."""
    by_review: dict[str, list[Judged]] = defaultdict(list)
    for one in judged:
        by_review[one.review.stamp.review_id].append(one)
    return tuple(_with(one, _copy(one, by_review[one.review.stamp.review_id])) for one in judged)


def _copy(judged: Judged, same: list[Judged]) -> Finding | None:
    others = [other for other in same if other is not judged]
    if not others:
        return None
    if len({_name(one) for one in same}) > 1:
        counts = "They name different systems, so each counts for its own."
    else:
        latest = _latest(same)
        tie = sum(one.review.modified == latest.review.modified for one in same) > 1
        which = "None is newer, so the worse one counts" if tie else "The one changed last counts"
        counts = f"{which}: {place(latest.review)}."
    where = ", ".join(place(other.review) for other in others)
    hit = Hit({"other": where, "counts": counts}, "system")
    return as_finding("duplicate-review", hit, judged.review, judged.checklist)


class _Held(msgspec.Struct, frozen=True):
    """What of a review says whether a launch was allowed, wherever it is on record."""

    day: date | None
    said: str
    passing: bool
    live: bool


def _signed(reviews: Sequence[Judged], gone: Sequence[Step]) -> list[_Held]:
    """The signed ones among a system's reviews, newest first. Those that are gone take their places by
    their days."""
    signed = [
        _Held(
            plausible(one.review.review_date, one.checklist),
            one.verdict.shown_as,
            one.verdict.decision in PASSING,
            one.review.is_live,
        )
        for one in reviews
        if one.review.signed
    ]
    for step in gone:
        if step.signed and step.review_date:
            live = decision_shown(step.shown_as)[1]
            held = _Held(step.review_date, step.shown_as, step.passing, live)
            older = (n for n, one in enumerate(signed) if (one.day or date.max) < step.review_date)
            signed.insert(next(older, len(signed)), held)
    return signed


def _launched_without_passing(
    reviews: Sequence[Judged], gone: Sequence[Step], today: date
) -> Finding | None:
    """`reviews` are one system's, newest first. A review that passed after the launch ends it."""
    newest = reviews[0]
    review = newest.review
    launch = plausible(review.launch_date, newest.checklist)
    if not (review.is_live or (launch and launch < today)):
        return None
    signed = _signed(reviews, gone)
    before = [place for place, one in enumerate(signed) if _before_launch(one, launch)]
    if not before or any(one.passing for one in signed[: before[0] + 1]):
        return None
    hit = Hit(
        {
            "system": review.system or "The system",
            "state": "is live" if review.is_live else f"was to launch on {launch}",
            "date": str(signed[before[0]].day),
            "decision": signed[before[0]].said,
        },
        "live" if review.is_live else "launch_date",
    )
    return as_finding("launched-without-passing", hit, review, newest.checklist)


def _before_launch(held: _Held, launch: date | None) -> bool:
    if launch is None:
        return not held.live
    return held.day is not None and held.day <= launch


def _day(judged: Judged) -> date:
    return plausible(judged.review.review_date, judged.checklist) or date.min


def change_since(system: System) -> str:
    """What the newest review changed against the one before, in words. That one may be on record only."""
    newest = _day(system.newest)
    held = [one for one in system.earlier if is_marked(one.review) and not _day(one) > newest]
    gone = [one for one in system.gone if one.day <= newest]
    if not held and not gone:
        return "First review"
    if not gone or (held and _day(held[0]) >= gone[0].day):
        return compared(system.newest, held[0].verdict.shown_as, statuses_of(held[0]))
    return compared(system.newest, gone[0].shown_as, dict(gone[0].statuses))


def statuses_of(judged: Judged) -> dict[str, str]:
    """What each gate counted as, by its key; "" where nothing is marked."""
    return {one.gate.key: (one.effective or "") for one in judged.verdict.gates}


def compared(newest: Judged, said: str, statuses: Mapping[str, str]) -> str:
    """What a review changed against one that said this, with these statuses, in words."""
    better: list[str] = []
    worse: list[str] = []
    rank = {"green": 2, "yellow": 1, "red": 0}
    for result in newest.verdict.gates:
        old, new = statuses.get(result.gate.key), result.effective
        if old and new and old != new:
            (better if rank[new] > rank[old] else worse).append(str(result.gate.number))
    same = decision_shown(said)[0] is newest.verdict.decision
    parts = [] if same else [f"was “{in_short(said)}”"]
    parts += [f"{_gates(better)} better"] if better else []
    parts += [f"{_gates(worse)} worse"] if worse else []
    return "; ".join(parts) or "No change"


def _gates(numbers: list[str]) -> str:
    """ "gate 6", "gates 2, 9"."""
    return f"gate{'' if len(numbers) == 1 else 's'} {', '.join(numbers)}"
