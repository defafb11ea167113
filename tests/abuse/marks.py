"""How a test joins the abuse suite, and how it says what went wrong."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol

import pytest

from tests.abuse.pains import PAINS, TROUBLES


class Lost(AssertionError):
    """Something that people had written is gone."""


class Crashed(AssertionError):
    """gatebook ended with a traceback, or said that it failed itself."""


def abuse(trouble: str, *pains: int) -> pytest.MarkDecorator:
    """Mark a test, or one row of its table, as a case of a class of TROUBLES about these PAINS.

    Raises ValueError for a class or a number that is not in the registry.
    """
    if trouble not in TROUBLES:
        raise ValueError(f"{trouble!r} is no class of trouble; choose from {', '.join(TROUBLES)}")
    if unknown := set(pains) - PAINS.keys():
        raise ValueError(f"there are no pains with the numbers {sorted(unknown)}")
    return pytest.mark.abuse(*pains, trouble=trouble)


class Case(Protocol):
    """One line of a table of cases: what was done, in words, and what it is about."""

    @property
    def done(self) -> str:
        """What somebody did, as it stands in the test's name."""
        ...

    @property
    def pains(self) -> tuple[int, ...]:
        """Numbers of PAINS."""
        ...


def table(trouble: str, cases: Iterable[Case]) -> pytest.MarkDecorator:
    """Parametrize a test with a table: it takes one line as `case`."""
    lines = [pytest.param(c, id=c.done, marks=abuse(trouble, *c.pains)) for c in cases]
    return pytest.mark.parametrize("case", lines)
