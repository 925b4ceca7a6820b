"""A commit that changes what screens show wakes whoever shows it: NOTIFY ct112_work, without words."""

from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None

TABLES = ("alert", "camera", "incident", "dispatch")


def upgrade() -> None:
    """Make the triggers."""
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute(
        "CREATE FUNCTION ct112_wake() RETURNS trigger LANGUAGE plpgsql AS"
        " $$ BEGIN PERFORM pg_notify('ct112_work', ''); RETURN NULL; END $$"
    )
    for table in TABLES:
        op.execute(
            f"CREATE TRIGGER wake AFTER INSERT OR UPDATE OR DELETE ON {table}"
            " FOR EACH STATEMENT EXECUTE FUNCTION ct112_wake()"
        )


def downgrade() -> None:
    """Drop them."""
    for table in TABLES:
        op.execute(f"DROP TRIGGER wake ON {table}")
    op.execute("DROP FUNCTION ct112_wake()")
