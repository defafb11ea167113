"""Pilots that need a review form: one from the command line, or a whole list from a CSV file.

Pure: bytes and texts in, pilots or messages out. A list's columns are the options of `gatebook new`;
the labels of the form are understood too. Nothing is guessed, and everything that is wrong is said at
once, with its row and column.
"""

from __future__ import annotations

import csv
import io
import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from difflib import get_close_matches

from gatebook.domain.cells import column_letters
from gatebook.domain.checklist import Checklist, Policy
from gatebook.domain.fields import HEADER_BY_NAME
from gatebook.domain.review import (
    LOW_STAKES,
    REGULATED_AREAS,
    STANDARD,
    Review,
    Stamp,
    as_date,
)
from gatebook.domain.text import clean, slug
from gatebook.domain.toml_tables import Problems, shown
from gatebook.sheets.typed import YES_NO_CHOICES, as_date_value

STAKES_WORDS = {"low": LOW_STAKES, "standard": STANDARD}
AREA_WORDS = {area.lower(): area for area in REGULATED_AREAS}

# A name that is longer than this is a sentence in the wrong column. Excel's document title, which
# the form carries too, holds 255 characters.
_LONGEST = 100
# Bytes of a system's name inside a file name; file systems allow 255 for the whole.
_NAME_BYTES = 120
_SEPARATORS = ",;\t"
_SAVE_AS = "In Excel: Save As, file type “CSV UTF-8 (Comma delimited)”."


@dataclass(frozen=True, slots=True)
class Pilot:
    """What is known of a system before its review; texts are the form's own words.

    `row` is the row of its list, counted from 1 with the header, or 0 without a list.
    """

    system: str
    lead: str
    owner: str = ""
    backup: str = ""
    stakes: str = STANDARD
    customer_data: str = "No"
    regulated_area: str = "None"
    launch_date: date | None = None
    review_date: date | None = None
    row: int = 0


class PilotsError(Exception):
    """A list of pilots cannot be used. `messages`: one for each thing to put right."""

    def __init__(self, messages: Sequence[str]) -> None:
        super().__init__("\n".join(messages))
        self.messages = tuple(messages)


@dataclass(frozen=True, slots=True)
class _Column:
    """One column or option: its name, the form's field, and how a text becomes a value.

    `read` gives None for a text that is none of what is `expected`.
    """

    option: str
    field: str
    read: Callable[[str], str | date | None]
    expected: str
    todo: str
    required: bool = False


def _name(text: str) -> str | None:
    # Letters that are typed in one or in two parts (é) are one and the same name.
    text = unicodedata.normalize("NFC", text)
    return text if len(text) <= _LONGEST else None


def _system(text: str) -> str | None:
    return _name(text) if any(sign.isalnum() for sign in text) else None


def _day(text: str) -> date | None:
    value = as_date_value(text, epoch_1904=False)
    return value if isinstance(value, date) else None


def _choice(words: Mapping[str, str]) -> Callable[[str], str | None]:
    return lambda text: words.get(text.lower())


_PERSON = f"one person's name, at most {_LONGEST} characters"
_YEAR_FIRST = "Write the year first, as in 2026-11-30."

COLUMNS: tuple[_Column, ...] = (
    _Column(
        "system",
        "system",
        _system,
        f"the system's name, with a letter or digit, at most {_LONGEST} characters",
        "Write what people call it.",
        required=True,
    ),
    _Column("lead", "lead", _name, _PERSON, "Write the pilot lead's name.", required=True),
    _Column("owner", "owner", _name, _PERSON, "Write the name, or leave it empty."),
    _Column("backup", "backup", _name, _PERSON, "Write the name, or leave it empty."),
    _Column(
        "stakes",
        "stakes",
        _choice(STAKES_WORDS | {word.lower(): word for word in STAKES_WORDS.values()}),
        "low or standard",
        "Leave it empty for standard.",
    ),
    _Column(
        "customer-data", "customer_data", _choice(YES_NO_CHOICES), "yes or no", "Leave it empty for no."
    ),
    _Column(
        "regulated",
        "regulated_area",
        _choice(AREA_WORDS),
        ", ".join(word for word in AREA_WORDS if word != "none") + " or none",
        "Leave it empty for none.",
    ),
    _Column("launch", "launch_date", _day, "a day such as 2026-11-30", _YEAR_FIRST),
    _Column("date", "review_date", _day, "a day such as 2026-11-30", _YEAR_FIRST),
)  # fmt: skip


