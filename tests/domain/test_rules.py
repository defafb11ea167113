"""Every finding where it must be and where it must not: SPEC's table, in pictures.

Each picture is judged twice, once made straight into a review and once typed into a drawn form and
read back; both must say the same (`tests.support.tables.judged`).
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

import msgspec
import pytest

from gatebook.domain.cadence import NextReview
from gatebook.domain.cells import Cell
from gatebook.domain.checklist import Checklist
from gatebook.domain.decision import Decision
from gatebook.domain.judge import judge
from gatebook.domain.review import Review, Status, Unreadable
from tests.support.builders import (
    LAUNCH,
    REVIEWED,
    TODAY,
    TWELVE,
    green_row,
    passing_review,
    stamp_of,
    with_levels,
    with_policy,
    with_row,
)
from tests.support.checklists import make_checklist
from tests.support.tables import cells, found, judged, places


def levels(text: str, checklist: Checklist = TWELVE) -> dict[str, str]:
    """Level by code."""
    return {each.code: each.level for each in judged(text, checklist=checklist).findings}


def straight(review: Review, checklist: Checklist = TWELVE, today: date = TODAY) -> list[str]:
    """What is found in a review that no form can hold; where, by gate only."""
    return list(places(judge(review, checklist, today)))


def only(text: str, code: str, today: date = TODAY) -> list[str]:
    """The places of one code."""
    return [
        line.removeprefix(f"{code} at ") for line in found(text, today) if line.startswith(code)
    ]


def test_a_passing_review_has_no_findings() -> None:
    assert found("") == []
    assert judged("").verdict.decision is Decision.LAUNCH


def test_the_picture_of_the_style_guide() -> None:
    picture = """
        | # | Status | Owner    | Next action  | Due        | Artifact |
        | 5 | Yellow | Bo Li    |              | 2026-12-01 |          |
    """
    assert cells(picture) == ["plan-missing at F19"]


class TestStatus:
    def test_missing(self) -> None:
        assert found("| # | Status |\n| 4 | |") == ["status-missing at 4 Status"]

    @pytest.mark.parametrize("text", ["done", "green-ish", "N/A", "yes", "✓", "gr een", "0"])
    def test_unreadable(self, text: str) -> None:
        """PAINS 14: unknown text is unreadable, never green."""
        assert found(f"| # | Status |\n| 4 | {text} |") == ["status-unreadable at 4 Status"]
        assert judged(f"| # | Status |\n| 4 | {text} |").verdict.counts.unmarked == 1

    def test_the_message_says_what_was_found_and_expected(self) -> None:
        """PAINS 30."""
        (finding,) = judged("| # | Status |\n| 4 | done |").findings
        for word in ("4 Access and changes logged", "“done”", "Green, Yellow or Red"):
            assert word in finding.message

    def test_long_text_is_cut(self) -> None:
        (finding,) = judged(f"| # | Status |\n| 4 | {'x' * 300} |").findings
        assert "x" * 57 + "…”" in finding.message


class TestOwner:
    def test_missing(self) -> None:
        assert found("| # | Owner |\n| 4 | |") == ["owner-missing at 4 Owner"]

    @pytest.mark.parametrize(
        "name",
        ["the AI team", "Steering Committee", "finance department", "Everyone", "TBD", "tbd",
         "Team", "Team Lead Ana", "AI\u00a0team", "support-team@mail.example", "Ana / Bo's team"],
    )  # fmt: skip
    def test_not_a_person(self, name: str) -> None:
        assert found(f"| # | Owner |\n| 4 | {name} |") == ["owner-not-a-person at 4 Owner"]

    @pytest.mark.parametrize(
        "name",
        ["Ana Steamer", "Teamer Li", "Committeeman Roe", "Bo Tbdson", "Dr. Mia Berg", "Bo",
         "mia.berg@mail.example", "Øyvind Ås", "李雷"],
    )  # fmt: skip
    def test_whole_words_only(self, name: str) -> None:
        assert found(f"| # | Owner |\n| 4 | {name} |") == []

    def test_blocks_where_one_person_is_essential_and_warns_elsewhere(self) -> None:
        code = "owner-not-a-person"
        assert levels("| # | Owner |\n| 4 | the team |") == {code: "warn"}
        assert levels("| # | Owner |\n| 12 | the team |") == {code: "warn"}
        assert levels("| # | Owner |\n| 11 | the team |") == {code: "block"}
        assert levels("Backup owner: Night team") == {code: "block"}
        assert levels("Production owner: the team\nAttendee: the team, Security") == {code: "block"}

    def test_a_missing_owner_is_not_also_a_wrong_one(self) -> None:
        assert found("| # | Owner |\n| 11 | |") == ["owner-missing at 11 Owner"]


class TestYellow:
    def test_with_a_plan_and_a_date(self) -> None:
        assert found("""
            | # | Status | Next action     | Due        | Artifact |
            | 5 | Yellow | Build the sheet | 2026-12-01 |          |
        """) == []  # fmt: skip

    def test_without_either(self) -> None:
        assert found("| # | Status |\n| 5 | Yellow |") == [
            "plan-missing at 5 Next action",
            "plan-date-missing at 5 Due",
        ]

    def test_without_a_date(self) -> None:
        picture = "| # | Status | Next action |\n| 5 | Yellow | Build the sheet |"
        assert found(picture) == ["plan-date-missing at 5 Due"]

    def test_a_date_that_cannot_be_read_is_there(self) -> None:
        picture = "| # | Status | Next action | Due |\n| 5 | Yellow | Build the sheet | soon |"
        assert found(picture) == ["date-unreadable at 5 Due"]

    def test_green_needs_no_plan(self) -> None:
        assert found("| # | Status | Next action | Due |\n| 5 | Green | | |") == []

    def test_an_accepted_red_needs_a_plan_as_yellow_does(self) -> None:
        """SPEC: effective yellow."""
        assert found("""
            Stakes: Low-stakes internal
            | # | Status | Downgrade approved by |
            | 5 | Red    | Dana Novak            |
        """) == ["plan-missing at 5 Next action", "plan-date-missing at 5 Due"]  # fmt: skip

    def test_yellow_that_counts_as_red_needs_a_fix_instead(self) -> None:
        checklist = make_checklist(5)
        picture = "| # | Status |\n| 3 | Yellow |"
        assert found(picture, checklist=checklist) == [
            "red-without-action at 3 Next action",
            "yellow-not-allowed at 3 Status",
            "regate-date-missing at Re-gate on",
        ]

    def test_a_date_after_today_is_named(self) -> None:
        assert found("Review date: 2036-11-23") == ["date-in-future at Review date"]
        assert found("Signed on: 2026-11-24") == ["date-in-future at Signed on"]
        assert found("Signed on: 2026-11-23") == []


class TestArtifact:
    def test_green_without_proof(self) -> None:
        assert found("| # | Artifact |\n| 7 | |") == ["artifact-missing at 7 Artifact"]

    @pytest.mark.parametrize("text", ["n/a", " N/A ", "tbd", "-", "–", "?", "todo", "x", "None"])
    def test_a_placeholder_is_no_proof_and_no_plan(self, text: str) -> None:
        assert found(f"| # | Artifact |\n| 7 | {text} |") == ["artifact-missing at 7 Artifact"]
        linked = with_row(passing_review(), 7, artifact=text, artifact_link="https://docs.example")
        assert straight(linked) == ["artifact-missing at gate 7"]
        yellow = f"| # | Status | Next action | Due |\n| 7 | Yellow | {text} | 2026-12-01 |"
        assert found(yellow) == ["plan-missing at 7 Next action"]

    @pytest.mark.parametrize("text", ["n/a in DE, see folder 7", "x-ray log", "A - B", "|tbd"])
    def test_what_only_begins_like_one_is_taken(self, text: str) -> None:
        review = with_row(passing_review(), 7, artifact=text)
        assert straight(review) == []

    def test_a_link_alone_is_proof(self) -> None:
        review = with_row(passing_review(), 7, artifact="", artifact_link="https://docs.example/7")
        assert straight(review) == []

    @pytest.mark.parametrize("status", ["Yellow", "Red"])
    def test_others_need_none(self, status: str) -> None:
        picture = f"""
            Re-gate on: 2026-12-01
            | # | Status   | Next action     | Due        | Artifact |
            | 7 | {status} | Build the sheet | 2026-11-27 |          |
        """
        assert found(picture) == []


class TestRed:
    def test_without_a_fix(self) -> None:
        assert found("Re-gate on: 2026-12-01\n| # | Status |\n| 2 | Red |") == [
            "red-without-action at 2 Next action"
        ]

    def test_without_a_date(self) -> None:
        picture = "Re-gate on: 2026-12-01\n| # | Status | Next action |\n| 2 | Red | Ask them |"
        assert found(picture) == ["red-without-action at 2 Due"]
        assert levels(picture) == {"red-without-action": "warn"}

    def test_with_both(self) -> None:
        assert found("""
            Re-gate on: 2026-12-01
            | # | Status | Next action | Due        |
            | 2 | Red    | Ask them    | 2026-11-27 |
        """) == []  # fmt: skip

    def test_delayed_without_a_day_for_the_next_look(self) -> None:
        picture = "| # | Status | Next action | Due |\n| 2 | Red | Ask them | 2026-11-27 |"
        assert found(picture) == ["regate-date-missing at Re-gate on"]
        assert levels(picture) == {"regate-date-missing": "warn"}
        assert found("Re-gate on:") == []

    def test_a_re_gate_that_cannot_be_read_is_not_also_missing(self) -> None:
        picture = """
            Re-gate on: next week
            | # | Status | Next action | Due        |
            | 2 | Red    | Ask them    | 2026-11-27 |
        """
        assert found(picture) == ["date-unreadable at Re-gate on"]


class TestDowngrade:
    ACCEPTED = """
        Stakes: {stakes}
        Re-gate on: 2026-12-01
        | #        | Status   | Next action | Due        | Downgrade approved by |
        | {number} | {status} | Ask them    | 2026-11-27 | {approver}            |
    """

    def picture(
        self,
        stakes: str = "Low-stakes internal",
        number: int = 2,
        status: str = "Red",
        approver: str = "Dana Novak",
    ) -> str:
        return self.ACCEPTED.format(stakes=stakes, number=number, status=status, approver=approver)

    def test_counts_as_yellow(self) -> None:
        judgement = judged(self.picture())
        assert list(judgement.findings) == []
        assert judgement.verdict.decision is Decision.LAUNCH_WITH_PLAN

    @pytest.mark.parametrize("number", [11, 12])
    def test_never_on_the_never_optional_gates(self, number: int) -> None:
        judgement = judged(self.picture(number=number))
        assert list(places(judgement)) == [f"downgrade-refused at {number} Downgrade approved by"]
        assert judgement.verdict.decision is Decision.DELAYED
        assert "never optional" in judgement.findings[0].message

    @pytest.mark.parametrize("stakes", ["Standard", ""])
    def test_only_where_stakes_are_low(self, stakes: str) -> None:
        judgement = judged(self.picture(stakes=stakes))
        assert list(places(judgement)) == ["downgrade-refused at 2 Downgrade approved by"]
        assert judgement.verdict.decision is Decision.DELAYED
        assert judgement.findings[0].level == "warn"
        assert "not marked as low-stakes internal" in judgement.findings[0].message

    def test_stakes_that_nobody_can_read_are_not_low(self) -> None:
        assert found(self.picture(stakes="lowish")) == [
            "downgrade-refused at 2 Downgrade approved by",
            "choice-unreadable at Stakes",
        ]

    @pytest.mark.parametrize("approver", ["the board", "TBD", "everyone"])
    def test_only_a_person_can_approve(self, approver: str) -> None:
        """SPEC: an approver is named. A group or a placeholder names nobody."""
        judgement = judged(self.picture(approver=approver))
        assert list(places(judgement)) == ["downgrade-refused at 2 Downgrade approved by"]
        assert f"“{approver}” is not one person" in judgement.findings[0].message

    def test_a_red_that_nobody_approved_is_simply_red(self) -> None:
        judgement = judged(self.picture(approver=""))
        assert list(judgement.findings) == []
        assert judgement.verdict.decision is Decision.DELAYED

    @pytest.mark.parametrize("status", ["Yellow", "Green"])
    def test_an_approval_beside_another_mark_says_nothing(self, status: str) -> None:
        assert found(self.picture(stakes="Standard", number=11, status=status)) == []

    def test_not_where_yellow_is_not_allowed(self) -> None:
        judgement = judged(self.picture(number=3), checklist=make_checklist(5))
        assert [each.code for each in judgement.findings] == ["downgrade-refused"]
        assert judgement.verdict.decision is Decision.DELAYED
        assert "does not allow yellow" in judgement.findings[0].message


class TestDates:
    DATES = ("Review date", "Launch date", "Re-gate on", "Signed on")

    @pytest.mark.parametrize("label", DATES)
    @pytest.mark.parametrize(
        "text", ["30/06/2026", "06.30.2026", "next Friday", "2026-02-30", "2026-13-01", "26-11-30"]
    )
    def test_unreadable_text_in_the_head(self, label: str, text: str) -> None:
        """PAINS 15: asked about, never guessed."""
        assert found(f"{label}: {text}") == [f"date-unreadable at {label}"]

    def test_unreadable_in_a_row(self) -> None:
        assert found("| # | Due |\n| 3 | 3 Dec |") == ["date-unreadable at 3 Due"]
        assert levels("| # | Due |\n| 3 | 3 Dec |") == {"date-unreadable": "block"}

    @pytest.mark.parametrize("label", DATES)
    @pytest.mark.parametrize(
        ("day", "fine"),
        [("2014-12-31", False), ("2015-01-01", True), ("2049-12-31", True), ("2050-01-01", False)],
    )
    def test_implausible_in_the_head(self, label: str, day: str, fine: bool) -> None:
        """The first and the last day of the policy's range are inside it."""
        assert only(f"{label}: {day}", "date-implausible") == ([] if fine else [label])

    def test_implausible_in_a_row(self) -> None:
        picture = "| # | Due |\n| 3 | 2062-12-01 |"
        assert found(picture) == ["date-implausible at 3 Due"]
        assert levels(picture) == {"date-implausible": "block"}
        (finding,) = judged(picture).findings
        for words in ("“2062-12-01”", "2015-01-01", "2049-12-31"):
            assert words in finding.message

    def test_a_number_that_is_no_date(self) -> None:
        review = with_row(passing_review(), 3, due=Unreadable("-7", "range"))
        assert straight(review) == ["date-implausible at gate 3"]

    def test_in_the_log_of_changes_they_only_warn(self) -> None:
        """No formula sees that tab, and what only Python sees never moves the decision (SPEC)."""
        for day, code in (("last week", "date-unreadable"), ("2062-01-01", "date-implausible")):
            judgement = judged(f"Change: {day}, Other, Bo Li, Wording")
            assert [(each.code, each.level) for each in judgement.findings] == [(code, "warn")]
            assert judgement.findings[0].tab == "Changes"
            assert judgement.verdict.decision is Decision.LAUNCH


