"""A text table (CSV) as a tab: for checklists that somebody exported."""

from __future__ import annotations

import csv
from io import StringIO
from pathlib import Path

from gatebook.backends.excel import limits
from gatebook.backends.protocol import Unreadable
from gatebook.sheets.model import Grid, Raw

_SEPARATORS = ",;\t"
_SAVE_AS = "Save it as an Excel workbook (.xlsx), or as “CSV UTF-8”."


def read_text_table(path: Path) -> Grid:
    """The table as one tab, every cell a text. Raises Unreadable."""
    try:
        with path.open("rb") as file:
            data = file.read(limits.MAX_PART_BYTES + 1)
    except OSError as error:
        raise Unreadable(
            f"{path} cannot be read ({error.strerror or error})", "Check its name."
        ) from error
    if len(data) > limits.MAX_PART_BYTES:
        raise Unreadable(f"{path} is larger than 40 MB", "Keep only the checklist in it.")
    try:
        text = data.decode("utf-8-sig")
        if "\0" in text:
            raise ValueError
        line = next((line for line in text.splitlines() if line.strip(_SEPARATORS)), "")
        separator = max(_SEPARATORS, key=line.count)
        rows = list(csv.reader(StringIO(text, newline=""), delimiter=separator, strict=True))
    except (ValueError, csv.Error) as error:
        raise Unreadable(f"{path} is no text table in UTF-8", _SAVE_AS) from error
    values: dict[tuple[int, int], Raw] = {
        (row, column): cell
        for row, cells in enumerate(rows[: limits.MAX_ROWS])
        for column, cell in enumerate(cells[: limits.MAX_COLUMNS])
        if cell.strip()
    }
    return Grid(path.stem, values)
