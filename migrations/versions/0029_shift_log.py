"""The shift log, which is only added to, and taken over once."""

import sqlalchemy as sa
from alembic import op

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None

OPEN = sa.text("hands_over AND taken_at IS NULL")
ADDED_TO = """
    CREATE FUNCTION shift_log_added_to() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF TG_OP = 'UPDATE'
            AND (NEW.id, NEW.written_at, NEW.written_by, NEW.hands_over)
                IS NOT DISTINCT FROM (OLD.id, OLD.written_at, OLD.written_by, OLD.hands_over)
            AND NEW.note IN (OLD.note, '')
            AND (OLD.taken_at IS NULL
                OR (NEW.taken_at, NEW.taken_by) IS NOT DISTINCT FROM (OLD.taken_at, OLD.taken_by))
        THEN
            RETURN NEW;
        END IF;
        RAISE EXCEPTION 'the shift log is only added to: write another entry'
            USING ERRCODE = 'integrity_constraint_violation';
    END $$
"""
KEPT = """
    CREATE TRIGGER shift_log_added_to BEFORE UPDATE OR DELETE ON shift_log
    FOR EACH ROW EXECUTE FUNCTION shift_log_added_to()
"""


def upgrade() -> None:
    """Make the table and what keeps it."""
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.create_table(
        "shift_log",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column(
            "written_at",
            sa.DateTime(timezone=True),
            server_default=sa.func.clock_timestamp(),
            nullable=False,
        ),
        sa.Column("written_by", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("hands_over", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("taken_at", sa.DateTime(timezone=True)),
        sa.Column("taken_by", sa.Text()),
        sa.CheckConstraint("(taken_at IS NULL) = (taken_by IS NULL)", name="taken"),
        sa.CheckConstraint("hands_over OR taken_at IS NULL", name="handed_over"),
        sa.PrimaryKeyConstraint("id", name="pk_shift_log"),
    )
    op.create_index("ix_shift_log_written_at_id", "shift_log", ["written_at", "id"])
    op.create_index("ix_shift_log_open", "shift_log", ["written_at", "id"], postgresql_where=OPEN)
    op.execute(ADDED_TO)
    op.execute(KEPT)


def downgrade() -> None:
    """Drop both."""
    op.drop_table("shift_log")
    op.execute("DROP FUNCTION shift_log_added_to()")
