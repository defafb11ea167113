"""What a spreadsheet is, whoever draws it: `Workbook` on the way out, `Grid` on the way back.

All addresses are 0-based `Cell`s and `Range`s. Colours are "#RRGGBB". Widths are in characters of
the default font, heights in points. Text is always literal text: only a `Formula` becomes a formula
and only a `Link` becomes a link.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import repeat
from typing import Literal

from gatebook.domain.cells import Cell, Range

Plain = str | int | float | bool | date | datetime | None


@dataclass(frozen=True, slots=True)
class Formula:
    """A live cell: formula text with its leading "=", and the value that stands there already."""

    text: str
    value: Plain = ""


@dataclass(frozen=True, slots=True)
class Link:
    """A clickable text.

    `target` is http:, https: or mailto:; or `#'Tab'!A1` inside this workbook; or, with `file`, the
    path of a workbook (relative to the drawn one where possible), then optionally "#'Tab'!A1".
    """

    target: str
    text: str
    file: bool = False


@dataclass(frozen=True, slots=True)
class Style:
    """How a cell looks, and whether it may be typed into."""

    bold: bool = False
    italic: bool = False
    size: float | None = None
    colour: str | None = None
    fill: str | None = None
    border: str | None = None
    edges: str = "ltrb"
    align: Literal["left", "center", "right"] | None = None
    valign: Literal["top", "middle", "bottom"] | None = None
    wrap: bool = False
    indent: int = 0
    rotation: int = 0
    number_format: str | None = None
    underline: bool = False
    locked: bool = True
    shrink: bool = False


PLAIN = Style()


@dataclass(frozen=True, slots=True)
class Noted:
    """A text in the cell's style and, on the lines below it in the same cell, a note in the letters
    of a style of its own. Neither is empty. Read back it is one text: `whole`."""

    text: str
    note: str
    style: Style

    @property
    def whole(self) -> str:
        """Both, as one text of several lines."""
        return f"{self.text}\n{self.note}"


Content = Plain | Formula | Link | Noted


@dataclass(frozen=True, slots=True)
class Placed:
    """Content with its style."""

    content: Content = None
    style: Style = PLAIN


@dataclass(frozen=True, slots=True)
class Column:
    """A column's width in characters, and whether it is out of sight."""

    width: float
    hidden: bool = False


@dataclass(frozen=True, slots=True)
class Row:
    """A row's height in points (None: the program's own), and whether it is out of sight.

    `grows`: the height is where it starts; the program fits it to the text when people type.
    """

    height: float | None = None
    hidden: bool = False
    grows: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """A rectangle of records: one header row, then rows of contents, each column in one style.

    `styles` has one style a column; `header` the texts of the header row, in `header_style` or
    each in one of `header_styles`.
    """

    at: Cell
    header: tuple[str, ...]
    rows: Sequence[Sequence[Content]]
    styles: tuple[Style, ...]
    header_style: Style = PLAIN
    header_styles: tuple[Style, ...] = ()

    @property
    def headers(self) -> Iterator[tuple[str, Style]]:
        """Each header with its style."""
        return zip(self.header, self.header_styles or repeat(self.header_style), strict=False)

    @property
    def range(self) -> Range:
        """Header and rows."""
        return Range(
            self.at, Cell(self.at.row + len(self.rows), self.at.column + len(self.header) - 1)
        )


@dataclass(frozen=True, slots=True)
class Validation:
    """What a range accepts when a person types.

    kind "list": one of `choices`, or of the cells of `source` (a range on the same sheet). `formula`
    gives the filled part of a source, for programs that would offer its blank cells too.
    kind "date": a date from `earliest` to `latest`.
    kind "custom": whatever makes `formula` (with "=", written for the range's first cell) true.
    `strict` refuses anything else with `error`; otherwise the text is only a hint.
    """

    range: Range
    kind: Literal["list", "date", "custom", "any"]
    choices: tuple[str, ...] = ()
    source: Range | None = None
    earliest: date | None = None
    latest: date | None = None
    formula: str = ""
    strict: bool = True
    prompt_title: str = ""
    prompt: str = ""
    error_title: str = ""
    error: str = ""


