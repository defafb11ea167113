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
    return Likeness(gate, score, score >= SURE and score - second >= _MARGIN)


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
