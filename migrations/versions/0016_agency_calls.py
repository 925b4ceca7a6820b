"""What happened in telephone calls to agencies: facts of their deliveries."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

KEEP = """
    CREATE TRIGGER agency_call_fact_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON agency_call_fact
    FOR EACH STATEMENT EXECUTE FUNCTION ct112_refuse_change()
"""


def upgrade() -> None:
    """Make the table, and let nobody change what is in it."""
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.create_table(
        "agency_call_fact",
        sa.Column("delivery", sa.Uuid(), nullable=False),
        sa.Column("seq", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("data", postgresql.JSONB(), nullable=False),
        sa.PrimaryKeyConstraint("delivery", "seq", name="pk_agency_call_fact"),
    )
    op.execute(KEEP)


def downgrade() -> None:
    """Drop it: what was said to agencies by telephone is known no more."""
    op.drop_table("agency_call_fact")
