"""Signing in to Google: whose identity, with which scopes. Keys stay in google-auth's hands."""

from __future__ import annotations

import json
import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import google.auth
import google.auth.exceptions
import google.oauth2.credentials
from google.auth import impersonated_credentials
from google.auth.credentials import Credentials

_AUTH = "https://www.googleapis.com/auth/"
Purpose = Literal["read", "write", "create"]
FILE_SCOPE, DRIVE_SCOPE = f"{_AUTH}drive.file", f"{_AUTH}drive"
# The least that each purpose needs.
# https://developers.google.com/workspace/sheets/api/scopes, .../drive/api/guides/api-specific-auth
SCOPES: dict[Purpose, tuple[str, ...]] = {
    "read": (f"{_AUTH}spreadsheets.readonly", f"{_AUTH}drive.metadata.readonly"),
    "write": (f"{_AUTH}spreadsheets", f"{_AUTH}drive.metadata.readonly"),
    "create": (FILE_SCOPE,),
}
# With FILE_SCOPE an app sees nothing but what it made, so no folder that somebody shared. A service
# account is given the whole of Drive instead: it sees only what is shared with it anyway. Of a
# person's Drive that would be everything, so there it has to be asked for.
_ROBOT_SCOPES: dict[Purpose, tuple[str, ...]] = SCOPES | {"create": (DRIVE_SCOPE,)}
_CLOUD = "https://www.googleapis.com/auth/cloud-platform"
_HOW = (
    "Give a key file with --credentials or GOOGLE_APPLICATION_CREDENTIALS, or sign in with "
    "“gcloud auth application-default login”; docs/google.md shows each way."
)

# google-auth's functions and classes without types.
_load_file: Any = google.auth.load_credentials_from_file
_load_default: Any = google.auth.default
_Impersonated: Any = impersonated_credentials.Credentials


class SignInError(Exception):
    """No usable identity; `remedy` says what to do. No part of a key is in either text."""

    def __init__(self, reason: str, remedy: str) -> None:
        super().__init__(reason)
        self.reason = reason
        self.remedy = remedy


@dataclass(frozen=True, slots=True)
class SignIn:
    """How to sign in.

    `credentials`: a file with a service account's key, a person's sign-in or a workload identity;
    "" for what the environment offers. `oauth`: sign in as a person in the browser, once.
    `impersonate`: a service account to act as; `subject`: a person of the organisation to act for.
    `all_of_drive`: make files also in folders of a person that gatebook did not make.
    """

    credentials: str = ""
    oauth: bool = False
    impersonate: str = ""
    subject: str = ""
    iam: str = ""
    all_of_drive: bool = False


@dataclass(frozen=True, slots=True)
class Identity:
    """Signed-in credentials, with what a person may know about them."""

    credentials: Credentials
    kind: str
    address: str
    scopes: tuple[str, ...]


def identity(how: SignIn, purpose: Purpose) -> Identity:
    """Sign in: a named file, a person's browser, else the environment. Raises SignInError."""
    wanted = _wanted(how, purpose)
    scopes = (_CLOUD,) if how.impersonate else wanted
    if how.credentials:
        found, kind = _from_file(how.credentials, scopes), "the file given"
    elif how.oauth:
        found, kind = _in_browser(scopes), "a person's sign-in"
    else:
        found, kind = _from_environment(scopes), "the environment's sign-in"
    if not how.impersonate and not how.subject and _is_robot(found):
        wanted = _ROBOT_SCOPES[purpose]
        found = _scoped(found, wanted)
    if how.subject and not how.impersonate:
        found = _acting_for(found, how.subject)
    if how.impersonate:
        found = _impersonated(found, how, wanted)
        kind = f"{kind}, acting as a service account"
    return Identity(found, kind, _address(found, how), wanted)


def _wanted(how: SignIn, purpose: Purpose) -> tuple[str, ...]:
    """The scopes for whom the options name: a service account, or a person."""
    if purpose == "create" and how.all_of_drive:
        return (DRIVE_SCOPE,)
    return _ROBOT_SCOPES[purpose] if how.impersonate and not how.subject else SCOPES[purpose]


def _is_robot(found: Credentials) -> bool:
    return not isinstance(found, google.oauth2.credentials.Credentials)


