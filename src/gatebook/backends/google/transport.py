"""gspread's HTTP client with our manners: timeouts, a pace, bounded retries, a count of requests."""

from __future__ import annotations

import email.utils
import time
from collections import Counter
from collections.abc import Mapping, MutableMapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import google.auth.exceptions
import requests
from google.auth.credentials import Credentials
from gspread.exceptions import APIError
from gspread.http_client import HTTPClient

from gatebook.backends.google.pace import Pace, Patience

SHEETS = "https://sheets.googleapis.com"
DRIVE = "https://www.googleapis.com"
_LOOPBACK = ("127.0.0.1", "::1")
_GOOGLE = ".googleapis.com"
# Where older key files lead.
_ACCOUNTS = "accounts.google.com"
# Seconds to connect and to answer: a request of the Sheets API may take 180 before Google ends it.
# https://developers.google.com/workspace/sheets/api/limits
_TIMEOUT = (10.0, 190.0)
# Answers after which nothing can have been done; of all others nobody knows.
_REFUSED = 429
_EMPTY = 204
_RATE_REASONS = {"rateLimitExceeded", "userRateLimitExceeded"}
_TROUBLED = (
    requests.exceptions.ConnectionError,
    requests.exceptions.Timeout,
    requests.exceptions.ChunkedEncodingError,
    requests.exceptions.ContentDecodingError,
    requests.exceptions.TooManyRedirects,
    requests.exceptions.JSONDecodeError,
    # What gspread makes of an error in JSON that is not Google's.
    KeyError,
    TypeError,
)
_NO_WAY = google.auth.exceptions.TransportError


class Unsure(Exception):
    """A request that changes something got no clear answer: it may have been done or not."""


class OutOfReach(Exception):
    """Google could not be reached, or kept refusing, until the deadline. The text says what came."""


@dataclass(frozen=True, slots=True)
class Reach:
    """Where the APIs are and how hard they are tried: requests a minute, waits in seconds."""

    sheets: str = SHEETS
    drive: str = DRIVE
    reads_per_minute: int = 55
    writes_per_minute: int = 55
    first_wait: float = 1.0
    patience: float = 300.0


def is_google(address: str) -> bool:
    """Whether keys and tokens may be sent there: Google's own hosts over https, and this machine."""
    try:
        parts = urlsplit(address)
    except ValueError:
        return False
    host = parts.hostname or ""
    ours = parts.scheme in ("http", "https") and host in _LOOPBACK
    return ours or (parts.scheme == "https" and (host.endswith(_GOOGLE) or host == _ACCOUNTS))


def checked_root(root: str) -> str:
    """A root of an API without its last "/". Raises ValueError for a host that may not see tokens."""
    if not is_google(root):
        raise ValueError(
            f"{root} is no address of Google's APIs (https://….googleapis.com), so no sign-in is "
            "sent there"
        )
    return root.rstrip("/")


