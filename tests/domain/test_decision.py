"""The decision table, held against a second one written from SPEC on plain dicts.

The second one knows nothing of gatebook: it counts what SPEC calls blocking, applies the table's
four lines and writes down the words. Thousands of random reviews must come to the same.
"""

from __future__ import annotations

from collections import Counter
from datetime import date
from random import Random
from typing import Any

import pytest

from gatebook.domain.checklist import Checklist
from gatebook.domain.decision import (
    Decision,
    decide,
    decision_of,
    decision_shown,
    decision_words,
    things,
)
from gatebook.domain.effective import worst
from gatebook.domain.judge import judge
from gatebook.domain.review import GateRow, Review, SignOff, Status, Unreadable
from tests.support.builders import TODAY, TWELVE, passing_review, stamp_of, with_policy
from tests.support.checklists import make_checklist
from tests.support.tables import judged

Plain = dict[str, Any]

# What SPEC says of a checklist, as far as the table needs it.
BUILT_IN: Plain = {
    "gates": [
        {"never": number in (11, 12), "owner": number == 11, "yellow": True}
        for number in range(1, 13)
    ],
    "checklist": TWELVE,
}


def plain_checklist(checklist: Checklist) -> Plain:
    """A made checklist as plain facts; they follow from `make_checklist`'s description."""
    count = len(checklist.gates)
    return {
        "gates": [
            {
                "never": number > count - 2,
                "owner": number == max(count - 1, 1),
                "yellow": number % 3 != 0,
            }
            for number in range(1, count + 1)
        ],
        "checklist": checklist,
    }


PEOPLE = ("Bo Li", "Mia Berg", "Ana Steamer", "bo  li")
NOBODY = ("the AI team", "TBD", "Steering Committee")
EARLIEST, LATEST = date(2015, 1, 1), date(2049, 12, 31)
DATES = (date(2026, 12, 1), date(2026, 11, 1), EARLIEST, LATEST)
BAD_DATES = ("soon", date(2014, 12, 31), date(2050, 1, 1))


def draw(random: Random, checklist: Plain, care: float) -> Plain:
    """A random review; the higher `care` (0 to 1), the fewer things are wrong."""

    def pick(good: tuple[Any, ...], bad: tuple[Any, ...]) -> Any:
        return random.choice(good if random.random() < care else bad)

    reds = random.random() < 0.4
    rows = []
    for number in range(1, len(checklist["gates"]) + 1):
        yellow = reds or checklist["gates"][number - 1]["yellow"]
        good = ("green", "green", *(("yellow",) if yellow else ()), *(("red",) if reds else ()))
        rows.append(
            {
                "number": number,
                "status": pick(good, ("", "?", "green", "red")),
                "owner": pick(PEOPLE, ("", *NOBODY)),
                "plan": pick(("Fix it",), ("",)),
                "due": pick(DATES, ("", *BAD_DATES)),
                "proof": pick(("Folder 7",), ("",)),
                "approver": random.choice(("", "Dana Novak", "Dana Novak", "the committee")),
            }
        )
    if random.random() > care:
        kind = random.choice(("lost", "double", "strange"))
        victim = random.choice(rows)
        if kind == "lost":
            rows.remove(victim)
        elif kind == "double":
            rows.append(victim | {"status": random.choice(("green", "yellow", "red"))})
        else:
            rows.append(victim | {"number": 99})
    if random.random() < 0.15:
        rows = [row | {"status": "green", "proof": "Folder 7"} for row in rows]
    return {
        "rows": rows,
        "stakes": random.choice(("Low-stakes internal", "Standard", "", "?")),
        "live": random.choice(("Yes", "No", "", "?")),
        "system": pick(("Invoice helper",), ("",)),
        "lead": pick(("Ana Ruiz",), ("", "Dana Novak")),
        "reviewed": pick(DATES, ("", *BAD_DATES)),
        "launch": pick(("", *DATES), BAD_DATES),
        "regate": pick(("", *DATES), BAD_DATES),
        "owner": pick(("Bo Li",), ("", *NOBODY)),
        "backup": pick(("Chidi Okafor",), ("", "BO LI", "Bo\u00a0Li", *NOBODY)),
        "signed_by": pick(("Dana Novak", "dana  novak"), ("",)),
        "role": pick(("COO",), ("",)),
        "signed_on": pick(DATES, ("", *BAD_DATES)),
    }


# The second opinion, from SPEC.


def as_typed(name: str) -> str:
    return " ".join(name.replace("\u00a0", " ").lower().split())


def usable(day: Any) -> bool:
    return isinstance(day, date) and EARLIEST <= day <= LATEST


