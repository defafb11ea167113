"""`gatebook history`: every recorded review, of a system or of all, to read or as a table."""

from __future__ import annotations

import sys
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import click

from gatebook.cli.exits import DONE, USAGE, Stop
from gatebook.cli.options import common, settings_or_stop
from gatebook.cli.past import (
    Past,
    find_system,
    last_names,
    not_there,
    past,
    place_of,
    remembering,
    suggestion,
)
from gatebook.cli.terminal import Entry, Line, line, show, show_table

if TYPE_CHECKING:
    from gatebook.ledger.records import Record, Version

_TEXT_AT = 14


@click.command("history")
@click.argument("system", nargs=-1, metavar="[SYSTEM]")
@remembering
@click.option("--json", "as_json", is_flag=True, help="Print JSON for a pipeline.")
@click.option("--csv", metavar="FILE", help="Write a table for spreadsheets, a row a review.")
@click.option(
    "--parquet", metavar="FILE", help="Write a table for data tools; needs gatebook[parquet]."
)
@click.option("--gates", is_flag=True, help="In these tables: a row a gate of each review.")
@click.option("--force", is_flag=True, help="Replace a table that is there already.")
@common
def command(
    system: tuple[str, ...],
    portfolio: str,
    ledger: str,
    as_json: bool,
    csv: str | None,
    parquet: str | None,
    gates: bool,
    force: bool,
    config: str,
    checklist_files: tuple[str, ...],
    quiet: bool,
    debug: bool,
) -> int:
    """Show every recorded review of SYSTEM, oldest first; without SYSTEM, how each system stands.

    SYSTEM is a name or a key. The ledger is that of the portfolio, as for sync.

    \b
    gatebook history "Support assistant" --portfolio portfolio.xlsx
    gatebook history --csv history.csv
    """
    using = settings_or_stop(config, checklist_files)
    exports = _exports(csv, parquet, force=force)
    if gates and not exports:
        raise Stop(USAGE, "--gates goes with --csv or --parquet", "add one of them.")
    place = place_of(using, portfolio, ledger)
    if place is None:
        raise Stop(
            USAGE,
            "no ledger to read: no portfolio is named, or its ledger is off",
            "name the portfolio that gatebook sync wrote, such as --portfolio portfolio.xlsx: what each "
            "sync saw is kept in the ledger beside it. Or name the ledger with --ledger.",
        )
    with past(place) as known:
        key = _key(" ".join(system), known)
        if exports:
            records = _of(known, key)
            counting = _counting(known, records)
            _export(records, counting, exports, gates=gates, quiet=quiet, beside_json=as_json)
        if as_json:
            from gatebook.cli.reports import json_line

            record = _every_system(known) if key is None else _one_system(known, key)
            sys.stdout.buffer.write(json_line(record))
        elif not exports:
            _show_all(known) if key is None else _show_one(known, key, quiet=quiet)
    return DONE


def _exports(csv: str | None, parquet: str | None, *, force: bool) -> list[tuple[str, Any]]:
    """The files to write, checked before anything is read, each with its way of writing."""
    from gatebook.cli.export import check_target, write_csv, write_parquet

    wanted = ((csv, ".csv", write_csv), (parquet, ".parquet", write_parquet))
    return [
        (str(check_target(file, ending, force=force)), write)
        for file, ending, write in wanted
        if file is not None
    ]


def _key(asked: str, known: Past) -> str | None:
    """The key of the system asked for; None for all. Raises Stop with exit code 2."""
    if not asked.strip():
        return None
    names = known.ledger.names(known.portfolio)
    key = find_system(asked, names)
    if key is None:
        remedy = suggestion(asked, list(last_names(names).values()))
        raise Stop(USAGE, f"the ledger knows no system “{asked}”", remedy)
    return key


def _of(known: Past, key: str | None) -> Sequence[Record]:
    if key is None:
        return known.ledger.decisions(known.portfolio)
    return known.ledger.history(known.portfolio, key)


def _export(
    records: Sequence[Record],
    counting: Collection[int],
    exports: Sequence[tuple[str, Any]],
    *,
    gates: bool,
    quiet: bool,
    beside_json: bool,
) -> None:
    from pathlib import Path

    from gatebook.cli.export import GATES, REVIEWS, gate_rows, review_rows

    rows = gate_rows(records) if gates else review_rows(records, counting)
    columns = GATES if gates else REVIEWS
    for file, write in exports:
        write(rows, columns, Path(file))
        if not quiet:
            click.echo(f"Wrote {len(rows)} rows to {file}.", err=beside_json)


def _every_system(known: Past) -> dict[str, Any]:
    """All of `history --json`: each system with the version that counts."""
    from gatebook.cli.past import short_record
    from gatebook.cli.reports import SCHEMA

    return {
        "schema": SCHEMA,
        "portfolio": known.portfolio,
        "systems": [
            {
                "system": name,
                "system_key": key,
                "reviews": len({one.review_id for one in records}),
                "first_recorded": min(one.recorded for one in records).isoformat(),
                "counts": short_record(now) if now else None,
            }
            for name, key, records, now in _systems(known)
        ],
    }


