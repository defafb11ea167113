"""What two other readers say of the same file, cell by cell, and that both our paths agree."""

from __future__ import annotations

import shutil
import subprocess
import zipfile
from datetime import date
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Any

import openpyxl
import pytest
import xlsxwriter
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from openpyxl.worksheet.formula import ArrayFormula
from python_calamine import CalamineWorkbook

from gatebook.backends.excel.contents import Unusual
from gatebook.backends.excel.ooxml import main_part, read_fast
from gatebook.backends.excel.package import Package
from gatebook.backends.excel.slow import read_slowly
from gatebook.backends.protocol import Unreadable
from gatebook.domain.cells import Range
from gatebook.sheets.model import CellError, Formula, Grid
from tests.abuse.marks import abuse
from tests.support.hostile import zipped

Contents = dict[tuple[int, int], Any]

ERRORS = ["#N/A", "#REF!", "#DIV/0!", "#VALUE!", "#NAME?"]

# Lone surrogates cannot be stored; other control characters only XlsxWriter accepts.
_letters = st.characters(exclude_categories=["Cs", "Cc"]) | st.sampled_from("\n\t _x&<>\"'")
_texts = st.text(_letters, max_size=12) | st.sampled_from(
    [
        "_x000D_",
        "_x005F_y",
        "a_x0041_b",
        " led ",
        "1.0",
        "TRUE",
        "=1+1",
        "#REF!",
        "two\nlines",
        "é😀",
    ]
)
# Spreadsheets keep 15 digits of a number; XlsxWriter and openpyxl write 16.
_floats = st.floats(-1e300, 1e300).map(lambda x: float(f"{x:.15G}"))
_numbers = _floats | st.integers(-(10**9), 10**9)
_formulas = st.builds(
    Formula,
    st.sampled_from(["=A1", '=IF(A1="","x<y","a&b")', "=SUM(A1:B2)*2"]),
    _texts | st.booleans() | st.integers(-5, 5) | st.sampled_from(ERRORS),
)
_contents = st.dictionaries(
    st.tuples(st.integers(0, 40), st.integers(0, 30)),
    _texts | _numbers | st.booleans() | _formulas,
    max_size=15,
)

quick = settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])


def drawn_by_xlsxwriter(contents: Contents) -> bytes:
    """A workbook of these contents, with a formatted blank beside each."""
    out = BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True}) as workbook:
        sheet = workbook.add_worksheet("Review")
        grey = workbook.add_format({"bg_color": "#EEEEEE"})
        for (row, column), content in contents.items():
            if isinstance(content, Formula):
                sheet.write_formula(row, column, content.text, grey, content.value)
            elif isinstance(content, bool):
                sheet.write_boolean(row, column, content)
            elif isinstance(content, str):
                sheet.write_string(row, column, content)
            else:
                sheet.write_number(row, column, content, grey)
            if (row, column + 1) not in contents:
                sheet.write_blank(row, column + 1, None, grey)
    return out.getvalue()


def drawn_by_openpyxl(contents: Contents) -> bytes:
    """A workbook of these contents; openpyxl stores no value beside a formula."""
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for (row, column), content in contents.items():
        cell: Any = sheet.cell(row + 1, column + 1)
        if isinstance(content, Formula):
            cell.value = content.text
        elif isinstance(content, str):
            # Else openpyxl takes a text such as "=1+1" or "#REF!" for more than a text.
            cell.value = content
            cell.data_type = "s"
        else:
            cell.value = content
    out = BytesIO()
    book.save(out)
    return out.getvalue()


def fast(data: bytes) -> tuple[Grid, ...]:
    """The fast path alone."""
    package = Package(data)
    return read_fast(package, main_part(package), frozenset())


def slow(data: bytes) -> tuple[Grid, ...]:
    """The slow path alone."""
    package = Package(data)
    return read_slowly(package, main_part(package), frozenset())


