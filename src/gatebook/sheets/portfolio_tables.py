"""The portfolio as plain tables, before anybody draws it: one record a row, typed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date

from gatebook.domain.decision import Decision
from gatebook.sheets.model import Content
from gatebook.sheets.monday import View

READ = "Read"
CANNOT_BE_READ = "Cannot be read"
# How many systems stand where, worst first; one phrase for pilots and live systems.
DECISION_WORDS = {
    Decision.DELAYED: "delayed or red in production",
    Decision.INCOMPLETE: "incomplete",
    Decision.LAUNCH_WITH_PLAN: "with a plan",
    Decision.LAUNCH: "launch or stay live",
}
LETTERS = {"green": "G", "yellow": "Y", "red": "R", None: "–"}
# A whole review in one letter, in the colour of its decision.
DECISION_LETTERS = {
    Decision.LAUNCH: "G",
    Decision.LAUNCH_WITH_PLAN: "Y",
    Decision.DELAYED: "R",
    Decision.INCOMPLETE: "I",
}
# A year of monthly reviews.
MOST_REVIEWS = 12
# How an address begins that a reader may follow from anywhere.
WEB = ("http://", "https://", "mailto:")
MISSING, UNREADABLE = "missing", "could not be read"
# Its sheet was read, and changed so that an older review of the system that says better would count.
SET_BACK = "an older review would count"


@dataclass(frozen=True, slots=True)
class SystemRow:
    """One system on the Portfolio tab. `key`, `decision_code`, `file` go into the hidden column.

    `strip` has a letter a gate (G, Y, R, –). `notes` are the reader's own columns, by header.
    `file` is the place of its workbook as the portfolio links it, `tab` the review's tab in it.
    """

    key: str
    system: str
    decision: str
    decision_code: str
    strip: tuple[str, ...]
    counts: tuple[int, int, int, int]
    blocks: str
    lead: str
    owner: str
    review_date: date | str | None
    next_due: date | str | None
    next_reason: str
    overdue: int
    change: str
    regulated: str
    link: Content
    file: str
    tab: str = ""
    state: str = READ
    notes: dict[str, Content] = field(default_factory=dict)

    @property
    def was_read(self) -> bool:
        """Whether its sheet was there and could be read, whatever else there is to say of it."""
        return self.state.partition(";")[0] == READ

    @property
    def is_missing(self) -> bool:
        """Whether its sheet was not there; earlier versions called it not found."""
        return self.state.startswith((MISSING, "not found"))

    @property
    def is_set_back(self) -> bool:
        """Whether its sheet was there, and an older review that says better would now count for it."""
        return self.state.startswith(SET_BACK)


@dataclass(frozen=True, slots=True)
class ActionRow:
    """One open next action."""

    system: str
    gate: str
    status: str
    action: str
    owner: str
    due: date | str | None
    days_overdue: int | None
    link: Content
    when: str = ""


@dataclass(frozen=True, slots=True)
class FindingRow:
    """One finding, or a sheet that could not be read."""

    system: str
    level: str
    code: str
    tab: str
    cell: str
    message: str
    remedy: str
    link: Content


@dataclass(frozen=True, slots=True)
class GateRowOf:
    """How one gate stands over all systems; shares are fractions of 1."""

    number: int
    gate: str
    red_share: float
    yellow_share: float
    green_share: float
    unmarked_share: float
    red_systems: str
    yellow_systems: str
    typical: str = ""


@dataclass(frozen=True, slots=True)
class DecisionRow:
    """One decision of one review, as first seen. Rows are only ever added. `live`: of a live system,
    whose decisions have words of their own."""

    recorded: date | str | None
    system: str
    review_date: date | str | None
    decision: str
    counts: tuple[int, int, int, int]
    review_id: str
    live: bool = False


@dataclass(frozen=True, slots=True)
class RunRow:
    """One sync that changed the portfolio: when (text, with time zone) and what it did."""

    when: str
    read: int
    unreadable: int
    passed_over: int
    changed: str


@dataclass(frozen=True, slots=True)
class PersonRow:
    """What hangs on one person; `systems` is how many they own. `alone` says in words where they are
    a single point of failure."""

    name: str
    systems: int
    open_actions: int
    overdue: int
    owns: str
    backs: str
    alone: str


@dataclass(frozen=True, slots=True)
class EvidenceRow:
    """One gate that prepares AI Act papers, of one system in a regulated area."""

    system: str
    area: str
    gate: str
    status: str
    artifact: Content
    owner: str
    reviewed: date | str | None
    link: Content


@dataclass(frozen=True, slots=True)
class HistoryRow:
    """One system's reviews over time. What each says exactly stands in docs/ledger.md.

    `reviews` has a letter a review, oldest first, and is as long as all that were held. `red_since`
    is only there while the system is delayed. `slips` counts due dates that were moved later.
    """

    system: str
    decision: str
    reviews: tuple[str, ...]
    trend: str
    change: str
    red_since: date | None
    days_red: int | None
    slips: int
    kept: int
    missed: int
    next_due: date | str | None
    days_late: int | None
    next_reason: str
    changes: str
    launched: str
    state: str


@dataclass(frozen=True, slots=True)
class MonthRow:
    """How many systems stood where at a month's end; `month` as "2026-11"."""

    month: str
    launch: int
    with_plan: int
    delayed: int
    incomplete: int


@dataclass(frozen=True, slots=True)
class Tables:
    """Everything the portfolio shows. `gates` is the longest strip's number of gates."""

    systems: tuple[SystemRow, ...]
    actions: tuple[ActionRow, ...]
    findings: tuple[FindingRow, ...]
    gates: tuple[GateRowOf, ...]
    decisions: tuple[DecisionRow, ...]
    runs: tuple[RunRow, ...]
    synced: str = ""
    today: date | None = None
    note_headers: tuple[str, ...] = ("Notes",)
    people: tuple[PersonRow, ...] = ()
    evidence: tuple[EvidenceRow, ...] = ()
    months: tuple[MonthRow, ...] = ()
    history: tuple[HistoryRow, ...] = ()
    view: View = field(default_factory=View)

    @property
    def most_reviews(self) -> int:
        """How many columns the strip of past reviews needs."""
        return min(max((len(row.reviews) for row in self.history), default=0), MOST_REVIEWS)

    @property
    def strip_length(self) -> int:
        """How many gate columns the strip needs."""
        return max((len(row.strip) for row in self.systems), default=0)

    @property
    def overdue(self) -> int:
        """How many open actions are overdue, as far as is known."""
        listed = sum((action.days_overdue or 0) > 0 for action in self.actions)
        return listed + sum(row.overdue for row in unlisted(self.systems, self.actions))

    def decided(self, decision: Decision) -> int:
        """How many systems stand at a decision."""
        return sum(row.decision_code == decision for row in self.systems)


def unlisted(rows: Iterable[SystemRow], actions: Iterable[ActionRow]) -> tuple[SystemRow, ...]:
    """Systems that were not read this time, had overdue actions when they were, and whose actions are
    on no record: without a ledger nothing but their row is known."""
    listed = {action.system for action in actions}
    return tuple(
        row for row in rows if row.overdue and not row.was_read and row.system not in listed
    )