class TestHead:
    @pytest.mark.parametrize("label", ["System", "Pilot lead", "Review date"])
    def test_missing(self, label: str) -> None:
        picture = f"{label}:"
        assert found(picture) == [f"header-missing at {label}"]
        assert levels(picture) == {"header-missing": "block"}

    @pytest.mark.parametrize("label", ["Launch date", "Re-gate on", "Regulated area", "Live"])
    def test_what_may_be_empty(self, label: str) -> None:
        assert found(f"{label}:") == []

    def test_no_production_owner(self) -> None:
        assert found("Production owner:") == ["named-owner-missing at Production owner"]
        assert levels("Production owner:") == {"named-owner-missing": "block"}

    def test_no_backup(self) -> None:
        assert found("Backup owner:") == ["backup-missing at Backup owner"]
        assert levels("Backup owner:") == {"backup-missing": "block"}

    def test_neither_while_the_gate_on_owners_is_red(self) -> None:
        """SPEC: unless gate 11 is red."""
        picture = """
            Production owner:
            Backup owner:
            Re-gate on: 2026-12-01
            | #      | Status | Next action | Due        |
            | {gate} | Red    | Ask them    | 2026-11-27 |
        """
        assert found(picture.format(gate=11)) == []
        assert found(picture.format(gate=10)) == [
            "named-owner-missing at Production owner",
            "backup-missing at Backup owner",
        ]

    @pytest.mark.parametrize("backup", ["Bo Li", "bo li", " BO  LI ", "Bo\u00a0Li"])
    def test_the_backup_is_the_owner(self, backup: str) -> None:
        """PAINS 14: case, spaces and no-break spaces aside."""
        assert found(f"Backup owner: {backup}") == ["backup-is-owner at Backup owner"]
        assert levels(f"Backup owner: {backup}") == {"backup-is-owner": "block"}

    def test_two_blanks_are_nobody_twice(self) -> None:
        assert "backup-is-owner" not in levels("Production owner:\nBackup owner:")

    @pytest.mark.parametrize("backup", ["Bo Liu", "B. Li", "Li Bo"])
    def test_another_name_is_another_person(self, backup: str) -> None:
        assert found(f"Backup owner: {backup}") == []


