"""A checklist's file is read whole, or refused with everything that is wrong."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
import tomli_w
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import FieldInfo, fields

from gatebook.domain.checklist import (
    NO_YELLOW,
    Cadence,
    Checklist,
    ChecklistError,
    Gate,
    Policy,
    check_levels,
    parse_checklist,
)
from gatebook.domain.findings import BY_CODE, raisable
from gatebook.templates import BUILT_IN, template_text
from tests.support.checklists import make_checklist

TEXT = template_text(BUILT_IN)
TWELVE = parse_checklist(TEXT, BUILT_IN)
DOCS = (Path(__file__).resolve().parents[2] / "docs" / "checklists.md").read_text(encoding="utf-8")

Tree = dict[str, Any]


def tree() -> Tree:
    """The built-in checklist as plain data, to be changed."""
    return tomllib.loads(TEXT)


def messages(changed: Tree | str) -> tuple[str, ...]:
    """What is wrong with a file, without the file's name; () if nothing is."""
    text = changed if isinstance(changed, str) else tomli_w.dumps(changed)
    found: tuple[str, ...] = ()
    try:
        parse_checklist(text, "ours.toml")
    except ChecklistError as error:
        found = error.messages
    assert all(message.startswith("ours.toml, ") for message in found)
    return tuple(message.removeprefix("ours.toml, ") for message in found)


def only_message(changed: Tree | str) -> str:
    (message,) = messages(changed)
    return message


class TestYellow:
    """`yellow = "not-allowed"` counts yellow as red; anything else says how yellow looks."""

    @pytest.mark.parametrize(
        "written", ["not-allowed", "Not allowed", "NOT-ALLOWED", "not allowed."]
    )
    def test_not_allowed(self, written: str) -> None:
        changed = tree()
        changed["gates"][4]["yellow"] = written
        gates = parse_checklist(tomli_w.dumps(changed), "ours.toml").gates
        assert [gate.number for gate in gates if not gate.yellow_allowed] == [5]
        assert gates[4].yellow == NO_YELLOW

    @pytest.mark.parametrize("written", ["no", "Never", "forbidden!", "allowed", "not permitted"])
    def test_a_near_miss_does_not_silently_allow_yellow(self, written: str) -> None:
        changed = tree()
        changed["gates"][4]["yellow"] = written
        message = only_message(changed)
        assert message.startswith(f"gates[5].yellow: found “{written}”; expected a sentence")
        assert "“not-allowed”" in message


def set_in(place: str, value: object) -> Tree:
    """The built-in checklist with a value at a path such as "gates.2.title"."""
    changed = tree()
    *parents, last = [int(step) if step.isdigit() else step for step in place.split(".")]
    here: Any = changed
    for step in parents:
        here = here[step]
    here[last] = value
    return changed


