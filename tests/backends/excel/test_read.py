"""What a Grid holds of a sheet, by the XML that different programs write."""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from gatebook.backends.excel import limits
from gatebook.backends.excel.read import read_workbook
from gatebook.domain.cells import Range
from gatebook.sheets.model import CellError, Grid
from tests.abuse.marks import abuse
from tests.support import hostile
from tests.support.hostile import package_parts, sheet_xml, zipped

# The same sheet in ways that mean the same; the reader takes different routes for them.
WRITTEN: dict[str, Callable[[str], str]] = {
    "plainly": lambda xml: xml,
    "with comments": lambda xml: xml.replace("<sheetData>", "<!-- c --><sheetData>"),
    "with prefixes": lambda xml: (
        xml.replace("</", "\0")
        .replace("<?", "\1")
        .replace("<", "<x:")
        .replace("\0", "</x:")
        .replace("\1", "<?")
        .replace("xmlns=", "xmlns:x=")
    ),
    "in UTF-16": lambda xml: xml.replace("UTF-8", "UTF-16"),
    "on many lines": lambda xml: xml.replace("><row", ">\n  <row").replace("></row", ">\r\n </row"),
}

Route = str


@pytest.fixture(params=WRITTEN)
def route(request: pytest.FixtureRequest) -> Route:
    """Each way of writing in turn."""
    return str(request.param)


def read(
    tmp_path: Path, parts: dict[str, str], skip: frozenset[str] = frozenset()
) -> tuple[Grid, ...]:
    """Write a workbook of these parts and read it."""
    path = tmp_path / "book.xlsx"
    path.write_bytes(zipped(parts))
    return read_workbook(path, skip)


def read_rows(tmp_path: Path, rows: str, strings: str = "", route: Route = "plainly") -> Grid:
    """The Grid of a sheet with these rows, or rows and what follows them."""
    body = rows if "</sheetData>" in rows else f"{rows}</sheetData>"
    xml = WRITTEN[route](sheet_xml(f"<sheetData>{body}"))
    (grid,) = read(tmp_path, package_parts(xml, strings))
    return grid


@abuse("programs", 12, 24)
def test_every_type_of_value(tmp_path: Path, route: Route) -> None:
    """PAINS 12, 24: text, numbers, booleans, errors, stored results, in any way of writing."""
    rows = (
        '<row r="1"><c r="A1" s="3" t="s"><v>1</v></c><c r="B1"><v>46346.5</v></c>'
        '<c r="C1" t="b"><v>1</v></c><c r="D1" t="b"><v>0</v></c><c r="E1" t="e"><v>#REF!</v></c>'
        '<c r="F1" t="inlineStr"><is><t xml:space="preserve"> a &amp; b </t></is></c>'
        '<c r="G1" s="1"/><c r="H1" t="n"><v>1E-3</v></c><c r="I1" t="s"></c></row>'
        '<row r="3"><c r="A3" t="str"><f>IF(B1&gt;0,"ok","")</f><v>ok</v></c>'
        '<c r="B3"><f>B1*2</f></c><c r="C3" t="str"><f>""</f><v></v></c>'
        '<c r="D3" t="e"><f>1/0</f><v>#DIV/0!</v></c></row>'
    )
    grid = read_rows(tmp_path, rows, "<si><t>zero</t></si><si><t>é &lt; 😀</t></si>", route)
    assert grid.values == {
        (0, 0): "é < 😀",
        (0, 1): 46346.5,
        (0, 2): True,
        (0, 3): False,
        (0, 4): CellError("#REF!"),
        (0, 5): " a & b ",
        (0, 7): 0.001,
        (2, 0): "ok",
        (2, 3): CellError("#DIV/0!"),
    }
    assert isinstance(grid.values[(0, 4)], CellError)
    assert type(grid.values[(0, 3)]) is bool
    assert grid.formulas == {
        (2, 0): 'IF(B1>0,"ok","")',
        (2, 1): "B1*2",
        (2, 2): '""',
        (2, 3): "1/0",
    }


