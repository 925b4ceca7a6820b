"""Indexes for the lists of calls: by class, outcome, operator, node, and by a number's last digits.

Each takes a few seconds for a million calls, 13 s in all, and whatever writes records waits as long: the
telephone does not, for its journal keeps them on its disk. All or none; should the lock not be had within the
time `env.py` sets, nothing is changed and `ct112 db upgrade` may be tried again.
"""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

DIGITS = 'reverse("right"(COALESCE(ani_e164, ani), 15)) text_pattern_ops'


def upgrade() -> None:
    """Make the indexes."""
    for column in ("service_class", "outcome", "operator", "node"):
        op.create_index(
            f"ix_call_record_{column}_arrived_at_id",
            "call_record",
            [column, "arrived_at", "id"],
            postgresql_where=sa.text("operator IS NOT NULL") if column == "operator" else None,
        )
    op.create_index("ix_call_record_digits", "call_record", [sa.text(DIGITS)])


def downgrade() -> None:
    """Drop them: searches look through all calls again."""
    for name in (
        "service_class_arrived_at_id",
        "outcome_arrived_at_id",
        "operator_arrived_at_id",
        "node_arrived_at_id",
        "digits",
    ):
        op.drop_index(f"ix_call_record_{name}", "call_record")
