"""What a person who looks at a form says that it says: the truth that reading is held against.

It uses what is in sight (headers, titles, numbers), none of the hidden keys, and no code of gatebook's.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from typing import NamedTuple

from tests.abuse.hands import Cells, Typed
from tests.support.builders import TWELVE

# What cannot be told by looking: no status, no date, a formula in place of an answer.
UNCLEAR = "?"
HEADERS = {
    "#": "number",
    "gate": "gate",
    "status": "status",
    "owner": "owner",
    "next action": "next_action",
    "due": "due",
    "artifact": "artifact",
}
ANSWERS = ("status", "owner", "next_action", "due", "artifact")
# As many headers and gates as make a person say: this is the form.
_ENOUGH_HEADERS, _ENOUGH_GATES = 5, 1
_WORDS = {
    "green": "green", "g": "green", "yellow": "yellow", "y": "yellow", "amber": "yellow",
    "red": "red", "r": "red",
}  # fmt: skip
_TITLES = {gate.title.lower(): gate.number for gate in TWELVE.gates}
_DAY_ZERO = date(1899, 12, 30)
_MOST_DAYS = 2_958_465
# Labels whose boxes must be filled in before anybody says "launch".
LABELS = (
    "System", "Pilot lead", "Review date", "Production owner", "Backup owner", "Signed by",
    "Signer's role", "Signed on",
)  # fmt: skip
_REACH = 3
# As far right as a title without a header is looked for.
_FIRST_COLUMNS = 4


class Row(NamedTuple):
    """A gate's row: where it is, counted from 0, and its answers by column (absent: no header)."""

    row: int
    answers: Mapping[str, str | date | None]


class Form(NamedTuple):
    """A form in sight. `doubtful`: two columns have one header, so nobody can tell."""

    gates: Mapping[int, list[Row]]
    filled: frozenset[str]
    doubtful: bool


def words(value: object) -> str:
    """A cell as a line of text: what a person would read aloud."""
    if value is None or isinstance(value, Typed):
        return ""
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, (int, float)):
        return str(int(value)) if float(value).is_integer() else repr(float(value))
    return " ".join(str(value).replace("\u00a0", " ").split())


def _folded(value: object) -> str:
    return words(value).lower().rstrip(" :*") if isinstance(value, str) else ""


def form_in(cells: Cells) -> Form | None:
    """The form on a tab; None where a person would say that there is none."""
    lines: dict[int, dict[int, str]] = {}
    for (row, column), value in cells.items():
        if _folded(value) in HEADERS:
            lines.setdefault(row, {})[column] = HEADERS[_folded(value)]
    if not lines:
        return None
    top = max(sorted(lines), key=lambda row: len(lines[row]))
    names = list(lines[top].values())
    columns = {name: column for column, name in lines[top].items()}
    gates: dict[int, list[Row]] = {}
    for row in sorted({row for row, _ in cells if row != top}):
        number = _gate(cells, columns, row)
        if number is not None:
            gates.setdefault(number, []).append(Row(row, dict(_answers(cells, columns, row))))
    gates = {number: _marked(rows) for number, rows in gates.items()}
    if len(set(names)) < _ENOUGH_HEADERS or len(gates) < _ENOUGH_GATES:
        return None
    return Form(gates, frozenset(_filled(cells)), len(set(names)) < len(names))


def _marked(rows: list[Row]) -> list[Row]:
    """Of several rows those that are marked: a title alone, once more, is somebody's note."""
    return [row for row in rows if len(rows) == 1 or row.answers.get("status")] or rows


def _gate(cells: Cells, columns: Mapping[str, int], row: int) -> int | None:
    """Which gate a row is about: by its title, else by its number."""
    # Without a header the title is still seen where it stands.
    places = [columns["gate"]] if "gate" in columns else range(_FIRST_COLUMNS)
    for column in places:
        title = cells.get((row, column))
        # Under the title may stand a note of the review before.
        if isinstance(title, str) and (number := _TITLES.get(_folded(title.partition("\n")[0]))):
            return number
    shown = words(cells.get((row, columns.get("number", -1))))
    return int(shown) if shown in {str(gate.number) for gate in TWELVE.gates} else None


def _answers(
    cells: Cells, columns: Mapping[str, int], row: int
) -> Iterator[tuple[str, str | date | None]]:
    for name in ANSWERS:
        if name in columns:
            value = cells.get((row, columns[name]))
            if isinstance(value, Typed):
                yield name, UNCLEAR
            elif name == "status":
                text = words(value)
                yield name, _WORDS.get(text.lower(), UNCLEAR) if text else None
            elif name == "due":
                yield name, _day(value)
            else:
                yield name, words(value)


def _day(value: object) -> str | date | None:
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return _DAY_ZERO + timedelta(int(value)) if 1 <= value < _MOST_DAYS + 1 else UNCLEAR
    text = words(value)
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        return UNCLEAR


def _filled(cells: Cells) -> Iterator[str]:
    """The labels that have something right of them."""
    for (row, column), value in cells.items():
        if _folded(value) in {label.lower() for label in LABELS} and any(
            words(cells.get((row, column + step))) for step in range(1, _REACH + 1)
        ):
            yield _folded(value)
