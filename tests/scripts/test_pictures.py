"""docs/pictures show what is drawn now: a drawing that changed asks for new ones."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from importlib.machinery import SourceFileLoader
from importlib.util import module_from_spec, spec_from_loader
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from gatebook.domain.cells import Cell
from gatebook.domain.review import Status
from gatebook.sheets import look
from gatebook.sheets.model import Column, Formula, Placed, Sheet, Workbook

_ROOT = Path(__file__).resolve().parents[2]
_SCRIPT = _ROOT / "scripts" / "pictures"
_NAMES = ("form", "portfolio")


def _module() -> Any:
    """The script as a module, to call its parts."""
    spec = spec_from_loader("pictures", SourceFileLoader("pictures", str(_SCRIPT)))
    assert spec
    assert spec.loader
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


pictures = _module()


@pytest.fixture(scope="module")
def pages() -> dict[str, Workbook]:
    """What the pictures show."""
    found: dict[str, Workbook] = pictures.pages()
    return found


@pytest.fixture
def copied(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the pictures that is current, for the script to judge instead."""
    folder = tmp_path / "pictures"
    shutil.copytree(_ROOT / "docs" / "pictures", folder)
    monkeypatch.setattr(pictures, "PICTURES", folder)
    monkeypatch.setattr(pictures, "MADE_FROM", folder / "made-from.txt")
    pictures.MADE_FROM.write_text(pictures.made_from(), encoding="utf-8")
    return folder


def test_the_pictures_are_current() -> None:
    done = subprocess.run([sys.executable, _SCRIPT, "--check"], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def test_wrong_usage_makes_nothing() -> None:
    assert pictures.main(["--nonsense"]) == 2


@pytest.mark.parametrize("name", _NAMES)
def test_a_picture_is_wide_small_and_not_blank(name: str) -> None:
    path = _ROOT / "docs" / "pictures" / f"{name}.png"
    assert path.stat().st_size < 300_000
    with Image.open(path) as opened:
        picture = opened.convert("RGB")
    assert picture.width == 1600
    assert picture.getpixel((0, 0)) == (255, 255, 255)
    colours = {pixel for _, pixel in picture.getcolors(1 << 24) or ()}
    for fill in (*look.STATUS_FILL.values(), look.HEAD):
        assert tuple(bytes.fromhex(fill[1:])) in colours, fill


def test_the_form_shows_a_red_and_a_yellow(pages: dict[str, Workbook]) -> None:
    said = {cell.content for cell in pages["form"].sheets[0].cells.values()}
    assert {status.value.capitalize() for status in Status} <= said


def test_a_missing_picture_is_noticed(copied: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert pictures.main(["--check"]) == 0
    (copied / "form.png").unlink()
    assert pictures.main(["--check"]) == 1
    assert "Run: scripts/pictures" in capsys.readouterr().err


@pytest.mark.usefixtures("copied")
def test_a_changed_drawing_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    darker = {**look.STATUS_FILL, Status.GREEN: "#93CCA5"}
    monkeypatch.setattr(look, "STATUS_FILL", darker)
    assert pictures.main(["--check"]) == 1


def _with_cell(cell: Cell, **change: Any) -> Callable[[Sheet], Sheet]:
    def edit(sheet: Sheet) -> Sheet:
        before = sheet.cells.get(cell, Placed())
        return replace(sheet, cells={**sheet.cells, cell: replace(before, **change)})

    return edit


def _formula(sheet: Sheet, hidden: bool) -> tuple[Cell, Formula]:
    """The first live cell, in a column that is hidden or that shows."""
    return next(
        (at, placed.content)
        for at, placed in sorted(sheet.cells.items())
        if isinstance(placed.content, Formula)
        and sheet.columns.get(at.column, Column(9)).hidden == hidden
    )


def _edited(workbook: Workbook, edit: Callable[[Sheet], Sheet]) -> Workbook:
    return replace(workbook, sheets=(edit(workbook.sheets[0]),))


@pytest.mark.parametrize("name", _NAMES)
def test_all_that_shows_counts(name: str, pages: dict[str, Workbook]) -> None:
    page = pages[name]
    edits: list[Callable[[Sheet], Sheet]] = [
        _with_cell(Cell(0, 3), content="Another title"),
        _with_cell(Cell(0, 3), style=look.NOTE),
        lambda sheet: replace(sheet, columns={**sheet.columns, 3: Column(99)}),
        lambda sheet: replace(sheet, colour_rules=sheet.colour_rules[1:]),
    ]
    if name == "portfolio":
        table = page.sheets[0].tables[0]
        fewer = replace(table, rows=table.rows[1:])
        edits.append(lambda sheet: replace(sheet, tables=(fewer,)))
    hashes = {pictures.fingerprint(_edited(page, edit)) for edit in edits}
    assert len(hashes | {pictures.fingerprint(page)}) == len(edits) + 1


def test_what_does_not_show_does_not_count(pages: dict[str, Workbook]) -> None:
    page = pages["form"]
    (sheet,) = page.sheets
    helper, _ = _formula(sheet, hidden=True)
    live, shown = _formula(sheet, hidden=False)
    for edit in (
        _with_cell(helper, content=Formula("=1+1", 2)),
        _with_cell(live, content=Formula("=1+1", shown.value)),
        lambda sheet: replace(sheet, validations=(), protection=None),
        lambda sheet: replace(sheet, columns={**sheet.columns, 99: Column(9, hidden=True)}),
    ):
        assert pictures.fingerprint(_edited(page, edit)) == pictures.fingerprint(page)


@pytest.mark.engine("libreoffice", "poppler")
def test_a_page_becomes_a_picture_cut_to_its_content(
    pages: dict[str, Workbook], tmp_path: Path
) -> None:
    path = tmp_path / "form.xlsx"
    pictures.ExcelBackend().draw(pages["form"], str(path))
    (tmp_path / "made.png").write_bytes(pictures._cut_out(pictures._printed(path)))
    with Image.open(tmp_path / "made.png") as opened:
        picture = opened.convert("RGB")
    assert picture.width == 1600
    edge = [picture.getpixel((x, y)) for x in range(picture.width) for y in (0, picture.height - 1)]
    assert set(edge) == {(255, 255, 255)}
    inner = picture.crop((12, 12, picture.width - 12, picture.height - 12))
    assert inner.getcolors(1) is None


def test_a_blank_page_is_refused(tmp_path: Path) -> None:
    Image.new("RGB", (50, 50), "white").save(tmp_path / "page.png")
    with pytest.raises(RuntimeError, match="white"):
        pictures._cut_out(tmp_path / "page.png")
