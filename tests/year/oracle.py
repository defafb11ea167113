"""The portfolio as it must be, worked out from plain data. Nothing here comes from gatebook.

Source: SPEC, "Decision", "Cadence", "Portfolio workbook"; docs/ledger.md, "What it holds".
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, NamedTuple

from tests.year.plain import GATES, File, Form

Row = dict[str, Any]
NEVER_OPTIONAL = (11, 12)
# Of the checklist's second version: the gates on which yellow counts as red.
STRICT = (3,)
LETTER = {"G": "G", "Y": "Y", "R": "R", "-": "–"}
PASSING = ("launch", "launch-with-plan")
REVIEW_LETTER = {"launch": "G", "launch-with-plan": "Y", "delayed": "R", "incomplete": "I"}
TREND = {
    "launch": "Launch or stay live",
    "launch-with-plan": "With a plan",
    "delayed": "Delayed or red in production",
    "incomplete": "Incomplete",
}


class Step(NamedTuple):
    """What a sitting said from a sync on, judged by which version of the checklist."""

    seen: date
    form: Form
    row: Row
    strict: tuple[int, ...]


class Entry(NamedTuple):
    """The same with the day from which on it counts."""

    day: date
    form: Form
    row: Row


@dataclass
class Oracle:
    """What gatebook has to remember from sync to sync."""

    rows: dict[str, Row] = field(default_factory=dict)
    decisions: list[Row] = field(default_factory=list)
    versions: list[Row] = field(default_factory=list)
    runs: list[Row] = field(default_factory=list)
    gone: dict[str, date] = field(default_factory=dict)
    _last: dict[str, Row] = field(default_factory=dict)
    _seen: set[Any] = field(default_factory=set)
    _before: dict[str, File] = field(default_factory=dict)
    _held: dict[str, Form] = field(default_factory=dict)
    _top: dict[str, float] = field(default_factory=dict)
    _older: dict[str, date] = field(default_factory=dict)
    _steps: dict[str, dict[str, list[Step]]] = field(default_factory=dict)

    def sync(
        self, day: date, files: Mapping[str, File], *, second: bool, retired: set[str]
    ) -> None:
        """What a sync on a day sees, and what the portfolio says after it."""
        strict = STRICT if second else ()
        let_go = [name for name in retired if self.rows.pop(name, None)]
        readable = {path: file for path, file in files.items() if not file.broken}
        there: dict[str, list[Form]] = {}
        for file in readable.values():
            there.setdefault(file.form.system, []).append(file.form)
        named = {row["key"]: name for name, row in self.rows.items()}
        self._look(day, readable, strict)
        changed: list[tuple[str, str]] = []
        found: dict[str, Row] = {}
        for key, forms in there.items():
            newest = _newest(forms, day)
            row = _standing(forms, newest, day, strict)
            held = self._sittings(key, newest, day)
            before_it = held[-2][-1].row if len(held) > 1 and newest.filled else None
            row |= {"key": key, "Since last review": _change(row, before_it)}
            row["Sync state"] = self._state(key, newest, forms, readable)
            found[newest.name] = row | _history(held, day)
            name = newest.name
            before = self.rows.get(named.get(key, ""), {}).get("code")
            if before != row["code"]:
                was = _short(self.rows[named[key]]) if before else "new"
                changed.append((name.lower(), f"{name}: {was} → {_short(row)}"))
        trouble = {file.form.system for file in files.values() if file.broken}
        for name, row in self.rows.items():
            if row["key"] not in there:
                word = "could not be read" if row["key"] in trouble else "missing"
                kept = row["Sync state"]
                since = (
                    kept if kept.startswith(word) else f"{word} since {day}; last known state shown"
                )
                held = self._sittings(row["key"], None, day)
                found[name] = row | {"Sync state": since} | _history(held, day)
        first = not self.rows
        self.rows = found
        self._decide(day, there, strict)
        self._remember(day, readable, strict)
        told = [f"{name} was let go: its row was deleted" for name in let_go]
        told += self._told(files)
        texts = [text for _, text in sorted(changed)]
        said = "; ".join(texts) or "No decision changed"
        if first and len(texts) > 3:
            said = f"{len(texts)} systems, all new"
        self.runs.append(
            {
                "day": day,
                "Sheets read": len(files),
                "Could not be read": len(files) - len(readable),
                "What changed": "; ".join([said, *told]),
            }
        )
        self.gone = {path: since for path, since in self.gone.items() if path not in files}
        self.gone |= {p: day for p in self._before if p not in files and p not in self.gone}
        self._before = self._before | dict(files)
        self._held |= {path: file.form for path, file in readable.items()}

    def _decide(self, day: date, there: Mapping[str, list[Form]], strict: Sequence[int]) -> None:
        """Decisions: a row for each sitting that says something else than its last row."""
        name_of = {row["key"]: name for name, row in self.rows.items()}
        fresh: list[Row] = []
        for key, forms in there.items():
            for form in forms:
                row = _verdict(form, strict)
                said = {c: row[c] for c in ("code", *COUNTS)} | {"Review date": form.day}
                if self._last.get(form.ident) != said:
                    self._last[form.ident] = said
                    about = {"Recorded on": day, "System": name_of[key], "Decision": _short(row)}
                    fresh.append(about | said | {"Review id": f"{key}/{form.ident}"})
        fresh.sort(key=lambda row: (row["Review date"], row["System"].lower()))
        self.decisions += fresh

    def _remember(self, day: date, files: Mapping[str, File], strict: Sequence[int]) -> None:
        """The ledger: a row for each version of a sitting that nobody saw before."""
        said: dict[str, Any] = {
            row["review_id"]: (row["form"], row["shown_as"]) for row in self.versions
        }
        for file in files.values():
            form, row = file.form, _verdict(file.form, strict)
            counted = (form, row["Decision"], tuple(strict))
            if counted in self._seen:
                continue
            self._seen.add(counted)
            if said.get(form.ident) == (form, row["Decision"]):
                continue
            said[form.ident] = (form, row["Decision"])
            self.versions.append(
                {
                    "recorded": day,
                    "system": form.name,
                    "review_id": form.ident,
                    "form": form,
                    "review_date": form.day,
                    "decision": row["code"],
                    "shown_as": row["Decision"],
                }
                | {LEDGER_COLUMN[column]: row[column] for column in COUNTS}
            )

    def _look(self, day: date, files: Mapping[str, File], strict: Sequence[int]) -> None:
        """Keep what each sitting says, and which files are older than they were."""
        for path, file in files.items():
            form, row = file.form, _verdict(file.form, strict)
            steps = self._steps.setdefault(form.system, {}).setdefault(form.ident, [])
            now = Step(day, form, row, tuple(strict))
            if not steps or steps[-1][1:] != now[1:]:
                steps.append(now)
            top = self._top.get(path, file.stamp)
            if file.stamp >= top:
                self._older.pop(path, None)
            elif self._held[path] != form:
                self._older[path] = day
            self._top[path] = max(top, file.stamp)

    def _sittings(self, key: str, newest: Form | None, day: date) -> list[list[Step]]:
        """What each sitting that was held said, from when it was marked; the one that counts is last.
        Forms that are gone are remembered."""
        until = newest.day if newest and newest.filled else day
        held = [
            [step for step in steps if step.form.filled]
            for steps in self._steps[key].values()
            if steps[-1].form.filled and steps[-1].form.day <= until
        ]
        return sorted(held, key=lambda steps: steps[-1].form.day)

    def _state(
        self, key: str, newest: Form, forms: Sequence[Form], files: Mapping[str, File]
    ) -> str:
        here = {form.ident for form in forms}
        lost = [
            steps[-1].form.day
            for ident, steps in self._steps[key].items()
            if ident not in here and steps[-1].form.filled and steps[-1].form.day > newest.day
        ]
        if lost:
            return f"Read; a newer review, of {max(lost)}, is missing"
        (path,) = (path for path, file in files.items() if file.form is newest)
        older = self._older.get(path)
        return f"Read; an older copy since {older}" if older else "Read"

    def _told(self, files: Mapping[str, File]) -> list[str]:
        """What happened to files: moved, renamed, gone, back, an older copy."""
        lost = [p for p in self._before if p not in files and p not in self.gone]
        lines = []
        for path, file in files.items():
            if path in self.gone:
                lines.append(f"{path} is back")
            elif path in self._before:
                if (
                    file.stamp < self._top[path]
                    and not file.broken
                    and file.form != self._held[path]
                ):
                    steps = self._steps[file.form.system][file.form.ident]
                    said = [step.seen for step in steps[:-1] if step.form == file.form]
                    lines.append(f"{path} was replaced by an older copy, as of {said[-1]}")
            else:
                for old in lost:
                    if self._before[old].form.ident == file.form.ident:
                        lost.remove(old)
                        lines.append(_moved(old, path))
                        break
        return lines + [f"{path} is gone" for path in lost]

    def history(self, day: date) -> dict[str, Row]:
        """The tab Review history."""
        return {
            name: row
            | {
                "Decision": _short(row),
                "Days late": (day - row["Next review"]).days or None
                if row["Next review"] and row["Next review"] <= day
                else None,
            }
            for name, row in self.rows.items()
        }

    def trend(self, day: date) -> list[Row]:
        """At each month's end so far: how many systems stood where, by their newest sitting until then
        and by what was recorded last of it; by a form that waits only where there is nothing else."""
        months = []
        for month in range(1, day.month + 1):
            end = date(day.year, month, monthrange(day.year, month)[1])
            standing: dict[str, tuple[Any, str]] = {}
            for place, row in enumerate(self.decisions):
                held = min(row["Review date"], row["Recorded on"])
                marked = row["Not marked"] < len(GATES)
                system, counts = row["Review id"].partition("/")[0], (marked, held, place)
                if held <= end and counts > standing.get(system, ((False,), ""))[0]:
                    standing[system] = counts, row["code"]
            codes = [code for _, code in standing.values()]
            found = {word: codes.count(code) for code, word in TREND.items()}
            months.append({"Month": f"{end:%Y-%m}"} | found)
        return months


COUNTS = ("Green", "Yellow", "Red", "Not marked")
LEDGER_COLUMN = dict(zip(COUNTS, ("green", "yellow", "red", "open"), strict=True))


def _moved(old: str, new: str) -> str:
    folder, _, name = new.rpartition("/")
    if old.rpartition("/")[0] == folder:
        return f"{old} was renamed to {name}"
    return f"{old} moved to {new}"


def _newest(forms: Sequence[Form], day: date) -> Form:
    """The newest sitting that was held; a form that nobody marked only where there is no other."""
    return max(forms, key=lambda form: (form.filled, form.day <= day, form.day))


def _standing(forms: Sequence[Form], newest: Form, day: date, strict: Sequence[int]) -> Row:
    """A system's row in the portfolio, but for what takes a memory."""
    row = _verdict(newest, strict)
    major = [on for form in forms for on, kind in form.log if kind != "Other" and on > newest.day]
    due, why = _next_review(newest, row["code"], major)
    overdue = sum(
        mark.due is not None and mark.due < day
        for gate in GATES
        if (mark := newest.mark(gate)).letter != "G"
    )
    return row | {
        "Review date": newest.day,
        "Next review": due,
        "Because": why,
        "Overdue actions": overdue or None,
    }


