"""What people may type and how cells answer, in Google's words; formulas that every country reads."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from gatebook.backends.google.render_formulas import any_locale, reach
from gatebook.domain.cells import Range
from gatebook.sheets.model import ColourRule, Sheet, Style, Validation
from tests.support.drawn import book
from tests.support.google_drawn import applied, bodies, drawn

AREA = Range.parse("B2:B9")


def rule(**changes: Any) -> dict[str, Any]:
    """The validation rule as sent, which the server has accepted."""
    validation = Validation(**{"range": AREA, "kind": "list", "choices": ("Yes", "No")} | changes)
    requests = drawn(book(Sheet("Bo's review", validations=(validation,))))
    applied(requests)
    (request,) = bodies(requests, "setDataValidation")
    assert request["range"]["startRowIndex"] == 1
    found: dict[str, Any] = request["rule"]
    return found


def values(found: dict[str, Any]) -> list[str]:
    return [value["userEnteredValue"] for value in found["condition"].get("values", [])]


def test_a_list_is_shown_and_strict() -> None:
    found = rule()
    assert found["condition"]["type"] == "ONE_OF_LIST"
    assert (values(found), found["showCustomUi"], found["strict"]) == (["Yes", "No"], True, True)


def test_a_list_that_is_a_hint_only() -> None:
    assert rule(strict=False)["strict"] is False


def test_a_list_may_have_commas_and_be_long() -> None:
    choices = tuple(f"{number}, and more" for number in range(60))
    assert values(rule(choices=choices)) == list(choices)


def test_a_list_from_cells() -> None:
    """The formula is Excel's: Sheets leaves blank cells out by itself."""
    found = rule(choices=(), source=Range.parse("C1:C3"), formula="=OFFSET($C$1,0,0,2,1)")
    assert found["condition"]["type"] == "ONE_OF_RANGE"
    assert values(found) == ["='Bo''s review'!$C$1:$C$3"]


@pytest.mark.parametrize(
    ("earliest", "latest", "kind", "expected"),
    [
        (date(2015, 1, 1), date(2049, 12, 31), "DATE_BETWEEN", ["=DATE(2015;1;1)", "=DATE(2049;12;31)"]),
        (date(2015, 1, 1), None, "DATE_ON_OR_AFTER", ["=DATE(2015;1;1)"]),
        (None, date(2049, 12, 31), "DATE_ON_OR_BEFORE", ["=DATE(2049;12;31)"]),
        (None, None, "DATE_IS_VALID", []),
    ],
)  # fmt: skip
def test_dates(earliest: date | None, latest: date | None, kind: str, expected: list[str]) -> None:
    found = rule(kind="date", earliest=earliest, latest=latest)
    assert (found["condition"]["type"], values(found)) == (kind, expected)
    assert found["strict"]


def test_a_custom_formula() -> None:
    found = rule(kind="custom", formula="=COUNTIF($A$1:$A$5,B2)=0")
    assert found["condition"]["type"] == "CUSTOM_FORMULA"
    assert values(found) == ["=COUNTIF($A$1:$A$5;B2)=0"]


def test_a_text_to_help_where_anything_goes() -> None:
    found = rule(kind="any", prompt_title="Owner", prompt="One person.")
    assert found["inputMessage"] == "Owner: One person."
    assert (values(found), found["strict"]) == (["=1=1"], False)


def test_nothing_to_ask_and_nothing_to_say() -> None:
    """An error's text alone says nothing where nothing is refused."""
    silent = (Validation(AREA, "any"), Validation(AREA, "any", error="No."))
    requests = drawn(book(Sheet("Review", validations=silent)))
    assert bodies(requests, "setDataValidation") == []


@pytest.mark.parametrize(
    ("texts", "message"),
    [
        ({"prompt_title": "Due", "prompt": "A date.", "error": "No date."}, "Due: A date."),
        ({"error_title": "Due", "error": "No date."}, "Due: No date."),
        ({"prompt": "A date.\x00"}, "A date."),
        ({"prompt_title": "Due"}, "Due"),
        ({}, None),
    ],
)
def test_one_text_says_what_is_expected(texts: dict[str, str], message: str | None) -> None:
    assert rule(**texts).get("inputMessage") == message


