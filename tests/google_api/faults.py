"""Troubles on the way: refusals, broken and slow answers, before or after the change was made.

A fault never passes unseen: the caller gets an error, a broken answer or a closed connection (or,
for `slow`, a good answer, late; for `empty`, an answer with nothing in it).
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass, field

from tests.google_api.errors import ApiError
from tests.google_api.quota import resource_exhausted, user_rate_limit

KINDS = (
    "429",
    "429-retry-after",
    "403-rate",
    "500",
    "503",
    "502-html",
    "slow",
    "reset",
    "truncated",
    "empty",
)
# A refusal by quota comes before anything is done.
_NEVER_AFTER = ("429", "429-retry-after", "403-rate")

HTML = (
    "<!DOCTYPE html><html lang=en><title>Error 502 (Server Error)!!1</title>"
    "<p><b>502.</b> The server encountered a temporary error and could not complete your request."
)


@dataclass(frozen=True)
class Fault:
    """One trouble: its kind, and whether the change is made before it shows."""

    kind: str
    after: bool = False

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise ValueError(f"no fault {self.kind!r}; there are {', '.join(KINDS)}")
        if self.after and self.kind in _NEVER_AFTER:
            raise ValueError(f"{self.kind} refuses before anything is done")

    def error(self, kind: str) -> ApiError | None:
        """The refusal in Google's words; None for faults that are none."""
        if self.kind == "429":
            return resource_exhausted(kind)
        if self.kind == "429-retry-after":
            return resource_exhausted(kind, retry_after=1)
        if self.kind == "403-rate":
            return user_rate_limit()
        if self.kind == "500":
            return ApiError(500, "Internal error encountered.", reason="internalError")
        if self.kind == "503":
            message = "The service is currently unavailable."
            return ApiError(503, message, reason="backendError")
        return None


@dataclass
class _Scripted:
    method: str
    left: int
    fault: Fault


@dataclass
class Faults:
    """The plan of troubles. Empty: there are none."""

    # Seconds that a slow answer takes.
    slowness: float = 0.05
    # What happened: the method's id and the fault.
    happened: list[tuple[str, Fault]] = field(default_factory=list)
    _script: list[_Scripted] = field(default_factory=list)
    _random: random.Random | None = None
    _share: float = 0.0
    _choices: Sequence[Fault] = ()

    def at(self, method: str, nth: int, kind: str, *, after: bool = False) -> None:
        """Let the nth request (from now, counted from 1) of a method meet a fault.

        `method` is the end of its id: `"batchUpdate"`, `"files.list"`, `"spreadsheets.get"`.
        """
        self._script.append(_Scripted(method, nth, Fault(kind, after)))

    def at_random(
        self, seed: int, share: float, kinds: Sequence[Fault | str] = ("429", "503", "slow")
    ) -> None:
        """Let a share of all requests meet a fault, by a seed."""
        self._random = random.Random(seed)
        self._share = share
        self._choices = [kind if isinstance(kind, Fault) else Fault(kind) for kind in kinds]

    def clear(self) -> None:
        """No more troubles."""
        self._script.clear()
        self._random = None

    def next(self, method_id: str, api: str) -> Fault | None:
        """The fault that this request meets."""
        fault = self._scripted(method_id)
        if fault is None and self._random is not None:
            hit = self._random.random() < self._share
            chosen = self._random.choice(self._choices)
            fault = chosen if hit else None
        # Sheets refuses by 429, never by 403.
        if fault is not None and fault.kind == "403-rate" and api != "drive":
            fault = Fault("429")
        if fault is not None:
            self.happened.append((method_id, fault))
        return fault

    def _scripted(self, method_id: str) -> Fault | None:
        found = None
        for planned in list(self._script):
            if not f".{method_id}".endswith(f".{planned.method}"):
                continue
            planned.left -= 1
            if planned.left == 0 and found is None:
                found = planned.fault
                self._script.remove(planned)
        return found
