"""Settings that may change while `ct112 serve` runs: a row a version, never changed."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

KEEP = """
    CREATE TRIGGER setting_version_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON setting_version
    FOR EACH STATEMENT EXECUTE FUNCTION ct112_refuse_change()
"""


def upgrade() -> None:
    """Make the table; nothing is set in it."""
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.create_table(
        "setting_version",
        sa.Column("version", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("values", postgresql.JSONB(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("changed_by", sa.Text(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), server_default=sa.func.now(), nullable=False),
        sa.CheckConstraint("jsonb_typeof(\"values\") = 'object'", name="values"),
        sa.PrimaryKeyConstraint("version", name="pk_setting_version"),
    )
    op.execute(KEEP)


def downgrade() -> None:
    """Drop it: serve goes by what it is started with."""
    op.drop_table("setting_version")
