"""The catalogue: what SPEC lists is there, codes are unique, and every message comes out whole."""

from __future__ import annotations

import re
from datetime import date
from string import Formatter

import msgspec
import pytest

from gatebook.domain.cells import Cell
from gatebook.domain.fields import ROW
from gatebook.domain.findings import (
    BY_CODE,
    CATALOGUE,
    ORDER,
    Finding,
    Kind,
    level_of,
    raisable,
)
from gatebook.domain.judge import judge
from gatebook.domain.review import Attendee, Change, GateRow, Review, SignOff, Status, Unreadable
from gatebook.domain.rules import RULE_BY_CODE, RULES
from tests.support.builders import (
    TODAY,
    TWELVE,
    green_row,
    passing_review,
    stamp_of,
    with_policy,
    with_row,
)
from tests.support.checklists import make_checklist

# SPEC, "Findings": code and level.
SPECIFIED = {
    "status-missing": "block",
    "status-unreadable": "block",
    "owner-missing": "block",
    "plan-missing": "block",
    "plan-date-missing": "block",
    "artifact-missing": "block",
    "header-missing": "block",
    "named-owner-missing": "block",
    "backup-missing": "block",
    "owner-not-a-person": "block",
    "backup-is-owner": "block",
    "sign-off-missing": "block",
    "sign-off-by-lead": "block",
    "regate-date-missing": "warn",
    "red-without-action": "warn",
    "fix-later-than-a-week": "warn",
    "deferred-past-launch": "warn",
    "downgrade-refused": "warn",
    "too-many-attendees": "warn",
    "owner-absent": "warn",
    "security-absent": "warn",
    "date-unreadable": "block",
    "date-implausible": "block",
    "action-overdue": "warn",
    "review-due": "warn",
    "review-overdue": "warn",
    "major-change-unreviewed": "warn",
    "launched-without-passing": "warn",
    "row-missing": "block",
    "row-duplicated": "block",
    "row-unknown": "block",
    "sheet-disagrees": "warn",
    "sheet-unreadable": "block",
    "duplicate-review": "warn",
}
# Found by looking at more than one review, or before there is one.
MADE_ELSEWHERE = {
    "launched-without-passing",
    "sheet-unreadable",
    "duplicate-review",
    "sheet-disagrees",
    "system-renamed",
}
# Added to SPEC's list, because PAINS asks for them: formulas typed into inputs (13), words that are
# on no list (9), a form of another version (8); rows sorted without their keys (5). A launch that nobody
# confirms would leave a system without any next review.
ADDED = {
    "row-mixed-up": "block",
    "formula-in-input": "warn",
    "date-in-future": "warn",
    "label-missing": "warn",
    "system-renamed": "warn",
    "yellow-not-allowed": "warn",
    "choice-unreadable": "warn",
    "checklist-differs": "warn",
    "launch-unconfirmed": "warn",
}


class TestCatalogue:
    def test_codes_are_unique(self) -> None:
        assert len({kind.code for kind in CATALOGUE}) == len(CATALOGUE)
        assert all(re.fullmatch(r"[a-z]+(-[a-z]+)*", kind.code) for kind in CATALOGUE)

    def test_codes_and_levels_are_the_specifications(self) -> None:
        assert {kind.code: kind.level for kind in CATALOGUE} == SPECIFIED | ADDED

    def test_what_has_another_level_elsewhere(self) -> None:
        """Owners of other gates, and dates in the log of changes, which no formula sees."""
        assert {kind.code: kind.elsewhere for kind in CATALOGUE if kind.elsewhere} == {
            "owner-not-a-person": "warn",
            "date-unreadable": "warn",
            "date-implausible": "warn",
        }

    def test_launched_without_passing_comes_first(self) -> None:
        """SPEC: shown first."""
        assert ORDER["launched-without-passing"] == 0

    def test_rules_cover_the_catalogue(self) -> None:
        assert RULE_BY_CODE.keys() == BY_CODE.keys() - MADE_ELSEWHERE
        assert len(RULE_BY_CODE) == len(RULES)

    @pytest.mark.parametrize("kind", CATALOGUE, ids=lambda kind: kind.code)
    def test_texts_are_sentences(self, kind: Kind) -> None:
        """PAINS 30."""
        assert kind.title
        assert kind.title[0].isupper()
        assert not kind.title.endswith(".")
        assert kind.when.endswith(".")
        for template in (kind.message, kind.remedy):
            assert template.endswith((".", "}"))
            assert "  " not in template

    def test_what_blocks_is_what_a_formula_sees(self) -> None:
        """SPEC: every blocking finding is one that a spreadsheet formula can see. A tab that cannot
        be read has no decision that could differ."""
        blocking = {kind.code for kind in CATALOGUE if kind.level == "block"}
        assert blocking - {"sheet-unreadable"} <= raisable()

    def test_judgements_that_only_python_makes_cannot_be_raised(self) -> None:
        assert not raisable() & {
            "fix-later-than-a-week", "deferred-past-launch", "too-many-attendees", "owner-absent",
            "security-absent", "action-overdue", "review-due", "review-overdue",
            "major-change-unreviewed", "launched-without-passing", "sheet-disagrees",
            "duplicate-review", "launch-unconfirmed",
        }  # fmt: skip

    def test_what_a_formula_sees_has_words_on_the_form(self) -> None:
        """The Check cell, or the line at the top, says what is missing."""
        assert all(kind.check or kind.needs for kind in CATALOGUE if kind.sheet_sees)


