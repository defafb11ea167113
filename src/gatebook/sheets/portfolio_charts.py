"""The Charts tab: small tables, and native charts that read them. One picture stands alone on a slide."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Literal

from gatebook.domain.cells import Cell, Range
from gatebook.domain.decision import Decision
from gatebook.domain.review import Status
from gatebook.sheets import look
from gatebook.sheets.model import Chart, Column, Page, Placed, Row, Series, Sheet, Table
from gatebook.sheets.monday import LINE_POINTS
from gatebook.sheets.portfolio_tables import DECISION_WORDS, Tables

TAB = "Charts"
_FIRST = 1
_DECISION_WORDS = {decision: DECISION_WORDS[decision].capitalize() for decision in Decision}
_NUMBERS = replace(look.HEADER, align="center")
_SHARE = replace(look.CELL_CENTRE, number_format="0%")
# Numbers on the bars; a nought is left out.
_COUNTED, _SHARED = "0;;;", "0%;;;"
_CHART_COLUMN = 8
_CHART_WIDTH = 760
_ROW_PIXELS = 20


def decision_fill(decision: Decision) -> str:
    """The colour a decision has in every chart."""
    return look.decision_style(decision).fill or look.BAND


def charts_tab(tables: Tables, mark: str, paper: Literal["A4", "Letter"]) -> Sheet:
    """Decisions now, gates by share of red, yellow and green, and decisions month by month."""
    counts = [(word, tables.decided(decision)) for decision, word in _DECISION_WORDS.items()]
    now = _table(2, ("Decision", "Systems"), counts)
    gates = _table(
        now.range.last.row + 3,
        ("Gate", "Red", "Yellow", "Green", "Not marked"),
        [
            (f"{g.number} {g.gate}", g.red_share, g.yellow_share, g.green_share, g.unmarked_share)
            for g in tables.gates
        ],
    )
    months = _table(
        gates.range.last.row + 3,
        ("Month", *_DECISION_WORDS.values()),
        [(m.month, m.launch, m.with_plan, m.delayed, m.incomplete) for m in tables.months],
    )
    return Sheet(
        name=TAB,
        cells={
            Cell(0, 0): Placed(mark, look.HIDDEN),
            Cell(0, _FIRST): Placed(TAB, look.TITLE),
        },
        tables=(now, gates, months),
        columns={0: Column(4, hidden=True), _FIRST: Column(32)}
        | {_FIRST + place: Column(18) for place in range(1, 6)},
        # Its headers are the decisions' words, which take two lines.
        rows={0: Row(26), months.at.row: Row(2 * LINE_POINTS + 1)},
        charts=tuple(_charts(tables, now, gates, months)),
        page=Page(paper=paper),
        cursor=Cell(1, _FIRST),
    )


def _table(
    row: int, header: tuple[str, ...], rows: Sequence[tuple[str | int | float, ...]]
) -> Table:
    number = _SHARE if header[0] == "Gate" else look.CELL_CENTRE
    return Table(
        at=Cell(row, _FIRST),
        header=header,
        rows=rows,
        styles=(look.CELL, *(number for _ in header[1:])),
        header_styles=(look.HEADER, *(_NUMBERS for _ in header[1:])),
    )


def _column(table: Table, place: int) -> Range:
    first = Cell(table.at.row + 1, table.at.column + place)
    return Range(first, Cell(table.range.last.row, first.column))


def _charts(tables: Tables, now: Table, gates: Table, months: Table) -> list[Chart]:
    fills = tuple(decision_fill(decision) for decision in _DECISION_WORDS)
    charts = [
        Chart(
            kind="column",
            title="Where our AI systems stand",
            tab=TAB,
            series=(Series("Systems", _column(now, 0), _column(now, 1), fills[0], fills),),
            at=Cell(1, _CHART_COLUMN),
            width=_CHART_WIDTH,
            label_format=_COUNTED,
            unit=_unit(max(tables.decided(decision) for decision in Decision)),
            scale_title="Systems",
        )
    ]
    below = 18
    if tables.gates:
        colours = (
            look.STATUS_FILL[Status.RED],
            look.STATUS_FILL[Status.YELLOW],
            look.STATUS_FILL[Status.GREEN],
            look.INCOMPLETE_FILL,
        )
        height = 140 + 26 * len(tables.gates)
        charts.append(
            Chart(
                kind="bar-share",
                title="Which gate holds us back: share of systems by status",
                tab=TAB,
                series=tuple(
                    Series(name, _column(gates, 0), _column(gates, place), colour)
                    for place, (name, colour) in enumerate(
                        zip(gates.header[1:], colours, strict=True), 1
                    )
                ),
                at=Cell(below, _CHART_COLUMN),
                width=_CHART_WIDTH,
                height=height,
                label_format=_SHARED,
                scale_title="Share of systems",
            )
        )
        below += height // _ROW_PIXELS + 2
    if len(tables.months) > 1:
        charts.append(
            Chart(
                kind="column-stacked",
                title="Decisions over time, at each month's end",
                tab=TAB,
                series=tuple(
                    Series(name, _column(months, 0), _column(months, place), fills[place - 1])
                    for place, name in enumerate(months.header[1:], 1)
                ),
                at=Cell(below, _CHART_COLUMN),
                width=_CHART_WIDTH,
                label_format=_COUNTED,
                unit=_unit(
                    max(m.launch + m.with_plan + m.delayed + m.incomplete for m in tables.months)
                ),
                scale_title="Systems",
            )
        )
    return charts


def _unit(most: int) -> int:
    """A whole step of the scale that makes at most ten of them."""
    return max(1, -(-most // 10))
