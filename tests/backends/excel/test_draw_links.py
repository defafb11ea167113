"""Links as drawn: which are clickable, where they lead, and what becomes of the others."""

from __future__ import annotations

import re
from xml.etree.ElementTree import fromstring

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatebook.backends.excel.draw_links import MAX_LINKS, clickable
from gatebook.domain.cells import Cell
from gatebook.sheets.model import PLAIN, Link, Sheet, Style, Table
from tests.abuse.marks import abuse
from tests.support.drawn import book, one, part, reread

RELATIONS = "xl/worksheets/_rels/sheet1.xml.rels"


def leads_to(link: Link) -> tuple[str, str]:
    """Address and place of a drawn link, as they stand in the file."""
    workbook = one(link)
    found = re.search("<hyperlink [^>]*>", part(workbook))
    assert found is not None, "no link was drawn"
    place = fromstring(re.sub("r:id", "id", found[0])).get("location", "")
    if "r:id" not in found[0]:
        return "", place
    return next(iter(fromstring(part(workbook, RELATIONS)))).get("Target", ""), place


@pytest.mark.parametrize(
    ("target", "address", "place"),
    [
        ("https://docs.example/runbook", "https://docs.example/runbook", ""),
        ("HTTP://docs.example:8080/a", "HTTP://docs.example:8080/a", ""),
        ("https://docs.example/a b?q=1#part two", "https://docs.example/a%20b?q=1", "part%20two"),
        ("https://docs.example/100%/%20x y", "https://docs.example/100%25/%20x%20y", ""),
        ("https://docs.example/{a}|<b>", "https://docs.example/%7Ba%7D%7C%3Cb%3E", ""),
        ("https://bücher.example/ä", "https://bücher.example/ä", ""),
        ("https://[::1]/x", "https://[::1]/x", ""),
        ("mailto:bo@people.example?subject=a b", "mailto:bo@people.example?subject=a%20b", ""),
        ("#'Bo''s review'!F19", "", "'Bo''s review'!F19"),
    ],
)
def test_addresses(target: str, address: str, place: str) -> None:
    """Encoded so that a file can hold them, whether they are encoded already or not."""
    assert leads_to(Link(target, "open")) == (address, place)


@pytest.mark.parametrize(
    ("target", "address", "place"),
    [
        ("reviews/support.xlsx", "reviews/support.xlsx", ""),
        ("..\\reviews\\support.xlsx", "../reviews/support.xlsx", ""),
        ("reviews/a b.xlsx#'Bo''s'!A1", "reviews/a%20b.xlsx", "'Bo''s'!A1"),
        ("100% #1 [x] 'q' \"d\".xlsx", "100%25%20%231%20%5Bx%5D%20'q'%20%22d%22.xlsx", ""),
        ("what?.xlsx", "what%3F.xlsx", ""),
        ("Prüfung.xlsx", "Prüfung.xlsx", ""),
        ("a:b.xlsx", "./a:b.xlsx", ""),
        ("/srv/a b.xlsx#'T'!B2", "file:///srv/a%20b.xlsx", "'T'!B2"),
        ("C:\\Files\\a b.xlsx", "file:///C:/Files/a%20b.xlsx", ""),
        ("\\\\server\\share\\a.xlsx", "file://server/share/a.xlsx", ""),
    ],
)
def test_paths(target: str, address: str, place: str) -> None:
    assert leads_to(Link(target, "open", file=True)) == (address, place)


@pytest.mark.parametrize(
    "target",
    [
        "javascript:alert(1)",
        "file:///etc/passwd",
        "ftp://files.example/a",
        "\\\\server\\share\\a.xlsx",
        "external:a.xlsx",
        "internal:Review!A1",
        "runbook in the wiki",
        "https://",
        "https:///a",
        "https://a..example/",
        "https://a b.example/",
        "https://docs.example:99999/",
        "https://bo:secret@docs.example/",
        "http://[bad",
        "mailto:",
        "mailto:nobody",
        "mailto:a@b@c.example",
        "#",
        "",
        "https://docs.example/" + "x" * 2_079,
        "https://docs.example/#" + "x" * 2_080,
        "https://docs.example/" + " " * 700 + "x",
    ],
)
@abuse("made", 18)
def test_what_is_no_safe_link_is_text(target: str) -> None:
    """PAINS 18: only http, https and mailto open anything; the words stay."""
    cell = reread(one(Link(target, "evidence"))).active["A1"]
    assert (cell.value, cell.data_type, cell.hyperlink) == ("evidence", "s", None)


def test_a_link_without_text_shows_its_target() -> None:
    assert reread(one(Link("https://a.example/", ""))).active["A1"].value == "https://a.example/"
    assert reread(one(Link("ftp://a.example/", ""))).active["A1"].value == "ftp://a.example/"


@abuse("made", 18)
def test_a_text_that_looks_like_a_formula_stays_text_on_a_link() -> None:
    """PAINS 18."""
    cell = reread(one(Link("https://a.example/", "=1+1"))).active["A1"]
    assert (cell.value, cell.data_type) == ("=1+1", "s")


def test_a_plain_link_looks_like_one_and_a_styled_one_as_told() -> None:
    plain = reread(one(Link("https://a.example/", "x"))).active["A1"]
    styled = reread(one(Link("https://a.example/", "x"), Style(bold=True))).active["A1"]
    assert plain.font.u == "single"
    assert (styled.font.u, styled.font.b) == (None, True)


def test_links_beyond_what_a_sheet_takes_are_text() -> None:
    link = Link("https://a.example/", "open")
    table = Table(Cell(0, 0), ("Link",), [[link]] * (MAX_LINKS + 2), (PLAIN,))
    xml = part(book(Sheet("Findings", tables=(table,))))
    assert xml.count("<hyperlink ") == MAX_LINKS
    assert f'<c r="A{MAX_LINKS + 3}" t="s">' in xml


STARTS = ["https://", "http://a.example", "mailto:", "mailto:a@b.example", "#", ""]


@given(st.sampled_from(STARTS), st.text(st.characters(), max_size=30), st.booleans())
def test_every_link_can_be_drawn(scheme: str, rest: str, file: bool) -> None:
    """What is called clickable is drawn as an address without space, quote or control."""
    link = Link(scheme + rest, "open", file)
    if clickable(link) is None:
        assert reread(one(link)).active["A1"].value == "open"
    else:
        address, _ = leads_to(link)
        assert not re.search(r'[\x00-\x20"<>\\^`{|}]', address)
