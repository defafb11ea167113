"""The people already named on a review tab, once each: what the lists under names offer.

Three hidden rows of helpers: every name as typed, a running number that grows where a name is a
person's and stands there for the first time, and the names behind these numbers. None of them moves
the decision. There is no UNIQUE in programs that people still use.
"""

from __future__ import annotations

from collections.abc import Iterator

from gatebook.domain.cells import Cell, Range
from gatebook.domain.checklist import Checklist
from gatebook.domain.review import Review
from gatebook.domain.text import clean, is_person
from gatebook.sheets import formulas as fx
from gatebook.sheets.layout import (
    COLUMNS,
    HELPERS_FROM,
    NAMES_ROW,
    NUMBERS_ROW,
    PEOPLE_ROW,
    Layout,
)
from gatebook.sheets.model import Formula

_HEAD = ("lead", "owner", "backup", "signed_by")


def people_range(layout: Layout) -> Range:
    """The hidden list of people: filled from its start, blank behind the last one."""
    return _range(PEOPLE_ROW, len(_sources(layout)))


def people_formula(layout: Layout) -> str:
    """The same range, ending with the last person, for programs whose lists would show blanks."""
    first, last = people_range(layout)
    count = Cell(NUMBERS_ROW, last.column).fixed
    return f"=OFFSET({first.fixed},0,0,1,MAX(1,{count}))"


def people_cells(
    review: Review, checklist: Checklist, layout: Layout, marks: str
) -> Iterator[tuple[Cell, Formula]]:
    """Every helper with its formula and with the value that it has for this review.

    `marks` is the hidden range of `domain.text.person_marks`.
    """
    sources = _sources(layout)
    names = [clean(name) for name in _names(review, layout)]
    all_names, all_numbers = _range(NAMES_ROW, len(sources)), _range(NUMBERS_ROW, len(sources))
    people: dict[str, str] = {}
    before = "0"
    for place, (source, name) in enumerate(zip(sources, names, strict=True)):
        at = all_names.first.right(place)
        typed = f'=IFERROR(IF(ISFORMULA({source.fixed}),"",TRIM({source.fixed})),"")'
        yield at, Formula(typed, name)
        if name and is_person(name, checklist.policy.person_marks):
            people.setdefault(name.lower(), name)
        so_far = Range(all_names.first, at).fixed
        again = f"SUMPRODUCT(--({so_far}={at.fixed}))>1"
        nobody = fx.no_person(at.fixed, marks)
        number = all_numbers.first.right(place)
        yield (
            number,
            Formula(
                f'=IF({at.fixed}="",{before},IF({again},{before},'
                f"IF({nobody},{before},{before}+1)))",
                len(people),
            ),
        )
        before = number.fixed
    listed = list(people.values())
    for place in range(len(sources)):
        found = f"INDEX({all_names.fixed},1,MATCH({place + 1},{all_numbers.fixed},0))"
        value = listed[place] if place < len(listed) else ""
        yield Cell(PEOPLE_ROW, HELPERS_FROM + place), Formula(f'=IFERROR({found},"")', value)


def _range(row: int, count: int) -> Range:
    return Range.of(row, HELPERS_FROM, row, HELPERS_FROM + count - 1)


def _sources(layout: Layout) -> list[Cell]:
    """The cells in which people are named, in the order in which a list offers them."""
    attendees = [layout.names.first.down(place) for place in range(layout.people)]
    owners = [Cell(row, COLUMNS["owner"]) for row in layout.gate_rows.values()]
    return [*(layout.value(name) for name in _HEAD), *attendees, *owners]


def _names(review: Review, layout: Layout) -> Iterator[str]:
    """What stands in these cells; a row of `review` for each gate."""
    yield from (review.lead, review.owner, review.backup, review.sign_off.name)
    attendees = [attendee.name for attendee in review.attendees]
    yield from attendees + [""] * (layout.people - len(attendees))
    for row in review.rows:
        yield row.owner
