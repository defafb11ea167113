"""Reading a review tab back: fields by label and header, rows by hidden key, wherever they moved."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from sys import intern
from typing import NamedTuple

from gatebook.domain.cells import Cell
from gatebook.domain.checklist import Checklist
from gatebook.domain.fields import (
    ATTENDEES_LABEL,
    DECISION_LABEL,
    HEADER,
    ROW,
    ROW_BY_NAME,
)
from gatebook.domain.review import (
    SCHEMA,
    Attendee,
    DateValue,
    Review,
    SignOff,
    Stamp,
    Unreadable,
)
from gatebook.domain.text import clean, slug
from gatebook.sheets import typed
from gatebook.sheets.form_draw import STAMP_PREFIX, WORDING_PREFIX
from gatebook.sheets.form_rows import CellReader, gate_rows, shared, title_column
from gatebook.sheets.formulas import KEY_PREFIX
from gatebook.sheets.headers import (
    HeaderTrouble,
    Labels,
    cell_beside,
    find_columns,
    folded,
    label_cells,
    labels_outside,
    lookup,
)
from gatebook.sheets.layout import COLUMNS
from gatebook.sheets.merged import as_seen
from gatebook.sheets.model import Grid, Raw

_STAMP = re.compile(
    re.escape(STAMP_PREFIX)
    + r";schema=(?P<schema>[0-9]{1,9});checklist=(?P<checklist>[^;@]+)@(?P<version>[0-9]{1,9})"
    r";system=(?P<system>[^;]*);review=(?P<review>[^;]*)"
)
_REQUIRED = ("status", "owner", "next_action", "due", "artifact")
_AS_DRAWN = tuple(ROW_BY_NAME[name].label for name in COLUMNS if name in ROW_BY_NAME)
_TOO_LATE = (
    "If it is too late for that, gatebook repair makes a fresh form of all that can be read."
)
_TABLE_NAMES = lookup(ROW)
_LABEL_NAMES = lookup(HEADER) | {
    folded(ATTENDEES_LABEL): ("attendees", True),
    folded(DECISION_LABEL): ("decision", True),
}
_CHOICES = {
    field.name: typed.YES_NO_CHOICES
    if field.choices == ("Yes", "No")
    else {choice.lower(): choice for choice in field.choices}
    for field in HEADER
    if field.choices
}
# As many labels and headers as a tab without a stamp must show to count as a review.
_MIN_HEADERS = 4
_MIN_LABELS = 4
# A longer text is no label, header or gate key.
_LONGEST_LABEL = 80
# Most short texts stand on every form.
_folded = lru_cache(4_096)(folded)
# Fewer than so many in one row are words that happen to stand there, not the table's headers.
_FEWEST_HEADERS = 3
# Blank rows after which the list of attendees is over.
_ATTENDEE_GAP = 6


class TabTrouble(Exception):
    """A review tab that cannot be read: what was found (`reason`) and what to do (`remedy`)."""

    def __init__(self, reason: str, remedy: str) -> None:
        super().__init__(reason)
        self.reason = reason
        self.remedy = remedy


class _Places(NamedTuple):
    """Labels by name, columns of headers by row, the cells of gate keys, wordings by key."""

    labels: Labels
    headers: dict[int, set[int]]
    keys: list[Cell]
    wordings: dict[str, str]


def _places(grid: Grid) -> _Places:
    labels: Labels = {}
    headers: dict[int, set[int]] = {}
    keys: list[Cell] = []
    wordings: dict[str, str] = {}
    for place, value in grid.values.items():
        # What a formula shows may read like a label: the form itself says "Pilot lead" is missing.
        if type(value) is not str or len(value) > _LONGEST_LABEL or place in grid.formulas:
            continue
        row, column = place
        if value.startswith(KEY_PREFIX):
            keys.append(Cell(row, column))
            continue
        if value.startswith(WORDING_PREFIX):
            key, _, wording = value.removeprefix(WORDING_PREFIX).partition(":")
            wordings[key] = intern(wording)
            continue
        text = _folded(value)
        if text in _TABLE_NAMES:
            headers.setdefault(row, set()).add(column)
        if text in _LABEL_NAMES:
            name, exact = _LABEL_NAMES[text]
            labels.setdefault(name, {})[Cell(row, column)] = exact
    return _Places(labels, headers, sorted(keys), wordings)


def landmarks(grid: Grid) -> tuple[Cell, Cell | None] | None:
    """The first cell of the table's header row, and that of the label Decision; None for no form."""
    if not is_review(grid):
        return None
    labels, headers, _, _ = _places(grid)
    row = _table_row(headers)
    if len(headers.get(row, ())) < _FEWEST_HEADERS:
        return None
    return Cell(row, min(headers[row])), label_cells(labels).get("decision")


