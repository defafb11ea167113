"""What gatebook itself writes, where such programs are known to go wrong."""

from __future__ import annotations

import openpyxl

from tests.abuse.hands import ROWS, TAB, at
from tests.abuse.marks import abuse
from tests.conformance.desks import Desk, GoogleDesk
from tests.support.builders import passing_review


def dropdown_cells(desk: Desk, location: str) -> set[str]:
    """The cells of the column Status that offer a list."""
    column = at("header status")[0]
    if isinstance(desk, GoogleDesk):
        editor = desk.editor(location)
        cells = {f"{column}{row}": editor.cell(f"{TAB}!{column}{row}") for row in range(1, 60)}
        return {place for place, cell in cells.items() if "dataValidation" in cell}
    rules = openpyxl.load_workbook(location)[TAB].data_validations.dataValidation
    status = [rule for rule in rules if "Green" in str(rule.formula1)]
    return {
        f"{column}{row}"
        for row in range(1, 60)
        if any(f"{column}{row}" in rule.sqref for rule in status)
    }


@abuse("made", 4)
def test_the_dropdown_of_status_stands_on_each_gate_and_nowhere_else(desk: Desk) -> None:
    location = desk.put("a review", passing_review())
    wanted = {at(f"{number} status") for number in ROWS}
    found = dropdown_cells(desk, location)
    # In Google the boxes of the head stand in the same column and offer lists of their own.
    rows = range(min(ROWS.values()), max(ROWS.values()) + 2)
    assert {place for place in found if int(place[1:]) in rows} == wanted


@abuse("made", 26)
def test_few_columns_are_hidden(desk: Desk) -> None:
    """LibreOffice gives up where thousands are; what is out of sight is a few dozen columns."""
    location = desk.put("a review", passing_review())
    if isinstance(desk, GoogleDesk):
        sheet = desk.editor(location).document.titled(TAB)
        assert sheet is not None
        hidden = sum(one.get("hiddenByUser", False) for one in sheet.column_properties.values())
    else:
        columns = openpyxl.load_workbook(location)[TAB].column_dimensions.values()
        hidden = sum((c.max or 1) - (c.min or 1) + 1 for c in columns if c.hidden)
    assert 0 < hidden < 100
