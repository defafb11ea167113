"""Files that nobody should read: each is refused quickly, with a reason and what to do."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from gatebook.backends.excel import limits
from gatebook.backends.excel.ooxml import main_part
from gatebook.backends.excel.package import Package
from gatebook.backends.excel.read import read_workbook
from gatebook.backends.excel.slow import read_slowly
from gatebook.backends.protocol import Unreadable
from tests.abuse.marks import abuse
from tests.support import hostile
from tests.support.hostile import REFUSED, package_parts, sheet_xml, zipped

# Far above what any takes (the slowest some 20 ms), far below what a bomb would take.
SECONDS = 2.0


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with every hostile file, as NAME.xlsx."""
    folder = tmp_path_factory.mktemp("hostile")
    hostile.write_hostile(folder)
    return folder


@pytest.mark.parametrize("name", REFUSED)
@abuse("files", 22, 30)
def test_refused_with_a_reason_and_a_remedy(folder: Path, name: str) -> None:
    """PAINS 22, 30: what was found, and what to do, in words; never another exception."""
    started = time.perf_counter()
    with pytest.raises(Unreadable) as refusal:
        read_workbook(folder / f"{name}.xlsx")
    assert time.perf_counter() - started < SECONDS
    assert REFUSED[name].words in refusal.value.reason
    assert refusal.value.remedy.endswith((".", ")"))
    assert "Traceback" not in refusal.value.reason


@pytest.mark.parametrize("name", REFUSED)
def test_the_slow_path_refuses_the_same(folder: Path, name: str) -> None:
    """Whatever sends a file there, it is guarded alike."""
    data = (folder / f"{name}.xlsx").read_bytes()
    started = time.perf_counter()
    with pytest.raises(Unreadable):
        _read_slowly(data)
    assert time.perf_counter() - started < SECONDS


def _read_slowly(data: bytes) -> None:
    package = Package(data)
    read_slowly(package, main_part(package), frozenset())


@pytest.mark.parametrize("seed", range(150))
@abuse("hostile", 22)
def test_a_flipped_bit_is_refused_or_harmless(tmp_path: Path, seed: int) -> None:
    """No bit changes a value unseen: the file is refused, or reads as it was."""
    path = tmp_path / "book.xlsx"
    path.write_bytes(hostile.sound_workbook())
    sound = read_workbook(path)
    path.write_bytes(hostile.flipped_bits_anywhere(seed))
    try:
        read = read_workbook(path)
    except Unreadable:
        return
    assert read == sound


@pytest.mark.parametrize("kept", range(0, 6_000, 500))
@abuse("files", 22)
def test_a_file_cut_anywhere_is_refused(tmp_path: Path, kept: int) -> None:
    """PAINS 22: a download that stopped."""
    path = tmp_path / "book.xlsx"
    path.write_bytes(hostile.sound_workbook()[:kept])
    with pytest.raises(Unreadable):
        read_workbook(path)


def test_a_missing_file(tmp_path: Path) -> None:
    """A file that vanished after it was listed."""
    with pytest.raises(Unreadable, match="not there"):
        read_workbook(tmp_path / "gone.xlsx")


def test_a_folder(tmp_path: Path) -> None:
    """A folder named like a workbook."""
    with pytest.raises(Unreadable, match="folder"):
        read_workbook(tmp_path)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="Windows has no named pipes in folders")
@abuse("hostile")
def test_a_pipe_does_not_hang(tmp_path: Path) -> None:
    """Opening a pipe waits for a writer."""
    os.mkfifo(tmp_path / "pipe.xlsx")
    with pytest.raises(Unreadable, match="no ordinary file"):
        read_workbook(tmp_path / "pipe.xlsx")


@pytest.mark.skipif(os.name == "nt", reason="Windows keeps no such permission bits")
@abuse("files", 21)
def test_a_file_that_may_not_be_read() -> None:
    """PAINS 21: the system's refusal becomes words."""
    with hostile.closed() as folder:
        assert read_workbook(folder / "open.xlsx")
        with pytest.raises(Unreadable, match="may not read"):
            read_workbook(folder / "book.xlsx")


def test_other_refusals_of_the_system(tmp_path: Path) -> None:
    """A path that leads through a file, and a name that is too long."""
    book = tmp_path / "book.xlsx"
    book.write_bytes(hostile.sound_workbook())
    for path in (book / "inner.xlsx", tmp_path / ("n" * 5_000)):
        with pytest.raises(Unreadable, match=r"could not be read|not there"):
            read_workbook(path)


