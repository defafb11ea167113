"""Every question in docs/ledger.md is one that the ledger answers."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import sqlalchemy as sa

from gatebook.domain.review import Status
from gatebook.ledger.ledger import Ledger
from gatebook.ledger.records import Sheet
from gatebook.ledger.tables import VERSION_TABLE, metadata
from tests.ledger.samples import HERE, review, run, sheet
from tests.support.builders import LAUNCH, REVIEWED, TODAY, with_row

PAGE = (Path(__file__).parents[2] / "docs" / "ledger.md").read_text("utf-8")
EXAMPLES = re.findall(r"^(\S[^\n]*\?)\n\n((?:```sql.*?^```\n\n?)+)", PAGE, re.M | re.S)


def test_every_table_is_on_the_page() -> None:
    assert set(re.findall(r"^\| `(\w+)` \|", PAGE, re.M)) == {*metadata.tables, VERSION_TABLE}
    assert len(EXAMPLES) == 7


@pytest.mark.parametrize(("question", "blocks"), EXAMPLES, ids=[one[0] for one in EXAMPLES])
def test_every_question_has_an_answer(ledger: Ledger, question: str, blocks: str) -> None:
    found = review(system="Support assistant", review_date=REVIEWED)
    found = with_row(found, 11, status=Status.RED, due=TODAY)
    ledger.record(HERE, run(), [sheet("a.xlsx", found)], based_on=None,
                  counting={"router": ("a.xlsx", "Review")})  # fmt: skip
    later = with_row(found, 11, due=LAUNCH)
    ledger.record(HERE, run(), [sheet("a.xlsx", later), Sheet("b.xlsx", "missing")], based_on=1)
    kind = "sqlite" if ledger.name.startswith("sqlite") else "postgresql"
    (statement,) = re.findall(rf"```sql(?: {kind})?\n(.*?)```", blocks, re.S)
    statement = statement.replace("2026-06-30", str(TODAY))
    with ledger._database.reading() as connection:
        assert connection.execute(sa.text(statement)).all(), question
