"""Charts on real ranges."""

from __future__ import annotations

from typing import Any

from gatebook.backends.excel.draw_text import clean
from gatebook.domain.cells import Range
from gatebook.sheets.model import Chart, Series

_KINDS = {
    "bar": {"type": "bar"},
    "bar-stacked": {"type": "bar", "subtype": "stacked"},
    "bar-share": {"type": "bar", "subtype": "percent_stacked"},
    "column": {"type": "column"},
    "column-stacked": {"type": "column", "subtype": "stacked"},
    "line": {"type": "line"},
    "pie": {"type": "pie"},
}
# Pale fills need an edge on white, in grey above all.
_BORDER = {"color": "#595959", "width": 0.75}
_QUIET = {"color": "#D9D9D9"}
_NONE = {"visible": False}
_GAP = 60  # per cent of a bar's thickness between two bars


def chart_object(book: Any, chart: Chart) -> Any:
    """An XlsxWriter chart, to be inserted once. Raises ValueError for a chart without series."""
    if not chart.series:
        raise ValueError(f"chart {chart.title!r} has no series")
    made = book.add_chart(_KINDS[chart.kind])
    for series in chart.series:
        made.add_series(_series(chart, series))
    if chart.title:
        made.set_title({"name": clean(chart.title), "name_font": {"size": 12}})
    else:
        made.set_title({"none": True})
    if chart.kind != "pie":
        _set_axes(made, chart)
    one_name = len(chart.series) == 1 and chart.kind != "pie"
    made.set_legend({"none": True} if one_name else {"position": "bottom"})
    made.set_size({"width": chart.width, "height": chart.height})
    return made


def _series(chart: Chart, series: Series) -> dict[str, Any]:
    options: dict[str, Any] = {
        "name": clean(series.name),
        "categories": _corners(chart.tab, series.labels),
        "values": _corners(chart.tab, series.values),
    }
    if chart.kind == "line":
        options["line"] = {"color": series.colour, "width": 2.25}
    elif chart.kind != "pie":
        options["gap"] = _GAP
    if chart.label_format:
        options["data_labels"] = {"value": True, "num_format": chart.label_format}
    if chart.kind != "line":
        options["border"] = _BORDER
        options["fill"] = {"color": series.colour}
        # A point of its own colour has nothing of its series.
        options["points"] = [
            {"border": _BORDER, "fill": {"color": colour}} for colour in series.point_colours
        ]
    return options


def _corners(tab: str, place: Range) -> list[Any]:
    return [tab, *place.first, *place.last]


def _set_axes(made: Any, chart: Chart) -> None:
    labels: dict[str, Any] = {"line": _QUIET}
    scale: dict[str, Any] = {"major_gridlines": {"visible": True, "line": _QUIET}}
    if chart.scale_title:
        scale |= {"name": chart.scale_title, "name_font": {"size": 9, "bold": False}}
    if chart.unit:
        scale |= {"major_unit": chart.unit, "num_format": "0"}
    if chart.kind.startswith("bar"):
        # The first label stands on top, as in the table; the scale crosses where the last one is.
        made.set_y_axis(labels | {"reverse": True, "crossing": "max", "major_gridlines": _NONE})
        made.set_x_axis(scale)
    else:
        made.set_x_axis(labels)
        made.set_y_axis(scale)
