"""Forms spoilt byte by byte, and a reader for them that lets every surprise through.

Shared by tests/abuse/test_fuzz.py and scripts/fuzz.
"""

from __future__ import annotations

import dataclasses
import re
import zipfile
from collections.abc import Callable, Mapping
from datetime import timedelta
from functools import lru_cache
from io import BytesIO
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

import openpyxl

from gatebook.backends.excel.backend import ExcelBackend
from gatebook.backends.excel.read import read_contents
from gatebook.backends.protocol import Unreadable
from gatebook.domain.decision import Decision
from gatebook.domain.judge import Judged, judge
from gatebook.domain.review import Change, Review, Status
from gatebook.sheets.form_parse import TabTrouble, parse_review
from gatebook.sheets.model import CellError, Grid, Raw
from gatebook.sheets.review_form import SKIPPED_MARKS, read_reviews, review_workbook
from tests.support.builders import TODAY, TWELVE, passing_review, with_row

# A text of a cell, an attribute's value, a tag: what a mangled part is cut at.
_PIECES = re.compile(rb"<[^>]*>|[^<]+")
_TEXT = re.compile(rb">([^<]+)<")
_VALUE = re.compile(rb'="([^"]*)"')
# What people's programs, and people who mean harm, put where something else was.
PLANTED = (
    b"", b"0", b"-1", b"1e400", b"nan", b"99999999999999999999", b"A1", b"XFD1048576", b"A0",
    b"#REF!", b"=1+1", b"true", b"_x0000_", b"_xD800_", b"&#1114111;", b"&#55296;", b"&lol;",
    b"&amp;&lt;", b"\xff\xfe", b"\xe2\x80\xae", b"\xe2\x80\x8b", b"Green", b"Red", b"2026-12-01",
    b"9" * 400, b"x" * 40_000, b"s", b"inlineStr", b"str", b"e", b"b", b"d", b"n", b"shared",
    b"<![CDATA[Red]]>", b"<!-- -->", b"<?x?>", b"<c/>", b"</c>", b"<v>", b"<row/>", b"<f>",
)  # fmt: skip


def seed_reviews() -> tuple[Review, ...]:
    """All green; red, yellow and blank ones; a live system with changes."""
    mixed = with_row(passing_review(), 3, status=Status.RED, next_action="Mask it", due=TODAY)
    mixed = with_row(mixed, 5, status=Status.YELLOW, next_action="Build it", due=TODAY)
    mixed = with_row(mixed, 9, status=None, owner="")
    changes = (Change(TODAY - timedelta(days=1), "model", "Bo Li", "v2"),)
    live = passing_review(live="Yes", stakes="Low-stakes internal", changes=changes)
    return passing_review(), mixed, live


@lru_cache(maxsize=1)
def seeds() -> tuple[bytes, ...]:
    """Drawn forms, as we write them and as openpyxl saves them again."""
    found = []
    with TemporaryDirectory() as folder:
        path = Path(folder) / "form.xlsx"
        for review in seed_reviews():
            ExcelBackend().draw(review_workbook(review, TWELVE), str(path))
            found.append(path.read_bytes())
        again = BytesIO()
        openpyxl.load_workbook(path).save(again)
    return (*found, again.getvalue())


@lru_cache(maxsize=64)
def parts_of(data: bytes) -> Mapping[str, bytes]:
    """The members of a zip, unpacked. Raises what zipfile raises."""
    with zipfile.ZipFile(BytesIO(data)) as package:
        return {info.filename: package.read(info) for info in package.infolist()}


def zip_of(parts: Mapping[str, bytes]) -> bytes:
    """A sound zip around whatever the members hold."""
    out = BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as package:
        for name, content in parts.items():
            package.writestr(name, content)
    return out.getvalue()


def planted(content: bytes, random: Random) -> bytes:
    """Something else in place of one text or one attribute's value."""
    found = list(random.choice((_TEXT, _VALUE)).finditer(content))
    if not found:
        return content
    one = random.choice(found)
    return content[: one.start(1)] + random.choice(PLANTED) + content[one.end(1) :]


def mangle_part(content: bytes, random: Random) -> bytes:
    """One hurt: a flip, a cut, a piece twice, away or elsewhere, a text or value planted."""
    kind = random.choice((0, 1, 2, 2, 2, 3, 3, 4, 5, 6, 7))
    if kind == 0 or not content:
        spoilt = bytearray(content or b"<a/>")
        for _ in range(random.choice((1, 1, 4))):
            spoilt[random.randrange(len(spoilt))] ^= 1 << random.randrange(8)
        return bytes(spoilt)
    if kind == 1:
        return content[: random.randrange(len(content))]
    if kind in (2, 3):
        return planted(content, random)
    pieces: list[bytes] = _PIECES.findall(content)
    at, other = random.randrange(len(pieces)), random.randrange(len(pieces))
    if kind == 4:
        pieces.insert(at, pieces[at])
    elif kind == 5:
        del pieces[at : at + random.choice((1, 1, 5))]
    elif kind == 6:
        pieces[at], pieces[other] = pieces[other], pieces[at]
    else:
        pieces[at:at] = [pieces[other]] * random.choice((1, 3, 500))
    return b"".join(pieces)


