"""`gatebook checklist`: show, check, copy. Source: CLI.md."""

from __future__ import annotations

import pytest

from gatebook.templates import BUILT_IN, template_text
from tests.cli.conftest import Office
from tests.support.builders import TWELVE


def _own(office: Office, name: str = "own.toml") -> None:
    text = template_text(BUILT_IN).replace('id = "twelve-gates"', 'id = "own"', 1)
    (office.folder / name).write_text(text, encoding="utf-8")


def test_show_has_every_gate_under_its_theme_in_80_columns(office: Office) -> None:
    ran = office.run("checklist", "show")
    assert ran.code == 0
    lines = ran.out.splitlines()
    assert lines[0] == "AI pilot to production: twelve gates (twelve-gates@1)"
    assert max(map(len, lines)) <= 80
    said = " ".join(ran.out.split())
    places = [said.index(f"{gate.number} {gate.title}") for gate in TWELVE.gates]
    assert places == sorted(places)
    for gate in TWELVE.gates:
        assert gate.meaning in said
        assert ran.out.index(gate.theme.upper()) < ran.out.index(gate.title)
        (line,) = [line for line in lines if gate.title in line]
        assert ("never optional" in line) == gate.never_optional
        assert ("AI Act" in line) == gate.ai_act


def test_show_marks_a_gate_without_yellow(office: Office) -> None:
    _own(office)
    path = office.folder / "own.toml"
    yellow = TWELVE.gates[0].yellow
    text = path.read_text(encoding="utf-8").replace(yellow, "not-allowed")
    path.write_text(text, encoding="utf-8")
    assert "Data source documented  [no yellow]" in office.run("checklist", "show", "own.toml").out


@pytest.mark.parametrize("command", ["show", "check"])
def test_without_a_file_the_configured_checklist_counts(office: Office, command: str) -> None:
    _own(office)
    assert "twelve-gates@1" in office.run("checklist", command).out
    (office.folder / "gatebook.toml").write_text('checklist = "own.toml"\n', encoding="utf-8")
    assert "own@1" in office.run("checklist", command).out


def test_a_good_file_is_ok(office: Office) -> None:
    _own(office)
    ran = office.run("checklist", "check", "own.toml")
    assert (ran.code, ran.err) == (0, "")
    assert ran.out == (
        "OK: own.toml holds own@1, AI pilot to production: twelve gates (12 gates, 6 themes).\n"
    )
    assert office.run("checklist", "check", "own.toml", "--quiet").out == ""


def test_every_mistake_is_named_at_once(office: Office) -> None:
    """PAINS 30."""
    _own(office)
    path = office.folder / "own.toml"
    text = path.read_text(encoding="utf-8").replace("\nask =", "\naks =", 1)
    path.write_text(text.replace("version = 1", 'version = "one"'), encoding="utf-8")
    ran = office.run("checklist", "check", "own.toml")
    assert (ran.code, ran.out) == (2, "")
    for part in ("own.toml, version", "“one”", "own.toml, gates[1].aks", "Did you mean “ask”?"):
        assert part in ran.err


@pytest.mark.parametrize("command", ["show", "check"])
def test_a_file_that_is_not_there(office: Office, command: str) -> None:
    ran = office.run("checklist", command, "nowhere.toml")
    assert ran.code == 2
    assert "nowhere.toml" in ran.err
    assert "What to do" in ran.err


def test_a_changed_copy_under_the_old_id_is_warned_about(office: Office) -> None:
    """PAINS 8: forms remember the id of their checklist."""
    office.run("checklist", "copy", "own.toml")
    assert office.run("checklist", "check", "own.toml").err == ""
    path = office.folder / "own.toml"
    path.write_text(
        path.read_text(encoding="utf-8").replace("max_attendees = 6", "max_attendees = 8"),
        encoding="utf-8",
    )
    ran = office.run("checklist", "check", "own.toml")
    assert ran.code == 0
    assert "its id is twelve-gates" in ran.err


def test_copy_writes_the_built_in_text_and_says_what_to_edit(office: Office) -> None:
    ran = office.run("checklist", "copy", "own.toml")
    assert (ran.code, ran.out) == (0, "own.toml\n")
    assert (office.folder / "own.toml").read_bytes() == template_text(BUILT_IN).encode()
    for part in ("id", "title", "gatebook checklist check", "gatebook.toml"):
        assert part in ran.err
    assert office.run("checklist", "copy", "two.toml", "--quiet").err == ""


@pytest.mark.parametrize(
    "name", ["own.toml", "reviews", "own.xlsx", "own", "nowhere/own.toml", "own.toml/more.toml"]
)
def test_copy_overwrites_nothing_and_takes_toml_only(office: Office, name: str) -> None:
    (office.folder / "own.toml").write_text("mine", encoding="utf-8")
    ran = office.run("checklist", "copy", name)
    assert (ran.code, ran.out) == (2, "")
    assert "What to do" in ran.err
    assert (office.folder / "own.toml").read_text(encoding="utf-8") == "mine"
    assert sorted(path.name for path in office.folder.iterdir()) == ["own.toml", "reviews"]
