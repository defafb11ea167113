"""Recorded reviews as tables for other programs: CSV and Parquet, through pandas."""

from __future__ import annotations

import importlib
import os
import re
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import date
from functools import lru_cache, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gatebook.cli.exits import NOT_WRITTEN, USAGE, Stop

if TYPE_CHECKING:
    import pandas as pd

    from gatebook.ledger.records import Record

# Column → type; the same in every export, whatever stands in it.
REVIEWS: dict[str, type] = {
    "id": int, "run": int, "recorded": date, "system_key": str, "system_id": str,
    "review_id": str, "system": str, "review_date": date, "decision": str, "shown_as": str,
    "reason": str, "green": int, "yellow": int, "red": int, "open": int, "checklist": str,
    "checklist_version": int, "regate_on": date, "next_due": date, "next_reason": str,
    "location": str, "tab": str, "answers": str, "counts_now": bool,
}  # fmt: skip
GATES: dict[str, type] = {
    "id": int, "recorded": date, "system_key": str, "review_id": str, "system": str,
    "review_date": date, "number": int, "key": str, "status": str, "effective": str,
    "owner": str, "due": date,
}  # fmt: skip
_OF_A_GATE = ("number", "key", "status", "effective", "owner", "due")

# What a spreadsheet takes for the beginning of a formula, and the wide forms that it reads as the
# same. A cell begins at the beginning; where Excel parts cells at semicolons, after each one as well.
# Source: CWE-1236; OWASP, "CSV Injection". Tabs and ends of lines are taken out before.
_FORMULA = re.compile(r"(^|;)(\s*)(?=[=+\-@\uff1d\uff0b\uff0d\uff20])")


def review_rows(records: Sequence[Record], counting: Collection[int]) -> list[dict[str, object]]:
    """A row for each version of a review; the columns of REVIEWS. `counting`: the ids of those that
    count now."""
    rows = [one.row() | {"counts_now": one.id in counting} for one in records]
    return [{name: row[name] for name in REVIEWS} for row in rows]


def gate_rows(records: Sequence[Record]) -> list[dict[str, object]]:
    """A row for each gate of each version of a review; the columns of GATES."""
    return [row for one in records for row in _gates_of(one)]


def _gates_of(one: Record) -> list[dict[str, object]]:
    review = one.row()
    whose = {name: review[name] for name in GATES if name in review}
    return [
        whose | {name: gate[name] for name in _OF_A_GATE} | {"due": _day(str(gate["due"]))}
        for gate in one.gate_rows()
    ]


def _day(text: str) -> date | None:
    return date.fromisoformat(text) if text else None


def check_target(file: str, ending: str, *, force: bool) -> Path:
    """The path of an export. Raises Stop: exit code 2 where it is no such file, or Parquet cannot be
    written here; 4 where a file is there and `force` is not given."""
    path = Path(file)
    if path.suffix.lower() != ending:
        raise Stop(USAGE, f"{file} is no {ending} file", f"give it a name that ends in {ending}.")
    if not path.parent.is_dir():
        raise Stop(USAGE, f"the folder {path.parent} is not there", "make it, or name another one.")
    if path.is_dir():
        raise Stop(USAGE, f"{file} is a folder", f"name a file in it, such as history{ending}.")
    if ending == ".parquet":
        _check_parquet()
    if os.path.lexists(path) and not force:
        raise Stop(
            NOT_WRITTEN,
            f"{file} is there already, so it stays as it is",
            "give another name, or --force to replace it. Nothing was written.",
        )
    return path


def _check_parquet() -> None:
    try:
        importlib.import_module("pyarrow")
    except ImportError as error:
        raise Stop(
            USAGE,
            "writing Parquet needs the library pyarrow, which is not installed",
            'install it: pip install "gatebook[parquet]"; or take --csv.',
        ) from error


def write_csv(
    rows: Sequence[Mapping[str, object]], columns: Mapping[str, type], path: Path
) -> None:
    """Write a CSV file that a spreadsheet opens as it is, and takes no cell of for a formula.

    UTF-8 with a byte order mark, without which Excel reads another code page; lines end as RFC 4180
    says. Raises Stop with exit code 4 where it cannot be written.
    """
    frame = _frame(rows, columns, _harmless)
    _put(
        path,
        partial(frame.to_csv, index=False, encoding="utf-8-sig", lineterminator="\r\n"),
    )


def write_parquet(
    rows: Sequence[Mapping[str, object]], columns: Mapping[str, type], path: Path
) -> None:
    """Write a Parquet file: texts as they are, days as dates. Raises Stop with exit code 4."""
    frame = _frame(rows, columns, _text)
    kinds = {
        bool: "bool[pyarrow]",
        int: "int64[pyarrow]",
        str: "string[pyarrow]",
        date: "date32[day][pyarrow]",
    }
    frame = frame.astype({name: kinds[kind] for name, kind in columns.items()})
    _put(path, partial(frame.to_parquet, engine="pyarrow", index=False))


def _frame(
    rows: Sequence[Mapping[str, object]], columns: Mapping[str, type], text: Callable[[str], str]
) -> pd.DataFrame:
    # Imported here: it takes half a second, which only an export needs to spend.
    import pandas as pd

    values = [
        {name: text(one) if isinstance(one, str) else one for name, one in row.items()}
        for row in rows
    ]
    return pd.DataFrame(values, columns=list(columns), dtype=object)


def _text(text: str) -> str:
    """Text that UTF-8 can hold: a file's name may have bytes that are no text, shown as "?"."""
    return text.encode("utf-8", "replace").decode()


# Names and keys come again in every row.
@lru_cache(maxsize=4096)
def _harmless(text: str) -> str:
    """Text in one line, with an apostrophe before all that a spreadsheet would take for a formula."""
    from gatebook.digest import one_line

    return _FORMULA.sub(r"\1\2'", one_line(_text(text)))


def _put(path: Path, write: Callable[[Path], Any]) -> None:
    from gatebook.backends.excel.replace import replace_file
    from gatebook.backends.protocol import Unwritable

    try:
        replace_file(path, write)
    except Unwritable as trouble:
        raise Stop(NOT_WRITTEN, trouble.reason, trouble.remedy) from trouble
