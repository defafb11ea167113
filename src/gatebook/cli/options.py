"""Options that several commands share, and how they become settings."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from gatebook.cli.exits import USAGE, Stop

if TYPE_CHECKING:
    from gatebook.wiring import Settings

    _DateType = click.ParamType[datetime.date]
else:
    # Older releases of click do not take the type in brackets at run time.
    _DateType = click.ParamType


class IsoDate(_DateType):
    """A date written YYYY-MM-DD."""

    name = "date"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> datetime.date:
        """Read the option's text. Fails with what was found and what was expected."""
        if isinstance(value, datetime.date):
            return value
        try:
            return datetime.date.fromisoformat(value)
        except ValueError:
            self.fail(
                f"“{value}” is no date; write it as YYYY-MM-DD, such as 2026-11-30", param, ctx
            )


def common(command: Callable[..., Any]) -> Callable[..., Any]:
    """--config, --checklist, --quiet, --debug."""
    for option in (
        click.option("--debug", is_flag=True, help="Show the traceback of an unexpected error."),
        click.option("--quiet", "-q", is_flag=True, help="Say nothing but results and errors."),
        click.option("--config", default="", metavar="FILE", help="Use this gatebook.toml."),
        click.option(
            "--checklist", "checklist_files", multiple=True, metavar="FILE",
            help="A checklist of your own; may be given more than once.",
        ),
    ):  # fmt: skip
        command = option(command)
    return command


def signing_in(command: Callable[..., Any]) -> Callable[..., Any]:
    """--credentials, --impersonate, --subject: whose identity Google sees. They go before the
    [google] table of gatebook.toml."""
    for option in (
        click.option(
            "--subject", metavar="ADDRESS", expose_value=False, callback=_noted,
            help="Google: act for this person, by domain-wide delegation.",
        ),
        click.option(
            "--impersonate", metavar="ADDRESS", expose_value=False, callback=_noted,
            help="Google: act as this service account.",
        ),
        click.option(
            "--credentials", metavar="FILE", expose_value=False, callback=_noted,
            help="Google: sign in with this key file.",
        ),
    ):  # fmt: skip
        command = option(command)
    return command


_SIGN_IN = "gatebook.google"


def _noted(ctx: click.Context, param: click.Parameter, value: str | None) -> None:
    if value:
        ctx.meta.setdefault(_SIGN_IN, {})[param.name] = value


def settings_or_stop(config: str, checklist_files: tuple[str, ...]) -> Settings:
    """Configuration and checklists, or exit code 2 with what is wrong with them."""
    from gatebook.wiring import SettingsError, settings

    try:
        return settings(config, checklist_files, sign_in_options())
    except SettingsError as error:
        raise Stop(USAGE, str(error)) from error


def sign_in_options() -> dict[str, str]:
    """What the options of `signing_in` said."""
    context = click.get_current_context(silent=True)
    return dict(context.meta.get(_SIGN_IN, {})) if context else {}


def on_disk(place: str) -> Path:
    """A folder that a command makes. Stops with exit code 2 for an address: it is made on disk only."""
    if "://" in place:
        raise Stop(USAGE, f"{place} is no folder on a disk", "name one; it is made.")
    return Path(place)