def typed_in(contents: Contents, stored: bool = True) -> Contents:
    """The values that a Grid must hold; `stored`: formulas have a stored value."""
    values: Contents = {}
    for place, content in contents.items():
        value = content
        if isinstance(content, Formula):
            if not stored:
                continue
            value = content.value
            if value in ERRORS:
                value = CellError(value)
        if value != "":
            values[place] = value
    return values


def assert_same_values(found: Contents, expected: Contents) -> None:
    """Equal, and of equal types: 1.0 is not True."""
    assert found == expected
    for place, value in expected.items():
        wanted = float if type(value) is int else type(value)
        assert type(found[place]) is wanted, place


def calamines(data: bytes, tab: str) -> Contents:
    """Calamine's view. It shows an error as an empty cell, and an empty text as none."""
    rows = CalamineWorkbook.from_filelike(BytesIO(data)).get_sheet_by_name(tab)
    cells = enumerate(rows.to_python(skip_empty_area=False))
    return {(r, c): v for r, row in cells for c, v in enumerate(row) if v != ""}


def for_calamine(grid: Grid) -> Contents:
    """Our values as calamine would show them."""
    return {place: v for place, v in grid.values.items() if not isinstance(v, CellError)}


def openpyxls(data: bytes, tab: str) -> tuple[Contents, Contents]:
    """openpyxl's view: values and formulas. It leaves `_x000D_`-like escapes undecoded."""
    values: Contents = {}
    stored: Any = openpyxl.load_workbook(BytesIO(data), data_only=True)[tab]
    for row in stored.iter_rows():
        values |= {(c.row - 1, c.column - 1): c.value for c in row if c.value not in (None, "")}
    formulas: Contents = {}
    live: Any = openpyxl.load_workbook(BytesIO(data))[tab]
    for row in live.iter_rows():
        for cell in row:
            value: Any = cell.value
            if cell.data_type == "f":
                formula = value.text if isinstance(value, ArrayFormula) else str(value)
                formulas[(cell.row - 1, cell.column - 1)] = str(formula)[1:]
    return values, formulas


def has_escapes(contents: Contents) -> bool:
    """Whether a text looks like an escape, where the libraries go different ways."""
    texts = [c.value if isinstance(c, Formula) else c for c in contents.values()]
    return any(isinstance(text, str) and "_x" in text for text in texts)


@quick
@given(_contents)
@example({(0, 0): "a_x0041_b", (0, 1): "_x000D_ x_x005F_"})
@example({(2, 3): Formula("=A1", "#REF!"), (0, 0): "#REF!"})
@abuse("programs", 12, 31)
def test_what_xlsxwriter_drew(contents: Contents) -> None:
    """PAINS 12, 31: values come back as they went in, formulas with their stored values."""
    data = drawn_by_xlsxwriter(contents)
    (grid,) = fast(data)
    expected = typed_in(contents)
    if not any(isinstance(c, Formula) and "_x" in str(c.value) for c in contents.values()):
        # XlsxWriter does not escape a formula's stored text, so `_x0041_` there means "A".
        assert_same_values(grid.values, expected)
    assert grid.formulas == {
        place: c.text[1:] for place, c in contents.items() if isinstance(c, Formula)
    }
    assert slow(data) == (grid,)
    if not has_escapes(contents):
        assert for_calamine(grid) == calamines(data, "Review")
        assert (grid.values, grid.formulas) == openpyxls(data, "Review")


@quick
@given(_contents)
@abuse("programs", 12, 24)
def test_what_openpyxl_drew(contents: Contents) -> None:
    """PAINS 12, 24: formulas without stored values leave no value."""
    data = drawn_by_openpyxl(contents)
    (grid,) = fast(data)
    if not has_escapes(contents):
        # openpyxl writes such texts as they are, so a reader rightly decodes them.
        assert_same_values(grid.values, typed_in(contents, stored=False))
        # calamine passes over a text of nothing but spaces that does not ask to keep them.
        assert _said(for_calamine(grid)) == _said(calamines(data, "Sheet"))
        assert (grid.values, grid.formulas) == openpyxls(data, "Sheet")
    assert slow(data) == (grid,)


