"""Formulas in the one dialect that every country's Sheets reads.

A formula is read as if typed in the spreadsheet's locale: where "," is the decimal mark it cannot
part arguments (googleapis/google-api-nodejs-client#1994: a `formulaValue`), and "\\" parts columns
of a constant array (https://support.google.com/docs/answer/6208276). ";" parts arguments in all of
them, and rows of a constant array. See docs/google-formulas.md.
"""

from __future__ import annotations

import re
from functools import lru_cache

from gatebook.backends.cell_contents import clean, utf16_length
from gatebook.domain.cells import column_number

# As for any content of a cell: https://support.google.com/drive/answer/37603
MAX_FORMULA = 50_000

# A formula's texts ("…") and quoted tab names ('…'), which stay as they are.
_QUOTED = re.compile(r"""("(?:[^"]|"")*"|'(?:[^']|'')*')""")
_REFERENCE = re.compile(
    r"(?<![A-Za-z0-9_.!])\$?([A-Z]{1,3})\$?([1-9][0-9]{0,6})(?![A-Za-z0-9_.(!])"
)
_DECIMAL = re.compile(r"[0-9]\.[0-9]")


@lru_cache(maxsize=4096)
def any_locale(formula: str) -> str:
    """The same formula, read alike in all locales. Raises ValueError where there is none."""
    if not formula.startswith("=") or len(formula) < 2:
        raise ValueError(f"formula {formula!r} does not start with '=' and something after it")
    parts = _QUOTED.split(clean(formula, MAX_FORMULA * 2))
    for place in range(0, len(parts), 2):
        if ";" in parts[place] or _DECIMAL.search(parts[place]):
            raise ValueError(
                f"formula {formula[:60]!r}… has a ';' or a decimal number, which other countries "
                "read otherwise; use a constant array of one row, and whole numbers"
            )
        parts[place] = parts[place].replace(",", ";")
    found = "".join(parts)
    if utf16_length(found) > MAX_FORMULA:
        raise ValueError(f"formula {formula[:60]!r}… is longer than {MAX_FORMULA} characters")
    return found


def shape(formula: str) -> str:
    """What stays of a formula when rows and columns are put before its cells."""
    parts = _QUOTED.split(formula)
    parts[::2] = [_REFERENCE.sub("A1", part) for part in parts[::2]]
    return "".join(parts)


@lru_cache(maxsize=4096)
def reach(formula: str) -> tuple[int, int]:
    """How many rows and columns a grid needs to hold all cells of its own that a formula names."""
    rows = columns = 0
    for part in _QUOTED.split(formula)[::2]:
        for letters, number in _REFERENCE.findall(part):
            rows = max(rows, int(number))
            columns = max(columns, column_number(letters) + 1)
    return rows, columns
