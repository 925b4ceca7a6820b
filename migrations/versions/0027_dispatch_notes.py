"""Notes and photos of agencies at the scene."""

import sqlalchemy as sa
from alembic import op

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table."""
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.create_table(
        "dispatch_note",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("dispatch_id", sa.Uuid(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), server_default=sa.func.clock_timestamp(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("text", sa.Text()),
        sa.Column("photo", sa.LargeBinary()),
        sa.Column("drafted_as", sa.LargeBinary()),
        sa.CheckConstraint("octet_length(photo) <= 1000000", name="photo"),
        sa.PrimaryKeyConstraint("id", name="pk_dispatch_note"),
        sa.ForeignKeyConstraint(["dispatch_id"], ["dispatch.id"], name="fk_dispatch_note_dispatch_id"),
    )
    op.create_index("ix_dispatch_note_dispatch_id_at_id", "dispatch_note", ["dispatch_id", "at", "id"])


def downgrade() -> None:
    """Drop it."""
    op.drop_table("dispatch_note")
