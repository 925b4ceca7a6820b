"""Alerts of sensors and cameras, and the cameras of the city."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None

DEGREES = "latitude BETWEEN -90 AND 90 AND longitude BETWEEN -180 AND 180"


def upgrade() -> None:
    """Make the tables."""
    op.execute("SET LOCAL lock_timeout = '5s'")
    _cameras()
    _alerts()


def downgrade() -> None:
    """Drop them."""
    op.drop_table("alert")
    op.drop_table("camera")


def _cameras() -> None:
    op.create_table(
        "camera",
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("latitude", sa.Float(), nullable=False),
        sa.Column("longitude", sa.Float(), nullable=False),
        sa.Column("stream", sa.Text(), nullable=False),
        sa.Column("active", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.Column("version", sa.BigInteger(), server_default=sa.text("1"), nullable=False),
        sa.CheckConstraint("code ~ '^[a-z0-9][a-z0-9_-]{0,39}$'", name="code"),
        sa.CheckConstraint(DEGREES, name="degrees"),
        sa.PrimaryKeyConstraint("code", name="pk_camera"),
    )


def _alerts() -> None:
    op.create_table(
        "alert",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.BigInteger(), server_default=sa.text("1"), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("latitude", sa.Float(), nullable=False),
        sa.Column("longitude", sa.Float(), nullable=False),
        sa.Column("place_text", sa.Text()),
        sa.Column("times", sa.BigInteger(), server_default=sa.text("1"), nullable=False),
        _time("first_at", sa.func.now()),
        _time("last_at", sa.func.now()),
        sa.Column("evidence", postgresql.JSONB(), server_default=sa.text("'[]'::jsonb"), nullable=False),
        sa.Column("taken_by", sa.Text()),
        _time("taken_at"),
        _time("closed_at"),
        sa.Column("close_reason", sa.Text()),
        sa.Column("incident_id", sa.Uuid()),
        sa.CheckConstraint("status IN ('open', 'taken', 'dismissed', 'incident')", name="status"),
        sa.CheckConstraint(DEGREES, name="degrees"),
        sa.CheckConstraint("(status = 'incident') = (incident_id IS NOT NULL)", name="incident"),
        sa.PrimaryKeyConstraint("id", name="pk_alert"),
        sa.ForeignKeyConstraint(["incident_id"], ["incident.id"], name="fk_alert_incident_id"),
    )
    op.create_index("ix_alert_first_at_id", "alert", ["first_at", "id"])
    live = sa.text("status IN ('open', 'taken')")
    op.create_index("ix_alert_live", "alert", ["kind", "last_at"], postgresql_where=live)
    op.create_index("ix_alert_source_first_at", "alert", ["source", "first_at"])


def _time(name: str, default: object = None) -> sa.Column[object]:
    return sa.Column(
        name,
        sa.DateTime(timezone=True),
        server_default=default,
        nullable=default is None,  # type: ignore[arg-type]
    )
