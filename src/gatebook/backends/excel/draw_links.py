"""Links: which may be clickable, and how their addresses are written."""

from __future__ import annotations

import re
import sys
from functools import lru_cache
from typing import Any
from urllib.parse import quote

from xlsxwriter.url import Url

from gatebook.backends.cell_contents import HOST_NAME, utf16_length, web_address
from gatebook.backends.excel.draw_text import clean
from gatebook.sheets.model import Link

# Excel's limits: characters of an address (and of the place behind its "#"), links on one sheet.
MAX_ADDRESS = 2_079
MAX_LINKS = 65_530

_NO_PATH_CHARACTER = re.compile(r"""[\x00-\x20"<>^`{|}\[\]%#?\x7f]""")
_PLACE = re.compile(r"#('(?:[^']|'')+'!\$?[A-Z]{1,3}\$?[0-9]+)$")
_SHARE = re.compile(rf"//{HOST_NAME}/")
_DRIVE = re.compile(r"[A-Za-z]:[/\\]")


def clickable(link: Link) -> Any:
    """What XlsxWriter's `write_url` takes, or None where the link must be plain text.

    Clickable are http, https and mailto addresses, places in this workbook (`#'Tab'!A1`) and, with
    `file`, paths. Anything else, malformed or too long, is not.
    """
    target = clean(link.target).strip()
    if link.file:
        address, place = _file_address(target)
    elif target.startswith("#"):
        address, place = "", target[1:]
    else:
        address, _, place = web_address(target).partition("#")
    if not address and not (place and target.startswith("#")):
        return None
    if utf16_length(address) > MAX_ADDRESS or utf16_length(place) > MAX_ADDRESS:
        return None
    return _url(address, place, clean(link.text) or target)


def _url(address: str, place: str, text: str) -> Any:
    """The library's link object, with our address.

    Its own escaping leaves an address alone that has one "%20" in it, cuts file names at "#" and
    writes paths with "\\", which only Windows follows.
    """
    if address:
        url = Url("https://gatebook.example")
        url._link = url._relationship_link = address
        url._anchor = place
    else:
        url = Url(f"internal:{place}")
    url.text = text
    return url


def _file_address(target: str) -> tuple[str, str]:
    """A path as a relative or file: address, and the place in that workbook ("" without one)."""
    found = _PLACE.search(target)
    path, place = (target[: found.start()], sys.intern(found[1])) if found else (target, "")
    return _path_address(path), place


# Many links lead into the same few files; one object serves them all.
@lru_cache(maxsize=4096)
def _path_address(path: str) -> str:
    path = path.replace("\\", "/")
    address = _NO_PATH_CHARACTER.sub(lambda character: quote(character[0]), path)
    if _DRIVE.match(path):
        return f"file:///{address}"
    if path.startswith("//"):
        return f"file:{address}" if _SHARE.match(path) else ""
    if path.startswith("/"):
        return "file://" + address.replace(":", "%3A")
    # "a:b.xlsx" would be read as an address of the scheme "a".
    return f"./{address}" if ":" in path.partition("/")[0] else address
