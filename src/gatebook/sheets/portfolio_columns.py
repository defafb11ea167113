"""The portfolio's columns, listed once: drawing and reading back both follow these lists."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Generic, Literal, TypeVar

from gatebook.domain.cells import Cell, Range
from gatebook.domain.decision import decision_words
from gatebook.domain.review import Status
from gatebook.sheets import look
from gatebook.sheets.model import ColourRule, Content, Link, Row, Style, Table
from gatebook.sheets.monday import LINE_POINTS, lines_needed
from gatebook.sheets.portfolio_tables import (
    ActionRow,
    DecisionRow,
    EvidenceRow,
    FindingRow,
    GateRowOf,
    HistoryRow,
    PersonRow,
    RunRow,
    SystemRow,
    Tables,
)

Record = TypeVar("Record")
# The reader's own columns take text: a date typed there stays what was typed, from sync to sync.
_NOTE = replace(look.FIELD, fill="#FFFDF5", number_format="@", indent=0)
# Beside the coloured strip a text needs some air.
_BESIDE = replace(look.CELL, indent=1)
# A nought says nothing, so it is not shown.
_COUNT = replace(look.CELL_CENTRE, number_format='0;-0;""')
_SHARE = replace(look.CELL_CENTRE, number_format='0%;-0%;""')


@dataclass(frozen=True, slots=True)
class Spec(Generic[Record]):
    """One column of a tab: header, width in characters, look, and what it shows of a record.

    A hidden one stands among the visible ones, so that sorting by hand takes it along. `is_past`: it
    shows one of a system's past reviews. `on_paper`: it prints; those that do not stand last.
    """

    header: str
    width: float
    style: Style
    show: Callable[[Record], Content]
    hidden: bool = False
    is_past: bool = False
    on_paper: bool = True


def state_text(row: SystemRow) -> str:
    """What the next sync must know about a row: the hidden column of the Portfolio tab."""
    state = {"key": row.key, "decision": row.decision_code, "file": row.file, "tab": row.tab}
    # As ASCII, no program that saves the file can change a letter of it.
    return json.dumps(state)


def _opened(row: SystemRow) -> Content:
    """The decision, which leads to its sheet: unlike a name it always fits, and LibreOffice wraps no
    link."""
    return replace(row.link, text=row.decision) if isinstance(row.link, Link) else row.decision


KEY_HEADER = "Key"
# Earlier versions called the counts of such gates the other; elsewhere an open one is an action.
NOT_MARKED, WAS_NOT_MARKED = "Not marked", "Open"
SYSTEM_COLUMNS: tuple[Spec[SystemRow], ...] = (
    Spec("System", 22, replace(look.CELL, bold=True), lambda r: r.system),
    Spec(KEY_HEADER, 8, look.HIDDEN, state_text, hidden=True),
    Spec("Decision", 36, look.CELL_LINK, _opened),
)


def _count(place: int) -> Callable[[SystemRow], Content]:
    """A count, and nothing where nothing is known of the system."""
    return lambda row: row.counts[place] if row.decision_code else None


# What prints with the strip, then what only the screen shows; the reader's notes stand behind the
# first of these.
PAGE_COLUMNS: tuple[Spec[SystemRow], ...] = (
    Spec("What blocks", 42, _BESIDE, lambda r: r.blocks or None),
    Spec("Overdue actions", 8, look.CELL_CENTRE, lambda r: r.overdue or None),
    Spec("Production owner", 16, look.CELL, lambda r: r.owner or None),
    Spec("Since last review", 23, look.CELL, lambda r: r.change or None),
    Spec("Review date", 10.5, look.DATE, lambda r: r.review_date),
    Spec("Next review", 10.5, look.DATE, lambda r: r.next_due),
)
SCREEN_COLUMNS: tuple[Spec[SystemRow], ...] = (
    Spec("Because", 26, look.CELL, lambda r: r.next_reason or None),
    Spec("Sheet", 42, look.CELL_LINK, lambda r: r.link),
    Spec("Pilot lead", 16, look.CELL, lambda r: r.lead or None),
    Spec("Regulated area", 38, look.CELL, lambda r: r.regulated or None),
    Spec("Green", 7, look.CELL_CENTRE, _count(0)),
    Spec("Yellow", 7, look.CELL_CENTRE, _count(1)),
    Spec("Red", 7, look.CELL_CENTRE, _count(2)),
    Spec(NOT_MARKED, 7.5, look.CELL_CENTRE, _count(3)),
    Spec("Sync state", 30, look.CELL, lambda r: r.state),
)
ACTION_COLUMNS: tuple[Spec[ActionRow], ...] = (
    Spec("System", 26, replace(look.CELL, bold=True), lambda r: r.system),
    Spec("Gate", 30, look.CELL, lambda r: r.gate),
    Spec("Status", 10, look.CELL_CENTRE, lambda r: r.status),
    Spec("Next action", 60, look.CELL, lambda r: r.action),
    Spec("Owner", 20, look.CELL, lambda r: r.owner or None),
    Spec("Due", 12, look.DATE, lambda r: r.due),
    Spec("When", 14, look.CELL_CENTRE, lambda r: r.when),
    Spec("Days overdue", 10, look.CELL_CENTRE, lambda r: r.days_overdue),
    Spec("Sheet", 34, look.CELL_LINK, lambda r: r.link),
)
FINDING_COLUMNS: tuple[Spec[FindingRow], ...] = (
    Spec("System", 26, replace(look.CELL, bold=True), lambda r: r.system),
    Spec("Level", 8, look.CELL_CENTRE, lambda r: r.level),
    Spec("Code", 26, look.CELL, lambda r: r.code),
    Spec("Tab", 14, look.CELL, lambda r: r.tab or None),
    Spec("Cell", 8, look.CELL_CENTRE, lambda r: r.cell or None),
    Spec("What was found", 60, look.CELL, lambda r: r.message),
    Spec("What to do", 50, look.CELL, lambda r: r.remedy),
    Spec("Sheet", 42, look.CELL_LINK, lambda r: r.link),
)
GATE_COLUMNS: tuple[Spec[GateRowOf], ...] = (
    Spec("#", 5, look.CELL_CENTRE, lambda r: r.number),
    Spec("Gate", 30, replace(look.CELL, bold=True), lambda r: r.gate),
    Spec("Red", 9, _SHARE, lambda r: r.red_share),
    Spec("Yellow", 9, _SHARE, lambda r: r.yellow_share),
    Spec("Green", 9, _SHARE, lambda r: r.green_share),
    Spec(NOT_MARKED, 9, _SHARE, lambda r: r.unmarked_share),
    Spec("Typical in pilots (source article)", 30, look.CELL, lambda r: r.typical or None),
    Spec("Red in", 60, look.CELL, lambda r: r.red_systems or None),
    Spec("Yellow in", 60, look.CELL, lambda r: r.yellow_systems or None),
)
DECISION_COLUMNS: tuple[Spec[DecisionRow], ...] = (
    Spec("Recorded on", 13, look.DATE, lambda r: r.recorded),
    Spec("System", 26, replace(look.CELL, bold=True), lambda r: r.system),
    Spec("Review date", 13, look.DATE, lambda r: r.review_date),
    Spec("Decision", 28, look.CELL, lambda r: decision_words(r.decision, live=r.live)),
    Spec("Green", 8, look.CELL_CENTRE, lambda r: r.counts[0]),
    Spec("Yellow", 8, look.CELL_CENTRE, lambda r: r.counts[1]),
    Spec("Red", 8, look.CELL_CENTRE, lambda r: r.counts[2]),
    Spec(NOT_MARKED, 8, look.CELL_CENTRE, lambda r: r.counts[3]),
    Spec("Review id", 60, replace(look.CELL, colour=look.MUTED), lambda r: r.review_id),
)
RUN_COLUMNS: tuple[Spec[RunRow], ...] = (
    Spec("When", 26, look.CELL, lambda r: r.when),
    Spec("Sheets read", 12, _COUNT, lambda r: r.read),
    Spec("Could not be read", 12, _COUNT, lambda r: r.unreadable),
    Spec("Passed over", 12, _COUNT, lambda r: r.passed_over),
    Spec("What changed", 80, look.CELL, lambda r: r.changed or None),
)
PERSON_COLUMNS: tuple[Spec[PersonRow], ...] = (
    Spec("Person", 26, replace(look.CELL, bold=True), lambda r: r.name),
    Spec("Systems owned", 9, _COUNT, lambda r: r.systems),
    Spec("Open actions", 9, _COUNT, lambda r: r.open_actions),
    Spec("Overdue", 9, _COUNT, lambda r: r.overdue),
    Spec("Owns", 50, look.CELL, lambda r: r.owns or None),
    Spec("Backs up", 50, look.CELL, lambda r: r.backs or None),
    Spec("Single point of failure", 50, look.CELL, lambda r: r.alone or None),
)
EVIDENCE_COLUMNS: tuple[Spec[EvidenceRow], ...] = (
    Spec("System", 26, replace(look.CELL, bold=True), lambda r: r.system),
    Spec("Area", 12, look.CELL, lambda r: r.area),
    Spec("Gate", 32, look.CELL, lambda r: r.gate),
    Spec("Status", 10, look.CELL_CENTRE, lambda r: r.status),
    Spec("Artifact", 44, look.CELL_LINK, lambda r: r.artifact),
    Spec("Owner", 22, look.CELL, lambda r: r.owner or None),
    Spec("Reviewed on", 12, look.DATE, lambda r: r.reviewed),
    Spec("Sheet", 34, look.CELL_LINK, lambda r: r.link),
)


NEWEST_REVIEW = "now"


def history_specs(most: int) -> list[Spec[HistoryRow]]:
    """The columns of the tab Review history, with room for so many past reviews of a system."""

    def review(back: int) -> Callable[[HistoryRow], Content]:
        return lambda row: row.reviews[-1 - back] if back < len(row.reviews) else None

    strip = [
        Spec(
            f"-{back}" if back else NEWEST_REVIEW, 4.6, look.CELL_CENTRE, review(back), is_past=True
        )
        for back in reversed(range(most))
    ]
    return [
        Spec("System", 26, replace(look.CELL, bold=True), lambda r: r.system),
        Spec("Decision", 28, look.CELL, lambda r: r.decision),
        *strip,
        Spec("Reviews held", 8, _COUNT, lambda r: len(r.reviews)),
        Spec("Trend", 12, look.CELL_CENTRE, lambda r: r.trend or None),
        Spec("Since last review", 25, look.CELL, lambda r: r.change or None),
        Spec("Delayed since", 11.5, look.DATE, lambda r: r.red_since),
        Spec("Days delayed", 8.5, look.CELL_CENTRE, lambda r: r.days_red),
        Spec("Due dates moved", 10, _COUNT, lambda r: r.slips),
        Spec("Re-gates kept", 9, _COUNT, lambda r: r.kept),
        Spec("Re-gates missed", 9, _COUNT, lambda r: r.missed),
        Spec("Next review", 11.5, look.DATE, lambda r: r.next_due),
        Spec("Days late", 8, look.CELL_CENTRE, lambda r: r.days_late),
        Spec("Because", 20, look.CELL, lambda r: r.next_reason or None),
        # With these the page would print at half its size.
        Spec("Major changes since", 32, look.CELL, lambda r: r.changes or None, on_paper=False),
        Spec(
            "Launched without passing", 36, look.CELL, lambda r: r.launched or None, on_paper=False
        ),
    ]


def system_specs(tables: Tables) -> list[Spec[SystemRow]]:
    """The Portfolio tab's columns in order, with the strip and the reader's own columns."""

    def letter(place: int) -> Callable[[SystemRow], Content]:
        return lambda row: row.strip[place] if place < len(row.strip) else None

    def note(header: str) -> Callable[[SystemRow], Content]:
        return lambda row: row.notes.get(header)

    strip = [
        Spec(str(place + 1), 3.3, look.CELL_CENTRE, letter(place))
        for place in range(tables.strip_length)
    ]
    notes = [Spec(header, 30, _NOTE, note(header)) for header in tables.note_headers]
    page, screen = (*SYSTEM_COLUMNS, *strip, *PAGE_COLUMNS), SCREEN_COLUMNS
    return [*page, screen[0], *notes[:1], *screen[1:], *notes[1:]]


@cache
def _header(align: Literal["left", "center", "right"] | None, indent: int) -> Style:
    return replace(look.HEADER, align=align or look.HEADER.align, indent=indent)


def drawn_table(at: Cell, specs: Sequence[Spec[Record]], records: Sequence[Record]) -> Table:
    """The records as a table."""
    return Table(
        at=at,
        header=tuple(spec.header for spec in specs),
        rows=[[spec.show(record) for spec in specs] for record in records],
        styles=tuple(spec.style for spec in specs),
        header_styles=tuple(_header(spec.style.align, spec.style.indent) for spec in specs),
    )


_MOST_LINES = 10


def heights(
    table: Table, specs: Sequence[Spec[Record]], most: int = _MOST_LINES, padding: float = 2
) -> dict[int, Row]:
    """Room for the wrapped text of each row, at most so many lines of it; it grows from there."""
    wrapped = [(place, spec.width) for place, spec in enumerate(specs) if not spec.hidden]
    found: dict[int, Row] = {}
    for offset, record in enumerate(table.rows, 1):
        lines = 1
        for place, width in wrapped:
            content = record[place]
            text = content.text if isinstance(content, Link) else content
            if isinstance(text, str) and len(text) > width:
                lines = max(lines, lines_needed(text, width))
        height = max(LINE_POINTS * min(lines, most) + padding, LINE_POINTS + 2)
        found[table.at.row + offset] = Row(height, grows=True)
    return found


def status_rules(area: Range, words: dict[str, Status]) -> list[ColourRule]:
    """Each of the words in the colour of its status."""
    # A cell without pinned column, so that one rule serves the strip's many columns.
    cell = area.first.a1
    return [
        ColourRule(area, f'={cell}="{word}"', look.status_style(status))
        for word, status in words.items()
    ]
