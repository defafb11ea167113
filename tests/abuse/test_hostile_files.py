"""Files and folders made to harm: bombs, claims, depths, odd signs, look-alikes, paths that lead away.

All files are read by one `gatebook check` with little memory and little time; each line of the table
says what comes of its file: a decision, or words of the message that names it.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
import zipfile
from collections.abc import Callable, Mapping
from io import BytesIO
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
import pytest

from tests.abuse import mangling
from tests.abuse.marks import Crashed, Lost, abuse, table
from tests.cli.conftest import Office, Ran, review_of, with_red
from tests.cli.conftest import office as office
from tests.conformance.desks import Desk
from tests.conformance.test_pains import cell
from tests.support import hostile
from tests.support.builders import TODAY, passing_review

pytestmark = pytest.mark.xdist_group("hostile files")

# What the whole process may take for all files together: megabytes of address space, seconds of CPU.
MEMORY, SECONDS = 600, 120
_SHEET, _BOOK = "xl/worksheets/sheet1.xml", "xl/workbook.xml"
_RELS = "xl/_rels/workbook.xml.rels"
Parts = dict[str, bytes]


def form() -> Parts:
    """A form in which all is well, as the parts of its zip."""
    return dict(mangling.parts_of(mangling.seeds()[0]))


def with_part(name: str, content: bytes) -> Parts:
    """The form with one more part, or another one."""
    return form() | {name: content}


def in_sheet(old: bytes, new: bytes, part: str = _SHEET) -> Parts:
    """The form with something else in place of a piece of its review tab."""
    parts = form()
    assert old in parts[part]
    return parts | {part: parts[part].replace(old, new, 1)}


def after_rows(more: bytes) -> Parts:
    """More rows below the form."""
    return in_sheet(b"</sheetData>", more + b"</sheetData>")


def behind_rows(more: bytes) -> Parts:
    """More about the tab, behind its cells."""
    return in_sheet(b"</sheetData>", b"</sheetData>" + more)


def claims(dimension: bytes) -> Parts:
    parts = form()
    sheet = re.sub(
        rb'<dimension ref="[^"]*"/>', b'<dimension ref="%s"/>' % dimension, parts[_SHEET]
    )
    assert sheet != parts[_SHEET]
    return parts | {_SHEET: sheet}


def owners_text(text: str) -> Parts:
    """Another text for every cell that says "Mia Berg", the owner of each gate."""
    strings = form()["xl/sharedStrings.xml"]
    assert b"Mia Berg" in strings
    return with_part("xl/sharedStrings.xml", strings.replace(b"Mia Berg", text.encode()))


def linked_to(target: str, mode: str = "") -> Parts:
    """The review tab's part is said to be somewhere else."""
    parts = form()
    rels = parts[_RELS].replace(
        b'Target="worksheets/sheet1.xml"', f'Target="{target}"{mode}'.encode()
    )
    assert rels != parts[_RELS]
    return parts | {_RELS: rels}


def _rows(count: int) -> bytes:
    return b"".join(b'<row r="%d" ht="%d"/>' % (n, n * 7919 % 97) for n in range(100, 100 + count))


def _numbers(count: int, text: str) -> bytes:
    return "".join(text.format(n=n) for n in range(1, count + 1)).encode()


def _link_entry() -> bytes:
    """A zip whose tab is a symbolic link, as `zip --symlinks` stores it."""
    out = BytesIO()
    with zipfile.ZipFile(out, "w") as package:
        for name, content in form().items():
            info = zipfile.ZipInfo(name)
            if name == _SHEET:
                info.external_attr, content = 0o120777 << 16, b"/etc/passwd"
            package.writestr(info, content)
    return out.getvalue()


class File(NamedTuple):
    """What is in a file → the decision, or words with which it is named as unreadable."""

    done: str
    make: Callable[[], Parts | bytes]
    comes_to: str
    pains: tuple[int, ...] = ()


