"""Lists for a cell: as many as fit, and how many more there are."""

from __future__ import annotations

from collections.abc import Sequence

# Four lines of the widest columns: taller rows hide their neighbours.
ROOM = 240


def listed(parts: Sequence[str], room: int = ROOM, sep: str = ", ") -> str:
    """As many of the parts as fit into so many letters, at least one, then "and N more"."""
    whole = sep.join(parts)
    if len(whole) <= room:
        return whole
    more = f"and {len(parts)} more"
    taken, length = 1, len(parts[0])
    while taken < len(parts) and length + len(parts[taken]) + len(more) + 2 * len(sep) <= room:
        length += len(sep) + len(parts[taken])
        taken += 1
    rest = len(parts) - taken
    return sep.join([*parts[:taken], *([f"and {rest} more"] if rest else [])])
