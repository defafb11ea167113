"""Values going in and out of cells: what is typed, what is sent raw, what is read back.

`ValueInputOption` and `ValueRenderOption`:
https://developers.google.com/workspace/sheets/api/reference/rest/v4/ValueInputOption
"""

from __future__ import annotations

import re
from datetime import date, datetime
from typing import Any

from tests.google_api import numberformats
from tests.google_api.errors import bad_request
from tests.google_api.jsontypes import Json

# https://support.google.com/drive/answer/37603
MOST_CHARACTERS = 50_000

_NUMBER = re.compile(
    r"(?P<sign>[+-]?)(?P<dollar>\$?)"
    r"(?P<digits>\d{1,3}(?:,\d{3})+(?:\.\d*)?|\d+(?:\.\d*)?|\.\d+)"
    r"(?P<exponent>[eE][+-]?\d+)?\s?(?P<percent>%?)"
)
_TIME = re.compile(r"(\d{1,2}):(\d\d)(?::(\d\d))?(?:\s*([AaPp])\.?[Mm]\.?)?")
_MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
_MONTH = r"(?P<month>jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.?"
_DATES = (
    (re.compile(r"(?P<m>\d{1,2})/(?P<d>\d{1,2})(?:/(?P<y>\d{4}|\d\d))?"), "M/d/yyyy"),
    (re.compile(r"(?P<m>\d{1,2})-(?P<d>\d{1,2})-(?P<y>\d{4}|\d\d)"), "m-d-yyyy"),
    (re.compile(r"(?P<y>\d{4})-(?P<m>\d{1,2})-(?P<d>\d{1,2})"), "yyyy-mm-dd"),
    (re.compile(r"(?P<y>\d{4})/(?P<m>\d{1,2})/(?P<d>\d{1,2})"), "yyyy/mm/dd"),
    (re.compile(rf"(?P<d>\d{{1,2}})[ -]{_MONTH}[ -](?P<y>\d{{4}}|\d\d)", re.I), "d mmm yyyy"),
    (re.compile(rf"{_MONTH} (?P<d>\d{{1,2}}),? (?P<y>\d{{4}})", re.I), "mmm d, yyyy"),
)


def serial(day: date | datetime) -> float:
    """The serial number of a day or moment (days since 1899-12-30)."""
    moment = day if isinstance(day, datetime) else datetime(day.year, day.month, day.day)
    passed = moment.replace(tzinfo=None) - numberformats.EPOCH
    return passed.days + passed.seconds / 86400


def raw(value: Any) -> Json:
    """The `ExtendedValue` of a value written RAW: kept as it is; `""` clears."""
    if isinstance(value, bool):
        return {"boolValue": value}
    if isinstance(value, (int, float)):
        return {"numberValue": value}
    if isinstance(value, str):
        return {"stringValue": checked(value)} if value else {}
    raise bad_request(f"Invalid values: list_value or struct_value is not a cell's value: {value}")


def checked(text: str) -> str:
    """A text that fits a cell; 400 otherwise."""
    if len(text) > MOST_CHARACTERS:
        raise bad_request(
            "Your input contains more than the maximum of 50000 characters in a single cell."
        )
    return text


def typed(value: Any, today: date, cell_format: Json | None = None) -> tuple[Json, Json | None]:
    """What becomes of a value that a person types: the `ExtendedValue` and a number format or None.

    The locale is en_US. A cell formatted as text keeps what is typed.
    """
    if not isinstance(value, str):
        return raw(value), None
    checked(value)
    if not value:
        return {}, None
    if value.startswith("'"):
        return {"stringValue": value[1:]}, None
    if (cell_format or {}).get("numberFormat", {}).get("type") == "TEXT":
        return {"stringValue": value}, None
    if value.startswith("=") and len(value) > 1:
        return {"formulaValue": value}, None
    text = value.strip()
    if text.lower() in ("true", "false"):
        return {"boolValue": text.lower() == "true"}, None
    found = _number(text) or _moment(text, today)
    if found:
        return found
    if value.startswith("+") and len(value) > 1:
        return {"formulaValue": f"={value}"}, None
    return {"stringValue": value}, None


