"""Signing in to Google: whose identity, with which scopes. Keys stay in google-auth's hands."""

from __future__ import annotations

import json
import os
import warnings
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import google.auth
import google.auth.exceptions
import google.oauth2.credentials
from google.auth import environment_vars, impersonated_credentials
from google.auth.credentials import Credentials

from gatebook.backends.google.transport import is_google

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
_AGAIN = "Make the file again as docs/google.md shows; a damaged one cannot be mended by hand."
# What each kind of file must hold. https://google.aip.dev/auth/4112, 4113, 4117
_NEEDED = {
    "service_account": ("client_email", "private_key", "token_uri"),
    "authorized_user": ("client_id", "client_secret", "refresh_token"),
    "external_account": ("audience", "subject_token_type", "token_url", "credential_source"),
    "external_account_authorized_user": ("audience", "refresh_token", "token_url"),
    "impersonated_service_account": ("service_account_impersonation_url", "source_credentials"),
}
# Where keys, tokens and what proves an identity are sent to.
_SENT_TO = ("token_uri", "token_url", "service_account_impersonation_url")

# google-auth's functions and classes without types.
_load_info: Any = google.auth.load_credentials_from_dict
_load_default: Any = google.auth.default
_with_scopes: Any = google.auth.credentials.with_scopes_if_required
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
    named = os.environ.get(environment_vars.CREDENTIALS, "")
    if how.credentials:
        file = f"the file {how.credentials}"
        found, kind = _from_file(how.credentials, file, scopes), file
    elif how.oauth:
        found, kind = _in_browser(scopes), "a person's sign-in"
    elif named:
        file = f"the file {named}, named by {environment_vars.CREDENTIALS}"
        found, kind = _from_file(named, file, scopes), file
    else:
        found, kind = _from_environment(scopes), "the environment's sign-in"
    if not how.impersonate and not how.subject and _is_robot(found):
        wanted = _ROBOT_SCOPES[purpose]
        found = _scoped(found, wanted)
    if how.subject and not how.impersonate:
        found = _acting_for(found, how.subject)
    if how.impersonate:
        found = _impersonated(found, how, wanted)
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


def _from_file(path: str, file: str, scopes: Sequence[str]) -> Credentials:
    """The identity that a file holds; `file` is what messages call it.

    A person's saved sign-in keeps the scopes that the person agreed to: Google refuses others.
    """
    info = _read(Path(path), file)
    _check_hosts(info, file)
    try:
        with warnings.catch_warnings():
            # The library warns that a file from a stranger may name any token host: see above.
            warnings.simplefilter("ignore", DeprecationWarning)
            # Without scopes: with them the library signs in at once, to ask for a project's id.
            loaded = _load_info(info)
    except (
        google.auth.exceptions.GoogleAuthError,
        ValueError,
        TypeError,
        AttributeError,
        KeyError,
    ):
        # The library's own words may quote what stands in the file.
        kind = str(info["type"])
        wrong = "what stands in it is damaged" if kind in _NEEDED else "its “type” is unknown"
        raise SignInError(f"{file} cannot be used: {wrong}", _AGAIN) from None
    found: Credentials = _with_scopes(loaded[0], list(scopes))
    return found


def _check_hosts(info: Mapping[str, Any], file: str) -> None:
    """Raises SignInError for a file that would hand the sign-in to somebody else."""
    within = info.get("source_credentials")
    for part in (info, within if isinstance(within, dict) else {}):
        for key in _SENT_TO:
            if part.get(key) and not is_google(str(part[key])):
                raise SignInError(
                    f"{file} would send the sign-in to {part[key]}, which is none of Google's hosts",
                    "Do not use this file. Make one in your own Google Cloud project; "
                    "docs/google.md shows how.",
                )


def _read(path: Path, file: str) -> Mapping[str, Any]:
    """What stands in a credentials file. Raises SignInError, in our words."""
    if path.is_dir():
        raise SignInError(f"{file} is a folder", _HOW)
    if not path.exists():
        raise SignInError(f"{file} is not there", f"Check its path. {_HOW}")
    try:
        text = path.read_text(encoding="utf-8")
        info = json.loads(text) if text.strip() else None
    except OSError as error:
        raise SignInError(
            f"{file} cannot be read ({error.strerror})", "Check its permissions."
        ) from None
    except (ValueError, RecursionError):
        raise SignInError(
            f"{file} cannot be used: it is no JSON; expected a key file as Google makes it", _HOW
        ) from None
    if info is None:
        raise SignInError(f"{file} cannot be used: it is empty", _AGAIN)
    if isinstance(info, dict) and ("installed" in info or "web" in info):
        raise SignInError(
            f"{file} cannot be used: it is an OAuth client, with which a person signs in first",
            "Save it as credentials.json in gspread's folder and set oauth = true under [google] in "
            "gatebook.toml; docs/google.md shows how.",
        )
    if not isinstance(info, dict) or not isinstance(info.get("type"), str):
        raise SignInError(
            f"{file} cannot be used: it has no “type”; expected a key file as Google makes it", _HOW
        )
    missing = [key for key in _NEEDED.get(info["type"], ()) if not info.get(key)]
    if missing:
        raise SignInError(
            f"{file} cannot be used: it lacks {', '.join(f'“{key}”' for key in missing)}", _AGAIN
        )
    return info


def _from_environment(scopes: Sequence[str]) -> Credentials:
    try:
        with warnings.catch_warnings():
            # Where a quota project is missing, Google says so, and troubles.py what to do.
            warnings.simplefilter("ignore", UserWarning)
            loaded = _load_default(scopes=scopes)
    except google.auth.exceptions.GoogleAuthError as error:
        missing = isinstance(error, google.auth.exceptions.DefaultCredentialsError)
        said = "no sign-in to Google was found" if missing else "signing in to Google failed"
        raise SignInError(said, _HOW) from None
    found: Credentials = loaded[0]
    return found


def _in_browser(scopes: Sequence[str]) -> Credentials:
    """A person's own sign-in, kept in gspread's folder. The first time it opens the browser.

    Each set of scopes has a file of its own: what was agreed to for reading is too little to write.
    """
    from gspread import auth

    client = auth.DEFAULT_CREDENTIALS_FILENAME
    names = "+".join(scope.rpartition("/")[2] for scope in scopes)
    kept = auth.DEFAULT_CONFIG_DIR / f"gatebook-{names}.json"
    if not client.is_file() and not kept.is_file():
        raise SignInError(
            f"there is no OAuth client at {client}",
            "Make a desktop OAuth client in Google Cloud and save its JSON there; docs/google.md "
            "shows how.",
        )
    try:
        signed_in = auth.oauth(scopes=list(scopes), authorized_user_filename=kept)
        kept.chmod(0o600)
    except Exception as error:
        raise SignInError(
            f"signing in through the browser failed ({type(error).__name__})",
            f"Try again; if there is a file {kept}, remove it first.",
        ) from None
    return signed_in.http_client.auth


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
