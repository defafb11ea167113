"""Text that wants to be more than text: formulas and links in every field of a form, followed through the
portfolio, the exports and the digests; configurations and checklists from a stranger."""

from __future__ import annotations

import csv
import io
import re
import subprocess
import sys
import tomllib
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
import openpyxl
import pytest
import tomli_w
from openpyxl.formula import Tokenizer

from gatebook.domain.review import Attendee, Change, Review, SignOff, Status
from gatebook.sheets.model import Grid
from gatebook.templates import BUILT_IN, template_text
from tests.abuse.marks import Crashed, Lost, abuse, table
from tests.cli.conftest import Office, Ran
from tests.cli.conftest import office as office
from tests.conformance.desks import Desk, grids
from tests.conformance.test_portfolio import sync
from tests.support.builders import TODAY, passing_review

# What begins a formula for one program or another. CWE-1236; OWASP, "CSV Injection".
TEXTS = (
    "=1+1", "+1+1", "-1+1", "@SUM(A1)", "=cmd|' /c calc'!A0", '=HYPERLINK("http://x.example/","y")',
    '=IMPORTXML("http://x.example/","//a")', '=WEBSERVICE("http://x.example/")', "\t=1+1", "\n=1+1",
    "\uff1d1+1", "'=1+1", '";=1+1;"', "{=1+1}", "javascript:alert(1)", "file:///etc/passwd",
    "http://x.example/", "\\\\x.example\\share", "<script>alert(1)</script>", "[y](javascript:alert(1))",
    "\x1b]8;;http://x.example/\x07y",
)  # fmt: skip


def hostile_review(text: str) -> Review:
    """A red in every gate, and the text in every field that takes one."""
    review = passing_review(
        system=f"{text} sys", lead=f"{text} lead", owner=f"{text} own", backup=f"{text} back",
        stakes=f"{text} st", customer_data=text, regulated_area=text,
        sign_off=SignOff(f"{text} sign", f"{text} role", TODAY),
        attendees=(Attendee(f"{text} att", f"{text} arole"),),
        changes=(Change(TODAY, "model", f"{text} who", f"{text} what"),),
    )  # fmt: skip
    rows = tuple(
        msgspec.structs.replace(
            row, status=Status.RED, owner=f"{text} row", next_action=f"{text} act",
            due=date(2026, 11, 1), artifact=f"{text} art", approver=f"{text} app",
        )
        for row in review.rows
    )  # fmt: skip
    return msgspec.structs.replace(review, rows=rows)


def leads_away(grid: Grid) -> Iterator[str]:
    """Links of a tab that lead where a sheet's text says."""
    yield from (url for url in grid.links.values() if re.search(r"x\.example|javascript|etc/", url))


@pytest.mark.parametrize("text", TEXTS)
@abuse("hostile", 18)
def test_text_in_every_field_stays_text(
    text: str, desk: Desk, tmp_path: Path, tried: Callable[[int], None]
) -> None:
    """Form, portfolio with a note, the ledger's CSV, digests; on both backends."""
    desk.put("a review", hostile_review(text))
    assert sync(desk).code in (0, 1)
    for grid in grids(desk, desk.portfolio, whole=True):
        assert grid.formulas == {}, grid.tab
        assert list(leads_away(grid)) == [], grid.tab
    shown = " ".join(
        str(value) for g in grids(desk, desk.portfolio, whole=True) for value in g.values.values()
    )
    # The words themselves are not lost.
    for field in ("sys", "lead", "own", "act", "row"):
        if f"{text[-1]} {field}" not in shown:
            raise Lost(field)
    assert sync(desk, "--json").json["written"] is False
    for table_of in ([], ["--gates"]):
        path = tmp_path / "all.csv"
        desk.run("history", "--portfolio", desk.portfolio, "--csv", path, "--force", *table_of)
        assert list(_formulas_in(path)) == []
    made = desk.run("digest", desk.reviews, "--to", tmp_path / "made")
    assert "did not expect" not in made.err
    for path in (tmp_path / "made").glob("*"):
        content = path.read_text(encoding="utf-8").replace("<!-- gatebook digest", "")
        # Markdown has markup, a calendar has properties that load or open something.
        harm = r"(?<!\\)\]\(|(?<!\\)<" if path.suffix == ".md" else r"(?m)^(ATTACH|URL|IMAGE)"
        assert not re.search(harm, content)
        assert "\x1b" not in content
    # fields of the form, tabs and tables that they turn up in
    tried(17)


def _formulas_in(path: Path) -> Iterator[str]:
    """Cells that a spreadsheet would calculate, however it parts them."""
    text = path.read_text(encoding="utf-8-sig")
    for separator in ",;\t":
        for row in csv.reader(io.StringIO(text), delimiter=separator):
            for cell in row:
                if re.match(r'[\s"]*[=+@\uff1d]|[\s"]*-(?!\d+$)', cell):
                    yield cell


