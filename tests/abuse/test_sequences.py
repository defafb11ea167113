"""Any sequence of edits: what is read is what a person sees, or a finding names the damage.

Hypothesis makes up the sequences. After each edit every tab that a person would take for a form is
looked at with `seen.py`, and read with gatebook.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import hypothesis.strategies as st
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)

from gatebook.backends.protocol import Backend, Source
from gatebook.domain.judge import Judged, judge
from gatebook.domain.review import GateRow, Unreadable
from gatebook.sheets.review_form import Contents, read_reviews
from tests.abuse.hands import HEADER, LAST, ROWS, ExcelHands, Eyes, GoogleHands, Hands, letter
from tests.abuse.marks import Crashed, Lost, abuse
from tests.abuse.seen import ANSWERS, LABELS, UNCLEAR, Form, Row, form_in, words
from tests.conformance.desks import Desk, GoogleDesk
from tests.google_api.errors import ApiError
from tests.support.builders import TODAY, TWELVE, passing_review

# Everything that people were seen to put into such cells.
TEXTS = (
    "Green", "green ", "g", "Amber", "Yellow", "Red", "R", "ok", "done", "not green", "✓", "?",
    "=1+1", "=D13", '="Green"', "2026-12-01", "01/02/2026", "7", "46380", "0.5", "-3", "99999999",
    "Mia Berg", "Bo Li\nAna Ruiz", "TBD", "n/a", "'=SUM(A1)", "'007", "Status", "Owner", "#", "Gate",
    "Attendees", "Confidential data handled", "Named owner and backup", "gate:data-source", "3", "12",
)  # fmt: skip
HEADS = ("Status", "STATUS :", "Colour", "Owner", "owner", "Due", "Artifact", "Gate", "#", "", "7")
ROWS_NEAR = st.integers(HEADER - 1, LAST + 3)
GATE_ROWS = st.sampled_from(sorted(ROWS.values()))
COLUMNS = st.sampled_from("ABCDEFGHIJ")
TEXT = st.sampled_from(TEXTS)
# Beyond the last column that a gate's row uses, short of the helpers that only the sheet reads.
END = "L"

# Findings that say of a gate's row that it cannot be told what it is.
ROW_CODES = {"row-missing", "row-duplicated", "row-unknown", "row-mixed-up"}
FIELD_CODES = {
    "status": {"status-missing", "status-unreadable"},
    "owner": {"owner-missing", "formula-in-input"},
    "next_action": {"plan-missing", "formula-in-input", "red-without-action"},
    "due": {"date-unreadable", "date-implausible"},
    "artifact": {"artifact-missing", "formula-in-input"},
}


class Abuse(RuleBasedStateMachine):
    """A person who does anything to a form; subclasses bring the hands."""

    start: Callable[[], Eyes]
    looked = 0

    @initialize()
    def take_a_form(self) -> None:
        self.hands = type(self).start()
        self.backend: Backend = self.hands.desk.backend()

    def do(self, edit: Callable[[Hands], None]) -> None:
        """An edit; one that the program refuses (cells half in a merged range) did not happen."""
        with suppress(ApiError):
            edit(self.hands)

    def copy(self, area: str, to: str) -> None:
        """Copy and paste."""
        self.do(lambda hands: hands.copy(area, to))

    # What people do.

    @rule(row=ROWS_NEAR, column=COLUMNS, text=TEXT)
    def overwrite(self, row: int, column: str, text: str) -> None:
        self.do(lambda hands: hands.type(f"{column}{row}", text))

    @rule(row=GATE_ROWS, column=st.sampled_from("DEFGHI"), text=TEXT)
    def answer(self, row: int, column: str, text: str) -> None:
        self.do(lambda hands: hands.type(f"{column}{row}", text))

    @rule(row=ROWS_NEAR, column=COLUMNS, height=st.integers(1, 8), width=st.integers(1, 3))
    def clear(self, row: int, column: str, height: int, width: int) -> None:
        last = chr(min(ord(column) + width - 1, ord("J")))
        self.do(lambda hands: hands.clear(f"{column}{row}:{last}{row + height - 1}"))

    @rule(row=ROWS_NEAR, column=COLUMNS, block=st.lists(TEXT, min_size=2, max_size=4))
    def paste_a_block(self, row: int, column: str, block: list[str]) -> None:
        for down, text in enumerate(block):
            self.overwrite(row + down, column, text)
            self.overwrite(row + down, chr(ord(column) + 1), text)

    @rule(row=st.integers(1, LAST + 3), count=st.integers(1, 3))
    def insert_rows(self, row: int, count: int) -> None:
        self.do(lambda hands: hands.insert_rows(row, count))

    @rule(row=ROWS_NEAR, count=st.integers(1, 2))
    def delete_rows(self, row: int, count: int) -> None:
        self.do(lambda hands: hands.delete_rows(row, count))

    @rule(column=COLUMNS)
    def insert_a_column(self, column: str) -> None:
        self.do(lambda hands: hands.insert_columns(column))

    @rule(column=COLUMNS)
    def delete_a_column(self, column: str) -> None:
        self.do(lambda hands: hands.delete_columns(column))

    @rule(
        first=GATE_ROWS, last=GATE_ROWS, left=st.sampled_from("ABCD"), by=st.sampled_from("ABCDE"),
        falling=st.booleans(),
    )  # fmt: skip
    def sort(self, first: int, last: int, left: str, by: str, falling: bool) -> None:
        top, bottom = sorted((first, last))
        area = f"{left}{top}:{END}{bottom}"
        self.do(lambda hands: hands.sort(area, max(by, left), falling=falling))

    @rule(source=ROWS_NEAR, over=ROWS_NEAR, left=st.sampled_from("AABCD"))
    def copy_a_row(self, source: int, over: int, left: str) -> None:
        self.copy(f"{left}{source}:{END}{source}", f"{left}{over}")

    @rule(one=ROWS_NEAR, other=ROWS_NEAR, left=st.sampled_from("AABCD"))
    def exchange_rows(self, one: int, other: int, left: str) -> None:
        spare = 60
        for source, target in ((one, spare), (other, one), (spare, other)):
            self.copy(f"{left}{source}:{END}{source}", f"{left}{target}")
        self.do(lambda hands: hands.clear(f"{left}{spare}:{END}{spare}"))

    @rule(one=st.sampled_from("CDEFGHI"), other=st.sampled_from("CDEFGHI"))
    def exchange_columns(self, one: str, other: str) -> None:
        for source, target in ((one, "CA"), (other, one), ("CA", other)):
            self.copy(f"{source}{HEADER}:{source}{LAST}", f"{target}{HEADER}")
        self.do(lambda hands: hands.clear(f"CA{HEADER}:CA{LAST}"))

    @rule(column=COLUMNS, text=st.sampled_from(HEADS))
    def change_a_header(self, column: str, text: str) -> None:
        self.do(lambda hands: hands.type(f"{column}{HEADER}", text))

    @rule(first=GATE_ROWS, last=GATE_ROWS)
    def clear_the_keys(self, first: int, last: int) -> None:
        top, bottom = sorted((first, last))
        self.do(lambda hands: hands.clear(f"{letter('key')}{top}:{letter('key')}{bottom}"))

    @rule(row=ROWS_NEAR, column=COLUMNS, height=st.integers(0, 2), width=st.integers(0, 2))
    def merge(self, row: int, column: str, height: int, width: int) -> None:
        area = f"{column}{row}:{chr(ord(column) + width)}{row + height}"
        if height or width:
            self.do(lambda hands: hands.merge(area))

    @rule(row=ROWS_NEAR, count=st.integers(1, 4))
    def hide_rows(self, row: int, count: int) -> None:
        self.do(lambda hands: hands.hide_rows(row, count))

    @rule(title=st.sampled_from(("Review", "Portfolio", "Guide 2", "Q4 'final'", "Changes (2)")))
    def rename_the_tab(self, title: str) -> None:
        if title not in self.hands.tabs():
            self.do(lambda hands: hands.rename(title))

    @rule()
    def duplicate_the_tab(self) -> None:
        if len(self.hands.tabs()) < 5:
            self.do(lambda hands: hands.duplicate())

    @rule(label=st.sampled_from(("lead", "owner", "review_date", "signed_by", "system")), text=TEXT)
    def overwrite_the_head(self, label: str, text: str) -> None:
        self.do(lambda hands: hands.type(label, text))

    # What must hold.

    @invariant()
    def what_is_read_is_what_is_seen(self) -> None:
        if not hasattr(self, "hands"):
            return
        type(self).looked += 1
        self.hands.save()
        seen = {tab: form_in(cells) for tab, cells in self.hands.tabs().items()}
        contents = self.read()
        judged = {one.tab: judge(one, TWELVE, TODAY) for one in contents.reviews}
        unread = {problem.tab for problem in contents.problems}
        for tab, form in seen.items():
            if tab in judged:
                hold(form, judged[tab])
            elif form is not None and tab not in unread:
                raise Lost(f"the form on {tab!r} is neither read nor named")

    def read(self) -> Contents:
        """What gatebook reads there now."""
        location = self.hands.location
        try:
            grids = list(self.backend.read(Source(location)))
            return read_reviews(grids, {TWELVE.id: TWELVE}, TWELVE, location)
        except Exception as error:
            raise Crashed(f"reading failed: {error!r}") from error


def hold(form: Form | None, judged: Judged) -> None:
    """One tab that was read against what a person sees there."""
    decision = judged.verdict.decision.value
    if form is None:
        assert decision not in ("launch", "launch-with-plan"), "nobody sees a form there"
        return
    assert not form.doubtful, "two columns with one header were read"
    for gate in TWELVE.gates:
        rows = form.gates.get(gate.number, [])
        read = [row for row in judged.review.rows if row.key == gate.key]
        if not same_place(rows, read):
            assert named(judged, gate.number, rows, read, ROW_CODES), (
                f"gate {gate.number}: seen in {[r.row + 1 for r in rows]}, read in "
                f"{[r.cells['status'].row + 1 for r in read]}, and nothing says so"
            )
            continue
        for name, answer in rows[0].answers.items() if rows else ():
            told = answer_of(read[0], name)
            assert told == answer, f"gate {gate.number} {name}: {answer!r} reads {told!r}"
            if answer == UNCLEAR:
                codes = FIELD_CODES[name]
                assert named(judged, gate.number, rows, read, codes), f"{name} of {gate.number}"
        if decision in ("launch", "launch-with-plan"):
            assert rows, f"launched, and nobody sees gate {gate.number}"
            wanted = {"green"} if decision == "launch" else {"green", "yellow"}
            assert rows[0].answers["status"] in wanted
            assert rows[0].answers["owner"]
    if decision in ("launch", "launch-with-plan"):
        assert form.filled == {label.lower() for label in LABELS}


def same_place(rows: list[Row], read: list[GateRow]) -> bool:
    """Whether a gate was read in the one row in which a person sees it."""
    return [row.row for row in rows] == [row.cells["status"].row for row in read] and len(rows) < 2


def named(
    judged: Judged, number: int, rows: list[Row], read: list[GateRow], codes: set[str]
) -> bool:
    """Whether a finding of these codes names a gate, or one of the rows in question."""
    lines = {row.row + 1 for row in rows} | {row.cells["status"].row + 1 for row in read}
    return any(
        found.code in codes
        and (
            found.gate == number
            or (found.cell or "").lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ") in map(str, lines)
        )
        for found in judged.findings
    )


def answer_of(row: GateRow, name: str) -> Any:
    """An answer as a person would say it; UNCLEAR for what gatebook could not read."""
    value = getattr(row, name)
    if isinstance(value, Unreadable) or name in row.formulas:
        return UNCLEAR
    if name == "status":
        return value.value if value else None
    return value if name == "due" else words(value)


def test_the_form_as_it_is_put_there_is_read_as_it_is_seen(desk: Desk) -> None:
    """And a person sees all twelve gates: the oracle is not blind."""
    location = desk.put("a review", passing_review())
    hands = (
        GoogleHands(desk, location) if isinstance(desk, GoogleDesk) else ExcelHands(desk, location)
    )
    form = form_in(hands.tabs()["Review"])
    assert form is not None
    assert set(form.gates) == set(range(1, 13))
    for rows in form.gates.values():
        assert [tuple(row.answers) for row in rows] == [ANSWERS]


def machine_for(desk: Desk) -> type[Abuse]:
    """The machine with hands on a fresh form at each start."""
    location = desk.put("a review", passing_review())
    if isinstance(desk, GoogleDesk):
        file = desk.server.file(location.split("/")[-2])
        google, document = desk, file.document

        def start() -> Eyes:
            file.document = document
            return GoogleHands(google, location)
    else:
        drawn = Path(location).read_bytes()

        def start() -> Eyes:
            Path(location).write_bytes(drawn)
            return ExcelHands(desk, location)

    return type("AbuseHere", (Abuse,), {"start": staticmethod(start), "looked": 0})


@abuse("sequences", 1, 2, 3, 5, 6, 7, 12, 13, 14, 15, 24, 31)
def test_any_sequence_of_edits(desk: Desk, tried: Callable[[int], None]) -> None:
    machine = machine_for(desk)
    chosen = settings()
    thorough = chosen.max_examples > 1000
    run_state_machine_as_test(
        machine,
        settings=settings(
            chosen,
            max_examples=600 if thorough else 12,
            stateful_step_count=12 if thorough else 6,
            suppress_health_check=list(HealthCheck),
            # A sequence is short enough to be read as it is, and shrinking takes minutes.
            phases=[Phase.explicit, Phase.reuse, Phase.generate],
        ),
    )
    tried(machine.looked)