def effective(row: Plain, review: Plain, checklist: Plain) -> str:
    gate = checklist["gates"][row["number"] - 1]
    status = str(row["status"])
    if status == "red":
        permitted = (
            review["stakes"] == "Low-stakes internal" and not gate["never"] and gate["yellow"]
        )
        named = row["approver"] not in ("", "the committee")
        return "yellow" if permitted and named else "red"
    if status == "yellow" and not gate["yellow"]:
        return "red"
    return status if status in ("green", "yellow") else ""


def blocking_in_row(row: Plain, review: Plain, checklist: Plain) -> int:
    gate = checklist["gates"][row["number"] - 1]
    counts_as = effective(row, review, checklist)
    return sum(
        (
            row["status"] in ("", "?"),
            row["owner"] == "",
            row["owner"] in NOBODY and gate["owner"],
            counts_as == "yellow" and row["plan"] == "",
            counts_as == "yellow" and row["due"] == "",
            row["status"] == "green" and row["proof"] == "",
            row["due"] != "" and not usable(row["due"]),
        )
    )


def blocking_in_head(review: Plain, owner_red: bool) -> int:
    dates = (review["reviewed"], review["launch"], review["regate"], review["signed_on"])
    owner, backup = review["owner"], review["backup"]
    return sum(
        (
            *(review[name] == "" for name in ("system", "lead", "reviewed")),
            *(review[name] == "" for name in ("signed_by", "role", "signed_on")),
            *(day != "" and not usable(day) for day in dates),
            owner == "" and not owner_red,
            backup == "" and not owner_red,
            owner in NOBODY,
            backup in NOBODY,
            owner != "" and as_typed(owner) == as_typed(backup),
            review["lead"] != "" and as_typed(review["lead"]) == as_typed(review["signed_by"]),
        )
    )


def blocking(review: Plain, checklist: Plain) -> int:
    counted = Counter(row["number"] for row in review["rows"])
    ours = range(1, len(checklist["gates"]) + 1)
    known = [row for row in review["rows"] if row["number"] in ours]
    owner_red = any(
        checklist["gates"][row["number"] - 1]["owner"]
        and effective(row, review, checklist) == "red"
        for row in known
    )
    return (
        sum(counted[number] == 0 for number in ours)
        + sum(counted[number] > 1 for number in ours)
        + sum(row["number"] not in ours for row in review["rows"])
        + sum(blocking_in_row(row, review, checklist) for row in known)
        + blocking_in_head(review, owner_red)
    )


def table(review: Plain, checklist: Plain) -> tuple[str, str]:
    """The decision and how it is shown: the first line that holds."""
    ours = range(1, len(checklist["gates"]) + 1)
    statuses = {
        effective(row, review, checklist) for row in review["rows"] if row["number"] in ours
    }
    live, left = review["live"] == "Yes", blocking(review, checklist)
    when = f"on {review['regate']}" if usable(review["regate"]) else "date not set"
    if "red" in statuses:
        return "delayed", (
            "Red in production: fix or pause" if live else f"Launch delayed; re-gate {when}"
        )
    if left:
        things_left = "1 thing" if left == 1 else f"{left} things"
        return "incomplete", f"Review incomplete: {things_left} to finish"
    if "yellow" in statuses:
        return "launch-with-plan", (
            "Stays live with plan" if live else "Launch with remediation plan"
        )
    return "launch", "Stays live" if live else "Launch this week"


def counts(review: Plain, checklist: Plain) -> Counter[str]:
    """Gates by colour; of a doubled row the worse one counts, unmarked being worse than yellow."""
    found: Counter[str] = Counter()
    for number in range(1, len(checklist["gates"]) + 1):
        marks = {
            effective(row, review, checklist) for row in review["rows"] if row["number"] == number
        }
        for mark in ("red", "", "yellow", "green"):
            if mark in marks:
                found[mark] += 1
                break
        else:
            found[""] += 1
    return found


# The same review as gatebook's own data.


def day_of(value: Any) -> date | Unreadable | None:
    return value if isinstance(value, date) else Unreadable(value) if value else None


def choice(value: str) -> str | Unreadable:
    return Unreadable("dunno") if value == "?" else value


def typed_row(row: Plain, checklist: Checklist) -> GateRow:
    number, status = row["number"], row["status"]
    known = number <= len(checklist.gates)
    return GateRow(
        key=checklist.gates[number - 1].key if known else "no-such-gate",
        status=Unreadable("dunno") if status == "?" else Status(status) if status else None,
        owner=row["owner"],
        next_action=row["plan"],
        due=day_of(row["due"]),
        artifact=row["proof"],
        approver=row["approver"],
        number_shown=str(number),
    )


