"""The hands of the year: they draw, edit, move and delete real files, and note in plain data what is there."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime
from functools import cache
from pathlib import Path

import msgspec
import openpyxl

from gatebook.backends.excel.backend import ExcelBackend
from gatebook.domain.checklist import Checklist, parse_checklist
from gatebook.domain.review import Change, GateRow, Review, SignOff, Stamp, Status
from gatebook.domain.text import slug
from gatebook.sheets.layout import COLUMNS, layout_for
from gatebook.sheets.review_form import review_workbook
from gatebook.templates import BUILT_IN, template_text
from tests.cli.conftest import header_row
from tests.support.builders import green_row, passing_review
from tests.year.plain import File, Form, Mark, said
from tests.year.script import Event, on

ONE = template_text(BUILT_IN)
_YELLOW = 'yellow = "The fields are listed'
assert ONE.count(_YELLOW) == 1 and ONE.count("\nversion = 1\n") == 1
TWO = "".join(
    'yellow = "not-allowed"\n' if line.startswith(_YELLOW) else line
    for line in ONE.replace("\nversion = 1\n", "\nversion = 2\n").splitlines(keepends=True)
)
_STATUS = {"Y": Status.YELLOW, "R": Status.RED, "-": None}
_SIGNED = ("Dana Novak", "COO")
_BACKUP, _APPROVER, _ACTION = "Chidi Okafor", "Petra Holm", "Close the gap"


class Hands:
    """Works in the current folder. `files` is what lies in `reviews`, by path; the oracle knows no more.

    `run` runs a command of gatebook; `retired` are names of systems whose row was deleted.
    """

    def __init__(self, run: Callable[..., object], portfolio: Path) -> None:
        self.files: dict[str, File] = {}
        self.notes: dict[str, str] = {}
        self.retired: set[str] = set()
        self.checklist = parse_checklist(ONE, BUILT_IN)
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
        self._draw(self._new_path(event.system, event.day), said(self._next(event, event.day), event.how), event.day)

    def _blank(self, event: Event) -> None:
        form = replace(self._next(event, on(event.how)), filled=False)
        self._draw(self._new_path(event.system, on(event.how)), form, event.day)

    def _edit(self, event: Event) -> None:
        path = self._newest[event.system]
        self._draw(path, said(self.files[path].form, event.how), event.day)

    def _change(self, event: Event) -> None:
        path = self._newest[event.system]
        form = self.files[path].form
        self._draw(path, replace(form, log=(*form.log, (event.day, event.how))), event.day)

    def _renew(self, event: Event) -> None:
        before, day = self._newest[event.system], on(event.how)
        self._run("renew", before, "--to", "reviews", "--date", day, "--today", event.day)
        path = self._new_path(event.system, day)
        self._put(path, File(replace(self._next(event, day), filled=False), _stamp(event.day)))

    def _fill(self, event: Event) -> None:
        path = self._newest[event.system]
        form = said(self.files[path].form, event.how)
        book = openpyxl.load_workbook(path)
        _mark_by_hand(book["Review"], form, self.checklist)
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
        self.checklist, self.second = parse_checklist(TWO, "two.toml"), True
        Path("two.toml").write_text(TWO, encoding="utf-8")
        Path("gatebook.toml").write_text('checklist = "two.toml"\n', encoding="utf-8")

    # What they all do

    def _next(self, event: Event, day: date) -> Form:
        """The next sitting of a system, before anybody says how it went."""
        ident = f"{slug(event.system)}-{day}"
        if event.system not in self._newest:
            return Form(ident, slug(event.system), event.system, day)
        last = self.files[self._newest[event.system]].form
        missed = last.launch is not None and last.launch < day and not last.live
        return replace(
            last, ident=ident, day=day, marks={}, regate=None, signed=True, backup=True,
            launch=None if missed else last.launch, name=event.system,
        )  # fmt: skip

    def _new_path(self, system: str, day: date) -> str:
        path = f"reviews/{slug(system)}-{day}.xlsx"
        self._newest[system] = path
        return path

    def _draw(self, path: str, form: Form, day: date) -> None:
        if path in self.files:
            self._before[path] = (Path(path).read_bytes(), self.files[path])
        ExcelBackend().draw(review_workbook(_review_of(form, self.checklist), self.checklist), path)
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


def _row_of(sheet: openpyxl.worksheet.worksheet.Worksheet, system: str) -> int:
    """The one row of a system in the Portfolio tab."""
    (row,) = (
        cells[0].row
        for cells in sheet.iter_rows(min_row=header_row(sheet) + 1)
        if any(cell.value == system for cell in cells)
    )
    return int(row)


def _review_of(form: Form, checklist: Checklist) -> Review:
    """The form as the product takes it for drawing."""
    rows = []
    for gate in checklist.gates:
        row = green_row(gate)
        mark = form.marks.get(gate.number)
        if not form.filled:
            row = GateRow(gate.key, owner=row.owner, artifact=row.artifact)
        elif mark:
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


def _plan(mark: Mark) -> dict[str, object]:
    if mark.letter == "-":
        return {}
    return {
        "next_action": _ACTION,
        "due": mark.due,
        "approver": _APPROVER if mark.accepted else "",
    }


def _mark_by_hand(sheet: openpyxl.worksheet.worksheet.Worksheet, form: Form, checklist: Checklist) -> None:
    """Type marks and sign-off into a form."""
    layout = layout_for(checklist)
    for gate in checklist.gates:
        mark = form.marks.get(gate.number)
        typed: dict[str, object] = {"next_action": None, "due": None, "approver": None}
        typed |= {"status": "Green"}
        if mark:
            typed |= _plan(mark) | {"status": str(_STATUS[mark.letter] or "") or None}
        for column, value in typed.items():
            sheet.cell(layout.gate_rows[gate.key] + 1, COLUMNS[column] + 1).value = value or None
    head = {"signed_by": _SIGNED[0], "signer_role": _SIGNED[1], "signed_on": form.day}
    for field, value in head.items():
        sheet[layout.value(field).a1] = value


@cache
def _nothing() -> None:
    """Room for what is drawn once."""
