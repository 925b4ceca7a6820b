"""Areas and places with a name, found by trigrams.

pg_trgm is a trusted extension (PostgreSQL 13 on): the owner of the database may create it, and needs no more.
On Debian it comes with the server's own package.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql as pg

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

DROP_EXTENSION = """
DO $$ BEGIN
    DROP EXTENSION IF EXISTS pg_trgm;
EXCEPTION WHEN insufficient_privilege OR dependent_objects_still_exist THEN
    NULL;  -- somebody else made it, or uses it
END $$
"""


def upgrade() -> None:
    """Make the tables; there are no places yet."""
    op.execute("CREATE EXTENSION IF NOT EXISTS pg_trgm")
    op.create_table(
        "area",
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("parent", sa.Text(), nullable=True),
        sa.Column("geometry", pg.JSONB(), nullable=True),
        sa.CheckConstraint(
            "kind IN ('province', 'city', 'kecamatan', 'kelurahan')", name=op.f("ck_area_kind")
        ),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_area")),
    )
    op.create_table(
        "place_name",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("area", sa.Text(), nullable=True),
        sa.Column("latitude", sa.Float(), nullable=True),
        sa.Column("longitude", sa.Float(), nullable=True),
        sa.Column("aliases", pg.ARRAY(sa.Text()), server_default=sa.text("'{}'::text[]"), nullable=False),
        sa.CheckConstraint(
            "kind IN ('street', 'alley', 'housing', 'landmark',"
            " 'kelurahan', 'kecamatan', 'city', 'province')",
            name=op.f("ck_place_name_kind"),
        ),
        sa.CheckConstraint("(latitude IS NULL) = (longitude IS NULL)", name=op.f("ck_place_name_point")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_place_name")),
    )
    op.create_index(op.f("ix_place_name_code"), "place_name", ["code"], unique=True)
    op.create_index(op.f("ix_place_name_area"), "place_name", ["area"])
    op.create_table(
        "place_key",
        sa.Column("place", sa.BigInteger(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("rare", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["place"], ["place_name.id"], name=op.f("fk_place_key_place"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("place", "key", name=op.f("pk_place_key")),
    )
    op.create_index(
        "ix_place_key_trigrams",
        "place_key",
        ["rare"],
        postgresql_using="gin",
        postgresql_ops={"rare": "gin_trgm_ops"},
        postgresql_with={"fastupdate": "off"},  # what waits in a list is searched one by one
    )
    op.create_table(
        "place_import",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("added", sa.BigInteger(), nullable=False),
        sa.Column("changed", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_place_import")),
    )


def downgrade() -> None:
    """Forget all areas and names: they are imported again from the city's files."""
    for table in ("place_import", "place_key", "place_name", "area"):
        op.drop_table(table)
    op.execute(DROP_EXTENSION)
