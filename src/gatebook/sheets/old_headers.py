"""Words that people use for the columns of their own checklists, and what each means on the form.

Collected from checklists and action lists in common use; each word folded as `headers.folded` does.
"""

from __future__ import annotations

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
        "comment", "comments", "notes", "note", "remark", "remarks", "plan", "gap", "gaps",
        "open points", "what is missing",
    ),
    "due": (
        "date", "when", "eta", "target", "completion date", "planned", "planned date", "end date",
    ),
    "artifact": (
        "document", "documents", "documentation", "reference", "references", "links", "attachment",
        "attachments", "file", "url", "where",
    ),
}  # fmt: skip

# Beside the word of a status these show that it is about another time than now.
OTHER_TIME = frozenset({
    "previous", "prev", "last", "old", "former", "initial", "original", "target", "planned",
    "expected", "next", "forecast", "history",
})  # fmt: skip

# Labels above such a table, besides the form's own.
HEAD_WORDS: dict[str, tuple[str, ...]] = {
    "system": ("project", "project name", "use case", "pilot name", "solution", "application", "ai system"),
    "lead": ("project lead", "project manager", "lead", "pilot owner", "presenter"),
}  # fmt: skip
