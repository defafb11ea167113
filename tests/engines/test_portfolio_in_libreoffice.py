"""The portfolio as a file, drawn for 1, 12, 25, 60 and 200 systems, as LibreOffice opens and prints it.

Systems are the sample's pilots, as often as needed, so that every decision, history and plans past
their day are among them; beside them stands a sheet that could not be read. That the files are valid
is held here too, by Microsoft's SDK and by the lint for what Excel repairs.
"""

from __future__ import annotations

import re
import subprocess
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from functools import cache
from itertools import cycle, islice
from pathlib import Path
from typing import Literal
from xml.etree import ElementTree

import msgspec
import pytest

from gatebook.backends.excel.draw import draw_workbook
from gatebook.domain.cells import Cell, Range
from gatebook.domain.decision import SHOWN, SHOWN_LIVE, Decision, decision_words
from gatebook.domain.judge import judge
from gatebook.domain.review import Review, Status
from gatebook.domain.systems import systems
from gatebook.portfolio import build_tables
from gatebook.sample import sample_reviews
from gatebook.sheets import look
from gatebook.sheets.form_draw import Look
from gatebook.sheets.model import Page, Placed, Sheet, Style, Workbook
from gatebook.sheets.portfolio_book import portfolio_workbook
from gatebook.sheets.portfolio_front import HEADER_ROW
from gatebook.sheets.portfolio_read import OldPortfolio
from gatebook.sheets.portfolio_tables import Tables
from gatebook.sheets.review_form import TabProblem
from tests.support import validator
from tests.support.builders import TODAY, TWELVE
from tests.support.cell_values import Edit
from tests.support.engines import unavailable
from tests.support.libreoffice import LibreOffice, pdf_pages
from tests.support.xlsx_lint import lint

SIZES = (1, 12, 200)
Paper = Literal["A4", "Letter"]
# The least size at which a printed page is one to sign.
LEAST_SCALE = 0.6
UNREAD = TabProblem("chat.xlsx", "", "the file is locked with a password", "Save it without one.")


def some_reviews(count: int) -> Iterator[Review]:
    """All reviews of so many systems: the sample's pilots, and then the same again under new names."""
    pilots: dict[str, list[Review]] = {}
    for _, review in sample_reviews(TWELVE, TODAY):
        pilots.setdefault(review.system, []).append(review)
    for number, reviews in enumerate(islice(cycle(pilots.values()), count)):
        for review in reviews:
            stamp = msgspec.structs.replace(
                review.stamp,
                system_id=f"{review.stamp.system_id}-{number}",
                review_id=f"{review.stamp.review_id}-{number}",
            )
            yield msgspec.structs.replace(
                review,
                stamp=stamp,
                system=f"{review.system} {number}",
                location=f"reviews/{stamp.review_id}.xlsx",
            )


@cache
def tables_of(count: int) -> Tables:
    """The tables of so many systems, and of a sheet that could not be read."""
    judged = [judge(review, TWELVE, TODAY) for review in some_reviews(count)]
    return build_tables(systems(judged, TODAY), [UNREAD], OldPortfolio(), TODAY, ".")


def draw(count: int, path: Path, paper: Paper = "A4") -> Path:
    """The portfolio of so many systems as a file."""
    draw_workbook(portfolio_workbook(tables_of(count), "0", Look(paper=paper)), path)
    return path


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> dict[int, Path]:
    """By number of systems."""
    folder = tmp_path_factory.mktemp("portfolios")
    return {count: draw(count, folder / f"{count}.xlsx") for count in SIZES}


def columns(tab: str) -> dict[str, int]:
    """Where each header of a tab stands, counted from 0."""
    (sheet,) = [s for s in portfolio_workbook(tables_of(12), "0").sheets if s.name == tab]
    table = sheet.tables[0]
    return {header: table.at.column + place for place, header in enumerate(table.header)}


# Print


def words_on(pdf: Path) -> list[list[tuple[str, float]]]:
    """Page by page each word of a PDF and the height of its letters in points, by poppler."""
    done = subprocess.run(
        ["pdftotext", "-bbox", str(pdf), "-"], capture_output=True, check=True, timeout=60
    )
    pages = done.stdout.decode().split("<page ")[1:]
    found = re.compile(r'yMin="([\d.]+)" xMax="[\d.]+" yMax="([\d.]+)">([^<]*)<')
    return [[(m[3], float(m[2]) - float(m[1])) for m in found.finditer(page)] for page in pages]


