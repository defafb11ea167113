"""Developer metadata: notes of programs on a spreadsheet, its tabs, rows and columns.

https://developers.google.com/workspace/sheets/api/guides/metadata. That of rows and columns is
kept with them, and so moves with them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from tests.google_api import rules
from tests.google_api.document import Document
from tests.google_api.draft import Draft, handler
from tests.google_api.errors import bad_request
from tests.google_api.grid import Sheet, box_of, overlap
from tests.google_api.jsontypes import Json
from tests.google_api.masks import overlaid

# Characters of all keys and values on a spreadsheet, and of all in a sheet (the guide above).
MOST_CHARACTERS = 30_000


@dataclass(frozen=True)
class Entry:
    """One metadata with the place where it is now."""

    metadata: Json
    location: Json

    @property
    def shown(self) -> Json:
        """The `DeveloperMetadata` of an answer."""
        return self.metadata | {"location": self.location}


def entries(document: Document, project: str) -> Iterator[Entry]:
    """All metadata that a project sees: its own, and what is visible to all of the document."""
    for metadata, location in _all(document):
        if document.projects.get(metadata["metadataId"], project) == project:
            yield Entry(metadata, location)


def _all(document: Document) -> Iterator[tuple[Json, Json]]:
    for metadata in document.metadata:
        yield metadata, {"locationType": "SPREADSHEET", "spreadsheet": True}
    for sheet in document.sheets:
        for metadata in sheet.lists.get("developerMetadata", ()):
            yield metadata, sheet_location(sheet)
        for kind in ("ROWS", "COLUMNS"):
            for index, properties in sorted(sheet.dimensions(kind).items()):
                for metadata in properties.get("developerMetadata", ()):
                    yield metadata, line_location(sheet, kind, index)


def sheet_location(sheet: Sheet) -> Json:
    """Where a tab's metadata is."""
    location: Json = {"locationType": "SHEET"}
    return location | ({"sheetId": sheet.id} if sheet.id else {})


def line_location(sheet: Sheet, dimension: str, index: int) -> Json:
    """Where a row's or a column's metadata is."""
    span: Json = {"dimension": dimension, "startIndex": index, "endIndex": index + 1}
    if sheet.id:
        span = {"sheetId": sheet.id} | span
    if not index:
        del span["startIndex"]
    return {"locationType": "ROW" if dimension == "ROWS" else "COLUMN", "dimensionRange": span}


def matches(document: Document, entry: Entry, data_filter: Json) -> bool:
    """Whether a metadata is one that a `DataFilter` selects."""
    names = ("developerMetadataLookup", "a1Range", "gridRange")
    kind = rules.one_of(data_filter, names, "a data filter")
    if kind == "developerMetadataLookup":
        return _matches_lookup(entry, data_filter[kind])
    if kind == "a1Range":
        sheet, area = document.area(data_filter[kind])
    else:
        found = document.find(data_filter[kind].get("sheetId", 0))
        if found is None:
            raise bad_request(f"No grid with id: {data_filter[kind].get('sheetId', 0)}")
        sheet, area = found, box_of(data_filter[kind])
    location = entry.location
    if location["locationType"] in ("SPREADSHEET", "SHEET"):
        return False
    span = location["dimensionRange"]
    if span.get("sheetId", 0) != sheet.id:
        return False
    start, end = span.get("startIndex", 0), span["endIndex"]
    names_of = ("startRowIndex", "endRowIndex")
    if span["dimension"] == "COLUMNS":
        names_of = ("startColumnIndex", "endColumnIndex")
    line = box_of(dict(zip(names_of, (start, end), strict=True)))
    size = (sheet.row_count, sheet.column_count)
    return overlap(line.clipped(*size), area.clipped(*size))


def _matches_lookup(entry: Entry, lookup: Json) -> bool:
    metadata, location = entry.metadata, entry.location
    for name in ("metadataId", "metadataKey", "metadataValue", "visibility"):
        if name in lookup and metadata.get(name) != lookup[name]:
            return False
    if "locationType" in lookup and location["locationType"] != lookup["locationType"]:
        return False
    if "metadataLocation" not in lookup:
        if "locationMatchingStrategy" in lookup:
            raise bad_request("locationMatchingStrategy needs a metadataLocation.")
        return True
    exact = lookup.get("locationMatchingStrategy") == "EXACT_LOCATION"
    return _is_at(location, lookup["metadataLocation"], exact=exact)


def _is_at(location: Json, wanted: Json, *, exact: bool) -> bool:
    kind = rules.one_of(wanted, ("spreadsheet", "sheetId", "dimensionRange"), "a location")
    if kind == "spreadsheet":
        return not exact or location["locationType"] == "SPREADSHEET"
    if kind == "sheetId":
        if exact:
            is_sheet = location["locationType"] == "SHEET"
            return bool(is_sheet and location.get("sheetId", 0) == wanted[kind])
        return bool(_sheet_of(location) == wanted[kind])
    span = location.get("dimensionRange")
    if span is None:
        return False

    def ends(message: Json) -> tuple[object, ...]:
        start = message.get("startIndex", 0)
        return message.get("sheetId", 0), message["dimension"], start, message.get("endIndex")

    return ends(span) == ends(wanted[kind])


