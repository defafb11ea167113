"""Forms that another program opened, changed or wrote come to the same answers.

LibreOffice does what only a real program does; openpyxl and hand-made packages stand for the many
that write a workbook in their own way. All of it is about files: Google keeps its sheets itself.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

import openpyxl
import pytest
import xlsxwriter

from tests.abuse.hands import ROWS, TAB, OfficeHands, answers, at, checked, findings
from tests.abuse.marks import abuse, table
from tests.abuse.test_edits import ALL_WELL
from tests.conformance.desks import ExcelDesk
from tests.support.builders import passing_review
from tests.support.libreoffice import Book, LibreOffice


@pytest.fixture
def files(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> ExcelDesk:
    """A folder of forms."""
    return ExcelDesk(tmp_path, capsys)


@pytest.fixture
def form(files: ExcelDesk) -> Path:
    """A form in which all is well."""
    return Path(files.put("a review", passing_review()))


def _a_list_of_ones_own(book: Book) -> None:
    book.copy_tab("Guide", "Notes")
    book.put("Notes", {"A1": "Gate", "B1": "Status"})


class Worked(NamedTuple):
    """One line: what was done in LibreOffice → what is read otherwise, what is said, the decision."""

    done: str
    pains: tuple[int, ...]
    edit: Callable[[Book], object]
    read: dict[str, object] = {}  # noqa: RUF012
    said: tuple[str, ...] = ()
    decision: str = "launch"


WORKED = [
    Worked("opened and saved", (12, 24), lambda b: None),
    Worked(
        "the owner of gate 1 dragged down over gate 2",
        (1,),
        lambda b: b.fill_down(TAB, at("1 owner:2 owner")),
    ),
    Worked(
        "the artifact of gate 1 dragged down: the program goes on counting",
        (1,),
        lambda b: b.fill_down(TAB, at("1 artifact:2 artifact")),
        read={"2 artifact": "Folder 8"},
    ),
    Worked(
        "the number of gate 1 dragged down over gate 2: it counts rightly",
        (5,),
        lambda b: b.fill_down(TAB, at("1 number:2 number")),
    ),
    Worked(
        "the whole row of gate 1 dragged down over gate 2",
        (5,),
        lambda b: b.fill_down(TAB, f"A{ROWS[1]}:J{ROWS[2]}"),
        said=(f"C{ROWS[2]} row-mixed-up: the title “Data source documented”",),
        decision="incomplete",
    ),
    Worked(
        "the row of gate 3 cut out and put below the others",
        (5,),
        lambda b: b.paste(TAB, at("row 3"), at("below number"), cut=True),
    ),
    Worked(
        "the status of gate 3 cut out and put on gate 4",
        (5, 14),
        lambda b: b.paste(TAB, at("3 status"), at("4 status"), cut=True),
        read={"3 status": None},
        said=("3 status status-missing: Gate 3",),
        decision="incomplete",
    ),
    Worked(
        "an empty cell of another place pasted over the status of gate 3, its dropdown gone",
        (1, 14),
        lambda b: b.paste(TAB, "A60", at("3 status")),
        read={"3 status": None},
        said=("3 status status-missing: Gate 3",),
        decision="incomplete",
    ),
    Worked(
        "the header's status column merged into one cell with its first answers",
        (6,),
        lambda b: b.merge(TAB, f"{at('header status')}:{at('1 status')}"),
        read={"1 status": None},
        said=(f"1 status status-missing: merged range {at('header status')}:{at('1 status')}",),
        decision="incomplete",
    ),
    # The program asks whether to empty the covered cells; these are kept.
    Worked(
        "status and owner of gate 3 merged, the covered owner kept",
        (6, 30),
        lambda b: b.merge(TAB, at("3 status:3 owner")),
        read={"3 owner": ""},
        said=(f"3 owner owner-missing: merged range {at('3 status:3 owner')}",),
        decision="incomplete",
    ),
    Worked(
        "the statuses of gates 3 and 4 merged, the covered one kept",
        (6,),
        lambda b: b.merge(TAB, at("3 status:4 status")),
        read={"4 status": None},
        said=(f"4 status status-missing: merged range {at('3 status:4 status')}",),
        decision="incomplete",
    ),
    Worked(
        "a tab in front, with a list of its own",
        (2, 24),
        lambda b: _a_list_of_ones_own(b),
    ),
    Worked("the tab renamed", (2,), lambda b: b.rename(TAB, "Überprüfung №1")),
]  # fmt: skip


@pytest.mark.engine("libreoffice", "uno")
@pytest.mark.xdist_group("libreoffice")
@table("programs", WORKED)
def test_worked_on_in_libreoffice(
    case: Worked, files: ExcelDesk, form: Path, libreoffice: LibreOffice
) -> None:
    with libreoffice.open(form) as book:
        case.edit(book)
        book.save(form)
    (read,) = checked(files).json["reviews"]
    assert answers(read) == ALL_WELL | case.read
    said = findings(read)
    assert len(said) == len(case.said), said
    for line, whole in zip(case.said, said, strict=True):
        start, _, words = line.partition(": ")
        place, _, code = start.rpartition(" ")
        assert whole.startswith(f"{at(place)} {code}: "), said
        assert words in whole
    assert read["decision"] == case.decision


@pytest.mark.engine("libreoffice", "uno")
@pytest.mark.xdist_group("libreoffice")
@abuse("tabs", 2, 20)
def test_a_duplicated_tab_is_named_and_the_worse_counts(
    files: ExcelDesk, form: Path, libreoffice: LibreOffice
) -> None:
    """Somebody keeps a copy of the tab "to play with", and marks a red there."""
    with libreoffice.open(form) as book:
        hands = OfficeHands(files, str(form), book)
        hands.duplicate()
        hands.tab = "Review_2"
        hands.type("3 status", "Red")
        hands.save()
    ran = checked(files)
    assert [(r["tab"], r["decision"]) for r in ran.json["reviews"]] == [
        ("Review", "launch"),
        ("Review_2", "delayed"),
    ]
    for review in ran.json["reviews"]:
        (said,) = [f for f in review["findings"] if f["code"] == "duplicate-review"]
        assert "Review_2" in said["message"] or "Review" in said["message"]


# --- Written by other programs


def rewritten(form: Path, change: Callable[[str, str], str]) -> None:
    """Every part of a package, through a change of its text by its name."""
    with zipfile.ZipFile(form) as old:
        parts = {name: old.read(name) for name in old.namelist()}
    with zipfile.ZipFile(form, "w", zipfile.ZIP_DEFLATED) as new:
        for name, data in parts.items():
            if name.endswith((".xml", ".rels")):
                data = change(name, data.decode("utf-8")).encode("utf-8")
            new.writestr(name, data)


def in_sheets(pattern: str, replacement: str) -> Callable[[Path], None]:
    """A change in the XML of every tab."""

    def change(form: Path) -> None:
        changed = []

        def one(name: str, text: str) -> str:
            if not name.startswith("xl/worksheets/sheet"):
                return text
            text, count = re.subn(pattern, replacement, text)
            changed.append(count)
            return text

        rewritten(form, one)
        assert sum(changed), f"{pattern} is not in the file"

    return change


def by_openpyxl(form: Path) -> None:
    """Loaded and saved: formulas without results, rules and styles written anew."""
    openpyxl.load_workbook(form).save(form)


def values_only(form: Path) -> None:
    """What "paste values" or an export leaves: results, and no formula."""
    book = openpyxl.load_workbook(form, data_only=True)
    book.save(form)


def by_xlsxwriter(form: Path) -> None:
    """Every value typed anew into a plain workbook, with no style, rule, name or hidden column."""
    old = openpyxl.load_workbook(form)
    with xlsxwriter.Workbook(str(form)) as new:
        day = new.add_format({"num_format": "dd mmm"})
        for tab in old:
            sheet = new.add_worksheet(tab.title)
            for row, line in enumerate(tab.iter_rows()):
                for column, cell in enumerate(line):
                    if isinstance(cell.value, datetime):
                        sheet.write_datetime(row, column, cell.value, day)
                    elif cell.value is not None:
                        sheet.write(row, column, cell.value)


def inline_texts(form: Path) -> None:
    """No table of shared texts: each stands in its cell, as several exporters write it."""
    with zipfile.ZipFile(form) as package:
        table = package.read("xl/sharedStrings.xml").decode()
    texts = re.findall(r"<si>(.*?)</si>", table, re.DOTALL)

    def one(name: str, text: str) -> str:
        if not name.startswith("xl/worksheets/sheet"):
            return text
        return re.sub(
            r't="s"><v>(\d+)</v>',
            lambda found: f't="inlineStr"><is>{texts[int(found[1])]}</is>',
            text,
        )

    rewritten(form, one)


def defined_names_broken(form: Path) -> None:
    """Names that lead nowhere, as deleting tabs and columns leaves them."""
    names = (
        '<definedName name="status">#REF!</definedName>'
        '<definedName name="_xlnm._FilterDatabase" localSheetId="0" hidden="1">#REF!</definedName>'
    )

    def one(name: str, text: str) -> str:
        if name != "xl/workbook.xml":
            return text
        text = re.sub(r"<definedNames>.*?</definedNames>", "", text)
        return text.replace("</sheets>", f"</sheets><definedNames>{names}</definedNames>")

    rewritten(form, one)


def macros_inside(form: Path) -> None:
    """Saved as a workbook with macros."""
    with zipfile.ZipFile(form, "a") as package:
        package.writestr("xl/vbaProject.bin", b"\xd0\xcf\x11\xe0 not looked at")
    form.rename(form.with_suffix(".xlsm"))


_SIZE = "<dimension [^>]*/>"
_HUGE = '<dimension ref="A1:XFD1048576"/>'
_RULES = "<dataValidations.*?</dataValidations>|<conditionalFormatting.*?</conditionalFormatting>"


class Written(NamedTuple):
    """One line: how the file was written anew; all answers must read as before."""

    done: str
    pains: tuple[int, ...]
    change: Callable[[Path], None]


WRITTEN = [
    Written("loaded and saved by openpyxl: no stored results", (12, 23, 24), by_openpyxl),
    Written("only the values left, no formula", (12, 13), values_only),
    Written("written anew by XlsxWriter, without styles, rules and hidden columns", (1, 24), by_xlsxwriter),
    Written("the declared size is a lie", (24,), in_sheets(_SIZE, '<dimension ref="A1"/>')),
    Written("no declared size", (24,), in_sheets(_SIZE, "")),
    Written("a declared size of a million rows", (6, 24), in_sheets(_SIZE, _HUGE)),
    Written("no dropdowns and no colour rules left", (1, 4), in_sheets(_RULES, "")),
    Written("all rows and columns in sight", (24, 26), in_sheets(' hidden="1"', "")),
    Written("no results stored beside the formulas", (12,), in_sheets(r"(<f>[^<]*</f>)<v>[^<]*</v>", r"\1")),
    Written("every text in its cell", (24,), inline_texts),
    Written("defined names that lead nowhere", (7,), defined_names_broken),
    Written("with macros", (25,), macros_inside),
]  # fmt: skip


@table("programs", WRITTEN)
def test_written_by_other_programs(case: Written, files: ExcelDesk, form: Path) -> None:
    case.change(form)
    (read,) = checked(files).json["reviews"]
    assert answers(read) == ALL_WELL
    assert findings(read) == []
    assert read["decision"] == "launch"


def merged(cells: str) -> Callable[[Path], None]:
    """One more merged range, and what it covers still in the file."""
    return in_sheets(r"(<mergeCells.*?>)", rf'\1<mergeCell ref="{cells}"/>')


class Covered(NamedTuple):
    """One line: what was merged → what is left to read there, what is said, the decision."""

    done: str
    pains: tuple[int, ...]
    cells: str
    read: dict[str, object]
    said: tuple[str, ...]


COVERED = [
    Covered("status and owner of gate 3", (6, 30), "3 status:3 owner", {"3 owner": ""},
            ("3 owner owner-missing",)),
    Covered("owner to artifact of gate 3", (6,), "3 owner:3 artifact", {"3 artifact": "", "3 link": None},
            ("3 artifact artifact-missing",)),
    Covered("the statuses of gates 3 and 4", (6,), "3 status:4 status", {"4 status": None},
            ("4 status status-missing",)),
    Covered("the owners of gates 1 to 3", (6,), "1 owner:3 owner", {"2 owner": "", "3 owner": ""},
            ("2 owner owner-missing", "3 owner owner-missing")),
]  # fmt: skip


@table("merged", COVERED)
def test_what_a_merged_range_covers_does_not_count(
    case: Covered, files: ExcelDesk, form: Path
) -> None:
    """Nobody sees it, so nobody stands by it, though it is still in the file."""
    merged(at(case.cells))(form)
    (read,) = checked(files).json["reviews"]
    expected = ALL_WELL | case.read
    assert answers(read) == {place: expected[place] for place in answers(read)}
    assert [line.partition(":")[0] for line in findings(read)] == [
        f"{at(place)} {code}" for place, _, code in (one.rpartition(" ") for one in case.said)
    ]
    assert read["decision"] == "incomplete"
