"""Making a damaged review tab readable again, on a copy: keys, headers and labels put back.

The ordinary parser then reads the copy, so that a repaired form means what any form means. Cells keep
their addresses. Only what can be told without guessing is put back: a text that is nearly the label or
another common word for it, a place between neighbours that stand where they were drawn, a gate's own
title.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from difflib import get_close_matches

from gatebook.domain.cells import Cell
from gatebook.domain.checklist import Checklist
from gatebook.domain.fields import ATTENDEES_LABEL, HEADER, HEADER_BY_NAME, ROW, ROW_BY_NAME
from gatebook.domain.likeness import likeliest
from gatebook.domain.text import clean
from gatebook.sheets import typed
from gatebook.sheets.formulas import KEY_PREFIX
from gatebook.sheets.headers import folded, lookup, texts_by_row
from gatebook.sheets.layout import COLUMNS, layout_for
from gatebook.sheets.model import Grid, Raw
from gatebook.sheets.old_headers import SURE_WORDS

_INPUTS = ("status", "owner", "next_action", "due", "artifact")
_FEWEST_HEADERS = 3
_LONGEST_LABEL = 80
# As alike as a label with a slip of the finger in it.
_NEARLY = 0.8
# So many neighbours where they were drawn show that a place is the form's own.
_NEIGHBOURS = 3
# Names and roles stand side by side; inserted columns may part them.
_ROOM_COLUMNS = 5
_HEAD = tuple(
    field.name for field in HEADER if field.name not in ("signed_by", "signer_role", "signed_on")
)
_SIGN_OFF = ("signed_by", "signer_role", "signed_on")


@dataclass(frozen=True, slots=True)
class Mended:
    """The copy, in words what was put back or not found, and the cells that were written over."""

    grid: Grid
    done: tuple[str, ...] = ()
    written: frozenset[Cell] = frozenset()


class _Desk:
    """The copy while it is worked on."""

    def __init__(self, grid: Grid, checklist: Checklist) -> None:
        self.values: dict[tuple[int, int], Raw] = dict(grid.values)
        self.formulas = dict(grid.formulas)
        self.checklist = checklist
        self.done: list[str] = []
        self.written: set[Cell] = set()
        self._blank = max((column for _, column in grid.values), default=0) + 1

    def write(self, cell: Cell, text: str) -> None:
        self.written.add(cell)
        self.values[cell] = text
        self.formulas.pop(cell, None)

    def blank_column(self) -> int:
        """A column in which nothing stands yet."""
        self._blank += 1
        return self._blank

    def keys(self) -> dict[Cell, str]:
        """Gate keys in the column that has most of the checklist's, as the parser takes them."""
        ours = {gate.key for gate in self.checklist.gates}
        found = {
            Cell(*place): value.removeprefix(KEY_PREFIX).strip()
            for place, value in self.values.items()
            if type(value) is str and value.startswith(KEY_PREFIX)
        }
        known = Counter(cell.column for cell, key in found.items() if key in ours)
        column = max(sorted(known), key=lambda column: known[column], default=-1)
        return {cell: key for cell, key in sorted(found.items()) if cell.column == column}


def mend(grid: Grid, checklist: Checklist) -> Mended:
    """The tab as the parser can read it, as far as that can be told."""
    desk = _Desk(grid, checklist)
    header_row = _header_row(desk)
    if header_row is None:
        return Mended(grid)
    columns = _mend_headers(desk, header_row)
    _mend_keys(desk, header_row, columns)
    _mend_labels(desk, header_row)
    mended = replace(grid, values=desk.values, formulas=desk.formulas)
    return Mended(mended, tuple(desk.done), frozenset(desk.written))


def _header_row(desk: _Desk) -> int | None:
    """The row of the table's headers; where it is gone, the one above the first key."""
    names = lookup(ROW)
    found = {
        row: len({names[folded(text)][0] for text in texts.values() if folded(text) in names})
        for row, texts in texts_by_row(desk.values).items()
    }
    best = max(sorted(found), key=lambda row: found[row], default=-1)
    if found.get(best, 0) >= _FEWEST_HEADERS:
        return best
    keys = desk.keys()
    first = min((cell.row for cell in keys), default=0)
    return first - 1 if keys and first > 0 else None