@abuse("programs", 13)
def test_shared_and_array_formulas(tmp_path: Path, route: Route) -> None:
    """PAINS 13: every cell with a formula is known, also where its text stands elsewhere."""
    rows = (
        '<row r="1"><c r="A1"><f t="shared" ref="A1:A3" si="0">B1+1</f><v>1</v></c></row>'
        '<row r="2"><c r="A2"><f t="shared" si="0"/><v>2</v></c></row>'
        '<row r="3"><c r="A3"><f t="shared" si="0"></f><v>3</v></c></row>'
        '<row r="4"><c r="A4" cm="1"><f t="array" ref="A4:B4">B1:C1*2</f><v>4</v></c></row>'
    )
    grid = read_rows(tmp_path, rows, route=route)
    assert grid.formulas == {(0, 0): "B1+1", (1, 0): "", (2, 0): "", (3, 0): "B1:C1*2"}
    assert grid.values == {(row, 0): row + 1.0 for row in range(4)}


@abuse("programs", 24)
def test_rich_text_is_joined_and_pronunciation_left_out(tmp_path: Path) -> None:
    """PAINS 24: a word in bold, or Japanese with its reading, is one text."""
    strings = (
        "<si><r><t>Bo</t></r><r><rPr><b/></rPr><t> Li</t></r></si>"
        '<si><t>課長</t><rPh sb="0" eb="2"><t>カチョウ</t></rPh><phoneticPr fontId="1"/></si>'
        "<si><t/></si><si><t>last</t></si>"
    )
    cells = "".join(f'<c r="{c}1" t="s"><v>{i}</v></c>' for i, c in enumerate("ABCD"))
    inline = (
        '<c r="E1" t="inlineStr"><is><r><t>in</t></r><rPh><t>X</t></rPh><r><t>line</t></r></is></c>'
    )
    grid = read_rows(tmp_path, f'<row r="1">{cells}{inline}</row>', strings)
    assert grid.values == {
        (0, 0): "Bo Li",
        (0, 1): "課長",
        (0, 3): "last",
        (0, 4): "inline",
    }


@pytest.mark.parametrize("empty", ["<si/>", "<si></si>", "<si ><t>x</t></si >", "<si><t/></si>"])
def test_an_empty_shared_text_keeps_its_number(tmp_path: Path, empty: str) -> None:
    """The texts after it are still counted from the beginning."""
    strings = f"<si><t>zero</t></si>{empty}<si><t>two</t></si>"
    rows = '<row r="1"><c r="A1" t="s"><v>0</v></c><c r="B1" t="s"><v>2</v></c></row>'
    assert read_rows(tmp_path, rows, strings).values == {(0, 0): "zero", (0, 1): "two"}


@pytest.mark.parametrize(
    ("stored", "seen"),
    [
        ("two_x000D__x000A_lines", "two\r\nlines"),
        ("_x005F_x000D_", "_x000D_"),
        ("_xD83D__xDE00_", "😀"),
        ("half _xD83D_", "half \ufffd"),
        ("_x00G0_ _x12_", "_x00G0_ _x12_"),
        ("a&#10;b&#xA;c", "a\nb\nc"),
        ("  kept  ", "  kept  "),
    ],
)
@abuse("programs", 31)
def test_escapes_in_texts(tmp_path: Path, stored: str, seen: str) -> None:
    """PAINS 31: what a person typed comes back, wherever the file keeps the text."""
    rows = (
        f'<row r="1"><c r="A1" t="s"><v>0</v></c><c r="B1" t="str"><f>A1</f><v>{stored}</v></c>'
        f'<c r="C1" t="inlineStr"><is><t>{stored}</t></is></c></row>'
    )
    plain, rich = f"<si><t>{stored}</t></si>", f"<si><r><t>{stored}</t></r></si>"
    for strings in (plain, rich):
        grid = read_rows(tmp_path, rows, strings)
        assert set(grid.values.values()) == {seen}
        assert len(grid.values) == 3


