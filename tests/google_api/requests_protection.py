"""Requests about protected and named ranges."""

from __future__ import annotations

from tests.google_api import rules
from tests.google_api.document import Document
from tests.google_api.draft import Draft, handler
from tests.google_api.errors import bad_request
from tests.google_api.grid import Sheet, box_of
from tests.google_api.jsontypes import Json
from tests.google_api.masks import overlaid
from tests.google_api.objects import owner, settled_range, shown_range, with_id


@handler
def add_protected_range(draft: Draft, request: Json) -> Json:
    given = _checked_protection(draft, rules.required(request, "protectedRange"))
    given = with_id(draft, given, "protectedRanges", "protectedRangeId", "a protected range")
    sheet = _sheet_of_protection(draft, given)
    draft.check_structure(sheet)
    stored = _with_editors(draft, given)
    sheet.items("protectedRanges").append(stored)
    # Recorded: the reply does not yet name the account itself.
    asked = given.get("editors", {})
    editors = {key: value for key, value in asked.items() if value}
    reply = stored | {"requestingUserCanEdit": True, "editors": editors}
    return {"addProtectedRange": {"protectedRange": reply}}


def _checked_protection(draft: Draft, given: Json) -> Json:
    rules.one_of(given, ("range", "namedRangeId", "tableId"), "a protected range")
    if "tableId" in given:
        raise bad_request(f"No table with id: {given['tableId']}")
    rules.check_ranges(draft.document, given)
    sheet = _sheet_of_protection(draft, given)
    if given.get("unprotectedRanges"):
        area = box_of(given.get("range", {"endRowIndex": 0}))
        if area.clipped(sheet.row_count, sheet.column_count) != sheet.whole:
            raise bad_request("Unprotected ranges are only supported on protected sheets.")
        if any(item.get("sheetId", 0) != sheet.id for item in given["unprotectedRanges"]):
            raise bad_request("Unprotected ranges must be on the protected sheet.")
    if given.get("warningOnly") and given.get("editors", {}).get("users"):
        # "if this field is true, then editors are ignored" (discovery document).
        given = {key: value for key, value in given.items() if key != "editors"}
    shown = {k: v for k, v in given.items() if k != "requestingUserCanEdit" and v is not False}
    if "range" in shown:
        shown["range"] = shown_range(shown["range"])
    if "unprotectedRanges" in shown:
        shown["unprotectedRanges"] = [shown_range(item) for item in shown["unprotectedRanges"]]
    return shown


def _sheet_of_protection(draft: Draft, given: Json) -> Sheet:
    if "range" in given:
        return draft.sheet(given["range"])
    _, named = _named(draft.document, given.get("namedRangeId", ""))
    return draft.sheet(named["range"])


def _with_editors(draft: Draft, given: Json) -> Json:
    """A protected range whose editors are complete: the protecting account is one of them."""
    editors = {"users": []} if given.get("warningOnly") else given.get("editors")
    if editors is None:
        users = [*draft.context.editors]
        editors = {}
    else:
        users = [*editors.get("users", ())]
    if draft.context.user not in users:
        users.append(draft.context.user)
    kept = {key: value for key, value in editors.items() if value and key != "users"}
    return given | {"editors": {"users": users, **kept}}


@handler
def update_protected_range(draft: Draft, request: Json) -> Json:
    given, mask = rules.required(request, "protectedRange"), draft.mask(request, "ProtectedRange")
    for name in ("protectedRangeId", "requestingUserCanEdit"):
        if name in mask.below:
            raise bad_request(f"fields: {name} is read-only.")
    sheet, index = _protection(draft, given.get("protectedRangeId", 0))
    items = sheet.items("protectedRanges")
    merged = overlaid(items[index], given, mask) if mask.below else dict(given)
    checked = _checked_protection(draft, merged)
    items[index] = _with_editors(draft, checked) | {"protectedRangeId": given["protectedRangeId"]}
    return {}


@handler
def delete_protected_range(draft: Draft, request: Json) -> Json:
    sheet, index = _protection(draft, request.get("protectedRangeId", 0))
    sheet.items("protectedRanges").pop(index)
    return {}


def _protection(draft: Draft, protected_id: int) -> tuple[Sheet, int]:
    sheet, index = owner(
        draft, "protectedRanges", "protectedRangeId", protected_id, "protected range"
    )
    if not draft.may_edit(sheet.items("protectedRanges")[index]):
        raise bad_request("You are trying to edit a protected cell or object.")
    return sheet, index


# Named ranges.


def _named(document: Document, named_id: str) -> tuple[int, Json]:
    for index, item in enumerate(document.named_ranges):
        if item["namedRangeId"] == named_id:
            return index, item
    raise bad_request(f"No named range with id: {named_id}")


def _checked_name(draft: Draft, named: Json) -> Json:
    rules.check_name(rules.required(named, "name"))
    _, shown = settled_range(draft, named)
    for other in draft.document.named_ranges:
        same_name = other["name"].casefold() == named["name"].casefold()
        if same_name and other["namedRangeId"] != named.get("namedRangeId"):
            raise bad_request(f"A named range with name: {named['name']} already exists.")
    return shown


@handler
def add_named_range(draft: Draft, request: Json) -> Json:
    given = rules.required(request, "namedRange")
    taken = {item["namedRangeId"] for item in draft.document.named_ranges}
    if "namedRangeId" in given:
        rules.check_new_id("namedRangeId", given["namedRangeId"], taken, "a named range")
    shown = {"namedRangeId": str(draft.context.ids.number())} if "namedRangeId" not in given else {}
    shown |= _checked_name(draft, given)
    draft.document.named_ranges.append(shown)
    return {"addNamedRange": {"namedRange": shown}}


@handler
def update_named_range(draft: Draft, request: Json) -> Json:
    given, mask = rules.required(request, "namedRange"), draft.mask(request, "NamedRange")
    index, old = _named(draft.document, given.get("namedRangeId", ""))
    merged = overlaid(old, given, mask) if mask.below else dict(given)
    merged = {"namedRangeId": old["namedRangeId"]} | merged
    draft.document.named_ranges[index] = _checked_name(draft, merged)
    return {}


@handler
def delete_named_range(draft: Draft, request: Json) -> Json:
    index, _ = _named(draft.document, request.get("namedRangeId", ""))
    draft.document.named_ranges.pop(index)
    return {}
