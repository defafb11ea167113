"""Three engines that recalculate a workbook, behind one small interface, and fixtures for them.

Real Excel is not at hand where tests run. Formulon follows Excel most closely and answers in
milliseconds; LibreOffice is a program that people use; IronCalc is a third opinion. Where they are
known to differ from Excel: `KNOWN_LIMITS`.
"""

from __future__ import annotations

import importlib.util
import os
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import pytest

from gatebook.domain.cells import Cell
from gatebook.sheets.model import CellError, Formula
from tests.support.cell_values import Edit, Place, Typed, Value, serial
from tests.support.libreoffice import INSTALL, LibreOffice, missing

if TYPE_CHECKING:
    import formulon
    import ironcalc

KNOWN_LIMITS = {
    "formulon": (
        "OR(A1={...}) over an array constant is FALSE; a no-break space equals a space; "
        "a list validation that is spelled out minds the case"
    ),
    "ironcalc": (
        "SEARCH, FIND, MATCH, ISNUMBER, COUNTIF and others take one value only: inside SUMPRODUCT "
        "an array gives 0; AND stops at the first FALSE; SUMPRODUCT over whole columns is slow"
    ),
    "libreoffice": (
        'a boolean is a number: TRUE&"" is "1", ISNUMBER(TRUE) is TRUE; SEARCH("", text) is an '
        "error; no XLOOKUP or LET; CHAR(160) is no no-break space"
    ),
}


class Engine(Protocol):
    """Something that computes a workbook's formulas."""

    name: str

    def recalculate(
        self, path: Path, edits: Mapping[Place, Edit], wanted: Sequence[Place]
    ) -> dict[Place, Value]:
        """Type the edits into the file at `path`, compute all formulas, read the wanted cells.

        The file stays as it is. Numbers are float, errors CellError, nothing is None.
        """
        ...

    def recalculate_each(
        self, path: Path, cases: Sequence[Mapping[Place, Edit]], wanted: Sequence[Place]
    ) -> list[dict[Place, Value]]:
        """The same for many sets of edits, each on the file as it is; the fast way for many."""
        ...


class Formulon:
    """Formulon, with `today` pinned if it is given."""

    name = "formulon"

    def __init__(self, today: date | None = None) -> None:
        self._today = today

    def recalculate(
        self, path: Path, edits: Mapping[Place, Edit], wanted: Sequence[Place]
    ) -> dict[Place, Value]:
        """See `Engine`."""
        return self.recalculate_each(path, [edits], wanted)[0]

    def recalculate_each(
        self, path: Path, cases: Sequence[Mapping[Place, Edit]], wanted: Sequence[Place]
    ) -> list[dict[Place, Value]]:
        """See `Engine`. A case that edits the same cells as the one before overwrites it whole, so
        the book is loaded again only where the cells differ: loading is what takes long."""
        from formulon import Workbook

        content = path.read_bytes()
        answers: list[dict[Place, Value]] = []
        book: formulon.Workbook | None = None
        loaded_for: frozenset[Place] = frozenset()
        for edits in cases:
            if book is None or edits.keys() != loaded_for:
                if book is not None:
                    book.close()
                book, loaded_for = Workbook.load(content), frozenset(edits)
            answers.append(self._once(book, edits, wanted))
        if book is not None:
            book.close()
        return answers

    def _once(
        self, book: formulon.Workbook, edits: Mapping[Place, Edit], wanted: Sequence[Place]
    ) -> dict[Place, Value]:
        if self._today:
            book.set_pinned_now(self._today.year, self._today.month, self._today.day)
        tabs = {book.sheet_name(index): index for index in range(book.sheet_count())}
        for (tab, a1), edit in edits.items():
            _put_formulon(book, tabs[tab], Cell.parse(a1), edit)
        book.recalc()
        return {
            (tab, a1): _formulon_value(book.get_value(tabs[tab], *Cell.parse(a1)))
            for tab, a1 in wanted
        }


def _put_formulon(book: formulon.Workbook, tab: int, at: Cell, edit: Edit) -> None:
    plain = _plain(edit)
    if plain is None:
        book.set_blank(tab, *at)
    elif isinstance(plain, Formula):
        book.set_formula(tab, *at, plain.text)
    elif isinstance(plain, CellError):
        book.set_error(tab, *at, _FORMULON_ERRORS.index(plain))
    elif isinstance(plain, bool):
        book.set_bool(tab, *at, plain)
    elif isinstance(plain, str):
        book.set_text(tab, *at, plain)
    else:
        book.set_number(tab, *at, plain)


# In the order of `formulon.ErrorCode`.
_FORMULON_ERRORS = ("#NULL!", "#DIV/0!", "#VALUE!", "#REF!", "#NAME?", "#NUM!", "#N/A")