def typed(review: Plain, checklist: Checklist) -> Review:
    return Review(
        stamp=stamp_of(checklist),
        system=review["system"],
        lead=review["lead"],
        review_date=day_of(review["reviewed"]),
        stakes=choice(review["stakes"]),
        live=choice(review["live"]),
        launch_date=day_of(review["launch"]),
        regate_on=day_of(review["regate"]),
        owner=review["owner"],
        backup=review["backup"],
        sign_off=SignOff(review["signed_by"], review["role"], day_of(review["signed_on"])),
        rows=tuple(typed_row(row, checklist) for row in review["rows"]),
    )


CHECKLISTS = {"twelve": BUILT_IN} | {
    str(count): plain_checklist(make_checklist(count)) for count in (1, 5, 12, 40)
}


@pytest.mark.parametrize("name", CHECKLISTS)
def test_the_table_against_a_second_one(name: str) -> None:
    """3,000 reviews in all; each decision must be common among them."""
    checklist, random = CHECKLISTS[name], Random(f"decision {name}")
    engine: Checklist = checklist["checklist"]
    decisions: Counter[str] = Counter()
    for _ in range(600):
        care = random.choice((0.9, 0.97, 1.0, 1.0))
        review = draw(random, checklist, care)
        verdict = judge(typed(review, engine), engine, TODAY).verdict
        expected = table(review, checklist)
        assert (verdict.decision, verdict.shown_as) == expected, review
        assert verdict.blocking == blocking(review, checklist), review
        found = counts(review, checklist)
        assert verdict.counts.green == found["green"], review
        assert verdict.counts.yellow == found["yellow"], review
        assert verdict.counts.red == found["red"], review
        assert verdict.counts.unmarked == found[""], review
        decisions[expected[0]] += 1
    assert all(decisions[decision] >= 20 for decision in Decision), decisions


class TestTheWorseCounts:
    """Of a doubled row: red, then not marked, then yellow, then green."""

    ORDER = (Status.RED, None, Status.YELLOW, Status.GREEN)

    @pytest.mark.parametrize("one", ORDER)
    @pytest.mark.parametrize("other", ORDER)
    def test_of_two(self, one: Status | None, other: Status | None) -> None:
        expected = self.ORDER[min(self.ORDER.index(one), self.ORDER.index(other))]
        assert worst([one, other]) is expected

    def test_a_row_that_is_not_there_is_not_marked(self) -> None:
        assert worst([]) is None


class TestWords:
    """SPEC: four decisions, and other words for a live system."""

    RED = "| # | Status | Next action | Due |\n| 2 | Red | Ask | 2026-11-27 |"
    YELLOW = "| # | Status | Next action | Due |\n| 2 | Yellow | Ask | 2026-11-27 |"

    @pytest.mark.parametrize(
        ("picture", "planned", "live"),
        [
            ("", "Launch this week", "Stays live"),
            (YELLOW, "Launch with remediation plan", "Stays live with plan"),
            (RED, "Launch delayed; re-gate date not set", "Red in production: fix or pause"),
            (
                f"Re-gate on: 2026-12-01\n{RED}",
                "Launch delayed; re-gate on 2026-12-01",
                "Red in production: fix or pause",
            ),
            (
                "Pilot lead:",
                "Review incomplete: 1 thing to finish",
                "Review incomplete: 1 thing to finish",
            ),
            (
                "Pilot lead:\nSystem:",
                "Review incomplete: 2 things to finish",
                "Review incomplete: 2 things to finish",
            ),
        ],
    )
    def test_shown_as(self, picture: str, planned: str, live: str) -> None:
        assert judged(picture).verdict.shown_as == planned
        assert judged(f"Live: Yes\n{picture}").verdict.shown_as == live

    def test_a_re_gate_out_of_range_is_not_set(self) -> None:
        verdict = judged(f"Re-gate on: 2062-12-01\n{self.RED}").verdict
        assert verdict.shown_as == "Launch delayed; re-gate date not set"

    @pytest.mark.parametrize(
        ("picture", "reason"),
        [
            ("", "All 12 gates green"),
            (YELLOW, "1 yellow: 2 Data quality monitored"),
            (RED, "1 red: 2 Data quality monitored"),
            ("Pilot lead:", "1 thing to finish: see what is tinted"),
        ],
    )
    def test_the_reason_names_the_gates(self, picture: str, reason: str) -> None:
        assert judged(picture).verdict.reason.startswith(reason)

    def test_several_gates_in_the_checklists_order(self) -> None:
        verdict = judged("""
            | #  | Status | Next action | Due        |
            | 12 | Red    | Ask         | 2026-11-27 |
            | 2  | Red    | Ask         | 2026-11-27 |
            | 3  | Yellow | Ask         | 2026-11-27 |
        """).verdict
        assert verdict.reason == "2 red: 2 Data quality monitored, 12 Decommission criteria set"
        assert (verdict.counts.red, verdict.counts.yellow, verdict.counts.green) == (2, 1, 9)

    def test_things(self) -> None:
        assert [things(0), things(1), things(2)] == ["0 things", "1 thing", "2 things"]