def _mend_headers(desk: _Desk, row: int) -> dict[str, int]:
    """Column by field: as its header says, else as can be told. Each of the answers' gets one."""
    texts = texts_by_row(desk.values).get(row, {})
    names = lookup(ROW)
    claims: dict[str, dict[bool, list[int]]] = defaultdict(lambda: {True: [], False: []})
    for column, text in texts.items():
        if match := names.get(folded(text)):
            claims[match[0]][match[1]].append(column)
    columns: dict[str, int] = {}
    for name, places in claims.items():
        candidates = places[True] or places[False]
        if len(candidates) == 1:
            columns[name] = candidates[0]
            continue
        where = " and ".join(Cell(row, column).a1 for column in candidates)
        label = ROW_BY_NAME[name].label
        desk.done.append(f"The column {label} stands there twice, at {where}: neither was taken.")
        for column in candidates:
            desk.write(Cell(row, column), f"{label} ?")
        _stand_in(desk, row, name, columns)
    for name in (*_INPUTS, "number", "gate", "approver"):
        if name not in columns:
            _find_column(desk, row, name, columns, texts)
    return columns


def _find_column(
    desk: _Desk, row: int, name: str, columns: dict[str, int], texts: Mapping[int, str]
) -> None:
    label = ROW_BY_NAME[name].label
    free = {column: text for column, text in texts.items() if column not in columns.values()}
    by_word = [c for c, text in free.items() if folded(text) in SURE_WORDS.get(name, ())]
    folds = {folded(text): column for column, text in free.items()}
    close = get_close_matches(folded(label), folds, 1, _NEARLY)
    column = by_word[0] if len(by_word) == 1 else folds[close[0]] if close else None
    if column is None:
        column = _drawn_column(desk, name, columns)
    if column is not None:
        found = texts.get(column, "")
        said = f"reads “{found}”" if found else "is gone"
        where = Cell(row, column).a1
        desk.done.append(f"The header {label} at {where} {said}: recognised by its word or place.")
        desk.write(Cell(row, column), label)
        columns[name] = column
    elif name in _INPUTS:
        desk.done.append(f"The column {label} was not found.")
        _stand_in(desk, row, name, columns)


def _stand_in(desk: _Desk, row: int, name: str, columns: dict[str, int]) -> None:
    """An empty column for a field whose own nobody can tell; the parser wants one."""
    columns[name] = desk.blank_column()
    desk.write(Cell(row, columns[name]), ROW_BY_NAME[name].label)


def _drawn_column(desk: _Desk, name: str, columns: Mapping[str, int]) -> int | None:
    """Where the field's column was drawn, as its neighbours or the gates' titles show."""
    keys = desk.keys()
    if not keys:
        return None
    shift = next(iter(keys)).column - COLUMNS["key"]
    column = COLUMNS[name] + shift
    if column in columns.values():
        return None
    in_place = [known for known in columns if columns[known] == COLUMNS[known] + shift]
    titles = {gate.key: clean(gate.title).lower() for gate in desk.checklist.gates}
    shown = sum(
        _title(desk.values, cell.row, COLUMNS["gate"] + shift).lower() == titles.get(key)
        for cell, key in keys.items()
    )
    return column if len(in_place) >= _NEIGHBOURS or 2 * shown >= len(keys) else None


def _title(values: Mapping[tuple[int, int], Raw], row: int, column: int) -> str:
    return clean(typed.as_text(values.get((row, column))).partition("\n")[0])


def _mend_keys(desk: _Desk, header_row: int, columns: Mapping[str, int]) -> None:
    """Give rows that lost their key, or carry one that no gate has, the key of the gate they show."""
    if "gate" not in columns:
        return
    keys = desk.keys()
    known = {gate.key for gate in desk.checklist.gates}
    taken = {key for key in keys.values() if key in known}
    column = next(iter(keys)).column if keys else desk.blank_column()
    right = {cell.row for cell, key in keys.items() if key in known}
    rows = {row for row, place in desk.values if place == columns["gate"] and row > header_row}
    for row in sorted(rows - right):
        key = _gate_shown(desk, row, columns)
        if key and key not in taken:
            desk.write(Cell(row, column), KEY_PREFIX + key)
            desk.done.append(f"Row {row + 1} has lost its hidden key: recognised by its title.")


