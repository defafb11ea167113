"""The catalogue of findings: everything gatebook can say about a review, once.

Rules yield a code and a place; texts, levels and remedies live here. `gatebook explain`, the docs
page and the Findings tab read this list. Codes are public and never change their meaning.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import msgspec

from gatebook.domain.checklist import Level, Policy


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of finding.

    `level` unless policy says otherwise; `elsewhere` is the level at places that matter less.
    `sheet_sees`: a formula in the form judges it too, so policy may raise it to "block".
    `check`: how the form's live Check cell says it of a gate's row; `needs`: how the line at the
    top of the form says it of the head and the sign-off.
    `message` and `remedy` are templates; their {names} are filled in by the rule.
    """

    code: str
    level: Level
    title: str
    when: str
    message: str
    remedy: str
    sheet_sees: bool = False
    check: str = ""
    needs: str = ""
    elsewhere: Level | None = None


class Finding(msgspec.Struct, frozen=True):
    """One thing wrong or worth knowing, at its place. `gate` is the gate's number."""

    code: str
    level: Literal["block", "warn"]
    gate: int | None
    tab: str
    cell: str | None
    message: str
    remedy: str


CATALOGUE: tuple[Kind, ...] = (
    Kind("launched-without-passing", "warn", "Live or launched without a pass",
         "The system is live, or its launch date has passed, and the newest signed review before that was delayed or incomplete.",
         "{system} {state}, but its last signed review before that ({date}) ended as: {decision}.",
         "Pause it or hold a review now, and write down who accepts the risk until then."),
    Kind("sheet-unreadable", "block", "A sheet that cannot be read",
         "A file or a review tab cannot be read, so nothing is known about what it says.",
         "{found}", "{remedy}"),
    Kind("row-missing", "block", "A gate's row is missing",
         "A gate of the checklist has no row in the sheet.",
         "The row of gate {number} {gate} is missing.",
         "Undo the deletion. If it is too late for that, gatebook repair makes a fresh form that holds all the other answers.", True, needs="Bring back the missing row"),
    Kind("row-duplicated", "block", "A gate's row is there twice",
         "A gate has more than one row, so nobody can tell which one counts. Until one is gone, the worse status counts.",
         "Gate {number} {gate} stands in {count} rows: {rows}.",
         "Keep the right row and delete the others.", True, needs="Delete the doubled row"),
    Kind("row-unknown", "block", "A row that is no gate of this checklist",
         "A row carries a key that the checklist does not have, or a number that belongs to another gate.",
         "This row {found}.",
         "Delete the row if it was pasted by mistake, or undo what moved it. If it is too late for that, gatebook repair makes a fresh form of all that can be read.", True,
         "restore this row's number", "Remove rows that are no gates"),
    Kind("row-mixed-up", "block", "A row that shows another gate's title",
         "The hidden key of a row is one gate's, and its title is another's, or number and title are gone: somebody sorted or copied a part of the row only. The hidden key counts.",
         "This row shows {found}, and its hidden key says gate {number} {gate}: its answers may belong to either gate.",
         "Undo the sorting or copying, or check the answers of this row and type its own title. If nobody knows them any more, gatebook repair makes a fresh form on which such gates are marked again.", True,
         "check the answers and put this row's title back"),
    Kind("status-missing", "block", "Not marked",
         "A gate has no status.",
         "Gate {number} {gate} is not marked{remark}.",
         "Choose Green, Yellow or Red.", True, "mark a status"),
    Kind("status-unreadable", "block", "A status nobody can read",
         "The status is none of Green, Yellow, Red (any case; G, Y, R and Amber count too), or it is a formula or an error instead of something typed.",
         "Gate {number} {gate}: the status reads {found}; expected Green, Yellow or Red{remark}.",
         "Choose Green, Yellow or Red from the list.", True, "use Green, Yellow or Red"),
    Kind("owner-missing", "block", "A gate without an owner",
         "Nobody is named as the gate's owner.",
         "Gate {number} {gate} has no owner{remark}.",
         "Write the name of one person.", True, "name an owner"),
    Kind("owner-not-a-person", "block", "An owner who is not a person",
         "A group, a department or a placeholder stands where a person's name must be. It blocks for the named-owner gate, the production owner and the backup; elsewhere it is a warning.",
         "{label}: {found} is not one person.",
         "Write the name of one person who can be called.", True, "name one person as owner", "{label}: name one person", "warn"),
    Kind("plan-missing", "block", "Yellow without a plan",
         "A gate counts as yellow and has no next action.",
         "Gate {number} {gate} is yellow and has no written plan{remark}.",
         "Write in Next action what will be done to close the gap.", True, "write the plan"),
    Kind("plan-date-missing", "block", "Yellow without a date",
         "A gate counts as yellow and its plan has no due date.",
         "Gate {number} {gate} is yellow and its plan has no date{remark}.",
         "Fill in Due.", True, "date the plan"),
    Kind("artifact-missing", "block", "Green without proof",
         "A gate is green and no artifact is named or linked.",
         "Gate {number} {gate} is green and {found}{remark}.",
         "Link the document, dashboard or runbook that proves it, or mark the gate yellow with a plan.", True, "link the artifact"),
    Kind("red-without-action", "warn", "Red without a fix",
         "A red gate has no next action, or the action has no due date.",
         "Gate {number} {gate} is red and {found}.",
         "Write the fix in Next action and its day in Due.", True, "write the fix and its date"),
    Kind("downgrade-refused", "warn", "A downgrade that is not allowed",
         "Somebody approved a red as yellow where that is not possible. The red stands.",
         "Gate {number} {gate}: the downgrade does not count, because {found}. The gate stays red.",
         "Fix the gate, or clear the approval.", True, "downgrade not allowed: stays red"),
    Kind("yellow-not-allowed", "warn", "Yellow where it is not allowed",
         "A gate is marked yellow and its checklist does not allow yellow on it. It counts as red.",
         "Gate {number} {gate} is yellow; the checklist does not allow that on this gate, so it counts as red.",
         "Close the gap and mark the gate green, or mark it red.", True, "yellow is not allowed here: counts as red"),
    Kind("date-unreadable", "block", "A date nobody can read",
         "Text, a formula or an error stands where a date must be. Dates written 2026-11-30 are understood; 03/04/2026 could be March or April, and is not guessed.",
         "{label}: {found} is not a date that can be read without guessing{remark}.",
         "Type the date again and let the sheet turn it into a date, or write it as YYYY-MM-DD.", True, "write the date as YYYY-MM-DD", "{label}: write it as YYYY-MM-DD", "warn"),
    Kind("date-implausible", "block", "A date out of range",
         "A date lies before or after the years that the checklist allows.",
         "{label}: {found} is out of range; expected a day from {earliest} to {latest}.",
         "Correct the date; look at the year first.", True, "check the year", "{label}: check the year", "warn"),
    Kind("date-in-future", "warn", "A review that has not been held yet",
         "The review date or the date of the sign-off lies after today. Such a review does not replace one that was held.",
         "{label} is {found}, which is after today.",
         "Correct the date; if the review is still to come, leave its marks until then."),
    Kind("label-missing", "warn", "A label of the form is gone",
         "A label at the top of the form was renamed or deleted, or its box was merged with another, so what stands beside it cannot be found and counts as blank.",
         "No box beside the label {label} was found{remark}; it counts as blank.",
         "Write the label {label} back as it was, left of its box; take merged cells apart."),
    Kind("system-renamed", "warn", "A system under another name",
         "Earlier sheets of this system carry another name. Renaming is fine; but if it is another system, it has no row of its own.",
         "Earlier sheets of this system are called {found} ({where}).",
         "If that is another system, make its own form with gatebook new; else nothing."),
    Kind("header-missing", "block", "The head of the sheet is not filled in",
         "System, pilot lead or review date is empty.",
         "{label} is empty{remark}.",
         "Fill in {label} at the top of the sheet.", True, needs="{label}"),
    Kind("named-owner-missing", "block", "No production owner",
         "No production owner is named, and the named-owner gate is not red.",
         "Nobody is named as production owner{remark}.",
         "Name one person, or mark the named-owner gate red.", True, needs="{label}"),
    Kind("backup-missing", "block", "No backup owner",
         "No backup owner is named, and the named-owner gate is not red.",
         "Nobody is named as backup owner{remark}.",
         "Name one person, or mark the named-owner gate red.", True, needs="{label}"),
    Kind("backup-is-owner", "block", "The backup is the owner",
         "Production owner and backup owner are the same person.",
         "{found} is both production owner and backup.",
         "Name somebody else as backup.", True, needs="A backup other than the owner"),
    Kind("sign-off-missing", "block", "Not signed",
         "Name, role or date of the sign-off is empty.",
         "{label} is empty{remark}.",
         "Ask the sponsor to fill in name, role and date of the sign-off.", True, needs="{label}"),
    Kind("sign-off-by-lead", "block", "Signed by the pilot lead",
         "The pilot lead signs their own review.",
         "{found} is the pilot lead and cannot sign this review.",
         "Ask the COO, the head of operations or the sponsor to sign.", True, needs="A signature by somebody other than the lead"),
    Kind("regate-date-missing", "warn", "Delayed without a re-gate date",
         "The launch is delayed and no date is set for the next look.",
         "The launch is delayed and Re-gate on is empty.",
         "Agree on the day you meet again and fill in Re-gate on.", True, needs="{label}"),
    Kind("fix-later-than-a-week", "warn", "The fix comes after the re-gate",
         "A red gate's fix is due more than a week after the review, and the re-gate comes before that fix.",
         "Gate {number} {gate}: the fix is due {due}, more than {days} days after the review of {review} and after the re-gate on {regate}.",
         "Bring the fix forward, or move the re-gate behind it."),
    Kind("deferred-past-launch", "warn", "Put off until after launch",
         "A plan is due after the launch date, or its text says that it waits until after launch.",
         "Gate {number} {gate} waits until after launch: {found}.",
         "Close the gap before the launch, or move the launch."),
    Kind("too-many-attendees", "warn", "Too many people in the room",
         "More people attend than the checklist's limit.",
         "{count} people attend; {limit} is the limit.",
         "Keep those who decide, own or check; send the others the page."),
    Kind("owner-absent", "warn", "The production owner was not there",
         "The production owner is not among the attendees.",
         "{found} owns the system and is not among the attendees.",
         "Invite the production owner, or add the name if they were there."),
    Kind("security-absent", "warn", "Nobody from security or IT",
         "The system touches customer data and no attendee is from security or IT.",
         "The system touches customer data and nobody from security or IT is among the attendees.",
         "Invite somebody from security or IT, or write their role beside the name."),
    Kind("action-overdue", "warn", "An action is overdue",
         "A next action's due date has passed and the gate is not green.",
         "The action for gate {number} {gate} was due {due}, {days} ago, and the gate is not green.",
         "Do it and mark the gate again, or agree on a new date with the owner."),
    Kind("review-due", "warn", "A review is due",
         "The next review of the system is due today, or a major change made one due.",
         "A review is due {due} ({reason}).",
         "Hold the review and fill in a fresh sheet."),
    Kind("review-overdue", "warn", "A review is overdue",
         "The day of the next review has passed.",
         "A review was due {due} ({reason}), {days} ago.",
         "Hold the review and fill in a fresh sheet."),
    Kind("major-change-unreviewed", "warn", "A major change since the review",
         "A Changes tab lists a change that is newer than the newest review and whose kind is not Other.",
         "A major change ({kind}) on {date} is newer than the newest review{review}.",
         "Hold a review; begin with the gates that the change touches."),
    Kind("launch-unconfirmed", "warn", "The launch day has passed",
         "The launch date has passed and Live does not say Yes, so nobody knows whether it was launched, and no review is asked for.",
         "The launch date {date} has passed and the system is not marked as live.",
         "If it was launched, set Live to Yes: its reviews are due from that day on. If not, give the new launch date."),
    Kind("sheet-disagrees", "warn", "The sheet shows another decision",
         "The decision shown in the sheet is not the one its answers lead to: a formula was pasted over, the file was not recalculated, or the policy has changed.",
         "The sheet shows {found}; its answers lead to {expected}.",
         "Trust the answers, not the cell: open and save the sheet so that it recalculates, or move the answers to a fresh form."),
    Kind("formula-in-input", "warn", "A formula instead of an answer",
         "A formula stands in a cell that people type into. Its result can change by itself, so it does not count as an answer.",
         "{label}: a formula ({found}) stands where something must be typed, and is not counted.",
         "Type the answer itself, or paste it as a value."),
    Kind("choice-unreadable", "warn", "A choice that is not on the list",
         "Stakes, customer data, regulated area, live or a kind of change holds text that is not on its list. The stricter choice counts.",
         "{label}: {found} is not on the list; expected {expected}. It counts as {counts_as}.",
         "Choose from the list."),
    Kind("checklist-differs", "warn", "Another version of the checklist",
         "The sheet was drawn from another version of the checklist than the one in use.",
         "The sheet was made with {found}; {expected} is in use.",
         "Nothing to do if every gate is there; the next review will use the new version."),
    Kind("duplicate-review", "warn", "Two sheets of one review",
         "Two sheets carry the same review id: a copy. With different system names they count as two systems; with the same name the one changed last counts.",
         "This is the same review as {other}. {counts}",
         "Keep one of them; for another system, make its own form with gatebook new."),
)  # fmt: skip

BY_CODE: dict[str, Kind] = {kind.code: kind for kind in CATALOGUE}
ORDER: dict[str, int] = {kind.code: place for place, kind in enumerate(CATALOGUE)}


def level_of(kind: Kind, policy: Policy, *, elsewhere: bool = False) -> Level:
    """The level of a finding under a policy; `elsewhere`: at a place that matters less."""
    usual = kind.elsewhere if elsewhere and kind.elsewhere else kind.level
    return policy.levels.get(kind.code, usual)


def raisable() -> frozenset[str]:
    """Codes that policy may set to "block": those a formula in the sheet can see."""
    return frozenset(kind.code for kind in CATALOGUE if kind.sheet_sees)