def file_name(of: Pilot | Review) -> str:
    """The name of a form: "support-assistant review 2026-11-20.xlsx".

    Holds only letters, digits, spaces and hyphens, and is no reserved name on any system.
    """
    name = slug(of.system).encode()[:_NAME_BYTES].decode(errors="ignore").strip("-")
    on = as_date(of.review_date)
    day = f" {on}" if on else ""
    return f"{name} review{day}.xlsx"


def blank_review(pilot: Pilot, checklist: Checklist, token: str) -> Review:
    """The review as it stands before the meeting. `token` tells it from other reviews of that day."""
    return Review(
        stamp=Stamp.of(checklist, slug(pilot.system), pilot.review_date, token),
        system=pilot.system,
        lead=pilot.lead,
        review_date=pilot.review_date,
        stakes=pilot.stakes,
        customer_data=pilot.customer_data,
        regulated_area=pilot.regulated_area,
        owner=pilot.owner,
        backup=pilot.backup,
        launch_date=pilot.launch_date,
        live="No",
    )


def one_pilot(values: Mapping[str, str], policy: Policy) -> Pilot:
    """A pilot from the options of a command, by option name. Raises PilotsError."""
    problems = Problems()
    pilot = _pilot(values, policy, problems, "--{}", "")
    if pilot is None:
        raise PilotsError(problems.messages)
    return pilot


def read_pilots(data: bytes, where: str, policy: Policy) -> tuple[Pilot, ...]:
    """All pilots of a CSV file; `where` names it in messages.

    Raises PilotsError with everything that is wrong at once: nothing of a list with a mistake counts.
    """
    rows = _rows(_text(data, where), where)
    problems = Problems(where)
    number, header = rows[0] if rows else (1, [])
    columns = _find_columns(header, number, problems)
    pilots = [] if problems.messages else list(_pilots(rows[1:], columns, policy, problems))
    if not problems.messages and not pilots:
        todo = "Add a row for each pilot."
        problems.add("", "no pilots", "one row a pilot under the names of the columns", todo)
    _check_same_file(pilots, problems)
    if problems.messages:
        raise PilotsError(problems.messages)
    return tuple(pilots)


def _pilots(
    rows: Sequence[tuple[int, list[str]]],
    columns: Mapping[int, str],
    policy: Policy,
    problems: Problems,
) -> Iterator[Pilot]:
    for number, cells in rows:
        stray = [place for place, text in enumerate(cells) if clean(text) and place not in columns]
        if stray:
            problems.add(
                f"row {number}, column {column_letters(stray[0])}",
                shown(cells[stray[0]]),
                "nothing, because the column has no name",
                "Name the column, or put a text that holds a separator in quotes.",
            )
        values = {option: cells[place] for place, option in columns.items() if place < len(cells)}
        pilot = _pilot(values, policy, problems, f"row {number}, column {{}}", _EXCEL_DATES, number)
        if pilot:
            yield pilot


_EXCEL_DATES = " In Excel, give the column the format yyyy-mm-dd, then save again."


def _pilot(
    values: Mapping[str, str],
    policy: Policy,
    problems: Problems,
    place: str,
    about_dates: str,
    row: int = 0,
) -> Pilot | None:
    """One pilot, or None where `problems` got a message. `place` has {} for the option's name."""
    found: dict[str, str | date] = {}
    before = len(problems.messages)
    for column in COLUMNS:
        path = place.format(column.option)
        text = clean(values.get(column.option, ""))
        if not text:
            if column.required:
                problems.add(path, "nothing", column.expected, column.todo)
            continue
        value = column.read(text)
        if value is None:
            hint = about_dates if column.read is _day else ""
            problems.add(path, shown(text), column.expected, column.todo + hint)
        elif isinstance(value, date) and not policy.earliest_date <= value <= policy.latest_date:
            expected = f"a day from {policy.earliest_date} to {policy.latest_date}"
            problems.add(path, str(value), expected, "Look at the year first.")
        else:
            found[column.field] = value
    if len(problems.messages) > before:
        return None
    return Pilot(**found, row=row)  # type: ignore[arg-type]  # each column reads its field's type


def _check_same_file(pilots: Sequence[Pilot], problems: Problems) -> None:
    first: dict[str, int] = {}
    for pilot in pilots:
        name = file_name(pilot)
        other = first.setdefault(name, pilot.row)
        if other != pilot.row:
            problems.add(
                f"rows {other} and {pilot.row}",
                f"two pilots for one form, “{name}”",
                "a system of its own, or a date of its own, in each row",
                "Rename one of the two, or take one out.",
            )


