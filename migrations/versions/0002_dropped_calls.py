"""A call whose Asterisk ended under it has an outcome of its own."""

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

NAME = "ck_call_record_outcome"
BEFORE = "outcome IN ('answered', 'abandoned', 'fallback', 'fallback_answered', 'fallback_abandoned')"
AFTER = (
    "outcome IN ('answered', 'abandoned', 'fallback', 'fallback_answered', 'fallback_abandoned', 'dropped')"
)


def upgrade() -> None:
    """Allow it."""
    _only(AFTER)


def downgrade() -> None:
    """Back to what was known before: a dropped call counts as abandoned."""
    op.execute("UPDATE call_record SET outcome = 'abandoned' WHERE outcome = 'dropped'")
    _only(BEFORE)


def _only(condition: str) -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute(f"ALTER TABLE call_record DROP CONSTRAINT {NAME}")
    op.execute(f"ALTER TABLE call_record ADD CONSTRAINT {NAME} CHECK ({condition})")
