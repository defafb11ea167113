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

MOST_LINES = 6
_LINE_POINTS = 15.0
_NUMBER_POINTS = 30.0


@dataclass(frozen=True, slots=True)
class Block:
    """One list of the view: a heading, lines to click, and what to say where there are none.

    `more` says where the rest stands if there are more lines than fit; `width` in characters.
    """

    heading: str
    lines: tuple[Content, ...]
    none: str
    more: str = ""
    width: float = 60


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
    """The view as cells, merged areas and row heights."""

    cells: dict[Cell, Placed]
    merges: tuple[Range, ...]
    heights: dict[int, Row]


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


def draw_view(
    view: View, tiles_at: int, lists_at: int, left: int, widths: Sequence[float]
) -> Drawn:
    """Lay the view out over columns from `left` with these widths (0: hidden): tiles from one row,
    lists from another. The lists' rows are always the same ones; unused ones are hidden."""
    cells: dict[Cell, Placed] = {}
    merges: list[Range] = []
    heights = {tiles_at: Row(_NUMBER_POINTS), tiles_at + 1: Row(_LINE_POINTS + 2)}

    def put(row: int, span: tuple[int, int], content: Content, style: Style) -> None:
        first, last = left + span[0], left + span[1]
        for column in range(first, last + 1):
            cells[Cell(row, column)] = Placed(None, style)
        cells[Cell(row, first)] = Placed(content, style)
        if last > first:
            merges.append(Range.of(row, first, row, last))

    for tile, span in zip(view.tiles, segments(widths, [20] * len(view.tiles)), strict=False):
        number, word = _tile_styles(tile)
        put(tiles_at, span, tile.number, number)
        put(tiles_at + 1, span, tile.word, word)
    used = max((_used(block) for block in view.blocks), default=0)
    targets = [block.width for block in view.blocks]
    for block, span in zip(view.blocks, segments(widths, targets), strict=False):
        put(lists_at, span, block.heading, replace(look.THEME, border=look.LINE))
        lines = list(_lines(block))
        for offset in range(MOST_LINES):
            line = lines[offset] if offset < len(lines) else None
            style = look.CELL_LINK if isinstance(line, Link) else look.CELL
            put(lists_at + 1 + offset, span, line, replace(style, valign="middle"))
            room = int(sum(widths[span[0] : span[1] + 1]) * 0.95)
            rows = -(-len(_text(line)) // max(room, 1))
            known = heights.get(lists_at + 1 + offset, Row(0)).height or 0
            height = max(known, _LINE_POINTS * max(rows, 1) + 1)
            heights[lists_at + 1 + offset] = Row(height, hidden=offset >= used)
    return Drawn(cells, tuple(merges), heights)


def _used(block: Block) -> int:
    return min(max(len(block.lines), 1), MOST_LINES)


def _text(content: Content) -> str:
    return content.text if isinstance(content, Link) else str(content or "")


def _lines(block: Block) -> Iterator[Content]:
    if not block.lines:
        yield block.none
    fits = len(block.lines) <= MOST_LINES
    shown = block.lines if fits else block.lines[: MOST_LINES - 1]
    yield from shown
    if not fits:
        yield f"and {len(block.lines) - len(shown)} more: {block.more}"


def _tile_styles(tile: Tile) -> tuple[Style, Style]:
    plain = Style(colour=look.INK, fill=look.BAND, align="center", valign="middle", bold=True)
    style = plain
    if tile.decision is not None and tile.number:
        coloured = look.decision_style(tile.decision)
        style = replace(plain, fill=coloured.fill, colour=coloured.colour)
    return replace(style, size=18), replace(style, bold=False)