def _gate_shown(desk: _Desk, row: int, columns: Mapping[str, int]) -> str | None:
    """The key of the gate whose title, or nearly that and its number, stands in a row."""
    title = _title(desk.values, row, columns["gate"])
    for gate in desk.checklist.gates:
        if clean(gate.title).lower() == title.lower():
            return gate.key
    like = likeliest(title, desk.checklist)
    number = typed.as_name(desk.values.get((row, columns.get("number", -1))))
    return like.gate.key if like and like.sure and number == str(like.gate.number) else None


def _mend_labels(desk: _Desk, header_row: int) -> None:
    keys = desk.keys()
    table = range(header_row, max((cell.row for cell in keys), default=header_row) + 1)
    names = lookup(HEADER)
    texts = {
        Cell(*place): value
        for place, value in sorted(desk.values.items())
        if type(value) is str
        and len(value) <= _LONGEST_LABEL
        and place[0] not in table
        and place not in desk.formulas
    }
    found: dict[str, list[Cell]] = defaultdict(list)
    for cell, text in texts.items():
        if match := names.get(folded(text)):
            found[match[0]].append(cell)
    for name in _HEAD:
        # A role in the list of attendees may read like a label of the head.
        found[name] = [cell for cell in found[name] if not _among_people(cell, texts)]
    values = {cell.right() for cells in found.values() for cell in cells}
    free = {
        cell: text
        for cell, text in texts.items()
        if folded(text) not in names and cell not in values
    }
    for group in (_HEAD, _SIGN_OFF):
        for name in group:
            if found[name]:
                continue
            at = _near(name, free) or _drawn_label(desk, name, group, found, values)
            if at:
                label = HEADER_BY_NAME[name].label
                said = f"reads “{texts[at]}”" if at in texts else "is gone"
                desk.done.append(
                    f"The label {label} at {at.a1} {said}: recognised by its word or place."
                )
                desk.write(at, label)
                free.pop(at, None)


def _among_people(cell: Cell, texts: Mapping[Cell, str]) -> bool:
    """Whether a cell lies right of the label of the attendees, or below that."""
    label = folded(ATTENDEES_LABEL)
    return any(
        cell.row >= at.row and 0 < cell.column - at.column <= _ROOM_COLUMNS
        for at, text in texts.items()
        if folded(text) == label
    )


def _near(name: str, free: Mapping[Cell, str]) -> Cell | None:
    """The one text that is nearly this label."""
    label = folded(HEADER_BY_NAME[name].label)
    close = [
        at for at, text in free.items() if get_close_matches(label, [folded(text)], 1, _NEARLY)
    ]
    return close[0] if len(close) == 1 else None


def _drawn_label(
    desk: _Desk,
    name: str,
    group: Iterable[str],
    found: Mapping[str, list[Cell]],
    values: Collection[Cell],
) -> Cell | None:
    """Where the label was drawn, as far as enough others of its group stand where they were."""
    drawn = layout_for(desk.checklist).labels
    shifts = Counter(_shifts(group, found, drawn))
    (shift, count), *_ = shifts.most_common(1) or [((0, 0), 0)]
    fewest = _NEIGHBOURS if name in _HEAD else 1
    cell = Cell(drawn[name].row + shift[0], drawn[name].column + shift[1])
    if count < fewest or min(cell) < 0 or cell in values or cell in desk.formulas:
        return None
    return cell


def _shifts(
    group: Iterable[str], found: Mapping[str, list[Cell]], drawn: Mapping[str, Cell]
) -> Iterator[tuple[int, int]]:
    for name in group:
        for cell in found.get(name, ()):
            yield cell.row - drawn[name].row, cell.column - drawn[name].column
