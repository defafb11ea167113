"""The checklist: gates in their order, with guidance and policy; and how its file is read.

Source: the 12 gates in 6 themes, the never-optional gates (named owner, decommission criteria), the
attendee limit and the cadence are the seed article's; the file format is ours.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterable, Mapping
from datetime import date
from hashlib import sha256
from itertools import pairwise
from typing import Annotated, Any, Literal

import msgspec

from gatebook.domain.text import person_marks
from gatebook.domain.toml_tables import (
    Day,
    Problems,
    Slug,
    did_you_mean,
    join_path,
    line_of,
    list_of,
    not_in_file,
    read_toml,
    shown,
    text_of,
    whole_number,
)

Level = Literal["block", "warn", "off"]

# A dropdown's own list holds 255 characters, commas included; with more, Excel "repairs" the file.
DROPDOWN_LIMIT = 255
# Stands in `Gate.yellow` where the file says "not-allowed" instead of how yellow looks.
NO_YELLOW = "Not allowed on this gate: yellow counts as red."

Title = Annotated[str, line_of(60)]
Guidance = Annotated[str, text_of(500)]
Words = Annotated[tuple[Annotated[str, line_of(40)], ...], list_of(0, 300, "words or phrases")]
Months = Annotated[int, whole_number(1, 120)]


class Gate(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One gate. `number` counts from 1 in the checklist's order and is not in the file.

    Nor is `yellow_allowed`: in the file `yellow` says how yellow looks, or "not-allowed".
    """

    key: Slug
    theme: Title
    title: Title
    meaning: Guidance
    bring: Annotated[tuple[Guidance, ...], list_of(1, 10, "texts")]
    green: Guidance
    yellow: Guidance
    red: Guidance
    ask: Guidance
    typical: Annotated[str, text_of(200)] = ""
    never_optional: bool = False
    ai_act: bool = False
    names_owner: bool = False
    yellow_allowed: Annotated[bool, not_in_file('Write instead: yellow = "not-allowed".')] = True
    number: Annotated[int, not_in_file("Take it out: gates are counted in their order.")] = 0

    @property
    def wording(self) -> str:
        """A short checksum of what the gate asks for: another one where a word of that changed.

        Its place, its question for the room and what is typical of it are no part of that.
        """
        says = [self.title, self.meaning, *self.bring, self.green, self.yellow, self.red]
        says += [str(self.never_optional), str(self.yellow_allowed)]
        return sha256("\n".join(says).encode()).hexdigest()[:8]


