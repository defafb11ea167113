"""The form in the hands of a person, as LibreOffice sees it: printed, coloured, typed into.

What a status, a blank or a slip should look like is said here in tables; LibreOffice computes, colours
and refuses on its own.
"""

from __future__ import annotations

import re
import subprocess
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import combinations
from pathlib import Path

import msgspec
import pytest

from gatebook.backends.excel.draw import draw_workbook
from gatebook.backends.excel.read import read_workbook
from gatebook.domain.cells import Cell, Range
from gatebook.domain.checklist import Checklist
from gatebook.domain.fields import HEADER, HEADER_BY_NAME, ROW_BY_NAME
from gatebook.domain.renewal import renew
from gatebook.domain.review import Attendee, Review, SignOff, Status
from gatebook.sheets import look
from gatebook.sheets.form_draw import TAB_NAME, TITLE, Look
from gatebook.sheets.layout import (
    COLUMNS,
    HELPERS_FROM,
    LAST_COLUMN,
    NAMES_ROW,
    PAPER_COLUMN,
    PEOPLE_ROW,
    Layout,
    layout_for,
)
from gatebook.sheets.model import Formula
from gatebook.sheets.review_form import review_workbook
from tests.support.builders import TWELVE, passing_review, stamp_of
from tests.support.cell_values import Edit
from tests.support.checklists import make_checklist
from tests.support.libreoffice import Book, LibreOffice, pdf_pages

pytestmark = pytest.mark.engine("libreoffice", "uno", "poppler")

CHECKLISTS = {5: make_checklist(5), 12: TWELVE, 40: make_checklist(40)}
EACH_SIZE = pytest.mark.parametrize("gates", CHECKLISTS)
INPUTS = ("status", "owner", "next_action", "due", "approver", "artifact")
LEAST_SCALE = 0.6
# An action that says who does what by when, the address of a file in somebody's cloud, and worse.
PLAN = (
    "Ask the vendor for the clause on training and storage, have legal read it, and keep it "
    "with the contract before we meet"
)
ESSAY = PLAN * 4
ADDRESS = "https://example.com/sites/ai-pilots/Shared%20Documents/support/runbook-v2.docx?web=1"
GREEN, YELLOW, RED = (look.STATUS_FILL[status] for status in Status)
# The sheet knows what day it is today.
PAST, ON, FAR = date(2020, 2, 3), date.today() + timedelta(days=30), date(2126, 1, 1)
NEEDED, UNCLEAR = look.NEEDED, look.UNCLEAR_FILL
GREY = look.INCOMPLETE_FILL


def blank(checklist: Checklist) -> Review:
    return Review(stamp=stamp_of(checklist))


def wordy(checklist: Checklist) -> Review:
    """Every gate with a plan and a link of two lines each."""
    review = passing_review(checklist)
    rows = (
        msgspec.structs.replace(
            row,
            next_action="Ask the vendor for the clause; keep it with the contract",
            due=date(2026, 12, 1),
            artifact="https://docs.example/pilots/support",
        )
        for row in review.rows
    )
    return msgspec.structs.replace(review, rows=tuple(rows))


def renewed(checklist: Checklist) -> Review:
    """The next form of such a review, with a checklist that words every gate anew."""
    plan = {"status": Status.YELLOW, "title": "As it was called before"}
    rows = (msgspec.structs.replace(row, **plan) for row in wordy(checklist).rows)
    review = msgspec.structs.replace(wordy(checklist), rows=tuple(rows))
    return renew(review, checklist, date(2026, 12, 18), "next").review


def long_winded(checklist: Checklist) -> Review:
    """Every gate with all that somebody could have to say in one cell."""
    review = passing_review(checklist)
    rows = (
        msgspec.structs.replace(row, next_action=PLAN, due=date(2026, 12, 1), artifact=ADDRESS)
        for row in review.rows
    )
    return msgspec.structs.replace(review, rows=tuple(rows))


