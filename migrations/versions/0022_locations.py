"""Where callers are: locations by hand, of their telephones, and by a link they were sent."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql as pg

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "place_location",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("call_id", sa.Uuid(), nullable=True),
        sa.Column("incident_id", sa.Uuid(), nullable=True),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("latitude", sa.Float(), nullable=True),
        sa.Column("longitude", sa.Float(), nullable=True),
        sa.Column("uncertainty_m", sa.Float(), nullable=True),
        sa.Column("confidence", sa.Float(), nullable=True),
        sa.Column("text", sa.Text(), nullable=True),
        sa.Column("shape", pg.JSONB(), nullable=True),
        sa.Column("number", sa.Text(), nullable=True),
        sa.Column("digest", sa.LargeBinary(), nullable=True),
        sa.Column("by", sa.Text(), nullable=True),
        sa.CheckConstraint("source IN ('hand', 'aml', 'link')", name=op.f("ck_place_location_source")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_place_location")),
    )
    for columns in (["call_id"], ["incident_id"], ["number", "received_at"]):
        op.create_index(
            op.f(f"ix_place_location_{'_'.join(columns)}"),
            "place_location",
            columns,
            postgresql_where=sa.text(f"{columns[0]} IS NOT NULL"),
        )
    op.create_index(op.f("ix_place_location_digest"), "place_location", ["digest"], unique=True)
    op.create_table(
        "location_link",
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        sa.Column("call_id", sa.Uuid(), nullable=False),
        sa.Column("made_by", sa.Text(), nullable=True),
        sa.Column("made_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("uses_left", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("uses_left >= 0", name=op.f("ck_location_link_uses")),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_location_link")),
    )
    op.create_index(op.f("ix_location_link_call_id"), "location_link", ["call_id"])


def downgrade() -> None:
    """Drop them: what callers' telephones said is lost."""
    op.drop_table("location_link")
    op.drop_table("place_location")
