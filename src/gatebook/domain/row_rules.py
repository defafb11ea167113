"""The rules about a gate's row, one small function each, named like its finding's code.

Every rule that may block has a twin in `sheets/formulas.py`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import timedelta

from gatebook.domain.checklist import Checklist, Gate
from gatebook.domain.effective import (
    downgrade_refusal,
    effective_rows,
    gate_rows,
    plausible,
)
from gatebook.domain.hits import Context, Hit, days, head_hit, quoted, row_hit
from gatebook.domain.review import (
    GateRow,
    Review,
    Status,
    Unreadable,
)
from gatebook.domain.text import clean, has_words, is_person, says_something


def row_missing(review: Review, context: Context) -> Iterator[Hit]:
    """A gate of the checklist has no row."""
    there = {row.key for row in review.rows}
    for gate in context.checklist.gates:
        if gate.key not in there:
            yield Hit({"number": str(gate.number), "gate": gate.title}, gate=gate)


def row_duplicated(review: Review, context: Context) -> Iterator[Hit]:
    """A gate has more than one row."""
    found: dict[str, list[GateRow]] = defaultdict(list)
    for row, gate in gate_rows(review, context.checklist):
        found[gate.key].append(row)
    for gate in context.checklist.gates:
        rows = found[gate.key]
        if len(rows) > 1:
            places = ", ".join(str(row.cells["status"].row + 1) for row in rows if row.cells)
            yield row_hit(rows[-1], gate, "status", count=str(len(rows)), rows=places)


def drawn_from(review: Review, checklist: Checklist) -> bool:
    """Whether the form was made with this very checklist: another version has other titles."""
    stamp = review.stamp
    return (stamp.checklist, stamp.version) == (checklist.id, checklist.version)


def titles_on(review: Review, checklist: Checklist) -> frozenset[str]:
    """The titles that the form was drawn with, in lower case; none where another version drew it."""
    if not drawn_from(review, checklist):
        return frozenset()
    return frozenset(clean(gate.title).lower() for gate in checklist.gates)


def shown_otherwise(row: GateRow, gate: Gate, titles: frozenset[str]) -> str:
    """What in sight of a row names another gate than its key, or that nothing does; "" for neither.
    `titles` as `titles_on` gives them."""
    shown, own = row.title.lower(), clean(gate.title).lower()
    if shown in titles - {own}:
        return f"the title {quoted(row.title)}"
    if row.cells and not row.number_shown and (not shown or (titles and shown != own)):
        return f"no number under # and {f'the title {quoted(row.title)}' if shown else 'no title'}"
    return ""


def row_unknown(review: Review, context: Context) -> Iterator[Hit]:
    """A row's key or number is not this checklist's."""
    checklist = context.checklist
    drawn_from_this = drawn_from(review, checklist)
    for row in review.rows:
        gate = checklist.gate(row.key)
        if gate is None:
            found = f"carries the key {quoted(row.key)}, which {checklist.name} does not have"
            yield Hit({"found": found}, "number", row)
        elif row.lost_key:
            found = "has lost its hidden key; it was recognised by its title"
            yield row_hit(row, gate, "number", found=found)
        elif drawn_from_this and row.number_shown not in (None, str(gate.number)):
            found = (
                f"is number {quoted(row.number_shown or '')}, and its hidden key says "
                f"gate {gate.number} {gate.title}"
            )
            yield row_hit(row, gate, "number", found=found)


def row_mixed_up(review: Review, context: Context) -> Iterator[Hit]:
    """Nothing in sight of a row says which gate it is, or its title says another than its key."""
    titles = titles_on(review, context.checklist)
    for row, gate in gate_rows(review, context.checklist):
        if row.number_shown in (None, str(gate.number)) and (
            found := shown_otherwise(row, gate, titles)
        ):
            yield row_hit(row, gate, "gate", found=found)


def status_missing(review: Review, context: Context) -> Iterator[Hit]:
    """A gate is not marked."""
    for row, gate in gate_rows(review, context.checklist):
        if row.status is None:
            yield row_hit(row, gate, "status")


def status_unreadable(review: Review, context: Context) -> Iterator[Hit]:
    """What stands for a status is none."""
    for row, gate in gate_rows(review, context.checklist):
        if isinstance(row.status, Unreadable):
            yield row_hit(row, gate, "status", found=quoted(row.status.found))


def owner_missing(review: Review, context: Context) -> Iterator[Hit]:
    """A gate has no owner."""
    for row, gate in gate_rows(review, context.checklist):
        if not row.owner:
            yield row_hit(row, gate, "owner")


def owner_not_a_person(review: Review, context: Context) -> Iterator[Hit]:
    """A group or a placeholder stands where a person must be named."""
    nobody = context.checklist.policy.person_marks
    for row, gate in gate_rows(review, context.checklist):
        if row.owner and not is_person(row.owner, nobody):
            hit = row_hit(row, gate, "owner", found=quoted(row.owner))
            yield hit._replace(elsewhere=not gate.names_owner)
    for field, name in (("owner", review.owner), ("backup", review.backup)):
        if name and not is_person(name, nobody):
            yield head_hit(review, field, found=quoted(name))


def plan_missing(review: Review, context: Context) -> Iterator[Hit]:
    """An effective yellow has no next action."""
    for row, gate, status in effective_rows(review, context.checklist):
        if status is Status.YELLOW and not says_something(row.next_action):
            yield row_hit(row, gate, "next_action")


def plan_date_missing(review: Review, context: Context) -> Iterator[Hit]:
    """An effective yellow has no due date."""
    for row, gate, status in effective_rows(review, context.checklist):
        if status is Status.YELLOW and row.due is None:
            yield row_hit(row, gate, "due")


def shows_artifact(row: GateRow) -> bool:
    """Whether a row names or links its proof; a link behind "n/a" is none."""
    return says_something(row.artifact) if row.artifact else bool(row.artifact_link)


def artifact_missing(review: Review, context: Context) -> Iterator[Hit]:
    """A green shows no artifact."""
    for row, gate in gate_rows(review, context.checklist):
        if row.status is Status.GREEN and not shows_artifact(row):
            nothing = f"{quoted(row.artifact)} is no proof" if row.artifact else "shows no artifact"
            yield row_hit(row, gate, "artifact", found=nothing)


def red_without_action(review: Review, context: Context) -> Iterator[Hit]:
    """An effective red has no next action, or no due date."""
    for row, gate, status in effective_rows(review, context.checklist):
        if status is Status.RED and not says_something(row.next_action):
            yield row_hit(row, gate, "next_action", found="has no next action")
        elif status is Status.RED and row.due is None:
            yield row_hit(row, gate, "due", found="its fix has no due date")


def yellow_not_allowed(review: Review, context: Context) -> Iterator[Hit]:
    """A yellow on a gate that does not allow it."""
    for row, gate in gate_rows(review, context.checklist):
        if row.status is Status.YELLOW and not gate.yellow_allowed:
            yield row_hit(row, gate, "status")


def downgrade_refused(review: Review, context: Context) -> Iterator[Hit]:
    """A red was approved as yellow where that does not count."""
    for row, gate in gate_rows(review, context.checklist):
        if row.status is Status.RED and row.approver:
            why = downgrade_refusal(row, gate, review, context.checklist)
            if why:
                yield row_hit(row, gate, "approver", found=why)


def fix_later_than_a_week(review: Review, context: Context) -> Iterator[Hit]:
    """A red's fix comes too late, and after the re-gate."""
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
            yield row_hit(row, gate, "due", days=str(limit), **dates)


def deferred_past_launch(review: Review, context: Context) -> Iterator[Hit]:
    """A plan waits until after a launch that is still to come."""
    checklist = context.checklist
    if review.is_live:
        return
    launch = plausible(review.launch_date, checklist)
    for row, gate, status in effective_rows(review, checklist):
        due = plausible(row.due, checklist)
        if status is Status.YELLOW and launch and due and due > launch:
            yield row_hit(row, gate, "due", found=f"due {due}, launch on {launch}")
        elif status is not Status.GREEN and has_words(
            row.next_action, checklist.policy.deferral_words
        ):
            yield row_hit(row, gate, "next_action", found=quoted(row.next_action))


def action_overdue(review: Review, context: Context) -> Iterator[Hit]:
    """Due before today, and the gate is not green."""
    for row, gate in gate_rows(review, context.checklist):
        due = plausible(row.due, context.checklist)
        if due and due < context.today and row.status is not Status.GREEN:
            yield row_hit(row, gate, "due", due=str(due), days=days((context.today - due).days))
