"""Which version of the menu is live is a row of its own; first answers are kept for requests sent again."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

KEEP = """
    CREATE TRIGGER ivr_publication_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON ivr_publication
    FOR EACH STATEMENT EXECUTE FUNCTION ct112_refuse_change()
"""
LIVE = """
    INSERT INTO ivr_publication (version, note, published_by, published_at)
    SELECT version, note, '', published_at FROM ivr_version ORDER BY version
"""


def upgrade() -> None:
    """Make the tables; what was live stays live."""
    op.execute("SET LOCAL lock_timeout = '5s'")
    now = sa.func.now()
    op.create_table(
        "ivr_publication",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("published_by", sa.Text(), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), server_default=now, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_ivr_publication"),
        sa.ForeignKeyConstraint(["version"], ["ivr_version.version"], name="fk_ivr_publication_version"),
    )
    op.execute(LIVE)
    op.execute(KEEP)
    op.create_table(
        "idempotency_key",
        sa.Column("owner", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("status", sa.BigInteger()),
        sa.Column("headers", postgresql.JSONB()),
        sa.Column("body", sa.Text()),
        sa.Column("at", sa.DateTime(timezone=True), server_default=now, nullable=False),
        sa.PrimaryKeyConstraint("owner", "key", name="pk_idempotency_key"),
    )
    op.create_index("ix_idempotency_key_at", "idempotency_key", ["at"])


def downgrade() -> None:
    """Drop them: the highest version is live again."""
    op.drop_table("idempotency_key")
    op.drop_table("ivr_publication")
