"""What of an agency is sent, in words; dispatches a person told first and noted later."""

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the columns."""
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.add_column("dispatch", sa.Column("what", sa.Text()))
    op.add_column("dispatch", sa.Column("noted_at", sa.DateTime(timezone=True)))
    op.add_column("dispatch", sa.Column("drafted_as", sa.LargeBinary()))


def downgrade() -> None:
    """Drop them."""
    for name in ("drafted_as", "noted_at", "what"):
        op.drop_column("dispatch", name)
