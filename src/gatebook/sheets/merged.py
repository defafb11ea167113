"""What merged ranges cover. Only the first cell of one is in sight: what stands in the others was
typed before, and some programs keep it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from itertools import product
from typing import TypeVar

from gatebook.domain.cells import Range
from gatebook.sheets.model import Grid

_Place = tuple[int, int]
_Held = TypeVar("_Held")
# Ranges that lie side by side, as programs make them, take fewer looks at cells than this; ten thousand
# that lie upon each other could take billions.
_MOST_LOOKS = 5_000_000


def covered(grid: Grid) -> dict[_Place, Range]:
    """The cells that hold something nobody sees, each with the merged range over it.

    All cells where so many ranges lie upon each other that nobody can tell.
    """
    values, formulas, links = grid.values, grid.formulas, grid.links
    everything = len(values) + len(formulas) + len(links)
    looks = 0
    found: dict[_Place, Range] = {}
    for area in grid.merges:
        (top, left), (bottom, right) = area
        cells = (bottom - top + 1) * (right - left + 1)
        looks += min(cells, everything)
        if looks > _MOST_LOOKS:
            return dict.fromkeys([*values, *formulas, *links], area)
        # The shorter way round: a form's own ranges are of a few cells, others may be of a whole tab.
        places: Iterable[_Place] = (
            product(range(top, bottom + 1), range(left, right + 1))
            if cells < everything
            else [at for at in (*values, *formulas, *links)
                  if top <= at[0] <= bottom and left <= at[1] <= right]
        )  # fmt: skip
        for place in places:
            if (place in values or place in formulas or place in links) and place != area.first:
                found[place] = area
    return found


def as_seen(grid: Grid) -> Grid:
    """The tab without what its merged ranges cover."""
    unseen = covered(grid)
    if not unseen:
        return grid
    return replace(
        grid,
        values=_without(grid.values, unseen),
        formulas=_without(grid.formulas, unseen),
        links=_without(grid.links, unseen),
    )


def _without(held: dict[_Place, _Held], unseen: dict[_Place, Range]) -> dict[_Place, _Held]:
    return {place: one for place, one in held.items() if place not in unseen}
