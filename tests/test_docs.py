"""The docs say what the code does: findings, commands, options, configuration."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import click
import msgspec
import pytest

from gatebook.cli.exits import MEANINGS
from gatebook.cli.main import COMMANDS, cli
from gatebook.config import Config, FormConfig, GoogleConfig, load_config
from gatebook.domain.findings import CATALOGUE
from gatebook.templates import template_text, templates_folder

_ROOT = Path(__file__).resolve().parents[1]
_COMMANDS = (_ROOT / "docs" / "commands.md").read_text(encoding="utf-8")
_FINDINGS = (_ROOT / "docs" / "findings.md").read_text(encoding="utf-8")


def _commands(group: click.Group = cli, name: str = "") -> Iterator[tuple[str, click.Command]]:
    context = click.Context(group)
    for part in group.list_commands(context):
        command = group.get_command(context, part)
        assert command is not None
        whole = f"{name} {part}".strip()
        yield whole, command
        if isinstance(command, click.Group):
            yield from _commands(command, whole)


_ALL = dict(_commands())
_EACH = pytest.mark.parametrize("name", _ALL)


def _section(name: str) -> str:
    """What docs/commands.md says under a command's heading, up to the next command's."""
    match = re.search(rf"^#+ {re.escape(name)}\n(.*?)(?=^#+ (?:{'|'.join(_ALL)})\n|\Z)",
                      _COMMANDS, re.DOTALL | re.MULTILINE)  # fmt: skip
    assert match, f"docs/commands.md has no heading for {name}"
    return match[1]


def _docs(*arguments: str, script: Path = _ROOT / "scripts" / "docs") -> int:
    return subprocess.run([sys.executable, script, *arguments], capture_output=True).returncode


def test_the_made_pages_are_current() -> None:
    assert _docs("--check") == 0, "Run: scripts/docs"


def test_a_page_that_is_not_current_is_noticed_and_made_anew(tmp_path: Path) -> None:
    for folder in ("scripts", "docs"):
        (tmp_path / folder).mkdir()
    script = tmp_path / "scripts" / "docs"
    script.write_bytes((_ROOT / "scripts" / "docs").read_bytes())
    stale = re.sub(r"\| `--lead.*\n", "", _COMMANDS)
    assert stale != _COMMANDS
    (tmp_path / "docs" / "commands.md").write_text(stale, encoding="utf-8")
    assert _docs("--check", script=script) == 1
    assert not (tmp_path / "docs" / "findings.md").exists()
    assert _docs(script=script) == 0
    assert (tmp_path / "docs" / "commands.md").read_text(encoding="utf-8") == _COMMANDS
    assert (tmp_path / "docs" / "findings.md").read_text(encoding="utf-8") == _FINDINGS
    assert _docs("--check", script=script) == 0
    assert _docs("--nonsense", script=script) == 2


def test_every_finding_has_a_section() -> None:
    headings = re.findall(r"^## (.+)$", _FINDINGS, re.MULTILINE)
    assert headings == [kind.code for kind in CATALOGUE]


@_EACH
def test_every_command_says_what_it_does(name: str) -> None:
    command = _ALL[name]
    assert command.help
    assert len(command.help.split()) > 4
    assert command.help.split("\n\n")[0].rstrip().endswith(".")
    assert _section(name).strip()


@_EACH
def test_every_option_has_help_and_stands_in_the_docs(name: str) -> None:
    documented = _section(name) + _section("Everywhere").partition("\n### ")[0]
    for option in _ALL[name].params:
        if isinstance(option, click.Option):
            assert option.help, option.opts
            for flag in option.opts:
                assert re.search(rf"`[^`]*(?<![\w-]){re.escape(flag)}(?![\w-])", documented), flag


@_EACH
def test_every_command_takes_what_all_take(name: str) -> None:
    if not isinstance(_ALL[name], click.Group):
        flags = {flag for option in _ALL[name].params for flag in option.opts}
        assert {"--config", "--quiet", "--debug"} <= flags


def test_every_command_is_in_the_table_at_the_top() -> None:
    top = _COMMANDS.partition("\n## ")[0]
    assert re.findall(r"\| \[`([a-z]+)`\]\(#\1\)", top) == list(COMMANDS)


def test_every_exit_code_is_in_the_docs() -> None:
    for code, meaning in MEANINGS.items():
        assert f"| {code} | {meaning} |" in _COMMANDS


@pytest.mark.parametrize("page", sorted((_ROOT / "docs").glob("*.md")), ids=lambda path: path.name)
def test_links_between_pages_lead_somewhere(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    for target in re.findall(r"\]\(([^)\s]+)\)", text):
        if "://" in target:
            continue
        file, _, heading = target.partition("#")
        there = (page.parent / file) if file else page
        assert there.exists(), target
        if heading:
            headings = re.findall(r"^#+ (.+)$", there.read_text(encoding="utf-8"), re.MULTILINE)
            anchors = {re.sub(r"[^\w -]", "", one).lower().replace(" ", "-") for one in headings}
            assert heading in anchors, target


def test_the_example_config_can_be_used_as_it_is() -> None:
    config = load_config(templates_folder() / "gatebook.toml")
    assert config.locations
    assert config.portfolio


def test_the_google_page_explains_every_key_of_its_table() -> None:
    page = (_ROOT / "docs" / "google.md").read_text(encoding="utf-8")
    for name in GoogleConfig.__struct_fields__:
        assert re.search(rf"^\|[^|]*`{name}`", page, re.MULTILINE), name


def test_the_example_config_has_every_key_and_explains_it() -> None:
    text = template_text("gatebook.toml")
    for name in {*Config.__struct_fields__, *FormConfig.__struct_fields__} - {"form"}:
        assert re.search(rf"^#[^\n]+\n(?:# )?{name} = ", text, re.MULTILINE), name
    # With every comment sign before a key taken off, it is still right: no key is misspelt.
    every = re.sub(r"^# (\w+ = )", r"\1", text, flags=re.MULTILINE)
    config = msgspec.convert(tomllib.loads(every), Config)
    assert all(getattr(config, name) for name in Config.__struct_fields__)
