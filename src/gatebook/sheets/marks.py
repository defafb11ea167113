"""What needs attention, told where people look: a note on each cell, and a line above the table.

Pure: from judged reviews and the tabs as they were read to what has to be written into which cell. A
note may be shared with a person: gatebook's lines in it are known by how they begin and end, and every
other line is the person's and stays.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from gatebook.domain.cells import Cell
from gatebook.domain.findings import Finding
from gatebook.domain.judge import Judged
from gatebook.domain.systems import System, is_marked
from gatebook.domain.text import clean
from gatebook.sheets.form_parse import landmarks
from gatebook.sheets.model import Grid

# How each of our lines in a note begins, and the one after them.
START = "gatebook: "
END = "(gatebook takes this away when it is done. Your own words here stay.)"
# Ours is put below a person's words, behind a blank line.
_APART = "\n\n"
# How the line above the table begins. No label, stamp or key of a form does.
LINE = "» gatebook: "
# As much as is seen of one line over a form's columns.
_LONGEST_LINE = 165
_MOST_CELLS = 8
# More in one note nobody reads.
_MOST_SAID = 12
_LONGEST_SAID = 600


@dataclass(frozen=True, slots=True)
class Said:
    """What the reviews of one workbook need.

    `notes`: sentences by tab and cell. `general`: by review tab those that belong to no cell.
    """

    notes: Mapping[str, Mapping[Cell, tuple[str, ...]]] = field(default_factory=dict)
    general: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class TabEdits:
    """What is to be written into one tab, cell by cell; "" takes away what stands there.

    `notes`: whole notes, with what a person wrote. `lines`: the text of the line above the table.
    `set`, `removed`, `unchanged`: how many marks are new or say something new, go, and stay.
    """

    tab: str
    url: str
    notes: Mapping[Cell, str]
    lines: Mapping[Cell, str]
    set: int
    removed: int
    unchanged: int


def say(reviews: Iterable[Judged], tabs: Collection[str]) -> Said:
    """What these reviews of one workbook need now; `tabs` are its tabs.

    A form that nobody has begun is not covered with notes: one sentence says that it waits.
    """
    notes: dict[str, dict[Cell, tuple[str, ...]]] = defaultdict(dict)
    general: dict[str, tuple[str, ...]] = {}
    for judged in reviews:
        here = judged.review.tab
        general[here] = ()
        if not is_marked(judged.review):
            general[here] = (_not_begun(judged),)
            continue
        for finding in judged.findings:
            if finding.cell and finding.tab in tabs:
                cell, on = Cell.parse(finding.cell), notes[finding.tab]
                on[cell] = (*on.get(cell, ()), sentence(finding))
            else:
                general[here] += (sentence(finding),)
    return Said(notes, general)


def sentence(finding: Finding) -> str:
    """A finding as one line: what was found, and what to do."""
    text = clean(f"{finding.message} {finding.remedy}")
    return text if len(text) <= _LONGEST_SAID else f"{text[: _LONGEST_SAID - 1]}…"


def _not_begun(judged: Judged) -> str:
    open_things = sum(finding.level == "block" for finding in judged.findings)
    things = "one thing is" if open_things == 1 else f"{open_things} things are"
    return (
        f"No gate is marked yet; {things} still to be filled in, and Check says in each row what it "
        "needs."
    )


def edits_of(grid: Grid, said: Said) -> TabEdits:
    """How a tab's notes and line have to change, so that they say what `said` does and no more."""
    wanted = dict(said.notes.get(grid.tab, {}))
    lines: dict[Cell, str] = {}
    spot = _spot(grid)
    standing = {Cell(*at) for at, text in _texts(grid) if text.startswith(LINE)} if spot else set()
    if spot:
        general = said.general.get(grid.tab, ())
        text = _line(sorted(wanted), general)
        if spot.line and text:
            lines[spot.line] = text
            if len(text) > _LONGEST_LINE:
                lines[spot.line] = f"{text[: _LONGEST_LINE - 1].rstrip()}…"
                wanted[spot.line] = general
        elif general:
            wanted[spot.instead] = (*wanted.get(spot.instead, ()), *general)
    notes = dict(_notes(grid, wanted))
    changed = {at: lines.get(at, "") for at in sorted(standing | lines.keys())}
    changed = {at: text for at, text in changed.items() if grid.values.get(at, "") != text}
    return _counted(TabEdits(grid.tab, grid.url, notes, changed, 0, 0, 0), grid, wanted, lines)