@abuse("programs", 24)
def test_cells_and_rows_without_addresses(tmp_path: Path, route: Route) -> None:
    """PAINS 24: a cell without an address follows the one before; a given one is believed."""
    rows = (
        "<row><c><v>1</v></c><c><v>2</v></c></row>"
        '<row r="5"><c><v>3</v></c><c r="D5"><v>4</v></c><c><v>5</v></c></row>'
        '<row><c r="B9"><v>6</v></c></row>'
    )
    grid = read_rows(tmp_path, rows, route=route)
    assert grid.values == {(0, 0): 1, (0, 1): 2, (4, 0): 3, (4, 3): 4, (4, 4): 5, (8, 1): 6}


@abuse("programs", 24)
def test_a_declared_dimension_is_not_believed(tmp_path: Path) -> None:
    """PAINS 24."""
    xml = sheet_xml(
        '<dimension ref="A1"/><sheetData><row r="9"><c r="C9"><v>7</v></c></row></sheetData>'
    )
    (grid,) = read(tmp_path, package_parts(xml))
    assert grid.values == {(8, 2): 7.0}


@abuse("programs", 6)
def test_a_stray_cell_far_away_costs_and_loses_nothing(tmp_path: Path, route: Route) -> None:
    """PAINS 6: cells beyond the limits are passed over; those before and what follows are kept."""
    rows = (
        '<row r="1"><c r="A1"><v>1</v></c><c r="IV1"><v>2</v></c><c r="IW1"><v>9</v></c></row>'
        f'<row r="{limits.MAX_ROWS}"><c r="B{limits.MAX_ROWS}"><v>3</v></c></row>'
        f'<row r="{limits.MAX_ROWS + 1}"><c r="A{limits.MAX_ROWS + 1}"><f>A1</f><v>9</v></c></row>'
        '<row r="1048576"><c r="XFD1048576"><v>9</v></c></row></sheetData>'
        '<mergeCells count="2"><mergeCell ref="A3:XFD1048576"/><mergeCell ref="XFC9:XFD9"/>'
        "</mergeCells>"
    )
    grid = read_rows(tmp_path, rows, route=route)
    assert grid.values == {(0, 0): 1.0, (0, 255): 2.0, (limits.MAX_ROWS - 1, 1): 3.0}
    assert grid.formulas == {}
    assert grid.merges == (Range.parse("A3:XFD1048576"),)


def test_links_to_pages_places_and_over_ranges(tmp_path: Path, route: Route) -> None:
    """A link on a range stands on each of its cells, up to a bound."""
    body = (
        '<row r="1"><c r="A1"><v>1</v></c></row></sheetData><hyperlinks>'
        '<hyperlink ref="A1" r:id="rId7"/><hyperlink ref="C2:B1" r:id="rId7" location="part"/>'
        '<hyperlink ref="A5" location="\'A &amp; B\'!A1" display="a > b"/>'
        '<hyperlink ref="A9" r:id="rId99"/><hyperlink ref="nonsense" r:id="rId7"/>'
        '<hyperlink ref="XFD1" r:id="rId7"/><hyperlink ref="D10:XFD1048576" location="Z!A1"/>'
        "</hyperlinks>"
    )
    xml = WRITTEN[route](sheet_xml(f"<sheetData>{body}"))
    parts = package_parts(xml)
    parts["xl/worksheets/_rels/s1.xml.rels"] = (
        f'<Relationships xmlns="{hostile.PACKAGE}"><Relationship Id="rId7" TargetMode="External" '
        f'Type="{hostile.RELATIONS}/hyperlink" Target="https://wiki.example/a?b&amp;c"/>'
        "</Relationships>"
    )
    (grid,) = read(tmp_path, parts)
    target = "https://wiki.example/a?b&c"
    spread = {place: link for place, link in grid.links.items() if link == "#Z!A1"}
    assert len(spread) == limits.MAX_CELLS_OF_A_LINK
    assert (9, 3) in spread
    assert {place: link for place, link in grid.links.items() if place not in spread} == {
        (0, 0): target,
        **dict.fromkeys(((0, 1), (0, 2), (1, 1), (1, 2)), f"{target}#part"),
        (4, 0): "#'A & B'!A1",
    }


@abuse("programs", 14)
def test_numbers_that_are_none_stay_text(tmp_path: Path) -> None:
    """PAINS 14: what is not understood is never a number."""
    cells = "".join(
        f'<c r="{c}1"><v>{v}</v></c>' for c, v in zip("ABC", ("nan", "inf", "abc"), strict=True)
    )
    assert read_rows(tmp_path, f'<row r="1">{cells}</row>').values == {
        (0, 0): "nan",
        (0, 1): "inf",
        (0, 2): "abc",
    }


