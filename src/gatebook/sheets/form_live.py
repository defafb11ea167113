"""The live part of a review tab: helper cells and what people see of them, with their values.

Each live cell is listed with its formula and with the value that Python's rules give, so a drawn
file shows the same before and after a program recalculates it.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from functools import cached_property

from gatebook.domain.cells import Cell, Range
from gatebook.domain.checklist import Checklist, Gate
from gatebook.domain.decision import Verdict, decide
from gatebook.domain.effective import effective_status
from gatebook.domain.fields import HEADER_BY_NAME
from gatebook.domain.findings import BY_CODE
from gatebook.domain.judge import find
from gatebook.domain.review import DateValue, GateRow, Review, Status, Unreadable
from gatebook.domain.row_rules import shows_artifact
from gatebook.domain.rules import RULE_BY_CODE, Context, Hit
from gatebook.domain.text import clean, is_person, says_something
from gatebook.sheets import formulas as fx
from gatebook.sheets.form_people import people_cells, people_range
from gatebook.sheets.layout import (
    COLUMNS,
    COUNTS,
    DECISION,
    FLAGS_ROW,
    HELPERS_FROM,
    MARKS_ROW,
    NEEDS_ROW,
    REASON_ROW,
    TABLE_ROW,
    TEXTS_ROW,
    TOTALS_ROW,
    Layout,
)
from gatebook.sheets.model import Formula, Plain

_ROW_HELPERS = (
    "title_from",
    "title",
    "status_text",
    "marked",
    "effective",
    "owner_text",
    "action",
    "due_text",
    "due_date",
    "artifact",
    "approver_text",
    "approver_ok",
    "blocking",
    "needs",
    "red_name",
    "yellow_name",
)
ROW_HELPERS = {name: HELPERS_FROM + place for place, name in enumerate(_ROW_HELPERS)}
ROW_FLAGS = {
    code: HELPERS_FROM + len(_ROW_HELPERS) + place for place, code in enumerate(fx.ROW_CODES)
}
# How far down the sheet's own formulas look for gate keys; reading looks further.
_KEYS_TO_ROW = 499
_EXCEL_DAY_ZERO = date(1899, 12, 30)
ANY_DAY = date(2000, 1, 1)
TOTALS = ("reds", "yellows", "greens", "blocking", "code", "keyless")
HEAD_COMPLETE = "None"


def decision_cell() -> Cell:
    """Where the live decision stands."""
    return DECISION.first


def total_cell(name: str) -> Cell:
    """The hidden cell of one of TOTALS."""
    return Cell(TOTALS_ROW, HELPERS_FROM + TOTALS.index(name))


def head_cells() -> dict[str, Cell]:
    """The hidden cells of the head's texts, of its dates as text ("live", "signed_on:text") and as
    numbers ("signed_on")."""
    names = [*fx.HEAD_TEXTS, *(f"{name}:text" for name in fx.HEAD_DATES), *fx.HEAD_DATES]
    return {name: Cell(TEXTS_ROW, HELPERS_FROM + place) for place, name in enumerate(names)}


def flag_cell(place: int) -> Cell:
    """The hidden cell of the head's flag number `place` (see formulas.HEAD_FLAGS)."""
    return Cell(FLAGS_ROW, HELPERS_FROM + place)


def titles_cell() -> Cell:
    """The hidden cell with the titles of all gates (see formulas.titles_framed)."""
    return Cell(TOTALS_ROW, HELPERS_FROM + len(TOTALS))


def marks_range(checklist: Checklist) -> Range:
    """The hidden marks of names that are no person, for formulas and for validations."""
    count = len(checklist.policy.person_marks)
    return Range.of(MARKS_ROW, HELPERS_FROM, MARKS_ROW, HELPERS_FROM + count - 1)


def last_helper_column(checklist: Checklist, layout: Layout) -> int:
    """The last column that holds a helper."""
    return max(
        max(ROW_FLAGS.values()),
        HELPERS_FROM + len(fx.HEAD_FLAGS),
        HELPERS_FROM + 2 * len(fx.HEAD_DATES) + len(fx.HEAD_TEXTS),
        marks_range(checklist).last.column,
        people_range(layout).last.column,
    )


def _serial(value: DateValue) -> Plain:
    if isinstance(value, Unreadable):
        return fx.UNREADABLE
    return (value - _EXCEL_DAY_ZERO).days if value else ""


