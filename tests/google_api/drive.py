"""Drive: files, folders, shared drives and who may see them."""

from __future__ import annotations

from typing import Any

from tests.google_api import drive_files, drive_query
from tests.google_api.calls import Call, implements
from tests.google_api.document import duplicate
from tests.google_api.drive_files import shown
from tests.google_api.errors import ApiError, drive_forbidden, drive_not_found
from tests.google_api.jsontypes import Json
from tests.google_api.masks import kept, parsed
from tests.google_api.people import at_least
from tests.google_api.store import FOLDER, SHORTCUT, File, Store, stamp

# What an answer has when no `fields` are asked for. Recorded.
_DEFAULT_FILE = "kind,id,name,mimeType,driveId,teamDriveId"
_DEFAULT_LIST = f"kind,incompleteSearch,nextPageToken,files({_DEFAULT_FILE})"


def _masked(call: Call, schema: str, body: Json, default: str) -> Json:
    text = call.text("fields") or default
    masked: Json = kept(body, parsed("drive", schema, text))
    return masked


def _file(call: Call, file_id: str, role: str = "reader") -> File:
    """A file that the caller sees, with a role on it."""
    store = call.store
    if file_id == "root":
        return store.root(call.caller.email)
    file = store.files.get(file_id)
    hidden = file is not None and file.drive_id and not _shared_drives(call)
    if file is None or hidden or not store.sees(call.caller, file):
        raise drive_not_found(file_id)
    if not at_least(store.role(call.caller.email, file), role):
        raise drive_forbidden()
    return file


def _shared_drives(call: Call) -> bool:
    return call.flag("supportsAllDrives") or call.flag("supportsTeamDrives")


@implements("drive.files.get")
def get_file(call: Call) -> Json | bytes:
    file = _file(call, call.path["fileId"])
    if call.text("alt") == "media":
        return _download(call, file)
    return _masked(call, "File", shown(call.store, file, call.caller), _DEFAULT_FILE)


def _download(call: Call, file: File) -> bytes:
    if file.mime_type.startswith("application/vnd.google-apps."):
        raise ApiError(
            403,
            "Only files with binary content can be downloaded. Use Export with Docs Editors files.",
            reason="fileNotDownloadable",
        )
    may = drive_files.shown(call.store, file, call.caller)["capabilities"]["canDownload"]
    if not may or not any("metadata" not in scope for scope in call.caller.scopes):
        raise ApiError(
            403, "This file cannot be downloaded by the user.", reason="cannotDownloadFile"
        )
    return file.content


@implements("drive.files.list")
def list_files(call: Call) -> Json:
    store = call.store
    query = drive_query.parsed(call.text("q")) if call.text("q") else None
    aliases = {"root": store.root(call.caller.email).id}
    for folder in query.folders if query else ():
        named = store.files.get(aliases.get(folder, folder))
        if named is None or not (folder in aliases or store.sees(call.caller, named)):
            raise ApiError(404, "File not found: .", reason="notFound", location="fileId")
    found = [file for file in _corpus(call) if store.sees(call.caller, file)]
    if query:
        root = aliases["root"]
        found = [file for file in found if query.fits(_subject(call, file, root))]
    _sort(found, call.text("orderBy"))
    size = int(call.text("pageSize") or 100)
    start = _page_start(call)
    body: Json = {"kind": "drive#fileList", "incompleteSearch": call.store.incomplete_search}
    if start + size < len(found):
        body["nextPageToken"] = f"~!!~{start + size}"
    files = [shown(store, file, call.caller) for file in found[start : start + size]]
    return _masked(call, "FileList", body | {"files": files}, _DEFAULT_LIST)


def _subject(call: Call, file: File, root: str) -> drive_query.Subject:
    seen = drive_files.subject(call.store, file, call.caller)
    if file.parent != root:
        return seen
    return drive_query.Subject(**{**vars(seen), "parents": seen.parents | {"root"}})


def _page_start(call: Call) -> int:
    token = call.text("pageToken")
    if not token:
        return 0
    if not token.startswith("~!!~"):
        raise ApiError(400, "Invalid Value", reason="invalid", location="pageToken")
    return int(token.removeprefix("~!!~"))


def _corpus(call: Call) -> list[File]:
    """The files that are searched at all."""
    drive_id = call.text("driveId") or call.text("teamDriveId")
    corpora = call.text("corpora") or ("drive" if drive_id else "user")
    everywhere = call.flag("includeItemsFromAllDrives") or call.flag("includeTeamDriveItems")
    if drive_id and call.text("corpora") not in ("", "drive"):
        raise ApiError(400, "driveId needs corpora=drive.", reason="invalid", location="driveId")
    if corpora in ("drive", "allDrives") and not (everywhere and _shared_drives(call)):
        raise ApiError(
            403,
            "The includeItemsFromAllDrives and supportsAllDrives parameters must be set to true.",
            reason="teamDrivesParentLimit",
        )
    if corpora == "drive" and not drive_id:
        raise ApiError(400, "corpora=drive needs driveId.", reason="required", location="driveId")
    if drive_id and drive_id not in call.store.drives:
        raise ApiError(404, f"Shared drive not found: {drive_id}", reason="notFound")
    files = [file for file in call.store.files.values() if file.parent]
    if corpora == "drive":
        return [file for file in files if file.drive_id == drive_id]
    return [file for file in files if not file.drive_id or everywhere]