class Cadence(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Months after launch at which reviews are due, then every `then_every` months."""

    first_months: Annotated[tuple[Months, ...], list_of(0, 60, "whole numbers")] = (1, 2, 3)
    then_every: Months = 3


class Policy(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What an organisation may decide for itself."""

    levels: dict[str, Level] = {}
    no_person_words: Words = ()
    no_person_alone: Words = ()
    deferral_words: Words = ()
    security_roles: Words = ("security", "it")
    attendee_roles: Words = ()
    max_attendees: Annotated[int, whole_number(1, 30)] = 6
    fix_within_days: Annotated[int, whole_number(0, 365)] = 7
    earliest_date: Day = date(2015, 1, 1)
    latest_date: Day = date(2049, 12, 31)
    cadence: Cadence = Cadence()

    @property
    def person_marks(self) -> tuple[str, ...]:
        """What shows that a name is no person, as `domain.text.is_person` takes it."""
        return person_marks(self.no_person_words, self.no_person_alone)


class Checklist(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The gates and their policy. `name` is shown as "id@version"."""

    id: Slug
    version: Annotated[int, whole_number(1, 99_999_999)]
    title: Title
    gates: Annotated[tuple[Gate, ...], list_of(1, 60, "gates, each under its own [[gates]]")]
    policy: Policy = Policy()

    @property
    def name(self) -> str:
        """ "twelve-gates@1"."""
        return f"{self.id}@{self.version}"

    @property
    def themes(self) -> tuple[str, ...]:
        """Each theme once, in order."""
        return tuple(dict.fromkeys(gate.theme for gate in self.gates))

    def gate(self, key: str) -> Gate | None:
        """The gate with this key, or None."""
        return next((gate for gate in self.gates if gate.key == key), None)


class ChecklistError(Exception):
    """A checklist's file cannot be used. `messages`: one for each thing to put right."""

    def __init__(self, messages: tuple[str, ...]) -> None:
        super().__init__("\n".join(messages))
        self.messages = messages


def parse_checklist(text: str, where: str) -> Checklist:
    """The checklist that a TOML text describes; `where` names the file in messages.

    Raises ChecklistError with everything that is wrong at once. In the paths of its messages,
    `gates[3]` is the third gate.
    """
    problems = Problems(where)
    found = read_toml(text, Checklist, problems) or {}
    gates = found.get("gates") or ()
    for number, gate in enumerate(gates, 1):
        if gate:
            gate["number"] = number
            _settle_yellow(gate, f"gates[{number}].yellow", problems)
    _check_gates(gates, problems)
    _check_policy(found.get("policy") or {}, problems)
    if problems.messages:
        raise ChecklistError(tuple(problems.messages))
    return msgspec.convert(found, Checklist)


def check_levels(
    checklist: Checklist, codes: Collection[str] | None, raisable: Collection[str]
) -> list[str]:
    """What is wrong with `policy.levels`: unknown codes, and levels that cannot be set.

    `codes`: every finding's code, or None to take any; `raisable`: those that may be "block",
    because a formula in the sheet sees them too.
    """
    problems = Problems()
    for code, level in checklist.policy.levels.items():
        path = join_path("policy.levels", code)
        if codes is not None and code not in codes:
            todo = did_you_mean(code, codes)
            problems.add(path, "a code that no finding has", "the code of a finding", todo)
        elif level == "block" and code not in raisable:
            expected = "“warn” or “off”, because the sheet's formulas cannot see this finding"
            problems.add(path, "“block”", expected, "Choose one of these, or take the line out.")
    return problems.messages


def _settle_yellow(gate: dict[str, Any], path: str, problems: Problems) -> None:
    """In the file `yellow` is a sentence or "not-allowed"; in a Gate that is a flag of its own."""
    yellow = gate.get("yellow") or ""
    word = yellow.lower().rstrip(".!").replace(" ", "-")
    if word == "not-allowed":
        gate.update(yellow=NO_YELLOW, yellow_allowed=False)
    elif re.fullmatch(r"[a-z]+(-[a-z]+)?", word):
        # "no", "forbidden" or "not permitted" would otherwise pass for guidance and allow yellow.
        expected = "a sentence that says how yellow looks, or “not-allowed”"
        problems.add(path, shown(yellow), expected, "Write one of the two.")


def _check_gates(gates: Iterable[Mapping[str, Any] | None], problems: Problems) -> None:
    """Keys and titles differ, and at most one gate names the owner."""
    first: dict[tuple[str, object], int] = {}
    for number, gate in enumerate(gates, 1):
        for name in ("key", "title", "names_owner"):
            value = (gate or {}).get(name)
            same = value.casefold() if isinstance(value, str) else value
            other = first.setdefault((name, same), number) if value else number
            if other != number:
                expected = f"a {name} of its own" if value is not True else "true on one gate only"
                found = f"{shown(value)}, as on gates[{other}]"
                problems.add(f"gates[{number}].{name}", found, expected, "Change one of the two.")


def _check_policy(policy: Mapping[str, Any], problems: Problems) -> None:
    """Words can be searched for, roles fit a dropdown, days and months are in order."""
    for name in (
        "no_person_words",
        "no_person_alone",
        "deferral_words",
        "security_roles",
        "attendee_roles",
    ):
        _check_words(policy.get(name) or (), f"policy.{name}", problems)
    roles = ",".join(filter(None, policy.get("attendee_roles") or ()))
    # A spreadsheet counts characters as UTF-16 does.
    if (length := len(roles.encode("utf-16-le")) // 2) > DROPDOWN_LIMIT:
        expected = f"at most {DROPDOWN_LIMIT}, which is what a dropdown holds"
        found = f"{length} characters in all, commas included"
        problems.add("policy.attendee_roles", found, expected, "Shorten some roles, or drop some.")
    usual = Policy()
    earliest = policy.get("earliest_date", usual.earliest_date)
    latest = policy.get("latest_date", usual.latest_date)
    if earliest and latest and earliest >= latest:
        expected = f"a day after earliest_date, which is {earliest}"
        problems.add("policy.latest_date", f"{latest}", expected, "Change one of the two.")
    months = (policy.get("cadence") or {}).get("first_months") or ()
    if None not in months and any(one >= other for one, other in pairwise(months)):
        found = ", ".join(f"{month}" for month in months)
        path = "policy.cadence.first_months"
        problems.add(path, found, "months that rise", "Put them in order, each once.")


def _check_words(words: Iterable[str | None], path: str, problems: Problems) -> None:
    """Letters, digits, spaces and / - ' . only: other signs mean something to a sheet's search."""
    seen: set[str] = set()
    for number, word in enumerate(words, 1):
        if not word:
            continue
        place = f"{path}[{number}]"
        # Of the Unicode categories, marks (M) are part of letters in many scripts.
        kinds = {unicodedata.category(sign)[0] for sign in word if sign not in " /-'."}
        if not kinds & {"L", "N"} or not kinds <= {"L", "M", "N"}:
            expected = "letters or digits, with nothing else but spaces and . / - '"
            problems.add(place, shown(word), expected, "Take the other characters out.")
        if word.lower() in seen:
            problems.add(place, f"{shown(word)} again", "each word once", "Take one of them out.")
        seen.add(word.lower())
