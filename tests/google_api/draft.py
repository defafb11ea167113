"""A spreadsheet under change, and the register of the requests that change it."""

from __future__ import annotations

from collections.abc import Callable

from tests.google_api import rules
from tests.google_api.a1 import Box
from tests.google_api.document import Context, Document
from tests.google_api.errors import bad_request
from tests.google_api.grid import Sheet, box_of, overlap
from tests.google_api.jsontypes import Json
from tests.google_api.masks import Mask, parsed

_PROTECTED = (
    "You are trying to edit a protected cell or object."
    " Please contact the spreadsheet owner to remove protection if you need to edit."
)


class Draft:
    """A spreadsheet under change: what the handlers of requests work on."""

    def __init__(self, document: Document, context: Context) -> None:
        self.document = document.draft()
        self.context = context

    def sheet(self, message: Json) -> Sheet:
        """The tab that a message's `sheetId` names (0 when absent, as in proto3), to change."""
        return self.document.sheet(message.get("sheetId", 0))

    def area(self, message: Json, name: str = "range") -> tuple[Sheet, Box]:
        """The tab and the bounded cells of a required range."""
        grid_range = rules.required(message, name)
        sheet = self.sheet(grid_range)
        return sheet, rules.bounded(sheet, grid_range)

    def mask(self, message: Json, schema: str, name: str = "fields") -> Mask:
        """A required field mask of an update."""
        text = message.get(name)
        if not text:
            raise bad_request("At least one field must be listed in 'fields'. (Use '*' for all.)")
        return parsed("sheets", schema, text)

    def new_id(self, taken: set[int]) -> int:
        """An id that is not in use."""
        while (number := self.context.ids.number()) in taken:
            continue
        return number

    def check_cells(self, sheet: Sheet, area: Box) -> None:
        """Refuse to edit cells that are protected from this user."""
        for protected in sheet.lists.get("protectedRanges", ()):
            if self.may_edit(protected):
                continue
            around = _protected_box(self.document, sheet, protected)
            if around is None or not overlap(around, area):
                continue
            if not _inside_one(area, protected.get("unprotectedRanges", ()), sheet):
                raise bad_request(_PROTECTED)

    def check_structure(self, sheet: Sheet) -> None:
        """Refuse to change rows, columns or the tab itself while the tab is protected."""
        for protected in sheet.lists.get("protectedRanges", ()):
            around = _protected_box(self.document, sheet, protected)
            if around == sheet.whole and not self.may_edit(protected):
                raise bad_request(_PROTECTED)

    def may_edit(self, protected: Json) -> bool:
        """Whether this user may edit a protected range: its editors and the owner may."""
        editors = protected.get("editors", {})
        user = self.context.user
        listed = user in editors.get("users", ()) or editors.get("domainUsersCanEdit", False)
        return protected.get("warningOnly", False) or user == self.context.owner or listed


def _protected_box(document: Document, sheet: Sheet, protected: Json) -> Box | None:
    if "range" in protected:
        return box_of(protected["range"]).clipped(sheet.row_count, sheet.column_count)
    wanted = protected.get("namedRangeId")
    for named in document.named_ranges:
        if named["namedRangeId"] == wanted:
            return box_of(named["range"]).clipped(sheet.row_count, sheet.column_count)
    return None


def _inside_one(area: Box, ranges: list[Json], sheet: Sheet) -> bool:
    """Whether every cell of an area is in one of some ranges."""
    (bottom, right) = area.end
    boxes = [box_of(grid).clipped(sheet.row_count, sheet.column_count) for grid in ranges]
    return all(
        any(box.top <= row < box.end[0] and box.left <= column < box.end[1] for box in boxes)
        for row in range(area.top, bottom)
        for column in range(area.left, right)
    )


# Applies one request to a draft, and gives its reply (`{}`: an empty one).
Handler = Callable[[Draft, Json], Json]
HANDLERS: dict[str, Handler] = {}


def handler(function: Handler) -> Handler:
    """Register a function under the request that it is named after: `add_sheet`, `addSheet`."""
    first, *rest = function.__name__.split("_")
    HANDLERS[first + "".join(part.title() for part in rest)] = function
    return function
