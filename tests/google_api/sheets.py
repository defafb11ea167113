"""The methods of the Sheets API."""

from __future__ import annotations

from tests.google_api import (
    batch,
    metadata,
    ranges,
    reading,
    requests_sheets,
    rules,
)
from tests.google_api.a1 import Box
from tests.google_api.calls import Call, implements
from tests.google_api.document import Document, new_sheet
from tests.google_api.draft import Draft
from tests.google_api.errors import ApiError, bad_request
from tests.google_api.grid import Sheet, box_of, check_size
from tests.google_api.jsontypes import Json
from tests.google_api.masks import ALL, kept, parsed
from tests.google_api.ranges import Options
from tests.google_api.store import SPREADSHEET, File


def _open(call: Call, role: str = "reader") -> tuple[File, Document]:
    file = call.store.spreadsheet(call.caller, call.path["spreadsheetId"], role)
    return file, call.store.document(file)


def _read(call: Call) -> tuple[File, Document]:
    """The file and the spreadsheet as it is answered (lies change it)."""
    file, _ = _open(call)
    return file, call.store.lies.seen(file)


def _draft(call: Call) -> tuple[File, Draft]:
    file, document = _open(call, "writer")
    return file, Draft(document, call.store.context(file, call.caller))


def _commit(call: Call, file: File, document: Document) -> None:
    call.store.commit(file, document, call.caller.email)


def _masked(call: Call, body: Json) -> Json:
    text = call.text("fields")
    masked: Json = kept(body, parsed("sheets", call.method.response, text)) if text else body
    return masked


@implements("sheets.spreadsheets.get")
def get(call: Call) -> Json:
    file, document = _read(call)
    text = call.text("fields")
    return reading.spreadsheet(
        document,
        call.store.view(file, call.caller),
        mask=parsed("sheets", "Spreadsheet", text) if text else ALL,
        areas=[document.area(area) for area in call.texts("ranges")],
        grid_data=call.flag("includeGridData"),
    )


@implements("sheets.spreadsheets.getByDataFilter")
def get_by_data_filter(call: Call) -> Json:
    file, document = _read(call)
    text = call.text("fields")
    areas = [
        area
        for data_filter in call.body.get("dataFilters", ())
        for area in _filtered(call, document, data_filter)
    ]
    return reading.spreadsheet(
        document,
        call.store.view(file, call.caller),
        mask=parsed("sheets", "Spreadsheet", text) if text else ALL,
        areas=areas,
        grid_data=call.body.get("includeGridData", False),
    )


def _filtered(call: Call, document: Document, data_filter: Json) -> list[tuple[Sheet, Box]]:
    """The areas that a data filter selects."""
    names = ("developerMetadataLookup", "a1Range", "gridRange")
    kind = rules.one_of(data_filter, names, "a data filter")
    if kind == "a1Range":
        return [document.area(data_filter[kind])]
    if kind == "gridRange":
        return [(_sheet(document, data_filter[kind]), box_of(data_filter[kind]))]
    project = call.store.projects.get(call.caller.client, call.caller.client)
    found = []
    for entry in metadata.entries(document, project):
        if metadata.matches(document, entry, data_filter):
            found += _place(document, entry.location)
    return found


def _place(document: Document, location: Json) -> list[tuple[Sheet, Box]]:
    kind = location["locationType"]
    if kind == "SPREADSHEET":
        return [(sheet, sheet.whole) for sheet in document.sheets]
    if kind == "SHEET":
        sheet = _sheet(document, location)
        return [(sheet, sheet.whole)]
    span = location["dimensionRange"]
    sheet, start = _sheet(document, span), span.get("startIndex", 0)
    if kind == "ROW":
        return [(sheet, Box(start, 0, start + 1, None))]
    return [(sheet, Box(0, start, None, start + 1))]


def _sheet(document: Document, message: Json) -> Sheet:
    sheet = document.find(message.get("sheetId", 0))
    if sheet is None:
        raise bad_request(f"No grid with id: {message.get('sheetId', 0)}")
    return sheet