@pytest.fixture(scope="module")
def full_size(libreoffice: LibreOffice, tmp_path_factory: pytest.TempPathFactory) -> float:
    """How tall the letters of a header print where nothing is made smaller."""
    folder = tmp_path_factory.mktemp("full size")
    unavailable(*_poppler())
    cell = {Cell(0, 0): Placed("System", Style(bold=True))}
    sheet = Sheet("Review", cell, page=Page())
    draw_workbook(Workbook((sheet,), "", datetime(2026, 1, 1, tzinfo=UTC)), folder / "a.xlsx")
    with libreoffice.open(folder / "a.xlsx") as book:
        ((word,),) = words_on(book.save(folder / "a.pdf"))
    assert word[0] == "System"
    return word[1]


def _poppler() -> tuple[list[str], str]:
    import shutil

    return [] if shutil.which("pdftotext") else ["pdftotext"], "apt install poppler-utils"


@pytest.mark.parametrize("paper", ["A4", "Letter"])
@pytest.mark.parametrize("count", [1, 12, 25])
def test_up_to_25_systems_print_on_one_landscape_page(
    count: int, paper: Paper, full_size: float, tmp_path: Path, libreoffice: LibreOffice
) -> None:
    """The size is measured by the letters on the page, not by what the file asks for."""
    path = draw(count, tmp_path / "p.xlsx", paper)
    with libreoffice.open(path) as book:
        pdf = book.save(tmp_path / "p.pdf", tab="Portfolio")
    assert pdf_pages(pdf) == 1
    (words,) = words_on(pdf)
    (height,) = [tall for word, tall in words if word == "System"]
    assert height / full_size >= LEAST_SCALE
    # All of it is there: the last row's system, and the last column of the page.
    texts = [word for word, _ in words]
    assert texts.count("Next") == 1
    assert all(name in " ".join(texts) for name in (row.system for row in tables_of(count).systems))
    info = subprocess.run(["pdfinfo", str(pdf)], capture_output=True, text=True, check=True).stdout
    wide, tall = map(float, re.findall(r"Page size:\s+([\d.]+) x ([\d.]+)", info)[0])
    assert wide > tall


@pytest.mark.parametrize("paper", ["A4", "Letter"])
def test_25_systems_that_all_have_much_to_say_print_on_one_page_too(
    paper: Paper, full_size: float, tmp_path: Path, libreoffice: LibreOffice
) -> None:
    """Long names, red gates, a plan, a long change, every list of the view full, and a regulated area."""
    wordy = replace(
        tables_of(25).systems[1],
        system="Contract clause comparison assistant",
        owner="Alexandra Papadopoulou-Schmidt",
        decision=SHOWN[Decision.INCOMPLETE].format(things="12 things"),
        blocks="; ".join(
            f"{n} Confidential data handled (Alexandra Papadopoulou)" for n in (1, 2, 3)
        ),
        change="was “Launch with remediation plan”; gates 1, 2, 3, 4 better; gates 5, 6, 7, 8, 9 worse",
        regulated="Health care: 3 G · 6 R · 7 R · 8 – · 12 G",
        state="missing since 2026-11-20; last known state shown",
        notes={"Notes": "The board asked about this one on Monday. " * 8},
    )
    full = tables_of(25)
    many = replace(full, systems=(wordy,) * 25, synced="2026-11-24 06:00 CET. " + "x: y → z; " * 12)
    draw_workbook(portfolio_workbook(many, "0", Look(paper=paper)), tmp_path / "p.xlsx")
    with libreoffice.open(tmp_path / "p.xlsx") as book:
        pdf = book.save(tmp_path / "p.pdf", tab="Portfolio")
    (words,) = words_on(pdf)
    (height,) = [tall for word, tall in words if word == "System"]
    assert height / full_size >= LEAST_SCALE
    assert [word for word, _ in words].count("comparison") == 25


def test_more_systems_print_with_the_headings_on_each_page(
    full_size: float, tmp_path: Path, libreoffice: LibreOffice
) -> None:
    with libreoffice.open(draw(60, tmp_path / "p.xlsx")) as book:
        pages = words_on(book.save(tmp_path / "p.pdf", tab="Portfolio"))
    assert len(pages) > 1
    for number, words in enumerate(pages, 1):
        (height,) = [tall for word, tall in words if word == "System"]
        assert height / full_size >= LEAST_SCALE
        texts = " ".join(word for word, _ in words)
        assert "What blocks" in texts
        assert f"Page {number} of {len(pages)}" in texts


def test_review_history_prints_as_far_as_the_reason_of_the_next_review(
    full_size: float, tmp_path: Path, libreoffice: LibreOffice
) -> None:
    """What stands behind it is for the screen, where it can be scrolled to."""
    with libreoffice.open(draw(25, tmp_path / "p.xlsx")) as book:
        cells = book.read("Review history", "A3:AZ3")
        pages = words_on(book.save(tmp_path / "p.pdf", tab="Review history"))
    assert {"Major changes since", "Launched without passing"} <= {
        str(cell.value) for cell in cells.values()
    }
    for words in pages:
        texts = [word for word, _ in words]
        assert "Because" in texts
        assert "Launched" not in texts
        (height,) = [tall for word, tall in words if word == "System"]
        assert height / full_size >= LEAST_SCALE