class TestOrderOfTheTable:
    """The first line that holds wins."""

    def test_red_before_incomplete(self) -> None:
        assert judged("Pilot lead:\n| # | Status |\n| 2 | Red |").verdict.decision is (
            Decision.DELAYED
        )

    def test_incomplete_before_plan(self) -> None:
        assert judged("| # | Status |\n| 2 | Yellow |").verdict.decision is Decision.INCOMPLETE

    def test_warnings_alone_let_it_launch(self) -> None:
        judgement = judged("Attendee: none\n| # | Owner |\n| 2 | the team |")
        assert {each.level for each in judgement.findings} == {"warn"}
        assert judgement.verdict.decision is Decision.LAUNCH

    def test_an_empty_form_is_incomplete(self) -> None:
        review = Review(stamp=stamp_of(TWELVE), rows=tuple(GateRow(g.key) for g in TWELVE.gates))
        verdict = judge(review, TWELVE, TODAY).verdict
        assert verdict.decision is Decision.INCOMPLETE
        assert verdict.counts.unmarked == 12

    def test_only_blocking_findings_count(self) -> None:
        checklist = with_policy(levels={"header-missing": "warn"})
        findings = judge(passing_review(lead=""), checklist, TODAY).findings
        assert decide(passing_review(lead=""), checklist, findings).decision is Decision.LAUNCH


class TestWordsWithoutNumbers:
    """What a list or a chart says of a decision."""

    @pytest.mark.parametrize(
        ("decision", "planned", "live"),
        [
            ("launch", "Launch this week", "Stays live"),
            ("launch-with-plan", "Launch with remediation plan", "Stays live with plan"),
            ("delayed", "Launch delayed", "Red in production"),
        ],
    )
    def test_there_and_back(self, decision: str, planned: str, live: str) -> None:
        assert decision_words(decision, live=False) == planned
        assert decision_words(decision, live=True) == live
        assert decision_of(planned) == (decision, False)
        assert decision_of(live) == (decision, True)

    def test_incomplete_is_the_same_word_for_both(self) -> None:
        for live in (False, True):
            assert decision_words("incomplete", live=live) == "Review incomplete"
        assert decision_of("Review incomplete") == ("incomplete", False)

    @pytest.mark.parametrize("text", ["", "unreadable", "Approved"])
    def test_what_is_no_decision_stays(self, text: str) -> None:
        assert decision_words(text, live=True) == text
        assert decision_of(text) == (text, False)


class TestWhatASheetShows:
    @pytest.mark.parametrize(
        ("text", "decision", "live"),
        [
            ("Launch this week", Decision.LAUNCH, False),
            ("Launch with remediation plan", Decision.LAUNCH_WITH_PLAN, False),
            ("Launch delayed; re-gate on 2026-12-01", Decision.DELAYED, False),
            ("Launch delayed; re-gate date not set", Decision.DELAYED, False),
            ("Stays live", Decision.LAUNCH, True),
            ("Stays live with plan", Decision.LAUNCH_WITH_PLAN, True),
            ("RED IN PRODUCTION: fix or pause ", Decision.DELAYED, True),
            ("Review incomplete: 12 things to finish", Decision.INCOMPLETE, False),
            ("Review incomplete: the sheet is damaged, see the Guide", Decision.INCOMPLETE, False),
            ("Approved", None, False),
            ("", None, False),
        ],
    )
    def test_which_decision_it_stands_for(
        self, text: str, decision: Decision | None, live: bool
    ) -> None:
        assert decision_shown(text) == (decision, live)

    @pytest.mark.parametrize("live", ["Yes", "No"])
    @pytest.mark.parametrize("picture", ["", "Pilot lead:", TestWords.RED, TestWords.YELLOW])
    def test_it_agrees_with_itself_only(self, picture: str, live: str) -> None:
        verdict = judged(f"Live: {live}\n{picture}").verdict
        assert verdict.same_decision(verdict.shown_as)
        others = {
            "Launch this week", "Launch with remediation plan", "Stays live with plan",
            "Launch delayed; re-gate date not set", "Review incomplete: 3 things to finish",
            "Stays live", "Red in production: fix or pause",
        }  # fmt: skip
        same = {text for text in others if verdict.same_decision(text)}
        assert len(same) == 1