def _formulon_value(found: formulon.Value) -> Value:
    code = found.error_code
    if code is not None:
        known = code < len(_FORMULON_ERRORS)
        return CellError(_FORMULON_ERRORS[code] if known else f"#ERROR {code}")
    plain = found.to_python()
    if plain is None or isinstance(plain, (str, float, bool)):
        return plain
    raise TypeError(f"Formulon answers {plain!r}, which is no value of one cell")


class IronCalc:
    """IronCalc."""

    name = "ironcalc"

    def recalculate(
        self, path: Path, edits: Mapping[Place, Edit], wanted: Sequence[Place]
    ) -> dict[Place, Value]:
        """See `Engine`."""
        import ironcalc

        model = ironcalc.load_from_xlsx(str(path), "en", "UTC", "en")
        names = [tab["name"] for tab in model.get_worksheets_properties()]
        tabs = {name: index for index, name in enumerate(names)}
        for (tab, a1), edit in edits.items():
            _put_ironcalc(model, tabs[tab], Cell.parse(a1), edit)
        model.evaluate()
        return {(tab, a1): _ironcalc_value(model, tabs[tab], Cell.parse(a1)) for tab, a1 in wanted}

    def recalculate_each(
        self, path: Path, cases: Sequence[Mapping[Place, Edit]], wanted: Sequence[Place]
    ) -> list[dict[Place, Value]]:
        """See `Engine`."""
        return [self.recalculate(path, edits, wanted) for edits in cases]


def _put_ironcalc(model: ironcalc.Model, tab: int, at: Cell, edit: Edit) -> None:
    # It counts rows and columns from 1.
    row, column = at.row + 1, at.column + 1
    plain = _plain(edit)
    if plain is None:
        model.clear_cell_contents(tab, row, column)
    elif isinstance(plain, Formula):
        model.update_cell_with_formula(tab, row, column, plain.text)
    elif isinstance(plain, CellError):
        model.set_user_input(tab, row, column, plain)
    elif isinstance(plain, bool):
        model.update_cell_with_bool(tab, row, column, plain)
    elif isinstance(plain, str):
        model.update_cell_with_text(tab, row, column, plain)
    else:
        model.update_cell_with_number(tab, row, column, plain)


def _ironcalc_value(model: ironcalc.Model, tab: int, at: Cell) -> Value:
    import ironcalc

    row, column = at.row + 1, at.column + 1
    value = model.get_cell_value(tab, row, column)
    if model.get_cell_type(tab, row, column) == ironcalc.CellType.ErrorValue:
        return CellError(value)
    return value


class LibreOfficeEngine:
    """LibreOffice; `recalculate_each` opens the file once."""

    name = "libreoffice"

    def __init__(self, office: LibreOffice) -> None:
        self._office = office

    def recalculate(
        self, path: Path, edits: Mapping[Place, Edit], wanted: Sequence[Place]
    ) -> dict[Place, Value]:
        """See `Engine`."""
        return self.recalculate_each(path, [edits], wanted)[0]

    def recalculate_each(
        self, path: Path, cases: Sequence[Mapping[Place, Edit]], wanted: Sequence[Place]
    ) -> list[dict[Place, Value]]:
        """See `Engine`."""
        with self._office.open(path) as book:
            return book.values_after(cases, wanted)


def _plain(edit: Edit) -> str | float | bool | Formula | CellError | None:
    """An edit with dates as serial numbers; what somebody types is LibreOffice's alone to read."""
    if isinstance(edit, Typed):
        raise TypeError(f"{edit!r}: only LibreOffice reads what somebody types")
    return serial(edit) if isinstance(edit, date) else edit


def unavailable(lacks: Sequence[str], remedy: str) -> None:
    """Skip the test if something is lacking; fail it where GATEBOOK_REQUIRE_ENGINES=1."""
    if not lacks:
        return
    message = f"{' and '.join(lacks)} not found. To install: {remedy}"
    if os.environ.get("GATEBOOK_REQUIRE_ENGINES") == "1":
        pytest.fail(message, pytrace=False)
    pytest.skip(message)


def _module_lacks(name: str) -> list[str]:
    return [] if importlib.util.find_spec(name) else [name]


@pytest.fixture(scope="session")
def libreoffice() -> Iterator[LibreOffice]:
    """A LibreOffice for all tests of this process."""
    unavailable(missing(), INSTALL)
    with LibreOffice() as office:
        yield office


@pytest.fixture(scope="session", params=["formulon", "ironcalc", "libreoffice"])
def engine(request: pytest.FixtureRequest) -> Engine:
    """Each engine in turn."""
    if request.param == "libreoffice":
        return LibreOfficeEngine(request.getfixturevalue("libreoffice"))
    unavailable(_module_lacks(request.param), "scripts/setup test")
    return Formulon() if request.param == "formulon" else IronCalc()
