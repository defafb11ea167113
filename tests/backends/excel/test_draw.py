"""Workbooks as drawn: read back by openpyxl, and as XML where openpyxl hides something."""

from __future__ import annotations

import io
import os
import re
import subprocess
import sys
import zipfile
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from gatebook.backends.excel.draw import draw_workbook, workbook_bytes
from gatebook.backends.excel.draw_fault import DrawFault
from gatebook.domain.cells import Cell, Range
from gatebook.sheets.model import (
    PLAIN,
    Chart,
    Column,
    Formula,
    Page,
    Placed,
    Protection,
    Row,
    Series,
    Sheet,
    Style,
    Table,
    Workbook,
)
from tests.abuse.marks import abuse
from tests.support.drawn import A1, book, one, part, reread

# Looks


def test_a_style_is_drawn_whole() -> None:
    style = Style(
        bold=True,
        italic=True,
        size=14,
        colour="#112233",
        fill="#AABBCC",
        border="#445566",
        edges="tb",
        align="center",
        valign="middle",
        wrap=True,
        indent=0,
        rotation=90,
        number_format="0.0%",
        underline=True,
        locked=False,
        shrink=False,
    )
    cell = reread(one(0.5, style)).active["A1"]
    assert (cell.font.b, cell.font.i, cell.font.sz, cell.font.u) == (True, True, 14, "single")
    assert (cell.font.color.rgb, cell.fill.fgColor.rgb) == ("FF112233", "FFAABBCC")
    assert (cell.border.top.style, cell.border.top.color.rgb) == ("thin", "FF445566")
    assert (cell.border.left.style, cell.border.right.style) == (None, None)
    assert (cell.alignment.horizontal, cell.alignment.vertical) == ("center", "center")
    assert (cell.alignment.wrap_text, cell.alignment.text_rotation) == (True, 90)
    assert (cell.number_format, cell.protection.locked) == ("0.0%", False)


@pytest.mark.parametrize(("field", "value"), [("indent", 2), ("shrink", True)])
def test_indent_and_shrink(field: str, value: Any) -> None:
    cell = reread(one("x", replace(PLAIN, **{field: value}))).active["A1"]
    assert (cell.alignment.indent, cell.alignment.shrink_to_fit) in {(2, None), (0, True)}


def test_a_font_is_not_tied_to_the_theme() -> None:
    """Excel shows a font that follows the theme as the theme's, whatever its name."""
    cells = {A1: Placed("a"), Cell(1, 0): Placed("b", Style(bold=True))}
    workbook = book(Sheet("Review", cells), font="Arial")
    assert {reread(workbook).active[place].font.name for place in ("A1", "A2")} == {"Arial"}
    assert "scheme" not in part(workbook, "xl/styles.xml")


def test_one_style_is_one_format() -> None:
    cells = {Cell(row, 0): Placed("x", Style(bold=True)) for row in range(50)}
    styles = part(book(Sheet("Review", cells)), "xl/styles.xml")
    assert '<cellXfs count="2">' in styles


# Sheets


@abuse("made", 6)
def test_columns_rows_and_merges() -> None:
    """PAINS 6: what a merge covers has nothing in it."""
    sheet = Sheet(
        "Review",
        {A1: Placed("Title", Style(bold=True)), Cell(0, 1): Placed(None, Style(fill="#EEEEEE"))},
        columns={0: Column(30), 2: Column(12, hidden=True)},
        rows={0: Row(24), 3: Row(hidden=True)},
        merges=(Range.parse("A1:C2"),),
    )
    tab = reread(book(sheet)).active
    assert [str(area) for area in tab.merged_cells.ranges] == ["A1:C2"]
    assert tab["A1"].value == "Title"
    assert tab.column_dimensions["A"].width == pytest.approx(30, abs=1)
    assert (tab.column_dimensions["A"].hidden, tab.column_dimensions["C"].hidden) == (False, True)
    assert (tab.row_dimensions[1].height, tab.row_dimensions[4].hidden) == (24, True)


