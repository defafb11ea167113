"""`gatebook explain`: every finding can be looked up. Source: CLI.md, and SPEC's findings."""

from __future__ import annotations

import string

import pytest

from gatebook.cli.examples import example
from gatebook.domain.findings import CATALOGUE, Kind
from gatebook.wiring import SettingsError, checked
from tests.cli.conftest import Office

_BY_CODE = pytest.mark.parametrize("kind", CATALOGUE, ids=lambda kind: kind.code)


@_BY_CODE
def test_every_finding_has_a_page(office: Office, kind: Kind) -> None:
    ran = office.run("explain", kind.code)
    assert (ran.code, ran.err) == (0, "")
    said = " ".join(ran.out.split())
    message, remedy = example(kind)
    for part in (kind.code, kind.title, kind.when, message, remedy):
        assert part in said
    assert f"Level {kind.level}:" in said
    assert max(map(len, ran.out.splitlines())) <= 80


@_BY_CODE
def test_examples_have_no_gaps_and_no_loose_ends(kind: Kind) -> None:
    """PAINS 30: what was found stands in the message, in the words that the rules use."""
    for text in example(kind):
        assert text.strip() == text
        assert not set("{}") & set(text)
        assert "  " not in text
    named = {name for _, name, _, _ in string.Formatter().parse(kind.message) if name}
    assert named <= {"remark"} or example(kind)[0] != kind.message


@_BY_CODE
def test_the_levels_it_names_are_those_that_a_checklist_takes(office: Office, kind: Kind) -> None:
    said = " ".join(office.run("explain", kind.code).out.split()).partition("may set it to ")[2]
    named = said.partition(" under ")[0].split(" or ")
    taken = []
    for level in ("block", "warn", "off"):
        text = (
            'id = "own"\nversion = 1\ntitle = "Own"\n[policy.levels]\n'
            f'{kind.code} = "{level}"\n'
            '[[gates]]\nkey = "a"\ntheme = "A"\ntitle = "A"\nmeaning = "A"\nbring = ["A"]\n'
            'green = "It is done."\nyellow = "It is nearly done."\nred = "It is not."\nask = "Is it?"\n'
        )
        try:
            checked(text, "own.toml")
        except SettingsError:
            continue
        taken.append(level)
    assert sorted([*named, kind.level]) == sorted(taken)


def test_all_findings_are_listed_with_their_levels(office: Office) -> None:
    lines = office.run("explain").out.splitlines()
    assert max(map(len, lines)) <= 80
    listed = [line.split()[:2] for line in lines[: len(CATALOGUE)]]
    assert listed == [[kind.code, kind.level] for kind in CATALOGUE]


@pytest.mark.parametrize(
    "asked", ["plan-date-missing", "PLAN_DATE_MISSING", "plan date missing", " Plan-date missing"]
)
def test_codes_in_any_case_and_spelling(office: Office, asked: str) -> None:
    assert office.run("explain", *asked.split(" ")).out.startswith("plan-date-missing:")


def test_a_slip_is_asked_about(office: Office) -> None:
    ran = office.run("explain", "plan-dat-missing")
    assert (ran.code, ran.out) == (2, "")
    assert "Did you mean plan-date-missing?" in ran.err


def test_a_system_needs_a_place_to_look_it_up(office: Office) -> None:
    ran = office.run("explain", "Support", "assistant")
    assert ran.code == 2
    assert "“Support assistant” is not the code of a finding." in ran.err
    assert "--portfolio" in ran.err
    assert "--from" in ran.err
    assert "Did you mean" not in ran.err


def test_the_level_in_use_is_shown(office: Office) -> None:
    """The policy of the configured checklist counts, not only the built-in one."""
    office.run("checklist", "copy", "own.toml")
    path = office.folder / "own.toml"
    text = path.read_text(encoding="utf-8").replace('id = "twelve-gates"', 'id = "own"')
    path.write_text(
        text.replace("[policy.levels]\n", '[policy.levels]\nred-without-action = "block"\n'),
        encoding="utf-8",
    )
    (office.folder / "gatebook.toml").write_text('checklist = "own.toml"\n', encoding="utf-8")
    assert (
        "The checklist own@1 sets it to block." in office.run("explain", "red-without-action").out
    )
    (line,) = [
        line for line in office.run("explain").out.splitlines() if line.startswith("red-without")
    ]
    assert line.split()[1] == "block"
