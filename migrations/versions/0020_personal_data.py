"""Legal holds, erasures asked for, and calls whose personal data does not come back."""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

KEEP_ERASED = """
    CREATE FUNCTION ct112_keep_erased() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        NEW.erased_at := OLD.erased_at;
        NEW.ani := NULL;
        NEW.ani_e164 := NULL;
        NEW.sip_call_id := NULL;
        NEW.keys_pressed := NULL;
        IF NEW.location IS NOT NULL THEN NEW.location := OLD.location; END IF;
        IF NEW.recording IS NOT NULL THEN NEW.recording := OLD.recording; END IF;
        RETURN NEW;
    END $$
"""
ON_CALLS = """
    CREATE TRIGGER call_record_keep_erased BEFORE UPDATE ON call_record
    FOR EACH ROW WHEN (OLD.erased_at IS NOT NULL) EXECUTE FUNCTION ct112_keep_erased()
"""
REFUSE_HELD = """
    CREATE FUNCTION ct112_refuse_held() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF EXISTS (
            SELECT FROM legal_hold WHERE released_at IS NULL AND (
                OLD.id IN (call_id, incident_id)
                OR call_id IN (SELECT c.call_id FROM incident_call c WHERE c.incident_id = OLD.id)
                OR incident_id IN (SELECT c.incident_id FROM incident_call c WHERE c.call_id = OLD.id)
            )
        ) THEN
            RAISE EXCEPTION '% is on legal hold: release the hold first', OLD.id
                USING ERRCODE = 'integrity_constraint_violation';
        END IF;
        RETURN OLD;
    END $$
"""
HELD = """
    CREATE TRIGGER {table}_refuse_held BEFORE DELETE ON {table}
    FOR EACH ROW EXECUTE FUNCTION ct112_refuse_held()
"""
HOLDABLE = ("call_record", "incident")


def upgrade() -> None:
    """Make the tables; a late record of an erased call brings nothing back."""
    op.execute("SET LOCAL lock_timeout = '5s'")
    _holds()
    _requests()
    op.add_column("call_record", sa.Column("erased_at", sa.DateTime(timezone=True)))
    for statement in (KEEP_ERASED, ON_CALLS, REFUSE_HELD, *(HELD.format(table=name) for name in HOLDABLE)):
        op.execute(statement)


def downgrade() -> None:
    """Drop them: nothing is on hold any more."""
    for table in HOLDABLE:
        op.execute(f"DROP TRIGGER {table}_refuse_held ON {table}")
    op.execute("DROP TRIGGER call_record_keep_erased ON call_record")
    op.execute("DROP FUNCTION ct112_refuse_held()")
    op.execute("DROP FUNCTION ct112_keep_erased()")
    op.drop_column("call_record", "erased_at")
    op.drop_table("erasure_request")
    op.drop_table("legal_hold")


def _holds() -> None:
    op.create_table(
        "legal_hold",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("call_id", sa.Uuid()),
        sa.Column("incident_id", sa.Uuid()),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("placed_by", sa.Text(), nullable=False),
        sa.Column("placed_at", sa.DateTime(timezone=True), server_default=sa.func.now(), nullable=False),
        sa.Column("released_by", sa.Text()),
        sa.Column("released_at", sa.DateTime(timezone=True)),
        sa.Column("release_reason", sa.Text()),
        sa.CheckConstraint("(call_id IS NULL) <> (incident_id IS NULL)", name="of_one"),
        sa.CheckConstraint("(released_at IS NULL) = (released_by IS NULL)", name="released"),
        sa.PrimaryKeyConstraint("id", name="pk_legal_hold"),
    )
    live = sa.text("released_at IS NULL")
    for name in ("call_id", "incident_id"):
        op.create_index(f"ix_legal_hold_{name}", "legal_hold", [name], postgresql_where=live)
    op.create_index("ix_legal_hold_placed_at_id", "legal_hold", ["placed_at", "id"])


def _requests() -> None:
    none = sa.text("0")
    op.create_table(
        "erasure_request",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Text()),
        sa.Column("call_id", sa.Uuid()),
        sa.Column("incident_id", sa.Uuid()),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("asked_by", sa.Text(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), server_default=sa.func.now(), nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True)),
        sa.Column("rows", sa.BigInteger(), server_default=none, nullable=False),
        sa.Column("held", sa.BigInteger(), server_default=none, nullable=False),
        sa.Column("in_use", sa.BigInteger(), server_default=none, nullable=False),
        sa.CheckConstraint("num_nonnulls(number, call_id, incident_id) <= 1", name="of_one"),
        sa.CheckConstraint(
            "done_at IS NOT NULL OR num_nonnulls(number, call_id, incident_id) = 1", name="of_something"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_erasure_request"),
    )
    op.create_index(
        "ix_erasure_request_open",
        "erasure_request",
        ["asked_at"],
        postgresql_where=sa.text("done_at IS NULL"),
    )
    op.create_index("ix_erasure_request_asked_at_id", "erasure_request", ["asked_at", "id"])
