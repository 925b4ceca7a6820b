"""Who sits where belongs to the floor: each operator sits at the old position, ready as before."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make a stay of every seat, which the floor takes up when it starts, and drop the columns."""
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute("""
        INSERT INTO seating_fact (stay, seq, at, kind, operator, position, since, ready, reason, by)
        SELECT gen_random_uuid(), 0, now(), 'logged_in', name, position, now(), ready, NULL, 'migration'
        FROM operator WHERE position IS NOT NULL
    """)
    op.execute("""
        INSERT INTO seating (id, operator, position, since, until, ready, reason)
        SELECT stay, operator, position, since, NULL, ready, reason FROM seating_fact
        WHERE by = 'migration' AND NOT EXISTS (SELECT FROM seating WHERE id = stay)
    """)
    op.drop_constraint("uq_operator_position", "operator")
    op.drop_constraint("fk_operator_position", "operator")
    op.drop_column("operator", "position")
    op.drop_column("operator", "ready")


def downgrade() -> None:
    """Put everybody where they sit now; of two at one position, as may be after a damage, one."""
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.add_column("operator", sa.Column("ready", sa.Boolean(), server_default=sa.true(), nullable=False))
    op.add_column("operator", sa.Column("position", sa.Text()))
    op.execute("""
        UPDATE operator SET position = s.position, ready = s.ready
        FROM (SELECT DISTINCT ON (position) operator, position, ready FROM seating
              WHERE until IS NULL AND position IN (SELECT name FROM position)
              ORDER BY position, since DESC) AS s
        WHERE s.operator = operator.name
    """)
    op.alter_column("operator", "ready", server_default=None)
    op.create_foreign_key("fk_operator_position", "operator", "position", ["position"], ["name"])
    op.create_unique_constraint("uq_operator_position", "operator", ["position"])
