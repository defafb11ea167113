"""Little pictures of a review sheet in a test's text, and what gatebook finds in them.

    Stakes: Low-stakes internal
    | #  | Status | Owner | Next action     | Due        |
    | 5  | Yellow | Bo Li | Build the sheet | 2026-12-01 |

A picture is laid over the passing review of `builders`: what it does not show stays as it is there,
and what it shows empty is empty. Dates are written 2026-12-01; any other text in a place for a date
is text. People who attended and changes are lists, one a line:

    Attendee: Bo Li, Production owner
    Change: 2026-11-21, Prompt, Bo Li, Shorter answers

"Attendee: none" empties the list.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import msgspec

from gatebook.domain.cells import Cell
from gatebook.domain.checklist import Checklist
from gatebook.domain.fields import HEADER, ROW
from gatebook.domain.findings import Finding
from gatebook.domain.judge import Judged, judge
from gatebook.domain.review import (
    Attendee,
    Change,
    DateValue,
    GateRow,
    Review,
    SignOff,
    Status,
    Unreadable,
)
from gatebook.domain.text import clean
from gatebook.sheets.model import Grid
from gatebook.sheets.review_form import Contents, read_reviews, review_workbook
from tests.support.builders import TODAY, TWELVE, passing_review
from tests.support.memory_grid import Desk, grid_of, grids_of

_HEAD = {field.label: field for field in HEADER}
_COLUMNS = {field.label: field for field in ROW}
_SIGN_OFF = {"signed_by": "name", "signer_role": "role", "signed_on": "on"}


@dataclass
class Picture:
    """What a picture shows: texts by label, rows by gate number and header, lists as typed."""

    head: dict[str, str] = field(default_factory=dict)
    rows: dict[int, dict[str, str]] = field(default_factory=dict)
    attendees: list[str] | None = None
    changes: list[list[str]] = field(default_factory=list)


def picture_of(text: str) -> Picture:
    """Read a picture. Raises ValueError for a line that is none of its kinds."""
    picture = Picture()
    headers: list[str] = []
    for line in filter(None, map(str.strip, text.splitlines())):
        if line.startswith("|"):
            cells = [cell.strip() for cell in line.strip("|").split("|")]
            if not headers:
                headers = cells
                unknown = set(headers) - _COLUMNS.keys()
                if unknown:
                    raise ValueError(f"no column of the form: {unknown}")
            else:
                shown = dict(zip(headers, cells, strict=True))
                picture.rows[int(shown.pop("#"))] = shown
            continue
        label, _, value = (part.strip() for part in line.partition(":"))
        if label == "Attendee":
            picture.attendees = [*(picture.attendees or []), *([value] if value != "none" else [])]
        elif label == "Change":
            picture.changes.append([part.strip() for part in value.split(",", 3)])
        elif label in _HEAD:
            picture.head[label] = value
        else:
            raise ValueError(f"neither a label of the form nor a row: {line}")
    return picture


def _day(text: str) -> DateValue:
    """A date from a picture; other text is something that cannot be read."""
    with suppress(ValueError):
        return date.fromisoformat(text)
    return Unreadable(text) if text else None


def _value(kind: str, text: str) -> object:
    """A picture's text as the value that the domain gives it."""
    if kind == "date":
        return _day(text)
    if kind == "status":
        with suppress(ValueError):
            return Status(text.lower())
        return Unreadable(text) if text else None
    return text


def review_of(text: str, checklist: Checklist = TWELVE) -> Review:
    """The picture as a review, made without any sheet."""
    picture = picture_of(text)
    review = passing_review(checklist)
    head: dict[str, Any] = {
        _HEAD[label].name: _value(_HEAD[label].kind, value) for label, value in picture.head.items()
    }
    for name in ("stakes", "customer_data", "regulated_area", "live"):
        choices = next(item.choices for item in HEADER if item.name == name)
        if head.get(name) and head[name] not in choices:
            head[name] = Unreadable(head[name])
    signed = {_SIGN_OFF[name]: head.pop(name) for name in _SIGN_OFF if name in head}
    sign_off: SignOff = msgspec.structs.replace(review.sign_off, **signed)
    rows = list(review.rows)
    for number, shown in picture.rows.items():
        values = {_COLUMNS[name].name: _value(_COLUMNS[name].kind, shown[name]) for name in shown}
        row: GateRow = msgspec.structs.replace(rows[number - 1], **values)
        rows[number - 1] = row
    room = [tuple(map(str.strip, line.split(","))) for line in picture.attendees or []]
    changed: Review = msgspec.structs.replace(
        review,
        **head,
        sign_off=sign_off,
        rows=tuple(rows),
        attendees=review.attendees
        if picture.attendees is None
        else tuple(Attendee(*p) for p in room),
        changes=tuple(
            Change(_day(on), _kind(kind), who, what) for on, kind, who, what in picture.changes
        ),
    )
    return changed


