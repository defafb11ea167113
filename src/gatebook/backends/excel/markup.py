"""XML of unknown origin: bounded, without entities, and quick where it is written plainly."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache
from xml.parsers import expat

from gatebook.backends.excel import limits
from gatebook.backends.protocol import Unreadable

# Small enough that a tab to skip costs little, big enough that feeding costs nothing.
PIECE = 16_384

_ENTITY = re.compile("&(?:#x([0-9A-Fa-f]+)|#([0-9]+)|(lt|gt|amp|quot|apos));")
_NAMED = {"lt": "<", "gt": ">", "amp": "&", "quot": '"', "apos": "'"}

DAMAGED = (
    "The file was damaged on its way, or only part of it arrived. Fetch or copy it again, "
    "wait until syncing has finished, or take an older copy."
)
HARMFUL = (
    "Do not open the file unless you know who made it. If you do, open it in Excel, choose "
    "File > Save As > Excel Workbook (.xlsx), and use the new copy."
)


def parser(part: str) -> expat.XMLParserType:
    """An XML parser that refuses document type declarations, which workbooks never have."""
    made = expat.ParserCreate()
    made.buffer_text = True

    def refuse(*_: object) -> None:
        raise Unreadable(
            f"its part {part!r} declares XML entities, as files made to harm do; "
            "a workbook never does",
            HARMFUL,
        )

    made.StartDoctypeDeclHandler = refuse
    return made


def feed(made: expat.XMLParserType, data: bytes, part: str, final: bool = True) -> None:
    """Parse a piece of a part. Raises Unreadable where it is no XML."""
    try:
        made.Parse(data, final)
    except (expat.ExpatError, LookupError, UnicodeError) as error:
        raise Unreadable(
            f"the file is damaged: its part {part!r} is no proper XML ({error})", DAMAGED
        ) from error


def parse(data: bytes, part: str, start: Callable[[str, dict[str, str]], None]) -> None:
    """Call `start` with the name and attributes of each element. Raises Unreadable."""
    made = parser(part)
    depth = 0

    def down(tag: str, attributes: dict[str, str]) -> None:
        nonlocal depth
        depth += 1
        if depth > limits.MAX_DEPTH:
            raise too_deep(part)
        start(tag, attributes)

    def up(_: str) -> None:
        nonlocal depth
        depth -= 1

    made.StartElementHandler = down
    made.EndElementHandler = up
    feed(made, data, part)


def too_deep(part: str) -> Unreadable:
    """The refusal of XML that nests deeper than any workbook does."""
    return Unreadable(
        f"its part {part!r} nests more than {limits.MAX_DEPTH} levels deep, "
        "as files made to harm do",
        HARMFUL,
    )


def plainly_written(data: bytes, part: str, root: str) -> str:
    """A part's text if patterns can be trusted to find its elements; else "".

    That is a part of modest size in UTF-8 without comments, CDATA or instructions, where every "<"
    begins a tag, and whose root element is written `root`, that is without a prefix. Raises
    Unreadable where it is no proper XML.
    """
    if len(data) > limits.PLAIN_BYTES:
        return ""
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        return ""
    head = text[:200]
    if root not in text[:2000] or ("encoding=" in head and "utf-8" not in head.lower()):
        return ""
    plain = True

    def otherwise(*_: object) -> None:
        nonlocal plain
        plain = False

    reader = parser(part)
    reader.CommentHandler = otherwise
    reader.StartCdataSectionHandler = otherwise
    reader.ProcessingInstructionHandler = otherwise
    feed(reader, data, part)
    if not plain:
        return ""
    # An XML parser hands out every line end as \n.
    return text.replace("\r\n", "\n").replace("\r", "\n") if "\r" in text else text


def unescape(text: str) -> str:
    """Text as an XML parser hands it out: `&amp;` → `&`."""
    return _ENTITY.sub(_character, text) if "&" in text else text


# 2,000 texts of up to 1,000 characters are 8 MB at most.
_again = lru_cache(2_000)(unescape)


def unescape_again(text: str) -> str:
    """The same, for texts that come again in the next file, as formulas do: worked out once."""
    return _again(text) if len(text) <= 1_000 else unescape(text)


def _character(match: re.Match[str]) -> str:
    hexadecimal, decimal, name = match.groups()
    if name:
        return _NAMED[name]
    return chr(int(hexadecimal, 16) if hexadecimal else int(decimal))


def local(name: str) -> str:
    """An XML name without its namespace prefix: "x:row" → "row"."""
    return name.rpartition(":")[2] if ":" in name else name