class TestSignOff:
    @pytest.mark.parametrize("label", ["Signed by", "Signer's role", "Signed on"])
    def test_missing(self, label: str) -> None:
        assert found(f"{label}:") == [f"sign-off-missing at {label}"]
        assert levels(f"{label}:") == {"sign-off-missing": "block"}

    def test_a_date_that_cannot_be_read_is_not_also_missing(self) -> None:
        assert found("Signed on: yesterday") == ["date-unreadable at Signed on"]

    @pytest.mark.parametrize("name", ["Ana Ruiz", "ANA RUIZ", "Ana\u00a0 Ruiz "])
    def test_by_the_lead(self, name: str) -> None:
        assert found(f"Signed by: {name}") == ["sign-off-by-lead at Signed by"]
        assert levels(f"Signed by: {name}") == {"sign-off-by-lead": "block"}

    def test_nobody_leads_and_nobody_signs(self) -> None:
        assert "sign-off-by-lead" not in levels("Pilot lead:\nSigned by:")


class TestFixes:
    """fix-later-than-a-week: due more than 7 days after the review, and the re-gate before it."""

    PICTURE = """
        Re-gate on: {regate}
        | # | Status | Next action | Due   |
        | 2 | Red    | Ask them    | {due} |
    """

    @pytest.mark.parametrize(
        ("days", "regate_before", "late"),
        [(7, 1, False), (8, 1, True), (8, 0, False), (8, -1, False), (30, 20, True)],
    )
    def test_more_than_seven_days(self, days: int, regate_before: int, late: bool) -> None:
        due = REVIEWED + timedelta(days)
        picture = self.PICTURE.format(due=due, regate=due - timedelta(regate_before))
        assert found(picture) == (["fix-later-than-a-week at 2 Due"] if late else [])

    def test_needs_all_three_dates(self) -> None:
        picture = self.PICTURE.format(due="2026-12-20", regate="2026-12-01")
        assert levels(picture) == {"fix-later-than-a-week": "warn"}
        for label in ("Re-gate on", "Review date"):
            assert only(f"{picture}\n{label}:", "fix-later-than-a-week") == []
        assert only(self.PICTURE.format(due="", regate="2026-12-01"), "fix-later") == []

    def test_a_yellow_may_take_longer(self) -> None:
        picture = self.PICTURE.format(due="2026-12-05", regate="2026-12-01")
        assert found(picture.replace("Red", "Yellow")) == []

    def test_the_policy_sets_the_days(self) -> None:
        picture = self.PICTURE.format(due=REVIEWED + timedelta(8), regate="2026-11-24")
        assert found(picture, checklist=with_policy(fix_within_days=8)) == []


