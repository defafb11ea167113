"""What Google refuses though the schemas allow it. Messages as Google words them, where known.

Sources: descriptions in the discovery document (one-of, required, counts of condition values),
recorded answers, https://support.google.com/drive/answer/37603 (limits).
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from functools import cache
from typing import Any

from tests.google_api import colors, formulas, values
from tests.google_api.a1 import Box
from tests.google_api.discovery import document as discovery_document
from tests.google_api.document import Document
from tests.google_api.errors import bad_request
from tests.google_api.grid import Sheet, box_of
from tests.google_api.jsontypes import Json
from tests.google_api.masks import Mask

_RANGE_KEYS = ("startRowIndex", "endRowIndex", "startColumnIndex", "endColumnIndex")
# "This field is read-only" in the discovery document.
READ_ONLY_CELL_FIELDS = ("effectiveValue", "effectiveFormat", "formattedValue", "hyperlink")
# `BooleanRule.format`: "a subset of formatting".
_RULE_FORMAT = {"bold", "italic", "strikethrough", "underline"}
_RULE_FORMAT |= {"foregroundColor", "foregroundColorStyle"}


def one_of(message: Json, names: Collection[str], what: str) -> str:
    """The one name that is set; 400 unless exactly one is."""
    given = [name for name in names if name in message]
    if len(given) != 1:
        expected = "Must specify at least one" if not given else "Can only specify one"
        raise bad_request(f"{expected} of {', '.join(names)} in {what}.")
    return given[0]


def required(message: Json, name: str) -> Any:
    """A field that must be given."""
    if name not in message:
        raise bad_request(f"{name} is required")
    return message[name]


def bounded(sheet: Sheet, grid_range: Json) -> Box:
    """The cells of a `GridRange`, which must lie inside the grid."""
    area = box_of(grid_range)
    _check_span("Row", area.top, area.bottom, sheet.row_count)
    _check_span("Column", area.left, area.right, sheet.column_count)
    return area.clipped(sheet.row_count, sheet.column_count)


def _check_span(name: str, start: int, end: int | None, size: int) -> None:
    lower = name.lower()
    if start < 0 or (end is not None and end < 0):
        raise bad_request(f"range.start{name}Index must be >= 0.")
    if end is not None and end > size:
        raise bad_request(f"range.end{name}Index[{end}] is after last {lower} in grid[{size}]")
    if start > size:
        raise bad_request(f"range.start{name}Index[{start}] is after last {lower} in grid[{size}]")
    if end is not None and start > end:
        raise bad_request(
            f"range.start{name}Index[{start}] must be less than or equal to"
            f" range.end{name}Index[{end}]"
        )


def grid_ranges(value: Any) -> Iterator[Json]:
    """Every `GridRange` inside a message."""
    if isinstance(value, dict):
        if any(key in value for key in _RANGE_KEYS):
            yield value
        for item in value.values():
            if isinstance(item, (dict, list)):
                yield from grid_ranges(item)
    elif isinstance(value, list):
        for item in value:
            yield from grid_ranges(item)


def check_ranges(document: Document, message: Json) -> None:
    """All ranges of a message lie inside their tabs' grids."""
    for grid_range in grid_ranges(message):
        sheet = document.find(grid_range.get("sheetId", 0))
        if sheet is None:
            raise bad_request(f"No grid with id: {grid_range.get('sheetId', 0)}")
        bounded(sheet, grid_range)


def check_colors(message: Any) -> None:
    """All channels are within 0 and 1."""
    wrong = colors.out_of_range(message)
    if wrong:
        raise bad_request(f"Invalid color: a value must be between 0 and 1, got {wrong[0]}")


def check_value(value: Json) -> None:
    """An `ExtendedValue` that is written."""
    if len(value) > 1:
        raise bad_request(f"Only one of {', '.join(sorted(value))} may be set in a value.")
    if "errorValue" in value:
        raise bad_request("errorValue is read-only.")
    if "stringValue" in value:
        values.checked(value["stringValue"])
    formula = value.get("formulaValue")
    if formula is not None:
        values.checked(formula)
        if not formula.startswith("="):
            raise bad_request(f"Invalid formulaValue: {formula!r} does not start with '='.")


def check_cell_mask(mask: Mask) -> None:
    """Only fields that can be written are named."""
    for name in mask.below:
        if name in READ_ONLY_CELL_FIELDS:
            raise bad_request(f"fields: {name} is read-only.")


def check_cell(cell: Json) -> None:
    """A `CellData` that is written."""
    check_value(cell.get("userEnteredValue", {}))
    if "dataValidation" in cell:
        check_validation(cell["dataValidation"])
    check_runs(cell)


