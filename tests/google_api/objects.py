"""What requests about objects on a grid share: ids, and the tab on which an object is."""

from __future__ import annotations

from tests.google_api import rules
from tests.google_api.document import Document
from tests.google_api.draft import Draft
from tests.google_api.errors import bad_request
from tests.google_api.grid import Sheet
from tests.google_api.jsontypes import Json


def taken(document: Document, list_name: str, key: str) -> set[int]:
    """The ids in use in one of the tabs' lists."""
    return {item[key] for sheet in document.sheets for item in sheet.lists.get(list_name, ())}


def with_id(draft: Draft, item: Json, list_name: str, key: str, what: str) -> Json:
    """An object with its id: the given one if it is free, or a new one."""
    used = taken(draft.document, list_name, key)
    if key in item:
        rules.check_new_id(key, item[key], used, what)
        return item
    return {key: draft.new_id(used), **item}


def owner(draft: Draft, list_name: str, key: str, value: int, what: str) -> tuple[Sheet, int]:
    """The tab (to change) and the place in its list of the object with an id."""
    for sheet in draft.document.sheets:
        for index, item in enumerate(sheet.lists.get(list_name, ())):
            if item[key] == value:
                return draft.document.sheet(sheet.id), index
    raise bad_request(f"No {what} with ID: {value}")


def settled_range(draft: Draft, item: Json) -> tuple[Sheet, Json]:
    """The tab of an object's required range, and the object with the range in Google's form."""
    rules.check_ranges(draft.document, item)
    grid_range = rules.required(item, "range")
    sheet = draft.sheet(grid_range)
    return sheet, item | {"range": shown_range(grid_range)}


def shown_range(grid_range: Json) -> Json:
    """A range as answers give it: `sheetId: 0` is omitted (recorded)."""
    return {key: value for key, value in grid_range.items() if key != "sheetId" or value}
