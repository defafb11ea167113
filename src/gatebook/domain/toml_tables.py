"""Reads TOML text that a person wrote as the tables of a struct, and says kindly what does not fit.

A struct's annotations are the only list of what a file may hold. The words for messages stand in
the same annotations, made by `rule` and its shorthands. Everything wrong is reported at once, with
its path: `gates[3].title` is the title of the third gate, counted from 1 as people do.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Collection, Iterator
from datetime import date
from functools import lru_cache
from typing import Annotated, Any, Literal, get_args, get_origin

import msgspec
from msgspec import Meta
from msgspec.structs import FieldInfo

from gatebook.domain.text import clean

# A day that both of the spreadsheet's calendars know, and one from which months can still be added.
FIRST_DAY, LAST_DAY = date(1904, 1, 2), date(2999, 12, 31)

# Control characters, separators of lines and paragraphs, and what XML cannot hold; without the line
# breaks and tabs that count as spaces in a longer text.
_NEVER = r"\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ufffe\uffff"


def rule(expected: str, todo: str, **limits: Any) -> Meta:
    """What a key may hold: msgspec's limits, and the words for a message when it holds else."""
    return Meta(description=expected, extra={"todo": todo}, **limits)


def not_in_file(todo: str) -> Meta:
    """A field that the program fills in; a file that has it is told what to do instead."""
    return Meta(extra={"todo": todo, "in_file": False})


def line_of(longest: int) -> Meta:
    """A text of one line, 1 to `longest` characters."""
    return rule(
        f"one line of 1 to {longest} characters in quotes",
        "Write it in quotes, shorten it, or take out line breaks and control characters.",
        min_length=1,
        max_length=longest,
        pattern=rf"\A[^\t\r\n{_NEVER}]*\Z",
    )


def text_of(longest: int) -> Meta:
    """A text of 1 to `longest` characters; a line break in it counts as a space."""
    return rule(
        f"a text of 1 to {longest} characters in quotes",
        "Write it in quotes, shorten it, or take out control characters.",
        min_length=1,
        max_length=longest,
        pattern=rf"\A[^{_NEVER}]*\Z",
    )


def whole_number(least: int, most: int) -> Meta:
    """A whole number, both ends included."""
    return rule(
        f"a whole number from {least:,} to {most:,}",
        "Write such a number, without quotes.",
        ge=least,
        le=most,
    )


def list_of(least: int, most: int, of_what: str) -> Meta:
    """A list of so many items, both ends included."""
    return rule(
        f"a list of {least} to {most} {of_what}",
        "Write the items in square brackets, with commas between.",
        min_length=least,
        max_length=most,
    )


Slug = Annotated[
    str,
    rule(
        "1 to 40 small letters a-z, digits and single hyphens in quotes, such as “data-source”",
        "Write it with small letters, digits and hyphens only.",
        max_length=40,
        pattern=r"\A[a-z0-9]+(-[a-z0-9]+)*\Z",
    ),
]
Day = Annotated[
    date,
    rule(
        f"a day from {FIRST_DAY} to {LAST_DAY}",
        "Write the day with the year first and without quotes, such as 2015-01-01.",
    ),
]


class Problems:
    """Collects messages: where, what was found, what was expected, what to do."""

    def __init__(self, where: str = "") -> None:
        self.where = where
        self.messages: list[str] = []

    def add(self, path: str, found: str, expected: str, todo: str) -> None:
        """One more message; `path` leads to the key inside the file, "" is the file itself."""
        place = ", ".join(part for part in (self.where, path) if part)
        self.messages.append(f"{place}: found {found}; expected {expected}. {todo}")


def read_toml(text: str, kind: type[msgspec.Struct], problems: Problems) -> dict[str, Any] | None:
    """The file as plain data that `msgspec.convert` takes, as far as it fits the struct `kind`.

    Texts are cleaned. Where `problems` got a message, None stands instead of the value; without any
    message there is no None in the result.
    """
    text = text.removeprefix("\ufeff")  # Notepad puts this mark before the first line.
    try:
        raw = tomllib.loads(text)
    except (ValueError, RecursionError) as error:
        _add_syntax_problem(text, str(error), problems)
        return None
    return _Reader(kind, problems).table(raw, kind, "")


def shown(value: object) -> str:
    """A value as a message shows it: short, and on one line."""
    match value:
        case bool():
            return str(value).lower()
        case str():
            text = clean("".join(sign if sign.isprintable() else " " for sign in value))
            if not text:
                return "an empty text"
            return f"“{text[:50]}…” ({len(value)} characters)" if len(text) > 60 else f"“{text}”"
        case list():
            return f"a list of {len(value)}" if value else "an empty list"
        case dict():
            return "a table"
        case int() if abs(value) >= 10**15:
            return "a huge number"
    return str(value)


def did_you_mean(word: str, known: Collection[str]) -> str:
    """What to do about a word that is none of the known ones."""
    from difflib import get_close_matches  # Needed only when something is wrong.

    close = get_close_matches(word, sorted(known), n=1)
    return f"Did you mean “{close[0]}”?" if close else "Take the line out."


def join_path(path: str, name: str) -> str:
    """The path of a key in a table; "" is the top of the file."""
    if not re.fullmatch(r"[A-Za-z0-9_-]{1,60}", name):
        name = shown(name)
    return f"{path}.{name}" if path else name


