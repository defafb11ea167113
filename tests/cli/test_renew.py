"""`gatebook renew`: the form of the next review of each system. Source: CLI.md."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import msgspec
import pytest

from gatebook.backends.excel.backend import ExcelBackend
from gatebook.backends.protocol import Source
from gatebook.domain.review import Change, Review, Status, Unreadable
from gatebook.sheets.review_form import read_reviews
from gatebook.templates import BUILT_IN, template_text
from tests.cli.conftest import Office, Ran, review_of, unmarked, with_red, with_yellow
from tests.support.builders import REVIEWED, TODAY, TWELVE, with_row

DUE = date(2026, 12, 1)


def read(path: Path) -> Review:
    grids = ExcelBackend().read(Source(str(path)))
    (review,) = read_reviews(grids, {TWELVE.id: TWELVE}, TWELVE).reviews
    return review


def renew(office: Office, *arguments: object, today: date = TODAY) -> Ran:
    """`gatebook renew reviews` as of a day."""
    return office.run("renew", "reviews", "--today", today, *arguments)


def files(office: Office) -> list[str]:
    return sorted(path.relative_to(office.folder).as_posix() for path in office.folder.rglob("*.*"))


def test_a_form_is_made_beside_the_newest_review(office: Office) -> None:
    office.form("eu/old.xlsx", review_of("Router", date(2026, 10, 20)))
    office.form("us/new.xlsx", with_yellow(with_red(review_of("Router"), 3), 5, DUE))
    ran = renew(office, "--date", "2026-12-18")
    path = office.reviews / "us" / "router review 2026-12-18.xlsx"
    assert (ran.code, ran.out) == (0, "reviews/us/router review 2026-12-18.xlsx\n")
    assert "Made 1 form." in ran.err
    review = read(path)
    assert (review.system, review.lead, review.review_date) == (
        "Router",
        "Ana Ruiz",
        date(2026, 12, 18),
    )
    assert [row.status for row in review.rows] == [None] * 12
    assert (review.rows[2].note, review.rows[2].next_action) == ("Last time: Red", "Fix it")
    assert (review.rows[4].note, review.rows[4].due) == ("Last time: Yellow", DUE)
    assert review.stamp.system_id == "router"
    assert re.fullmatch(r"router-2026-12-18-[0-9a-f]{8}", review.stamp.review_id)


def test_days_that_nobody_can_read_are_named(office: Office) -> None:
    old = with_row(review_of("Router"), 3, status=Status.RED, due=Unreadable("next week"))
    old = msgspec.structs.replace(old, review_date=Unreadable("12.11.2026"))
    office.form("a.xlsx", old)
    ran = renew(office)
    assert ran.code == 0
    assert "Router: the Review date of the old form cannot be read" in ran.err
    assert "correct it in reviews/a.xlsx (Review)" in ran.err
    assert "carried forward as typed, and no date: “next week”" in ran.err
    (due,) = [row.due for row in read(office.folder / ran.out.strip()).rows if row.due]
    assert due == Unreadable("next week")


def test_until_it_is_marked_the_last_review_counts(office: Office) -> None:
    office.form("a.xlsx", with_red(review_of("Router"), 3))
    assert renew(office).code == 0
    lines = office.check().out.splitlines()
    assert lines[0] == "Router: Launch delayed; re-gate date not set"
    assert "reviews/a.xlsx" in lines[2]


def test_a_second_run_makes_nothing_and_changes_nothing(office: Office) -> None:
    office.form("a.xlsx", review_of("Router"))
    renew(office, "--date", "2026-12-18")
    before = {name: (office.folder / name).read_bytes() for name in files(office)}
    for day in ("2026-12-18", "2026-12-21"):
        ran = renew(office, "--date", day)
        assert (ran.code, ran.out) == (0, "")
        assert "kept: reviews/router review 2026-12-18.xlsx (Review): nothing is marked" in ran.err
    assert {name: (office.folder / name).read_bytes() for name in files(office)} == before


def test_a_file_that_has_the_name_already_is_kept(office: Office) -> None:
    """Whatever it is."""
    office.form("a.xlsx", review_of("Router"))
    taken = office.folder / "next" / "router review 2026-12-18.xlsx"
    taken.parent.mkdir()
    taken.write_bytes(b"mine")
    ran = renew(office, "--date", "2026-12-18", "--to", "next")
    assert (ran.code, ran.out) == (0, "")
    assert "kept: next/router review 2026-12-18.xlsx" in ran.err
    assert taken.read_bytes() == b"mine"


@pytest.mark.parametrize(
    ("launch", "today", "day"),
    [
        (date(2026, 11, 10), TODAY, "2026-12-10"),
        (date(2026, 11, 10), date(2026, 12, 15), "2026-12-15"),
    ],
    ids=["due ahead", "overdue: today"],
)
def test_without_a_date_it_is_for_the_day_it_is_due_or_today(
    office: Office, launch: date, today: date, day: str
) -> None:
    office.form("a.xlsx", review_of("Router", live="Yes", launch_date=launch))
    assert renew(office, today=today).out == f"reviews/router review {day}.xlsx\n"


@pytest.mark.parametrize(
    ("to", "path"),
    [
        ("next", "next/router review 2026-11-23.xlsx"),
        ("2026.12/", "2026.12/router review 2026-11-23.xlsx"),
        ("mine.xlsx", "mine.xlsx"),
    ],
)
def test_where_it_goes(office: Office, to: str, path: str) -> None:
    office.form("a.xlsx", review_of("Router"))
    assert renew(office, "--to", to).out == f"{path}\n"
    assert read(office.folder / path).system == "Router"


def test_only_the_systems_that_are_named(office: Office) -> None:
    for system in ("Alpha", "Beta", "Gamma Ray"):
        office.form(f"{system}.xlsx", review_of(system))
    ran = renew(office, "--system", "beta", "--system", " GAMMA  ray", "--to", "next")
    assert ran.out.splitlines() == [
        "next/beta review 2026-11-23.xlsx",
        "next/gamma-ray review 2026-11-23.xlsx",
    ]
    wrong = renew(office, "--system", "Delta", "--to", "never")
    assert (wrong.code, wrong.out) == (2, "")
    assert "“Delta”" in wrong.err
    assert "Alpha, Beta, Gamma Ray" in wrong.err
    assert not (office.folder / "never").exists()


@pytest.mark.parametrize(
    ("review", "arguments", "said"),
    [
        (unmarked(review_of("Router")), (), "nothing is marked in it yet"),
        (review_of("Router", TODAY), (), f"it is the review of {TODAY}"),
        (review_of("Router"), ("--date", "2026-11-01"), "it is a later one than 2026-11-01"),
    ],
)
def test_a_form_that_will_do_is_kept_and_named(
    office: Office, review: Review, arguments: tuple[str, ...], said: str
) -> None:
    office.form("a.xlsx", review)
    ran = renew(office, *arguments)
    assert (ran.code, ran.out) == (0, "")
    assert f"kept: reviews/a.xlsx (Review): {said}" in ran.err
    assert files(office) == ["reviews/a.xlsx"]


def test_what_cannot_be_read_is_said_and_the_others_are_renewed(office: Office) -> None:
    office.form("a.xlsx", review_of("Router"))
    (office.reviews / "b.xlsx").write_bytes(b"")
    ran = renew(office)
    assert (ran.code, ran.out) == (1, "reviews/router review 2026-11-23.xlsx\n")
    assert "could not be read: reviews/b.xlsx: the file is empty" in ran.err


def test_of_copies_the_one_that_counts_is_renewed(office: Office) -> None:
    office.form("a.xlsx", review_of("Router", lead="Old Lead"), modified=1_000_000_000)
    office.form("b.xlsx", review_of("Router", lead="New Lead"), modified=1_700_000_000)
    ran = renew(office)
    assert len(ran.out.splitlines()) == 1
    assert read(office.folder / ran.out.strip()).lead == "New Lead"


def test_two_systems_for_one_file_stop_it_before_anything_is_made(office: Office) -> None:
    for number, system in enumerate(("C V", "C-V", "Other")):
        review = review_of(system)
        stamp = msgspec.structs.replace(
            review.stamp, system_id=f"s{number}", review_id=f"r{number}"
        )
        office.form(f"{number}.xlsx", msgspec.structs.replace(review, stamp=stamp))
    ran = renew(office)
    assert (ran.code, ran.out) == (2, "")
    assert "“C V” and “C-V”" in ran.err
    assert files(office) == [f"reviews/{number}.xlsx" for number in range(3)]


def test_a_new_checklist_is_used_and_what_it_changes_is_said(office: Office) -> None:
    """Two gates reworded, one gone, one new."""
    text = template_text(BUILT_IN).replace("version = 1", "version = 2", 1)
    for number in (2, 3):
        text = text.replace(TWELVE.gates[number].green, f"Changed {number}.")
    text = text.replace('key = "decommission"', 'key = "switch-off"')
    (office.folder / "v2.toml").write_text(text, encoding="utf-8")
    office.form("a.xlsx", review_of("Router"))
    ran = renew(office, "--checklist", "v2.toml")
    assert ran.code == 0
    for gate in TWELVE.gates[2:4]:
        assert f"Router: gate {gate.number} ({gate.title}) asks for something else" in ran.err
    assert f"Router: gate 12 ({TWELVE.gates[11].title}) was not on the last form" in ran.err
    assert f"the row “{TWELVE.gates[11].title}” belongs to no gate" in ran.err
    review = read(office.folder / ran.out.strip())
    assert review.stamp.version == 2
    assert [row.note for row in review.rows[1:5]] == [
        "Last time: Green",
        "Last time: Green; new text",
        "Last time: Green; new text",
        "Last time: Green",
    ]


def test_the_log_of_all_forms_comes_along(office: Office) -> None:
    """People go on writing into the log of the file they have."""
    changes = [Change(REVIEWED - timedelta(days=n), "Prompt", "Bo Li", f"No. {n}") for n in (9, 40)]
    office.form("old.xlsx", review_of("Router", date(2026, 10, 20), changes=(changes[0],)))
    office.form("new.xlsx", review_of("Router", changes=(changes[1],)))
    review = read(office.folder / renew(office).out.strip())
    assert [change.what for change in review.changes] == ["No. 40", "No. 9"]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("renew",), "no location to read"),
        (("renew", "nowhere"), "nowhere"),
        (("renew", "reviews", "--date", "30/11/2026"), "YYYY-MM-DD"),
        (("renew", "reviews", "--to", "reviews/*"), "is no place for a form"),
        (("renew", "reviews", "--to", "https://x.example/a"), "x.example"),
    ],
)
def test_wrong_usage_makes_nothing(office: Office, arguments: tuple[str, ...], said: str) -> None:
    office.form("a.xlsx", review_of("Router"))
    ran = office.run(*arguments)
    assert (ran.code, ran.out) == (2, "")
    assert said in ran.err
    assert files(office) == ["reviews/a.xlsx"]


def test_nothing_there_is_said(office: Office) -> None:
    ran = renew(office)
    assert (ran.code, ran.out) == (0, "")
    assert "No review found here" in ran.err


def test_quiet_prints_the_paths_alone(office: Office) -> None:
    office.form("a.xlsx", review_of("Router"))
    assert renew(office, "-q")[:] == (0, "reviews/router review 2026-11-23.xlsx\n", "")
    assert renew(office, "-q")[:] == (0, "", "")


@pytest.mark.parametrize(
    ("lose", "said"),
    [(Path.unlink, "missing since 2026-11-23"), (None, "could not be read since 2026-11-23")],
)
def test_the_newest_review_comes_from_the_ledger_where_its_sheet_is_gone(
    office: Office, lose: Callable[[Path], None] | None, said: str
) -> None:
    """Its open actions and its red are on the next form, not those of the review before."""
    office.form("old.xlsx", review_of("Router", REVIEWED - timedelta(30)))
    newest = office.form("new.xlsx", with_red(review_of("Router"), 3))
    office.sync()
    if lose:
        lose(newest)
    else:
        newest.write_bytes(b"spoilt")
    office.sync()
    ran = renew(office, "--date", DUE, "--portfolio", office.portfolio)
    assert ran.code == (0 if lose else 1)
    assert ran.out == "reviews/router review 2026-12-01.xlsx\n"
    assert f"Router: its newest review, of {REVIEWED} ({said}), is taken from the record" in ran.err
    review = read(office.reviews / "router review 2026-12-01.xlsx")
    assert (review.rows[2].note, review.rows[2].next_action) == ("Last time: Red", "Fix it")
    # Without the ledger nobody knows of it.
    (office.reviews / "router review 2026-12-01.xlsx").unlink()
    renew(office, "--date", DUE)
    assert read(office.reviews / "router review 2026-12-01.xlsx").rows[2].note == "Last time: Green"


def test_a_sheet_that_was_edited_since_the_last_sync_is_what_counts(office: Office) -> None:
    office.form("a.xlsx", with_red(review_of("Router"), 3))
    office.sync()
    office.form("a.xlsx", review_of("Router"))
    ran = renew(office, "--date", DUE, "--portfolio", office.portfolio)
    assert "from the record" not in ran.err
    assert read(office.reviews / "router review 2026-12-01.xlsx").rows[2].note == "Last time: Green"


@pytest.mark.parametrize("asked", [True, False])
def test_a_ledger_that_cannot_be_read_stops_it_only_where_it_was_asked_for(
    office: Office, asked: bool
) -> None:
    office.form("a.xlsx", review_of("Router"))
    (office.folder / "gatebook.toml").write_text('portfolio = "portfolio.xlsx"\n', encoding="utf-8")
    (office.folder / "portfolio.ledger.db").write_bytes(b"no database" * 100)
    ran = renew(office, "--date", DUE, *(["--portfolio", "portfolio.xlsx"] if asked else []))
    assert ran.code == (4 if asked else 0)
    assert ("warning: the ledger was not asked: " in ran.err) is not asked
    assert (ran.out == "") is asked
