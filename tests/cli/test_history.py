"""`gatebook history`: what was recorded, of one system and of all, to read, as JSON and as tables.

Source: CLI.md, and the issue "Nothing forgotten", part 5.
"""

from __future__ import annotations

import csv
import re
import sys
from datetime import date
from pathlib import Path

import msgspec
import pandas as pd
import pytest

from gatebook.cli.export import GATES, REVIEWS, write_csv
from gatebook.domain.cells import Cell
from gatebook.domain.review import Stamp
from gatebook.ledger.ledger import open_ledger
from gatebook.ledger.records import Record
from tests.abuse.marks import abuse
from tests.cli.conftest import Office, delete_row, review_of, with_red, with_yellow
from tests.cli.test_terminal import at_terminal, cells, one_line, plain
from tests.ledger.samples import review, run, sheet
from tests.support.builders import LAUNCH, TWELVE

MAY, JUNE, JULY, AUGUST = (date(2026, month, 10) for month in (5, 6, 7, 8))
CONFIG = 'locations = ["reviews"]\nportfolio = "portfolio.xlsx"\n'


def a_summer(office: Office) -> Office:
    """A system that is delayed in May, is put right in the same review in June, and comes back in July;
    beside it one that comes in June and is gone in August."""
    (office.folder / "gatebook.toml").write_text(CONFIG, encoding="utf-8")
    may = review_of("Support assistant", MAY)
    office.form("may.xlsx", with_red(msgspec.structs.replace(may, regate_on=JUNE), 5, due=JUNE))
    assert office.sync(today=MAY).code == 0
    office.form("may.xlsx", with_yellow(may, 5, due=AUGUST))
    office.form("router.xlsx", review_of("Ticket router", JUNE))
    assert office.sync(today=JUNE).code == 0
    office.form("july.xlsx", review_of("Support assistant", JULY))
    assert office.sync(today=JULY).code == 0
    return office


@pytest.fixture
def summer(office: Office) -> Office:
    return a_summer(office)


# What was recorded of the Support assistant: the review's day, on which day it was recorded, to what
# it came, and whether it counts now.
TOLD = [
    ("2026-05-10", "2026-05-10", "delayed", False),
    ("2026-05-10", "2026-06-10", "launch-with-plan", False),
    ("2026-07-10", "2026-07-10", "launch", True),
]


@pytest.mark.parametrize(
    "asked",
    ["Support assistant", "support ASSISTANT", "  Support   assistant ", "support-assistant"],
)
def test_a_system_is_found_by_name_or_key(summer: Office, asked: str) -> None:
    ran = summer.run("history", asked, "--json")
    assert (ran.code, ran.err) == (0, "")
    assert (ran.json["schema"], ran.json["system"]) == (1, "Support assistant")
    told = [
        (one["date"], one["recorded"], one["decision"], one["counts_now"])
        for one in ran.json["reviews"]
    ]
    assert told == TOLD


def test_a_name_needs_no_quotes(summer: Office) -> None:
    quoted = summer.run("history", "Support assistant", "--json")
    assert summer.run("history", "Support", "assistant", "--json") == quoted


def test_a_recorded_review_has_the_fields_of_check(summer: Office) -> None:
    """One reader for both: what `check --json` calls a field, `history --json` calls the same."""
    checked = summer.run("check", "reviews/july.xlsx", "--json", "--today", JULY).json
    (now,) = checked["reviews"]
    recorded = summer.run("history", "Support assistant", "--json").json["reviews"][-1]
    shared = {name: now[name] for name in now if name not in ("gates", "findings")}
    assert {name: recorded[name] for name in shared} == shared
    for was, gate in zip(recorded["gates"], now["gates"], strict=True):
        assert {name: was[name] for name in gate} == gate
    assert recorded["checklist"] == checked["checklist"] == TWELVE.name


def test_for_people_it_is_the_reviews_in_their_order(summer: Office) -> None:
    lines = summer.run("history", "Support assistant").out.splitlines()
    assert lines[0] == "Support assistant (support-assistant): 2 reviews in 3 versions"
    heads = [line for line in lines[1:] if not line.startswith(" " * 10)]
    assert heads == [
        "  2026-05-10  Launch delayed; re-gate on 2026-06-10",
        "  the same    Launch with remediation plan",
        "  2026-07-10  Launch this week",
    ]
    assert [line.strip() for line in lines if "recorded" in line] == [
        "recorded 2026-05-10",
        "recorded 2026-06-10",
        "recorded 2026-07-10 · counts now",
    ]
    assert "1 red: 5 Cost per task tracked" in " ".join(lines)
    assert "reviews/may.xlsx · Review · twelve-gates@1" in " ".join(lines)


