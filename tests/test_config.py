"""gatebook.toml: how forms look. Other keys are tested with the commands that use them."""

from __future__ import annotations

from pathlib import Path

import pytest

from gatebook.config import Config, ConfigError, load_config


def config(tmp_path: Path, form: str) -> Config:
    path = tmp_path / "gatebook.toml"
    path.write_text(f"[form]\n{form}\n", encoding="utf-8")
    return load_config(path)


@pytest.mark.parametrize("accent", ["#243B53", "#ffd400", "#FFFFFF"])
def test_any_colour_will_do(accent: str, tmp_path: Path) -> None:
    assert config(tmp_path, f'accent = "{accent}"').form.accent == accent


@pytest.mark.parametrize(
    "accent", ["blue", "#FFF", "243B53", "#24 B53", "#243B53FF", "#243B5g", "#243B53\\n"]
)
def test_what_is_no_colour_is_named(accent: str, tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as caught:
        config(tmp_path, f'accent = "{accent}"')
    for word in ("gatebook.toml", "form.accent", "#243B53", accent.partition("\\")[0]):
        assert word in str(caught.value)


@pytest.mark.parametrize(
    "line",
    [
        'locations = ["reviews", "drive.google.com/drive/folders/1abc"]',
        'portfolio = "docs.google.com/spreadsheets/d/1abc/edit"',
    ],
)
def test_an_address_without_its_beginning_is_named(line: str, tmp_path: Path) -> None:
    path = tmp_path / "gatebook.toml"
    path.write_text(line, encoding="utf-8")
    with pytest.raises(ConfigError, match=r"google\.com/.* put https:// before it"):
        load_config(path)


def test_a_logo_is_a_line_of_text(tmp_path: Path) -> None:
    assert config(tmp_path, 'logo = "◆ Example Ltd"').form.logo == "◆ Example Ltd"


@pytest.mark.parametrize(
    ("logo", "word"),
    [
        ("x" * 41, "41"),
        ("one\\ntwo", "one line"),
        ("Live", "label"),
        (" pilot lead ", "label"),
        ("Decision", "label"),
    ],
)
def test_what_is_no_logo_line_is_named(logo: str, word: str, tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as caught:
        config(tmp_path, f'logo = "{logo}"')
    for part in ("gatebook.toml", "form.logo", word):
        assert part in str(caught.value)


def test_without_a_look_nothing_is_set(tmp_path: Path) -> None:
    form = config(tmp_path, "").form
    assert (form.organisation, form.logo, form.accent, form.paper) == ("", "", "", "A4")
