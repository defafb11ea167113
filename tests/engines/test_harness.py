"""The harness itself: the engines compute, and what they tell of a file is true.

A test that holds our formulas against an engine is worth nothing if the engine repeats what Python
stored in the file, or if an edit never arrives. So each of these starts from a file whose stored
values are wrong on purpose.
"""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from datetime import date, datetime
from pathlib import Path

import openpyxl
import pytest
import xlsxwriter
from hypothesis import example, given, settings
from hypothesis import strategies as st

from gatebook.sheets.model import CellError, Formula
from tests.support import libreoffice as module
from tests.support.cell_values import CellSeen, Edit, Place, Typed, Value
from tests.support.engines import Engine, Formulon, IronCalc, LibreOfficeEngine, unavailable
from tests.support.libreoffice import (
    Book,
    LibreOffice,
    LibreOfficeError,
    pdf_pages,
    pdf_pictures,
)

WRONG = "stored, and wrong"
NO_BREAK_SPACE = "\u00a0"
RED, GREEN, GREY = "#FF0000", "#00FF00", "#808080"


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file with a form of four rows (one hidden), a list of words, and an empty tab."""
    path = tmp_path_factory.mktemp("harness") / "sample.xlsx"
    book = xlsxwriter.Workbook(path)
    form = book.add_worksheet("Form")
    free = book.add_format({"locked": False})
    for row, (key, status, number) in enumerate(
        [("gate:one", "Red", 3), ("gate:two", "Green", 1), ("gate:three", "Purple", 2)], 2
    ):
        form.write_string(row, 1, key)
        form.write_string(row, 2, status, free)
        form.write_number(row, 3, number)
        form.write_formula(row, 4, f'=C{row + 1}&"!"', None, WRONG)
    form.write_formula("G3", '=COUNTIF(C:C,"red")', None, 99)
    form.merge_range("B7:C7", "merged", book.add_format({"bg_color": GREY}))
    form.write_string("E8", "end")
    form.set_row(4, None, None, {"hidden": True})
    words = {"validate": "list", "source": ["Green", "Yellow", "Red"], "input_title": "Status"}
    form.data_validation("C3:C6", {**words, "input_message": "Pick", "error_message": "Not that"})
    form.data_validation("D3:D6", {"validate": "list", "source": "=Words!$A$1:$A$2"})
    for colour, word in ((RED, "Red"), (GREEN, "Green")):
        rule = {"type": "formula", "criteria": f'=$C3="{word}"'}
        form.conditional_format("C3:C6", {**rule, "format": book.add_format({"bg_color": colour})})
    form.protect()
    book.add_worksheet("Words").write_column("A1", [1, 2])
    book.add_worksheet("Empty")
    book.close()
    return path


@pytest.fixture
def opened(libreoffice: LibreOffice, sample: Path) -> Iterator[Book]:
    """The sample, open in LibreOffice."""
    with libreoffice.open(sample) as book:
        yield book


def lone_formula(folder: Path, formula: str) -> Path:
    """A file with inputs in `In` and one formula in Calc!A1, whose stored value is wrong."""
    path = folder / "formula.xlsx"
    book = xlsxwriter.Workbook(path, {"strings_to_formulas": False})
    book.add_worksheet("Calc").write_formula("A1", formula, None, WRONG)
    book.add_worksheet("In")
    book.close()
    return path


class TestEveryEngineComputes:
    """What each of the three must do to be of any use."""

    def test_stored_values_are_not_believed(self, engine: Engine, sample: Path) -> None:
        """PAINS 12: the file says 99 and "stored, and wrong"; neither comes back."""
        found = engine.recalculate(sample, {}, [("Form", "G3"), ("Form", "E4")])
        assert found == {("Form", "G3"): 1.0, ("Form", "E4"): "Green!"}

    def test_edits_arrive_and_the_file_stays(self, engine: Engine, sample: Path) -> None:
        before = sample.read_bytes()
        edits: dict[Place, Edit] = {("Form", "C4"): "RED", ("Form", "C5"): None}
        wanted = [("Form", "G3"), ("Form", "E4"), ("Form", "E5"), ("Form", "C5")]
        assert list(engine.recalculate(sample, edits, wanted).values()) == [2.0, "RED!", "!", None]
        assert sample.read_bytes() == before

    def test_each_case_starts_from_the_file(self, engine: Engine, sample: Path) -> None:
        """An edit of one case is gone in the next."""
        cases: list[dict[Place, Edit]] = [
            {("Form", "C3"): "Green", ("Form", "E3"): "typed over"},
            {("Form", "C4"): "Red", ("Form", "D3"): True},
            {("Form", "D3"): date(2026, 11, 23)},
            {},
        ]
        wanted = [("Form", "G3"), ("Form", "E3"), ("Form", "D3")]
        answers = engine.recalculate_each(sample, cases, wanted)
        assert [list(answer.values()) for answer in answers] == [
            [0.0, "typed over", 3.0],
            [2.0, "Red!", True],
            [1.0, "Red!", 46349.0],
            [1.0, "Red!", 3.0],
        ]

    @pytest.mark.parametrize(
        ("edit", "value", "kind"),
        [
            ("Green", "Green", "text"),
            ("=1+1", "=1+1", "text"),
            ("'tis", "'tis", "text"),
            ("2026-01-05", "2026-01-05", "text"),
            ("TRUE", "TRUE", "text"),
            ("two\nlines", "two\nlines", "text"),
            (2.5, 2.5, "number"),
            (7, 7.0, "number"),
            (date(2026, 11, 23), 46349.0, "number"),
            (datetime(2026, 11, 23, 12), 46349.5, "number"),
            (True, True, "boolean"),
            (False, False, "boolean"),
            (None, None, "nothing"),
            (Formula("=1+1"), 2.0, "number"),
            (Formula('=""'), "", "text"),
            (CellError("#REF!"), CellError("#REF!"), "error"),
            (CellError("#N/A"), CellError("#N/A"), "error"),
            (Formula("=1/0"), CellError("#DIV/0!"), "error"),
        ],
    )
    def test_values_keep_their_type(
        self, engine: Engine, tmp_path: Path, edit: Edit, value: Value, kind: str
    ) -> None:
        """PAINS 13, 15, 18: what is put in is what formulas see, and what is read."""
        path = lone_formula(
            tmp_path,
            '=IF(ISERROR(In!A1),"error",IF(ISBLANK(In!A1),"nothing",IF(ISLOGICAL(In!A1),"boolean",'
            'IF(ISNUMBER(In!A1),"number",IF(ISTEXT(In!A1),"text","?")))))',
        )
        found = engine.recalculate(path, {("In", "A1"): edit}, [("In", "A1"), ("Calc", "A1")])
        assert found["In", "A1"] == value
        assert type(found["In", "A1"]) is type(value)
        assert found["Calc", "A1"] == kind

    @pytest.mark.parametrize(
        ("formula", "inputs", "expected"),
        [
            ("=_xlfn.ISFORMULA(In!A1)", {"A1": Formula("=1")}, True),
            ("=_xlfn.ISFORMULA(In!A1)", {"A1": "=1"}, False),
            ('=IFERROR(In!A1&"x","caught")', {"A1": CellError("#REF!")}, "caught"),
            ('=COUNT(SEARCH(" team "," "&In!A1&" "),SEARCH(" tbd "," x "))', {"A1": "Our Team"}, 1),
            ('=COUNT(SEARCH(" team "," "&In!A1&" "))', {"A1": "Steamer"}, 0),
            ('=COUNTIF(In!$A:$A,"gate:*")', {"A1": "gate:one", "A9": "Gate:two", "A3": "x"}, 2),
            ('=INDEX(In!B:B,MATCH("gate:b",In!A:A,0))', {"A4": "gate:b", "B4": "yes"}, "yes"),
            ('=SUMPRODUCT((In!A1:A3="Red")*(In!B1:B3="x"))', {"A1": "red", "B1": "X"}, 1),
            ("=TRIM(In!A1)", {"A1": "  a   b "}, "a b"),
            (f'=SUBSTITUTE(In!A1,"{NO_BREAK_SPACE}"," ")', {"A1": f"a{NO_BREAK_SPACE}b"}, "a b"),
            ('=SUBSTITUTE(In!A1,CHAR(10)," ")', {"A1": "a\nb"}, "a b"),
            ('=SUBSTITUTE(In!A1,CHAR(9)," ")', {"A1": "a\tb"}, "a b"),
            ("=LOWER(In!A1)", {"A1": "ÄÖÜ"}, "äöü"),
            ("=DAY(DATE(2026,2,30))", {}, 2),
            ('=IF(In!A1="GREEN",1,0)', {"A1": "green"}, 1),
            ("=EXACT(In!A1,In!A2)", {"A1": "green", "A2": "Green"}, False),
            ('=In!A1&""', {"A1": 1}, "1"),
            ('=IF(In!A1="1","same","other")', {"A1": 1}, "other"),
            ('=IF(In!A1="TRUE","same","other")', {"A1": True}, "other"),
            ('=IF(In!A1="","empty","full")', {}, "empty"),
            ('=IFERROR(SEARCH("~?",In!A1),0)', {"A1": "what?"}, 5),
            ('=RIGHT("0"&MONTH(In!A1),2)', {"A1": date(2026, 3, 1)}, "03"),
            ('=IF(TRUE,"a",1/0)', {}, "a"),
        ],
    )
    def test_they_agree_on_what_our_formulas_are_made_of(
        self,
        engine: Engine,
        tmp_path: Path,
        formula: str,
        inputs: dict[str, Edit],
        expected: Value,
    ) -> None:
        edits = {("In", a1): value for a1, value in inputs.items()}
        found = engine.recalculate(lone_formula(tmp_path, formula), edits, [("Calc", "A1")])
        assert found["Calc", "A1"] == expected

    def test_a_long_and_deep_formula(self, engine: Engine, tmp_path: Path) -> None:
        deep = '"end"'
        for depth in range(12):
            deep = f'IF(In!$A$1={depth},"{"x" * 300}",{deep})'
        found = engine.recalculate(lone_formula(tmp_path, f"={deep}"), {}, [("Calc", "A1")])
        assert found["Calc", "A1"] == "x" * 300


@pytest.mark.parametrize(
    ("formula", "cell", "answers"),
    [
        ('=SUMPRODUCT(--ISNUMBER(SEARCH({"team","tbd"},In!A1)))', "tbd", [1.0, 0.0, 1.0]),
        ('=OR(In!A1={"a","b"})', "b", [False, True, True]),
        ('=In!A1&""', True, ["TRUE", "TRUE", "1"]),
        ("=ISNUMBER(In!A1)", True, [False, False, True]),
        ('=IFERROR(SEARCH("",In!A1),"no")', "x", [1.0, 1.0, "no"]),
        (f'="{NO_BREAK_SPACE}"=" "', None, [True, False, False]),
    ],
)
def test_where_they_are_known_to_differ(
    libreoffice: LibreOffice, tmp_path: Path, formula: str, cell: Edit, answers: list[Value]
) -> None:
    """KNOWN_LIMITS is true; when an engine learns better, this says that the text can go."""
    path = lone_formula(tmp_path, formula)
    engines: list[Engine] = [Formulon(), IronCalc(), LibreOfficeEngine(libreoffice)]
    edits: dict[Place, Edit] = {("In", "A1"): cell}
    found = [engine.recalculate(path, edits, [("Calc", "A1")]) for engine in engines]
    assert [answer["Calc", "A1"] for answer in found] == answers


def test_formulon_has_the_day_it_is_given(tmp_path: Path) -> None:
    path = lone_formula(tmp_path, "=TODAY()")
    found = Formulon(today=date(2031, 1, 2)).recalculate(path, {}, [("Calc", "A1")])
    assert found["Calc", "A1"] == (date(2031, 1, 2) - date(1899, 12, 30)).days


@pytest.mark.engine("libreoffice", "uno")
def test_libreoffice_would_believe_the_file_without_our_profile(sample: Path) -> None:
    """What OOXMLRecalcMode=0 is for: LibreOffice's default shows what XlsxWriter stored."""
    with LibreOffice(trust_stored=True) as office, office.open(sample) as book:
        assert book.value("Form", "G3") == 99.0
        assert book.value("Form", "E4") == WRONG
        book.recalculate()
        assert book.value("Form", "G3") == 1.0


