"""Answers of the API kept on this machine, so that an unchanged spreadsheet costs no request."""

from __future__ import annotations

import contextlib
import gzip
import hashlib
import os
import time
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec

# A version that is this young, in seconds, may be listed before all of its edits are.
_SETTLES = 300.0
# Grows with every change of what is asked for or kept: older answers are then not used.
_SCHEMA = 2


class _Kept(msgspec.Struct, frozen=True):
    """One answer as kept: of which version it is, and whether that version had settled."""

    schema: int
    version: str
    settled: bool
    answer: msgspec.Raw


class Answers:
    """A folder with one file for each spreadsheet. It holds what the sheets say, so only its owner
    may read it; whatever is damaged or missing in it is simply asked for again. Without `reuse`
    only answers of this run are taken from it. They are taken even if their version has not settled:
    within a run a spreadsheet is what it was when it was read."""

    def __init__(
        self, folder: Path, *, reuse: bool = True, clock: Callable[[], float] = time.time
    ) -> None:
        self._folder = folder
        self._reuse = reuse
        self._clock = clock
        self._of_this_run: set[tuple[str, str]] = set()

    def get(self, spreadsheet_id: str, version: str) -> dict[str, Any] | None:
        """The answer for a version of a spreadsheet, if it is here and can be relied on."""
        of_this_run = (spreadsheet_id, version) in self._of_this_run
        if not version or not (self._reuse or of_this_run):
            return None
        try:
            data = gzip.decompress(self._file(spreadsheet_id).read_bytes())
            kept = msgspec.json.decode(data, type=_Kept)
        except (OSError, EOFError, ValueError, zlib.error, msgspec.DecodeError):
            return None
        if kept.schema != _SCHEMA or kept.version != version:
            return None
        if not (kept.settled or of_this_run):
            return None
        answer: dict[str, Any] = msgspec.json.decode(kept.answer)
        return answer

    def put(self, spreadsheet_id: str, version: str, modified: float, answer: bytes) -> None:
        """Keep an answer, read after `version` was seen. A full or locked disk is no trouble: the
        spreadsheet is then read again next time."""
        if not version:
            return
        settled = modified < self._clock() - _SETTLES
        kept = _Kept(_SCHEMA, version, settled, msgspec.Raw(answer))
        path = self._file(spreadsheet_id)
        temporary = path.with_suffix(f".{os.getpid()}")
        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            data = gzip.compress(msgspec.json.encode(kept), compresslevel=1)
            with os.fdopen(os.open(temporary, os.O_WRONLY | os.O_CREAT, 0o600), "wb") as file:
                file.write(data)
            temporary.replace(path)
            self._of_this_run.add((spreadsheet_id, version))
        except OSError:
            with contextlib.suppress(OSError):
                temporary.unlink()

    def _file(self, spreadsheet_id: str) -> Path:
        return self._folder / f"{hashlib.sha256(spreadsheet_id.encode()).hexdigest()[:32]}.json.gz"
