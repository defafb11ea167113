"""Sending what a sync changed to people's chats and mailboxes, through apprise.

Off unless asked for. Addresses hold secrets: none is ever printed, they are called by their place.
"""

from __future__ import annotations

import logging
import re
import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from gatebook.config import NotifyConfig
from gatebook.domain.text import clean
from gatebook.sheets.portfolio_tables import SystemRow
from gatebook.sync import Change

if TYPE_CHECKING:
    from types import ModuleType

    from apprise import Apprise

# A message is read on a telephone; the portfolio has the rest.
_LINES = 20
_NAME = 100
# The state of a system's row in the portfolio while its sheet cannot be read begins like this.
_UNREAD = "could not be read"
_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
# An address may hold a comma, so only one before the next address parts them.
_BETWEEN = re.compile(r"[\s,]+(?=[A-Za-z][A-Za-z0-9.+-]*://)")
# With these signs a chat would make a link with another name, or call somebody or a whole channel.
_SIGNS = str.maketrans({"[": "(", "]": ")", "<": "(", ">": ")", "@": "(at)"})


class NotifyError(Exception):
    """Nothing can be sent as things are set up. `remedy` says what to do."""

    def __init__(self, problem: str, remedy: str) -> None:
        super().__init__(problem)
        self.problem = problem
        self.remedy = remedy


@dataclass(frozen=True, slots=True)
class Message:
    """A title and some lines of plain text."""

    title: str
    body: str


@dataclass(frozen=True, slots=True)
class Notifier:
    """Addresses that are ready to be sent to, each by its place ("address 2 in …")."""

    services: Mapping[str, Apprise]

    def send(self, message: Message) -> tuple[str, ...]:
        """Send to every address, waiting some seconds for each; those that it did not reach."""
        with _quiet():
            return tuple(
                place
                for place, service in self.services.items()
                if not service.notify(message.body, title=message.title, body_format="text")
            )


def notifier(config: NotifyConfig, environment: Mapping[str, str]) -> Notifier:
    """The addresses of a configuration, checked but not called. Raises NotifyError."""
    addresses = _addresses(config, environment)
    apprise = _apprise()
    with _quiet():
        services = {place: _service(apprise, place, url) for place, url in addresses.items()}
        for place, url in addresses.items():
            if place.startswith("urls") and _holds_secret(apprise, url):
                raise NotifyError(
                    f"{place} in [notify] of gatebook.toml holds a password or a token",
                    "put it into an environment variable, and its name into urls_from_env.",
                )
    return Notifier(services)


def _addresses(config: NotifyConfig, environment: Mapping[str, str]) -> dict[str, str]:
    """Every address by its place."""
    found = {f"urls[{number}]": url for number, url in enumerate(config.urls, 1)}
    variable = config.urls_from_env
    if variable:
        if not _VARIABLE.fullmatch(variable):
            raise NotifyError(
                "urls_from_env in [notify] of gatebook.toml is no name of an environment variable",
                "write a name such as GATEBOOK_NOTIFY_URLS, and put the addresses into that variable.",
            )
        text = environment.get(variable, "").strip(" \t\r\n,")
        if not text:
            raise NotifyError(
                f"--notify needs addresses, and the environment variable {variable} is empty",
                f"set {variable} where the sync runs, or leave --notify out.",
            )
        for number, url in enumerate(_BETWEEN.split(text), 1):
            found[f"address {number} in {variable}"] = url
    if not found:
        raise NotifyError(
            "--notify needs addresses, and gatebook.toml names none",
            'add [notify] with urls_from_env = "GATEBOOK_NOTIFY_URLS", or leave --notify out.',
        )
    return found


def _apprise() -> ModuleType:
    try:
        # Imported here: few runs send anything, and it is no part of a plain installation.
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            import apprise
    except ImportError as error:
        raise NotifyError(
            "--notify needs the library apprise, which is not installed",
            'install it: pip install "gatebook[notify]" (or pip install apprise).',
        ) from error
    return apprise


def _service(apprise: ModuleType, place: str, url: str) -> Apprise:
    """One address, made ready. What apprise would leave on the disk stays in memory."""
    asset = apprise.AppriseAsset(app_id="gatebook", app_desc="gatebook", storage_mode="memory")
    service: Apprise = apprise.Apprise(asset=asset)
    if not service.add(url):
        raise NotifyError(
            f"{place} is no address that apprise understands",
            "correct it; apprise's list of services shows how each is written.",
        )
    return service


def _holds_secret(apprise: ModuleType, url: str) -> bool:
    """Whether apprise would hide a part of the address from the eyes of strangers."""
    service = apprise.Apprise.instantiate(url)
    return bool(service.url(privacy=True) != service.url(privacy=False))


@contextmanager
def _quiet() -> Iterator[None]:
    """No log line and no warning of a library: those would show addresses."""
    before = logging.root.manager.disable
    logging.disable(logging.CRITICAL)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        logging.disable(before)


def newly_unread(before: Sequence[SystemRow], now: Sequence[SystemRow]) -> tuple[SystemRow, ...]:
    """The rows of a portfolio whose sheets could be read at the last sync, or were not there."""
    known = {row.key for row in before if row.state.startswith(_UNREAD)}
    return tuple(row for row in now if row.state.startswith(_UNREAD) and row.key not in known)


def message(changes: Sequence[Change], unread: Sequence[SystemRow]) -> Message | None:
    """What changed in a sync, in a few lines; None where nothing did."""
    lines = [f"{_plain(c.system)}: {c.said}" for c in changes]
    lines += [f"Could not be read: {_plain(row.system)} ({_plain(row.file)})" for row in unread]
    if not lines:
        return None
    if len(lines) > _LINES:
        lines = [*lines[: _LINES - 1], f"and {len(lines) - _LINES + 1} more: see the portfolio"]
    counts = []
    if changes:
        counts.append(f"{len(changes)} decision{'' if len(changes) == 1 else 's'} new or changed")
    if unread:
        counts.append(f"{len(unread)} sheet{'' if len(unread) == 1 else 's'} could not be read")
    return Message(f"gatebook: {', '.join(counts)}", "\n".join(lines))


def _plain(text: str) -> str:
    """Text from a sheet as one line of plain text in which a chat finds nothing to act on."""
    shown = "".join(sign if sign.isprintable() else " " for sign in text)
    shown = clean(shown).translate(_SIGNS)
    return shown if len(shown) <= _NAME else shown[: _NAME - 1] + "…"
