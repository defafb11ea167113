"""What a sync started from, and what it said, so that one that starts from the same may say it again."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Two columns more; of older runs nobody knows."""
    for name in ("inputs", "said"):
        op.add_column("runs", sa.Column(name, sa.Text, nullable=False, server_default=""))
