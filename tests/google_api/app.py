"""The way of one HTTP request through the server, and what is remembered of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs

import msgspec

from tests.google_api import discovery, drive, drive_permissions, schema, sheets
from tests.google_api.auth import OAuthError
from tests.google_api.calls import IMPLEMENTED, Call
from tests.google_api.discovery import Method
from tests.google_api.errors import ApiError, invalid_fields, not_implemented
from tests.google_api.faults import HTML, Fault
from tests.google_api.jsontypes import Json
from tests.google_api.people import Caller, Person

if TYPE_CHECKING:
    from tests.google_api.server import GoogleServer

# The modules register the methods that they carry out when they are imported.
_METHODS = (sheets, drive, drive_permissions)
# google-auth asks for this scope to impersonate; the discovery document does not list it.
_MORE_SCOPES = {"iamcredentials": frozenset(["https://www.googleapis.com/auth/iam"])}
_SERVICES = {"sheets": "sheets.googleapis.com", "drive": "drive.googleapis.com"}


@dataclass
class Request:
    """One request, as the server's log keeps it."""

    verb: str
    # The whole path with the query, as it was sent.
    path: str
    # "sheets", "drive", "token", "sts" or "iamcredentials"; empty for an unknown place.
    api: str
    # The body as it was sent; form data of token endpoints is not kept.
    data: bytes = b""
    # The id in the discovery document: "sheets.spreadsheets.get".
    method: str = ""
    user: str = ""
    # "read" or "write"; empty for tokens.
    kind: str = ""
    status: int = 0
    # The JSON of a refusal; that of other answers is not kept.
    error: Json | None = None
    fault: Fault | None = None

    @property
    def body(self) -> Any:
        """The JSON that was sent; None when there was none."""
        return _loaded(self.data)


@dataclass
class Reply:
    """What goes over the wire. `broken`: `"reset"` or `"truncated"`; `delay`: seconds."""

    status: int
    body: bytes = b""
    content_type: str = "application/json; charset=UTF-8"
    headers: dict[str, str] = field(default_factory=dict)
    broken: str = ""
    delay: float = 0.0


def handle(
    server: GoogleServer, verb: str, target: str, headers: dict[str, str], data: bytes
) -> Reply:
    """Answer a request; `target` is the raw path with the query."""
    path, _, query = target.partition("?")
    api, _, rest = path.lstrip("/").partition("/")
    record = Request(verb, target, api if api in _APIS else "")
    with server.lock:
        server.requests.append(record)
        if api not in _APIS:
            error = not_implemented(f"{verb} {path}")
            return _refused(record, error, "sheets")
        reply = _APIS[api](server, record, f"/{rest}", query, headers, data)
        server.run_hooks(record)
        return reply


def _loaded(data: bytes) -> Any:
    """A body's JSON; the bytes themselves when it is none, None when there are none."""
    if not data:
        return None
    try:
        return msgspec.json.decode(data)
    except msgspec.DecodeError:
        return data


def _json(record: Request, status: int, body: Json, headers: dict[str, str] | None = None) -> Reply:
    record.status = status
    return Reply(status, msgspec.json.encode(body), headers=headers or {})


def _refused(record: Request, error: ApiError, api: str) -> Reply:
    record.error = error.body(api)
    return _json(record, error.code, record.error, error.headers)


# Tokens.


def _token(
    server: GoogleServer,
    record: Request,
    rest: str,
    query: str,
    headers: dict[str, str],
    data: bytes,
) -> Reply:
    if record.verb != "POST":
        return _refused(record, not_implemented(f"{record.verb} of {record.path}"), "sheets")
    form = {name: values[0] for name, values in parse_qs(data.decode()).items()}
    try:
        if record.api == "sts":
            return _json(record, 200, server.auth.exchange(form))
        return _json(record, 200, server.auth.grant(form, server.token_url))
    except OAuthError as error:
        record.error = error.body
        return _json(record, error.code, error.body)


# Calls.


