"""Typed against raw, and what a number looks like."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from tests.google_api import numberformats, values
from tests.google_api.clients import Http

TODAY = date(2026, 11, 23)


@pytest.mark.parametrize(
    ("text", "kind", "value", "pattern"),
    [
        ("hello", "string", "hello", None),
        ("007", "number", 7, None),
        ("1e5", "number", 100000, "0.00E+00"),
        ("1.50", "number", 1.5, None),
        (" 42 ", "number", 42, None),
        ("-3", "number", -3, None),
        ("(3)", "number", -3, None),
        ("1,234.5", "number", 1234.5, "#,##0.00"),
        ("$5", "number", 5, '"$"#,##0'),
        ("12%", "number", 0.12, "0%"),
        ("TRUE", "bool", True, None),
        ("false", "bool", False, None),
        ("=A1+1", "formula", "=A1+1", None),
        ("+A1", "formula", "=+A1", None),
        ("'=A1", "string", "=A1", None),
        ("'007", "string", "007", None),
        ("12/31/2026", "number", 46387, "M/d/yyyy"),
        ("2026-12-31", "number", 46387, "yyyy-mm-dd"),
        ("Dec 31, 2026", "number", 46387, "mmm d, yyyy"),
        ("31-Dec-2026", "number", 46387, "d mmm yyyy"),
        ("12/31", "number", 46387, "M/d/yyyy"),
        ("13/31/2026", "string", "13/31/2026", None),
        ("2026-02-30", "string", "2026-02-30", None),
        ("10:30", "number", 0.4375, "h:mm"),
        ("10:30 PM", "number", 0.9375, "h:mm am/pm"),
        ("2026-12-31 12:00", "number", 46387.5, "yyyy-mm-dd h:mm:ss"),
        ("2026", "number", 2026, None),
        ("1.2.3", "string", "1.2.3", None),
        ("nan", "string", "nan", None),
    ],
)
def test_typed(text: str, kind: str, value: Any, pattern: str | None) -> None:
    typed, number_format = values.typed(text, TODAY)
    assert typed == {f"{kind}Value": value}
    assert (number_format or {}).get("pattern") == pattern


def test_a_cell_formatted_as_text_keeps_what_is_typed() -> None:
    as_text = {"numberFormat": {"type": "TEXT"}}
    assert values.typed("007", TODAY, as_text) == ({"stringValue": "007"}, None)


@pytest.mark.parametrize(
    ("number", "kind", "pattern", "shown"),
    [
        (7, "", "", "7"),
        (0.1 + 0.2, "", "", "0.3"),
        (1 / 1024, "", "", "0.0009765625"),
        (1 / 3, "", "", "0.3333333333"),
        (42.01, "", "", "42.01"),
        (-0.5, "", "", "-0.5"),
        (123456789012, "", "", "123456789012"),
        (1e15, "", "", "1E+15"),
        (2000000.01, "NUMBER", "#,##0.00", "2,000,000.01"),
        (1234.5, "NUMBER", "", "1,234.50"),
        (0.125, "PERCENT", "0.0%", "12.5%"),
        (0.12, "PERCENT", "", "12.00%"),
        (-5, "CURRENCY", "", "-$5.00"),
        (100000, "SCIENTIFIC", "0.00E+00", "1.00E+05"),
        (5, "NUMBER", "000", "005"),
        (1.5, "NUMBER", '0.0 "days"', "1.5 days"),
        (-2, "NUMBER", "0;(0)", "(2)"),
        (0, "NUMBER", '0;-0;"none"', "none"),
        (46387, "DATE", "", "12/31/2026"),
        (46387, "DATE", "yyyy-mm-dd", "2026-12-31"),
        (46387, "DATE", "d mmmm yyyy", "31 December 2026"),
        (46387, "DATE", "ddd, mmm d", "Thu, Dec 31"),
        (0.4375, "TIME", "h:mm", "10:30"),
        (0.9375, "TIME", "h:mm am/pm", "10:30 PM"),
        (46387.5, "DATE_TIME", "yyyy-mm-dd hh:mm:ss", "2026-12-31 12:00:00"),
        (1.5, "TIME", "[h]:mm", "36:00"),
    ],
)
def test_shown(number: float, kind: str, pattern: str, shown: str) -> None:
    assert numberformats.shown(number, kind, pattern) == shown


def test_text_in_a_batch_is_never_parsed(http: Http, file_id: str) -> None:
    texts = ["007", "=1+1", "TRUE", "12/31/2026", "'x"]
    cells = [{"userEnteredValue": {"stringValue": text}} for text in texts]
    request = {
        "start": {"sheetId": 0},
        "rows": [{"values": cells}],
        "fields": "userEnteredValue",
    }
    http.batch(file_id, {"updateCells": request})
    assert http.values(file_id, "A1:E1", valueRenderOption="FORMULA") == [texts]


def test_the_result_of_a_formula_comes_from_the_test(http: Http, file_id: str) -> None:
    server = http.server
    server.edit(file_id).type("A1", "=1+1")
    assert http.values(file_id, "A1") is None
    server.store.evaluate = lambda document, sheet, cell, formula: {"numberValue": len(formula)}
    assert http.values(file_id, "A1") == [["4"]]
    assert http.values(file_id, "A1", valueRenderOption="FORMULA") == [["=1+1"]]
    server.store.evaluate = lambda *_arguments: {"errorValue": {"type": "DIVIDE_BY_ZERO"}}
    assert http.values(file_id, "A1") == [["#DIV/0!"]]
