"""The rules about dates, head, sign-off, people and cadence, named like their findings' codes.

Every rule that may block has a twin in `sheets/formulas.py`.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from gatebook.domain.cadence import REASONS, next_review, unreviewed_changes
from gatebook.domain.checklist import Checklist
from gatebook.domain.effective import (
    effective_rows,
    effective_status,
    gate_rows,
    plausible,
)
from gatebook.domain.fields import CHANGES_BY_NAME, HEADER_BY_NAME, Field
from gatebook.domain.hits import Context, Hit, days, head_hit, quoted, row_hit
from gatebook.domain.review import (
    DateValue,
    Review,
    Status,
    Unreadable,
    as_date,
)
from gatebook.domain.text import has_words, same


def _dates(review: Review, context: Context) -> Iterator[tuple[DateValue, Hit]]:
    for row, gate in gate_rows(review, context.checklist):
        yield row.due, row_hit(row, gate, "due")
    for field in ("review_date", "launch_date", "regate_on"):
        yield getattr(review, field), head_hit(review, field)
    yield review.sign_off.on, head_hit(review, "signed_on")
    for change in review.changes:
        undated = change.on is None and change.kind
        hit = Hit({"label": "Changes, Date", "remark": ""}, "on", change=change)
        yield Unreadable("nothing") if undated else change.on, hit


def date_unreadable(review: Review, context: Context) -> Iterator[Hit]:
    """What stands for a date is none."""
    for value, hit in _dates(review, context):
        if isinstance(value, Unreadable) and value.why != "range":
            yield hit._replace(values=hit.values | {"found": quoted(value.found)})


def label_missing(review: Review, context: Context) -> Iterator[Hit]:
    """A label at the top of the form is gone, or its box lies under a merged range."""
    is_form = len(review.cells.keys() & HEADER_BY_NAME.keys()) >= _MIN_LABELS
    for field in _MAY_BE_BLANK if is_form else ():
        if field not in review.cells:
            yield Hit({"label": HEADER_BY_NAME[field].label, "remark": ""})
        elif field in review.remarks and not getattr(review, field):
            yield head_hit(review, field)


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
    """A date lies outside the policy's years."""
    policy = context.checklist.policy
    limits = {"earliest": str(policy.earliest_date), "latest": str(policy.latest_date)}
    for value, hit in _dates(review, context):
        too_far = isinstance(value, Unreadable) and value.why == "range"
        outside = isinstance(value, date) and not plausible(value, context.checklist)
        if too_far or outside:
            found = value.found if isinstance(value, Unreadable) else str(value)
            yield hit._replace(values=hit.values | limits | {"found": quoted(found)})


def date_in_future(review: Review, context: Context) -> Iterator[Hit]:
    """A marked review, or its sign-off, is dated after today."""
    if all(row.status is None for row in review.rows):
        return  # prepared for a meeting to come
    for field, value in (("review_date", review.review_date), ("signed_on", review.sign_off.on)):
        day = plausible(value, context.checklist)
        if day and day > context.today:
            yield head_hit(review, field, found=str(day))


def header_missing(review: Review, context: Context) -> Iterator[Hit]:
    """System, pilot lead or review date is empty."""
    for field in ("system", "lead", "review_date"):
        if not getattr(review, field):
            yield head_hit(review, field)


def _owner_gate_is_red(review: Review, context: Context) -> bool:
    return any(
        gate.names_owner and status is Status.RED
        for _, gate, status in effective_rows(review, context.checklist)
    )


def named_owner_missing(review: Review, context: Context) -> Iterator[Hit]:
    """No production owner, and the named-owner gate is not red."""
    if not review.owner and not _owner_gate_is_red(review, context):
        yield head_hit(review, "owner")


def backup_missing(review: Review, context: Context) -> Iterator[Hit]:
    """No backup owner, and the named-owner gate is not red."""
    if not review.backup and not _owner_gate_is_red(review, context):
        yield head_hit(review, "backup")


def backup_is_owner(review: Review, context: Context) -> Iterator[Hit]:
    """Backup and production owner are one person."""
    if review.owner and same(review.owner, review.backup):
        yield head_hit(review, "backup", found=quoted(review.backup))


def sign_off_missing(review: Review, context: Context) -> Iterator[Hit]:
    """Name, role or date of the sign-off is empty; one finding each."""
    sign_off = review.sign_off
    for field, value in (
        ("signed_by", sign_off.name),
        ("signer_role", sign_off.role),
        ("signed_on", sign_off.on),
    ):
        if not value:
            yield head_hit(review, field)


def sign_off_by_lead(review: Review, context: Context) -> Iterator[Hit]:
    """The pilot lead signs their own review."""
    if review.lead and same(review.lead, review.sign_off.name):
        yield head_hit(review, "signed_by", found=quoted(review.sign_off.name))


