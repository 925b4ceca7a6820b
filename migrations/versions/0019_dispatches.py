"""Dispatches of agencies, and their deliveries: rows that are leased, each with what is due for it."""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables."""
    op.execute("SET LOCAL lock_timeout = '5s'")
    _dispatches()
    _deliveries()


def downgrade() -> None:
    """Drop them: who was asked to act is known no more."""
    op.drop_table("delivery")
    op.drop_table("dispatch")


def _dispatches() -> None:
    op.create_table(
        "dispatch",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("incident_id", sa.Uuid(), nullable=False),
        sa.Column("agency", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("version", sa.BigInteger(), server_default=sa.text("1"), nullable=False),
        _time("asked_at", sa.func.now()),
        sa.Column("asked_by", sa.Text(), nullable=False),
        _time("changed_at", sa.func.now()),
        sa.Column("changed_by", sa.Text(), nullable=False),
        sa.Column("how", sa.Text()),
        sa.Column("reason", sa.Text()),
        _time("acknowledged_at"),
        _time("on_scene_at"),
        _time("escalated_at"),
        sa.Column("escalated_why", sa.Text()),
        sa.CheckConstraint(
            "status IN ('sent', 'received', 'acknowledged', 'en_route', 'on_scene', 'done', 'declined',"
            " 'cancelled')",
            name="status",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_dispatch"),
        sa.ForeignKeyConstraint(["incident_id"], ["incident.id"], name="fk_dispatch_incident_id"),
        sa.ForeignKeyConstraint(["agency"], ["agency.code"], name="fk_dispatch_agency"),
    )
    under_way = sa.text("status NOT IN ('cancelled', 'done')")
    columns = ["incident_id", "agency"]
    op.create_index("uq_dispatch_under_way", "dispatch", columns, unique=True, postgresql_where=under_way)
    op.create_index("ix_dispatch_agency_asked_at_id", "dispatch", ["agency", "asked_at", "id"])
    op.create_index("ix_dispatch_asked_at_id", "dispatch", ["asked_at", "id"])
    listed = sa.text("escalated_at IS NOT NULL")
    op.create_index("ix_dispatch_escalated", "dispatch", ["escalated_at"], postgresql_where=listed)


def _deliveries() -> None:
    op.create_table(
        "delivery",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("dispatch_id", sa.Uuid(), nullable=False),
        sa.Column("telling", sa.Text(), nullable=False),
        sa.Column("told", sa.Uuid(), nullable=False),
        sa.Column("way", sa.Text(), nullable=False),
        sa.Column("step", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("attempts", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        _time("created_at", sa.func.clock_timestamp()),
        _time("due_at"),
        sa.Column("limit_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("lease_token", sa.Uuid()),
        _time("leased_until"),
        _time("delivered_at"),
        _time("ended_at"),
        sa.Column("outcome", sa.Text()),
        sa.CheckConstraint("telling IN ('new', 'change', 'stand_down')", name="telling"),
        sa.CheckConstraint("way IN ('page', 'webhook', 'email', 'phone', 'centre')", name="way"),
        sa.CheckConstraint("state IN ('pending', 'delivered', 'acknowledged', 'over')", name="state"),
        sa.CheckConstraint("(state IN ('pending', 'delivered')) = (due_at IS NOT NULL)", name="due"),
        sa.PrimaryKeyConstraint("id", name="pk_delivery"),
        sa.ForeignKeyConstraint(["dispatch_id"], ["dispatch.id"], name="fk_delivery_dispatch_id"),
    )
    op.create_index("ix_delivery_due", "delivery", ["due_at"], postgresql_where=sa.text("due_at IS NOT NULL"))
    op.create_index("ix_delivery_dispatch_id_created_at", "delivery", ["dispatch_id", "created_at"])


def _time(name: str, default: sa.sql.functions.Function[object] | None = None) -> sa.Column[object]:
    return sa.Column(name, sa.DateTime(timezone=True), server_default=default, nullable=default is None)
