"""One call of an API on its way to the function that carries it out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tests.google_api.discovery import Method
from tests.google_api.jsontypes import Json
from tests.google_api.people import Caller

if TYPE_CHECKING:
    from tests.google_api.store import Store


@dataclass(frozen=True)
class Call:
    """A checked call: path and query fit the discovery document, the caller's scopes suffice."""

    method: Method
    path: dict[str, str]
    query: dict[str, list[str]]
    body: Json
    caller: Caller
    store: Store

    def text(self, name: str) -> str:
        """A query parameter; empty when it is not given."""
        return self.query.get(name, [""])[0]

    def texts(self, name: str) -> list[str]:
        """All values of a repeated query parameter."""
        return self.query.get(name, [])

    def flag(self, name: str) -> bool:
        """A query parameter that is true or false."""
        return self.text(name).lower() == "true"


# JSON; the bytes of a file; or None for an empty answer (204).
Answer = Json | bytes | None
IMPLEMENTED: dict[str, Callable[[Call], Answer]] = {}


def implements(
    method_id: str,
) -> Callable[[Callable[[Call], Answer]], Callable[[Call], Answer]]:
    """Register a function under the id of a method in the discovery document."""

    def register(function: Callable[[Call], Answer]) -> Callable[[Call], Answer]:
        IMPLEMENTED[method_id] = function
        return function

    return register