@pytest.mark.parametrize("text", TEXTS)
@abuse("hostile", 18)
def test_text_in_a_new_form_stays_text(
    text: str, office: Office, tried: Callable[[int], None]
) -> None:
    """From the command line, from a list of pilots, from the configuration: no cell calculates it."""
    (office.folder / "gatebook.toml").write_text(
        tomli_w.dumps({"form": {"organisation": text, "logo": "Example"}}), encoding="utf-8"
    )
    if "\x1b" not in text:
        office.run("new", f"{text} s", "--lead", f"{text} l", "--owner", text, "--to", "made")
    columns = ["system", "lead", "owner", "backup"]
    with (office.folder / "pilots.csv").open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([columns, [f"{text} p", f"{text} l", text, text]])
    office.run("new", "--from", "pilots.csv", "--to", "made")
    made = list((office.folder / "made").glob("*.xlsx"))
    assert made
    for path in made:
        assert_only_text(path, text)
    tried(8)


def assert_only_text(path: Path, *texts: str) -> None:
    """Formulas hold the texts only between quotes, and no link leads where they say."""
    for sheet in openpyxl.load_workbook(path):
        for row in sheet.iter_rows():
            for cell in row:
                if cell.hyperlink:
                    assert "x.example" not in str(cell.hyperlink.target)
                if cell.data_type == "f":
                    formula = getattr(cell.value, "text", cell.value)
                    outside = _without_texts(str(formula))
                    for text in texts:
                        assert len(text) < 5 or text.lstrip("=") not in outside, cell.coordinate


def _without_texts(formula: str) -> str:
    """A formula but for what stands between quotes; AssertionError where it is none."""
    tokens = Tokenizer(formula).items
    assert tokens
    return " ".join(str(t.value) for t in tokens if t.subtype != "TEXT" and t.type != "LITERAL")


# --- Checklists from a stranger

INJECTED = '=cmd|\' /c calc\'!A0");HYPERLINK("http://x.example/","y'


def _poisoned(value: Any, key: str) -> Any:
    """The checklist with INJECTED in every text that people read, or that formulas hold."""
    if isinstance(value, dict):
        return {name: _poisoned(one, name) for name, one in value.items()}
    if isinstance(value, list):
        return [_poisoned(one, key) for one in value]
    return f"{INJECTED} {value}" if isinstance(value, str) and key not in ("id", "key") else value


# Where in a checklist the texts stand.
PLACES = ("title", "gates", "no_person_words", "no_person_alone", "deferral_words", "security_roles",
          "attendee_roles", "whatever else is a text")  # fmt: skip


@pytest.mark.parametrize("place", PLACES)
@abuse("hostile", 18)
def test_a_strangers_checklist_makes_no_formula(place: str, office: Office) -> None:
    """It is refused with words, or its texts are texts; nothing of it runs, in the form or here."""
    found = tomllib.loads(template_text(BUILT_IN))
    policy = found["policy"]
    if place in found:
        found[place] = _poisoned(found[place], place)
    elif place in policy:
        policy[place] = [*policy[place], INJECTED]
    else:
        found = _poisoned(found, "")
    own = office.folder / "own.toml"
    own.write_text(tomli_w.dumps(found), encoding="utf-8")
    checked = office.run("checklist", "check", own)
    if "did not expect" in checked.err:
        raise Crashed(checked.err)
    ran = office.run("new", "A", "--lead", "Ana Ruiz", "--checklist", own, "--to", "made")
    assert ran.code == checked.code
    if ran.code:
        assert ran.code == 2
        assert "own.toml" in ran.err
        return
    (path,) = (office.folder / "made").glob("*.xlsx")
    plain = office.run("new", "B", "--lead", "Ana Ruiz", "--to", "plain")
    assert plain.code == 0
    (other,) = (office.folder / "plain").glob("*.xlsx")
    assert _formula_cells(path) == _formula_cells(other)
    assert_only_text(path, INJECTED, "x.example", "HYPERLINK", "calc")
    assert office.run("sync", "made", "--portfolio", "p.xlsx", "--checklist", own).code == 0
    assert _formula_cells(office.folder / "p.xlsx") == set()


def _formula_cells(path: Path) -> set[tuple[str, str]]:
    return {
        (sheet.title, cell.coordinate)
        for sheet in openpyxl.load_workbook(path)
        for row in sheet.iter_rows()
        for cell in row
        if cell.data_type == "f"
    }


# --- Configurations from a stranger

# Writes down whatever starts a program, runs code from elsewhere or talks to a machine.
_WATCHED = """
import sys
def watch(event, values):
    if event in ("subprocess.Popen", "os.system", "os.exec", "os.posix_spawn", "pty.spawn", "os.fork",
                 "socket.connect", "socket.getaddrinfo", "marshal.loads.evil", "webbrowser.open"):
        print("RAN", event, values, file=sys.stderr)
sys.addaudithook(watch)
from gatebook.cli.main import main
main()
"""