def rows_of(checklist: Checklist, action: str, artifact: str) -> dict[str, Edit]:
    """The same answers in every gate's row, by cell."""
    answers: dict[str, Edit] = {"status": "Yellow", "owner": "Alexandra Novak", "due": ON}
    answers |= {"next_action": action, "artifact": artifact}
    return {
        Cell(row, COLUMNS[name]).a1: value
        for row in layout_for(checklist).gate_rows.values()
        for name, value in answers.items()
    }


def drawn(review: Review, checklist: Checklist, path: Path, paper: str = "A4") -> Path:
    look_of = Look("Example Ltd", paper, "#7A1F5C", "Example · Operations")  # type: ignore[arg-type]
    draw_workbook(review_workbook(review, checklist, look_of), path)
    return path


@pytest.fixture(scope="module")
def forms(tmp_path_factory: pytest.TempPathFactory) -> dict[int, Path]:
    """An empty form of each size."""
    folder = tmp_path_factory.mktemp("forms")
    return {
        gates: drawn(blank(checklist), checklist, folder / f"{gates}.xlsx")
        for gates, checklist in CHECKLISTS.items()
    }


def gate_cells(layout: Layout, name: str) -> list[str]:
    return [Cell(row, COLUMNS[name]).a1 for row in layout.gate_rows.values()]


def input_order(layout: Layout) -> list[str]:
    """The inputs in the order of the work: top, gate by gate, the people in the room, sign-off."""
    head = ("system", "stakes", "lead", "customer_data", "owner", "regulated_area", "backup", "live",
            "review_date", "launch_date", "regate_on")  # fmt: skip
    cells = [layout.value(name).a1 for name in head]
    for row in layout.gate_rows.values():
        cells += [Cell(row, COLUMNS[name]).a1 for name in INPUTS]
    for place in range(layout.people):
        name = layout.names.first.down(place)
        cells += [name.a1, name.right().a1]
    return cells + [layout.value(name).a1 for name in ("signed_by", "signer_role", "signed_on")]


def words_on(page: Path) -> list[tuple[str, float, float]]:
    """Every word of a PDF with the place of its upper left corner, in points."""
    done = subprocess.run(
        ["pdftotext", "-bbox", str(page), "-"], capture_output=True, text=True, check=True
    )
    found = re.findall(r'<word xMin="([\d.]+)" yMin="([\d.]+)"[^>]*>([^<]*)<', done.stdout)
    return [(word, float(x), float(y)) for x, y, word in found]


def scale_of(pdf: Path, checklist: Checklist) -> float:
    """Printed over drawn distance of two headers that stand at the left of their columns.

    A column of n characters is 7n + 5 pixels wide in Calibri 11, and a pixel is 0.75 points.
    """
    columns = review_workbook(blank(checklist), checklist).sheets[0].columns
    between = range(COLUMNS["gate"], COLUMNS["artifact"])
    points = sum((7 * columns[column].width + 5) * 0.75 for column in between)
    words = words_on(pdf)
    line = next(y for word, _, y in words if word == "Artifact")
    left = {word: x for word, x, y in words if abs(y - line) < 2}
    return (left["Artifact"] - left["Gate"]) / points


# Long as some names are, and longer than any box.
SYSTEM = "Customer complaint triage and routing assistant"
PERSON = "Maria-Alexandra Papadopoulou-Schmidt"
ROLE = "Deputy chief operating officer for the northern and western regions"
HUNDRED = "Assistant that answers what customers of all our regions ask about invoices, meters and outages"
PEOPLE = tuple(Attendee(f"{PERSON} {n}", ROLE) for n in range(6))


def named() -> Review:
    """A review in whose boxes stand long names only."""
    review = passing_review(TWELVE, system=SYSTEM, lead=PERSON, owner=PERSON, backup=f"{PERSON} 2")
    signed = SignOff(f"Alexandra {PERSON}", ROLE, date(2026, 11, 23))
    return msgspec.structs.replace(review, attendees=PEOPLE, sign_off=signed)


