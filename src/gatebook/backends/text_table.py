"""A text table (CSV) as a tab: for checklists that somebody exported."""

from __future__ import annotations

import csv
import stat
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
        # Asked first: opening a pipe waits for somebody who writes into it.
        if not stat.S_ISREG(path.stat().st_mode):
            raise Unreadable(
                "this is no ordinary file (a folder, a device or a pipe)",
                "Save the table as a file, and give that file's name.",
            )
        with path.open("rb") as file:
            data = file.read(limits.MAX_PART_BYTES + 1)
    except OSError as error:
        raise Unreadable(
            f"it cannot be read ({error.strerror or error})", "Check its name."
        ) from error
    if len(data) > limits.MAX_PART_BYTES:
        raise Unreadable("it is larger than 40 MB", "Keep only the checklist in it.")
    try:
        text = data.decode("utf-8-sig")
        if "\0" in text:
            raise ValueError
        line = next((line for line in text.splitlines() if line.strip(_SEPARATORS)), "")
        separator = max(_SEPARATORS, key=line.count)
        rows = list(csv.reader(StringIO(text, newline=""), delimiter=separator, strict=True))
    except (ValueError, csv.Error) as error:
        raise Unreadable("it is no text table in UTF-8", _SAVE_AS) from error
    values: dict[tuple[int, int], Raw] = {
        (row, column): cell
        for row, cells in enumerate(rows[: limits.MAX_ROWS])
        for column, cell in enumerate(cells[: limits.MAX_COLUMNS])
        if cell.strip()
    }
    return Grid(path.stem, values)
