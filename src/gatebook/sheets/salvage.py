"""Fresh forms from the tabs of a damaged workbook, and a list of what they could not take over.

Whatever stands in an old tab and is neither the form's own furniture nor carried is listed; so the
list is whole by construction, and not by remembering each kind of damage.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from gatebook.domain.cells import Cell
from gatebook.domain.checklist import Checklist
from gatebook.domain.fields import CHANGES
from gatebook.domain.judge import Judged, judge
from gatebook.domain.leftover import Leftover
from gatebook.domain.repairing import Repaired, repair
from gatebook.domain.review import Review
from gatebook.domain.text import clean
from gatebook.sheets import changes, guide, leftovers, typed
from gatebook.sheets.extras import NO_EXTRAS, Extras, said
from gatebook.sheets.form_draw import draw_review_tab
from gatebook.sheets.form_parse import TabTrouble, is_review, landmarks, read_stamp
from gatebook.sheets.formulas import KEY_PREFIX
from gatebook.sheets.furniture import furniture
from gatebook.sheets.layout import COLUMNS
from gatebook.sheets.marks import LINE as MARKS_LINE
from gatebook.sheets.mending import Mended, mend
from gatebook.sheets.merged import covered
from gatebook.sheets.model import Grid, Placed
from gatebook.sheets.review_form import TabProblem, read_reviews

_OWN_WORK = "the form works this out by itself"
_CHANGED = "a header or label of the form that was changed; the new form has its own"
_STRAY = "it stands outside the form's boxes"
_COMMENT = "a comment on a cell; forms carry none"
_OTHER_TAB = "a tab of its own; it stays in the old file"
_LINK = "the link of a cell; a form carries links under Artifact only"
_GUIDE = "the new form has a Guide of its own"
_COVERED = "the merged range {area} covers it, so nobody saw it"
# What is no damage of a form, and no reason to make a new one.
_NO_DAMAGE = (_OTHER_TAB, _COMMENT, _LINK, _GUIDE)
_MAIL = "mailto:"


@dataclass(frozen=True, slots=True)
class Salvaged:
    """A fresh form for one old tab. `before`: how the old one was judged, None where it could not be
    read as a whole. `mended`: in words, what was put back to read it."""

    old: Review
    checklist: Checklist
    before: Judged | None
    repaired: Repaired
    mended: tuple[str, ...]
    left: tuple[Leftover, ...]

    @property
    def needed(self) -> bool:
        """Whether the old form had anything to be repaired."""
        disagrees = self.before and any(
            finding.code in ("sheet-disagrees", "row-unknown", "label-missing")
            for finding in self.before.findings
        )
        damaged = [one for one in self.left if one.why not in _NO_DAMAGE]
        return bool(self.before is None or disagrees or self.mended or damaged)


def salvage(
    grids: Sequence[Grid],
    checklists: Mapping[str, Checklist],
    default: Checklist,
    today: date,
    token: str,
    *,
    location: str = "",
    modified: float = 0.0,
    extras: Mapping[str, Extras] | None = None,
) -> tuple[tuple[Salvaged, ...], tuple[TabProblem, ...]]:
    """A fresh form for each review tab of a workbook, and the tabs that nobody can read even mended."""
    shown = extras or {}
    mended: dict[str, Mended] = {}
    readable = []
    forms = [grid for grid in grids if not _is_marked(grid, guide.MARK, leftovers.MARK)]
    for grid in forms:
        copy = grid
        if _was_a_form(grid):
            mended[grid.tab] = mend(grid, _checklist_of(grid, checklists, default))
            copy = mended[grid.tab].grid
        readable.append(copy)
    before = {
        review.tab: judge(review, checklists.get(review.stamp.checklist, default), today)
        for review in read_reviews(forms, checklists, default, location, modified).reviews
    }
    contents = read_reviews(readable, checklists, default, location, modified)
    by_tab = {grid.tab: grid for grid in grids}
    reviews = {review.tab for review in contents.reviews}
    others = [grid for grid in grids if grid.tab not in reviews]
    unread = {problem.tab for problem in contents.problems}
    done = []
    for review in contents.reviews:
        checklist = checklists.get(review.stamp.checklist, default)
        repaired = repair(review, checklist, before.get(review.tab), today, token)
        grid = by_tab[review.tab]
        healed = mended.get(review.tab, Mended(grid))
        left = [
            *_left_on_form(
                grid, review, checklist, repaired, shown.get(grid.tab, NO_EXTRAS), healed
            ),
            *_comments(grid, shown.get(grid.tab, NO_EXTRAS)),
            *_left_elsewhere(others, review, checklist, unread, shown),
        ]
        old = before.get(review.tab)
        done.append(Salvaged(review, checklist, old, repaired, healed.done, tuple(left)))
    return tuple(done), contents.problems


def _was_a_form(grid: Grid) -> bool:
    """Whether a tab is a form of ours, or what is left of one: keys of its gates are enough."""
    keys = sum(
        type(value) is str and value.startswith(KEY_PREFIX) for value in grid.values.values()
    )
    return is_review(grid) or keys > 1


def _checklist_of(grid: Grid, checklists: Mapping[str, Checklist], default: Checklist) -> Checklist:
    try:
        stamp = read_stamp(grid)
    except TabTrouble:
        return default
    return checklists.get(stamp.checklist, default) if stamp else default


def _left_on_form(
    grid: Grid,
    old: Review,
    checklist: Checklist,
    repaired: Repaired,
    extras: Extras,
    healed: Mended,
) -> Iterator[Leftover]:
    """Every cell of the old tab that is neither furniture nor carried, in the sheet's order."""
    unseen = covered(grid)
    carried = repaired.carried | (_attended(grid, old) - repaired.places.keys())
    own = furniture(_drawn(repaired.review, checklist), grid, carried) | _line(grid, healed.grid)
    for place in sorted(grid.values.keys() | grid.formulas.keys() | grid.links.keys()):
        cell = Cell(*place)
        where = repaired.places.get(cell)
        about, gate = (where.about, where.gate) if where else ("", None)
        if cell in carried or cell in own:
            if link := _lost_link(grid, cell, is_artifact=cell in carried and about == "Artifact"):
                yield Leftover(grid.tab, cell.a1, about, gate, link, _LINK)
            continue
        text = said(grid, cell, extras)
        if not clean(text):
            continue
        why = repaired.why.get(cell) or (
            _COVERED.format(area=unseen[cell].a1)
            if cell in unseen
            else _CHANGED
            if cell in healed.written
            else _OWN_WORK
            if about == "Check"
            else _STRAY
        )
        yield Leftover(grid.tab, cell.a1, about, gate, text, why)


