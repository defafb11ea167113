"""What `gatebook doctor` finds out about Google: who we are, which APIs answer, what we may do there."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

import google.auth.exceptions
from gspread.exceptions import APIError

from gatebook.backends.google import drive
from gatebook.backends.google.addresses import Address, spreadsheet_address
from gatebook.backends.google.signin import Identity
from gatebook.backends.google.transport import DRIVE, SHEETS, OutOfReach, Transport, reasons
from gatebook.backends.google.troubles import CLOSED, DOCTOR_KNOWS, explain

_ABOUT = "user(displayName,emailAddress),storageQuota(limit)"
_PLACE = "id,name,mimeType,driveId,trashed,capabilities(canAddChildren,canEdit)"
_TROUBLES = (APIError, OutOfReach, google.auth.exceptions.GoogleAuthError)


class Seen(NamedTuple):
    """One thing looked at: fine or not, what was seen, what to do if not."""

    fine: bool
    text: str
    remedy: str = ""


def examine(
    who: Identity, transport: Transport, address: Address, *, to_write: bool = False
) -> Iterator[Seen]:
    """Look from the sign-in to the place itself; stops where the rest would say the same.

    `to_write`: the spreadsheet is a portfolio, which has to be written.
    """
    names = ", ".join(scope.rpartition("/")[2] for scope in who.scopes)
    acting = f" as {who.address}" if who.address else ""
    yield Seen(True, f"Google: signing in with {who.kind}{acting}, for {names}")
    about = _asked(transport, f"{DRIVE}/drive/v3/about", _ABOUT)
    if isinstance(about, Seen):
        yield about
        return
    me = about.get("user", {}).get("emailAddress", "") or who.address
    robot = me.endswith(".gserviceaccount.com")
    yield Seen(True, f"signed in as {me}: share folders and spreadsheets with this address")
    if address.kind == "spreadsheet":
        yield from _spreadsheet(transport, address.id, me, to_write=to_write)
        return
    place = _asked(transport, f"{drive.FILES}/{address.id}", _PLACE, me)
    if isinstance(place, Seen):
        yield place
        return
    if place.get("mimeType") == drive.SPREADSHEET:
        yield from _spreadsheet(transport, address.id, me, to_write=to_write)
        return
    yield from _folder(transport, place, me, robot=robot)


def _asked(transport: Transport, url: str, fields: str, me: str = "") -> dict[str, Any] | Seen:
    """An answer, or what stood in its way. `me`: the address to share with, once it is known."""
    file_id = url.rpartition("/")[2]
    where = "Google Drive" if url.endswith("about") else f"the file or folder {file_id}"
    params = {"fields": fields}
    if url.startswith(DRIVE) and not url.endswith("about"):
        params["supportsAllDrives"] = "true"
    if url.startswith(SHEETS):
        where = spreadsheet_address(file_id)
    try:
        answer: dict[str, Any] = transport.request("get", url, params=params).json()
    except _TROUBLES as error:
        reason, remedy = explain(error, where)
        return Seen(False, reason, remedy.replace(DOCTOR_KNOWS, me or DOCTOR_KNOWS))
    return answer


def _spreadsheet(
    transport: Transport, file_id: str, me: str, *, to_write: bool = False
) -> Iterator[Seen]:
    found = _asked(
        transport,
        f"{SHEETS}/v4/spreadsheets/{file_id}",
        "properties(title),sheets(properties(title))",
        me,
    )
    if isinstance(found, Seen):
        yield found
        return
    title, tabs = found["properties"]["title"], len(found.get("sheets", ()))
    yield Seen(True, f"“{title}” can be read: {tabs} tab{'' if tabs == 1 else 's'}")
    place = _asked(transport, f"{drive.FILES}/{file_id}", _PLACE)
    if isinstance(place, Seen):
        return
    if place.get("trashed"):
        yield Seen(False, f"“{title}” is in the trash", "Restore it, or give another spreadsheet.")
    editable = place.get("capabilities", {}).get("canEdit", False)
    if to_write and not editable:
        yield Seen(False, f"“{title}” cannot be written", f"Share it with {me} as an editor.")
    elif not editable:
        yield Seen(
            True, f"“{title}” cannot be written; as a portfolio, share it with {me} as an editor"
        )


def _folder(transport: Transport, place: dict[str, Any], me: str, *, robot: bool) -> Iterator[Seen]:
    name = place.get("name", "")
    if place.get("trashed"):
        yield Seen(False, f"“{name}” is in the trash", "Restore it, or give another folder.")
        return
    listing = drive.list_folder(transport, place["id"])
    files = len(listing.sources)
    yield Seen(True, f"“{name}” can be listed: {files} spreadsheet{'' if files == 1 else 's'}")
    for one in listing.passed:
        if one.problem:
            yield Seen(False, f"{one.location}: {one.reason}", one.remedy)
    if not listing.sources and (off := _sheets_off(transport, place["id"])):
        yield off
    if listing.sources:
        first = listing.sources[0].location.removesuffix("/edit").rpartition("/")[2]
        yield from _spreadsheet(transport, first, me)
    if not place.get("capabilities", {}).get("canAddChildren", False):
        yield Seen(
            True, f"“{name}” takes no new files from {me}: reviews can be read, not made there"
        )
    elif robot and not place.get("driveId"):
        yield Seen(
            True,
            f"“{name}” is in no shared drive: a service account owns no storage, so gatebook new "
            "cannot make forms there. Use a shared drive, a person's sign-in, or --subject",
        )


def _sheets_off(transport: Transport, file_id: str) -> Seen | None:
    """Whether the Sheets API is closed to us: asked for what is no spreadsheet, it says so at once."""
    try:
        transport.request("get", f"{SHEETS}/v4/spreadsheets/{file_id}", params={"fields": "sheets"})
    except APIError as error:
        if reasons(error) & CLOSED:
            return Seen(False, *explain(error, "Google Sheets"))
    except _TROUBLES as error:
        return Seen(False, *explain(error, "Google Sheets"))
    return None