def _sort(files: list[File], order: str) -> None:
    keys: dict[str, Any] = {
        "name": lambda file: file.name.casefold(),
        "name_natural": lambda file: file.name.casefold(),
        "modifiedTime": lambda file: file.modified,
        "createdTime": lambda file: file.created,
        "folder": lambda file: file.mime_type != FOLDER,
    }
    files.sort(key=lambda file: file.modified, reverse=True)
    for part in reversed(order.split(",") if order else []):
        name, _, direction = part.strip().partition(" ")
        if name not in keys or direction not in ("", "desc"):
            raise ApiError(400, f"Invalid Value: {part}", reason="invalid", location="orderBy")
        files.sort(key=keys[name], reverse=direction == "desc")


@implements("drive.files.create")
def create_file(call: Call) -> Json:
    body, store = call.body, call.store
    mime_type = body.get("mimeType", "application/octet-stream")
    parents = body.get("parents", [])
    if len(parents) > 1:
        raise ApiError(
            400, "A file can only have one parent folder.", reason="invalid", location="parents"
        )
    parent = _folder(call, parents[0]) if parents else store.root(call.caller.email)
    given_id = _given_id(call, body, mime_type)
    _check_storage(call, parent, mime_type)
    file = store.add(
        body.get("name", "Untitled"),
        mime_type,
        parent=parent.id,
        owner=call.caller.email,
        client=call.caller.client,
        file_id=given_id,
    )
    _set_properties(call, file, body)
    if mime_type == SHORTCUT:
        file.target = body.get("shortcutDetails", {}).get("targetId", "")
        _file(call, file.target)
    return _masked(call, "File", shown(store, file, call.caller), _DEFAULT_FILE)


def _given_id(call: Call, body: Json, mime_type: str) -> str:
    given = str(body.get("id", ""))
    if not given:
        return ""
    if given in call.store.files:
        message = "A file already exists with the provided ID."
        raise ApiError(409, message, reason="fileIdInUse")
    native = mime_type.startswith("application/vnd.google-apps.")
    if given not in call.store.generated or (native and mime_type not in (FOLDER, SHORTCUT)):
        # "Pre-generated IDs aren't supported for the creation of Google Workspace files":
        # https://developers.google.com/workspace/drive/api/guides/manage-uploads
        raise ApiError(400, "The provided file ID is not usable.", reason="invalid", location="id")
    return given


def _folder(call: Call, folder_id: str) -> File:
    """A folder into which the caller may put files."""
    folder = _file(call, folder_id)
    if folder.mime_type != FOLDER:
        raise ApiError(403, "The specified parent is not a folder.", reason="parentNotAFolder")
    if not at_least(call.store.role(call.caller.email, folder), "writer"):
        raise ApiError(
            403,
            "Insufficient permissions for the specified parent.",
            reason="insufficientParentPermissions",
        )
    return folder


def _check_storage(call: Call, parent: File, mime_type: str) -> None:
    """A service account owns no storage: it cannot own a file outside of a shared drive."""
    person = call.caller.person
    free = parent.drive_id or mime_type in (FOLDER, SHORTCUT)
    if person.is_service_account and not person.owns_storage and not free:
        raise ApiError(
            403,
            "Service Accounts do not have storage quota. Leverage shared drives"
            " (https://developers.google.com/workspace/drive/api/guides/about-shareddrives),"
            " or use OAuth delegation"
            " (http://support.google.com/a/answer/7281227) instead.",
            reason="storageQuotaExceeded",
            domain="usageLimits",
        )


def _set_properties(call: Call, file: File, body: Json) -> None:
    client = call.caller.client
    if "appProperties" in body:
        old = file.app_properties.get(client, {})
        file.app_properties[client] = _merged(old, body["appProperties"])
    if "properties" in body:
        file.properties = _merged(file.properties, body["properties"])
    file.description = body.get("description", file.description)
    file.copy_forbidden = body.get("copyRequiresWriterPermission", file.copy_forbidden)


def _merged(old: dict[str, str], new: dict[str, str | None]) -> dict[str, str]:
    """Properties after a patch: a null clears an entry. At most 124 bytes each (Drive's guide)."""
    for key, value in new.items():
        if len((key + (value or "")).encode()) > 124:
            raise ApiError(
                403,
                "The combined size of a property's key and value must not exceed 124 bytes.",
                reason="customPropertyTooLarge",
            )
    merged = {**old, **new}
    return {key: value for key, value in merged.items() if value is not None}


