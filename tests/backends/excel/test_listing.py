"""Which files a location means, which are passed over and why, and what is said if nothing is there."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from gatebook.backends.excel import limits
from gatebook.backends.excel.listing import list_location
from gatebook.backends.protocol import Listing, Passed, Unreadable
from tests.abuse.marks import abuse
from tests.support import hostile


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder that is the current one, so locations may be relative."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def write(*names: str) -> None:
    """Small files of these names below the current folder."""
    for name in names:
        path = Path(name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"x" * 7)


def locations(listing: Listing) -> list[str]:
    """Where the readable files are."""
    return [source.location for source in listing.sources]


def passed(listing: Listing, location: str) -> Passed:
    """Why one file was passed over."""
    (found,) = [note for note in listing.passed if note.location == location]
    return found


def test_a_file_is_itself_with_its_stamps() -> None:
    """Time and size are the file's own."""
    write("a.xlsx")
    os.utime("a.xlsx", (1_700_000_000, 1_700_000_000.5))
    (source,) = list_location("a.xlsx").sources
    assert (source.location, source.modified, source.size) == ("a.xlsx", 1_700_000_000.5, 7)


def test_a_folder_holds_its_subfolders_in_a_stable_order() -> None:
    """Names in order, without regard to case, whatever the disk's order is."""
    write("r/b.xlsx", "r/A.XLSX", "r/c/z.xlsm", "r/c/y.xlsx", "r/B2.xlsx", "other.xlsx")
    expected = ["r/A.XLSX", "r/b.xlsx", "r/B2.xlsx", "r/c/y.xlsx", "r/c/z.xlsm"]
    for typed in ("r", "r/", "./r"):
        assert locations(list_location(typed)) == expected


def test_an_absolute_location_stays_absolute(here: Path) -> None:
    """Locations keep the form that was typed."""
    write("r/b.xlsx")
    assert locations(list_location(str(here / "r"))) == [(here / "r/b.xlsx").as_posix()]


def test_an_empty_folder_is_no_error(here: Path) -> None:
    """There is something there, only nothing in it."""
    assert list_location(str(here)) == Listing(())


@abuse("files", 19)
def test_lock_files_say_who_is_busy() -> None:
    """PAINS 19: a lock file is never read; it tells that somebody has the file open."""
    write("r/a.xlsx", "r/~$a.xlsx", "r/.~lock.a.xlsx#")
    listing = list_location("r")
    assert locations(listing) == ["r/a.xlsx"]
    for lock in ("r/~$a.xlsx", "r/.~lock.a.xlsx#"):
        note = passed(listing, lock)
        assert "somebody has 'a.xlsx' open" in note.reason
        assert not note.problem


@abuse("files", 19)
def test_hidden_files_and_folders_are_passed_over() -> None:
    """PAINS 19."""
    write("r/.hidden.xlsx", "r/.git/deep/x.xlsx", "r/.DS_Store")
    listing = list_location("r")
    assert locations(listing) == []
    assert {note.location for note in listing.passed} == {"r/.hidden.xlsx", "r/.git", "r/.DS_Store"}
    assert not any(note.problem for note in listing.passed)


@pytest.mark.parametrize("ending", [".xls", ".xlsb", ".ods", ".numbers", ".XLS", ".xltx"])
@abuse("files", 2, 30)
def test_other_spreadsheets_are_a_problem_with_a_remedy(ending: str) -> None:
    """PAINS 2, 30: a review in another format is never left out silently."""
    write(f"r/a{ending}")
    note = passed(list_location("r"), f"r/a{ending}")
    assert note.problem
    assert ".xlsx" in note.remedy


def test_a_numbers_document_may_be_a_folder() -> None:
    """On a Mac it is one; what is in it is no business of ours."""
    write("r/a.numbers/Index/inner.xlsx")
    listing = list_location("r")
    assert locations(listing) == []
    assert passed(listing, "r/a.numbers").problem