class TestDeferred:
    def test_the_plan_is_due_after_the_launch(self) -> None:
        picture = "| # | Status | Next action | Due |\n| 5 | Yellow | Build it | {} |"
        assert found(picture.format(LAUNCH)) == []  # on the day itself
        late = picture.format(LAUNCH + timedelta(1))
        assert found(late) == ["deferred-past-launch at 5 Due"]
        assert levels(late) == {"deferred-past-launch": "warn"}
        assert found(f"Launch date:\n{late}") == []

    @pytest.mark.parametrize(
        "plan", ["We figure that out after launch", "Post-launch: build it", "AFTER  LAUNCH"]
    )
    @pytest.mark.parametrize("status", ["Yellow", "Red"])
    def test_the_plan_says_so(self, plan: str, status: str) -> None:
        picture = f"""
            Re-gate on: 2026-12-05
            | # | Status   | Next action | Due        |
            | 5 | {status} | {plan}      | 2026-12-01 |
        """
        assert found(picture) == ["deferred-past-launch at 5 Next action"]

    @pytest.mark.parametrize("plan", ["Before launch", "Thereafter launch the sheet", "Build it"])
    def test_other_words(self, plan: str) -> None:
        picture = f"| # | Status | Next action | Due |\n| 5 | Yellow | {plan} | 2026-12-01 |"
        assert found(picture) == []

    def test_green_is_done(self) -> None:
        picture = "| # | Status | Next action | Due |\n| 5 | Green | Tidy up after launch | |"
        assert found(picture) == []

    def test_a_live_system_is_after_its_launch_anyway(self) -> None:
        picture = """
            Live: Yes
            Launch date: 2026-11-02
            | # | Status | Next action       | Due        |
            | 5 | Yellow | Tidy after launch | 2026-12-15 |
        """
        assert only(picture, "deferred-past-launch") == []


