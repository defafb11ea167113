"""What cells can hold, whichever program shows them: text, dates, numbers, web addresses, merges."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import date, datetime
from math import isfinite
from urllib.parse import quote, urlsplit

from gatebook.domain.cells import Cell, Range
from gatebook.sheets.model import Content, Link, Sheet, Table

_UNSAFE = re.compile("[\x00-\x08\x0b-\x1f\ud800-\udfff\ufffe\uffff]")
_BREAK = re.compile("\r\n|[\r\x0b\x0c]")
_REMOVED = re.compile("[\x00-\x08\x0e-\x1f\ufffe\uffff]")

# Day 0 of spreadsheets for every date from March 1900 on (Excel believes in 1900-02-29).
_DAY_ZERO = date(1899, 12, 30)
_EARLIEST = date(1900, 3, 1)
_SECONDS_A_DAY = 86_400

_LONE_PERCENT = re.compile("%(?![0-9A-Fa-f]{2})")
_NO_URL_CHARACTER = re.compile(r"""[\x00-\x20"<>\\^`{|}\x7f]""")
# A host's labels begin and end with a letter or digit of any script: what Microsoft's reader takes.
_LABEL = r"[^\W_](?:[\w-]*[^\W_])?"
HOST_NAME = rf"{_LABEL}(?:\.{_LABEL})*\.?"
_HOST = re.compile(rf"(?:{HOST_NAME}|\[[0-9A-Fa-f:.]+\])(?::[0-9]{{1,5}})?")
_MAILBOXES = re.compile(rf"[^@,;]+@{HOST_NAME}(?:,[^@,;]+@{HOST_NAME})*")


def utf16_length(text: str) -> int:
    """Length as spreadsheets count: characters beyond U+FFFF count twice."""
    return len(text) if text.isascii() else len(text.encode("utf-16-le", "surrogatepass")) // 2


def clean(text: str, limit: int) -> str:
    """Text that XML and cells can hold.

    Line breaks become "\\n"; control characters go; a lone surrogate becomes U+FFFD. Text over
    `limit` UTF-16 units is cut and ends with "…".
    """
    if _UNSAFE.search(text):
        text = _REMOVED.sub("", _BREAK.sub("\n", text))
        text = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    if len(text) * 2 > limit and utf16_length(text) > limit:
        text = text.encode("utf-16-le")[: 2 * limit - 2].decode("utf-16-le", "ignore") + "…"
    return text


def serial(day: date) -> float | None:
    """A date as spreadsheets' number of days; None before March 1900, where Excel's calendar is wrong.

    A time zone is left out: the clock time stays what it was.
    """
    if (day.date() if isinstance(day, datetime) else day) < _EARLIEST:
        return None
    days = day.toordinal() - _DAY_ZERO.toordinal()
    if not isinstance(day, datetime):
        return days
    seconds = day.hour * 3600 + day.minute * 60 + day.second + day.microsecond / 1e6
    return days + seconds / _SECONDS_A_DAY


def finite(number: float) -> float:
    """The number. Raises ValueError for infinity and what is no number."""
    if not isfinite(number):
        raise ValueError(f"{number} is no number that a cell can hold; write text or nothing")
    return number


def web_address(target: str) -> str:
    """An http, https or mailto address with nothing in it that a file cannot hold, or ""."""
    escaped = _LONE_PERCENT.sub("%25", target)
    escaped = _NO_URL_CHARACTER.sub(lambda found: quote(found[0]), escaped)
    try:
        parts = urlsplit(escaped)
        usable = parts.port is None or parts.port > 0
    except ValueError:
        return ""
    if parts.scheme == "mailto":
        usable = not parts.netloc and bool(_MAILBOXES.fullmatch(parts.path))
    else:
        # No "name:password@" before the host: nobody should click that.
        usable &= parts.scheme in ("http", "https") and bool(_HOST.fullmatch(parts.netloc))
    return escaped if usable else ""


def table_rows(tab: str, table: Table) -> Iterator[tuple[int, Sequence[Content]]]:
    """Each record of a table with its 0-based row. Raises ValueError where the widths differ."""
    width = len(table.header)
    if len(table.styles) != width:
        raise ValueError(
            f"tab {tab!r}: the table at {table.at.a1} has {width} headers and "
            f"{len(table.styles)} styles; it needs one style a column"
        )
    for row, contents in enumerate(table.rows, table.at.row + 1):
        if len(contents) != width:
            raise ValueError(
                f"tab {tab!r}, row {row + 1}: {len(contents)} contents under {width} headers"
            )
        yield row, contents


def covered(area: Range) -> Iterator[Cell]:
    """The cells of a merge that nobody sees: all but the first."""
    first, last = area
    for row in range(first.row, last.row + 1):
        for column in range(first.column, last.column + 1):
            if (row, column) != first:
                yield Cell(row, column)


def check_merge(sheet: Sheet, area: Range) -> None:
    """Raises ValueError where a merge covers a cell that holds something."""
    for cell in covered(area):
        placed = sheet.cells.get(cell)
        if placed and not _is_empty(placed.content):
            raise ValueError(
                f"tab {sheet.name!r}: cell {cell.a1} has content, but the merged cells "
                f"{area.a1} cover it"
            )


def _is_empty(content: Content) -> bool:
    return content is None or content == "" or (isinstance(content, Link) and not content.text)
