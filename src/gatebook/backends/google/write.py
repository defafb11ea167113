"""Writing a workbook into a spreadsheet: one atomic batchUpdate, never twice, only our own tabs.

Each batch creates a developer metadata with an id that the revision gives. A batch that is sent a
second time, or that another sync has overtaken, is therefore refused as a whole.
https://developers.google.com/workspace/sheets/api/guides/metadata
"""

from __future__ import annotations

import re
import secrets
import zlib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import msgspec
from gspread.exceptions import APIError

from gatebook.backends.google.read import merge_of
from gatebook.backends.google.render import (
    PROTECTED_BY,
    Present,
    RuleThere,
    draw_requests,
    own_charts,
)
from gatebook.backends.google.render_areas import area_of
from gatebook.backends.google.transport import SHEETS, OutOfReach, Transport, Unsure
from gatebook.backends.protocol import Unwritable
from gatebook.domain.cells import Cell
from gatebook.sheets.model import Workbook

TAB_KEY = "gatebook-tab"
REVISION_KEY = "gatebook-revision"
_TRIES = 5
# Revisions that are kept: a batch made on any of them is still refused, however late it comes.
_KEPT = 50


@dataclass(frozen=True, slots=True)
class Own:
    """What a spreadsheet holds of ours, and what of others, as read just before writing.

    `tabs`: ours by name; `marked`: those of them that have their metadata. `others`: the other tabs by
    title, with the text in the first cell.
    """

    tabs: Mapping[str, Present] = field(default_factory=dict)
    others: Mapping[str, tuple[Present, str]] = field(default_factory=dict)
    sheet_ids: frozenset[int] = frozenset()
    revision: int = 0
    revision_ids: tuple[int, ...] = ()
    only_blank: int | None = None
    marked: frozenset[str] = frozenset()


def own_of(answer: Mapping[str, Any]) -> Own:
    """Read it from a `spreadsheets.get` answer with OWN_FIELDS.

    A tab is ours by its metadata, which names the tab's id: a copy that somebody made of it is not.
    """
    tabs: dict[str, Present] = {}
    others: dict[str, tuple[Present, str]] = {}
    sheets = answer.get("sheets", ())
    for sheet in sheets:
        about = sheet.get("properties", {})
        name = _tab_name(sheet)
        if name and name not in tabs:
            tabs[name] = _present(sheet, about)
        else:
            others[about.get("title", "")] = (_present(sheet, about), _first_cell(sheet))
    revision, ids = _revisions(answer)
    return Own(
        tabs=tabs,
        others=others,
        sheet_ids=frozenset(sheet["properties"].get("sheetId", 0) for sheet in sheets),
        revision=revision,
        revision_ids=ids,
        only_blank=None if answer.get("namedRanges") else _only_blank(sheets),
    )


def _tab_name(sheet: Mapping[str, Any]) -> str:
    sheet_id = sheet.get("properties", {}).get("sheetId", 0)
    for one in sheet.get("developerMetadata", ()):
        name, _, owner = str(one.get("metadataValue", "")).partition(";")
        if one.get("metadataKey") == TAB_KEY and owner == str(sheet_id):
            return name
    return ""


def _first_cell(sheet: Mapping[str, Any]) -> str:
    for block in sheet.get("data", ()):
        for row in block.get("rowData", ())[:1]:
            for cell in row.get("values", ())[:1]:
                return str(cell.get("userEnteredValue", {}).get("stringValue", ""))
    return ""


def _present(sheet: Mapping[str, Any], about: Mapping[str, Any]) -> Present:
    size = about.get("gridProperties", {})
    sheet_id = about.get("sheetId", 0)
    return Present(
        sheet_id=sheet_id,
        rows=size.get("rowCount", 0),
        columns=size.get("columnCount", 0),
        colour_rules=tuple(map(rule_there, sheet.get("conditionalFormats", ()))),
        protected=tuple(
            one["protectedRangeId"]
            for one in sheet.get("protectedRanges", ())
            if str(one.get("description", "")).startswith(PROTECTED_BY)
        ),
        charts=own_charts(sheet_id, [one["chartId"] for one in sheet.get("charts", ())]),
        merges=tuple(merge_of(area) for area in sheet.get("merges", ())),
        filtered="basicFilter" in sheet,
    )


def rule_there(rule: Mapping[str, Any]) -> RuleThere:
    """A `ConditionalFormatRule` as far as a redraw must know it."""
    values = rule.get("booleanRule", {}).get("condition", {}).get("values", ())
    formula = "".join(value.get("userEnteredValue", "") for value in values[:1])
    return RuleThere(tuple(map(area_of, rule.get("ranges", ()))), formula)


