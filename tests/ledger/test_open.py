"""A ledger that cannot be opened says why and what to do; it never shows a password."""

from __future__ import annotations

import contextlib
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from random import Random

import pytest

from gatebook.ledger.errors import LedgerError
from gatebook.ledger.ledger import Ledger, open_ledger
from gatebook.ledger.tables import REVISIONS, VERSION_TABLE
from tests.abuse.marks import abuse
from tests.ledger.samples import HERE, many, run
from tests.support.builders import TODAY
from tests.support.postgres import Server

# Not to be found in any message, whole or in part.
SECRET = "s3cret/p@ss"
QUOTED = "s3cret%2Fp%40ss"


def refused(url: str, **options: bool | float) -> str:
    """What the refusal says."""
    with pytest.raises(LedgerError) as trouble:
        open_ledger(url, **options).close()  # type: ignore[arg-type]
    said = f"{trouble.value.reason} | {trouble.value.remedy}"
    assert "s3cret" not in said
    assert "p@ss" not in said
    return said


def test_a_new_ledger_says_that_it_was_made(opened: Callable[[], Ledger]) -> None:
    made, again = opened(), opened()
    assert made.upgraded
    assert (made.upgraded.before, made.upgraded.now) == (None, REVISIONS[-1])
    assert made.upgraded.backup is None
    assert again.upgraded is None


def test_its_name_hides_the_password(ledger: Ledger) -> None:
    assert "***" in ledger.name or ledger.name.startswith("sqlite:///")


def test_where_there_is_none_and_none_is_wanted(ledger_url: str, tmp_path: Path) -> None:
    assert "there is no ledger | The first gatebook sync makes it" in refused(
        ledger_url, create=False
    )
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("ledger.db", "the ledger's URL cannot be read | Give sqlite:///PATH"),
        ("", "the ledger's URL cannot be read"),
        (f"postgresql://ops:{QUOTED}@host:port/x", "the ledger's URL cannot be read"),
        (f"mysql://ops:{QUOTED}@host/x", "cannot be kept in mysql"),
        (f"postgresql+psycopg2://ops:{QUOTED}@host/x", "cannot be kept in postgresql+psycopg2"),
        ("sqlite://", "names no file"),
        ("sqlite:///:memory:", "names no file"),
        ("sqlite:///file:x.db?uri=true", "names no file"),
        ("sqlite:////nowhere/at/all/ledger.db", "cannot be opened or made | Check that its folder"),
    ],
)
def test_urls_that_are_none(url: str, says: str) -> None:
    assert says in refused(url)


def test_a_server_that_is_not_there() -> None:
    said = refused(f"postgresql://ops:{QUOTED}@127.0.0.1:1/gates", wait=1)
    assert "ops:***@127.0.0.1:1/gates: the server cannot be reached" in said


@pytest.mark.parametrize(
    ("user", "database", "says"),
    [
        ("gatebook:" + QUOTED, "postgres", "does not let you in"),
        (None, "nothing", "it is not there"),
    ],
)
def test_a_server_that_refuses(
    postgres: Server, user: str | None, database: str, says: str
) -> None:
    url = postgres.url(database)
    if user:
        url = url.replace(f"gatebook:{postgres.password}", user)
    said = refused(url)
    assert says in said
    assert postgres.password not in said


def test_a_user_who_may_not_make_tables(postgres: Server) -> None:
    database = postgres.new_database()
    with postgres.connect(database) as connection:
        connection.execute(f"CREATE ROLE {database} LOGIN PASSWORD 's3cret'".encode())
    url = postgres.url(database).replace(f"gatebook:{postgres.password}", f"{database}:s3cret")
    assert "writing is not allowed" in (said := refused(url))
    assert "GRANT CREATE ON SCHEMA" in said


def test_without_the_driver(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "psycopg", None)
    said = refused(f"postgresql+psycopg://ops:{QUOTED}@host/x")
    assert 'the driver psycopg is not installed | Install it: pip install "gatebook[' in said