def typed_names() -> dict[str, Edit]:
    """The same, typed into an empty form."""
    layout = layout_for(TWELVE)
    names = {"system": SYSTEM, "lead": PERSON, "owner": PERSON, "backup": f"{PERSON} 2"}
    names |= {"signed_by": f"Alexandra {PERSON}", "signer_role": ROLE}
    typed: dict[str, Edit] = {layout.value(name).a1: text for name, text in names.items()}
    for place, who in enumerate(PEOPLE):
        at = layout.names.first.down(place)
        typed |= {at.a1: who.name, at.right().a1: who.role}
    return typed


@dataclass(frozen=True)
class Word:
    """A word on a page, and its edges in points."""

    text: str
    left: float
    top: float
    right: float
    bottom: float

    def covers(self, other: Word) -> bool:
        """Whether a part of one that can be seen lies on the other."""
        slack = 0.3 * min(self.bottom - self.top, other.bottom - other.top)
        return (
            min(self.right, other.right) - max(self.left, other.left) > slack
            and min(self.bottom, other.bottom) - max(self.top, other.top) > slack
        )


def covered(page: Path) -> list[tuple[str, str]]:
    """Pairs of words of a page that lie on each other: what does not fit its box does."""
    done = subprocess.run(
        ["pdftotext", "-bbox", str(page), "-"], capture_output=True, text=True, check=True
    )
    edges = " ".join(rf'{name}="([\d.]+)"' for name in ("xMin", "yMin", "xMax", "yMax"))
    words = [
        Word(text, *map(float, place))
        for *place, text in re.findall(rf"<word {edges}>([^<]*)<", done.stdout)
    ]
    return [(a.text, b.text) for a, b in combinations(words, 2) if a.covers(b)]