def _kind(text: str) -> str | Unreadable:
    known = ("", "Model", "Vendor model upgrade", "Prompt", "Data source", "Use case", "Other")
    return text if text in known else Unreadable(text)


_DRAWN: dict[bytes, list[Grid]] = {}


def _passing_form(checklist: Checklist) -> list[Desk]:
    """The drawn form of the passing review, all its tabs; drawn once for each checklist."""
    key = msgspec.json.encode(checklist)
    if key not in _DRAWN:
        _DRAWN[key] = grids_of(review_workbook(passing_review(checklist), checklist))
    return [Desk.of(grid) for grid in _DRAWN[key]]


def desk_of(checklist: Checklist = TWELVE, review: Review | None = None) -> Desk:
    """A drawn review tab on the desk: the passing review, or the one given."""
    if review is None:
        return _passing_form(checklist)[0]
    return Desk.of(grid_of(review_workbook(review, checklist).sheets[0]))


def typed_desks(text: str, checklist: Checklist = TWELVE) -> list[Desk]:
    """All tabs of a form with the picture typed into it, the review tab first."""
    picture = picture_of(text)
    desks = _passing_form(checklist)
    review, changes = desks[0], desks[-1]
    for label, value in picture.head.items():
        _type(review, review.cell(label), _HEAD[label].kind, value)
    for number, shown in picture.rows.items():
        for header, value in shown.items():
            _type(review, review.cell(f"{number} {header}"), _COLUMNS[header].kind, value)
    if picture.attendees is not None:
        _type_attendees(review, picture.attendees)
    below = changes.find("Date")
    for line, cells in enumerate(picture.changes, 1):
        for place, value in enumerate(cells):
            _type(changes, below.down(line).right(place), "text" if place else "date", value)
    return desks


def _type_attendees(desk: Desk, people: list[str]) -> None:
    first = desk.cell("Attendees")
    for down in range(10):
        for right in range(2):
            desk.clear(first.down(down).right(right))
    for down, line in enumerate(people):
        for right, text in enumerate(line.split(",")):
            desk.type(first.down(down).right(right), text.strip())


def _type(desk: Desk, cell: Cell, kind: str, text: str) -> None:
    """As people type: a day becomes a date, nothing empties the cell, the rest is text."""
    day = _day(text) if kind == "date" else None
    if isinstance(day, date):
        desk.type(cell, day)
    elif text:
        desk.type(cell, text)
    else:
        desk.clear(cell)


def contents_of(*desks: Desk, checklist: Checklist = TWELVE, **others: Checklist) -> Contents:
    """What the form finds on these tabs, read as one workbook."""
    checklists = {each.id: each for each in (checklist, *others.values())}
    return read_reviews([desk.grid() for desk in desks], checklists, checklist)


def read_desk(*desks: Desk, checklist: Checklist = TWELVE) -> Review:
    """The one review on these tabs."""
    contents = contents_of(*desks, checklist=checklist)
    assert contents.problems == ()
    (review,) = contents.reviews
    return review


def judged(text: str, today: date = TODAY, checklist: Checklist = TWELVE) -> Judged:
    """The picture typed into a form, read back and judged.

    The same picture made straight into a review must give the same findings and decision.
    """
    desks = typed_desks(text, checklist)
    through = judge(read_desk(*desks, checklist=checklist), checklist, today)
    straight = judge(review_of(text, checklist), checklist, today)
    own = tuple(found for found in through.findings if found.code != "sheet-disagrees")
    assert [_said(found) for found in own] == [_said(found) for found in straight.findings]
    assert through.verdict == straight.verdict
    assert through.next_review == straight.next_review
    return msgspec.structs.replace(through, findings=own)


def _said(found: Finding) -> tuple[str, str, int | None, str, str]:
    # Reading a form makes odd spaces plain; a picture made straight into a review keeps them.
    return found.code, found.level, found.gate, clean(found.message), found.remedy


def places(judgement: Judged, text: str = "") -> Iterator[str]:
    """Each finding as "plan-missing at 5 Next action"; what is nowhere is "at gate 5", or bare."""
    desk = desk_of(judgement.checklist)
    for found in judgement.findings:
        if found.cell and found.tab == desk.tab:
            yield f"{found.code} at {desk.name(Cell.parse(found.cell))}"
        elif found.cell:
            yield f"{found.code} at {found.tab} {found.cell}"
        elif found.gate:
            yield f"{found.code} at gate {found.gate}"
        else:
            yield found.code


def found(text: str, today: date = TODAY, checklist: Checklist = TWELVE) -> list[str]:
    """What gatebook finds in a picture, as lines such as "plan-missing at 5 Next action"."""
    return list(places(judged(text, today, checklist)))


def cells(text: str, today: date = TODAY, checklist: Checklist = TWELVE) -> list[str]:
    """The same with addresses: "plan-missing at F19"."""
    return [f"{each.code} at {each.cell}" for each in judged(text, today, checklist).findings]