def _said(values: dict[tuple[int, int], object]) -> dict[tuple[int, int], object]:
    return {place: value for place, value in values.items() if str(value).strip()}


def form_like() -> bytes:
    """A workbook with what a review uses: links, dates, merged cells, several tabs, one hidden."""
    out = BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True}) as workbook:
        bold = workbook.add_format({"bold": True})
        day = workbook.add_format({"num_format": "yyyy-mm-dd"})
        sheet = workbook.add_worksheet("Q3 & 'more' x")
        sheet.merge_range("B1:D1", "Readiness review", bold)
        sheet.write_rich_string("A3", "some ", bold, "bold", " words")
        sheet.write_datetime("B3", date(2026, 11, 20), day)
        sheet.write_url("C3", "https://wiki.example/a?b=1&c=2#part", None, "runbook")
        sheet.write_url("D3", "internal:'Q3 & ''more'' x'!A1", None, "here")
        sheet.write_url("E3", "mailto:bo.li@example.com", None, "Bo Li")
        sheet.write_array_formula("F3:G3", "{=A1:B1*2}", None, 4)
        sheet.write_comment("A3", "a note")
        sheet.insert_textbox("J9", "a shape")
        hidden = workbook.add_worksheet("Hidden")
        hidden.hide()
        hidden.write_number(0, 0, 1)
        chart = workbook.add_chart({"type": "bar"})
        assert chart is not None
        chart.add_series({"values": "=Hidden!$A$1:$A$1"})
        workbook.add_chartsheet("Chart").set_chart(chart)
        workbook.add_worksheet("Empty")
    return out.getvalue()


@abuse("programs", 6)
def test_links_merges_and_tabs() -> None:
    """PAINS 6: merged ranges are known. A chart sheet is passed over, but keeps its position."""
    grids = fast(form_like())
    assert [(g.tab, g.hidden, g.position) for g in grids] == [
        ("Q3 & 'more' x", False, 0),
        ("Hidden", True, 1),
        ("Empty", False, 3),
    ]
    review = grids[0]
    assert review.values == {
        (0, 1): "Readiness review",
        (2, 0): "some bold words",
        (2, 1): 46346.0,
        (2, 2): "runbook",
        (2, 3): "here",
        (2, 4): "Bo Li",
        (2, 5): 4.0,
        (2, 6): 0.0,
    }
    assert review.links == {
        (2, 2): "https://wiki.example/a?b=1&c=2#part",
        (2, 3): "#'Q3 & ''more'' x'!A1",
        (2, 4): "mailto:bo.li@example.com",
    }
    assert review.merges == (Range.parse("B1:D1"),)
    assert review.formulas == {(2, 5): "A1:B1*2"}
    assert slow(form_like()) == grids


# Fragments to put anywhere between the tags of a sheet; few leave it sensible, some well-formed.
FRAGMENTS = [
    *["<v>1</v>", "<v/>", "<f/>", "<f>A</f>", "<is><t>x</t></is>", "<t/>", "<x/>", "<rPh/>"],
    *[
        "<c/>",
        "<c></c>",
        '<c r="B77"/>',
        '<c r="B78"><v>7</v></c>',
        '<c r="B79" t="s"><v>0</v></c >',
    ],
    *[' cm="1"', " t='s'", " ", "\n", "&#10;", "&amp;", "\r\n", "_x0041_", "-1", "1e999", "A1"],
    *[
        '<mergeCell ref="A1:B2"/>',
        "<mergeCell\nref='A1:B2'/>",
        "<hyperlink ref='A1' location='x'/>",
    ],
    *["<!-- <c r='A1'><v>1</v></c> -->", "<![CDATA[<v>]]>", "<?pi <v> ?>"],
]


