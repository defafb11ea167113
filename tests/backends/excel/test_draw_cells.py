"""Contents of cells as drawn: text stays text, formulas show their values."""

from __future__ import annotations

import io
import re
from datetime import UTC, date, datetime, timedelta
from typing import Any

import openpyxl
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from gatebook.backends.excel.draw import workbook_bytes
from gatebook.backends.excel.draw_text import clean
from gatebook.domain.cells import Cell
from gatebook.sheets.model import (
    PLAIN,
    Formula,
    Noted,
    Placed,
    Plain,
    Sheet,
    Style,
    Table,
)
from tests.abuse.marks import abuse
from tests.support.drawn import A1, book, one, part, reread


@pytest.mark.parametrize(
    "text",
    [
        "=1+1",
        "+1",
        "-1",
        "@SUM(A1)",
        "{=1+1}",
        "=HYPERLINK(1)",
        "\t=1",
        "http://a.example",
        "mailto:bo@a.example",
        "internal:Sheet!A1",
        "external:c.xlsx",
        "file:///etc/x",
        "12",
        "TRUE",
        "2026-01-01",
        " spaces ",
        "#REF!",
    ],
)
@pytest.mark.parametrize("in_table", [False, True])
@abuse("made", 18)
def test_text_stays_text(text: str, in_table: bool) -> None:
    """PAINS 18: nothing that a person wrote becomes a formula or a link."""
    table = Table(A1, (text,), [[text]], (PLAIN,))
    workbook = book(Sheet("Review", tables=(table,))) if in_table else one(text)
    for row in reread(workbook).active.iter_rows():
        for cell in row:
            assert (cell.data_type, cell.value, cell.hyperlink) == ("s", text, None)


@pytest.mark.parametrize(("text", "marked"), [("=1+1", True), ("-", True), ("a=1", False)])
@abuse("made", 18)
def test_text_that_looks_like_a_formula_stays_text_when_edited(text: str, marked: bool) -> None:
    """PAINS 18: pressing F2 and Enter on it in Excel must not make it one."""
    cell = reread(one(text, Style(wrap=True))).active["A1"]
    assert bool(cell.quotePrefix) is marked
    assert cell.alignment.wrap_text


@given(st.text(st.characters(exclude_categories=()), max_size=60))
@example("\ud800 a \udfff \ud83d\ude00 \x00\x0b\r\n\x1f\ufffe\uffff _x0041_")
@abuse("made", 18, 31)
def test_any_text_comes_back_as_cleaned(text: str) -> None:
    """PAINS 18, 31, with control characters, lone surrogates and what looks like an escape."""
    value = reread(one(text)).active["A1"].value
    assert (value or "") == clean(text)


@pytest.mark.parametrize(
    ("text", "cleaned"),
    [
        ("a\r\nb\rc\x0bd\te", "a\nb\nc\nd\te"),
        ("a\x00\x07\x1f\ufffeb", "ab"),
        ("\ud800a\udfff", "\ufffda\ufffd"),
        ("\ud83d\ude00", "\U0001f600"),
        ("\U0001f600" * 16_384, "\U0001f600" * 16_383 + "…"),
        ("x" * 32_767, "x" * 32_767),
    ],
)
def test_clean(text: str, cleaned: str) -> None:
    assert clean(text) == cleaned


def test_too_long_text_ends_with_an_ellipsis() -> None:
    value = reread(one("x" * 40_000)).active["A1"].value
    assert value == "x" * 32_766 + "…"


def test_empty_text_is_an_empty_cell() -> None:
    assert "<v>" not in part(one("", Style(bold=True)))


@pytest.mark.parametrize(
    ("content", "kind", "value"),
    [
        (True, "b", True),
        (False, "b", False),
        (0, "n", 0),
        (-1.5, "n", -1.5),
        (123456789012345, "n", 123456789012345),
        (date(2026, 2, 28), "d", datetime(2026, 2, 28)),
        (datetime(2026, 2, 28, 12, 30), "d", datetime(2026, 2, 28, 12, 30)),
        (date(1900, 3, 1), "d", datetime(1900, 3, 1)),
        (date(9999, 12, 31), "d", datetime(9999, 12, 31)),
        # Excel's calendar is wrong before March 1900, so such a date is text.
        (date(1900, 2, 28), "s", "1900-02-28"),
    ],
)
@abuse("made", 15)
def test_values_keep_their_kind(content: Plain, kind: str, value: object) -> None:
    """PAINS 15: a date is a date, never a number or a text that somebody must guess."""
    cell = reread(one(content)).active["A1"]
    assert (cell.data_type, cell.value) == (kind, value)
    if kind == "d":
        assert cell.number_format == "yyyy-mm-dd"


def test_a_date_keeps_the_format_of_its_style() -> None:
    style = Style(number_format="d mmm yyyy")
    assert reread(one(date(2026, 1, 2), style)).active["A1"].number_format == "d mmm yyyy"


