"""A workbook's table of shared texts."""

from __future__ import annotations

import re

from gatebook.backends.excel import limits
from gatebook.backends.excel.contents import clean
from gatebook.backends.excel.markup import (
    DAMAGED,
    PIECE,
    feed,
    local,
    parser,
    plainly_written,
    too_deep,
    unescape,
)
from gatebook.backends.excel.package import Package
from gatebook.backends.protocol import Unreadable

_PLAIN = re.compile(r'<si><t(?: xml:space="preserve")?>([^<]*)</t></si>')


class Strings:
    """The shared texts by index.

    Texts of one plain run are found all at once; otherwise (some words in bold, pronunciation
    marks) the part is parsed as far as a text is asked for. `texts` holds those known so far.
    """

    def __init__(self, package: Package, part: str) -> None:
        self._part = part
        self._data = package.read(part) if part and part in package else b""
        self._fed = 0
        self._depth = 0
        self.texts: list[str] = _plain_texts(self._data, part)
        if self.texts:
            self._fed = len(self._data)
        else:
            self._parser = parser(part)
            self._handle()

    def __getitem__(self, index: int) -> str:
        """Raises Unreadable where the file does not hold that text."""
        if index >= len(self.texts):
            self._parse_up_to(index)
        if not 0 <= index < len(self.texts):
            raise Unreadable(
                "the file is damaged: a cell refers to a text that the file does not hold",
                DAMAGED,
            )
        return self.texts[index]

    def _parse_up_to(self, index: int) -> None:
        while index >= len(self.texts) and self._fed < len(self._data):
            piece = self._data[self._fed : self._fed + PIECE]
            self._fed += len(piece)
            feed(self._parser, piece, self._part, self._fed >= len(self._data))
            if self._depth > limits.MAX_DEPTH:
                raise too_deep(self._part)

    def _handle(self) -> None:
        text: list[str] = []
        runs: list[str] = []
        phonetic = False

        def start(tag: str, _: object) -> None:
            nonlocal phonetic
            self._depth += 1
            name = local(tag)
            if name == "t":
                text.clear()
            elif name == "si":
                runs.clear()
            elif name == "rPh":
                phonetic = True

        def end(tag: str) -> None:
            nonlocal phonetic
            self._depth -= 1
            name = local(tag)
            if name == "t":
                if not phonetic:
                    runs.extend(text)
            elif name == "si":
                self.texts.append(clean("".join(runs)))
            elif name == "rPh":
                phonetic = False

        self._parser.StartElementHandler = start
        self._parser.EndElementHandler = end
        self._parser.CharacterDataHandler = text.append


def _plain_texts(data: bytes, part: str) -> list[str]:
    """All texts of a part in which each is one plain run; else an empty list."""
    whole = plainly_written(data, part, "<sst")
    found: list[str] = _PLAIN.findall(whole)
    if not found or len(found) != whole.count("<si"):
        return []
    # Most tables need neither; asking once is quicker than asking each text.
    if "&" in whole:
        found = [unescape(text) for text in found]
    if "_x" in whole or max(map(len, found)) > limits.MAX_TEXT:
        found = [clean(text) for text in found]
    return found
