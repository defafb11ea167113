"""The Excel backend: .xlsx files on disk behind the common protocol."""

from __future__ import annotations

from pathlib import Path

from gatebook.backends.excel.listing import list_location
from gatebook.backends.excel.read import read_workbook
from gatebook.backends.protocol import Listing, Source
from gatebook.sheets.model import Grid, Workbook


class ExcelBackend:
    """Lists, reads and draws .xlsx files; see `backends.protocol.Backend`."""

    # A file is written anew as a whole.
    keeps_other_tabs = False

    def list(self, location: str) -> Listing:
        """Files at a path, in a folder or matching a glob."""
        return list_location(location)

    def read(self, source: Source, skip: frozenset[str] = frozenset()) -> tuple[Grid, ...]:
        """The tabs of one file."""
        return read_workbook(Path(source.location), skip, whole=source.whole)

    def draw(self, workbook: Workbook, location: str) -> None:
        """Write a workbook beside its place, then move it there."""
        from gatebook.backends.excel.draw import draw_workbook

        draw_workbook(workbook, Path(location))
