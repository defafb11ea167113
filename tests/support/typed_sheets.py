"""Random answers as people type them into a freshly drawn form: right, sloppy and wrong ones."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime
from pathlib import Path
from random import Random

from gatebook.backends.excel.draw import draw_workbook
from gatebook.backends.excel.read import read_workbook
from gatebook.domain.cells import Cell
from gatebook.domain.checklist import Checklist
from gatebook.domain.judge import Judged, judge
from gatebook.domain.review import Review, Stamp
from gatebook.sheets.form_draw import draw_review_tab
from gatebook.sheets.layout import COLUMNS, Layout, layout_for
from gatebook.sheets.model import CellError, Formula, Grid, Workbook
from gatebook.sheets.review_form import read_reviews
from tests.support.cell_values import Edit, serial

TAB = "Review"
TODAY = date(2026, 11, 23)
_NOBODY = ("The AI team", "TBD", "everyone", " Team ", "support-team@example.com", "?", "IT", "n/a")
_PEOPLE = ("Ana Silva", "Bo Li", "Mia Kovač", "Jon Steamer", "  Cy   Adeyemi ", "Ida Nørgaard (IT)")
_GREEN = ("Green", "green", " GREEN ", "G", "g", "Green\u00a0", "Green\u3000")
_YELLOW = ("Yellow", "yellow", "Y", "Amber", " amber", "YELLOW")
_RED = ("Red", "red", "R", " r ", "RED\n")
_NO_STATUS = (
    "done",
    "Green\u2003",
    "Green\x0b",
    "ok",
    "greenish",
    "Green!",
    "x",
    1.0,
    True,
    CellError("#REF!"),
    "grün",
)
_DATES = (date(2026, 12, 1), "2026-12-01", " 2026-12-04 ", date(2026, 11, 24), "2028-02-29")
_NO_DATE = ("30/06/2026", "soon", "2026-02-30", "2026-13-01", "2026-1-5", True, CellError("#N/A"))
_FAR = (date(2062, 1, 1), date(2009, 5, 5), "1999-12-31", 3.0, 20261201.0, "2099-01-01")
# As a plan or as proof these are no more than an empty cell; the last only looks like one.
_SAYS_NOTHING: tuple[Edit, ...] = ("n/a", " TBD ", "\u2013", "x", "N/A in DE")
_BLANK: tuple[Edit, ...] = (None, " ", "\u00a0", "\n", "\u200b")
# What people make of a title without taking it from another gate; {own} is the gate's.
_OWN_TITLES = (
    "{own}", "{own}", "{own}\nThe text of this gate has changed.", " {own}\u00a0", "\n{own}", "{shouted}",
    "Who may see what", "{own} and {other}", "{other} (see below)", "The rest of\n{other}",
)  # fmt: skip
# A title taken from another gate.
_OTHER_TITLES = (
    "{other}", "  {other} ", "{other}\nThe text of this gate has changed.", "\n {other}\r\nNote",
    "{other_shouted}",
)  # fmt: skip
_FORMULA = Formula('="a"&"b"', "ab")
_LINKED = Formula('=HYPERLINK("https://docs.example/x","x")', "x")
_TYPED_FORMULA = Formula('="Gr"&"een"', "Green")


def draw_blank(checklist: Checklist, path: Path, review: Review | None = None) -> Path:
    """An empty form of a checklist as a file, or the form of this review."""
    stamp = Stamp(1, checklist.id, checklist.version, "pilot", "pilot-1")
    sheet = draw_review_tab(review or Review(stamp=stamp), checklist)
    created = datetime(2026, 1, 1, tzinfo=UTC)
    draw_workbook(Workbook((sheet,), "Parity", created), path)
    return path


def random_answers(random: Random, checklist: Checklist) -> dict[str, Edit]:
    """What stands in each input cell, by address. Most sheets are nearly right; some are a mess."""
    layout = layout_for(checklist)
    mess = random.choice((0.0, 0.0, 0.02, 0.05, 0.3))
    reds = random.choice((0.0, 0.0, 0.1))
    yellows = random.choice((0.0, 0.15, 0.15))
    low = random.random() < 0.5
    answers = _head(random, layout, mess, low=low)
    for gate in checklist.gates:
        row = layout.gate_rows[gate.key]
        answers |= _row(random, row, mess, reds, yellows)
        other = random.choice([one for one in checklist.gates if one is not gate])
        answers[Cell(row, COLUMNS["gate"]).a1] = _title(random, mess / 2, gate.title, other.title)
    return answers


def _title(random: Random, mess: float, own: str, other: str) -> Edit:
    """What stands under Gate: a title to leave alone, and another gate's in as much of a mess."""
    words = {"own": own, "other": other, "shouted": own.upper(), "other_shouted": other.upper()}
    if random.random() >= mess:
        return random.choice(_OWN_TITLES).format(**words)
    linked = Formula(f'=HYPERLINK("{other}")', other)
    odd: tuple[Edit, ...] = (Formula(f'="{other}"', other), linked, None, 5.0, CellError("#REF!"))
    return random.choice((*(text.format(**words) for text in _OTHER_TITLES), *odd))