class TestRefused:
    """PAINS 30: every message says where, what was found, what was expected, what to do."""

    @pytest.mark.parametrize(
        ("place", "value", "said"),
        [
            ("id", "Our Gates", "id: found “Our Gates”; expected 1 to 40 small letters"),
            ("id", "x" * 41, "id: found “xxxx"),
            ("version", 0, "version: found 0; expected a whole number from 1"),
            ("version", True, "version: found true; expected a whole number"),
            ("version", "1", "version: found “1”; expected a whole number"),
            ("title", "", "title: found an empty text; expected one line"),
            ("gates", [], "gates: found an empty list; expected a list of 1 to 60 gates"),
            ("gates", {"key": "a"}, "gates: found a table; expected a list of 1 to 60 gates"),
            ("gates.2", "x", "gates[3]: found “x”; expected a table. Write it as lines of their "
             "own under [[gates]]."),
            ("gates.2.title", 12, "gates[3].title: found 12; expected one line of 1 to 60"),
            ("gates.2.title", "x" * 61, f"gates[3].title: found “{'x' * 50}…” (61 characters)"),
            ("gates.2.title", "one\ntwo", "gates[3].title: found “one two”; expected one line"),
            ("gates.2.title", "bell\x07", "gates[3].title: found “bell”; expected one line"),
            ("gates.2.title", "\u200b ", "gates[3].title: found an empty text"),
            ("gates.2.title", "Data source DOCUMENTED",
             "gates[3].title: found “Data source DOCUMENTED”, as on gates[1]"),
            ("gates.2.key", "data-source", "gates[3].key: found “data-source”, as on gates[1]"),
            ("gates.2.key", "data_source", "gates[3].key: found “data_source”; expected 1 to 40"),
            ("gates.2.meaning", "\x00", "gates[3].meaning: found an empty text"),
            ("gates.2.bring", [], "gates[3].bring: found an empty list; expected a list of 1 to"),
            ("gates.2.bring", "One", "gates[3].bring: found “One”; expected a list of 1 to 10"),
            ("gates.2.bring", ["One", 2], "gates[3].bring[2]: found 2; expected a text"),
            ("gates.2.names_owner", True, "gates[11].names_owner: found true, as on gates[3]"),
            ("gates.2.ai_act", "yes", "gates[3].ai_act: found “yes”; expected true or false"),
            ("gates.2.titel", "x", "gates[3].titel: found an unknown key; expected one of"),
            ("gates.2.number", 3, "gates[3].number: found an unknown key"),
            ("policy", 1, "policy: found 1; expected a table. Write it as lines of their own under "
             "[policy]."),
            ("policy.levels", ["x"], "policy.levels: found a list of 1; expected a table"),
            ("policy.levels.plan-missing", "blok",
             "policy.levels.plan-missing: found “blok”; expected “block”, “warn” or “off”"),
            ("policy.no_person_words.0", "", "policy.no_person_words[1]: found an empty text"),
            ("policy.no_person_words.0", "x" * 41, "policy.no_person_words[1]: found “xxx"),
            ("policy.no_person_words.0", "te*m", "policy.no_person_words[1]: found “te*m”"),
            ("policy.no_person_words.0", "{team}", "policy.no_person_words[1]: found “{team}”"),
            ("policy.deferral_words.0", "- /", "policy.deferral_words[1]: found “- /”"),
            ("policy.security_roles.1", "Security", "policy.security_roles[2]: found “Security” "
             "again"),
            ("policy.attendee_roles", [f"Role number {n}" for n in range(30)],
             "policy.attendee_roles: found 439 characters in all"),
            ("policy.max_attendees", 0, "policy.max_attendees: found 0; expected a whole number"),
            ("policy.max_attendees", 10**40, "policy.max_attendees: found a huge number"),
            ("policy.fix_within_days", -1, "policy.fix_within_days: found -1"),
            ("policy.earliest_date", "soon", "policy.earliest_date: found “soon”; expected a day"),
            ("policy.earliest_date", "1900-02-28", "policy.earliest_date: found “1900-02-28”"),
            ("policy.latest_date", "2015-01-01", "policy.latest_date: found 2015-01-01; expected a "
             "day after earliest_date, which is 2015-01-01"),
            ("policy.cadence.first_months", [1, 1], "policy.cadence.first_months: found 1, 1"),
            ("policy.cadence.first_months", [0, 1], "policy.cadence.first_months[1]: found 0"),
            ("policy.cadence.then_every", 0, "policy.cadence.then_every: found 0"),
        ],
    )  # fmt: skip
    def test_one_fault_gives_one_message(self, place: str, value: object, said: str) -> None:
        message = only_message(set_in(place, value))
        assert message.startswith(said)
        assert "; expected " in message
        assert message.endswith((".", "?"))

    @pytest.mark.parametrize(
        ("place", "todo"),
        [
            ("gates.2.titel", "Did you mean “title”?"),
            ("gates.2.never-optional", "Did you mean “never_optional”?"),
            ("gates.2.qqq", "Take the line out."),
            ("gates.2.number", "Take it out: gates are counted in their order."),
            ("gates.2.yellow_allowed", 'Write instead: yellow = "not-allowed".'),
            ("gates.11.max_attendees", "Move it under [policy]."),
            ("gates.11.version", "Move it to the top of the file."),
            ("first_months", "Move it under [policy.cadence]."),
            ("policy.cadence.ask", "Move it under [[gates]]."),
        ],
    )
    def test_a_stray_key_is_told_where_it_belongs(self, place: str, todo: str) -> None:
        assert only_message(set_in(place, 3)).endswith(f" {todo}")

    @pytest.mark.parametrize(
        "place", ["id", "version", "title", "gates", "gates.2.key", "gates.2.ask", "gates.2.yellow"]
    )
    def test_a_missing_key_is_named(self, place: str) -> None:
        changed = tree()
        name = place.rpartition(".")[2]
        del (changed["gates"][2] if "." in place else changed)[name]
        path = place.replace("gates.2", "gates[3]")
        assert only_message(changed).startswith(f"{path}: found nothing; expected ")

    def test_everything_wrong_is_said_at_once(self) -> None:
        changed = set_in("gates.2.title", "")
        changed["gates"][6]["red"] = 5
        changed["policy"]["max_attendees"] = "six"
        del changed["version"]
        paths = {message.split(":")[0] for message in messages(changed)}
        assert paths == {"gates[3].title", "gates[7].red", "policy.max_attendees", "version"}

    def test_sixty_gates_and_no_more(self) -> None:
        def with_gates(count: int) -> Tree:
            gate = tree()["gates"][0]
            gates = [gate | {"key": f"k{n}", "title": f"T{n}"} for n in range(count)]
            return tree() | {"gates": gates}

        assert messages(with_gates(60)) == ()
        assert only_message(with_gates(61)).startswith("gates: found a list of 61; expected a list")

    @pytest.mark.parametrize(
        ("text", "said"),
        [
            ('id = "a"\ntitle = Ours\n', "line 2: found “title = Ours” (Invalid value)"),
            ('id = "a"\nid = "b"\nversion = 1', "line 2: found “id = \"b\"” (Cannot overwrite"),
            ('title = "Ours\n', "line 1: found “title = \"Ours” (Illegal character"),
        ],
    )  # fmt: skip
    def test_what_is_no_toml_is_shown_with_its_line(self, text: str, said: str) -> None:
        assert only_message(text).startswith(said)

    @pytest.mark.parametrize("text", ["x = " + "[" * 5000, 'title = "Ours', "x = 9" + "9" * 5000])
    def test_what_no_line_can_be_given_for(self, text: str) -> None:
        with pytest.raises(
            ChecklistError, match=r"^ours.toml.*; expected TOML, with lines such as"
        ):
            parse_checklist(text, "ours.toml")