def _table_row(headers: dict[int, set[int]]) -> int:
    """The row with the most headers."""
    return max(headers, key=lambda row: len(headers[row]), default=-1)


def _key_cells(grid: Grid, found: list[Cell], checklist: Checklist) -> list[Cell]:
    """Keys stand in one column, that with the most gates; a text like a key elsewhere was typed."""
    ours = {KEY_PREFIX + gate.key for gate in checklist.gates}
    gates: dict[int, set[str]] = {}
    for cell in found:
        gates.setdefault(cell.column, set()).add(str(grid.values[cell]))
    column = max(sorted(gates), key=lambda column: len(gates[column] & ours), default=0)
    return [cell for cell in found if cell.column == column]


def is_review(grid: Grid) -> bool:
    """Whether a tab is a review: by its stamp, else by its labels and headers."""
    if any(type(v) is str and v.startswith(STAMP_PREFIX) for v in grid.values.values()):
        return True
    labels, headers, keys, _ = _places(grid)
    widest = max(map(len, headers.values()), default=0)
    return widest >= _MIN_HEADERS and (len(labels) >= _MIN_LABELS or bool(keys))


def is_stamp(text: str) -> bool:
    """Whether a text is a review tab's stamp and nothing else."""
    return bool(_STAMP.fullmatch(text))


def read_stamp(grid: Grid) -> Stamp | None:
    """The tab's stamp; None where it is gone. Raises TabTrouble for two stamps or a newer form."""
    found = {
        place: match
        for place, value in grid.values.items()
        if type(value) is str and value.startswith(STAMP_PREFIX) and (match := _STAMP.match(value))
    }
    if len(found) > 1:
        where = " and ".join(Cell(*place).a1 for place in sorted(found))
        raise TabTrouble(
            f"the tab holds two forms (their marks stand at {where})",
            "Keep one form on a tab: move the other one to a tab of its own.",
        )
    if not found:
        return None
    (match,) = found.values()
    schema = int(match["schema"])
    if schema > SCHEMA:
        raise TabTrouble(
            f"the form has schema {schema}, and this gatebook reads up to {SCHEMA}",
            "Update gatebook.",
        )
    return Stamp(
        schema, match["checklist"], int(match["version"]), match["system"], match["review"]
    )


def parse_review(grid: Grid, checklist: Checklist, location: str, modified: float) -> Review:
    """A review tab as typed data. Raises TabTrouble where the tab cannot be read as a whole."""
    stamp = read_stamp(grid)
    grid = as_seen(grid)
    labels, headers, found_keys, wordings = _places(grid)
    keys = _key_cells(grid, found_keys, checklist)
    table_row = _table_row(headers)
    if len(headers.get(table_row, ())) < _FEWEST_HEADERS:
        raise TabTrouble(
            "the row with the headers Status, Owner, Next action is gone",
            f"Bring the header row back (undo). {_TOO_LATE}",
        )
    texts = {
        column: str(value)
        for (row, column), value in grid.values.items()
        if row == table_row and isinstance(value, str)
    }
    try:
        columns = find_columns(table_row, texts, ROW, _REQUIRED)
    except HeaderTrouble as trouble:
        raise TabTrouble(
            str(trouble),
            f"Bring the header back as it was: {' · '.join(_AS_DRAWN)}. {_TOO_LATE}",
        ) from trouble
    if "gate" not in columns and (titles := title_column(grid, checklist)) is not None:
        columns["gate"] = titles
    rows = tuple(gate_rows(grid, checklist, columns, keys, table_row, wordings))
    known = set(columns.values())
    table = range(table_row, max((row.cells["status"].row for row in rows), default=table_row) + 1)
    reader, room = CellReader(grid), _room(grid, labels, table, known)
    cells = _value_cells(grid, labels, table, room, known)
    reader.note_missing(cells)
    system = _name(reader, cells, "system")
    return Review(
        location=location,
        tab=grid.tab,
        modified=modified,
        url=grid.url,
        workbook=grid.workbook,
        stamp=stamp or _stand_in(checklist, system, location, grid.tab),
        system=system,
        lead=_name(reader, cells, "lead"),
        review_date=_date(reader, cells, "review_date"),
        stakes=_choice(reader, cells, "stakes"),
        customer_data=_choice(reader, cells, "customer_data"),
        regulated_area=_choice(reader, cells, "regulated_area"),
        owner=_name(reader, cells, "owner"),
        backup=_name(reader, cells, "backup"),
        launch_date=_date(reader, cells, "launch_date"),
        live=_choice(reader, cells, "live"),
        regate_on=_date(reader, cells, "regate_on"),
        sign_off=SignOff(
            _name(reader, cells, "signed_by"),
            _name(reader, cells, "signer_role"),
            _date(reader, cells, "signed_on"),
        ),
        attendees=tuple(_attendees(grid, room)),
        rows=rows,
        cells=cells,
        formulas=reader.formulas,
        remarks=reader.remarks,
        shown=_shown(grid, cells),
    )


