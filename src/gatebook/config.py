"""gatebook.toml: what is read, where the portfolio goes, which checklists count, what day it is."""

from __future__ import annotations

import os
import re
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Annotated, Literal
from zoneinfo import ZoneInfo

import msgspec

from gatebook.domain.fields import ATTENDEES_LABEL, DECISION_LABEL, HEADER, ROW

NAME = "gatebook.toml"
# Two lines of large letters in the place for the logo.
MOST_LOGO = 40
_LABELS = {word.lower() for field in (*HEADER, *ROW) for word in (field.label, *field.aliases)} | {
    ATTENDEES_LABEL.lower(),
    DECISION_LABEL.lower(),
}


class ConfigError(Exception):
    """The configuration cannot be used; the text says file, key, what was found, what to do."""


class FormConfig(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How new forms and the portfolio look. `accent` is "#RRGGBB", or "" for the usual dark blue."""

    organisation: str = ""
    logo: str = ""
    accent: str = ""
    paper: Literal["A4", "Letter"] = "A4"


class NotifyConfig(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Where `sync --notify` sends what changed, as addresses in the form that apprise reads.

    Most addresses hold a secret, so they stand in the environment variable that `urls_from_env`
    names, parted by spaces, commas or new lines; `urls` takes those that hold none.
    """

    urls: tuple[str, ...] = ()
    urls_from_env: str = ""


class GoogleConfig(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How gatebook works with Google: whose sign-in, what new spreadsheets get, at which pace.

    No key stands here: `credentials` is the path of a file that holds one. `cache` is the folder in
    which answers are kept ("" for the system's own place, "off" for none). `locale`, of new forms, must
    be an English one: the form's words are English, and its formulas surely work there. Waits are in
    seconds.
    """

    credentials: str = ""
    oauth: bool = False
    all_of_drive: bool = False
    impersonate: str = ""
    subject: str = ""
    locale: str = "en_US"
    editors: tuple[str, ...] = ()
    approvers: tuple[str, ...] = ()
    cache: str = ""
    reads_per_minute: Annotated[int, msgspec.Meta(ge=1)] = 55
    writes_per_minute: Annotated[int, msgspec.Meta(ge=1)] = 55
    first_wait: Annotated[float, msgspec.Meta(gt=0)] = 1.0
    patience: Annotated[float, msgspec.Meta(ge=0)] = 300.0
    sheets_api: str = "https://sheets.googleapis.com"
    drive_api: str = "https://www.googleapis.com"
    iam_api: str = ""


class Config(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The keys of gatebook.toml; paths in it count from the file's own folder.

    `ledger` is where every sync is recorded: the URL of a database, "" for a file beside the
    portfolio, "off" for nowhere. `checklist` judges sheets that lost their stamp and is used for new
    forms; `checklists` are further ones that sheets in the folders may have been made with. `timezone`
    says whose "today".
    """

    locations: tuple[str, ...] = ()
    portfolio: str = ""
    ledger: str = ""
    checklist: str = ""
    checklists: tuple[str, ...] = ()
    timezone: str = "UTC"
    form: FormConfig = FormConfig()
    notify: NotifyConfig = NotifyConfig()
    google: GoogleConfig = GoogleConfig()

    def today(self) -> date:
        """The date now in the configured time zone."""
        return datetime.now(ZoneInfo(self.timezone)).date()

    def now_text(self) -> str:
        """The time now as the portfolio shows it: "2026-11-23 07:00 UTC"."""
        return self.time_text(datetime.now(UTC))

    def time_text(self, moment: datetime) -> str:
        """A moment as the portfolio shows it."""
        return moment.astimezone(ZoneInfo(self.timezone)).strftime("%Y-%m-%d %H:%M %Z")


def lacks_https(location: str) -> bool:
    """Whether a location is an address of Google's as some browsers show it: it would pass for a path."""
    return location.lower().startswith(("drive.google.com/", "docs.google.com/"))


def find_config(start: Path) -> Path | None:
    """The nearest gatebook.toml in a folder or above it."""
    for folder in (start, *start.parents):
        # Not Path.is_file, which raises where a folder may not be looked into.
        if os.path.isfile(folder / NAME):
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
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise ConfigError(_explain(path, error)) from error
    try:
        ZoneInfo(config.timezone)
    except (KeyError, ValueError, OSError) as error:
        raise ConfigError(
            f"{path}: timezone is “{config.timezone[:80]}”; expected a name such as Europe/Berlin"
        ) from error
    _check_form(path, config.form)
    for location in filter(lacks_https, (*config.locations, config.portfolio)):
        raise ConfigError(f"{path}: “{location}” is no path of a file; put https:// before it")
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
        google=msgspec.structs.replace(
            config.google,
            credentials=at_home(config.google.credentials),
            cache=at_home(config.google.cache) if config.google.cache != "off" else "off",
        ),
    )


def _check_form(path: Path, form: FormConfig) -> None:
    """Raises ConfigError for a colour that is none, and for a logo line that is no short line."""
    if form.accent and not re.fullmatch(r"#[0-9A-Fa-f]{6}", form.accent):
        raise ConfigError(
            f"{path}: form.accent is “{form.accent}”; expected a colour as # and six digits or "
            "letters from A to F, such as #243B53. Design tools call it the hex value"
        )
    if len(form.logo) > MOST_LOGO or not form.logo.isprintable():
        raise ConfigError(
            f"{path}: form.logo has {len(form.logo)} characters; expected one line of at most "
            f"{MOST_LOGO}, such as “Example Ltd · Operations”"
        )
    if form.logo.strip().lower() in _LABELS:
        raise ConfigError(
            f"{path}: form.logo is “{form.logo}”, which is also a label of the form, so the form "
            "could not be read. Add a word to it"
        )


def _explain(path: Path, error: Exception) -> str:
    text = str(error)
    known = ", ".join(Config.__struct_fields__)
    if "unknown field" in text:
        tables = {"form": FormConfig, "notify": NotifyConfig, "google": GoogleConfig}
        inner = [f"in [{n}]: {', '.join(t.__struct_fields__)}" for n, t in tables.items()]
        return f"{path}: {text}. Known keys: {'; '.join([known, *inner])}"
    if isinstance(error, msgspec.ValidationError):
        return f"{path}: {text}"
    return f"{path} is not written as TOML in UTF-8, so it cannot be read: {text}"
