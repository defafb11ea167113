"""Drive's permissions: sharing a file with people."""

from __future__ import annotations

from tests.google_api import drive_files
from tests.google_api.calls import Call, implements
from tests.google_api.drive import _file, _masked
from tests.google_api.errors import ApiError, not_implemented
from tests.google_api.jsontypes import Json
from tests.google_api.people import ROLES
from tests.google_api.store import File

_DEFAULT = "kind,id,type,role,allowFileDiscovery"


@implements("drive.permissions.create")
def create_permission(call: Call) -> Json:
    file = _file(call, call.path["fileId"], "writer")
    role, kind = call.body.get("role", ""), call.body.get("type", "")
    if role not in ROLES or not kind:
        raise ApiError(400, "The permission type field is required.", reason="required")
    if role == "owner" and not call.flag("transferOwnership"):
        raise ApiError(
            403,
            "The transferOwnership parameter must be enabled when the permission role is 'owner'.",
            reason="forbidden",
        )
    if role == "owner":
        raise not_implemented("the transfer of ownership")
    address = _address(call.body, kind)
    file.roles[address] = role
    call.store.touch(file, call.caller.email)
    return _masked(call, "Permission", drive_files.permission(call.store, address, role), _DEFAULT)


def _address(body: Json, kind: str) -> str:
    if kind == "anyone":
        return "anyone"
    name = "domain" if kind == "domain" else "emailAddress"
    if not body.get(name):
        raise ApiError(400, f"The {name} field is required.", reason="invalid")
    return f"domain:{body[name]}" if kind == "domain" else str(body[name])


@implements("drive.permissions.list")
def list_permissions(call: Call) -> Json:
    file = _file(call, call.path["fileId"], "writer")
    items = [drive_files.permission(call.store, *entry) for entry in file.roles.items()]
    body = {"kind": "drive#permissionList", "permissions": items}
    return _masked(call, "PermissionList", body, f"kind,nextPageToken,permissions({_DEFAULT})")


@implements("drive.permissions.get")
def get_permission(call: Call) -> Json:
    file = _file(call, call.path["fileId"], "writer")
    address = _of_id(call, file)
    body = drive_files.permission(call.store, address, file.roles[address])
    return _masked(call, "Permission", body, _DEFAULT)


@implements("drive.permissions.delete")
def delete_permission(call: Call) -> None:
    file = _file(call, call.path["fileId"], "writer")
    address = _of_id(call, file)
    if file.roles[address] == "owner":
        raise ApiError(403, "The owner of a file cannot be removed.", reason="forbidden")
    del file.roles[address]
    call.store.touch(file, call.caller.email)


def _of_id(call: Call, file: File) -> str:
    wanted = call.path["permissionId"]
    for address, role in file.roles.items():
        if drive_files.permission(call.store, address, role)["id"] == wanted:
            return address
    raise ApiError(404, f"Permission not found: {wanted}.", reason="notFound")
