"""Validations and colour rules as drawn."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

import pytest

from gatebook.backends.excel.draw import workbook_bytes
from gatebook.domain.cells import Range
from gatebook.sheets.model import ColourRule, Sheet, Style, Validation, Workbook
from tests.abuse.marks import abuse
from tests.support.drawn import book, part, reread

STATUSES = Range.parse("C5:C16")
COLOURS = ("Green", "Yellow", "Red")


def validated(**options: Any) -> Workbook:
    return book(Sheet("Review", validations=(Validation(STATUSES, **options),)))


def attributes(workbook: Workbook) -> dict[str, str]:
    """Attributes of the first validation, as they stand in the file."""
    found = re.search("<dataValidation ([^>]*)>", part(workbook))
    assert found is not None
    return dict(re.findall(r'(\w+)="([^"]*)"', found[1]))


def formulas(workbook: Workbook) -> list[str]:
    return re.findall(r"<formula\d>(.*?)</formula\d>", part(workbook))


@abuse("made", 4, 11)
def test_a_list_shows_its_dropdown_and_refuses_anything_else() -> None:
    """PAINS 4, 11: on exactly these rows; `showDropDown` would hide the arrow."""
    workbook = validated(
        kind="list",
        choices=COLOURS,
        prompt_title="Status",
        prompt="Choose one",
        error_title="No status",
        error="Please choose Green, Yellow or Red",
    )
    assert attributes(workbook) == {
        "type": "list",
        "allowBlank": "1",
        "showInputMessage": "1",
        "showErrorMessage": "1",
        "promptTitle": "Status",
        "prompt": "Choose one",
        "errorTitle": "No status",
        "error": "Please choose Green, Yellow or Red",
        "sqref": "C5:C16",
    }
    assert formulas(workbook) == ['"Green,Yellow,Red"']


def test_a_lenient_list_only_offers() -> None:
    found = attributes(validated(kind="list", choices=COLOURS, strict=False))
    assert "showErrorMessage" not in found


def test_a_list_from_cells() -> None:
    workbook = validated(kind="list", source=Range.parse("H1:H300"))
    assert formulas(workbook) == ["$H$1:$H$300"]


def test_a_list_of_255_characters_is_drawn() -> None:
    assert len(formulas(validated(kind="list", choices=("x" * 127, "y" * 127)))[0]) == 257


@pytest.mark.parametrize(
    ("choices", "says"),
    [
        (("x" * 128, "y" * 127), "'x+' … 'y+' have 256 characters"),
        (("🙂" * 64, "🙂" * 64), "have 257 characters"),
        (("one, two",), "'one, two' has a comma"),
        ((), "empty"),
        (("", "a"), "empty"),
    ],
)
@abuse("made", 10)
def test_a_list_that_excel_repairs_is_refused(choices: tuple[str, ...], says: str) -> None:
    """PAINS 10: the message names the cells and the way out."""
    with pytest.raises(ValueError, match=f"tab 'Review', cells C5:C16: .*{says}"):
        workbook_bytes(validated(kind="list", choices=choices))


@pytest.mark.parametrize(
    ("earliest", "latest", "operator", "expected"),
    [
        (date(2015, 1, 1), date(2049, 12, 31), None, ["42005", "54788"]),
        (date(2015, 1, 1), None, "greaterThanOrEqual", ["42005"]),
        (None, date(2049, 12, 31), "lessThanOrEqual", ["54788"]),
        (None, None, "greaterThanOrEqual", ["61"]),
    ],
)
def test_dates(
    earliest: date | None, latest: date | None, operator: str | None, expected: list[str]
) -> None:
    workbook = validated(kind="date", earliest=earliest, latest=latest)
    assert (attributes(workbook)["type"], attributes(workbook).get("operator")) == (
        "date",
        operator,
    )
    assert formulas(workbook) == expected


def test_a_custom_condition() -> None:
    workbook = validated(kind="custom", formula='=AND(NOT(ISFORMULA(C5)),C5<>"SORT(x)")')
    expected = 'AND(NOT(_xlfn.ISFORMULA(C5)),C5&lt;&gt;"SORT(x)")'
    assert formulas(workbook) == [expected]


def test_a_custom_condition_that_is_too_long_is_refused() -> None:
    with pytest.raises(ValueError, match="C5:C16: the validation's formula has 256 characters"):
        workbook_bytes(validated(kind="custom", formula="=" + "1+" * 127 + "11"))


def test_any_is_only_a_hint() -> None:
    assert attributes(validated(kind="any", prompt="A link or a name"))["prompt"]
    assert "dataValidation" not in part(validated(kind="any"))


def test_long_hints_are_cut() -> None:
    found = attributes(validated(kind="any", prompt_title="t" * 40, prompt="p" * 300))
    assert (found["promptTitle"], found["prompt"]) == ("t" * 31 + "…", "p" * 254 + "…")


def coloured(*rules: ColourRule) -> Workbook:
    return book(Sheet("Review", colour_rules=rules))


def test_colour_rules_keep_their_order_and_stop() -> None:
    first = ColourRule(STATUSES, '=LOWER(TRIM($C5))="green"', Style(fill="#C6EFCE"), stop=True)
    second = ColourRule(STATUSES, "=ISFORMULA($C5)", Style(bold=True, colour="#9C0006"))
    rules = reread(coloured(first, second)).active.conditional_formatting
    found = [rule for area in rules for rule in area.rules]
    assert [str(area.sqref) for area in rules] == ["C5:C16"]
    assert [(rule.type, rule.priority, rule.stopIfTrue) for rule in found] == [
        ("expression", 1, True),
        ("expression", 2, None),
    ]
    assert found[0].formula == ['LOWER(TRIM($C5))="green"']
    assert found[1].formula == ["_xlfn.ISFORMULA($C5)"]
    assert found[0].dxf.fill.bgColor.rgb == "FFC6EFCE"
    assert (found[1].dxf.font.b, found[1].dxf.font.color.rgb) == (True, "FF9C0006")


def test_a_rule_in_the_style_of_a_cell_has_its_own_format() -> None:
    style = Style(fill="#C6EFCE")
    assert '<dxfs count="1">' in part(
        coloured(ColourRule(STATUSES, "=TRUE", style)), "xl/styles.xml"
    )


def test_a_rule_that_excel_refuses_is_refused_with_its_place() -> None:
    with pytest.raises(ValueError, match="tab 'Review', cells C5:C16: formula 'TRUE'"):
        workbook_bytes(coloured(ColourRule(STATUSES, "TRUE", Style(bold=True))))
