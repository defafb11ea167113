"""Plain rules about text that Python and the sheet's formulas share.

`sheets/formulas.py` writes the same rules as formulas, from the same constants.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

# Spaces and invisible marks that people paste along (from web pages, chats, mail). Each counts as
# one plain space. Kept short: every one is a SUBSTITUTE in the sheet's formulas. The joiners U+200C and
# U+200D are not among them: names in Persian and in scripts of India are spelled with them.
ODD_SPACES = "\t\n\r\u00a0\u00ad\u200b\u200e\u200f\u202f\u2060\u2800\u3000\u3164\ufeff"

# Kinds of characters that show nothing by themselves: marks of direction, joiners, controls, spaces,
# accents without a letter. https://www.unicode.org/reports/tr44/#General_Category_Values
_UNSEEN = frozenset({"Cc", "Cf", "Cs", "Cn", "Co", "Zs", "Zl", "Zp", "Mn", "Me"})
# Letters by kind, blank by design: Hangul fillers and the empty Braille cell.
_BLANK_LETTERS = frozenset("\u115f\u1160\u2800\u3164\uffa0")

# What parts words besides a space: "support-team@example.com" holds the word "team".
WORD_BREAKS = "-,./()&;:_+'\"[]#@!?*|\\"

# What people type so that a cell is not empty. As a plan or as proof it says nothing.
PLACEHOLDERS = (
    "-", "--", "–", "—", ".", "..", "...", "…", "?", "??", "/", "x", "n/a", "na", "n.a.", "none",
    "nothing", "pending", "missing", "tba", "tbc", "tbd", "to do", "todo",
)  # fmt: skip
# One text in which the sheet looks a framed answer up, and Python does the same.
PLACEHOLDERS_FRAMED = f"|{'|'.join(PLACEHOLDERS)}|"

_ODD_TO_SPACE = str.maketrans(dict.fromkeys(ODD_SPACES, " "))
_BREAK_TO_SPACE = str.maketrans(dict.fromkeys(WORD_BREAKS, " "))
_SPACES = re.compile(" {2,}")


def clean(text: str) -> str:
    """Odd spaces made plain, runs of spaces made one, none at the ends (as the sheet's TRIM)."""
    if not text.isascii() or "\n" in text or "\t" in text or "\r" in text:
        text = text.translate(_ODD_TO_SPACE)
    if "  " in text:
        text = _SPACES.sub(" ", text)
    return text.strip(" ")


def is_seen(text: str) -> bool:
    """Whether a person who looks at a text sees anything of it."""
    if text.isascii() and text.isprintable():
        return bool(text.strip(" "))
    return any(
        unicodedata.category(one) not in _UNSEEN and one not in _BLANK_LETTERS for one in text
    )


def says_something(text: str) -> bool:
    """Whether a plan or a proof is more than an empty cell or a placeholder such as "n/a"."""
    plain = clean(text).lower()
    return bool(plain) and f"|{plain}|" not in PLACEHOLDERS_FRAMED


def same(one: str, other: str) -> bool:
    """Whether two texts name the same person or thing: spaces and case aside."""
    return clean(one).lower() == clean(other).lower()


def words(text: str) -> str:
    """The words of a text in lower case, each with a space on both sides; two spaces if none."""
    parts = clean(text).lower().translate(_BREAK_TO_SPACE).split(" ")
    return f" {' '.join(part for part in parts if part)} "


@lru_cache(maxsize=256)
def _padded(wanted: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(words(word) for word in wanted))


def has_words(text: str, wanted: tuple[str, ...]) -> bool:
    """Whether one of the `wanted` words or phrases stands in the text as whole words."""
    padded = words(text)
    return any(word in padded for word in _padded(wanted))


@lru_cache(maxsize=256)
def person_marks(anywhere: tuple[str, ...], alone: tuple[str, ...]) -> tuple[str, ...]:
    """What shows, inside `|words(name)|`, that a name is no person: one of the words `anywhere`, a
    word that stands `alone` ("IT", where "Bo Li (IT)" is a person), or no word at all."""
    return ("|  |", *_padded(anywhere), *(f"|{word}|" for word in _padded(alone)))


def is_person(text: str, marks: tuple[str, ...]) -> bool:
    """Whether an owner's name can be a person's; `marks` as `person_marks` gives them."""
    framed = f"|{words(text)}|"
    # A plain loop: this is asked of every name, and `any` takes three times as long.
    for mark in marks:  # noqa: SIM110
        if mark in framed:
            return False
    return True


def slug(text: str) -> str:
    """A stable identifier from a name: letters and digits of any script, joined by "-"."""
    return "-".join(re.findall(r"[^\W_]+", clean(text).casefold())) or "system"
