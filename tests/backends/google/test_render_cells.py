"""Contents and looks of cells in Google: text stays text, links are safe."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatebook.backends.google.render import draw_requests
from gatebook.domain.cells import Cell, Range
from gatebook.sheets.model import (
    PLAIN,
    Content,
    Formula,
    Link,
    Noted,
    Placed,
    Sheet,
    Style,
    Table,
)
from tests.support.drawn import A1, book
from tests.support.google_drawn import applied, cells_of, drawn, one_cell, tab


def value(content: Content, style: Style = PLAIN) -> dict[str, Any]:
    """What somebody would have entered to get this cell."""
    found: dict[str, Any] = one_cell(content, style).get("userEnteredValue", {})
    return found


@pytest.mark.parametrize(
    "text", ["=1+1", "+1", "-1", "@x", "007", "'x", "TRUE", "1e5", "2026-11-23", "\n=1", " a "]
)
def test_text_stays_text(text: str) -> None:
    """PAINS 18: nothing that people wrote becomes a formula, a number or a date."""
    assert value(text) == {"stringValue": text}


@given(st.text(max_size=40))
def test_any_text_is_a_text_or_nothing(text: str) -> None:
    (request,) = [
        r["updateCells"] for r in draw_requests(_one(text), {"Review": 1}, {}) if "updateCells" in r
    ]
    values = [cell for row in request["rows"] for cell in row.get("values", [])]
    assert all(set(cell["userEnteredValue"]) == {"stringValue"} for cell in values)


def _one(content: Content) -> Any:
    return book(Sheet("Review", {A1: Placed(content)}))


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (None, {}),
        ("", {}),
        (12, {"numberValue": 12}),
        (0.5, {"numberValue": 0.5}),
        (0, {"numberValue": 0}),
        (True, {"boolValue": True}),
        (False, {"boolValue": False}),
        (date(2026, 11, 23), {"numberValue": 46349}),
        (datetime(2026, 11, 23, 12), {"numberValue": 46349.5}),
        (datetime(2026, 11, 23, 12, tzinfo=UTC), {"numberValue": 46349.5}),
        (date(1899, 1, 1), {"stringValue": "1899-01-01"}),
        ("a\x00b\r\nc\ud800", {"stringValue": "ab\nc\ufffd"}),
        (Formula("=SUM(A2,A3)", 7), {"formulaValue": "=SUM(A2;A3)"}),
    ],
)
def test_contents(content: Content, expected: dict[str, Any]) -> None:
    assert value(content) == expected


def test_long_text_is_cut_where_a_cell_ends() -> None:
    assert value("x" * 50_000)["stringValue"] == "x" * 50_000
    cut = value("😀" * 25_001)["stringValue"]
    assert cut == "😀" * 24_999 + "…"


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (float("nan"), "nan is no number"),
        (float("inf"), "inf is no number"),
        ({"a": 1}, "dict is nothing that a cell can hold"),
        (Formula("SUM(A1)"), "does not start with '='"),
        (Formula("=A1*0.5"), "decimal number"),
    ],
)
def test_what_no_cell_can_hold(content: Any, problem: str) -> None:
    with pytest.raises(ValueError, match=f"tab 'Review', cell C2: .*{problem}"):
        drawn(book(Sheet("Review", {Cell(1, 2): Placed(content)})))


@pytest.mark.parametrize(
    ("content", "style", "pattern"),
    [
        (date(2026, 11, 23), PLAIN, {"type": "DATE", "pattern": "yyyy-mm-dd"}),
        (Formula("=A2", date(2026, 1, 1)), PLAIN, {"type": "DATE", "pattern": "yyyy-mm-dd"}),
        (date(2026, 11, 23), Style(number_format="d.m.yyyy"), {"type": "DATE", "pattern": "d.m.yyyy"}),
        (0.5, Style(number_format="0%"), {"type": "PERCENT", "pattern": "0%"}),
        (0.5, Style(number_format="0.0"), {"type": "NUMBER", "pattern": "0.0"}),
        ("x", Style(number_format="@"), {"type": "TEXT", "pattern": "@"}),
        (0.5, Style(number_format="h:mm"), {"type": "TIME", "pattern": "h:mm"}),
        (
            0.5,
            Style(number_format="yyyy-mm-dd hh:mm"),
            {"type": "DATE_TIME", "pattern": "yyyy-mm-dd hh:mm"},
        ),
        (12, PLAIN, None),
        (12, Style(number_format="General"), None),
    ],
)  # fmt: skip
def test_number_formats(content: Content, style: Style, pattern: dict[str, str] | None) -> None:
    found = one_cell(content, style)["userEnteredFormat"].get("numberFormat")
    assert found == pattern


def test_a_style_is_drawn_whole() -> None:
    style = Style(
        bold=True, italic=True, underline=True, size=13.6, colour="#FF0000", fill="#00FF00",
        border="#0000FF", edges="tb", align="center", valign="middle", wrap=True, rotation=45,
    )  # fmt: skip
    found = one_cell("x", style)["userEnteredFormat"]
    text = found["textFormat"]
    assert (text["bold"], text["italic"], text["underline"], text["fontSize"]) == (True,) * 3 + (
        14,
    )
    assert text["fontFamily"] == "Calibri"
    assert text["foregroundColorStyle"] == {"rgbColor": {"red": 1}}
    assert found["backgroundColorStyle"] == {"rgbColor": {"green": 1}}
    assert set(found["borders"]) == {"top", "bottom"}
    assert found["borders"]["top"]["style"] == "SOLID"
    assert found["borders"]["top"]["colorStyle"] == {"rgbColor": {"blue": 1}}
    aligned = (found["horizontalAlignment"], found["verticalAlignment"], found["wrapStrategy"])
    assert aligned == ("CENTER", "MIDDLE", "WRAP")
    assert found["textRotation"] == {"angle": 45}


@pytest.mark.parametrize(
    ("style", "padding"),
    [
        (Style(indent=2), {"top": 2, "right": 3, "bottom": 2, "left": 21}),
        (Style(indent=1, align="right"), {"top": 2, "right": 12, "bottom": 2, "left": 3}),
    ],
)
def test_an_indent_is_padding_on_the_side_of_the_text(
    style: Style, padding: dict[str, int]
) -> None:
    assert one_cell("x", style)["userEnteredFormat"]["padding"] == padding


def test_upright_text() -> None:
    found = one_cell("x", Style(rotation=270))["userEnteredFormat"]
    assert found["textRotation"] == {"vertical": True}


SELF = "https://docs.google.com/spreadsheets/d/1abc/edit"


@pytest.mark.parametrize(
    ("link", "uri"),
    [
        (Link("https://docs.example/a b", "x"), "https://docs.example/a%20b"),
        (Link("mailto:bo@people.example", "x"), "mailto:bo@people.example"),
        (Link("#'Bo''s notes'!$C$4", "x"), "#gid=101&range=C4"),
        (Link(f"{SELF}#'Review'!C4", "x", file=True), "#gid=100&range=C4"),
        (Link(f"{SELF}#gid=5&range=C4", "x", file=True), "#gid=5&range=C4"),
        (Link("https://docs.google.com/x#gid=5&range=C4", "x", file=True),
         "https://docs.google.com/x#gid=5&range=C4"),
    ],
)  # fmt: skip
def test_links(link: Link, uri: str) -> None:
    cell = one_cell(link, address=SELF)
    assert cell["userEnteredValue"] == {"stringValue": "x"}
    assert cell["userEnteredFormat"]["textFormat"]["link"] == {"uri": uri}


@pytest.mark.parametrize(
    "link",
    [
        Link("javascript:alert(1)", "x"),
        Link("file:///etc/passwd", "x"),
        Link("ftp://files.example/a", "x"),
        Link("https://name:secret@docs.example", "x"),
        Link("https://docs.example:99999", "x"),
        Link("https://docs.example/" + "a" * 2_100, "x"),
        Link("#'No such tab'!A1", "x"),
        Link("#gid=5", "x"),
        Link("mailto:bo@people.example", "x", file=True),
        Link("reviews/a.xlsx#'Review'!C4", "x", file=True),
        Link("C:\\reviews\\a.xlsx", "x", file=True),
        Link("/srv/a.xlsx", "x", file=True),
        Link("", "x"),
    ],
)
def test_any_other_link_is_plain_text(link: Link) -> None:
    """Only http, https, mailto and places in this spreadsheet can be clicked."""
    cell = one_cell(link)
    assert cell["userEnteredValue"] == {"stringValue": "x"}
    assert "link" not in cell["userEnteredFormat"]["textFormat"]


def test_a_link_without_text_shows_its_address() -> None:
    assert value(Link("https://docs.example", "")) == {"stringValue": "https://docs.example"}
    assert value(Link("reviews/a.xlsx", "", file=True)) == {"stringValue": "reviews/a.xlsx"}


def test_a_link_keeps_its_address_and_gets_the_look_of_its_style() -> None:
    style = Style(colour="#FF0000", underline=True)
    cell = one_cell(Link("https://docs.example", "x"), style)
    text = cell["userEnteredFormat"]["textFormat"]
    assert text["link"] == {"uri": "https://docs.example"}
    assert (text["underline"], text["foregroundColorStyle"]) == (True, {"rgbColor": {"red": 1}})


def test_a_table_and_the_cells_around_it() -> None:
    table = Table(
        Cell(1, 1),
        ("System", "Due"),
        [["Support", date(2026, 1, 2)], [None, None]],
        (Style(wrap=True), Style(number_format="d.m.yyyy")),
        Style(bold=True),
    )
    workbook = book(Sheet("Actions", {A1: Placed("Actions")}, tables=(table,)))
    cells = cells_of(tab(applied(drawn(workbook)), "Actions"))
    values = {
        a1: cell["userEnteredValue"] for a1, cell in cells.items() if "userEnteredValue" in cell
    }
    assert values == {
        "A1": {"stringValue": "Actions"},
        "B2": {"stringValue": "System"},
        "C2": {"stringValue": "Due"},
        "B3": {"stringValue": "Support"},
        "C3": {"numberValue": 46024},
    }
    assert cells["C2"]["userEnteredFormat"]["textFormat"]["bold"]
    assert cells["B4"]["userEnteredFormat"]["wrapStrategy"] == "WRAP"
    assert cells["C4"]["userEnteredFormat"]["numberFormat"]["type"] == "DATE"


@pytest.mark.parametrize("rows", [[["a"]], [["a", "b", "c"]]])
def test_a_ragged_table_is_refused(rows: list[list[str]]) -> None:
    table = Table(A1, ("System", "Due"), rows, (PLAIN, PLAIN))
    with pytest.raises(ValueError, match=r"'Actions', row 2: \d contents under 2 headers"):
        drawn(book(Sheet("Actions", tables=(table,))))


def test_a_merge_looks_like_its_first_cell() -> None:
    """Borders of the covered cells are drawn, so they are those of the first."""
    framed = Style(border="#000000", fill="#FF0000")
    sheet = Sheet("Review", {A1: Placed("x", framed)}, merges=(Range.parse("A1:B2"),))
    there = tab(applied(drawn(book(sheet))), "Review")
    looks = [cell["userEnteredFormat"] for cell in cells_of(there).values()]
    assert looks == [looks[0]] * 4
    assert len(there.lists["merges"]) == 1


def test_content_under_a_merge_is_refused() -> None:
    cells = {A1: Placed("a"), Cell(1, 1): Placed("lost")}
    sheet = Sheet("Review", cells, merges=(Range.parse("A1:B2"),))
    with pytest.raises(ValueError, match="cell B2 has content, but the merged cells A1:B2"):
        drawn(book(sheet))


def test_equal_looks_are_written_once_whatever_the_number_of_rows() -> None:
    def count(rows: int) -> int:
        table = Table(
            A1, ("A", "B"), [["x", 1]] * rows, (Style(wrap=True), PLAIN), Style(bold=True)
        )
        return len(drawn(book(Sheet("Actions", tables=(table,)))))

    assert count(3) == count(300)


def test_a_note_stands_below_its_text_in_letters_of_its_own() -> None:
    noted = Noted("Rocket 🚀", "Last time: Green", Style(size=10, colour="#52606D"))
    cell = one_cell(noted, Style(bold=True))
    assert cell["userEnteredValue"] == {"stringValue": "Rocket 🚀\nLast time: Green"}
    runs = cell["textFormatRuns"]
    # An emoji counts as two, as in all of the API.
    assert [run.get("startIndex", 0) for run in runs] == [0, 9]
    assert runs[0].get("format", {}) == {}
    assert (runs[1]["format"]["bold"], runs[1]["format"]["fontSize"]) == (False, 10)