def _stand_in(checklist: Checklist, system: str, location: str, tab: str) -> Stamp:
    """For a tab that lost its stamp: ids from its name and place, never from a guess."""
    return Stamp(
        SCHEMA, checklist.id, checklist.version, slug(system), f"unstamped:{location}:{tab}"
    )


def _value_cells(
    grid: Grid, labels: Labels, table: range, room: list[tuple[Cell, Cell]], known: set[int]
) -> dict[str, Cell]:
    """The cell of each field of the head. Words in the table and in the list of attendees (where
    "Pilot lead" is a role) are no labels."""
    people = {cell for pair in room for cell in pair}
    chosen = label_cells(labels_outside(labels, table, people))
    stops, filled = set(chosen.values()), grid.values.keys() | grid.formulas.keys()
    beside = {name: cell_beside(at, filled, stops, known) for name, at in chosen.items()}
    cells = {name: cell for name, cell in beside.items() if cell}
    return shared(tuple(cells.items()) + ((("attendees", room[0][0]),) if room else ()))


def _name(reader: CellReader, cells: dict[str, Cell], name: str) -> str:
    return typed.as_name(reader.typed(name, cells[name])) if name in cells else ""


def _date(reader: CellReader, cells: dict[str, Cell], name: str) -> DateValue:
    if name not in cells:
        return None
    value = reader.typed(name, cells[name])
    return reader.formula(name) or typed.as_date_value(value, epoch_1904=reader.grid.epoch_1904)


def _choice(reader: CellReader, cells: dict[str, Cell], name: str) -> str | Unreadable:
    if name not in cells:
        return ""
    value = reader.typed(name, cells[name])
    return reader.formula(name) or typed.as_choice(value, _CHOICES[name])


def _shown(grid: Grid, cells: dict[str, Cell]) -> str | None:
    value = grid.values.get(cells["decision"]) if "decision" in cells else None
    return typed.as_name(value) or None


def _room(grid: Grid, labels: Labels, table: range, known: set[int]) -> list[tuple[Cell, Cell]]:
    """The cells of the attendees' names and roles: right of their label, and on below it."""
    label = label_cells(labels_outside(labels, table, set())).get("attendees")
    if not label:
        return []
    below = range(label.row, label.row + _ATTENDEE_GAP)
    filled = {Cell(label.row, column) for row, column in grid.values if row in below}
    names = cell_beside(label, filled, (), known) or label.right()
    roles = cell_beside(names, filled, (), known) or names.right()
    pairs: list[tuple[Cell, Cell]] = []
    blanks = 0
    while blanks < _ATTENDEE_GAP:
        down = len(pairs)
        if down and label.down(down) in grid.values:
            break
        blanks = 0 if _lines(grid.values.get(names.down(down))) else blanks + 1
        pairs.append((names.down(down), roles.down(down)))
    return pairs


def _attendees(grid: Grid, room: list[tuple[Cell, Cell]]) -> Iterator[Attendee]:
    """Everybody in the room; several names in one cell stand one a line, and so do their roles."""
    for name, role in room:
        roles = _lines(grid.values.get(role)) or [""]
        for place, person in enumerate(_lines(grid.values.get(name))):
            yield Attendee(person, roles[min(place, len(roles) - 1)])


def _lines(value: Raw | None) -> list[str]:
    return [line for part in typed.as_text(value).split("\n") if (line := clean(part))]