def test_a_long_text_is_cut() -> None:
    assert len(rule(prompt="x" * 300)["inputMessage"]) == 255


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"choices": ()}, "the list of choices is empty"),
        ({"choices": ("Yes", "")}, "the list of choices is empty, or one of them is"),
        ({"choices": ("=1", "No")}, "'=1' begins with '='"),
        ({"kind": "custom", "formula": ""}, "does not start with '='"),
    ],
)
def test_what_sheets_would_refuse(changes: dict[str, Any], problem: str) -> None:
    with pytest.raises(ValueError, match=f'tab "Bo\'s review", cells B2:B9: .*{problem}'):
        rule(**changes)


# Colour rules


def test_colour_rules_in_order() -> None:
    rules = (
        ColourRule(AREA, '=$B2="a, b"', Style(fill="#FF0000", colour="#00FF00", bold=True)),
        ColourRule(AREA, "=OR($B2=1,$B2=2)", Style(italic=True, size=20, wrap=True)),
    )
    requests = drawn(book(Sheet("Review", colour_rules=rules)))
    applied(requests)
    first, second = bodies(requests, "addConditionalFormatRule")
    assert (first["index"], second["index"]) == (0, 1)
    assert first["rule"]["booleanRule"] == {
        "condition": {
            "type": "CUSTOM_FORMULA",
            "values": [{"userEnteredValue": '=$B2="a, b"'}],
        },
        "format": {
            "backgroundColorStyle": {"rgbColor": {"red": 1, "green": 0, "blue": 0}},
            "textFormat": {
                "bold": True,
                "foregroundColorStyle": {"rgbColor": {"red": 0, "green": 1, "blue": 0}},
            },
        },
    }
    assert second["rule"]["booleanRule"]["format"] == {"textFormat": {"italic": True}}
    assert values(second["rule"]["booleanRule"]) == ["=OR($B2=1;$B2=2)"]


def test_a_rule_without_a_formula_is_refused() -> None:
    with pytest.raises(ValueError, match="tab 'Review', cells B2:B9: formula 'B2' does not start"):
        drawn(book(Sheet("Review", colour_rules=(ColourRule(AREA, "B2", Style(bold=True)),))))


# Formulas


@pytest.mark.parametrize(
    ("formula", "expected"),
    [
        ("=IF(A1=1,2,3)", "=IF(A1=1;2;3)"),
        ('=IF(A1="a, ""b"", c",1,0)', '=IF(A1="a, ""b"", c";1;0)'),
        ("=SUM('A, B'!A1,2)", "=SUM('A, B'!A1;2)"),
        ('=SUMPRODUCT(COUNTIF(A1:A3,{"a","b"}))', '=SUMPRODUCT(COUNTIF(A1:A3;{"a";"b"}))'),
        ('=A1&"; "&B1', '=A1&"; "&B1'),
        ('="0.5"', '="0.5"'),
    ],
)
def test_arguments_are_parted_as_every_country_reads_them(formula: str, expected: str) -> None:
    """A comma parts nothing where it is the decimal mark."""
    assert any_locale(formula) == expected


@pytest.mark.parametrize(
    "formula", ["A1", "=", "", "=A1*0.5", "={1,2;3,4}", "=" + "A1+" * 20_000 + "1"]
)
def test_a_formula_that_would_be_read_otherwise_is_refused(formula: str) -> None:
    with pytest.raises(ValueError, match="formula"):
        any_locale(formula)


@pytest.mark.parametrize(
    ("formula", "rows", "columns"),
    [
        ("=1", 0, 0),
        ("=$B$1:$B$500", 500, 2),
        ("=AA7+LOG10(3)", 7, 27),
        ('=IF(A2="ZZ99",1,0)', 2, 1),
        ("='Other'!Z900+A3", 3, 1),
    ],
)
def test_how_far_a_formula_reaches(formula: str, rows: int, columns: int) -> None:
    assert reach(formula) == (rows, columns)
