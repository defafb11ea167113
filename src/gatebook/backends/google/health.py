"""What `gatebook doctor` finds out about Google: who we are, which APIs answer, what we may do there."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

import google.auth.exceptions
from gspread.exceptions import APIError

from gatebook.backends.google import drive
from gatebook.backends.google.addresses import Address, spreadsheet_address
from gatebook.backends.google.signin import Identity
from gatebook.backends.google.transport import DRIVE, SHEETS, OutOfReach, Transport
from gatebook.backends.google.troubles import explain

_ABOUT = "user(displayName,emailAddress),storageQuota(limit)"
_PLACE = "id,name,mimeType,driveId,trashed,capabilities(canAddChildren,canEdit)"
_TROUBLES = (APIError, OutOfReach, google.auth.exceptions.GoogleAuthError)


class Seen(NamedTuple):
    """One thing looked at: fine or not, what was seen, what to do if not."""

    fine: bool
    text: str
    remedy: str = ""


def examine(who: Identity, transport: Transport, address: Address) -> Iterator[Seen]:
    """Look from the sign-in to the place itself; stops where the rest would say the same."""
    names = ", ".join(scope.rpartition("/")[2] for scope in who.scopes)
    yield Seen(True, f"Google: {who.kind}, asking for {names}")
    about = _asked(transport, f"{DRIVE}/drive/v3/about", _ABOUT)
    if isinstance(about, Seen):
        yield about
        return
    me = about.get("user", {}).get("emailAddress", "") or who.address
    robot = me.endswith(".gserviceaccount.com")
    yield Seen(True, f"signed in as {me}: share folders and spreadsheets with this address")
    if address.kind == "spreadsheet":
        yield from _spreadsheet(transport, address.id, me)
        return
    place = _asked(transport, f"{drive.FILES}/{address.id}", _PLACE)
    if isinstance(place, Seen):
        yield place
        return
    if place.get("mimeType") == drive.SPREADSHEET:
        yield from _spreadsheet(transport, address.id, me)
        return
    yield from _folder(transport, place, me, robot=robot)


def _asked(transport: Transport, url: str, fields: str) -> dict[str, Any] | Seen:
    """An answer, or what stood in its way."""
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
        return Seen(False, *explain(error, where))
    return answer


def _spreadsheet(transport: Transport, file_id: str, me: str) -> Iterator[Seen]:
    found = _asked(
        transport,
        f"{SHEETS}/v4/spreadsheets/{file_id}",
        "properties(title),sheets(properties(title))",
    )
    if isinstance(found, Seen):
        yield found
        return
    title, tabs = found["properties"]["title"], len(found.get("sheets", ()))
    yield Seen(True, f"“{title}” can be read: {tabs} tab{'' if tabs == 1 else 's'}")
    place = _asked(transport, f"{drive.FILES}/{file_id}", _PLACE)
    if not isinstance(place, Seen) and not place.get("capabilities", {}).get("canEdit", False):
        yield Seen(
            True, f"“{title}” cannot be written; as a portfolio, share it with {me} as editor"
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