class TestWhatLibreOfficeTells:
    """Each fact stands in the file that `sample` draws."""

    def test_cells(self, opened: Book) -> None:
        assert opened.read("Form", "B3:C3", "G3") == {
            "B3": CellSeen("gate:one"),
            "C3": CellSeen("Red"),
            "G3": CellSeen(1.0, '=COUNTIF(C:C;"red")'),
        }
        assert opened.read("Empty", "A1:Z99") == {}

    def test_errors_have_their_name_and_number(self, opened: Book) -> None:
        opened.put("Empty", {"A1": Formula("=NOSUCH(1)"), "A2": Formula("=A2")})
        assert opened.read("Empty", "A1:A2") == {
            "A1": CellSeen(CellError("#NAME?"), "=nosuch(1)", 525),
            "A2": CellSeen(CellError("Err:522"), "=A2", 522),
        }

    def test_what_a_cell_shows(self, opened: Book) -> None:
        opened.put("Empty", {"A1": date(2026, 11, 23), "A2": 0.5, "A3": True, "A4": Typed("5%")})
        assert opened.shown("Empty", "A1", "A2", "A3", "A4") == ["11/23/26", "0.5", "TRUE", "5.00%"]

    def test_typing_lets_libreoffice_guess(self, opened: Book) -> None:
        """PAINS 15: the same letters are a date when typed, and text when they are put as text."""
        opened.put("Empty", {"A1": Typed("1/2/2026"), "A2": "1/2/2026", "A3": Typed("30/06/2026")})
        seen = opened.read("Empty", "A1:A3")
        assert [seen[a1].value for a1 in seen] == [46024.0, "1/2/2026", "30/06/2026"]

    def test_validations(self, opened: Book) -> None:
        """PAINS 4: the list covers C3 to C6, and nothing else."""
        rule = opened.validation("Form", "C6")
        assert rule is not None
        assert (rule.kind, rule.entries) == ("list", ["Green", "Yellow", "Red"])
        assert (rule.prompt_title, rule.prompt, rule.error) == ("Status", "Pick", "Not that")
        assert rule.dropdown
        assert rule.refuses
        assert rule.ignore_blank
        assert opened.validation("Form", "C7") is None
        assert opened.validation("Form", "C2") is None

    def test_a_list_from_cells(self, opened: Book) -> None:
        rule = opened.validation("Form", "D3")
        assert rule is not None
        assert (rule.formula, rule.entries) == ("$Words.$A$1:$A$2", [])

    def test_what_breaks_its_rule(self, opened: Book) -> None:
        """PAINS 1: cells that were pasted over past the dropdown."""
        assert opened.invalid("Form") == ["D3", "C5"]
        opened.put("Form", {"D3": 2, "C5": "Red", "C3": "Blue"})
        assert opened.invalid("Form") == ["C3"]

    def test_protection(self, opened: Book) -> None:
        assert opened.is_protected("Form")
        assert not opened.is_protected("Words")
        assert opened.locked("Form", "B3", "C3", "G3") == {"B3", "G3"}

    def test_colours(self, opened: Book) -> None:
        """Colour rules and plain fills, past a hidden row and a merged cell; C5 is out of sight."""
        assert opened.colours("Form") == {"C3": RED, "C4": GREEN, "B7": GREY}
        opened.put("Form", {"C3": "Green", "C4": "Yellow", "C6": "red"})
        assert opened.colours("Form") == {"C3": GREEN, "C6": RED, "B7": GREY}
        assert opened.colours("Empty") == {}

    def test_tabs(self, opened: Book) -> None:
        opened.show_tab("Words", False)
        assert opened.tabs() == {"Form": True, "Words": False, "Empty": True}


