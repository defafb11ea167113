"""Reading a workbook file, whoever made it and whatever is in it."""

from __future__ import annotations

import stat
from pathlib import Path

from gatebook.backends.excel import limits
from gatebook.backends.excel.contents import FORM, WHOLE, Unusual
from gatebook.backends.excel.foreign import refuse_foreign, refuse_other_zip
from gatebook.backends.excel.ooxml import main_part, read_fast
from gatebook.backends.excel.package import TO_OWN_WORKBOOK, Package
from gatebook.backends.protocol import Unreadable
from gatebook.sheets.model import Grid

_ON_TABS = ("comment", "drawings/", "media/")


def read_workbook(
    path: Path, skip: frozenset[str] = frozenset(), *, whole: bool = False
) -> tuple[Grid, ...]:
    """The tabs of a workbook file; see `read_contents`. Raises Unreadable."""
    return read_contents(_bytes_of(path), skip, whole=whole)


def read_contents(
    data: bytes, skip: frozenset[str] = frozenset(), *, whole: bool = False
) -> tuple[Grid, ...]:
    """A workbook's tabs with cells, in order, hidden ones too. `data`: all bytes of its file.

    Tabs whose first cell (A1) is a text that starts with one of `skip` are left out, unparsed.
    Cells beyond the first 5,000 rows (not if `whole`) and 256 columns are passed over. Raises
    Unreadable.
    """
    refuse_large(len(data))
    refuse_foreign(data)
    places = WHOLE if whole else FORM
    package = Package(data, places.times)
    main = main_part(package)
    refuse_other_zip(package, main)
    try:
        return read_fast(package, main, skip, places)
    except Unusual:
        # Imported here: openpyxl takes longer to start than most runs take in all.
        from gatebook.backends.excel.slow import read_slowly

        return read_slowly(Package(data, places.times), main, skip, places)


def has_more_than_cells(path: Path) -> bool:
    """Whether comments, drawings or pictures hang on a workbook's tabs, which no Grid shows.

    By the names of its parts: ISO/IEC 29500-1, 12.3 and 12.4. Raises Unreadable.
    """
    package = Package(_bytes_of(path), WHOLE.times)
    return any(word in name for name in package.names() for word in _ON_TABS)


def refuse_large(size: int) -> None:
    """Raises Unreadable for a file of more bytes than the reader takes into memory."""
    if size > limits.MAX_FILE_BYTES:
        raise Unreadable(
            f"the file is larger than {limits.MAX_FILE_BYTES // 1_000_000} MB", TO_OWN_WORKBOOK
        )


def _bytes_of(path: Path) -> bytes:
    """The whole file at once, so that a program saving it meanwhile cannot mix two versions."""
    try:
        mode = path.stat().st_mode
        if stat.S_ISDIR(mode):
            raise Unreadable(
                "this is a folder, not a file", "Give the workbook's file name, or list the folder."
            )
        if not stat.S_ISREG(mode):
            raise Unreadable(
                "this is no ordinary file (a device or a pipe)", "Give the name of an .xlsx file."
            )
        with path.open("rb") as file:
            data = file.read(limits.MAX_FILE_BYTES + 1)
    except FileNotFoundError as error:
        raise Unreadable(
            "the file is not there (any more)",
            "Check its name; if it was moved or renamed meanwhile, run this again.",
        ) from error
    except PermissionError as error:
        raise Unreadable(
            "this account may not read the file, or another program has locked it",
            "Close it in other programs, or ask its owner to let you read it.",
        ) from error
    except (OSError, ValueError) as error:
        words = getattr(error, "strerror", None) or str(error)
        raise Unreadable(
            f"the file could not be read from the disk or network: {words}",
            "Check that the drive is connected, then run this again.",
        ) from error
    return data
