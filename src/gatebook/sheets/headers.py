"""Finding labels and column headers, wherever they have been moved.

Exact first, then in any case and spacing, then by alias; a header that only comes close is named in
the message and never taken.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from difflib import get_close_matches
from functools import lru_cache

from gatebook.domain.cells import Cell, column_letters
from gatebook.domain.fields import Field
from gatebook.domain.text import clean
from gatebook.sheets.model import Raw

# How far to the right of its label a value is looked for: inserted columns may push it away.
_REACH = 3

# Cells that read like a label, by field name, and whether by its very name or by an alias.
Labels = dict[str, dict[Cell, bool]]


def folded(text: str) -> str:
    """A label as it is compared: clean, lower case, straight apostrophes, no colon at the end."""
    return clean(text).lower().replace("’", "'").rstrip(" :*")


def lookup(fields: Iterable[Field]) -> dict[str, tuple[str, bool]]:
    """Folded label or alias → field name, and whether it is the label itself."""
    names: dict[str, tuple[str, bool]] = {}
    for field in fields:
        for alias in field.aliases:
            names.setdefault(folded(alias), (field.name, False))
        names[folded(field.label)] = (field.name, True)
    return names


_names = lru_cache(8)(lookup)


class HeaderTrouble(Exception):
    """A table's columns cannot be told apart or found; the text says which and where."""


def find_columns(
    row: int, texts: Mapping[int, str], fields: tuple[Field, ...], required: Iterable[str]
) -> dict[str, int]:
    """Columns of a table by field name, from the texts of its header row (column → text).

    A column under its own label wins over one under an alias. Raises HeaderTrouble where a column
    stands there twice or a required one is missing.
    """
    names = _names(fields)
    found: dict[str, dict[bool, list[int]]] = {}
    for column, text in texts.items():
        if match := names.get(folded(text)):
            name, exact = match
            found.setdefault(name, {True: [], False: []})[exact].append(column)
    columns: dict[str, int] = {}
    labels = {field.name: field.label for field in fields}
    for name, places in found.items():
        candidates = places[True] or places[False]
        if len(candidates) > 1:
            where = " and ".join(Cell(row, column).a1 for column in candidates)
            raise HeaderTrouble(f"the column {labels[name]} stands there twice, at {where}")
        columns[name] = candidates[0]
    missing = [labels[name] for name in required if name not in columns]
    if missing:
        hints = "; ".join(filter(None, (_hint(label, texts) for label in missing)))
        wanted = ", ".join(missing)
        raise HeaderTrouble(
            f"row {row + 1} has no column {wanted}" + (f" ({hints})" if hints else "")
        )
    return columns


def _hint(label: str, texts: Mapping[int, str]) -> str:
    close = get_close_matches(label.lower(), [text.lower() for text in texts.values()], 1, 0.6)
    for column, text in texts.items():
        if close and text.lower() == close[0]:
            return f"did you mean “{text}” in column {column_letters(column)}?"
    return ""


def labels_outside(labels: Labels, rows: range, cells: Collection[Cell]) -> Labels:
    """The labels that stand neither in these rows nor in these cells."""
    left = {
        name: {at: exact for at, exact in found.items() if at.row not in rows and at not in cells}
        for name, found in labels.items()
    }
    return {name: found for name, found in left.items() if found}


def label_cells(candidates: Labels) -> dict[str, Cell]:
    """One cell a label, from all that read like it.

    A text right of another label is that label's value and no label itself; of the others the very
    name wins over an alias, then the one nearest to the top.
    """
    every = {cell for cells in candidates.values() for cell in cells}
    return {
        name: min(cells, key=lambda cell: (cell.right(-1) in every, not cells[cell], cell))
        for name, cells in candidates.items()
    }


def cell_beside(
    label: Cell,
    filled: Collection[tuple[int, int]],
    stops: Collection[Cell],
    known: Collection[int],
) -> Cell | None:
    """The cell right of a label; None where another label (one of `stops`) stands there.

    Empty columns that somebody inserted between are stepped over; `known` columns are the form's
    own, so an empty cell in one of them is an empty value.
    """
    for step in range(1, _REACH + 1):
        cell = label.right(step)
        if cell in stops:
            break
        if cell.column in known or cell in filled:
            return cell
    return None if label.right() in stops else label.right()


def texts_by_row(values: Mapping[tuple[int, int], Raw]) -> dict[int, dict[int, str]]:
    """All texts of a grid, by row and column."""
    rows: dict[int, dict[int, str]] = {}
    for (row, column), value in values.items():
        if type(value) is str:
            rows.setdefault(row, {})[column] = value
    return rows
