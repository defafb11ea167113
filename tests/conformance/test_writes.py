"""Writing into a spreadsheet that others use, at the moment that they do."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from gatebook.backends.google.write import REVISION_KEY, revision_id
from tests.conformance.desks import GoogleDesk, grids
from tests.conformance.test_portfolio import fill, sync
from tests.google_api.errors import ApiError
from tests.google_api.server import GoogleServer
from tests.support.builders import TODAY

TOMORROW = TODAY + timedelta(days=1)


@pytest.fixture
def google(both: tuple[object, GoogleDesk]) -> GoogleDesk:
    """A desk whose portfolio was written yesterday."""
    fill(both[1])
    assert sync(both[1]).code == 1
    return both[1]


def state(google: GoogleDesk) -> Any:
    """All values of the portfolio's spreadsheet."""
    return {grid.tab: grid.values for grid in grids(google, google.portfolio, whole=True)}


def test_a_batch_that_fails_leaves_nothing_behind(google: GoogleDesk) -> None:
    """The tab Runs went to the archive, and a person's tab has its name now, unseen until the batch."""
    before = state(google)

    def take_the_name(_request: object) -> None:
        mine = google.editor(google.portfolio)
        mine.delete("Runs")
        mine.add("Extra")
        sheet = next(s for s in mine.document.sheets if s.title == "Extra")
        mine.request({"deleteSheet": {"sheetId": sheet.id}})

    google.server.after("spreadsheets.get", take_the_name, nth=6)
    ran = sync(google, "--full", today=TOMORROW)
    assert ran.code == 4
    assert "What to do" in ran.err
    after = state(google)
    before.pop("Runs")
    assert after == before


# Which of the six reads: the five reviews come first, the portfolio last.
@pytest.mark.parametrize(("nth", "code"), [(1, 1), (6, 4)], ids=["a review", "the portfolio"])
def test_an_answer_with_nothing_in_it_is_no_empty_spreadsheet(
    nth: int, code: int, google: GoogleDesk
) -> None:
    before = state(google)
    google.server.faults.at("spreadsheets.get", nth, "empty")
    ran = sync(google, "--full", today=TOMORROW)
    assert ran.code == code
    assert "an answer came that does not hold the spreadsheet" in ran.err
    if code == 4:
        assert "Nothing was written." in ran.err
        assert state(google) == before
    assert "not hold the spreadsheet" not in sync(google, today=TOMORROW).err


def other_syncs(google: GoogleDesk, count: int) -> None:
    """The traces of so many syncs of somebody else, written at this very moment."""
    mine = google.editor(google.portfolio)
    told = [
        int(one["metadataValue"].partition(";")[0])
        for one in mine.document.metadata
        if one["metadataKey"] == REVISION_KEY
    ]
    for number in range(max(told) + 1, max(told) + 1 + count):
        made = {
            "metadataId": revision_id(number, ()),
            "metadataKey": REVISION_KEY,
            "metadataValue": f"{number};another",
            "location": {"spreadsheet": True},
            "visibility": "DOCUMENT",
        }
        mine.request({"createDeveloperMetadata": {"developerMetadata": made}})


@pytest.mark.parametrize("others", [1, 2, 3])
def test_what_was_planned_on_an_old_revision_is_refused(others: int, google: GoogleDesk) -> None:
    """Other syncs wrote once or more between our reading and our writing."""
    before = state(google)
    google.server.after("spreadsheets.get", lambda _request: other_syncs(google, others), nth=6)
    ran = sync(google, "--full", today=TOMORROW)
    assert ran.code == 4, ran.out
    assert "another sync" in ran.err
    assert state(google) == before


def test_what_was_lost_on_the_way_and_overtaken_is_not_sent_again(google: GoogleDesk) -> None:
    """Ours was written, its answer lost, and somebody else wrote before we looked."""
    google.server.forget()
    google.server.faults.at("batchUpdate", 1, "503", after=True)
    google.server.after("spreadsheets.batchUpdate", lambda _request: other_syncs(google, 1))
    assert sync(google, "--full", today=TOMORROW).code == 1
    assert google.server.counted()["sheets.spreadsheets.batchUpdate"] == 1


@pytest.mark.parametrize("kind", ["503", "500", "reset", "truncated"])
@pytest.mark.parametrize("after", [False, True])
def test_an_unclear_answer_is_looked_into(
    kind: str, after: bool, google: GoogleDesk, google_server: GoogleServer
) -> None:
    """Once written, whether Google's answer got lost before or after the batch was applied."""
    google_server.forget()
    google_server.faults.at("batchUpdate", 1, kind, after=after)
    ran = sync(google, "--json", today=TOMORROW)
    assert ran.json["written"] is True
    sent = google_server.counted()["sheets.spreadsheets.batchUpdate"]
    assert sent == (1 if after or kind == "truncated" else 2)
    assert sync(google, "--json", today=TOMORROW).json["written"] is False


def test_the_last_fifty_revisions_are_kept(google: GoogleDesk) -> None:
    """A batch of any of them that comes late is refused; older ones are cleared away."""
    other_syncs(google, 70)
    assert sync(google, "--json", today=TOMORROW).json["written"] is True
    mine = google.editor(google.portfolio)
    kept = [one for one in mine.document.metadata if one["metadataKey"] == REVISION_KEY]
    told = sorted(int(one["metadataValue"].partition(";")[0]) for one in kept)
    assert told == list(range(72 - 50, 72 + 1))
    late = {
        "metadataId": revision_id(told[0], ()),
        "metadataKey": REVISION_KEY,
        "metadataValue": f"{told[0]};late",
        "location": {"spreadsheet": True},
        "visibility": "DOCUMENT",
    }
    with pytest.raises(ApiError):
        mine.request({"createDeveloperMetadata": {"developerMetadata": late}})


def test_where_nobody_can_tell_it_is_said(google: GoogleDesk, google_server: GoogleServer) -> None:
    text = google.config.read_text(encoding="utf-8").replace("patience = 20", "patience = 0")
    google.config.write_text(text, encoding="utf-8")
    google_server.faults.at("batchUpdate", 1, "503", after=True)
    google_server.faults.at("spreadsheets.get", 7, "503")
    ran = sync(google, "--full", today=TOMORROW)
    assert ran.code == 4
    assert "clear answer" in ran.err


def test_what_somebody_typed_between_reading_and_writing(google: GoogleDesk) -> None:
    """Other tabs keep it; a note typed in that second is gone from the tab, as docs/google.md says."""
    mine = google.editor(google.portfolio)
    mine.add("Budget")

    def type_now(_request: object) -> None:
        google.editor(google.portfolio).type("Budget!A1", "just now")

    google.server.after("spreadsheets.get", type_now, nth=6)
    sync(google, "--full", today=TOMORROW)
    assert google.editor(google.portfolio).value("Budget!A1") == "just now"
