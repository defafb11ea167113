"""One bucket, container or server behind fsspec: what is there, with its stamps, and its bytes."""

from __future__ import annotations

import logging
from collections.abc import Callable, Generator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal, TypeVar

from gatebook.backends.protocol import Unreadable
from gatebook.backends.remote.addresses import Address
from gatebook.backends.remote.troubles import explain, no_library, no_store

Item = TypeVar("Item")
Result = TypeVar("Result")

# Requests under way at once. Where a store answers in 50 ms, 16 fetch as many files as one core
# judges (some 150 a second); with 32 it was no faster, and each holds a file in memory.
THREADS = 16


# What these log would stand on the screen of a person, with addresses and tracebacks; what matters of
# it comes as an error too.
_LOGGERS = (
    "adlfs",
    "aiobotocore",
    "asyncio",
    "azure",
    "botocore",
    "gcsfs",
    "google",
    "paramiko",
    "s3fs",
)

Kind = Literal["file", "folder", "other"]


@dataclass(frozen=True, slots=True)
class Entry:
    """What stands under a name; of a folder's entries a link is "other", whatever it leads to.

    `modified` in seconds since 1970, `size` in bytes (-1: not told).
    """

    name: str
    kind: Kind
    modified: float = 0.0
    size: int = -1
    version: str = ""


class Store:
    """What fsspec knows about one root. Methods raise Unreadable, of it Missing and Forbidden."""

    def __init__(self, scheme: str, files: Any, top: str) -> None:
        self._scheme = scheme
        self._files = files
        self._top = top

    @property
    def threads(self) -> int:
        """How many may ask at once: many where the library is made for it, else one.

        Others, such as FTP's, mix up the answers of one connection.
        """
        return THREADS if self._files.async_impl else 1

    def forget(self) -> None:
        """Drop what the library remembers of folders; it may have changed since."""
        self._ask(self._files.invalidate_cache)

    def entry(self, address: Address) -> Entry:
        """What stands at an address; links are followed."""
        return _entry(self._ask(self._files.info, self._path(address)))

    def entries(self, address: Address) -> list[Entry]:
        """What a folder holds, each once."""
        path = self._path(address)
        found: dict[tuple[str, str], Entry] = {}
        for info in self._ask(self._files.ls, path, detail=True):
            # S3 and GCS may hold an object that stands for the folder itself.
            if str(info["name"]).strip("/") != path.strip("/"):
                entry = _entry(info)
                found.setdefault((entry.name, entry.kind), entry)
        return list(found.values())

    def contents(self, address: Address, most: int) -> bytes:
        """The first bytes of a file, at most so many, with one request."""
        data: bytes = self._ask(self._files.cat_file, self._path(address), start=0, end=most)
        return data

    def _path(self, address: Address) -> str:
        if not address.root:
            return str(self._files._strip_protocol(address.location))
        return f"{self._top}/{address.path}" if address.path else self._top

    def _ask(self, question: Callable[..., Any], *arguments: Any, **options: Any) -> Any:
        try:
            return question(*arguments, **options)
        except Exception as error:  # Each store's library raises errors of its own.
            raise explain(error, self._scheme) from error


def open_store(address: Address) -> Store:
    """The store of an address, with the sign-in that its library finds by itself."""
    scheme = address.scheme
    try:
        # Imported here: it takes 100 ms, and is not there without the extra "cloud".
        from fsspec.core import url_to_fs
        from fsspec.registry import known_implementations, registry
    except ImportError as error:
        raise no_library(scheme) from error
    known = {*known_implementations, *registry}
    if scheme not in known:
        raise no_store(scheme, sorted(known))
    if "::" in address.root:
        raise Unreadable(f"{address.location} is a chain of addresses", "Give one address.")
    for name in _LOGGERS:
        logging.getLogger(name).addHandler(logging.NullHandler())
    try:
        files, top = url_to_fs(f"{scheme}://{address.root}")
    except ImportError as error:
        raise no_library(scheme, error) from error
    except Exception as error:  # As above.
        raise explain(error, scheme) from error
    return Store(scheme, files, str(top))


def each(
    job: Callable[[Item], Result], items: Sequence[Item], threads: int
) -> Generator[Result, None, None]:
    """The results of a job, in the order of its items, with some of them under way at once."""
    if threads < 2 or len(items) < 2:
        yield from map(job, items)
        return
    with ThreadPoolExecutor(min(threads, len(items))) as pool:
        yield from pool.map(job, items)


_KINDS: dict[str, Kind] = {"file": "file", "directory": "folder"}


def _entry(info: Mapping[str, Any]) -> Entry:
    kind = _KINDS.get(info["type"], "other")
    name = str(info["name"]).rstrip("/").rpartition("/")[2]
    size = info.get("size")
    return Entry(name, kind, _modified(info), -1 if size is None else int(size), _version(info))


# What the libraries call the time of the last change: s3fs, adlfs, gcsfs (also "updated") with
# sftp and local files, webdav, ftp, memory.
_TIMES = ("LastModified", "last_modified", "mtime", "modified", "modify", "created")
# And what changes with the contents: gcsfs; s3fs; adlfs and webdav; GitHub. Version ids are left out:
# s3fs tells them of single files and not in listings, so a file would look changed.
_VERSIONS = ("generation", "ETag", "etag", "sha")


def _modified(info: Mapping[str, Any]) -> float:
    value = next((info[name] for name in _TIMES if info.get(name)), 0.0)
    if isinstance(value, int | float):
        return float(value)
    if isinstance(value, str):
        try:
            compact = value.isdecimal() and len(value) == 14
            form = datetime.strptime(value, "%Y%m%d%H%M%S") if compact else None
            value = form or datetime.fromisoformat(value)
        except ValueError:
            return 0.0
    if not isinstance(value, datetime):
        return 0.0
    # Without a zone it is UTC, in all of them.
    return (value if value.tzinfo else value.replace(tzinfo=UTC)).timestamp()


def _version(info: Mapping[str, Any]) -> str:
    found = next((info[name] for name in _VERSIONS if info.get(name)), "")
    return str(found).strip('"')
