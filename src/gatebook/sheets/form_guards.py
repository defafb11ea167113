"""What guides people while they fill in the form: what cells accept, and the colours that change."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from gatebook.domain.cells import Cell, Range
from gatebook.domain.checklist import Checklist, Gate
from gatebook.domain.decision import Decision
from gatebook.domain.fields import HEADER_BY_NAME, ROW_BY_NAME, Field
from gatebook.domain.findings import BY_CODE
from gatebook.domain.review import Status
from gatebook.sheets import formulas as fx
from gatebook.sheets import look
from gatebook.sheets.form_live import (
    ROW_FLAGS,
    ROW_HELPERS,
    flag_cell,
    head_cells,
    marks_range,
    total_cell,
)
from gatebook.sheets.form_people import people_formula, people_range
from gatebook.sheets.layout import COLUMNS, DECISION, Layout
from gatebook.sheets.model import ColourRule, Style, Validation

# Excel's limits for the title and the text that stand beside a selected cell, in characters.
MOST_TITLE, MOST = 32, 255
# Named first, when there is nobody to offer yet, and judged by no finding.
_ONE_PERSON = ("lead",)

# Where a finding about a row shows as a soft colour, so that the eye goes to what is missing.
_SOFT = {
    "row-unknown": "number",
    "row-mixed-up": "gate",
    "status-missing": "status",
    "owner-missing": "owner",
    "owner-not-a-person": "owner",
    "plan-missing": "next_action",
    "plan-date-missing": "due",
    "artifact-missing": "artifact",
    "downgrade-refused": "approver",
    "date-unreadable": "due",
    "date-implausible": "due",
}


def _one_person(area: Range, field: Field, checklist: Checklist) -> Validation:
    """For a name that no finding looks at: nothing but this keeps a group out."""
    cell = area.first.a1
    found = f'SEARCH({marks_range(checklist).fixed},"| "&TRIM({cell})&" |")'
    return Validation(
        range=area,
        kind="custom",
        formula=f"=SUMPRODUCT(--ISNUMBER({found}))=0",
        prompt_title=field.label,
        prompt=field.prompt,
        error_title=field.label,
        error="Please write the name of one person: somebody who can be called, not a group.",
    )


def _from_the_sheet(area: Range, title: str, prompt: str, layout: Layout) -> Validation:
    """Offers the people already named; any other name can be typed, and is offered from then on."""
    return Validation(
        range=area, kind="list", source=people_range(layout), formula=people_formula(layout),
        strict=False, prompt_title=title, prompt=prompt,
    )  # fmt: skip


def _validation(area: Range, field: Field, checklist: Checklist, layout: Layout) -> Validation:
    policy = checklist.policy
    base = Validation(
        range=area, kind="any", prompt_title=field.label, prompt=field.prompt,
        error_title=field.label, error=f"Please enter {field.expected}.",
    )  # fmt: skip
    if field.kind == "person" and field.name in _ONE_PERSON:
        return _one_person(area, field, checklist)
    if field.kind == "person":
        return _from_the_sheet(area, field.label, field.prompt, layout)
    if field.kind == "date":
        first, last = policy.earliest_date, policy.latest_date
        error = f"Please enter a date, such as 2026-11-30, from {first.year} to {last.year}."
        return replace(base, kind="date", earliest=first, latest=last, error=error)
    if field.choices:
        error = f"Please choose from the list: {', '.join(field.choices)}."
        return replace(base, kind="list", choices=field.choices, error=error)
    return base


def validations(checklist: Checklist, layout: Layout) -> Iterator[Validation]:
    """What each input cell accepts, with its prompt and its error message (PAINS 4: every row)."""
    for name in layout.labels:
        field = HEADER_BY_NAME[name]
        yield _validation(layout.value_ranges[name], field, checklist, layout)
    for rows in _runs(sorted(layout.gate_rows.values())):
        for name in ("owner", "next_action", "due", "approver"):
            field = ROW_BY_NAME[name]
            area = Range.of(rows[0], COLUMNS[name], rows[-1], COLUMNS[name])
            yield _validation(area, field, checklist, layout)
    for gate in checklist.gates:
        yield from _of_gate(gate, checklist, layout)
    yield _from_the_sheet(layout.names, "Attendee", "Who is in the room. One name a line.", layout)
    if not checklist.policy.attendee_roles:
        return
    first, last = layout.names
    yield Validation(
        range=Range(first.right(), last.right()),
        kind="list",
        choices=checklist.policy.attendee_roles,
        strict=False,
        prompt_title="Role",
        prompt="Choose from the list, or write the role.",
        error_title="Role",
    )


def _of_gate(gate: Gate, checklist: Checklist, layout: Layout) -> Iterator[Validation]:
    """Status and artifact of one gate: prompts that say what counts on it, and what to bring."""
    yellow = (
        "a small gap, with a plan and a date." if gate.yellow_allowed else "counts as red here."
    )
    marks = f"\nYellow: {yellow}\nRed: not passed."
    bring = "Bring:" + "".join(f"\n• {item}" for item in gate.bring)
    link = "\nPaste the link, or say where it is."
    prompts = {
        "status": shortened(f"Green: {gate.green}", MOST - len(marks)) + marks,
        "artifact": shortened(bring, MOST - len(link)) + link,
    }
    for name, prompt in prompts.items():
        cell = Cell(layout.gate_rows[gate.key], COLUMNS[name])
        rule = _validation(Range(cell, cell), ROW_BY_NAME[name], checklist, layout)
        title = shortened(f"{gate.number} {gate.title}", MOST_TITLE)
        yield replace(rule, prompt_title=title, prompt=prompt)


def shortened(text: str, most: int) -> str:
    """At most so many characters as Excel counts them; what is cut ends after a word, with "…"."""
    if _length(text) <= most:
        return text
    cut = text[: most - 1]
    while _length(cut) > most - 1:
        cut = cut[:-1]
    return (cut.rpartition(" ")[0] or cut).rstrip(" ,;:.") + "…"


def _length(text: str) -> int:
    return len(text.encode("utf-16-le", "replace")) // 2


def _runs(rows: list[int]) -> list[list[int]]:
    """Rows that follow each other without a gap, together."""
    runs: list[list[int]] = []
    for row in rows:
        if runs and row == runs[-1][-1] + 1:
            runs[-1].append(row)
        else:
            runs.append([row])
    return runs


def colour_rules(checklist: Checklist, layout: Layout) -> Iterator[ColourRule]:
    """Decision, statuses, Check, and a soft colour wherever a finding says something is missing."""
    code = total_cell("code").fixed
    for decision in Decision:
        yield ColourRule(DECISION, f'={code}="{decision}"', look.decision_style(decision))
    first, last = min(layout.gate_rows.values()), layout.last_gate_row
    for status in Status:
        style = look.status_style(status)
        yield _row_rule(first, last, "status", ROW_HELPERS["marked"], f'="{status}"', style)
    unclear = look.status_style(None)
    yield _row_rule(first, last, "status", ROW_HELPERS["marked"], f'="{fx.UNREADABLE}"', unclear)
    needed = Style(fill=look.NEEDED)
    for finding, column in _SOFT.items():
        if fx.is_on(finding, checklist.policy):
            yield _row_rule(first, last, column, ROW_FLAGS[finding], ">0", needed)
    yield from _past(first, last, checklist, layout)
    check = Cell(first, COLUMNS["check"]).in_row
    area = Range.of(first, COLUMNS["check"], last, COLUMNS["check"])
    yield ColourRule(
        area, f'={check}="{fx.COMPLETE}"', Style(colour=look.STATUS_INK[Status.GREEN]), stop=True
    )
    yield ColourRule(area, f"=LEN({check})>0", Style(fill=look.NEEDED, colour=look.INK), stop=True)
    for place, (finding, name) in enumerate(fx.HEAD_FLAGS):
        if name and fx.is_on(finding, checklist.policy) and BY_CODE[finding].needs:
            area = layout.value_ranges[name]
            yield ColourRule(area, f"={flag_cell(place).fixed}>0", needed)


def _past(first: int, last: int, checklist: Checklist, layout: Layout) -> Iterator[ColourRule]:
    """Days that have passed while something is open: the only colours that change by themselves."""
    needed = Style(fill=look.NEEDED)
    if fx.is_on("action-overdue", checklist.policy):
        due, mark = (Cell(first, ROW_HELPERS[name]).in_row for name in ("due_date", "marked"))
        late = f'=AND(ISNUMBER({due}),{due}<TODAY(),{mark}<>"green")'
        yield ColourRule(Range.of(first, COLUMNS["due"], last, COLUMNS["due"]), late, needed)
    if fx.is_on("review-overdue", checklist.policy):
        again, reds = head_cells()["regate_on"].fixed, total_cell("reds").fixed
        late = f"=AND(ISNUMBER({again}),{again}<TODAY(),{reds}>0)"
        yield ColourRule(layout.value_ranges["regate_on"], late, needed)


def _row_rule(
    first: int, last: int, column: str, helper: int, test: str, style: Style
) -> ColourRule:
    area = Range.of(first, COLUMNS[column], last, COLUMNS[column])
    return ColourRule(area, f"={Cell(first, helper).in_row}{test}", style)
