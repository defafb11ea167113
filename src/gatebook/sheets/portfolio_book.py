"""Portfolio tables become a workbook: its tabs, each with its mark in the hidden first cell."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Literal

from gatebook.domain.cells import Cell, Range
from gatebook.domain.decision import Decision, decision_words
from gatebook.domain.review import Status
from gatebook.sheets import look
from gatebook.sheets.form_draw import Look
from gatebook.sheets.model import (
    ColourRule,
    Column,
    Page,
    Placed,
    Row,
    Sheet,
    Workbook,
)
from gatebook.sheets.portfolio_charts import charts_tab
from gatebook.sheets.portfolio_columns import (
    ACTION_COLUMNS,
    DECISION_COLUMNS,
    EVIDENCE_COLUMNS,
    FINDING_COLUMNS,
    GATE_COLUMNS,
    NEWEST_REVIEW,
    PERSON_COLUMNS,
    RUN_COLUMNS,
    Record,
    Spec,
    drawn_table,
    heights,
    history_specs,
    status_rules,
)
from gatebook.sheets.portfolio_front import TITLE, front_tab
from gatebook.sheets.portfolio_tables import DECISION_LETTERS, Tables

MARK = "gatebook:portfolio"
HISTORY = "Review history"
TABS = (
    "Portfolio",
    "Actions",
    "Findings",
    "Gates",
    "Owners",
    "Evidence",
    "Charts",
    HISTORY,
    "Decisions",
    "Runs",
)
_FIRST = 1
_EVIDENCE_LINE = (
    "What prepares the EU AI Act's risk-management documents, for each system in HR, credit, "
    "education or healthcare. It is preparation, and no verdict on compliance."
)
_GATES_LINE = (
    "How each gate stands over all systems, most reds first. To see all systems that are red in one, "
    "filter its number on the tab Portfolio."
)
_OWNERS_LINE = (
    "Who carries what. A single point of failure is the only person among a system's owner and backup, "
    "or has all of its open actions (three or more): while they are away, it stands still."
)
_HISTORY_LINE = (
    "The last reviews of each system, the newest on the right: G launch, Y with a plan, R delayed, "
    "I incomplete. Delayed counts from the first delay since it last could launch."
)
_DECISIONS_LINE = "Every decision as it was first seen. Rows are added, never changed."
_RUNS_LINE = "Every sync that changed this workbook."


def portfolio_workbook(tables: Tables, version: str, look_of: Look | None = None) -> Workbook:
    """All tabs. Same tables, same workbook."""
    settings = look_of or Look()
    paper = settings.paper
    day = tables.today or datetime(2026, 1, 1, tzinfo=UTC).date()
    sheets: tuple[Sheet, ...] = (
        front_tab(tables, mark("Portfolio", _drawn_by(version, settings)), settings),
        _tab("Actions", _actions_line(tables), ACTION_COLUMNS, tables.actions, paper),
        _tab("Findings", _findings_line(tables), FINDING_COLUMNS, tables.findings, paper),
        _tab("Gates", _GATES_LINE, GATE_COLUMNS, tables.gates, paper),
        _tab("Owners", _OWNERS_LINE, PERSON_COLUMNS, tables.people, paper),
        _tab("Evidence", _EVIDENCE_LINE, EVIDENCE_COLUMNS, tables.evidence, paper),
        _charts_tab(tables, paper),
        _tab(
            HISTORY,
            _HISTORY_LINE,
            history_specs(tables.most_reviews),
            tables.history,
            paper,
        ),
        _tab("Decisions", _DECISIONS_LINE, DECISION_COLUMNS, tables.decisions, paper),
        _tab("Runs", _RUNS_LINE, RUN_COLUMNS, tables.runs, paper),
    )
    if settings.accent:
        sheets = tuple(look.in_accent(sheet, settings.accent) for sheet in sheets)
    return Workbook(
        sheets=sheets,
        title=TITLE,
        created=datetime(day.year, day.month, day.day, tzinfo=UTC),
    )


def _drawn_by(version: str, settings: Look) -> str:
    """What the first tab says that it was drawn by: another look draws it anew, as a version does."""
    looks = {"accent": settings.accent, "paper": settings.paper.replace("A4", "")}
    return version + "".join(f";{name}={value}" for name, value in looks.items() if value)


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


def _tab(
    name: str,
    line: str,
    specs: Sequence[Spec[Record]],
    records: Sequence[Record],
    paper: Literal["A4", "Letter"],
) -> Sheet:
    header_row = 2
    table = drawn_table(Cell(header_row, _FIRST), specs, records)
    last = table.range.last
    printed = _FIRST + sum(spec.on_paper for spec in specs) - 1
    rules: list[ColourRule] = []
    for place, spec in enumerate(specs):
        column = _FIRST + place
        area = Range.of(header_row + 1, column, max(last.row, header_row + 1), column)
        if spec.header == "Status":
            rules.extend(status_rules(area, {s.value.capitalize(): s for s in Status}))
        if spec.header == "Decision":
            rules.extend(_decision_rules(area))
        if spec.header == NEWEST_REVIEW:
            rules.extend(_letter_rules(area, sum(one.is_past for one in specs)))
        if spec.header == "Trend":
            cell = area.first.in_row
            for word, status in (("worse", Status.RED), ("better", Status.GREEN)):
                rules.append(ColourRule(area, f'={cell}="{word}"', look.status_style(status)))
        if spec.header in ("Days overdue", "Days delayed", "Days late", "Re-gates missed"):
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
        rows={0: Row(26), header_row: Row(30)} | heights(table, specs),
        colour_rules=tuple(rules),
        freeze=Cell(header_row + 1, _FIRST + 1),
        filter=table.range,
        page=Page(
            paper=paper,
            tall=0,
            area=Range.of(0, 0, last.row, printed) if printed < last.column else None,
            repeat=(header_row, header_row),
            footer=f"&L{TITLE}: {name}&RPage &P of &N",
        ),
        cursor=Cell(header_row + 1, _FIRST),
    )


def _decision_rules(area: Range) -> list[ColourRule]:
    """Each decision in its colour, in the words of a pilot and of a live system."""
    cell = area.first.in_row
    rules = []
    for decision in Decision:
        words = dict.fromkeys(decision_words(decision, live=live) for live in (False, True))
        tests = ",".join(f'{cell}="{one}"' for one in words)
        rules.append(ColourRule(area, f"=OR({tests})", look.decision_style(decision)))
    return rules


def _letter_rules(area: Range, columns: int) -> list[ColourRule]:
    """Past reviews in the colours of their decisions; `area` is the last one's of so many columns."""
    strip = Range(Cell(area.first.row, area.first.column - columns + 1), area.last)
    # Without a pinned column, so that one rule serves all.
    cell = strip.first.a1
    return [
        ColourRule(strip, f'={cell}="{letter}"', look.decision_style(decision))
        for decision, letter in DECISION_LETTERS.items()
    ]


def _actions_line(tables: Tables) -> str:
    overdue = sum((row.days_overdue or 0) > 0 for row in tables.actions)
    return f"{len(tables.actions)} open, {overdue} overdue; overdue first. To see your own, filter Owner."


def _findings_line(tables: Tables) -> str:
    blocking = sum(row.level == "block" for row in tables.findings)
    return (
        f"Findings: {len(tables.findings)}; {blocking} of them keep a review incomplete. "
        "For a code's meaning: gatebook explain CODE."
    )
