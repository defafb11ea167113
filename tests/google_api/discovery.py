"""Google's discovery documents: which calls there are, and the shapes of what they carry.

The documents come with google-api-python-client, which is installed for the tests only; its
client is not used. Format: https://developers.google.com/discovery/v1/reference/apis
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from urllib.parse import unquote

from tests.google_api.errors import ApiError, invalid_fields
from tests.google_api.jsontypes import Json

_DOCUMENTS = {
    "sheets": "sheets.v4",
    "drive": "drive.v3",
    "iamcredentials": "iamcredentials.v1",
    "sts": "sts.v1",
}


@dataclass(frozen=True)
class Method:
    """One call of an API."""

    api: str
    id: str
    verb: str
    path: re.Pattern[str]
    parameters: dict[str, Json]
    scopes: frozenset[str]
    request: str
    response: str

    @property
    def kind(self) -> str:
        """`"read"` or `"write"`, by which the quotas count."""
        reads = ("get", "list", "search", "batchGet", "getByDataFilter", "batchGetByDataFilter")
        return "read" if self.id.rpartition(".")[2] in (*reads, "generateIds") else "write"


@cache
def document(api: str) -> Json:
    """The discovery document of `"sheets"`, `"drive"`, `"iamcredentials"` or `"sts"`."""
    name = f"{_DOCUMENTS[api]}.json"
    text = files("googleapiclient.discovery_cache.documents").joinpath(name).read_text("utf-8")
    loaded: Json = json.loads(text)
    return loaded


@cache
def methods(api: str) -> tuple[Method, ...]:
    """The calls of an API, the narrower paths first: `:verb` at the end, fewer placeholders."""
    root = document(api)
    common: dict[str, Json] = root.get("parameters", {})
    found = [_method(api, root, entry, common) for entry in _entries(root)]
    return tuple(sorted(found, key=lambda method: _breadth(method.path)))


def _breadth(path: re.Pattern[str]) -> tuple[int, int]:
    verbs = path.pattern.count(":") - path.pattern.count("[^/:]")
    return -verbs, path.groups


def _entries(node: Json) -> Iterator[Json]:
    yield from node.get("methods", {}).values()
    for child in node.get("resources", {}).values():
        yield from _entries(child)


def _method(api: str, root: Json, entry: Json, common: dict[str, Json]) -> Method:
    path = root["servicePath"] + entry.get("flatPath", entry["path"])
    own: dict[str, Json] = entry.get("parameters", {})
    return Method(
        api=api,
        id=entry["id"],
        verb=entry["httpMethod"],
        path=_pattern(path),
        parameters=own | common,
        scopes=frozenset(entry.get("scopes", ())),
        request=entry.get("request", {}).get("$ref", ""),
        response=entry.get("response", {}).get("$ref", ""),
    )


def _pattern(path: str) -> re.Pattern[str]:
    """A regular expression over the raw (still quoted) path."""
    pieces = re.split(r"\{(\w+)\}", path)
    text = ""
    for literal, name in zip(pieces[::2], [*pieces[1::2], ""], strict=True):
        text += re.escape(literal).replace(r"\:", ":")
        if name:
            text += f"(?P<{name}>[^/]+)" if name == "range" else f"(?P<{name}>[^/:]+)"
    return re.compile(f"/{text}")


def find(api: str, verb: str, raw_path: str) -> tuple[Method, dict[str, str]] | None:
    """The call that a request line names, with its path parameters unquoted; None: no such call."""
    for method in methods(api):
        match = method.path.fullmatch(raw_path) if method.verb == verb else None
        if match:
            return method, {name: unquote(text) for name, text in match.groupdict().items()}
    return None


def check_query(method: Method, query: dict[str, list[str]]) -> None:
    """Refuse parameters that the method does not have, and values of the wrong type.

    Sheets refuses unknown names. Drive lets pass a name that another of its calls has
    (recorded: `files.get?includeItemsFromAllDrives=True` answers 200).
    """
    known = method.parameters if method.api != "drive" else _drive_parameters() | method.parameters
    problems = []
    for name, values in query.items():
        if name not in known:
            problems.append(
                f'Invalid JSON payload received. Unknown name "{name}":'
                " Cannot bind query parameter. Field could not be found in request message."
            )
            continue
        repeated = known[name].get("repeated", False)
        if len(values) > 1 and not repeated:
            problems.append(f"Invalid value at '{name}': the parameter is not repeated.")
        problems += [text for value in values if (text := _problem(name, value, known[name]))]
    missing = [
        name
        for name, parameter in method.parameters.items()
        if parameter.get("required") and parameter["location"] == "query" and name not in query
    ]
    if missing and method.api == "drive":
        raise ApiError(400, f"Required parameter: {missing[0]}", reason="required")
    problems += [f"Missing required parameter '{name}'." for name in missing]
    if problems:
        raise invalid_fields(problems)


@cache
def _drive_parameters() -> dict[str, Json]:
    merged: dict[str, Json] = {}
    for method in methods("drive"):
        merged |= {
            name: {key: value for key, value in parameter.items() if key != "required"}
            for name, parameter in method.parameters.items()
            if parameter["location"] == "query"
        }
    return merged


def _problem(name: str, value: str, parameter: Json) -> str:
    kind = parameter["type"]
    if "enum" in parameter and value not in parameter["enum"]:
        enum = f"type.googleapis.com/{name}"
        return f"Invalid value at '{name}' ({enum}), \"{value}\""
    if kind == "boolean" and value.lower() not in ("true", "false"):
        return f"Invalid value at '{name}' (TYPE_BOOL), \"{value}\""
    if kind == "integer":
        if not re.fullmatch(r"-?\d+", value):
            return f"Invalid value at '{name}' (TYPE_INT32), \"{value}\""
        least, most = int(parameter.get("minimum", value)), int(parameter.get("maximum", value))
        if not least <= int(value) <= most:
            return f"Invalid value '{value}'. Values must be within the range: [{least}, {most}]"
    return ""
