"""Charts in Google: on the same ranges, in the same colours, with their series' names."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from gatebook.backends.google.render import own_charts
from gatebook.domain.cells import Cell, Range
from gatebook.sheets.model import PLAIN, Chart, Series, Sheet, Table
from tests.support.drawn import A1, book
from tests.support.google_drawn import applied, area_of, bodies, drawn

TABLE = Table(A1, ("Gate", "Red", "Green"), [["One", 1, 2], ["Two", 3, 4]], (PLAIN,) * 3)
RED = Series("Red", Range.parse("A2:A3"), Range.parse("B2:B3"), "#FF0000")
GREEN = Series("Green", Range.parse("A2:A3"), Range.parse("C2:C3"), "#00FF00")
CHART = Chart("bar-share", "Gates", "Data", (RED, GREEN), Cell(4, 5), 600, 300)


def chart(**changes: Any) -> dict[str, Any]:
    """The chart as sent, which the server has accepted."""
    sheet = Sheet("Charts", charts=(replace(CHART, **changes),))
    requests = drawn(book(Sheet("Data", tables=(TABLE,)), sheet))
    applied(requests)
    (request,) = bodies(requests, "addChart")
    found: dict[str, Any] = request["chart"]
    return found


def ranges(data: dict[str, Any]) -> str:
    (source,) = data["sourceRange"]["sources"]
    assert source["sheetId"] == 100
    return area_of(source).a1


def test_a_chart_of_shares() -> None:
    found = chart()
    basic = found["spec"]["basicChart"]
    assert (found["spec"]["title"], found["spec"]["altText"]) == ("Gates", "Gates")
    assert (basic["chartType"], basic["stackedType"]) == ("BAR", "PERCENT_STACKED")
    assert basic["legendPosition"] == "BOTTOM_LEGEND"
    assert [axis["position"] for axis in basic["axis"]] == ["LEFT_AXIS", "BOTTOM_AXIS"]
    assert [series["targetAxis"] for series in basic["series"]] == ["BOTTOM_AXIS"] * 2
    colours = [series["colorStyle"]["rgbColor"] for series in basic["series"]]
    assert colours == [{"red": 1, "green": 0, "blue": 0}, {"red": 0, "green": 1, "blue": 0}]


def test_names_come_from_the_cells_above() -> None:
    basic = chart()["spec"]["basicChart"]
    assert basic["headerCount"] == 1
    assert ranges(basic["domains"][0]["domain"]) == "A1:A3"
    assert [ranges(series["series"]) for series in basic["series"]] == ["B1:B3", "C1:C3"]


def test_without_names_above_only_the_values_are_charted() -> None:
    basic = chart(series=(replace(RED, name="Reds"), GREEN))["spec"]["basicChart"]
    assert basic["headerCount"] == 0
    assert ranges(basic["domains"][0]["domain"]) == "A2:A3"
    assert [ranges(series["series"]) for series in basic["series"]] == ["B2:B3", "C2:C3"]


@pytest.mark.parametrize(
    ("kind", "expected", "stacked", "scale"),
    [
        ("bar", "BAR", "NOT_STACKED", "BOTTOM_AXIS"),
        ("bar-stacked", "BAR", "STACKED", "BOTTOM_AXIS"),
        ("column", "COLUMN", "NOT_STACKED", "LEFT_AXIS"),
        ("column-stacked", "COLUMN", "STACKED", "LEFT_AXIS"),
        ("line", "LINE", None, "LEFT_AXIS"),
    ],
)
def test_kinds(kind: str, expected: str, stacked: str | None, scale: str) -> None:
    basic = chart(kind=kind)["spec"]["basicChart"]
    assert (basic["chartType"], basic.get("stackedType")) == (expected, stacked)
    assert basic["series"][0]["targetAxis"] == scale


def test_one_series_needs_no_legend_and_may_have_a_colour_a_point() -> None:
    coloured = replace(RED, point_colours=("#FF0000", "#0000FF"))
    basic = chart(kind="column", series=(coloured,))["spec"]["basicChart"]
    assert basic["legendPosition"] == "NO_LEGEND"
    points = [
        (one["index"], one["colorStyle"]["rgbColor"])
        for one in basic["series"][0]["styleOverrides"]
    ]
    assert points == [
        (0, {"red": 1, "green": 0, "blue": 0}),
        (1, {"red": 0, "green": 0, "blue": 1}),
    ]


def test_a_pie() -> None:
    pie = chart(kind="pie", series=(RED,))["spec"]["pieChart"]
    assert (ranges(pie["domain"]), ranges(pie["series"])) == ("A2:A3", "B2:B3")


def test_its_place_is_inside_the_grid() -> None:
    sheet = Sheet("Charts", charts=(replace(CHART, at=Cell(90, 30)),))
    requests = drawn(book(Sheet("Data", tables=(TABLE,)), sheet))
    (request,) = bodies(requests, "addChart")
    place = request["chart"]["position"]["overlayPosition"]
    assert place["anchorCell"] == {"sheetId": 101, "rowIndex": 90, "columnIndex": 30}
    assert (place["widthPixels"], place["heightPixels"]) == (600, 300)
    grid = bodies(requests, "addSheet")[1]["properties"]["gridProperties"]
    assert grid["rowCount"] > 90 + 300 // 21
    assert grid["columnCount"] > 30 + 600 // 100


@pytest.mark.parametrize(
    ("changes", "problem"),
    [({"series": ()}, "has no series"), ({"tab": "Elsewhere"}, "reads the tab 'Elsewhere'")],
)
def test_a_chart_of_nothing_is_refused(changes: dict[str, Any], problem: str) -> None:
    with pytest.raises(ValueError, match=f"chart 'Gates' {problem}"):
        chart(**changes)


def test_our_charts_are_told_from_those_of_people() -> None:
    sheet = Sheet("Data", tables=(TABLE,), charts=(CHART, CHART))
    ours = tuple(r["chart"]["chartId"] for r in bodies(drawn(book(sheet)), "addChart"))
    assert len(set(ours)) == 2
    assert own_charts(100, [5, *ours, 77]) == ours
    assert own_charts(101, ours) == ()
