"""Operators are people with a PIN; pause reasons, who sat where, the duty roster."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

CODE = "code ~ '^[a-z0-9][a-z0-9-]{0,30}$'"
KINDS = "kind IN ('logged_in', 'operator_ready', 'operator_paused', 'logged_out')"
REASONS = (
    ("break", "Istirahat", "Break"),
    ("meal", "Makan", "Meal"),
    ("prayer", "Salat", "Prayer"),
    ("toilet", "Ke kamar kecil", "Toilet"),
    ("paperwork", "Menulis laporan", "Writing reports"),
    ("meeting", "Rapat", "Meeting"),
    ("training", "Pelatihan", "Training"),
    ("equipment", "Gangguan perangkat", "Equipment trouble"),
    ("other", "Lain-lain", "Other"),
)


def upgrade() -> None:
    """Make the tables; the reasons are a beginning, a city has its own."""
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.add_column("operator", sa.Column("full_name", sa.Text(), server_default="", nullable=False))
    op.add_column("operator", sa.Column("pin_hash", sa.Text()))
    op.add_column("operator", sa.Column("active", sa.Boolean(), server_default=sa.true(), nullable=False))
    _pause_reasons()
    _seating()
    _roster()


def downgrade() -> None:
    """Drop what people and desks need."""
    op.execute("SET LOCAL lock_timeout = '5s'")
    for table in ("roster", "seating_fact", "seating", "pause_reason"):
        op.drop_table(table)
    for column in ("active", "pin_hash", "full_name"):
        op.drop_column("operator", column)


def _time(name: str, *, nullable: bool = False) -> sa.Column[object]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def _text(name: str, *, nullable: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.Text(), nullable=nullable)


def _pause_reasons() -> None:
    table = op.create_table(
        "pause_reason",
        _text("code"),
        _text("indonesian"),
        _text("english"),
        sa.Column("place", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("code", name="pk_pause_reason"),
        sa.CheckConstraint(CODE, name=op.f("ck_pause_reason_code")),
    )
    rows = [
        {"code": code, "indonesian": indonesian, "english": english, "place": place}
        for place, (code, indonesian, english) in enumerate(REASONS, 1)
    ]
    op.bulk_insert(table, rows)


def _seating() -> None:
    now = (sa.Column("ready", sa.Boolean(), nullable=False), _text("reason", nullable=True))
    op.create_table(
        "seating",
        sa.Column("id", sa.Uuid(), nullable=False),
        _text("operator"),
        _text("position"),
        _time("since"),
        _time("until", nullable=True),
        *now,
        sa.PrimaryKeyConstraint("id", name="pk_seating"),
    )
    op.create_index("ix_seating_since_id", "seating", ["since", "id"])
    op.create_index("ix_seating_operator_since", "seating", ["operator", "since"])
    op.create_index("ix_seating_open", "seating", ["operator"], postgresql_where=sa.text("until IS NULL"))
    op.create_table(
        "seating_fact",
        sa.Column("stay", sa.Uuid(), nullable=False),
        sa.Column("seq", sa.BigInteger(), autoincrement=False, nullable=False),
        _time("at"),
        _text("kind"),
        _text("operator"),
        _text("position"),
        _time("since"),
        sa.Column("ready", sa.Boolean(), nullable=False),
        _text("reason", nullable=True),
        _text("by"),
        sa.PrimaryKeyConstraint("stay", "seq", name="pk_seating_fact"),
        sa.CheckConstraint(KINDS, name=op.f("ck_seating_fact_kind")),
    )
    op.execute("""
        CREATE TRIGGER seating_fact_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON seating_fact
        FOR EACH STATEMENT EXECUTE FUNCTION ct112_refuse_change()
    """)


def _roster() -> None:
    op.create_table(
        "roster",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        _time("starts_at"),
        _time("ends_at"),
        _text("operator", nullable=True),
        sa.Column("people", sa.BigInteger(), server_default=sa.text("1"), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_roster"),
        sa.ForeignKeyConstraint(
            ["operator"], ["operator.name"], name="fk_roster_operator", ondelete="CASCADE"
        ),
        sa.CheckConstraint("starts_at < ends_at", name=op.f("ck_roster_times")),
        sa.CheckConstraint("people BETWEEN 1 AND 999", name=op.f("ck_roster_people")),
    )
    op.create_index("ix_roster_ends_at", "roster", ["ends_at"])
    op.create_index("ix_roster_operator_starts_at", "roster", ["operator", "starts_at"], unique=True)
