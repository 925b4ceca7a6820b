"""Calls with their facts, the roster, the IVR versions."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

NAME = "name ~ '^[a-z0-9][a-z0-9-]{0,30}$'"
APPEND_ONLY = ("call_fact", "ivr_version")


def upgrade() -> None:
    """Make the tables, and the triggers that keep what happened as it was written."""
    _calls()
    _facts()
    _roster()
    _ivr()
    op.execute("""
        CREATE FUNCTION ct112_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            RAISE EXCEPTION '% is append-only: % refused', TG_TABLE_NAME, TG_OP
                USING ERRCODE = 'restrict_violation';
        END $$
    """)
    for table in APPEND_ONLY:
        op.execute(f"""
            CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table}
            FOR EACH STATEMENT EXECUTE FUNCTION ct112_refuse_change()
        """)


def downgrade() -> None:
    """Drop everything."""
    for table in ("operator", "position", "ivr_version", "call_fact", "call_record"):
        op.drop_table(table)
    op.execute("DROP FUNCTION ct112_refuse_change()")


def _time(name: str, *, nullable: bool = True) -> sa.Column[object]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def _calls() -> None:
    one_of = {
        "service_class": "'emergency', 'urgent', 'information'",
        "class_source": "'digit', 'silence', 'invalid', 'line', 'failure', 'fallback'",
        "outcome": "'answered', 'abandoned', 'fallback', 'fallback_answered', 'fallback_abandoned'",
        "ended_by": "'caller', 'operator', 'system'",
    }
    op.create_table(
        "call_record",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.Column("node", sa.Text(), nullable=False),
        sa.Column("sip_call_id", sa.Text()),
        sa.Column("ani", sa.Text()),
        sa.Column("ani_e164", sa.Text()),
        sa.Column("dialled", sa.Text(), nullable=False),
        _time("arrived_at", nullable=False),
        *(_time(f"{name}_at") for name in ("picked_up", "queued", "answered", "ended")),
        sa.Column("service_class", sa.Text()),
        sa.Column("class_source", sa.Text()),
        sa.Column("ivr_version", sa.BigInteger()),
        sa.Column("ivr_path", sa.ARRAY(sa.Text()), nullable=False),
        sa.Column("operator", sa.Text()),
        sa.Column("position", sa.Text()),
        sa.Column("outcome", sa.Text()),
        sa.Column("ended_by", sa.Text()),
        sa.Column("location", postgresql.JSONB()),
        sa.Column("recording", postgresql.JSONB()),
        sa.PrimaryKeyConstraint("id", name="pk_call_record"),
        *(
            sa.CheckConstraint(f"{column} IN ({values})", name=op.f(f"ck_call_record_{column}"))
            for column, values in one_of.items()
        ),
    )
    op.create_index("ix_call_record_arrived_at_id", "call_record", ["arrived_at", "id"])
    op.create_index(
        "ix_call_record_ani_e164_arrived_at",
        "call_record",
        ["ani_e164", "arrived_at"],
        postgresql_where=sa.text("ani_e164 IS NOT NULL"),
    )
    op.create_index(
        "ix_call_record_open", "call_record", ["node"], postgresql_where=sa.text("ended_at IS NULL")
    )


def _facts() -> None:
    op.create_table(
        "call_fact",
        sa.Column("call_id", sa.Uuid(), nullable=False),
        sa.Column("seq", sa.BigInteger(), autoincrement=False, nullable=False),
        _time("at", nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("data", postgresql.JSONB(), nullable=False),
        sa.PrimaryKeyConstraint("call_id", "seq", name="pk_call_fact"),
    )


def _roster() -> None:
    op.create_table(
        "position",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("sip_password", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_position"),
        sa.CheckConstraint(NAME, name=op.f("ck_position_name")),
    )
    op.create_table(
        "operator",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("position", sa.Text()),
        sa.Column("ready", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_operator"),
        sa.ForeignKeyConstraint(["position"], ["position.name"], name="fk_operator_position"),
        sa.UniqueConstraint("position", name="uq_operator_position"),
        sa.CheckConstraint(NAME, name=op.f("ck_operator_name")),
    )


def _ivr() -> None:
    op.create_table(
        "ivr_version",
        sa.Column("version", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("source_yaml", sa.Text(), nullable=False),
        sa.Column("document", postgresql.JSONB(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), server_default=sa.func.now(), nullable=False),
        sa.PrimaryKeyConstraint("version", name="pk_ivr_version"),
    )