@implements("sheets.spreadsheets.create")
def create(call: Call) -> Json:
    person = call.caller.person
    if person.is_service_account and not person.owns_storage:
        raise ApiError(403, "The caller does not have permission")
    given = call.body
    for name in set(given) - {"properties", "sheets"}:
        raise ApiError(501, f"The test server does not create spreadsheets with {name}.")
    title = given.get("properties", {}).get("title", "Untitled spreadsheet")
    file = call.store.add(title, SPREADSHEET, owner=call.caller.email, client=call.caller.client)
    document = call.store.document(file)
    allowed = {"title", "locale", "timeZone", "autoRecalc"}
    properties = given.get("properties", {})
    document.properties = document.properties | {
        name: value for name, value in properties.items() if name in allowed
    }
    if given.get("sheets"):
        document.sheets = []
        for sheet in given["sheets"]:
            _add_given_sheet(call, document, sheet)
    check_size(document.sheets)
    return _masked(call, reading.spreadsheet(document, call.store.view(file, call.caller)))


def _add_given_sheet(call: Call, document: Document, given: Json) -> None:
    for name in set(given) - {"properties"}:
        raise ApiError(501, f"The test server does not create sheets with {name}.")
    properties = dict(given.get("properties", {}))
    properties.setdefault("sheetId", call.store.ids.number())
    properties.setdefault("title", f"Sheet{len(document.sheets) + 1}")
    rules.check_title(document, properties["title"], -1)
    rules.check_new_id(
        "sheetId", properties["sheetId"], requests_sheets.sheet_ids(document), "a sheet"
    )
    document.adopt(new_sheet(properties), len(document.sheets))


@implements("sheets.spreadsheets.batchUpdate")
def batch_update(call: Call) -> Json:
    file, document = _open(call, "writer")
    context = call.store.context(file, call.caller)
    try:
        changed, replies = batch.apply(document, call.body.get("requests", []), context)
    except ApiError:
        rest = call.store.lies.half_done(document, call.body.get("requests", []), context)
        if rest is not None:
            _commit(call, file, rest)
        raise
    _commit(call, file, changed)
    body: Json = {"spreadsheetId": file.id, "replies": replies}
    if call.body.get("includeSpreadsheetInResponse"):
        areas = [changed.area(text) for text in call.body.get("responseRanges", ())]
        text = call.text("fields")
        mask = parsed("sheets", call.method.response, text) if text else ALL
        body["updatedSpreadsheet"] = reading.spreadsheet(
            call.store.document(file),
            call.store.view(file, call.caller),
            mask=mask.get("updatedSpreadsheet") or ALL,
            areas=areas,
            grid_data=call.body.get("responseIncludeGridData", False),
        )
    return _masked(call, body)


@implements("sheets.spreadsheets.sheets.copyTo")
def copy_to(call: Call) -> Json:
    _, document = _open(call)
    source = _sheet(document, {"sheetId": _number(call.path["sheetId"])})
    target_id = call.body.get("destinationSpreadsheetId", "")
    target = call.store.spreadsheet(call.caller, target_id, "writer")
    draft = Draft(call.store.document(target), call.store.context(target, call.caller))
    number = draft.new_id(requests_sheets.sheet_ids(draft.document))
    title = requests_sheets.copy_title(draft.document, source.title)
    copied = requests_sheets.copy_of(draft, source, number, title)
    draft.document.adopt(copied, len(draft.document.sheets))
    check_size(draft.document.sheets)
    _commit(call, target, draft.document)
    return _masked(call, requests_sheets.shown_properties(draft.document, copied))


def _number(text: str) -> int:
    if not text.isdigit():
        raise bad_request(f"Invalid value at 'sheet_id' (TYPE_INT32), \"{text}\"")
    return int(text)


# Values.


def _options(call: Call) -> Options:
    return Options(
        call.text("valueRenderOption") or "FORMATTED_VALUE",
        call.text("dateTimeRenderOption") or "SERIAL_NUMBER",
        call.text("majorDimension") or "ROWS",
    )


@implements("sheets.spreadsheets.values.get")
def values_get(call: Call) -> Json:
    file, document = _read(call)
    view = call.store.view(file, call.caller)
    return _masked(call, ranges.get(document, call.path["range"], view, _options(call)))


@implements("sheets.spreadsheets.values.batchGet")
def values_batch_get(call: Call) -> Json:
    file, document = _read(call)
    view, options = call.store.view(file, call.caller), _options(call)
    found = [ranges.get(document, text, view, options) for text in call.texts("ranges")]
    return _masked(call, {"spreadsheetId": file.id, "valueRanges": found})


def _typed(option: str) -> bool:
    if option not in ("RAW", "USER_ENTERED"):
        raise bad_request("'valueInputOption' is required but not specified")
    return option == "USER_ENTERED"


def _response_options(source: dict[str, str], major: str) -> Options:
    return Options(
        source.get("responseValueRenderOption") or "FORMATTED_VALUE",
        source.get("responseDateTimeRenderOption") or "SERIAL_NUMBER",
        major,
    )


