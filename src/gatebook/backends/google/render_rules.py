"""What people may type (validations), and how cells answer (colour rules).

Sheets shows one text where Excel has a prompt and an error message: the prompt. Its lists and dates
are refused with that text too.
https://developers.google.com/workspace/sheets/api/reference/rest/v4/spreadsheets/other#conditiontype
"""

from __future__ import annotations

from datetime import date
from typing import Any

from gatebook.backends.cell_contents import clean
from gatebook.backends.google.render_areas import grid_range
from gatebook.backends.google.render_formulas import any_locale
from gatebook.backends.google.render_styles import rule_format
from gatebook.sheets.model import ColourRule, Validation

# As long as Excel's, so that nobody reads more in one program than in the other.
MAX_MESSAGE = 255


def set_validation(sheet_id: int, tab: str, validation: Validation) -> dict[str, Any] | None:
    """The request for one validation; None for one that neither asks nor says anything.

    Raises ValueError, naming tab and cells, for what Sheets would refuse.
    """
    message = _message(validation)
    if validation.kind == "any" and not message:
        return None
    try:
        condition = _condition(tab, validation)
    except ValueError as problem:
        raise ValueError(f"tab {tab!r}, cells {validation.range.a1}: {problem}") from None
    rule: dict[str, Any] = {
        "condition": condition,
        "strict": validation.strict and validation.kind != "any",
        "showCustomUi": validation.kind == "list",
    }
    if message:
        rule["inputMessage"] = message
    return {"setDataValidation": {"range": grid_range(sheet_id, validation.range), "rule": rule}}


def add_colour_rule(sheet_id: int, tab: str, rule: ColourRule, index: int) -> dict[str, Any]:
    """The request for one colour rule; of several that hold, Sheets follows the first.

    Raises ValueError, naming tab and cells, for what Sheets would refuse.
    """
    try:
        condition = _one("CUSTOM_FORMULA", any_locale(rule.formula))
    except ValueError as problem:
        raise ValueError(f"tab {tab!r}, cells {rule.range.a1}: {problem}") from None
    return {
        "addConditionalFormatRule": {
            "index": index,
            "rule": {
                "ranges": [grid_range(sheet_id, rule.range)],
                "booleanRule": {"condition": condition, "format": rule_format(rule.style)},
            },
        }
    }


def _message(validation: Validation) -> str:
    """The prompt; the error's text where there is none and something can be refused."""
    said = [(validation.prompt_title, validation.prompt)]
    if validation.kind != "any":
        said.append((validation.error_title, validation.error))
    texts = (": ".join(filter(None, parts)) for parts in said)
    return clean(next(filter(None, texts), ""), MAX_MESSAGE)


def _condition(tab: str, validation: Validation) -> dict[str, Any]:
    match validation.kind:
        case "list":
            return _list(tab, validation)
        case "date":
            return _dates(validation.earliest, validation.latest)
        case "custom":
            return _one("CUSTOM_FORMULA", any_locale(validation.formula))
        case _:
            # There is no "anything" that shows a text: a formula that always holds.
            return _one("CUSTOM_FORMULA", "=1=1")


def _list(tab: str, validation: Validation) -> dict[str, Any]:
    if validation.source is not None:
        quoted = tab.replace("'", "''")
        return _one("ONE_OF_RANGE", f"='{quoted}'!{validation.source.fixed}")
    choices = [clean(choice, MAX_MESSAGE) for choice in validation.choices]
    if not choices or not all(choices):
        raise ValueError("the list of choices is empty, or one of them is")
    formula = next((choice for choice in choices if choice.startswith("=")), None)
    if formula:
        raise ValueError(f"the choice {formula!r} begins with '=', which Sheets does not take")
    return _one("ONE_OF_LIST", *choices)


def _dates(earliest: date | None, latest: date | None) -> dict[str, Any]:
    if earliest and latest:
        return _one("DATE_BETWEEN", _day(earliest), _day(latest))
    if earliest:
        return _one("DATE_ON_OR_AFTER", _day(earliest))
    if latest:
        return _one("DATE_ON_OR_BEFORE", _day(latest))
    return _one("DATE_IS_VALID")


def _day(day: date) -> str:
    """A date that is read alike in all locales: values are parsed as if somebody typed them."""
    return any_locale(f"=DATE({day.year},{day.month},{day.day})")


def _one(kind: str, *values: str) -> dict[str, Any]:
    found: dict[str, Any] = {"type": kind}
    if values:
        found["values"] = [{"userEnteredValue": value} for value in values]
    return found
