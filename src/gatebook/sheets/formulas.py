"""The rules that a sheet can see, as formulas: one text for Excel, LibreOffice and Google Sheets.

Each helper stands beside the value that Python computes for it, so that a drawn file already shows
what its formulas will say. Only functions that all three programs have since long are used: no LET,
TEXTJOIN, FILTER or locale-dependent TEXT formats. Every text typed by people passes through `clean`
first, as `domain.text.clean` does in Python.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from gatebook.domain.checklist import Checklist, Gate, Policy
from gatebook.domain.decision import (
    REGATE_NOT_SET,
    REGATE_ON,
    SHOWN,
    SHOWN_LIVE,
    Decision,
)
from gatebook.domain.findings import BY_CODE, level_of
from gatebook.domain.review import LOW_STAKES, STATUS_WORDS
from gatebook.domain.text import ODD_SPACES, PLACEHOLDERS_FRAMED, WORD_BREAKS
from gatebook.domain.text import clean as clean_text

KEY_PREFIX = "gate:"
TITLES_PREFIX = "titles:"
UNREADABLE = "?"
COMPLETE = "Filled in"
YES_WORDS = ("yes", "y", "true")
NO_WORDS = ("no", "n", "false")


def literal(text: str) -> str:
    """Text as a formula writes it; single control characters as CHAR(n)."""
    if len(text) == 1 and ord(text) < 32:
        return f"CHAR({ord(text)})"
    doubled = text.replace('"', '""')
    return f'"{doubled}"'


def constants(texts: Iterable[str]) -> str:
    """An array constant of texts: {"a","b"}."""
    return "{" + ",".join(literal(text) for text in texts) + "}"


def _all_to_space(expression: str, characters: str) -> str:
    for character in characters:
        expression = f'SUBSTITUTE({expression},{literal(character)}," ")'
    return expression


def clean(cell: str) -> str:
    """`domain.text.clean` of a cell as an expression."""
    return f"TRIM({_all_to_space(cell, ODD_SPACES)})"


def says_something(cell: str) -> str:
    """`domain.text.says_something` of a cell as an expression."""
    text = clean(cell)
    framed = f'FIND("|"&LOWER({text})&"|",{literal(PLACEHOLDERS_FRAMED)})'
    return f"AND(LEN({text})>0,NOT(ISNUMBER({framed})))"


def typed_text(cell: str, instead: str = "") -> str:
    """Clean text in lower case of what was typed; `instead` for a formula or an error."""
    other = literal(instead)
    return f"IF(ISFORMULA({cell}),{other},IFERROR(LOWER({clean(cell)}),{other}))"


def no_person(text: str, marks: str) -> str:
    """True where a cell of clean lower text names no person (`domain.text.is_person`).

    `marks` is the hidden range of `domain.text.person_marks`.
    """
    found = f'"| "&TRIM({_all_to_space(text, WORD_BREAKS)})&" |"'
    return f"SUMPRODUCT(--ISNUMBER(SEARCH({marks},{found})))>0"


def typed_date(cell: str, text: str) -> str:
    """A date's serial number, "" where nothing is typed, "?" where it cannot be read.

    `text` is a helper cell with `typed_text(cell, "?")`. ISO text counts as a date; its digits are
    checked one by one, because VALUE would accept "2e1" as a number.
    """
    day = f"DATE(VALUE(LEFT({text},4)),VALUE(MID({text},6,2)),VALUE(RIGHT({text},2)))"
    digits = f'ISNUMBER(FIND(MID({text},{{1,2,3,4,6,7,9,10}},1),"0123456789"))'
    shaped = f'AND(LEN({text})=10,MID({text},5,1)="-",MID({text},8,1)="-",SUMPRODUCT(--{digits})=8)'
    exists = (
        f"AND(VALUE(LEFT({text},4))>1900,MONTH({day})=VALUE(MID({text},6,2)),"
        f"DAY({day})=VALUE(RIGHT({text},2)))"
    )
    iso = f'IF({shaped},IF({exists},{day},"{UNREADABLE}"),"{UNREADABLE}")'
    return (
        f'=IFERROR(IF({text}="","",IF(OR({text}="{UNREADABLE}",ISLOGICAL({cell})),"{UNREADABLE}",'
        f'IF(ISNUMBER({cell}),INT({cell}),{iso}))),"{UNREADABLE}")'
    )


def out_of_range(number: str, policy: Policy) -> str:
    """True where a helper cell holds a date outside the policy's years."""
    first, last = policy.earliest_date, policy.latest_date
    return (
        f"IF(ISNUMBER({number}),OR({number}<DATE({first.year},{first.month},{first.day}),"
        f"{number}>DATE({last.year},{last.month},{last.day})),FALSE)"
    )


