"""Links from the portfolio to the reviews' workbooks, tabs and cells."""

from __future__ import annotations

import os
from pathlib import PurePath

from gatebook.domain.review import Review
from gatebook.sheets.model import Content, Link
from gatebook.sheets.monday import cut
from gatebook.sheets.portfolio_tables import WEB
from gatebook.sheets.review_form import TabProblem

# As many letters of a workbook's name as stand in one line of its column: LibreOffice wraps no link.
_LONGEST_NAME = 46


class Places:
    """Knows the portfolio's folder, so that links to files are relative where they can be."""

    def __init__(self, home: str) -> None:
        self.home = os.path.abspath(home or ".")

    def file(self, location: str) -> str:
        """A file's path as the portfolio links it; an address stays what it is."""
        if "://" in location:
            return location
        full = os.path.abspath(location)
        try:
            return PurePath(os.path.relpath(full, self.home)).as_posix()
        except ValueError:  # another drive on Windows
            return PurePath(full).as_posix()

    def review(self, review: Review, cell: str = "", text: str = "", tab: str = "") -> Content:
        """A link to a review or a cell of it; `tab`: a cell of another tab of its workbook."""
        if review.url and tab in ("", review.tab):
            target = f"{review.url}&range={cell}" if cell else review.url
            return Link(target, text or _named(review.workbook))
        name = text or _named(review.workbook)
        return self._link(review.location, tab or review.tab, cell, name)

    def problem(self, one: TabProblem, text: str = "") -> Content:
        """A link to a workbook or tab that could not be read."""
        return self._link(one.location, one.tab, "", text or _named(one.name))

    def _link(self, location: str, tab: str, cell: str, text: str) -> Content:
        if not location:
            return text or None
        file = self.file(location)
        if "://" in file:
            # Only a review that was read says where its tab is. What no browser opens is plain text.
            return Link(file, text or file) if file.startswith("http") else text or file
        quoted = tab.replace("'", "''")
        target = f"{file}#'{quoted}'!{cell or 'A1'}" if tab else file
        return Link(target, text or _named(PurePath(file).name), file=True)


def proof(text: str, target: str) -> Content:
    """What proves a gate, as it stands in its form: a text that leads to its address. An address that
    is none on the web (a place in the form's own workbook, a file) would lead elsewhere from here."""
    if target.lower().startswith(WEB):
        return Link(target, text or target)
    return text or target or None


def _named(workbook: str) -> str:
    return cut(workbook, _LONGEST_NAME)