# Charts

_CHART = "{http://schemas.openxmlformats.org/drawingml/2006/chart}"


def charts_in(path: Path) -> Iterator[list[tuple[str, Range, Range]]]:
    """Of each chart in a file its series: name, cells of the labels, cells of the values."""
    with zipfile.ZipFile(path) as package:
        names = sorted(n for n in package.namelist() if n.startswith("xl/charts/chart"))
        parts = [ElementTree.fromstring(package.read(name)) for name in names]
    for part in parts:
        found = []
        for series in part.iter(f"{_CHART}ser"):
            name = "".join(series.find(f"{_CHART}tx").itertext())  # type: ignore[union-attr]
            labels, values = (
                series.find(f"{_CHART}{kind}").find(f".//{_CHART}f").text  # type: ignore[union-attr]
                for kind in ("cat", "val")
            )
            assert labels is not None
            assert values is not None
            assert labels.startswith("Charts!")
            assert values.startswith("Charts!")
            found.append((name, Range.parse(labels[7:]), Range.parse(values[7:])))
        yield found


@pytest.mark.parametrize("count", SIZES)
def test_the_charts_read_their_tables_exactly(
    count: int, files: dict[int, Path], libreoffice: LibreOffice
) -> None:
    """PAINS 32. Above each range stands its header, in it no cell is empty, below it all are."""
    with libreoffice.open(files[count]) as book:
        cells = book.read("Charts", "A1:Z200")
    tables = tables_of(count)
    sizes = []
    for series in charts_in(files[count]):
        for name, labels, values in series:
            assert cells[values.first.down(-1).a1].value == name
            assert (labels.first.row, labels.last.row) == (values.first.row, values.last.row)
            for area in (labels, values):
                assert area.first.column == area.last.column
                inside = [
                    Cell(row, area.first.column).a1
                    for row in range(area.first.row, area.last.row + 1)
                ]
                assert all(at in cells for at in inside)
                assert area.last.down().a1 not in cells
        sizes.append((len(series), labels.last.row - labels.first.row + 1))
    months = [(4, len(tables.months))] if len(tables.months) > 1 else []
    assert sizes == [(1, len(Decision)), (4, len(tables.gates)), *months]
    now, first = next(charts_in(files[count])), Decision.LAUNCH
    assert cells[now[0][2].first.a1].value == tables.decided(first)


# A large portfolio


def test_200_systems_are_a_small_file_that_opens_on_the_monday_view(files: dict[int, Path]) -> None:
    assert files[200].stat().st_size < 1_000_000
    with zipfile.ZipFile(files[200]) as package:
        book = package.read("xl/workbook.xml").decode()
        sheet = package.read("xl/worksheets/sheet1.xml").decode()
    assert re.findall(r'<sheet name="([^"]*)"', book)[0] == "Portfolio"
    # The first tab is the open one where no other is named.
    assert 'activeTab="' not in book.replace('activeTab="0"', "")
    (view,) = re.findall(r"<sheetView .*?</sheetView>", sheet)
    # No scrolling: the upper part begins with row 1, the lower one with the first system.
    assert "topLeftCell" not in view.partition(">")[0]
    (pane,) = re.findall(r"<pane [^>]*>", view)
    assert f'ySplit="{HEADER_ROW + 1}"' in pane
    assert re.search(rf'topLeftCell="[A-Z]+{HEADER_ROW + 2}"', pane)
    assert f'activeCell="{Cell(HEADER_ROW + 1, 1).a1}"' in view


def test_what_stays_in_sight_leaves_room_for_systems_on_a_laptop() -> None:
    """The rows above the first system never scroll away: at most half of a 13-inch laptop's 600 pixels
    or so below Excel's own bars, at the tab's zoom."""
    for count in SIZES:
        sheet = portfolio_workbook(tables_of(count), "0").sheets[0]
        assert sheet.freeze is not None
        shown = [sheet.rows.get(row) for row in range(sheet.freeze.row)]
        points = sum((row.height or 15) for row in shown if row and not row.hidden)
        assert points * 96 / 72 * sheet.zoom / 100 <= 330


def test_no_formula_of_200_systems_is_an_error(
    files: dict[int, Path], libreoffice: LibreOffice
) -> None:
    with libreoffice.open(files[200]) as book:
        book.recalculate()
        for tab in book.tabs():
            cells = book.read(tab, "A1:AZ2000")
            assert cells
            assert [at for at, cell in cells.items() if cell.code] == []


