"""A workbook's zip, opened with care: bounded, checked parts by name, and their relationships."""

from __future__ import annotations

import lzma
import posixpath
import zipfile
import zlib
from io import BytesIO
from typing import NamedTuple
from urllib.parse import unquote

from gatebook.backends.excel import limits
from gatebook.backends.excel.markup import DAMAGED, HARMFUL, local, parse
from gatebook.backends.protocol import Unreadable

SAVE_AGAIN = (
    "Open the file in Excel, choose File > Save As > Excel Workbook (.xlsx), "
    "and use the new copy. If Excel cannot open it, take an older copy of the file."
)
TO_OWN_WORKBOOK = (
    "Copy the review tab into a new workbook (right-click the tab > Move or Copy > (new book)), "
    "save it as .xlsx, and use that file."
)

_READABLE_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_ENCRYPTED = 0x1
_DIRECTORY_ENTRY = b"PK\x01\x02"
_DIRECTORY_END = b"PK\x05\x06"


class Relationship(NamedTuple):
    """What a part points at. `kind` is the last word of its type; `target` a part name or a URL."""

    kind: str
    target: str
    external: bool


class Package:
    """The parts of a zipped workbook. Methods raise Unreadable for what nobody should read, which is
    more than `times` the usual number of bytes too."""

    def __init__(self, data: bytes, times: int = 1) -> None:
        self._times = times
        # Counting the entries' signatures first costs nothing; listing a million of them does.
        if data.count(_DIRECTORY_ENTRY) > limits.MAX_PARTS:
            raise Unreadable(
                f"the file holds more than {limits.MAX_PARTS:,} parts; a workbook has some dozens",
                TO_OWN_WORKBOOK,
            )
        try:
            self._zip = zipfile.ZipFile(BytesIO(data))
        except zipfile.BadZipFile as error:
            # The list of a zip's parts stands at its end.
            end = "its end is missing" if _DIRECTORY_END not in data else _words(error)
            raise Unreadable(f"the file is damaged or incomplete: {end}", DAMAGED) from error
        except (ValueError, OSError, NotImplementedError) as error:
            raise Unreadable(f"the file is damaged: {_words(error)}", DAMAGED) from error
        self._parts: dict[str, zipfile.ZipInfo] = {}
        self._read_bytes = 0
        self._list()

    def _list(self) -> None:
        declared = 0
        for info in self._zip.infolist():
            name = _key(info.filename)
            if name in self._parts:
                raise Unreadable(
                    f"the file holds two parts named {info.filename!r}, so it is not clear "
                    "which one is meant",
                    SAVE_AGAIN,
                )
            self._parts[name] = info
            declared += info.file_size
        most = limits.MAX_DECLARED_BYTES * self._times
        if declared > most:
            raise too_big("the file unpacks", declared, most)

    def __contains__(self, name: str) -> bool:
        return _key(name) in self._parts

    def names(self) -> list[str]:
        """Part names in lower case, without a leading slash."""
        return list(self._parts)

    def read(self, name: str) -> bytes:
        """A part's bytes, their checksum verified."""
        info = self._parts.get(_key(name))
        if info is None:
            raise Unreadable(f"the part {name!r} is missing from the file", DAMAGED)
        self._refuse(info)
        self._read_bytes += info.file_size
        most = limits.MAX_READ_BYTES * self._times
        if self._read_bytes > most:
            raise too_big("the workbook's tabs unpack", self._read_bytes, most)
        try:
            with self._zip.open(info) as part:
                # With a number, zipfile inflates no more than that; at the end it checks the CRC.
                data = part.read(info.file_size)
        except (zipfile.BadZipFile, zlib.error, lzma.LZMAError, EOFError, OSError) as error:
            raise Unreadable(f"the file is damaged: {_words(error)}", DAMAGED) from error
        except (RuntimeError, ValueError) as error:
            raise Unreadable(f"the file cannot be unpacked: {_words(error)}", SAVE_AGAIN) from error
        if len(data) != info.file_size:
            raise Unreadable(f"the file is damaged: the part {name!r} is cut short", DAMAGED)
        return data

    def _refuse(self, info: zipfile.ZipInfo) -> None:
        size, packed = info.file_size, info.compress_size
        if info.flag_bits & _ENCRYPTED:
            raise Unreadable(
                "the file is a zip with a password",
                "Unpack or unprotect it first, open it in Excel and save it as .xlsx.",
            )
        if info.compress_type not in _READABLE_METHODS:
            raise Unreadable(
                f"the part {info.filename!r} is packed in a way that workbooks do not use",
                SAVE_AGAIN,
            )
        most = limits.MAX_PART_BYTES * self._times
        if size > most:
            raise too_big(f"the part {info.filename!r} unpacks", size, most)
        if size > limits.RATIO_FROM_BYTES and size > packed * limits.MAX_RATIO:
            raise Unreadable(
                f"the part {info.filename!r} would unpack to {size // max(packed, 1):,} times "
                "its size, as files made to harm do; a workbook unpacks to some 10 times",
                HARMFUL,
            )

    def relationships(self, part: str) -> dict[str, Relationship]:
        """What a part points at, by relationship id; empty if it has no relationships."""
        folder, _, name = part.rpartition("/")
        rels = f"{folder}/_rels/{name}.rels" if folder else f"_rels/{name}.rels"
        found: dict[str, Relationship] = {}
        if rels not in self:
            return found

        def start(tag: str, attributes: dict[str, str]) -> None:
            if local(tag) != "Relationship":
                return
            target = attributes.get("Target", "")
            external = attributes.get("TargetMode", "").lower() == "external"
            if not (external or target.startswith("#")):
                target = posixpath.normpath(posixpath.join("/", folder, target)).lstrip("/")
            kind = attributes.get("Type", "").rpartition("/")[2]
            found[attributes.get("Id", "")] = Relationship(kind, target, external)

        parse(self.read(rels), rels, start)
        return found


def too_big(what: str, size: int, limit: int) -> Unreadable:
    """The refusal of something that unpacks to more bytes than the limit."""
    return Unreadable(
        f"{what} to {size // 1_000_000:,} MB; the limit is {limit // 1_000_000:,} MB",
        TO_OWN_WORKBOOK,
    )


def _key(name: str) -> str:
    # Part names are compared without case (OPC), and some programs write backslashes.
    name = name.replace("\\", "/").lstrip("/").lower()
    return unquote(name) if "%" in name else name


def _words(error: Exception) -> str:
    return str(error).rstrip(".") or type(error).__name__