def _history(held: Sequence[Sequence[Step]], day: date) -> Row:
    """docs/ledger.md, "What the portfolio takes from it"."""
    entries = list(_entries(held))
    since: date | None = None
    kept = missed = slips = 0
    promise: tuple[date, str] | None = None
    dues: dict[int, date] = {}
    for entry in entries:
        code = entry.row["code"]
        if code in PASSING:
            since = None
        elif code == "delayed":
            since = since or entry.day
        if promise:
            met = entry.form.ident != promise[1] or code in PASSING
            if met or (code == "delayed" and entry.form.regate != promise[0]):
                kept += met and entry.day <= promise[0]
                missed += entry.day > promise[0]
                promise = None
        if promise is None and code == "delayed" and entry.form.regate:
            promise = entry.form.regate, entry.form.ident
        now = {
            gate: mark.due
            for gate in GATES
            if (mark := entry.form.mark(gate)).letter != "G" and mark.due
        }
        slips += sum(now[gate] > dues[gate] for gate in now.keys() & dues.keys())
        dues = now
    if not entries or entries[-1].row["code"] != "delayed":
        since = None
    return {
        "Reviews": "".join(REVIEW_LETTER[steps[-1].row["code"]] for steps in held),
        "Reviews held": len(held),
        "Trend": _trend(held),
        "Delayed since": since,
        "Days delayed": (day - since).days if since else None,
        "Due dates moved": slips,
        "Re-gates kept": kept,
        "Re-gates missed": missed + bool(promise and promise[0] < day),
    }