def _fold(text: str) -> str:
    """A column's name as it is compared: any case; spaces, underscores and hyphens alike."""
    return re.sub(r"[\s_-]+", " ", clean(text)).strip().lower()


def _column_names() -> dict[str, str]:
    """Folded name → option: the option itself, the form's label, and what else that is called."""
    names: dict[str, str] = {}
    for column in COLUMNS:
        field = HEADER_BY_NAME[column.field]
        for name in (column.option, field.label, *field.aliases):
            names.setdefault(_fold(name), column.option)
    return names


def _find_columns(header: Sequence[str], row: int, problems: Problems) -> dict[int, str]:
    """Place → option name, for the columns that have a name."""
    names = _column_names()
    columns: dict[int, str] = {}
    for place, text in enumerate(header):
        letters = column_letters(place)
        option = names.get(_fold(text))
        if not clean(text):
            continue
        if option is None:
            expected = f"one of {', '.join(column.option for column in COLUMNS)}"
            path = f"row {row}, column {letters}"
            problems.add(path, shown(text), expected, _instead(text, names))
        elif option in columns.values():
            other = next(place for place, name in columns.items() if name == option)
            path = f"row {row}, columns {column_letters(other)} and {letters}"
            found = f"{shown(header[other])} and {shown(text)}"
            problems.add(path, found, f"one column {option}", "Take one of the two out.")
        else:
            columns[place] = option
    missing = [c.option for c in COLUMNS if c.required and c.option not in columns.values()]
    if missing:
        found = f"no column {' and no column '.join(missing)}"
        todo = f"Begin the list with a row such as: {','.join(column.option for column in COLUMNS)}"
        problems.add(f"row {row}", found, "the names of the columns in the first row", todo)
    return columns


def _instead(text: str, names: Mapping[str, str]) -> str:
    close = get_close_matches(_fold(text), names, n=1)
    return f"Did you mean “{names[close[0]]}”?" if close else "Rename the column, or take it out."


def _text(data: bytes, where: str) -> str:
    """The file as text. Raises PilotsError where it is no text in UTF-8."""
    problems = Problems(where)
    if data.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0")):
        problems.add("", "a workbook", "a text table (CSV)", _SAVE_AS)
    elif data.startswith((b"\xff\xfe", b"\xfe\xff")) or b"\x00" in data:
        problems.add("", "text in UTF-16 (Excel's “Unicode Text”)", "text in UTF-8", _SAVE_AS)
    if not problems.messages:
        try:
            return data.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            number = data.count(b"\n", 0, error.start)
            # Mostly it is Windows' old encoding; read as that, the line can at least be shown.
            line = data.split(b"\n")[number].decode("cp1252", "replace")
            found = f"{shown(line)}, with letters that are not in UTF-8"
            problems.add(f"line {number + 1}", found, "text in UTF-8", _SAVE_AS)
    raise PilotsError(problems.messages)


def _rows(text: str, where: str) -> list[tuple[int, list[str]]]:
    """The rows that hold something, each with its number. Raises PilotsError for a stray quote."""
    rows: list[tuple[int, list[str]]] = []
    number = 0
    try:
        separator, text = _separator(text)
        reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
        for number, cells in enumerate(reader, 1):
            if any(clean(cell) for cell in cells):
                rows.append((number, cells))
    except csv.Error as error:
        problems = Problems(where)
        found = 'a quote (") that is not closed, or that stands in the middle of a text'
        todo = 'Close it, take it out, or write it twice ("") inside a text in quotes.'
        if '"' not in text:
            found, todo = f"something that cannot be read ({error})", "Look at that row."
        problems.add(f"row {number + 1}", found, "a row of a text table (CSV)", todo)
        raise PilotsError(problems.messages) from error
    return rows


def _separator(text: str) -> tuple[str, str]:
    """What parts the cells, and the text that they stand in."""
    # Excel's own way of naming the separator; it shows no row for that line.
    if match := re.match(r"sep=([,;\t])\r?\n", text):
        return match[1], text[match.end() :]
    names = _column_names()
    header = next((line for line in text.splitlines() if clean(line).strip(_SEPARATORS)), "")

    def known(separator: str) -> int:
        cells = next(csv.reader([header], delimiter=separator), [])
        return sum(_fold(cell) in names for cell in cells)

    return max(_SEPARATORS, key=known), text