class TestRoom:
    def test_up_to_six(self) -> None:
        people = ["Bo Li, Security", *(f"Guest {name}, Legal" for name in "ABCDEF")]
        six = "\n".join(f"Attendee: {who}" for who in people[:6])
        seven = "\n".join(f"Attendee: {who}" for who in people)
        assert found(six) == []
        assert found(seven) == ["too-many-attendees at Attendees"]
        assert levels(seven) == {"too-many-attendees": "warn"}
        assert found(seven, checklist=with_policy(max_attendees=7)) == []

    def test_without_the_production_owner(self) -> None:
        picture = "Attendee: Ana Ruiz, Pilot lead\nAttendee: Eli Stone, Security"
        assert found(picture) == ["owner-absent at Attendees"]
        assert levels(picture) == {"owner-absent": "warn"}

    def test_names_in_another_case_and_spacing(self) -> None:
        assert found("Attendee: BO\u00a0LI, Security") == []

    def test_where_there_is_no_owner_nobody_is_absent(self) -> None:
        picture = "Production owner:\nAttendee: Eli Stone, Security"
        assert found(picture) == ["named-owner-missing at Production owner"]

    @pytest.mark.parametrize("role", ["Legal", "Italian desk", "Insecurity", ""])
    def test_customer_data_without_security(self, role: str) -> None:
        assert found(f"Attendee: Bo Li, {role}") == ["security-absent at Attendees"]
        assert levels(f"Attendee: Bo Li, {role}") == {"security-absent": "warn"}

    @pytest.mark.parametrize("role", ["Security", "IT", "Head of IT", "it manager", "IT/Ops"])
    def test_security_or_it(self, role: str) -> None:
        assert found(f"Attendee: Bo Li, {role}") == []

    @pytest.mark.parametrize("answer", ["No", ""])
    def test_without_customer_data(self, answer: str) -> None:
        assert found(f"Customer data: {answer}\nAttendee: Bo Li, Operations") == []

    def test_an_unclear_answer_counts_as_yes(self) -> None:
        assert found("Customer data: a bit\nAttendee: Bo Li, Operations") == [
            "security-absent at Attendees",
            "choice-unreadable at Customer data",
        ]

    def test_an_empty_room(self) -> None:
        assert found("Attendee: none") == [
            "owner-absent at Attendees",
            "security-absent at Attendees",
        ]


class TestOverdue:
    @pytest.mark.parametrize(
        ("due", "late"),
        [(TODAY, False), (TODAY - timedelta(1), True), (TODAY + timedelta(1), False)],
    )
    @pytest.mark.parametrize("status", ["Yellow", "Red"])
    def test_due_before_today(self, status: str, due: date, late: bool) -> None:
        """PAINS 34: today is given; due today is not overdue."""
        picture = f"""
            Re-gate on: 2026-12-05
            | # | Status   | Next action | Due   |
            | 5 | {status} | Build it    | {due} |
        """
        assert found(picture) == (["action-overdue at 5 Due"] if late else [])

    def test_the_days_are_counted(self) -> None:
        picture = "| # | Status | Next action | Due |\n| 5 | Yellow | Build it | 2026-11-22 |"
        one, *_ = judged(picture).findings
        twelve, *_ = judged(picture, today=date(2026, 12, 4)).findings
        assert "2026-11-22, 1 day ago" in one.message
        assert "2026-11-22, 12 days ago" in twelve.message
        assert one.level == "warn"

    def test_done_is_done(self) -> None:
        assert found("| # | Status | Due |\n| 5 | Green | 2026-11-01 |") == []

    def test_unmarked_is_not_green(self) -> None:
        assert found("| # | Status | Due |\n| 5 | | 2026-11-01 |") == [
            "status-missing at 5 Status",
            "action-overdue at 5 Due",
        ]


