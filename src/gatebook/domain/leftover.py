"""Something that stands in an old sheet and has no place on the new form."""

from __future__ import annotations

import msgspec


class Leftover(msgspec.Struct, frozen=True):
    """What was found where, and why it was not carried.

    `cell` is its address ("F19"; "" for a whole tab), `about` the header or label it stands under,
    `gate` the number of the gate whose row it is in.
    """

    tab: str
    cell: str
    about: str
    gate: int | None
    found: str
    why: str

    @property
    def place(self) -> str:
        """As people look it up: "Review!F19"."""
        return f"{self.tab}!{self.cell}" if self.cell else self.tab
