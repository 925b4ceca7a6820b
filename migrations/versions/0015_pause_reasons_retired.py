"""A pause reason may be retired: not offered any more, and its words stay for what happened."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Retire none."""
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.add_column(
        "pause_reason", sa.Column("retired", sa.Boolean(), server_default=sa.text("false"), nullable=False)
    )


def downgrade() -> None:
    """Remove those that are retired: nothing else would keep them from being offered."""
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute("DELETE FROM pause_reason WHERE retired")
    op.drop_column("pause_reason", "retired")
