"""`spreadsheets.batchUpdate`: all requests or none, in order, on a draft of the spreadsheet."""

from __future__ import annotations

from tests.google_api import (
    metadata,
    requests_cells,
    requests_data,
    requests_dimensions,
    requests_objects,
    requests_protection,
    requests_sheets,
    rules,
)
from tests.google_api.document import Context, Document
from tests.google_api.draft import HANDLERS, Draft
from tests.google_api.errors import ApiError, bad_request, not_implemented
from tests.google_api.grid import check_size
from tests.google_api.jsontypes import Json

# They register their requests when they are imported.
_MODULES = (
    metadata,
    requests_cells,
    requests_data,
    requests_dimensions,
    requests_objects,
    requests_protection,
    requests_sheets,
)
# Their colours are looked at when the cells are written.
_CELLS = ("updateCells", "repeatCell", "appendCells")


def apply(
    document: Document, requests: list[Json], context: Context
) -> tuple[Document, list[Json]]:
    """The spreadsheet after the requests, and their replies; the given one stays as it is."""
    if not requests:
        raise bad_request("Must specify at least one request.")
    draft = Draft(document, context)
    replies = []
    for index, request in enumerate(requests):
        name = _kind(request, index)
        if name not in HANDLERS:
            raise not_implemented(f"the request {name} of spreadsheets.batchUpdate")
        try:
            if name not in _CELLS:
                rules.check_colors(request)
            replies.append(HANDLERS[name](draft, request[name]))
            check_size(draft.document.sheets)
        except ApiError as error:
            if error.code == 400:
                error.message = f"Invalid requests[{index}].{name}: {error.message}"
            raise
    return draft.document, replies


def _kind(request: Json, index: int) -> str:
    if len(request) != 1:
        names = ", ".join(sorted(request)) or "none"
        raise bad_request(
            f"Invalid requests[{index}]: exactly one request must be set, got {names}."
        )
    return next(iter(request))
