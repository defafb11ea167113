"""Where a rule does not hold, and the words that its message needs.

A rule looks at one review and yields hits; the catalogue in `findings` has the texts and levels.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from typing import NamedTuple

from gatebook.domain.cells import Cell
from gatebook.domain.checklist import Checklist, Gate
from gatebook.domain.fields import HEADER_BY_NAME, ROW_BY_NAME
from gatebook.domain.review import (
    Change,
    GateRow,
    Review,
)


class Context(NamedTuple):
    """What a rule may look at besides the review: the checklist and the day it is judged on."""

    checklist: Checklist
    today: date


class Hit(NamedTuple):
    """A place where a rule does not hold, and the values that its message needs.

    `elsewhere`: a place that matters less (the catalogue may give it a lower level).
    """

    values: dict[str, str]
    field: str = ""
    row: GateRow | None = None
    gate: Gate | None = None
    change: Change | None = None
    elsewhere: bool = False


Rule = Callable[[Review, Context], Iterator[Hit]]


def quoted(text: str) -> str:
    """Text from a sheet inside a message, cut where it is long."""
    return f"“{text if len(text) <= 60 else text[:57] + '…'}”"


def days(count: int) -> str:
    """ "1 day", "12 days"."""
    return f"{count} day{'' if count == 1 else 's'}"


def _remark(remarks: dict[str, str], field: str) -> str:
    remark = remarks.get(field)
    return f" ({remark})" if remark else ""


def row_hit(row: GateRow, gate: Gate, field: str, **values: str) -> Hit:
    """A hit in one column of a gate's row; `values` adds to number, gate, label and remark."""
    label = f"Gate {gate.number} {gate.title}, {ROW_BY_NAME[field].label}"
    named = {"number": str(gate.number), "gate": gate.title, "label": label}
    return Hit(named | {"remark": _remark(row.remarks, field)} | values, field, row, gate)


def head_hit(review: Review, field: str, **values: str) -> Hit:
    """A hit at a field of the head or the sign-off; `values` adds to label and remark."""
    named = {"label": HEADER_BY_NAME[field].label, "remark": _remark(review.remarks, field)}
    return Hit(named | values, field)


def place_of(hit: Hit, review: Review) -> tuple[str, Cell | None]:
    """Tab and cell that a hit points at."""
    if hit.change:
        return hit.change.tab, hit.change.cells.get(hit.field)
    cells = hit.row.cells if hit.row else review.cells
    return review.tab, cells.get(hit.field)
