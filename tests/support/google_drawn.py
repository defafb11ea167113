"""Small workbooks as requests to Google: validated, and applied by the test server's own rules."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from gatebook.backends.google.render import Present, draw_requests, own_charts
from gatebook.backends.google.write import rule_there
from gatebook.domain.cells import Cell, Range
from gatebook.sheets.model import PLAIN, Content, Placed, Sheet, Style, Workbook
from tests.google_api import (
    batch,
    requests_cells,
    requests_dimensions,
    requests_objects,
    requests_sheets,
)
from tests.google_api.document import Context, Document, Ids, new_document
from tests.google_api.grid import Sheet as Tab
from tests.google_api.schema import problems
from tests.support.drawn import A1, book

# Their import makes the server know these requests.
_HANDLERS = (requests_cells, requests_dimensions, requests_objects, requests_sheets)
BOT = "bot@robots.example"
Requests = list[dict[str, Any]]


def ids_of(workbook: Workbook) -> dict[str, int]:
    """A sheet id for each tab: 100, 101, …"""
    return {sheet.name: number for number, sheet in enumerate(workbook.sheets, 100)}


def drawn(
    workbook: Workbook, present: Mapping[str, Present] | None = None, **options: Any
) -> Requests:
    """The requests of a workbook; each has one kind and fits Google's discovery document."""
    requests = draw_requests(workbook, ids_of(workbook), present or {}, **options)
    assert problems("sheets", "BatchUpdateSpreadsheetRequest", {"requests": requests}) == []
    assert {len(request) for request in requests} == {1}
    return requests


def bodies(requests: Requests, kind: str) -> list[dict[str, Any]]:
    """The requests of one kind, without its name."""
    return [request[kind] for request in requests if kind in request]


def applied(requests: Requests, document: Document | None = None, user: str = BOT) -> Document:
    """A spreadsheet after one batch; by default a new one. Fails where Google would refuse it."""
    document = document or new_document("file", "Spreadsheet")
    context = Context(user, BOT, "project", date(2026, 11, 23), Ids())
    return batch.apply(document, requests, context)[0]


def tab(document: Document, title: str) -> Tab:
    """The tab of a name."""
    found = document.titled(title)
    assert found is not None, f"there is no tab {title!r}"
    return found


def present_of(document: Document, workbook: Workbook) -> dict[str, Present]:
    """What stands in a spreadsheet under a workbook's tabs."""
    return {sheet.name: _present(tab(document, sheet.name)) for sheet in workbook.sheets}


def _present(there: Tab) -> Present:
    charts = [chart["chartId"] for chart in there.lists.get("charts", ())]
    return Present(
        sheet_id=there.id,
        rows=there.row_count,
        columns=there.column_count,
        colour_rules=tuple(map(rule_there, there.lists.get("conditionalFormats", ()))),
        protected=tuple(one["protectedRangeId"] for one in there.lists.get("protectedRanges", ())),
        charts=own_charts(there.id, charts),
        merges=tuple(area_of(area) for area in there.lists.get("merges", ())),
        filtered=there.basic_filter is not None,
    )


def area_of(grid_range: dict[str, Any]) -> Range:
    """A bounded `GridRange` as a range."""
    return Range.of(
        grid_range["startRowIndex"],
        grid_range["startColumnIndex"],
        grid_range["endRowIndex"] - 1,
        grid_range["endColumnIndex"] - 1,
    )


def one_cell(content: Content, style: Style = PLAIN, **options: Any) -> dict[str, Any]:
    """A1 as the server keeps it, after a workbook with this one cell."""
    workbook = book(Sheet("Review", {A1: Placed(content, style)}), Sheet("Bo's notes"))
    return dict(tab(applied(drawn(workbook, **options)), "Review").cell(0, 0))


def cells_of(there: Tab) -> dict[str, Any]:
    """All cells of a tab by address."""
    return {
        Cell(row, column).a1: cell
        for row, cells in there.rows.items()
        for column, cell in cells.items()
    }
