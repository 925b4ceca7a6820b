"""A try that failed because of us is none, and some numbers are not dialled."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

RESULT = "ck_callback_task_result"
BEFORE = "result IN ('reached', 'no_answer', 'busy', 'failed', 'called_again', 'cancelled')"
AFTER = "result IN ('reached', 'no_answer', 'busy', 'failed', 'unavailable', 'called_again', 'cancelled')"
NOT_DIALLED = "not_dialled IN ('code', 'emergency', 'premium', 'satellite', 'no_digit')"


def upgrade() -> None:
    """Allow the result, and make a place for why a number is not dialled."""
    _results(AFTER)
    op.add_column("callback_task", sa.Column("not_dialled", sa.Text()))
    op.create_check_constraint(op.f("ck_callback_task_not_dialled"), "callback_task", NOT_DIALLED)


def downgrade() -> None:
    """Back to what was known before: such a try counts as failed."""
    op.drop_constraint(op.f("ck_callback_task_not_dialled"), "callback_task")
    op.drop_column("callback_task", "not_dialled")
    op.execute("UPDATE callback_task SET result = 'failed' WHERE result = 'unavailable'")
    _results(BEFORE)


def _results(condition: str) -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute(f"ALTER TABLE callback_task DROP CONSTRAINT {RESULT}")
    op.execute(f"ALTER TABLE callback_task ADD CONSTRAINT {RESULT} CHECK ({condition})")
