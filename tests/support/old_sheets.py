"""A team's own checklist as a little table in a test's text, read as a tab.

    | # | Gate                   | RAG   |
    | 1 | Data source documented | Green |

The first line is row 1. Numbers, TRUE, FALSE and "80%" are what a spreadsheet makes of them; "=1+1" is
a formula, and a day such as 2026-12-01! is a real date.
"""

from __future__ import annotations

from datetime import date

from gatebook.domain.cells import Cell, Range
from gatebook.sheets.model import Grid, Raw
from tests.support.memory_grid import serial

_BOOLS = {"TRUE": True, "FALSE": False}


def old_sheet(text: str, *merges: str, tab: str = "Checklist") -> Grid:
    """The table as a tab. A merged range keeps only what stands in its first cell."""
    values: dict[tuple[int, int], Raw] = {}
    formulas: dict[tuple[int, int], str] = {}
    for row, line in enumerate(filter(None, map(str.strip, text.splitlines()))):
        for column, cell in enumerate(line.strip("|").split("|")):
            shown = cell.strip()
            if shown.startswith("="):
                formulas[row, column] = shown[1:]
            elif shown:
                values[row, column] = _typed(shown)
    return Grid(tab, values, formulas, merges=tuple(Range.parse(area) for area in merges))


def _typed(text: str) -> Raw:
    if text in _BOOLS:
        return _BOOLS[text]
    if text.endswith("!"):
        return serial(date.fromisoformat(text[:-1]))
    try:
        return float(text[:-1]) / 100 if text.endswith("%") else float(text)
    except ValueError:
        return text


def at(a1: str) -> tuple[int, int]:
    """The 0-based place of an address."""
    return Cell.parse(a1)
