"""The files that ship with gatebook are found. The wheel is tested in tests/packaging."""

from __future__ import annotations

from pathlib import Path

import pytest

from gatebook import templates
from gatebook.templates import BUILT_IN, template_names, template_text, templates_folder

REPOSITORY = Path(__file__).resolve().parents[1]


def test_a_checkout_uses_its_own_templates_folder() -> None:
    assert templates_folder() == REPOSITORY / "templates"


def test_every_listed_file_can_be_read() -> None:
    assert BUILT_IN in template_names()
    for name in template_names():
        assert template_text(name)


@pytest.mark.parametrize(
    "name", ["thirteen-gates.toml", "", ".", "../pyproject.toml", str(REPOSITORY / "LICENSE")]
)
def test_any_other_name_is_refused_and_the_shipped_ones_are_named(name: str) -> None:
    with pytest.raises(FileNotFoundError) as error:
        template_text(name)
    assert BUILT_IN in str(error.value)


def test_the_installed_folder_wins_over_one_beside_the_package(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As in a wheel: lib/python/site-packages/gatebook, and a stranger's lib/python/templates."""
    package = tmp_path / "site-packages" / "gatebook"
    for folder in (package / "_templates", tmp_path / "templates"):
        folder.mkdir(parents=True)
        (folder / BUILT_IN).write_text("# " + folder.name, encoding="utf-8")
    monkeypatch.setattr(templates, "_PACKAGE", package)
    assert template_text(BUILT_IN) == "# _templates"


def test_an_installation_without_them_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(templates, "_PACKAGE", tmp_path / "site-packages" / "gatebook")
    with pytest.raises(FileNotFoundError, match="Install gatebook again"):
        templates_folder()
