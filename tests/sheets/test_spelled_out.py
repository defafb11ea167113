"""What people rely on, spelled out here, so that it cannot change together with the code that draws it."""

from __future__ import annotations

import pytest

from gatebook.domain.judge import judge
from gatebook.domain.systems import systems
from gatebook.portfolio import build_tables
from gatebook.sample import sample_reviews
from gatebook.sheets.form_draw import Look
from gatebook.sheets.model import Sheet, Validation, Workbook
from gatebook.sheets.portfolio_book import portfolio_workbook
from gatebook.sheets.portfolio_read import OldPortfolio
from gatebook.sheets.review_form import review_workbook
from tests.support.builders import TODAY, TWELVE, passing_review

FORM = review_workbook(passing_review(), TWELVE, Look())


def portfolio() -> Workbook:
    reviews = [review for _, review in sample_reviews(TWELVE, TODAY)]
    found = systems([judge(review, TWELVE, TODAY) for review in reviews], TODAY)
    return portfolio_workbook(build_tables(found, (), OldPortfolio(), TODAY, "."), "1.0")


PORTFOLIO = portfolio()


def tab(book: Workbook, name: str) -> Sheet:
    (sheet,) = [sheet for sheet in book.sheets if sheet.name == name]
    return sheet


def spelled(sheet: Sheet) -> set[tuple[str, ...]]:
    """The dropdowns that a tab offers, other than those of names on the sheet."""
    lists: list[Validation] = [v for v in sheet.validations if v.kind == "list" and v.choices]
    return {one.choices for one in lists}


def test_the_form_offers_these_words() -> None:
    """SPEC and CLI name them: statuses, stakes, yes and no, regulated areas, roles."""
    assert spelled(tab(FORM, "Review")) >= {
        ("Green", "Yellow", "Red"),
        ("Low-stakes internal", "Standard"),
        ("Yes", "No"),
        ("None", "HR", "Credit", "Education", "Healthcare"),
    }


def test_the_log_of_changes_offers_these_kinds() -> None:
    ((kinds),) = spelled(tab(FORM, "Changes"))
    assert kinds[:3] == ("Model", "Vendor model upgrade", "Prompt")
    assert kinds[-1] == "Other"
    assert len(kinds) >= 5


@pytest.mark.parametrize("name", ["Review", "Guide", "Changes"])
def test_every_tab_of_a_form_is_protected(name: str) -> None:
    assert tab(FORM, name).protection is not None


@pytest.mark.parametrize("paper", ["A4", "Letter"])
def test_every_tab_of_a_form_prints_on_the_same_paper(paper: str) -> None:
    book = review_workbook(
        passing_review(), TWELVE, Look(paper="Letter" if paper != "A4" else "A4")
    )
    assert {sheet.page.paper for sheet in book.sheets if sheet.page} == {paper}


def test_dates_read_the_same_in_every_country() -> None:
    formats = {
        placed.style.number_format
        for sheet in (*FORM.sheets, *PORTFOLIO.sheets)
        for placed in sheet.cells.values()
        if placed.style.number_format and "y" in placed.style.number_format
    }
    formats |= {
        style.number_format
        for sheet in PORTFOLIO.sheets
        for table in sheet.tables
        for style in table.styles
        if style.number_format and "y" in style.number_format
    }
    assert formats == {"yyyy-mm-dd"}


@pytest.mark.parametrize(
    "name", ["Portfolio", "Actions", "Findings", "Gates", "Owners", "Evidence", "Decisions", "Runs"]
)
def test_every_table_can_be_filtered_and_keeps_its_header_in_sight(name: str) -> None:
    sheet = tab(PORTFOLIO, name)
    header = sheet.tables[0].at.row
    assert sheet.filter is not None
    assert sheet.filter.first.row == header
    assert sheet.freeze is not None
    assert sheet.freeze.row == header + 1
    assert sheet.page is not None
    # What fits on one page needs no repeated headings.
    assert sheet.page.tall == 1 or sheet.page.repeat == (header, header)


def test_the_article_s_two_figures_stand_beside_their_gates() -> None:
    table = tab(PORTFOLIO, "Gates").tables[0]
    (column,) = [i for i, text in enumerate(table.header) if "Typical" in text]
    (number,) = [i for i, text in enumerate(table.header) if text == "#"]
    told = {row[number]: str(row[column]) for row in table.rows if row[column]}
    assert set(told) == {1, 5}
    assert "70 %" in told[1]
    assert "Yellow" in told[5]


def test_the_evidence_page_says_that_it_is_no_verdict() -> None:
    said = " ".join(str(p.content) for p in tab(PORTFOLIO, "Evidence").cells.values())
    assert "no verdict on compliance" in said