class TestOnPaper:
    @pytest.mark.parametrize("paper", ["A4", "Letter"])
    @pytest.mark.parametrize("review", [named(), passing_review(TWELVE, system=HUNDRED)])
    def test_no_name_is_cut_where_it_is_drawn(
        self, review: Review, paper: str, tmp_path: Path, libreoffice: LibreOffice
    ) -> None:
        path = drawn(review, TWELVE, tmp_path / "form.xlsx", paper)
        pdf = self.printed(path, libreoffice)
        assert covered(pdf) == []
        assert pdf_pages(pdf) == 1
        assert LEAST_SCALE <= scale_of(pdf, TWELVE) <= 1

    def test_no_name_is_cut_where_it_is_typed(
        self, tmp_path: Path, libreoffice: LibreOffice
    ) -> None:
        path = drawn(blank(TWELVE), TWELVE, tmp_path / "form.xlsx")
        pdf = self.printed(path, libreoffice, typed_names())
        assert covered(pdf) == []
        assert pdf_pages(pdf) == 1

    @pytest.mark.parametrize("status", ["Red", "Yellow"])
    def test_the_reason_has_room_for_every_gate(
        self, status: str, tmp_path: Path, libreoffice: LibreOffice
    ) -> None:
        """Twelve titles take three lines, which must not lie on the decision's bar of 30 points."""
        review = passing_review(TWELVE)
        path = drawn(review, TWELVE, tmp_path / "form.xlsx")
        layout = layout_for(TWELVE)
        typed: dict[str, Edit] = dict.fromkeys(gate_cells(layout, "status"), status)
        typed |= dict.fromkeys(gate_cells(layout, "next_action"), "Mask it")
        typed |= dict.fromkeys(gate_cells(layout, "due"), ON)
        pdf = self.printed(path, libreoffice, typed)
        words = words_on(pdf)
        assert f"12 {status.lower()}:" in " ".join(word for word, _, _ in words)
        top = {word: y for word, _, y in words[::-1]}
        # The label has letters of 11 points in the middle of the bar.
        below = top["Decision"] + (11 / 2 + 30 / 2) * scale_of(pdf, TWELVE)
        assert top[f"{status.lower()}:"] >= below
        assert covered(pdf) == []

    @pytest.mark.parametrize("logo", ["", "Northern Region · Operations"])
    def test_a_long_organisation_leaves_the_title_whole(
        self, logo: str, tmp_path: Path, libreoffice: LibreOffice
    ) -> None:
        look_of = Look("Northern Region Water and Energy Cooperative Ltd", logo=logo)
        path = tmp_path / "form.xlsx"
        draw_workbook(review_workbook(blank(TWELVE), TWELVE, look_of), path)
        pdf = self.printed(path, libreoffice)
        assert covered(pdf) == []
        words = [word for word, _, _ in words_on(pdf)]
        last = words.index("review") + 1
        assert words[last - len(TITLE.split()) : last] == TITLE.split()

    @pytest.mark.parametrize("paper", ["A4", "Letter"])
    @pytest.mark.parametrize("gates", [5, 12])
    @pytest.mark.parametrize("fill", [blank, passing_review, wordy, renewed, long_winded])
    def test_one_page_at_a_size_that_can_be_read(
        self, fill: object, gates: int, paper: str, tmp_path: Path, libreoffice: LibreOffice
    ) -> None:
        checklist = CHECKLISTS[gates]
        path = drawn(fill(checklist), checklist, tmp_path / "form.xlsx", paper)  # type: ignore[operator]
        pdf = self.printed(path, libreoffice)
        assert pdf_pages(pdf) == 1
        assert LEAST_SCALE <= scale_of(pdf, checklist) <= 1
        # Signed on stands in the last row, Artifact in the last column.
        assert {"Artifact", "Signed", "Attendees"} <= {word for word, _, _ in words_on(pdf)}

    @pytest.mark.parametrize("paper", ["A4", "Letter"])
    @pytest.mark.parametrize(
        ("gates", "action", "artifact"),
        [(12, PLAN, ADDRESS), (12, PLAN, ADDRESS * 3), (20, PLAN[:60], ADDRESS)],
    )
    def test_what_people_write_into_an_empty_form_stays_on_one_page(
        self,
        gates: int,
        action: str,
        artifact: str,
        paper: str,
        tmp_path: Path,
        libreoffice: LibreOffice,
    ) -> None:
        checklist = TWELVE if gates == 12 else make_checklist(gates)
        path = drawn(blank(checklist), checklist, tmp_path / "form.xlsx", paper)
        pdf = self.printed(path, libreoffice, rows_of(checklist, action, artifact))
        assert pdf_pages(pdf) == 1
        assert LEAST_SCALE <= scale_of(pdf, checklist) <= 1

    @pytest.mark.parametrize(("gates", "action"), [(40, ""), (12, ESSAY), (40, ESSAY)])
    def test_more_than_a_page_goes_on_under_its_headings_and_stays_as_large(
        self, gates: int, action: str, tmp_path: Path, libreoffice: LibreOffice
    ) -> None:
        checklist = CHECKLISTS[gates]
        path = drawn(blank(checklist), checklist, tmp_path / "form.xlsx")
        typed = rows_of(checklist, action, ADDRESS) if action else {}
        pdf = self.printed(path, libreoffice, typed)
        assert pdf_pages(pdf) > 1
        assert LEAST_SCALE <= scale_of(pdf, checklist) <= 1
        for word in ("Artifact", "Page"):
            assert [found for found, _, _ in words_on(pdf)].count(word) == pdf_pages(pdf), word

    def printed(
        self, path: Path, libreoffice: LibreOffice, typed: dict[str, Edit] | None = None
    ) -> Path:
        """The first tab as a PDF, once some cells have been typed over."""
        with libreoffice.open(path) as book:
            book.put(TAB_NAME, typed or {})
            for tab in ("Guide", "Changes"):
                book.delete_tab(tab)
            return book.save(path.with_suffix(".pdf"))

    @EACH_SIZE
    def test_the_printed_area_is_what_people_sign(
        self, gates: int, forms: dict[int, Path], libreoffice: LibreOffice
    ) -> None:
        layout = layout_for(CHECKLISTS[gates])
        with libreoffice.open(forms[gates]) as book:
            last = LAST_COLUMN if gates == 40 else PAPER_COLUMN
            assert book.print_areas(TAB_NAME) == [Range.of(0, 0, layout.last_row, last).a1]