def test_quiet_gives_the_decisions_alone(summer: Office) -> None:
    assert len(summer.run("history", "Support assistant", "-q").out.splitlines()) == 4


def test_without_a_system_all_are_listed_as_they_stand(summer: Office) -> None:
    assert summer.run("history").out.splitlines() == [
        "  Support assistant: Launch this week · review of 2026-07-10 · 2 reviews",
        "  Ticket router: Launch this week · review of 2026-06-10 · 1 review",
    ]
    found = summer.run("history", "--json").json
    assert found["portfolio"] == summer.portfolio.as_posix()
    assert [
        (one["system"], one["system_key"], one["reviews"], one["first_recorded"],
         one["counts"]["decision"], one["counts"]["date"])
        for one in found["systems"]
    ] == [
        ("Support assistant", "support-assistant", 2, "2026-05-10", "launch", "2026-07-10"),
        ("Ticket router", "ticket-router", 1, "2026-06-10", "launch", "2026-06-10"),
    ]  # fmt: skip


def test_a_system_that_was_let_go_keeps_its_history(summer: Office) -> None:
    (summer.reviews / "router.xlsx").unlink()
    summer.sync(today=AUGUST)
    assert "Ticket router: Launch this week" in summer.run("history").out  # missing, and kept
    delete_row(summer.portfolio, "Ticket router")
    summer.sync(today=AUGUST)
    assert "Ticket router: No longer counted · last: Launch this week" in summer.run("history").out
    ran = summer.run("history", "Ticket router")
    assert "No review of it counts any more" in ran.out
    assert "counts now" not in ran.out
    assert summer.run("history", "--json").json["systems"][1]["counts"] is None


@pytest.mark.parametrize(
    ("lose", "word"), [("delete", "missing since"), ("spoil", "could not be read since")]
)
def test_a_sheet_that_is_not_there_any_more_is_told(summer: Office, lose: str, word: str) -> None:
    router = summer.reviews / "router.xlsx"
    assert word not in summer.run("history").out + summer.run("explain", "Ticket router").out
    if lose == "delete":
        router.unlink()
    else:
        router.write_bytes(b"spoilt")
    assert summer.sync(today=AUGUST).code == 1
    told = f"{word} {AUGUST}"
    assert told in summer.run("history").out
    assert f"counts now, {told}" in " ".join(summer.run("history", "Ticket router").out.split())
    why = summer.run("explain", "Ticket router", "--as-of", AUGUST)
    assert f"{told}; this is its last known state" in " ".join(why.out.split())
    assert summer.run("explain", "Ticket router", "--json").json["sheet_state"] == told
    # On a day before, it was there.
    assert word not in summer.run("explain", "Support assistant", "--as-of", JUNE).out


def test_a_row_that_was_moved_is_no_other_version(office: Office) -> None:
    """What counts then differs from the version that is shown in nothing that anybody typed."""
    url = f"sqlite:///{office.folder / 'all.db'}"
    found = review("router", review_date=JUNE)
    moved = msgspec.structs.replace(found, cells={"system": Cell(9, 9)})
    place = {"router": ("a.xlsx", "Review")}
    with open_ledger(url) as ledger:
        for newest, one in ((None, found), (1, moved)):
            ledger.record("p", run(JUNE), [sheet("a.xlsx", one)], based_on=newest, counting=place)
        assert ledger.standing("p") == {"router": 2}
    (only,) = office.run("history", "router", "--ledger", url, "--json").json["reviews"]
    assert only["counts_now"]


def test_a_copy_that_does_not_count_is_not_marked(office: Office) -> None:
    url = f"sqlite:///{office.folder / 'all.db'}"
    found = review("router", review_date=JUNE)
    copy = msgspec.structs.replace(found, lead="Ida Sund")
    with open_ledger(url) as ledger:
        ledger.record("p", run(JUNE), [sheet("a.xlsx", found), sheet("copy.xlsx", copy)],
                      based_on=None, counting={"router": ("a.xlsx", "Review")})  # fmt: skip
    told = office.run("history", "router", "--ledger", url, "--json").json["reviews"]
    assert [(one["location"], one["counts_now"]) for one in told] == [
        ("a.xlsx", True),
        ("copy.xlsx", False),
    ]


