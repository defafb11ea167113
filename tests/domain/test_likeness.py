"""Which gate a row of somebody's own checklist means: what is taken, what is asked about."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from gatebook.domain.checklist import Gate
from gatebook.domain.likeness import denies, likeliest
from tests.support.builders import TWELVE
from tests.support.checklists import make_checklist

# text, the gate that it means
SURE = [
    ("1. Data source documented", 1),
    ("Is the data source documented?", 1),
    ("Source of production data", 1),
    ("DATA QUALITY MONITORING", 2),
    ("Is data quality monitored?", 2),
    ("PII / confidential data handling", 3),
    ("Access rights + change log", 4),
    ("Cost-per-task tracked weekly", 5),
    ("Cost tracking", 5),
    ("Quality sampling cadence", 6),
    ("Weekly quality sampling", 6),
    ("Failure mode defined", 7),
    ("Failure handling", 7),
    ("Human in the loop / override", 8),
    ("End-user training delivered", 9),
    ("User training", 9),
    ("Manager training delivered", 10),
    ("Training for managers", 10),
    ("Named owner & backup", 11),
    ("Production owner named", 11),
    ("Decommissioning criteria defined", 12),
]
# Asked about: the gate that is proposed is the right one.
ASKED = [
    ("Audit logging", 4),
    ("Weekly data quality check in place", 2),
    ("Who owns it in production?", 11),
    ("Manual override possible?", 8),
    ("Output quality sampled by a human", 6),
]
# The contrary of a gate, or perhaps that: asked about, however alike the words are.
DENIED = [
    ("Data source not documented", 1),
    ("Data source not yet documented", 1),
    ("Data source isn’t documented", 1),
    ("Data source documentation missing", 1),
    ("Data source undocumented", 1),
    ("Data source documentation unclear", 1),
    ("No data quality monitoring", 2),
    ("Confidential data not handled", 3),
    ("Changes logged without access", 4),
    ("Cost per task never tracked", 5),
    ("No human override available", 8),
    ("Human override unavailable", 8),
    ("End users not trained", 9),
    ("End users untrained", 9),
    ("Managers lack training", 10),
    ("Cost tracking failed", 5),
    ("❌ Managers trained", 10),
]
# Nothing is denied here.
NOT_DENIED = [
    ("Data source documented (yes/no)", 1),
    ("Data source documented: yes or no", 1),
    ("No. 1 Data source documented", 1),
    ("No 9: End users trained", 9),
]
# Other things that lists hold: none of them may be taken for a gate.
OTHERS = [
    "Data", "Quality", "Training", "Ownership", "Security review", "Legal sign-off", "Budget approved",
    "Test data documented", "Training data documented", "User acceptance test", "Access for testers",
    "Cost of licence", "Owner of the budget", "Backup of the database", "Communication plan to users",
    "Quality gate passed", "Model accuracy > 90 %", "Data retention policy", "Incident process documented",
    "Works council informed", "", "?", "42", "Datenquelle dokumentiert",
]  # fmt: skip


@pytest.mark.parametrize(("text", "number"), SURE)
def test_what_is_taken(text: str, number: int) -> None:
    like = likeliest(text, TWELVE)
    assert like
    assert (like.gate.number, like.sure) == (number, True)


@pytest.mark.parametrize(("text", "number"), ASKED)
def test_what_is_asked_about(text: str, number: int) -> None:
    like = likeliest(text, TWELVE)
    assert like
    assert (like.gate.number, like.sure) == (number, False)


@pytest.mark.parametrize(("text", "number"), DENIED)
def test_the_contrary_of_a_gate_is_never_taken(text: str, number: int) -> None:
    like = likeliest(text, TWELVE)
    assert like is None or (like.gate.number, like.sure) == (number, False)


@pytest.mark.parametrize(("text", "number"), NOT_DENIED)
def test_a_number_and_answers_to_choose_from_deny_nothing(text: str, number: int) -> None:
    like = likeliest(text, TWELVE)
    assert like
    assert (like.gate.number, like.sure) == (number, True)


@pytest.mark.parametrize("word", ["until", "under", "unit", "unique", "universal", "notes", "now"])
def test_words_that_only_begin_like_a_no(word: str) -> None:
    assert not denies(f"Data source documented {word}", TWELVE.gates[0])


def test_a_gate_that_says_not_itself() -> None:
    twelve = make_checklist(2)
    own = replace(
        twelve,
        gates=(
            replace(twelve.gates[0], title="No personal data in prompts"),
            replace(twelve.gates[1], title="Vendor contract signed"),
        ),
    )
    taken = {
        "No personal data in the prompts": True,
        "Prompts without personal data": True,
        "Personal data in prompts": False,
        "Vendor contract signed": True,
        "Vendor contract not signed": False,
        "Vendor contract nicht signed": False,
    }
    found = {text: likeliest(text, own) for text in taken}
    assert {text: bool(like and like.sure) for text, like in found.items()} == taken


@pytest.mark.parametrize("text", OTHERS)
def test_what_is_never_taken(text: str) -> None:
    like = likeliest(text, TWELVE)
    assert like is None or not like.sure


@pytest.mark.parametrize("gate", TWELVE.gates, ids=lambda gate: gate.key)
@pytest.mark.parametrize(
    "written", ["{0.title}", " {0.title} ", "{0.number}. {0.title}", "Gate {0.number}: {0.title}"]
)
def test_each_gate_is_itself(gate: Gate, written: str) -> None:
    assert likeliest(written.format(gate), TWELVE) == (gate, 1.0, True)


def test_a_checklist_of_ones_own() -> None:
    own = make_checklist(3)
    for gate in own.gates:
        like = likeliest(gate.title, own)
        assert like
        assert (like.gate, like.sure) == (gate, True)
