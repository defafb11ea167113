"""What `check` and `sync` show: wrapped and in colour at a terminal, plain lines elsewhere.

Source: CLI.md ("no colours or bars when the output is no terminal") and the words of the sheet. A real
terminal stands in for one: a pseudo terminal, which the command cannot tell from a screen.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from datetime import date, timedelta
from pathlib import Path

import msgspec
import pytest

from gatebook.domain.review import Review
from tests.cli.conftest import Office, review_of, with_red, with_yellow, write_form
from tests.support.builders import LAUNCH, TODAY

pty = pytest.importorskip("pty", reason="there are no pseudo terminals on Windows")

WIDTHS = (60, 80, 200)
# Beyond this a line is hard to read, however wide the screen.
WIDEST = 100
LONG = "Assistant that answers what customers of the northern region ask about their invoices"
_ESCAPES = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")
_COLOURS = re.compile(r"\x1b\[(?:[0-9]+;)*(?:3[0-9]|9[0-7])m")
_FRAMES = re.compile(r"[\u2500-\u257f]")


def at_terminal(*arguments: str, width: int = 80, colours: bool = True, error: bool = False) -> str:
    """Run gatebook with standard output (`error`: standard error) at a terminal; what it shows."""
    screen, end = pty.openpty()
    environment = {**os.environ, "COLUMNS": str(width), "TERM": "xterm-256color"}
    environment.pop("NO_COLOR", None)
    if not colours:
        environment["NO_COLOR"] = "1"
    streams = {"stdout": subprocess.DEVNULL, "stderr": end} if error else {"stdout": end}
    process = subprocess.Popen(
        [sys.executable, "-m", "gatebook", *arguments],
        **({"stderr": subprocess.DEVNULL} | streams),
        stdin=subprocess.DEVNULL,
        env=environment,
    )
    os.close(end)
    shown = b""
    while True:
        try:
            part = os.read(screen, 65_536)
        except OSError:  # how Linux says that nobody writes any more
            break
        if not part:
            break
        shown += part
    os.close(screen)
    process.wait(60)
    return shown.decode().replace("\r\n", "\n")


def plain(shown: str) -> str:
    """What a person reads of it."""
    return _ESCAPES.sub("", shown)


def one_line(shown: str) -> str:
    """The words alone, however they are wrapped."""
    return " ".join(_FRAMES.sub("", plain(shown)).split())


def cells(line: str) -> int:
    """How many columns a line takes on a screen: two for a Chinese sign."""
    from rich.cells import cell_len

    return cell_len(line)


@pytest.fixture
def pilots(office: Office) -> dict[str, Review]:
    """One system at each decision, live and not; a long name, and one of another script."""
    made = {
        "launch.xlsx": review_of("Fine"),
        "plan.xlsx": with_yellow(review_of("Planned"), 5, TODAY - timedelta(3)),
        "delayed.xlsx": with_red(review_of(LONG, regate_on=LAUNCH), 3),
        "open.xlsx": review_of("審査のための長い名前をもつシステム", backup=""),
        "live.xlsx": with_red(
            review_of("Live", live="Yes", launch_date=date(2026, 10, 1)), 7, LAUNCH
        ),
    }
    for name, review in made.items():
        office.form(name, review)
    return made


def checked(office: Office) -> list[tuple[str, str, str]]:
    """Of each newest review its system, its decision as the sheet shows it, and why."""
    reviews = office.check("--json").json["reviews"]
    return [(found["system"], found["shown_as"], found["reason"]) for found in reviews]


CHECK = ("check", "reviews", "--today", str(TODAY))
SYNC = ("sync", "reviews", "--portfolio", "portfolio.xlsx", "--today", str(TODAY))


@pytest.mark.usefixtures("pilots")
@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("command", [CHECK, (*SYNC, "--dry-run")])
def test_no_line_is_wider_than_the_terminal(command: tuple[str, ...], width: int) -> None:
    lines = plain(at_terminal(*command, width=width)).splitlines()
    assert len(lines) > 10
    assert [line for line in lines if cells(line) > min(width, WIDEST)] == []


@pytest.mark.usefixtures("pilots")
@pytest.mark.parametrize("width", WIDTHS)
def test_decisions_and_gates_are_never_cut(office: Office, width: int) -> None:
    """In the words of the sheet, each whole, and in the table on lines of its own."""
    shown = at_terminal(*CHECK, width=width)
    table = plain(shown)[plain(shown).rindex("What it comes to") :]
    for _, decision, reason in checked(office):
        assert one_line(shown).count(decision) == 2
        assert decision in table
        if "to finish" not in reason:
            assert one_line(reason) in one_line(shown)


@pytest.mark.usefixtures("pilots")
def test_the_words_are_those_of_the_portfolio(office: Office) -> None:
    """Piped and at a terminal: what stands in its cells."""
    piped = office.sync().out
    shown = one_line(at_terminal(*SYNC))
    for row in office.table("Portfolio"):
        if row["System"] != "Fine":
            assert f"  {row['System']}: {row['Decision']}" in piped
            assert row["Decision"] in shown
        if row["What blocks"]:
            assert row["What blocks"] in piped


@pytest.mark.usefixtures("pilots")
def test_colours_stand_at_a_terminal_only_and_not_where_they_are_not_wanted() -> None:
    assert _COLOURS.search(at_terminal(*CHECK))
    assert _COLOURS.search(at_terminal(*SYNC, "--dry-run"))
    for command in (CHECK, (*SYNC, "--dry-run")):
        assert not _COLOURS.search(at_terminal(*command, colours=False))


@pytest.mark.usefixtures("pilots")
@pytest.mark.parametrize("arguments", [(), ("--quiet",), ("--verbose",), ("--json",)])
@pytest.mark.parametrize("command", [CHECK, (*SYNC, "--dry-run")])
def test_into_a_pipe_go_plain_lines_the_same_at_any_width(
    command: tuple[str, ...], arguments: tuple[str, ...]
) -> None:
    said = set()
    for width in ("40", "200"):
        done = subprocess.run(
            [sys.executable, "-m", "gatebook", *command, *arguments],
            capture_output=True,
            timeout=60,
            env={**os.environ, "COLUMNS": width, "FORCE_COLOR": "1", "TERM": "xterm-256color"},
        )
        said.add(done.stdout)
        assert b"\x1b" not in done.stdout + done.stderr
    (text,) = said
    assert not _FRAMES.search(text.decode())


def test_a_pipe_does_not_wait_for_the_library_that_draws(office: Office) -> None:
    """It takes a tenth of a second to load."""
    office.form("a.xlsx", with_red(review_of("A"), 3))
    code = (
        "import sys\nfrom gatebook.cli.main import main\n"
        "try:\n    main(sys.argv[1:])\nfinally:\n    assert 'rich' not in sys.modules"
    )
    for command in (("--help",), CHECK, (*SYNC, "--dry-run")):
        done = subprocess.run(
            [sys.executable, "-c", code, *command], capture_output=True, timeout=60
        )
        assert (done.returncode, done.stderr) == (0, b"")


# Many systems


@pytest.fixture
def crowd(office: Office) -> int:
    """25 systems that cannot launch and 10 that can, of which one was delayed before."""
    for number in range(25):
        office.form(f"red {number}.xlsx", with_red(review_of(f"Red {number}"), 3))
    for number in range(9):
        office.form(f"fine {number}.xlsx", review_of(f"Fine {number}"))
    office.form("changed.xlsx", with_red(review_of("Changed"), 3))
    office.sync()
    office.form("changed.xlsx", review_of("Changed"))
    office.form("new.xlsx", review_of("Newcomer"))
    return 25


def test_sync_shows_what_needs_attention_and_how_many_more(office: Office, crowd: int) -> None:
    piped = office.sync("--dry-run").out.splitlines()
    assert piped[0].startswith("36 systems · 25 delayed or red in production")
    assert [line[:5] for line in piped[1:21]] == ["  Red"] * 20
    assert piped[21] == f"  and {crowd + 2 - 20} more: see the portfolio"
    shown = one_line(at_terminal(*SYNC, "--dry-run"))
    assert shown.count("Launch delayed") == 20
    assert f"and {crowd + 2 - 20} more: see the portfolio" in shown
    for number in range(25):
        (office.reviews / f"red {number}.xlsx").unlink()
        office.form(f"red {number}.xlsx", review_of(f"Red {number}"))
    office.sync()
    office.form("new.xlsx", with_red(review_of("Newcomer"), 3))
    office.form("later.xlsx", review_of("Later"))
    assert office.sync("--dry-run").out.splitlines()[1:-1] == [
        "  Newcomer: Launch delayed; re-gate date not set · was “Launch this week” · "
        "3 Confidential data handled (Mia Berg)",
        "  Later: Launch this week · new",
    ]


@pytest.mark.usefixtures("pilots")
@pytest.mark.parametrize("width", [*range(60, 100, 5)])
def test_no_line_ends_inside_a_count(width: int) -> None:
    shown = plain(at_terminal(*SYNC, "--dry-run", width=width)).splitlines()
    head = [line.strip() for line in shown[: shown.index("")]]
    assert "launch or stay live" in " ".join(head)
    for one in " · ".join(line.removesuffix(" ·") for line in head).split(" · "):
        assert re.match(r"\d+ \w+", one), head


@pytest.mark.usefixtures("pilots")
@pytest.mark.parametrize("width", WIDTHS)
def test_a_digest_is_not_wider_than_the_terminal_either(width: int, office: Office) -> None:
    (office.reviews / "broken.xlsx").write_bytes(b"")
    command = ("digest", "reviews", "--to", "digests", "--today", str(TODAY))
    for error in (False, True):
        shown = plain(at_terminal(*command, width=width, error=error))
        assert shown
        assert max(map(cells, shown.splitlines())) <= min(width, WIDEST)


def test_check_shows_every_review_it_was_asked_about(office: Office, crowd: int) -> None:
    piped = office.check().out
    shown = plain(at_terminal(*CHECK))
    for number in range(crowd):
        assert f"Red {number}: Launch delayed" in piped
        assert f"Red {number}: Launch delayed" in shown
    assert shown[shown.rindex("What it comes to") :].count("Launch delayed") == crowd


def test_what_is_not_read_or_not_found_or_overdue_is_said(office: Office) -> None:
    office.form("a.xlsx", with_yellow(review_of("Late"), 5, TODAY - timedelta(3)))
    office.form("b.xlsx", review_of("Gone"))
    office.sync()
    (office.reviews / "b.xlsx").unlink()
    (office.reviews / "c.xlsx").write_bytes(b"")
    ran = office.sync()
    assert "1 overdue action" in ran.out
    assert "2 not read this time" in ran.out
    late = (
        "  Late: Launch with remediation plan · 1 overdue action · By 2026-11-20: 5 Cost per task"
    )
    assert late in ran.out
    assert "  Gone: Launch this week · missing since 2026-11-23; last known" in ran.out
    assert "  c.xlsx: Cannot be read · could not be read · the file is empty" in ran.out
    assert "could not be read: reviews/c.xlsx" in ran.err
    errors = plain(at_terminal(*SYNC, width=60, error=True)).splitlines()
    assert one_line("\n".join(errors)).startswith("could not be read: reviews/c.xlsx: the file is")
    assert [line for line in errors if cells(line) > 60] == []


def test_a_review_that_was_not_held_is_said(office: Office) -> None:
    old = review_of("Old", date(2026, 9, 1), live="Yes", launch_date=date(2026, 9, 10))
    office.form("old.xlsx", old)
    office.form("new.xlsx", review_of("New"))
    for _ in range(2):
        ran = office.sync()
        assert "  Old: Stays live · a review was due 2026-10-10" in ran.out
        assert "  New" not in ran.out


# What comes from a sheet


@pytest.mark.skipif(sys.platform == "darwin", reason="its file names are changed by the system")
def test_a_name_cannot_steer_the_terminal(office: Office) -> None:
    """A file's name may hold what moves the cursor or rings the bell."""
    odd = Path("reviews") / "a\x1b[2J\x07[bold]b.xlsx"
    write_form(odd, with_red(review_of("[red]A[/red] :smile:"), 3))
    shown = at_terminal(*CHECK)
    assert "\x1b[2J" not in shown
    assert "\x07" not in shown
    assert "[bold]b.xlsx" in one_line(shown)
    assert "[red]A[/red] :smile:: Launch delayed" in one_line(shown)


def test_a_name_as_long_as_a_book_leaves_the_table_whole(office: Office) -> None:
    office.form("a.xlsx", msgspec.structs.replace(review_of("A"), system="word " * 400))
    office.form("b.xlsx", review_of("B"))
    shown = plain(at_terminal(*CHECK))
    table = shown[shown.rindex("What it comes to") :]
    assert "…" in table
    assert len(table.splitlines()) < 12
