"""A class may have been set by a person."""

from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

NAME = "ck_call_record_class_source"
BEFORE = "class_source IN ('digit', 'silence', 'invalid', 'line', 'failure', 'fallback')"
AFTER = "class_source IN ('digit', 'silence', 'invalid', 'line', 'failure', 'fallback', 'person')"


def upgrade() -> None:
    """Allow it."""
    _only(AFTER)


def downgrade() -> None:
    """Back to what was known before: as if the caller had pressed a key."""
    op.execute("UPDATE call_record SET class_source = 'digit' WHERE class_source = 'person'")
    _only(BEFORE)


def _only(condition: str) -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute(f"ALTER TABLE call_record DROP CONSTRAINT {NAME}")
    op.execute(f"ALTER TABLE call_record ADD CONSTRAINT {NAME} CHECK ({condition}) NOT VALID")
    op.execute(f"ALTER TABLE call_record VALIDATE CONSTRAINT {NAME}")
