"""Everybody can read the forms and the portfolio: contrast, colour-blind eyes, print in grey."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import date
from itertools import combinations, pairwise

import pytest

from gatebook.backends.excel.draw import workbook_bytes
from gatebook.domain.cells import Cell, Range
from gatebook.domain.checklist import Checklist
from gatebook.domain.decision import Decision
from gatebook.domain.judge import judge
from gatebook.domain.review import Review, Status
from gatebook.domain.systems import systems
from gatebook.portfolio import build_tables
from gatebook.sample import sample_reviews
from gatebook.sheets import look
from gatebook.sheets.form_draw import Look
from gatebook.sheets.layout import COLUMNS, layout_for
from gatebook.sheets.model import PLAIN, Placed, Sheet, Style, Workbook
from gatebook.sheets.portfolio_book import portfolio_workbook
from gatebook.sheets.portfolio_read import OldPortfolio
from gatebook.sheets.review_form import TabProblem, review_workbook
from tests.support import drawn
from tests.support.builders import TODAY, TWELVE, passing_review, stamp_of
from tests.support.checklists import make_checklist
from tests.support.vision import EYES, contrast, difference, lightness

# WCAG 2.2, success criterion 1.4.3 (level AA), for text of any size.
LEAST_CONTRAST = 4.5
# CIE 1976 delta E. Side by side 2.3 can just be seen; cells that stand apart need several times that.
LEAST_DIFFERENCE = 10
# Steps of L* in grey: what a laser printer's raster keeps apart.
LEAST_STEP = 6
# What a program draws where a style names no colour.
AUTOMATIC_INK, NO_FILL = "#000000", look.PAPER

STATUS_FILLS = {status.value: look.STATUS_FILL[status] for status in Status}
# Fills that one column can show side by side.
NEIGHBOURS: dict[str, dict[str, str]] = {
    "statuses": STATUS_FILLS | {"unclear": look.UNCLEAR_FILL, "none": look.PAPER},
    "decisions": {d.value: look.decision_style(d).fill or "" for d in Decision}
    | {"none": look.PAPER},
}


def _blank(checklist: Checklist) -> Workbook:
    return review_workbook(Review(stamp=stamp_of(checklist)), checklist)


def _samples(checklist: Checklist) -> list[Review]:
    return [review for _, review in sample_reviews(checklist, TODAY)]


def _portfolio(checklist: Checklist, day: date = TODAY, look_of: Look | None = None) -> Workbook:
    """The sample portfolio, with a sheet that could not be read."""
    judged = [judge(review, checklist, day) for review in _samples(checklist)]
    unread = [TabProblem("reviews/chat.xlsx", "", "the file is locked", "Close it and sync again.")]
    tables = build_tables(systems(judged, day), unread, OldPortfolio(), day, ".")
    return portfolio_workbook(tables, "0", look_of)


def _empty_portfolio() -> Workbook:
    return portfolio_workbook(build_tables((), (), OldPortfolio(), TODAY, "."), "0")


def _in_accent(accent: str) -> Callable[[], Workbook]:
    settings = Look("Example Ltd", "A4", accent, "◆ Example Ltd")
    return lambda: review_workbook(passing_review(), TWELVE, settings)


def _portfolio_in_accent(accent: str) -> Callable[[], Workbook]:
    settings = Look("Example Ltd", "A4", accent, "◆ Example Ltd")
    return lambda: _portfolio(TWELVE, look_of=settings)


def _form(review: Review) -> Callable[[], Workbook]:
    return lambda: review_workbook(review, TWELVE)


def _one_of_each_outcome() -> Iterator[str]:
    """The first sample review that shows each decision, in its words for pilots and for live ones."""
    seen = set()
    for review in _samples(TWELVE):
        shown = judge(review, TWELVE, TODAY).verdict.shown_as.partition(";")[0]
        if shown not in seen:
            seen.add(shown)
            yield review.stamp.review_id


# Dark and pale, loud and grey, and two for which neither white nor dark blue would do.
ACCENTS = ("#7A1F5C", "#FFD400", "#00A0E0", "#767676", "#777777", "#FFFFFF", "#000000", "#E4E7EB")
BOOKS: dict[str, Callable[[], Workbook]] = {
    "blank form": lambda: _blank(TWELVE),
    "blank form, 5 gates": lambda: _blank(make_checklist(5)),
    "blank form, 40 gates": lambda: _blank(make_checklist(40)),
    "portfolio": lambda: _portfolio(TWELVE),
    "portfolio, 5 gates": lambda: _portfolio(make_checklist(5)),
    "portfolio, 40 gates": lambda: _portfolio(make_checklist(40)),
    "empty portfolio": _empty_portfolio,
} | {review.stamp.review_id: _form(review) for review in _samples(TWELVE)}
# Opening a form in an engine takes most of a second, so not every sample.
OPENED = [name for name in BOOKS if "sample" not in name] + [*_one_of_each_outcome()]
BOOKS |= {f"accent {accent}": _in_accent(accent) for accent in ACCENTS}
BOOKS |= {f"portfolio in {accent}": _portfolio_in_accent(accent) for accent in ACCENTS}
EACH_BOOK = pytest.mark.parametrize("name", BOOKS)


def _cells(sheet: Sheet) -> dict[Cell, Placed]:
    """Every styled cell of a tab, those of its tables too."""
    cells = dict(sheet.cells)
    for table in sheet.tables:
        for column, (text, style) in enumerate(table.headers):
            cells[table.at.right(column)] = Placed(text, style)
        for row, record in enumerate(table.rows, 1):
            for column, (content, style) in enumerate(zip(record, table.styles, strict=True)):
                cells[table.at.down(row).right(column)] = Placed(content, style)
    return cells


def _covered(area: Range) -> Iterator[Cell]:
    for row in range(area.first.row, area.last.row + 1):
        for column in range(area.first.column, area.last.column + 1):
            yield Cell(row, column)


def _looks(own: Style, rules: list[Style]) -> Iterator[Style]:
    """Every look that a cell can take on: its own, and with any one or two of its rules at work.

    Of two rules the first one wins, property by property; as text and fill are two properties, no
    three rules give anything that two of them do not.
    """
    yield own
    for rule in rules:
        yield _over(rule, own)
    for first, second in combinations(rules, 2):
        yield _over(first, _over(second, own))


def _over(rule: Style, style: Style) -> Style:
    return replace(style, fill=rule.fill or style.fill, colour=rule.colour or style.colour)


def _pairs(book: Workbook) -> dict[tuple[str, str], str]:
    """Each pair of text and fill that a workbook can show, and one place where it does."""
    pairs: dict[tuple[str, str], str] = {}
    for sheet in book.sheets:
        rules: dict[Cell, list[Style]] = {}
        for rule in sheet.colour_rules:
            for cell in _covered(rule.range):
                rules.setdefault(cell, []).append(rule.style)
        placed = _cells(sheet)
        for cell in sorted(placed.keys() | rules.keys()):
            for style in _looks(placed.get(cell, Placed()).style, rules.get(cell, [])):
                pair = (style.colour or AUTOMATIC_INK, style.fill or NO_FILL)
                pairs.setdefault(pair, f"{sheet.name}!{cell.a1}")
    return pairs


@EACH_BOOK
def test_every_text_stands_out_from_its_fill(name: str) -> None:
    faint = [
        f"{place}: {ink} on {fill} is {contrast(ink, fill):.2f}, needs {LEAST_CONTRAST}"
        for (ink, fill), place in _pairs(BOOKS[name]()).items()
        if contrast(ink, fill) < LEAST_CONTRAST
    ]
    assert not faint


@pytest.mark.parametrize("book", ["form", "portfolio"])
@pytest.mark.parametrize("accent", ACCENTS)
def test_an_accent_stands_where_ours_did(accent: str, book: str) -> None:
    """Every tab: bands of headings are filled with it, titles written in it where it can be read."""
    if book == "form":
        usual, coloured = BOOKS["accent " + accent](), review_workbook(passing_review(), TWELVE)
    else:
        usual, coloured = BOOKS["portfolio in " + accent](), _portfolio(TWELVE)
    for ours, theirs in zip(coloured.sheets, usual.sheets, strict=True):
        assert theirs.tab_colour == (accent if ours.tab_colour else None)
        drawn_cells = _cells(theirs)
        for cell, placed in _cells(ours).items():
            style = drawn_cells[cell].style
            if placed.style.fill == look.HEAD:
                assert (style.fill, style.border) == (accent, accent), cell.a1
                assert style.colour in ("#FFFFFF", "#000000"), cell.a1
            elif placed.style.colour == look.HEAD:
                reads = contrast(accent, placed.style.fill or NO_FILL) >= LEAST_CONTRAST
                assert style.colour == (accent if reads else look.INK), cell.a1
            else:
                assert style == placed.style, cell.a1


@pytest.mark.parametrize("one", ACCENTS)
def test_contrast_is_worked_out_as_it_is_here(one: str) -> None:
    for other in ACCENTS:
        assert look.contrast(one, other) == pytest.approx(contrast(one, other), rel=1e-3)


def test_the_walk_meets_every_status_and_decision_colour() -> None:
    """A walk that passes the colours by would find nothing faint either."""
    for name in ("blank form", "portfolio"):
        fills = {fill for _, fill in _pairs(BOOKS[name]())}
        expected = {*STATUS_FILLS.values(), look.HEAD}
        expected |= {look.decision_style(decision).fill or "" for decision in Decision}
        assert expected <= fills, name


@pytest.mark.parametrize("spoilt", ["cell", "table", "rule's text", "rule's fill"])
def test_a_faint_text_is_found_with_tab_and_cell(spoilt: str) -> None:
    book = BOOKS["portfolio"]()
    sheet = book.sheets[0]
    table, rule = sheet.tables[0], sheet.colour_rules[0]
    faint = "#9AA5B1"
    if spoilt == "cell":
        place = min(sheet.cells)
        sheet = replace(sheet, cells={**sheet.cells, place: Placed("x", Style(colour=faint))})
    elif spoilt == "table":
        place = table.at
        table = replace(table, header_style=Style(colour=faint), header_styles=())
        sheet = replace(sheet, tables=(table,))
    else:
        place = rule.range.first
        style = Style(colour=faint) if spoilt == "rule's text" else Style(fill=look.HEAD)
        sheet = replace(sheet, colour_rules=(replace(rule, style=style),))
    found = _pairs(replace(book, sheets=(sheet,)))
    weak = {where for (ink, fill), where in found.items() if contrast(ink, fill) < LEAST_CONTRAST}
    assert weak == {f"Portfolio!{place.a1}"}


@pytest.mark.parametrize("eye", EYES)
@pytest.mark.parametrize("group", NEIGHBOURS)
def test_fills_differ_to_every_eye(group: str, eye: str) -> None:
    alike = {
        f"{one} and {other}": round(difference(a, b, eye), 1)
        for (one, a), (other, b) in combinations(NEIGHBOURS[group].items(), 2)
        if difference(a, b, eye) < LEAST_DIFFERENCE
    }
    assert not alike


@pytest.mark.parametrize("group", NEIGHBOURS)
def test_fills_differ_in_grey(group: str) -> None:
    steps = sorted((lightness(fill), name) for name, fill in NEIGHBOURS[group].items())
    alike = {
        f"{one} and {other}": round(lighter - darker, 1)
        for (darker, one), (lighter, other) in pairwise(steps)
        if lighter - darker < LEAST_STEP
    }
    assert not alike


def test_worse_is_darker() -> None:
    """So that a print in grey reads like the screen: what needs somebody stands out of the page."""
    order = [Decision.LAUNCH, Decision.LAUNCH_WITH_PLAN, Decision.INCOMPLETE, Decision.DELAYED]
    fills = [look.PAPER, *(look.decision_style(decision).fill or "" for decision in order)]
    assert fills == sorted(fills, key=lightness, reverse=True)


@pytest.mark.parametrize("eye", EYES)
def test_what_still_needs_an_answer_looks_neither_done_nor_white(eye: str) -> None:
    for fill in (*STATUS_FILLS.values(), look.PAPER):
        assert difference(look.NEEDED, fill, eye) >= LEAST_DIFFERENCE, fill


def _words_of_colours(
    sheet: Sheet, typed: Mapping[Cell, str | int] | None = None
) -> dict[str, set[str]]:
    """For each status colour, what the cells say that show it, as a program evaluates the rules.

    `typed`: what somebody types first. A merged area says what its first cell says.
    """
    import formulon

    names = {fill: name for name, fill in (STATUS_FILLS | {"unclear": look.UNCLEAR_FILL}).items()}
    words: dict[str, set[str]] = {name: set() for name in names.values()}
    book = formulon.Workbook.load(workbook_bytes(drawn.book(sheet)))
    for cell, value in (typed or {}).items():
        if isinstance(value, str):
            book.set_text(0, *cell, value)
        else:
            book.set_number(0, *cell, value)
    if typed:
        book.recalc()
    for area in {rule.range for rule in sheet.colour_rules}:
        for found in book.evaluate_cf_range(0, *area.first, *area.last):
            at = Cell(found.row, found.col)
            merged = (area.first for area in sheet.merges if at in area)
            said = book.get_value(0, *next(merged, at)).to_python()
            for match in found.matches:
                # Rules are drawn in their order, and priorities count from 1.
                name = names.get(sheet.colour_rules[match.priority - 1].style.fill or "")
                if name:
                    words[name].add("" if said is None else str(said).strip())
    book.close()
    return words


@pytest.mark.engine("formulon")
@pytest.mark.parametrize("name", OPENED)
def test_a_colour_never_stands_alone(name: str) -> None:
    """A status or decision colour always doubles a text, and no two colours double the same one."""
    for sheet in BOOKS[name]().sheets:
        if not sheet.colour_rules:
            continue
        words = _words_of_colours(sheet)
        for colour, texts in words.items():
            assert "" not in texts, f"{sheet.name}: {colour} without a text"
        for (one, said), (other, also) in combinations(words.items(), 2):
            assert not said & also, f"{sheet.name}: {one} and {other}"


@pytest.mark.engine("formulon")
def test_the_samples_show_every_status_colour() -> None:
    words = _words_of_colours(BOOKS["portfolio"]().sheets[0])
    assert {"G", "Stays live"} <= words["green"]
    assert {"Y", "Launch with remediation plan"} <= words["yellow"]
    assert {"R", "Red in production: fix or pause"} <= words["red"]
    assert "could not be read" in words["unclear"]


@pytest.mark.engine("formulon")
def test_a_status_typed_in_any_way_is_coloured_only_where_it_says_something() -> None:
    """PAINS 14: any case, space, other words; a cell with nothing but space stays white."""
    spellings: tuple[str | int, ...] = (
        "Green",
        " g ",
        "amber",
        "Y",
        "RED",
        "r",
        "done",
        7,
        " ",
        "\u00a0",
        "",
        "yellow ",
    )
    rows = layout_for(TWELVE).gate_rows.values()
    typed: dict[Cell, str | int] = {
        Cell(row, COLUMNS["status"]): said for row, said in zip(rows, spellings, strict=True)
    }
    words = _words_of_colours(_blank(TWELVE).sheets[0], typed)
    assert {name: {text for text in texts if len(text) < 8} for name, texts in words.items()} == {
        "green": {"Green", "g"},
        "yellow": {"amber", "Y", "yellow"},
        "red": {"RED", "r"},
        "unclear": {"done", "7.0"},
    }


@EACH_BOOK
def test_a_colour_drawn_for_good_has_a_text_and_no_rule(name: str) -> None:
    """A status colour that stays when the word changes would say something else than the word."""
    fills = {*STATUS_FILLS.values(), look.UNCLEAR_FILL, look.INCOMPLETE_FILL}
    for sheet in BOOKS[name]().sheets:
        cells = _cells(sheet)
        ruled = {
            cell
            for rule in sheet.colour_rules
            if rule.style.fill in fills
            for cell in _covered(rule.range)
        }
        coloured = {cell for cell, placed in cells.items() if placed.style.fill in fills}
        assert not coloured & ruled, sheet.name
        for cell in coloured:
            merged = (area.first for area in sheet.merges if cell in area)
            assert cells[next(merged, cell)].content not in (None, ""), f"{sheet.name}!{cell.a1}"


def test_plain_cells_are_black_on_white() -> None:
    """What the walk takes for a cell without a style of its own."""
    assert (PLAIN.colour, PLAIN.fill) == (None, None)
    assert contrast(AUTOMATIC_INK, NO_FILL) == pytest.approx(21)
