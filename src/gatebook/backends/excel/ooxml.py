"""The fast reader: a workbook's tabs as Grids, straight from its XML.

It reads only the parts it needs and keeps only what a Grid holds. What it does not know raises
Unusual, and the slow reader takes over; what nobody should read raises Unreadable.
"""

from __future__ import annotations

from typing import NamedTuple

from gatebook.backends.excel import limits
from gatebook.backends.excel.contents import (
    BEYOND,
    FORM,
    Contents,
    Place,
    Places,
    Skipped,
    Tab,
)
from gatebook.backends.excel.markup import local, parse
from gatebook.backends.excel.package import (
    SAVE_AGAIN,
    TO_OWN_WORKBOOK,
    Package,
    Relationship,
)
from gatebook.backends.excel.strings import Strings
from gatebook.backends.excel.tab import read_tab
from gatebook.backends.protocol import Unreadable
from gatebook.domain.cells import Cell, Range
from gatebook.sheets.model import Grid


class Book(NamedTuple):
    """A workbook's tabs with cells, its epoch, and the part of its shared texts (or "")."""

    tabs: tuple[Tab, ...]
    epoch_1904: bool
    strings: str


def read_fast(
    package: Package, main: str, skip: frozenset[str], places: Places = FORM
) -> tuple[Grid, ...]:
    """Every tab with cells, in order, without those whose first cell starts with a text of `skip`.

    `main` is the part that lists the tabs. Raises Unreadable or Unusual.
    """
    book = read_book(package, main)
    strings = Strings(package, book.strings)
    starts = tuple(skip)
    grids = []
    room = limits.MAX_CELLS * places.times
    for tab in book.tabs:
        try:
            contents = read_tab(package.read(tab.part), tab, strings, starts, room, places)
        except Skipped:
            continue
        room -= len(contents.values)
        grids.append(to_grid(contents, tab, book, package))
    return tuple(grids)


def to_grid(contents: Contents, tab: Tab, book: Book, package: Package) -> Grid:
    """The Grid of a tab whose part was read."""
    relationships = {}
    if any(_relationship_id(link) for link in contents.links):
        relationships = package.relationships(tab.part)
    return Grid(
        tab=tab.name,
        values=contents.values,
        formulas=contents.formulas,
        links=_links(contents.links, relationships),
        merges=_merges(contents.merges),
        hidden=tab.hidden,
        epoch_1904=book.epoch_1904,
        position=tab.position,
    )


def read_book(package: Package, main: str) -> Book:
    """Which tabs there are, and where. Raises Unreadable."""
    relationships = package.relationships(main)
    sheets: list[dict[str, str]] = []
    epoch_1904 = False

    def start(tag: str, attributes: dict[str, str]) -> None:
        nonlocal epoch_1904
        name = local(tag)
        if name == "sheet" and len(sheets) <= limits.MAX_TABS:
            sheets.append(attributes)
        elif name == "workbookPr":
            epoch_1904 = attributes.get("date1904", "0") in ("1", "true")

    parse(package.read(main), main, start)
    if len(sheets) > limits.MAX_TABS:
        raise Unreadable(
            f"the workbook has more than {limits.MAX_TABS:,} tabs",
            TO_OWN_WORKBOOK,
        )
    if not sheets:
        raise Unreadable("the file lists no tabs, so it is no workbook", SAVE_AGAIN)
    tabs = []
    for position, sheet in enumerate(sheets):
        relationship = relationships.get(_relationship_id(sheet))
        if relationship is None:
            raise Unreadable(
                f"the file is damaged: it lists the tab {sheet.get('name', '')!r}, "
                "but not where its cells are",
                SAVE_AGAIN,
            )
        # Chart, dialog and macro sheets hold no cells that a person filled in.
        if relationship.kind == "worksheet":
            hidden = sheet.get("state", "visible") != "visible"
            tabs.append(Tab(sheet.get("name", ""), relationship.target, hidden, position))
    strings = next((r.target for r in relationships.values() if r.kind == "sharedStrings"), "")
    return Book(tuple(tabs), epoch_1904, strings)


def main_part(package: Package) -> str:
    """The part that lists the tabs, or where nearly every program puts it. Raises Unreadable."""
    for relationship in package.relationships("").values():
        if relationship.kind == "officeDocument":
            return relationship.target
    return "xl/workbook.xml"


def _relationship_id(attributes: dict[str, str]) -> str:
    """The value of the attribute r:id, whatever its prefix is."""
    if "r:id" in attributes:
        return attributes["r:id"]
    return next((value for name, value in attributes.items() if name.endswith(":id")), "")


def _merges(references: list[str]) -> tuple[Range, ...]:
    """The merged ranges that touch the kept part of a tab."""
    merges = []
    for reference in references:
        merge = _range(reference)
        if merge is not None and FORM.within(*merge.first) is not BEYOND:
            merges.append(merge)
    return tuple(merges)


def _links(found: list[dict[str, str]], relationships: dict[str, Relationship]) -> dict[Place, str]:
    """Link targets by cell; a link on a range stands on its first thousand cells."""
    links: dict[Place, str] = {}
    for attributes in found:
        area = _range(attributes.get("ref", ""))
        relationship = relationships.get(_relationship_id(attributes))
        target = relationship.target if relationship else ""
        if attributes.get("location"):
            target += "#" + attributes["location"]
        if area is None or not target:
            continue
        for place in _cells(area):
            if len(links) >= limits.MAX_LINKS:
                return links
            if place is not BEYOND:
                links[place] = target
    return links


def _cells(area: Range) -> list[Place]:
    """The kept cells of a range, row by row, up to the number one link may cover."""
    if area.first == area.last:
        return [FORM.within(*area.first)]
    places: list[Place] = []
    for row in range(area.first.row, min(area.last.row + 1, limits.MAX_ROWS)):
        for column in range(area.first.column, min(area.last.column + 1, limits.MAX_COLUMNS)):
            places.append((row, column))
            if len(places) >= limits.MAX_CELLS_OF_A_LINK:
                return places
    return places


def _range(reference: str) -> Range | None:
    """A range's corners in order, or None where the text is no range."""
    try:
        area = Range.parse(reference)
    except ValueError:
        return None
    (top, left), (bottom, right) = area
    return Range(Cell(min(top, bottom), min(left, right)), Cell(max(top, bottom), max(left, right)))