FILES = [
    # Claims
    File("claims 17 billion cells", lambda: claims(b"A1:XFD1048576"), "launch", (24,)),
    File("claims cells that no sheet has", lambda: claims(b"A1:ZZZZ99999999"), "launch", (24,)),
    File("a million rows, empty", lambda: after_rows(_rows(1_000_000)), "launch", (6, 24)),
    File("a cell in the last corner", lambda: after_rows(
        b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'), "launch", (6,)),
    File("a cell beyond the last corner", lambda: after_rows(
        b'<row r="9999999"><c r="XFE9999999"><v>1</v></c></row>'), "launch", (6,)),
    File("claims four billion shared texts", lambda: in_sheet(
        b"uniqueCount=", b'x="1" uniqueCount="4294967295" y=', "xl/sharedStrings.xml"), "launch"),
    File("half a million cells far below", lambda: after_rows(_numbers(
        250_000, '<row r="{n}00"><c r="A{n}00"><v>{n}</v></c><c r="B{n}00"><v>{n}</v></c></row>')),
        "launch", (6,)),
    File("100,000 merged ranges", lambda: behind_rows(
        b"<mergeCells>" + _numbers(100_000, '<mergeCell ref="T{n}:U{n}"/>') + b"</mergeCells>"),
        "launch", (6,)),
    File("everything merged into one", lambda: behind_rows(
        b'<mergeCells><mergeCell ref="A1:XFD1048576"/></mergeCells>'), "headers", (6,)),
    File("10,000 merged ranges, each of the whole tab", lambda: behind_rows(
        b"<mergeCells>" + _numbers(10_000, '<mergeCell ref="A1:XFD{n}"/>') + b"</mergeCells>"),
        "headers", (6,)),
    File("one link over all cells", lambda: behind_rows(
        b'<hyperlinks><hyperlink ref="A1:XFD1048576" location="A1"/></hyperlinks>'), "launch"),
    File("50,000 colour rules", lambda: behind_rows(_numbers(
        50_000, '<conditionalFormatting sqref="A{n}"><cfRule type="expression" priority="{n}">'
        "<formula>A1</formula></cfRule></conditionalFormatting>")), "launch"),
    File("20,000 names that mean each other", lambda: in_sheet(
        b"</sheets>", b"</sheets><definedNames>" + _numbers(
            20_000, '<definedName name="n{n}">n{n}*n{n}</definedName>') + b"</definedNames>", _BOOK),
        "launch", (7,)),
    # Sizes
    File("an owner of a million letters", lambda: owners_text("x" * 1_000_000), "launch"),
    File("an owner of 39 million letters", lambda: owners_text("xyz " * 9_750_000), "launch"),
    File("a number of a million digits", lambda: after_rows(
        b'<row r="90"><c r="A90"><v>' + b"9" * 900_000 + b"</v></c></row>"), "launch"),
    File("a formula of five million letters", lambda: after_rows(
        b'<row r="90"><c r="A90"><f>' + b"A1+" * 1_700_000 + b"A1</f></c></row>"), "launch"),
    File("a tag with 100,000 attributes", lambda: after_rows(
        b"<row " + _numbers(100_000, 'a{n}="" ') + b"/>"), "launch"),
    File("a tag whose name has a million letters", lambda: after_rows(
        b"<" + b"x" * 1_000_000 + b"/>"), "launch"),
    File("50,000 escapes in one text", lambda: owners_text("_x0041_" * 50_000), "launch"),
    # Depths
    File("XML 5,000 deep below the cells", lambda: behind_rows(
        b"<a>" * 5_000 + b"</a>" * 5_000), "launch"),
    File("XML 5,000 deep among the texts", lambda: in_sheet(
        b"</sst>", b"<a>" * 5_000 + b"</a>" * 5_000 + b"</sst>", "xl/sharedStrings.xml"), ""),
    File("XML 5,000 deep in the list of tabs", lambda: in_sheet(
        b"</sheets>", b"</sheets>" + b"<a>" * 5_000 + b"</a>" * 5_000, _BOOK), "levels deep"),
    # XML that wants something
    File("a stylesheet and an include", lambda: in_sheet(
        b"<sheetData>", b'<?xml-stylesheet href="file:///etc/passwd"?><xi:include '
        b'xmlns:xi="http://www.w3.org/2001/XInclude" href="file:///etc/passwd"/><sheetData>'),
        "launch"),
    File("an encoding that nobody knows", lambda: in_sheet(
        b'encoding="UTF-8"', b'encoding="x-evil"'), "no proper XML"),
    File("texts in UTF-7", lambda: in_sheet(
        b'encoding="UTF-8"', b'encoding="UTF-7"', "xl/sharedStrings.xml"), "is not written as"),
    File("a sign that XML forbids", lambda: owners_text("a&#0;b"), "no proper XML"),
    File("entities in the properties, which nobody reads", lambda: with_part(
        "docProps/core.xml", b'<!DOCTYPE x [<!ENTITY a "b">]><x>&a;</x>'), "launch"),
    # What other programs would run
    File("a command behind a DDE link", lambda: with_part(
        "xl/externalLinks/externalLink1.xml",
        b'<externalLink><ddeLink ddeService="cmd" ddeTopic="/c calc"/></externalLink>'), "launch"),
    File("a command in a formula", lambda: after_rows(
        b"<row r=\"90\"><c r=\"A90\"><f>cmd|'/c calc'!A0</f><v>0</v></c></row>"), "launch", (13, 18)),
    File("macros", lambda: with_part("xl/vbaProject.bin", hostile.OLE + bytes(4_000)), "launch", (25,)),
    File("a web query", lambda: with_part(
        "xl/connections.xml", b'<connections><connection id="1" url="http://127.0.0.1:9/"/>'
        b"</connections>"), "launch"),
    # Paths
    File("parts that lead out of the zip", lambda: form() | {
        "../../evil.txt": b"x", "/etc/evil": b"x", "C:\\evil": b"x", "..\\..\\evil": b"x"}, "launch"),
    File("the tab is a file of the system", lambda: linked_to("../../../../etc/passwd"), "missing"),
    File("the tab is a file address", lambda: linked_to("file:///etc/passwd", ' TargetMode="External"'),
         "missing", (7,)),
    File("the tab is on the web", lambda: linked_to("http://127.0.0.1:9/", ' TargetMode="External"'),
         "missing", (7,)),
    File("the tab is the list of tabs", lambda: linked_to("workbook.xml"), "no review", (7,)),
    File("the tab is a symbolic link", _link_entry, "no proper XML"),
    # Signs
    File("an owner written backwards", lambda: owners_text("\u202egreB aiM\u202c"), "launch"),
    File("an owner of nothing to be seen", lambda: owners_text("\u200b\u200e\ufeff"), "incomplete", (14,)),
    File("an owner of joiners and marks of direction", lambda: owners_text("\u200d\u202e\u2066\ufe0f"),
         "incomplete", (14,)),
    File("an owner of blank letters", lambda: owners_text("\u115f\uffa0\u1160"), "incomplete", (14,)),
    File("an owner that rings and clears", lambda: owners_text("Mia_x0007__x001B_[2J_x0000_"), "launch"),
    File("half a sign as owner", lambda: owners_text("Mia_xD800_"), "launch"),
    File("an owner under 5,000 accents", lambda: owners_text("M\u0301" + "\u0301" * 5_000), "launch"),
]  # fmt: skip


def content_of(made: Parts | bytes) -> bytes:
    return made if isinstance(made, bytes) else mangling.zip_of(made)


_LIMITED = (
    "import resource, sys; memory, seconds = (int(sys.argv.pop(1)) for _ in range(2)); "
    "resource.setrlimit(resource.RLIMIT_AS, (memory * 2**20,) * 2); "
    "resource.setrlimit(resource.RLIMIT_CPU, (seconds,) * 2); "
    "from gatebook.cli.main import main; main()"
)


class Found(NamedTuple):
    """What one `check` said of all files, by their names."""

    reviews: Mapping[str, Any]
    unread: Mapping[str, str]
    passed: frozenset[str]


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> Found:
    """All of FILES, and those of tests/support/hostile.py, read by one process under its limits."""
    if sys.platform == "win32":
        pytest.skip("limits of a process are POSIX's")
    folder = tmp_path_factory.mktemp("hostile")
    (folder / "reviews").mkdir()
    for number, case in enumerate(FILES):
        (folder / "reviews" / f"{number}.xlsx").write_bytes(content_of(case.make()))
    hostile.write_hostile(folder / "reviews")
    before = sorted(folder.rglob("*"))
    command = [sys.executable, "-c", _LIMITED, str(MEMORY), str(SECONDS), "check", "reviews"]
    began = time.monotonic()
    done = subprocess.run(
        [*command, "--json", "--verbose", "--today", str(TODAY)],
        cwd=folder, capture_output=True, text=True, timeout=10 * SECONDS,
    )  # fmt: skip
    print(f"{len(FILES)} files in {time.monotonic() - began:.1f} s")
    if done.returncode != 1 or "Traceback" in done.stderr:
        raise Crashed(done.stderr)
    assert sorted(folder.rglob("*")) == before
    said = msgspec.json.decode(done.stdout)
    return Found(
        {Path(one["location"]).stem: one for one in said["reviews"]},
        {Path(one["location"]).stem: one["message"] for one in said["unreadable"]},
        frozenset(re.findall(r"passed over: reviews/(\w+)\.xlsx: no review", done.stderr)),
    )


@table("hostile", FILES)
def test_a_file_made_to_harm(case: File, found: Found) -> None:
    number = str(FILES.index(case))
    named = found.unread.get(number, "")
    if "itself failed" in named:
        raise Crashed(named)
    if case.comes_to == "no review":
        assert number in found.passed
        return
    # Whatever it is, it is not left out.
    assert (number in found.reviews) != bool(named)
    if case.comes_to in ("launch", "incomplete"):
        assert named == ""
        assert found.reviews[number]["decision"] == case.comes_to
    else:
        assert case.comes_to in named


@pytest.mark.parametrize("name", hostile.REFUSED)
@abuse("hostile", 22, 24, 30)
def test_a_file_that_is_none(name: str, found: Found) -> None:
    """Bombs, damaged, encrypted and disguised files, under the same limits."""
    if "itself failed" in found.unread[name]:
        raise Crashed(found.unread[name])
    assert hostile.REFUSED[name].words in found.unread[name]
    assert name not in found.reviews


# --- Signs that look like others, typed into a form


class Typed(NamedTuple):
    """A text in a cell of a form in which all is well → the decision, and words of what is said."""

    done: str
    pains: tuple[int, ...]
    where: str
    text: str
    decision: str
    said: str = ""


LOOK_ALIKES = [
    Typed("Green with a Cyrillic e", (14,), "5 status", "Gr\u0435en", "incomplete", "status-unreadable"),
    Typed("Green in wide letters", (14,), "5 status", "\uff27reen", "incomplete", "status-unreadable"),
    Typed("Green written backwards", (14,), "5 status", "\u202eneerG", "incomplete", "status-unreadable"),
    Typed("Green with a zero-width space inside", (14,), "5 status", "Gr\u200been", "incomplete",
          "status-unreadable"),
    Typed("Green between zero-width spaces", (14,), "5 status", "\u200bGreen\ufeff", "launch"),
    Typed("Green with a joiner inside", (14,), "5 status", "Gr\u200deen", "incomplete",
          "status-unreadable"),
    Typed("Red with a Cyrillic e", (14,), "5 status", "R\u0435d", "incomplete", "status-unreadable"),
    Typed("Green behind a right-to-left mark", (14,), "5 status", "\u200fGreen", "launch"),
    Typed("Red with the words turned to Green", (14,), "5 status", "Red\u202e neerG", "incomplete",
          "status-unreadable"),
    Typed("a date with look-alike hyphens", (15,), "5 due", "2026\u201012\u201001", "incomplete",
          "date-unreadable"),
    Typed("a date written backwards", (15,), "review_date", "\u202e02-11-6202", "incomplete",
          "date-unreadable"),
    Typed("an owner of a soft hyphen", (14,), "5 owner", "\u00ad", "incomplete", "owner-missing"),
    Typed("an owner of word joiners", (14,), "5 owner", "\u2060\u2060", "incomplete", "owner-missing"),
    Typed("an owner of a blank Braille sign", (14,), "5 owner", "\u2800", "incomplete", "owner-missing"),
    Typed("an artifact that cannot be seen", (14,), "5 artifact", " \u3164", "incomplete",
          "artifact-missing"),
    Typed("the header Status with a Cyrillic a", (3,), "header", "St\u0430tus", "unreadable", "Status"),
    Typed("the label of the lead with a Cyrillic e", (2,), "label", "Pilot l\u0435ad", "incomplete",
          "header-missing"),
]  # fmt: skip


def _place(where: str) -> str:
    from tests.abuse.hands import at

    return {"header": at("header status"), "label": at("label lead")}.get(where) or cell(where)


@table("hostile", LOOK_ALIKES)
def test_signs_that_look_like_others(case: Typed, desk: Desk) -> None:
    """Never a green or a date that only looks like one."""
    location = desk.put("a review", passing_review())
    desk.type(location, _place(case.where), case.text)
    said = desk.run("check", desk.reviews, "--json", "--today", TODAY).json
    if case.decision == "unreadable":
        (one,) = said["unreadable"]
        assert case.said in one["message"]
        return
    (review,) = said["reviews"]
    assert review["decision"] == case.decision, review["findings"]
    codes = {finding["code"] for finding in review["findings"]}
    assert not case.said or case.said in codes


# --- Folders that lead away


def circle(office: Office) -> None:
    """Links to the folder itself, above it, to each other and to themselves."""
    (office.reviews / "self").symlink_to(office.reviews)
    (office.reviews / "above").symlink_to(office.folder)
    (office.reviews / "one").symlink_to(office.reviews / "other")
    (office.reviews / "other").symlink_to(office.reviews / "one")


def maze(office: Office) -> None:
    """Folders in which each links to all the others: a path for every order of them."""
    for name in "abcdefgh":
        (office.reviews / name).mkdir()
        for other in "abcdefgh":
            (office.reviews / name / f"to-{other}").symlink_to(office.reviews / other)


def cellar(office: Office) -> None:
    """Folders 200 deep."""
    here = os.open(office.reviews, os.O_RDONLY)
    for _ in range(200):
        os.mkdir("deeper", dir_fd=here)
        inner = os.open("deeper", os.O_RDONLY, dir_fd=here)
        os.close(here)
        here = inner
    os.close(here)


def system_files(office: Office) -> None:
    """Links to what is no workbook, and to what never ends."""
    for name, target in (
        ("users", "/etc/passwd"),
        ("zeros", "/dev/zero"),
        ("nothing", "/dev/null"),
    ):
        (office.reviews / f"{name}.xlsx").symlink_to(target)


def odd_names(office: Office) -> None:
    """Names that mean something to a shell, a terminal, a formula or a browser."""
    names = ("-rf.xlsx", "$(touch evil).xlsx", "`evil`.xlsx", "=cmd|' calc'!A0.xlsx", "\x1b[2J.xlsx",
             "a\nb.xlsx", "\u202excod.xlsx", "%2e%2e%2fevil.xlsx", "..xlsx.xlsx", "con.xlsx",
             "x" * 240 + ".xlsx")  # fmt: skip
    for number, name in enumerate(names):
        office.form("new.xlsx", review_of(f"Odd {number}")).rename(office.reviews / name)


class Folder(NamedTuple):
    """What is in the folder of reviews besides two sound ones; how many files are named as unread."""

    done: str
    pains: tuple[int, ...]
    make: Callable[[Office], None]
    unread: int
    systems: int = 2


FOLDERS = [
    Folder("links in circles", (2,), circle, 0),
    Folder("a maze of links", (2,), maze, 0),
    Folder("folders 200 deep", (2,), cellar, 1),
    Folder("links to files of the system", (2, 30), system_files, 3),
    Folder("names that mean something else", (18, 20), odd_names, 0, 12),
]


@pytest.mark.skipif(sys.platform == "win32", reason="links and names of POSIX")
@table("hostile", FOLDERS)
def test_a_folder_that_leads_away(case: Folder, office: Office) -> None:
    office.form("0.xlsx", review_of("First"))
    office.form("z.xlsx", with_red(review_of("Last"), 3))
    case.make(office)
    began = time.monotonic()
    check, sync = office.check("--json"), office.sync("--json")
    assert time.monotonic() - began < 60
    assert len(check.json["unreadable"]) == case.unread, check.json["unreadable"]
    assert (check.code, sync.code) == (bool(case.unread),) * 2
    shown = {row["System"] for row in office.table("Portfolio")}
    if not shown >= {"First", "Last"}:
        raise Lost("a system left the list")
    assert len(shown) == case.systems + case.unread
    # No name of a file steers a terminal.
    plain = office.sync("--full")
    assert not set("\x1b\x07\u202e") & set(plain.out + plain.err)
    assert not list(office.folder.rglob("evil"))


NAMES = ("../../evil", "..\\..\\evil", "/etc/evil", "C:\\evil", "a/b/../../../evil", "evil\x00.txt", "..",
         "con", "$(touch evil)", "~/evil", "file:///evil", "\u202eevil", "e" * 400)  # fmt: skip


@pytest.mark.parametrize("name", NAMES)
@abuse("hostile", 18)
def test_a_systems_name_leads_no_file_away(name: str, office: Office) -> None:
    """`new`, `renew`, `repair`, `digest` name files after what a sheet says."""
    office.form("a.xlsx", review_of(name, owner=name, lead=name), modified=1_700_000_000)
    outside = set(office.folder.parent.rglob("*"))
    (office.folder / "made").mkdir()
    rans: list[Ran] = [
        office.run("renew", "reviews", "--to", "made"),
        office.run("repair", "reviews/a.xlsx", "--to", "made"),
        office.run("digest", "reviews", "--to", "made"),
        office.run("history", "--portfolio", "portfolio.xlsx"),
    ]
    if "\x00" not in name:
        rans.append(office.run("new", name, "--lead", "Ana Ruiz", "--to", "made"))
    for ran in rans:
        if "did not expect" in ran.err:
            raise Crashed(ran.err)
    made = set(office.folder.parent.rglob("*")) - outside
    assert made
    assert {path.parent for path in made} <= {office.folder / "made", office.folder}
    assert not [path for path in made if path.name.lower().startswith(("evil", "con."))
                and path.parent != office.folder / "made"]  # fmt: skip


@pytest.mark.skipif(sys.platform == "win32", reason="links of POSIX")
@abuse("hostile", 21)
def test_links_where_files_are_written(office: Office, tried: Callable[[int], None]) -> None:
    """Somebody with a hand in the folder links our names to files of others: those stay as they are."""
    victim = office.folder / "precious.txt"
    office.form("a.xlsx", review_of("A"))
    links = (
        "made/a-review.xlsx",
        ".portfolio.xlsx.lock",
        "made/bo-li.md",
        "made/bo-li.ics",
        "all.csv",
    )
    (office.folder / "made").mkdir()
    for link in links:
        victim.write_text("precious", encoding="utf-8")
        (office.folder / link).unlink(missing_ok=True)
        (office.folder / link).symlink_to(victim)
        office.run("new", "A", "--lead", "Ana Ruiz", "--to", "made")
        office.sync()
        office.run("digest", "reviews", "--to", "made")
        office.run("history", "--portfolio", "portfolio.xlsx", "--csv", "all.csv")
        if victim.read_text(encoding="utf-8") != "precious":
            raise Lost(f"what {link} was linked to")
        (office.folder / link).unlink()
    tried(len(links))
