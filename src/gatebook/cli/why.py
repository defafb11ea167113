"""Why a decision is what it is: the rule, the gates that decided, where they stand, by which checklist."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from gatebook.cli.exits import USAGE, Stop
from gatebook.cli.past import Past, cell_of, checklist_name, full_record, not_there, row_of
from gatebook.cli.terminal import Line, line
from gatebook.domain.cadence import REASONS
from gatebook.domain.decision import RULES, Decision
from gatebook.domain.review import as_date

if TYPE_CHECKING:
    from gatebook.domain.checklist import Checklist
    from gatebook.domain.judge import Judged
    from gatebook.ledger.records import AsOf, FoundThere, GateThen, Run, Standing, Version

_LABEL = 10
# The effective status that decides, by decision; where something is to be finished, findings do.
_DECIDES = {
    Decision.DELAYED: "red",
    Decision.LAUNCH_WITH_PLAN: "yellow",
    Decision.LAUNCH: "green",
}


@dataclass(frozen=True, slots=True)
class Recorded:
    """When a decision was known: after which sync it is told, and from when to when it counted
    (`until` None: it still does). `state`: that its sheet is not there any more, or cannot be read."""

    run: Run
    portfolio: str
    since: date
    until: date | None
    state: str = ""


@dataclass(frozen=True, slots=True)
class Answer:
    """A system's decision on a day (None: now). `recorded` None: read from the sheets themselves."""

    name: str
    key: str
    version: Version
    day: date | None
    recorded: Recorded | None
    checklists: Mapping[str, Checklist]

    @property
    def rule(self) -> int:
        """Which line of the decision table held, counted from 1."""
        return list(RULES).index(Decision(self.version.decision)) + 1

    @property
    def to_finish(self) -> tuple[FoundThere, ...]:
        """What blocked."""
        return tuple(one for one in self.version.findings if one.level == "block")

    @property
    def deciding(self) -> tuple[GateThen, ...]:
        """The gates that decided."""
        status = _DECIDES.get(Decision(self.version.decision))
        if status:
            return tuple(gate for gate in self.version.gates if gate.effective == status)
        numbers = {one.gate for one in self.to_finish}
        return tuple(gate for gate in self.version.gates if gate.number in numbers)

    def title(self, gate: GateThen) -> str:
        """A gate's title as the sheet had it, else as the checklist at hand has it, else its key."""
        row = row_of(gate, self.version)
        if row and row.title:
            return row.title
        checklist = self.checklists.get(self.version.checklist)
        known = {one.key: one.title for one in checklist.gates} if checklist else {}
        return known.get(gate.key, gate.key)


def from_ledger(
    known: Past, key: str, name: str, day: date | None, checklists: Mapping[str, Checklist]
) -> Answer:
    """What the ledger says of a system at the end of a day, or now.

    Raises Stop with exit code 2 where it did not count on that day.
    """
    then = known.ledger.as_of(known.portfolio, day or date.max, key)
    standings = known.ledger.standings(known.portfolio, key)
    if then is None or not then.versions:
        raise _not_then(name, day, standings)
    until = [one for one in standings if one.run <= then.run.id]
    after = standings[len(until) :]
    counts = known.ledger.standing(known.portfolio).get(key)
    counting = not after and counts is not None
    recorded = Recorded(
        state=not_there(known, [counts]).get(counts, "") if counting and counts else "",
        run=then.run,
        portfolio=known.portfolio,
        since=until[-1].today,
        until=after[0].today if after else None,
    )
    version = _with_next(known, then, checklists.get(then.versions[0].checklist), counting=counting)
    return Answer(name, key, version, day, recorded, checklists)


def _with_next(known: Past, then: AsOf, checklist: Checklist | None, *, counting: bool) -> Version:
    """The version that counted, with the next review as its portfolio shows it: a change may stand in
    another form of the system."""
    from msgspec.structs import replace

    from gatebook.domain.cadence import next_review
    from gatebook.domain.systems import with_changes_of

    version = then.versions[0]
    last = {
        one.review_id: one
        for one in sorted(
            known.ledger.history(known.portfolio, version.system_key), key=lambda one: one.id
        )
        if one.run <= then.run.id and one.review_id != version.review_id
    }
    gone = not_there(known, [one.id for one in last.values()]) if counting else {}
    others = [one.review for one in last.values() if one.id not in gone]
    review = with_changes_of(version.review, others)
    if review is version.review or checklist is None:
        return version
    due = next_review(review, checklist, delayed=version.decision == Decision.DELAYED)
    return replace(
        version, next_due=due.due if due else None, next_reason=due.reason if due else ""
    )


def _not_then(name: str, day: date | None, standings: list[Standing]) -> Stop:
    counted = [one for one in standings if one.review is not None]
    asked = day or date.max
    earlier = [one.today for one in counted if one.today <= asked]
    if not counted:
        return Stop(
            USAGE,
            f"no review of “{name}” ever counted",
            "gatebook history  with its name shows what is recorded of it.",
        )
    if not earlier:
        first = min(one.today for one in counted)
        return Stop(
            USAGE,
            f"nothing is known of “{name}” on {day}: its first record is that of {first}",
            f"ask for {first} or a later day.",
        )
    gone = max(one.today for one in standings if one.review is None and one.today <= asked)
    return Stop(
        USAGE,
        f"“{name}” did not count on {day}" if day else f"“{name}” does not count any more",
        f"the sync of {gone} let it go, because its forms and its row were gone; "
        f"ask for an earlier day with --as-of, down to {min(earlier)}.",
    )


