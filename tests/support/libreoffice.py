"""LibreOffice as a second opinion: what a real spreadsheet program reads, computes and shows.

One process serves many files: starting it takes a second or two, a file some 50 ms. It has a user
profile of its own, so it shares nothing with a LibreOffice that somebody has open, or with another
test process. It recalculates every file when it opens it; by default it would believe the values
that XlsxWriter stored beside the formulas, and a test would hold Python against Python.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import tempfile
import uuid
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Timer
from types import TracebackType
from typing import IO, Any, Self

from tests.support.cell_values import (
    CellSeen,
    Edit,
    Place,
    ValidationSeen,
    Value,
    areas_of,
    by_tab,
    plain,
    seen,
    wire,
)

# The system's Python: only that one has uno, LibreOffice's bridge (Debian: python3-uno).
SYSTEM_PYTHON = "/usr/bin/python3"
INSTALL = "apt install libreoffice-calc-nogui python3-uno poppler-utils"

_PROJECT = Path(__file__).parents[2]
_START_SECONDS = 60.0
# 0: always recalculate on load, 1: never. UseLocking: leave no lock files beside the tests' files.
_PROFILE = """<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry"
 xmlns:xs="http://www.w3.org/2001/XMLSchema"
 xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">
<item oor:path="/org.openoffice.Office.Calc/Formula/Load">
<prop oor:name="OOXMLRecalcMode" oor:op="fuse"><value>{mode}</value></prop></item>
<item oor:path="/org.openoffice.Office.Common/Misc">
<prop oor:name="UseLocking" oor:op="fuse"><value>false</value></prop></item>
<item oor:path="/org.openoffice.Setup/L10N">
<prop oor:name="ooLocale" oor:op="fuse"><value>en-US</value></prop></item>
<item oor:path="/org.openoffice.Setup/L10N">
<prop oor:name="ooSetupSystemLocale" oor:op="fuse"><value>en-US</value></prop></item>
</oor:items>
"""


class LibreOfficeError(Exception):
    """LibreOffice is missing, did not answer in time, or refused a step."""


def missing() -> list[str]:
    """What this machine lacks to run LibreOffice under test; empty when all is there."""
    lacks = [] if shutil.which("soffice") else ["soffice"]
    if not Path(SYSTEM_PYTHON).exists():
        return [*lacks, SYSTEM_PYTHON]
    has_uno = subprocess.run([SYSTEM_PYTHON, "-c", "import uno"], capture_output=True, timeout=60)
    return lacks if has_uno.returncode == 0 else [*lacks, "python3-uno"]


class LibreOffice:
    """A LibreOffice process; use it in a `with`. It starts when the first file is opened.

    `seconds` bounds each request: a LibreOffice that takes longer is ended and the request fails;
    the next one starts a new process. `trust_stored` keeps the values stored in a file, which is
    LibreOffice's default and here only of use to show the difference.
    """

    def __init__(self, *, seconds: float = 60, trust_stored: bool = False) -> None:
        self._seconds = seconds
        self._trust_stored = trust_stored
        self._folder: tempfile.TemporaryDirectory[str] | None = None
        self._worker: subprocess.Popen[str] | None = None
        self._starts = 0
        self._log = Path(os.devnull)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        problem: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.stop()

    @contextmanager
    def open(self, path: Path) -> Iterator[Book]:
        """Open a file; it is closed without saving at the end of the `with`."""
        if not path.is_file():
            raise LibreOfficeError(f"there is no file {path}")
        if not self.is_running:
            self._start()
        number = self.ask([{"do": "open", "path": str(path.resolve())}])[0]
        book = Book(self, number, self._starts)
        try:
            yield book
        finally:
            if book.is_open:
                book.ask("close")

    def run(self, path: Path, steps: Sequence[Mapping[str, Any]]) -> list[Any]:
        """Open a file, carry out steps as `uno_worker` names them, close it; what each returned."""
        with self.open(path) as book:
            return self.ask([{**step, "book": book.number} for step in steps])

    def ask(self, steps: Sequence[Mapping[str, Any]]) -> list[Any]:
        """Send steps and wait for what each returned. Raises LibreOfficeError."""
        return self._exchange(json.dumps({"steps": list(steps)}), self._seconds)

    @property
    def is_running(self) -> bool:
        """Whether there is a process to ask."""
        return self._worker is not None and self._worker.poll() is None

    @property
    def starts(self) -> int:
        """How often it was started: a file that was open before the newest start is gone."""
        return self._starts

    def stop(self) -> None:
        """End the process and remove its profile."""
        worker, self._worker = self._worker, None
        if worker is not None:
            _kill(worker)
            for stream in (worker.stdin, worker.stdout):
                if stream is not None:
                    with suppress(OSError):
                        stream.close()
        if self._folder is not None:
            self._folder.cleanup()
            self._folder = None

    def _start(self) -> None:
        self.stop()
        lacks = missing()
        if lacks:
            raise LibreOfficeError(
                f"{' and '.join(lacks)} not found. These tests need LibreOffice: {INSTALL}"
            )
        self._starts += 1
        self._folder = tempfile.TemporaryDirectory(
            prefix="gatebook-office-", ignore_cleanup_errors=True
        )
        profile = Path(self._folder.name)
        (profile / "user").mkdir()
        (profile / "user" / "registrymodifications.xcu").write_text(
            _PROFILE.format(mode=1 if self._trust_stored else 0), encoding="utf-8"
        )
        pipe = f"gatebook-{uuid.uuid4().hex}"
        arguments = [shutil.which("soffice") or "soffice", str(profile), pipe, str(_START_SECONDS)]
        self._log = Path(self._folder.name, "worker.log")
        with self._log.open("wb") as log:
            self._worker = self._launch(arguments, log)
        self._exchange(None, _START_SECONDS + 5)

    @staticmethod
    def _launch(arguments: list[str], log: IO[bytes]) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [SYSTEM_PYTHON, "-B", "-m", "tests.support.uno_worker", *arguments],
            cwd=_PROJECT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
            encoding="utf-8",
            # A group of its own, so that everything it starts ends with it.
            start_new_session=True,
        )

    def _exchange(self, request: str | None, seconds: float) -> list[Any]:
        """Send a line (None: only listen) and read the answer's line."""
        worker = self._worker
        if worker is None or worker.stdin is None or worker.stdout is None:
            raise LibreOfficeError("LibreOffice is not running; open a file first")
        watchdog = Timer(seconds, _kill, [worker])
        watchdog.daemon = True
        watchdog.start()
        try:
            if request is not None:
                worker.stdin.write(request + "\n")
                worker.stdin.flush()
            line = worker.stdout.readline()
        except OSError:
            line = ""
        finally:
            watchdog.cancel()
        if not line:
            last_words = self._log.read_text(encoding="utf-8", errors="replace")[-2000:]
            self.stop()
            raise LibreOfficeError(
                f"LibreOffice ended, or gave no answer within {seconds:g} s. {last_words}".rstrip()
            )
        answer = json.loads(line)
        if "error" in answer:
            raise LibreOfficeError(answer["error"])
        results: list[Any] = answer["results"]
        return results


