"""Where a label's value stands, and how much must be there for a tab to count as a review."""

from __future__ import annotations

import pytest

from gatebook.domain.cells import Cell
from gatebook.sheets.form_parse import is_review
from gatebook.sheets.headers import cell_beside
from gatebook.sheets.model import Grid


@pytest.mark.parametrize(
    ("row", "value"),
    [
        ("label value", 1),
        ("label . value", 2),  # a column was inserted between
        ("label . . value", 3),
        ("label . . . value", 1),  # too far to be its value: the empty cell beside it is
        ("label known value", 1),  # the form's own column is there, and empty
        ("label . known", 2),
        ("label other value", None),  # another label stands in its place
        ("label . other", 1),
        ("label", 1),
    ],
)
def test_the_cell_that_holds_a_labels_value(row: str, value: int | None) -> None:
    words = row.split()
    places = {word: Cell(4, column) for column, word in enumerate(words)}
    filled = {cell for word, cell in places.items() if word in ("label", "value", "other")}
    stops = {cell for word, cell in places.items() if word in ("label", "other")}
    known = {words.index("known")} if "known" in words else set()
    found = cell_beside(places["label"], filled, stops, known)
    assert found == (None if value is None else Cell(4, value))


@pytest.mark.parametrize(
    ("labels", "headers", "key", "counts"),
    [
        (4, 4, False, True),
        (3, 4, False, False),
        (4, 3, False, False),
        (0, 4, True, True),  # a gate's key says as much as four labels
        (4, 3, True, False),
        (0, 0, False, False),
    ],
)
def test_a_tab_without_a_mark_counts_by_what_it_shows(
    labels: int, headers: int, key: bool, counts: bool
) -> None:
    """Its stamp is gone: four labels or a gate's key, and four headers in one row."""
    grid = Grid("Sheet1", {})
    for row, label in enumerate(("Pilot lead", "Stakes", "Customer data", "Backup owner")[:labels]):
        grid.values[row, 0] = label
    for column, header in enumerate(("Status", "Due", "Artifact", "Next action")[:headers]):
        grid.values[9, column] = header
    if key:
        grid.values[10, 8] = "gate:cost-per-task"
    assert is_review(grid) is counts
