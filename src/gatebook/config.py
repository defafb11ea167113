"""gatebook.toml: what is read, where the portfolio goes, which checklists count, what day it is."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from typing import Literal
from zoneinfo import ZoneInfo

import msgspec

NAME = "gatebook.toml"


class ConfigError(Exception):
    """The configuration cannot be used; the text says file, key, what was found, what to do."""


class FormConfig(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How new forms look."""

    organisation: str = ""
    paper: Literal["A4", "Letter"] = "A4"


class NotifyConfig(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Where `sync --notify` sends what changed, as addresses in the form that apprise reads.

    Most addresses hold a secret, so they stand in the environment variable that `urls_from_env`
    names, parted by spaces, commas or new lines; `urls` takes those that hold none.
    """

    urls: tuple[str, ...] = ()
    urls_from_env: str = ""


class Config(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The keys of gatebook.toml; paths in it count from the file's own folder.

    `checklist` judges sheets that lost their stamp and is used for new forms; `checklists` are
    further ones that sheets in the folders may have been made with. `timezone` says whose "today".
    """

    locations: tuple[str, ...] = ()
    portfolio: str = ""
    checklist: str = ""
    checklists: tuple[str, ...] = ()
    timezone: str = "UTC"
    form: FormConfig = FormConfig()
    notify: NotifyConfig = NotifyConfig()

    def today(self) -> date:
        """The date now in the configured time zone."""
        return datetime.now(ZoneInfo(self.timezone)).date()

    def now_text(self) -> str:
        """The time now as the portfolio shows it: "2026-11-23 07:00 UTC"."""
        return datetime.now(ZoneInfo(self.timezone)).strftime("%Y-%m-%d %H:%M %Z")


def find_config(start: Path) -> Path | None:
    """The nearest gatebook.toml in a folder or above it."""
    for folder in (start, *start.parents):
        if (folder / NAME).is_file():
            return folder / NAME
    return None


def load_config(path: Path) -> Config:
    """Read and check a gatebook.toml; its paths are made to count from the working folder.

    Raises ConfigError.
    """
    try:
        config = msgspec.toml.decode(path.read_text(encoding="utf-8-sig"), type=Config)
    except OSError as error:
        raise ConfigError(f"{path}: cannot be read ({error.strerror})") from error
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise ConfigError(_explain(path, error)) from error
    try:
        ZoneInfo(config.timezone)
    except (KeyError, ValueError, OSError) as error:
        raise ConfigError(
            f"{path}: timezone is “{config.timezone}”; expected a name such as Europe/Berlin"
        ) from error
    base = path.parent

    def at_home(location: str) -> str:
        if not location or "://" in location or Path(location).is_absolute():
            return location
        return (base / location).as_posix()

    return msgspec.structs.replace(
        config,
        locations=tuple(at_home(location) for location in config.locations),
        portfolio=at_home(config.portfolio),
        checklist=at_home(config.checklist),
        checklists=tuple(at_home(file) for file in config.checklists),
    )


def _explain(path: Path, error: Exception) -> str:
    text = str(error)
    known = ", ".join(Config.__struct_fields__)
    if "unknown field" in text:
        form = ", ".join(FormConfig.__struct_fields__)
        notify = ", ".join(NotifyConfig.__struct_fields__)
        return f"{path}: {text}. Known keys: {known}; in [form]: {form}; in [notify]: {notify}"
    if isinstance(error, msgspec.ValidationError):
        return f"{path}: {text}"
    return f"{path} is not written as TOML in UTF-8, so it cannot be read: {text}"
