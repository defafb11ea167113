"""Charts read real ranges, and all of them."""

from __future__ import annotations

from textwrap import wrap

import pytest

from gatebook.domain.cells import Cell, Range
from gatebook.sheets.portfolio_charts import charts_tab
from gatebook.sheets.portfolio_tables import GateRowOf, MonthRow, Tables
from tests.abuse.marks import abuse


@pytest.mark.parametrize("gates", [1, 12, 40])
@abuse("made", 32)
def test_ranges_cover_the_tables_exactly(gates: int) -> None:
    """PAINS 32: labels and values are cells, never written in by hand."""
    tables = Tables(
        systems=(), actions=(), findings=(), decisions=(), runs=(),
        gates=tuple(GateRowOf(n, f"Gate {n}", 0.5, 0.25, 0.25, 0, "", "") for n in range(gates)),
        months=tuple(MonthRow(f"2026-0{n}", n, 0, 0, 0) for n in (8, 9)),
    )  # fmt: skip
    sheet = charts_tab(tables, "mark", "A4")
    assert len(sheet.charts) == 3
    for table, chart in zip(sheet.tables, sheet.charts, strict=True):
        first, last = table.at.row + 1, table.at.row + len(table.rows)
        for place, series in enumerate(chart.series, 1):
            column = table.at.column + place
            assert series.labels == Range(Cell(first, table.at.column), Cell(last, table.at.column))
            assert series.values == Range(Cell(first, column), Cell(last, column))
            assert len(chart.series) in (1, len(table.header) - 1)
        assert chart.tab == sheet.name


def test_every_header_of_the_small_tables_has_room_for_its_words() -> None:
    """Bold letters are about as wide as digits, in which a column's width is counted."""
    tables = Tables(systems=(), actions=(), findings=(), decisions=(), runs=(), gates=())
    sheet = charts_tab(tables, "mark", "A4")
    for table in sheet.tables:
        for place, text in enumerate(table.header):
            lines = len(wrap(text, int(sheet.columns[table.at.column + place].width)))
            row = sheet.rows.get(table.at.row)
            assert 15 * lines <= ((row and row.height) or 15), text
