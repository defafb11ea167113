"""`gatebook digest`: what it writes, what it leaves alone, and how it ends."""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from gatebook.cli.digest import file_stems
from gatebook.digest import GROUP, MARK
from tests.cli.conftest import Office, Ran, delete_row, review_of, with_red, with_yellow
from tests.support.builders import REVIEWED, TODAY

_PEOPLE = ["ana-ruiz", "bo-li", "chidi-okafor"]


def _spoil(path: Path) -> None:
    path.write_bytes(b"spoilt")


def digest(office: Office, *arguments: object) -> Ran:
    return office.run("digest", "reviews", "--to", "out", "--today", TODAY, *arguments)


def written(office: Office, folder: str = "out") -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in (office.folder / folder).iterdir()}


def both(*stems: str) -> set[str]:
    return {f"{stem}{ending}" for stem in stems for ending in (".md", ".ics")}


def texts(*stems: str) -> set[str]:
    return {f"{stem}.md" for stem in stems}


def test_everybody_gets_a_text_and_a_calendar(office: Office) -> None:
    office.form("a.xlsx", with_yellow(review_of("A"), 5, date(2026, 11, 20)))
    ran = digest(office)
    assert (ran.code, ran.err) == (0, "")
    assert ran.out.splitlines() == [
        "Ana Ruiz: 1 system, 0 open actions, 0 reviews or re-gates",
        "Bo Li: 1 system, 0 open actions, 0 reviews or re-gates",
        "Chidi Okafor: 1 system, 0 open actions, 0 reviews or re-gates",
        "Mia Berg: 0 systems, 1 open action (1 overdue), 0 reviews or re-gates",
        "5 files in out.",
        "Nothing has a date, so there is no calendar for: Ana Ruiz, Bo Li, Chidi Okafor.",
    ]
    files = written(office)
    assert set(files) == texts(*_PEOPLE) | both("mia-berg")
    text = files["mia-berg.md"].decode()
    assert "### Overdue\n\n- **2026-11-20**, 3 days overdue: A, gate 5 " in text
    assert "Where: reviews/a.xlsx, tab Review, cell F" in text
    assert b"DTSTART;VALUE=DATE:20261120" in files["mia-berg.ics"]


def test_the_same_again_writes_nothing_and_says_the_same(office: Office) -> None:
    office.form("a.xlsx", with_red(review_of("A"), 5, date(2026, 11, 30)))
    first = digest(office)
    before = written(office)
    for path in (office.folder / "out").iterdir():
        os.utime(path, (1, 1))
    assert digest(office) == first
    assert written(office) == before
    assert {path.stat().st_mtime for path in (office.folder / "out").iterdir()} == {1}


def test_only_one_owner(office: Office) -> None:
    office.form("a.xlsx", review_of("A"))
    ran = digest(office, "--owner", "  bo LI")
    assert ran.code == 0
    assert ran.out.splitlines()[1:] == [
        "1 file in out.",
        "Nothing has a date, so there is no calendar for: Bo Li.",
    ]
    assert set(written(office)) == texts("bo-li")


def test_a_calendar_whose_last_date_is_gone_is_emptied(office: Office) -> None:
    """Somebody may have subscribed to it."""
    office.form("a.xlsx", with_yellow(review_of("A"), 5, date(2026, 11, 20)))
    digest(office)
    office.form("a.xlsx", with_red(review_of("A", lead="Mia Berg"), 5))
    assert digest(office, "--owner", "Mia Berg").code == 0
    left = written(office)["mia-berg.ics"]
    assert left.startswith(b"BEGIN:VCALENDAR")
    assert b"DTSTART" not in left


@pytest.mark.parametrize(
    ("name", "remedy"),
    [("Bo Lee", "did you mean “Bo Li”?"), ("Zz", "Ana Ruiz, Bo Li, Chidi Okafor, Mia Berg.")],
)
def test_an_unknown_owner_stops_it(office: Office, name: str, remedy: str) -> None:
    """PAINS 30."""
    office.form("a.xlsx", with_red(review_of("A"), 5))
    ran = digest(office, "--owner", name)
    assert (ran.code, ran.out) == (2, "")
    assert f"“{name}” owns nothing in these reviews" in ran.err
    assert remedy in ran.err
    assert not (office.folder / "out").exists()


