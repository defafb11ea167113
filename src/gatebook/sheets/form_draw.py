"""Drawing the review tab: what people see and type into, around the live cells."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from typing import Literal

import msgspec

from gatebook.domain.cells import Cell, Range
from gatebook.domain.checklist import Checklist
from gatebook.domain.fields import (
    ATTENDEES_LABEL,
    DECISION_LABEL,
    HEADER,
    HEADER_BY_NAME,
    ROW,
    Field,
)
from gatebook.domain.review import GateRow, Review, Stamp, Status, Unreadable
from gatebook.sheets import formulas as fx
from gatebook.sheets import look
from gatebook.sheets.form_guards import colour_rules, validations
from gatebook.sheets.form_live import (
    LiveCells,
    decision_cell,
    last_helper_column,
)
from gatebook.sheets.form_room import (
    NEEDS,
    WHY,
    WIDTHS,
    box_width,
    in_box,
    row_heights,
    title_in,
)
from gatebook.sheets.layout import (
    COLUMNS,
    COUNTS,
    DECISION,
    DECISION_ROW,
    LAST_COLUMN,
    LOGO,
    NEEDS_ROW,
    PAPER_COLUMN,
    REASON_ROW,
    TABLE_ROW,
    TITLE_ROW,
    Layout,
    layout_for,
)
from gatebook.sheets.model import (
    Column,
    Content,
    Link,
    Noted,
    Page,
    Placed,
    Plain,
    Protection,
    Sheet,
    Style,
)

STAMP_PREFIX = "gatebook:review"
WORDING_PREFIX = "wording:"
TAB_NAME = "Review"
BOXES_LABEL = "Boxes still to fill in"
TITLE = "AI pilot to production: gate review"
# The form is printed as wide as the page and takes as many pages as it needs: it is drawn empty, and
# what people will write is not known. From so many gates on Check is printed too: the wider page has
# smaller letters (0.61 instead of 0.71 of their size), and 20 gates of two lines still fit on one.
MANY_GATES = 17

# Out of sight beside the table. It names its gate, because a sort may leave it where it stands.
_WORDING_COLUMN = LAST_COLUMN + 1


@dataclass(frozen=True, slots=True)
class Look:
    """What an organisation sets for its forms and portfolio: its name over the title, the paper, a
    colour of its own ("#RRGGBB", "" for ours; `review_workbook` puts it on all tabs), and a line
    that stands where a letter has its logo. `approvers`: addresses of those who alone may fill in
    the sign-off, where the program knows people (none: everybody).
    """

    organisation: str = ""
    paper: Literal["A4", "Letter"] = "A4"
    accent: str = ""
    logo: str = ""
    approvers: tuple[str, ...] = ()


def stamp_text(stamp: Stamp) -> str:
    """What a review tab carries out of sight; `form_parse.read_stamp` reads it back."""
    return (
        f"{STAMP_PREFIX};schema={stamp.schema};checklist={stamp.checklist}@{stamp.version};"
        f"system={stamp.system_id};review={stamp.review_id}"
    )


def _protection(layout: Layout, approvers: tuple[str, ...]) -> Protection:
    """What is not for typing is locked; the sign-off is for the approvers, if there are any."""
    if not approvers:
        return Protection()
    signing = [layout.value_ranges[n] for n in ("signed_by", "signer_role", "signed_on")]
    return Protection(reserved=tuple(signing), reserved_for=approvers)


def placed(review: Review, checklist: Checklist, layout: Layout) -> Review:
    """The review with one row for each gate in order, and with the cells it will be drawn in."""
    by_key = {row.key: row for row in review.rows}
    rows = []
    for gate in checklist.gates:
        at = layout.gate_rows[gate.key]
        row = by_key.get(gate.key, GateRow(key=gate.key))
        cells = {name: Cell(at, column) for name, column in COLUMNS.items()}
        rows.append(
            msgspec.structs.replace(
                row, cells=cells, number_shown=str(gate.number), title=gate.title, formulas={}
            )
        )
    cells = {name: layout.value(name) for name in layout.labels}
    cells["attendees"] = layout.attendees.right()
    return msgspec.structs.replace(review, rows=tuple(rows), cells=cells, formulas={})


def draw_review_tab(
    review: Review, checklist: Checklist, look_of: Look | None = None, *, name: str = TAB_NAME
) -> Sheet:
    """The review as a tab: inputs filled in as far as the review has them, live cells computed."""
    settings = look_of or Look()
    layout = layout_for(checklist, len(review.attendees))
    drawn = placed(review, checklist, layout)
    cells: dict[Cell, Placed] = {}
    live = LiveCells(drawn, checklist, layout)
    for cell, content in live.all():
        cells[cell] = Placed(content, look.HIDDEN)
    _dress_live(cells, drawn)
    cells.update(_top(checklist, drawn, settings))
    for part in (
        _head(drawn, layout),
        _table(drawn, checklist, layout),
        _below(drawn, checklist, layout),
    ):
        cells.update(part)
    merges = [*_merges(layout)]
    if settings.logo:
        cells[LOGO.first] = Placed(settings.logo, look.LOGO)
        merges.append(LOGO)
    helpers = range(LAST_COLUMN + 1, last_helper_column(checklist, layout) + 1)
    columns = {
        COLUMNS[key]: Column(width, hidden=key == "key") for key, width in WIDTHS.items()
    } | {column: Column(9, hidden=True) for column in helpers}
    many = len(checklist.gates) >= MANY_GATES
    # "&" begins a code in a footer.
    kind = f"{checklist.title} · {checklist.name}".replace("&", "&&")
    return Sheet(
        name=name,
        cells=cells,
        columns=columns,
        rows=row_heights(drawn, layout, cells),
        merges=tuple(merges),
        validations=tuple(validations(checklist, layout)),
        colour_rules=tuple(colour_rules(checklist, layout)),
        protection=_protection(layout, settings.approvers),
        freeze=Cell(TABLE_ROW + 1, 0),
        page=Page(
            paper=settings.paper,
            landscape=False,
            tall=0,
            margin=0.25,
            area=Range.of(0, 0, layout.last_row, LAST_COLUMN if many else PAPER_COLUMN),
            repeat=(TABLE_ROW, TABLE_ROW),
            footer=f"&L{kind}&RPage &P of &N",
        ),
        tab_colour=look.HEAD,
        cursor=layout.value("system"),
    )


def _dress_live(cells: dict[Cell, Placed], review: Review) -> None:
    """Give the live cells that people see their looks."""
    big = Style(
        bold=True,
        size=18,
        colour=look.INK,
        valign="middle",
        border=look.LINE,
        indent=1,
        shrink=True,
    )
    line = Style(colour=look.INK, size=10, valign="middle", wrap=True, indent=1)
    looks = {
        decision_cell(): big,
        **dict.fromkeys((WHY, NEEDS), line),
        COUNTS.first: Style(colour=look.MUTED, align="right", valign="middle", wrap=True),
    }
    for row in review.rows:
        looks[row.cells["check"]] = replace(look.CELL, colour=look.MUTED, valign="middle", indent=1)
    for cell, style in looks.items():
        cells[cell] = replace(cells[cell], style=style)


def _top(checklist: Checklist, review: Review, settings: Look) -> dict[Cell, Placed]:
    gate = COLUMNS["gate"]
    title, size = title_in(settings.organisation, TITLE, beside_logo=bool(settings.logo))
    bold = replace(look.LABEL, bold=True)
    return {
        Cell(TITLE_ROW, 0): Placed(title, replace(look.TITLE, size=size)),
        Cell(DECISION_ROW, COLUMNS["key"]): Placed(stamp_text(review.stamp), look.HIDDEN),
        Cell(DECISION_ROW, gate): Placed(DECISION_LABEL, bold),
        Cell(REASON_ROW, gate): Placed("Why", look.LABEL),
        Cell(NEEDS_ROW, gate): Placed(BOXES_LABEL, look.LABEL),
    }


def _shown(value: object) -> Plain:
    if isinstance(value, Unreadable):
        return value.found
    if isinstance(value, Status):
        return value.value.capitalize()
    if isinstance(value, date | str):
        return value or None
    return None


def _input_style(field: Field) -> Style:
    return look.FIELD_DATE if field.kind == "date" else look.FIELD


def _head(review: Review, layout: Layout) -> dict[Cell, Placed]:
    values: dict[str, object] = {
        field.name: getattr(review, field.name, None) for field in HEADER
    } | {
        "signed_by": review.sign_off.name,
        "signer_role": review.sign_off.role,
        "signed_on": review.sign_off.on,
    }
    cells: dict[Cell, Placed] = {}
    for name, at in layout.labels.items():
        field = HEADER_BY_NAME[name]
        cells[at] = Placed(field.label, look.LABEL)
        area = layout.value_ranges[name]
        shown = _shown(values[name])
        style = in_box(_input_style(field), shown, box_width(area))
        for column in range(area.first.column, area.last.column + 1):
            cells[Cell(at.row, column)] = Placed(None, style)
        cells[area.first] = Placed(shown, style)
    return cells


def _table(review: Review, checklist: Checklist, layout: Layout) -> dict[Cell, Placed]:
    cells = {
        Cell(TABLE_ROW, COLUMNS[field.name]): Placed(
            field.label,
            replace(look.HEADER, align="center") if field.name == "number" else _HEADER,
        )
        for field in ROW
    }
    cells[Cell(TABLE_ROW, COLUMNS["key"])] = Placed(None, look.HIDDEN)
    for row, theme in layout.theme_rows.items():
        for column in range(LAST_COLUMN + 1):
            cells[Cell(row, column)] = Placed(None, look.THEME)
        cells[Cell(row, 0)] = Placed(theme, replace(look.THEME, indent=1))
    for gate, row_of in zip(checklist.gates, review.rows, strict=True):
        at = row_of.cells
        cells[at["number"]] = Placed(
            gate.number, replace(look.CELL_CENTRE, colour=look.MUTED, valign="middle")
        )
        cells[at["key"]] = Placed(fx.KEY_PREFIX + gate.key, look.HIDDEN)
        cells[at["gate"]] = Placed(
            Noted(gate.title, row_of.note, _NOTE) if row_of.note else gate.title,
            replace(look.CELL, bold=True, valign="middle", indent=1),
        )
        beside = Cell(at["gate"].row, _WORDING_COLUMN)
        cells[beside] = Placed(f"{WORDING_PREFIX}{gate.key}:{gate.wording}", look.HIDDEN)
        status = replace(look.FIELD, align="center", indent=0, bold=True)
        cells[at["status"]] = Placed(_shown(row_of.status), status)
        cells[at["owner"]] = Placed(row_of.owner or None, look.FIELD)
        cells[at["next_action"]] = Placed(row_of.next_action or None, look.FIELD)
        cells[at["due"]] = Placed(_shown(row_of.due), look.FIELD_DATE)
        cells[at["artifact"]] = _artifact(row_of)
        cells[at["approver"]] = Placed(row_of.approver or None, look.FIELD)
    return cells


def _artifact(row: GateRow) -> Placed:
    content: Content = row.artifact or None
    if row.artifact_link:
        content = Link(row.artifact_link, row.artifact or row.artifact_link)
        return Placed(content, replace(look.FIELD_LINK, wrap=False))
    return Placed(content, replace(look.FIELD, wrap=False))


def _below(review: Review, checklist: Checklist, layout: Layout) -> dict[Cell, Placed]:
    top = layout.attendees
    cells = {top: Placed(ATTENDEES_LABEL, look.LABEL)}
    for offset in range(layout.people):
        who = review.attendees[offset] if offset < len(review.attendees) else None
        name, role = (who.name, who.role) if who else ("", "")
        style = replace(look.FIELD, valign="middle")
        cells[top.down(offset).right()] = Placed(name or None, style)
        cells[top.down(offset).right(2)] = Placed(role or None, style)
    most = checklist.policy.max_attendees
    hint = (
        f"{most} {'person' if most == 1 else 'people'} at most. "
        "The sponsor signs, not the pilot lead."
    )
    cells[Cell(top.row, _HINT_COLUMN)] = Placed(hint, replace(look.NOTE, align="left", indent=1))
    return cells


_HEADER = replace(look.HEADER, indent=1)
_NOTE = Style(size=10, colour=look.MUTED)
_HINT_COLUMN = COLUMNS["due"]


def _merges(layout: Layout) -> Iterator[Range]:
    yield DECISION
    yield COUNTS
    for row in (REASON_ROW, NEEDS_ROW):
        yield Range.of(row, COLUMNS["status"], row, PAPER_COLUMN)
    for area in layout.value_ranges.values():
        if area.first != area.last:
            yield area
    at = layout.attendees.row
    yield Range.of(at, _HINT_COLUMN, at, PAPER_COLUMN)
