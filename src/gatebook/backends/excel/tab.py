"""One tab's part: its cells, formulas, merged ranges and links.

Nearly every program writes cells in one plain way, and patterns find those several times faster
than a parser's callbacks. Whether they found all is counted; if not, the parser reads the part.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from gatebook.backends.excel import limits
from gatebook.backends.excel.contents import (
    BEYOND,
    Contents,
    Place,
    Places,
    Skipped,
    Tab,
    Unusual,
    typed,
)
from gatebook.backends.excel.markup import (
    PIECE,
    feed,
    local,
    parser,
    plainly_written,
    too_deep,
    unescape,
    unescape_again,
)
from gatebook.backends.excel.package import TO_OWN_WORKBOOK
from gatebook.backends.excel.strings import Strings
from gatebook.backends.protocol import Unreadable
from gatebook.sheets.model import Raw

# Place, type; then the tag and text of a formula, the value, and the text of an inline string.
# The second "+" in "++", "*+" and "?+": what was taken is kept. Nothing else could match there, and
# not trying saves a third of the time.
_CELL = re.compile(
    r'<c r="([A-Z]{1,3}+[1-9][0-9]*+)"'
    r'(?: s="[0-9]++")?+(?: t="([A-Za-z]++)")?+(?: cm="[0-9]++")?+>'
    r"(?:(<f(?: [^>]*+)?+>)(?:([^<]*+)</f>)?+)?+"
    r'(?:<v>([^<]*+)</v>|<v/>|<is><t(?: xml:space="preserve")?+>([^<]*+)</t></is>)?+</c>'
)
# An end tag may be written so, though no program does.
_SPACED_END = re.compile(r"</c\s")

# The first cell of a tab is written within its first kilobytes.
_BEGINNING = 4_096

_MERGE = re.compile(r'<mergeCell ref="([A-Z0-9:$]+)"/>')
_LINK = re.compile(r'<hyperlink((?: [\w:]+="[^"\n\t]*")*)/>')
_ATTRIBUTE = re.compile(r' ([\w:]+)="([^"]*)"')


def read_tab(
    data: bytes, tab: Tab, strings: Strings, skip: tuple[str, ...], room: int, places: Places
) -> Contents:
    """What a tab's part says. `room`: how many more filled cells the workbook may have; `places`:
    which of them are kept.

    Raises Skipped if the tab's first cell starts with a text of `skip`, Unreadable, or Unusual.
    """
    try:
        if skip:
            _look_at_first_cell(data, strings, skip)
        contents = _by_patterns(plainly_written(data, tab.part, "<worksheet"), strings, places)
        if contents is None:
            return _by_parser(data, tab, strings, skip, room, places)
    except ValueError as error:
        raise Unusual(str(error)) from error
    refuse_too_full(contents, tab, room, places)
    return contents


def _look_at_first_cell(data: bytes, strings: Strings, skip: tuple[str, ...]) -> None:
    """Skip a tab before it is parsed, where its beginning is plainly written."""
    beginning = data[:_BEGINNING]
    if b"<!" in beginning:
        return
    first = _CELL.search(beginning.decode("utf-8", "ignore"))
    if first and first[1] == "A1":
        raw = (first[6] if first[2] == "inlineStr" else first[5]) or ""
        if raw:
            _skip(_value(first[2] or "n", unescape(raw), strings), skip)


def _by_patterns(text: str, strings: Strings, places: Places) -> Contents | None:
    """What a plainly written tab says, or None if some of it is written otherwise."""
    cells = _CELL.findall(text)
    # Merges and links stand behind the cells, which are most of the text.
    behind = max(text.rfind("</sheetData>"), 0)
    merges = _MERGE.findall(text, behind)
    links = _LINK.findall(text, behind)
    # A cell that holds something has an end tag, and no pattern spans two of them.
    if (
        not text
        or len(cells) != text.count("</c>")
        or len(merges) != text.count("<mergeCell") - text.count("<mergeCells", behind)
        or len(links) != text.count("<hyperlink") - text.count("<hyperlinks", behind)
        or ":sheetData" in text
        or _SPACED_END.search(text)
    ):
        return None
    contents = Contents(merges=merges[: limits.MAX_MERGES])
    values, formulas = contents.values, contents.formulas
    place, texts = places.known.get, strings.texts
    for reference, kind, formula_tag, formula, stored, inline in cells:
        at = place(reference) or places.of(reference)
        if at is BEYOND:
            continue
        if formula_tag:
            formulas[at] = unescape_again(formula) if "&" in formula else formula
        raw = inline if kind == "inlineStr" else stored
        if not raw:
            continue
        if "&" in raw:
            raw = unescape(raw)
        if kind == "s":
            index = int(raw)
            value: Raw = texts[index] if 0 <= index < len(texts) else strings[index]
        else:
            value = typed(kind, raw)
        if value != "":
            values[at] = value
    for link in links[: limits.MAX_LINKS]:
        contents.links.append({name: unescape(text) for name, text in _ATTRIBUTE.findall(link)})
    return contents


def _by_parser(
    data: bytes, tab: Tab, strings: Strings, skip: tuple[str, ...], room: int, places: Places
) -> Contents:
    """What a tab says, however it is written."""
    contents = Contents()
    values, formulas = contents.values, contents.formulas
    merges, links = contents.merges, contents.links
    reader = parser(tab.part)
    text: list[str] = []
    runs: list[str] = []
    at: Place = BEYOND
    row = column = -1
    depth = 0
    kind = ""
    phonetic = False

    def start(name: str, attributes: dict[str, str]) -> None:
        nonlocal at, row, column, depth, kind, phonetic
        depth += 1
        if name == "c":
            reference = attributes.get("r")
            # Some programs leave addresses out: the cell then follows the one before it.
            at = (
                places.known.get(reference) or places.of(reference)
                if reference
                else places.within(row, column + 1)
            )
            column = column + 1 if at is BEYOND else at[1]
            kind = attributes.get("t", "n")
        elif name in ("v", "t", "f"):
            text.clear()
        elif name == "row":
            number = attributes.get("r")
            row = int(number) - 1 if number else row + 1
            column = -1
        elif name == "is":
            runs.clear()
        elif name == "rPh":
            phonetic = True
        elif name == "mergeCell" and len(merges) < limits.MAX_MERGES:
            merges.append(attributes.get("ref", ""))
        elif name == "hyperlink" and len(links) < limits.MAX_LINKS:
            links.append(attributes)

    def end(name: str) -> None:
        nonlocal at, depth, phonetic
        depth -= 1
        if name == "v":
            if kind != "inlineStr":
                keep("".join(text))
        elif name == "f" and at is not BEYOND:
            formulas[at] = "".join(text)
        elif name == "t" and not phonetic:
            runs.extend(text)
        elif name == "is":
            if kind == "inlineStr":
                keep("".join(runs))
        elif name == "rPh":
            phonetic = False
        elif name == "c":
            at = BEYOND

    def keep(raw: str) -> None:
        if at is BEYOND or not raw:
            return
        value = _value(kind, raw, strings)
        if skip and at == (0, 0):
            _skip(value, skip)
        if value != "":
            values[at] = value

    def root(name: str, _: object) -> None:
        """The first element shows whether elements have a prefix."""
        nonlocal depth
        depth += 1
        prefix = name[: -len(local(name))]
        reader.StartElementHandler = _without(prefix, start) if prefix else start
        reader.EndElementHandler = _without(prefix, end) if prefix else end

    reader.StartElementHandler = root
    reader.CharacterDataHandler = text.append
    for begin in range(0, len(data), PIECE):
        feed(reader, data[begin : begin + PIECE], tab.part, begin + PIECE >= len(data))
        if depth > limits.MAX_DEPTH:
            raise too_deep(tab.part)
        refuse_too_full(contents, tab, room, places)
    return contents


def _without(prefix: str, handle: Callable[..., None]) -> Callable[..., None]:
    """The same handler for names that are written with a prefix."""

    def stripped(name: str, *rest: object) -> None:
        # A name without it belongs to another vocabulary, so it must not look like ours.
        handle(name[len(prefix) :] if name.startswith(prefix) else ":" + name, *rest)

    return stripped


def _value(kind: str, raw: str, strings: Strings) -> Raw:
    return strings[int(raw)] if kind == "s" else typed(kind, raw)


def _skip(value: Raw, skip: tuple[str, ...]) -> None:
    if isinstance(value, str) and value.startswith(skip):
        raise Skipped


def refuse_too_full(contents: Contents, tab: Tab, room: int, places: Places) -> None:
    """Raises Unreadable where a tab has more filled cells than there is `room` for."""
    if len(contents.values) > room or len(contents.formulas) > room:
        raise Unreadable(
            f"the workbook has more than {limits.MAX_CELLS * places.times:,} filled cells "
            f"(counted up to the tab {tab.name!r})",
            TO_OWN_WORKBOOK,
        )
