"""From what stands in a cell to typed data. Nothing is guessed: what cannot be read stays visible."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, timedelta

from gatebook.domain.review import STATUS_WORDS, DateValue, Status, Unreadable
from gatebook.domain.text import ODD_SPACES, clean, is_seen
from gatebook.sheets.formulas import NO_WORDS, YES_WORDS
from gatebook.sheets.model import CellError, Raw

_ISO = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})")
# Excel counts days from 1899-12-30 (its 1900 leap-day slip aside), the Mac's old system from 1904.
_EPOCH_1900 = date(1899, 12, 30)
_EPOCH_1904 = date(1904, 1, 1)
# What counts as space at the ends: the same as in the sheet, which knows no others.
_SPACES = " " + ODD_SPACES
# The sheet's DATE function reads smaller years as years after 1900.
_FIRST_ISO_YEAR = 1901


def as_text(value: Raw | None) -> str:
    """What people wrote into a cell; a text of which nobody sees anything is nothing."""
    text = plain_text(value)
    return text if is_seen(text) else ""


def plain_text(value: Raw | None) -> str:
    """A cell as text: numbers without a needless ".0", errors and blanks as nothing."""
    if value is None or isinstance(value, CellError):
        return ""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e16 else repr(value)
    return str(value).strip(_SPACES)


def as_name(value: Raw | None) -> str:
    """A short text in one line: a name, a role, a system."""
    return clean(as_text(value))


def as_status(value: Raw | None) -> Status | Unreadable | None:
    """A status in any case or accepted spelling; None where nothing is typed."""
    if isinstance(value, CellError):
        return Unreadable(str(value), "error")
    text = as_name(value)
    if not text:
        return None
    return STATUS_WORDS.get(text.lower()) or Unreadable(text)


def as_date_value(value: Raw | None, *, epoch_1904: bool) -> DateValue:
    """A date from a serial number or from text YYYY-MM-DD; other text is never guessed."""
    if isinstance(value, CellError):
        return Unreadable(str(value), "error")
    if isinstance(value, float):
        return _from_serial(value, epoch_1904=epoch_1904)
    text = as_name(value)
    if not text:
        return None
    if isinstance(value, str) and (match := _ISO.fullmatch(text)):
        year, month, day = (int(part) for part in match.groups())
        try:
            if year >= _FIRST_ISO_YEAR:
                return date(year, month, day)
        except ValueError:
            pass
    return Unreadable(text)


def _from_serial(value: float, *, epoch_1904: bool) -> DateValue:
    epoch = _EPOCH_1904 if epoch_1904 else _EPOCH_1900
    if not 1 <= value < (date.max - epoch).days + 1:
        return Unreadable(as_text(value), "range")
    return epoch + timedelta(days=int(value))


def as_choice(value: Raw | None, choices: Mapping[str, str]) -> str | Unreadable:
    """One of the choices (folded text → shown text), "" where blank."""
    if isinstance(value, CellError):
        return Unreadable(str(value), "error")
    text = as_name(value)
    if not text:
        return ""
    found = choices.get(text.lower())
    return Unreadable(text) if found is None else found


YES_NO_CHOICES = dict.fromkeys(YES_WORDS, "Yes") | dict.fromkeys(NO_WORDS, "No")