def test_what_it_wrote_before_is_replaced(office: Office) -> None:
    """Also where an editor put other line ends or a mark in front."""
    office.form("a.xlsx", review_of("A"))
    digest(office)
    text = office.folder / "out" / "bo-li.md"
    fresh = text.read_bytes()
    text.write_bytes(b"\xef\xbb\xbf" + fresh.replace(b"\n", b"\r\n"))
    office.form("a.xlsx", with_red(review_of("A"), 5))
    assert digest(office).code == 0
    assert b"Launch delayed" in text.read_bytes()


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("bo-li.md", b"# My own notes\n"),
        ("bo-li.md", b""),
        ("bo-li.ics", b"BEGIN:VCALENDAR\r\nPRODID:-//somebody//else//EN\r\n"),
        ("bo-li.ics", f"{MARK}\n".encode()),
    ],
)
def test_a_strangers_file_is_never_overwritten(office: Office, name: str, content: bytes) -> None:
    """Nothing else is written then, so that nobody is left out unseen."""
    office.form("a.xlsx", review_of("A"))
    (office.folder / "out").mkdir()
    (office.folder / "out" / name).write_bytes(content)
    ran = digest(office)
    assert (ran.code, ran.out) == (4, "")
    assert f"out/{name} is there and gatebook did not write it" in ran.err
    assert "What to do: move it away" in ran.err
    assert written(office) == {name: content}


def test_a_folder_of_that_name_is_left_alone(office: Office) -> None:
    office.form("a.xlsx", review_of("A"))
    (office.folder / "out" / "bo-li.md").mkdir(parents=True)
    assert digest(office).code == 4


def test_a_link_that_leads_nowhere_is_not_followed(office: Office) -> None:
    office.form("a.xlsx", review_of("A"))
    (office.folder / "out").mkdir()
    (office.folder / "out" / "bo-li.md").symlink_to(office.folder / "elsewhere.md")
    assert digest(office).code == 4
    assert not (office.folder / "elsewhere.md").exists()


def test_other_files_in_the_folder_stay(office: Office) -> None:
    office.form("a.xlsx", review_of("A"))
    (office.folder / "out").mkdir()
    (office.folder / "out" / "notes.md").write_text("mine", encoding="utf-8")
    ran = digest(office)
    assert (ran.code, ran.err) == (0, "")
    assert (office.folder / "out" / "notes.md").read_text(encoding="utf-8") == "mine"


def test_old_digests_of_people_who_own_nothing_now_are_named_and_kept(office: Office) -> None:
    office.form("a.xlsx", review_of("A"))
    digest(office)
    office.form("a.xlsx", review_of("A", owner="Zoe Park"))
    ran = digest(office)
    assert ran.code == 0
    assert "left over from an earlier run, and not renewed: bo-li.md\n" in ran.err
    assert set(written(office)) == texts(*_PEOPLE, "zoe-park")
    assert "left over" not in digest(office, "--owner", "Zoe Park").err


def test_a_sheet_that_cannot_be_read_is_told_and_stands_in_the_group_digest(
    office: Office,
) -> None:
    """PAINS 22: never a silent gap."""
    office.form("a.xlsx", review_of("A"))
    (office.reviews / "b.xlsx").write_bytes(b"")
    ran = digest(office)
    assert ran.code == 1
    assert "could not be read: reviews/b.xlsx" in ran.err
    assert b"reviews/b.xlsx" in written(office)["no-single-owner.md"]


def test_a_team_gets_no_digest_but_its_system_is_not_lost(office: Office) -> None:
    office.form("a.xlsx", review_of("A", owner="AI team"))
    assert digest(office).code == 0
    files = written(office)
    assert set(files) == texts("ana-ruiz", "chidi-okafor", "no-single-owner")
    assert b"production owner: AI team" in files["no-single-owner.md"]
    named = office.run("digest", "reviews", "--to", "o2", "--today", TODAY, "--owner", GROUP)
    assert named.code == 0
    assert written(office, "o2") == {n: files[n] for n in texts("no-single-owner")}


