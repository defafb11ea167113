"""The search language of `files.list?q=`.

https://developers.google.com/workspace/drive/api/guides/ref-search-terms. Terms that are not
emulated are refused with 501, never ignored.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

from tests.google_api.errors import ApiError, not_implemented

_TOKEN = re.compile(
    r"\s*(?:'(?P<text>(?:[^'\\]|\\.)*)'|\"(?P<double>(?:[^\"\\]|\\.)*)\"|(?P<sign>!=|<=|>=|[=<>(){}])|(?P<word>[A-Za-z]+))"
)


@dataclass(frozen=True)
class Subject:
    """What a query asks of a file."""

    name: str
    mime_type: str
    parents: frozenset[str]
    trashed: bool
    owners: frozenset[str]
    writers: frozenset[str]
    readers: frozenset[str]
    modified: str
    created: str
    app_properties: dict[str, str]
    properties: dict[str, str]
    shared_with_me: bool


Test = Callable[[Subject], bool]


@dataclass(frozen=True)
class Query:
    """A query: whether a file fits, and the folders that it names (which must be known)."""

    fits: Test
    folders: tuple[str, ...]


def _invalid() -> ApiError:
    return ApiError(400, "Invalid Value", reason="invalid", location="q")


class _Parser:
    """`or` binds weakest, then `and`, then `not`."""

    def __init__(self, text: str) -> None:
        self.tokens: list[tuple[str, str]] = []
        self.folders: list[str] = []
        at = 0
        text = text.rstrip()
        while at < len(text):
            match = _TOKEN.match(text, at)
            if match is None or match.lastgroup is None:
                raise _invalid()
            value = match[match.lastgroup]
            kind = match.lastgroup
            if kind in ("text", "double"):
                kind, value = "text", re.sub(r"\\(.)", r"\1", value)
            self.tokens.append((kind, value))
            at = match.end()
        self.at = 0

    def peek(self) -> tuple[str, str]:
        return self.tokens[self.at] if self.at < len(self.tokens) else ("end", "")

    def take(self, kind: str = "", value: str = "") -> str:
        found = self.peek()
        if (kind and found[0] != kind) or (value and found[1] != value):
            raise _invalid()
        self.at += 1
        return found[1]

    def any_of(self) -> Test:
        tests = [self.all_of()]
        while self.peek() == ("word", "or"):
            self.take()
            tests.append(self.all_of())
        return tests[0] if len(tests) == 1 else lambda file: any(test(file) for test in tests)

    def all_of(self) -> Test:
        tests = [self.one()]
        while self.peek() == ("word", "and"):
            self.take()
            tests.append(self.one())
        return tests[0] if len(tests) == 1 else lambda file: all(test(file) for test in tests)

    def one(self) -> Test:
        kind, value = self.peek()
        if (kind, value) == ("word", "not"):
            self.take()
            test = self.one()
            return lambda file: not test(file)
        if (kind, value) == ("sign", "("):
            self.take()
            inner = self.any_of()
            self.take("sign", ")")
            return inner
        return self.membership() if kind == "text" else self.comparison()

    def membership(self) -> Test:
        value = self.take("text")
        self.take("word", "in")
        collection = self.take("word")
        if collection not in ("parents", "owners", "writers", "readers"):
            raise _invalid()
        if collection == "parents":
            self.folders.append(value)
        return lambda file: value in getattr(file, collection)

    def comparison(self) -> Test:
        name = self.take("word")
        if name in ("appProperties", "properties"):
            return self.property_test(name)
        if name == "sharedWithMe" and self.peek()[0] != "sign":
            return lambda file: file.shared_with_me
        operator = self.take()
        if name in ("trashed", "sharedWithMe"):
            return self.truth(name, operator)
        value = self.take("text")
        attribute = {
            "name": "name",
            "mimeType": "mime_type",
            "modifiedTime": "modified",
            "createdTime": "created",
        }.get(name)
        if attribute is None:
            raise not_implemented(f"the term {name} of files.list?q=")
        return _compared(attribute, operator, value)

    def truth(self, name: str, operator: str) -> Test:
        word = self.take("word")
        if operator not in ("=", "!=") or word not in ("true", "false"):
            raise _invalid()
        wanted = (word == "true") == (operator == "=")
        attribute = "trashed" if name == "trashed" else "shared_with_me"
        return lambda file: getattr(file, attribute) is wanted

    def property_test(self, name: str) -> Test:
        attribute = "app_properties" if name == "appProperties" else "properties"
        for kind, value in (("word", "has"), ("sign", "{"), ("word", "key"), ("sign", "=")):
            self.take(kind, value)
        key = self.take("text")
        for kind, value in (("word", "and"), ("word", "value"), ("sign", "=")):
            self.take(kind, value)
        wanted = self.take("text")
        self.take("sign", "}")
        return lambda file: getattr(file, attribute).get(key) == wanted


def _compared(attribute: str, operator: str, value: str) -> Test:
    if operator == "contains" and attribute == "name":
        # "The contains operator only performs prefix matching for a name term."
        words = value.casefold()
        return lambda file: any(part.startswith(words) for part in _suffixes(file.name.casefold()))
    if operator == "contains" and attribute == "mime_type":
        return lambda file: file.mime_type.startswith(value)
    if operator in ("=", "!="):
        return lambda file: (getattr(file, attribute) == value) == (operator == "=")
    if attribute not in ("modified", "created") or operator not in ("<", "<=", ">", ">="):
        raise _invalid()
    bound = value.rstrip("Z")
    return {
        "<": lambda file: getattr(file, attribute).rstrip("Z") < bound,
        "<=": lambda file: getattr(file, attribute).rstrip("Z") <= bound,
        ">": lambda file: getattr(file, attribute).rstrip("Z") > bound,
        ">=": lambda file: getattr(file, attribute).rstrip("Z") >= bound,
    }[operator]


def _suffixes(name: str) -> list[str]:
    """A name from each of its words on."""
    return [name[match.start() :] for match in re.finditer(r"\w+|\S", name)]


@lru_cache(maxsize=256)
def parsed(text: str) -> Query:
    """The query of a text; 400 when it is not one."""
    parser = _Parser(text)
    fits = parser.any_of()
    if parser.peek()[0] != "end":
        raise _invalid()
    return Query(fits, tuple(parser.folders))
