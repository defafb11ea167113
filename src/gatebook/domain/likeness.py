"""Which gate a row of somebody's own checklist means, by the words of its text.

Words count more where few gates use them, and little where every list does ("documented"). A word
matches in any of its forms. Measured in tests/domain/test_likeness.py; why no library does it better
stands in docs/decisions.md.
"""

from __future__ import annotations

import re
from difflib import SequenceMatcher
from functools import lru_cache
from typing import NamedTuple

from gatebook.domain.checklist import Checklist, Gate
from gatebook.domain.text import clean, same

# Alike enough to be taken, and so much more than any other gate; alike enough to be asked about.
SURE = 0.7
_MARGIN = 0.15
_MAYBE = 0.4

# What turns a text into its contrary: in English, and the plainest words of five languages, as checklists
# may be in any. A needless question costs little, a mark for the contrary of a gate a lot: so nearly
# every word in "un…" is one.
_DENIALS = re.compile(
    r"""\b(?:no|not|non|nor|none|never|neither|nobody|nothing|cannot|without|w/o|n/a|unless
        |lack(?:s|ed|ing)?|miss(?:es|ed|ing)|fails|failed|absent|absence|pending|outstanding|impossible
        |(?:in(?:complete|sufficient|adequate|accurate|correct|active))(?:ly)?
        |(?:is|are|was|were|do|does|did|has|have|had|ca|could|wo|would|should|need)n'?t
        |un(?!der|til|it|ion|iq|if|iv|ix)\w{4,}|dis(?:abled|continued|allowed)
        |nicht|keine?[nmrs]?|ohne|fehlt|fehlen[d]?|pas|sans|aucune?|sin|falta|senza|niet|geen|zonder)\b
        |[\u274c\u2717\u2718\u2716\U0001f6ab\u26d4]""",
    re.VERBOSE,
)
# A number before a title, and the answers that are asked for, deny nothing.
_NO_DENIAL = re.compile(r"\bno\.?\s*(?=[0-9])|\byes\s*(?:/|or)\s*no\b")
# "3.", "3)" or "Gate 3:" before a title.
_NUMBERING = re.compile(r"^\s*(gate\s*)?[0-9]+\s*[.):–-]\s*", re.IGNORECASE)
_NO_WORDS = frozenset({
    "a", "an", "and", "any", "are", "as", "at", "be", "been", "by", "can", "do", "does", "for", "from",
    "has", "have", "how", "if", "in", "into", "is", "it", "its", "of", "on", "or", "our", "per", "the",
    "there", "this", "to", "was", "we", "what", "when", "where", "which", "who", "will", "with", "you",
    "your", "every", "no", "yes", "not",
})  # fmt: skip
# Said of nearly every gate: they tell little about which one it is.
_COMMON = (
    "documented", "defined", "available", "set", "handled", "handling", "tracked", "monitored",
    "delivered",
)  # fmt: skip
_COMMON_WEIGHT = 0.4
_ENDINGS = (
    "ments", "ment", "ings", "ing", "ers", "er", "ors", "ies", "ied", "ed", "es", "s", "e",
)  # fmt: skip
_SHORTEST_STEM = 3
# Longer words may differ by a letter or two ("monitor", "monitr").
_LONG_WORD = 5
_NEARLY = 0.85


class Likeness(NamedTuple):
    """The gate that a text is most like, how much (0 to 1), and whether no other can be meant."""

    gate: Gate
    score: float
    sure: bool


def likeliest(text: str, checklist: Checklist) -> Likeness | None:
    """The gate that a text most likely means; None where it is like none."""
    for gate in checklist.gates:
        if same(_NUMBERING.sub("", text), gate.title):
            return Likeness(gate, 1.0, True)
    ranked = sorted(
        ((_score(clean(text), gate, checklist), -gate.number, gate) for gate in checklist.gates),
        reverse=True,
        key=lambda one: one[:2],
    )
    score, _, gate = ranked[0]
    if score < _MAYBE:
        return None
    second = ranked[1][0] if len(ranked) > 1 else 0.0
    sure = score >= SURE and score - second >= _MARGIN and not denies(text, gate)
    return Likeness(gate, score, sure)


def denies(text: str, gate: Gate) -> bool:
    """Whether a text may say the contrary of a gate's title: only one of both has a "not" or "no"."""
    return _denials(text) != _denials(gate.title)


def _denials(text: str) -> int:
    plain = clean(text).lower().replace("\u2019", "'")
    return len(_DENIALS.findall(_NO_DENIAL.sub(" ", plain)))


def _score(text: str, gate: Gate, checklist: Checklist) -> float:
    """How much of the words of text and gate are common to both; by title or by key, the better."""
    said = _stems(text)
    weights = _weights(checklist)
    return max(_overlap(said, _stems(name), weights) for name in _names(gate))


def _names(gate: Gate) -> tuple[str, str]:
    return gate.title, gate.key.replace("-", " ")


def _overlap(one: frozenset[str], other: frozenset[str], weights: dict[str, float]) -> float:
    pairs = [(a, b) for a in one for b in other if _same_word(a, b)]
    common = _sum({a for a, _ in pairs}, weights) + _sum({b for _, b in pairs}, weights)
    whole = _sum(one, weights) + _sum(other, weights)
    return common / whole if whole else 0.0


def _sum(stems: frozenset[str] | set[str], weights: dict[str, float]) -> float:
    return sum(weights.get(stem, _WEIGHT_OF_COMMON.get(stem, 1.0)) for stem in sorted(stems))


def _weights(checklist: Checklist) -> dict[str, float]:
    return _weights_of(tuple(_names(gate) for gate in checklist.gates))


@lru_cache(8)
def _weights_of(names: tuple[tuple[str, str], ...]) -> dict[str, float]:
    """By word: less for one that more gates use."""
    uses: dict[str, int] = {}
    for title, key in names:
        for stem in _stems(title) | _stems(key):
            uses[stem] = uses.get(stem, 0) + 1
    return {stem: _WEIGHT_OF_COMMON.get(stem, 1.0) / count**0.5 for stem, count in uses.items()}


@lru_cache(4_096)
def _same_word(one: str, other: str) -> bool:
    if one == other:
        return True
    long = min(len(one), len(other)) >= _LONG_WORD
    return long and SequenceMatcher(None, one, other).ratio() >= _NEARLY


@lru_cache(4_096)
def _stems(text: str) -> frozenset[str]:
    found = re.findall(r"[^\W\d_]+", text.lower())
    return frozenset(_stem(word) for word in found if word not in _NO_WORDS)


def _stem(word: str) -> str:
    for ending in _ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= _SHORTEST_STEM:
            word = word[: -len(ending)]
            break
    doubled = len(word) > _SHORTEST_STEM and word[-1] == word[-2]
    return word[:-1] if doubled else word


_WEIGHT_OF_COMMON = {_stem(word): _COMMON_WEIGHT for word in _COMMON}
