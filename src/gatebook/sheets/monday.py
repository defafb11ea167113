"""The Monday view: what an ops lead must know in ten seconds, above the Portfolio tab's table.

It stands on the table's own columns: cells are merged over as many of them as a text needs.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from textwrap import wrap

from gatebook.domain.cells import Cell, Range
from gatebook.domain.decision import Decision
from gatebook.sheets import look
from gatebook.sheets.model import Content, Link, Placed, Row, Style

MOST_LINES = 6
# What its lists are called. By these, and by nothing else, a later version knows the cells under them
# for its own: do not change one without keeping the old one.
BLOCKED, NOTHING = "Who cannot launch, and why", "Nothing to show yet"
LATE, DUE = "Overdue actions", "Reviews due within 14 days"
_EARLIER = {"Delayed or red live, and why", "Could not be read or found"}
HEADINGS = frozenset({BLOCKED, NOTHING, LATE, DUE}) | _EARLIER
DUE_DAYS = 14
LINE_POINTS = 15.0
_NUMBER_POINTS = 26.0
_TILE = 19.0
# So many letters of a text fit where one digit does: in Calibri 1.11 to 1.23 (measured), less only
# where nearly all are capitals.
_LETTERS = 1.12
_LETTERS_OF_PROSE = 1.2


@dataclass(frozen=True, slots=True)
class Block:
    """One list of the view: a heading, lines to click, and what to say where there are none.

    `more` says where the rest stands if there are more lines than fit, and `rest` leads there: a
    place in this workbook, as a link's target. `width` in characters. `coming`: so many lines at the
    end are of days to come; two of them show however many stand above.
    """

    heading: str
    lines: tuple[Content, ...]
    none: str
    more: str = ""
    rest: str = ""
    width: float = 60
    coming: int = 0


@dataclass(frozen=True, slots=True)
class Tile:
    """One number with its word; `decision` gives the colour, None stays plain. `to`: what the word
    leads to, as a link's target; such a tile asks for a look, so it has a colour too."""

    number: int
    word: str
    decision: Decision | None = None
    to: str = ""


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


def lines_needed(text: str, width: float) -> int:
    """How many lines a text takes in a column of this width in characters, rather one too many.

    A width counts digits; a line ends at a word.
    """
    room = max(width * _LETTERS - 3, width * 0.8, 1)
    return sum(
        1 if len(line) <= width * _LETTERS else -int(-len(line) // room)
        for line in text.split("\n")
    )


def in_lines(text: str, lines: int, width: float) -> str:
    """A text in so many lines of this width, cut after a word where it needs more."""
    room = max(int(width * _LETTERS), 1)
    return " ".join(wrap(text, room, max_lines=lines, placeholder="…")) if text else ""


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


def spread(widths: Sequence[float], targets: Sequence[float]) -> list[tuple[int, int]]:
    """As many stretches as there are targets, narrower ones where the columns do not reach for all.
    The last one takes all that is left; fewer come back only where there are fewer columns."""
    found: list[tuple[int, int]] = []
    for tenths in range(10, 0, -1):
        found = segments(widths, [target * tenths / 10 for target in targets])
        if len(found) == len(targets):
            break
    return [*found[:-1], *((first, len(widths) - 1) for first, _ in found[-1:])]


def draw_view(
    view: View,
    tiles_at: int,
    lists_at: int,
    left: int,
    widths: Sequence[float],
    most: int = MOST_LINES,
) -> Drawn:
    """Lay the view out over columns from `left` with these widths (0: hidden): tiles from one row,
    lists of at most so many lines from another. The lists' rows are always the same ones; unused
    ones are hidden."""
    cells: dict[Cell, Placed] = {}
    merges: list[Range] = []
    heights = {tiles_at: Row(_NUMBER_POINTS), tiles_at + 1: Row(LINE_POINTS)}

    def put(row: int, span: tuple[int, int], content: Content, style: Style) -> None:
        first, last = left + span[0], left + span[1]
        for column in range(first, last + 1):
            cells[Cell(row, column)] = Placed(None, style)
        cells[Cell(row, first)] = Placed(content, style)
        if last > first:
            merges.append(Range.of(row, first, row, last))

    for tile, span in zip(view.tiles, spread(widths, [_TILE] * len(view.tiles)), strict=False):
        number, word = _tile_styles(tile)
        put(tiles_at, span, tile.number, number)
        put(tiles_at + 1, span, Link(tile.to, tile.word) if tile.to else tile.word, word)
    used = max((len(_lines(block, most)) for block in view.blocks), default=0)
    spans = spread(widths, [block.width for block in view.blocks])
    for block, span in zip(view.blocks, spans, strict=False):
        put(lists_at, span, block.heading, replace(look.THEME, border=look.LINE))
        lines = _lines(block, most)
        room = letters(sum(widths[span[0] : span[1] + 1]))
        for offset in range(MOST_LINES):
            line = fitted(lines[offset], room) if offset < len(lines) else None
            style = look.CELL_LINK if isinstance(line, Link) else look.CELL
            put(lists_at + 1 + offset, span, line, replace(style, wrap=False, shrink=True))
            heights[lists_at + 1 + offset] = Row(LINE_POINTS, hidden=offset >= used)
    return Drawn(cells, tuple(merges), heights)


def letters(width: float) -> int:
    """How many letters fit in one line of this width. A link must not be longer: LibreOffice neither
    wraps nor shrinks one, and cuts it without a sign."""
    return int(width * _LETTERS_OF_PROSE)


def fitted(line: Content, room: int) -> Content:
    """A line that is not longer than that; what it leads to says it all."""
    if isinstance(line, Link):
        return replace(line, text=cut(line.text, room))
    return cut(str(line), room)


def cut(text: str, room: int) -> str:
    """A text of at most so many letters; a sign shows that there is more."""
    return text if len(text) <= room else text[: room - 1].rstrip() + "…"


def _lines(block: Block, most: int) -> Sequence[Content]:
    """At most so many lines; the last one says how many more there are, and where."""
    if not block.lines:
        return (block.none,)
    if len(block.lines) <= most:
        return block.lines
    # Of three lines one, of more two are for what is to come.
    first = len(block.lines) - block.coming
    past = min(first, most - 1 - min(block.coming, 2, most - 2))
    shown = (*block.lines[:past], *block.lines[first : first + most - 1 - past])
    rest = f"and {len(block.lines) - len(shown)} more, {block.more}"
    return (*shown, Link(block.rest, rest) if block.rest else rest)


def _tile_styles(tile: Tile) -> tuple[Style, Style]:
    plain = Style(colour=look.INK, fill=look.BAND, align="center", valign="middle", bold=True)
    style = plain
    if tile.decision is not None and tile.number:
        coloured = look.decision_style(tile.decision)
        style = replace(plain, fill=coloured.fill, colour=coloured.colour)
    if tile.to:
        style = replace(plain, fill=look.status_style(None).fill)
    word = replace(style, bold=False, shrink=True, underline=bool(tile.to))
    return replace(style, size=18), word
