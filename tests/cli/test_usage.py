"""A command that is called wrongly: what is said, and what to do about it."""

from __future__ import annotations

import pytest

from tests.cli.conftest import Office

# What is typed → what is wrong, and what to do.
WRONG = [
    ("repair old.xlsx", "--to is missing", "add --to NEW. A folder, or for one review a file"),
    ("adopt old.xlsx", "--to is missing", "add --to NEW. A folder, or a file ending in .xlsx"),
    ("digest reviews", "--to is missing", "add --to FOLDER. Where they go."),
    ("new Router", "--to is missing", "add --to LOCATION. A folder, or a file ending in .xlsx"),
    ("digest reviews --to https://x.example/y", "is no folder on a disk", "name one; it is made."),
    ("demo https://x.example/y", "is no folder on a disk", "name one; it is made."),
    ("repair", "missing argument 'LOCATION'", "gatebook repair --help shows"),
    (
        "check --jsn",
        "no such option '--jsn'. Did you mean '--json'?",
        "gatebook check --help shows",
    ),
    *(
        (
            typed,
            "drive.google.com/drive/folders/1abc is no path of a file, and no whole address",
            "put https:// before it: https://drive.google.com/",
        )
        for typed in (
            "check drive.google.com/drive/folders/1abc",
            "digest reviews --to=drive.google.com/drive/folders/1abc",
            "sync reviews --portfolio drive.google.com/drive/folders/1abc",
        )
    ),
    ("synk", "no such command 'synk'", "gatebook --help shows"),
    (
        "sync --today soon",
        "“soon” is no date; write it as YYYY-MM-DD",
        "gatebook sync --help shows",
    ),
]


@pytest.mark.parametrize(("typed", "said", "remedy"), WRONG, ids=[row[0] for row in WRONG])
def test_it_says_what_is_wrong_and_what_to_do(
    typed: str, said: str, remedy: str, office: Office
) -> None:
    ran = office.run(*typed.split())
    problem, what_to_do = ran.err.splitlines()
    assert (ran.code, ran.out) == (2, "")
    assert problem.startswith("gatebook: ")
    assert said in problem
    assert what_to_do.startswith(f"  What to do: {remedy}")
