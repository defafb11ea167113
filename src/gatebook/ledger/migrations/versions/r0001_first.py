"""Runs, reviews, sheets and what they hold, and which review counts."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Make the first tables."""
    op.create_table(
        "runs",
        sa.Column("id", BIG, primary_key=True),
        sa.Column("portfolio", sa.Text, nullable=False),
        sa.Column("started", sa.Text, nullable=False),
        sa.Column("today", sa.Date, nullable=False),
        sa.Column("version", sa.Text, nullable=False),
        sa.Column("read", sa.Integer, nullable=False),
        sa.Column("unchanged", sa.Integer, nullable=False),
        sa.Column("unreadable", sa.Integer, nullable=False),
        sa.Column("passed", sa.Integer, nullable=False),
        sa.Column("missing", sa.Integer, nullable=False),
        sa.Column("systems", sa.Integer, nullable=False),
        sa.Column("changed", sa.Text, nullable=False),
        sa.Column("fingerprint", sa.Text, nullable=False),
        sa.Column("written", sa.Boolean, nullable=False),
    )
    op.create_index("runs_of_portfolio", "runs", ["portfolio", "id"])
    op.create_table(
        "reviews",
        sa.Column("id", BIG, primary_key=True),
        sa.Column("portfolio", sa.Text, nullable=False),
        sa.Column("run", BIG, sa.ForeignKey("runs.id"), nullable=False),
        sa.Column("location", sa.Text, nullable=False),
        sa.Column("tab", sa.Text, nullable=False),
        sa.Column("content", sa.Text, nullable=False),
        sa.Column("answers", sa.Text, nullable=False),
        sa.Column("system_key", sa.Text, nullable=False),
        sa.Column("system_id", sa.Text, nullable=False),
        sa.Column("review_id", sa.Text, nullable=False),
        sa.Column("system", sa.Text, nullable=False),
        sa.Column("review_date", sa.Date),
        sa.Column("decision", sa.Text, nullable=False),
        sa.Column("shown_as", sa.Text, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("green", sa.Integer, nullable=False),
        sa.Column("yellow", sa.Integer, nullable=False),
        sa.Column("red", sa.Integer, nullable=False),
        sa.Column("open", sa.Integer, nullable=False),
        sa.Column("checklist", sa.Text, nullable=False),
        sa.Column("checklist_version", sa.BigInteger, nullable=False),
        sa.Column("regate_on", sa.Date),
        sa.Column("next_due", sa.Date),
        sa.Column("next_reason", sa.Text, nullable=False),
        sa.Column("gates", sa.Text, nullable=False),
        sa.Column("findings", sa.Text, nullable=False),
        sa.Column("schema", sa.Integer, nullable=False),
        sa.Column("body", sa.Text, nullable=False),
        sa.UniqueConstraint("content", name="one_row_a_version"),
    )
    op.create_index("reviews_of_system", "reviews", ["portfolio", "system_key"])
    op.create_index("reviews_of_run", "reviews", ["run"])
    op.create_table(
        "sheets",
        sa.Column("id", BIG, primary_key=True),
        sa.Column("portfolio", sa.Text, nullable=False),
        sa.Column("run", BIG, sa.ForeignKey("runs.id"), nullable=False),
        sa.Column("location", sa.Text, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("since", sa.Date, nullable=False),
        sa.Column("size", sa.BigInteger, nullable=False),
        sa.Column("modified", sa.Double, nullable=False),
        sa.Column("version", sa.Text, nullable=False),
        sa.Column("workbook", sa.Text, nullable=False),
        sa.Column("problems", sa.Text, nullable=False),
        sa.Column("passed", sa.Text, nullable=False),
        sa.Column("held", BIG, sa.ForeignKey("sheets.id")),
    )
    op.create_index("sheets_of_location", "sheets", ["portfolio", "location", "id"])
    op.create_index("sheets_of_run", "sheets", ["run"])
    op.create_table(
        "holdings",
        sa.Column("sheet", BIG, sa.ForeignKey("sheets.id"), primary_key=True, autoincrement=False),
        sa.Column("place", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("review", BIG, sa.ForeignKey("reviews.id"), nullable=False),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "standings",
        sa.Column("id", BIG, primary_key=True),
        sa.Column("portfolio", sa.Text, nullable=False),
        sa.Column("run", BIG, sa.ForeignKey("runs.id"), nullable=False),
        sa.Column("system_key", sa.Text, nullable=False),
        sa.Column("review", BIG, sa.ForeignKey("reviews.id")),
    )
    op.create_index("standings_of_system", "standings", ["portfolio", "system_key", "id"])