def test_content_under_a_merge_is_refused() -> None:
    cells = {A1: Placed("a"), Cell(1, 1): Placed("lost")}
    sheet = Sheet("Review", cells, merges=(Range.parse("A1:B2"),))
    with pytest.raises(ValueError, match="cell B2 has content, but the merged cells A1:B2"):
        workbook_bytes(book(sheet))


def test_a_table_has_its_header_and_one_style_a_column() -> None:
    table = Table(
        Cell(2, 1),
        ("System", "Due"),
        [["Support", date(2026, 1, 2)], [Formula("=1+1", 2), None]],
        (Style(wrap=True), Style(number_format="d.m.yyyy")),
        Style(bold=True),
    )
    tab = reread(book(Sheet("Actions", tables=(table,)))).active
    assert [cell.value for cell in tab[3]][1:] == ["System", "Due"]
    assert (tab["B3"].font.b, tab["B4"].alignment.wrap_text) == (True, True)
    assert (tab["C4"].number_format, tab["C5"].number_format) == ("d.m.yyyy", "d.m.yyyy")
    assert tab["B5"].value == "=1+1"


@pytest.mark.parametrize("rows", [[["a"]], [["a", "b", "c"]]])
def test_a_ragged_table_is_refused(rows: list[list[str]]) -> None:
    table = Table(A1, ("System", "Due"), rows, (PLAIN, PLAIN))
    with pytest.raises(ValueError, match=r"row 2: \d contents under 2 headers"):
        workbook_bytes(book(Sheet("Actions", tables=(table,))))


def test_page_view_and_filter() -> None:
    page = Page(
        paper="Letter",
        wide=1,
        tall=0,
        area=Range.parse("A1:H40"),
        repeat=(0, 2),
        margin=0.5,
        footer="Page &P of &N",
    )
    sheet = Sheet(
        "Bo's review",
        {A1: Placed("x")},
        freeze=Cell(3, 1),
        page=page,
        filter=Range.parse("A3:H40"),
        tab_colour="#FF0000",
        cursor=Cell(5, 2),
        zoom=85,
    )
    tab = reread(book(sheet)).active
    setup = tab.page_setup
    assert (setup.orientation, setup.paperSize) == ("landscape", 1)
    assert (setup.fitToWidth, setup.fitToHeight, tab.sheet_properties.pageSetUpPr.fitToPage) == (
        None,
        0,
        True,
    )
    assert tab.print_area == "'Bo''s review'!$A$1:$H$40"
    assert tab.print_title_rows == "$1:$3"
    assert (tab.page_margins.left, tab.print_options.horizontalCentered) == (0.5, True)
    assert tab.oddFooter.center.text == "Page &P of &N"
    assert (tab.freeze_panes, tab.auto_filter.ref) == ("B4", "A3:H40")
    view = tab.sheet_view
    assert (view.showGridLines, view.zoomScale) == (False, 85)
    assert view.selection[-1].activeCell == "C6"
    assert tab.sheet_properties.tabColor.rgb == "FFFF0000"


def test_a4_is_the_paper_unless_told() -> None:
    tab = reread(book(Sheet("Review", page=Page(), gridlines=True))).active
    assert (tab.page_setup.paperSize, tab.sheet_view.showGridLines) == (9, None)


def test_protection_has_no_password_and_leaves_notes_and_links() -> None:
    sheet = Sheet("Review", {A1: Placed("x")}, protection=Protection(insert_rows=True))
    found = re.search("<sheetProtection[^>]*>", part(book(sheet)))
    assert found is not None
    assert set(re.findall(r'(\w+)="(\w*)"', found[0])) == {
        ("sheet", "1"),
        ("formatColumns", "0"),
        ("formatRows", "0"),
        ("insertRows", "0"),
        ("insertHyperlinks", "0"),
        ("sort", "0"),
        ("autoFilter", "0"),
    }


