"""Recordings for the menu, sent by the editor: named by what is in them."""

import sqlalchemy as sa
from alembic import op

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table."""
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.create_table(
        "ivr_recording",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("sound", sa.LargeBinary(), nullable=False),
        sa.Column("seconds", sa.Float(), nullable=False),
        sa.Column("uploaded_by", sa.Text(), nullable=False),
        sa.Column("uploaded_at", sa.DateTime(timezone=True), server_default=sa.func.now(), nullable=False),
        sa.CheckConstraint("name ~ '^up-[0-9a-f]{32}$'", name="name"),
        sa.PrimaryKeyConstraint("name", name="pk_ivr_recording"),
    )


def downgrade() -> None:
    """Drop it."""
    op.drop_table("ivr_recording")
