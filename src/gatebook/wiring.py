"""The only module that chooses and builds backends, checklists and settings for the commands."""

from __future__ import annotations

import os
import signal
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import unquote

import msgspec

from gatebook.backends.excel.backend import ExcelBackend
from gatebook.backends.protocol import Backend, SeveralAtOnce, Source, Unreadable
from gatebook.config import Config, ConfigError, GoogleConfig, find_config, load_config
from gatebook.domain.checklist import Checklist, ChecklistError, check_levels, parse_checklist
from gatebook.domain.findings import CATALOGUE, raisable
from gatebook.loading import FileResult, Judgement, Progress, one_by_one, read_file
from gatebook.templates import BUILT_IN, template_text

if TYPE_CHECKING:
    from gatebook.backends.google.backend import GoogleBackend
    from gatebook.backends.google.signin import Purpose


class SettingsError(Exception):
    """Usage, configuration or checklist is wrong; the text says what, where and what to do."""


@dataclass(frozen=True, slots=True)
class Settings:
    """What a command works with: the configuration, and the checklists by id, the main one first.

    `full`: read every sheet, also those that did not change.
    """

    config: Config
    config_path: Path | None
    checklist: Checklist
    checklists: dict[str, Checklist]
    full: bool = False
    _google: dict[str, GoogleBackend] = field(default_factory=dict)
    _remote: list[Backend] = field(default_factory=list)

    def google(self, purpose: Purpose) -> GoogleBackend:
        """The Google backend of this run for a purpose: one, so that its requests keep one pace."""
        if purpose not in self._google:
            self._google[purpose] = google_backend(self.config.google, purpose, full=self.full)
        return self._google[purpose]

    def backend(self, location: str, purpose: Purpose = "read") -> Backend:
        """The backend that a location belongs to. Raises SettingsError where none knows it."""
        if not is_web(location):
            return files_backend()
        from gatebook.backends.google.addresses import parse_address
        from gatebook.backends.remote.addresses import is_remote

        if is_remote(location):
            return self._remote_backend()
        try:
            parse_address(location)
        except Unreadable as trouble:
            raise SettingsError(f"{trouble.reason}\n  What to do: {trouble.remedy}") from trouble
        return self.google(purpose)

    def is_spreadsheet(self, location: str) -> bool:
        """Whether an address is that of a Google spreadsheet."""
        from gatebook.backends.google.addresses import parse_address

        try:
            return parse_address(location).kind == "spreadsheet"
        except Unreadable:
            return False

    def _remote_backend(self) -> Backend:
        """The backend of object stores: one for a run, so that its connections stay open."""
        if not self._remote:
            from gatebook.backends.remote.backend import RemoteBackend

            self._remote.append(RemoteBackend())
        return self._remote[0]

    @property
    def requests(self) -> int:
        """How many requests went to Google."""
        return sum(backend.requests for backend in self._google.values())

    @property
    def unchanged(self) -> int:
        """How many spreadsheets had not changed, so that nobody asked for them again."""
        return sum(backend.kept for backend in self._google.values())


def is_web(location: str) -> bool:
    """Whether a location is an address and no path on a disk."""
    return "://" in location


def is_google(location: str) -> bool:
    """Whether a location is a web address, as Google's are, and neither a path nor an object store."""
    from gatebook.backends.remote.addresses import is_remote

    return is_web(location) and not is_remote(location)


def ledger_url(portfolio: str, configured: str) -> str:
    """Where a portfolio's ledger is: as configured, "" for none, else in a file of its own: beside the
    portfolio, or for one in Google in the user's data folder."""
    if configured == "off":
        return ""
    if configured:
        return configured
    if not is_web(portfolio):
        path = Path(os.path.abspath(portfolio)).with_suffix(".ledger.db").as_posix()
        # What a URL reads as something else than a letter of the name.
        return f"sqlite:///{path.replace('%', '%25').replace('?', '%3F')}"
    from platformdirs import user_data_path

    from gatebook.backends.google.addresses import parse_address

    folder = user_data_path("gatebook") / "ledgers"
    folder.mkdir(parents=True, exist_ok=True)
    return f"sqlite:///{(folder / parse_address(portfolio).id).as_posix()}.db"


def ledger_file(url: str) -> Path | None:
    """The file of a ledger that is one, as SQLAlchemy reads it out of the URL."""
    path = url.removeprefix("sqlite:///")
    return Path(unquote(path.partition("?")[0])) if path != url else None


def ledger_key(portfolio: str) -> str:
    """The name under which a ledger knows a portfolio: it may hold several. One beside its portfolio may
    know it by the name that it had elsewhere: see `known_as`."""
    return portfolio if is_web(portfolio) else Path(os.path.abspath(portfolio)).as_posix()


def known_as(portfolio: str, ledger: str, names: Sequence[str]) -> str:
    """The name under which a ledger of these `names` knows a portfolio, as `ledger_key` has it.

    `ledger`: as configured. A ledger of the portfolio's own moves, is copied and is reached by other
    paths together with it; it goes on under the one name that it knows.
    """
    key = ledger_key(portfolio)
    own = not ledger and not is_web(portfolio)
    return names[0] if own and len(names) == 1 else key


