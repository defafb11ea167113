"""Which gate holds the portfolio back: the tab Gates (pandas does the counting)."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from gatebook.domain.systems import System
from gatebook.portfolio.names import listed
from gatebook.sheets.portfolio_tables import GateRowOf


def gates(systems: Sequence[System]) -> tuple[GateRowOf, ...]:
    """How often each gate is red, yellow, green and not marked, the worst first, with the systems."""
    records = [
        {
            "checklist": system.newest.checklist.id,
            "number": result.gate.number,
            "title": result.gate.title,
            "typical": result.gate.typical,
            "status": result.effective.value if result.effective else "open",
            "system": system.name,
        }
        for system in systems
        for result in system.newest.verdict.gates
    ]
    if not records:
        return ()
    frame = pd.DataFrame(records)
    rows = []
    for (_, number, title), group in frame.groupby(["checklist", "number", "title"], sort=False):
        share = group["status"].value_counts(normalize=True)
        rows.append(
            GateRowOf(
                number=int(str(number)),
                gate=str(title),
                red_share=float(share.get("red", 0.0)),
                yellow_share=float(share.get("yellow", 0.0)),
                green_share=float(share.get("green", 0.0)),
                unmarked_share=float(share.get("open", 0.0)),
                red_systems=listed(list(group.loc[group["status"] == "red", "system"])),
                yellow_systems=listed(list(group.loc[group["status"] == "yellow", "system"])),
                typical=str(group["typical"].iloc[0]),
            )
        )
    return tuple(sorted(rows, key=lambda r: (-r.red_share, -r.yellow_share, r.number)))
