"""What stores and their libraries refuse, told to people: what happened, and what to do.

The libraries are not imported to tell their errors apart: errors are known by the names of their
classes and by the codes that the stores send.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator
from typing import NamedTuple

from gatebook.backends.protocol import Unreadable


class Missing(Unreadable):
    """There is nothing at this place."""


class Forbidden(Unreadable):
    """The sign-in is good, and may not see this place."""


class _Store(NamedTuple):
    """The library that fsspec needs for a store, and how people sign in to it."""

    library: str
    sign_in: str


_AWS = _Store(
    "s3fs",
    "Sign in as for the AWS command line (aws sso login, aws configure), set AWS_ACCESS_KEY_ID and "
    "AWS_SECRET_ACCESS_KEY, or give the machine a role.",
)
_GOOGLE = _Store(
    "gcsfs",
    "Run gcloud auth application-default login, set GOOGLE_APPLICATION_CREDENTIALS to a key file, or "
    "give the machine a service account.",
)
_AZURE = _Store(
    "adlfs",
    "Set AZURE_STORAGE_ACCOUNT_NAME to the storage account and run az login, give the machine a "
    "managed identity, or set AZURE_STORAGE_SAS_TOKEN.",
)
_SSH = _Store("paramiko", "Use a key that ssh finds by itself (~/.ssh, ssh-agent).")
_OTHER = _Store("", "Sign in the way that the store's own tools do.")

# fsspec.registry.known_implementations; "abfss" comes with adlfs.
_STORES = {
    "s3": _AWS,
    "s3a": _AWS,
    "gs": _GOOGLE,
    "gcs": _GOOGLE,
    "abfs": _AZURE,
    "abfss": _AZURE,
    "az": _AZURE,
    "sftp": _SSH,
    "ssh": _SSH,
    "smb": _Store("smbprotocol", "Use the sign-in of this account on the network (Kerberos)."),
}

# Class names and codes. botocore.exceptions; s3fs/errors.py and
# https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html; google.auth.exceptions;
# azure.core.exceptions and https://learn.microsoft.com/rest/api/storageservices/common-rest-api-error-codes;
# paramiko.ssh_exception.
_SIGN_IN = frozenset(
    [
        "401",
        "AuthenticationException",
        "AuthenticationFailed",
        "ClientAuthenticationError",
        "CredentialRetrievalError",
        "CredentialUnavailableError",
        "CredentialsNotSupported",
        "ExpiredToken",
        "GoogleAuthError",
        "InvalidAccessKeyId",
        "InvalidAuthenticationInfo",
        "InvalidToken",
        "NoAuthenticationInformation",
        "NoAuthTokenError",
        "NoCredentialsError",
        "PartialCredentialsError",
        "ProfileNotFound",
        "RequestTimeTooSkewed",
        "SSOError",
        "SignatureDoesNotMatch",
        "TokenRefreshRequired",
        "TokenRetrievalError",
    ]
)
_FORBIDDEN = frozenset(["403", "AccessDenied", "PermissionError"])
_MISSING = frozenset(["404", "FileNotFoundError", "NoSuchBucket", "ResourceNotFoundError"])
_NETWORK = frozenset(
    [
        "408",
        "429",
        "500",
        "502",
        "503",
        "504",
        "ConnectTimeoutError",
        "ConnectionError",
        "EOFError",
        "EndpointConnectionError",
        "HTTPClientError",
        "IncompleteReadError",
        "InternalError",
        "NoValidConnectionsError",
        "ProxyError",
        "SSHException",
        "SSLError",
        "ServiceRequestError",
        "ServiceResponseError",
        "ServiceUnavailable",
        "SlowDown",
        "Timeout",
        "TimeoutError",
        "TransportError",
        "gaierror",
    ]
)


def explain(error: Exception, scheme: str) -> Unreadable:
    """Any error of a store or its library as Unreadable; nothing in it can be a secret."""
    signs = set(_signs(error))
    said = _said(error)
    # adlfs has no class for a storage account that nobody named.
    if signs & _SIGN_IN or "account_name" in str(error):
        return Unreadable(
            f"the store did not accept the sign-in, or found none ({said})", _store(scheme).sign_in
        )
    # gcsfs has no class for it.
    if signs & _FORBIDDEN or str(error).startswith("Forbidden"):
        return Forbidden(
            f"the sign-in in use may not list or read this ({said})",
            "Ask its owner to let this identity list and read it; or sign in as another.",
        )
    if signs & _MISSING:
        return Missing(
            "the file or folder is not there (any more)",
            "Check its name; if it was moved or renamed meanwhile, run this again.",
        )
    if signs & _NETWORK:
        return Unreadable(
            f"the store could not be reached, or did not answer in time ({said})",
            "Check the address and the network, then run this again.",
        )
    return Unreadable(
        f"the store or its library refused this ({said}: {_harmless(error)})",
        f"Check the address. {_store(scheme).sign_in}",
    )


def no_library(scheme: str, error: ImportError | None = None) -> Unreadable:
    """That fsspec, or (then with its error) what it needs for this store, is not installed."""
    library = _store(scheme).library
    if error and not library:
        # fsspec says itself what it needs.
        return Unreadable(f"a library for {scheme}:// is not installed", f"{_harmless(error)}.")
    names = f"fsspec and {library}" if library else "fsspec"
    return Unreadable(
        f"reading {scheme}:// needs {names}; that is not installed, or not complete",
        f"Install it where gatebook is: pip install {names.replace(' and', '')}",
    )


def no_store(scheme: str, known: list[str]) -> Unreadable:
    """That nothing knows this kind of address."""
    if scheme in _STORES:
        return no_library(scheme)
    near = difflib.get_close_matches(scheme, known, n=1)
    guess = f"Did you mean {near[0]}://? " if near else ""
    return Unreadable(
        f"no library here reads addresses that begin with {scheme}://",
        f"{guess}Give a path, or an address such as s3://bucket/folder.",
    )


def _store(scheme: str) -> _Store:
    return _STORES.get(scheme, _OTHER)


def _signs(error: Exception) -> Iterator[str]:
    """Names of the classes of an error and of those behind it, and the codes that they hold."""
    cause: BaseException | None = error
    for _ in range(8):
        # What we were told before, when this was asked, is no part of this error.
        if cause is None or isinstance(cause, Unreadable):
            return
        yield from (kind.__name__ for kind in type(cause).__mro__)
        yield from _codes(cause)
        cause = cause.__cause__ or cause.__context__


def _codes(error: BaseException) -> Iterator[str]:
    # botocore's ClientError has a table; the others attributes.
    answer = getattr(error, "response", None)
    if isinstance(answer, dict):
        yield str(answer.get("Error", {}).get("Code", ""))
    for name in ("code", "error_code", "status", "status_code"):
        code = getattr(error, name, None)
        if isinstance(code, str | int):
            yield str(code)


def _said(error: Exception) -> str:
    """The word by which an administrator finds more: the store's code, or the error's class."""
    cause = error.__cause__ or error.__context__
    codes = [code for one in (error, cause) if one for code in _codes(one)]
    named = next((code for code in codes if code.isalpha()), "")
    return named or type(error).__name__


def _harmless(error: Exception) -> str:
    """The first line of an error's text without addresses, values and whatever may be a key."""
    line = next(iter(str(error).strip().splitlines()), "")
    line = re.sub(r"\S*://\S*", "…", line)
    line = re.sub(r"(?i)(\w*(?:key|pass|secret|sig|token)\w*['\"]?\s*[=:]\s*)\S+", r"\1…", line)
    return re.sub(r"[\w+/=.~%-]{20,}", "…", line)[:200] or "no message"
