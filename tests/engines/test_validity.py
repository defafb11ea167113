"""What we draw is valid: by Microsoft's own SDK, and by the lint for what Excel repairs besides."""

from __future__ import annotations

import zipfile
from datetime import date, datetime
from pathlib import Path
from typing import Any, get_args, get_type_hints

import pytest

from gatebook.backends.excel.draw import workbook_bytes
from gatebook.domain.cells import Cell, Range
from gatebook.sheets.model import (
    PLAIN,
    Chart,
    ColourRule,
    Column,
    Content,
    Formula,
    Link,
    Page,
    Placed,
    Protection,
    Row,
    Series,
    Sheet,
    Style,
    Table,
    Validation,
    Workbook,
)
from tests.support import validator
from tests.support.xlsx_lint import lint

CREATED = datetime(2026, 11, 23, 9, 30)
NAME = "Bo's & Ana's <tab> of 31 letter"
KINDS: tuple[Any, ...] = get_args(get_type_hints(Chart)["kind"])

CONTENTS: tuple[Content, ...] = (
    "=1+1",
    'text & <tags> "quoted" 🙂',
    " control \x01\x0b\ud800\uffff _x0041_ ",
    "x" * 40_000,
    "",
    None,
    True,
    12.5,
    10**15,
    date(2026, 2, 28),
    date(1899, 1, 1),
    datetime(2026, 2, 28, 12, 30),
    Formula('=IF(ISFORMULA(A1),"a;b \'c\'",TEXTJOIN(", ",TRUE,"x","y"))', "a\x0bb <c> _x0041_"),
    Formula("=A1", ""),
    Formula("=A1", True),
    Formula("=A1", 1.5),
    Formula("=A1", date(2026, 1, 1)),
    Formula("=A1", "#N/A"),
    Link("https://docs.example/ä b?q=%zz#part two", "open\x02"),
    Link("mailto:bo@people.example?subject=a b", "mail"),
    Link("#'Bo''s & Ana''s <tab> of 31 letter'!A1", "go"),
    Link("../reviews/100% #1 [x] 'q' \"d\".xlsx#'It''s'!B2", "file", file=True),
    Link("C:\\Files\\a.xlsx", "file", file=True),
    Link("\\\\server\\share\\a.xlsx", "file", file=True),
    Link("javascript:alert(1)", "no link"),
    Link("https://a..example/", "no link"),
)

STYLES = (
    PLAIN,
    Style(bold=True, italic=True, underline=True, size=14.5, colour="#123456", fill="#ABCDEF"),
    Style(border="#888888", edges="lb", align="right", valign="middle", wrap=True, indent=1),
    Style(rotation=-45, number_format='0.0" days"', shrink=True, locked=False),
)


def everything() -> Workbook:
    """Every content in every style, and every feature of a sheet."""
    cells = {
        Cell(row, column): Placed(content, style)
        for row, content in enumerate(CONTENTS, 2)
        for column, style in enumerate(STYLES)
    }
    cells[Cell(0, 0)] = Placed("Title", Style(bold=True))
    first = Sheet(
        NAME,
        cells,
        columns={0: Column(30), 20: Column(4, hidden=True)},
        rows={0: Row(30), 60: Row(hidden=True)},
        merges=(Range.parse("A1:D1"), Range.parse("A2:B2")),
        validations=(
            Validation(Range.parse("F3:F9"), "list", choices=("a" * 127, 'b"' + "b" * 120)),
            Validation(Range.parse("G3:G9"), "list", source=Range.parse("A1:A99"), strict=False),
            Validation(Range.parse("H3:H9"), "date", earliest=date(2015, 1, 1)),
            Validation(Range.parse("I3:I9"), "custom", formula="=NOT(ISFORMULA(I3))"),
            Validation(Range.parse("J3"), "any", prompt_title="t" * 40, prompt="<&\"'>" * 99),
        ),
        colour_rules=(
            ColourRule(Range.parse("A3:D9"), '=$A3="<&\'"', STYLES[1], stop=True),
            ColourRule(Range.parse("A3"), "=ISFORMULA(A3)", STYLES[2]),
        ),
        protection=Protection(),
        freeze=Cell(2, 1),
        page=Page(area=Range.parse("A1:J40"), repeat=(0, 1), footer="&LA && B&RPage &P of &N"),
        filter=Range.parse("A2:D40"),
        tab_colour="#112233",
        cursor=Cell(4, 1),
        zoom=70,
    )
    hidden = Sheet("Data", {Cell(0, 0): Placed("x")}, hidden=True, page=Page(repeat=(0, 0)))
    return Workbook((first, hidden), "Title <&> \x01", CREATED, "Arial")


