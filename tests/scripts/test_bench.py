"""scripts/bench: it runs, and measures all that it says. How fast anything is belongs to no test."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

_CHECKOUT = Path(__file__).parents[2]
_BENCH = _CHECKOUT / "scripts" / "bench"
_PAGE = _CHECKOUT / "docs" / "performance.md"


def _lines(*arguments: str) -> list[list[str]]:
    """The cells of the table that the bench prints."""
    done = subprocess.run(
        [sys.executable, str(_BENCH), *arguments],
        capture_output=True, encoding="utf-8", timeout=110, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    rows = [line for line in done.stdout.splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in row.strip("|").split("|")] for row in rows]


def test_a_tiny_run_measures_everything_once() -> None:
    page = _PAGE.read_bytes()
    head, rule, *lines = _lines(
        "--files", "2", "--memory-files", "2", "--new", "2", "--rounds", "1"
    )  # fmt: skip
    assert head == ["measured", "found", "ratio", "aim"]
    assert set("".join(rule)) == {"-"}
    measured = [line[0] for line in lines]
    assert len(set(measured)) == len(measured)
    for part in (
        "python-calamine", "pandas with openpyxl", "`gatebook check --json` of 2 workbooks",
        "`gatebook sync` of 2 workbooks, portfolio", "openpyxl drawing", "`gatebook new --from`",
        "`python -c pass`", "`gatebook --help`", "`gatebook sync` of 2 workbooks, peak memory",
    ):  # fmt: skip
        assert any(part in what for what in measured), part
    # Whatever has an aim has a figure, and every ratio was worked out.
    for what, found, ratio, aim in lines:
        assert found or ratio, what
        assert not aim or any(sign.isdigit() for sign in found + ratio), what
    assert _PAGE.read_bytes() == page, "without --write the page stays as it is"


def test_a_part_with_size_nought_is_left_out() -> None:
    _, _, *lines = _lines("--files", "0", "--memory-files", "0", "--new", "0", "--rounds", "1")
    assert [line[0] for line in lines] == ["`python -c pass`", "`gatebook --help`"]


def test_very_many_workbooks_are_measured_with_little_changed() -> None:
    head, _, *lines = _lines("--ledger", "--many", "3", "--rounds", "1")
    assert head == ["measured", "found, peak memory", "beside", "aim"]
    found = {line[0]: line for line in lines}
    assert len(found) == len(lines)
    (loaded,) = (line for what, line in found.items() if "libraries" in what)
    assert loaded[1] == "none"
    (added,) = (line for what, line in found.items() if "rows added" in what)
    assert added[1] == "1 in runs"


@pytest.mark.parametrize(
    "mark",
    [
        f"<!-- bench{part}: {end} -->"
        for part in ("", " ledger", " 100,000")
        for end in ("begin", "end")
    ],
)
def test_the_page_has_the_place_that_the_bench_writes_to(mark: str) -> None:
    assert mark in _BENCH.read_text(encoding="utf-8")
    assert _PAGE.read_text(encoding="utf-8").count(mark) == 1
