"""The hands of the year: they draw, edit, move and delete real files, and note plainly what is there."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import msgspec
import openpyxl

from gatebook.backends.excel.backend import ExcelBackend
from gatebook.domain.checklist import Checklist, parse_checklist
from gatebook.domain.review import Change, Review, SignOff, Stamp, Status
from gatebook.domain.text import slug
from gatebook.sheets.layout import COLUMNS, layout_for
from gatebook.sheets.review_form import review_workbook
from gatebook.templates import BUILT_IN, template_text
from tests.cli.conftest import Ran, header_row
from tests.support.builders import green_row, passing_review
from tests.year.plain import File, Form, Mark, said
from tests.year.script import Event, on

ONE = template_text(BUILT_IN)
_YELLOW = 'yellow = "The fields are listed'
assert ONE.count(_YELLOW) == 1
assert ONE.count("\nversion = 1\n") == 1
TWO = "".join(
    'yellow = "not-allowed"\n' if line.startswith(_YELLOW) else line
    for line in ONE.replace("\nversion = 1\n", "\nversion = 2\n").splitlines(keepends=True)
)
CHECKLISTS = (parse_checklist(ONE, BUILT_IN), parse_checklist(TWO, "two.toml"))
KEYS = tuple(gate.key for gate in CHECKLISTS[0].gates)
_STATUS = {"G": Status.GREEN, "Y": Status.YELLOW, "R": Status.RED, "-": None}
_SIGNED = ("Dana Novak", "COO")
_BACKUP, _APPROVER, _ACTION = "Chidi Okafor", "Petra Holm", "Close the gap"


class Hands:
    """Works in the current folder. `files` is what lies in `reviews`, by path; the oracle knows no more.

    `run` runs a command of gatebook; `retired` are names of systems whose row was deleted.
    """

    def __init__(self, run: Callable[..., Ran], portfolio: Path) -> None:
        self.files: dict[str, File] = {}
        self.notes: dict[str, str] = {}
        self.retired: set[str] = set()
        self.second = False
        self._run = run
        self._portfolio = portfolio
        self._newest: dict[str, str] = {}
        self._before: dict[str, tuple[bytes, File]] = {}
        self._away: dict[str, dict[str, tuple[bytes, File]]] = {}

    def do(self, event: Event) -> None:
        """Let an event happen."""
        getattr(self, f"_{event.what}")(event)

    # Forms

    def _review(self, event: Event) -> None:
        form = said(self._next(event, event.day), event.how)
        self._draw(self._new_path(event.system, event.day), form, event.day)

    def _blank(self, event: Event) -> None:
        day = on(event.how)
        form = replace(self._next(event, day), filled=False)
        self._draw(self._new_path(event.system, day), form, event.day)

    def _edit(self, event: Event) -> None:
        path = self._newest[event.system]
        self._draw(path, said(self.files[path].form, event.how), event.day)

    def _change(self, event: Event) -> None:
        path = self._newest[event.system]
        form = self.files[path].form
        self._draw(path, replace(form, log=(*form.log, (event.day, event.how))), event.day)

    def _renew(self, event: Event) -> None:
        before, day = self._newest[event.system], on(event.how)
        form = replace(self._next(event, day), filled=False)
        self._run("renew", before, "--to", "reviews", "--date", day, "--today", event.day)
        path = self._new_path(event.system, day)
        (made,) = self._run("check", path, "--json", "--today", event.day).json["reviews"]
        self._put(path, File(replace(form, ident=made["review_id"]), _stamp(event.day)))

    def _fill(self, event: Event) -> None:
        path = self._newest[event.system]
        form = said(self.files[path].form, event.how)
        book = openpyxl.load_workbook(path)
        _mark_by_hand(book["Review"], form)
        book.save(path)
        self._put(path, File(form, _stamp(event.day)))

    def _called(self, event: Event) -> None:
        path = self._newest.pop(event.system)
        self._newest[event.how] = path
        self.files[path] = replace(
            self.files[path], form=replace(self.files[path].form, name=event.how)
        )
        self._draw(path, self.files[path].form, event.day)

    # Files

    def _forget(self, event: Event) -> None:
        path = self._newest[event.system]
        self._away[event.system] = {path: self._take(path)}
        self._newest[event.system] = max(
            (p for p, f in self.files.items() if f.form.name == event.system),
            key=lambda p: self.files[p].form.day,
        )

    def _recall(self, event: Event) -> None:
        for path, (content, file) in self._away.pop(event.system).items():
            Path(path).write_bytes(content)
            self._put(path, file)
            self._newest[event.system] = path

    def _vanish(self, event: Event) -> None:
        mine = [p for p, f in self.files.items() if f.form.name == event.system]
        self._away[event.system] = {path: self._take(path) for path in mine}

    def _return(self, event: Event) -> None:
        newest = self._newest[event.system]
        self._recall(event)
        self._newest[event.system] = newest

    def _retire(self, event: Event) -> None:
        self._vanish(event)
        book = openpyxl.load_workbook(self._portfolio)
        sheet = book["Portfolio"]
        sheet.delete_rows(_row_of(sheet, event.system))
        book.save(self._portfolio)
        self.retired.add(event.system)

    def _move(self, event: Event) -> None:
        path, to = self._newest[event.system], f"reviews/{event.how}"
        content, file = self._take(path)
        Path(to).parent.mkdir(parents=True, exist_ok=True)
        Path(to).write_bytes(content)
        self._put(to, file)
        self._newest[event.system] = to

    def _older(self, event: Event) -> None:
        path = self._newest[event.system]
        content, file = self._before[path]
        Path(path).write_bytes(content)
        self._put(path, file)

    def _break(self, event: Event) -> None:
        path = self._newest[event.system]
        self._before[path] = self._take(path)
        Path(path).write_bytes(b"PK\x03\x04 and then nothing")
        self._put(path, File(self._before[path][1].form, _stamp(event.day), broken=True))

    _mend = _older

    # The portfolio and the policy

    def _note(self, event: Event) -> None:
        book = openpyxl.load_workbook(self._portfolio)
        sheet = book["Portfolio"]
        (column,) = (c.column for c in sheet[header_row(sheet)] if c.value == "Notes")
        sheet.cell(_row_of(sheet, event.system), column, event.how)
        book.save(self._portfolio)
        self.notes[event.system] = event.how

    def _checklist(self, event: Event) -> None:
        self.second = True
        Path("two.toml").write_text(TWO, encoding="utf-8")
        Path("gatebook.toml").write_text('checklist = "two.toml"\n', encoding="utf-8")

    # What they all do

    def _next(self, event: Event, day: date) -> Form:
        """The next sitting of a system, before anybody says how it went."""
        ident = f"{slug(event.system)}-{day}"
        if event.system not in self._newest:
            return Form(ident, slug(event.system), event.system, day, second=self.second)
        last = self.files[self._newest[event.system]].form
        missed = last.launch is not None and last.launch < day and not last.live
        return replace(
            last, ident=ident, day=day, marks=(), regate=None, signed=True, backup=True,
            launch=None if missed else last.launch, name=event.system, second=self.second,
        )  # fmt: skip

    def _new_path(self, system: str, day: date) -> str:
        path = f"reviews/{slug(system)} review {day}.xlsx"
        self._newest[system] = path
        return path

    def _draw(self, path: str, form: Form, day: date) -> None:
        if path in self.files:
            self._before[path] = (Path(path).read_bytes(), self.files[path])
        Path(path).write_bytes(drawn(form))
        self._put(path, File(form, _stamp(day)))

    def _put(self, path: str, file: File) -> None:
        os.utime(path, (file.stamp, file.stamp))
        self.files[path] = file

    def _take(self, path: str) -> tuple[bytes, File]:
        content = Path(path).read_bytes()
        Path(path).unlink()
        return content, self.files.pop(path)


def _stamp(day: date) -> float:
    return datetime(day.year, day.month, day.day, 12, tzinfo=UTC).timestamp()


def _row_of(sheet: Any, system: str) -> int:
    """The one row of a system in the Portfolio tab."""
    (row,) = (
        cells[0].row
        for cells in sheet.iter_rows(min_row=header_row(sheet) + 1)
        if any(cell.value == system for cell in cells)
    )
    return int(row)


@cache
def drawn(form: Form) -> bytes:
    """The form as a file."""
    checklist = CHECKLISTS[form.second]
    with TemporaryDirectory() as folder:
        path = f"{folder}/form.xlsx"
        book = review_workbook(_review_of(form, checklist), checklist)
        # Nobody reads the Guide here, and drawing it takes time.
        sheets = tuple(sheet for sheet in book.sheets if sheet.name != "Guide")
        ExcelBackend().draw(replace(book, sheets=sheets), path)
        return Path(path).read_bytes()


def _review_of(form: Form, checklist: Checklist) -> Review:
    rows = []
    for gate in checklist.gates:
        row = green_row(gate)
        mark = form.mark(gate.number)
        row = msgspec.structs.replace(row, status=_STATUS[mark.letter], **_plan(mark))
        rows.append(row)
    return passing_review(
        checklist,
        stamp=Stamp(1, checklist.id, checklist.version, form.system, form.ident),
        system=form.name,
        review_date=form.day,
        stakes="Low-stakes internal" if form.low else "Standard",
        backup=_BACKUP if form.backup else "",
        launch_date=form.launch,
        live="Yes" if form.live else "No",
        regate_on=form.regate,
        sign_off=SignOff(*_SIGNED, form.day) if form.signed and form.filled else SignOff(),
        rows=tuple(rows),
        changes=tuple(Change(day, kind, "Bo Li", "Switched") for day, kind in form.log),
    )


def _plan(mark: Mark) -> dict[str, Any]:
    planned = mark.letter in ("Y", "R")
    approver = _APPROVER if mark.accepted else ""
    return {"next_action": _ACTION if planned else "", "due": mark.due, "approver": approver}


def _mark_by_hand(sheet: Any, form: Form) -> None:
    """Type marks and sign-off into a form."""
    checklist = CHECKLISTS[form.second]
    layout = layout_for(checklist)
    for gate in checklist.gates:
        mark = form.mark(gate.number)
        status = _STATUS[mark.letter]
        typed = _plan(mark) | {"status": status.capitalize() if status else ""}
        for column, value in typed.items():
            sheet.cell(layout.gate_rows[gate.key] + 1, COLUMNS[column] + 1).value = value or None
    head = {"signed_by": _SIGNED[0], "signer_role": _SIGNED[1], "signed_on": form.day}
    for field, value in head.items():
        sheet[layout.value(field).a1] = value