# What was asked for → what is said of it.
UNKNOWN = [
    ("Suport asistant", "knows no system “Suport asistant”", "did you mean “Support assistant”"),
    ("Payroll", "knows no system “Payroll”", "it knows Support assistant, Ticket router."),
]


@pytest.mark.parametrize(("asked", "problem", "remedy"), UNKNOWN)
def test_an_unknown_system(summer: Office, asked: str, problem: str, remedy: str) -> None:
    ran = summer.run("history", asked, "--json")
    assert (ran.code, ran.out) == (2, "")
    assert problem in ran.err
    assert remedy in ran.err


def two_norths(office: Office) -> Office:
    """Two systems of one name, which is nearly the key of one of them."""
    for key in ("north", "south"):
        stamp = Stamp(1, TWELVE.id, TWELVE.version, key, f"{key}-1")
        office.form(f"{key}.xlsx", review_of("North", JUNE, stamp=stamp))
    assert office.sync(today=JUNE).code == 0
    return office


def test_two_systems_of_one_name_are_told_apart_by_their_keys(office: Office) -> None:
    two_norths(office)
    ran = office.run("history", "North", "--portfolio", "portfolio.xlsx")
    assert ran.code == 2
    assert "“North” is the name of 2 systems" in ran.err
    assert "give the key of the one you mean: north, south." in ran.err
    for key in ("north", "south"):
        found = office.run("history", key, "--portfolio", "portfolio.xlsx", "--json")
        assert found.json["system_key"] == key


def test_a_renamed_system_is_found_by_either_name(office: Office) -> None:
    stamp = Stamp(1, TWELVE.id, TWELVE.version, "one", "one-1")
    office.form("a.xlsx", review_of("Old name", JUNE, stamp=stamp))
    office.sync(today=JUNE)
    office.form("a.xlsx", review_of("New name", JUNE, stamp=stamp))
    office.sync(today=JULY)
    for asked in ("old name", "new name"):
        found = office.run("history", asked, "--portfolio", "portfolio.xlsx", "--json").json
        assert (found["system"], len(found["reviews"])) == ("New name", 2)


def test_the_ledger_alone_is_enough_where_it_serves_one_portfolio(summer: Office) -> None:
    (summer.folder / "gatebook.toml").unlink()
    url = f"sqlite:///{summer.folder / 'portfolio.ledger.db'}"
    assert len(summer.run("history", "--ledger", url).out.splitlines()) == 2
    with open_ledger(url) as ledger:
        ledger.record("other.xlsx", run(JUNE), [sheet("x.xlsx", review("x"))], based_on=None)
    ran = summer.run("history", "--ledger", url)
    assert ran.code == 2
    assert "is the ledger of 2 portfolios" in ran.err
    assert f"--portfolio: {summer.portfolio.as_posix()}, other.xlsx" in ran.err
    ran = summer.run("history", "--ledger", url, "--portfolio", "elsewhere.xlsx")
    assert (ran.code, "knows nothing of the portfolio" in ran.err) == (2, True)


# How it is called in an empty folder → exit code, and what is said.
NOWHERE = [
    ([], 2, "no ledger to read"),
    (["--ledger", "off", "--portfolio", "p.xlsx"], 2, "no ledger to read"),
    (["--portfolio", "p.xlsx"], 2, "there is no ledger"),
    (["--ledger", "mysql://ops:secret@host/db"], 2, "cannot be kept in mysql"),
    (["--ledger", "ledger.db"], 2, "URL cannot be read"),
    (["--ledger", "sqlite:////nowhere/at/all.db"], 2, "there is no ledger"),
    (["--portfolio", "https://example.com/x"], 2, "https://example.com/x"),
    (["--portfolio", "p.xlsx", "--gates"], 2, "--gates goes with --csv or --parquet"),
]


