"""A finding says what was found and where: the facts of its message, in pictures (PAINS 30).

The words around the facts are free; that the catalogue has them all is test_findings'.
"""

from __future__ import annotations

from datetime import date
from typing import Any, ClassVar

import pytest

from gatebook.domain.cells import Cell
from gatebook.domain.fields import HEADER
from gatebook.domain.findings import BY_CODE, Finding
from gatebook.domain.judge import judge
from gatebook.domain.review import Change, Review, Unreadable
from tests.support.builders import TODAY, TWELVE, green_row, passing_review, with_row
from tests.support.tables import judged

SEVEN = "\n".join(f"Attendee: {name} Berg, Security" for name in "ABCDEFG")
RED = "Re-gate on: 2026-12-01\n| # | Status | Next action | Due |\n| 2 | Red | Ask them | {} |"
YELLOW = "| # | Status | Next action | Due |\n| 5 | Yellow | {} | {} |"


def one(review: Review, code: str) -> Finding:
    """The only finding of a code."""
    (finding,) = [each for each in judge(review, TWELVE, TODAY).findings if each.code == code]
    return finding


@pytest.mark.parametrize(
    ("picture", "code", "facts"),
    [
        ("Review date: 2026-11-24", "date-in-future", "Review date is 2026-11-24"),
        ("Launch date: soon", "date-unreadable", "Launch date: “soon”"),
        ("Backup owner: bo li", "backup-is-owner", "“bo li”"),
        ("Signed by: ana ruiz", "sign-off-by-lead", "“ana ruiz”"),
        ("Signed on:", "sign-off-missing", "Signed on"),
        ("Pilot lead:", "header-missing", "Pilot lead"),
        (SEVEN, "too-many-attendees", "7 people; 6"),
        (SEVEN, "owner-absent", "“Bo Li”"),
        ("Backup owner: Night team", "owner-not-a-person", "“Night team”"),
        ("| # | Owner |\n| 4 | the team |", "owner-not-a-person", "“the team”"),
        ("Stakes: lowish", "choice-unreadable", "Stakes; “lowish”; Standard"),
        ("Change: 2026-11-21, Model, Bo Li, x", "review-due", "2026-11-21; after a major change"),
        (
            "Change: 2026-11-21, Model, Bo Li, x",
            "major-change-unreviewed",
            "(Model) on 2026-11-21; newest review of 2026-11-20",
        ),
        ("Change: 2026-11-21, tweak, Bo Li, x", "major-change-unreviewed", "(tweak) on 2026-11-21"),
        (
            "Change: 2026-11-21, tweak, Bo Li, x",
            "choice-unreadable",
            "Changes, Kind: “tweak”; Vendor model upgrade; counts as a major change",
        ),
        ("Change: last week, Other, Bo Li, x", "date-unreadable", "Changes, Date: “last week” is"),
        ("Change: , Model, Bo Li, x", "date-unreadable", "Changes, Date: “nothing” is"),
        ("Change: 2062-01-01, Other, Bo Li, x", "date-implausible", "Changes, Date: “2062-01-01”"),
        (YELLOW.format("Build it", "2026-12-11"), "deferred-past-launch", "2026-12-11; 2026-12-10"),
        (YELLOW.format("After launch", "2026-12-01"), "deferred-past-launch", "“After launch”"),
        (RED.format("2026-12-09"), "fix-later-than-a-week", "2026-12-09; 2026-11-20; 2026-12-01; 7 days"),
        (RED.format(""), "red-without-action", "2 Data quality monitored; no due date"),
        (RED.format("").replace("Ask them", ""), "red-without-action", "no next action"),
    ],
)  # fmt: skip
def test_the_facts(picture: str, code: str, facts: str) -> None:
    (finding, *_) = [each for each in judged(picture).findings if each.code == code]
    for fact in facts.split("; "):
        assert fact in finding.message
    assert finding.remedy.endswith(".")


def test_where_nothing_is_odd_about_a_cell_nothing_is_added() -> None:
    assert one(passing_review(lead=""), "header-missing").message == "Pilot lead is empty."
    changes = (Change(Unreadable("last week"), "Other"),)
    unclear = one(passing_review(changes=changes), "date-unreadable")
    assert unclear.message.endswith(" without guessing.")


@pytest.mark.parametrize(
    ("artifact", "link", "said"),
    [
        ("", "", "is green and shows no artifact."),
        ("x", "", "is green and “x” is no proof."),
        ("n/a", "https://example.com/", "is green and “n/a” is no proof."),
    ],
)
def test_what_stands_for_proof_and_is_none_is_named(artifact: str, link: str, said: str) -> None:
    review = with_row(passing_review(), 3, artifact=artifact, artifact_link=link)
    assert one(review, "artifact-missing").message.endswith(said)


@pytest.mark.parametrize("code", ["row-missing", "row-unknown", "row-mixed-up"])
def test_damage_that_repair_mends_names_it(code: str) -> None:
    assert "gatebook repair" in BY_CODE[code].remedy


