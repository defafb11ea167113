"""The built-in checklist keeps to the specification, and its words find what they are for."""

from __future__ import annotations

import pytest

from gatebook.domain.checklist import DROPDOWN_LIMIT, Cadence, check_levels, parse_checklist
from gatebook.domain.findings import BY_CODE, raisable
from gatebook.domain.text import has_words, is_person
from gatebook.templates import BUILT_IN, template_text

TEXT = template_text(BUILT_IN)
TWELVE = parse_checklist(TEXT, BUILT_IN)
POLICY = TWELVE.policy


class TestBuiltIn:
    """Facts of the specification; the words of the gates are ours."""

    def test_twelve_gates_in_six_themes_of_two(self) -> None:
        assert [(gate.number, gate.key) for gate in TWELVE.gates] == [
            (1, "data-source"),
            (2, "data-quality"),
            (3, "confidential-data"),
            (4, "access-and-log"),
            (5, "cost-per-task"),
            (6, "quality-sampling"),
            (7, "failure-mode"),
            (8, "human-override"),
            (9, "user-training"),
            (10, "manager-training"),
            (11, "named-owner"),
            (12, "decommission"),
        ]
        themes = ("Data", "Security", "Monitoring", "Fallback", "Training", "Ownership")
        assert TWELVE.themes == themes
        assert [gate.theme for gate in TWELVE.gates] == [name for name in themes for _ in "12"]
        assert TWELVE.name == "twelve-gates@1"

    def test_marks_of_the_gates(self) -> None:
        assert [gate.number for gate in TWELVE.gates if gate.never_optional] == [11, 12]
        assert [gate.number for gate in TWELVE.gates if gate.ai_act] == [3, 6, 7, 8, 12]
        assert [gate.number for gate in TWELVE.gates if gate.names_owner] == [11]
        assert all(gate.yellow_allowed for gate in TWELVE.gates)

    def test_policy(self) -> None:
        assert POLICY.levels == {}
        assert (POLICY.max_attendees, POLICY.fix_within_days) == (6, 7)
        assert POLICY.cadence == Cadence(first_months=(1, 2, 3), then_every=3)
        assert check_levels(TWELVE, BY_CODE, raisable()) == []

    def test_texts_are_short_enough_for_a_hurried_reader(self) -> None:
        """Titles stand in one line of the form, the rest beside each other in the Guide."""
        for gate in TWELVE.gates:
            assert len(gate.title) <= 32
            assert len(gate.meaning) <= 170
            assert 2 <= len(gate.bring) <= 4
            assert all(len(item) <= 50 for item in gate.bring)
            assert all(len(text) <= 125 for text in (gate.green, gate.yellow, gate.red))
            assert gate.ask.endswith("?")

    def test_gate_by_key(self) -> None:
        assert TWELVE.gate("decommission") is TWELVE.gates[11]
        assert TWELVE.gate("gone") is None


class TestWords:
    """The words of the built-in policy, as `domain.text` finds them."""

    @pytest.mark.parametrize(
        "name",
        ["Ana Steamer", "Bo Li", "O'Neill, Tom", "Ida Sales", "Itō Yuki", "Max Groupe", "Ny An",
         "Jean Nonette", "Sam Teamoh", "Na Hong", "J. R. Service", "Ty Null", "Ada Company",
         "Al Crew", "Vi Officer-Smith", "Nil Ay", "Nora Allen", "Bo Li (IT)",
         "N. A. Patel", "Ops: Ada Byrne"],
    )  # fmt: skip
    def test_names_are_persons(self, name: str) -> None:
        assert is_person(name, POLICY.person_marks)

    @pytest.mark.parametrize(
        "owner",
        ["the AI team", "IT", "it dept.", "Ops", "TBD", "t.b.d. tbd", "n/a", "N/A", "Everyone",
         "Steering committee", "support-team@example.com", "to be decided", "No one",
         "all of us", "HR", "Sales", "Risk Board", "Service Desk", "???", "-"],
    )  # fmt: skip
    def test_groups_and_placeholders_are_not(self, owner: str) -> None:
        assert not is_person(owner, POLICY.person_marks)

    @pytest.mark.parametrize(
        "plan",
        ["We will do that after launch", "Post-launch clean-up", "post launch", "AFTER GO-LIVE",
         "after go live", "Once it's live, Bo looks at it", "We'll figure it out later"],
    )  # fmt: skip
    def test_plans_that_wait_until_after_launch(self, plan: str) -> None:
        assert has_words(plan, POLICY.deferral_words)

    @pytest.mark.parametrize(
        "plan",
        ["Write the runbook before launch", "Send the list no later than Friday", "Launch list",
         "Deliver the training", "Test the live dashboard"],
    )  # fmt: skip
    def test_plans_that_do_not(self, plan: str) -> None:
        assert not has_words(plan, POLICY.deferral_words)

    @pytest.mark.parametrize("role", ["Security", "IT manager", "Head of IT", "CISO", "InfoSec"])
    def test_roles_that_speak_for_security_or_it(self, role: str) -> None:
        assert has_words(role, POLICY.security_roles)

    @pytest.mark.parametrize("role", ["Operations", "Legal", "Auditor", "Pilot lead"])
    def test_roles_that_do_not(self, role: str) -> None:
        assert not has_words(role, POLICY.security_roles)

    def test_the_roles_offered_include_security_and_it(self) -> None:
        """PAINS 10: and they fit a dropdown."""
        offered = [role for role in POLICY.attendee_roles if has_words(role, POLICY.security_roles)]
        assert offered == ["Security", "IT"]
        assert len(",".join(POLICY.attendee_roles)) <= DROPDOWN_LIMIT