def _sheet_of(location: Json) -> int | None:
    if location["locationType"] == "SPREADSHEET":
        return None
    return int(location.get("dimensionRange", location).get("sheetId", 0))


@handler
def create_developer_metadata(draft: Draft, request: Json) -> Json:
    given = rules.required(request, "developerMetadata")
    if not given.get("metadataKey"):
        raise bad_request("metadataKey is required.")
    if given.get("visibility") not in ("DOCUMENT", "PROJECT"):
        raise bad_request("visibility is required.")
    document = draft.document
    taken = {metadata["metadataId"] for metadata, _ in _all(document)}
    metadata_id = given.get("metadataId")
    if metadata_id is None:
        metadata_id = draft.new_id(taken)
    if metadata_id < 1:
        raise bad_request("metadataId must be positive.")
    rules.check_new_id("metadataId", metadata_id, taken, "developer metadata")
    metadata = {"metadataId": metadata_id}
    names = ("metadataKey", "metadataValue", "visibility")
    metadata |= {name: given[name] for name in names if given.get(name)}
    if given["visibility"] == "PROJECT":
        document.projects[metadata_id] = draft.context.project
    location = _put(draft, metadata, rules.required(given, "location"))
    _check_sizes(document)
    shown = Entry(metadata, location).shown
    return {"createDeveloperMetadata": {"developerMetadata": shown}}


def _put(draft: Draft, metadata: Json, location: Json) -> Json:
    """Put a metadata in its place; answers the place in Google's form."""
    kind = rules.one_of(location, ("spreadsheet", "sheetId", "dimensionRange"), "a location")
    if kind == "spreadsheet":
        if not location["spreadsheet"]:
            raise bad_request("location.spreadsheet must be true.")
        draft.document.metadata.append(metadata)
        return {"locationType": "SPREADSHEET", "spreadsheet": True}
    if kind == "sheetId":
        sheet = draft.sheet(location)
        sheet.items("developerMetadata").append(metadata)
        return sheet_location(sheet)
    span = location["dimensionRange"]
    sheet, dimension = draft.sheet(span), rules.required(span, "dimension")
    start, end = span.get("startIndex", 0), rules.required(span, "endIndex")
    if end - start != 1 or not 0 <= start < sheet.size(dimension):
        raise bad_request("dimensionRange must represent a single row or column of the grid.")
    properties = sheet.dimensions(dimension)
    old = properties.get(start, {})
    properties[start] = old | {"developerMetadata": [*old.get("developerMetadata", ()), metadata]}
    return line_location(sheet, dimension, start)


def _check_sizes(document: Document) -> None:
    sizes: dict[int | None, int] = {}
    for metadata, location in _all(document):
        place = _sheet_of(location)
        length = len(metadata["metadataKey"]) + len(metadata.get("metadataValue", ""))
        sizes[place] = sizes.get(place, 0) + length
    if any(size > MOST_CHARACTERS for size in sizes.values()):
        raise bad_request(
            f"Developer metadata is limited to {MOST_CHARACTERS} characters for each location."
        )


def _change(draft: Draft, request: Json, change: Callable[[Json], Json | None]) -> list[Json]:
    """Change (or, with None, delete) the metadata that the filters select; answers them."""
    filters = request.get("dataFilters")
    if filters is None:
        filters = [rules.required(request, "dataFilter")]
    document = draft.document
    selected = {
        entry.metadata["metadataId"]: entry
        for entry in entries(document, draft.context.project)
        if any(matches(document, entry, data_filter) for data_filter in filters)
    }
    changed = {number: change(entry.metadata) for number, entry in selected.items()}

    def applied(items: list[Json]) -> list[Json]:
        new = [changed.get(item["metadataId"], item) for item in items]
        return [item for item in new if item is not None]

    document.metadata = applied(document.metadata)
    for sheet in document.all_sheets():
        sheet.lists["developerMetadata"] = applied(sheet.lists.get("developerMetadata", []))
        for properties in (sheet.row_properties, sheet.column_properties):
            for index, value in list(properties.items()):
                if "developerMetadata" in value:
                    kept = applied(value["developerMetadata"])
                    rest = {k: v for k, v in value.items() if k != "developerMetadata"}
                    properties[index] = rest | {"developerMetadata": kept} if kept else rest
    return [
        Entry(changed[number] or entry.metadata, entry.location).shown
        for number, entry in selected.items()
    ]


@handler
def update_developer_metadata(draft: Draft, request: Json) -> Json:
    mask = draft.mask(request, "DeveloperMetadata")
    for name in mask.below:
        if name not in ("metadataKey", "metadataValue", "visibility"):
            raise bad_request(f"fields: the test server does not update {name}.")
    new = request.get("developerMetadata", {})
    shown = _change(draft, request, lambda old: overlaid(old, new, mask))
    _check_sizes(draft.document)
    return {"updateDeveloperMetadata": {"developerMetadata": shown} if shown else {}}


@handler
def delete_developer_metadata(draft: Draft, request: Json) -> Json:
    shown = _change(draft, request, lambda _: None)
    return {"deleteDeveloperMetadata": {"deletedDeveloperMetadata": shown} if shown else {}}
