"""`gatebook adopt`: a form made from a team's own checklist sheet."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from gatebook.cli.exits import DONE, USAGE, Stop
from gatebook.cli.making import Form, look_of, nothing_made, token
from gatebook.cli.options import common, settings_or_stop, signing_in
from gatebook.cli.repair import extras_of, left_lines, left_record, make_at
from gatebook.cli.terminal import indented, show
from gatebook.domain.fields import ROW_BY_NAME

if TYPE_CHECKING:
    from gatebook.domain.checklist import Checklist
    from gatebook.domain.review import Status
    from gatebook.sheets.adopting import Adopted, Word
    from gatebook.sheets.extras import Extras
    from gatebook.sheets.model import Grid
    from gatebook.sheets.old_sheet import OldColumn, OldSheet
    from gatebook.wiring import Settings

SCHEMA = 1


@click.command("adopt")
@click.argument("old")
@click.option(
    "--to",
    "place",
    required=True,
    metavar="NEW",
    help="A folder, or a file ending in .xlsx; or a Drive folder's address.",
)
@click.option(
    "--system", default="", metavar="NAME", help="The system, where the sheet does not say."
)
@click.option("--lead", default="", metavar="PERSON", help="Pilot lead: who presents the gates.")
@click.option("--tab", default="", metavar="NAME", help="The tab with the checklist.")
@click.option("--yes", is_flag=True, help="Take what is sure, and ask nothing.")
@click.option("--dry-run", is_flag=True, help="Show the mapping, and write nothing.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON for a pipeline.")
@signing_in
@common
def command(
    old: str,
    place: str,
    system: str,
    lead: str,
    tab: str,
    yes: bool,
    dry_run: bool,
    as_json: bool,
    config: str,
    checklist_files: tuple[str, ...],
    quiet: bool,
    debug: bool,
) -> int:
    """Make a form from a team's own checklist: any .xlsx, CSV or Google sheet with a row a gate.

    Shows which column and row becomes what, and asks where it is not sure. Nothing is lost: whatever
    has no place on the form is kept on its tab Leftovers. The old file stays as it is.

    \b
    gatebook adopt "our checklist.xlsx" --system "Router" --to reviews/ --dry-run
    gatebook adopt "our checklist.xlsx" --system "Router" --to reviews/
    """
    from gatebook.sheets.adopting import adopt, status_words, system_of
    from gatebook.sheets.extras import NO_EXTRAS

    using = settings_or_stop(config, checklist_files)
    grids, name = _grids(old, using)
    sheet = _table(grids, tab, old, using.checklist)
    if not (dry_run or system.strip() or system_of(sheet)):
        raise Stop(
            USAGE,
            "no form was made: the sheet does not say which system it is about.",
            'name it with --system, for example --system "Support assistant".',
        )
    extras = extras_of(old).get(sheet.grid.tab, NO_EXTRAS) if _is_book(old) else NO_EXTRAS
    found = _Mapping(sheet, status_words(sheet, extras))
    if not quiet and not as_json:
        show((indented(text) for text in found.lines()), err=not dry_run)
    meanings: dict[str, Status] = {}
    if found.questions and not (dry_run or yes):
        if as_json or not _can_ask():
            raise Stop(
                USAGE,
                f"no form was made: {found.questions} of these things are not sure, and nobody is "
                "there to be asked.",
                "run it in a terminal to be asked, or with --yes to take only what is sure; the rest "
                "goes to the tab Leftovers.",
            )
        sheet, meanings = _ask(sheet, extras)
    adopted = adopt(
        sheet,
        using.checklist,
        token=token(),
        system=system.strip(),
        lead=lead,
        meanings=meanings,
        extras=extras,
    )
    others = _others(grids, sheet.grid)
    made = (
        [] if dry_run else _make(adopted, others, name, place, using, quiet=quiet, silent=as_json)
    )
    _report(adopted, found, others, made, old, as_json=as_json, quiet=quiet, dry_run=dry_run)
    return DONE


def _grids(old: str, using: Settings) -> tuple[list[Grid], str]:
    """The tabs of the old sheet, and its name as people know it."""
    from gatebook.backends.protocol import Unreadable
    from gatebook.wiring import SettingsError, is_web

    try:
        if not is_web(old) and old.lower().endswith((".csv", ".tsv", ".txt")):
            from gatebook.backends.text_table import read_text_table

            return [read_text_table(Path(old))], Path(old).name
        backend = using.backend(old)
        listing = backend.list(old)
        sources = listing.sources
        if not sources and listing.passed:
            why = listing.passed[0]
            raise Unreadable(why.reason, why.remedy or "Save it as an Excel workbook (.xlsx).")
        if len(sources) != 1:
            raise Stop(
                USAGE,
                f"{old} holds {len(sources)} workbooks; this takes one at a time.",
                "name the workbook with the checklist.",
            )
        grids = list(backend.read(sources[0]))
    except Unreadable as trouble:
        raise Stop(USAGE, f"{old}: {trouble.reason}", trouble.remedy) from trouble
    except SettingsError as error:
        raise Stop(USAGE, str(error)) from error
    return grids, next((g.workbook for g in grids if g.workbook), Path(sources[0].location).name)


def _is_book(old: str) -> bool:
    return old.lower().endswith((".xlsx", ".xlsm"))


def _table(grids: Sequence[Grid], tab: str, old: str, checklist: Checklist) -> OldSheet:
    """The one table with a row a gate. Stops where there is none, or more than one."""
    from gatebook.domain.text import same
    from gatebook.sheets.form_parse import is_review
    from gatebook.sheets.old_sheet import find_table, lies_across

    names = ", ".join(f"“{grid.tab}”" for grid in grids) or "none"
    wanted = [grid for grid in grids if not tab or same(grid.tab, tab)]
    if not wanted:
        raise Stop(USAGE, f"{old} has no tab “{tab}”.", f"name one of these with --tab: {names}.")
    if ours := [grid.tab for grid in wanted if _is_portfolio(grid)]:
        raise Stop(
            USAGE,
            f"no form was made: the tab “{ours[0]}” of {old} is gatebook's own portfolio, no checklist.",
            "give the workbook with the team's checklist; if that is a tab of this file, name it with "
            "--tab.",
        )
    if forms := [grid.tab for grid in wanted if is_review(grid)]:
        raise Stop(
            USAGE,
            f"no form was made: the tab “{forms[0]}” of {old} is a review form already.",
            "for its next review: gatebook renew. If it is damaged: gatebook repair.",
        )
    tables = [table for grid in wanted if (table := find_table(grid, checklist))]
    likely = [table for table in tables if any(row.gate for row in table.rows)]
    if len(likely) == 1:
        return likely[0]
    if likely:
        names = ", ".join(f"“{table.grid.tab}”" for table in likely)
        raise Stop(
            USAGE,
            f"no form was made: {len(likely)} tabs of {old} hold a checklist: {names}.",
            "say with --tab which one this is; each becomes a form of its own.",
        )
    if any(lies_across(grid, checklist) for grid in wanted):
        raise Stop(
            USAGE,
            f"no form was made: in {old} the gates stand beside each other, a column a gate.",
            "turn the table round first: copy it, and paste it with Paste Special > Transpose.",
        )
    raise Stop(
        USAGE,
        f"no form was made: {old} has no table with a row a gate (looked at the tabs {names}).",
        "the table needs a row of headers, such as Gate, Status, Owner, and rows whose text is like a "
        "gate's (gatebook checklist show lists them).",
    )


def _is_portfolio(grid: Grid) -> bool:
    from gatebook.sheets.portfolio_book import MARK

    return any(isinstance(text, str) and text.startswith(MARK) for text in grid.values.values())


class _Mapping:
    """What becomes what, for people and for JSON."""

    def __init__(self, sheet: OldSheet, words: Sequence[Word]) -> None:
        self._sheet = sheet
        self._words = words
        self.questions = sheet.unsure + len(words)

    def lines(self) -> Iterator[str]:
        """The mapping as a list."""
        first, last = (row + 1 for row in self._sheet.header)
        where = f"row {first}" if first == last else f"rows {first} and {last}"
        yield f"Tab “{self._sheet.grid.tab}”, headers in {where}. A ? marks what is not sure."
        yield "Columns:"
        for column in self._sheet.columns:
            label = ROW_BY_NAME[column.field].label if column.field else "Leftovers"
            name = f"“{column.header}”" if column.header else "(no header)"
            yield f"  {column.letters} {name} → {label}{'' if column.sure else ' ?'}"
        yield "Rows:"
        for row in self._sheet.rows:
            to = f"{row.gate.number} {row.gate.title}" if row.gate else "Leftovers"
            yield f"  {row.row + 1} “{row.text}” → {to}{'' if row.sure else ' ?'}"
        if self._words:
            yield "In the column of the status, and neither Green, Yellow nor Red:"
        for word in self._words:
            maybe = f"{word.may_mean.value} ?" if word.may_mean else "?"
            yield f"  {_said(word)} → {maybe}"

    def record(self) -> dict[str, Any]:
        """The mapping as JSON shows it."""
        return {
            "tab": self._sheet.grid.tab,
            "header_rows": [row + 1 for row in sorted(set(self._sheet.header))],
            "columns": [
                {"column": c.letters, "header": c.header, "field": c.field or None, "sure": c.sure}
                for c in self._sheet.columns
            ],
            "rows": [
                {"row": r.row + 1, "text": r.text, "gate": r.gate and r.gate.number, "sure": r.sure}
                for r in self._sheet.rows
            ],
            "values": [
                {"found": w.found, "rows": w.rows, "may_mean": w.may_mean and w.may_mean.value}
                for w in self._words
            ],
        }


def _said(word: Word) -> str:
    found = f"cells filled {word.found}" if word.found.startswith("#") else f"“{word.found}”"
    return f"{found} ({word.rows} row{'' if word.rows == 1 else 's'})"


def _can_ask() -> bool:
    return sys.stdin.isatty() and sys.stderr.isatty()


def _ask(sheet: OldSheet, extras: Extras) -> tuple[OldSheet, dict[str, Status]]:
    """What people say about everything that is not sure. Enter leaves it."""
    from gatebook.domain.review import Status
    from gatebook.sheets.adopting import status_words

    columns: list[OldColumn] = []
    for column in sheet.columns:
        if not column.sure:
            taken = {one.field for one in columns}
            label = ROW_BY_NAME[column.field].label
            ask = f"Column {column.letters} “{column.header}”: is this {label}?"
            yes = column.field not in taken and _agreed(ask)
            column = replace(column, field=column.field if yes else "", sure=True)
        columns.append(column)
    rows = []
    taken = {row.gate.key for row in sheet.rows if row.gate and row.sure}
    for row in sheet.rows:
        if row.gate and not row.sure:
            ask = (
                f"Row {row.row + 1} “{row.text}”: is this gate {row.gate.number} {row.gate.title}?"
            )
            yes = row.gate.key not in taken and _agreed(ask)
            taken |= {row.gate.key} if yes else set()
            row = replace(row, gate=row.gate if yes else None, sure=True)
        rows.append(row)
    sheet = replace(sheet, columns=tuple(columns), rows=tuple(rows))
    meanings = {}
    for word in status_words(sheet, extras):
        ask = f"Status {_said(word)}: what does it mean? [green/yellow/red/SKIP]"
        status = _answer(ask, _MEANINGS, "Type green, yellow or red, or only Enter to skip it.")
        if status:
            meanings[word.found] = Status(status)
    return sheet, meanings


_MEANINGS = {"green": "green", "yellow": "yellow", "red": "red", "skip": "", "": ""}
_YES_OR_NO = {"y": "yes", "yes": "yes", "n": "", "no": "", "": ""}


def _agreed(question: str) -> bool:
    return bool(
        _answer(f"{question} [y/N]", _YES_OR_NO, "Type y for yes, or n or only Enter for no.")
    )


def _answer(question: str, answers: Mapping[str, str], hint: str) -> str:
    """What an answer stands for; asks again, with the hint, until it is one of these."""
    while True:
        said = click.prompt(question, default="", show_default=False, err=True).strip().lower()
        if said in answers:
            return answers[said]
        click.echo(f"“{said}” is no answer here. {hint}", err=True)


def _others(grids: Sequence[Grid], own: Grid) -> tuple[str, ...]:
    return tuple(grid.tab for grid in grids if grid.tab != own.tab and grid.values)


def _make(
    adopted: Adopted,
    others: Sequence[str],
    name: str,
    place: str,
    using: Settings,
    *,
    quiet: bool,
    silent: bool,
) -> list[str]:
    from gatebook.domain.leftover import Leftover
    from gatebook.sheets.leftovers import draw_leftovers

    look = look_of(using)
    left = [
        *adopted.left,
        *(Leftover(tab, "", "", None, "(the whole tab)", _OTHER_TAB) for tab in others),
    ]
    tabs = (draw_leftovers(left, name, look.paper),) if left else ()
    form = Form(adopted.review, using.checklist, tabs)
    try:
        return make_at([form], place, using, quiet=quiet or silent, silent=silent)
    except OSError as error:
        raise nothing_made(place, error) from error


_OTHER_TAB = "only one tab is adopted at a time; it stays in the old file"


# Longer lists of leftovers are read on their tab.
_SHOWN = 15


def _report(
    adopted: Adopted,
    found: _Mapping,
    others: Sequence[str],
    made: Sequence[str],
    old: str,
    *,
    as_json: bool,
    quiet: bool,
    dry_run: bool,
) -> None:
    review = adopted.review
    if as_json:
        from gatebook.cli.reports import json_line
        from gatebook.domain.review import Status

        record = {
            "schema": SCHEMA,
            "written": any(made),
            "location": old,
            "to": next(iter(made), "") or None,
            "system": review.system,
            "system_id": review.stamp.system_id,
            "review_id": review.stamp.review_id,
            "mapping": found.record(),
            "marked": {
                row.key: row.status.value for row in review.rows if isinstance(row.status, Status)
            },
            "left": [left_record(one) for one in adopted.left],
            "other_tabs": list(others),
        }
        sys.stdout.buffer.write(json_line(record))
        return
    if quiet:
        return
    marked = sum(row.status is not None for row in review.rows)
    gates = len(review.rows)
    total = f"{gates} gate{'' if gates == 1 else 's'} found, {marked} of them with a mark."
    lines = [total]
    if dry_run and found.questions:
        lines.append(
            f"Not sure, and left over here: {found.questions} (?). Without --dry-run you are asked."
        )
    if not review.system:
        lines.append("The sheet does not say which system it is about: --system will be needed.")
    lines += left_lines(adopted.left, None if dry_run else _SHOWN)
    show((indented(text) for text in lines), err=not dry_run)
    if others:
        click.echo(f"Not looked at: the tabs {', '.join(others)}.", err=True)
    if any(made):
        click.echo(
            "Next: look through the tab Leftovers, fill in what Check still asks for, and sign.",
            err=True,
        )