def _or(random: Random, mess: float, right: Edit, *wrong: Edit) -> Edit:
    return random.choice(wrong) if random.random() < mess else right


def _head(random: Random, layout: Layout, mess: float, *, low: bool) -> dict[str, Edit]:
    stakes = ("Low-stakes internal", " low-stakes  INTERNAL ") if low else ("Standard", "standard")
    owner, backup, lead, signer = random.sample(_PEOPLE, 4)
    values: dict[str, Edit] = {
        "system": _or(random, mess, "Support assistant", *_BLANK),
        "lead": _or(random, mess, lead, *_BLANK, CellError("#REF!")),
        "review_date": _or(random, mess, date(2026, 11, 20), *_BLANK, *_NO_DATE, *_FAR),
        "stakes": _or(random, mess, random.choice(stakes), *_BLANK, "medium"),
        "customer_data": "Yes",
        "regulated_area": "None",
        "owner": _or(random, mess, owner, *_BLANK, *_NOBODY),
        "backup": _or(random, mess, backup, *_BLANK, *_NOBODY, owner, f" {owner.upper()} "),
        "launch_date": _or(random, mess, date(2026, 12, 1), None, *_NO_DATE, *_FAR),
        "live": random.choice(("Yes", "No", "no", None, " yes ")),
        "regate_on": random.choice((date(2026, 12, 4), "2026-12-04", None, "next week", 12.0)),
        "signed_by": _or(random, mess, signer, *_BLANK, lead, lead.lower()),
        "signer_role": _or(random, mess, "COO", *_BLANK),
        "signed_on": _or(random, mess, date(2026, 11, 20), *_BLANK, *_NO_DATE, *_FAR),
    }
    if random.random() < mess:
        values["owner"] = Formula('="Bo"&" Li"', "Bo Li")
    return {layout.value(name).a1: value for name, value in values.items()}


def _row(random: Random, row: int, mess: float, reds: float, yellows: float) -> dict[str, Edit]:
    draw = random.random()
    downgrade: Edit = None
    action: Edit = _or(random, 0.5, None, "Keep an eye on it")
    due: Edit = None
    status: Edit
    if draw < reds:
        status = random.choice(_RED)
        action = _or(random, 0.2, "Write it down", *_BLANK)
        due = _or(random, 0.2, random.choice(_DATES), None, *_NO_DATE)
        downgrade = random.choice((None, None, "Mia Kovač", "the board", " "))
    elif draw < reds + yellows:
        status = random.choice(_YELLOW)
        action = _or(random, mess, "Ask the vendor", *_BLANK, CellError("#VALUE!"), *_SAYS_NOTHING)
        due = _or(random, mess, random.choice(_DATES), *_BLANK, *_NO_DATE, *_FAR)
    else:
        status = random.choice(_GREEN)
    artifact = _or(
        random, mess, "https://docs.example/gate",
        *_BLANK, _FORMULA, _LINKED, *_SAYS_NOTHING,
    )  # fmt: skip
    status = _or(random, mess, status, *_BLANK, *_NO_STATUS, _TYPED_FORMULA)
    owner = _or(random, mess, random.choice(_PEOPLE), *_BLANK, *_NOBODY, 7.0)
    values = {
        "status": status,
        "owner": owner,
        "next_action": action,
        "due": due,
        "artifact": artifact,
        "approver": downgrade,
    }
    return {Cell(row, COLUMNS[name]).a1: value for name, value in values.items()}


def typed_grid(blank: Path, answers: Mapping[str, Edit]) -> Grid:
    """The blank form's grid as a reader sees it once the answers stand in it."""
    grid = read_workbook(blank)[0]
    for a1, answer in answers.items():
        cell = Cell.parse(a1)
        grid.values.pop(cell, None)
        if isinstance(answer, Formula):
            grid.formulas[cell] = answer.text.removeprefix("=")
            grid.values[cell] = str(answer.value)
        elif isinstance(answer, date):
            grid.values[cell] = serial(answer)
        elif answer is not None:
            grid.values[cell] = answer
    return grid


def judged(blank: Path, answers: Mapping[str, Edit], checklist: Checklist) -> Judged:
    """What Python makes of the answers."""
    grid = typed_grid(blank, answers)
    contents = read_reviews([grid], {checklist.id: checklist}, checklist)
    assert not contents.problems
    return judge(contents.reviews[0], checklist, TODAY)
