"""Incidents: categories with what to ask and to read out, the incidents, their calls and their trail."""

from pathlib import Path

import sqlalchemy as sa
import yaml
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

FIRST = Path(__file__).with_name("0018_categories.yaml")
LIVE = "status IN ('dispatched', 'open')"


def upgrade() -> None:
    """Make the tables, and the categories a centre begins with."""
    op.execute("SET LOCAL lock_timeout = '5s'")
    _categories()
    _incidents()
    _of_incidents()


def downgrade() -> None:
    """Drop them: no incident is known any more."""
    for table in ("incident_change", "incident_call", "incident", "incident_day", "category"):
        op.drop_table(table)


def _categories() -> None:
    table = op.create_table(
        "category",
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("name_en", sa.Text(), nullable=False),
        sa.Column("service_class", sa.Text(), nullable=False),
        sa.Column("priority", sa.BigInteger(), nullable=False),
        sa.Column("questions", postgresql.JSONB(), nullable=False),
        sa.Column("instructions", postgresql.JSONB(), nullable=False),
        _time("retired_at", nullable=True),
        sa.Column("version", sa.BigInteger(), server_default=sa.text("1"), nullable=False),
        sa.CheckConstraint("code ~ '^[a-z][a-z0-9_]{0,39}$'", name="code"),
        sa.CheckConstraint("service_class IN ('emergency', 'urgent', 'information')", name="service_class"),
        sa.CheckConstraint("priority BETWEEN 1 AND 4", name="priority"),
        sa.PrimaryKeyConstraint("code", name="pk_category"),
    )
    op.bulk_insert(table, yaml.safe_load(FIRST.read_text("utf-8")))


def _incidents() -> None:
    op.create_table(
        "incident_day",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("last", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("day", name="pk_incident_day"),
    )
    op.create_table(
        "incident",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("version", sa.BigInteger(), server_default=sa.text("1"), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("category", sa.Text(), nullable=False),
        sa.Column("priority", sa.BigInteger(), nullable=False),
        sa.Column("description", sa.Text()),
        sa.Column("people_in_danger", sa.BigInteger()),
        sa.Column("caller_name", sa.Text()),
        sa.Column("caller_number", sa.Text()),
        sa.Column("caller_withheld", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("kelurahan", sa.Text()),
        sa.Column("landmark", sa.Text()),
        sa.Column("place_text", sa.Text()),
        sa.Column("latitude", sa.Float()),
        sa.Column("longitude", sa.Float()),
        _time("opened_at"),
        sa.Column("opened_by", sa.Text(), nullable=False),
        _time("changed_at"),
        _time("closed_at", nullable=True),
        sa.Column("close_reason", sa.Text()),
        sa.Column("merged_into", sa.Uuid()),
        sa.Column("drafted_as", sa.LargeBinary()),
        *_rules_of_incidents(),
    )
    op.create_index("ix_incident_opened_at_id", "incident", ["opened_at", "id"])
    op.create_index("ix_incident_status_opened_at_id", "incident", ["status", "opened_at", "id"])
    op.create_index("ix_incident_category_opened_at_id", "incident", ["category", "opened_at", "id"])
    known = sa.text("kelurahan IS NOT NULL")
    op.create_index(
        "ix_incident_kelurahan_opened_at_id",
        "incident",
        ["kelurahan", "opened_at", "id"],
        postgresql_where=known,
    )
    op.create_index("ix_incident_live", "incident", ["opened_at"], postgresql_where=sa.text(LIVE))
    merged = sa.text("merged_into IS NOT NULL")
    op.create_index("ix_incident_merged_into", "incident", ["merged_into"], postgresql_where=merged)


def _rules_of_incidents() -> tuple[sa.schema.SchemaItem, ...]:
    return (
        sa.CheckConstraint("status IN ('open', 'dispatched', 'closed', 'merged')", name="status"),
        sa.CheckConstraint("priority BETWEEN 1 AND 4", name="priority"),
        sa.CheckConstraint("(latitude IS NULL) = (longitude IS NULL)", name="coordinates"),
        sa.CheckConstraint("latitude BETWEEN -90 AND 90", name="latitude"),
        sa.CheckConstraint("longitude BETWEEN -180 AND 180", name="longitude"),
        sa.CheckConstraint("(status = 'merged') = (merged_into IS NOT NULL)", name="merged"),
        sa.CheckConstraint("merged_into <> id", name="into_another"),
        sa.PrimaryKeyConstraint("id", name="pk_incident"),
        sa.UniqueConstraint("number", name="uq_incident_number"),
        sa.ForeignKeyConstraint(["category"], ["category.code"], name="fk_incident_category"),
        sa.ForeignKeyConstraint(["merged_into"], ["incident.id"], name="fk_incident_merged_into"),
    )


def _of_incidents() -> None:
    op.create_table(
        "incident_call",
        sa.Column("incident_id", sa.Uuid(), nullable=False),
        sa.Column("call_id", sa.Uuid(), nullable=False),
        _time("joined_at"),
        sa.Column("joined_by", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("incident_id", "call_id", name="pk_incident_call"),
        sa.ForeignKeyConstraint(["incident_id"], ["incident.id"], name="fk_incident_call_incident_id"),
    )
    op.create_index("ix_incident_call_call_id", "incident_call", ["call_id"])
    op.create_table(
        "incident_change",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("incident_id", sa.Uuid(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        _time("at"),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("data", postgresql.JSONB(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_incident_change"),
        sa.UniqueConstraint("incident_id", "seq", name="uq_incident_change_seq"),
        sa.ForeignKeyConstraint(["incident_id"], ["incident.id"], name="fk_incident_change_incident_id"),
    )


def _time(name: str, *, nullable: bool = False) -> sa.Column[object]:
    default = None if nullable else sa.func.now()
    return sa.Column(name, sa.DateTime(timezone=True), server_default=default, nullable=nullable)