def test_tabs_stand_in_order_and_the_first_is_open() -> None:
    read = reread(book(Sheet("One"), Sheet("Two", hidden=True), Sheet("Three")))
    assert read.sheetnames == ["One", "Two", "Three"]
    assert [tab.sheet_state for tab in read] == ["visible", "hidden", "visible"]
    assert read.active.title == "One"


@pytest.mark.parametrize(
    ("names", "says"),
    [
        ([], "at least one tab"),
        (["x" * 32], "longer than 31"),
        (["🙂" * 16], "longer than 31"),
        (["a/b"], "character that Excel does not take"),
        (["a\x07b"], "character that Excel does not take"),
        (["'a"], "apostrophe"),
        (["a'"], "apostrophe"),
        (["history"], "keeps for itself"),
        ([" "], "is empty"),
        (["Review", "REVIEW"], "are the same to Excel"),
    ],
)
def test_tab_names_that_excel_refuses(names: list[str], says: str) -> None:
    with pytest.raises(ValueError, match=says):
        workbook_bytes(book(*(Sheet(name) for name in names)))


def test_the_first_tab_cannot_be_hidden() -> None:
    with pytest.raises(ValueError, match="'One' is the first"):
        workbook_bytes(book(Sheet("One", hidden=True), Sheet("Two")))


# Charts


def chart(kind: Any, tab: str = "Bo's data", **options: Any) -> Workbook:
    data = {Cell(row, column): Placed(row + column) for row in range(4) for column in range(3)}
    series = tuple(
        Series(name, Range.parse("A1:A4"), Range.of(0, place, 3, place), colour, **options)
        for place, (name, colour) in enumerate((("Green", "#00AA00"), ("Red", "#CC0000")), 1)
    )
    drawn = Chart(kind, "=Decisions", tab, series, Cell(6, 0))
    return book(Sheet("Bo's data", data), Sheet("Charts", charts=(drawn,)))


@pytest.mark.parametrize(
    ("kind", "holds"),
    [
        ("bar", '<c:barDir val="bar"/><c:grouping val="clustered"/>'),
        ("bar-stacked", '<c:barDir val="bar"/><c:grouping val="stacked"/>'),
        ("bar-share", '<c:barDir val="bar"/><c:grouping val="percentStacked"/>'),
        ("column", '<c:barDir val="col"/><c:grouping val="clustered"/>'),
        ("column-stacked", '<c:barDir val="col"/><c:grouping val="stacked"/>'),
        ("line", "<c:lineChart>"),
        ("pie", "<c:pieChart>"),
    ],
)
@abuse("made", 32)
def test_charts_read_real_ranges(kind: str, holds: str) -> None:
    """PAINS 32: labels and values come from cells."""
    xml = part(chart(kind), "xl/charts/chart1.xml")
    assert holds in xml
    assert xml.count("<c:f>'Bo''s data'!$A$1:$A$4</c:f>") == 2
    assert "<c:f>'Bo''s data'!$C$1:$C$4</c:f>" in xml
    assert ">=Decisions<" in xml


@pytest.mark.parametrize("kind", ["bar", "bar-stacked", "bar-share"])
def test_bars_read_from_top_to_bottom(kind: str) -> None:
    """Labels upside down, scale as usual: else a share of 100 % would stand on the left."""
    xml = part(chart(kind), "xl/charts/chart1.xml")
    labels = re.search("<c:catAx>.*</c:catAx>", xml)
    scale = re.search("<c:valAx>.*</c:valAx>", xml)
    assert labels is not None
    assert scale is not None
    assert '<c:orientation val="maxMin"/>' in labels[0]
    assert '<c:orientation val="minMax"/>' in scale[0]
    assert '<c:crosses val="max"/>' in scale[0]


