"""Charts on real ranges.

Lost in Sheets: the name of a series whose header cell does not hold it (names come from cells only),
the colours of a pie's slices, and the thickness of bars.
https://developers.google.com/workspace/sheets/api/reference/rest/v4/spreadsheets/charts
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from gatebook.backends.cell_contents import clean
from gatebook.backends.google.render_areas import grid_range
from gatebook.backends.google.render_styles import colour
from gatebook.domain.cells import Cell, Range
from gatebook.sheets.model import Chart, Series, Sheet

_MAX_TITLE = 255
_KINDS = {
    "bar": ("BAR", "NOT_STACKED"),
    "bar-stacked": ("BAR", "STACKED"),
    "bar-share": ("BAR", "PERCENT_STACKED"),
    "column": ("COLUMN", "NOT_STACKED"),
    "column-stacked": ("COLUMN", "STACKED"),
    "line": ("LINE", ""),
}


def add_chart(
    chart: Chart, sheet_id: int, chart_id: int, ids: Mapping[str, int], sheets: Mapping[str, Sheet]
) -> dict[str, Any]:
    """The request for one chart on the tab `sheet_id`. Raises ValueError for one without series."""
    if not chart.series:
        raise ValueError(f"chart {chart.title!r} has no series")
    if chart.tab not in ids:
        raise ValueError(f"chart {chart.title!r} reads the tab {chart.tab!r}, which is not drawn")
    data_id = ids[chart.tab]
    title = clean(chart.title, _MAX_TITLE)
    spec: dict[str, Any] = {"title": title, "altText": title} if title else {}
    if chart.kind == "pie":
        spec["pieChart"] = _pie(chart, data_id)
    else:
        named = _names_stand_above(chart, sheets[chart.tab])
        spec["basicChart"] = _basic(chart, data_id, headers=1 if named else 0)
    return {
        "addChart": {
            "chart": {
                "chartId": chart_id,
                "spec": spec,
                "position": {"overlayPosition": _place(chart, sheet_id)},
            }
        }
    }


def _place(chart: Chart, sheet_id: int) -> dict[str, Any]:
    return {
        "anchorCell": {
            "sheetId": sheet_id,
            "rowIndex": chart.at.row,
            "columnIndex": chart.at.column,
        },
        "widthPixels": chart.width,
        "heightPixels": chart.height,
    }


def _basic(chart: Chart, data_id: int, headers: int) -> dict[str, Any]:
    kind, stacked = _KINDS[chart.kind]
    # The scale lies below bars and to the left of columns and lines.
    scale, labels = ("BOTTOM_AXIS", "LEFT_AXIS") if kind == "BAR" else ("LEFT_AXIS", "BOTTOM_AXIS")
    found: dict[str, Any] = {
        "chartType": kind,
        "legendPosition": "NO_LEGEND" if len(chart.series) == 1 else "BOTTOM_LEGEND",
        "headerCount": headers,
        "axis": [
            {"position": labels},
            {"position": scale} | ({"title": chart.scale_title} if chart.scale_title else {}),
        ],
        "domains": [{"domain": _data(data_id, chart.series[0].labels, headers)}],
        "series": [
            _series(series, data_id, headers, kind, scale, labelled=bool(chart.label_format))
            for series in chart.series
        ],
    }
    if stacked:
        found["stackedType"] = stacked
    return found


def _series(
    series: Series, data_id: int, headers: int, kind: str, scale: str, *, labelled: bool
) -> dict[str, Any]:
    found: dict[str, Any] = {
        "series": _data(data_id, series.values, headers),
        "targetAxis": scale,
        "colorStyle": colour(series.colour),
    }
    if labelled:
        # The labels take the format of their cells.
        found["dataLabel"] = {"type": "DATA"}
    if kind == "LINE":
        found["lineStyle"] = {"width": 2}
    elif series.point_colours:
        found["styleOverrides"] = [
            {"index": index, "colorStyle": colour(text)}
            for index, text in enumerate(series.point_colours)
        ]
    return found


def _pie(chart: Chart, data_id: int) -> dict[str, Any]:
    series = chart.series[0]
    return {
        "legendPosition": "BOTTOM_LEGEND",
        "domain": _data(data_id, series.labels, 0),
        "series": _data(data_id, series.values, 0),
    }


def _data(data_id: int, area: Range, headers: int) -> dict[str, Any]:
    first = Cell(area.first.row - headers, area.first.column)
    return {"sourceRange": {"sources": [grid_range(data_id, Range(first, area.last))]}}


def _names_stand_above(chart: Chart, sheet: Sheet) -> bool:
    """Whether the cell above each series' values holds its name, so that Sheets can show it."""
    if any(series.values.first.row == 0 for series in chart.series):
        return False
    texts = {cell: placed.content for cell, placed in sheet.cells.items()}
    for table in sheet.tables:
        for place, text in enumerate(table.header):
            texts[table.at.right(place)] = text
    return all(
        texts.get(Cell(series.values.first.row - 1, series.values.first.column)) == series.name
        for series in chart.series
    )
