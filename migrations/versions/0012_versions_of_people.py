"""Positions and operators have a version, so that nobody undoes unseen what another changed."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

TABLES = ("position", "operator")


def upgrade() -> None:
    """Begin with version 1."""
    op.execute("SET LOCAL lock_timeout = '5s'")
    for table in TABLES:
        op.add_column(
            table, sa.Column("version", sa.BigInteger(), server_default=sa.text("1"), nullable=False)
        )


def downgrade() -> None:
    """Drop them."""
    op.execute("SET LOCAL lock_timeout = '5s'")
    for table in TABLES:
        op.drop_column(table, "version")