class TestReviewDue:
    """The cadence itself is test_cadence's; here is what becomes of its day."""

    DELAYED = """
        Re-gate on: 2026-11-30
        | # | Status | Next action | Due        |
        | 2 | Red    | Ask them    | 2027-11-27 |
    """

    def test_of_a_delayed_launch(self) -> None:
        def due(today: date) -> list[str]:
            return [line for line in found(self.DELAYED, today) if line.startswith("review")]

        assert due(date(2026, 11, 29)) == []
        assert due(date(2026, 11, 30)) == ["review-due at Review date"]
        assert due(date(2026, 12, 1)) == ["review-overdue at Review date"]
        assert judged(self.DELAYED).next_review == NextReview(date(2026, 11, 30), "re-gate")

    def test_how_late(self) -> None:
        last = judged(self.DELAYED, today=date(2026, 12, 1)).findings[-1]
        assert (last.code, last.level) == ("review-overdue", "warn")
        assert "2026-11-30 (re-gate of a delayed launch), 1 day ago" in last.message

    def test_of_a_live_system(self) -> None:
        picture = "Live: Yes\nLaunch date: 2026-10-31\nReview date: 2026-10-20"
        assert found(picture, date(2026, 11, 29)) == []
        assert found(picture, date(2026, 11, 30)) == ["review-due at Review date"]
        assert found(picture, date(2026, 12, 1)) == ["review-overdue at Review date"]

    def test_not_of_a_launch_that_is_only_planned(self) -> None:
        assert found("Launch date: 2027-10-01", date(2027, 6, 1)) == []

    def test_a_major_change_makes_one_due_at_once_and_never_overdue(self) -> None:
        picture = "Launch date:\nChange: 2026-11-21, Model, Bo Li, Newer one"
        for today in (date(2026, 11, 21), TODAY, date(2027, 5, 1)):
            assert found(picture, today) == [
                "review-due at Review date",
                "major-change-unreviewed at Changes B4",
            ]


class TestLaunchUnconfirmed:
    """Without it a system that was launched, and never marked as live, is never reviewed again."""

    def test_from_the_day_after_the_launch_on(self) -> None:
        picture = "Launch date: 2026-12-01"
        assert found(picture, date(2026, 12, 1)) == []
        assert found(picture, date(2026, 12, 2)) == ["launch-unconfirmed at Live"]

    def test_not_of_a_live_system_nor_of_a_delayed_launch(self) -> None:
        later = date(2026, 12, 2)
        for picture in ("Launch date: 2026-12-01\nLive: Yes", "Launch date:"):
            assert only(picture, "launch-unconfirmed", later) == []
        delayed = "Launch date: 2026-12-01\n| # | Status |\n| 2 | Red |"
        assert only(delayed, "launch-unconfirmed", later) == []


class TestChanges:
    @pytest.mark.parametrize(
        "kind", ["Model", "Vendor model upgrade", "Prompt", "Data source", "Use case"]
    )
    def test_a_major_change_after_the_review(self, kind: str) -> None:
        picture = f"Change: 2026-11-21, {kind}, Bo Li, Something"
        assert only(picture, "major-change-unreviewed") == ["Changes B4"]
        assert levels(picture)["major-change-unreviewed"] == "warn"
        assert f"({kind}) on 2026-11-21" in judged(picture).findings[-1].message

    def test_other_changes_are_not_major(self) -> None:
        assert found("Change: 2026-11-21, Other, Bo Li, Something") == []

    def test_on_the_day_of_the_review_is_reviewed(self) -> None:
        assert found(f"Change: {REVIEWED}, Model, Bo Li, Something") == []

    def test_each_one_at_its_place(self) -> None:
        picture = """
            Change: 2026-11-22, Model, Bo Li, Newer
            Change: 2026-11-02, Prompt, Bo Li, Reviewed since
            Change: 2026-11-21, Prompt, Bo Li, Shorter
        """
        assert only(picture, "major-change-unreviewed") == ["Changes B6", "Changes B4"]

    def test_a_kind_that_nobody_can_read_is_not_waved_through(self) -> None:
        assert found("Change: 2026-11-21, tweak, Bo Li, Something") == [
            "review-due at Review date",
            "major-change-unreviewed at Changes B4",
            "choice-unreadable at Changes C4",
        ]

    def test_a_kind_that_is_not_given(self) -> None:
        judgement = judged("Change: 2026-11-21, , Bo Li, Swapped the model")
        assert judgement.findings[-1].code == "major-change-unreviewed"
        assert "(Something) on 2026-11-21" in judgement.findings[-1].message

    def test_without_a_review_date_all_major_changes_are_unreviewed(self) -> None:
        picture = "Review date:\nChange: 2020-01-01, Model, Bo Li, First"
        assert only(picture, "major-change-unreviewed") == ["Changes B4"]


class TestChoices:
    @pytest.mark.parametrize(
        ("label", "counts_as"),
        [("Stakes", "Standard"), ("Regulated area", "not regulated"), ("Live", "No")],
    )
    def test_text_that_is_not_on_the_list(self, label: str, counts_as: str) -> None:
        (finding,) = judged(f"{label}: dunno").findings
        assert (finding.code, finding.level) == ("choice-unreadable", "warn")
        for words in (label, "“dunno”", f"counts as {counts_as}"):
            assert words in finding.message

    def test_blank_is_no_mistake(self) -> None:
        assert found("Stakes:\nRegulated area:\nLive:\nCustomer data:") == []