def _revisions(answer: Mapping[str, Any]) -> tuple[int, tuple[int, ...]]:
    """The last revision and the ids of all metadata that tell one."""
    found = [
        one for one in answer.get("developerMetadata", ()) if one.get("metadataKey") == REVISION_KEY
    ]
    told = sorted((_told(str(one.get("metadataValue", ""))), one["metadataId"]) for one in found)
    return told[-1][0] if told else 0, tuple(number for _, number in told)


def _told(revision: str) -> int:
    """The number in "7;token"; 0 where there is none."""
    number = revision.partition(";")[0]
    return int(number) if number.isdigit() else 0


def _only_blank(sheets: Sequence[Mapping[str, Any]]) -> int | None:
    """The id of the tab that a new spreadsheet comes with, if there is nothing in it or beside it."""
    if len(sheets) != 1 or _tab_name(sheets[0]):
        return None
    (sheet,) = sheets
    cells = [
        c for b in sheet.get("data", ()) for r in b.get("rowData", ()) for c in r.get("values", ())
    ]
    about = sheet.get("properties", {})
    bare = not any(cells) and not any(sheet.get(kind) for kind in _WORK)
    grid = about.get("sheetType", "GRID") == "GRID"
    untouched = about.get("sheetId", 0) == 0 and _FIRST_TITLE.fullmatch(about.get("title", ""))
    return 0 if bare and grid and untouched else None


# What somebody may have done to a tab without typing into it.
_WORK = (
    "charts",
    "protectedRanges",
    "merges",
    "basicFilter",
    "conditionalFormats",
    "filterViews",
    "bandedRanges",
)
# What Google calls the first tab in many languages. One of another language stays, and is in nobody's
# way; "Q1" stays as well.
_FIRST_TITLE = re.compile(
    r"(?:Sheet|Tabellenblatt|Feuille|Hoja|Foglio|Página|Folha|Blad|Ark|Arkusz|Taulukko|List|Hárok|"
    r"Munkalap|Foaie|Sayfa|Лист|Аркуш|Φύλλο|シート|시트|工作表) ?1"
)


def fresh(sheet_id: int = 0) -> Own:
    """A spreadsheet that was made a moment ago and has nothing but its first, blank tab."""
    return Own(sheet_ids=frozenset({sheet_id}), only_blank=sheet_id)


def write(
    transport: Transport,
    spreadsheet_id: str,
    workbook: Workbook,
    own: Own,
    *,
    locale: str = "",
    editors: Sequence[str] = (),
) -> None:
    """Write a workbook's tabs, adding and redrawing ours and touching no other.

    Raises Unwritable where a tab of somebody else is in the way or another sync was quicker, APIError,
    OutOfReach, Unsure.
    """
    own = _with_unmarked(workbook, own)
    _check_titles(workbook, own)
    token = secrets.token_hex(8)
    requests = _requests(workbook, own, token, locale, editors)
    _apply(transport, spreadsheet_id, requests, f"{own.revision + 1};{token}")


def _with_unmarked(workbook: Workbook, own: Own) -> Own:
    """Ours as well: a tab with our title and our text in its hidden first cell whose metadata is gone,
    as in a spreadsheet that somebody copied."""
    tabs, others = dict(own.tabs), dict(own.others)
    for sheet in workbook.sheets:
        mark = sheet.cells.get(Cell(0, 0))
        kind = str(mark.content).split(";")[:2] if mark else []
        if sheet.name in others and sheet.name not in tabs and len(kind) == 2:
            present, first = others[sheet.name]
            if first.split(";")[:2] == kind:
                tabs[sheet.name] = present
                del others[sheet.name]
    return replace(own, tabs=tabs, others=others, marked=frozenset(own.tabs))


def _check_titles(workbook: Workbook, own: Own) -> None:
    needed = {sheet.name.casefold() for sheet in workbook.sheets}
    clash = [title for title in own.others if title.casefold() in needed]
    if clash and own.only_blank is None:
        raise Unwritable(
            f"the spreadsheet has a tab “{clash[0]}” that gatebook did not make",
            "Give that tab another name, or name another spreadsheet with --portfolio. "
            "Nothing was written.",
        )


