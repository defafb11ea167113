"""The Guide tab: how to run the review, and what every gate asks for. Drawn from the checklist."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Literal

from gatebook.domain.cells import Cell, Range
from gatebook.domain.checklist import Cadence, Checklist, Gate
from gatebook.domain.decision import SHOWN, SHOWN_LIVE, Decision
from gatebook.domain.review import Status
from gatebook.sheets import look
from gatebook.sheets.model import Column, Page, Placed, Protection, Row, Sheet, Style

MARK = "gatebook:guide"
TAB_NAME = "Guide"
# In sum little enough for a window of 1280 pixels, as the form's.
_WIDTHS = (4.5, 18, 28, 26, 22, 22, 22, 24)
_FIRST = 1
_LAST = _FIRST + len(_WIDTHS) - 1
_HEADERS = ("#", "Gate", "Passing means", "Bring", "Green", "Yellow", "Red", "Ask in the room")
_HEADER = replace(look.HEADER, indent=1)
_HEADING = Style(bold=True, size=12, colour=look.HEAD, valign="middle")
# Letters that fit on one line of the wide text, and a line's height in points.
_LINE_CHARACTERS = 200
_LINE_POINTS = 15
_CELL = replace(look.CELL, align="left", indent=1)


def draw_guide(checklist: Checklist, paper: Literal["A4", "Letter"] = "A4") -> Sheet:
    """Static text for the people in the room."""
    cells: dict[Cell, Placed] = {
        Cell(0, 0): Placed(MARK, look.HIDDEN),
        Cell(0, _FIRST): Placed("How to run the gate review", look.TITLE),
    }
    rows: dict[int, Row] = {0: Row(28)}
    merges: list[Range] = []
    row = 1
    for heading, lines in _sections(checklist):
        cells[Cell(row, _FIRST)] = Placed(heading, _HEADING)
        rows[row] = Row(22)
        row += 1
        for line in lines:
            cells[Cell(row, _FIRST)] = Placed(line, look.TEXT)
            merges.append(Range.of(row, _FIRST, row, _LAST))
            rows[row] = Row(_LINE_POINTS * (1 + len(line) // _LINE_CHARACTERS))
            row += 1
    cells[Cell(row, _FIRST)] = Placed("The gates", _HEADING)
    rows[row] = Row(22)
    header = row + 1
    for place, text in enumerate(_HEADERS):
        style = replace(look.HEADER, align="center") if text == "#" else _HEADER
        cells[Cell(header, _FIRST + place)] = Placed(text, style)
    for offset, gate in enumerate(checklist.gates, 1):
        for place, (content, style) in enumerate(_gate_cells(gate)):
            cells[Cell(header + offset, _FIRST + place)] = Placed(content, style)
        rows[header + offset] = Row(_height(gate))
    return Sheet(
        name=TAB_NAME,
        cells=cells,
        columns={0: Column(4, hidden=True)}
        | {_FIRST + place: Column(width) for place, width in enumerate(_WIDTHS)},
        rows=rows,
        merges=tuple(merges),
        protection=Protection(),
        page=Page(paper=paper, tall=0, repeat=(header, header)),
        cursor=Cell(0, _FIRST),
    )


def _gate_cells(gate: Gate) -> Iterator[tuple[str | int, Style]]:
    yield gate.number, look.CELL_CENTRE
    title = gate.title + ("\nNever optional: a red stays red." if gate.never_optional else "")
    yield title, replace(_CELL, bold=True)
    yield gate.meaning, _CELL
    yield "\n".join(f"• {item}" for item in gate.bring), _CELL
    for status, text in (
        (Status.GREEN, gate.green),
        (Status.YELLOW, gate.yellow if gate.yellow_allowed else "Not allowed: counts as red."),
        (Status.RED, gate.red),
    ):
        yield (
            text,
            replace(_CELL, fill=look.STATUS_FILL[status], colour=look.STATUS_INK[status]),
        )
    yield gate.ask, replace(_CELL, italic=True)


def _height(gate: Gate) -> float:
    """Room for the longest text of a gate's row at its column's width."""
    lines = (
        sum(-(-len(part) // max(int(width * 1.05), 1)) for part in str(text).split("\n"))
        for (text, _), width in zip(_gate_cells(gate), _WIDTHS, strict=True)
    )
    return _LINE_POINTS * max(lines) + 4


def _sections(checklist: Checklist) -> Iterator[tuple[str, list[str]]]:
    policy = checklist.policy
    never = [f"gate {g.number} ({g.title})" for g in checklist.gates if g.never_optional]
    yield (
        "Before the meeting",
        [
            "Fill in the boxes at the top of the Review tab, name one owner for each gate, and link "
            "the proof in Artifact. Marks are given in the room.",
            "Invite the pilot lead, the production owner, the sponsor who signs, and, if the system "
            "touches customer data, somebody from security or IT. "
            f"{policy.max_attendees} people at most.",
            "A renewed form shows under each gate's title how it was marked last time. “New text” means "
            "that the gate now asks for something else: read it below before you mark the gate.",
        ],
    )
    yield (
        "The 60 minutes",
        [
            "0–5: the pilot lead says in two sentences what the system does and for whom.",
            f"5–45: gate by gate, {_minutes_each(len(checklist.gates))}. The pilot lead shows the "
            "artifact; the sponsor marks Green, Yellow or Red. No artifact, no green.",
            "45–55: write a plan with a date for every yellow, a fix with a date for every red.",
            "55–60: read the decision at the top aloud, sign, and agree on the next date.",
        ],
    )
    yield (
        "The colours",
        [
            "Green: passed, and the artifact shows it. Yellow: a small gap with a written plan, an "
            "owner and a date. Red: not passed.",
            "A red may be accepted as yellow only on a low-stakes internal system, with the name of "
            "the person who approves it" + (f"; never on {listed(never)}." if never else "."),
        ],
    )
    yield (
        "The decision",
        [
            "Read from the top: the first line that is true decides.",
            f"Any red: {SHOWN[Decision.DELAYED].partition(';')[0]}. Fix it within "
            f"{policy.fix_within_days} days or move the launch, and write the day on which you meet "
            "again into Re-gate on.",
            "Something is missing: the review is incomplete. The column Check says what each row still "
            "needs; the line under the decision names the boxes at the top and at the bottom.",
            f"Any yellow: {SHOWN[Decision.LAUNCH_WITH_PLAN].lower()}. All green: "
            f"{SHOWN[Decision.LAUNCH].lower()}.",
            "For a system that is live already the same decisions read: "
            f"{'; '.join(SHOWN_LIVE[d] for d in _LIVE_ORDER)}.",
        ],
    )
    yield "After the meeting", [_after(policy.cadence)]
    yield (
        "Working in this sheet",
        [
            "Type into the boxes at the top and at the bottom, and into the columns from Status to "
            "Artifact. The Tab key leads from box to box. What is tinted is still needed, or its day has "
            "passed. "
            "A name can be picked from those already on the sheet, or typed. The rest is locked, "
            "without a password, so that a slip does not break the decision. Rows and columns may be "
            "resized at any time.",
            "To sort, to insert rows or columns, or to add a column of your own, take the protection "
            "off: in Excel's menu Review > Unprotect Sheet, in LibreOffice Tools > Protect Sheet. "
            "Always sort whole rows (from # to Check): each row carries its gate with it. "
            "Never delete a gate's row.",
            "Dates: type them as your program shows dates, or as 2026-11-30. Type answers, not "
            "formulas. A new review is a new file; keep the old one.",
            "A long address in Artifact is cut where its column ends; the cell holds all of it. The Review "
            "tab prints on one page, or on more if people wrote a lot; Check is for the screen.",
        ],
    )
    if regulated := [str(gate.number) for gate in checklist.gates if gate.ai_act]:
        yield (
            "Regulated areas: HR, credit, education, healthcare",
            [
                f"For these areas gates {listed(regulated)} prepare the risk-management papers "
                "that the EU AI Act asks for. This sheet is preparation; it is no verdict on "
                "compliance."
            ],
        )


def _minutes_each(gates: int) -> str:
    """What each gate gets of the 40 minutes."""
    minutes = max(round(40 / gates), 1)
    return f"about {minutes} minute{'' if minutes == 1 else 's'} each"


_LIVE_ORDER = (Decision.DELAYED, Decision.LAUNCH_WITH_PLAN, Decision.LAUNCH)


def listed(items: Sequence[str]) -> str:
    """ "1, 2 and 3"."""
    *most, last = items or ("",)
    return f"{', '.join(most)} and {last}" if most else last


def _after(cadence: Cadence) -> str:
    months = listed([str(month) for month in cadence.first_months])
    return (
        "Print the signed page and keep it with the runbook. Review again "
        f"{months} months after launch, then every {cadence.then_every} months, and at once after a "
        "major change: the model (a vendor's upgrade too), the prompt, the data source, or what it is "
        "used for. Write every change into the Changes tab."
    )
