"""The keys a caller pressed are in the record, which can be erased, and no longer in facts."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make room for them; facts written before keep theirs."""
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.add_column("call_record", sa.Column("keys_pressed", sa.Text()))


def downgrade() -> None:
    """Take it away."""
    op.drop_column("call_record", "keys_pressed")