# What stands in a row, and the fills that its cells then have; those not named have none of ours.
ROWS: list[tuple[str, tuple[Edit, ...], dict[str, str]]] = [
    # INPUTS
    ("nothing", (), {"status": NEEDED, "owner": NEEDED}),
    ("no proof", ("Green", "Bo Li"), {"status": GREEN, "artifact": NEEDED}),
    ("green", ("Green", "Bo Li", None, None, None, "Mask it"), {"status": GREEN}),
    ("no plan", ("Yellow", "Bo Li"), {"status": YELLOW, "next_action": NEEDED, "due": NEEDED}),
    ("no date", ("Yellow", "Bo Li", "Mask it", "soon"), {"status": YELLOW, "due": NEEDED}),
    ("far away", ("Yellow", "Bo Li", "Mask it", FAR), {"status": YELLOW, "due": NEEDED}),
    ("yellow", ("Yellow", "Bo Li", "Mask it", ON), {"status": YELLOW}),
    ("red", ("Red", "Bo Li", "Mask it", ON), {"status": RED}),
    ("late", ("Yellow", "Bo Li", "Mask it", PAST), {"status": YELLOW, "due": NEEDED}),
    ("late and done", ("Green", "Bo Li", "Mask it", PAST, None, "Mask it"), {"status": GREEN}),
    (
        "refused",
        ("Red", "Bo Li", "Mask it", ON, "Ana Ruiz"),
        {"status": RED, "approver": NEEDED},
    ),
    ("nobody", ("done", "The AI team"), {"status": UNCLEAR, "owner": NEEDED}),
]
COMPLETE = {"green", "yellow", "red", "late", "late and done"}


