"""`gatebook explain SYSTEM`: why a decision is what it is, or was on a day.

Source: CLI.md; SPEC, "Decision"; the issue "Nothing forgotten", part 5.
"""

from __future__ import annotations

import re
import shutil
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest

from gatebook.domain.decision import RULES
from gatebook.domain.review import LOW_STAKES, Change, Review, SignOff, Status
from gatebook.ledger.ledger import open_ledger
from tests.cli.conftest import Office, delete_row, review_of, with_red, with_yellow
from tests.cli.test_history import AUGUST, CONFIG, JULY, JUNE, MAY, a_summer
from tests.cli.test_terminal import at_terminal, cells, one_line, plain
from tests.ledger.samples import run, sheet
from tests.support.builders import REVIEWED, TODAY, TWELVE, with_row

README = (Path(__file__).parents[2] / "README.md").read_text("utf-8")
NAME = "Support assistant"
DAY = timedelta(days=1)


@pytest.fixture
def summer(office: Office) -> Office:
    return a_summer(office)


def explained(office: Office, *arguments: object) -> dict[str, str]:
    """What is said for people, by its label; what has several lines, parted by "|"."""
    ran = office.run("explain", NAME, *arguments)
    assert ran.code == 0, ran.err
    head, blank, *lines = ran.out.splitlines()
    assert blank == ""
    found = {"": head}
    label = ""
    for line in lines:
        label = line[:10].strip() or label
        found[label] = f"{found[label]}|{line[10:]}" if label in found else line[10:]
    return found


def test_the_rules_are_those_of_the_decision_table() -> None:
    """README's table is the one that people know; its lines are counted from 1."""
    table = README.partition("## The decision")[2].partition("\n## ")[0]
    lines = re.findall(r"^\| (?!if |---)([^|]+) \|", table, re.MULTILINE)
    assert lines == list(RULES.values())


def test_the_decision_as_it_was_on_a_day(summer: Office) -> None:
    assert explained(summer, "--as-of", JUNE - DAY) == {
        "": "Support assistant: Launch delayed; re-gate on 2026-06-10",
        "As of": "2026-06-09, as the sync of 2026-05-10 left it (run 1)",
        "Rule": "1 of 4: a red on any gate",
        "Gates": "5 Cost per task tracked: red · owner Mia Berg · Review!D19 · Fix it · "
        "due 2026-06-10",
        "Review": "of 2026-05-10, signed by Dana Novak (COO) on 2026-11-20",
        "Where": "reviews/may.xlsx, tab Review",
        "Recorded": "by the sync of 2026-05-10, until the sync of 2026-06-10",
        "Checklist": "twelve-gates@1",
        "Next": "2026-06-10 (re-gate of a delayed launch)",
    }


# The day → the decision, the rule, the gates that decided, from when to when it counted.
DAYS: list[tuple[date, str, int, list[int], str, str | None]] = [
    (MAY, "delayed", 1, [5], "2026-05-10", "2026-06-10"),
    (JUNE - DAY, "delayed", 1, [5], "2026-05-10", "2026-06-10"),
    (JUNE, "launch-with-plan", 3, [5], "2026-06-10", "2026-07-10"),
    (JULY, "launch", 4, list(range(1, 13)), "2026-07-10", None),
    (AUGUST, "launch", 4, list(range(1, 13)), "2026-07-10", None),
]


@pytest.mark.parametrize(("day", "decision", "rule", "gates", "since", "until"), DAYS)
def test_each_day_has_its_decision(
    summer: Office,
    day: date,
    decision: str,
    rule: int,
    gates: list[int],
    since: str,
    until: str | None,
) -> None:
    ran = summer.run("explain", NAME, "--as-of", day, "--json")
    assert (ran.code, ran.err) == (0, "")
    found = ran.json
    assert found["review"]["decision"] == decision
    assert found["rule"] == {"number": rule, "of": 4, "if": list(RULES.values())[rule - 1]}
    assert found["deciding"] == gates
    assert (found["counted_from"], found["counted_until"]) == (since, until)
    assert (found["schema"], found["as_of"], found["system"]) == (1, day.isoformat(), NAME)


def test_the_day_before_the_first_record(summer: Office) -> None:
    """On that very day the review may have been held; what nobody saw is not told."""
    ran = summer.run("explain", NAME, "--as-of", MAY - DAY)
    assert (ran.code, ran.out) == (2, "")
    assert "nothing is known of “Support assistant” on 2026-05-09" in ran.err
    assert "its first record is that of 2026-05-10" in ran.err
    assert "What to do: ask for 2026-05-10 or a later day." in ran.err
    # The portfolio had syncs by then, and this system was in none of them.
    ran = summer.run("explain", "Ticket router", "--as-of", JUNE - DAY)
    assert (ran.code, "its first record is that of 2026-06-10" in ran.err) == (2, True)


