"""Requests about what lies on a grid: rules, charts, filters, bands."""

from __future__ import annotations

from tests.google_api import colors, rules
from tests.google_api.draft import Draft, handler
from tests.google_api.errors import bad_request
from tests.google_api.grid import Sheet, range_of
from tests.google_api.jsontypes import Json
from tests.google_api.masks import overlaid
from tests.google_api.objects import owner, settled_range, shown_range, taken, with_id
from tests.google_api.requests_sheets import sheet_ids

# Conditional formatting.


@handler
def add_conditional_format_rule(draft: Draft, request: Json) -> Json:
    rule = rules.required(request, "rule")
    sheet = draft.document.sheet(rules.check_conditional_rule(draft.document, rule))
    draft.check_structure(sheet)
    items, index = sheet.items("conditionalFormats"), request.get("index", 0)
    if not 0 <= index <= len(items):
        raise bad_request(f"index[{index}] is after the last rule[{len(items)}].")
    items.insert(index, _shown_rule(rule))
    return {}


def _shown_rule(rule: Json) -> Json:
    shown: Json = colors.settled(rule)
    return shown | {"ranges": [shown_range(grid_range) for grid_range in rule["ranges"]]}


def _rule_at(sheet: Sheet, index: int) -> list[Json]:
    items = sheet.items("conditionalFormats")
    if not 0 <= index < len(items):
        raise bad_request(f"No conditional format on sheet: {sheet.id} at index: {index}")
    return items


@handler
def delete_conditional_format_rule(draft: Draft, request: Json) -> Json:
    sheet, index = draft.sheet(request), request.get("index", 0)
    draft.check_structure(sheet)
    return {"deleteConditionalFormatRule": {"rule": _rule_at(sheet, index).pop(index)}}


@handler
def update_conditional_format_rule(draft: Draft, request: Json) -> Json:
    index = request.get("index", 0)
    if rules.one_of(request, ("rule", "newIndex"), "updateConditionalFormatRule") == "rule":
        rule = request["rule"]
        sheet = draft.document.sheet(rules.check_conditional_rule(draft.document, rule))
        draft.check_structure(sheet)
        items = _rule_at(sheet, index)
        old, items[index] = items[index], _shown_rule(rule)
        reply = {"newRule": items[index], "newIndex": index, "oldRule": old}
    else:
        sheet, new = draft.sheet(request), request["newIndex"]
        draft.check_structure(sheet)
        items = _rule_at(sheet, index)
        items.insert(new, items.pop(index))
        reply = {"newRule": items[new], "newIndex": new, "oldIndex": index}
    return {"updateConditionalFormatRule": reply}


# Charts.


@handler
def add_chart(draft: Draft, request: Json) -> Json:
    given = rules.required(request, "chart")
    rules.required(given, "spec")
    rules.check_ranges(draft.document, given)
    used = taken(draft.document, "charts", "chartId") | sheet_ids(draft.document)
    if "chartId" in given:
        rules.check_new_id("chartId", given["chartId"], used, "an object")
    chart = {"chartId": draft.new_id(used)} if "chartId" not in given else {}
    position = _position(draft, given.get("position", {}))
    sheet = draft.sheet(position["overlayPosition"]["anchorCell"])
    draft.check_structure(sheet)
    chart |= colors.settled(given) | {"position": position}
    sheet.items("charts").append(chart)
    return {"addChart": {"chart": chart}}


def _position(draft: Draft, position: Json) -> Json:
    rules.one_of(position, ("overlayPosition", "sheetId", "newSheet"), "a chart's position")
    if "overlayPosition" not in position:
        raise bad_request("The test server places charts over a grid only (overlayPosition).")
    overlay = {"widthPixels": 600, "heightPixels": 371} | position["overlayPosition"]
    anchor = rules.required(overlay, "anchorCell")
    sheet = draft.sheet(anchor)
    row, column = anchor.get("rowIndex", 0), anchor.get("columnIndex", 0)
    if not (0 <= row < sheet.row_count and 0 <= column < sheet.column_count):
        raise bad_request("The chart's anchor cell is outside of the grid.")
    return {"overlayPosition": overlay | {"anchorCell": {k: v for k, v in anchor.items() if v}}}


@handler
def update_chart_spec(draft: Draft, request: Json) -> Json:
    sheet, index = owner(draft, "charts", "chartId", request.get("chartId", 0), "chart")
    draft.check_structure(sheet)
    rules.check_ranges(draft.document, request)
    charts = sheet.items("charts")
    charts[index] = charts[index] | {"spec": colors.settled(rules.required(request, "spec"))}
    return {}


@handler
def update_embedded_object_position(draft: Draft, request: Json) -> Json:
    sheet, index = owner(draft, "charts", "chartId", request.get("objectId", 0), "object")
    draft.check_structure(sheet)
    given = rules.required(request, "newPosition")
    chart = sheet.items("charts").pop(index)
    if "overlayPosition" in given:
        mask = draft.mask(request, "OverlayPosition")
        old = chart["position"]["overlayPosition"]
        given = {"overlayPosition": overlaid(old, given["overlayPosition"], mask)}
    position = _position(draft, given)
    target = draft.sheet(position["overlayPosition"]["anchorCell"])
    target.items("charts").append(chart | {"position": position})
    return {"updateEmbeddedObjectPosition": {"position": position}}


@handler
def delete_embedded_object(draft: Draft, request: Json) -> Json:
    sheet, index = owner(draft, "charts", "chartId", request.get("objectId", 0), "object")
    draft.check_structure(sheet)
    sheet.items("charts").pop(index)
    return {}


# Filters and bands.


@handler
def set_basic_filter(draft: Draft, request: Json) -> Json:
    given = rules.required(request, "filter")
    sheet, area = draft.area(given)
    draft.check_structure(sheet)
    # Recorded: open ends are answered as the grid's.
    sheet.basic_filter = given | {"range": range_of(sheet.id, area)}
    return {}


@handler
def clear_basic_filter(draft: Draft, request: Json) -> Json:
    sheet = draft.sheet(request)
    draft.check_structure(sheet)
    sheet.basic_filter = None
    return {}


@handler
def add_filter_view(draft: Draft, request: Json) -> Json:
    sheet, view = settled_range(draft, rules.required(request, "filter"))
    view = with_id(draft, view, "filterViews", "filterViewId", "a filter view")
    view = {"title": f"Filter {len(sheet.lists.get('filterViews', ())) + 1}"} | view
    sheet.items("filterViews").append(view)
    return {"addFilterView": {"filter": view}}


@handler
def delete_filter_view(draft: Draft, request: Json) -> Json:
    sheet, index = owner(
        draft, "filterViews", "filterViewId", request.get("filterId", 0), "filter view"
    )
    sheet.items("filterViews").pop(index)
    return {}


@handler
def add_banding(draft: Draft, request: Json) -> Json:
    sheet, banded = settled_range(draft, rules.required(request, "bandedRange"))
    draft.check_structure(sheet)
    if "rowProperties" not in banded and "columnProperties" not in banded:
        raise bad_request("At least one of rowProperties or columnProperties must be specified.")
    banded = with_id(draft, banded, "bandedRanges", "bandedRangeId", "a banded range")
    banded = colors.settled(banded)
    sheet.items("bandedRanges").append(banded)
    return {"addBanding": {"bandedRange": banded}}


@handler
def delete_banding(draft: Draft, request: Json) -> Json:
    sheet, index = owner(
        draft, "bandedRanges", "bandedRangeId", request.get("bandedRangeId", 0), "banded range"
    )
    draft.check_structure(sheet)
    sheet.items("bandedRanges").pop(index)
    return {}
