"""Portfolio tables become a workbook: its tabs, each with its mark in the hidden first cell."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Literal

from gatebook.domain.cells import Cell, Range
from gatebook.domain.decision import SHOWN, SHOWN_LIVE, Decision
from gatebook.domain.review import Status
from gatebook.sheets import look
from gatebook.sheets.model import (
    ColourRule,
    Column,
    Link,
    Page,
    Placed,
    Row,
    Sheet,
    Table,
    Workbook,
)
from gatebook.sheets.monday import MOST_LINES, draw_view
from gatebook.sheets.portfolio_charts import charts_tab
from gatebook.sheets.portfolio_columns import (
    ACTION_COLUMNS,
    DECISION_COLUMNS,
    EVIDENCE_COLUMNS,
    FINDING_COLUMNS,
    GATE_COLUMNS,
    PERSON_COLUMNS,
    RUN_COLUMNS,
    SYSTEM_COLUMNS,
    Record,
    Spec,
    system_specs,
)
from gatebook.sheets.portfolio_tables import CANNOT_BE_READ, LETTERS, READ, SystemRow, Tables

MARK = "gatebook:portfolio"
TABS = (
    "Portfolio",
    "Actions",
    "Findings",
    "Gates",
    "Owners",
    "Evidence",
    "Charts",
    "Decisions",
    "Runs",
)
TITLE = "AI portfolio"
NO_VERDICT = (
    "For HR, credit, education and healthcare, some gates prepare the EU AI Act's risk-management "
    "documents: see Regulated area and Evidence. That is preparation; it is no verdict on compliance."
)
_FIRST = 1
_GATES_LINE = "How each gate stands over all systems, most reds first."
_OWNERS_LINE = "Who carries what: open actions, systems, and where nobody could step in."
_DECISIONS_LINE = "Every decision as it was first seen. Rows are added, never changed."
_RUNS_LINE = "Every sync that changed this workbook."


def portfolio_workbook(
    tables: Tables, version: str, paper: Literal["A4", "Letter"] = "A4"
) -> Workbook:
    """All tabs. Same tables, same workbook."""
    day = tables.today or datetime(2026, 1, 1, tzinfo=UTC).date()
    return Workbook(
        sheets=(
            _systems_tab(tables, version, paper),
            _tab("Actions", _actions_line(tables), ACTION_COLUMNS, tables.actions, paper),
            _tab("Findings", _findings_line(tables), FINDING_COLUMNS, tables.findings, paper),
            _tab("Gates", _GATES_LINE, GATE_COLUMNS, tables.gates, paper),
            _tab("Owners", _OWNERS_LINE, PERSON_COLUMNS, tables.people, paper),
            _tab("Evidence", NO_VERDICT, EVIDENCE_COLUMNS, tables.evidence, paper),
            _charts_tab(tables, paper),
            _tab("Decisions", _DECISIONS_LINE, DECISION_COLUMNS, tables.decisions, paper),
            _tab("Runs", _RUNS_LINE, RUN_COLUMNS, tables.runs, paper),
        ),
        title=TITLE,
        created=datetime(day.year, day.month, day.day, tzinfo=UTC),
    )  # fmt: skip


def _charts_tab(tables: Tables, paper: Literal["A4", "Letter"]) -> Sheet:
    """The charts, with a mark that says how far down their tables go."""
    sheet = charts_tab(tables, "", paper)
    first, last = sheet.tables[0].at.row, sheet.tables[-1].range.last.row
    marked = Placed(mark(sheet.name, rows=last - first), look.HIDDEN)
    return replace(sheet, cells={**sheet.cells, Cell(0, 0): marked})


def mark(tab: str, version: str = "", rows: int | None = None) -> str:
    """What a tab of ours holds in its hidden first cell; `rows` is how many records it was given."""
    more = (f";version={version}" if version else "") + ("" if rows is None else f";rows={rows}")
    return f"{MARK};tab={tab}{more}"


def _table(at: Cell, specs: Sequence[Spec[Record]], records: Sequence[Record]) -> Table:
    return Table(
        at=at,
        header=tuple(spec.header for spec in specs),
        rows=[[spec.show(record) for spec in specs] for record in records],
        styles=tuple(spec.style for spec in specs),
        header_style=look.HEADER,
    )


_LINE_POINTS = 15.0
_MOST_LINES = 10


def _heights(table: Table, specs: Sequence[Spec[Record]]) -> dict[int, Row]:
    """Room for the wrapped text of each row; it grows from there."""
    wrapped = [(place, spec.width) for place, spec in enumerate(specs) if not spec.hidden]
    heights: dict[int, Row] = {}
    for offset, record in enumerate(table.rows, 1):
        lines = 1
        for place, width in wrapped:
            content = record[place]
            text = content.text if isinstance(content, Link) else content
            if isinstance(text, str) and len(text) >= width - 1:
                lines = max(lines, -(-len(text) // max(int(width - 1), 1)))
        height = _LINE_POINTS * min(lines, _MOST_LINES) + 2
        heights[table.at.row + offset] = Row(height, grows=True)
    return heights


def _tab(
    name: str,
    line: str,
    specs: Sequence[Spec[Record]],
    records: Sequence[Record],
    paper: Literal["A4", "Letter"],
) -> Sheet:
    header_row = 2
    table = _table(Cell(header_row, _FIRST), specs, records)
    last = table.range.last
    rules: list[ColourRule] = []
    for place, spec in enumerate(specs):
        column = _FIRST + place
        area = Range.of(header_row + 1, column, max(last.row, header_row + 1), column)
        if spec.header == "Status":
            rules.extend(_status_rules(area, {s.value.capitalize(): s for s in Status}))
        if spec.header == "Decision":
            rules.extend(_code_rules(area))
        if spec.header == "Days overdue":
            cell = area.first.in_row
            rules.append(ColourRule(area, f"=N({cell})>0", look.status_style(Status.RED)))
        if spec.header == "Level":
            cell = area.first.in_row
            rules.append(ColourRule(area, f'={cell}="block"', look.status_style(Status.RED)))
    return Sheet(
        name=name,
        cells={
            Cell(0, 0): Placed(mark(name, rows=len(records)), look.HIDDEN),
            Cell(0, _FIRST): Placed(name, look.TITLE),
            Cell(1, _FIRST): Placed(line, replace(look.TEXT, wrap=False)),
        },
        tables=(table,),
        columns={0: Column(4, hidden=True)}
        | {_FIRST + place: Column(spec.width, spec.hidden) for place, spec in enumerate(specs)},
        rows={0: Row(26), header_row: Row(30)} | _heights(table, specs),
        colour_rules=tuple(rules),
        freeze=Cell(header_row + 1, _FIRST + 1),
        filter=table.range,
        page=Page(paper=paper, tall=0, repeat=(header_row, header_row)),
        cursor=Cell(header_row + 1, _FIRST),
    )


# Rows of the Portfolio tab: title, two of tiles, the sentence on regulated areas, the lists of the
# Monday view, the time of the sync, then the table. They never move; unused ones are out of sight.
_VIEW_ROW = 1
_LISTS_ROW = 4
SYNCED_ROW = _LISTS_ROW + 2 + MOST_LINES
HEADER_ROW = SYNCED_ROW + 1


def _place(specs: Sequence[Spec[SystemRow]], header: str) -> int:
    return [spec.header for spec in specs].index(header)


def _systems_tab(tables: Tables, version: str, paper: Literal["A4", "Letter"]) -> Sheet:
    specs = system_specs(tables)
    table = _table(Cell(HEADER_ROW, _FIRST), specs, tables.systems)
    last = table.range.last
    first, end = HEADER_ROW + 1, max(last.row, HEADER_ROW + 1)
    strip = Range.of(
        first,
        _FIRST + len(SYSTEM_COLUMNS),
        end,
        _FIRST + len(SYSTEM_COLUMNS) + tables.strip_length - 1,
    )
    decision_column = _FIRST + _place(specs, "Decision")
    decision = Range.of(first, decision_column, end, decision_column)
    state_column = _FIRST + _place(specs, "Sync state")
    state = Range.of(first, state_column, end, state_column)
    rules = [*_decision_rules(decision)]
    if tables.strip_length:
        letters = {LETTERS[status.value]: status for status in Status}
        rules.extend(_status_rules(strip, letters))
    not_read = f'=AND({state.first.in_row}<>"",{state.first.in_row}<>"{READ}")'
    rules.append(ColourRule(state, not_read, look.status_style(None)))
    plain = replace(look.TEXT, wrap=False, colour=look.MUTED)
    widths = [0.0 if spec.hidden else spec.width for spec in specs]
    view = draw_view(tables.view, _VIEW_ROW, _LISTS_ROW, _FIRST, widths)
    regulated = NO_VERDICT if any(row.regulated for row in tables.systems) else None
    cells = {
        Cell(0, 0): Placed(mark("Portfolio", version), look.HIDDEN),
        Cell(0, _FIRST): Placed(TITLE, look.TITLE),
        Cell(_VIEW_ROW + 2, _FIRST): Placed(regulated, replace(plain, italic=True)),
        Cell(SYNCED_ROW, _FIRST): Placed(
            f"Last sync that changed something: {tables.synced}", plain
        ),
    } | view.cells
    return Sheet(
        name="Portfolio",
        cells=cells,
        tables=(table,),
        columns={0: Column(4, hidden=True)}
        | {_FIRST + place: Column(spec.width, spec.hidden) for place, spec in enumerate(specs)},
        rows={0: Row(28), HEADER_ROW: Row(32)} | view.heights | _heights(table, specs),
        merges=view.merges,
        colour_rules=tuple(rules),
        freeze=Cell(HEADER_ROW + 1, decision_column + 1),
        filter=table.range,
        page=Page(
            paper=paper,
            tall=0,
            # Links, the state of the sync and notes are for the screen.
            area=Range.of(0, 0, last.row, _FIRST + _place(specs, "Sheet") - 1),
            repeat=(HEADER_ROW, HEADER_ROW),
        ),
        tab_colour=look.HEAD,
        cursor=Cell(HEADER_ROW + 1, _FIRST),
    )


def _status_rules(area: Range, words: dict[str, Status]) -> list[ColourRule]:
    # A cell without pinned column, so that one rule serves the strip's many columns.
    cell = area.first.a1
    return [
        ColourRule(area, f'={cell}="{word}"', look.status_style(status))
        for word, status in words.items()
    ]


def _decision_rules(area: Range) -> list[ColourRule]:
    cell = area.first.in_row
    rules = []
    for decision in Decision:
        starts = {table[decision].partition("{")[0].strip() for table in (SHOWN, SHOWN_LIVE)}
        # "Launch" begins "Launch delayed" too, so the texts without a changing part match whole.
        tests = [
            f'LEFT({cell},{len(start)})="{start}"'
            if "{" in SHOWN[decision]
            else f'{cell}="{start}"'
            for start in sorted(starts)
        ]
        rules.append(ColourRule(area, f"=OR({','.join(tests)})", look.decision_style(decision)))
    unread = f'={cell}="{CANNOT_BE_READ}"'
    return [*rules, ColourRule(area, unread, replace(look.status_style(None), bold=True))]


def _code_rules(area: Range) -> list[ColourRule]:
    cell = area.first.in_row
    return [
        ColourRule(area, f'={cell}="{decision.value}"', look.decision_style(decision))
        for decision in Decision
    ]


def totals_line(tables: Tables) -> str:
    """The numbers that come first: how many systems stand where, what is overdue or unread."""
    unread = sum(row.state != READ for row in tables.systems)
    overdue = sum(row.overdue for row in tables.systems)
    systems = [row for row in tables.systems if row.decision_code]
    parts = [f"{len(systems)} system{'' if len(systems) == 1 else 's'}"]
    parts += [f"{tables.decided(decision)} {_TOTAL_WORDS[decision]}" for decision in Decision]
    parts.append(f"{overdue} overdue action{'' if overdue == 1 else 's'}")
    if unread:
        parts.append(f"{unread} not read this time")
    return "  ·  ".join(parts)


_TOTAL_WORDS = {
    Decision.LAUNCH: "launch or stay live",
    Decision.LAUNCH_WITH_PLAN: "with a plan",
    Decision.DELAYED: "delayed or red in production",
    Decision.INCOMPLETE: "incomplete",
}


def _actions_line(tables: Tables) -> str:
    overdue = sum((row.days_overdue or 0) > 0 for row in tables.actions)
    return f"{len(tables.actions)} open, {overdue} overdue. Overdue first."


def _findings_line(tables: Tables) -> str:
    blocking = sum(row.level == "block" for row in tables.findings)
    return (
        f"Findings: {len(tables.findings)}; {blocking} of them keep a review incomplete. "
        "For a code's meaning: gatebook explain CODE."
    )