class TestWhatPeopleDo:
    """Each change is in the file that LibreOffice saves, as openpyxl reads it."""

    def saved(self, book: Book, tmp_path: Path) -> openpyxl.Workbook:
        return openpyxl.load_workbook(book.save(tmp_path / "saved.xlsx"), data_only=True)

    def test_rows_are_sorted(self, opened: Book, tmp_path: Path) -> None:
        """PAINS 5: whole rows move, formulas with them; on a protected tab too."""
        opened.sort("Form", "B3:E5", "D")
        rows = self.saved(opened, tmp_path)["Form"].iter_rows(3, 5, 2, 5, values_only=True)
        assert list(rows) == [
            ("gate:two", "Green", 1, "Green!"),
            ("gate:three", "Purple", 2, "Purple!"),
            ("gate:one", "Red", 3, "Red!"),
        ]
        opened.sort("Form", "B3:E5", "B", descending=True)
        assert opened.value("Form", "B3") == "gate:two"
        opened.sort("Form", "B3:E5", "D", header=True)
        assert opened.value("Form", "B3") == "gate:two"

    def test_rows_and_columns_come_and_go(self, opened: Book, tmp_path: Path) -> None:
        """PAINS 3, 5."""
        opened.insert_rows("Form", 3, 2)
        opened.insert_columns("Form", "C")
        assert opened.value("Form", "D5") == "Red"
        opened.delete_rows("Form", 1, 4)
        opened.delete_columns("Form", "A")
        assert self.saved(opened, tmp_path)["Form"]["C1"].value == "Red"

    def test_cells_are_merged(self, opened: Book, tmp_path: Path) -> None:
        """PAINS 6."""
        opened.merge("Form", "B3:B4")
        merged = self.saved(opened, tmp_path)["Form"].merged_cells.ranges
        assert {str(area) for area in merged} == {"B3:B4", "B7:C7"}

    def test_tabs_are_renamed_copied_and_deleted(self, opened: Book, tmp_path: Path) -> None:
        """PAINS 2, 20."""
        opened.copy_tab("Form", "Form (2)")
        opened.rename("Form", "My review")
        opened.delete_tab("Empty")
        saved = self.saved(opened, tmp_path)
        assert saved.sheetnames == ["My review", "Words", "Form (2)"]
        assert saved["Form (2)"]["C3"].value == "Red"

    def test_pasting_brings_its_own_rules(self, opened: Book) -> None:
        """PAINS 1: a cell that is pasted over loses its dropdown."""
        opened.paste("Form", "E8", "C3")
        assert opened.value("Form", "C3") == "end"
        assert opened.validation("Form", "C3") is None
        opened.paste("Form", "C4", "B9", cut=True)
        assert (opened.value("Form", "B9"), opened.value("Form", "C4")) == ("Green", None)

    @pytest.mark.engine("poppler")
    def test_a_copy_of_one_tab_as_pdf(self, opened: Book, tmp_path: Path) -> None:
        assert pdf_pages(opened.save(tmp_path / "all.pdf")) == 2
        one = opened.save(tmp_path / "one.pdf", tab="Form")
        assert pdf_pages(one) == 1
        assert all(opened.tabs().values())
        (picture,) = pdf_pictures(one)
        assert picture.read_bytes().startswith(b"\x89PNG")
        with pytest.raises(LibreOfficeError, match=r"one tab alone .* as \.pdf or \.html only"):
            opened.save(tmp_path / "one.xlsx", tab="Form")

    def test_a_hidden_tab_can_be_printed_and_stays_hidden(self, opened: Book) -> None:
        opened.show_tab("Form", False)
        assert opened.colours("Form") == {"C3": RED, "C4": GREEN, "B7": GREY}
        assert opened.tabs() == {"Form": False, "Words": True, "Empty": True}

    def test_an_unknown_format_is_refused(self, opened: Book, tmp_path: Path) -> None:
        with pytest.raises(LibreOfficeError, match=r"'\.xlsb' is no format"):
            opened.save(tmp_path / "review.xlsb")