@dataclass(frozen=True, slots=True)
class ColourRule:
    """Style a range's cells where `formula` (with "=", written for its first cell) is true."""

    range: Range
    formula: str
    style: Style
    stop: bool = False


@dataclass(frozen=True, slots=True)
class Protection:
    """Cells with a locked style refuse typing. No password: it guards against slips, not people.

    `reserved`: ranges that only these people, by address (`reserved_for`), may type into; where the
    program knows no people, as in Excel files, they stay open.
    """

    format_cells: bool = False
    format_columns: bool = True
    format_rows: bool = True
    insert_rows: bool = False
    sort: bool = True
    filter: bool = True
    reserved: tuple[Range, ...] = ()
    reserved_for: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Page:
    """How a sheet prints. `tall` 0: as many pages as it takes."""

    landscape: bool = True
    paper: Literal["A4", "Letter"] = "A4"
    wide: int = 1
    tall: int = 1
    area: Range | None = None
    repeat: tuple[int, int] | None = None
    margin: float = 0.4
    footer: str = ""


@dataclass(frozen=True, slots=True)
class Series:
    """One chart series: the ranges of its values and its labels on `tab`, and its name."""

    name: str
    labels: Range
    values: Range
    colour: str
    point_colours: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Chart:
    """A native chart on real ranges of `tab`.

    `label_format`: the numbers stand on the bars, in this format ("": they do not). `unit`: the step
    of the scale (0: the program's own). `scale_title`: what the scale counts.
    """

    kind: Literal["bar", "bar-stacked", "bar-share", "column", "column-stacked", "line", "pie"]
    title: str
    tab: str
    series: tuple[Series, ...]
    at: Cell
    width: int = 480
    height: int = 288
    label_format: str = ""
    unit: int = 0
    scale_title: str = ""


@dataclass(frozen=True, slots=True)
class Sheet:
    """One tab. `cells` are placed one by one; `tables` hold the many rows of records."""

    name: str
    cells: Mapping[Cell, Placed] = field(default_factory=dict)
    tables: tuple[Table, ...] = ()
    columns: Mapping[int, Column] = field(default_factory=dict)
    rows: Mapping[int, Row] = field(default_factory=dict)
    merges: tuple[Range, ...] = ()
    validations: tuple[Validation, ...] = ()
    colour_rules: tuple[ColourRule, ...] = ()
    protection: Protection | None = None
    freeze: Cell | None = None
    page: Page | None = None
    filter: Range | None = None
    charts: tuple[Chart, ...] = ()
    gridlines: bool = False
    hidden: bool = False
    tab_colour: str | None = None
    cursor: Cell | None = None
    zoom: int = 100


@dataclass(frozen=True, slots=True)
class Workbook:
    """Tabs in order; the first one is open. `created` is stored in the file, so give a fixed one."""

    sheets: tuple[Sheet, ...]
    title: str
    created: datetime
    font: str = "Calibri"


class CellError(str):
    """An error value that stands in a cell, such as "#REF!"."""

    __slots__ = ()


Raw = str | float | bool | CellError


@dataclass(frozen=True, slots=True)
class Grid:
    """What one tab holds, as read: only cells that hold something are there.

    `values`: text (str), numbers (float; dates are serial numbers), bool, CellError; a formula's
    stored value, absent where it has none. `formulas`: formula text without "=" of the cells that
    have one (an empty text where the file only says that there is one). `links`: link targets.
    `epoch_1904`: serial numbers count from 1904-01-01 instead of 1899-12-30.
    `notes`: what hangs on cells, where the backend reads that (Google).
    `position`: 0-based place of the tab in its workbook. `url`: the tab's own web address, where it
    has one; "&range=C4" behind it leads to a cell. `workbook`: what people call the workbook, where
    its location does not say.
    """

    tab: str
    values: dict[tuple[int, int], Raw]
    formulas: dict[tuple[int, int], str] = field(default_factory=dict)
    links: dict[tuple[int, int], str] = field(default_factory=dict)
    merges: tuple[Range, ...] = ()
    hidden: bool = False
    epoch_1904: bool = False
    position: int = 0
    url: str = ""
    workbook: str = ""
    notes: dict[tuple[int, int], str] = field(default_factory=dict)
