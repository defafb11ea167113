"""Words that people use for the columns of their own checklists, and what each means on the form.

Collected from checklists and action lists in common use; each word folded as `headers.folded` does.
"""

from __future__ import annotations

import re
from difflib import get_close_matches

from gatebook.domain.fields import ROW
from gatebook.domain.text import words
from gatebook.sheets.headers import folded, lookup

# What a column of an old sheet can become; whatever vouches for something is never taken over.
FIELDS = ("number", "gate", "status", "owner", "next_action", "due", "artifact")
_LONGEST_HEADER = 60
_NEARLY = 0.85
_BRACKETS = re.compile(r"\([^()]*\)")

# By field: words that mean it and nothing else.
SURE_WORDS: dict[str, tuple[str, ...]] = {
    "number": ("#", "no", "no.", "nr", "nr.", "number", "item no", "item no.", "gate #", "gate no"),
    "gate": (
        "gate", "gates", "check", "checkpoint", "criterion", "criteria", "requirement",
        "requirements", "control", "question", "checklist item", "item", "check item", "readiness item",
    ),
    "status": (
        "status", "rag", "rag status", "rag rating", "r/a/g", "rating", "traffic light", "colour",
        "color", "current status",
    ),
    "owner": (
        "owner", "responsible", "responsible person", "person responsible", "assignee",
        "assigned to", "accountable", "owned by", "gate owner", "owner name",
    ),
    "next_action": (
        "next action", "next actions", "action", "actions", "next step", "next steps", "remediation",
        "remediation plan", "action plan", "action required", "corrective action", "to do", "todo",
        "mitigation",
    ),
    "due": (
        "due", "due date", "due by", "deadline", "target date", "by when", "due on", "action due",
    ),
    "artifact": (
        "artifact", "artefact", "artifacts", "evidence", "proof", "evidence link", "link to evidence",
        "supporting document", "supporting documents", "supporting evidence", "link", "document link",
    ),
}  # fmt: skip

# Words that often mean it, and sometimes something else.
UNSURE_WORDS: dict[str, tuple[str, ...]] = {
    "gate": (
        "description", "topic", "area", "what", "task", "activity", "step", "title", "name",
    ),
    "status": (
        "state", "result", "done", "done?", "complete", "complete?", "completed", "pass/fail", "pass",
        "ok?", "ready?", "score", "assessment",
    ),
    "owner": (
        "who", "lead", "contact", "team", "department", "person", "name of owner",
    ),
    "next_action": (
        "what next", "what's next", "what to do", "follow up", "follow-up", "comment", "comments", "notes",
        "note", "remark", "remarks", "plan", "gap", "gaps", "open points", "what is missing",
    ),
    "due": (
        "date", "when", "eta", "target", "completion date", "planned", "planned date", "end date",
    ),
    "artifact": (
        "document", "documents", "documentation", "reference", "references", "links", "attachment",
        "attachments", "file", "url", "where",
    ),
}  # fmt: skip

# Words of those for anything at all: not asked about where another one may mean the same field.
ANY_REMARK = frozenset({"comment", "comments", "notes", "note", "remark", "remarks"})

# Beside the word of a status these change nothing. Any other may say that it is the status of another
# time or thing (Target status, Vendor status), as nobody can list them all.
HARMLESS = frozenset({
    "current", "our", "the", "gate", "gates", "review", "overall", "checklist", "readiness", "item",
})  # fmt: skip
# What explains the colours, in brackets behind a header: "(R/Y/G)", "(green, yellow or red)".
LEGEND = frozenset({
    "r", "y", "a", "g", "red", "yellow", "amber", "green", "rag", "ryg", "or", "traffic", "light",
    "lights", "colour", "color", "choose", "select", "pick", "one", "dropdown",
})  # fmt: skip

# Labels above such a table, besides the form's own.
HEAD_WORDS: dict[str, tuple[str, ...]] = {
    "system": ("project", "project name", "use case", "pilot name", "solution", "application", "ai system"),
    "lead": ("project lead", "project manager", "lead", "pilot owner", "presenter"),
}  # fmt: skip


def meaning(text: str) -> tuple[str, bool] | None:
    """The field that a header means, and whether it means nothing else."""
    if len(text) > _LONGEST_HEADER:
        return None
    plain = folded(text.partition("(")[0].rpartition(": ")[2]) or folded(text)
    own = lookup(ROW).get(plain)
    if own and own[0] in FIELDS:
        return own[0], True
    for field, sure in SURE_WORDS.items():
        if plain in sure:
            return field, True
    for field, unsure in UNSURE_WORDS.items():
        if plain in unsure:
            return field, False
    for field, sure in SURE_WORDS.items():
        # The last word of a header says what it is: an "Action owner" is an owner.
        if any(plain.endswith(f" {word}") for word in sure):
            return field, False
        if get_close_matches(plain, [word for word in sure if len(word) > 3], 1, _NEARLY):
            return field, False
    return None


def column_meaning(text: str) -> tuple[str, bool] | None:
    """The same for a whole header, of two rows too: "Status: now" may be the status."""
    over = meaning(text.partition(": ")[0])
    return meaning(text) or (over and (over[0], False))


def says_only(text: str, field: str) -> bool:
    """Whether a header says no more than that it is this field."""
    return folded(text) in _words_of(field) or (field == "status" and bool(bare_status(text)))


def bare_status(text: str) -> str:
    """The word for a status in a header that holds nothing else but harmless words, else ""."""
    known = {" ".join(words(word).split()): word for word in _words_of("status")}
    plain = _BRACKETS.sub(lambda found: "" if _is_legend(found[0]) else found[0], folded(text))
    said = words(plain).split()
    bare = [word for word in said if word not in HARMLESS]
    return known.get(" ".join(said)) or known.get(" ".join(bare), "")


def _words_of(field: str) -> set[str]:
    own = {alias for alias, (name, _) in lookup(ROW).items() if name == field}
    return {*own, *SURE_WORDS.get(field, ()), *UNSURE_WORDS.get(field, ())}


def _is_legend(text: str) -> bool:
    return set(re.findall(r"\w+", text)) <= LEGEND
