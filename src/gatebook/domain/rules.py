"""The rules: one small function each, named like its finding's code.

A rule looks at one review and yields the places where it does not hold; texts and levels are the
catalogue's. `RULES` is their order. Every rule that may block has a twin in `sheets/formulas.py`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from typing import NamedTuple

from gatebook.domain.cadence import REASONS, next_review, unreviewed_changes
from gatebook.domain.cells import Cell
from gatebook.domain.checklist import Checklist, Gate
from gatebook.domain.effective import (
    downgrade_refusal,
    effective_rows,
    effective_status,
    gate_rows,
    plausible,
)
from gatebook.domain.fields import CHANGES_BY_NAME, HEADER_BY_NAME, ROW_BY_NAME, Field
from gatebook.domain.review import (
    Change,
    DateValue,
    GateRow,
    Review,
    Status,
    Unreadable,
    as_date,
)
from gatebook.domain.text import has_words, is_person, same


class Context(NamedTuple):
    """What a rule may look at besides the review: the checklist and the day it is judged on."""

    checklist: Checklist
    today: date


class Hit(NamedTuple):
    """A place where a rule does not hold, and the values that its message needs.

    `elsewhere`: a place that matters less (the catalogue may give it a lower level).
    """

    values: dict[str, str]
    field: str = ""
    row: GateRow | None = None
    gate: Gate | None = None
    change: Change | None = None
    elsewhere: bool = False


Rule = Callable[[Review, Context], Iterator[Hit]]


def quoted(text: str) -> str:
    """Text from a sheet inside a message, cut where it is long."""
    return f"“{text if len(text) <= 60 else text[:57] + '…'}”"


def days(count: int) -> str:
    """ "1 day", "12 days"."""
    return f"{count} day{'' if count == 1 else 's'}"


def _remark(remarks: dict[str, str], field: str) -> str:
    remark = remarks.get(field)
    return f" ({remark})" if remark else ""


def _row(row: GateRow, gate: Gate, field: str, **values: str) -> Hit:
    label = f"Gate {gate.number} {gate.title}, {ROW_BY_NAME[field].label}"
    named = {"number": str(gate.number), "gate": gate.title, "label": label}
    return Hit(named | {"remark": _remark(row.remarks, field)} | values, field, row, gate)


def _head(review: Review, field: str, **values: str) -> Hit:
    named = {"label": HEADER_BY_NAME[field].label, "remark": _remark(review.remarks, field)}
    return Hit(named | values, field)


def row_missing(review: Review, context: Context) -> Iterator[Hit]:
    there = {row.key for row in review.rows}
    for gate in context.checklist.gates:
        if gate.key not in there:
            yield Hit({"number": str(gate.number), "gate": gate.title}, gate=gate)


def row_duplicated(review: Review, context: Context) -> Iterator[Hit]:
    found: dict[str, list[GateRow]] = defaultdict(list)
    for row, gate in gate_rows(review, context.checklist):
        found[gate.key].append(row)
    for gate in context.checklist.gates:
        rows = found[gate.key]
        if len(rows) > 1:
            places = ", ".join(str(row.cells["status"].row + 1) for row in rows if row.cells)
            yield _row(rows[-1], gate, "status", count=str(len(rows)), rows=places)


def row_unknown(review: Review, context: Context) -> Iterator[Hit]:
    checklist = context.checklist
    drawn_from_this = (review.stamp.checklist, review.stamp.version) == (
        checklist.id,
        checklist.version,
    )
    for row in review.rows:
        gate = checklist.gate(row.key)
        if gate is None:
            found = f"carries the key {quoted(row.key)}, which {checklist.name} does not have"
            yield Hit({"found": found}, "number", row)
        elif row.lost_key:
            found = "has lost its hidden key; it was recognised by its number and title"
            yield _row(row, gate, "number", found=found)
        elif drawn_from_this and row.number_shown not in (None, str(gate.number)):
            found = (
                f"is number {quoted(row.number_shown or '')}, and its hidden key says "
                f"gate {gate.number} {gate.title}"
            )
            yield _row(row, gate, "number", found=found)


def status_missing(review: Review, context: Context) -> Iterator[Hit]:
    for row, gate in gate_rows(review, context.checklist):
        if row.status is None:
            yield _row(row, gate, "status")


def status_unreadable(review: Review, context: Context) -> Iterator[Hit]:
    for row, gate in gate_rows(review, context.checklist):
        if isinstance(row.status, Unreadable):
            yield _row(row, gate, "status", found=quoted(row.status.found))


def owner_missing(review: Review, context: Context) -> Iterator[Hit]:
    for row, gate in gate_rows(review, context.checklist):
        if not row.owner:
            yield _row(row, gate, "owner")


def owner_not_a_person(review: Review, context: Context) -> Iterator[Hit]:
    nobody = context.checklist.policy.person_marks
    for row, gate in gate_rows(review, context.checklist):
        if row.owner and not is_person(row.owner, nobody):
            hit = _row(row, gate, "owner", found=quoted(row.owner))
            yield hit._replace(elsewhere=not gate.names_owner)
    for field, name in (("owner", review.owner), ("backup", review.backup)):
        if name and not is_person(name, nobody):
            yield _head(review, field, found=quoted(name))


def plan_missing(review: Review, context: Context) -> Iterator[Hit]:
    for row, gate, status in effective_rows(review, context.checklist):
        if status is Status.YELLOW and not row.next_action:
            yield _row(row, gate, "next_action")


def plan_date_missing(review: Review, context: Context) -> Iterator[Hit]:
    for row, gate, status in effective_rows(review, context.checklist):
        if status is Status.YELLOW and row.due is None:
            yield _row(row, gate, "due")


def artifact_missing(review: Review, context: Context) -> Iterator[Hit]:
    for row, gate in gate_rows(review, context.checklist):
        if row.status is Status.GREEN and not (row.artifact or row.artifact_link):
            yield _row(row, gate, "artifact")


def red_without_action(review: Review, context: Context) -> Iterator[Hit]:
    for row, gate, status in effective_rows(review, context.checklist):
        if status is Status.RED and not row.next_action:
            yield _row(row, gate, "next_action", found="has no next action")
        elif status is Status.RED and row.due is None:
            yield _row(row, gate, "due", found="its fix has no due date")


def yellow_not_allowed(review: Review, context: Context) -> Iterator[Hit]:
    for row, gate in gate_rows(review, context.checklist):
        if row.status is Status.YELLOW and not gate.yellow_allowed:
            yield _row(row, gate, "status")


def downgrade_refused(review: Review, context: Context) -> Iterator[Hit]:
    for row, gate in gate_rows(review, context.checklist):
        if row.status is Status.RED and row.approver:
            why = downgrade_refusal(row, gate, review, context.checklist)
            if why:
                yield _row(row, gate, "approver", found=why)


def _dates(review: Review, context: Context) -> Iterator[tuple[DateValue, Hit]]:
    for row, gate in gate_rows(review, context.checklist):
        yield row.due, _row(row, gate, "due")
    for field in ("review_date", "launch_date", "regate_on"):
        yield getattr(review, field), _head(review, field)
    yield review.sign_off.on, _head(review, "signed_on")
    for change in review.changes:
        undated = change.on is None and change.kind
        hit = Hit({"label": "Changes, Date", "remark": ""}, "on", change=change)
        yield Unreadable("nothing") if undated else change.on, hit


def date_unreadable(review: Review, context: Context) -> Iterator[Hit]:
    for value, hit in _dates(review, context):
        if isinstance(value, Unreadable) and value.why != "range":
            yield hit._replace(values=hit.values | {"found": quoted(value.found)})


def label_missing(review: Review, context: Context) -> Iterator[Hit]:
    is_form = len(review.cells.keys() & HEADER_BY_NAME.keys()) >= _MIN_LABELS
    for field in _MAY_BE_BLANK if is_form else ():
        if field not in review.cells:
            yield Hit({"label": HEADER_BY_NAME[field].label})


# So many labels show that a review was read from a form at all.
_MIN_LABELS = 3
# Fields whose blank says something by itself, so that a lost label would change what is read.
_MAY_BE_BLANK = (
    "stakes",
    "customer_data",
    "regulated_area",
    "live",
    "launch_date",
    "regate_on",
)


def date_implausible(review: Review, context: Context) -> Iterator[Hit]:
    policy = context.checklist.policy
    limits = {"earliest": str(policy.earliest_date), "latest": str(policy.latest_date)}
    for value, hit in _dates(review, context):
        too_far = isinstance(value, Unreadable) and value.why == "range"
        outside = isinstance(value, date) and not plausible(value, context.checklist)
        if too_far or outside:
            found = value.found if isinstance(value, Unreadable) else str(value)
            yield hit._replace(values=hit.values | limits | {"found": quoted(found)})


def date_in_future(review: Review, context: Context) -> Iterator[Hit]:
    if all(row.status is None for row in review.rows):
        return  # prepared for a meeting to come
    for field, value in (("review_date", review.review_date), ("signed_on", review.sign_off.on)):
        day = plausible(value, context.checklist)
        if day and day > context.today:
            yield _head(review, field, found=str(day))


def header_missing(review: Review, context: Context) -> Iterator[Hit]:
    for field in ("system", "lead", "review_date"):
        if not getattr(review, field):
            yield _head(review, field)


def _owner_gate_is_red(review: Review, context: Context) -> bool:
    return any(
        gate.names_owner and status is Status.RED
        for _, gate, status in effective_rows(review, context.checklist)
    )


def named_owner_missing(review: Review, context: Context) -> Iterator[Hit]:
    if not review.owner and not _owner_gate_is_red(review, context):
        yield _head(review, "owner")


def backup_missing(review: Review, context: Context) -> Iterator[Hit]:
    if not review.backup and not _owner_gate_is_red(review, context):
        yield _head(review, "backup")


def backup_is_owner(review: Review, context: Context) -> Iterator[Hit]:
    if review.owner and same(review.owner, review.backup):
        yield _head(review, "backup", found=quoted(review.backup))


def sign_off_missing(review: Review, context: Context) -> Iterator[Hit]:
    sign_off = review.sign_off
    for field, value in (
        ("signed_by", sign_off.name),
        ("signer_role", sign_off.role),
        ("signed_on", sign_off.on),
    ):
        if not value:
            yield _head(review, field)


def sign_off_by_lead(review: Review, context: Context) -> Iterator[Hit]:
    if review.lead and same(review.lead, review.sign_off.name):
        yield _head(review, "signed_by", found=quoted(review.sign_off.name))


def is_delayed(review: Review, checklist: Checklist) -> bool:
    """An effective red on any gate: the first line of the decision table."""
    return any(
        effective_status(row, gate, review, checklist) is Status.RED
        for row, gate in gate_rows(review, checklist)
    )


def regate_date_missing(review: Review, context: Context) -> Iterator[Hit]:
    if not review.regate_on and is_delayed(review, context.checklist):
        yield _head(review, "regate_on")


def fix_later_than_a_week(review: Review, context: Context) -> Iterator[Hit]:
    checklist = context.checklist
    reviewed = plausible(review.review_date, checklist)
    regate = plausible(review.regate_on, checklist)
    if not reviewed or not regate:
        return
    limit = checklist.policy.fix_within_days
    for row, gate, status in effective_rows(review, checklist):
        due = plausible(row.due, checklist)
        if status is Status.RED and due and due - reviewed > timedelta(limit) and regate < due:
            dates = {"due": str(due), "review": str(reviewed), "regate": str(regate)}
            yield _row(row, gate, "due", days=str(limit), **dates)


def deferred_past_launch(review: Review, context: Context) -> Iterator[Hit]:
    checklist = context.checklist
    if review.is_live:
        return
    launch = plausible(review.launch_date, checklist)
    for row, gate, status in effective_rows(review, checklist):
        due = plausible(row.due, checklist)
        if status is Status.YELLOW and launch and due and due > launch:
            yield _row(row, gate, "due", found=f"due {due}, launch on {launch}")
        elif status is not Status.GREEN and has_words(
            row.next_action, checklist.policy.deferral_words
        ):
            yield _row(row, gate, "next_action", found=quoted(row.next_action))


def too_many_attendees(review: Review, context: Context) -> Iterator[Hit]:
    limit = context.checklist.policy.max_attendees
    if len(review.attendees) > limit:
        yield Hit({"count": str(len(review.attendees)), "limit": str(limit)}, "attendees")


def owner_absent(review: Review, context: Context) -> Iterator[Hit]:
    if review.owner and not any(same(review.owner, who.name) for who in review.attendees):
        yield Hit({"found": quoted(review.owner)}, "attendees")


def security_absent(review: Review, context: Context) -> Iterator[Hit]:
    roles = context.checklist.policy.security_roles
    touches = review.customer_data == "Yes" or isinstance(review.customer_data, Unreadable)
    if touches and not any(has_words(who.role, roles) for who in review.attendees):
        yield Hit({}, "attendees")


def action_overdue(review: Review, context: Context) -> Iterator[Hit]:
    for row, gate in gate_rows(review, context.checklist):
        due = plausible(row.due, context.checklist)
        if due and due < context.today and row.status is not Status.GREEN:
            yield _row(row, gate, "due", due=str(due), days=days((context.today - due).days))


def _next(review: Review, context: Context) -> tuple[date, str] | None:
    delayed = is_delayed(review, context.checklist)
    due = next_review(review, context.checklist, delayed=delayed)
    return (due.due, due.reason) if due else None


def review_due(review: Review, context: Context) -> Iterator[Hit]:
    due = _next(review, context)
    if due and (due[0] == context.today or (due[0] < context.today and due[1] == "major-change")):
        yield Hit({"due": str(due[0]), "reason": REASONS[due[1]]}, "review_date")


def review_overdue(review: Review, context: Context) -> Iterator[Hit]:
    due = _next(review, context)
    if due and due[0] < context.today and due[1] != "major-change":
        late = days((context.today - due[0]).days)
        yield Hit({"due": str(due[0]), "reason": REASONS[due[1]], "days": late}, "review_date")


def major_change_unreviewed(review: Review, context: Context) -> Iterator[Hit]:
    reviewed = as_date(review.review_date)
    for change in unreviewed_changes(review, context.checklist):
        kind = change.kind if isinstance(change.kind, str) else change.kind.found
        after = f" of {reviewed}" if reviewed else ""
        kind = f"{kind or 'Something'}, in {change.where}" if change.where else kind or "Something"
        values = {"kind": kind, "date": str(change.on), "review": after}
        yield Hit(values, "on", change=change)


def formula_in_input(review: Review, context: Context) -> Iterator[Hit]:
    for row, gate in gate_rows(review, context.checklist):
        for field, formula in row.formulas.items():
            yield _row(row, gate, field, found=quoted("=" + formula))
    for field, formula in review.formulas.items():
        yield _head(review, field, found=quoted("=" + formula))


# What a choice counts as while nobody can read it: the stricter reading.
_STRICTER = {
    "stakes": "Standard",
    "customer_data": "Yes",
    "regulated_area": "not regulated until it is corrected",
    "live": "No",
}


def choice_unreadable(review: Review, context: Context) -> Iterator[Hit]:
    for field, counts_as in _STRICTER.items():
        value = getattr(review, field)
        if isinstance(value, Unreadable):
            yield _head(review, field, **_not_on_list(value, HEADER_BY_NAME[field], counts_as))
    for change in review.changes:
        if isinstance(change.kind, Unreadable):
            field_of_kind = CHANGES_BY_NAME["kind"]
            values = _not_on_list(change.kind, field_of_kind, "a major change")
            yield Hit({"label": "Changes, Kind"} | values, "kind", change=change)


def _not_on_list(value: Unreadable, field: Field, counts_as: str) -> dict[str, str]:
    return {"found": quoted(value.found), "expected": field.expected, "counts_as": counts_as}


def checklist_differs(review: Review, context: Context) -> Iterator[Hit]:
    drawn = f"{review.stamp.checklist}@{review.stamp.version}"
    if drawn != context.checklist.name:
        yield Hit({"found": drawn, "expected": context.checklist.name})


RULES: tuple[Rule, ...] = (
    row_missing,
    row_duplicated,
    row_unknown,
    status_missing,
    status_unreadable,
    owner_missing,
    owner_not_a_person,
    plan_missing,
    plan_date_missing,
    artifact_missing,
    red_without_action,
    downgrade_refused,
    yellow_not_allowed,
    date_unreadable,
    label_missing,
    date_implausible,
    date_in_future,
    header_missing,
    named_owner_missing,
    backup_missing,
    backup_is_owner,
    sign_off_missing,
    sign_off_by_lead,
    regate_date_missing,
    fix_later_than_a_week,
    deferred_past_launch,
    too_many_attendees,
    owner_absent,
    security_absent,
    action_overdue,
    review_due,
    review_overdue,
    major_change_unreviewed,
    formula_in_input,
    choice_unreadable,
    checklist_differs,
)


RULE_BY_CODE: dict[str, Rule] = {rule.__name__.replace("_", "-"): rule for rule in RULES}


def place_of(hit: Hit, review: Review) -> tuple[str, Cell | None]:
    """Tab and cell that a hit points at."""
    if hit.change:
        return hit.change.tab, hit.change.cells.get(hit.field)
    cells = hit.row.cells if hit.row else review.cells
    return review.tab, cells.get(hit.field)
