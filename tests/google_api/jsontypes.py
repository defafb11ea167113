"""The one name for what travels: JSON objects as Google writes them."""

from __future__ import annotations

from typing import Any

# The shapes are Google's, checked at run time against its discovery documents (`schema.py`).
Json = dict[str, Any]


class KeptRows(list[Json]):
    """Rows that are answered again and again as they are: one look at their schema is enough."""

    fit = False