def test_text_tables_and_other_files_are_no_problem_in_a_folder() -> None:
    """They stand there for other reasons; asked for by name, they are a problem."""
    for name in ("r/a.csv", "r/a.tsv", "r/notes.md", "r/README"):
        write(name)
        assert not passed(list_location("r"), name).problem
        assert passed(list_location(name), name).problem


@abuse("files", 20)
def test_conflict_copies_are_read() -> None:
    """PAINS 20: which one counts is for others to say."""
    write("r/a.xlsx", "r/a-PC1.xlsx", "r/Copy of a.xlsx", "r/a (1).xlsx")
    assert len(locations(list_location("r"))) == 4


def test_patterns() -> None:
    """A star stays in its folder, two stars go through any number of folders."""
    write(
        "r/a.xlsx", "r/b.xlsx", "r/x/a.xlsx", "r/x/y/a.xlsx", "r/a.csv", "r/.h/a.xlsx", "q/a.xlsx"
    )
    expected = {
        "r/*.xlsx": ["r/a.xlsx", "r/b.xlsx"],
        "r/[ab].xlsx": ["r/a.xlsx", "r/b.xlsx"],
        "r/?.xlsx": ["r/a.xlsx", "r/b.xlsx"],
        "r/*/a.xlsx": ["r/x/a.xlsx"],
        "**/a.xlsx": ["q/a.xlsx", "r/a.xlsx", "r/x/a.xlsx", "r/x/y/a.xlsx"],
        "r/**/y/*.xlsx": ["r/x/y/a.xlsx"],
        "r/**": ["r/a.xlsx", "r/b.xlsx", "r/x/a.xlsx", "r/x/y/a.xlsx"],
        "[qr]": ["q/a.xlsx", "r/a.xlsx", "r/b.xlsx", "r/x/a.xlsx", "r/x/y/a.xlsx"],
        "r/.h/*.xlsx": ["r/.h/a.xlsx"],
    }
    found = {pattern: locations(list_location(pattern)) for pattern in expected}
    assert found == expected


def test_what_a_pattern_matches_and_cannot_be_read_is_told() -> None:
    """As in a folder."""
    write("r/a.xls", "r/~$b.xlsx")
    assert passed(list_location("r/*.xls"), "r/a.xls").problem
    assert "open" in passed(list_location("r/*"), "r/~$b.xlsx").reason


def test_a_name_with_brackets_is_a_name_first() -> None:
    """A path that exists wins over its meaning as a pattern."""
    write("r [2026]/a[1].xlsx", "r 2/a1.xlsx")
    assert locations(list_location("r [2026]")) == ["r [2026]/a[1].xlsx"]
    assert locations(list_location("r [2026]/a[1].xlsx")) == ["r [2026]/a[1].xlsx"]


@abuse("hostile")
def test_links_in_circles_end() -> None:
    """A folder that contains a link to itself is walked once."""
    write("r/x/a.xlsx")
    try:
        Path("r/x/up").symlink_to(Path("r").absolute(), target_is_directory=True)
        Path("r/self").symlink_to("self")
    except OSError:
        pytest.skip("this account may not make links (Windows)")
    listing = list_location("r")
    assert locations(listing) == ["r/x/a.xlsx"]
    assert locations(list_location("r/**/a.xlsx")) == ["r/x/a.xlsx"]
    assert locations(list_location("**/*.xlsx")) == ["r/x/a.xlsx"]


def test_a_link_that_leads_nowhere_is_a_problem() -> None:
    """A review that should be there is not."""
    try:
        Path("gone.xlsx").symlink_to("nowhere.xlsx")
    except OSError:
        pytest.skip("this account may not make links (Windows)")
    for location in (".", "gone.xlsx", "*.xlsx"):
        note = passed(list_location(location), "gone.xlsx")
        assert note.problem
        assert "nowhere" in note.reason


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="Windows has no named pipes in folders")
def test_a_pipe_is_a_problem() -> None:
    """Reading it would wait for ever."""
    os.mkfifo("pipe.xlsx")
    assert passed(list_location("."), "pipe.xlsx").problem


