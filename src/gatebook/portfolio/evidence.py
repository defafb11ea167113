"""For hiring, credit, education and health care: the marked gates with their proof, a row each."""

from __future__ import annotations

from collections.abc import Sequence

from gatebook.domain.effective import effective_rows
from gatebook.domain.review import Unreadable
from gatebook.domain.systems import System
from gatebook.portfolio.places import Places, proof
from gatebook.sheets.portfolio_tables import EvidenceRow


def evidence(systems: Sequence[System], place: Places) -> tuple[EvidenceRow, ...]:
    """Source of the gates: the checklist's `ai_act` marks (the seed names 3, 6, 7, 8 and 12)."""
    rows: list[EvidenceRow] = []
    for system in systems:
        judged = system.newest
        review = judged.review
        if not review.regulated:
            continue
        for row, gate, status in effective_rows(review, judged.checklist):
            if not gate.ai_act:
                continue
            cell = row.cells["artifact"].a1 if "artifact" in row.cells else ""
            at = f"{review.tab}!{cell}" if cell else review.tab
            day = review.review_date
            rows.append(
                EvidenceRow(
                    system=system.name,
                    area=review.regulated,
                    gate=f"{gate.number} {gate.title}",
                    status=status.value.capitalize() if status else "Not marked",
                    artifact=proof(row.artifact, row.artifact_link),
                    owner=row.owner,
                    reviewed=day.found if isinstance(day, Unreadable) else day,
                    link=place.review(review, cell, at),
                )
            )
    return tuple(rows)
