"""The lint sees each thing that it says it sees: a good file, broken on purpose."""

from __future__ import annotations

import io
import re
import zipfile
from pathlib import Path

import pytest
import xlsxwriter

from tests.support.xlsx_lint import formula_problems, lint

TYPES = "[Content_Types].xml"
BOOK = "xl/workbook.xml"
SHEET = "xl/worksheets/sheet1.xml"
RELATIONS = "xl/worksheets/_rels/sheet1.xml.rels"
TEXTS = "xl/sharedStrings.xml"
TABLE = "xl/tables/table1.xml"


def good_parts() -> dict[str, bytes]:
    """A file with everything in it that the lint looks at."""
    stream = io.BytesIO()
    book = xlsxwriter.Workbook(stream, {"in_memory": True})
    sheet, other = book.add_worksheet("Bo's data"), book.add_worksheet("Other")
    sheet.add_table(0, 0, 3, 1, {"columns": [{"header": "System"}, {"header": "Lead"}]})
    sheet.add_table(0, 3, 3, 3, {"columns": [{"header": "Gate"}]})
    sheet.write_column(1, 0, ["a", "b", "c"])
    sheet.write_column(1, 1, [1, True, 2.5])
    sheet.write_formula(5, 0, '=IF(A2="x;y",_xlfn.ISFORMULA(B2),SUM(B2:B4))', None, "text")
    sheet.write_url(6, 0, "https://a.example/x")
    sheet.merge_range(8, 0, 8, 1, "merged")
    sheet.merge_range(9, 0, 9, 1, "merged too")
    options = {"validate": "list", "source": ["Green", "Red"], "input_title": "Title"}
    sheet.data_validation(10, 0, 12, 0, options)
    sheet.conditional_format(
        10,
        0,
        12,
        0,
        {"type": "formula", "criteria": "=A11=1", "format": book.add_format({"bold": 1})},
    )
    sheet.repeat_rows(0)
    sheet.print_area(0, 0, 20, 5)
    sheet.autofilter(14, 0, 16, 1)
    book.define_name("Rate", "=Other!$A$1")
    chart = book.add_chart({"type": "bar"})
    assert chart is not None
    chart.add_series({"values": ["Bo's data", 1, 1, 3, 1]})
    other.insert_chart(0, 0, chart)
    book.close()
    with zipfile.ZipFile(stream) as package:
        return {name: package.read(name) for name in package.namelist()}


GOOD = good_parts()


def saved(parts: dict[str, bytes], folder: Path) -> Path:
    path = folder / "file.xlsx"
    with zipfile.ZipFile(path, "w") as package:
        for name, content in parts.items():
            package.writestr(name, content)
    return path


def broken(folder: Path, part: str, old: str, new: str) -> list[str]:
    """What the lint says once the first `old` (a pattern) of a part is `new`."""
    text, times = re.subn(old, lambda _: new, GOOD[part].decode(), count=1)
    assert times == 1, f"{old} is not in {part}"
    return lint(saved(GOOD | {part: text.encode()}, folder))


def test_a_good_file_is_good(tmp_path: Path) -> None:
    assert lint(saved(GOOD, tmp_path)) == []


LONG_LIST = "<formula1>" + '"' + "x," * 128 + '"' + "</formula1>"


