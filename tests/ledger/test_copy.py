"""A ledger moves from a file to a server and back, and goes on there."""

from __future__ import annotations

from pathlib import Path

import pytest

from gatebook.ledger.copy import copy_ledger
from gatebook.ledger.errors import LedgerError
from gatebook.ledger.ledger import open_ledger
from gatebook.ledger.records import Sheet
from tests.ledger.samples import HERE, many, review, run, sheet
from tests.support.builders import TODAY


def test_a_copy_says_the_same_and_goes_on(ledger_url: str, tmp_path: Path) -> None:
    there = f"sqlite:///{tmp_path / 'there.db'}"
    back = f"sqlite:///{tmp_path / 'back.db'}"
    with open_ledger(there) as old:
        places = {f"system-{n}": (f"{n}.xlsx", "Review") for n in range(30)}
        old.record(HERE, run(), many(30), based_on=None, counting=places)
        odd = sheet("odd \udcff.xlsx", review("odd", lead="\x00"))
        old.record(HERE, run(), [odd, Sheet("1.xlsx", "missing")], based_on=1)
    assert copy_ledger(there, ledger_url) == copy_ledger(ledger_url, back) > 90
    with open_ledger(there) as old, open_ledger(ledger_url) as new, open_ledger(back) as third:
        for one in (new, third):
            assert one.upgraded is None
            assert one.sheets(HERE) == old.sheets(HERE)
            states = old.sheets(HERE).values()
            assert one.reviews_of(states) == old.reviews_of(states)
            assert one.as_of(HERE, TODAY) == old.as_of(HERE, TODAY)
            found = many(31, changed=True)
            recorded = one.record(HERE, run(), found, based_on=2, counting={})
            assert (recorded.run, recorded.reviews, recorded.standings) == (3, 31, 30)


def test_nothing_is_copied_onto_rows(tmp_path: Path) -> None:
    urls = [f"sqlite:///{tmp_path / name}" for name in ("a.db", "b.db")]
    for url in urls:
        with open_ledger(url) as ledger:
            ledger.record(HERE, run(), many(2), based_on=None)
    with pytest.raises(LedgerError, match="holds rows already"):
        copy_ledger(*urls)
    with open_ledger(urls[1]) as ledger:
        assert len(ledger.runs(HERE)) == 1