class TestColours:
    def fills(self, book: Book, cells: list[str]) -> list[str]:
        book.recalculate()
        shown = book.colours(TAB_NAME)
        return [shown.get(cell, look.PAPER) for cell in cells]

    @EACH_SIZE
    @pytest.mark.parametrize(
        ("typed", "fill"),
        [("Green", GREEN), ("Yellow", YELLOW), ("Red", RED), ("perhaps", UNCLEAR), (None, NEEDED)],
    )
    def test_a_status_colours_its_cell_in_every_row(
        self,
        typed: str | None,
        fill: str,
        gates: int,
        forms: dict[int, Path],
        libreoffice: LibreOffice,
    ) -> None:
        cells = gate_cells(layout_for(CHECKLISTS[gates]), "status")
        with libreoffice.open(forms[gates]) as book:
            book.put(TAB_NAME, dict.fromkeys(cells, typed))
            assert self.fills(book, cells) == [fill] * gates

    def test_the_eye_goes_to_what_a_row_still_needs(
        self, forms: dict[int, Path], libreoffice: LibreOffice
    ) -> None:
        rows = list(layout_for(TWELVE).gate_rows.values())[: len(ROWS)]
        with libreoffice.open(forms[12]) as book:
            for row, (_, answers, _) in zip(rows, ROWS, strict=True):
                cells = [Cell(row, COLUMNS[name]).a1 for name in INPUTS]
                book.put(TAB_NAME, dict(zip(cells, answers, strict=False)))
            for row, (case, _, expected) in zip(rows, ROWS, strict=True):
                found = self.fills(book, [Cell(row, COLUMNS[name]).a1 for name in INPUTS])
                assert found == [expected.get(name, look.PAPER) for name in INPUTS], case
                (check,) = self.fills(book, [Cell(row, COLUMNS["check"]).a1])
                assert check == (look.PAPER if case in COMPLETE else NEEDED), case

    @pytest.mark.parametrize(
        ("typed", "fill"),
        [({}, GREEN), ({"backup": None}, GREY), ({"status": "Yellow"}, YELLOW), ({"status": "Red"}, RED)],
    )  # fmt: skip
    def test_the_decision_has_its_colour(
        self, typed: dict[str, Edit], fill: str, tmp_path: Path, libreoffice: LibreOffice
    ) -> None:
        layout = layout_for(TWELVE)
        first = min(layout.gate_rows.values())
        places = {name: Cell(first, COLUMNS[name]) for name in ("status", "next_action", "due")} | {
            "backup": layout.value("backup")
        }
        planned: dict[str, Edit] = {"next_action": "Mask it", "due": ON, **typed}
        with libreoffice.open(drawn(passing_review(), TWELVE, tmp_path / "form.xlsx")) as book:
            book.put(TAB_NAME, {places[name].a1: value for name, value in planned.items()})
            assert self.fills(book, ["D2"]) == [fill]

    def test_the_boxes_at_top_and_bottom_are_tinted_until_they_are_filled_in(
        self, forms: dict[int, Path], libreoffice: LibreOffice
    ) -> None:
        asked = ("system", "lead", "review_date", "owner", "backup",
                 "signed_by", "signer_role", "signed_on")  # fmt: skip
        layout = layout_for(TWELVE)
        cells = {field.name: layout.value(field.name).a1 for field in HEADER}
        with libreoffice.open(forms[12]) as book:
            found = dict(zip(cells, self.fills(book, [*cells.values()]), strict=True))
            assert {name for name, fill in found.items() if fill == NEEDED} == {*asked}
            people = iter(("Ana Ruiz", "Bo Li", "Cy Adeyemi", "Dana Novak"))
            for name in asked:
                kind = HEADER_BY_NAME[name].kind
                day = date(2026, 11, 20)
                value: Edit = (
                    day if kind == "date" else next(people) if kind == "person" else "Mask it"
                )
                book.put(TAB_NAME, {cells[name]: value})
            assert self.fills(book, [*cells.values()]) == [look.PAPER] * len(cells)

    @pytest.mark.parametrize(
        ("status", "day", "fill"),
        [("Red", PAST, NEEDED), ("Red", ON, look.PAPER), ("Red", None, NEEDED), ("Green", PAST, look.PAPER)],
    )  # fmt: skip
    def test_the_day_to_meet_again_is_tinted_where_it_is_missing_or_has_passed(
        self, status: str, day: Edit, fill: str, forms: dict[int, Path], libreoffice: LibreOffice
    ) -> None:
        layout = layout_for(TWELVE)
        again, gate = layout.value("regate_on").a1, gate_cells(layout, "status")[0]
        with libreoffice.open(forms[12]) as book:
            book.put(TAB_NAME, {gate: status, again: day})
            assert self.fills(book, [again]) == [fill]