@pytest.mark.parametrize(("arguments", "code", "says"), NOWHERE)
def test_where_there_is_nothing_to_read(
    office: Office, arguments: list[str], code: int, says: str
) -> None:
    ran = office.run("history", *arguments)
    assert (ran.code, ran.out) == (code, "")
    assert says in ran.err
    assert "What to do:" in ran.err
    assert "secret" not in ran.err
    assert [path.name for path in office.folder.iterdir()] == ["reviews"]


def test_a_damaged_ledger_is_no_wrong_usage(summer: Office) -> None:
    (summer.folder / "portfolio.ledger.db").write_bytes(b"no database at all" * 99)
    ran = summer.run("history")
    assert (ran.code, ran.out) == (4, "")
    assert "is no ledger and no SQLite database" in ran.err


@pytest.mark.parametrize("url", ["mysql://ops:secret@host/db", "ledger.db", "sqlite://"])
def test_sync_takes_a_wrong_url_for_wrong_usage(office: Office, url: str) -> None:
    """CLI.md: 2 is wrong usage, and nothing was read or written; 4 is a ledger that resists."""
    office.form("a.xlsx", review_of("A"))
    ran = office.sync("--ledger", url)
    assert (ran.code, ran.out) == (2, "")
    assert "sqlite:///PATH" in ran.err
    assert "secret" not in ran.err
    assert not office.portfolio.exists()


def test_nothing_recorded_yet(office: Office) -> None:
    assert office.sync().code == 0
    ran = office.run("history", "--portfolio", "portfolio.xlsx")
    assert (ran.code, ran.out) == (0, "")
    assert "No review is recorded yet" in ran.err