def charts() -> Workbook:
    data = {Cell(row, column): Placed(row * column) for row in range(1, 6) for column in range(4)}
    drawn = []
    for place, kind in enumerate(KINDS):
        series = tuple(
            Series(f"<{kind}>", Range.parse("A2:A6"), Range.of(1, c, 5, c), "#336699", ("#FF0000",))
            for c in (1, 2, 3)
        )
        drawn.append(Chart(kind, f"Chart {place} & more", "It's", series, Cell(place * 16, 6)))
    slices = Series("", Range.parse("A2:A6"), Range.parse("B2:B6"), "#000000")
    drawn.append(Chart("pie", "", "It's", (slices,), Cell(0, 20)))
    return Workbook((Sheet("It's", data, charts=tuple(drawn)),), "Charts", CREATED)


def many_validations() -> Workbook:
    validations = tuple(
        Validation(Range.of(4, column, 99, column), "list", choices=("Green", "Yellow", "Red"))
        for column in range(40)
    )
    rules = tuple(
        ColourRule(
            Range.of(4, column, 99, column), f"={Cell(4, column).a1}=1", Style(fill="#EEEEEE")
        )
        for column in range(40)
    )
    return Workbook(
        (Sheet("Review", {}, validations=validations, colour_rules=rules),), "", CREATED
    )


def large_table() -> Workbook:
    link = Link("https://docs.example/a?b=1&c=2", "open")
    rows: list[list[Content]] = [
        [f"System {number}", number, date(2026, 1, 1), link, Formula("=B2", number)]
        for number in range(3_000)
    ]
    header = ("System", "Number", "Due", "Link", "Formula")
    table = Table(Cell(3, 0), header, rows, (PLAIN, *STYLES), STYLES[1])
    return Workbook((Sheet("Findings", tables=(table,), filter=table.range),), "", CREATED)


def empty_tables() -> Workbook:
    table = Table(Cell(0, 0), ("System", "Due"), [], (PLAIN, PLAIN), STYLES[1])
    return Workbook(
        (Sheet("Actions", tables=(table,), filter=table.range), Sheet("Nothing at all")),
        "",
        CREATED,
    )


WORKBOOKS = {
    made.__name__: made
    for made in (everything, charts, many_validations, large_table, empty_tables)
}


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("drawn")
    drawn = {name: folder / f"{name}.xlsx" for name in WORKBOOKS}
    for name, path in drawn.items():
        path.write_bytes(workbook_bytes(WORKBOOKS[name]()))
    return drawn


@pytest.fixture
def microsoft() -> None:
    """Microsoft's validator, installed."""
    validator.require()


@pytest.mark.parametrize("name", WORKBOOKS)
def test_the_lint_finds_nothing(name: str, files: dict[str, Path]) -> None:
    assert lint(files[name]) == []


@pytest.mark.usefixtures("microsoft")
def test_microsofts_sdk_finds_nothing(files: dict[str, Path]) -> None:
    found = validator.validate(files.values())
    assert found == {path: [] for path in files.values()}


@pytest.mark.usefixtures("microsoft")
@pytest.mark.parametrize(
    ("part", "old", "new", "says"),
    [
        ("xl/worksheets/sheet1.xml", b"<sheetData>", b"<odd/><sheetData>", "invalid child element"),
        ("xl/worksheets/_rels/sheet1.xml.rels", b"https://docs", b"https://a..b", "cannot parse"),
    ],
)
def test_the_sdk_would_say_so(
    part: str, old: bytes, new: bytes, says: str, files: dict[str, Path], tmp_path: Path
) -> None:
    """A validator that is content with everything would prove nothing."""
    broken = tmp_path / "broken.xlsx"
    with zipfile.ZipFile(files["everything"]) as good, zipfile.ZipFile(broken, "w") as package:
        for name in good.namelist():
            content = good.read(name)
            package.writestr(name, content.replace(old, new) if name == part else content)
    before = broken.read_bytes()
    assert says in " ".join(validator.validate([broken])[broken])
    assert broken.read_bytes() == before
