"""Everything that the outcome of a sync depends on, as one checksum.

A sync comes to the same as an earlier one where it starts from the same: the files' stamps, the
portfolio's, checklists, configuration, day and gatebook itself. What nobody can vouch for has no
checksum: a file that was changed a moment ago may be changed again without another stamp.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from datetime import date
from hashlib import sha256

import msgspec

from gatebook.backends.protocol import Listing, Source
from gatebook.config import Config
from gatebook.memory import SETTLES_ON_DISK


def inputs_of(
    places: Sequence[tuple[str, Listing]],
    portfolio: str,
    *,
    config: Config,
    fingerprint: str,
    today: date,
    began: float,
) -> str:
    """The checksum for files on disk; "" where there is none.

    `places`: the locations as they were given, and what was found there. `portfolio`: its path.
    `fingerprint` stands for gatebook and the checklists. `began`: seconds since 1970 before anything
    was listed.
    """
    settled = began - SETTLES_ON_DISK
    try:
        status = os.stat(portfolio)
    except OSError:
        return ""
    if status.st_mtime >= settled:
        return ""
    own = os.path.abspath(portfolio)
    checksum = sha256()
    head = (
        os.getcwd(), own, status.st_size, status.st_mtime_ns, fingerprint, today,
        msgspec.json.encode(config, order="sorted"),
    )  # fmt: skip
    checksum.update(_bytes(map(str, head)))
    for location, listing in places:
        # The portfolio itself is no review; its stamp counts already.
        sources = [one for one in listing.sources if not _is(one, own)]
        if any(one.modified >= settled or not one.modified > 0 or not one.size for one in sources):
            return ""
        checksum.update(_bytes([location, str(len(sources)), str(len(listing.passed))]))
        checksum.update(_bytes(f"{s.location}\n{s.modified!r}\n{s.size}" for s in sources))
        checksum.update(_bytes(f"{p.location}\n{p.reason}\n{p.problem}" for p in listing.passed))
    return checksum.hexdigest()[:32]


def _is(source: Source, path: str) -> bool:
    # Most names differ already; making a path absolute takes longer.
    name = os.path.basename(path)
    return source.location.endswith(name) and os.path.abspath(source.location) == path


def _bytes(texts: Iterable[str]) -> bytes:
    # No name of a file holds NUL; on Linux it may hold bytes that are no text.
    return "\0".join([*texts, ""]).encode("utf-8", "surrogatepass")
