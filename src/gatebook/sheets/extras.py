"""What a tab shows besides the values of its cells: comments, fills, and how numbers are shown."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from gatebook.domain.cells import Cell
from gatebook.sheets import typed
from gatebook.sheets.model import Grid


@dataclass(frozen=True, slots=True)
class Extras:
    """By 0-based (row, column). `fills` as "#RRGGBB"; white and no fill are not there.

    `dates`, `percents`: numbers shown as such.
    """

    comments: dict[tuple[int, int], str] = field(default_factory=dict)
    fills: dict[tuple[int, int], str] = field(default_factory=dict)
    dates: frozenset[tuple[int, int]] = frozenset()
    percents: frozenset[tuple[int, int]] = frozenset()


NO_EXTRAS = Extras()


def said(grid: Grid, cell: Cell, extras: Extras = NO_EXTRAS) -> str:
    """A cell as a person reads it: a formula with its result, a date as a day, a link's target."""
    value = grid.values.get(cell)
    text = str(value) if isinstance(value, str) else typed.as_text(value)
    if isinstance(value, float) and not isinstance(value, bool):
        if cell in extras.dates:
            day = typed.as_date_value(value, epoch_1904=grid.epoch_1904)
            text = day.isoformat() if isinstance(day, date) else text
        elif cell in extras.percents:
            text = f"{value * 100:g} %"
    if cell in grid.formulas:
        text = f"={grid.formulas[cell]}" + (f" (shows: {text})" if text else "")
    link = grid.links.get(cell, "")
    return f"{text} ({link})" if link and link != text else text
