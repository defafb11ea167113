"""What Google refuses, told to people: what happened, and what to do."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager

import google.auth.exceptions
from gspread.exceptions import APIError

from gatebook.backends.google.transport import OutOfReach, Unsure, reasons
from gatebook.backends.protocol import Unreadable, Unwritable

_TROUBLES = (APIError, OutOfReach, Unsure, google.auth.exceptions.GoogleAuthError)
DOCTOR_KNOWS = "the address that gatebook doctor names"
_NETWORK = "Check this machine's network, and the proxy if there is one; then try again."
_TRY_LATER = "Try again later. If it stays, look at https://www.google.com/appsstatus."


@contextmanager
def unreadable(where: str) -> Iterator[None]:
    """Turns Google's refusals into Unreadable; `where` is the address that was asked for."""
    try:
        yield
    except _TROUBLES as error:
        reason, remedy = explain(error, where)
        raise Unreadable(reason, remedy) from error


@contextmanager
def unwritable(where: str, left: str = "") -> Iterator[None]:
    """Turns Google's refusals into Unwritable; `left` says what became of what was begun, where that
    is not simply nothing."""
    try:
        yield
    except _TROUBLES as error:
        reason, remedy = explain(error, where)
        left = left or ("" if isinstance(error, Unsure) else "Nothing was written.")
        raise Unwritable(reason, f"{remedy} {left}".strip()) from error


def explain(error: Exception, where: str) -> tuple[str, str]:
    """Reason and remedy for an error of Google's libraries or APIs. No key or token is in them."""
    if isinstance(error, Unsure):
        return (
            f"Google gave no clear answer about {where} ({error})",
            "Nobody can tell yet whether the last change was made; run this again, it looks first.",
        )
    if isinstance(error, OutOfReach):
        if str(error).startswith("HTTP"):
            return f"Google kept refusing for {where} ({error})", _TRY_LATER
        return f"Google could not be reached for {where} ({error})", _NETWORK
    if isinstance(error, APIError):
        return _refusal(error, where)
    said = _one_line(error.args[0] if error.args else error)
    for known, means, remedy in _SIGN_IN:
        if known in said:
            return f"signing in to Google failed: {means} (“{said}”)", remedy
    return (
        f"signing in to Google failed (“{said}”)",
        "Look at the sign-in that is used; docs/google.md shows each way.",
    )


def _refusal(error: APIError, where: str) -> tuple[str, str]:
    status, why = error.response.status_code, reasons(error)
    if why & _API_OFF:
        return _api_off(error)
    for known, reason, remedy in _KNOWN:
        if known in why:
            return reason.format(where=where), remedy
    if status == 404:
        return (
            f"{where} is not there, or not shared with the identity in use",
            f"Check the address, and share it with {DOCTOR_KNOWS}.",
        )
    if status == 403:
        return (
            f"{where} is not shared with the identity in use, or not for this (“{_message(error)}”)",
            f"Share it with {DOCTOR_KNOWS}; to write, as an editor.",
        )
    if status == 401:
        return (
            f"Google did not accept the sign-in for {where}",
            "Sign in again, or make a new key; gatebook doctor says which identity is in use.",
        )
    if status == 413 or "payload size exceeds" in _message(error):
        return (
            f"it is more than Google takes at once for {where} (“{_message(error)}”)",
            "Name an .xlsx file with --portfolio, or give each folder a portfolio of its own.",
        )
    if status == 400:
        return (
            f"Google did not take this for {where} (“{_message(error)}”)",
            "If it is the address of something else, give that of a spreadsheet or a folder; if not, "
            "please report this message: gatebook should not have asked so.",
        )
    return f"Google refused this for {where}: HTTP {status}, “{_message(error)}”", _TRY_LATER


def _api_off(error: APIError) -> tuple[str, str]:
    """Which API is off, and the page where it is turned on, as far as the answer says so."""
    message = str(error.error.get("message", ""))
    if "quota project" in message:
        return _NO_QUOTA_PROJECT
    name = next((f"the {api}" for api in _APIS if api in message), "an API that gatebook needs")
    place = _CONSOLE.search(message)
    return (
        f"{name} is off in the Google Cloud project of this sign-in",
        f"Turn it on ({place[0] if place else _LIBRARY}), wait a minute, and try again. gatebook "
        f"needs two: the {_APIS[0]} and the {_APIS[1]}.",
    )


_API_OFF = {"accessNotConfigured", "SERVICE_DISABLED"}
# Google names this an API that is off; the project is one of gcloud's own.
# https://docs.cloud.google.com/docs/authentication/troubleshoot-adc#user-creds-client-based
_NO_QUOTA_PROJECT = (
    "this person's sign-in from gcloud names no Google Cloud project",
    "Name the one in which both APIs are on: gcloud auth application-default set-quota-project "
    "YOUR-PROJECT",
)
# An API that answers nobody of this sign-in, whatever is asked.
CLOSED = _API_OFF | {"ACCESS_TOKEN_SCOPE_INSUFFICIENT", "insufficientPermissions"}
_APIS = ("Google Sheets API", "Google Drive API")
_CONSOLE = re.compile(r"https://console\.[a-z]+\.google\.com/\S*[\w/]")
_LIBRARY = "https://console.cloud.google.com/apis/library"
_SCOPES = (
    "Sign in again, as the person or with a key, for the scopes of this command; docs/google.md "
    "lists them."
)
# What a failing sign-in says, and what it means. https://developers.google.com/identity/protocols/oauth2/service-account,
# https://google.aip.dev/auth/4117 (impersonation)
_SIGN_IN = (
    (
        "invalid_grant",
        "Google does not accept it any more, or not yet",
        "Make a new key for the service account, or sign in again as the person. If both are new, "
        "check this machine's clock.",
    ),
    ("invalid_scope", "it was not made for what gatebook asks", _SCOPES),
    (
        "unauthorized_client",
        "the service account may not act for this person",
        "Ask an administrator of the organisation to allow it domain-wide delegation, for the scopes "
        "of this command; docs/google.md lists them.",
    ),
    (
        "impersonated credentials",
        "it may not act as the service account that is named",
        "Check that account's address, give this sign-in the role Service Account Token Creator on "
        "it, turn on the IAM Service Account Credentials API, and wait a few minutes.",
    ),
)

# Reasons in Google's error answers. https://cloud.google.com/apis/design/errors,
# https://developers.google.com/workspace/drive/api/guides/handle-errors
_KNOWN = (
    (
        "storageQuotaExceeded",
        "the identity in use can make no files in {where}: a service account owns no storage",
        "Make the files in a shared drive; or sign in as a person; or let the service account act for "
        "a person of your organisation (--subject).",
    ),
    (
        "ACCESS_TOKEN_SCOPE_INSUFFICIENT",
        "the sign-in does not cover what {where} needs (a missing scope)",
        _SCOPES,
    ),
    (
        "insufficientPermissions",
        "the sign-in does not cover what {where} needs (a missing scope)",
        _SCOPES,
    ),
    (
        "cannotDownloadFile",
        "{where} does not let its readers copy or download it",
        "Ask its owner to share it without that limit.",
    ),
)


def _message(error: APIError) -> str:
    return _one_line(str(error.error.get("message", "")))


def _one_line(text: object) -> str:
    lines = str(text).strip().splitlines() or [""]
    return lines[0][:200] if "<" not in lines[0] else "no message"
