"""The suite about itself: every pain has a case, and what goes wrong is counted as what it is."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.abuse.counting import CRASH, LOST, WRONG, Tally, outcome_of
from tests.abuse.marks import Crashed, Lost, abuse
from tests.abuse.pains import PAINS, TROUBLES

ROOT = Path(__file__).parents[2]
# Runs inside the other process: which pains and classes the collected tests name.
_ASK = """
import sys, pytest
class Ask:
    def pytest_collection_finish(self, session):
        for item in session.items:
            for mark in item.iter_markers("abuse"):
                print("CASE", mark.kwargs["trouble"], *mark.args)
sys.exit(pytest.main(["-q", "--collect-only", "-p", "no:cacheprovider", "tests"], plugins=[Ask()]))
"""


@pytest.fixture(scope="module")
def cases() -> list[list[str]]:
    """Class and pains of every marked test of the whole suite."""
    ran = subprocess.run(
        [sys.executable, "-c", _ASK], cwd=ROOT, capture_output=True, text=True, timeout=120
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr
    return [line.split()[1:] for line in ran.stdout.splitlines() if line.startswith("CASE ")]


def test_every_pain_has_a_case(cases: list[list[str]]) -> None:
    tried = {int(pain) for _, *pains in cases for pain in pains}
    assert {n: PAINS[n] for n in PAINS.keys() - tried} == {}


def test_every_class_of_trouble_has_a_case(cases: list[list[str]]) -> None:
    assert TROUBLES.keys() - {trouble for trouble, *_ in cases} == set()


def test_the_pains_are_34() -> None:
    assert list(PAINS) == list(range(1, 35))


@pytest.mark.parametrize(("trouble", "pain"), [("no such class", 1), ("typed", 35), ("typed", 0)])
def test_a_case_of_nothing_known_is_refused(trouble: str, pain: int) -> None:
    with pytest.raises(ValueError, match=r"no class|no pains"):
        abuse(trouble, pain)


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (AssertionError("launch, not delayed"), WRONG),
        (pytest.fail.Exception("a network"), WRONG),
        (Lost("the note"), LOST),
        (Crashed("gatebook itself failed"), CRASH),
        (KeyError("status"), CRASH),
    ],
)
def test_a_failure_is_counted_as_what_it_is(error: BaseException, kind: str) -> None:
    assert outcome_of(error) == kind


_SAMPLE = """
import pytest
from tests.abuse.marks import Lost, abuse

@abuse("typed", 1, 14)
@pytest.mark.parametrize("n", range(3))
def test_typed(n, record_property):
    record_property("abuse tried", 10)
    assert n != 1

@abuse("moved", 5)
def test_moved():
    raise Lost("a note")

@abuse("moved", 5)
def test_skipped():
    pytest.skip("no engine")

def test_other():
    pass
"""


def test_the_table_is_made_of_what_ran(tmp_path: Path) -> None:
    """In a run of its own, in another folder, with the hook of tests/conftest.py."""
    (tmp_path / "test_sample.py").write_text(_SAMPLE, encoding="utf-8")
    ask = (
        "import sys, pytest\n"
        f"sys.path.insert(0, {str(ROOT)!r})\n"
        "import tests.conftest as hooks\n"
        "from tests.abuse.counting import Tally\n"
        "tally = Tally()\n"
        "pytest.main(['-q', '-p', 'no:cacheprovider', 'test_sample.py'], plugins=[tally, hooks])\n"
        "print('TABLE', *tally.lines(), *tally.pain_lines(), sep='\\n')\n"
    )
    ran = subprocess.run(
        [sys.executable, "-c", ask], cwd=tmp_path, capture_output=True, text=True, timeout=60
    )
    lines = ran.stdout.partition("TABLE\n")[2].splitlines()
    assert f"| {TROUBLES['typed']} | 30 | 1 | 0 | 0 | `scripts/abuse typed` |" in lines
    assert f"| {TROUBLES['moved']} | 1 | 0 | 0 | 1 | `scripts/abuse moved` |" in lines
    assert "| **All** | 31 | 1 | 0 | 1 | `scripts/abuse` |" in lines
    assert f"| 14 | {PAINS[14]} | 3 |" in lines
    assert f"| 34 | {PAINS[34]} | 0 |" in lines


def test_nothing_ran_is_an_empty_table() -> None:
    assert list(Tally().lines())[-1] == "| **All** | 0 | 0 | 0 | 0 | `scripts/abuse` |"
