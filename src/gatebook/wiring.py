"""The only module that chooses and builds backends, checklists and settings for the commands."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from gatebook.backends.excel.backend import ExcelBackend
from gatebook.backends.protocol import Backend, Source
from gatebook.config import Config, ConfigError, find_config, load_config
from gatebook.domain.checklist import Checklist, ChecklistError, check_levels, parse_checklist
from gatebook.domain.findings import CATALOGUE, raisable
from gatebook.sync import FileResult, Judgement, Progress, one_by_one, read_file
from gatebook.templates import BUILT_IN, template_text


class SettingsError(Exception):
    """Usage, configuration or checklist is wrong; the text says what, where and what to do."""


@dataclass(frozen=True, slots=True)
class Settings:
    """What a command works with: the configuration, and the checklists by id, the main one first."""

    config: Config
    config_path: Path | None
    checklist: Checklist
    checklists: dict[str, Checklist]


def settings(config_file: str = "", checklist_files: tuple[str, ...] = ()) -> Settings:
    """Configuration and checklists for a run. Raises SettingsError.

    The first checklist named on the command line is the main one, else the configured one, else the
    built-in. The built-in is always at hand for sheets that were made with it.
    """
    path = Path(config_file) if config_file else find_config(Path.cwd())
    try:
        config = load_config(path) if path else Config()
    except ConfigError as error:
        raise SettingsError(str(error)) from error
    named = [*checklist_files, config.checklist, *config.checklists]
    found = [load_checklist(file) for file in dict.fromkeys(named) if file]
    by_id: dict[str, Checklist] = {}
    for checklist in [*found, built_in()]:
        by_id.setdefault(checklist.id, checklist)
    return Settings(config, path, next(iter(by_id.values())), by_id)


def load_checklist(file: str) -> Checklist:
    """A checklist from a file, checked against the catalogue of findings. Raises SettingsError."""
    try:
        text = Path(file).read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(
            f"the checklist {file} cannot be read: {error}\n"
            "  What to do: check the path; it must be a TOML file in UTF-8."
        ) from error
    return checked(text, file)


def checked(text: str, where: str) -> Checklist:
    """A checklist from TOML text. Raises SettingsError with everything that is wrong."""
    try:
        checklist = parse_checklist(text, where)
    except ChecklistError as error:
        raise SettingsError("\n".join(error.messages)) from error
    blocking = {kind.code for kind in CATALOGUE if kind.level == "block"}
    codes = {kind.code for kind in CATALOGUE}
    wrong = check_levels(checklist, codes, raisable() | blocking)
    if checklist.policy.levels.get("sheet-unreadable") == "off":
        wrong.append(
            "policy.levels.sheet-unreadable is off; a sheet nobody can read is always shown"
        )
    if wrong:
        raise SettingsError("\n".join(f"{where}: {message}" for message in wrong))
    return checklist


def built_in() -> Checklist:
    """The checklist that ships with gatebook."""
    return checked(template_text(BUILT_IN), BUILT_IN)


# Below this many files a second process costs more than it saves; a chunk is some 0.1 s of work.
_PARALLEL_FROM = 200
_CHUNK = 50


def _read_chunk(backend: Backend, sources: Sequence[Source], how: Judgement) -> list[FileResult]:
    return [read_file(backend, source, how) for source in sources]


def runner(
    files_backend: Backend, sources: Sequence[Source], how: Judgement, progress: Progress
) -> list[FileResult]:
    """Reads files in as many processes as the machine has cores, in the order given."""
    workers = min(os.cpu_count() or 1, 8)
    if workers < 2 or len(sources) < _PARALLEL_FROM:
        return one_by_one(files_backend, sources, how, progress)
    # Imported here: it takes 30 ms, which a run over few files does not need to spend.
    from concurrent.futures import ProcessPoolExecutor

    chunks = [sources[start : start + _CHUNK] for start in range(0, len(sources), _CHUNK)]
    results: list[FileResult] = []
    with ProcessPoolExecutor(workers) as pool:
        for part in pool.map(partial(_read_chunk, files_backend, how=how), chunks):
            results.extend(part)
            progress(len(results), len(sources))
    return results


def backend_for(location: str) -> Backend:
    """The backend that a location belongs to. Raises SettingsError for one that no backend knows."""
    if "://" in location:
        raise SettingsError(
            f"{location} is a web address; this version reads and writes .xlsx files on disk\n"
            "  What to do: give a file, a folder or a pattern such as reviews/**/*.xlsx."
        )
    return ExcelBackend()
