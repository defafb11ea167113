"""What a sync makes of gatebook.toml's look, and of a folder in which there is nothing to read."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import openpyxl
import pytest

from gatebook.cli.main import main
from gatebook.domain.review import Stamp
from gatebook.sheets.review_form import review_workbook
from gatebook.wiring import files_backend
from tests.support.builders import TODAY, TWELVE, passing_review

LOOK = """\
[form]
organisation = "Example Ltd"
logo = "◆ Example Ltd"
accent = "{accent}"
paper = "Letter"
"""


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder to work in, with an empty one for reviews."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "reviews").mkdir()
    return tmp_path


def sync(*arguments: str) -> int:
    """Sync the folder as of TODAY; the exit code."""
    with pytest.raises(SystemExit) as ended:
        main(["sync", "reviews", "--portfolio", "p.xlsx", "--today", str(TODAY), *arguments])
    return int(str(ended.value.code))


def form(folder: Path) -> None:
    stamp = Stamp(1, TWELVE.id, TWELVE.version, "a", "a-1")
    place = str(folder / "reviews" / "a.xlsx")
    files_backend().draw(review_workbook(passing_review(system="A", stamp=stamp), TWELVE), place)


def front(folder: Path) -> Any:
    return openpyxl.load_workbook(folder / "p.xlsx")["Portfolio"]


def colour_of_headings(folder: Path) -> str:
    (heading,) = [cell for row in front(folder) for cell in row if cell.value == "System"]
    return str(heading.fill.fgColor.rgb)


def test_an_empty_folder_is_no_silent_success(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert sync("--quiet") == 0
    out, err = capsys.readouterr()
    assert out == ""
    assert "no review was found" in err
    assert "What to do:" in err
    texts = [str(cell.value) for row in front(folder) for cell in row if cell.value]
    assert any(text.startswith("No review was read") for text in texts)


def test_a_folder_with_a_review_is_no_reason_to_warn(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    form(folder)
    assert sync("--quiet") == 0
    assert capsys.readouterr().err == ""


def test_the_portfolio_looks_as_gatebook_toml_says(folder: Path) -> None:
    form(folder)
    (folder / "gatebook.toml").write_text(LOOK.format(accent="#7A1F5C"), encoding="utf-8")
    sync()
    texts = [cell.value for row in front(folder) for cell in row]
    assert "Example Ltd: AI portfolio" in texts
    assert "◆ Example Ltd" in texts
    assert colour_of_headings(folder) == "FF7A1F5C"
    assert front(folder).page_setup.paperSize == 1  # ECMA-376, 18.3.1.63: Letter


def test_another_accent_is_drawn_though_nothing_else_changed(folder: Path) -> None:
    form(folder)
    for accent in ("#7A1F5C", "#00A0E0"):
        (folder / "gatebook.toml").write_text(LOOK.format(accent=accent), encoding="utf-8")
        sync()
        assert colour_of_headings(folder) == f"FF{accent[1:]}"
    before = (folder / "p.xlsx").read_bytes()
    sync()
    assert (folder / "p.xlsx").read_bytes() == before