class TestLists:
    @EACH_SIZE
    def test_a_list_that_is_spelled_out_offers_just_that(
        self, gates: int, forms: dict[int, Path], libreoffice: LibreOffice
    ) -> None:
        checklist = CHECKLISTS[gates]
        layout = layout_for(checklist)
        expected = {layout.value(field.name).a1: field.choices for field in HEADER if field.choices}
        expected |= dict.fromkeys(gate_cells(layout, "status"), ROW_BY_NAME["status"].choices)
        expected |= {
            layout.names.first.down(place).right().a1: checklist.policy.attendee_roles
            for place in range(layout.people)
        }
        with libreoffice.open(forms[gates]) as book:
            for cell in input_order(layout):
                rule = book.validation(TAB_NAME, cell)
                assert rule is not None, cell
                assert tuple(rule.entries) == expected.get(cell, ()), cell
                assert rule.dropdown == (cell in expected or "OFFSET" in rule.formula), cell
                strict = cell in expected and expected[cell] != checklist.policy.attendee_roles
                assert rule.refuses == (strict or rule.kind in ("date", "custom", "any")), cell
                assert rule.ignore_blank, cell
                assert rule.prompt, cell

    def offered(self, book: Book, cell: str) -> list[str]:
        """What the list of a cell holds now."""
        rule = book.validation(TAB_NAME, cell)
        assert rule
        assert (rule.kind, rule.dropdown, rule.refuses) == ("list", True, False)
        # Formulas asked of the program itself: the entries, one below the other, and "-" behind them.
        asked = {
            f"A{200 + place}": Formula(f'=IFERROR(INDEX({rule.formula};1;{place});"-")')
            for place in range(1, 20)
        }
        book.put(TAB_NAME, asked)
        book.recalculate()
        entries = [str(book.value(TAB_NAME, cell)) for cell in asked]
        book.put(TAB_NAME, dict.fromkeys(asked))
        return entries[: entries.index("-")]

    @EACH_SIZE
    def test_names_are_offered_once_they_stand_on_the_sheet(
        self, gates: int, forms: dict[int, Path], libreoffice: LibreOffice
    ) -> None:
        layout = layout_for(CHECKLISTS[gates])
        owners = gate_cells(layout, "owner")
        asking = [
            *(layout.value(name).a1 for name in ("owner", "backup", "signed_by")),
            *owners,
            *gate_cells(layout, "approver"),
            *(layout.names.first.down(place).a1 for place in range(layout.people)),
        ]
        with libreoffice.open(forms[gates]) as book:
            book.put(
                TAB_NAME,
                {
                    layout.value("lead").a1: " Ana  Ruiz ",
                    layout.value("owner").a1: "The AI team",
                    layout.names.first.a1: "Bo Li",
                    layout.names.last.a1: "ana ruiz",
                    owners[0]: "tbd",
                    owners[1]: "Bo Li",
                    owners[-1]: "Cy Adeyemi",
                },
            )
            assert self.offered(book, owners[2]) == ["Ana Ruiz", "Bo Li", "Cy Adeyemi"]
            rules = {getattr(book.validation(TAB_NAME, cell), "formula", "") for cell in asking}
            assert len(rules) == 1
            # Any other name may be typed, and is offered from then on; a group never is.
            book.put(TAB_NAME, {owners[3]: "Eli Stone"})
            book.recalculate()
            assert self.offered(book, owners[2])[-2:] == ["Eli Stone", "Cy Adeyemi"]
            assert set(book.invalid(TAB_NAME)) == {layout.value("owner").a1, owners[0]}

    def test_the_list_is_there_before_anything_is_computed(
        self, tmp_path: Path, libreoffice: LibreOffice
    ) -> None:
        """What is stored in the file, groups and doubles among the names, is what is computed."""
        review = passing_review(owner="The AI team", backup="BO LI", lead="Ana  Ruiz")
        path = drawn(review, TWELVE, tmp_path / "form.xlsx")
        rows = range(NAMES_ROW, PEOPLE_ROW + 1)
        stored = {
            Cell(*place).a1: value
            for place, value in read_workbook(path)[0].values.items()
            if place[0] in rows and place[1] >= HELPERS_FROM and value != ""
        }
        with libreoffice.open(path) as book:
            book.recalculate()
            seen = book.read(TAB_NAME, f"N{rows[0] + 1}:CZ{rows[-1] + 1}")
        assert stored == {cell: found.value for cell, found in seen.items() if found.value != ""}
        assert "The AI team" in stored.values()
        assert list(stored.values()).count("BO LI") == 2