def test_without_a_day_it_is_what_the_last_sync_left(summer: Office) -> None:
    summer.form("july.xlsx", with_red(review_of(NAME, JULY), 1))
    found = explained(summer)
    assert found[""] == "Support assistant: Launch this week"
    assert found["As of"] == "now, as the sync of 2026-07-10 left it (run 3)"
    assert found["Rule"] == "4 of 4: otherwise; rules 1 to 3 do not hold"
    assert len(found["Gates"].split("|")) == 12
    assert found["Gates"].startswith(
        "1 Data source documented: green · owner Mia Berg · Review!D13 · Folder 7|2 "
    )
    assert found["Recorded"] == "by the sync of 2026-07-10"


def test_from_tells_what_the_sheets_say_now(summer: Office) -> None:
    july = msgspec.structs.replace(review_of(NAME, JULY), regate_on=AUGUST)
    summer.form("july.xlsx", with_red(july, 1))
    found = explained(summer, "--from", "reviews")
    assert found[""] == "Support assistant: Launch delayed; re-gate on 2026-08-10"
    assert found["As of"] == "now, as the sheets say; not from the ledger"
    assert found["Gates"].startswith("1 Data source documented: red")
    assert "Recorded" not in found
    ran = summer.run("explain", NAME, "--from", "reviews", "--json")
    assert ran.json["review"]["decision"] == "delayed"
    assert (ran.json["synced"], ran.json["review"]["recorded"]) == (None, None)
    ran = summer.run("explain", NAME, "--from", "reviews", "--as-of", JULY)
    assert (ran.code, ran.out) == (2, "")


def test_where_there_is_no_ledger_the_sheets_are_read(office: Office) -> None:
    office.form("a.xlsx", with_red(review_of(NAME), 1))
    for config in (CONFIG, 'locations = ["reviews"]\n', f'{CONFIG}ledger = "off"\n'):
        (office.folder / "gatebook.toml").write_text(config, encoding="utf-8")
        assert explained(office)["As of"].startswith("now, as the sheets say")
    # What was is only in a ledger.
    assert office.run("explain", NAME, "--as-of", MAY).code == 2


def test_a_sheet_that_cannot_be_read_is_named(office: Office) -> None:
    office.form("a.xlsx", review_of(NAME))
    (office.reviews / "b.xlsx").write_bytes(b"broken")
    ran = office.run("explain", NAME, "--from", "reviews")
    assert ran.code == 1
    assert "b.xlsx" in ran.err
    assert ran.out.startswith(NAME)


LOW = msgspec.structs.replace(review_of(NAME), stakes=LOW_STAKES)
# A review, what decides in it, and how the gates or the open points are told.
DECIDED: list[tuple[Review, str, list[int], dict[str, str]]] = [
    (
        with_row(LOW, 5, status=Status.RED, approver="Dana Novak", next_action="Track it",
                 due=AUGUST, artifact=""),
        "launch-with-plan", [5],
        {"Rule": "3 of 4: a yellow on any gate; rules 1 to 2 do not hold",
         "Gates": "5 Cost per task tracked: red, accepted as yellow by Dana Novak · "
                  "owner Mia Berg · Review!D19 · Track it · due 2026-08-10"},
    ),
    (
        with_row(review_of(NAME), 2, owner=""),
        "incomplete", [2],
        {"Rule": "2 of 4: something is not filled in, or cannot be read; rule 1 does not hold",
         "To finish": "Review!E14: Gate 2 Data quality monitored has no owner.",
         "Gates": "2 Data quality monitored: green · no owner · Review!D14 · Folder 7"},
    ),
    (
        msgspec.structs.replace(review_of(NAME), sign_off=SignOff()),
        "incomplete", [],
        {"Review": "of 2026-11-20, not signed"},
    ),
    (
        with_yellow(with_red(review_of(NAME), 3), 5, AUGUST),
        "delayed", [3],
        {"Next": "no re-gate date is set"},
    ),
    (
        with_row(with_red(review_of(NAME), 3), 3, owner="Bo \u202eLi", next_action="One\nTwo"),
        "delayed", [3],
        {"Gates": "3 Confidential data handled: red · owner Bo Li · Review!D16 · One Two"},
    ),
]  # fmt: skip


@pytest.mark.parametrize(("review", "decision", "gates", "says"), DECIDED)
def test_what_decided(
    office: Office, review: Review, decision: str, gates: list[int], says: dict[str, str]
) -> None:
    office.form("a.xlsx", review)
    office.sync()
    found: Any = office.run("explain", NAME, "--portfolio", "portfolio.xlsx", "--json").json
    assert (found["review"]["decision"], found["deciding"]) == (decision, gates)
    told = explained(office, "--portfolio", "portfolio.xlsx")
    assert {label: told[label] for label in says} == says


