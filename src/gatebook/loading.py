"""Find and read reviews at some locations: each workbook in turn or many at once, and judge what is in it.

Nothing here knows a file format, and nothing knows a portfolio.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING

from gatebook.backends.protocol import Backend, Passed, Source, Unreadable
from gatebook.domain.checklist import Checklist
from gatebook.domain.judge import Judged, judge
from gatebook.domain.systems import name_copies
from gatebook.sheets.review_form import SKIPPED_MARKS, TabProblem, read_reviews

if TYPE_CHECKING:
    from gatebook.sheets.model import Grid


@dataclass(frozen=True, slots=True)
class FileResult:
    """What one file gave."""

    judged: tuple[Judged, ...]
    problems: tuple[TabProblem, ...]
    passed: tuple[Passed, ...]


@dataclass(frozen=True, slots=True)
class SheetRead:
    """One workbook of this run, and what it gave. Not `fresh`: it has not changed, so what it gave
    earlier was taken."""

    source: Source
    result: FileResult
    fresh: bool = True


@dataclass(frozen=True, slots=True)
class Loaded:
    """Everything that was read: judged reviews, what could not be read, what was passed over.

    `sheets`: the same, workbook by workbook. `portfolio`: all tabs of the portfolio, where it was met
    among the places and had to be read for the reviews that it holds as well.
    """

    judged: tuple[Judged, ...]
    problems: tuple[TabProblem, ...]
    passed: tuple[Passed, ...]
    files: int
    sheets: tuple[SheetRead, ...] = ()
    portfolio: tuple[Grid, ...] = ()

    @property
    def unchanged(self) -> int:
        """How many workbooks did not have to be opened."""
        return sum(not sheet.fresh for sheet in self.sheets)


@dataclass(frozen=True, slots=True)
class Judgement:
    """How sheets are judged: checklists by id, the one for sheets without a stamp, the day."""

    checklists: Mapping[str, Checklist]
    default: Checklist
    today: date


def read_file(backend: Backend, source: Source, how: Judgement) -> FileResult:
    """Read and judge one workbook; trouble with it is a result, never an exception."""
    return _result(source, lambda: backend.read(source, SKIPPED_MARKS), how)


def _result(source: Source, read: Callable[[], Iterable[Grid]], how: Judgement) -> FileResult:
    try:
        return _judged(source, read(), how)
    except Unreadable as trouble:
        problem = TabProblem(source.location, "", trouble.reason, trouble.remedy, source.name)
        return FileResult((), (problem,), ())
    except Exception as fault:  # One sheet must not end the run for all the others.
        said = f"{type(fault).__name__}: {fault}".splitlines()[0][:200]
        problem = TabProblem(
            source.location,
            "",
            f"gatebook itself failed on this file ({said})",
            "Report this with the file; to go on meanwhile, move the answers to a fresh form.",
            source.name,
        )
        return FileResult((), (problem,), ())


def _judged(source: Source, grids: Iterable[Grid], how: Judgement) -> FileResult:
    found = read_reviews(grids, how.checklists, how.default, source.location, source.modified)
    judged = tuple(
        judge(review, how.checklists.get(review.stamp.checklist, how.default), how.today)
        for review in found.reviews
    )
    problems = found.problems
    passed = tuple(
        Passed(f"{source.location} ({tab})", "a tab that is no review") for tab in found.passed
    )
    if not judged and not problems:
        passed = (*passed, Passed(source.location, "no review tab in it"))
    return FileResult(judged, problems, passed)


Progress = Callable[[int, int], None]
Runner = Callable[[Backend, Sequence[Source], Judgement, Progress], Sequence[FileResult]]


# By location what is known of those sources that have not changed; the others are read.
Recall = Callable[[Sequence[Source], Judgement], Mapping[str, FileResult]]


def nothing_known(_sources: Sequence[Source], _how: Judgement) -> Mapping[str, FileResult]:
    """For a run without a memory."""
    return {}


def one_by_one(
    backend: Backend, sources: Sequence[Source], how: Judgement, progress: Progress
) -> list[FileResult]:
    """The plain runner: every file in turn, in this process."""
    results = []
    for place, source in enumerate(sources, 1):
        results.append(read_file(backend, source, how))
        progress(place, len(sources))
    return results


def load(
    places: Sequence[tuple[Backend, str]],
    how: Judgement,
    *,
    skip: Callable[[str], bool] = lambda _location: False,
    run: Runner = one_by_one,
    recall: Recall = nothing_known,
    progress: Progress = lambda _done, _all: None,
) -> Loaded:
    """Read all reviews at some locations. `skip` names the portfolio. It is no input; but where people
    may own other tabs beside it, their reviews are.

    Raises Unreadable if a location does not exist at all.
    """
    judged: list[Judged] = []
    problems: list[TabProblem] = []
    passed: list[Passed] = []
    seen: set[str] = set()
    sheets: list[SheetRead] = []
    shared: list[tuple[Backend, Source]] = []
    for backend, location in places:
        listing = backend.list(location)
        for one in listing.passed:
            if one.problem:
                problems.append(TabProblem(one.location, "", one.reason, one.remedy))
            else:
                passed.append(one)
        new = [source for source in listing.sources if _is_new(source.location, seen)]
        sources = [source for source in new if not skip(source.location)]
        if backend.keeps_other_tabs:
            shared += [(backend, source) for source in new if skip(source.location)]
        known = recall(sources, how)
        asked = [source for source in sources if source.location not in known]
        fresh = zip(asked, run(backend, asked, how, progress), strict=True)
        found = {source.location: result for source, result in fresh}
        for source in sources:
            again = source.location in known
            result = known[source.location] if again else found[source.location]
            sheets.append(SheetRead(source, result, not again))
            judged.extend(result.judged)
            problems.extend(result.problems)
            passed.extend(result.passed)
    grids: tuple[Grid, ...] = ()
    for backend, source in shared:
        grids, result = _read_shared(backend, source, how)
        if result.judged or result.problems:
            sheets.append(SheetRead(source, result))
            judged.extend(result.judged)
            problems.extend(result.problems)
            passed.extend(result.passed)
    read = name_copies(judged)
    return Loaded(read, tuple(problems), tuple(passed), len(sheets), tuple(sheets), grids)


def _read_shared(
    backend: Backend, source: Source, how: Judgement
) -> tuple[tuple[Grid, ...], FileResult]:
    """All tabs of the portfolio, and what those of other people hold. It is read last, so that little
    time passes until it is written."""
    grids: list[Grid] = []

    def of_others() -> list[Grid]:
        grids.extend(backend.read(replace(source, whole=True)))
        marks = tuple(SKIPPED_MARKS)
        return [g for g in grids if not str(g.values.get((0, 0), "")).startswith(marks)]

    result = _result(source, of_others, how)
    return tuple(grids), result


def _is_new(location: str, seen: set[str]) -> bool:
    """Whether this file was not met yet, by whatever path or link; it is from now on."""
    identity = location if "://" in location else os.path.realpath(location)
    new = identity not in seen
    seen.add(identity)
    return new
