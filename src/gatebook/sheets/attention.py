"""The list beside a workbook on disk: what needs attention in it, with a link to each cell.

People's files are never written into, so their notes stand in a small workbook of their own.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from hashlib import sha256

from gatebook.domain.cells import Cell, Range
from gatebook.domain.findings import Finding
from gatebook.domain.judge import Judged
from gatebook.domain.systems import is_marked
from gatebook.domain.text import is_seen
from gatebook.sheets import look
from gatebook.sheets.model import (
    Column,
    Content,
    Grid,
    Link,
    Page,
    Placed,
    Protection,
    Row,
    Sheet,
    Workbook,
)
from gatebook.sheets.review_form import TabProblem

# In the first cell: by this a list is known as ours, and by the checksum behind it that nobody has
# written into it since.
MARK = "gatebook:attention"
# What replace_file keeps beside a list that somebody has open is one too.
_WORDS_OF_NAME = " - needs attention"
_NAME = re.compile(rf".+{_WORDS_OF_NAME}( \(new\))?\.xlsx", re.IGNORECASE | re.DOTALL)
_TAB = "Needs attention"
_HEADERS = ("Gate", "Where", "What was found", "What to do", "Counts as")
_WIDTHS = (30, 15, 52, 52, 12)
_FIRST = 1
_LAST = _FIRST + len(_WIDTHS) - 1
_TOP = 3
_LEVELS = {"block": "To finish", "warn": "To know"}
_LINE_POINTS = 15.0
# Characters of a column's width hold more letters than digits, by which widths are counted.
_LETTERS = 1.1
# Stored in the file; the same list is the same file.
_CREATED = datetime(2026, 1, 1, tzinfo=UTC)


def list_name(workbook: str) -> str:
    """The name of the list beside a workbook: "Chat.xlsx" → "Chat - needs attention.xlsx"."""
    stem = workbook[: -len(".xlsx")] if workbook.lower().endswith(".xlsx") else workbook
    return f"{stem}{_WORDS_OF_NAME}.xlsx"


def is_list_name(name: str) -> bool:
    """Whether a file's name is that of such a list."""
    # Asked of every file of a folder; a search for a plain text takes no time.
    return _WORDS_OF_NAME in name.lower() and bool(_NAME.fullmatch(name))


@dataclass(frozen=True, slots=True)
class Part:
    """What one review, or one tab that cannot be read, needs. Each entry is one row of the list."""

    heading: str
    rows: tuple[tuple[Content, ...], ...]


def parts_of(
    workbook: str, reviews: Iterable[Judged], problems: Iterable[TabProblem]
) -> tuple[Part, ...]:
    """What a workbook of that file name needs; nothing for forms that nobody has begun."""
    unread = tuple(
        ("", _link(workbook, one.tab, ""), one.reason, one.remedy, _LEVELS["block"])
        for one in problems
    )
    found = [Part("Cannot be read", unread)] if unread else []
    for judged in reviews:
        if is_marked(judged.review) and judged.findings:
            name = judged.review.system or judged.review.tab
            rows = tuple(_row(workbook, judged, one) for one in _in_order(judged.findings))
            found.append(Part(f"{name}: {judged.verdict.shown_as}", rows))
    return tuple(found)


def _in_order(findings: Iterable[Finding]) -> list[Finding]:
    """As one meets them in the sheet."""
    return sorted(
        findings, key=lambda one: (one.tab, Cell.parse(one.cell) if one.cell else Cell(0, 0))
    )


def _row(workbook: str, judged: Judged, finding: Finding) -> tuple[Content, ...]:
    titles = {gate.number: f"{gate.number}  {gate.title}" for gate in judged.checklist.gates}
    tab = finding.tab or judged.review.tab
    return (
        titles.get(finding.gate or 0, ""),
        _link(workbook, tab, finding.cell or ""),
        finding.message,
        finding.remedy,
        _LEVELS[finding.level],
    )


def _link(workbook: str, tab: str, cell: str) -> Link:
    quoted = tab.replace("'", "''")
    place = f"#'{quoted}'!{cell or 'A1'}" if tab else ""
    return Link(f"{workbook}{place}", f"{tab} {cell}".strip() or workbook, file=True)