def iso_date(number: str) -> str:
    """A serial number as text YYYY-MM-DD, whatever the locale (TEXT's codes are translated)."""
    return f'YEAR({number})&"-"&RIGHT("0"&MONTH({number}),2)&"-"&RIGHT("0"&DAY({number}),2)'


def shows_artifact(cell: str) -> str:
    """1 where an artifact is named or linked; of formulas only HYPERLINK counts, as in Python."""
    linked = f'UPPER(LEFT(FORMULATEXT({cell}),11))="=HYPERLINK("'
    return f"=IFERROR(IF(ISFORMULA({cell}),IF({linked},1,0),IF({says_something(cell)},1,0)),0)"


def titles_framed(checklist: Checklist) -> str:
    """All gates' titles in one text, a line each with a mark before and after: no program takes such
    line breaks for space at an end. A title itself has one line."""
    titles = "\n".join(clean_text(gate.title).lower() for gate in checklist.gates)
    return f"{TITLES_PREFIX}\n{titles}\n:"


def text_from(cell: str) -> str:
    """Where the text in a cell begins behind spaces and line breaks, counted from 1."""
    return f"=IFERROR(FIND(LEFT({clean(cell)},1),{cell}),1)"


def first_line(cell: str, begins: str) -> str:
    """The first line of a cell, clean and in lower case; `begins` is a helper with `text_from`.

    What a formula shows counts too: people see it.
    """
    line = f"MID({cell},{begins},FIND(CHAR(10),{cell}&CHAR(10),{begins})-{begins})"
    return f'=IFERROR(LOWER({clean(line)}),"")'


def is_a_title(text: str, titles: str) -> str:
    """True where a clean lower text is a gate's title; `titles` is the cell of `titles_framed`."""
    return f"ISNUMBER(FIND(CHAR(10)&{text}&CHAR(10),{titles}))"


def keyless(refs: HeadRefs) -> str:
    """How many marked rows show a gate's title and carry no key."""
    titled = is_a_title(f"LOWER(TRIM({refs.below['gate']}))", refs.titles)
    no_key = f'(1-ISNUMBER(SEARCH("{KEY_PREFIX}",{refs.below["key"]})))'
    return f"=IFERROR(SUMPRODUCT({titled}*{no_key}*(1-ISBLANK({refs.below['status']}))),0)"


def flag(condition: str) -> str:
    """1 where a condition holds, or cannot be computed (then something is broken)."""
    return f"=IFERROR(IF({condition},1,0),1)"


@dataclass(frozen=True, slots=True)
class HeadRefs:
    """Helper cells of the head by field, and ranges, as formulas name them.

    `keys` and `effective` cover the table's rows; `all_keys` and `below` (of key, gate and status) go
    far below them, so that a row pasted further down is counted too. `titles` holds
    `titles_framed`, `keyless` the count of that name.
    """

    text: dict[str, str]
    date: dict[str, str]
    keys: str
    all_keys: str
    below: dict[str, str]
    effective: str
    marks: str
    titles: str
    keyless: str


@dataclass(frozen=True, slots=True)
class RowRefs:
    """The cells of one gate's row as formulas name them: inputs and helpers, columns pinned."""

    number: str
    gate: str
    status: str
    owner: str
    next_action: str
    due: str
    artifact: str
    approver: str
    helper: dict[str, str]


def marked(text: str) -> str:
    """The status that a clean lower text stands for: green, yellow, red, "" or "?"."""
    spelled: dict[str, list[str]] = {}
    for word, status in STATUS_WORDS.items():
        spelled.setdefault(status.value, []).append(word)
    expression = literal(UNREADABLE)
    for status_name, accepted in reversed(spelled.items()):
        tests = ",".join(f"{text}={literal(word)}" for word in accepted)
        expression = f"IF(OR({tests}),{literal(status_name)},{expression})"
    return f'=IF({text}="","",{expression})'


def permitted(refs: RowRefs, gate: Gate, head: HeadRefs) -> str:
    """True where an approved downgrade counts: SPEC, "Decision"."""
    if gate.never_optional or not gate.yellow_allowed:
        return "FALSE"
    low = literal(LOW_STAKES.lower())
    return f"AND({head.text['stakes']}={low},{refs.helper['approver_ok']}=1)"