class TestRows:
    """Rows that a picture cannot show: gone, doubled, or of another checklist."""

    def test_missing(self) -> None:
        review = passing_review()
        review = msgspec.structs.replace(review, rows=review.rows[:4] + review.rows[5:])
        assert straight(review) == ["row-missing at gate 5"]
        assert judge(review, TWELVE, TODAY).verdict.decision is Decision.INCOMPLETE
        assert judge(review, TWELVE, TODAY).verdict.counts.unmarked == 1

    def test_all_missing(self) -> None:
        review = passing_review(rows=())
        assert straight(review) == [f"row-missing at gate {number}" for number in range(1, 13)]

    def test_doubled(self) -> None:
        review = passing_review()
        at = {"status": Cell(18, 3)}, {"status": Cell(30, 3)}
        twice = (
            green_row(TWELVE.gates[4], cells=at[0]),
            green_row(
                TWELVE.gates[4], cells=at[1], status=Status.YELLOW, next_action="Ask", due=LAUNCH
            ),
        )
        review = msgspec.structs.replace(review, rows=review.rows[:4] + review.rows[5:] + twice)
        judgement = judge(review, TWELVE, TODAY)
        assert [each.code for each in judgement.findings] == ["row-duplicated"]
        assert judgement.findings[0].level == "block"
        assert "stands in 2 rows: 19, 31" in judgement.findings[0].message
        assert judgement.verdict.counts.yellow == 1  # until one is gone, the worse one counts
        assert judgement.verdict.decision is Decision.INCOMPLETE

    @pytest.mark.parametrize("marks", [("green", "red"), ("red", "green")])
    def test_a_doubled_row_that_is_red_once_delays(self, marks: tuple[str, str]) -> None:
        gate = TWELVE.gates[4]
        rows = tuple(green_row(gate, status=Status(mark)) for mark in marks)
        others = tuple(row for row in passing_review().rows if row.key != gate.key)
        judgement = judge(passing_review(rows=rows + others), TWELVE, TODAY)
        assert judgement.verdict.decision is Decision.DELAYED
        assert judgement.verdict.counts.red == 1

    def test_unknown_key(self) -> None:
        review = passing_review()
        stray = msgspec.structs.replace(review.rows[0], key="gone-since", cells={})
        review = msgspec.structs.replace(review, rows=(*review.rows, stray))
        judgement = judge(review, TWELVE, TODAY)
        (finding,) = judgement.findings
        assert (finding.code, finding.level) == ("row-unknown", "block")
        assert "“gone-since”" in finding.message
        assert "twelve-gates@1" in finding.message

    def test_a_number_that_belongs_to_another_gate(self) -> None:
        review = with_row(passing_review(), 4, number_shown="5")
        assert straight(review) == ["row-unknown at gate 4"]

    def test_no_number_column_at_all(self) -> None:
        review = passing_review(rows=tuple(green_row(g, number_shown=None) for g in TWELVE.gates))
        assert straight(review) == []

    @pytest.mark.parametrize("title", ["", "2026-12-01"])
    def test_neither_number_nor_title_in_sight(self, title: str) -> None:
        """In a row of a sheet: a review that no sheet told yet has neither."""
        cells = {"status": Cell(12, 3)}
        review = with_row(passing_review(), 4, number_shown=None, title=title, cells=cells)
        assert straight(review) == ["row-mixed-up at gate 4"]

    def test_numbers_of_another_version_are_its_own(self) -> None:
        old = msgspec.structs.replace(stamp_of(TWELVE), version=TWELVE.version + 1)
        review = with_row(passing_review(stamp=old), 4, number_shown="5")
        assert straight(review) == ["checklist-differs"]

    def test_a_row_that_lost_its_key(self) -> None:
        review = with_row(passing_review(), 4, lost_key=True)
        assert straight(review) == ["row-unknown at gate 4"]

    @pytest.mark.parametrize(
        ("title", "number", "said"),
        [
            (TWELVE.gates[3].title, "4", []),
            ("managers TRAINED", "4", ["row-mixed-up at gate 4"]),
            ("Managers trained", None, ["row-mixed-up at gate 4"]),
            ("Managers trained", "10", ["row-unknown at gate 4"]),
            ("Who may see what", "4", []),
            ("", "4", []),
        ],
    )
    def test_a_title_of_another_gate(self, title: str, number: str | None, said: list[str]) -> None:
        """Somebody sorted or copied a part of the row: a text of one's own is no contradiction."""
        review = with_row(passing_review(), 4, title=title, number_shown=number)
        assert straight(review) == said

    def test_a_form_whose_formulas_do_not_see_titles_yet(self) -> None:
        """It goes on showing a launch; gatebook blocks, and says that the two differ."""
        review = passing_review(shown="Launch this week", cells={"decision": Cell(1, 3)})
        judgement = judge(with_row(review, 4, title="Managers trained"), TWELVE, TODAY)
        assert judgement.verdict.shown_as == "Review incomplete: 1 thing to finish"
        assert {(each.code, each.level) for each in judgement.findings} == {
            ("row-mixed-up", "block"),
            ("sheet-disagrees", "warn"),
        }

    def test_titles_of_another_version_are_its_own(self) -> None:
        old = msgspec.structs.replace(stamp_of(TWELVE), version=TWELVE.version + 1)
        for number in ("4", None):
            cells = {"status": Cell(12, 3)}
            changes = {"title": "Managers trained", "number_shown": number, "cells": cells}
            review = with_row(passing_review(stamp=old), 4, **changes)
            assert straight(review) == ["checklist-differs"]

    def test_one_row_mixed_up_does_not_hide_another(self) -> None:
        review = with_row(passing_review(), 3, number_shown="5")
        review = with_row(review, 4, title="Managers trained")
        assert straight(review) == ["row-unknown at gate 3", "row-mixed-up at gate 4"]


