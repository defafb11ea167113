"""The review form both ways: a review becomes a workbook, a workbook's tabs become reviews."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime

import msgspec

from gatebook.domain.checklist import Checklist
from gatebook.domain.review import Change, Review, as_date
from gatebook.sheets import changes, guide, leftovers, look, portfolio_book
from gatebook.sheets.form_draw import Look, draw_review_tab
from gatebook.sheets.form_parse import TabTrouble, is_review, parse_review, read_stamp
from gatebook.sheets.headers import HeaderTrouble
from gatebook.sheets.model import Grid, Sheet, Workbook

# Tabs of ours that hold no answers; a reader may leave them out by their first cell.
SKIPPED_MARKS = frozenset({guide.MARK, leftovers.MARK, portfolio_book.MARK})
_SOME_DAY = date(2026, 1, 1)


@dataclass(frozen=True, slots=True)
class TabProblem:
    """A tab of reviews or of changes that could not be read: where, what was found, what to do.

    `workbook`: what people call the workbook, where its location does not say.
    """

    location: str
    tab: str
    reason: str
    remedy: str
    workbook: str = ""

    @property
    def name(self) -> str:
        """The workbook's name as people know it."""
        return self.workbook or self.location.rpartition("/")[2]


@dataclass(frozen=True, slots=True)
class Contents:
    """What one workbook holds: its reviews, the review tabs that cannot be read, the other tabs."""

    reviews: tuple[Review, ...]
    problems: tuple[TabProblem, ...]
    passed: tuple[str, ...]


def review_workbook(
    review: Review, checklist: Checklist, look_of: Look | None = None, *more: Sheet
) -> Workbook:
    """A review with its Guide and Changes tabs, ready to be drawn, and `more` tabs behind them.
    Same review, same workbook."""
    settings = look_of or Look()
    day = as_date(review.review_date) or _SOME_DAY
    sheets: tuple[Sheet, ...] = (
        draw_review_tab(review, checklist, settings),
        guide.draw_guide(checklist, settings.paper),
        changes.draw_changes(review.stamp, checklist, changes=review.changes, paper=settings.paper),
        *more,
    )
    if settings.accent:
        sheets = tuple(look.in_accent(sheet, settings.accent) for sheet in sheets)
    return Workbook(
        sheets=sheets,
        title=f"Gate review: {review.system}",
        created=datetime(day.year, day.month, day.day, tzinfo=UTC),
    )


def read_reviews(
    grids: Iterable[Grid],
    checklists: Mapping[str, Checklist],
    default: Checklist,
    location: str = "",
    modified: float = 0.0,
) -> Contents:
    """Every review in a workbook. `checklists` by id; `default` judges tabs that lost their stamp.

    A tab made with a checklist that is not at hand is a problem, never left out.
    """
    reviews: list[Review] = []
    problems: list[TabProblem] = []
    passed: list[str] = []
    logs: list[tuple[str, tuple[Change, ...]]] = []
    for grid in grids:
        if is_review(grid):
            try:
                reviews.append(_parse(grid, checklists, default, location, modified))
            except TabTrouble as trouble:
                problems.append(
                    TabProblem(location, grid.tab, trouble.reason, trouble.remedy, grid.workbook)
                )
        elif (system := changes.mark_of(grid)) is not None:
            try:
                logs.append((system, changes.parse_changes(grid)))
            except HeaderTrouble as trouble:
                problems.append(
                    TabProblem(location, grid.tab, str(trouble), changes.REMEDY, grid.workbook)
                )
        else:
            passed.append(grid.tab)
    known = {review.stamp.system_id for review in reviews}
    # A log that no review here claims is not dropped: it counts for all of them.
    claimed = [(system if system in known else "", found) for system, found in logs]
    with_changes = tuple(_with_changes(review, claimed) for review in reviews)
    return Contents(with_changes, tuple(problems), tuple(passed))


def _parse(
    grid: Grid,
    checklists: Mapping[str, Checklist],
    default: Checklist,
    location: str,
    modified: float,
) -> Review:
    stamp = read_stamp(grid)
    checklist = checklists.get(stamp.checklist) if stamp else default
    if checklist is None:
        wanted = f"{stamp.checklist}@{stamp.version}" if stamp else ""
        raise TabTrouble(
            f"the form was made with the checklist {wanted}, which is not at hand",
            "Name that checklist's file in gatebook.toml (checklists), or with --checklist.",
        )
    return parse_review(grid, checklist, location, modified)


def _with_changes(review: Review, logs: list[tuple[str, tuple[Change, ...]]]) -> Review:
    """The changes of this system: from tabs marked with its id, and from those of nobody here."""
    system_id = review.stamp.system_id
    mine = [change for mark, found in logs if mark in ("", system_id) for change in found]
    return msgspec.structs.replace(review, changes=tuple(mine)) if mine else review
