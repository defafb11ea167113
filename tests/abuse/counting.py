"""Counts the cases of a run by class, and makes the table of docs/reliability.md of them.

A test is one case; one that tries several calls `tried` (tests/abuse/conftest.py). A case that fails
is a wrong answer; by `Lost` it is data lost, and by `Crashed`, or by any exception that is no failed
assertion, a traceback.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import cast

import pytest

from tests.abuse.marks import Crashed, Lost
from tests.abuse.pains import PAINS, TROUBLES

# Names of the properties that a report carries from the process that ran the test.
CASE, TRIED, OUTCOME = "abuse", "abuse tried", "abuse outcome"
WRONG, CRASH, LOST = "wrong answers", "tracebacks", "data lost"


def outcome_of(error: BaseException) -> str:
    """What a failed case counts as."""
    if isinstance(error, Lost):
        return LOST
    if isinstance(error, Crashed) or not isinstance(error, (AssertionError, pytest.fail.Exception)):
        return CRASH
    return WRONG


def note(item: pytest.Item, call: pytest.CallInfo[None]) -> None:
    """Write onto a test what its report shall carry; other tests are left alone."""
    marks = list(item.iter_markers("abuse"))
    if not marks or call.when != "call":
        return
    pains = {pain for mark in marks for pain in mark.args}
    item.user_properties.append((CASE, [marks[0].kwargs["trouble"], sorted(pains)]))
    if call.excinfo is not None and not call.excinfo.errisinstance(pytest.skip.Exception):
        item.user_properties.append((OUTCOME, outcome_of(call.excinfo.value)))


class Tally:
    """A pytest plugin for the process that reports: adds up what the tests' reports carry."""

    def __init__(self) -> None:
        self.tried: Counter[str] = Counter()
        self.by_pain: Counter[int] = Counter()
        self.bad: Counter[tuple[str, str]] = Counter()
        self.skipped: Counter[str] = Counter()

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Called by pytest for each phase of each test, with reports of other processes too."""
        if report.when != "call":
            return
        carried = dict(report.user_properties)
        if CASE not in carried:
            return
        trouble, pains = cast(tuple[str, list[int]], carried[CASE])
        if report.skipped:
            self.skipped[trouble] += 1
            return
        count = int(str(carried.get(TRIED, 1)))
        self.tried[trouble] += count
        for pain in pains:
            self.by_pain[pain] += 1
        if OUTCOME in carried:
            self.bad[trouble, str(carried[OUTCOME])] += 1

    def lines(self) -> Iterator[str]:
        """The Markdown table by class."""
        yield f"| trouble | cases tried | {WRONG} | {CRASH} | {LOST} | again |"
        yield "|---|--:|--:|--:|--:|---|"
        for trouble, words in TROUBLES.items():
            if self.tried[trouble]:
                bad = " | ".join(str(self.bad[trouble, kind]) for kind in (WRONG, CRASH, LOST))
                again = f"`scripts/abuse {trouble}`"
                yield f"| {words} | {self.tried[trouble]:,} | {bad} | {again} |"
        total = " | ".join(
            str(sum(count for (_, found), count in self.bad.items() if found == kind))
            for kind in (WRONG, CRASH, LOST)
        )
        yield f"| **All** | {sum(self.tried.values()):,} | {total} | `scripts/abuse` |"

    def pain_lines(self) -> Iterator[str]:
        """The Markdown table by pain: its number, its words, the tests about it."""
        yield "| | what goes wrong with such programs | tests |"
        yield "|--:|---|--:|"
        for number, words in PAINS.items():
            yield f"| {number} | {words} | {self.by_pain[number]} |"
