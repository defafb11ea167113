"""The suite has teeth: each deliberate lie of the test server turns it red.

Each row names one test that sees the lie. It runs in a process of its own; with an honest server it is
green, as the suite around it shows.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conformance.conftest import LIES
from tests.google_api.lies import NAMES

HERE = Path(__file__).parent
# The lie → a test of this folder that it turns red.
SEEN_BY = {
    "raw-parsed": "test_reviews.py::test_a_review_reads_and_decides_the_same[texts that look like numbers]",
    "forgets-a-tab": "test_reviews.py::test_every_cell_and_link_reads_the_same",
    "stale-read": "test_reviews.py::test_what_people_type[google-a letter]",
    "drops-hidden-column": "test_reviews.py::test_every_cell_and_link_reads_the_same",
    "ignores-range-clear": "test_portfolio.py::TestOthersInTheSpreadsheet::test_what_is_gone_is_cleared",
    "no-atomicity": "test_writes.py::test_a_batch_that_fails_leaves_nothing_behind",
    "version-frozen": "test_requests.py::test_a_sync_reads_what_changed_and_writes_once",
    "loses-metadata": "test_writes.py::test_an_unclear_answer_is_looked_into[True-503]",
    "renumbers-ids": "test_portfolio.py::TestOthersInTheSpreadsheet"
    "::test_notes_widths_filter_views_and_comments_survive",
    "truncates-pages": "test_requests.py::test_folders_are_paged_by_a_thousand",
    "dates-as-text": "test_reviews.py::test_every_cell_and_link_reads_the_same",
}
# Calls that gatebook never makes cannot show in its suite; the server's own tests see this one.
NOT_CALLED = {"ranges-not-clipped"}


def red(test: str, lie: str = "") -> bool:
    """Whether a test fails, with a server that tells a lie or none."""
    ran = subprocess.run(
        [
            *(
                sys.executable,
                "-m",
                "pytest",
                "-q",
                "-x",
                "-p",
                "no:cacheprovider",
                "-p",
                "no:xdist",
            ),
            f"{HERE / test.partition('::')[0]}::{test.partition('::')[2]}",
        ],
        env={**os.environ, LIES: lie},
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert ran.returncode in (0, 1), ran.stdout + ran.stderr
    return ran.returncode == 1


def test_every_lie_is_accounted_for() -> None:
    assert SEEN_BY.keys() | NOT_CALLED == NAMES.keys()
    assert len(SEEN_BY) >= 10


@pytest.mark.parametrize("lie", SEEN_BY)
def test_a_lie_turns_the_suite_red(lie: str) -> None:
    assert red(SEEN_BY[lie], lie), f"nobody noticed: {NAMES[lie]}"