@abuse("files", 30)
def test_a_missing_location_names_what_is_near() -> None:
    """PAINS 30: what was looked for, where, and what it might be."""
    write("reviews/support.xlsx")
    with pytest.raises(Unreadable) as refusal:
        list_location("review")
    assert "'review'" in refusal.value.reason
    assert Path.cwd().as_posix() in refusal.value.reason
    assert "Did you mean 'reviews'?" in refusal.value.remedy
    with pytest.raises(Unreadable) as refusal:
        list_location("reviews/Suport.xlsx")
    assert "'reviews/support.xlsx'" in refusal.value.remedy
    with pytest.raises(Unreadable, match="the folder 'revs/2026' does not exist"):
        list_location("revs/2026/a.xlsx")


@pytest.mark.parametrize("location", ["r/*.xlsx", "no/such/*.xlsx", "**/none.xlsx"])
@abuse("files", 2)
def test_a_pattern_without_a_match(location: str) -> None:
    """PAINS 2: never silently nothing."""
    write("r/a.txt")
    with pytest.raises(Unreadable, match="matches the pattern"):
        list_location(location)


@pytest.mark.parametrize("location", ["", "  "])
def test_an_empty_location(location: str) -> None:
    """It is most often a variable of a script that is not set."""
    with pytest.raises(Unreadable, match="empty"):
        list_location(location)


def test_a_name_with_a_zero_byte_is_only_missing() -> None:
    """No exception of another kind."""
    with pytest.raises(Unreadable):
        list_location("a\0b")


@abuse("hostile")
def test_too_many_files(monkeypatch: pytest.MonkeyPatch) -> None:
    """The whole disk, given by mistake, ends with a message."""
    write(*(f"r/{n}.txt" for n in range(20)))
    monkeypatch.setattr(limits, "MAX_ENTRIES", 10)
    for location in ("r", "**/*.xlsx"):
        with pytest.raises(Unreadable, match="more than 10"):
            list_location(location)


def test_folders_nested_too_deep_are_a_problem(monkeypatch: pytest.MonkeyPatch) -> None:
    """They are named, not silently cut off."""
    write("a/b/c/d.xlsx")
    monkeypatch.setattr(limits, "MAX_FOLDERS_DEEP", 1)
    assert passed(list_location("a"), "a/b/c").problem


def test_a_home_folder_may_be_written_with_a_tilde(
    here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As it may stand in a configuration file, where no shell replaces it."""
    monkeypatch.setenv("HOME", str(here))
    monkeypatch.setenv("USERPROFILE", str(here))
    write("r/a.xlsx")
    assert locations(list_location("~/r")) == [(here / "r/a.xlsx").as_posix()]


@pytest.mark.skipif(os.name == "nt", reason="Windows keeps no such permission bits")
def test_a_closed_folder_is_a_problem() -> None:
    """It is told, and the rest of the folder is read."""
    with hostile.closed() as folder:
        listing = list_location(str(folder))
        assert passed(listing, (folder / "closed").as_posix()).problem
        assert (folder / "open.xlsx").as_posix() in locations(listing)
        with pytest.raises(Unreadable, match="cannot be opened"):
            list_location(str(folder / "closed"))


@pytest.mark.parametrize(
    ("name", "ours"),
    [
        ("chat - needs attention.xlsx", True),
        ("Chat - Needs Attention.XLSX", True),
        ("chat - needs attention (new).xlsx", True),
        ("chat.xlsm - needs attention.xlsx", True),
        ("needs attention.xlsx", False),
        ("chat - needs attention today.xlsx", False),
        ("chat - needs attention.xlsm", False),
    ],
)
def test_a_list_of_what_needs_attention_is_passed_over(name: str, ours: bool) -> None:
    """docs/marks.md."""
    write(f"r/{name}")
    for place in ("r", "r/*", "**/*"):
        listing = list_location(place)
        assert locations(listing) == ([] if ours else [f"r/{name}"])
        assert [one.problem for one in listing.passed] == ([False] if ours else [])
    assert locations(list_location(f"r/{name}")) == [f"r/{name}"]