def test_a_text_is_cut_where_a_cell_is_full(tmp_path: Path) -> None:
    """Excel's own limit of 32,767 characters."""
    long = "x" * 40_000
    rows = '<row r="1"><c r="A1" t="s"><v>0</v></c></row>'
    for strings in (f"<si><t>{long}</t></si>", f"<si><r><t>{long}</t></r></si>"):
        assert read_rows(tmp_path, rows, strings).values == {(0, 0): "x" * limits.MAX_TEXT}


@pytest.mark.parametrize("strict", [False, True])
@pytest.mark.parametrize("epoch_1904", [False, True])
@abuse("programs", 24)
def test_dates_written_as_iso_text(tmp_path: Path, strict: bool, epoch_1904: bool) -> None:
    """PAINS 24: strict files write dates so; the slow path reads them, as serial numbers."""
    main = hostile.STRICT_MAIN if strict else hostile.MAIN
    relations = hostile.STRICT_RELATIONS if strict else hostile.RELATIONS
    body = (
        '<sheetData><row r="1"><c r="A1" t="d"><v>2026-11-20</v></c>'
        '<c r="B1" t="d"><f>A1</f><v>2026-11-20T12:00:00</v></c>'
        '<c r="C1" t="s"><v>0</v></c></row></sheetData>'
        '<mergeCells><mergeCell ref="A4:B5"/></mergeCells>'
    )
    properties = '<workbookPr date1904="1"/>' if epoch_1904 else ""
    parts = package_parts(
        sheet_xml(body, main=main, relations=relations),
        "<si><t>_x005F_x000D_</t></si>",
        main,
        relations,
        properties,
    )
    (grid,) = read(tmp_path, parts)
    serial = 46346 - (1462 if epoch_1904 else 0)
    assert grid.values == {(0, 0): serial, (0, 1): serial + 0.5, (0, 2): "_x000D_"}
    assert grid.formulas == {(0, 1): "A1"}
    assert grid.merges == (Range.parse("A4:B5"),)
    assert grid.epoch_1904 is epoch_1904


@abuse("programs", 24)
def test_strict_workbooks(tmp_path: Path) -> None:
    """PAINS 24: "Strict Open XML Spreadsheet" has the same cells under other names."""
    xml = sheet_xml(
        '<sheetData><row r="1"><c r="A1" t="s"><v>0</v></c></row></sheetData>',
        main=hostile.STRICT_MAIN,
        relations=hostile.STRICT_RELATIONS,
    )
    parts = package_parts(
        xml, "<si><t>here</t></si>", hostile.STRICT_MAIN, hostile.STRICT_RELATIONS
    )
    (grid,) = read(tmp_path, parts)
    assert grid.values == {(0, 0): "here"}


@abuse("programs", 24)
def test_parts_by_odd_names_and_absolute_targets(tmp_path: Path) -> None:
    """PAINS 24: part names differ in case, slashes, leading slash and percent signs."""
    xml = sheet_xml('<sheetData><row r="1"><c r="A1"><v>5</v></c></row></sheetData>')
    parts = package_parts(xml)
    rels = parts.pop("xl/_rels/book.xml.rels")
    parts["xl\\_rels\\BOOK.xml.rels"] = rels.replace("worksheets/s1.xml", "/xl/My%20tabs/One.XML")
    parts["XL/my tabs/one.xml"] = parts.pop("xl/worksheets/s1.xml")
    parts["_rels/.rels"] = parts["_rels/.rels"].replace("xl/book.xml", "/xl/./book.xml")
    (grid,) = read(tmp_path, parts)
    assert grid.values == {(0, 0): 5.0}


def test_a_workbook_without_package_relationships(tmp_path: Path) -> None:
    """The usual place is tried."""
    parts = package_parts(sheet_xml("<sheetData/>"))
    del parts["_rels/.rels"]
    parts["xl/workbook.xml"] = parts.pop("xl/book.xml")
    parts["xl/_rels/workbook.xml.rels"] = parts.pop("xl/_rels/book.xml.rels")
    (grid,) = read(tmp_path, parts)
    assert grid.tab == "Sheet1"


