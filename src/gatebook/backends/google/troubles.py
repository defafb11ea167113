"""What Google refuses, told to people: what happened, and what to do."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import google.auth.exceptions
from gspread.exceptions import APIError

from gatebook.backends.google.transport import OutOfReach, Unsure, reasons
from gatebook.backends.protocol import Unreadable, Unwritable

_TROUBLES = (APIError, OutOfReach, Unsure, google.auth.exceptions.GoogleAuthError)
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
def unwritable(where: str, intact: str = "Nothing was written.") -> Iterator[None]:
    """Turns Google's refusals into Unwritable; `intact` says what became of what was there."""
    try:
        yield
    except _TROUBLES as error:
        reason, remedy = explain(error, where)
        raise Unwritable(reason, f"{remedy} {intact}".strip()) from error


def explain(error: Exception, where: str) -> tuple[str, str]:
    """Reason and remedy for an error of Google's libraries or APIs. No key or token is in them."""
    if isinstance(error, Unsure):
        return (
            f"Google gave no clear answer about {where} ({error})",
            "Nobody can tell yet whether the last change was made; run this again, it looks first.",
        )
    if isinstance(error, OutOfReach):
        return f"Google could not be reached for {where}, or kept refusing ({error})", _TRY_LATER
    if isinstance(error, APIError):
        return _refusal(error, where)
    said = error.args[0] if error.args else error
    return (
        f"signing in to Google failed ({_one_line(said)})",
        "Run gatebook doctor with the same location: it says which identity is in use and what is "
        "wrong with it.",
    )


def _refusal(error: APIError, where: str) -> tuple[str, str]:
    status, why = error.response.status_code, reasons(error)
    for known, reason, remedy in _KNOWN:
        if known in why:
            return reason.format(where=where), remedy
    if status == 404:
        return (
            f"{where} is not there, or not shared with the identity in use",
            "Check the address, and share it with the address that gatebook doctor names.",
        )
    if status == 403:
        return (
            f"the identity in use may not do this with {where} (“{_message(error)}”)",
            "Share it with the address that gatebook doctor names; to write, as an editor.",
        )
    if status == 401:
        return (
            f"Google did not accept the sign-in for {where}",
            "Sign in again, or make a new key; gatebook doctor says which identity is in use.",
        )
    return f"Google refused this for {where}: HTTP {status}, “{_message(error)}”", _TRY_LATER


# Reasons in Google's error answers. https://cloud.google.com/apis/design/errors,
# https://developers.google.com/workspace/drive/api/guides/handle-errors
_KNOWN = (
    (
        "storageQuotaExceeded",
        "the identity in use has no storage of its own to make {where}: a service account owns none",
        "Make the files in a shared drive; or sign in as a person; or let the service account act for "
        "a person of your organisation (--subject).",
    ),
    (
        "accessNotConfigured",
        "the API that {where} needs is off in the Google Cloud project of the identity",
        "Turn on the Google Sheets API and the Google Drive API in that project "
        "(https://console.cloud.google.com/apis/library), wait a minute, and try again.",
    ),
    (
        "SERVICE_DISABLED",
        "the API that {where} needs is off in the Google Cloud project of the identity",
        "Turn on the Google Sheets API and the Google Drive API in that project "
        "(https://console.cloud.google.com/apis/library), wait a minute, and try again.",
    ),
    (
        "ACCESS_TOKEN_SCOPE_INSUFFICIENT",
        "the sign-in does not cover what {where} needs (a missing scope)",
        "Sign in again with the scopes that gatebook doctor names.",
    ),
    (
        "insufficientPermissions",
        "the sign-in does not cover what {where} needs (a missing scope)",
        "Sign in again with the scopes that gatebook doctor names.",
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
