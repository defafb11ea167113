"""How the ledger says that it cannot be read or written."""

from __future__ import annotations


class LedgerError(Exception):
    """The ledger cannot be opened, read or written; what was in it is intact.

    `reason` says what was found, `remedy` what to do about it. Neither shows a password.
    """

    def __init__(self, reason: str, remedy: str) -> None:
        super().__init__(reason)
        self.reason = reason
        self.remedy = remedy


class NoLedger(LedgerError):
    """No ledger can be where this one was looked for: its URL is none that a ledger has, its driver is
    not installed, or none was made there (`NoneYet`). Nothing was read or written."""


class NoneYet(NoLedger):
    """A ledger could be there and none was made yet: the first sync does."""


class Overtaken(Exception):
    """Another sync of this portfolio was recorded since this one was planned; plan again.

    `newest` is that sync's run, `based_on` the one that the plan was made on (None: on none).
    """

    def __init__(self, newest: int | None, based_on: int | None) -> None:
        super().__init__(f"planned on run {based_on}, and the newest is {newest}")
        self.newest = newest
        self.based_on = based_on