@pytest.mark.parametrize("content", [b"not a database, but a text\n" * 99, b"PK\x03\x04" * 999])
def test_a_file_that_is_something_else(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "ledger.db"
    path.write_bytes(content)
    assert "is no ledger and no SQLite database" in refused(f"sqlite:///{path}")
    assert path.read_bytes() == content


def test_a_folder(tmp_path: Path) -> None:
    assert "cannot be opened" in refused(f"sqlite:///{tmp_path}")


def test_an_empty_file_becomes_a_ledger(tmp_path: Path) -> None:
    path = tmp_path / "ledger.db"
    path.touch()
    with open_ledger(f"sqlite:///{path}") as ledger:
        assert ledger.upgraded


def test_another_programs_database(tmp_path: Path, postgres: Server) -> None:
    path = tmp_path / "places.db"
    with contextlib.closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE bookmarks (id INTEGER)")
    assert "another program's database: it has the tables bookmarks" in refused(f"sqlite:///{path}")
    database = postgres.new_database()
    with postgres.connect(database) as server:
        server.execute("CREATE TABLE bookmarks (id INTEGER)")
        # On a server, tables of others are no trouble as long as none has the name of one of ours.
        open_ledger(postgres.url(database)).close()
    database = postgres.new_database()
    with postgres.connect(database) as server:
        server.execute("CREATE TABLE runs (id INTEGER)")
    assert "it has the tables runs" in refused(postgres.url(database))


def execute(url: str, statement: str) -> None:
    """Do something to a ledger behind its back."""
    import sqlalchemy as sa

    engine = sa.create_engine(url)
    with engine.begin() as connection:
        connection.execute(sa.text(statement))
    engine.dispose()


def test_a_ledger_of_a_newer_gatebook_is_refused(
    ledger_url: str, opened: Callable[[], Ledger]
) -> None:
    opened().record(HERE, run(), based_on=None)
    execute(ledger_url, f"UPDATE {VERSION_TABLE} SET version_num = '0099'")
    said = refused(ledger_url)
    assert "its schema is revision 0099, last written by gatebook 0.4.0" in said
    assert f"knows those up to {REVISIONS[-1]} | Install that gatebook or a newer one" in said
    # A schema so new that it has no table of runs any more.
    execute(ledger_url, "ALTER TABLE runs RENAME TO syncs")
    assert "its schema is revision 0099; this one" in refused(ledger_url)


def test_a_ledger_that_somebody_else_writes(tmp_path: Path) -> None:
    path = tmp_path / "ledger.db"
    with open_ledger(f"sqlite:///{path}", wait=0.1) as ledger:
        ledger.record(HERE, run(), many(1), based_on=None)
        with contextlib.closing(sqlite3.connect(path, isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            assert len(ledger.sheets(HERE)) == 1
            with pytest.raises(LedgerError, match="somebody else is writing") as trouble:
                ledger.record(HERE, run(), based_on=1)
            assert "Try again when" in trouble.value.remedy
        assert ledger.record(HERE, run(), based_on=1).run == 2


def test_a_turn_on_a_server_that_somebody_else_has(postgres: Server) -> None:
    url = postgres.url(postgres.new_database())
    with open_ledger(url) as one, open_ledger(url, wait=0.2) as other, one.turn(HERE, None) as turn:
        with pytest.raises(LedgerError, match="somebody else is writing"):
            other.record(HERE, run(), based_on=None)
        # Another portfolio has a turn of its own.
        other.record("other.xlsx", run(), based_on=None)
        turn.record(run())


def test_a_file_that_may_only_be_read(tmp_path: Path) -> None:
    path = tmp_path / "ledger.db"
    with open_ledger(f"sqlite:///{path}") as ledger:
        ledger.record(HERE, run(), many(1), based_on=None)
    # As root everything may be written, so the file says it by itself.
    url = f"sqlite:///{path}"
    with open_ledger(url) as ledger:
        import sqlalchemy as sa

        @sa.event.listens_for(ledger._database.engine, "connect")
        def read_only(connection: sqlite3.Connection, _record: object) -> None:
            connection.execute("PRAGMA query_only = ON")

        ledger._database.engine.dispose()
        assert len(ledger.sheets(HERE)) == 1
        with pytest.raises(LedgerError, match="writing is not allowed"):
            ledger.record(HERE, run(), many(3), based_on=1)


@pytest.mark.parametrize("seed", range(40))
@abuse("faults", 30)
def test_a_damaged_file_is_named_or_answers(
    tmp_path_factory: pytest.TempPathFactory, seed: int
) -> None:
    """Whatever is overwritten in the middle of the file, there is no other exception."""
    random = Random(seed)
    path = tmp_path_factory.mktemp("damaged") / "ledger.db"
    shutil.copy(_a_ledger(tmp_path_factory), path)
    content = bytearray(path.read_bytes())
    for _ in range(random.choice([1, 3, 30])):
        start = random.randrange(100, len(content))
        length = random.choice([1, 16, 4096])
        content[start : start + length] = random.randbytes(len(content[start : start + length]))
    path.write_bytes(content)
    with (
        contextlib.suppress(LedgerError),
        open_ledger(f"sqlite:///{path}", wait=1) as ledger,
    ):
        _ask_all(ledger)


@abuse("faults", 30)
def test_a_lost_row_is_named(tmp_path: Path) -> None:
    path = tmp_path / "ledger.db"
    with open_ledger(f"sqlite:///{path}") as ledger:
        places = {"system-1": ("1.xlsx", "Review")}
        ledger.record(HERE, run(), many(2), based_on=None, counting=places)
        with contextlib.closing(sqlite3.connect(path)) as connection, connection:
            connection.execute("DELETE FROM reviews")
        for ask in (
            lambda: ledger.reviews_of(ledger.sheets(HERE).values()),
            lambda: ledger.as_of(HERE, TODAY),
        ):
            with pytest.raises(LedgerError, match="damaged: a row is missing"):
                ask()


@abuse("faults", 30)
def test_a_file_cut_in_half_is_named(tmp_path_factory: pytest.TempPathFactory) -> None:
    path = tmp_path_factory.mktemp("cut") / "ledger.db"
    content = _a_ledger(tmp_path_factory).read_bytes()
    path.write_bytes(content[: len(content) // 2])
    with (
        pytest.raises(LedgerError, match="damaged") as trouble,
        open_ledger(f"sqlite:///{path}") as ledger,
    ):
        _ask_all(ledger)
    assert "backup" in trouble.value.remedy


def _ask_all(ledger: Ledger) -> None:
    states = ledger.sheets(HERE)
    ledger.reviews_of(states.values())
    newest = ledger.last_run(HERE)
    ledger.runs(HERE)
    for one in ledger.history(HERE, "system-1"):
        assert one.gates
        assert one.review.rows
        assert one.findings is not None
    for record in ledger.decisions(HERE):
        assert record.gates
    ledger.as_of(HERE, TODAY)
    ledger.record(HERE, run(), many(60, changed=True), based_on=newest.id if newest else None)


_MADE: list[Path] = []


def _a_ledger(factory: pytest.TempPathFactory) -> Path:
    """A ledger with some rows in it, made once."""
    if not _MADE:
        path = factory.mktemp("whole") / "ledger.db"
        with open_ledger(f"sqlite:///{path}") as ledger:
            places = {f"system-{n}": (f"{n}.xlsx", "Review") for n in range(50)}
            ledger.record(HERE, run(), many(50), based_on=None, counting=places)
        _MADE.append(path)
    return _MADE[0]


def test_a_ledger_that_needs_nothing_opens_without_alembic(ledger_url: str, ledger: Ledger) -> None:
    """It would take longer to import than a sync in which nothing changed."""
    script = (
        "import sys\n"
        "from gatebook.ledger.ledger import open_ledger\n"
        "with open_ledger(sys.argv[1]) as ledger:\n"
        "    assert ledger.upgraded is None\n"
        "    ledger.sheets('x')\n"
        "loaded = {name.partition('.')[0] for name in sys.modules}\n"
        "print(*sorted(loaded & {'alembic', 'mako', 'pandas', 'openpyxl', 'sqlalchemy'}))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, ledger_url], capture_output=True, text=True, check=True
    )
    assert done.stdout.split() == ["sqlalchemy"]