def _call(
    server: GoogleServer,
    record: Request,
    rest: str,
    query: str,
    headers: dict[str, str],
    data: bytes,
) -> Reply:
    api = record.api
    found = discovery.find(api, record.verb, rest)
    if found is None:
        return _refused(record, not_implemented(f"{record.verb} {rest} of {api}"), api)
    method, path = found
    record.data = data
    record.method, record.kind = method.id, method.kind
    fault = server.faults.next(method.id, api) if api in _SERVICES else None
    record.fault = fault
    if fault is not None and not fault.after and fault.kind not in ("slow", "truncated", "empty"):
        return _broken(record, fault, api)
    try:
        call = _checked(server, record, method, path, query, headers, data)
        reply = _carried_out(server, record, call)
    except ApiError as error:
        reply = _refused(record, error, api)
    if fault is not None:
        return _troubled(server, record, fault, reply)
    return reply


def _broken(record: Request, fault: Fault, api: str) -> Reply:
    """The answer of a fault that shows instead of an answer."""
    error = fault.error(record.kind)
    if error is not None:
        return _refused(record, error, api)
    record.status = 502 if fault.kind == "502-html" else 0
    if fault.kind == "502-html":
        return Reply(502, HTML.encode(), "text/html; charset=UTF-8")
    return Reply(500, broken="reset")


def _troubled(server: GoogleServer, record: Request, fault: Fault, reply: Reply) -> Reply:
    """An answer after a fault on its way back."""
    if fault.kind == "slow":
        reply.delay = server.faults.slowness
        return reply
    if fault.kind == "truncated":
        reply.broken = "truncated"
        return reply
    if fault.kind == "empty":
        return Reply(200, b"{}")
    return _broken(record, fault, record.api)


def _checked(
    server: GoogleServer,
    record: Request,
    method: Method,
    path: dict[str, str],
    query: str,
    headers: dict[str, str],
    data: bytes,
) -> Call:
    """The call, if it is signed in, well formed, within its scopes and within the quota."""
    token = server.auth.token(headers.get("authorization", ""))
    record.user = token.email
    _check_enabled(server, method.api)
    if server.wants_quota_project and not headers.get("x-goog-user-project"):
        raise _without_quota_project(_SERVICES[method.api])
    parameters = parse_qs(query, keep_blank_values=True)
    discovery.check_query(method, parameters)
    body = _body(method, data)
    scopes = token.scopes & (method.scopes | _MORE_SCOPES.get(method.api, frozenset()))
    if not scopes:
        raise _insufficient(method)
    if method.api in _SERVICES:
        server.quota.take(method.api, method.kind, token.email, server.clock())
    person = server.store.people.get(token.email) or Person(token.email, token.email)
    caller = Caller(person, token.client, scopes)
    return Call(method, path, parameters, body, caller, server.store)


def _check_enabled(server: GoogleServer, api: str) -> None:
    if api not in server.disabled_apis:
        return
    service, project = _SERVICES[api], "123456789012"
    url = f"https://console.developers.google.com/apis/api/{service}/overview?project={project}"
    name = f"Google {api.title()} API"
    raise ApiError(
        403,
        f"{name} has not been used in project {project} before or it is disabled. Enable it by"
        f" visiting {url} then retry. If you enabled this API recently, wait a few minutes for the"
        " action to propagate to our systems and retry.",
        reason="accessNotConfigured",
        domain="usageLimits",
        details=[
            {
                "@type": "type.googleapis.com/google.rpc.Help",
                "links": [{"description": "Google developers console API activation", "url": url}],
            },
            {
                "@type": "type.googleapis.com/google.rpc.ErrorInfo",
                "reason": "SERVICE_DISABLED",
                "domain": "googleapis.com",
                "metadata": {"service": service, "consumer": f"projects/{project}"},
            },
        ],
    )


