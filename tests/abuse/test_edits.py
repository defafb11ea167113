"""What people do to a form, and what gatebook reads and says then. On both backends; where whole
rows and tabs are handled, in LibreOffice as well.

The form is one in which all is well: twelve greens, decision launch. Each line: what was done → what
is read otherwise than before (all other answers must be read as they were), what is said and where,
and the decision. "3 status" is the status of gate 3; other places: hands.py, `at`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import pytest

from tests.abuse.hands import (
    FIELDS,
    HEADER,
    ROWS,
    Answers,
    Hands,
    answers,
    at,
    checked,
    findings,
    letter,
)
from tests.abuse.marks import table
from tests.conformance.desks import Ran

GONE = "gone"
# Where it makes no difference which program people type into, LibreOffice is left out.
_BACKENDS = pytest.mark.parametrize("sheet", ["excel", "google"], indirect=True)
# What is read of the form as it was put there.
ALL_WELL: Answers = {
    f"{number} {name}": answer
    for number in ROWS
    for name, answer in {
        "status": "green",
        "owner": "Mia Berg",
        "next_action": "",
        "due": None,
        "artifact": "Folder 7",
    }.items()
}


class Edit(NamedTuple):
    """One line. `read`: place → what is read there now; GONE: nothing is read of it."""

    done: str
    pains: tuple[int, ...]
    edit: Callable[[Hands], None]
    read: dict[str, Any] = {}  # noqa: RUF012
    said: tuple[str, ...] = ()
    decision: str = "launch"


def assert_read(case: Edit, sheet: Hands) -> None:
    """Do it, and hold what is read and said against the line."""
    case.edit(sheet)
    sheet.save()
    ran = checked(sheet.desk)
    if case.decision.startswith("unreadable: "):
        assert_named(case, ran)
        return
    (after,) = ran.json["reviews"]
    wanted = {
        place: case.read.get(place, case.read.get(place.partition(" ")[0], answer))
        for place, answer in ALL_WELL.items()
    }
    assert answers(after) == {place: value for place, value in wanted.items() if value != GONE}
    said = findings(after)
    assert len(said) == len(case.said), said
    for line, whole in zip(case.said, said, strict=True):
        start, _, words = line.partition(": ")
        place, _, code = start.rpartition(" ")
        assert whole.startswith(f"{place if place == '-' else at(place)} {code}: "), said
        assert words in whole
    assert after["decision"] == case.decision


def assert_named(case: Edit, ran: Ran) -> None:
    """Nothing is read, and the tab is named with what was found and what to do."""
    assert (ran.code, ran.json["reviews"]) == (1, [])
    (named,) = ran.json["unreadable"]
    assert case.decision.removeprefix("unreadable: ") in named["message"]
    assert named["tab"]
    assert named["remedy"].endswith(".")


def _then(*steps: Callable[[Hands], None]) -> Callable[[Hands], None]:
    """One step after the other."""

    def all_of_them(sheet: Hands) -> None:
        for step in steps:
            step(sheet)

    return all_of_them


def _typing(place: str, text: str) -> Callable[[Hands], None]:
    return lambda sheet: sheet.type(place, text)


# --- Typed and pasted over

TYPED = [
    Edit(
        "'ok' pasted over the status of gate 3",
        (1, 14, 30),
        lambda s: s.type("3 status", "ok"),
        read={"3 status": None},
        said=("3 status status-unreadable: reads “ok”; expected Green, Yellow or Red",),
        decision="incomplete",
    ),
    Edit(
        "a tick in the status of gate 3",
        (14,),
        lambda s: s.type("3 status", "✓"),
        read={"3 status": None},
        said=("3 status status-unreadable: reads “✓”",),
        decision="incomplete",
    ),
    Edit(
        "'not green' in the status of gate 3",
        (14,),
        lambda s: s.type("3 status", "not green"),
        read={"3 status": None},
        said=("3 status status-unreadable: reads “not green”",),
        decision="incomplete",
    ),
    Edit(
        "'Green / Yellow' in the status of gate 3",
        (14, 17),
        lambda s: s.type("3 status", "Green / Yellow"),
        read={"3 status": None},
        said=("3 status status-unreadable: “Green / Yellow”",),
        decision="incomplete",
    ),
    Edit(
        "the number 3 in the status of gate 3",
        (14,),
        lambda s: s.type("3 status", "3"),
        read={"3 status": None},
        said=("3 status status-unreadable: reads “3”",),
        decision="incomplete",
    ),
    Edit(
        "a date in the status of gate 3",
        (1, 14),
        lambda s: s.type("3 status", "2026-12-01"),
        read={"3 status": None},
        said=("3 status status-unreadable: ",),
        decision="incomplete",
    ),
    Edit(
        "'grün' in the status of gate 3",
        (9, 14),
        lambda s: s.type("3 status", "grün"),
        read={"3 status": None},
        said=("3 status status-unreadable: reads “grün”",),
        decision="incomplete",
    ),
    Edit("'GREEN  ' in the status of gate 3", (9, 14), lambda s: s.type("3 status", "GREEN  ")),
    Edit("'g' in the status of gate 3", (9, 14), lambda s: s.type("3 status", "g")),
    Edit(
        "'Amber' in the status of gate 3",
        (9, 14),
        lambda s: s.type("3 status", "Amber"),
        read={"3 status": "yellow"},
        said=("3 next_action plan-missing: ", "3 due plan-date-missing: "),
        decision="incomplete",
    ),
    Edit(
        "the status of gate 3 is emptied",
        (14,),
        lambda s: s.clear("3 status"),
        read={"3 status": None},
        said=("3 status status-missing: Gate 3",),
        decision="incomplete",
    ),
    Edit(
        "a space in the status of gate 3",
        (14,),
        lambda s: s.type("3 status", "' "),
        read={"3 status": None},
        said=("3 status status-missing: Gate 3",),
        decision="incomplete",
    ),
    Edit(
        "=D17 in the status of gate 3",
        (13, 12),
        lambda s: s.type("3 status", "=D17"),
        read={"3 status": None},
        said=("3 status status-unreadable: =D17", "3 status formula-in-input: "),
        decision="incomplete",
    ),
    Edit(
        "=TODAY()+7 in the due date of gate 3",
        (13, 15, 34),
        lambda s: s.type("3 due", "=TODAY()+7"),
        said=("3 due date-unreadable: TODAY()+7", "3 due formula-in-input: "),
        decision="incomplete",
    ),
    Edit(
        "03/04/2026 as text in the due date of gate 3",
        (15, 30),
        lambda s: s.type("3 due", "'03/04/2026"),
        said=("3 due date-unreadable: “03/04/2026”",),
        decision="incomplete",
    ),
    Edit(
        "'Friday' in the due date of gate 3",
        (15,),
        lambda s: s.type("3 due", "Friday"),
        said=("3 due date-unreadable: “Friday”",),
        decision="incomplete",
    ),
    Edit(
        "'1m' in the due date of gate 3",
        (15, 34),
        lambda s: s.type("3 due", "1m"),
        said=("3 due date-unreadable: “1m”",),
        decision="incomplete",
    ),
    Edit(
        "a day as a plain number in the due date of gate 3",
        (15, 16),
        lambda s: s.type("3 due", "46380"),
        read={"3 due": "2026-12-24"},
    ),
    Edit(
        "a year instead of a day in the due date of gate 3",
        (15,),
        lambda s: s.type("3 due", "2026"),
        read={"3 due": "1905-07-18"},
        said=("3 due date-implausible: ",),
        decision="incomplete",
    ),
    Edit(
        "'Ruiz, Ana' as owner of gate 3",
        (17,),
        lambda s: s.type("3 owner", "Ruiz, Ana"),
        read={"3 owner": "Ruiz, Ana"},
    ),
    Edit(
        "the owner of gate 3 is emptied",
        (14,),
        lambda s: s.clear("3 owner"),
        read={"3 owner": ""},
        said=("3 owner owner-missing: Gate 3",),
        decision="incomplete",
    ),
    Edit(
        "a text like a formula as owner of gate 3",
        (18,),
        lambda s: s.type("3 owner", "'@Mia +1"),
        read={"3 owner": "@Mia +1"},
    ),
    Edit(
        "a row of another sheet pasted over gate 3",
        (1, 14),
        _then(*(_typing(f"3 {c}", t) for c, t in zip(FIELDS, "12345", strict=True))),
        read={
            "3 status": None, "3 owner": "2", "3 next_action": "3", "3 due": "1900-01-03",
            "3 artifact": "5",
        },
        said=("3 status status-unreadable: “1”", "3 due date-implausible: "),
        decision="incomplete",
    ),
    Edit(
        "the statuses of gates 1 and 2 pasted over their owners",
        (1,),
        lambda s: s.copy("1 status:2 status", "1 owner"),
        read={"1 owner": "Green", "2 owner": "Green"},
    ),
    Edit(
        "an error value where the owner of gate 3 was",
        (13,),
        lambda s: s.type("3 owner", "=1/0"),
        read={"3 owner": ""},
        said=("3 owner owner-missing: ", "3 owner formula-in-input: "),
        decision="incomplete",
    ),
]  # fmt: skip


@_BACKENDS
@table("typed", TYPED)
def test_typed_over(case: Edit, sheet: Hands) -> None:
    assert_read(case, sheet)


# --- Sorted, moved, inserted, deleted


def red(sheet: Hands, line: str = "3") -> None:
    """A red with its fix, so that it can be told from the others."""
    sheet.type(f"{line} status", "Red")
    sheet.type(f"{line} next_action", "Ask the vendor")
    sheet.type(f"{line} due", "2026-11-27")


RED_3 = {"3 status": "red", "3 next_action": "Ask the vendor", "3 due": "2026-11-27"}
NO_DATE = ("regate_on regate-date-missing: ",)


MOVED = [
    Edit(
        "whole rows sorted by status, gate 3 red",
        (5,),
        _then(red, lambda s: s.sort("table", "status", falling=True)),
        read=RED_3,
        said=NO_DATE,
        decision="delayed",
    ),
    Edit(
        "whole rows sorted by gate, gate 3 red",
        (5,),
        _then(red, lambda s: s.sort("table", "gate")),
        read=RED_3,
        said=NO_DATE,
        decision="delayed",
    ),
    Edit(
        "rows of gates 3 and 4 sorted without their key and number, gate 3 red",
        (5,),
        _then(red, lambda s: s.sort("3 gate:4 check", "gate")),
        read={
            "3 status": "green", "4 status": "red", "4 next_action": "Ask the vendor",
            "4 due": "2026-11-27",
        },
        said=(
            "3 gate row-mixed-up: the title “Access and changes logged”, and its hidden key says gate 3",
            "4 gate row-mixed-up: the title “Confidential data handled”, and its hidden key says gate 4",
            *NO_DATE,
        ),
        decision="delayed",
    ),
    Edit(
        "only the numbers are sorted the other way round",
        (5,),
        lambda s: s.sort("1 number:2 number", "number", falling=True),
        said=("1 number row-unknown: number “2”", "2 number row-unknown: number “1”"),
        decision="incomplete",
    ),
    Edit("two rows inserted above gate 3", (5,), lambda s: s.insert_rows(ROWS[3], 2)),
    Edit("ten rows inserted at the top", (5,), lambda s: s.insert_rows(1, 10)),
    Edit("a column inserted left of Status", (3,), lambda s: s.insert_columns("status")),
    Edit("a column inserted at the very left", (3,), lambda s: s.insert_columns("A")),
    Edit(
        "a column of one's own, 'Priority', between Owner and Next action",
        (3,),
        _then(
            lambda s: s.insert_columns("next_action"),
            lambda s: s.type("header next_action", "Priority"),
            lambda s: s.type("3 next_action", "high"),
        ),
    ),
    Edit(
        "the row of gate 3 deleted",
        (5,),
        lambda s: s.delete_rows(ROWS[3]),
        read={"3": GONE},
        said=("- row-missing: gate 3 Confidential data handled",),
        decision="incomplete",
    ),
    Edit(
        "the rows of gates 1 to 4 deleted",
        (5,),
        lambda s: s.delete_rows(ROWS[1], 5),
        read={"1": GONE, "2": GONE, "3": GONE, "4": GONE},
        said=tuple(f"- row-missing: gate {number}" for number in (1, 2, 3, 4)),
        decision="incomplete",
    ),
    Edit("a row with the name of a theme deleted", (5,), lambda s: s.delete_rows(ROWS[3] - 1)),
    Edit(
        "the row of gate 3 copied over that of gate 4",
        (5,),
        lambda s: s.copy("row 3", "4 number"),
        read={"4": GONE},
        said=("- row-missing: gate 4", "4 status row-duplicated: stands in 2 rows"),
        decision="incomplete",
    ),
    Edit(
        "the row of gate 3 copied below the table, there red",
        (5,),
        _then(lambda s: s.copy("row 3", "below number"), lambda s: red(s, "below")),
        read=RED_3,
        said=("below status row-duplicated: stands in 2 rows", *NO_DATE),
        decision="delayed",
    ),
    Edit(
        "what is in sight of gate 3 copied over gate 4",
        (1, 5),
        lambda s: s.copy("3 gate:3 check", "4 gate"),
        said=("4 gate row-mixed-up: the title “Confidential data handled”",),
        decision="incomplete",
    ),
    Edit(
        "the column Owner deleted",
        (3, 30),
        lambda s: s.delete_columns("owner"),
        decision="unreadable: no column Owner",
    ),
    Edit(
        "the hidden keys deleted with their column",
        (3, 5),
        lambda s: s.delete_columns("key"),
        said=tuple(
            f"{number} number row-unknown: lost its hidden key" for number in ROWS
        ),
        decision="incomplete",
    ),
    Edit(
        "gate 3 and gate 4 exchanged by cut and paste, gate 3 red",
        (5,),
        _then(
            red,
            lambda s: s.copy("row 3", "spare number"),
            lambda s: s.copy("row 4", "3 number"),
            lambda s: s.copy("row spare", "4 number"),
            lambda s: s.clear("row spare"),
        ),
        read=RED_3,
        said=NO_DATE,
        decision="delayed",
    ),
]  # fmt: skip


@table("moved", MOVED)
def test_moved(case: Edit, sheet: Hands) -> None:
    assert_read(case, sheet)


# --- Merged, hidden, far away

MERGED = [
    Edit(
        "status and owner of gate 3 merged",
        (6, 30),
        lambda s: s.merge("3 status:3 owner"),
        read={"3 owner": ""},
        said=(f"3 owner owner-missing: merged range {at('3 status:3 owner')}",),
        decision="incomplete",
    ),
    Edit(
        "the statuses of gates 3 and 4 merged",
        (6,),
        lambda s: s.merge("3 status:4 status"),
        read={"4 status": None},
        said=(f"4 status status-missing: merged range {at('3 status:4 status')}",),
        decision="incomplete",
    ),
    Edit(
        "the whole row of gate 3 merged, its key with it",
        (6,),
        lambda s: s.merge("3 number:3 check"),
        read={"3": GONE},
        said=("- row-missing: gate 3",),
        decision="incomplete",
    ),
    Edit(
        "the header of Due and Artifact merged",
        (6,),
        lambda s: s.merge("header due:header artifact"),
        decision="unreadable: Artifact",
    ),
    Edit("notes far to the right", (6, 24), lambda s: s.type(f"BZ{ROWS[3]}", "ask Bo again")),
    Edit("notes far below the form", (6, 24), lambda s: s.type("C900", "ask Bo again")),
    Edit(
        "a second, smaller table right of the form",
        (6, 9),
        _then(
            lambda s: s.type(f"BB{HEADER}", "Gate"),
            lambda s: s.type(f"BC{HEADER}", "Comment"),
            lambda s: s.type(f"BC{ROWS[3]}", "Red"),
        ),
        decision="unreadable: the column Gate stands there twice",
    ),
    Edit("the rows of gates 3 and 4 hidden", (6,), lambda s: s.hide_rows(ROWS[3], 2)),
    Edit(
        "a red hidden with its row",
        (6,),
        _then(red, lambda s: s.hide_rows(ROWS[3])),
        read=RED_3,
        said=NO_DATE,
        decision="delayed",
    ),
    Edit("the status column hidden", (6, 26), lambda s: s.hide_column("status")),
]


@table("merged", MERGED)
def test_merged_and_far_away(case: Edit, sheet: Hands) -> None:
    assert_read(case, sheet)


# --- Tabs

TABS = [
    Edit("the tab renamed", (2,), lambda s: s.rename("Ana's review, 2nd half")),
    Edit("the tab renamed like another tab of ours", (2,), lambda s: s.rename("Portfolio")),
    Edit("the tab hidden", (2,), lambda s: s.hide()),
    Edit(
        "the tabs Guide and Changes deleted",
        (2,),
        _then(lambda s: s.delete_tab("Guide"), lambda s: s.delete_tab("Changes")),
    ),
]


@table("tabs", TABS)
def test_tabs(case: Edit, sheet: Hands) -> None:
    assert_read(case, sheet)


# --- Marks, headers, labels

MARKS = [
    Edit("the hidden stamp of the form emptied", (2, 7, 8), lambda s: s.clear("stamp")),
    Edit(
        "the stamp overwritten with words",
        (7, 8),
        lambda s: s.type("stamp", "gatebook:review;schema=one"),
    ),
    Edit(
        "the stamp of a newer gatebook",
        (8, 30),
        lambda s: s.type("stamp", s.value("stamp").replace("schema=1", "schema=9")),
        decision="unreadable: schema 9, and this gatebook reads up to 1",
    ),
    Edit(
        "the stamp of another checklist",
        (8,),
        lambda s: s.type("stamp", s.value("stamp").replace("twelve-gates", "nine-gates")),
        decision="unreadable: nine-gates@1, which is not at hand",
    ),
    Edit(
        "the stamp of another version of the checklist",
        (8,),
        lambda s: s.type("stamp", s.value("stamp").replace("gates@1", "gates@7")),
        said=("- checklist-differs: twelve-gates@7",),
    ),
    Edit(
        "the key of gate 3 emptied",
        (5, 7),
        lambda s: s.clear("3 key"),
        said=("3 number row-unknown: lost its hidden key",),
        decision="incomplete",
    ),
    Edit(
        "the key of gate 3 overwritten by that of another checklist",
        (7, 8),
        lambda s: s.type("3 key", "gate:model-card"),
        read={"3": GONE},
        said=("- row-missing: gate 3", "3 number row-unknown: “model-card”"),
        decision="incomplete",
    ),
    Edit("'STATUS :' as header of Status", (3, 9), lambda s: s.type("header status", "STATUS :")),
    Edit(
        "'Colour' as header of Status",
        (3, 9, 30),
        lambda s: s.type("header status", "Colour"),
        decision="unreadable: has no column Status",
    ),
    Edit(
        "'Artefact' as header of Artifact",
        (3, 9, 30),
        lambda s: s.type("header artifact", "Artefackt"),
        decision=f"unreadable: did you mean “Artefackt” in column {letter('artifact')}?",
    ),
    Edit(
        "a second column with the header Status",
        (3,),
        lambda s: s.type(f"L{HEADER}", "Status"),
        decision=f"unreadable: the column Status stands there twice, at {at('header status')} and L",
    ),
    Edit(
        "the row of headers deleted",
        (3, 30),
        lambda s: s.delete_rows(HEADER),
        decision="unreadable: the row with the headers Status, Owner, Next action is gone",
    ),
    Edit(
        "the headers of Status and Owner exchanged",
        (3,),
        _then(
            lambda s: s.type("header status", "Owner"), lambda s: s.type("header owner", "Status")
        ),
        read={
            f"{n} {name}": value
            for n in ROWS
            for name, value in {"status": None, "owner": "Green"}.items()
        },
        said=tuple(f"{n} owner status-unreadable: reads “Mia Berg”" for n in ROWS),
        decision="incomplete",
    ),
    Edit(
        "the label Review date overwritten",
        (3, 30),
        lambda s: s.type("label review_date", "When?"),
        said=("- header-missing: no box beside a label “Review date” was found",),
        decision="incomplete",
    ),
]


@_BACKENDS
@table("marks", MARKS)
def test_marks_headers_and_labels(case: Edit, sheet: Hands) -> None:
    assert_read(case, sheet)