def _requests(
    workbook: Workbook, own: Own, token: str, locale: str, editors: Sequence[str]
) -> list[dict[str, Any]]:
    ids = _ids(workbook, own)
    requests: list[dict[str, Any]] = []
    if locale:
        requests.append(
            {
                "updateSpreadsheetProperties": {
                    "properties": {"locale": locale},
                    "fields": "locale",
                }
            }
        )
    revision = own.revision + 1
    taken = set(own.revision_ids)
    requests += [_forget(metadata_id) for metadata_id in own.revision_ids[:-_KEPT]]
    requests.append(_remember(revision_id(revision, taken), REVISION_KEY, f"{revision};{token}"))
    if own.only_blank is not None:
        # Out of the way first: its name may be one of ours, and it goes when ours are there.
        requests.append(_rename(own.only_blank, f"gatebook {token}"))
    requests += draw_requests(workbook, ids, own.tabs, editors=editors)
    for name, sheet_id in ids.items():
        if name not in own.marked:
            place = _number(f"tab {sheet_id}", taken)
            requests.append(_remember(place, TAB_KEY, f"{name};{sheet_id}", sheet_id))
    if own.only_blank is not None:
        requests.append({"deleteSheet": {"sheetId": own.only_blank}})
    return requests


def revision_id(revision: int, taken: Collection[int]) -> int:
    """The id of the metadata that tells a revision: everybody who makes it makes the same."""
    return _number(f"revision {revision}", taken)


def _ids(workbook: Workbook, own: Own) -> dict[str, int]:
    """Each tab's sheet id: the one it has, or one that name and revision give."""
    taken = set(own.sheet_ids)
    ids: dict[str, int] = {}
    for sheet in workbook.sheets:
        present = own.tabs.get(sheet.name)
        if present:
            ids[sheet.name] = present.sheet_id
        else:
            ids[sheet.name] = _number(f"{sheet.name} {own.revision + 1}", taken)
            taken.add(ids[sheet.name])
    return ids


def _number(text: str, taken: Collection[int]) -> int:
    """A positive number of 31 bits that a text gives, and none that is taken."""
    number = zlib.crc32(text.encode()) & 0x7FFFFFFF or 1
    while number in taken:
        number = number % 0x7FFFFFFF + 1
    return number


def _remember(
    metadata_id: int, key: str, value: str, sheet_id: int | None = None
) -> dict[str, Any]:
    where: dict[str, Any] = {"spreadsheet": True} if sheet_id is None else {"sheetId": sheet_id}
    return {
        "createDeveloperMetadata": {
            "developerMetadata": {
                "metadataId": metadata_id,
                "metadataKey": key,
                "metadataValue": value,
                "location": where,
                "visibility": "DOCUMENT",
            }
        }
    }


def _forget(metadata_id: int) -> dict[str, Any]:
    lookup = {"developerMetadataLookup": {"metadataId": metadata_id}}
    return {"deleteDeveloperMetadata": {"dataFilter": lookup}}


def _rename(sheet_id: int, title: str) -> dict[str, Any]:
    return {
        "updateSheetProperties": {
            "properties": {"sheetId": sheet_id, "title": title},
            "fields": "title",
        }
    }


def _apply(
    transport: Transport, spreadsheet_id: str, requests: list[dict[str, Any]], revision: str
) -> None:
    """Send a batch until it is known to be done. Raises as `write`."""
    patience = transport.patience()
    # Without blanks and escapes: of thousands of cells a twentieth less.
    body = msgspec.json.encode({"requests": requests})
    for _ in range(_TRIES):
        try:
            transport.request(
                "post",
                f"{SHEETS}/v4/spreadsheets/{spreadsheet_id}:batchUpdate",
                data=body,
                headers={"Content-Type": "application/json"},
            )
            return
        except Unsure as trouble:
            unclear: Exception = trouble
        except APIError as error:
            # Refused for good, unless an earlier try, or another sync, has made this revision.
            if error.response.status_code != 400:
                raise
            unclear = error
        made = _revisions_made(transport, spreadsheet_id)
        if revision in made:
            return
        if max(map(_told, made), default=0) >= _told(revision):
            raise Unwritable(
                "another sync wrote this spreadsheet at the same moment",
                "Run this again: it starts from what the other one wrote. Nothing of this run was "
                "written.",
            ) from unclear
        if isinstance(unclear, APIError):
            raise unclear
        if not patience.again():
            break
    raise unclear


def _revisions_made(transport: Transport, spreadsheet_id: str) -> list[str]:
    """The last revisions of the spreadsheet. Raises Unsure where nobody can tell."""
    try:
        answer = transport.request(
            "get",
            f"{SHEETS}/v4/spreadsheets/{spreadsheet_id}",
            params={"fields": "developerMetadata"},
        ).json()
    except (APIError, OutOfReach) as error:
        raise Unsure(str(error)) from error
    return [
        str(one.get("metadataValue", ""))
        for one in answer.get("developerMetadata", ())
        if one.get("metadataKey") == REVISION_KEY
    ]
