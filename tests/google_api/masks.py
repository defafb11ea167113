"""Field masks: `sheets(properties(sheetId,title),data/rowData.values.note)`, `*`, and updates.

A mask is a tree: the names wanted, each with its own tree; an empty tree means everything below.
Syntax: https://developers.google.com/workspace/drive/api/guides/fields-parameter and
https://protobuf.dev/reference/protobuf/google.protobuf/#field-mask
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from tests.google_api.discovery import document
from tests.google_api.errors import ApiError
from tests.google_api.jsontypes import Json

_TOKEN = re.compile(r"\s*([A-Za-z0-9_@#-]+|[*(),/.])")


@dataclass(frozen=True)
class Mask:
    """The fields wanted below a point; `below` empty: all of them."""

    below: dict[str, Mask] = field(default_factory=dict)

    def __bool__(self) -> bool:
        """Whether it narrows anything."""
        return bool(self.below)

    def get(self, name: str) -> Mask | None:
        """The mask below a field; None when the field is not wanted."""
        if not self.below:
            return self
        return self.below.get(name, self.below.get("*"))


ALL = Mask()


class _Reader:
    """Reads one mask from left to right."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.tokens = [match[1] for match in _TOKEN.finditer(text)]
        if "".join(self.tokens) != re.sub(r"\s", "", text):
            raise _bad(text)
        self.at = 0

    def peek(self) -> str:
        return self.tokens[self.at] if self.at < len(self.tokens) else ""

    def next(self) -> str:
        token = self.peek()
        self.at += 1
        return token

    def paths(self) -> Mask:
        found: dict[str, Mask] = {}
        while True:
            name, below = self.path()
            found[name] = _joined(found[name], below) if name in found else below
            if self.peek() != ",":
                return Mask(found)
            self.next()

    def path(self) -> tuple[str, Mask]:
        name = self.next()
        if not name or name in "(),/.":
            raise _bad(self.text)
        if self.peek() in ("/", "."):
            self.next()
            if self.peek() != "(":
                inner, below = self.path()
                return name, Mask({inner: below})
        if self.peek() == "(":
            self.next()
            below = self.paths()
            if self.next() != ")":
                raise _bad(self.text)
            return name, below
        return name, ALL


def _joined(one: Mask, other: Mask) -> Mask:
    if not one or not other:
        return ALL
    names = one.below | other.below
    return Mask(
        {
            name: _joined(one.below[name], other.below[name])
            if name in one.below and name in other.below
            else below
            for name, below in names.items()
        }
    )


def _bad(text: str) -> ApiError:
    return ApiError(
        400, f"Invalid field selection {text}", reason="invalidParameter", location="fields"
    )


@lru_cache(maxsize=1024)
def parsed(api: str, schema: str, text: str) -> Mask:
    """The mask of a text, known to fit the schema; 400 otherwise."""
    reader = _Reader(text)
    mask = reader.paths()
    if reader.peek():
        raise _bad(text)
    _check(api, {"$ref": schema}, mask, "")
    return ALL if "*" in mask.below and not mask.below["*"] else mask


def _check(api: str, schema: Json, mask: Mask, path: str) -> None:
    while "$ref" in schema or schema.get("type") == "array":
        schema = document(api)["schemas"][schema["$ref"]] if "$ref" in schema else schema["items"]
    properties = schema.get("properties", {})
    for name, below in mask.below.items():
        if name == "*" or schema.get("type") == "any":
            continue
        inner = properties.get(name, schema.get("additionalProperties"))
        if inner is None:
            raise _unknown(api, f"{path}{name}")
        _check(api, inner, below, f"{path}{name}.")


def _unknown(api: str, path: str) -> ApiError:
    if api == "drive":
        return _bad(path)
    message = f"Error expanding 'fields' parameter. Cannot find matching fields for path '{path}'."
    violation = {"field": path, "description": message}
    details = [
        {"@type": "type.googleapis.com/google.rpc.BadRequest", "fieldViolations": [violation]}
    ]
    return ApiError(400, "Request contains an invalid argument.", details=details)


def kept(value: Any, mask: Mask) -> Any:
    """What a mask lets through of an answer."""
    if not mask:
        return value
    if isinstance(value, list):
        return [kept(item, mask) for item in value]
    if not isinstance(value, dict):
        return value
    below = ((name, item, mask.get(name)) for name, item in value.items())
    return {name: kept(item, inner) for name, item, inner in below if inner is not None}


def overlaid(old: Json, new: Json, mask: Mask) -> Json:
    """An object after an update: the fields of the mask from the new one, the others as they were.

    A field of the mask that the new object lacks is cleared; a whole object named by the mask is
    replaced, not merged.
    """
    if not mask or "*" in mask.below:
        return new
    result = dict(old)
    for name, below in mask.below.items():
        if below and (isinstance(old.get(name), dict) or isinstance(new.get(name), dict)):
            inner: Any = overlaid(old.get(name, {}), new.get(name, {}), below)
        else:
            inner = new.get(name)
        if inner in (None, {}):
            result.pop(name, None)
        else:
            result[name] = inner
    return result