def read_csv(path: Path) -> list[dict[str, str]]:
    """A CSV as a strict reader sees it."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file, strict=True))


def test_the_csv_has_a_row_for_each_version(summer: Office) -> None:
    ran = summer.run("history", "--csv", "all.csv")
    assert (ran.code, ran.out) == (0, "Wrote 4 rows to all.csv.\n")
    raw = (summer.folder / "all.csv").read_bytes()
    assert raw.startswith(b"\xef\xbb\xbfid,run,recorded,")
    assert raw.count(b"\r\n") == raw.count(b"\n") == 5
    rows = read_csv(summer.folder / "all.csv")
    assert list(rows[0]) == list(REVIEWS)
    assert [(row["system"], row["recorded"], row["decision"], row["red"], row["regate_on"])
            for row in rows] == [
        ("Support assistant", "2026-05-10", "delayed", "1", "2026-06-10"),
        ("Support assistant", "2026-06-10", "launch-with-plan", "0", ""),
        ("Ticket router", "2026-06-10", "launch", "0", ""),
        ("Support assistant", "2026-07-10", "launch", "0", ""),
    ]  # fmt: skip


def test_every_plain_field_of_a_record_is_exported() -> None:
    kept_back = {"gates_text"}
    assert set(REVIEWS) - {"counts_now"} == set(Record.__struct_fields__) - kept_back


def test_the_csv_says_which_version_counts(summer: Office) -> None:
    summer.run("history", "--csv", "all.csv")
    counts = {
        (row["system"], row["review_date"], row["decision"])
        for row in read_csv(summer.folder / "all.csv")
        if row["counts_now"] == "True"
    }
    assert counts == {
        ("Support assistant", str(JULY), "launch"),
        ("Ticket router", str(JUNE), "launch"),
    }


def test_the_docs_name_every_column() -> None:
    page = (Path(__file__).parents[2] / "docs" / "commands.md").read_text("utf-8")
    table = page.partition("| column | says |")[2].partition("\n\n")[0]
    named = re.findall(
        r"`([a-z_]+)`", "".join(line.split("|")[1] for line in table.splitlines()[2:])
    )
    assert sorted(named) == sorted(REVIEWS.keys() | GATES.keys())


def test_a_corrected_date_is_shown(office: Office) -> None:
    """The same review with another date: people see both days."""
    review = review_of("Support assistant", MAY)
    office.form("a.xlsx", review)
    office.sync(today=JULY)
    office.form("a.xlsx", msgspec.structs.replace(review, review_date=JUNE))
    office.sync(today=JULY)
    lines = office.run("history", "Support assistant", "--portfolio", "portfolio.xlsx").out
    heads = [line.split()[0] for line in lines.splitlines()[1:] if not line.startswith(" " * 10)]
    assert heads == [str(MAY), str(JUNE)]


def test_the_csv_of_a_systems_gates(summer: Office) -> None:
    ran = summer.run("history", "Support assistant", "--gates", "--csv", "gates.csv", "-q")
    assert (ran.code, ran.out) == (0, "")
    rows = read_csv(summer.folder / "gates.csv")
    assert list(rows[0]) == list(GATES)
    assert len(rows) == 3 * 12
    cost = [(row["review_date"], row["effective"], row["due"]) for row in rows
            if row["number"] == "5"]  # fmt: skip
    assert cost == [
        ("2026-05-10", "red", "2026-06-10"),
        ("2026-05-10", "yellow", "2026-08-10"),
        ("2026-07-10", "green", ""),
    ]


# What somebody typed → what stands in the CSV. PAINS 18; CWE-1236.
TYPED = [
    ("=1+1", "'=1+1"),
    ("+49 30 1234", "'+49 30 1234"),
    ("-2", "'-2"),
    ("@SUM(A1)", "'@SUM(A1)"),
    ("\t=1+1", "'=1+1"),
    ("\r=1+1", "'=1+1"),
    ("\n=1+1", "'=1+1"),
    ("  =1+1", "'=1+1"),
    ("\uff1d1+1", "'\uff1d1+1"),
    ("Bo Li; =1+1", "Bo Li; '=1+1"),
    ('a";=1+1;"', 'a";\'=1+1;"'),
    ("a\n=1+1", "a =1+1"),
    ("a\x00b\ud800", "a b?"),
    ("Bo Li, COO", "Bo Li, COO"),
    ("A = B - C", "A = B - C"),
    ("Zoë 李", "Zoë 李"),
    ("", ""),
]


@pytest.mark.parametrize(("typed", "stands"), TYPED)
@abuse("hostile", 18)
def test_no_cell_of_the_csv_is_a_formula(tmp_path: Path, typed: str, stands: str) -> None:
    path = tmp_path / "x.csv"
    write_csv([{"who": typed, "many": -1}], {"who": str, "many": int}, path)
    assert read_csv(path) == [{"who": stands, "many": "-1"}]
    for line in path.read_text(encoding="utf-8-sig").splitlines()[1:]:
        for cell in line.replace('"', "").split(";"):
            assert not cell.strip().startswith(tuple("=+@\uff1d"))


@abuse("hostile", 18)
def test_a_hostile_form_stays_text_all_the_way(office: Office) -> None:
    found = review_of("=HYPERLINK(1)", JUNE)
    rows = tuple(msgspec.structs.replace(row, owner="+Mia") for row in found.rows)
    office.form("a.xlsx", msgspec.structs.replace(found, rows=rows))
    office.sync(today=JUNE)
    office.run("history", "--portfolio", "portfolio.xlsx", "--csv", "a.csv")
    office.run("history", "--portfolio", "portfolio.xlsx", "--csv", "g.csv", "--gates")
    (row,) = read_csv(office.folder / "a.csv")
    assert row["system"] == "'=HYPERLINK(1)"
    assert {row["owner"] for row in read_csv(office.folder / "g.csv")} == {"'+Mia"}


# How Parquet calls a column of each kind; readers take either width of text.
KINDS = {
    bool: {"bool[pyarrow]"},
    int: {"int64[pyarrow]"},
    str: {"string", "string[pyarrow]", "large_string[pyarrow]"},
    date: {"date32[day][pyarrow]"},
}


# What is exported → its columns, how many rows, on which days a re-gate or an action was due.
PARQUET = [
    ([], REVIEWS, 4, "regate_on", {JUNE}),
    (["Ticket router"], REVIEWS, 1, "regate_on", set()),
    (["--gates"], GATES, 48, "due", {JUNE, AUGUST}),
    (["--gates", "Ticket router"], GATES, 12, "due", set()),
]


@pytest.mark.parametrize(("arguments", "columns", "many", "day", "days"), PARQUET)
def test_the_parquet_file_says_what_the_ledger_says(
    summer: Office,
    arguments: list[str],
    columns: dict[str, type],
    many: int,
    day: str,
    days: set[date],
) -> None:
    ran = summer.run("history", "--parquet", "all.parquet", *arguments)
    assert ran.code == 0, ran.err
    frame = pd.read_parquet(summer.folder / "all.parquet", dtype_backend="pyarrow")
    assert list(frame.columns) == list(columns)
    assert len(frame) == many
    assert {one for one in frame[day] if pd.notna(one)} == days
    assert frame["review_date"][0] == (JUNE if "Ticket router" in arguments else MAY)
    # The types are the same where a column is empty.
    for name, kind in columns.items():
        assert str(frame[name].dtype) in KINDS[kind], name


def test_parquet_keeps_text_as_it_was_typed(office: Office) -> None:
    office.form("a.xlsx", review_of("=HYPERLINK(1)", JUNE))
    office.sync(today=JUNE)
    office.run("history", "--portfolio", "portfolio.xlsx", "--parquet", "a.parquet")
    frame = pd.read_parquet(office.folder / "a.parquet")
    assert list(frame["system"]) == ["=HYPERLINK(1)"]


def test_without_pyarrow_it_says_what_to_install(
    summer: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    ran = summer.run("history", "--parquet", "all.parquet")
    assert (ran.code, ran.out) == (2, "")
    assert 'pip install "gatebook[parquet]"' in ran.err


@pytest.mark.parametrize("kind", ["csv", "parquet"])
def test_a_table_is_replaced_only_when_told_to(summer: Office, kind: str) -> None:
    path = summer.folder / f"all.{kind}"
    path.write_bytes(b"mine")
    ran = summer.run("history", f"--{kind}", path.name, "--csv", "new.csv")
    if kind == "parquet":
        assert not (summer.folder / "new.csv").exists()
    ran = summer.run("history", f"--{kind}", path.name)
    assert (ran.code, ran.out) == (4, "")
    assert f"all.{kind} is there already" in ran.err
    assert path.read_bytes() == b"mine"
    assert summer.run("history", f"--{kind}", path.name, "--force").code == 0
    assert path.read_bytes() != b"mine"


# A target → what is said of it.
TARGETS = [
    (["--csv", "portfolio.ledger.db", "--force"], "is no .csv file"),
    (["--csv", "portfolio.xlsx", "--force"], "is no .csv file"),
    (["--parquet", "all.csv"], "is no .parquet file"),
    (["--csv", "nowhere/all.csv"], "the folder nowhere is not there"),
    (["--csv", "folder.csv", "--force"], "folder.csv is a folder"),
]


@pytest.mark.parametrize(("arguments", "says"), TARGETS)
def test_what_is_no_place_for_a_table(summer: Office, arguments: list[str], says: str) -> None:
    (summer.folder / "folder.csv").mkdir()
    before = (summer.folder / "portfolio.ledger.db").read_bytes()
    ran = summer.run("history", *arguments)
    assert (ran.code, ran.out) == (2, "")
    assert says in ran.err
    assert (summer.folder / "portfolio.ledger.db").read_bytes() == before


def test_json_stays_alone_beside_a_table(summer: Office) -> None:
    ran = summer.run("history", "--json", "--csv", "all.csv")
    assert len(ran.json["systems"]) == 2
    assert ran.err == "Wrote 4 rows to all.csv.\n"


def test_at_a_terminal_it_fits(summer: Office) -> None:
    """80 columns, in colour; the words are those of a pipe."""
    for arguments in (["history"], ["history", "Support assistant"]):
        shown = at_terminal(*arguments)
        assert max(cells(line) for line in plain(shown).splitlines()) <= 80
        assert "\x1b[" in shown
        assert "Launch this week" in one_line(shown)
    assert "\x1b[" not in summer.run("history").out


def test_reading_changes_nothing(summer: Office) -> None:
    path = summer.folder / "portfolio.ledger.db"
    before = path.read_bytes(), summer.state()
    summer.run("history")
    summer.run("history", "Support assistant", "--csv", "x.csv")
    assert (path.read_bytes(), summer.state()) == before


def test_a_gate_keeps_the_day_that_was_typed(summer: Office) -> None:
    gates = summer.run("history", "Support assistant", "--json").json["reviews"][1]["gates"]
    assert (gates[4]["due"], gates[4]["next_action"], gates[4]["cell"]) == (
        "2026-08-10", "Build the sheet", "D19")  # fmt: skip
    assert LAUNCH.isoformat() not in {gate["due"] for gate in gates}