def lock_file(portfolio: str, config: GoogleConfig) -> Path:
    """The file that one sync of a portfolio holds: beside it, or for one in Google on this machine.

    Between machines Google itself keeps two syncs apart: see backends/google/write.py.
    """
    if is_web(portfolio):
        from gatebook.backends.google.addresses import parse_address

        cache = _cache_folder(config)
        # First the one that answers are kept in: they are for its owner alone.
        cache.mkdir(mode=0o700, parents=True, exist_ok=True)
        folder = cache / "locks"
        folder.mkdir(exist_ok=True)
        return folder / f"{parse_address(portfolio).id}.lock"
    path = Path(portfolio)
    return path.with_name(f".{path.name}.lock")


def settings(
    config_file: str = "",
    checklist_files: tuple[str, ...] = (),
    google: Mapping[str, str] | None = None,
) -> Settings:
    """Configuration and checklists for a run. Raises SettingsError.

    `google` goes before the [google] table: credentials, impersonate, subject.
    The first checklist named on the command line is the main one, else the configured one, else the
    built-in. The built-in is always at hand for sheets that were made with it.
    """
    try:
        path = Path(config_file) if config_file else find_config(Path.cwd())
    except FileNotFoundError as error:
        raise SettingsError(
            "the folder in which this was started is not there any more\n"
            "  What to do: go to a folder that is, and run this again."
        ) from error
    try:
        config = load_config(path) if path else Config()
    except ConfigError as error:
        raise SettingsError(str(error)) from error
    config = msgspec.structs.replace(
        config, google=msgspec.structs.replace(config.google, **(google or {}))
    )
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
    backend: Backend, sources: Sequence[Source], how: Judgement, progress: Progress
) -> list[FileResult]:
    """Reads files in as many processes as the machine has cores, in the order given.

    Google is asked one by one: its quota is the limit there, and one count must keep it. An object
    store is asked for several at once: what takes time there is the way.
    """
    workers = min(os.cpu_count() or 1, 8)
    on_disk = isinstance(backend, ExcelBackend)
    if isinstance(backend, SeveralAtOnce):
        each = backend.each(partial(read_file, backend, how=how), sources)
        return [_counted(result, n, len(sources), progress) for n, result in enumerate(each, 1)]
    if not on_disk or workers < 2 or len(sources) < _PARALLEL_FROM:
        return one_by_one(backend, sources, how, progress)
    # Imported here: it takes 30 ms, which a run over few files does not need to spend.
    from concurrent.futures import ProcessPoolExecutor
    from multiprocessing import active_children

    chunks = [sources[start : start + _CHUNK] for start in range(0, len(sources), _CHUNK)]
    results: list[FileResult] = []
    pool = ProcessPoolExecutor(workers, initializer=_end_with_parent)
    try:
        for part in pool.map(partial(_read_chunk, backend, how=how), chunks):
            results.extend(part)
            progress(len(results), len(sources))
    except BaseException:
        # Stopped from outside, perhaps while a reader was being started: it may wait for work for ever,
        # and Python waits for it at its end.
        for reader in active_children():
            reader.kill()
        pool.shutdown(wait=False, cancel_futures=True)
        raise
    pool.shutdown()
    return results


def _end_with_parent() -> None:
    """Let this process end when the one that it reads for is gone.

    Of itself it would wait for work for ever when that one is killed, and hold on to all that it shares
    with it: memory, and on a server the session with the ledger's lock.
    """
    from multiprocessing import connection, parent_process
    from threading import Thread

    parent = parent_process()
    if parent is None:
        return
    # Ctrl-C and a scheduler's stop reach every process of a group; the parent alone answers.
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)

    def watch() -> None:
        connection.wait([parent.sentinel])
        os._exit(1)

    Thread(target=watch, daemon=True).start()


def _counted(result: FileResult, done: int, of: int, progress: Progress) -> FileResult:
    progress(done, of)
    return result


def files_backend() -> Backend:
    """The backend of files on disk."""
    return ExcelBackend()


def google_backend(config: GoogleConfig, purpose: Purpose, *, full: bool = False) -> GoogleBackend:
    """A Google backend as configured; it signs in with its first request. `full`: read all anew.

    Raises SettingsError.
    """
    # Imported here: gspread and google-auth take 200 ms, which a run over files need not spend.
    from gatebook.backends.google.answers import Answers
    from gatebook.backends.google.backend import GoogleBackend, Made
    from gatebook.backends.google.signin import SignIn, identity
    from gatebook.backends.google.transport import Reach, checked_root

    try:
        for root in (config.sheets_api, config.drive_api, config.iam_api):
            checked_root(root or config.drive_api)
    except ValueError as error:
        raise SettingsError(f"gatebook.toml, [google]: {error}") from error
    if not config.locale.startswith("en_"):
        raise SettingsError(
            f"gatebook.toml, [google]: locale is “{config.locale}”; expected an English one such as "
            "en_US or en_GB: the form's words are English, and its formulas surely work there"
        )
    how = SignIn(
        config.credentials,
        config.oauth,
        config.impersonate,
        config.subject,
        config.iam_api,
        config.all_of_drive,
    )
    reach = Reach(
        config.sheets_api,
        config.drive_api,
        config.reads_per_minute,
        config.writes_per_minute,
        config.first_wait,
        config.patience,
    )
    answers = None if config.cache == "off" else Answers(_cache_folder(config), reuse=not full)
    return GoogleBackend(
        lambda: identity(how, purpose), reach, answers, Made(config.locale, config.editors)
    )


def _cache_folder(config: GoogleConfig) -> Path:
    from platformdirs import user_cache_path

    named = "" if config.cache == "off" else config.cache
    return Path(named) if named else user_cache_path("gatebook") / "google"