def test_bytes_around_the_zip_do_no_harm(tmp_path: Path) -> None:
    """Some mail gateways put lines before it, some tools a comment after it."""
    sound = hostile.sound_workbook()
    path = tmp_path / "book.xlsx"
    path.write_bytes(b"\x01\x02 gateway " + sound)
    before = read_workbook(path)
    path.write_bytes(sound)
    assert read_workbook(path) == before
    assert before[0].values[(7, 0)] == "Gate 7"


def test_names_that_lead_out_of_the_zip_are_only_names(tmp_path: Path) -> None:
    """Nothing is ever unpacked to the disk."""
    parts = package_parts(sheet_xml("<sheetData/>"))
    read(tmp_path, {**parts, "../../evil.txt": "x", "/etc/evil": "y"})
    assert [path.name for path in tmp_path.rglob("*")] == ["book.xlsx"]


SKIP = frozenset({"gatebook:guide", "gatebook:changes"})


def _titled(first: str, cell: str = "A1") -> str:
    """A sheet that begins with a text, followed by something that is no proper XML."""
    return sheet_xml(
        f'<sheetData><row r="1"><c r="{cell}" t="inlineStr"><is><t>{first}</t></is></c></row>'
        + f'<row r="2"><c r="A2"><v>{"1" * 60_000}</v></c></row></sheetData>'
    )


def test_skip_leaves_tabs_out_by_the_beginning_of_their_first_cell(
    tmp_path: Path, route: Route
) -> None:
    """A tab whose A1 begins with a text of `skip` is left out; the same text elsewhere is not."""
    write = WRITTEN[route]
    sheets = {
        "Review": write(_titled("gatebook:review")),
        "Guide": write(_titled("gatebook:guide:3")),
        "Other": write(_titled("gatebook:guide", "B1")),
        "Said": write(_titled("see gatebook:guide")),
    }
    grids = read(tmp_path, package_parts(sheets), skip=SKIP)
    assert [(grid.tab, grid.position) for grid in grids] == [
        ("Review", 0),
        ("Other", 2),
        ("Said", 3),
    ]
    assert len(read(tmp_path, package_parts(sheets))) == 4


def test_a_skipped_tab_is_not_parsed(tmp_path: Path) -> None:
    """What follows its first cell cannot even fail."""
    broken = _titled("gatebook:guide").replace("</row></sheetData>", "<<<")
    sheets = {"Review": _titled("gatebook:review"), "Guide": broken}
    (grid,) = read(tmp_path, package_parts(sheets), skip=SKIP)
    assert grid.tab == "Review"


def test_skip_on_the_slow_path(tmp_path: Path) -> None:
    """The same tabs are left out where openpyxl reads; it takes numbers that are none as text."""
    dated = sheet_xml(
        '<sheetData><row r="1"><c r="A1" t="d"><v>2026-11-20</v></c></row></sheetData>'
    )
    sheets = {"Guide": _titled("gatebook:guide"), "Dates": dated}
    (grid,) = read(tmp_path, package_parts(sheets), skip=SKIP)
    assert (grid.tab, grid.position) == ("Dates", 1)


def test_a_large_tab_is_read_without_patterns(tmp_path: Path) -> None:
    """Above a size the parser reads; the result is the same."""
    rows = "".join(
        f'<row r="{n}"><c r="A{n}" t="str"><v>{"x" * 300}</v></c></row>' for n in range(1, 5_001)
    )
    assert len(rows) > limits.PLAIN_BYTES
    grid = read_rows(tmp_path, rows)
    assert len(grid.values) == limits.MAX_ROWS


def test_zip64_is_read(tmp_path: Path) -> None:
    """Some programs write the wide form for small files too."""
    path = tmp_path / "book.xlsx"
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in package_parts(sheet_xml("<sheetData/>")).items():
            with archive.open(name, "w", force_zip64=True) as part:
                part.write(content.encode())
    assert len(read_workbook(path)) == 1