def _without_quota_project(service: str) -> ApiError:
    """https://docs.cloud.google.com/docs/authentication/troubleshoot-adc#user-creds-client-based"""
    return ApiError(
        403,
        f"The {service} API requires a quota project, which is not set by default. To learn how to"
        " set your quota project, see"
        " https://cloud.google.com/docs/authentication/adc-troubleshooting/user-creds .",
        details=[
            {
                "@type": "type.googleapis.com/google.rpc.ErrorInfo",
                "reason": "SERVICE_DISABLED",
                "domain": "googleapis.com",
                "metadata": {"service": service, "consumer": "projects/764086051850"},
            }
        ],
    )


def _insufficient(method: Method) -> ApiError:
    return ApiError(
        403,
        "Request had insufficient authentication scopes.",
        reason="insufficientPermissions",
        details=[
            {
                "@type": "type.googleapis.com/google.rpc.ErrorInfo",
                "reason": "ACCESS_TOKEN_SCOPE_INSUFFICIENT",
                "domain": "googleapis.com",
                "metadata": {
                    "service": _SERVICES.get(method.api, f"{method.api}.googleapis.com"),
                    "method": method.id,
                },
            }
        ],
        headers={"WWW-Authenticate": 'Bearer error="insufficient_scope"'},
    )


def _body(method: Method, data: bytes) -> Json:
    """The body without its nulls, known to fit the method's schema."""
    if not method.request or not data:
        if data and data != b"{}":
            raise invalid_fields([f"{method.id} takes no body."])
        return {}
    if len(data) > _MAX_BODY:
        message = f"Request payload size exceeds the limit: {_MAX_BODY} bytes."
        raise ApiError(400, message, reason="badRequest", domain="global")
    body = _loaded(data)
    if isinstance(body, bytes):
        raise invalid_fields(["Invalid JSON payload received. Unexpected token."])
    unset = schema.without_nulls(body) if b"null" in data else body
    if method.id == "drive.permissions.create" and isinstance(unset, dict):
        # A field of Drive's second version, which gspread sends and Google passes over.
        unset = {name: value for name, value in unset.items() if name != "withLink"}
    where = "data" if method.request == "ValueRange" else ""
    problems = schema.problems(method.api, method.request, unset, where)
    if problems:
        raise invalid_fields(problems)
    if method.api == "drive":
        # Here a null is a message: it clears an entry.
        cleared = ("appProperties", "properties")
        return {**unset, **{name: body[name] for name in cleared if body.get(name) is not None}}
    result: Json = unset
    return result


def _carried_out(server: GoogleServer, record: Request, call: Call) -> Reply:
    if call.method.id == "iamcredentials.projects.serviceAccounts.generateAccessToken":
        target = call.path["serviceAccountsId"]
        body = server.auth.impersonate(call.caller.email, target, call.body)
        return _json(record, 200, body)
    if call.method.id not in IMPLEMENTED:
        raise not_implemented(call.method.id)
    call = server.store.lies.asked(call)
    answer = IMPLEMENTED[call.method.id](call)
    if answer is None:
        record.status = 204
        return Reply(204)
    if isinstance(answer, bytes):
        record.status = 200
        return Reply(200, answer, "application/octet-stream")
    answer = server.store.lies.said(call, answer)
    problems = schema.problems(call.method.api, call.method.response, answer)
    if problems:
        server.violations += [f"{call.method.id}: {problem}" for problem in problems]
        raise ApiError(500, "The test server's own answer does not fit: " + "; ".join(problems))
    return _json(record, 200, answer)


# What Sheets answered to more: https://github.com/scrt-hq/PSGSuite/issues/62. Google's page names no
# hard limit, and recommends 2 MB: https://developers.google.com/workspace/sheets/api/limits
_MAX_BODY = 10_485_760
_Handler = Callable[["GoogleServer", Request, str, str, dict[str, str], bytes], Reply]
_APIS: dict[str, _Handler] = {
    "sheets": _call,
    "drive": _call,
    "iamcredentials": _call,
    "token": _token,
    "sts": _token,
}