def _number(text: str) -> tuple[Json, Json | None] | None:
    negative = text.startswith("(") and text.endswith(")")
    match = _NUMBER.fullmatch(text[1:-1] if negative else text)
    if match is None:
        return None
    digits = match["digits"].replace(",", "")
    number = float(match["sign"] + digits + (match["exponent"] or ""))
    number = (-number if negative else number) / (100 if match["percent"] else 1)
    return {"numberValue": tidy(number)}, _format_of(match)


def _format_of(match: re.Match[str]) -> Json | None:
    decimals = "." in match["digits"]
    if match["percent"]:
        return {"type": "PERCENT", "pattern": "0.00%" if decimals else "0%"}
    if match["dollar"]:
        return {"type": "CURRENCY", "pattern": '"$"#,##0.00' if decimals else '"$"#,##0'}
    if match["exponent"]:
        return {"type": "SCIENTIFIC", "pattern": "0.00E+00"}
    if "," in match["digits"]:
        return {"type": "NUMBER", "pattern": "#,##0.00" if decimals else "#,##0"}
    return None


def _moment(text: str, today: date) -> tuple[Json, Json | None] | None:
    """Dates, times, and a date with a time."""
    time = _time(text)
    if time is not None:
        pattern = "h:mm am/pm" if re.search(r"[ap]\.?m", text, re.I) else "h:mm"
        return {"numberValue": time}, {"type": "TIME", "pattern": pattern}
    day, space, rest = text.partition("T") if "T" in text else text.rpartition(" ")
    time = _time(rest) if space else None
    found = _date(day if time is not None else text, today)
    if found is None:
        return None
    number, pattern = found
    if time is None:
        return {"numberValue": number}, {"type": "DATE", "pattern": pattern}
    return (
        {"numberValue": tidy(number + time)},
        {"type": "DATE_TIME", "pattern": f"{pattern} h:mm:ss"},
    )


def _time(text: str) -> float | None:
    match = _TIME.fullmatch(text)
    if match is None:
        return None
    hour, minute, second = int(match[1]), int(match[2]), int(match[3] or 0)
    if match[4]:
        hour = hour % 12 + (12 if match[4].lower() == "p" else 0)
    if minute > 59 or second > 59:
        return None
    return (hour * 3600 + minute * 60 + second) / 86400


def _date(text: str, today: date) -> tuple[int, str] | None:
    for shape, pattern in _DATES:
        match = shape.fullmatch(text)
        if match is None:
            continue
        parts = match.groupdict()
        year = int(parts["y"]) if parts.get("y") else today.year
        if year < 100:
            year += 2000 if year < 30 else 1900
        month = parts.get("m") or _MONTHS.index(parts["month"].lower()) + 1
        try:
            return int(serial(date(year, int(month), int(parts["d"])))), pattern
        except ValueError:
            return None
    return None


def tidy(number: float) -> float | int:
    """A number as Google's JSON writes it: whole ones without a point."""
    return int(number) if float(number).is_integer() and abs(number) < 1e21 else number


def formatted(value: Json, cell_format: Json) -> str | None:
    """`formattedValue` of an effective value; None for an empty cell."""
    if "stringValue" in value:
        return str(value["stringValue"])
    if "boolValue" in value:
        return "TRUE" if value["boolValue"] else "FALSE"
    if "numberValue" in value:
        number_format = cell_format.get("numberFormat", {})
        kind, pattern = number_format.get("type", ""), number_format.get("pattern", "")
        return numberformats.shown(value["numberValue"], kind, pattern)
    if "errorValue" in value:
        return _ERRORS.get(value["errorValue"].get("type", ""), "#ERROR!")
    return None


_ERRORS = {
    "NULL_VALUE": "#NULL!",
    "DIVIDE_BY_ZERO": "#DIV/0!",
    "VALUE": "#VALUE!",
    "REF": "#REF!",
    "NAME": "#NAME?",
    "NUM": "#NUM!",
    "N_A": "#N/A",
    "LOADING": "Loading...",
}


def is_date(cell_format: Json) -> bool:
    """Whether a cell's format shows a number as a day or a time."""
    return cell_format.get("numberFormat", {}).get("type") in numberformats.DATE_KINDS