def _one_system(known: Past, key: str) -> dict[str, Any]:
    """All of `history SYSTEM --json`: each version of each review, with its gates and findings."""
    from gatebook.cli.past import full_record
    from gatebook.cli.reports import SCHEMA

    versions = known.ledger.history(known.portfolio, key)
    counting = _counting(known, versions)
    return {
        "schema": SCHEMA,
        "portfolio": known.portfolio,
        "system": _name(known, key),
        "system_key": key,
        "reviews": [full_record(one) | {"counts_now": one.id in counting} for one in versions],
    }


def _name(known: Past, key: str) -> str:
    return last_names(known.ledger.names(known.portfolio))[key]


def _systems(known: Past) -> list[tuple[str, str, list[Record], Record | None]]:
    """Each system by name: its name, its key, its versions, and the one that counts now, None where
    the system was let go."""
    records: dict[str, list[Record]] = {}
    for one in known.ledger.decisions(known.portfolio):
        records.setdefault(one.system_key, []).append(one)
    counting = known.ledger.standing(known.portfolio)
    now = known.ledger.versions(counting.values())
    names = last_names(known.ledger.names(known.portfolio))
    found = [
        (names[key], key, records[key], now[counting[key]] if key in counting else None)
        for key in records
    ]
    return sorted(found, key=lambda one: (one[0].lower(), one[1]))


def _counting(known: Past, records: Sequence[Record]) -> frozenset[int]:
    """The ids of those that count now. What counts may differ from the one that is meant in something
    that nobody typed, and is then not among them."""
    counts = known.ledger.versions(known.ledger.standing(known.portfolio).values())
    last = {(one.system_key, one.review_id): one.id for one in counts.values()}
    found: dict[tuple[str, str], int] = {}
    for one in records:
        review = one.system_key, one.review_id
        if one.id <= last.get(review, -1):
            found[review] = max(one.id, found.get(review, -1))
    return frozenset(found.values())


def _show_all(known: Past) -> None:
    systems = _systems(known)
    if not systems:
        click.echo("No review is recorded yet. gatebook sync records what it reads.", err=True)
        return
    gone = not_there(known, [now.id for *_, now in systems if now])
    show_table([_entry(*one, gone) for one in systems])


def _entry(
    name: str, key: str, records: Sequence[Record], now: Record | None, gone: Mapping[int, str]
) -> Entry:
    reviews = len({one.review_id for one in records})
    counted = f"{reviews} review{'' if reviews == 1 else 's'}"
    if now is None:
        last = records[-1]
        return Entry(name, "No longer counted", "", (f"last: {last.shown_as}", counted))
    notes = [f"review of {_day(now)}", counted, *([gone[now.id]] if now.id in gone else [])]
    return Entry(name, now.shown_as, now.decision, tuple(notes))


def _day(one: Record) -> str:
    return str(one.review_date or "no date")


def _show_one(known: Past, key: str, *, quiet: bool) -> None:
    versions = known.ledger.history(known.portfolio, key)
    counting = _counting(known, versions)
    counts = known.ledger.standing(known.portfolio).get(key, 0)
    gone = not_there(known, [counts]).get(counts, "") if counting else ""
    show(_lines(_name(known, key), key, versions, counting, gone, quiet=quiet))


def _lines(
    name: str,
    key: str,
    versions: Sequence[Version],
    counting: Collection[int],
    gone: str,
    *,
    quiet: bool,
) -> Iterator[Line]:
    reviews = len({one.review_id for one in versions})
    counted = f"{reviews} review{'' if reviews == 1 else 's'}"
    if len(versions) > reviews:
        counted += f" in {len(versions)} versions"
    yield Line(((name, "name"), (f" ({key}): {counted}", "")))
    days: dict[str, str] = {}
    for one in versions:
        day = "the same" if days.get(one.review_id) == _day(one) else _day(one)
        days[one.review_id] = _day(one)
        yield Line(((f"{day:10}", ""), ("  ", ""), (one.shown_as, one.decision)), 2, _TEXT_AT)
        if not quiet:
            now = f"counts now{gone and f', {gone}'}" if one.id in counting else ""
            yield from _details(one, now)
    if not counting and not quiet:
        yield line("No review of it counts any more: its forms and its row are gone.", 2)


def _details(one: Version, now: str) -> Iterator[Line]:
    from gatebook.cli.past import checklist_name

    if one.decision != "incomplete":
        yield line(one.reason, _TEXT_AT)
    numbers = ((one.green, "green"), (one.yellow, "yellow"), (one.red, "red"), (one.open, "open"))
    stood = ", ".join(f"{number} {word}" for number, word in numbers if number)
    where = f"{one.location} · {one.tab}"
    yield line(f"{stood} · {where} · {checklist_name(one)}", _TEXT_AT, "quiet")
    yield line(f"recorded {one.recorded}{now and f' · {now}'}", _TEXT_AT, "quiet")
