"""Neighbouring centres, what they offer, and what they are told of it."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None

NOW = sa.func.clock_timestamp()


def upgrade() -> None:
    """Make the tables."""
    op.execute("SET LOCAL lock_timeout = '5s'")
    _neighbours()
    _offers()
    _answers()
    op.execute(
        "CREATE TRIGGER wake AFTER INSERT OR UPDATE OR DELETE ON neighbour_offer"
        " FOR EACH STATEMENT EXECUTE FUNCTION ct112_wake()"
    )


def downgrade() -> None:
    """Drop them."""
    for table in ("neighbour_answer", "neighbour_key", "neighbour_offer", "neighbour"):
        op.drop_table(table)


def _neighbours() -> None:
    op.create_table(
        "neighbour",
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("code", "name", "url", "secret", "token")),
        sa.Column("active", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.Column("version", sa.BigInteger(), server_default=sa.text("1"), nullable=False),
        sa.CheckConstraint("code ~ '^[a-z][a-z0-9_]{0,30}$'", name="code"),
        sa.PrimaryKeyConstraint("code", name="pk_neighbour"),
    )
    op.create_table(
        "neighbour_key",
        sa.Column("neighbour", sa.Text(), nullable=False),
        sa.Column("key", sa.Uuid(), nullable=False),
        _time("received_at", sa.func.now()),
        sa.PrimaryKeyConstraint("neighbour", "key", name="pk_neighbour_key"),
        sa.ForeignKeyConstraint(["neighbour"], ["neighbour.code"], name="fk_neighbour_key_neighbour"),
    )


def _offers() -> None:
    op.create_table(
        "neighbour_offer",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("neighbour", sa.Text(), nullable=False),
        sa.Column("dispatch", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("version", sa.BigInteger(), server_default=sa.text("1"), nullable=False),
        sa.Column("order", postgresql.ARRAY(sa.BigInteger()), nullable=False),
        sa.Column("came_by", postgresql.JSONB(), server_default=sa.text("'[]'::jsonb"), nullable=False),
        sa.Column("told", postgresql.JSONB(), nullable=False),
        _time("received_at", NOW),
        _time("unseen"),
        _time("answered_at"),
        sa.Column("answered_by", sa.Text()),
        sa.Column("cause", sa.Text()),
        sa.Column("reason", sa.Text()),
        sa.Column("incident_id", sa.Uuid()),
        sa.CheckConstraint(
            "status IN ('offered', 'accepted', 'refused', 'withdrawn', 'done')", name="status"
        ),
        sa.CheckConstraint(
            "cause IN ('not_our_area', 'no_means', 'already_known', 'came_from_us', 'other')", name="cause"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_neighbour_offer"),
        sa.ForeignKeyConstraint(["neighbour"], ["neighbour.code"], name="fk_neighbour_offer_neighbour"),
        sa.ForeignKeyConstraint(["incident_id"], ["incident.id"], name="fk_neighbour_offer_incident_id"),
    )
    op.create_index("uq_neighbour_offer_dispatch", "neighbour_offer", ["neighbour", "dispatch"], unique=True)
    op.create_index("ix_neighbour_offer_received_at_id", "neighbour_offer", ["received_at", "id"])
    op.create_index("ix_neighbour_offer_incident_id", "neighbour_offer", ["incident_id"])
    live = sa.text("status IN ('accepted', 'offered')")
    op.create_index("ix_neighbour_offer_live", "neighbour_offer", ["received_at"], postgresql_where=live)


def _answers() -> None:
    op.create_table(
        "neighbour_answer",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("seq", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("offer_id", sa.Uuid(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text()),
        _time("created_at", NOW),
        sa.Column("due_at", sa.DateTime(timezone=True), server_default=NOW),
        sa.Column("attempts", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("lease_token", sa.Uuid()),
        _time("leased_until"),
        sa.Column("outcome", sa.Text()),
        sa.CheckConstraint(
            "status IN ('acknowledged', 'declined', 'en_route', 'on_scene', 'done')", name="status"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_neighbour_answer"),
        sa.ForeignKeyConstraint(["offer_id"], ["neighbour_offer.id"], name="fk_neighbour_answer_offer_id"),
    )
    once = sa.text("status IN ('en_route', 'on_scene', 'done')")
    op.create_index(
        "uq_neighbour_answer_once",
        "neighbour_answer",
        ["offer_id", "status"],
        unique=True,
        postgresql_where=once,
    )
    due = sa.text("due_at IS NOT NULL")
    op.create_index("ix_neighbour_answer_due", "neighbour_answer", ["due_at"], postgresql_where=due)
    op.create_index("ix_neighbour_answer_offer_id_seq", "neighbour_answer", ["offer_id", "seq"])


def _time(name: str, default: object = None) -> sa.Column[object]:
    return sa.Column(
        name,
        sa.DateTime(timezone=True),
        server_default=default,
        nullable=default is None,  # type: ignore[arg-type]
    )