def effective(refs: RowRefs, gate: Gate, head: HeadRefs) -> str:
    """The effective status (`domain.effective`): downgrades and gates without yellow."""
    mark = refs.helper["marked"]
    allowed = permitted(refs, gate, head)
    red = '"red"' if allowed == "FALSE" else f'IF({allowed},"yellow","red")'
    yellow = '"yellow"' if gate.yellow_allowed else '"red"'
    return f'=IF({mark}="red",{red},IF({mark}="yellow",{yellow},{mark}))'


def row_conditions(refs: RowRefs, gate: Gate, head: HeadRefs, policy: Policy) -> dict[str, str]:
    """Every finding about a gate's row that a formula can see, by code, in the rules' order."""
    helper = refs.helper
    mark, counts_as = helper["marked"], helper["effective"]
    owner, action, due = helper["owner_text"], helper["action"], helper["due_date"]
    approver = helper["approver_text"]
    refused = f"NOT({permitted(refs, gate, head)})"
    other_number = f'IFERROR(TRIM({refs.number})<>"{gate.number}",TRUE)'
    title, own = helper["title"], literal(clean_text(gate.title).lower())
    return {
        "row-unknown": other_number,
        "row-mixed-up": f"AND(NOT({other_number}),{title}<>{own},{is_a_title(title, head.titles)})",
        "status-missing": f'{mark}=""',
        "status-unreadable": f'{mark}="{UNREADABLE}"',
        "owner-missing": f'{owner}=""',
        "owner-not-a-person": f'AND({owner}<>"",{no_person(owner, head.marks)})',
        "plan-missing": f'AND({counts_as}="yellow",{action}=0)',
        "plan-date-missing": f'AND({counts_as}="yellow",{due}="")',
        "artifact-missing": f'AND({mark}="green",{helper["artifact"]}=0)',
        "red-without-action": f'AND({counts_as}="red",OR({action}=0,{due}=""))',
        "downgrade-refused": f'AND({mark}="red",{approver}<>"",{refused})',
        "yellow-not-allowed": "FALSE" if gate.yellow_allowed else f'{mark}="yellow"',
        "date-unreadable": f'{due}="{UNREADABLE}"',
        "date-implausible": out_of_range(due, policy),
    }


ROW_CODES = (
    "row-unknown",
    "row-mixed-up",
    "status-missing",
    "status-unreadable",
    "owner-missing",
    "owner-not-a-person",
    "plan-missing",
    "plan-date-missing",
    "artifact-missing",
    "red-without-action",
    "downgrade-refused",
    "yellow-not-allowed",
    "date-unreadable",
    "date-implausible",
)

HEAD_DATES = ("review_date", "launch_date", "regate_on", "signed_on")
HEAD_TEXTS = ("system", "lead", "owner", "backup", "signed_by", "signer_role", "stakes", "live")

# Findings about the head, the sign-off and the table as a whole: code and field, in the rules' order.
HEAD_FLAGS: tuple[tuple[str, str], ...] = (
    ("row-missing", ""),
    ("row-duplicated", ""),
    ("row-unknown", ""),
    ("owner-not-a-person", "owner"),
    ("owner-not-a-person", "backup"),
    *(("date-unreadable", field) for field in HEAD_DATES),
    *(("date-implausible", field) for field in HEAD_DATES),
    *(("header-missing", field) for field in ("system", "lead", "review_date")),
    ("named-owner-missing", "owner"),
    ("backup-missing", "backup"),
    ("backup-is-owner", "backup"),
    *(("sign-off-missing", field) for field in ("signed_by", "signer_role", "signed_on")),
    ("sign-off-by-lead", "signed_by"),
    ("regate-date-missing", "regate_on"),
)


def _owner_gate_red(refs: HeadRefs, checklist: Checklist) -> str:
    keys = [KEY_PREFIX + gate.key for gate in checklist.gates if gate.names_owner]
    if not keys:
        return "FALSE"
    return f'SUMPRODUCT(({refs.keys}={literal(keys[0])})*({refs.effective}="red"))>0'