def _counted(
    edits: TabEdits, grid: Grid, wanted: Mapping[Cell, object], lines: Mapping[Cell, str]
) -> TabEdits:
    gone = sum(cell not in wanted for cell in edits.notes)
    gone += sum(not text for text in edits.lines.values())
    new = len(edits.notes) + len(edits.lines) - gone
    return replace(edits, set=new, removed=gone, unchanged=len(wanted) + len(lines) - new)


def _notes(grid: Grid, wanted: Mapping[Cell, Sequence[str]]) -> Iterator[tuple[Cell, str]]:
    """The notes that change, whole."""
    for at in sorted({Cell(*place) for place in grid.notes} | wanted.keys()):
        now = _plain(grid.notes.get(at, ""))
        text = with_ours(without_ours(now), wanted.get(at, ()))
        if text != now:
            yield at, text


def with_ours(theirs: str, said: Sequence[str]) -> str:
    """A note of both: theirs, and below it ours, if there is anything to say."""
    if not said:
        return theirs
    most = said[:_MOST_SAID]
    more = [f"{len(said) - len(most)} more: see gatebook check."] if len(said) > len(most) else []
    ours = "\n".join([*(START + one for one in (*most, *more)), END])
    return f"{theirs}{_APART}{ours}" if theirs else ours


def without_ours(note: str) -> str:
    """A note without our lines: as the person left it. Words behind our last line are theirs."""
    if END not in note:
        return note
    before, _, behind = note.partition(END)
    # Ours is the last block; whatever stands above the blank line before it is theirs.
    above, _, block = before.rpartition(_APART)
    among = [one for one in block.strip("\n").split("\n") if not one.startswith(START)]
    below = without_ours(behind.strip("\n")).lstrip(" ")
    return _APART.join(filter(None, (above, "\n".join([*among, below]).strip("\n"))))


def _plain(note: str) -> str:
    return note.replace("\r\n", "\n")


def _line(cells: Sequence[Cell], general: Sequence[str]) -> str:
    if not cells and not general:
        return ""
    parts = []
    if cells:
        named = ", ".join(cell.a1 for cell in cells[:_MOST_CELLS])
        more = f" and {len(cells) - _MOST_CELLS} more" if len(cells) > _MOST_CELLS else ""
        parts.append(f"Look at {named}{more}: a note on the cell says what to do.")
    return LINE + " ".join([*parts, *general])


@dataclass(frozen=True, slots=True)
class _Spot:
    """Where the line of a form goes (None: somebody uses that row), and the cell whose note says it
    instead."""

    line: Cell | None
    instead: Cell


def _spot(grid: Grid) -> _Spot | None:
    """None where the tab is no form, or its table has lost its headers."""
    found = landmarks(grid)
    if found is None:
        return None
    head, decision = found
    free = _free_row(grid, head.row)
    return _Spot(None if free is None else Cell(free, 0), decision or head)


def _free_row(grid: Grid, head: int) -> int | None:
    """The row above the headers, if nothing stands in it but a line of ours."""
    row = head - 1
    used = any(
        at[0] == row and not (isinstance(value, str) and value.startswith(LINE))
        for at, value in grid.values.items()
    )
    used = used or any(at[0] == row for at in grid.formulas)
    merged = any(area.first.row <= row <= area.last.row for area in grid.merges)
    return None if row < 0 or used or merged else row


def _texts(grid: Grid) -> Iterator[tuple[tuple[int, int], str]]:
    """What people typed, and what we wrote."""
    for at, value in grid.values.items():
        if isinstance(value, str) and at not in grid.formulas:
            yield at, value


def current(systems: Iterable[System]) -> dict[str, list[Judged]]:
    """By location the reviews that count now: what editors of older ones would mend helps nobody."""
    found: dict[str, list[Judged]] = defaultdict(list)
    for system in systems:
        found[system.newest.review.location].append(system.newest)
    return found