def is_delayed(review: Review, checklist: Checklist) -> bool:
    """An effective red on any gate: the first line of the decision table."""
    return any(
        effective_status(row, gate, review, checklist) is Status.RED
        for row, gate in gate_rows(review, checklist)
    )


def regate_date_missing(review: Review, context: Context) -> Iterator[Hit]:
    """Delayed, and no re-gate date."""
    if not review.regate_on and is_delayed(review, context.checklist):
        yield head_hit(review, "regate_on")


def too_many_attendees(review: Review, context: Context) -> Iterator[Hit]:
    """More people than the policy's limit."""
    limit = context.checklist.policy.max_attendees
    if len(review.attendees) > limit:
        yield Hit({"count": str(len(review.attendees)), "limit": str(limit)}, "attendees")


def owner_absent(review: Review, context: Context) -> Iterator[Hit]:
    """The production owner is not among the attendees."""
    if review.owner and not any(same(review.owner, who.name) for who in review.attendees):
        yield Hit({"found": quoted(review.owner)}, "attendees")


def security_absent(review: Review, context: Context) -> Iterator[Hit]:
    """Customer data, and nobody from security or IT."""
    roles = context.checklist.policy.security_roles
    touches = review.customer_data == "Yes" or isinstance(review.customer_data, Unreadable)
    if touches and not any(has_words(who.role, roles) for who in review.attendees):
        yield Hit({}, "attendees")


def _next(review: Review, context: Context) -> tuple[date, str] | None:
    delayed = is_delayed(review, context.checklist)
    due = next_review(review, context.checklist, delayed=delayed)
    return (due.due, due.reason) if due else None


def review_due(review: Review, context: Context) -> Iterator[Hit]:
    """The next review is due today, or at once."""
    due = _next(review, context)
    if due and (due[0] == context.today or (due[0] < context.today and due[1] == "major-change")):
        yield Hit({"due": str(due[0]), "reason": REASONS[due[1]]}, "review_date")


def review_overdue(review: Review, context: Context) -> Iterator[Hit]:
    """The day of the next review has passed."""
    due = _next(review, context)
    if due and due[0] < context.today and due[1] != "major-change":
        late = days((context.today - due[0]).days)
        yield Hit({"due": str(due[0]), "reason": REASONS[due[1]], "days": late}, "review_date")


def major_change_unreviewed(review: Review, context: Context) -> Iterator[Hit]:
    """A major change is newer than the review."""
    reviewed = as_date(review.review_date)
    for change in unreviewed_changes(review, context.checklist):
        kind = change.kind if isinstance(change.kind, str) else change.kind.found
        after = f" of {reviewed}" if reviewed else ""
        kind = f"{kind or 'Something'}, in {change.where}" if change.where else kind or "Something"
        values = {"kind": kind, "date": str(change.on), "review": after}
        yield Hit(values, "on", change=change)


def launch_unconfirmed(review: Review, context: Context) -> Iterator[Hit]:
    """The launch date has passed, nothing held it up, and nobody says that the system is live."""
    launch = plausible(review.launch_date, context.checklist)
    if review.is_live or launch is None or launch >= context.today:
        return
    if not is_delayed(review, context.checklist):
        yield Hit({"date": str(launch)}, "live")


def formula_in_input(review: Review, context: Context) -> Iterator[Hit]:
    """A formula stands where something must be typed."""
    for row, gate in gate_rows(review, context.checklist):
        for field, formula in row.formulas.items():
            yield row_hit(row, gate, field, found=quoted("=" + formula))
    for field, formula in review.formulas.items():
        yield head_hit(review, field, found=quoted("=" + formula))


# What a choice counts as while nobody can read it: the stricter reading.
STRICTER = {
    "stakes": "Standard",
    "customer_data": "Yes",
    "regulated_area": "not regulated until it is corrected",
    "live": "No",
}


def choice_unreadable(review: Review, context: Context) -> Iterator[Hit]:
    """A choice that is not on its list."""
    for field, counts_as in STRICTER.items():
        value = getattr(review, field)
        if isinstance(value, Unreadable):
            yield head_hit(review, field, **_not_on_list(value, HEADER_BY_NAME[field], counts_as))
    for change in review.changes:
        if isinstance(change.kind, Unreadable):
            field_of_kind = CHANGES_BY_NAME["kind"]
            values = _not_on_list(change.kind, field_of_kind, "a major change")
            yield Hit({"label": "Changes, Kind"} | values, "kind", change=change)


def _not_on_list(value: Unreadable, field: Field, counts_as: str) -> dict[str, str]:
    return {"found": quoted(value.found), "expected": field.expected, "counts_as": counts_as}


def checklist_differs(review: Review, context: Context) -> Iterator[Hit]:
    """The sheet was drawn from another checklist or version."""
    drawn = f"{review.stamp.checklist}@{review.stamp.version}"
    if drawn != context.checklist.name:
        yield Hit({"found": drawn, "expected": context.checklist.name})
