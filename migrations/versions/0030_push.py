"""Web push: our key, the browsers that want to be told, and what is to be sent."""

import sqlalchemy as sa
from alembic import op

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables."""
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.create_table(
        "push_key",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("private", sa.LargeBinary(), nullable=False),
        _time("made_at", sa.func.now()),
        sa.CheckConstraint("id = 1", name="one"),
        sa.PrimaryKeyConstraint("id", name="pk_push_key"),
    )
    op.create_table(
        "push_subscription",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("account", sa.Text(), nullable=False),
        sa.Column("endpoint", sa.Text(), nullable=False),
        sa.Column("key", sa.LargeBinary(), nullable=False),
        sa.Column("secret", sa.LargeBinary(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        _time("seen_at", sa.func.now()),
        sa.CheckConstraint("language IN ('id', 'en')", name="language"),
        sa.PrimaryKeyConstraint("id", name="pk_push_subscription"),
        sa.UniqueConstraint("endpoint", name="uq_push_subscription_endpoint"),
        sa.ForeignKeyConstraint(["account"], ["account.name"], name="fk_push_subscription_account"),
    )
    op.create_index("ix_push_subscription_account", "push_subscription", ["account"])
    op.create_table(
        "push_task",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("subscription_id", sa.Uuid(), nullable=False),
        sa.Column("dispatch_id", sa.Uuid()),
        sa.Column("telling", sa.Text(), nullable=False),
        _time("due_at", None),
        _time("until", None),
        sa.Column("attempts", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("lease_token", sa.Uuid()),
        sa.Column("leased_until", sa.DateTime(timezone=True)),
        sa.CheckConstraint("telling IN ('new', 'change', 'stand_down', 'test')", name="telling"),
        sa.PrimaryKeyConstraint("id", name="pk_push_task"),
    )
    op.create_index("ix_push_task_due_at", "push_task", ["due_at"])


def downgrade() -> None:
    """Drop them."""
    for table in ("push_task", "push_subscription", "push_key"):
        op.drop_table(table)


def _time(name: str, default: object) -> sa.Column[object]:
    return sa.Column(name, sa.DateTime(timezone=True), server_default=default, nullable=False)  # type: ignore[arg-type]
