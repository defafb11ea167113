"""Refusals in the words and shapes of Google's services.

Sheets, IAM and STS answer `{"error": {"code", "message", "status", "details"}}` (AIP-193,
https://google.aip.dev/193); Drive adds `errors: [{domain, reason, message}]`
(https://developers.google.com/workspace/drive/api/guides/handle-errors).
"""

from __future__ import annotations

import re
from http import HTTPStatus

from tests.google_api.jsontypes import Json

_STATUS_NAMES = {
    400: "INVALID_ARGUMENT",
    401: "UNAUTHENTICATED",
    403: "PERMISSION_DENIED",
    404: "NOT_FOUND",
    409: "ALREADY_EXISTS",
    429: "RESOURCE_EXHAUSTED",
    500: "INTERNAL",
    501: "UNIMPLEMENTED",
    503: "UNAVAILABLE",
}


class ApiError(Exception):
    """A refusal: the HTTP status, Google's message, and what Drive calls its reason."""

    def __init__(
        self,
        code: int,
        message: str,
        *,
        reason: str = "",
        domain: str = "global",
        details: list[Json] | None = None,
        location: str = "",
        headers: dict[str, str] | None = None,
    ) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.reason = reason
        self.domain = domain
        self.details = details or []
        self.location = location
        self.headers = headers or {}

    def body(self, api: str) -> Json:
        """The answer's JSON, as this API writes it."""
        error: Json = {"code": self.code, "message": self.message}
        if api == "drive":
            error["errors"] = [self._drive_entry()]
            if self.details:
                error["status"] = self.status
        else:
            error["status"] = self.status
        if self.details:
            error["details"] = self.details
        return {"error": error}

    @property
    def status(self) -> str:
        """The name of the code in Google's RPC vocabulary."""
        return _STATUS_NAMES.get(self.code, HTTPStatus(self.code).name)

    def _drive_entry(self) -> Json:
        entry = {
            "message": self.message,
            "domain": self.domain,
            "reason": self.reason or _drive_reason(self.code),
        }
        if self.location:
            entry |= {"location": self.location, "locationType": "parameter"}
        return entry


def _drive_reason(code: int) -> str:
    return {
        400: "badRequest",
        401: "authError",
        403: "insufficientFilePermissions",
        404: "notFound",
        500: "internalError",
        501: "notImplemented",
        503: "backendError",
    }.get(code, "badRequest")


def bad_request(message: str) -> ApiError:
    """400 with one sentence."""
    return ApiError(400, message)


def invalid_fields(problems: list[str]) -> ApiError:
    """400 for a body or a query that does not fit the discovery document."""
    violations = [_violation(problem) for problem in problems]
    details = [
        {"@type": "type.googleapis.com/google.rpc.BadRequest", "fieldViolations": violations}
    ]
    return ApiError(400, "\n".join(problems), details=details)


def _violation(problem: str) -> Json:
    place = re.search(r" at '([^']+)'", problem)
    return ({"field": place[1]} if place else {}) | {"description": problem}


def not_implemented(what: str) -> ApiError:
    """501: this server does not know the call, and says so rather than pretend."""
    return ApiError(501, f"The test server does not implement {what}.")


def sheets_not_found() -> ApiError:
    """What Sheets says of a spreadsheet that is not there, or not shown to this app. Recorded."""
    return ApiError(404, "Requested entity was not found.")


def sheets_forbidden() -> ApiError:
    """What Sheets says to a person without access. Recorded."""
    return ApiError(403, "The caller does not have permission")


def drive_not_found(file_id: str) -> ApiError:
    """What Drive says of a file that is not there or that the caller may not see."""
    return ApiError(404, f"File not found: {file_id}.", reason="notFound", location="fileId")


def drive_forbidden() -> ApiError:
    """What Drive says to a reader who tries to write."""
    return ApiError(
        403,
        "The user does not have sufficient permissions for this file.",
        reason="insufficientFilePermissions",
    )