class TestLevel:
    def test_usual(self) -> None:
        assert level_of(BY_CODE["plan-missing"], TWELVE.policy) == "block"

    def test_elsewhere(self) -> None:
        kind = BY_CODE["owner-not-a-person"]
        assert level_of(kind, TWELVE.policy) == "block"
        assert level_of(kind, TWELVE.policy, elsewhere=True) == "warn"

    def test_elsewhere_makes_no_difference_to_others(self) -> None:
        assert level_of(BY_CODE["plan-missing"], TWELVE.policy, elsewhere=True) == "block"

    @pytest.mark.parametrize("level", ["block", "warn", "off"])
    @pytest.mark.parametrize("elsewhere", [False, True])
    def test_policy_wins(self, level: str, elsewhere: bool) -> None:
        policy = with_policy(levels={"owner-not-a-person": level}).policy
        assert level_of(BY_CODE["owner-not-a-person"], policy, elsewhere=elsewhere) == level


# Reviews in which, together, every rule finds something; with awkward text to carry into messages.
AWKWARD = "{braces} “quotes” %s {0} \\ <b>"


def _spoilt() -> list[Review]:
    gates = TWELVE.gates
    reds = tuple(green_row(gate, status=Status.RED, owner=AWKWARD, artifact="") for gate in gates)
    rows = (
        green_row(gates[0], status=None, owner=""),
        green_row(gates[1], status=Unreadable(AWKWARD), due=Unreadable(AWKWARD)),
        green_row(gates[2], status=Status.YELLOW, due=date(2060, 1, 1), next_action=""),
        green_row(gates[3], artifact="", formulas={field.name: AWKWARD for field in ROW}),
        green_row(gates[4], status=Status.YELLOW, next_action="after launch " + AWKWARD),
        green_row(gates[5], status=Status.RED, approver=AWKWARD, due=date(2026, 11, 1)),
        green_row(gates[6], status=Status.RED, due=date(2027, 6, 1), owner="the team " + AWKWARD),
        green_row(gates[6], remarks={"owner": AWKWARD}, number_shown=AWKWARD, lost_key=False),
        green_row(gates[7], lost_key=True, cells={"status": Cell(3, 3)}),
        GateRow(AWKWARD),
    )
    bad = Unreadable(AWKWARD)
    first = passing_review(
        rows=rows, stakes=bad, customer_data=bad, regulated_area=bad, live=bad, attendees=(),
        owner="the team", backup="The team", regate_on=date(2026, 11, 22), launch_date=bad,
        lead="Dana Novak", changes=(Change(bad, bad), Change(date(2026, 11, 21), bad)),
        formulas={"lead": AWKWARD}, shown=AWKWARD,
        stamp=msgspec.structs.replace(stamp_of(TWELVE), version=9),
    )  # fmt: skip
    second = Review(
        stamp=stamp_of(TWELVE),
        rows=reds,
        owner="",
        sign_off=SignOff(),
        attendees=(Attendee("A"),) * 7,
        remarks={"system": AWKWARD},
    )
    third = passing_review(
        owner="Bo Li", backup="", regate_on=TODAY, rows=(green_row(gates[0], status=Status.RED),),
    )  # fmt: skip
    late = msgspec.structs.replace(third, regate_on=date(2026, 11, 22))
    mixed_up = with_row(passing_review(), 1, title=TWELVE.gates[1].title)
    launched = date(2026, 11, 1)
    fourth = passing_review(owner="", attendees=(Attendee("A"),) * 7, launch_date=launched)
    return [first, second, third, late, mixed_up, fourth]


def _strict() -> Review:
    """A review that is still to come, with yellow on a gate that does not allow it."""
    labels = {name: Cell(0, 0) for name in ("system", "lead", "owner")}
    review = passing_review(STRICT, review_date=date(2027, 1, 1), cells=labels)
    return with_row(review, 3, status=Status.YELLOW)


STRICT = make_checklist(5)
FOUND: list[Finding] = [
    *(each for one in _spoilt() for each in judge(one, TWELVE, TODAY).findings),
    *judge(_strict(), STRICT, TODAY).findings,
]


class TestMessages:
    """PAINS 30: no message breaks on what people typed, and none shows its own seams."""

    def test_every_rule_found_something(self) -> None:
        made = {each.code for each in FOUND}
        assert RULE_BY_CODE.keys() | {"sheet-disagrees"} == made

    @pytest.mark.parametrize("code", sorted(RULE_BY_CODE.keys() | {"sheet-disagrees"}))
    def test_placeholders_are_filled(self, code: str) -> None:
        mine = [each for each in FOUND if each.code == code]
        names = {name for _, name, _, _ in Formatter().parse(BY_CODE[code].message) if name}
        for each in mine:
            assert not [name for name in names if f"{{{name}}}" in each.message]
            assert "{" not in each.message.replace(AWKWARD, "").replace(AWKWARD[:57], "")
            assert "{" not in each.remedy
            assert "None" not in each.message.replace("None, HR", "")  # an area on the list
            assert each.message == each.message.strip()

    def test_levels_are_those_two(self) -> None:
        assert {each.level for each in FOUND} == {"block", "warn"}

    @pytest.mark.parametrize("code", sorted(MADE_ELSEWHERE - {"sheet-disagrees"}))
    def test_templates_of_the_others(self, code: str) -> None:
        names = {
            "launched-without-passing": {"system", "state", "date", "decision"},
            "sheet-unreadable": {"found", "remedy"},
            "duplicate-review": {"other", "counts"},
            "system-renamed": {"found", "where"},
        }
        kind = BY_CODE[code]
        used = {
            name
            for template in (kind.message, kind.remedy)
            for _, name, _, _ in Formatter().parse(template)
            if name
        }
        assert used == names[code]
