"""Imports of places that somebody asked for on a screen, and how far each is."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table."""
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.create_table(
        "place_import_job",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("file_name", sa.Text(), nullable=False),
        sa.Column("mend", sa.Boolean(), nullable=False),
        sa.Column("asked_by", sa.Text(), nullable=False),
        *(
            sa.Column(
                name, sa.DateTime(timezone=True), server_default=sa.func.clock_timestamp(), nullable=False
            )
            for name in ("asked_at", "beat_at")
        ),
        sa.Column("ended_at", sa.DateTime(timezone=True)),
        sa.Column("step", sa.Text(), server_default="reading", nullable=False),
        *(
            sa.Column(name, sa.BigInteger(), server_default="0", nullable=False)
            for name in ("done", "total", "added", "changed", "same")
        ),
        sa.Column("mended", ARRAY(sa.Text()), server_default="{}", nullable=False),
        sa.Column("said", sa.Text(), server_default="", nullable=False),
        sa.CheckConstraint("step IN ('reading', 'writing', 'done', 'refused', 'broken')", name="step"),
        sa.CheckConstraint("kind IN ('areas', 'area_names', 'names')", name="kind"),
        sa.PrimaryKeyConstraint("id", name="pk_place_import_job"),
    )
    op.create_index("ix_place_import_job_asked_at", "place_import_job", ["asked_at"])


def downgrade() -> None:
    """Drop it."""
    op.drop_table("place_import_job")
