"""What the drawn form keeps within."""

from __future__ import annotations

import pytest

from gatebook.domain.review import Review
from gatebook.sheets.form_draw import draw_review_tab
from tests.support.builders import TWELVE, stamp_of
from tests.support.checklists import make_checklist


@pytest.mark.parametrize("gates", [5, 40])
def test_few_columns_are_hidden_and_none_far_out(gates: int) -> None:
    """PAINS 26: LibreOffice gives up on files that hide thousands of columns."""
    checklist = make_checklist(gates)
    for each in (checklist, TWELVE):
        columns = draw_review_tab(Review(stamp=stamp_of(each)), each).columns
        assert sum(column.hidden for column in columns.values()) < 150
        assert max(columns) < 256