def _drawn(review: Review, checklist: Checklist) -> dict[Cell, Placed]:
    """What the new form has of itself, but for the gates' titles: whether a row shows its own was
    looked at when it was read."""
    cells = draw_review_tab(review, checklist).cells
    keys = {cell.row for cell, one in cells.items() if str(one.content).startswith(KEY_PREFIX)}
    return {
        cell: one
        for cell, one in cells.items()
        if not (cell.row in keys and cell.column == COLUMNS["gate"])
    }


def _line(grid: Grid, healed: Grid) -> set[Cell]:
    """The line that `sync --mark` writes above the headers."""
    found = landmarks(healed)
    above = found[0].row - 1 if found else -1
    return {
        Cell(*at)
        for at, value in grid.values.items()
        if at[0] == above and isinstance(value, str) and value.startswith(MARKS_LINE)
    }


def _lost_link(grid: Grid, cell: Cell, *, is_artifact: bool) -> str:
    """The link on a cell whose text alone came along; "" where it says no more than the text."""
    link = grid.links.get(cell, "")
    told = is_artifact or clean(str(grid.values.get(cell, ""))) in (link, link.removeprefix(_MAIL))
    return "" if told else link


def _comments(grid: Grid, extras: Extras) -> Iterator[Leftover]:
    for place, text in sorted(extras.comments.items()):
        yield Leftover(grid.tab, Cell(*place).a1, "", None, text, _COMMENT)


# Names and roles stand side by side; inserted columns may part them.
_ROOM_COLUMNS = 5


def _attended(grid: Grid, old: Review) -> frozenset[Cell]:
    """The cells in the list of attendees whose names and roles were read."""
    first = old.cells.get("attendees")
    read = {clean(text) for who in old.attendees for text in (who.name, who.role)}
    if not first:
        return frozenset()
    return frozenset(
        Cell(row, column)
        for (row, column), value in grid.values.items()
        if row >= first.row
        and 0 <= column - first.column < _ROOM_COLUMNS
        and (row, column) not in grid.formulas
        and {clean(line) for line in typed.as_text(value).split("\n")} <= read
    )


def _left_elsewhere(
    others: Sequence[Grid],
    review: Review,
    checklist: Checklist,
    unread: set[str],
    shown: Mapping[str, Extras],
) -> Iterator[Leftover]:
    """Beside the form: what stands in its log of changes and is no change, or on its Guide and is none
    of it, and other people's tabs."""
    for grid in others:
        if _is_marked(grid, guide.MARK):
            yield from _left_on_guide(grid, checklist, shown.get(grid.tab, NO_EXTRAS))
            continue
        system = changes.mark_of(grid)
        if system is None or grid.tab in unread:
            count = f"{len(grid.values.keys() | grid.formulas.keys())} cells"
            yield Leftover(grid.tab, "", "", None, count, _OTHER_TAB)
        elif system in ("", review.stamp.system_id):
            yield from _left_in_log(grid, review, shown.get(grid.tab, NO_EXTRAS))


def _is_marked(grid: Grid, *marks: str) -> bool:
    first = grid.values.get((0, 0))
    return isinstance(first, str) and first.startswith(marks)


def _left_on_guide(grid: Grid, checklist: Checklist, extras: Extras) -> Iterator[Leftover]:
    """What somebody wrote on a Guide. One of other words than ours is left as a whole."""
    own = furniture(guide.draw_guide(checklist).cells, grid, ())
    filled = grid.values.keys() | grid.formulas.keys() | grid.links.keys()
    if 2 * len(own) < len(filled):
        yield Leftover(grid.tab, "", "", None, f"{len(filled)} cells", _GUIDE)
    else:
        for place in sorted(filled - own):
            cell, text = Cell(*place), said(grid, Cell(*place), extras)
            if clean(text):
                yield Leftover(grid.tab, cell.a1, "", None, text, _GUIDE)
    yield from _comments(grid, extras)


def _left_in_log(grid: Grid, review: Review, extras: Extras) -> Iterator[Leftover]:
    cells = {cell for change in review.changes for cell in change.cells.values()}
    own = {*changes.FURNITURE, *(field.label for field in CHANGES)}
    for place in sorted(grid.values.keys() | grid.formulas.keys()):
        cell, text = Cell(*place), said(grid, Cell(*place), extras)
        carried = cell in cells and place not in grid.formulas
        if not (carried or not clean(text) or clean(text) in own or text.startswith(changes.MARK)):
            yield Leftover(grid.tab, cell.a1, "", None, text, _STRAY)
    yield from _comments(grid, extras)