@settings(max_examples=200)
@given(st.lists(st.tuples(st.floats(0, 0.999), st.sampled_from(FRAGMENTS)), min_size=1, max_size=3))
@abuse("programs", 24)
def test_patterns_find_what_the_parser_finds(changes: list[tuple[float, str]]) -> None:
    """PAINS 24: however oddly a sheet is written, both ways to read its cells agree."""
    parts = _form_parts()
    sheet = parts["xl/worksheets/sheet1.xml"]
    for where, fragment in changes:
        # Just before or after a tag's bracket, where most of what programs may write would stand.
        marks = [at for at, letter in enumerate(sheet) if letter in "<>" and at > 300]
        mark = marks[int(where * len(marks))] + (sheet[marks[int(where * len(marks))]] == ">")
        sheet = sheet[:mark] + fragment + sheet[mark:]
    plain = zipped({**parts, "xl/worksheets/sheet1.xml": sheet})
    # A comment anywhere sends the tab to the parser.
    commented = zipped({**parts, "xl/worksheets/sheet1.xml": f"{sheet}<!-- -->"})
    try:
        parsed = fast(commented)
    except (Unreadable, Unusual):
        # The parser also looks at the addresses of empty cells, so it may refuse more.
        return
    assert fast(plain) == parsed


@cache
def _form_parts() -> dict[str, str]:
    with zipfile.ZipFile(BytesIO(form_like())) as archive:
        return {name: archive.read(name).decode() for name in archive.namelist()}


def _saved_by_libreoffice(data: bytes, folder: Path) -> bytes:
    """The same workbook, opened and saved by LibreOffice under a profile of its own."""
    source, out = folder / "in.xlsx", folder / "out"
    source.write_bytes(data)
    program = shutil.which("soffice") or shutil.which("libreoffice") or "soffice"
    profile = f"-env:UserInstallation={(folder / 'profile').as_uri()}"
    command = [program, profile, "--headless", "--convert-to", "xlsx", "--outdir", str(out)]
    subprocess.run([*command, str(source)], check=True, capture_output=True, timeout=120)
    return (out / "in.xlsx").read_bytes()


@pytest.mark.engine("libreoffice")
@abuse("programs", 24)
def test_what_libreoffice_saved(tmp_path: Path) -> None:
    """PAINS 24: the same values, links and merged ranges after another program saved the file."""
    contents: Contents = {
        (0, 0): "gatebook",
        (4, 0): " spaces ",
        (4, 1): "two\nlines",
        (4, 2): 0.1,
        (4, 3): True,
        (4, 4): Formula("=A5", " spaces "),
        (4, 5): Formula("=1/0", "#DIV/0!"),
        (4, 6): "_x000D_",
        (4, 7): "a<b&c",
    }
    out = BytesIO()
    data = drawn_by_xlsxwriter(contents)
    book = openpyxl.load_workbook(BytesIO(data))
    book["Review"].merge_cells("A10:C11")
    cell: Any = book["Review"]["A12"]
    cell.value, cell.hyperlink = "doc", "https://wiki.example/doc"
    book.save(out)
    saved = _saved_by_libreoffice(out.getvalue(), tmp_path)
    (grid,) = fast(saved)
    # openpyxl does not escape what looks like an escape, so the carriage return is real by now.
    contents[(4, 6)] = grid.values[(4, 6)]
    assert_same_values(grid.values, {**typed_in(contents), (11, 0): "doc"})
    assert grid.links == {(11, 0): "https://wiki.example/doc"}
    assert grid.merges == (Range.parse("A10:C11"),)
    # LibreOffice saves a typed TRUE as the formula TRUE(): a reader must not mistake it for work.
    assert grid.formulas == {(4, 3): "TRUE()", (4, 4): "A5", (4, 5): "1/0"}
    assert slow(saved) == (grid,)
    assert for_calamine(grid) == calamines(saved, "Review")
