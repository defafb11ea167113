"""The Monday view: what an ops lead must know in ten seconds, above the Portfolio tab's table.

It stands on the table's own columns: cells are merged over as many of them as a text needs.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from gatebook.domain.cells import Cell, Range
from gatebook.domain.decision import Decision
from gatebook.sheets import look
from gatebook.sheets.model import Content, Link, Placed, Row, Style

MOST_LINES = 8
_LINE_POINTS = 15.0
_NUMBER_ROW_POINTS = 30.0


@dataclass(frozen=True, slots=True)
class Block:
    """One list of the view: a heading, lines to click, and what to say where there are none.

    `more` says where the rest stands if there are more lines than fit.
    """

    heading: str
    lines: tuple[Content, ...]
    none: str
    more: str = ""


@dataclass(frozen=True, slots=True)
class Tile:
    """One number with its word; `decision` gives the colour, None stays plain."""

    number: int
    word: str
    decision: Decision | None = None


@dataclass(frozen=True, slots=True)
class View:
    """The whole view: numbers, then lists side by side."""

    tiles: tuple[Tile, ...] = ()
    blocks: tuple[Block, ...] = ()


@dataclass(frozen=True, slots=True)
class Drawn:
    """The view as cells; `rows` of it are used, counted from the row it starts in."""

    cells: dict[Cell, Placed]
    merges: tuple[Range, ...]
    heights: dict[int, Row]
    rows: int


def segments(widths: Sequence[float], targets: Sequence[float]) -> list[tuple[int, int]]:
    """Group columns from left to right into stretches of at least these widths: (first, last).

    The last stretch may be short; columns that are left over stay free.
    """
    found: list[tuple[int, int]] = []
    column = 0
    for target in targets:
        first, width = column, 0.0
        while column < len(widths) and width < target:
            width += widths[column]
            column += 1
        if column > first:
            found.append((first, column - 1))
    return found


def draw_view(view: View, top: int, left: int, widths: Sequence[float]) -> Drawn:
    """Lay the view out from row `top`, over columns from `left` with these widths (0: hidden)."""
    cells: dict[Cell, Placed] = {}
    merges: list[Range] = []
    heights: dict[int, Row] = {top: Row(_NUMBER_ROW_POINTS), top + 1: Row(_LINE_POINTS + 2)}

    def put(row: int, span: tuple[int, int], content: Content, style: Style) -> None:
        first, last = left + span[0], left + span[1]
        for column in range(first, last + 1):
            cells[Cell(row, column)] = Placed(None, style)
        cells[Cell(row, first)] = Placed(content, style)
        if last > first:
            merges.append(Range.of(row, first, row, last))

    for tile, span in zip(view.tiles, segments(widths, [20] * len(view.tiles)), strict=False):
        number, word = _tile_styles(tile)
        put(top, span, tile.number, number)
        put(top + 1, span, tile.word, word)
    below = top + 3
    shown = max((min(len(block.lines), MOST_LINES) for block in view.blocks), default=0)
    for block, span in zip(view.blocks, segments(widths, [62] * len(view.blocks)), strict=False):
        room = sum(widths[span[0] : span[1] + 1])
        put(below, span, block.heading, replace(look.THEME, border=look.LINE))
        for offset, line in enumerate(_lines(block), 1):
            style = look.CELL_LINK if isinstance(line, Link) else look.CELL
            put(below + offset, span, line, replace(style, valign="middle"))
            lines = -(-len(_text(line)) // max(int(room * 0.95), 1))
            height = _LINE_POINTS * max(lines, 1) + 2
            known = heights.get(below + offset)
            if known is None or (known.height or 0) < height:
                heights[below + offset] = Row(height)
    extra = any(len(block.lines) > MOST_LINES for block in view.blocks)
    return Drawn(cells, tuple(merges), heights, 4 + max(shown, 1) + extra)


def _text(content: Content) -> str:
    return content.text if isinstance(content, Link) else str(content or "")


def _lines(block: Block) -> Iterator[Content]:
    if not block.lines:
        yield block.none
    yield from block.lines[:MOST_LINES]
    left_over = len(block.lines) - MOST_LINES
    if left_over > 0:
        yield f"and {left_over} more: {block.more}"


def _tile_styles(tile: Tile) -> tuple[Style, Style]:
    plain = Style(colour=look.INK, fill=look.BAND, align="center", valign="middle", bold=True)
    style = plain
    if tile.decision is not None and tile.number:
        coloured = look.decision_style(tile.decision)
        style = replace(plain, fill=coloured.fill, colour=coloured.colour)
    return replace(style, size=18), replace(style, bold=False)