class Config(NamedTuple):
    """A gatebook.toml from an untrusted place → the exit code of `sync`, words of its message."""

    done: str
    pains: tuple[int, ...]
    text: str
    code: int
    words: str = ""


_LOCATIONS = 'locations = ["reviews"]\n'
_TARGET = 'portfolio = "portfolio.xlsx"\n'
BOTH = _LOCATIONS + _TARGET
_ON_GOOGLE = f'{_TARGET}locations = ["https://docs.google.com/spreadsheets/d/{"a1B2" * 11}/edit"]\n'

CONFIGS = [
    Config("a ledger in a database that loads a module", (),
           BOTH + 'ledger = "evil+evil://x/y"', 2, "cannot be kept"),
    Config("a ledger by another driver", (),
           BOTH + 'ledger = "sqlite+evil:///x.db"', 2, "cannot be kept"),
    Config("a ledger in a module of the folder", (),
           BOTH + 'ledger = "postgresql+evil://x/y"', 2, "cannot be kept"),
    Config("a ledger by a file: address", (),
           BOTH + 'ledger = "sqlite:///file:x.db?mode=memory&uri=true"', 2, "names no file"),
    Config("a portfolio that is a command", (), _LOCATIONS + 'portfolio = "$(touch evil).xlsx"', 0),
    Config("a portfolio behind a pipe", (),
           _LOCATIONS + 'portfolio = "| touch evil"', 2, "no .xlsx"),
    Config("a portfolio on the web", (),
           _LOCATIONS + 'portfolio = "http://x.example/p.xlsx"', 2, "no Google"),
    Config("a location that is a command", (),
           _TARGET + 'locations = ["`touch evil`"]', 2, "nothing at"),
    Config("a location that is code", (), _TARGET + 'locations = ["python://evil/x"]', 2),
    Config("a location on the web", (), _TARGET + 'locations = ["http://x.example/a.xlsx"]', 2),
    Config("the checklist is a file of the system", (),
           BOTH + 'checklist = "/etc/passwd"', 2, "/etc/passwd"),
    Config("the checklist is a device", (), BOTH + 'checklist = "/dev/null"', 2, "/dev/null"),
    Config("a time zone that is a path", (),
           BOTH + 'timezone = "../../../etc/passwd"', 2, "timezone"),
    Config("tokens for another server", (), BOTH + '[google]\nsheets_api = "http://x.example"', 0),
    Config("tokens for another server, asked for", (),
           f'{_ON_GOOGLE}[google]\nsheets_api = "http://x.example"', 2, "no sign-in is sent there"),
    Config("a sign-in by a command", (), f'{_ON_GOOGLE}[google]\ncredentials = "key.json"', 1,
           "Executables need to be explicitly allowed"),
    Config("addresses to send to, which nobody asked for", (),
           BOTH + '[notify]\nurls = ["json://127.0.0.1:9/"]', 0),
    Config("a key that means a module", (), BOTH + 'plugin = "evil"', 2, "plugin"),
    Config("a type that is none", (), BOTH + "timezone = 7", 2, "timezone"),
    Config("deep as a well", (), BOTH + "x = " + "[" * 5_000 + "]" * 5_000, 2, "gatebook.toml"),
    Config("long as a night", (), BOTH + 'timezone = "' + "x" * 1_000_000 + '"', 2, "timezone"),
    Config("no text at all", (), "\x00\x01\x02", 2, "TOML"),
]  # fmt: skip

# A workload identity whose token comes from a program. https://google.aip.dev/auth/4117
_BY_A_COMMAND = """{"type": "external_account", "audience": "//iam.googleapis.com/x",
"subject_token_type": "urn:ietf:params:oauth:token-type:jwt",
"token_url": "https://sts.googleapis.com/v1/token",
"credential_source": {"executable": {"command": "touch evil", "timeout_millis": 5000}}}"""


@table("hostile", CONFIGS)
def test_a_strangers_configuration_runs_nothing(case: Config, office: Office) -> None:
    """It says what is read and where it is written, and can start nothing and call nobody."""
    office.form("a.xlsx", passing_review())
    (office.folder / "gatebook.toml").write_text(case.text, encoding="utf-8")
    (office.folder / "key.json").write_text(_BY_A_COMMAND, encoding="utf-8")
    (office.folder / "evil.py").write_text("open('evil', 'w')", encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-c", _WATCHED, "sync"],
        cwd=office.folder, capture_output=True, text=True, timeout=60,
    )  # fmt: skip
    ran = Ran(done.returncode, done.stdout, done.stderr)
    if "did not expect" in ran.err or "Traceback" in ran.err:
        raise Crashed(ran.err)
    assert "RAN" not in ran.err
    assert not (office.folder / "evil").exists()
    assert (ran.code, case.words in ran.err) == (case.code, True), ran.err
    assert len(ran.err) < 3_000