def test_the_files_are_valid(files: dict[int, Path]) -> None:
    assert {count: lint(path) for count, path in files.items()} == {count: [] for count in SIZES}
    validator.require()
    assert validator.validate(files.values()) == {path: [] for path in files.values()}


# Colours

GREEN, YELLOW, RED = (look.STATUS_FILL[status] for status in Status)
UNCLEAR, GREY, NONE = look.UNCLEAR_FILL, look.INCOMPLETE_FILL, ""
_FILLS = {
    Decision.LAUNCH: GREEN,
    Decision.LAUNCH_WITH_PLAN: YELLOW,
    Decision.DELAYED: RED,
    Decision.INCOMPLETE: GREY,
}
_STATUSES: dict[str | int, str] = {
    "Green": GREEN,
    "Yellow": YELLOW,
    "Red": RED,
    "Not marked": NONE,
}
_MARKS: dict[str | int, str] = {"G": GREEN, "Y": YELLOW, "R": RED, "–": NONE}
_DECISIONS: dict[str | int, str] = {"Cannot be read": UNCLEAR, "Launch": NONE}
for _words in (SHOWN, SHOWN_LIVE):
    for _decision, _fill in _FILLS.items():
        _shown = _words[_decision].format(date="on 2026-12-01", things="3 things")
        _DECISIONS[_shown] = _fill
_BRIEFLY: dict[str | int, str] = {
    decision_words(decision, live=live): fill
    for live in (False, True)
    for decision, fill in _FILLS.items()
}
# Tab, column → what is typed into its cells from the top, and how each is then filled.
COLOURED: dict[tuple[str, str], dict[str | int, str]] = {
    ("Portfolio", "Decision"): _DECISIONS,
    **{("Portfolio", str(number)): _MARKS for number in range(1, 13)},
    ("Portfolio", "Sync state"): {
        "Read": NONE,
        "missing since 2026-11-24; last known state shown": UNCLEAR,
        "could not be read": UNCLEAR,
    },
    ("Actions", "Status"): _STATUSES,
    ("Actions", "Days overdue"): {1: RED, 27: RED, 0: NONE},
    ("Findings", "Level"): {"block": RED, "warn": NONE},
    ("Evidence", "Status"): _STATUSES,
    ("Decisions", "Decision"): _BRIEFLY,
    ("Review history", "Decision"): _BRIEFLY,
    **{
        ("Review history", header): {"G": GREEN, "Y": YELLOW, "R": RED, "I": GREY, "–": NONE}
        for header in ("-3", "-2", "-1", "now")
    },
    **{
        ("Review history", header): {1: RED, 40: RED, 0: NONE}
        for header in ("Days delayed", "Re-gates missed", "Days late")
    },
    ("Review history", "Trend"): {"better": GREEN, "worse": RED, "same": NONE},
}


@pytest.mark.parametrize("tab", sorted({tab for tab, _ in COLOURED}))
def test_each_rule_colours_what_is_typed(
    tab: str, tmp_path: Path, libreoffice: LibreOffice
) -> None:
    """Typed in through UNO, into the tab of 12 systems; the fills are those LibreOffice shows."""
    top = HEADER_ROW + 1 if tab == "Portfolio" else 3
    at = columns(tab)
    typed: dict[str, Edit] = {}
    expected: dict[str, str] = {}
    for (where, header), cases in COLOURED.items():
        if where != tab:
            continue
        for row, (text, fill) in enumerate(cases.items(), top):
            typed[Cell(row, at[header]).a1] = text
            expected[Cell(row, at[header]).a1] = fill
            if header == "Sync state":
                expected[Cell(row, at["System"]).a1] = fill
    # LibreOffice's HTML counts merged cells over a hidden column in a way of its own.
    (sheet,) = [s for s in portfolio_workbook(tables_of(12), "0").sheets if s.name == tab]
    book_of_one = Workbook((replace(sheet, merges=()),), "", datetime(2026, 1, 1, tzinfo=UTC))
    draw_workbook(book_of_one, tmp_path / "one.xlsx")
    with libreoffice.open(tmp_path / "one.xlsx") as book:
        book.put(tab, typed)
        book.recalculate()
        fills = book.colours(tab)
    assert {cell: fills.get(cell, "").upper() for cell in expected} == {
        cell: fill.upper() for cell, fill in expected.items()
    }


def test_no_rule_is_left_out_of_the_test_above() -> None:
    # A system's name takes the colour of its sync state.
    tested = {(tab, header) for tab, header in COLOURED} | {("Portfolio", "System")}
    drawn = set()
    for sheet in portfolio_workbook(tables_of(12), "0").sheets:
        names = {place: header for header, place in columns(sheet.name).items()}
        for rule in sheet.colour_rules:
            first, last = rule.range
            drawn |= {(sheet.name, names[n]) for n in range(first.column, last.column + 1)}
    assert drawn == tested