def check_runs(cell: Json) -> None:
    """Chips stand where the text has an at sign; runs belong to text."""
    text = cell.get("userEnteredValue", {}).get("stringValue")
    units = text.encode("utf-16-le") if text else b""
    for run in cell.get("chipRuns", ()):
        start = 2 * run.get("startIndex", 0)
        chip = run.get("chip", {})
        if len(chip) > 1:
            raise bad_request("A chip must be of one kind.")
        if chip and units[start : start + 2] != "@".encode("utf-16-le"):
            raise bad_request("chipRuns: a chip needs the placeholder '@' in userEnteredValue.")
    starts = [run.get("startIndex", 0) for run in cell.get("textFormatRuns", ())]
    if starts and text is None:
        raise bad_request("textFormatRuns are only valid on string values.")
    if sorted(set(starts)) != starts or any(start > len(units) // 2 for start in starts):
        raise bad_request("textFormatRuns must be in order and inside of the text.")


@cache
def _conditions() -> dict[str, str]:
    kind = discovery_document("sheets")["schemas"]["BooleanCondition"]["properties"]["type"]
    return dict(zip(kind["enum"], kind["enumDescriptions"], strict=True))


@cache
def _allowed_counts(kind: str) -> tuple[int, float]:
    """How many values a condition takes, read from Google's description of it."""
    text = _conditions()[kind]
    if "exactly two" in text:
        return 2, 2
    if "zero, one or two" in text:
        return 0, 2
    if "any number" in text:
        return 1, float("inf")
    if "Requires no" in text:
        return 0, 0
    return (1, 1) if "Requires a single" in text else (1, float("inf"))


def check_condition(condition: Json, use: str) -> None:
    """A `BooleanCondition` for `"data validation"`, `"conditional formatting"` or `"filters"`."""
    kind = required(condition, "type")
    supported = re.findall(r"Supported by ([^.]*)\.", _conditions()[kind])
    if not supported or use not in supported[0]:
        raise bad_request(f"{kind} is not supported by {use}.")
    given = condition.get("values", [])
    least, most = _allowed_counts(kind)
    if not least <= len(given) <= most:
        raise bad_request(f"ConditionType '{kind}' got {len(given)} values: wrong number of values")
    for value in given:
        _check_condition_value(kind, value, use)


def _check_condition_value(kind: str, value: Json, use: str) -> None:
    set_kind = one_of(value, ("userEnteredValue", "relativeDate"), "a condition's value")
    if set_kind == "relativeDate" and (not kind.startswith("DATE_") or use == "data validation"):
        raise bad_request(f"Relative dates are not supported in {kind} of {use}.")
    text = value.get("userEnteredValue", "")
    if kind == "CUSTOM_FORMULA" and not text.startswith(("=", "+")):
        raise bad_request(f"Invalid CUSTOM_FORMULA: {text!r} must begin with '='.")
    if kind == "ONE_OF_LIST" and text.startswith("="):
        raise bad_request("Formulas are not supported in ONE_OF_LIST.")
    if kind.startswith("NUMBER_") and not text.startswith(("=", "+")):
        try:
            float(text)
        except ValueError:
            raise bad_request(f"Invalid {kind}: {text!r} is not a number.") from None
    other_sheet = use == "conditional formatting" and text.startswith(("=", "+"))
    if other_sheet and formulas.names_another_sheet(text):
        raise bad_request("Conditional format rule cannot reference a different sheet.")


def check_validation(rule: Json) -> None:
    """A `DataValidationRule`."""
    check_condition(required(rule, "condition"), "data validation")


def check_conditional_rule(document: Document, rule: Json) -> int:
    """A `ConditionalFormatRule`; answers the id of the tab on which it stands."""
    kind = one_of(rule, ("booleanRule", "gradientRule"), "a conditional format rule")
    ranges = required(rule, "ranges")
    sheets = {grid_range.get("sheetId", 0) for grid_range in ranges}
    if len(sheets) != 1:
        raise bad_request("All the ranges of a conditional format rule must be on one sheet.")
    (sheet_id,) = sheets
    check_ranges(document, {"ranges": ranges})
    if document.find(sheet_id) is None:
        raise bad_request(f"No grid with id: {sheet_id}")
    if kind == "booleanRule":
        check_condition(required(rule[kind], "condition"), "conditional formatting")
        _check_rule_format(required(rule[kind], "format"))
    else:
        for point in ("minpoint", "maxpoint"):
            required(rule[kind], point)
    check_colors(rule)
    return int(sheet_id)


def _check_rule_format(cell_format: Json) -> None:
    allowed = {"backgroundColor", "backgroundColorStyle", "textFormat"}
    extra = (set(cell_format) - allowed) | (set(cell_format.get("textFormat", {})) - _RULE_FORMAT)
    if extra:
        raise bad_request(f"Conditional formats cannot set {', '.join(sorted(extra))}.")


def check_name(name: str) -> None:
    """A named range's name: https://support.google.com/docs/answer/63175."""
    like_a_cell = re.fullmatch(r"[A-Za-z]{1,3}[0-9]+|[Rr][0-9]*[Cc][0-9]*|true|false", name, re.I)
    if not re.fullmatch(r"[A-Za-z_]\w{0,249}", name) or like_a_cell:
        raise bad_request(f"Invalid name: {name}. It must be a valid name of a range.")


def check_title(document: Document, title: str, sheet_id: int) -> None:
    """A tab's name: not empty, at most 100 characters, not taken."""
    if not title:
        raise bad_request("A sheet's title must not be empty.")
    if len(title) > 100:
        raise bad_request("The sheet name cannot be greater than 100 characters.")
    other = document.titled(title)
    if other is not None and other.id != sheet_id:
        raise bad_request(
            f'A sheet with the name "{title}" already exists. Please enter another name.'
        )


def check_new_id(name: str, value: int | str, taken: Collection[int | str], what: str) -> None:
    """An id chosen by the caller is not in use."""
    if value in taken:
        raise bad_request(f"{name}: {what} with id {value} already exists.")
    if isinstance(value, int) and value < 0:
        raise bad_request(f"{name} must be non-negative.")