def _lower(text: str) -> str:
    return clean(text).lower()


def capital(text: str) -> str:
    """The first letter large."""
    return text[:1].upper() + text[1:]


class LiveCells:
    """Every live cell of one review's tab. The review must carry the layout's cells."""

    def __init__(self, review: Review, checklist: Checklist, layout: Layout) -> None:
        self.review = review
        self.checklist = checklist
        self.layout = layout
        context = Context(checklist, ANY_DAY)
        codes = {*fx.ROW_CODES, *(code for code, _ in fx.HEAD_FLAGS)}
        self.hits: dict[str, list[Hit]] = {
            code: list(RULE_BY_CODE[code](review, context)) for code in codes
        }

    @cached_property
    def verdict(self) -> Verdict:
        """What Python decides, for the values that the file shows at once."""
        return decide(
            self.review, self.checklist, tuple(find(self.review, self.checklist, ANY_DAY))
        )

    def all(self) -> Iterator[tuple[Cell, Plain | Formula]]:
        """Every helper and every visible live cell with its content."""
        yield from self._head_texts()
        yield from self._head_flags()
        yield from self._marks()
        yield titles_cell(), fx.titles_framed(self.checklist)
        yield total_cell("keyless"), Formula(fx.keyless(self._head_refs), 0)
        yield from people_cells(self.review, self.checklist, self.layout, self._head_refs.marks)
        for row, gate in zip(self.review.rows, self.checklist.gates, strict=True):
            yield from self._row(row, gate)
        yield from self._totals()
        yield from self._shown()

    @cached_property
    def _head_refs(self) -> fx.HeadRefs:
        cells = {name: cell.fixed for name, cell in head_cells().items()}

        def below(name: str) -> str:
            # From the table on: the decision stands above it, and would depend on itself.
            return Range.of(TABLE_ROW, COLUMNS[name], _KEYS_TO_ROW, COLUMNS[name]).fixed

        return fx.HeadRefs(
            text={k: v for k, v in cells.items() if k not in fx.HEAD_DATES},
            date={k: v for k, v in cells.items() if k in fx.HEAD_DATES},
            keys=self.layout.column(COLUMNS["key"]).fixed,
            all_keys=Range.of(0, COLUMNS["key"], _KEYS_TO_ROW, COLUMNS["key"]).fixed,
            below={name: below(name) for name in ("key", "gate", "status")},
            effective=self.layout.column(ROW_HELPERS["effective"]).fixed,
            marks=marks_range(self.checklist).fixed,
            titles=titles_cell().fixed,
            keyless=total_cell("keyless").fixed,
        )

    def _head_value(self, name: str) -> str | DateValue:
        sign_off = self.review.sign_off
        signed = {
            "signed_by": sign_off.name,
            "signer_role": sign_off.role,
            "signed_on": sign_off.on,
        }
        value: str | DateValue = signed[name] if name in signed else getattr(self.review, name)
        return value

    def _head_texts(self) -> Iterator[tuple[Cell, Formula]]:
        refs = self._head_refs
        for name in fx.HEAD_TEXTS:
            typed = self._head_value(name)
            text = typed.found if isinstance(typed, Unreadable) else str(typed or "")
            formula = "=" + fx.typed_text(self.layout.value(name).fixed)
            yield Cell.parse(refs.text[name]), Formula(formula, _lower(text))
        for name in fx.HEAD_DATES:
            cell = self.layout.value(name).fixed
            value = self._head_value(name)
            text_cell = refs.text[f"{name}:text"]
            shown = value.found if isinstance(value, Unreadable) else _serial_text(value)
            yield (
                Cell.parse(text_cell),
                Formula("=" + fx.typed_text(cell, fx.UNREADABLE), _lower(shown)),
            )
            number = _serial(value if not isinstance(value, str) else None)
            yield Cell.parse(refs.date[name]), Formula(fx.typed_date(cell, text_cell), number)

    def _head_flags(self) -> Iterator[tuple[Cell, Formula]]:
        for place, (code, field) in enumerate(fx.HEAD_FLAGS):
            if not fx.is_on(code, self.checklist.policy):
                continue
            count = sum(
                hit.field == field or not field
                for hit in self.hits[code]
                if (hit.row is None and hit.change is None) or not field
            )
            formula = fx.head_formula(code, field, self._head_refs, self.checklist)
            yield flag_cell(place), Formula(formula, count)

    def _marks(self) -> Iterator[tuple[Cell, str]]:
        first = marks_range(self.checklist).first
        for place, mark in enumerate(self.checklist.policy.person_marks):
            yield first.right(place), mark

    def _row(self, row: GateRow, gate: Gate) -> Iterator[tuple[Cell, Formula]]:
        at = self.layout.gate_rows[gate.key]
        policy = self.checklist.policy
        head = self._head_refs

        def cell(column: int) -> str:
            return Cell(at, column).in_row

        helper = {name: cell(column) for name, column in ROW_HELPERS.items()}
        inputs = {name: cell(COLUMNS[name]) for name in _INPUTS}
        refs = fx.RowRefs(helper=helper, **inputs)
        mark = _marked(row.status)
        counts_as = effective_status(row, gate, self.review, self.checklist)
        effect = counts_as.value if counts_as else mark
        status_text = row.status.found if isinstance(row.status, Unreadable) else mark
        due_text = row.due.found if isinstance(row.due, Unreadable) else _serial_text(row.due)
        conditions = fx.row_conditions(refs, gate, head, policy)
        flags = {
            code: int(any(hit.row is row for hit in self.hits[code]))
            for code in fx.ROW_CODES
            if fx.is_on(code, policy)
        }
        blocking = [
            code for code in flags if fx.blocks(code, policy, elsewhere=fx.matters_less(code, gate))
        ]
        blocked = "=" + ("+".join(cell(ROW_FLAGS[code]) for code in blocking) or "0")
        needed = "=" + "&".join(
            f'IF({cell(ROW_FLAGS[code])}>0,{fx.literal("; " + BY_CODE[code].check)},"")'
            for code in flags
        )
        needs = "".join("; " + BY_CODE[code].check for code, hit in flags.items() if hit)
        name = f"{gate.number} {gate.title}"
        live: dict[str, tuple[str, Plain]] = {
            "title_from": (fx.text_from(refs.gate), 1),
            "title": (fx.first_line(refs.gate, helper["title_from"]), _lower(row.title)),
            "status_text": ("=" + fx.typed_text(refs.status, fx.UNREADABLE), _lower(status_text)),
            "marked": (fx.marked(helper["status_text"]), mark),
            "effective": (fx.effective(refs, gate, head), effect),
            "owner_text": ("=" + fx.typed_text(refs.owner), _lower(row.owner)),
            "action": (
                f"=IF(ISFORMULA({refs.next_action}),0,"
                f"IFERROR(IF({fx.says_something(refs.next_action)},1,0),0))",
                int(says_something(row.next_action)),
            ),
            "due_text": ("=" + fx.typed_text(refs.due, fx.UNREADABLE), _lower(due_text)),
            "due_date": (fx.typed_date(refs.due, helper["due_text"]), _serial(row.due)),
            "artifact": (
                fx.shows_artifact(refs.artifact),
                int(shows_artifact(row)),
            ),
            "approver_text": ("=" + fx.typed_text(refs.approver), _lower(row.approver)),
            "approver_ok": (
                f'=IF({helper["approver_text"]}="",0,'
                f"IF({fx.no_person(helper['approver_text'], head.marks)},0,1))",
                int(bool(row.approver) and is_person(row.approver, policy.person_marks)),
            ),
            "blocking": (blocked, sum(flags[code] for code in blocking)),
            "needs": (needed, needs),
            "red_name": (_name_if(helper["effective"], "red", name), _if(effect, "red", name)),
            "yellow_name": (
                _name_if(helper["effective"], "yellow", name),
                _if(effect, "yellow", name),
            ),
        }
        for helper_name, (formula, value) in live.items():
            yield Cell(at, ROW_HELPERS[helper_name]), Formula(formula, value)
        for code, hit in flags.items():
            yield Cell(at, ROW_FLAGS[code]), Formula(fx.flag(conditions[code]), hit)
        text = helper["needs"]
        check = f'=IF({text}="","{fx.COMPLETE}",UPPER(MID({text},3,1))&MID({text},4,500))'
        shown = capital(needs[2:]) or fx.COMPLETE
        yield Cell(at, COLUMNS["check"]), Formula(check, shown)

    def _totals(self) -> Iterator[tuple[Cell, Formula]]:
        effective = self._head_refs.effective
        statuses = [r.effective for r in self.verdict.gates]
        for name, status in (("reds", "red"), ("yellows", "yellow"), ("greens", "green")):
            value = statuses.count(Status(status))
            yield total_cell(name), Formula(f'=COUNTIF({effective},"{status}")', value)
        policy = self.checklist.policy
        top = [
            flag_cell(place).fixed
            for place, (code, _) in enumerate(fx.HEAD_FLAGS)
            if fx.is_on(code, policy) and fx.blocks(code, policy)
        ]
        rows = self.layout.column(ROW_HELPERS["blocking"]).fixed
        total = f"=SUM({rows})" + "".join("+" + flag for flag in top)
        yield total_cell("blocking"), Formula(total, self.verdict.blocking)
        reds, yellows = total_cell("reds").fixed, total_cell("yellows").fixed
        code = fx.decision_code(reds, total_cell("blocking").fixed, yellows)
        yield total_cell("code"), Formula(code, self.verdict.decision.value)

    def _shown(self) -> Iterator[tuple[Cell, Formula]]:
        refs, policy = self._head_refs, self.checklist.policy
        code, blocking = total_cell("code").fixed, total_cell("blocking").fixed
        shown = fx.decision_shown(code, blocking, refs.text["live"], refs.date["regate_on"], policy)
        yield decision_cell(), Formula(shown, self.verdict.shown_as)
        reason = Cell(REASON_ROW, COLUMNS["status"])
        yield reason, Formula(self._reason(code, blocking), self.verdict.reason)
        counts = self.verdict.counts
        marked = (
            f"{total_cell('greens').fixed}+{total_cell('yellows').fixed}+{total_cell('reds').fixed}"
        )
        yield (
            COUNTS.first,
            Formula(
                f'={total_cell("greens").fixed}&" green · "&{total_cell("yellows").fixed}'
                f'&" yellow · "&{total_cell("reds").fixed}&" red · "'
                f'&MAX(0,{len(self.checklist.gates)}-({marked}))&" not marked"',
                f"{counts.green} green · {counts.yellow} yellow · {counts.red} red · "
                f"{counts.unmarked} not marked",
            ),
        )
        yield Cell(NEEDS_ROW, COLUMNS["status"]), self._needs()

    def _reason(self, code: str, blocking: str) -> str:
        def names(helper: str, total: str, word: str) -> str:
            rows = self.layout.gate_rows.values()
            listed = "&".join(Cell(row, ROW_HELPERS[helper]).fixed for row in rows)
            return f'{total_cell(total).fixed}&" {word}: "&MID({listed},3,2000)'

        things = f'{blocking}&" thing"&IF({blocking}=1,"","s")'
        return (
            f'=IFERROR(IF({code}="delayed",{names("red_name", "reds", "red")},'
            f'IF({code}="launch-with-plan",{names("yellow_name", "yellows", "yellow")},'
            f'IF({code}="incomplete",{things}&" to finish: see what is tinted",'
            f'"All {len(self.checklist.gates)} gates green"))),"See the rows below")'
        )

    def _needs(self) -> Formula:
        parts: list[str] = []
        text = ""
        values = dict(self._head_flags())
        for place, (code, field) in enumerate(fx.HEAD_FLAGS):
            if flag_cell(place) not in values:
                continue
            label = HEADER_BY_NAME[field].label if field else ""
            phrase = " · " + BY_CODE[code].needs.format(label=label)
            parts.append(f'IF({flag_cell(place).fixed}>0,{fx.literal(phrase)},"")')
            text += phrase if values[flag_cell(place)].value else ""
        joined = "&".join(parts)
        formula = f'=IFERROR(IF({joined}="","{HEAD_COMPLETE}",MID({joined},4,2000)),"")'
        return Formula(formula, text[3:] or HEAD_COMPLETE)


_INPUTS = ("number", "gate", "status", "owner", "next_action", "due", "artifact", "approver")


def _marked(status: Status | Unreadable | None) -> str:
    if isinstance(status, Unreadable):
        return fx.UNREADABLE
    return status.value if status else ""


def _name_if(effective: str, status: str, name: str) -> str:
    return f'=IF({effective}="{status}",{fx.literal(", " + name)},"")'


def _if(effective: str, status: str, name: str) -> str:
    return f", {name}" if effective == status else ""


def _serial_text(value: str | DateValue) -> str:
    """What the sheet's text functions make of a date cell: its serial number."""
    if isinstance(value, date) and not isinstance(value, datetime):
        return str((value - _EXCEL_DAY_ZERO).days)
    return ""