class TestForm:
    def test_another_version_of_the_checklist(self) -> None:
        """PAINS 8: named, and no reason to stop."""
        old = msgspec.structs.replace(stamp_of(TWELVE), version=7)
        (finding,) = judge(passing_review(stamp=old), TWELVE, TODAY).findings
        assert (finding.code, finding.level) == ("checklist-differs", "warn")
        assert "twelve-gates@7" in finding.message
        assert "twelve-gates@1" in finding.message

    def test_formulas_in_inputs(self) -> None:
        """PAINS 13."""
        review = with_row(passing_review(), 4, owner="", formulas={"owner": "B2"})
        review = msgspec.structs.replace(review, lead="", formulas={"lead": "A1&A2"})
        judgement = judge(review, TWELVE, TODAY)
        said = {each.message for each in judgement.findings if each.code == "formula-in-input"}
        assert len(said) == 2
        assert any("“=B2”" in text and "Owner" in text for text in said)
        assert any("“=A1&A2”" in text and "Pilot lead" in text for text in said)

    @pytest.mark.parametrize("shown", ["Launch this week", " launch THIS week ", None])
    def test_the_sheet_agrees(self, shown: str | None) -> None:
        assert straight(passing_review(shown=shown)) == []

    @pytest.mark.parametrize(
        "shown",
        ["Launch with remediation plan", "Launch delayed; re-gate on 2026-12-01", "Stays live",
         "Review incomplete: 2 things to finish", "Approved!", "y" * 200],
    )  # fmt: skip
    def test_the_sheet_disagrees(self, shown: str) -> None:
        cells = {"decision": Cell(1, 3)}
        (finding,) = judge(passing_review(shown=shown, cells=cells), TWELVE, TODAY).findings
        assert (finding.code, finding.level, finding.cell) == ("sheet-disagrees", "warn", "D2")
        assert shown[:57] in finding.message
        assert "“Launch this week”" in finding.message

    def test_numbers_and_dates_in_the_decision_do_not_matter(self) -> None:
        review = passing_review(lead="", shown="Review incomplete: 9 things to finish")
        assert straight(review) == ["header-missing"]


class TestPolicy:
    """Policy may lower any level, and raise those that a formula sees."""

    PICTURE = "| # | Status |\n| 5 | Yellow |"

    def test_off_is_gone_and_does_not_count(self) -> None:
        checklist = with_levels(plan_missing="off", plan_date_missing="off")
        judgement = judged(self.PICTURE, checklist=checklist)
        assert judgement.findings == ()
        assert judgement.verdict.decision is Decision.LAUNCH_WITH_PLAN

    def test_warn_is_said_and_does_not_count(self) -> None:
        checklist = with_levels(plan_missing="warn", plan_date_missing="warn")
        judgement = judged(self.PICTURE, checklist=checklist)
        assert [each.level for each in judgement.findings] == ["warn", "warn"]
        assert judgement.verdict.decision is Decision.LAUNCH_WITH_PLAN

    def test_block_counts(self) -> None:
        picture = """
            Stakes: Standard
            | # | Status | Downgrade approved by |
            | 5 | Red    | Dana Novak            |
        """
        checklist = with_levels(downgrade_refused="block", regate_date_missing="block")
        judgement = judged(picture, checklist=checklist)
        assert judgement.verdict.blocking == 2
        assert judgement.verdict.decision is Decision.DELAYED  # red comes first all the same

    def test_a_raised_level_holds_everywhere(self) -> None:
        picture = "| # | Owner |\n| 4 | the team |"
        judgement = judged(picture, checklist=with_levels(owner_not_a_person="block"))
        assert judgement.verdict.decision is Decision.INCOMPLETE

    def test_what_no_formula_sees_is_never_raised(self) -> None:
        """SPEC: policy may raise to `block` only what a formula sees; none sees the Changes tab."""
        checklist = with_levels(date_unreadable="block", date_implausible="block")
        for day in ("last week", "2062-01-01"):
            judgement = judged(f"Change: {day}, Other, Bo Li, Wording", checklist=checklist)
            assert [each.level for each in judgement.findings] == ["warn"]
            assert judgement.verdict.decision is Decision.LAUNCH

    def test_sheet_disagrees_can_be_switched_off(self) -> None:
        review = passing_review(shown="Approved!")
        assert straight(review, with_levels(sheet_disagrees="off")) == []


def _boundaries() -> Iterator[tuple[date, date]]:
    for due in (date(2027, 2, 28), date(2026, 12, 31), date(2028, 2, 29)):
        yield due, due + timedelta(1)


@pytest.mark.parametrize(("due", "next_day"), list(_boundaries()), ids=str)
def test_month_ends_are_days_like_others(due: date, next_day: date) -> None:
    picture = f"Launch date:\n| # | Status | Next action | Due |\n| 5 | Yellow | Build it | {due} |"
    assert found(picture, due) == []
    assert found(picture, next_day) == ["action-overdue at 5 Due"]