class TestTyping:
    @EACH_SIZE
    def test_every_input_takes_what_comes_and_everything_else_refuses(
        self, gates: int, forms: dict[int, Path], libreoffice: LibreOffice
    ) -> None:
        layout = layout_for(CHECKLISTS[gates])
        inputs = input_order(layout)
        # What a merged box covers; nobody gets there.
        covered = {
            Cell(area.first.row, column).a1
            for area in layout.value_ranges.values()
            for column in range(area.first.column + 1, area.last.column + 1)
        }
        shown = [
            Cell(row, column).a1
            for row in range(layout.last_row + 3)
            for column in range(LAST_COLUMN + 4)
        ]
        with libreoffice.open(forms[gates]) as book:
            refused = book.offer(TAB_NAME, dict.fromkeys(shown, "typed"))
            assert refused == set(shown) - set(inputs) - covered
            assert book.shown(TAB_NAME, *inputs) == ["typed"] * len(inputs)

    @EACH_SIZE
    def test_the_tab_key_follows_the_work(
        self, gates: int, forms: dict[int, Path], libreoffice: LibreOffice
    ) -> None:
        expected = input_order(layout_for(CHECKLISTS[gates]))
        with libreoffice.open(forms[gates]) as book:
            assert book.walk(TAB_NAME, "A1", len(expected)) == expected


class TestOtherTabs:
    """The guide has nothing to fill in; the log of changes has four columns below its headings."""

    LOG = tuple(f"{column}{row}" for row in range(4, 64) for column in "BCDE")

    def test_the_guide_takes_nothing(
        self, forms: dict[int, Path], libreoffice: LibreOffice
    ) -> None:
        cells = Range.parse("A1:K60")
        everywhere = [
            Cell(row, column).a1
            for row in range(cells.last.row + 1)
            for column in range(cells.last.column + 1)
        ]
        with libreoffice.open(forms[12]) as book:
            assert book.is_protected("Guide")
            assert book.value("Guide", "B1") == "How to run the gate review"
            assert book.offer("Guide", dict.fromkeys(everywhere, "typed")) == {*everywhere}
            assert not any(book.validation("Guide", cell) for cell in everywhere[:200])

    def test_the_log_takes_what_stands_below_its_headings(
        self, forms: dict[int, Path], libreoffice: LibreOffice
    ) -> None:
        shown = [f"{column}{row}" for row in range(1, 70) for column in "ABCDEFG"]
        with libreoffice.open(forms[12]) as book:
            assert book.shown("Changes", "B3", "C3", "D3", "E3") == ["Date", "Kind", "Who", "What"]
            refused = book.offer("Changes", dict.fromkeys(shown, "typed"))
            assert set(shown) - refused == {*self.LOG}
            assert book.shown("Changes", *self.LOG) == ["typed"] * len(self.LOG)

    def test_the_log_offers_its_kinds_and_takes_only_days(
        self, forms: dict[int, Path], libreoffice: LibreOffice
    ) -> None:
        kinds = ("Model", "Vendor model upgrade", "Prompt", "Data source", "Use case", "Other")
        with libreoffice.open(forms[12]) as book:
            for row in (4, 30, 63):
                rules = [book.validation("Changes", f"{column}{row}") for column in "BCDE"]
                assert [rule and (rule.kind, rule.dropdown) for rule in rules] == [
                    ("date", False), ("list", True), ("any", False), ("any", False)
                ]  # fmt: skip
                day, kind, *_ = rules
                assert day
                assert kind
                assert day.refuses
                assert kind.refuses
                assert tuple(kind.entries) == kinds
                assert all(rule and rule.prompt and rule.ignore_blank for rule in rules)
            book.put(
                "Changes", {"B4": "soon", "B5": ON, "B6": FAR, "C4": "Prompts", "C5": "prompt"}
            )
            assert set(book.invalid("Changes")) == {"B4", "B6", "C4"}