@implements("drive.files.update")
def update_file(call: Call) -> Json:
    store, body = call.store, call.body
    file = _file(call, call.path["fileId"], "writer")
    for name in ("parents", "id", "version"):
        if name in body:
            raise ApiError(
                403,
                f"The resource body includes fields which are not directly writable: {name}.",
                reason="fieldNotWritable",
            )
    if "trashed" in body:
        if not at_least(store.role(call.caller.email, file), "fileOrganizer"):
            raise drive_forbidden()
        file.trashed = body["trashed"]
    if "name" in body:
        rename(store, file, body["name"])
    _set_properties(call, file, body)
    if call.text("addParents"):
        target = _folder(call, call.text("addParents"))
        if call.text("removeParents") not in ("", file.parent):
            raise drive_not_found(call.text("removeParents"))
        file.parent, file.drive_id = target.id, target.drive_id
    store.touch(file, call.caller.email)
    return _masked(call, "File", shown(store, file, call.caller), _DEFAULT_FILE)


def rename(store: Store, file: File, name: str) -> None:
    """Give a file a name, which is also its spreadsheet's title."""
    file.name = name
    if file.document is not None:
        draft = file.document.draft()
        draft.properties = draft.properties | {"title": name}
        file.document = draft


@implements("drive.files.copy")
def copy_file(call: Call) -> Json:
    store, body = call.store, call.body
    source = _file(call, call.path["fileId"])
    if source.mime_type == FOLDER or not at_least(
        store.role(call.caller.email, source), "writer" if source.copy_forbidden else "reader"
    ):
        raise ApiError(403, "This file cannot be copied by the user.", reason="cannotCopyFile")
    parents = body.get("parents", [])
    kept_parent = store.files.get(source.parent)
    if parents:
        parent = _folder(call, parents[0])
    elif kept_parent and at_least(store.role(call.caller.email, kept_parent), "writer"):
        parent = kept_parent
    else:
        parent = store.root(call.caller.email)
    _check_storage(call, parent, source.mime_type)
    name = body.get("name") or f"Copy of {source.name}"
    file = store.add(
        name,
        source.mime_type,
        parent=parent.id,
        owner=call.caller.email,
        client=call.caller.client,
    )
    file.content, file.target = source.content, source.target
    own = source.app_properties.get(call.caller.client, {})
    file.app_properties = {call.caller.client: dict(own)} if own else {}
    file.properties = dict(source.properties)
    if source.document is not None:
        file.document = duplicate(source.document, file.id, name)
    _set_properties(call, file, body)
    return _masked(call, "File", shown(store, file, call.caller), _DEFAULT_FILE)


@implements("drive.files.delete")
def delete_file(call: Call) -> None:
    file = _file(call, call.path["fileId"], "organizer")
    gone = {file.id}
    while True:
        more = {other.id for other in call.store.files.values() if other.parent in gone} - gone
        if not more:
            break
        gone |= more
    for file_id in gone:
        del call.store.files[file_id]


@implements("drive.files.generateIds")
def generate_ids(call: Call) -> Json:
    count = int(call.text("count") or 10)
    new = [call.store.ids.file() for _ in range(count)]
    call.store.generated |= set(new)
    body = {"kind": "drive#generatedIds", "space": "drive", "ids": new}
    return _masked(call, "GeneratedIds", body, "*")


@implements("drive.about.get")
def about(call: Call) -> Json:
    if not call.text("fields"):
        raise ApiError(
            400,
            "The 'fields' parameter is required for this method.",
            reason="required",
            location="fields",
        )
    person = call.caller.person
    limit = 15 * 2**30 if person.owns_storage else 0
    body: Json = {
        "kind": "drive#about",
        "user": drive_files.user(person, call.caller),
        "storageQuota": {
            "limit": str(limit),
            "usage": "0",
            "usageInDrive": "0",
            "usageInDriveTrash": "0",
        },
        "canCreateDrives": not person.is_service_account,
        "appInstalled": False,
    }
    return _masked(call, "About", body, "*")


@implements("drive.drives.list")
def list_drives(call: Call) -> Json:
    drives = [
        _drive(call, drive_id)
        for drive_id in call.store.drives
        if call.store.role(call.caller.email, call.store.files[drive_id])
    ]
    return _masked(call, "DriveList", {"kind": "drive#driveList", "drives": drives}, "*")


@implements("drive.drives.get")
def get_drive(call: Call) -> Json:
    drive_id = call.path["driveId"]
    root = call.store.files.get(drive_id)
    if drive_id not in call.store.drives or not root or not call.store.sees(call.caller, root):
        raise ApiError(404, f"Shared drive not found: {drive_id}", reason="notFound")
    return _masked(call, "Drive", _drive(call, drive_id), "kind,id,name")


def _drive(call: Call, drive_id: str) -> Json:
    root = call.store.files[drive_id]
    role = call.store.role(call.caller.email, root)
    return {
        "kind": "drive#drive",
        "id": drive_id,
        "name": call.store.drives[drive_id],
        "createdTime": stamp(root.created),
        "capabilities": {
            "canAddChildren": at_least(role, "writer"),
            "canListChildren": True,
            "canEdit": at_least(role, "writer"),
        },
    }