@implements("sheets.spreadsheets.values.update")
def values_update(call: Call) -> Json:
    file, draft = _draft(call)
    typed = _typed(call.text("valueInputOption"))
    answer, sheet, area = ranges.update(draft, call.path["range"], call.body, typed=typed)
    if call.flag("includeValuesInResponse"):
        answer["updatedData"] = _updated(call, file, draft, sheet, area)
    _commit(call, file, draft.document)
    return _masked(call, answer)


def _updated(call: Call, file: File, draft: Draft, sheet: Sheet, area: Box) -> Json:
    query = {name: values[0] for name, values in call.query.items()}
    options = _response_options(query, call.body.get("majorDimension", "ROWS"))
    view = call.store.view(file, call.caller)
    return ranges.of_area(draft.document, sheet, area, view, options)


@implements("sheets.spreadsheets.values.append")
def values_append(call: Call) -> Json:
    file, draft = _draft(call)
    answer, sheet, area = ranges.append(
        draft,
        call.path["range"],
        call.body,
        typed=_typed(call.text("valueInputOption")),
        insert_rows=call.text("insertDataOption") == "INSERT_ROWS",
    )
    if call.flag("includeValuesInResponse"):
        answer["updates"]["updatedData"] = _updated(call, file, draft, sheet, area)
    _commit(call, file, draft.document)
    return _masked(call, answer)


@implements("sheets.spreadsheets.values.batchUpdate")
def values_batch_update(call: Call) -> Json:
    file, draft = _draft(call)
    typed = _typed(call.body.get("valueInputOption", ""))
    responses, cells = [], set[tuple[int, int, int]]()
    for data in call.body.get("data", ()):
        answer, sheet, area = ranges.update(draft, rules.required(data, "range"), data, typed=typed)
        if call.body.get("includeValuesInResponse"):
            options = _response_options(call.body, data.get("majorDimension", "ROWS"))
            view = call.store.view(file, call.caller)
            answer["updatedData"] = ranges.of_area(draft.document, sheet, area, view, options)
        responses.append(answer)
        for down, line in enumerate(ranges.by_rows(data)):
            for along, value in enumerate(line):
                if value is not None:
                    cells.add((sheet.id, area.top + down, area.left + along))
    _commit(call, file, draft.document)
    totals = {
        "totalUpdatedRows": len({(sheet_id, row) for sheet_id, row, _ in cells}),
        "totalUpdatedColumns": len({(sheet_id, column) for sheet_id, _, column in cells}),
        "totalUpdatedCells": len(cells),
        "totalUpdatedSheets": len({sheet_id for sheet_id, _, _ in cells}),
    }
    counted = {name: number for name, number in totals.items() if number}
    return _masked(call, {"spreadsheetId": file.id, **counted, "responses": responses})


@implements("sheets.spreadsheets.values.clear")
def values_clear(call: Call) -> Json:
    file, draft = _draft(call)
    cleared = ranges.clear(draft, call.path["range"])
    _commit(call, file, draft.document)
    return _masked(call, {"spreadsheetId": file.id, "clearedRange": cleared})


@implements("sheets.spreadsheets.values.batchClear")
def values_batch_clear(call: Call) -> Json:
    file, draft = _draft(call)
    cleared = [ranges.clear(draft, text) for text in call.body.get("ranges", ())]
    _commit(call, file, draft.document)
    return _masked(call, {"spreadsheetId": file.id, "clearedRanges": cleared})


# Developer metadata.


@implements("sheets.spreadsheets.developerMetadata.get")
def metadata_get(call: Call) -> Json:
    _, document = _read(call)
    project = call.store.projects.get(call.caller.client, call.caller.client)
    for entry in metadata.entries(document, project):
        if str(entry.metadata["metadataId"]) == call.path["metadataId"]:
            return _masked(call, entry.shown)
    raise ApiError(404, "Requested entity was not found.")


@implements("sheets.spreadsheets.developerMetadata.search")
def metadata_search(call: Call) -> Json:
    _, document = _read(call)
    project = call.store.projects.get(call.caller.client, call.caller.client)
    filters = call.body.get("dataFilters", [])
    found = []
    for entry in metadata.entries(document, project):
        hits = [item for item in filters if metadata.matches(document, entry, item)]
        if hits:
            found.append({"developerMetadata": entry.shown, "dataFilters": hits})
    return _masked(call, {"matchedDeveloperMetadata": found} if found else {})