class TestAccepted:
    def test_byte_order_mark_and_windows_line_ends(self) -> None:
        """Notepad writes both."""
        assert parse_checklist("\ufeff" + TEXT.replace("\n", "\r\n"), "ours.toml") == TWELVE

    def test_line_breaks_in_guidance_count_as_spaces(self) -> None:
        changed = set_in("gates.0.meaning", "One line\n  and another.\n")
        gate = parse_checklist(tomli_w.dumps(changed), "ours.toml").gates[0]
        assert gate.meaning == "One line and another."

    def test_quotes_and_other_scripts_in_texts_and_words(self) -> None:
        changed = set_in("gates.0.title", 'Źródło "danych": 数据')
        changed["policy"]["no_person_words"] = [
            "équipe",
            "टीम",
            "チーム",
            "o'clock",
            "t.b.d",
            "n/a",
        ]
        checklist = parse_checklist(tomli_w.dumps(changed), "ours.toml")
        assert checklist.gates[0].title == 'Źródło "danych": 数据'
        assert checklist.policy.no_person_words[1] == "टीम"

    def test_policy_may_be_left_out(self) -> None:
        changed = tree()
        del changed["policy"]
        assert parse_checklist(tomli_w.dumps(changed), "ours.toml").policy == Policy()


def as_file(checklist: Checklist) -> str:
    """The TOML text that describes a checklist."""
    gates = []
    for gate in checklist.gates:
        keys = {field.name: getattr(gate, field.name) for field in fields(gate)}
        del keys["number"]
        if not keys.pop("yellow_allowed"):
            keys["yellow"] = "not-allowed"
        gates.append(keys)
    policy = {field.name: getattr(checklist.policy, field.name) for field in fields(Policy)}
    policy["cadence"] = {
        field.name: getattr(policy["cadence"], field.name) for field in fields(Cadence)
    }
    top = {"id": checklist.id, "version": checklist.version, "title": checklist.title}
    return tomli_w.dumps(top | {"policy": policy, "gates": gates})


@given(st.integers(1, 60), st.integers(1, 30), st.sets(st.integers(1, 120), max_size=5))
def test_what_is_written_is_read_back(gates: int, attendees: int, months: set[int]) -> None:
    """PAINS 31."""
    cadence = Cadence(first_months=tuple(sorted(months)), then_every=6)
    checklist = make_checklist(gates, max_attendees=attendees, cadence=cadence)
    assert parse_checklist(as_file(checklist), "ours.toml") == checklist


@given(st.text())
def test_any_text_is_read_or_refused_with_messages(text: str) -> None:
    with pytest.raises(ChecklistError) as error:
        parse_checklist(text, "ours.toml")
    assert all(message.startswith("ours.toml") for message in error.value.messages)


