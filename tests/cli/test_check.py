"""`gatebook check`: its JSON, its exit codes, its settings. Source: CLI.md and SPEC.md."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from datetime import date, timedelta
from pathlib import Path

import openpyxl
import pytest
import tomli_w

from gatebook.domain.checklist import parse_checklist
from gatebook.domain.review import SignOff, Status, Unreadable
from tests.cli.conftest import Office, review_of, unmarked, with_red, with_yellow, write_form
from tests.support.builders import LAUNCH, REVIEWED, TODAY, TWELVE, with_row

_REVIEW_KEYS = {
    *("location", "tab", "system_id", "review_id", "system", "lead", "date", "live"),
    *("decision", "shown_as", "regate_on", "next_review", "gates", "findings"),
    # More than the contract asks for: why, in one line.
    "reason",
}
_GATE_KEYS = {
    *("number", "key", "status", "effective", "owner", "next_action", "due", "artifact"),
}
_FINDING_KEYS = {"code", "level", "gate", "tab", "cell", "message", "remedy"}
_OWN_CHECKLIST = """
id = "two-gates"
version = 3
title = "Two gates"
[[gates]]
key = "source"
theme = "Data"
title = "Source known"
meaning = "We can name the source."
bring = ["The list"]
green = "It is complete."
yellow = "One is missing."
red = "There is none."
ask = "What does it read?"
[[gates]]
key = "who"
theme = "People"
title = "Owner named"
meaning = "One person looks after it."
bring = ["The name"]
green = "There is one."
yellow = "not-allowed"
red = "There is none."
ask = "Who?"
names_owner = true
"""
OWN = parse_checklist(_OWN_CHECKLIST, "two-gates.toml")


def test_a_passing_review_exits_with_0(office: Office) -> None:
    office.form("a.xlsx", review_of("Invoice helper"))
    ran = office.check()
    assert ran.code == 0
    assert "Invoice helper: Launch this week" in ran.out
    assert ran.err == ""


def test_json_has_the_keys_of_the_contract(office: Office) -> None:
    review = with_yellow(review_of("Invoice helper"), 5, date(2026, 12, 1))
    office.form("a.xlsx", with_row(review, 5, status=Status.YELLOW, next_action=""))
    (office.reviews / "b.xlsx").write_bytes(b"")
    ran = office.check("--json")
    told = ran.json
    assert ran.code == 1
    assert set(told) == {"schema", "today", "checklist", "reviews", "unreadable"}
    assert (told["schema"], told["today"], told["checklist"]) == (1, "2026-11-23", TWELVE.name)
    (found,) = told["reviews"]
    assert set(found) == _REVIEW_KEYS
    assert found["location"] == "reviews/a.xlsx"
    assert (found["tab"], found["system_id"]) == ("Review", "invoice-helper")
    assert (found["review_id"], found["lead"]) == ("invoice-helper-2026-11-20", "Ana Ruiz")
    assert (found["date"], found["live"], found["regate_on"]) == ("2026-11-20", False, None)
    assert [set(gate) for gate in found["gates"]] == [_GATE_KEYS] * 12
    assert found["gates"][4]["due"] == "2026-12-01"
    assert found["decision"] == "incomplete"
    (finding,) = [one for one in found["findings"] if one["code"] == "plan-missing"]
    assert set(finding) == _FINDING_KEYS
    assert (finding["level"], finding["gate"], finding["tab"]) == ("block", 5, "Review")
    assert re.fullmatch(r"[A-Z]+[0-9]+", finding["cell"])
    (unreadable,) = told["unreadable"]
    assert set(unreadable) == {"location", "tab", "code", "message", "remedy"}
    assert (unreadable["location"], unreadable["code"]) == ("reviews/b.xlsx", "sheet-unreadable")
    assert unreadable["message"]
    assert unreadable["remedy"]


def test_json_shows_marked_and_effective_status_and_the_next_review(office: Office) -> None:
    """A downgrade that counts; a launch delayed, with its re-gate date."""
    downgraded = with_row(
        with_red(review_of("Downgraded", stakes="Low-stakes internal"), 2, date(2026, 12, 1)),
        *(2,),
        approver="Dana Novak",
    )
    office.form("a.xlsx", downgraded)
    office.form("b.xlsx", with_red(review_of("Late", regate_on=date(2026, 12, 4)), 3))
    live = review_of("Live", live="Yes", launch_date=date(2026, 10, 31))
    office.form("c.xlsx", live)
    one, two, three = office.check("--json").json["reviews"]
    assert (one["gates"][1]["status"], one["gates"][1]["effective"]) == ("red", "yellow")
    assert one["decision"] == "launch-with-plan"
    assert (two["decision"], two["regate_on"]) == ("delayed", "2026-12-04")
    assert two["next_review"] == {"due": "2026-12-04", "reason": "re-gate"}
    assert (three["live"], three["shown_as"]) == (True, "Stays live")
    assert three["next_review"] == {"due": "2026-11-30", "reason": "monthly"}


def test_json_dates_are_iso_or_null(office: Office) -> None:
    """PAINS 15: a date nobody can read is a finding with its text, and no date for a pipeline."""
    review = review_of("A", regate_on=Unreadable("30/06/2026"))
    office.form("a.xlsx", with_row(review, 1, due=Unreadable("next week")))
    (found,) = office.check("--json").json["reviews"]
    assert (found["regate_on"], found["gates"][0]["due"]) == (None, None)
    messages = " ".join(f["message"] for f in found["findings"] if f["code"] == "date-unreadable")
    assert "30/06/2026" in messages
    assert "next week" in messages


def test_json_keeps_every_script_as_it_is(office: Office) -> None:
    name = "Überprüfung „Ärzte“ 審査 🤖"
    office.form("ä 審.xlsx", review_of(name, lead="Zoë Ðurić"))
    ran = office.check("--json")
    (found,) = ran.json["reviews"]
    assert (found["system"], found["lead"]) == (name, "Zoë Ðurić")
    assert found["location"] == "reviews/ä 審.xlsx"
    assert name in ran.out


@pytest.mark.parametrize(
    ("review", "require", "code"),
    [
        (review_of("A"), "launch", 0),
        (review_of("A"), "launch-with-plan", 0),
        (with_yellow(review_of("A"), 5, LAUNCH), "launch", 3),
        (with_yellow(review_of("A"), 5, LAUNCH), "launch-with-plan", 0),
        (with_red(review_of("A"), 5), "launch-with-plan", 3),
        (review_of("A", backup=""), "launch-with-plan", 3),
    ],
)
def test_require(office: Office, review: object, require: str, code: int) -> None:
    office.form("a.xlsx", review)  # type: ignore[arg-type]
    ran = office.check("--require", require)
    assert ran.code == code
    assert ("not " + require in ran.err) == bool(code)


def test_require_looks_at_the_newest_review_of_each_system(office: Office) -> None:
    office.form("old.xlsx", with_red(review_of("A", date(2026, 9, 1)), 3))
    office.form("new.xlsx", review_of("A"))
    assert office.check("--require", "launch").code == 0
    office.form("other.xlsx", with_red(review_of("B"), 3))
    ran = office.check("--require", "launch")
    assert ran.code == 3
    assert "not launch: B: Launch delayed" in ran.err
    assert "not launch: A" not in ran.err


def test_require_without_any_review_is_not_met(office: Office) -> None:
    """A pipeline must not pass because the folder was empty."""
    ran = office.check("--require", "launch")
    assert ran.code == 3
    assert "No review found" in ran.err
    assert office.check().code == 0


def test_require_with_a_sheet_that_cannot_be_read_never_passes(office: Office) -> None:
    office.form("a.xlsx", review_of("A"))
    (office.reviews / "b.xlsx").write_bytes(b"")
    assert office.check("--require", "launch").code == 1
    office.form("a.xlsx", with_red(review_of("A"), 3))
    assert office.check("--require", "launch").code == 3
    (office.reviews / "a.xlsx").unlink()
    assert office.check("--require", "launch").code == 3


def test_require_with_json_leaves_standard_output_to_the_json(office: Office) -> None:
    office.form("a.xlsx", with_red(review_of("A"), 3))
    (office.reviews / "b.xlsx").write_bytes(b"")
    ran = office.check("--json", "--require", "launch")
    assert ran.code == 3
    assert [found["system"] for found in ran.json["reviews"]] == ["A"]
    assert "not launch: A" in ran.err
    assert "b.xlsx" in ran.err


def test_quiet_says_only_what_each_comes_to(office: Office) -> None:
    office.form("a.xlsx", with_red(review_of("A"), 3))
    (office.reviews / "b.xlsx").write_bytes(b"")
    ran = office.check("--quiet")
    assert ran.out == "A: Launch delayed; re-gate date not set\n"
    assert "could not be read: reviews/b.xlsx" in ran.err
    loud = office.check()
    assert "red-without-action" in loud.out


def test_findings_name_tab_cell_what_and_remedy(office: Office) -> None:
    """PAINS 30."""
    office.form("a.xlsx", review_of("A", sign_off=SignOff("", "COO", REVIEWED)))
    lines = office.check().out.splitlines()
    (at,) = [place for place, line in enumerate(lines) if "Signed by is empty" in line]
    assert re.search(r"block\s+Review![A-Z]+[0-9]+\s+Signed by is empty", lines[at])
    assert "sign-off-missing: Ask the sponsor" in lines[at + 1]


def fresh(office: Office, name: str) -> Path:
    """A form as `gatebook new` makes it."""
    path = office.reviews / name
    made = office.run(
        "new", "Route planner", "--lead", "Mia Berg", "--owner", "Bo Li", "--to", path, "--quiet"
    )
    assert made.code == 0
    return path


def test_a_form_in_which_nobody_has_begun_is_not_listed_gap_by_gap(office: Office) -> None:
    fresh(office, "a.xlsx")
    assert office.check().out.splitlines() == [
        "Route planner: Review incomplete: 29 things to finish",
        "  reviews/a.xlsx · Review · review of no date",
        "  Not begun yet; --verbose lists what to fill in",
        "",
    ]
    assert office.check("--verbose").out.count("block ") == 29
    assert len(office.check("--json").json["reviews"][0]["findings"]) == 30


def test_of_a_form_not_begun_what_is_more_than_empty_is_named(office: Office) -> None:
    path = fresh(office, "a.xlsx")
    book = openpyxl.load_workbook(path)
    book["Review"]["D9"] = "next Friday"
    book.save(path)
    out = office.check().out
    assert "Not begun yet" in out
    assert out.count("block ") == 1
    assert "Review date: “next Friday” is not a date" in out


@pytest.mark.parametrize(
    ("cell", "typed"),
    [("D13", "Green"), ("E13", "Bo Li"), ("F13", "Ask"), ("D38", "Ana Ruiz"), ("G8", "Yes")],
)
def test_one_answer_is_a_beginning(office: Office, cell: str, typed: str) -> None:
    path = fresh(office, "a.xlsx")
    book = openpyxl.load_workbook(path)
    book["Review"][cell] = typed
    book.save(path)
    out = office.check().out
    assert "Not begun" not in out
    assert "Gate 2 Data quality monitored is not marked" in out


def test_verbose_names_what_was_passed_over(office: Office) -> None:
    """PAINS 19: a lock file is named and never read."""
    office.form("a.xlsx", review_of("A"))
    (office.reviews / "~$a.xlsx").write_bytes(b"x")
    quiet, loud = office.check(), office.check("--verbose")
    assert quiet.code == loud.code == 0
    assert "~$a.xlsx" not in quiet.err
    assert re.search(r"passed over: reviews/~\$a\.xlsx: .*open in Excel", loud.err)


def test_today_moves_what_is_due(office: Office) -> None:
    office.form("a.xlsx", with_yellow(review_of("A"), 5, date(2026, 12, 1)))

    def codes(day: date) -> set[str]:
        (found,) = office.run("check", "reviews", "--json", "--today", day).json["reviews"]
        return {finding["code"] for finding in found["findings"]}

    assert "action-overdue" not in codes(date(2026, 12, 1))
    assert "action-overdue" in codes(date(2026, 12, 2))


@pytest.mark.parametrize("text", ["2026-13-01", "01/12/2026", "soon", ""])
def test_today_must_be_a_date(office: Office, text: str) -> None:
    ran = office.run("check", "reviews", "--today", text)
    assert ran.code == 2
    assert ran.out == ""
    assert "YYYY-MM-DD" in ran.err


def test_today_is_the_day_in_the_configured_time_zone(office: Office) -> None:
    """26 hours lie between these two, so it is never the same day in both (PAINS 34)."""
    office.form("a.xlsx", review_of("A"))
    days = []
    for zone in ("Etc/GMT+12", "Pacific/Kiritimati"):
        Path("gatebook.toml").write_text(f'timezone = "{zone}"\n', encoding="utf-8")
        days.append(date.fromisoformat(office.run("check", "reviews", "--json").json["today"]))
    assert days[1] - days[0] in (timedelta(1), timedelta(2))


@pytest.mark.parametrize(
    "place", ["nowhere", "nowhere/a.xlsx", "reviews/*.xlsx", "", "https://x/y"]
)
def test_a_location_that_is_not_there_is_wrong_usage(office: Office, place: str) -> None:
    ran = office.run("check", place)
    assert ran.code == 2
    assert ran.out == ""
    assert "What to do:" in ran.err


def test_no_location_is_wrong_usage(office: Office) -> None:
    ran = office.run("check")
    assert ran.code == 2
    assert "no location to read" in ran.err
    (office.folder / "gatebook.toml").write_text('locations = ["reviews"]', encoding="utf-8")
    office.form("a.xlsx", review_of("A"))
    assert office.run("check", "--quiet").out == "A: Launch this week\n"


def test_a_file_seen_through_two_locations_is_one_file(office: Office) -> None:
    """Else it would be called a copy of itself."""
    office.form("a.xlsx", review_of("A"))
    (office.folder / "link").symlink_to(office.reviews)
    (office.reviews / "again.xlsx").symlink_to("a.xlsx")
    every = ("./reviews", office.reviews, "reviews/a.xlsx", "link", "reviews/../reviews/*.xlsx")
    ran = office.run("check", *every, "--json", "--today", TODAY)
    (found,) = ran.json["reviews"]
    assert found["findings"] == []


# Settings


def test_gatebook_toml_is_searched_upward(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    """The nearest one counts, and paths in it count from its own folder."""
    (office.folder / "gates").mkdir()
    (office.folder / "gates" / "own.toml").write_text(_OWN_CHECKLIST, encoding="utf-8")
    (office.folder / "gatebook.toml").write_text('checklist = "gates/own.toml"', encoding="utf-8")
    office.form("a.xlsx", review_of("A", checklist=OWN), OWN)
    deep = office.folder / "some" / "where"
    deep.mkdir(parents=True)
    monkeypatch.chdir(deep)
    ran = office.run("check", "../../reviews", "--json", "--today", TODAY)
    assert ran.json["checklist"] == "two-gates@3"
    assert [len(found["gates"]) for found in ran.json["reviews"]] == [2]
    (deep / "gatebook.toml").write_text("", encoding="utf-8")
    assert office.run("check", "../../reviews", "--json").json["checklist"] == TWELVE.name
    shadowed = office.run("check", "../../reviews", "--json", "--config", "../../gatebook.toml")
    assert shadowed.json["checklist"] == "two-gates@3"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('locatons = ["reviews"]', ["locatons", "locations", "portfolio"]),
        ("[form]\ncolour = 'red'", ["colour", "paper"]),
        ("locations = 'reviews'", ["$.locations"]),
        ('timezone = "Europe/Belin"', ["timezone", "Europe/Belin", "Europe/Berlin"]),
        ('timezone = ""', ["timezone"]),
        ('timezone = "../etc"', ["timezone"]),
        ("portfolio = ", ["TOML"]),
        ('checklist = "lost.toml"', ["lost.toml", "What to do"]),
        ('checklists = ["reviews"]', ["reviews", "What to do"]),
    ],
)
def test_wrong_settings_stop_before_anything_is_read(
    office: Office, text: str, words: list[str]
) -> None:
    office.form("a.xlsx", review_of("A"))
    (office.folder / "gatebook.toml").write_text(text, encoding="utf-8")
    ran = office.check()
    assert ran.code == 2
    assert ran.out == ""
    for word in [
        "gatebook.toml" if "lost" not in text and "checklists" not in text else "",
        *words,
    ]:
        assert word in ran.err


def test_settings_in_another_encoding_are_refused_by_name(office: Office) -> None:
    (office.folder / "gatebook.toml").write_bytes('portfolio = "Übersicht"'.encode("latin-1"))
    ran = office.check()
    assert ran.code == 2
    assert "gatebook.toml" in ran.err


def test_settings_with_a_byte_order_mark_are_read(office: Office) -> None:
    """Some Windows editors put one at the beginning of each file they save as UTF-8."""
    text = tomli_w.dumps({"timezone": "Europe/Berlin"}).encode()
    (office.folder / "gatebook.toml").write_bytes(b"\xef\xbb\xbf" + text)
    assert office.check().code == 0


def test_a_config_file_that_is_not_there(office: Office) -> None:
    ran = office.check("--config", "lost.toml")
    assert ran.code == 2
    assert "lost.toml" in ran.err


def test_own_checklist_judges_its_sheets(office: Office) -> None:
    """PAINS 8: with it, its sheets and those of the built-in one are judged side by side."""
    Path("own.toml").write_text(_OWN_CHECKLIST, encoding="utf-8")
    office.form("own.xlsx", with_row(review_of("Own", checklist=OWN), 2, status=Status.YELLOW), OWN)
    office.form("twelve.xlsx", review_of("Twelve"))
    ran = office.check("--checklist", "own.toml", "--json")
    assert ran.code == 0
    one, two = ran.json["reviews"]
    assert ran.json["checklist"] == "two-gates@3"
    assert [len(found["gates"]) for found in (one, two)] == [2, 12]
    assert (one["decision"], two["decision"]) == ("delayed", "launch")
    assert one["gates"][1]["effective"] == "red"


def test_a_sheet_of_an_unknown_checklist_is_refused_by_name(office: Office) -> None:
    """PAINS 8: the mismatch is named, and the sheet is never judged by other gates."""
    office.form("own.xlsx", review_of("Own", checklist=OWN), OWN)
    office.form("twelve.xlsx", review_of("Twelve"))
    ran = office.check("--json")
    assert ran.code == 1
    assert [found["system"] for found in ran.json["reviews"]] == ["Twelve"]
    (unreadable,) = ran.json["unreadable"]
    assert "two-gates@3" in unreadable["message"]
    assert "--checklist" in unreadable["remedy"]
    assert unreadable["tab"] == "Review"


def test_another_version_of_the_checklist_is_said(office: Office) -> None:
    """PAINS 8."""
    Path("own.toml").write_text(_OWN_CHECKLIST.replace("= 3", "= 4", 1), encoding="utf-8")
    office.form("own.xlsx", review_of("Own", checklist=OWN), OWN)
    (found,) = office.check("--checklist", "own.toml", "--json").json["reviews"]
    (finding,) = [one for one in found["findings"] if one["code"] == "checklist-differs"]
    assert "two-gates@3" in finding["message"]
    assert "two-gates@4" in finding["message"]


@pytest.mark.parametrize(
    "text", ["id = ", "id = 'x'", _OWN_CHECKLIST + "[policy.levels]\nno-such-code = 'off'\n"]
)
def test_a_wrong_checklist_stops_before_anything_is_read(office: Office, text: str) -> None:
    Path("own.toml").write_text(text, encoding="utf-8")
    office.form("a.xlsx", review_of("A"))
    ran = office.check("--checklist", "own.toml")
    assert ran.code == 2
    assert ran.out == ""
    assert "own.toml" in ran.err


# Real processes


def _start(*arguments: str, **environment: str) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [sys.executable, "-m", "gatebook", *arguments],
        capture_output=True,
        timeout=60,
        env={**os.environ, **environment},
    )


def test_a_process_writes_utf8_whatever_the_system_prefers(office: Office) -> None:
    """Windows still writes its old code page where the output is no terminal."""
    office.form("ä.xlsx", with_red(review_of("Prüfung 審査"), 3))
    (office.reviews / "ö.xlsx").write_bytes(b"")
    for arguments in (["check", "reviews"], ["check", "reviews", "--json"]):
        done = _start(*arguments, PYTHONIOENCODING="cp1252", PYTHONUTF8="0")
        assert done.returncode == 1
        assert "Prüfung 審査" in done.stdout.decode()
        assert "ö.xlsx" in done.stderr.decode()


def test_a_reader_that_goes_away_leaves_no_noise(office: Office) -> None:
    """`gatebook check … | head -1`."""
    for number in range(3):
        office.form(f"{number}.xlsx", unmarked(review_of(f"System {number}")))
    child = subprocess.Popen(
        [sys.executable, "-m", "gatebook", "check", "reviews"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert child.stdout
    assert child.stderr
    child.stdout.close()
    said = child.stderr.read()
    child.stderr.close()
    child.wait(60)
    assert said == b""


def test_a_location_may_begin_with_the_home_folder(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(office.folder))
    write_form(office.folder / "reviews" / "a.xlsx", review_of("A"))
    assert office.run("check", "~/reviews", "--today", TODAY).code == 0
