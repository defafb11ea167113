"""A spreadsheet: its tabs, names and metadata, as the API's own JSON. A draft of it is cheap."""

from __future__ import annotations

import copy
import random
import string
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date

from tests.google_api import a1, colors
from tests.google_api.a1 import Box
from tests.google_api.errors import bad_request
from tests.google_api.grid import Sheet, box_of
from tests.google_api.jsontypes import Json

# What a formula comes to: given the spreadsheet, the tab, the cell (row, column) and the text.
Evaluate = Callable[["Document", Sheet, tuple[int, int], str], Json | None]


class Ids:
    """Numbers and file ids as Google hands them out; `planned` ones come first."""

    def __init__(self, seed: int = 0) -> None:
        self._random = random.Random(seed)
        self.planned_numbers: deque[int] = deque()
        self.planned_files: deque[str] = deque()

    def number(self) -> int:
        """An id of a tab, a range, a rule, …"""
        if self.planned_numbers:
            return self.planned_numbers.popleft()
        return self._random.randrange(1, 2**31 - 1)

    def file(self) -> str:
        """An id of a file: 44 characters, or 33 of them in Drive's own."""
        if self.planned_files:
            return self.planned_files.popleft()
        letters = string.ascii_letters + string.digits + "-_"
        return "1" + "".join(self._random.choices(letters, k=43))

    def text(self, length: int) -> str:
        """Letters and digits, for tokens."""
        return "".join(self._random.choices(string.ascii_letters + string.digits, k=length))


@dataclass
class Document:
    """A spreadsheet. A `draft` shares tabs with it until they are opened by `sheet`."""

    id: str
    properties: Json
    sheets: list[Sheet]
    named_ranges: list[Json] = field(default_factory=list)
    metadata: list[Json] = field(default_factory=list)
    # Developer metadata that only one project sees: metadataId → project.
    projects: dict[int, str] = field(default_factory=dict)
    _own_sheets: set[int] = field(default_factory=set)

    def draft(self) -> Document:
        """A document to change, while this one stays as it is."""
        return Document(
            id=self.id,
            properties=self.properties,
            sheets=list(self.sheets),
            named_ranges=list(self.named_ranges),
            metadata=list(self.metadata),
            projects=dict(self.projects),
        )

    def find(self, sheet_id: int) -> Sheet | None:
        """The tab of an id, to be read; None: there is none."""
        return next((sheet for sheet in self.sheets if sheet.id == sheet_id), None)

    def sheet(self, sheet_id: int) -> Sheet:
        """The tab of an id, to be changed (in a draft); 400 when there is none."""
        for index, sheet in enumerate(self.sheets):
            if sheet.id == sheet_id:
                if sheet_id not in self._own_sheets:
                    self.sheets[index] = sheet = sheet.copy()
                    self._own_sheets.add(sheet_id)
                return sheet
        raise bad_request(f"No grid with id: {sheet_id}")

    def all_sheets(self) -> Iterator[Sheet]:
        """All tabs, to be changed (in a draft)."""
        for sheet in list(self.sheets):
            yield self.sheet(sheet.id)

    def adopt(self, sheet: Sheet, index: int) -> None:
        """Put a new tab in."""
        self.sheets.insert(index, sheet)
        self._own_sheets.add(sheet.id)

    def titled(self, title: str) -> Sheet | None:
        """The tab of a name (case does not matter)."""
        wanted = title.casefold()
        return next((sheet for sheet in self.sheets if sheet.title.casefold() == wanted), None)

    def area(self, text: str) -> tuple[Sheet, Box]:
        """The tab and cells that an A1 range, a tab's name or a named range means, as given."""
        title, rest = a1.split(text)
        if title is not None:
            sheet = self.titled(title)
            area = a1.box(rest) if rest else Box(0, 0, None, None)
            if area is None and self._named(rest):
                # Recorded: `'Sheet1'!MyRange` is understood.
                return self._bare_area(rest)
            if sheet is None or area is None:
                raise bad_request(f"Unable to parse range: {text}")
            return sheet, area
        return self._bare_area(text)

    def _bare_area(self, text: str) -> tuple[Sheet, Box]:
        """A range without a tab's name in front: a tab, a named range, or cells of the first tab.

        A tab called `A1` is meant before the cell A1 (recorded).
        """
        sheet = self.titled(text)
        if sheet is not None:
            return sheet, Box(0, 0, None, None)
        named = self._named(text)
        if named is not None:
            found = self.find(named.get("sheetId", 0))
            if found is not None:
                return found, box_of(named)
        area = a1.box(text)
        if area is None:
            raise bad_request(f"Unable to parse range: {text}")
        return self.sheets[0], area

    def _named(self, name: str) -> Json | None:
        """The range of a name."""
        for named in self.named_ranges:
            if named["name"].casefold() == name.casefold():
                found: Json = named["range"]
                return found
        return None


def new_sheet(properties: Json) -> Sheet:
    """A tab with Google's defaults under the given properties."""
    grid = {"rowCount": 1000, "columnCount": 26} | properties.get("gridProperties", {})
    defaults = {"sheetId": 0, "title": "", "index": 0, "sheetType": "GRID"}
    return Sheet(colors.settled(defaults | properties) | {"gridProperties": without_unset(grid)})


def without_unset(properties: Json) -> Json:
    """Properties without those that are at their default (false, 0, empty): Google omits them."""
    return {key: value for key, value in properties.items() if value not in (False, 0, "")}


def new_document(file_id: str, title: str, *, locale: str = "en_US") -> Document:
    """What `files.create` makes: one tab, Sheet1, of 1000 × 26 cells. Recorded."""
    properties = {
        "title": title,
        "locale": locale,
        "autoRecalc": "ON_CHANGE",
        "timeZone": "Etc/GMT",
        "defaultFormat": _default_format(),
        "spreadsheetTheme": {"primaryFontFamily": "Arial", "themeColors": colors.theme()},
    }
    return Document(file_id, properties, [new_sheet({"title": "Sheet1"})])


def _default_format() -> Json:
    white = {"red": 1, "green": 1, "blue": 1}
    return {
        "backgroundColor": white,
        "padding": {"top": 2, "right": 3, "bottom": 2, "left": 3},
        "verticalAlignment": "BOTTOM",
        "wrapStrategy": "OVERFLOW_CELL",
        "textFormat": {
            "foregroundColor": {},
            "fontFamily": "arial,sans,sans-serif",
            "fontSize": 10,
            "bold": False,
            "italic": False,
            "strikethrough": False,
            "underline": False,
            "foregroundColorStyle": {"rgbColor": {}},
        },
        "backgroundColorStyle": {"rgbColor": white},
    }


def duplicate(document: Document, file_id: str, title: str) -> Document:
    """A copy of a whole spreadsheet under another id. Ids inside stay the same."""
    copied = copy.deepcopy(document)
    copied.id = file_id
    copied.properties = copied.properties | {"title": title}
    return copied


@dataclass(frozen=True)
class Context:
    """Who changes a spreadsheet, when, and where new ids come from."""

    user: str
    owner: str
    project: str
    today: date
    ids: Ids
    editors: tuple[str, ...] = ()
