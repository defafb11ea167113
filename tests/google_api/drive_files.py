"""A file as Drive's API shows it to a caller."""

from __future__ import annotations

import hashlib

from tests.google_api.drive_query import Subject
from tests.google_api.jsontypes import Json
from tests.google_api.people import Caller, Person, at_least
from tests.google_api.store import FOLDER, SHORTCUT, SPREADSHEET, File, Store, stamp

_NATIVE = "application/vnd.google-apps."


def is_trashed(store: Store, file: File) -> bool:
    """Whether a file, or a folder around it, is in the trash."""
    return any(place.trashed for place in store.line(file))


def subject(store: Store, file: File, caller: Caller) -> Subject:
    """A file as a search sees it."""
    owners = frozenset([file.owner] if file.owner and not file.drive_id else [])
    roles = {email: role for place in store.line(file) for email, role in place.roles.items()}
    return Subject(
        name=file.name,
        mime_type=file.mime_type,
        parents=frozenset([file.parent]),
        trashed=is_trashed(store, file),
        owners=owners,
        writers=frozenset(email for email, role in roles.items() if at_least(role, "writer")),
        readers=frozenset(roles),
        modified=stamp(file.modified),
        created=stamp(file.created),
        app_properties=file.app_properties.get(caller.client, {}),
        properties=file.properties,
        shared_with_me=file.owner != caller.email and not file.drive_id,
    )


def user(person: Person, caller: Caller) -> Json:
    """A `User`."""
    shown: Json = {
        "kind": "drive#user",
        "displayName": person.name,
        "me": person.email == caller.email,
        "permissionId": person.permission_id,
        "emailAddress": person.email,
    }
    return shown


def shown(store: Store, file: File, caller: Caller) -> Json:
    """The whole `File`; a mask narrows it. What is unset is left out."""
    role = store.role(caller.email, file)
    trashed = is_trashed(store, file)
    result: Json = {
        "kind": "drive#file",
        "id": file.id,
        "name": file.name,
        "mimeType": file.mime_type,
        "starred": False,
        "trashed": trashed,
        "explicitlyTrashed": file.trashed,
        "spaces": ["drive"],
        "version": str(file.version),
        "createdTime": stamp(file.created),
        "modifiedTime": stamp(file.modified),
        "webViewLink": _link(file),
        "capabilities": _capabilities(store, file, role),
        "shared": len(file.roles) > 1 or bool(file.drive_id),
        "ownedByMe": file.owner == caller.email and not file.drive_id,
        "quotaBytesUsed": str(len(file.content)),
        "size": str(len(file.content)),
    }
    result |= _optional(store, file, caller)
    return result


def _optional(store: Store, file: File, caller: Caller) -> Json:
    result: Json = {}
    parent = store.files.get(file.parent)
    # A parent that the caller may not see is not shown.
    if parent is not None and store.role(caller.email, parent):
        result["parents"] = [file.parent]
    if file.drive_id:
        result |= {"driveId": file.drive_id, "teamDriveId": file.drive_id}
    else:
        result["owners"] = [user(store.people[file.owner], caller)]
    if file.modified_by in store.people:
        result["lastModifyingUser"] = user(store.people[file.modified_by], caller)
    if file.app_properties.get(caller.client):
        result["appProperties"] = file.app_properties[caller.client]
    if file.properties:
        result["properties"] = file.properties
    if file.description:
        result["description"] = file.description
    if file.mime_type == SHORTCUT:
        target = store.files.get(file.target)
        details: Json = {"targetId": file.target}
        if target is not None:
            details["targetMimeType"] = target.mime_type
        result["shortcutDetails"] = details
    if not file.mime_type.startswith(_NATIVE):
        result["md5Checksum"] = hashlib.md5(file.content, usedforsecurity=False).hexdigest()
        result["originalFilename"] = file.name
        result["fileExtension"] = file.name.rpartition(".")[2]
        result["headRevisionId"] = f"{file.id}-{file.version}"
    if at_least(store.role(caller.email, file), "writer"):
        result["permissions"] = [permission(store, email, r) for email, r in file.roles.items()]
        result["permissionIds"] = [item["id"] for item in result["permissions"]]
    return result


def _link(file: File) -> str:
    if file.mime_type == SPREADSHEET:
        return f"https://docs.google.com/spreadsheets/d/{file.id}/edit?usp=drivesdk"
    if file.mime_type == FOLDER:
        return f"https://drive.google.com/drive/folders/{file.id}"
    return f"https://drive.google.com/file/d/{file.id}/view?usp=drivesdk"


def _capabilities(store: Store, file: File, role: str) -> Json:
    writes, owns = at_least(role, "writer"), at_least(role, "organizer")
    is_folder = file.mime_type == FOLDER
    reads = bool(role) and (writes or not file.copy_forbidden)
    return {
        "canEdit": writes,
        "canModifyContent": writes,
        "canRename": writes,
        "canShare": writes,
        "canComment": at_least(role, "commenter"),
        "canCopy": reads and not is_folder,
        "canDownload": reads,
        "canAddChildren": writes and is_folder,
        "canListChildren": bool(role) and is_folder,
        "canTrash": owns,
        "canDelete": owns,
    }


def permission(store: Store, address: str, role: str) -> Json:
    """A `Permission`."""
    result: Json = {"kind": "drive#permission", "role": role}
    if address == "anyone":
        return result | {"id": "anyoneWithLink", "type": "anyone", "allowFileDiscovery": False}
    if address.startswith("domain:"):
        domain = address.removeprefix("domain:")
        return result | {"id": f"{domain}k", "type": "domain", "domain": domain}
    person = store.people.get(address) or Person(address, address)
    return result | {
        "id": person.permission_id,
        "type": "user",
        "emailAddress": address,
        "displayName": person.name,
        "deleted": False,
        "pendingOwner": False,
    }
