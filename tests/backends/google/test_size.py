"""How large a batch is, and what comes of one that is too large."""

from __future__ import annotations

from datetime import UTC, datetime

import msgspec
import pytest

from gatebook.backends.google.render import draw_requests
from gatebook.backends.protocol import Source, Unwritable
from gatebook.domain.cells import Cell
from gatebook.domain.judge import judge
from gatebook.domain.review import Review
from gatebook.domain.systems import systems
from gatebook.portfolio import build_tables
from gatebook.sample import sample_reviews
from gatebook.sheets.model import Placed, Sheet, Workbook
from gatebook.sheets.portfolio_book import portfolio_workbook
from gatebook.sheets.portfolio_read import OldPortfolio
from tests.conformance.desks import GoogleDesk
from tests.support.builders import TODAY, TWELVE, stamp_of

# "We recommend a 2 MB maximum payload": https://developers.google.com/workspace/sheets/api/limits
RECOMMENDED = 2_000_000
NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)


def portfolio(count: int) -> Workbook:
    """The portfolio of so many systems, which look like the sample's."""
    newest = {review.stamp.system_id: review for _, review in sample_reviews(TWELVE, TODAY)}
    kinds = list(newest.values())
    judged = [
        judge(numbered(kinds[number % len(kinds)], number), TWELVE, TODAY)
        for number in range(count)
    ]
    tables = build_tables(systems(judged, TODAY), (), OldPortfolio(), TODAY, "")
    return portfolio_workbook(tables, "1.0")


def numbered(review: Review, number: int) -> Review:
    place = f"https://docs.google.com/spreadsheets/d/1{number:043}/edit"
    return msgspec.structs.replace(
        review,
        system=f"{review.system} {number:04}",
        stamp=stamp_of(TWELVE, f"s{number}", f"s{number}-1"),
        location=place,
        url=f"{place}#gid=1234567890",
    )


def one_column(text: str, rows: int) -> Workbook:
    cells = {Cell(row, 0): Placed(text) for row in range(rows)}
    return Workbook((Sheet("Portfolio", cells),), title="Portfolio", created=NOON)


def test_two_hundred_systems_are_no_larger_than_google_recommends() -> None:
    book = portfolio(200)
    ids = {sheet.name: 1_000_000_000 + place for place, sheet in enumerate(book.sheets)}
    assert len(msgspec.json.encode(draw_requests(book, ids, {}))) < RECOMMENDED


def test_what_is_more_than_google_takes_is_said_and_not_written(desk: GoogleDesk) -> None:
    book = one_column("é" * 49_000, 110)
    with pytest.raises(Unwritable, match="more than Google takes at once") as refused:
        desk.backend().draw(book, desk.portfolio)
    assert "a portfolio of its own" in refused.value.remedy
    assert "Nothing was written." in refused.value.remedy
    (untouched,) = desk.backend().read(Source(desk.portfolio, whole=True))
    assert untouched.values == {}


def test_it_is_sent_without_blanks(desk: GoogleDesk) -> None:
    desk.backend().draw(one_column("é, ü", 50), desk.portfolio)
    (sent,) = [one for one in desk.server.requests if one.method.endswith("batchUpdate")]
    assert sent.data == msgspec.json.encode(msgspec.json.decode(sent.data))
