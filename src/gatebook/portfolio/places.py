"""Links from the portfolio's folder to the reviews' files, tabs and cells."""

from __future__ import annotations

import os
from pathlib import PurePath

from gatebook.sheets.model import Content, Link


class Places:
    """Knows the portfolio's folder, so that links to reviews are relative where they can be."""

    def __init__(self, home: str) -> None:
        self.home = os.path.abspath(home or ".")

    def file(self, location: str) -> str:
        """A file's path as the portfolio links it."""
        if "://" in location:
            return location
        full = os.path.abspath(location)
        try:
            return PurePath(os.path.relpath(full, self.home)).as_posix()
        except ValueError:  # another drive on Windows
            return PurePath(full).as_posix()

    def link(self, location: str, tab: str = "", cell: str = "", text: str = "") -> Content:
        """A link to a file, or into it."""
        if not location:
            return text or None
        file = self.file(location)
        quoted = tab.replace("'", "''")
        target = f"{file}#'{quoted}'!{cell or 'A1'}" if tab else file
        return Link(target, text or PurePath(file).name, file=True)
