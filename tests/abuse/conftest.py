"""What the tests of this folder share."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.abuse.counting import TRIED
from tests.abuse.hands import Hands, OfficeHands, hands_on
from tests.conformance.conftest import google_server as google_server  # the fixtures
from tests.conformance.conftest import no_lookup_elsewhere as no_lookup_elsewhere
from tests.conformance.desks import Desk, ExcelDesk, GoogleDesk
from tests.support.builders import passing_review
from tests.support.engines import libreoffice as libreoffice
from tests.support.libreoffice import LibreOffice

_OFFICE = (pytest.mark.engine("libreoffice", "uno"), pytest.mark.xdist_group("libreoffice"))


@pytest.fixture
def tried(record_property: Callable[[str, object], None]) -> Callable[[int], None]:
    """Call it with the number of cases that a test stands for, if it is not one."""
    return lambda count: record_property(TRIED, count)


@pytest.fixture(params=["excel", "google"])
def desk(
    request: pytest.FixtureRequest, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> Desk:
    """A place with reviews and a portfolio; each test that takes it runs on both backends."""
    if request.param == "excel":
        return ExcelDesk(tmp_path, capsys)
    return GoogleDesk(tmp_path, capsys, request.getfixturevalue("google_server"))


@pytest.fixture(
    params=[
        "excel",
        "google",
        pytest.param("libreoffice", marks=_OFFICE),
    ]
)
def sheet(
    request: pytest.FixtureRequest, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> Iterator[Hands]:
    """Hands on a form in which all is well: twelve greens, decision launch. In a file by openpyxl,
    in the browser, and in a file by LibreOffice."""
    if request.param == "libreoffice":
        office: LibreOffice = request.getfixturevalue("libreoffice")
        files = ExcelDesk(tmp_path, capsys)
        location = files.put("a review", passing_review())
        with office.open(Path(location)) as book:
            yield OfficeHands(files, location, book)
        return
    if request.param == "excel":
        desk: Desk = ExcelDesk(tmp_path, capsys)
    else:
        desk = GoogleDesk(tmp_path, capsys, request.getfixturevalue("google_server"))
    yield hands_on(desk, desk.put("a review", passing_review()))