class Book:
    """An open file. What changes a tab's structure lifts its protection first (no password)."""

    def __init__(self, office: LibreOffice, number: int, start: int) -> None:
        self.number = number
        self._office = office
        self._start = start

    @property
    def is_open(self) -> bool:
        """Whether the process that opened this file is still there."""
        return self._office.is_running and self._office.starts == self._start

    def ask(self, step: str, **arguments: Any) -> Any:
        """Carry out one step of `uno_worker` on this file."""
        if not self.is_open:
            raise LibreOfficeError("the LibreOffice that had this file open has ended")
        return self._office.ask([{"do": step, "book": self.number, **arguments}])[0]

    def put(self, tab: str, cells: Mapping[str, Edit]) -> None:
        """Put values into cells, past validation and protection; dates get a date format."""
        self.ask("set", tab=tab, cells={a1: wire(value) for a1, value in cells.items()})

    def offer(self, tab: str, cells: Mapping[str, str]) -> set[str]:
        """Put texts into cells where the tab's protection lets them in; the cells that refuse."""
        return set(self.ask("offer", tab=tab, cells=dict(cells)))

    def walk(self, tab: str, start: str, steps: int) -> list[str]:
        """The cells that the Tab key leads to from a cell of a protected tab, in order."""
        cells: list[str] = self.ask("walk", tab=tab, start=start, steps=steps)
        return cells

    def recalculate(self) -> None:
        """Compute every formula anew."""
        self.ask("recalculate")

    def read(self, tab: str, *areas: str) -> dict[str, CellSeen]:
        """The cells of some areas ("B4:F9") that hold something, by address."""
        found = self.ask("read", tab=tab, areas=list(areas))
        return {cell["at"]: seen(cell) for area in found for cell in area}

    def value(self, tab: str, a1: str) -> Value:
        """What stands in one cell."""
        found = self.read(tab, a1).get(plain(a1))
        return found.value if found else None

    def shown(self, tab: str, *cells: str) -> list[str]:
        """The text that each cell shows."""
        texts: list[str] = self.ask("shown", tab=tab, cells=list(cells))
        return texts

    def values_after(
        self, cases: Sequence[Mapping[Place, Edit]], wanted: Sequence[Place]
    ) -> list[dict[Place, Value]]:
        """For each case: type its edits, compute, read the wanted cells, undo the edits."""
        areas = areas_of(wanted)
        sent = [by_tab({place: wire(value) for place, value in case.items()}) for case in cases]
        answers = []
        for answer in self.ask("try", cases=sent, wanted=areas):
            found = {
                (tab, cell["at"]): seen(cell).value
                for tab, cells in answer.items()
                for cell in cells
            }
            answers.append({(tab, a1): found.get((tab, plain(a1))) for tab, a1 in wanted})
        return answers

    def validation(self, tab: str, a1: str) -> ValidationSeen | None:
        """The rule on what a cell accepts, or None."""
        rule = self.ask("validation", tab=tab, cell=a1)
        return ValidationSeen(**rule) if rule else None

    def invalid(self, tab: str) -> list[str]:
        """Cells whose content breaks their rule, as "Mark invalid data" circles them."""
        cells: list[str] = self.ask("invalid", tab=tab)
        return cells

    def is_protected(self, tab: str) -> bool:
        """Whether the tab refuses changes to its locked cells."""
        return bool(self.ask("protection", tab=tab, cells=[])["protected"])

    def locked(self, tab: str, *cells: str) -> set[str]:
        """Those of the cells that are locked."""
        return set(self.ask("protection", tab=tab, cells=list(cells))["locked"])

    def colours(self, tab: str) -> dict[str, str]:
        """The fill that each cell is shown with, colour rules included, as "#RRGGBB"."""
        fills: dict[str, str] = self.ask("colours", tab=tab)
        return fills

    def print_areas(self, tab: str) -> list[str]:
        """The areas of a tab that are printed; none: all of it."""
        areas: list[str] = self.ask("print_areas", tab=tab)
        return areas

    def tabs(self) -> dict[str, bool]:
        """The tabs in their order, and whether each is in sight."""
        return {tab["name"]: tab["visible"] for tab in self.ask("tabs")}

    def unprotect(self, tab: str) -> None:
        """Lift the tab's protection."""
        self.ask("unprotect", tab=tab)

    def rename(self, tab: str, name: str) -> None:
        """Give the tab another name."""
        self.ask("rename", tab=tab, name=name)

    def copy_tab(self, tab: str, name: str) -> None:
        """A copy of the tab in this workbook, behind all others."""
        self.ask("copy_tab", tab=tab, name=name)

    def delete_tab(self, tab: str) -> None:
        """Remove the tab."""
        self.ask("delete_tab", tab=tab)

    def show_tab(self, tab: str, visible: bool) -> None:
        """Show or hide the tab."""
        self.ask("show_tab", tab=tab, visible=visible)

    def sort(
        self, tab: str, area: str, column: str, *, descending: bool = False, header: bool = False
    ) -> None:
        """Sort the rows of an area by the column with these letters."""
        self.ask("sort", tab=tab, area=area, column=column, descending=descending, header=header)

    def insert_rows(self, tab: str, before: int, count: int = 1) -> None:
        """Insert rows before the row with this number, as people count."""
        self.ask("insert_rows", tab=tab, before=before, count=count)

    def delete_rows(self, tab: str, first: int, count: int = 1) -> None:
        """Remove rows from the one with this number, as people count."""
        self.ask("delete_rows", tab=tab, first=first, count=count)

    def insert_columns(self, tab: str, before: str, count: int = 1) -> None:
        """Insert columns before the one with these letters."""
        self.ask("insert_columns", tab=tab, before=before, count=count)

    def delete_columns(self, tab: str, first: str, count: int = 1) -> None:
        """Remove columns from the one with these letters."""
        self.ask("delete_columns", tab=tab, first=first, count=count)

    def merge(self, tab: str, area: str) -> None:
        """Merge the cells of an area."""
        self.ask("merge", tab=tab, area=area)

    def fill_down(self, tab: str, area: str) -> None:
        """Drag the first row of an area down over the others: copies, or goes on counting."""
        self.ask("fill_down", tab=tab, area=area)

    def hide(self, tab: str, area: str, *, rows: bool) -> None:
        """Hide the rows, or the columns, of an area."""
        self.ask("hide", tab=tab, area=area, rows=rows)

    def paste(self, tab: str, area: str, to: str, *, cut: bool = False) -> None:
        """Copy (or cut) an area and paste all of it, formats and rules too, at `to`."""
        self.ask("paste", tab=tab, area=area, to=to, cut=cut)

    def save(self, path: Path, *, tab: str | None = None) -> Path:
        """Write a copy as the path's ending says: .xlsx, .ods, .pdf or .html.

        With `tab`, a .pdf or .html of that tab only.
        """
        self.ask("save", path=str(path.resolve()), tab=tab)
        return path


def pdf_pages(path: Path) -> int:
    """How many pages a PDF has. Needs poppler's pdfinfo."""
    done = subprocess.run(
        ["pdfinfo", str(path)], capture_output=True, text=True, check=True, timeout=60
    )
    return next(int(line.split()[1]) for line in done.stdout.splitlines() if "Pages:" in line)


def pdf_pictures(path: Path, *, dots_per_inch: int = 80) -> list[Path]:
    """A PNG beside the PDF for each page, in order. Needs poppler's pdftoppm."""
    stem = path.with_suffix("")
    command = ["pdftoppm", "-png", "-r", str(dots_per_inch), str(path), str(stem)]
    subprocess.run(command, capture_output=True, check=True, timeout=120)
    return sorted(path.parent.glob(f"{stem.name}-*.png"))


def _kill(worker: subprocess.Popen[str]) -> None:
    """End a process and all that it started."""
    with suppress(ProcessLookupError):
        os.killpg(worker.pid, signal.SIGKILL)
    with suppress(subprocess.TimeoutExpired):
        worker.wait(10)