def _add_syntax_problem(text: str, reason: str, problems: Problems) -> None:
    line = re.search(r"\(at line (\d+)", reason)
    reason = reason.partition(" (at ")[0]
    lines = text.replace("\r\n", "\n").split("\n")
    here = shown(lines[int(line[1]) - 1]) if line else "something that cannot be read"
    problems.add(
        f"line {line[1]}" if line else "",
        f"{here} ({reason})",
        'TOML, with lines such as: title = "Some words"',
        "Look for a missing quote, bracket or comma there and just above, or a key written twice.",
    )


class _Reader:
    """Reads plain data as a root struct. Each method gives None where it noted a problem."""

    def __init__(self, root: type[msgspec.Struct], problems: Problems) -> None:
        self.root = root
        self.problems = problems

    def read(self, raw: object, kind: Any, path: str) -> Any:
        bare, limits = _split(kind)
        if get_origin(bare) is tuple:
            return self.list(raw, get_args(bare)[0], limits, path)
        if get_origin(bare) is dict:
            return self.map(raw, get_args(bare)[1], path)
        if _is_table(bare):
            return self.table(raw, bare, path)
        return self.value(raw, kind, limits, path)

    def table(self, raw: object, kind: type[msgspec.Struct], path: str) -> dict[str, Any] | None:
        if not isinstance(raw, dict):
            self.no_table(raw, path)
            return None
        keys = _keys(kind)
        values = {
            name: self.read(value, keys[name].type, join_path(path, name))
            for name, value in raw.items()
            if name in keys
        }
        for name in raw:
            if name not in keys:
                todo = _stray_key(name, kind, self.root)
                expected = f"one of the keys {', '.join(keys)}"
                self.problems.add(join_path(path, name), "an unknown key", expected, todo)
        for name, key in keys.items():
            if key.required and name not in raw:
                expected = str(_split(key.type)[1].description)
                self.problems.add(join_path(path, name), "nothing", expected, f"Add {name}.")
        return values

    def map(self, raw: object, kind: Any, path: str) -> dict[str, Any] | None:
        if not isinstance(raw, dict):
            self.no_table(raw, path)
            return None
        return {name: self.read(value, kind, join_path(path, name)) for name, value in raw.items()}

    def no_table(self, raw: object, path: str) -> None:
        header = "[[{}]]" if path.endswith("]") else "[{}]"
        todo = f"Write it as lines of their own under {header.format(path.partition('[')[0])}."
        self.problems.add(path, shown(raw), "a table", todo)

    def list(self, raw: object, item: Any, limits: Meta, path: str) -> tuple[Any, ...] | None:
        least, most = limits.min_length or 0, limits.max_length or 0
        if not isinstance(raw, list) or not least <= len(raw) <= most:
            todo = f"Begin each one with the line [[{path}]]." if _is_table(item) else _todo(limits)
            self.problems.add(path, shown(raw), str(limits.description), todo)
            return None
        return tuple(
            self.read(value, item, f"{path}[{number}]") for number, value in enumerate(raw, 1)
        )

    def value(self, raw: object, kind: Any, limits: Meta, path: str) -> object:
        try:
            value = msgspec.convert(raw, kind)
        except msgspec.ValidationError:
            value = None
        if isinstance(value, str):
            value = clean(value) or None
        if isinstance(value, date) and not FIRST_DAY <= value <= LAST_DAY:
            value = None
        if value is None:
            self.problems.add(path, shown(raw), str(limits.description), _todo(limits))
        return value


@lru_cache(maxsize=32)
def _keys(kind: type[msgspec.Struct]) -> dict[str, FieldInfo]:
    """The keys that a file may have for a struct, in its order."""
    fields = msgspec.structs.fields(kind)
    return {key.name: key for key in fields if _in_file(key)}


def _tables(kind: type[msgspec.Struct], header: str) -> Iterator[tuple[str, type[msgspec.Struct]]]:
    """A struct and all below it, each with the header that it has in a file ("" is the top)."""
    yield header, kind
    for name, key in _keys(kind).items():
        bare = _split(key.type)[0]
        place = join_path(header.strip("[]"), name)
        if _is_table(bare):
            yield from _tables(bare, f"[{place}]")
        elif get_origin(bare) is tuple and _is_table(get_args(bare)[0]):
            yield from _tables(get_args(bare)[0], f"[[{place}]]")


def _stray_key(name: str, here: type[msgspec.Struct], root: type[msgspec.Struct]) -> str:
    """What to do about a key that does not belong where it stands."""
    for field in msgspec.structs.fields(here):
        if field.name == name and not _in_file(field):
            return _todo(_split(field.type)[1])
    for header, kind in _tables(root, ""):
        if name in _keys(kind):
            # In TOML a key belongs to the last header above it, so it is easily in the wrong table.
            return f"Move it {f'under {header}' if header else 'to the top of the file'}."
    return did_you_mean(name, _keys(here))


def _split(kind: Any) -> tuple[Any, Meta]:
    """A type without its annotation, and the rule in it; plain types have a rule of their own."""
    if get_origin(kind) is Annotated:
        bare, limits = get_args(kind)
        return bare, limits
    if get_origin(kind) is Literal:
        words = [f"“{word}”" for word in get_args(kind)]
        return kind, rule(
            f"{', '.join(words[:-1])} or {words[-1]}", "Write one of these, in quotes."
        )
    if kind is bool:
        return kind, rule("true or false", "Write true or false, without quotes.")
    return kind, rule("a table", "")


def _in_file(field: FieldInfo) -> bool:
    return (_split(field.type)[1].extra or {}).get("in_file", True) is True


def _is_table(kind: Any) -> bool:
    return isinstance(kind, type) and issubclass(kind, msgspec.Struct)


def _todo(limits: Meta) -> str:
    return str((limits.extra or {})["todo"])