def _entries(held: Sequence[Sequence[Step]]) -> Iterator[Entry]:
    """A sitting counts from its day; what was changed in it later from the sync that saw it, and never
    longer than to the next sitting."""
    for place, steps in enumerate(held):
        start = steps[-1].form.day
        end = max(held[place + 1][-1].form.day, start) if place + 1 < len(held) else date.max
        for number, step in enumerate(steps):
            day = max(start, step.seen) if number else start
            yield Entry(min(day, end), step.form, step.row)


def _trend(held: Sequence[Sequence[Step]]) -> str | None:
    if len(held) < 2:
        return "first review" if held else None
    order = ("delayed", "incomplete", "launch-with-plan", "launch")
    before, now = (
        (order.index(row["code"]), -row["Red"], -row["Yellow"])
        for row in (steps[-1].row for steps in held[-2:])
    )
    return "same" if now == before else "better" if now > before else "worse"


def _effective(form: Form, gate: int, strict: Sequence[int]) -> str:
    mark = form.mark(gate)
    if mark.letter == "R" and mark.accepted and form.low and gate not in (*NEVER_OPTIONAL, *strict):
        return "Y"
    return "R" if mark.letter == "Y" and gate in strict else mark.letter


def _verdict(form: Form, strict: Sequence[int]) -> Row:
    """The decision table of SPEC, its words, the strip and its counts."""
    strip = [_effective(form, gate, strict) for gate in GATES]
    things = strip.count("-") + (0 if form.signed and form.filled else 3)
    things += sum(
        s == "Y" and form.mark(gate).due is None for gate, s in zip(GATES, strip, strict=True)
    )
    things += not form.backup and strip[10] != "R"
    regate = f"on {form.regate}" if form.regate else "date not set"
    if "R" in strip:
        code, words = (
            "delayed",
            (f"Launch delayed; re-gate {regate}", "Red in production: fix or pause"),
        )
    elif things:
        text = f"Review incomplete: {things} thing{'s' * (things > 1)} to finish"
        code, words = "incomplete", (text, text)
    elif "Y" in strip:
        code, words = "launch-with-plan", ("Launch with remediation plan", "Stays live with plan")
    else:
        code, words = "launch", ("Launch this week", "Stays live")
    found: Row = {"code": code, "Decision": words[form.live]}
    found |= {str(gate): LETTER[status] for gate, status in zip(GATES, strip, strict=True)}
    return found | {c: strip.count(s) for c, s in zip(COUNTS, "GYR-", strict=True)}


