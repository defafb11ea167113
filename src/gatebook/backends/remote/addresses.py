"""Addresses of stores: which belong to this backend, their parts, and how they are shown."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Self

from gatebook.backends.protocol import Unreadable

# Web pages have no listing that means the same everywhere; Google's have a backend of their own.
_NOT_OURS = ("http", "https")
_SCHEME = re.compile(r"[a-z][a-z0-9+.-]+", re.IGNORECASE)

# user:password@ before the first slash; passwords may hold slashes that nobody wrote as %2F.
# A number behind the colon, with nothing else, is a port.
_PASSWORD = re.compile(r"(://[^/:@]*):(?!\d{1,5}(?:/|$)).*@")
# A question mark is a wild card too; only name=value behind it makes a query.
_QUERY = re.compile(r"\?[\w.%-]+=.*")


def is_remote(location: str) -> bool:
    """Whether a location is for the remote backend: an address that is no web page."""
    scheme, mark, _ = location.partition("://")
    # One letter is a drive on Windows.
    return bool(mark) and len(scheme) > 1 and scheme.lower() not in _NOT_OURS


def shown(location: str) -> str:
    """A location as it may be printed and kept: without a password, and of a store without a query."""
    location = _PASSWORD.sub(r"\1:***@", location)
    return _QUERY.sub("?…", location) if is_remote(location) else location


@dataclass(frozen=True, slots=True)
class Address:
    """A place in a store. `root`: its bucket, container or server; `path` has no slash at its end."""

    scheme: str
    root: str
    path: str = ""

    @property
    def location(self) -> str:
        """As people write it."""
        below = f"/{self.path}" if self.path or not self.root else ""
        return f"{self.scheme}://{self.root}{below}"

    @property
    def parent(self) -> Self:
        """The folder around it; the root's is the root."""
        return type(self)(self.scheme, self.root, self.path.rpartition("/")[0])

    def child(self, name: str) -> Self:
        """What stands in it under a name."""
        return type(self)(self.scheme, self.root, f"{self.path}/{name}" if self.path else name)


def parse_location(location: str) -> Address:
    """Read an address as a person gives it. Raises Unreadable, also for one that holds a secret."""
    location = location.strip()
    if _PASSWORD.search(location):
        raise Unreadable(
            f"the address {shown(location)} holds a password",
            "Take it out and change it, since it may stand in logs. Sign in the way the store's "
            "own tools do, with a key file or a variable of the environment.",
        )
    if _QUERY.search(location):
        raise Unreadable(
            f"the address {shown(location)} has a query (?…), which may hold a token",
            "Give the address up to the question mark, and sign in the way the store's own tools do.",
        )
    scheme, _, rest = location.partition("://")
    if not _SCHEME.fullmatch(scheme):
        raise Unreadable(
            f"{location} does not begin like an address",
            "Write it like s3://bucket/folder, gs://bucket/folder or abfs://container/folder.",
        )
    address = _parts(location)
    if not rest.strip("/") and address.scheme != "file":
        raise Unreadable(
            f"nothing stands behind {scheme}://",
            f"Name the bucket, container or server too: {scheme}://bucket/folder.",
        )
    if set("*?[") & set(address.root):
        raise Unreadable(
            f"“{address.root}” is a pattern, where a bucket, container or server has to stand",
            "Write its name out; folders and files behind it may be patterns.",
        )
    return address


def listed(location: str) -> Address:
    """The address of something that a listing found; its name may look like anything."""
    return _parts(location)


def _parts(location: str) -> Address:
    scheme, _, rest = location.partition("://")
    root, _, path = rest.partition("/")
    return Address(scheme.lower(), root, path.rstrip("/"))
