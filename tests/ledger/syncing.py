"""Syncs in processes of their own, which a test can kill."""

from __future__ import annotations

import multiprocessing
import os
import signal
from collections.abc import Callable
from multiprocessing.connection import Connection
from multiprocessing.context import ForkServerContext
from multiprocessing.process import BaseProcess
from typing import Any

import sqlalchemy as sa

from gatebook.ledger.errors import Overtaken
from gatebook.ledger.ledger import open_ledger
from gatebook.ledger.records import Sheet
from tests.ledger.samples import HERE, review, run, sheet

SHEETS = 20
_WHAT_A_SYNC_IMPORTS = (
    "gatebook.backends.excel.draw", "gatebook.cli.reading", "gatebook.cli.sync", "gatebook.memory",
    "gatebook.portfolio", "gatebook.sheets.portfolio_read", "filelock", "psycopg",
)  # fmt: skip
WAIT = 60.0


def in_processes() -> ForkServerContext:
    """Makes processes out of one that has everything imported: 20 ms each instead of a second."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload([__name__, *_WHAT_A_SYNC_IMPORTS])
    return context


def start(target: Callable[..., None], *arguments: Any) -> tuple[BaseProcess, Connection]:
    """A process, and the line on which it reports."""
    context = in_processes()
    ours, theirs = context.Pipe()
    process = context.Process(target=target, args=(theirs, *arguments))
    process.start()
    theirs.close()
    return process, ours


def folder(lead: str) -> list[Sheet]:
    """The same workbooks, by one lead or another."""
    return [sheet(f"{n}.xlsx", review(f"system-{n}", lead=lead)) for n in range(SHEETS)]


def places() -> dict[str, tuple[str, str]]:
    """Where their reviews stand."""
    return {f"system-{n}": (f"{n}.xlsx", "Review") for n in range(SHEETS)}


def sync(line: Connection, url: str, lead: str, kill_at: int | None) -> None:
    """One sync. It ends itself with SIGKILL before its statement number `kill_at`, of which the
    one after the last stands for the commit; else it reports how many statements there were."""
    with open_ledger(url, wait=WAIT) as ledger:
        sent = 0

        def count(*_: object) -> None:
            nonlocal sent
            sent += 1
            if sent == kill_at:
                os.kill(os.getpid(), signal.SIGKILL)

        newest = ledger.last_run(HERE)
        sheets, counting = folder(lead), places()
        sa.event.listen(ledger._database.engine, "before_cursor_execute", count)
        sa.event.listen(ledger._database.engine, "commit", count)
        line.send("begin")
        ledger.record(
            HERE, run(), sheets, based_on=newest.id if newest else None, counting=counting
        )
        line.send(sent)


def sync_often(line: Connection, url: str, name: str, times: int) -> None:
    """Some syncs, one after the other, each planned anew as often as it was overtaken. All who do
    this see the same versions of `folder`, and one workbook of their own. Reports its runs, each
    with the run that it was planned on."""
    runs: list[tuple[int, int | None]] = []
    with open_ledger(url, wait=WAIT) as ledger:
        line.send("ready")
        line.recv()
        for number in range(times):
            own = sheet(f"{name}.xlsx", review(name, lead=f"Lead {number}"))
            while True:
                newest = ledger.last_run(HERE)
                based_on = newest.id if newest else None
                seen = [*folder(f"Lead {number}"), own]
                try:
                    recorded = ledger.record(HERE, run(), seen, based_on=based_on)
                except Overtaken:
                    continue
                runs.append((recorded.run, based_on))
                break
        line.send(runs)