def from_sheets(
    judged: Judged, key: str, name: str, today: date, checklists: Mapping[str, Checklist]
) -> Answer:
    """What a sheet says now, without any ledger."""
    from gatebook.ledger.encoding import version_row
    from gatebook.ledger.records import Version

    values = version_row(judged, key, "") | {"id": 0, "run": 0, "recorded": today}
    values |= {"gates_text": values["gates"], "findings_text": values["findings"]}
    version = Version(**{name: values[name] for name in Version.__struct_fields__})
    return Answer(name, key, version, None, None, checklists)


def why_json(answer: Answer) -> dict[str, Any]:
    """The whole of `explain SYSTEM --json`."""
    from gatebook.cli.reports import SCHEMA

    recorded = answer.recorded
    until = recorded.until if recorded else None
    review = full_record(answer.version)
    if recorded is None:
        review |= {"recorded": None, "run": None}
    return {
        "schema": SCHEMA,
        "portfolio": recorded.portfolio if recorded else None,
        "system": answer.name,
        "system_key": answer.key,
        "as_of": answer.day.isoformat() if answer.day else None,
        "synced": recorded.run.today.isoformat() if recorded else None,
        "counted_from": recorded.since.isoformat() if recorded else None,
        "counted_until": until.isoformat() if until else None,
        "sheet_state": (recorded.state or None) if recorded else None,
        "rule": {
            "number": answer.rule,
            "of": len(RULES),
            "if": RULES[Decision(answer.version.decision)],
        },
        "deciding": [gate.number for gate in answer.deciding],
        "review": review,
    }


def why_lines(answer: Answer) -> Iterator[Line]:
    """The same for people."""
    version = answer.version
    yield Line(((answer.name, "name"), (": ", ""), (version.shown_as, version.decision)))
    yield line("")
    yield _labelled("As of", _when(answer))
    yield _labelled("Rule", _rule(answer))
    if version.decision == Decision.INCOMPLETE:
        yield from _under("To finish", (_open(one, version) for one in answer.to_finish))
    yield from _under("Gates", (_gate(gate, answer) for gate in answer.deciding))
    yield _labelled("Review", _held(version))
    yield _labelled("Where", f"{version.location}, tab {version.tab}")
    if answer.recorded and answer.recorded.state:
        yield _labelled("Sheet", f"{answer.recorded.state}; this is its last known state")
    if answer.recorded:
        yield _labelled("Recorded", _recorded(version, answer.recorded))
    yield _labelled("Checklist", checklist_name(version))
    if version.next_due:
        yield _labelled("Next", f"{version.next_due} ({REASONS[version.next_reason]})")
    elif version.decision == Decision.DELAYED:
        yield _labelled("Next", "no re-gate date is set")


def _labelled(label: str, text: str) -> Line:
    from gatebook.digest import one_line

    return Line(((f"{label:{_LABEL}}", "quiet"), (one_line(text), "")), 0, _LABEL)


def _under(label: str, texts: Iterator[str]) -> Iterator[Line]:
    for number, text in enumerate(texts):
        yield _labelled("" if number else label, text)


def _when(answer: Answer) -> str:
    if answer.recorded is None:
        return "now, as the sheets say; not from the ledger"
    run = answer.recorded.run
    return f"{answer.day or 'now'}, as the sync of {run.today} left it (run {run.id})"


def _rule(answer: Answer) -> str:
    before = {1: "", 2: "; rule 1 does not hold"}
    others = before.get(answer.rule, f"; rules 1 to {answer.rule - 1} do not hold")
    return f"{answer.rule} of {len(RULES)}: {RULES[Decision(answer.version.decision)]}{others}"


def _gate(gate: GateThen, answer: Answer) -> str:
    row = row_of(gate, answer.version)
    cell = cell_of(row)
    due = as_date(row.due) if row else None
    parts = [
        f"{gate.number} {answer.title(gate)}: {_mark(gate, row.approver if row else '')}",
        f"owner {gate.owner}" if gate.owner else "no owner",
        f"{answer.version.tab}!{cell}" if cell else "",
        # A green gate's proof, and of the others what is to be done.
        (row.artifact or row.artifact_link if gate.effective == "green" else row.next_action)
        if row
        else "",
        f"due {due}" if due and gate.effective != "green" else "",
    ]
    return " · ".join(part for part in parts if part)


def _mark(gate: GateThen, approver: str) -> str:
    if gate.status == gate.effective:
        return gate.effective or "not marked"
    if gate.effective == "yellow":
        return f"red, accepted as yellow by {approver}"
    if gate.effective == "red":
        return "yellow, which the checklist counts as red"
    return "the mark cannot be read"


def _open(one: FoundThere, version: Version) -> str:
    return f"{version.tab}!{one.cell}: {one.message}" if one.cell else one.message


def _held(version: Version) -> str:
    sign_off = version.review.sign_off
    signed = as_date(sign_off.on)
    held = f"of {version.review_date}" if version.review_date else "without a readable date"
    if not sign_off.name:
        return f"{held}, not signed"
    role = f" ({sign_off.role})" if sign_off.role else ""
    return f"{held}, signed by {sign_off.name}{role}" + (f" on {signed}" if signed else "")


def _recorded(version: Version, recorded: Recorded) -> str:
    first = f"by the sync of {version.recorded}"
    counted = "" if recorded.since == version.recorded else f", counted from {recorded.since} on"
    until = f", until the sync of {recorded.until}" if recorded.until else ""
    return f"{first}{counted}{until}"