class Transport(HTTPClient):
    """Sends requests for one identity. `counts` has how many went out, by API and kind."""

    def __init__(self, auth: Credentials, reach: Reach) -> None:
        super().__init__(auth)
        self.timeout = _TIMEOUT
        # The APIs never lead elsewhere; what does is no answer of theirs.
        self.session.max_redirects = 0
        self.counts: Counter[str] = Counter()
        self._reach = reach
        self._roots = {SHEETS: checked_root(reach.sheets), DRIVE: checked_root(reach.drive)}
        self._paces = {
            "sheets read": Pace(reach.reads_per_minute),
            "sheets write": Pace(reach.writes_per_minute),
        }

    @property
    def sent(self) -> int:
        """How many requests went out."""
        return self.counts.total()

    def patience(self) -> Patience:
        """A fresh deadline, for a caller that tries several requests."""
        return Patience(self._reach.first_wait, deadline=self._reach.patience)

    def request(
        self,
        method: str,
        endpoint: str,
        params: Any = None,
        data: bytes | None = None,
        json: Mapping[str, Any] | None = None,
        files: Any = None,
        headers: MutableMapping[str, str] | None = None,
    ) -> requests.Response:
        """Send a request until there is an answer.

        Reads are tried again after any trouble that may pass; of writes only those that were refused
        unseen, for the rest nobody knows whether they were done. Raises gspread's APIError for a
        final answer, Unsure, OutOfReach.
        """
        url, api = self._placed(endpoint)
        reads = method.lower() == "get"
        kind = f"{api} {'read' if reads else 'write'}"
        patience = self.patience()
        while True:
            if kind in self._paces:
                self._paces[kind].wait()
            self.counts[kind] += 1
            try:
                answer = super().request(
                    method, url, params=params, data=data, json=json, files=files, headers=headers
                )
                if answer.status_code != _EMPTY:
                    answer.json()  # a cut-off body is trouble that passes, too
                return answer
            except APIError as error:
                if not _passes(error):
                    raise
                if not reads and not _was_refused(error):
                    raise Unsure(_said(error)) from error
                trouble: Exception = error
                wanted = _retry_after(error.response)
            except google.auth.exceptions.GoogleAuthError as error:
                # Without a token the request itself did not go out.
                if not error.retryable and not isinstance(error, _NO_WAY):
                    raise
                trouble, wanted = error, 0.0
            except _TROUBLED as error:
                if not reads:
                    raise Unsure(_said(error)) from error
                trouble, wanted = error, 0.0
            if not patience.again(wanted):
                raise OutOfReach(_said(trouble)) from trouble

    def _placed(self, endpoint: str) -> tuple[str, str]:
        for root, name in ((SHEETS, "sheets"), (DRIVE, "drive")):
            if endpoint.startswith(f"{root}/"):
                return self._roots[root] + endpoint.removeprefix(root), name
        raise ValueError(f"{endpoint} belongs to no API that gatebook speaks to")


def reasons(error: APIError) -> set[str]:
    """The machine-readable reasons in an error answer, in the old and in the new form."""
    found = {str(one.get("reason", "")) for one in error.error.get("errors", ())}
    found |= {str(one.get("reason", "")) for one in error.error.get("details", ())}
    return found - {""}


def _passes(error: APIError) -> bool:
    """Whether the same request may succeed later."""
    status = error.response.status_code
    return status >= 500 or _was_refused(error)


def _was_refused(error: APIError) -> bool:
    """Whether a quota turned the request away before anything was done.

    https://developers.google.com/workspace/drive/api/guides/handle-errors
    """
    status = error.response.status_code
    return status == _REFUSED or (status == 403 and bool(reasons(error) & _RATE_REASONS))


def _retry_after(response: requests.Response) -> float:
    """What the server asks to wait, in seconds (RFC 9110, 10.2.3: a number or a date)."""
    text = response.headers.get("Retry-After", "").strip()
    if text.isdigit():
        return float(text)
    if not text:
        return 0.0
    try:
        return max(0.0, email.utils.parsedate_to_datetime(text).timestamp() - time.time())
    except ValueError:
        return 0.0


def _said(error: Exception) -> str:
    """What went wrong, in one short line without addresses or tokens."""
    if isinstance(error, APIError):
        message = str(error.error.get("message", "")).splitlines() or [""]
        plain = message[0] if "<" not in message[0] else "no answer of the API itself"
        return f"HTTP {error.response.status_code}: {plain}"[:200]
    if isinstance(error, requests.exceptions.Timeout):
        return "no answer in time"
    if isinstance(error, requests.exceptions.JSONDecodeError):
        return "an answer that broke off or is not Google's"
    if isinstance(error, requests.exceptions.TooManyRedirects | KeyError | TypeError):
        return "an answer that is not Google's; a proxy may be in the way"
    if isinstance(error, google.auth.exceptions.RefreshError):
        return "no answer to the sign-in"
    return "the connection failed"