@given(st.datetimes(datetime(1900, 3, 1), datetime(9999, 12, 30)))
def test_every_moment_comes_back(moment: datetime) -> None:
    back = reread(one(moment)).active["A1"].value
    assert abs(back - moment) < timedelta(milliseconds=2)


def test_a_time_zone_leaves_the_clock_time() -> None:
    moment = datetime(2026, 5, 4, 9, 30, tzinfo=UTC)
    assert reread(one(moment)).active["A1"].value == datetime(2026, 5, 4, 9, 30)


@pytest.mark.parametrize("number", [float("nan"), float("inf"), -float("inf"), 10**400])
def test_what_is_no_number_is_refused_with_its_place(number: float) -> None:
    for content in (number, Formula("=1", number)):
        workbook = book(Sheet("Review", {Cell(4, 2): Placed(content)}))
        with pytest.raises(ValueError, match="tab 'Review', cell C5: "):
            workbook_bytes(workbook)


def test_a_strange_content_is_refused_with_its_place() -> None:
    strange: Any = object()
    with pytest.raises(ValueError, match="cell A1: object is nothing that a cell can hold"):
        workbook_bytes(one(strange))


@pytest.mark.parametrize(
    ("value", "stored"),
    [
        ("Launch this week", "Launch this week"),
        ('a <b> & "c"\x0bd', 'a <b> & "c"\nd'),
        (12.5, 12.5),
        (True, True),
        (False, False),
        (date(2026, 11, 30), datetime(2026, 11, 30)),
        ("#REF!", "#REF!"),
        ("", None),
        (None, None),
    ],
)
@abuse("made", 12)
def test_a_formula_shows_its_value_at_once(value: Plain, stored: object) -> None:
    """PAINS 12: previews and phones see what Python computed."""
    workbook = one(Formula("=A2&A3", value))
    assert reread(workbook).active["A1"].value == "=A2&A3"
    assert reread(workbook, values=True).active["A1"].value == stored


def test_a_value_that_looks_like_an_escape_is_marked() -> None:
    """Excel would read _x0020_ of a SharePoint name as a space."""
    assert "<v>Risk_x005F_x0020_Level</v>" in part(one(Formula("=A2", "Risk_x0020_Level")))


@pytest.mark.parametrize(
    ("formula", "stored"),
    [
        ("=ISFORMULA(B1)", "=_xlfn.ISFORMULA(B1)"),
        ('=TEXTJOIN(", ",TRUE,IFS(A2,1))', '=_xlfn.TEXTJOIN(", ",TRUE,_xlfn.IFS(A2,1))'),
        ("=CONCAT(UNICHAR(9679))", "=_xlfn.CONCAT(_xlfn.UNICHAR(9679))"),
        ('="say CONCAT(x) or SORT(y)"', '="say CONCAT(x) or SORT(y)"'),
        ("='IFS(1)'!A1+COUNTIFS(A2,1)", "='IFS(1)'!A1+COUNTIFS(A2,1)"),
        ("=SUM({1,2})", "=SUM({1,2})"),
        ("={1,2}", "={1,2}"),
    ],
)
def test_newer_functions_get_their_prefix(formula: str, stored: str) -> None:
    written = re.search("<f>(.*)</f>", part(one(Formula(formula))))
    assert written is not None
    assert written[1].replace("&quot;", '"') == stored[1:]


@pytest.mark.parametrize(
    ("formula", "says"),
    [
        ("1+1", "does not start with '='"),
        ("=", "does not start with '='"),
        ("=FILTER(A1:A2,B1:B2)", "FILTER spills"),
        (f'="{"x" * 256}"', "longer than 255"),
        (f"=1{'+1' * 4100}", "longer than 8192"),
    ],
)
def test_a_formula_that_excel_refuses_is_refused_here(formula: str, says: str) -> None:
    with pytest.raises(ValueError, match=f"cell A1: .*{says}"):
        workbook_bytes(one(Formula(formula)))


@pytest.mark.parametrize("text", ["Data source", "=1+1", "a\u0000b", "<r>& 🚀"])
def test_a_note_stands_below_its_text_in_letters_of_its_own(text: str) -> None:
    noted = Noted(text, "Last time: =Green", Style(size=10, colour="#52606D"))
    workbook = one(noted, Style(bold=True, wrap=True))
    read = openpyxl.load_workbook(io.BytesIO(workbook_bytes(workbook)), rich_text=True)
    title, note = read["Review"]["A1"].value
    assert (title.text, note.text) == (clean(text), "\nLast time: =Green")
    assert (title.font.b, note.font.b) == (True, False)
    assert (note.font.sz, note.font.color.rgb) == (10, "FF52606D")
    assert reread(workbook)["Review"]["A1"].value == f"{clean(text)}\nLast time: =Green"
