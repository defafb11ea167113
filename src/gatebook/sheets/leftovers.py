"""The Leftovers tab: what stood in an old sheet and has no place on the new form, as literal text."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Literal

from gatebook.domain.cells import Cell, Range
from gatebook.domain.leftover import Leftover
from gatebook.sheets import look
from gatebook.sheets.model import Column, Content, Page, Placed, Row, Sheet, Table

# In the first cell, so that readers leave the tab out: what it quotes may read like a form.
MARK = "gatebook:leftovers"
TAB_NAME = "Leftovers"
_HEADERS = ("Tab", "Cell", "Under", "Gate", "What stood there", "Why it was not carried")
_WIDTHS = (16, 8, 22, 7, 62, 52)
_FIRST = 1
_HEADER_ROW = 3


def draw_leftovers(
    found: Sequence[Leftover], source: str, paper: Literal["A4", "Letter"] = "A4"
) -> Sheet:
    """A row for each thing. `source` names the old sheet as people know it. Nobody has to keep the
    tab: no rule and no formula reads it, and it is not protected."""
    text = replace(look.CELL, align="left", valign="top")
    centre = replace(look.CELL_CENTRE, valign="top")
    rows: list[tuple[Content, ...]] = [
        (one.tab, one.cell, one.about, one.gate, one.found, one.why) for one in found
    ]
    return Sheet(
        name=TAB_NAME,
        cells={
            Cell(0, 0): Placed(MARK, look.HIDDEN),
            Cell(0, _FIRST): Placed("Leftovers", look.TITLE),
            Cell(1, _FIRST): Placed(
                f"This stood in {source} and has no place on the form. Move what you need to the "
                "Review tab by hand; then this tab may be deleted. Nothing here counts.",
                look.NOTE,
            ),
        },
        tables=(
            Table(
                at=Cell(_HEADER_ROW, _FIRST),
                header=_HEADERS,
                rows=rows,
                styles=(text, text, text, centre, text, text),
                header_style=look.HEADER,
            ),
        ),
        columns={0: Column(4, hidden=True)}
        | {_FIRST + place: Column(width) for place, width in enumerate(_WIDTHS)},
        rows={0: Row(26), 1: Row(32)}
        | {
            _HEADER_ROW + 1 + place: Row(_height(one), grows=True)
            for place, one in enumerate(found)
        },
        merges=(Range.of(1, _FIRST, 1, _FIRST + len(_WIDTHS) - 1),),
        freeze=Cell(_HEADER_ROW + 1, 0),
        page=Page(paper=paper, tall=0, repeat=(_HEADER_ROW, _HEADER_ROW)),
        cursor=Cell(_HEADER_ROW + 1, _FIRST),
    )


_LINE_POINTS = 15.0
_MOST_LINES = 12


def _height(one: Leftover) -> float:
    """Room for the longest text of a row at its column's width."""
    texts = (one.tab, one.cell, one.about, "", one.found, one.why)
    lines = (
        sum(-(-len(part) // width) or 1 for part in text.split("\n"))
        for text, width in zip(texts, _WIDTHS, strict=True)
    )
    return _LINE_POINTS * min(max(lines), _MOST_LINES) + 3
