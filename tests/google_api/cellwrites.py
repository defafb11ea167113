"""Writing one cell: what a field mask lets in, and what a new value takes away."""

from __future__ import annotations

from datetime import date
from functools import lru_cache
from typing import Any

import msgspec

from tests.google_api import colors, rules, values
from tests.google_api.jsontypes import Json
from tests.google_api.masks import ALL, Mask, overlaid

_WRITABLE = (
    "userEnteredValue",
    "userEnteredFormat",
    "note",
    "textFormatRuns",
    "chipRuns",
    "dataValidation",
    "pivotTable",
)


def with_colors(mask: Mask) -> Mask:
    """A mask that names a colour, naming also its other field (`xColor` and `xColorStyle`)."""
    below: dict[str, Mask] = {}
    for name, inner in mask.below.items():
        below[name] = with_colors(inner)
        if name.lower().endswith("color"):
            below[name], below[f"{name}Style"] = ALL, ALL
        elif name.endswith("olorStyle"):
            below[name], below[name.removesuffix("Style")] = ALL, ALL
    return Mask(below)


def written(old: Json, new: Json, mask: Mask) -> Json:
    """A cell after a write of the mask's fields; `new` was checked, the mask went `with_colors`."""
    clean = _settled(new)
    if not mask or "*" in mask.below:
        return {
            name: clean[name] for name in _WRITABLE if clean.get(name) not in (None, "", {}, [])
        }
    cell = overlaid(old, clean, mask)
    value_is_new = "userEnteredValue" in mask.below
    # "Writing a new user_entered_value will erase previous runs" (discovery document).
    for runs in ("textFormatRuns", "chipRuns"):
        if value_is_new and runs not in mask.below:
            cell.pop(runs, None)
    return {name: item for name, item in cell.items() if item not in (None, "", {}, [])}


def _settled(cell: Json) -> Json:
    clean: Json = {}
    for name, item in cell.items():
        if name == "userEnteredFormat":
            clean[name] = _settled_format(msgspec.json.encode(item))
        elif name == "textFormatRuns":
            rules.check_colors(item)
            clean[name] = colors.settled(item)
        elif name == "dataValidation":
            clean[name] = _shared(msgspec.json.encode(item))
        elif name == "userEnteredValue":
            clean[name] = _settled_value(item)
        else:
            clean[name] = item
    return clean


@lru_cache(maxsize=4096)
def _settled_format(text: bytes) -> Json:
    """A cell's format in Google's form; equal ones are one object, which nobody changes."""
    cell_format = msgspec.json.decode(text)
    rules.check_colors(cell_format)
    settled: Json = colors.settled(cell_format)
    return settled


@lru_cache(maxsize=4096)
def _shared(text: bytes) -> Json:
    """One object for all equal ones."""
    decoded: Json = msgspec.json.decode(text)
    return decoded


def _settled_value(value: Json) -> Json:
    if "numberValue" in value:
        return {"numberValue": values.tidy(value["numberValue"])}
    # An empty text is an empty cell.
    return {} if value == {"stringValue": ""} else value


def entered(old: Json, value: Any, *, typed: bool, today: date) -> Json:
    """A cell after a value came in through `values.*`: typed by a person, or raw."""
    old_format = old.get("userEnteredFormat", {})
    number_format = None
    if typed:
        new, number_format = values.typed(value, today, old_format)
    else:
        new = values.raw(value)
    rules.check_value(new)
    kept = ("userEnteredFormat", "note", "dataValidation", "pivotTable")
    cell = {name: item for name, item in old.items() if name in kept}
    if new:
        cell["userEnteredValue"] = _settled_value(new)
    if number_format and "numberFormat" not in old_format:
        cell["userEnteredFormat"] = old_format | {"numberFormat": number_format}
    return cell
