"""The sample portfolio: twelve AI pilots of one invented company of some ninety people, as reviews.

Pure: the same checklist and day give the same reviews. Every system stands where somebody who opens
the portfolio for the first time should see one stand; `_PILOTS` says at each what it shows. The first
one, the support assistant, follows the small case in the article that the checklist comes from.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

import msgspec

from gatebook.domain.cadence import add_months
from gatebook.domain.checklist import Checklist, Gate
from gatebook.domain.review import (
    LOW_STAKES,
    STANDARD,
    Attendee,
    Change,
    GateRow,
    Review,
    SignOff,
    Stamp,
    Status,
)
from gatebook.domain.text import slug

_COO = ("Helena Brandt", "COO")
_CFO = ("Marcus Adeyemi", "CFO")
_SECURITY, _DATA, _TRAINER = "Noor Haddad", "Oskar Nowak", "Clara Weiss"

# What proves a gate, by its key; any other gate's proof is called like the gate.
_ARTIFACTS = {
    "data-source": "List of sources",
    "data-quality": "Weekly data check",
    "confidential-data": "Data protection review",
    "access-and-log": "Access list",
    "cost-per-task": "Cost per task, weekly",
    "quality-sampling": "Scoring guide and scores",
    "failure-mode": "Failure runbook",
    "human-override": "Override runbook",
    "user-training": "Training record",
    "manager-training": "Guide for managers",
    "named-owner": "Owner's agreement",
    "decommission": "Decommission criteria",
}


@dataclass(frozen=True, slots=True)
class _Mark:
    """How a gate was marked. `days`: the action is due so many days after the review."""

    status: Status | None
    action: str = ""
    days: int | None = None
    approver: str = ""
    proof: bool = True
    owner: str = ""


_GREEN = _Mark(Status.GREEN)


def _yellow(action: str, days: int | None = None) -> _Mark:
    return _Mark(Status.YELLOW, action, days)


def _red(action: str, days: int, approver: str = "") -> _Mark:
    return _Mark(Status.RED, action, days, approver, proof=False)


@dataclass(frozen=True, slots=True)
class _Sitting:
    """One review: so many days after the pilot's first Monday, or months after its launch.

    Gates without a mark are green. `regate`: so many days after the review. `header` replaces what
    the pilot says in this one review.
    """

    marks: Mapping[str, _Mark] = field(default_factory=dict)
    day: int = 0
    month: int = 0
    live: bool = False
    regate: int | None = None
    header: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Pilot:
    """A system. Its first Monday lies `start` days back, or up to six more; `launch` and the days of
    `changes` (day, kind, who, what) count from that Monday."""

    system: str
    lead: str
    owner: str
    backup: str
    start: int
    sittings: tuple[_Sitting, ...]
    launch: int | None = None
    sponsor: tuple[str, str] = _COO
    stakes: str = STANDARD
    customers: bool = False
    area: str = "None"
    changes: tuple[tuple[int, str, str, str], ...] = ()


_PILOTS: tuple[_Pilot, ...] = (
    # Three reds, fixed in eight days, launched, watched: as the article tells it.
    _Pilot(
        "Support assistant", "Mia Kovac", "Jonas Pohl", "Lena Osei", 84, launch=10, customers=True,
        sittings=(
            _Sitting({
                "named-owner": _red("Name a production owner and a backup from the support desk", 7),
                "cost-per-task": _red("Connect the provider's usage data to a weekly dashboard", 7),
                "decommission": _red("Write down when we would switch it off, and who decides", 7),
            }, regate=8, header={"owner": "", "backup": ""}),
            _Sitting(day=8),
            _Sitting(month=1),
            _Sitting(month=2),
        ),
        changes=(
            (24, "Other", "Jonas Pohl", "Cost per ticket is up since the new returns policy"),
            (25, "Prompt", "Mia Kovac", "Returns policy added: 8% of tickets went astray"),
        ),
    ),
    # Got better at each review: delayed, delayed, launch with plan. Regulated.
    _Pilot(
        "CV screening helper", "Tomas Havel", "Sofia Lindqvist", "Daniel Okafor", 35, launch=42, area="HR",
        sittings=(
            _Sitting({
                "data-source": _red("List the job boards and forms that applications come from", 4),
                "human-override": _red("No rejection leaves before a recruiter has confirmed it", 4),
                "quality-sampling": _yellow("Agree on the scoring guide with two recruiters", 14),
            }, regate=8),
            _Sitting({
                "human-override": _red("Try the confirmation step with three recruiters", 6),
                "quality-sampling": _yellow("Score the first twenty CVs with the new guide", 6),
            }, day=8, regate=7),
            _Sitting({
                "manager-training": _yellow("Two hiring managers practise on last year's openings", 27),
            }, day=15),
        ),
    ),
    # Still red, the re-gate has passed, and fixes are overdue. Regulated.
    _Pilot(
        "Credit limit adviser", "Priya Nair", "Marta Silva", "Owen Hart", 49, sponsor=_CFO,
        customers=True, area="Credit",
        sittings=(
            _Sitting({
                "data-source": _red("List the scores the pilot read; may we use them live?", 7),
                "confidential-data": _red("Get the vendor's written word on training with our data", 7),
                "human-override": _red("Route every refusal to a credit officer", 7),
                "cost-per-task": _yellow("Split the monthly bill by decision", 14),
            }, regate=8),
            _Sitting({
                "confidential-data": _red("The vendor's lawyer has the clause; ask again", 6),
                "human-override": _red("Route every refusal to a credit officer", 6),
                "cost-per-task": _yellow("Split the monthly bill by decision", 6),
            }, day=8, regate=7),
            _Sitting({
                "confidential-data": _red("Sign the vendor's amendment", 7),
                "cost-per-task": _yellow("Show the weekly figure on the finance dashboard", 7),
            }, day=15, regate=14),
        ),
    ),
    # Low stakes: a red accepted as yellow by name.
    _Pilot(
        "Research assistant", "Ravi Menon", "Ines Duarte", "Paul Meyer", 14, launch=28, stakes=LOW_STAKES,
        sittings=(
            _Sitting({
                "user-training": _red("Practise on last quarter's market questions", 7),
                "data-quality": _yellow("Check the news feed once a week", 13),
            }, day=1, regate=9),
            _Sitting({
                "user-training": _red("The second half of the team practises too", 15, "Helena Brandt"),
            }, day=10),
        ),
    ),
    # Low stakes, but a never-optional gate: the downgrade is refused and the red stands.
    _Pilot(
        "Meeting notes", "Farah Aziz", "Ken Sato", "Farah Aziz", 28, launch=44, stakes=LOW_STAKES,
        sittings=(
            _Sitting({
                "decommission": _red("Write the switch-off criteria", 7),
                "confidential-data": _yellow("List the meetings that are never recorded", 9),
            }, day=0, regate=9),
            _Sitting({
                "decommission": _red("Write the criteria and name who decides", 28, "Helena Brandt"),
            }, day=9, regate=28),
        ),
    ),
    # Live and reviewed on time each month; one plan has slipped past its day.
    _Pilot(
        "Invoice reader", "Owen Hart", "Beatriz Lima", "Yusuf Demir", 84, launch=14, sponsor=_CFO,
        sittings=(
            _Sitting({
                "cost-per-task": _yellow("Weekly cost per invoice instead of the monthly bill", 9),
            }, day=2),
            _Sitting({
                "data-quality": _yellow("Alert when a supplier changes the layout of its invoices", 14),
            }, month=1),
            _Sitting({
                "user-training": _yellow("The two new colleagues in accounts practise on old invoices", 3),
            }, month=2),
        ),
    ),
    # Live and well, but this month's review has not been held.
    _Pilot(
        "Product texts", "Nina Castell", "Emre Yilmaz", "Nina Castell", 84, launch=3,
        sittings=(_Sitting(day=1), _Sitting(month=1)),
    ),
    # Live and well, and then the vendor brought a new model: a review is due.
    _Pilot(
        "Ticket router", "Jonas Pohl", "Lena Osei", "Mia Kovac", 63, launch=10, customers=True,
        sittings=(
            _Sitting({
                "failure-mode": _red("Tickets go to the old queue when the model is down; test it", 4),
            }, regate=7),
            _Sitting(day=7),
            _Sitting(month=1),
        ),
        changes=(
            (56, "Vendor model upgrade", "Jonas Pohl", "The provider put a new model behind the old name"),
        ),
    ),
    # Incomplete: marked in a hurry, not signed.
    _Pilot(
        "Contract clause finder", "Greta Vogel", "Samuel Asante", "", 14, launch=35,
        sittings=(
            _Sitting({
                "data-quality": _Mark(None),
                "manager-training": _Mark(None),
                "access-and-log": _Mark(Status.GREEN, proof=False),
                "cost-per-task": _yellow("", 18),
                "quality-sampling": _yellow("Find somebody who reads ten clauses a week"),
                "failure-mode": _yellow("We sort this out once live", 18),
            }, day=3, header={"sign_off": SignOff()}),
        ),
    ),
    # Incomplete: a team stands where a person's name must be.
    _Pilot(
        "Demand forecast", "Yara Costa", "AI team", "Oskar Nowak", 28, launch=49,
        sittings=(
            _Sitting({
                "named-owner": _red("Find an owner in purchasing", 7),
                "user-training": _yellow("Planners practise on old orders", 20),
            }, day=1, regate=14, header={"owner": "", "backup": ""}),
            _Sitting({"named-owner": _Mark(Status.GREEN, owner="AI team")}, day=15),
        ),
    ),
    # Went live although its last review said: delayed.
    _Pilot(
        "Sales email drafts", "Luca Romano", "Hanna Berg", "Luca Romano", 49, launch=28, customers=True,
        sittings=(
            _Sitting({
                "human-override": _red("Nothing is sent before a person has read it", 7),
                "quality-sampling": _red("Read ten drafts a week against the tone guide", 7),
            }, day=2, regate=8),
            _Sitting({
                "human-override": _red("Take the automatic sending out, or pause it", 7),
            }, day=39, live=True, regate=17),
        ),
    ),
    # Live and got worse: nobody reads the weekly sample any more. Regulated.
    _Pilot(
        "Shift planner", "Daniel Okafor", "Petra Novak", "Sofia Lindqvist", 77, launch=9, area="HR",
        sittings=(
            _Sitting({"manager-training": _yellow("Both shift leads practise on an old plan", 9)}),
            _Sitting({
                "data-quality": _yellow("Alert when the absence list arrives late", 14),
            }, month=1),
            _Sitting({
                "quality-sampling": _red("The reader has left: name a new one, catch up on four weeks", 21),
                "data-quality": _yellow("Alert when the absence list arrives late", 21),
            }, month=2, regate=23),
        ),
    ),
)  # fmt: skip


def sample_reviews(checklist: Checklist, today: date) -> tuple[tuple[str, Review], ...]:
    """Each review with the path of its file, "2026-09/Support assistant review 2026-09-14.xlsx".

    They cover the three months before `today`; some plans reach into the weeks after it. Marks on
    gates that the checklist does not have are left out, and gates without a mark are green.
    """
    return tuple(
        sorted(
            (
                (_path(review), review)
                for pilot in _PILOTS
                for review in _reviews(pilot, checklist, today)
            ),
            key=lambda file: file[0],
        )
    )


def _path(review: Review) -> str:
    day = review.review_date
    return f"{day:%Y-%m}/{review.system} review {day}.xlsx"


def _reviews(pilot: _Pilot, checklist: Checklist, today: date) -> Iterator[Review]:
    monday = today - timedelta(pilot.start + today.weekday())
    launch = None if pilot.launch is None else monday + timedelta(pilot.launch)
    changes = tuple(
        Change(monday + timedelta(day), kind, who, what) for day, kind, who, what in pilot.changes
    )
    for place, sitting in enumerate(pilot.sittings, 1):
        day = monday + timedelta(sitting.day)
        if sitting.month and launch:
            day = _workday(add_months(launch, sitting.month))
        review = _review(pilot, sitting, checklist, day)
        newest = place == len(pilot.sittings)
        yield msgspec.structs.replace(
            review,
            launch_date=launch,
            # The newest sheet is the one that people go on writing into.
            changes=tuple(
                change
                for change in changes
                if newest or (isinstance(change.on, date) and change.on <= day)
            ),
        )


def _review(pilot: _Pilot, sitting: _Sitting, checklist: Checklist, day: date) -> Review:
    system_id = slug(pilot.system)
    values: dict[str, Any] = {
        "stamp": Stamp.of(checklist, system_id, day, "sample"),
        "system": pilot.system,
        "lead": pilot.lead,
        "review_date": day,
        "stakes": pilot.stakes,
        "customer_data": "Yes" if pilot.customers else "No",
        "regulated_area": pilot.area,
        "owner": pilot.owner,
        "backup": pilot.backup,
        "live": "Yes" if sitting.live or sitting.month else "No",
        "regate_on": _later(day, sitting.regate),
        "sign_off": SignOff(*pilot.sponsor, day),
    }
    values |= sitting.header
    review = Review(**values, attendees=_attendees(pilot, values["owner"]))
    rows = tuple(_row(gate, pilot, sitting, review) for gate in checklist.gates)
    return msgspec.structs.replace(review, rows=rows)


def _attendees(pilot: _Pilot, owner: str) -> tuple[Attendee, ...]:
    people = [(pilot.lead, "Pilot lead"), (pilot.sponsor[0], "Executive sponsor")]
    # "AI team" came to no meeting.
    people += [(owner, "Production owner")] if owner and owner != "AI team" else []
    people += [(_SECURITY, "Security")] if pilot.customers or pilot.area != "None" else []
    return tuple(Attendee(name, role) for name, role in people)


def _row(gate: Gate, pilot: _Pilot, sitting: _Sitting, review: Review) -> GateRow:
    mark = sitting.marks.get(gate.key, _GREEN)
    day = review.review_date
    person = pilot.backup if pilot.owner == "AI team" else review.owner
    by_theme = {
        "Data": _DATA,
        "Security": _SECURITY,
        "Fallback": person,
        "Training": _TRAINER,
        "Ownership": person,
    }
    return GateRow(
        key=gate.key,
        status=mark.status,
        owner=mark.owner or by_theme.get(gate.theme) or pilot.lead,
        next_action=mark.action,
        due=_later(day, mark.days) if isinstance(day, date) else None,
        artifact=_ARTIFACTS.get(gate.key, gate.title) if mark.status and mark.proof else "",
        artifact_link=(
            f"https://docs.example.com/{review.stamp.system_id}/{gate.key}"
            if mark.status and mark.proof
            else ""
        ),
        approver=mark.approver,
    )


def _later(day: date, days: int | None) -> date | None:
    return None if days is None else _workday(day + timedelta(days))


def _workday(day: date) -> date:
    """The day itself, or the Monday after a weekend."""
    return day + timedelta(max(0, 7 - day.weekday()) if day.weekday() > 4 else 0)