PLACES = [
    *(f"{field.name}" for field in fields(Checklist)),
    *(f"policy.{field.name}" for field in fields(Policy)),
    *(f"policy.cadence.{field.name}" for field in fields(Cadence)),
    *(f"gates.7.{field.name}" for field in fields(Gate)),
    "policy.no_person_words.1",
    "policy.levels.any",
    "gates.7.bring.1",
]
scalars = st.booleans() | st.integers(-(2**63), 2**63) | st.floats() | st.text() | st.dates()
values = st.recursive(
    scalars | st.datetimes(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=5,
)


@given(st.sampled_from(PLACES), values)
def test_any_value_anywhere_is_read_or_refused_with_messages(place: str, value: object) -> None:
    """Each message is one line that a person can read."""
    for message in messages(set_in(place, value)):
        assert message.isprintable()
        assert "; expected " in message


class TestLevels:
    def test_unknown_codes_get_a_suggestion(self) -> None:
        checklist = make_checklist(3, levels={"plan-mising": "warn", "zzz": "off"})
        close, far = check_levels(checklist, BY_CODE, raisable())
        assert close.startswith("policy.levels.plan-mising: found a code that no finding has;")
        assert close.endswith("Did you mean “plan-missing”?")
        assert far.endswith("Take the line out.")

    def test_any_code_is_taken_where_none_are_given(self) -> None:
        assert check_levels(make_checklist(3, levels={"zzz": "off"}), None, ()) == []

    def test_only_what_the_sheet_sees_may_block(self) -> None:
        levels = {"seen": "block", "unseen": "block", "other": "warn"}
        (message,) = check_levels(make_checklist(3, levels=levels), tuple(levels), ("seen",))
        assert message.startswith("policy.levels.unseen: found “block”; expected “warn” or “off”")


class TestMaker:
    @given(st.integers(1, 60))
    def test_exactly_one_gate_names_the_owner(self, gates: int) -> None:
        checklist = make_checklist(gates)
        assert len(checklist.gates) == gates
        assert sum(gate.names_owner for gate in checklist.gates) == 1

    def test_forty_gates_vary(self) -> None:
        gates = make_checklist(40, max_attendees=3).gates
        assert {(gate.never_optional, gate.yellow_allowed) for gate in gates} == {
            (False, False), (False, True), (True, False), (True, True),
        }  # fmt: skip


class TestDocs:
    """docs/checklists.md explains every key, with its true default, and its example is valid."""

    @pytest.mark.parametrize(
        ("kind", "heading"),
        [(Checklist, "The checklist itself"), (Gate, "A gate"), (Policy, "Policy"),
         (Cadence, "Cadence")],
    )  # fmt: skip
    def test_every_key_is_in_its_table_with_its_default(self, kind: type, heading: str) -> None:
        _, _, section = DOCS.partition(f"# {heading}\n")
        section = re.split(r"^#+ ", section, maxsplit=1, flags=re.MULTILINE)[0]
        rows = {
            cells[1].strip(): cells[-2].strip()
            for line in section.splitlines()
            if len(cells := line.split("|")) == 5
        }
        for field in fields(kind):
            if field.name == "number":
                assert "no\n`number` to write" in section
            elif field.name != "yellow_allowed":  # In the file it is `yellow`.
                (row,) = (
                    row for row in rows if row in (f"`{field.name}`", row_of_table(field.name))
                )
                self.default_is_told(field, rows[row], row)

    def default_is_told(self, field: FieldInfo, told: str, row: str) -> None:
        if field.required:
            assert told == "must be there"
        elif isinstance(field.default, bool):
            assert told == f"`{str(field.default).lower()}`"
        elif field.default in ((), ""):
            assert told.startswith("none")
        elif isinstance(field.default, tuple):
            assert told == f"`{list(field.default)}`".replace("'", '"')
        elif "(" not in row:
            assert told == f"`{field.default}`"

    def test_its_whole_checklist_is_valid(self) -> None:
        (example,) = re.findall(r"```toml\n(.*?)```", DOCS, flags=re.DOTALL)
        checklist = parse_checklist(example, "docs/checklists.md")
        assert check_levels(checklist, BY_CODE, raisable()) == []
        assert [gate.yellow_allowed for gate in checklist.gates] == [True, False]


def row_of_table(name: str) -> str:
    """How the docs name a key that is a table of its own."""
    header = {"gates": "[[gates]]", "policy": "[policy]"}.get(name, f"[policy.{name}]")
    return f"`{header}` (`{name}`)"