def _scoped(found: Any, scopes: Sequence[str]) -> Credentials:
    """The same identity asking for other scopes, where it can."""
    scoped: Credentials = found.with_scopes(scopes) if hasattr(found, "with_scopes") else found
    return scoped


def _from_file(file: str, scopes: Sequence[str]) -> Credentials:
    try:
        with warnings.catch_warnings():
            # The library warns that a file from a stranger may name any token host. Which file is
            # used is the user's own choice here.
            warnings.simplefilter("ignore", DeprecationWarning)
            loaded = _load_file(file, scopes=scopes)
    except google.auth.exceptions.GoogleAuthError as error:
        raise SignInError(
            f"the credentials file {file} cannot be used ({_what_is_wrong(Path(file), error)})",
            _HOW,
        ) from None
    except (OSError, ValueError) as error:
        raise SignInError(
            f"the credentials file {file} cannot be read ({_what_is_wrong(Path(file), error)})",
            _HOW,
        ) from None
    found: Credentials = loaded[0]
    return found


def _what_is_wrong(file: Path, error: Exception) -> str:
    """In our words: the library's own may quote what stands in the file."""
    if not file.is_file():
        return "it is not there"
    try:
        found = json.loads(file.read_text(encoding="utf-8"))
    except OSError:
        return "it may not be read"
    except ValueError:
        return "it is no JSON"
    if not isinstance(found, dict) or "type" not in found:
        return "it has no “type”; expected a key file as Google makes it"
    return f"something in it is missing or damaged: {type(error).__name__}"


def _from_environment(scopes: Sequence[str]) -> Credentials:
    try:
        with warnings.catch_warnings():
            # A quota project is no matter of ours.
            warnings.simplefilter("ignore", UserWarning)
            loaded = _load_default(scopes=scopes)
    except google.auth.exceptions.GoogleAuthError as error:
        missing = isinstance(error, google.auth.exceptions.DefaultCredentialsError)
        said = "no sign-in to Google was found" if missing else "signing in to Google failed"
        raise SignInError(said, _HOW) from None
    found: Credentials = loaded[0]
    return found


def _in_browser(scopes: Sequence[str]) -> Credentials:
    """A person's own sign-in, as gspread keeps it. The first time it opens the browser."""
    import gspread
    from gspread.auth import DEFAULT_AUTHORIZED_USER_FILENAME, DEFAULT_CREDENTIALS_FILENAME

    if not DEFAULT_CREDENTIALS_FILENAME.is_file() and not (
        DEFAULT_AUTHORIZED_USER_FILENAME.is_file()
    ):
        raise SignInError(
            f"there is no OAuth client at {DEFAULT_CREDENTIALS_FILENAME}",
            "Make a desktop OAuth client in Google Cloud and save its JSON there; docs/google.md "
            "shows how.",
        )
    try:
        client = gspread.oauth(scopes=list(scopes))
    except Exception as error:
        raise SignInError(
            f"signing in through the browser failed ({type(error).__name__})",
            f"Remove {DEFAULT_AUTHORIZED_USER_FILENAME} and sign in again.",
        ) from None
    return client.http_client.auth


def _acting_for(found: Credentials, subject: str) -> Credentials:
    act: Callable[[str], Credentials] | None = getattr(found, "with_subject", None)
    if act is None:
        raise SignInError(
            f"this sign-in cannot act for {subject}: only a service account's key can",
            "Give the key file of a service account that has domain-wide delegation, or leave "
            "--subject out.",
        )
    return act(subject)


def _impersonated(found: Credentials, how: SignIn, scopes: Sequence[str]) -> Credentials:
    root = how.iam.rstrip("/")
    place = f"{root}/v1/projects/-/serviceAccounts/{how.impersonate}:generateAccessToken"
    made: Credentials = _Impersonated(
        source_credentials=found,
        target_principal=how.impersonate,
        target_scopes=list(scopes),
        subject=how.subject or None,
        iam_endpoint_override=place if root else None,
    )
    return made


def _address(found: Credentials, how: SignIn) -> str:
    """The address to share a folder with; "" where only Google knows it."""
    known = how.impersonate or getattr(found, "service_account_email", "") or ""
    return "" if known == "default" else str(known)
