"""Exit codes, and how a command stops with one. The codes are a public contract."""

from __future__ import annotations

DONE = 0
SOME_UNREADABLE = 1
USAGE = 2
NOT_MET = 3
NOT_WRITTEN = 4
BUSY = 5

MEANINGS = {
    DONE: "done",
    SOME_UNREADABLE: "done, but some sheets could not be read or marked (they are listed)",
    USAGE: "wrong usage, configuration or checklist: nothing was read or written",
    NOT_MET: "check --require: a review does not meet it",
    NOT_WRITTEN: "the portfolio could not be written: what was there is intact",
    BUSY: "another sync is running",
}


class Stop(Exception):
    """Ends a command with a message on standard error and an exit code."""

    def __init__(self, code: int, problem: str, remedy: str = "") -> None:
        self.code = code
        self.problem = problem
        self.text = f"gatebook: {problem}" + (f"\n  What to do: {remedy}" if remedy else "")
        super().__init__(self.text)


def explain_crash(crash: Exception) -> str:
    """One line for something nobody foresaw, and how to see more."""
    what = f"{type(crash).__name__}: {crash}".splitlines()[0][:300]
    return (
        f"gatebook: something went wrong that gatebook did not expect ({what}).\n"
        "  What to do: run the same command with --debug and report what it prints. "
        "Nothing half-written was left behind."
    )
