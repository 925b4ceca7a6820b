"""Call-back tasks: nobody who called is forgotten."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

ONE_OF = {
    "service_class": "'emergency', 'urgent', 'information'",
    "state": "'open', 'taken', 'closed'",
    "result": "'reached', 'no_answer', 'busy', 'failed', 'called_again', 'cancelled'",
}


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "callback_task",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        *(_text(name) for name in ("number", "ani", "service_class", "reason", "state")),
        sa.Column("result", sa.Text()),
        sa.Column("calls", sa.BigInteger(), nullable=False),
        sa.Column("attempts", sa.BigInteger(), nullable=False),
        *(_time(name, nullable=False) for name in ("first_call_at", "last_call_at", "next_try_at")),
        sa.Column("taken_by", sa.Text()),
        *(_time(name) for name in ("taken_at", "closed_at")),
        sa.PrimaryKeyConstraint("id", name="pk_callback_task"),
        *(
            sa.CheckConstraint(f"{column} IN ({values})", name=op.f(f"ck_callback_task_{column}"))
            for column, values in ONE_OF.items()
        ),
    )
    op.create_index(
        "ix_callback_task_live", "callback_task", ["number"], postgresql_where=sa.text("state <> 'closed'")
    )
    op.create_table(
        "callback_call",
        sa.Column("call_id", sa.Uuid(), nullable=False),
        sa.Column("task_id", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("call_id", name="pk_callback_call"),
        sa.ForeignKeyConstraint(["task_id"], ["callback_task.id"], name="fk_callback_call_task_id"),
    )


def downgrade() -> None:
    """Drop them."""
    op.drop_table("callback_call")
    op.drop_table("callback_task")


def _text(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.Text(), nullable=False)


def _time(name: str, *, nullable: bool = True) -> sa.Column[object]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)
