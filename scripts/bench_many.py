"""Tens of thousands of review workbooks in minutes, for the bench of the ledger.

    python scripts/bench_many.py COUNT SYSTEMS FOLDER [LATER]

The first ones are drawn (bench_samples.py); each further one is a copy of one of them under a name and
ids of its own. Workbook number n is of system n modulo SYSTEMS, so that COUNT may be several reviews of
each. All files are an hour old. With LATER, a number, the reviews that are there get other dates and marks.
"""

from __future__ import annotations

import io
import os
import re
import sys
import tempfile
import time
import zipfile
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from pathlib import Path

from bench_samples import sample_review, write_samples

from gatebook.domain.text import slug
from gatebook.wiring import built_in

_DRAWN = 400
# Nothing is gained by packing well what is read a few times and thrown away.
_QUICK = 1


def write_many(count: int, systems: int, folder: Path, later: int = 0) -> None:
    """Write `count` workbooks, in as many processes as the machine has cores."""
    with tempfile.TemporaryDirectory(prefix="gatebook-bench-") as drawn:
        write_samples(min(_DRAWN, count), Path(drawn))
        chunks = [range(start, min(start + 200, count)) for start in range(0, count, 200)]
        with ProcessPoolExecutor(os.cpu_count()) as pool:
            list(pool.map(partial(_copies, drawn, str(folder), systems, later), chunks))


def _copies(drawn: str, folder: str, systems: int, later: int, numbers: range) -> None:
    hour_ago = time.time() - 3600
    there = len(os.listdir(drawn))
    for number in numbers:
        sitting, system = divmod(number, systems)
        # Another workbook for each sitting, so that its date and its marks are others.
        first = (system + 37 * (sitting + later)) % there
        copy = renamed(path_of(drawn, first).read_bytes(), own_words(first, system, sitting))
        path = path_of(folder, number)
        path.write_bytes(copy)
        os.utime(path, (hour_ago, hour_ago))


def path_of(folder: str, number: int) -> Path:
    """Where the workbook of a number stands."""
    return Path(folder, f"review {number:05}.xlsx")


def own_words(first: int, system: int, sitting: int) -> dict[str, str]:
    """What the copy of workbook `first` says otherwise: its name and its ids."""
    review = sample_review(first, built_in())
    name = f"Assistant {system}"
    stamp = review.stamp
    # The longer first: the review's id begins with the system's.
    return {
        stamp.review_id: f"{slug(name)}-{sitting}",
        stamp.system_id: slug(name),
        review.system: name,
    }


def renamed(workbook: bytes, words: dict[str, str]) -> bytes:
    """The workbook with some words replaced wherever they stand, all at once."""
    pattern = re.compile("|".join(map(re.escape, words)).encode())
    made = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(workbook)) as old,
        zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED, compresslevel=_QUICK) as new,
    ):
        for part in old.infolist():
            content = pattern.sub(lambda found: words[found[0].decode()].encode(), old.read(part))
            new.writestr(part.filename, content)
    return made.getvalue()


if __name__ == "__main__":
    more = int(sys.argv[4]) if len(sys.argv) > 4 else 0
    write_many(int(sys.argv[1]), int(sys.argv[2]), Path(sys.argv[3]), more)
