"""Is a body what Google's discovery document says it is? Schemas are compiled once to functions."""

from __future__ import annotations

import base64
import binascii
import math
import re
from collections.abc import Callable
from functools import cache
from typing import Any

from tests.google_api.discovery import document
from tests.google_api.jsontypes import Json, KeptRows

# Where a value stands: its key or index, after that of what it is in. A text is made of it only
# when something is wrong.
_Where = tuple[Any, str | int] | None
# Checks a value, is told where it stands, and adds what is wrong to the list.
_Check = Callable[[Any, _Where, list[str]], None]

_DATE_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)")
_DATE = re.compile(r"\d{4}-\d\d-\d\d")


def problems(api: str, schema: str, body: object, where: str = "") -> list[str]:
    """What is wrong with a body, in Google's words; empty when it fits the schema.

    `where` is the name under which Google reports the body: `""`, or `"data"` for values.
    """
    found: list[str] = []
    _check_of(api, schema)(body, (None, where) if where else None, found)
    return found


def without_nulls(value: Any) -> Any:
    """A request without its explicit nulls: in Google's JSON an unset field. Nulls in lists stay."""
    if isinstance(value, dict):
        return {key: without_nulls(item) for key, item in value.items() if item is not None}
    if isinstance(value, list):
        return [without_nulls(item) for item in value]
    return value


@cache
def _check_of(api: str, name: str) -> _Check:
    schema = document(api)["schemas"][name]
    if schema.get("type") != "object":
        return _compiled(api, schema)
    checks: dict[str, _Check] = {}
    # Schemas refer to each other in circles: properties are compiled at the first use.
    pending = dict(schema.get("properties", {}))
    additional = schema.get("additionalProperties")
    each = _compiled(api, additional) if additional else None

    def check(value: Any, where: _Where, found: list[str]) -> None:
        if not isinstance(value, dict):
            found.append(_invalid(where, "type.googleapis.com/" + name, value))
            return
        for key, item in value.items():
            of_key = checks.get(key)
            if of_key is None:
                if key in pending:
                    of_key = checks[key] = _compiled(api, pending[key])
                elif each is not None:
                    of_key = each
                else:
                    found.append(_unknown(key, where))
                    continue
            of_key(item, (where, key), found)

    return check


def _compiled(api: str, schema: Json) -> _Check:
    if "$ref" in schema:
        return _check_of(api, schema["$ref"])
    kind = schema["type"]
    if kind == "object":
        return _object(api, schema)
    if kind == "array":
        return _array(api, schema["items"])
    if kind == "string":
        return _string(schema)
    return {"integer": _integer, "number": _number, "boolean": _boolean, "any": _any}[kind]


def _object(api: str, schema: Json) -> _Check:
    properties = {key: _compiled(api, part) for key, part in schema.get("properties", {}).items()}
    additional = schema.get("additionalProperties")
    each = _compiled(api, additional) if additional else None

    def check(value: Any, where: _Where, found: list[str]) -> None:
        if not isinstance(value, dict):
            found.append(_invalid(where, "type.googleapis.com/google.protobuf.Struct", value))
            return
        for key, item in value.items():
            of_key = properties.get(key, each)
            if of_key is None:
                found.append(_unknown(key, where))
            else:
                of_key(item, (where, key), found)

    return check


def _array(api: str, items: Json) -> _Check:
    each = _compiled(api, items)
    inner = "google.protobuf.ListValue" if items.get("type") == "array" else items.get("$ref", "")

    def check(value: Any, where: _Where, found: list[str]) -> None:
        if not isinstance(value, list):
            found.append(_invalid(where, f"type.googleapis.com/{inner}", value))
            return
        if isinstance(value, KeptRows) and value.fit:
            return
        before = len(found)
        for index, item in enumerate(value):
            each(item, (where, index), found)
        if isinstance(value, KeptRows):
            value.fit = len(found) == before

    return check


def _string(schema: Json) -> _Check:
    allowed = frozenset(schema.get("enum", ()))
    fits = _FORMATS.get(schema.get("format", ""))

    def check(value: Any, where: _Where, found: list[str]) -> None:
        if not isinstance(value, str):
            found.append(_invalid(where, "TYPE_STRING", value))
        elif allowed and value not in allowed:
            found.append(_invalid(where, "TYPE_ENUM", value))
        elif fits is not None and not fits(value):
            found.append(_invalid(where, schema["format"], value))

    return check


def _is_base64(text: str) -> bool:
    try:
        base64.b64decode(text, altchars=b"-_" if "-" in text or "_" in text else None)
    except binascii.Error:
        return False
    return True


_FORMATS: dict[str, Callable[[str], object]] = {
    "int64": re.compile(r"-?\d{1,19}").fullmatch,
    "date-time": _DATE_TIME.fullmatch,
    "google-datetime": _DATE_TIME.fullmatch,
    "date": _DATE.fullmatch,
    "byte": _is_base64,
}


def _integer(value: Any, where: _Where, found: list[str]) -> None:
    whole = isinstance(value, int) and not isinstance(value, bool)
    whole = whole or (isinstance(value, float) and value.is_integer())
    if not whole or not -(2**31) <= value < 2**31:
        found.append(_invalid(where, "TYPE_INT32", value))


def _number(value: Any, where: _Where, found: list[str]) -> None:
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not math.isfinite(value):
        found.append(_invalid(where, "TYPE_DOUBLE", value))


def _boolean(value: Any, where: _Where, found: list[str]) -> None:
    if not isinstance(value, bool):
        found.append(_invalid(where, "TYPE_BOOL", value))


def _any(value: Any, where: _Where, found: list[str]) -> None:
    """Whatever JSON there is."""


def _unknown(key: str, where: _Where) -> str:
    place = f" at '{_text(where)}'" if where else ""
    return f'Invalid JSON payload received. Unknown name "{key}"{place}: Cannot find field.'


def _invalid(where: _Where, kind: str, value: object) -> str:
    shown = f'"{value}"' if isinstance(value, str) else repr(value)
    return f"Invalid value at '{_text(where)}' ({kind}), {shown}"


def _text(where: _Where) -> str:
    """A place in Google's words: `requests[0].update_cells.range.sheet_id`."""
    text = ""
    while where is not None:
        where, key = where
        text = (f"[{key}]" if isinstance(key, int) else f".{key}") + text
    return re.sub(r"([A-Z])", lambda match: "_" + match[1].lower(), text.removeprefix("."))