@abuse("hostile")
def test_a_file_too_large_is_not_read_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A limit is set low here, since a file above the real one takes long to write."""
    path = tmp_path / "book.xlsx"
    path.write_bytes(hostile.sound_workbook())
    monkeypatch.setattr(limits, "MAX_FILE_BYTES", 1_000)
    with pytest.raises(Unreadable, match="larger than"):
        read_workbook(path)


@pytest.mark.parametrize("comment", ["", "<!-- not by patterns -->"])
@abuse("hostile", 6)
def test_too_many_cells(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, comment: str) -> None:
    """Counted over all tabs of a workbook; told with the tab where it became too much."""
    cells = "".join(f'<c r="A{n}"><v>{n}</v></c>' for n in range(1, 40))
    sheet = sheet_xml(f"{comment}<sheetData><row>{cells}</row></sheetData>")
    path = tmp_path / "book.xlsx"
    path.write_bytes(zipped(package_parts({"One": sheet, "Two": sheet})))
    monkeypatch.setattr(limits, "MAX_CELLS", 78)
    assert len(read_workbook(path)) == 2
    monkeypatch.setattr(limits, "MAX_CELLS", 77)
    with pytest.raises(Unreadable, match="'Two'"):
        read_workbook(path)


@pytest.mark.parametrize("comment", ["", "<!-- not by patterns -->"])
def test_a_portfolio_may_be_larger_than_a_form(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, comment: str
) -> None:
    """It grows with the number of systems, and the next sync must be able to read it."""
    cells = "".join(f'<c r="A{n}"><v>{n}</v></c>' for n in range(1, 40))
    sheet = sheet_xml(f"{comment}<sheetData><row>{cells}</row></sheetData>")
    path = tmp_path / "book.xlsx"
    path.write_bytes(zipped(package_parts({"One": sheet, "Two": sheet})))
    monkeypatch.setattr(limits, "MAX_CELLS", 8)
    monkeypatch.setattr(limits, "MAX_PART_BYTES", len(sheet) // 5)
    monkeypatch.setattr(limits, "MAX_READ_BYTES", len(sheet) // 2)
    with pytest.raises(Unreadable):
        read_workbook(path)
    assert len(read_workbook(path, whole=True)) == 2
    monkeypatch.setattr(limits, "MAX_CELLS", 7)
    with pytest.raises(Unreadable, match="more than 70 filled"):
        read_workbook(path, whole=True)


@pytest.mark.parametrize(
    ("limit", "value", "words"),
    [("MAX_TABS", 1, "tabs"), ("MAX_READ_BYTES", 500, "limit"), ("MAX_DECLARED_BYTES", 9, "limit")],
)
def test_other_limits(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, limit: str, value: int, words: str
) -> None:
    """Each bound has its message."""
    sheet = sheet_xml("<sheetData/>")
    path = tmp_path / "book.xlsx"
    path.write_bytes(zipped(package_parts({"One": sheet, "Two": sheet})))
    assert len(read_workbook(path)) == 2
    monkeypatch.setattr(limits, limit, value)
    with pytest.raises(Unreadable, match=words):
        read_workbook(path)


def test_merged_ranges_and_links_are_bounded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first ones are kept; the cells are read in any case."""
    monkeypatch.setattr(limits, "MAX_MERGES", 2)
    monkeypatch.setattr(limits, "MAX_LINKS", 3)
    merges = "".join(f'<mergeCell ref="A{n}:B{n}"/>' for n in range(1, 9))
    links = "".join(f'<hyperlink ref="C{n}:D{n}" location="X"/>' for n in range(1, 9))
    body = '<sheetData><row r="1"><c r="A1"><v>1</v></c></row></sheetData>'
    for comment in ("", "<!-- not by patterns -->"):
        path = tmp_path / "book.xlsx"
        sheet = sheet_xml(
            f"{comment}{body}<mergeCells>{merges}</mergeCells><hyperlinks>{links}</hyperlinks>"
        )
        path.write_bytes(zipped(package_parts(sheet)))
        (grid,) = read_workbook(path)
        assert (len(grid.values), len(grid.merges), len(grid.links)) == (1, 2, 3)


@abuse("files", 30)
def test_what_neither_reader_knows(tmp_path: Path) -> None:
    """PAINS 30: a cell without a sensible address is told with its tab, after both tried."""
    sheet = sheet_xml('<sheetData><row r="1"><c r="1A"><v>1</v></c></row></sheetData>')
    path = tmp_path / "book.xlsx"
    path.write_bytes(zipped(package_parts({"Review": sheet})))
    with pytest.raises(Unreadable, match="'Review'"):
        read_workbook(path)