def test_a_change_without_a_review_date_names_none() -> None:
    picture = "Review date:\nChange: 2026-11-21, Model, Bo Li, x"
    (finding,) = [f for f in judged(picture).findings if f.code == "major-change-unreviewed"]
    assert finding.message.endswith("than the newest review.")


def test_a_change_that_was_told_elsewhere_says_where() -> None:
    change = Change(date(2026, 11, 21), "", where="changes.csv, line 7")
    finding = one(passing_review(changes=(change,)), "major-change-unreviewed")
    assert "(Something, in changes.csv, line 7) on 2026-11-21" in finding.message


def test_a_change_is_pointed_at_in_its_own_tab() -> None:
    change = Change(
        Unreadable("last week"), "tweak", tab="Log", cells={"on": Cell(8, 1), "kind": Cell(8, 2)}
    )
    finding = one(passing_review(changes=(change,)), "date-unreadable")
    assert (finding.tab, finding.cell) == ("Log", "B9")


def test_a_number_out_of_range_is_shown_as_it_stands() -> None:
    review = with_row(passing_review(), 3, due=Unreadable("-7", "range"))
    assert "“-7”" in one(review, "date-implausible").message


class TestRows:
    """Rows that no picture shows: where they stand, and what is wrong with them."""

    AT: ClassVar = {"number": Cell(18, 0), "status": Cell(18, 3), "gate": Cell(18, 2)}

    def test_missing(self) -> None:
        rows = passing_review().rows
        finding = one(passing_review(rows=rows[:4] + rows[5:]), "row-missing")
        assert "gate 5 " in finding.message
        assert TWELVE.gates[4].title in finding.message

    def test_doubled_points_at_the_last_one(self) -> None:
        rows = tuple(
            green_row(TWELVE.gates[4], cells={"status": Cell(row, 3)}) for row in (18, 30, 40)
        )
        finding = one(passing_review(rows=passing_review().rows[:4] + rows), "row-duplicated")
        assert finding.cell == "D41"
        assert "3 rows: 19, 31, 41" in finding.message

    @pytest.mark.parametrize(
        ("changes", "facts"),
        [
            ({"key": "gone-since"}, "“gone-since”; twelve-gates@1"),
            ({"lost_key": True}, "has lost its hidden key"),
            ({"number_shown": "5"}, "number “5”; gate 4 Access and changes logged"),
            ({"number_shown": ""}, "number “”; gate 4 Access and changes logged"),
        ],
    )
    def test_unknown(self, changes: dict[str, Any], facts: str) -> None:
        finding = one(with_row(passing_review(), 4, cells=self.AT, **changes), "row-unknown")
        assert finding.cell == "A19"
        for fact in facts.split("; "):
            assert fact in finding.message

    @pytest.mark.parametrize(
        ("changes", "found"),
        [
            ({"title": "Managers trained"}, "title “Managers trained”"),
            ({"title": "Mine", "number_shown": None}, "no number under # and the title “Mine”"),
            ({"title": "", "number_shown": None}, "no number under # and no title"),
        ],
    )
    def test_mixed_up(self, changes: dict[str, Any], found: str) -> None:
        finding = one(with_row(passing_review(), 4, cells=self.AT, **changes), "row-mixed-up")
        assert finding.cell == "C19"
        assert found in finding.message


@pytest.mark.parametrize(
    ("length", "shown"), [(60, "x" * 60), (61, "x" * 57 + "…"), (300, "x" * 57 + "…")]
)
def test_only_long_text_is_cut(length: int, shown: str) -> None:
    review = with_row(passing_review(), 4, status=Unreadable("x" * length))
    assert f"“{shown}”" in one(review, "status-unreadable").message


# A field that may be blank says something by that, so its lost label must not look like a blank.
MAY_BE_BLANK = (
    "Stakes", "Customer data", "Regulated area", "Live", "Launch date", "Re-gate on",
)  # fmt: skip
FORM = {field.label: (field.name, Cell(row, 2)) for row, field in enumerate(HEADER)}


def read_from(labels: list[str]) -> Review:
    """A review that was read from a form on which only these labels were found."""
    return passing_review(cells=dict(FORM[label] for label in labels))


class TestLostLabels:
    @pytest.mark.parametrize("label", MAY_BE_BLANK)
    def test_each_is_named(self, label: str) -> None:
        finding = one(read_from([other for other in FORM if other != label]), "label-missing")
        assert f"label {label} was" in finding.message
        assert finding.level == "warn"

    def test_where_all_are_there_nothing_is_said(self) -> None:
        assert judge(read_from(list(FORM)), TWELVE, TODAY).findings == ()

    @pytest.mark.parametrize(("labels", "named"), [(2, 0), (3, 6)])
    def test_a_review_that_came_from_no_form_has_no_labels(self, labels: int, named: int) -> None:
        others = [label for label in FORM if label not in MAY_BE_BLANK]
        findings = judge(read_from(others[:labels]), TWELVE, TODAY).findings
        assert [each.code for each in findings] == ["label-missing"] * named