def test_points_have_their_colours() -> None:
    xml = part(chart("pie", point_colours=("#111111", "#222222")), "xl/charts/chart1.xml")
    assert xml.index("111111") < xml.index("222222")


def test_points_of_their_own_colour_keep_an_edge() -> None:
    """A pale bar on white paper is found by its edge."""
    xml = part(chart("column", point_colours=("#D0EED8", "#F5CE62")), "xl/charts/chart1.xml")
    points = re.findall("<c:dPt>.*?</c:dPt>", xml)
    assert len(points) >= 2
    assert all(re.search('<a:ln w="9525"><a:solidFill><a:srgbClr val="595959"', p) for p in points)


def test_a_chart_on_a_missing_tab_is_a_fault() -> None:
    with pytest.raises(DrawFault, match="Nowhere"):
        workbook_bytes(chart("bar", tab="Nowhere"))


# The file


def test_what_the_library_would_skip_is_a_fault() -> None:
    """XlsxWriter only returns a negative number for a cell that Excel does not have."""
    with pytest.raises(DrawFault, match="cell A1048577 was not drawn"):
        workbook_bytes(book(Sheet("Review", {Cell(1_048_576, 0): Placed("x")})))
    with pytest.raises(DrawFault, match="Zoom"):
        workbook_bytes(book(Sheet("Review", zoom=500)))


def test_overlapping_merges_are_a_fault() -> None:
    sheet = Sheet("Review", merges=(Range.parse("A1:B2"), Range.parse("B2:C3")))
    with pytest.raises(DrawFault, match="overlaps"):
        workbook_bytes(book(sheet))


def test_the_same_workbook_gives_the_same_bytes() -> None:
    """Also where its cells were put together in another order, on another day."""
    cells = {Cell(row, 0): Placed(f"row {row}", Style(indent=row % 3)) for row in range(30)}
    one_way = book(Sheet("Review", cells))
    other_way = book(Sheet("Review", dict(reversed(cells.items()))))
    assert workbook_bytes(one_way) == workbook_bytes(other_way)


def test_the_date_in_the_file_is_the_given_one() -> None:
    core = part(one("x"), "docProps/core.xml")
    assert re.findall(r"(\d{4}-[-\d:TZ]+)<", core) == ["2026-11-23T09:30:00Z"] * 2


_IN_ANOTHER_PROCESS = """
import sys
from tests.backends.excel.test_draw import chart, workbook_bytes
sys.stdout.buffer.write(workbook_bytes(chart("bar")))
"""


def test_another_process_gives_the_same_bytes() -> None:
    done = subprocess.run(
        [sys.executable, "-c", _IN_ANOTHER_PROCESS],
        capture_output=True,
        check=True,
        cwd=Path(__file__).parents[3],
        env=os.environ | {"PYTHONHASHSEED": "7", "TZ": "Asia/Tokyo"},
    )
    assert done.stdout == workbook_bytes(chart("bar"))


@abuse("made", 25)
def test_nothing_in_the_file_runs() -> None:
    """PAINS 25: no macros."""
    with zipfile.ZipFile(io.BytesIO(workbook_bytes(chart("bar")))) as package:
        assert not [name for name in package.namelist() if "vba" in name.lower()]


def test_drawing_to_a_path_replaces_the_file(tmp_path: Path) -> None:
    path = tmp_path / "review.xlsx"
    path.write_bytes(b"old")
    draw_workbook(one("new"), path)
    assert path.read_bytes() == workbook_bytes(one("new"))
    assert list(tmp_path.iterdir()) == [path]


def test_a_workbook_that_cannot_be_drawn_leaves_the_file(tmp_path: Path) -> None:
    path = tmp_path / "review.xlsx"
    path.write_bytes(b"old")
    with pytest.raises(ValueError, match="nan"):
        draw_workbook(one(float("nan")), path)
    assert path.read_bytes() == b"old"