def test_a_yellow_that_counts_as_red(office: Office) -> None:
    """A checklist may allow no yellow on a gate. This one is not at hand any more, and the sheet has no
    titles, so a gate goes by its key."""
    first, *rest = TWELVE.gates
    strict = msgspec.structs.replace(first, yellow_allowed=False)
    own = msgspec.structs.replace(TWELVE, id="strict", gates=(strict, *rest))
    seen = sheet("a.xlsx", with_yellow(review_of(NAME, checklist=own), 1, AUGUST), checklist=own)
    url = f"sqlite:///{office.folder / 'all.db'}"
    with open_ledger(url) as ledger:
        ledger.record("p", run(JUNE), [seen], based_on=None,
                      counting={"support-assistant": ("a.xlsx", "Review")})  # fmt: skip
    told = explained(office, "--ledger", url)
    assert told["Checklist"] == "strict@1"
    assert told["Gates"].startswith(
        "1 data-source: yellow, which the checklist counts as red · owner Mia Berg"
    )


def test_a_system_that_was_let_go(summer: Office) -> None:
    (summer.reviews / "router.xlsx").unlink()
    summer.sync(today=AUGUST)
    delete_row(summer.portfolio, "Ticket router")
    summer.sync(today=AUGUST)
    ran = summer.run("explain", "Ticket router")
    assert (ran.code, ran.out) == (2, "")
    assert "“Ticket router” does not count any more" in ran.err
    assert "the sync of 2026-08-10 let it go" in ran.err
    ran = summer.run("explain", "Ticket router", "--as-of", AUGUST)
    assert "did not count on 2026-08-10" in ran.err
    ran = summer.run("explain", "Ticket router", "--as-of", AUGUST - DAY)
    assert ran.out.startswith("Ticket router: Launch this week\n")


def test_the_checklist_of_then_stands_there(summer: Office) -> None:
    """What the gates are called now does not matter; what the sheet said does."""
    own = summer.folder / "own.toml"
    summer.run("checklist", "copy", own)
    text = own.read_text(encoding="utf-8").replace("version = 1\n", "version = 2\n", 1)
    own.write_text(text.replace("Cost per task tracked", "Money"), encoding="utf-8")
    (summer.folder / "gatebook.toml").write_text(f'{CONFIG}checklist = "own.toml"\n', "utf-8")
    found = explained(summer, "--as-of", MAY)
    assert found["Checklist"] == "twelve-gates@1"
    assert found["Gates"].startswith("5 Cost per task tracked: red")


def test_unknown_systems_and_codes_get_the_closest_of_both(summer: Office) -> None:
    ran = summer.run("explain", "Suport asistant")
    assert (ran.code, ran.out) == (2, "")
    assert "is not the code of a finding nor a known system." in ran.err
    assert "Did you mean “Support assistant”?" in ran.err
    assert "Did you mean plan-date-missing?" in summer.run("explain", "plan-dat-missing").err
    assert "Support assistant, Ticket router." in summer.run("explain", "Payroll").err


@pytest.mark.parametrize(
    "arguments", [["--as-of", "2026-06-30"], ["--json"], ["--from", "reviews"]]
)
def test_what_is_about_systems_needs_one(summer: Office, arguments: list[str]) -> None:
    ran = summer.run("explain", *arguments)
    assert (ran.code, ran.out) == (2, "")
    assert "no system is named" in ran.err


def test_a_code_is_no_system_where_a_day_is_given(summer: Office) -> None:
    assert summer.run("explain", "plan-missing").code == 0
    assert summer.run("explain", "plan-missing", "--as-of", JULY).code == 2


def test_it_is_told_where_the_form_is_gone(summer: Office) -> None:
    """The ledger is enough: no form has to be there."""
    shutil.rmtree(summer.reviews)
    assert explained(summer, "--as-of", JUNE)["Where"] == "reviews/may.xlsx, tab Review"


def test_at_a_terminal_it_fits(summer: Office) -> None:
    shown = at_terminal("explain", NAME, "--as-of", str(JUNE))
    assert max(cells(line) for line in plain(shown).splitlines()) <= 80
    assert "accepted" not in shown
    assert "5 Cost per task tracked: yellow · owner Mia Berg" in one_line(shown)
    assert "\x1b[" in shown


def test_next_knows_a_change_that_another_form_of_the_system_lists(office: Office) -> None:
    """People go on writing into the log of the file they have; the portfolio counts it, so this does."""
    changed = TODAY - timedelta(1)
    where = ("--portfolio", office.portfolio)
    log = (Change(changed, "Model", "Bo Li", "A newer model"),)
    old = review_of(NAME, REVIEWED - timedelta(30))
    office.form("new.xlsx", review_of(NAME))
    office.form("old.xlsx", old)
    office.sync(today=TODAY - timedelta(1))
    before = explained(office, *where)
    office.form("old.xlsx", msgspec.structs.replace(old, changes=log))
    office.sync()
    row = office.row(NAME)
    assert row["Because"] == "after a major change"
    now = explained(office, *where)
    assert now["Next"] == f"{row['Next review'].date()} (after a major change)"
    assert now["Next"].startswith(str(changed))
    # Nobody had written it down the day before.
    then = explained(office, *where, "--as-of", TODAY - timedelta(1))
    assert then.get("Next") == before.get("Next")
    # A form that is gone says nothing any more, in either place.
    (office.reviews / "old.xlsx").unlink()
    office.sync()
    assert office.row(NAME)["Because"] is None
    assert explained(office, *where).get("Next") == before.get("Next")