@settings(max_examples=20)
@given(
    st.lists(
        st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]), max_size=40),
        min_size=20,
        max_size=20,
    )
)
@example(["=1+1", "'=1", "+1", "-1", "@x", "1e3", "TRUE", "#N/A", "30/06/2026", "👍🏽"])
def test_text_is_literal(libreoffice: LibreOffice, sample: Path, texts: list[str]) -> None:
    """PAINS 18: no text becomes a formula, a number or a date on its way in and back."""
    with libreoffice.open(sample) as book:
        book.put("Empty", {f"A{row}": text for row, text in enumerate(texts, 1)})
        seen = book.read("Empty", f"A1:A{len(texts)}")
        expected = {f"A{row}": CellSeen(text) for row, text in enumerate(texts, 1) if text}
        assert seen == expected


class TestWhenThingsGoWrong:
    """The message says what is wrong, and the next request works."""

    def test_a_tab_that_is_not_there(self, opened: Book) -> None:
        with pytest.raises(LibreOfficeError, match="no tab 'Frm'; the workbook has 'Form', 'W"):
            opened.value("Frm", "A1")

    def test_a_file_that_is_not_there(self, libreoffice: LibreOffice, tmp_path: Path) -> None:
        with (
            pytest.raises(LibreOfficeError, match=r"no file .*gone\.xlsx"),
            libreoffice.open(tmp_path / "gone.xlsx"),
        ):
            pass

    def test_a_step_that_is_not_there(self, libreoffice: LibreOffice, sample: Path) -> None:
        with pytest.raises(LibreOfficeError, match="step 2, 'dance': there is no such step"):
            libreoffice.run(sample, [{"do": "tabs"}, {"do": "dance"}])

    def test_steps_in_one_go(self, libreoffice: LibreOffice, sample: Path) -> None:
        steps: list[dict[str, object]] = [
            {"do": "recalculate"},
            {"do": "shown", "tab": "Form", "cells": ["G3"]},
        ]
        assert libreoffice.run(sample, steps) == [None, ["1"]]

    @pytest.mark.engine("libreoffice", "uno")
    def test_one_that_takes_too_long_is_ended(self, sample: Path) -> None:
        """The file is then closed, and says so; the next file has a new process."""
        with LibreOffice(seconds=1.5) as office:
            with office.open(sample) as book:
                slow = {"do": "recalculate", "book": book.number}
                with pytest.raises(LibreOfficeError, match=r"no answer within 1\.5 s"):
                    office.ask([slow] * 100_000)
                assert not book.is_open
                with pytest.raises(LibreOfficeError, match="has ended"):
                    book.value("Form", "C3")
            with office.open(sample) as again:
                assert again.value("Form", "C3") == "Red"
                assert not book.is_open

    @pytest.mark.engine("libreoffice", "uno")
    def test_nothing_is_left_of_a_test_run_that_dies(self, sample: Path) -> None:
        """Its LibreOffice ends by itself, and so do the programs that it started."""
        code = (
            "import os, pathlib\n"
            "from tests.support.libreoffice import LibreOffice\n"
            f"with LibreOffice().open(pathlib.Path({str(sample)!r})) as book:\n"
            "    print(book._office._worker.pid, flush=True)\n"
            "    os.kill(os.getpid(), 9)\n"
        )
        root = Path(__file__).parents[2]
        died = subprocess.run(
            [sys.executable, "-c", code], capture_output=True, text=True, cwd=root, timeout=60
        )
        group = died.stdout.strip()
        end = time.monotonic() + 10
        while running(group) and time.monotonic() < end:
            time.sleep(0.1)
        assert group
        assert running(group) == []

    def test_without_libreoffice_the_message_says_how_to_get_it(
        self, sample: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
    ) -> None:
        monkeypatch.setenv("PATH", str(tmp_path))
        monkeypatch.setattr(module, "SYSTEM_PYTHON", str(tmp_path / "python3"))
        expected = "soffice and .*python3 not found.* apt install libreoffice-calc-nogui"
        with pytest.raises(LibreOfficeError, match=expected), LibreOffice().open(sample):
            pass

    def test_a_missing_engine_skips_or_fails_never_passes(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        unavailable([], "nothing")
        monkeypatch.delenv("GATEBOOK_REQUIRE_ENGINES", raising=False)
        with pytest.raises(pytest.skip.Exception, match=r"soffice not found\. To install: apt"):
            unavailable(["soffice"], "apt install it")
        monkeypatch.setenv("GATEBOOK_REQUIRE_ENGINES", "1")
        with pytest.raises(pytest.fail.Exception, match="soffice not found"):
            unavailable(["soffice"], "apt install it")


def running(group: str) -> list[str]:
    """Processes of a group that are still at work (zombies are not)."""
    found = []
    for entry in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            # "PID (COMMAND) STATE PARENT GROUP ...", and a command may hold spaces and brackets.
            name, _, rest = entry.read_text().rpartition(") ")
            state, _, its_group = rest.split()[:3]
            if its_group == group and state != "Z":
                found.append(name)
    return found
