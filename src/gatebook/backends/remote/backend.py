"""The remote backend: workbooks in object stores and on other machines, read-only."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from threading import Lock
from typing import TypeVar

from gatebook.backends.excel import limits
from gatebook.backends.excel.read import read_contents, refuse_large
from gatebook.backends.protocol import Listing, Source, Unwritable
from gatebook.backends.remote.addresses import Address, listed, parse_location
from gatebook.backends.remote.listing import list_address
from gatebook.backends.remote.store import Store, each, open_store
from gatebook.sheets.model import Grid, Workbook

Result = TypeVar("Result")


class RemoteBackend:
    """Lists and reads .xlsx files through fsspec; see `backends.protocol.Backend`.

    A store is opened once for all threads. Sent to another process, a backend opens it there anew.
    """

    keeps_other_tabs = False

    def __init__(self) -> None:
        self._stores: dict[tuple[str, str], Store] = {}
        self._opening = Lock()

    def __reduce__(self) -> tuple[type[RemoteBackend], tuple[()]]:
        return RemoteBackend, ()

    def list(self, location: str) -> Listing:
        """Files at an address, in a folder or matching a glob, as the store has them now."""
        address = parse_location(location)
        store = self._store(address)
        store.forget()
        return list_address(store, address)

    def read(self, source: Source, skip: frozenset[str] = frozenset()) -> tuple[Grid, ...]:
        """The tabs of one file, as it is now: a change since the listing is read, never mixed in.

        No file above the reader's limit is fetched, nor more of one that has grown since.
        """
        address = listed(source.location)
        store = self._store(address)
        size = source.size or store.entry(address).size
        refuse_large(size)
        # Of an empty file stores cannot send a first part.
        data = store.contents(address, limits.MAX_FILE_BYTES + 1) if size else b""
        return read_contents(data, skip, whole=source.whole)

    def draw(self, workbook: Workbook, location: str) -> None:
        """Nothing is written there."""
        raise Unwritable(
            "gatebook only reads from object stores and other machines; it does not write there",
            "Name a file on this machine, and copy it there afterwards with the store's own tool.",
        )

    def each(self, job: Callable[[Source], Result], sources: Sequence[Source]) -> Iterator[Result]:
        """What a job gives for each source of one listing, in order, several under way at once.

        At most `store.THREADS`, and one at a time where the store's library bears no more. Raises
        what the job raises, and Unreadable if the store cannot be opened.
        """
        threads = self._store(listed(sources[0].location)).threads if sources else 1
        return each(job, sources, threads)

    def _store(self, address: Address) -> Store:
        root = (address.scheme, address.root)
        with self._opening:
            if root not in self._stores:
                self._stores[root] = open_store(address)
            return self._stores[root]