def attention_workbook(workbook: str, parts: Sequence[Part]) -> Workbook:
    """The list as a workbook of one page width. The same parts, the same workbook."""
    cells = {
        Cell(0, _FIRST): Placed("Needs attention", look.TITLE),
        Cell(1, _FIRST): Placed(
            f"This is what gatebook found in {workbook}. Click on a place to go there, and mend it "
            "there. gatebook makes this list anew, and deletes it when nothing is left.",
            replace(look.NOTE, valign="middle"),
        ),
    }
    rows = {0: Row(28), 1: Row(32)}
    merges = [Range.of(1, _FIRST, 1, _LAST)]
    at = _TOP
    for part in parts:
        heading = replace(look.THEME, size=12, indent=1)
        for column in range(_FIRST, _LAST + 1):
            cells[Cell(at, column)] = Placed(None, heading)
            cells[Cell(at + 1, column)] = Placed(_HEADERS[column - _FIRST], _HEADER)
        cells[Cell(at, _FIRST)] = Placed(part.heading, heading)
        merges.append(Range.of(at, _FIRST, at, _LAST))
        rows |= {at: Row(22), at + 1: Row(20)}
        for place, line in enumerate(part.rows, at + 2):
            rows[place] = Row(_height(line), grows=True)
            for column, (content, style) in enumerate(zip(line, _STYLES, strict=True), _FIRST):
                cells[Cell(place, column)] = Placed(content, style)
        at += len(part.rows) + 3
    stamp = f"{MARK};sum={_sum((*cell, _text(one.content)) for cell, one in cells.items())}"
    sheet = Sheet(
        name=_TAB,
        cells={Cell(0, 0): Placed(stamp, look.HIDDEN), **cells},
        columns={0: Column(4, hidden=True)}
        | {_FIRST + place: Column(width) for place, width in enumerate(_WIDTHS)},
        rows=rows,
        merges=tuple(merges),
        protection=Protection(),
        page=Page(tall=0, footer="&RPage &P of &N"),
        tab_colour=look.HEAD,
        cursor=Cell(_TOP + 2, _FIRST + 1),
    )
    return Workbook((sheet,), f"Needs attention: {workbook}", _CREATED)


_HEADER = replace(look.HEADER, indent=1)
_WORDS = replace(look.CELL, align="left", indent=1)
_STYLES = (
    _WORDS,
    replace(look.CELL_LINK, align="left", indent=1),
    _WORDS,
    _WORDS,
    replace(_WORDS, colour=look.MUTED),
)


def _height(line: Sequence[Content]) -> float:
    lines = (
        -(-len(_text(content)) // int(width * _LETTERS - 2))
        for content, width in zip(line, _WIDTHS, strict=True)
    )
    return _LINE_POINTS * max(*lines, 1) + 5


def _text(content: Content) -> str:
    return content.text if isinstance(content, Link) else str(content or "")


def _sum(texts: Iterable[tuple[int, int, str]]) -> str:
    """A checksum of what is seen in which cell: all but spaces and the like, which programs change."""
    found = sorted(
        (row, column, signs)
        for row, column, text in texts
        if (signs := "".join(filter(is_seen, text)))
    )
    return sha256(repr(found).encode("utf-8", "replace")).hexdigest()[:16]


@dataclass(frozen=True, slots=True)
class Standing:
    """A list as it stands on disk. `touched`: somebody has written into it. `things`: its rows."""

    stamp: str
    touched: bool
    things: int


def standing(grids: Sequence[Grid]) -> Standing | None:
    """What a workbook is as a list; None where it is none of ours."""
    first = grids[0].values.get((0, 0)) if grids else None
    if not isinstance(first, str) or not first.startswith(f"{MARK};"):
        return None
    values = grids[0].values
    texts = [(*at, str(value)) for at, value in values.items() if at != (0, 0)]
    whole = len(grids) == 1 and not grids[0].formulas and first == f"{MARK};sum={_sum(texts)}"
    things = sum(at[1] == _LAST and value in _LEVELS.values() for at, value in values.items())
    return Standing(first, not whole, things)


def stamp_of(workbook: Workbook) -> str:
    """The stamp that a list was drawn with."""
    return _text(workbook.sheets[0].cells[Cell(0, 0)].content)


def things_in(parts: Sequence[Part]) -> int:
    """How many things a list says."""
    return sum(len(part.rows) for part in parts)
