"""What people may type (validations), and how cells answer (colour rules)."""

from __future__ import annotations

from datetime import date
from typing import Any

from gatebook.backends.cell_contents import utf16_length
from gatebook.backends.excel.draw_fault import done
from gatebook.backends.excel.draw_styles import Formats
from gatebook.backends.excel.draw_text import clean, stored_formula
from gatebook.sheets.model import ColourRule, Validation

# Excel's limits in characters: a literal list or a formula, a title, a message of a validation.
MAX_LIST = 255
MAX_TITLE = 32
MAX_MESSAGE = 255

_FIRST_DATE = date(1900, 3, 1)


def draw_validation(sheet: Any, tab: str, validation: Validation) -> None:
    """Draw one validation. Raises ValueError for what Excel would refuse or repair."""
    try:
        options = _condition(validation)
    except ValueError as problem:
        raise ValueError(f"tab {tab!r}, cells {validation.range.a1}: {problem}") from None
    texts = {
        "input_title": clean(validation.prompt_title, MAX_TITLE),
        "input_message": clean(validation.prompt, MAX_MESSAGE),
        "error_title": clean(validation.error_title, MAX_TITLE),
        "error_message": clean(validation.error, MAX_MESSAGE),
    }
    options |= {key: text for key, text in texts.items() if text}
    if validation.kind == "any" and not (texts["input_title"] or texts["input_message"]):
        return
    options["show_error"] = validation.strict
    first, last = validation.range
    done(
        sheet.data_validation(*first, *last, options),
        tab,
        f"the validation of {validation.range.a1}",
    )


def draw_colour_rule(sheet: Any, tab: str, rule: ColourRule, formats: Formats) -> None:
    """Draw one colour rule; the first drawn wins. Raises ValueError for a formula Excel refuses."""
    try:
        formula = stored_formula(rule.formula)
    except ValueError as problem:
        raise ValueError(f"tab {tab!r}, cells {rule.range.a1}: {problem}") from None
    options = {
        "type": "formula",
        "criteria": f"={formula}",
        "format": formats.of_rule(rule.style),
        "stop_if_true": rule.stop,
    }
    first, last = rule.range
    code = sheet.conditional_format(*first, *last, options)
    done(code, tab, f"the colour rule of {rule.range.a1}")


def _condition(validation: Validation) -> dict[str, Any]:
    if validation.kind == "list":
        return {"validate": "list", "source": _list_source(validation)}
    if validation.kind == "date":
        return _dates(validation)
    if validation.kind == "custom":
        formula = stored_formula(validation.formula)
        if utf16_length(formula) > MAX_LIST:
            raise ValueError(
                f"the validation's formula has {utf16_length(formula)} characters and Excel takes "
                f"{MAX_LIST}; put it into a cell and refer to that"
            )
        return {"validate": "custom", "value": f"={formula}"}
    return {"validate": "any"}


def _list_source(validation: Validation) -> str | list[str]:
    if validation.source is not None:
        return validation.formula or f"={validation.source.fixed}"
    choices = [clean(choice) for choice in validation.choices]
    if not choices or not all(choices):
        raise ValueError("the list of choices is empty, or one of them is")
    length = utf16_length(",".join(choices).replace('"', '""'))
    if length > MAX_LIST:
        raise ValueError(
            f"the choices {choices[0]!r} … {choices[-1]!r} have {length} characters in total and "
            f"Excel repairs files with more than {MAX_LIST}; write them into cells and give the "
            "range as `source`"
        )
    with_comma = next((choice for choice in choices if "," in choice), None)
    if with_comma:
        raise ValueError(
            f"the choice {with_comma!r} has a comma, which would split it in two; write the "
            "choices into cells and give the range as `source`"
        )
    return choices


def _dates(validation: Validation) -> dict[str, Any]:
    earliest, latest = validation.earliest, validation.latest
    if earliest and latest:
        return {"validate": "date", "criteria": "between", "minimum": earliest, "maximum": latest}
    if latest:
        return {"validate": "date", "criteria": "<=", "value": latest}
    return {"validate": "date", "criteria": ">=", "value": earliest or _FIRST_DATE}