def head_formula(code: str, field: str, refs: HeadRefs, checklist: Checklist) -> str:
    """The formula of one of HEAD_FLAGS: how many such findings there are."""
    keys = constants(KEY_PREFIX + gate.key for gate in checklist.gates)
    counted = f"COUNTIF({refs.all_keys},{keys})"
    text, day = refs.text, refs.date
    red = _owner_gate_red(refs, checklist)
    match code:
        case "row-missing":
            return f"=IFERROR(SUMPRODUCT(--({counted}=0)),1)"
        case "row-duplicated":
            return f"=IFERROR(SUMPRODUCT(--({counted}>1)),1)"
        case "row-unknown":
            all_keys = f'COUNTIF({refs.all_keys},"{KEY_PREFIX}*")'
            # A row that has only lost its key is counted already, as missing.
            again = f"MAX(0,{refs.keyless}-SUMPRODUCT(--({counted}=0)))"
            return f"=IFERROR({all_keys}-SUMPRODUCT({counted})+{again},1)"
        case "owner-not-a-person":
            return flag(f'AND({text[field]}<>"",{no_person(text[field], refs.marks)})')
        case "date-unreadable":
            return flag(f'{day[field]}="{UNREADABLE}"')
        case "date-implausible":
            return flag(out_of_range(day[field], checklist.policy))
        case "named-owner-missing" | "backup-missing":
            return flag(f'AND({text[field]}="",NOT({red}))')
        case "backup-is-owner":
            return flag(f'AND({text["owner"]}<>"",EXACT({text["owner"]},{text["backup"]}))')
        case "sign-off-by-lead":
            return flag(f'AND({text["lead"]}<>"",EXACT({text["lead"]},{text["signed_by"]}))')
        case "regate-date-missing":
            reds = f'COUNTIF({refs.effective},"red")>0'
            return flag(f'AND({day[field]}="",{reds})')
        case _:
            return flag(f'{(day if field in day else text)[field]}=""')


def blocks(code: str, policy: Policy, *, elsewhere: bool = False) -> bool:
    """Whether a finding counts among the things to finish."""
    return level_of(BY_CODE[code], policy, elsewhere=elsewhere) == "block"


def matters_less(code: str, gate: Gate) -> bool:
    """Whether a finding about this gate's row has the lower level: SPEC, `owner-not-a-person`."""
    return code == "owner-not-a-person" and not gate.names_owner


def is_on(code: str, policy: Policy) -> bool:
    """Whether policy left a finding switched on (raising or lowering it keeps it on)."""
    return policy.levels.get(code) != "off"


def decision_code(reds: str, blocking: str, yellows: str) -> str:
    """The decision table of SPEC; a sheet too broken to compute is incomplete."""
    return (
        f'=IFERROR(IF({reds}>0,"{Decision.DELAYED}",IF({blocking}>0,"{Decision.INCOMPLETE}",'
        f'IF({yellows}>0,"{Decision.LAUNCH_WITH_PLAN}","{Decision.LAUNCH}"))),'
        f'"{Decision.INCOMPLETE}")'
    )


def _counted(number: str) -> str:
    return f'{number}&" thing"&IF({number}=1,"","s")'


def decision_shown(code: str, blocking: str, live: str, regate: str, policy: Policy) -> str:
    """The decision in words (`domain.decision.SHOWN`), for a planned or a live system."""
    delayed = SHOWN[Decision.DELAYED].partition("{")[0]
    before, _, after = SHOWN[Decision.INCOMPLETE].partition("{things}")
    usable = f"AND(ISNUMBER({regate}),NOT({out_of_range(regate, policy)}))"
    when = f"IF({usable},{literal(REGATE_ON)}&{iso_date(regate)},{literal(REGATE_NOT_SET)})"
    is_live = "OR(" + ",".join(f"{live}={literal(word)}" for word in YES_WORDS) + ")"

    def either(decision: Decision) -> str:
        return f"IF({is_live},{literal(SHOWN_LIVE[decision])},{literal(SHOWN[decision])})"

    return (
        f'=IFERROR(IF({code}="{Decision.DELAYED}",'
        f"IF({is_live},{literal(SHOWN_LIVE[Decision.DELAYED])},{literal(delayed)}&{when}),"
        f'IF({code}="{Decision.INCOMPLETE}",{literal(before)}&{_counted(blocking)}&{literal(after)},'
        f'IF({code}="{Decision.LAUNCH_WITH_PLAN}",{either(Decision.LAUNCH_WITH_PLAN)},'
        f'{either(Decision.LAUNCH)}))),"Review incomplete: the sheet is damaged, see the Guide")'
    )
