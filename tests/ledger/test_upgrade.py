"""The schema: what the migrations make is what the code works with, and rows stay."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from gatebook.ledger import tables, upgrade
from gatebook.ledger.errors import LedgerError
from gatebook.ledger.ledger import Ledger, open_ledger
from tests.ledger.samples import HERE, many, run

NEXT = '''"""A column more, with a value in the rows that are there."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade():
    op.add_column("runs", sa.Column("host", sa.Text, nullable=False, server_default="desk"))
    op.create_table("later", sa.Column("id", sa.Integer, primary_key=True))
    {then}
'''


def test_the_constant_names_every_migration() -> None:
    script = ScriptDirectory(str(upgrade.MIGRATIONS))
    revisions = [one.revision for one in script.walk_revisions()]
    assert tuple(reversed(revisions)) == tables.REVISIONS


def test_the_migrations_make_the_tables(ledger: Ledger) -> None:
    with ledger._database.reading() as connection:
        options = {"version_table": tables.VERSION_TABLE, "compare_type": True}
        context = MigrationContext.configure(connection, opts=options)
        assert compare_metadata(context, tables.metadata) == []
        # alembic compares no constraints of SQLite's.
        found = sa.inspect(connection)
        (unique,) = found.get_unique_constraints("reviews")
        assert unique["column_names"] == ["content"]
        assert len(found.get_foreign_keys("holdings")) == 2


@pytest.fixture
def next_gatebook(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Becomes a gatebook with one more migration, which ends with a given statement."""

    def become(then: str) -> None:
        folder = tmp_path / "migrations"
        shutil.copytree(upgrade.MIGRATIONS, folder)
        (folder / "versions" / "r0003_next.py").write_text(NEXT.format(then=then), "utf-8")
        monkeypatch.setattr(upgrade, "MIGRATIONS", folder)
        monkeypatch.setattr(tables, "REVISIONS", (*tables.REVISIONS, "0003"))

    return become


def column(ledger: Ledger, name: str) -> list[object]:
    """A column of the table of runs."""
    with ledger._database.reading() as connection:
        return list(connection.execute(sa.text(f"SELECT {name} FROM runs ORDER BY id")).scalars())


def test_an_upgrade_keeps_every_row_and_a_copy_of_the_file(
    ledger_url: str, opened: Callable[[], Ledger], next_gatebook: Callable[[str], None]
) -> None:
    old = opened()
    old.record(HERE, run(), many(3), based_on=None)
    before = old.sheets(HERE), old.decisions(HERE), old.runs(HERE)
    next_gatebook("pass")
    new = opened()
    assert (new.sheets(HERE), new.decisions(HERE), new.runs(HERE)) == before
    assert column(new, "host") == ["desk"]
    assert new.upgraded
    assert (new.upgraded.before, new.upgraded.now) == ("0002", "0003")
    assert opened().upgraded is None
    if "sqlite" not in ledger_url:
        assert new.upgraded.backup is None
        return
    backup = Path(str(new.upgraded.backup))
    assert backup.name == "ledger.db.before-0003"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(tables, "REVISIONS", ("0001", "0002"))
        with open_ledger(f"sqlite:///{backup}") as kept:
            assert kept.upgraded is None
            assert (kept.sheets(HERE), kept.decisions(HERE), kept.runs(HERE)) == before


def test_a_copy_that_is_there_already_stays(
    tmp_path: Path, next_gatebook: Callable[[str], None]
) -> None:
    url = f"sqlite:///{tmp_path / 'ledger.db'}"
    open_ledger(url).close()
    (tmp_path / "ledger.db.before-0003").write_text("kept", "utf-8")
    next_gatebook("pass")
    with open_ledger(url) as ledger:
        assert ledger.upgraded
        assert str(ledger.upgraded.backup).endswith("ledger.db.before-0003-2")
    assert (tmp_path / "ledger.db.before-0003").read_text("utf-8") == "kept"


def test_an_upgrade_that_fails_changes_nothing(
    opened: Callable[[], Ledger], next_gatebook: Callable[[str], None]
) -> None:
    old = opened()
    old.record(HERE, run(), many(3), based_on=None)
    next_gatebook('op.execute("SELECT * FROM nowhere")')
    with pytest.raises(LedgerError):
        opened()
    with pytest.raises(LedgerError):
        column(old, "host")
    assert len(old.sheets(HERE)) == 3


def test_several_who_open_a_new_ledger_at_once(ledger_url: str) -> None:
    def open_it(_: int) -> bool:
        with open_ledger(ledger_url) as ledger:
            return ledger.upgraded is not None

    # Loaded by one thread first: alembic's own imports are not made for several at once.
    import alembic.command  # noqa: F401

    with ThreadPoolExecutor(4) as pool:
        made = list(pool.map(open_it, range(4)))
    assert sorted(made) == [False, False, False, True]