def test_quiet_says_only_what_is_wrong(office: Office) -> None:
    office.form("a.xlsx", review_of("A"))
    assert digest(office, "--quiet")[:] == (0, "", "")


def test_locations_come_from_gatebook_toml(office: Office) -> None:
    office.form("a.xlsx", review_of("A"))
    assert office.run("digest", "--to", "out").code == 2
    (office.folder / "gatebook.toml").write_text('locations = ["reviews"]\n', encoding="utf-8")
    assert office.run("digest", "--to", "out/deep", "--quiet").code == 0
    assert set(written(office, "out/deep")) == texts(*_PEOPLE)


def test_nothing_to_read_writes_nothing(office: Office) -> None:
    ran = digest(office)
    assert ran.code == 0
    assert "No review found here" in ran.err
    assert not (office.folder / "out").exists()


def test_a_file_is_no_folder(office: Office) -> None:
    office.form("a.xlsx", review_of("A"))
    (office.folder / "out").write_text("x", encoding="utf-8")
    ran = digest(office)
    assert ran.code == 2
    assert "out is no folder" in ran.err


# File names


def test_names_become_safe_file_names() -> None:
    names = ["Bo Li", "../../etc/passwd", "a/b\\c:d*?", "Zoé Ångström", "李小龙", "Con", GROUP]
    stems = file_stems(names)
    assert stems["Bo Li"] == "bo-li"
    assert stems["../../etc/passwd"] == "etc-passwd"
    assert stems["a/b\\c:d*?"] == "a-b-c-d"
    assert stems["李小龙"] == "李小龙"
    assert stems["Con"].startswith("con-")
    assert stems[GROUP] == "no-single-owner"
    assert all(Path(stem).name == stem for stem in stems.values())


def test_two_people_never_share_a_file() -> None:
    long = "x" * 300
    names = ["Bo-Li", "Bo Li", "No-single owner!", GROUP, f"{long}a", f"{long}b", "★", "☆"]
    stems = file_stems(names)
    assert len(set(stems.values())) == len(names)
    assert stems[GROUP] == "no-single-owner"
    assert all(len(stem.encode()) < 200 for stem in stems.values())
    assert file_stems(names[::-1]) == stems


@pytest.mark.parametrize("lose", [Path.unlink, _spoil])
def test_what_is_open_in_a_sheet_that_is_gone_is_not_forgotten(
    office: Office, lose: Callable[[Path], None]
) -> None:
    """The ledger knows it, as the portfolio does."""
    office.form("b.xlsx", review_of("B"))
    form = office.form("a.xlsx", with_yellow(review_of("A"), 5, date(2026, 11, 20)))
    office.sync()
    lose(form)
    assert "mia-berg.md" not in texts_of(office)
    office.sync()
    ran = digest(office, "--portfolio", office.portfolio)
    state = "missing" if lose is Path.unlink else "could not be read"
    told = f"A: its newest review, of {REVIEWED} ({state} since {TODAY}), is taken from the record"
    assert told in ran.err
    assert "Mia Berg: 0 systems, 1 open action (1 overdue), 0 reviews or re-gates" in ran.out
    assert b"### Overdue\n\n- **2026-11-20**" in written(office)["mia-berg.md"]


def texts_of(office: Office) -> set[str]:
    """The files of a digest without a ledger."""
    digest(office)
    return {path.name for path in (office.folder / "out").iterdir()}


def test_a_system_that_was_let_go_is_in_no_digest(office: Office) -> None:
    office.form("b.xlsx", review_of("B"))
    form = office.form("a.xlsx", with_yellow(review_of("A"), 5, date(2026, 11, 20)))
    office.sync()
    form.unlink()
    office.sync()
    delete_row(office.portfolio, "A")
    office.sync()
    ran = digest(office, "--portfolio", office.portfolio)
    assert (ran.code, ran.err) == (0, "")
    assert "mia-berg.md" not in written(office)