def mangled(seed: int) -> bytes:
    """A form with one to three hurts in its members, in a zip that is sound; every seed its own."""
    random = Random(seed)
    parts = dict(parts_of(random.choice(seeds())))
    for _ in range(random.choice((1, 1, 2, 3))):
        # The tab with the answers and the texts are what counts; of the rest one in three.
        names = [name for name in parts if "sheet1.xml" in name or "sharedStrings" in name]
        name = random.choice(names if names and random.random() < 0.67 else list(parts))
        kind = random.randrange(20)
        if kind == 0:
            del parts[name]
        elif kind == 1:
            parts[name] = parts[random.choice(list(parts))]
        else:
            parts[name] = mangle_part(parts[name], random)
    return zip_of(parts)


def judged_bytes(data: bytes) -> tuple[Judged, ...]:
    """The reviews in a file's bytes, judged; none where it is refused. Whatever else is raised is a
    defect, and so is a launch without twelve greens."""
    try:
        grids = read_contents(data, SKIPPED_MARKS)
    except Unreadable as trouble:
        said(trouble)
        return ()
    found = read_reviews(grids, {TWELVE.id: TWELVE}, TWELVE, "a.xlsx")
    return tuple(sound(judge(review, TWELVE, TODAY)) for review in found.reviews)


def judged_grid(grid: Grid) -> Judged | None:
    """The review on a tab, judged; None where it is refused. Anything else raised is a defect."""
    try:
        review = parse_review(grid, TWELVE, "a.xlsx", 0.0)
    except TabTrouble as trouble:
        said(trouble)
        return None
    return sound(judge(review, TWELVE, TODAY))


def said(trouble: Unreadable | TabTrouble) -> None:
    """AssertionError where a refusal does not say what was found and what to do."""
    assert trouble.reason
    assert trouble.remedy


def sound(one: Judged) -> Judged:
    """The same; AssertionError where it says launch and not every gate is green and proven."""
    if one.verdict.decision is Decision.LAUNCH:
        green = {row.key for row in one.review.rows if row.status is Status.GREEN}
        assert green >= {gate.key for gate in TWELVE.gates}, "launch without twelve greens"
        assert one.review.lead
        assert one.review.owner
        assert not [f for f in one.findings if f.level == "block"]
    return one


# Values that no answer has, and some that it has.
ODD: tuple[Raw, ...] = (
    "", " ", "Green", "red", "Yes", "=1+1", "\u202eneerG", "Gr\u0435en", "\u200b", "\ud800", "\x00",
    "x" * 40_000, "a\nb", "2026-02-30", "30/06/2026", "9999-12-31", "gatebook:review", "gate:data-source",
    "Status", "Owner", "Decision", "{0}", "%s", "|", 0.0, -1.0, 0.5, 46380.0, 2958465.0, 2958466.0,
    1e300, -1e300, 1e15, True, False, CellError("#REF!"), CellError("nonsense"),
)  # fmt: skip


@lru_cache(maxsize=1)
def _form() -> Grid:
    """The review tab of a form in which all is well."""
    (grid, *_) = read_contents(seeds()[0], SKIPPED_MARKS)
    return grid


def judged_cells(data: bytes) -> Judged | None:
    """A form with other values in some cells, as the bytes say: six for each cell, two for where, one
    for whether a formula hangs on it, three for what. A plain text follows where they ask for one."""
    form = _form()
    values, formulas = dict(form.values), dict(form.formulas)
    places = sorted(values)
    at = 0
    while at + 6 <= len(data):
        row, column, how, kind, *number = data[at : at + 6]
        at += 6
        # Every second one hits a cell that holds something.
        place = places[(row * 256 + column) % len(places)] if how & 1 else (row % 80, column % 60)
        if how & 2:
            formulas[place] = "A1"
        if how & 4:
            values.pop(place, None)
        elif kind < 2 * len(ODD):
            values[place] = ODD[kind % len(ODD)]
        elif kind < 200:
            values[place] = float(int.from_bytes(bytes(number)) * 40)
        elif kind < 220:
            values[place] = values.get(places[int.from_bytes(bytes(number)) % len(places)], "")
        else:
            end = at + number[0] % 32
            values[place] = data[at:end].decode("utf-8", "surrogateescape")
            at = end
    return judged_grid(dataclasses.replace(form, values=values, formulas=formulas))


def mutated(data: bytes, most: int, seed: int, mutate: Callable[[bytes, int], bytes]) -> bytes:
    """For a fuzzer: the same zip with one member changed, by `mutate` or as in `mangle_part`.

    Bytes that are no zip are changed as they are. Never more than `most` bytes.
    """
    random = Random(seed)
    try:
        parts = dict(parts_of(data))
    except Exception:
        return mutate(data, most)
    if not parts or random.random() < 0.05:
        return mutate(data, most)
    name = random.choice([n for n in parts if "sheet1" in n or "shared" in n] or list(parts))
    if random.random() < 0.3:
        name = random.choice(list(parts))
    if random.random() < 0.5:
        parts[name] = mangle_part(parts[name], random)
    else:
        parts[name] = mutate(parts[name], len(parts[name]) + 64)
    packed = zip_of(parts)
    return packed if len(packed) <= most else data