def _short(row: Row) -> str:
    """A decision's words without number and date."""
    return str(row["Decision"]).partition(";")[0].partition(":")[0]


def _later(day: date, months: int) -> date:
    year, month = divmod(day.month - 1 + months, 12)
    last = monthrange(day.year + year, month + 1)[1]
    return date(day.year + year, month + 1, min(day.day, last))


def _next_review(form: Form, code: str, major: Sequence[date]) -> tuple[date | None, str | None]:
    """SPEC, "Cadence"."""
    due, why = None, None
    if form.live and form.launch:
        for months in (1, 2, 3, 6, 9, 12, 15):
            if (due := _later(form.launch, months)) > form.day:
                why = "monthly in the first quarter" if months <= 3 else "quarterly"
                break
    elif code == "delayed" and form.regate:
        due, why = form.regate, "re-gate of a delayed launch"
    if major and (due is None or min(major) < due):
        return min(major), "after a major change"
    return due, why


def _change(now: Row, before: Row | None) -> str:
    """What the newest sitting changed against the one before."""
    if before is None:
        return "First review"
    rank = "RYG"
    parts = []
    if now["code"] != before["code"]:
        parts.append(f"was “{_short(before)}”")
    better: list[str] = []
    worse: list[str] = []
    for gate in map(str, GATES):
        new, old = rank.find(now[gate]), rank.find(before[gate])
        if new >= 0 and old >= 0 and new != old:
            (better if new > old else worse).append(gate)
    for gates, how in ((better, "better"), (worse, "worse")):
        if gates:
            parts.append(f"gate{'s' * (len(gates) > 1)} {', '.join(gates)} {how}")
    return "; ".join(parts) or "No change"
