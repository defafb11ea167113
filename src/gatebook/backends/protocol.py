"""What every backend offers, and how it says that something cannot be read or written."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol, TypeVar, runtime_checkable

from gatebook.sheets.model import Grid, Workbook


class Unreadable(Exception):
    """A file or tab cannot be read. `reason` says what was found, `remedy` what to do about it."""

    def __init__(self, reason: str, remedy: str) -> None:
        super().__init__(reason)
        self.reason = reason
        self.remedy = remedy


class Unwritable(Exception):
    """Something cannot be written; what was there is intact. `remedy` says what to do."""

    def __init__(self, reason: str, remedy: str) -> None:
        super().__init__(reason)
        self.reason = reason
        self.remedy = remedy


@dataclass(frozen=True, slots=True)
class Source:
    """One workbook that can be read: where it is, as people write it, and its stamps.

    `modified` is in seconds since 1970 (UTC), `size` in bytes. `whole`: every row of it counts, as in
    a portfolio; of others a reader may pass over what lies far below any form. `name`: what people
    call it where the location does not say ("" otherwise). `version` changes with each change of it,
    as far as the place that holds it keeps count ("" otherwise).
    """

    location: str
    modified: float = 0.0
    size: int = 0
    whole: bool = False
    name: str = ""
    version: str = ""


@dataclass(frozen=True, slots=True)
class Passed:
    """A file that was seen and not read, and why (`problem` if a person should look at it)."""

    location: str
    reason: str
    remedy: str = ""
    problem: bool = False


@dataclass(frozen=True, slots=True)
class Listing:
    """What stands at a location, in a stable order."""

    sources: tuple[Source, ...]
    passed: tuple[Passed, ...] = ()


Result = TypeVar("Result")


@runtime_checkable
class SeveralAtOnce(Protocol):
    """A backend that reads faster where several are asked for at the same time."""

    def each(self, work: Callable[[Source], Result], sources: Sequence[Source]) -> Iterable[Result]:
        """The results of some work, such as reading, in the order of the sources."""
        ...


class Backend(Protocol):
    """Lists, reads and draws workbooks. Knows nothing of gates.

    `keeps_other_tabs`: drawing leaves tabs that are not ours as they are.
    """

    @property
    def keeps_other_tabs(self) -> bool:
        """Whether drawing leaves tabs that are not ours as they are."""
        ...

    def list(self, location: str) -> Listing:
        """What can be read at a file, folder or glob. Raises Unreadable if there is nothing there."""
        ...

    def read(self, source: Source, skip: frozenset[str] = frozenset()) -> Iterable[Grid]:
        """The tabs of one workbook; those whose first cell holds a text of `skip` may be left out.

        Raises Unreadable.
        """
        ...

    def draw(self, workbook: Workbook, location: str) -> None:
        """Write a whole workbook, replacing what is there, never half. Raises Unwritable."""
        ...