@pytest.mark.parametrize(
    ("part", "old", "new", "says"),
    [
        # The package
        (SHEET, "</sheetData>", "", "no well-formed XML"),
        (TEXTS, "merged too", "merged \x01", "no well-formed XML"),
        (RELATIONS, r"table1\.xml", "table9.xml", "which is not there"),
        (RELATIONS, r'Id="rId2"', 'Id="rId1"', "relation rId1 stands twice"),
        (RELATIONS, "https://a.example/", "https://a.example/" + "x" * 2_079, "2,079 characters"),
        (TYPES, r"/xl/tables/table1\.xml", "/xl/tables/t.xml", "is not there"),
        (TYPES, 'Default Extension="rels"', 'Default Extension="z"', "has no content type"),
        # The workbook
        (BOOK, 'name="Other"', f'name="{"x" * 32}"', "longer than 31"),
        (BOOK, 'name="Other"', 'name="a:b"', "does not take"),
        (BOOK, 'name="Other"', "name=\"Other'\"", "does not take"),
        (BOOK, 'name="Other"', 'name="HISTORY"', "keeps this name"),
        (BOOK, 'name="Other"', 'name="BO\'S DATA"', "there twice"),
        (BOOK, 'sheetId="1"', 'sheetId="1" state="hidden"', "that is open is hidden"),
        (BOOK, 'name="Rate"', 'name="B2"', "not a name that Excel takes"),
        (BOOK, 'name="Rate"', 'name="a b"', "not a name that Excel takes"),
        (BOOK, 'name="Rate"', f'name="{"n" * 256}"', "not a name that Excel takes"),
        (BOOK, 'localSheetId="0"', 'localSheetId="7"', "belongs to a tab that is not there"),
        (BOOK, "_xlnm.Print_Titles", "_xlnm.Print_Area", "defined twice"),
        (BOOK, r"'Bo''s data'!\$1:\$1", "'Bo's data'!$1:$1", "not doubled"),
        (BOOK, r"'Bo''s data'!\$1:\$1", "Bo-data!$1:$1", "names the tab 'Bo-data'"),
        (BOOK, r"Other!\$A\$1", "#REF!Gone!$A$1", "which is not there"),
        # Cells
        (SHEET, r'r="A2"', 'r="A1"', "A1: stands twice"),
        (SHEET, r'r="A2"', 'r="A2" s="99"', "A2: has a style that is not there"),
        (SHEET, r'(?<=r="A2" t="s"><v>)\d+', "999", "A2: has a text that is not there"),
        (SHEET, "<v>2.5</v>", "<v>NaN</v>", "'NaN' is no number"),
        (SHEET, "<v>2.5</v>", "<v>inf</v>", "'inf' is no number"),
        (SHEET, 't="b"><v>1', 't="b"><v>yes', "neither true nor false"),
        (SHEET, 't="b"><v>1', 't="e"><v>#OOPS!', "no error value"),
        (SHEET, "<v>text</v>", f"<v>{'x' * 32_768}</v>", "longer than 32,767"),
        (TEXTS, "merged too", "x" * 32_768, "longer than 32,767"),
        # Formulas
        (SHEET, r'A2="x;y",', 'A2="x;y";', "separates with ';'"),
        (SHEET, "_xlfn.ISFORMULA", "ISFORMULA", "ISFORMULA lacks its prefix"),
        (SHEET, "<f>IF", "<f>=IF", "begins with '='"),
        (SHEET, "SUM\\(B2:B4\\)\\)", "SUM(B2:B4)", "is open"),
        (SHEET, "x;y", "x" * 256, "text inside the formula is longer than 255"),
        (SHEET, "SUM\\(B2:B4\\)", "1" + "+1" * 4_100, "longer than 8,192"),
        # What lies over the cells
        (SHEET, '"A10:B10"', '"A9:A10"', "overlap"),
        (SHEET, '"A10:B10"', '"A10:A10"', "one cell cannot be merged"),
        (SHEET, "<formula1>.*?</formula1>", LONG_LIST, "longer than 255"),
        (SHEET, 'promptTitle="Title"', f'promptTitle="{"t" * 33}"', "longer than 32"),
        (SHEET, 'promptTitle="Title"', f'prompt="{"t" * 256}"', "longer than 255"),
        (SHEET, '(?<=" )sqref="A11:A13"', 'sqref=""', "a validation has no cells"),
        (SHEET, 'Formatting sqref="A11:A13"', 'Formatting sqref=""', "a colour rule has no cells"),
        (SHEET, 'dxfId="0"', 'dxfId="9"', "has a style that is not there"),
        (SHEET, "<formula>A11=1", "<formula>UNICHAR(A11)", "UNICHAR lacks its prefix"),
        (SHEET, '(?<=ref="A7" )r:id="rId\\d"', 'r:id="rId77"', "leads nowhere"),
        (SHEET, '(?<=ref="A7" )', f'location="{"x" * 2_080}" ', "place is longer"),
        # Tables
        (TABLE, 'name="Lead"', 'name="Owner"', "column 'Owner' has the header 'Lead'"),
        (TABLE, 'name="Lead"', 'name="SYSTEM"', "column 'system' twice"),
        (TABLE, 'displayName="Table1"', 'displayName="A1"', "not a name that Excel takes"),
        (TABLE, 'ref="A1:B4"', 'ref="A1:D4"', "tables A1:D4 and D1:D4 overlap"),
        (SHEET, 'autoFilter ref="A15:B17"', 'autoFilter ref="A3:B9"', "filter lies over it"),
        ("xl/charts/chart1.xml", "'Bo''s data'!", "Gone!", "names the tab 'Gone'"),
    ],
)  # fmt: skip
def test_each_break_is_seen(part: str, old: str, new: str, says: str, tmp_path: Path) -> None:
    found = broken(tmp_path, part, old, new)
    assert any(says in problem for problem in found), found


def test_a_part_that_stands_twice_is_seen(tmp_path: Path) -> None:
    path = saved(GOOD, tmp_path)
    with zipfile.ZipFile(path, "a") as package, pytest.warns(UserWarning, match="Duplicate"):
        package.writestr(SHEET, GOOD[SHEET])
    assert any("stands twice in the package" in problem for problem in lint(path))


def test_too_many_links_are_seen(tmp_path: Path) -> None:
    links = '<hyperlink ref="A7" location="A1"/>' * 65_531
    found = broken(tmp_path, SHEET, "<hyperlinks>", f"<hyperlinks>{links}")
    assert any("Excel takes 65,530" in problem for problem in found)


@pytest.mark.parametrize(
    "formula",
    ["SUM(A1,{1;2})", '"a;b"&A1', "'a;b(c'!A1", 'IF(A1="(",1,2)', "_xlfn.TEXTJOIN(A1)", "A1"],
)
def test_good_formulas_are_good(formula: str) -> None:
    assert list(formula_problems(formula)) == []
