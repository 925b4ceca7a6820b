"""Agencies, their contacts and duty, and the routing document; the eight of the city as initial data.

No contact and no number is invented: a city fills them in, and `ct112 doctor` says which are missing.
"""

import json
from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

AGENCIES = {
    "bpbd": "BPBD Kota Pekalongan",
    "satpol_pp": "Satpol PP Kota Pekalongan",
    "damkar": "Pemadam Kebakaran Kota Pekalongan",
    "dinkes": "Dinas Kesehatan Kota Pekalongan",
    "pmi": "PMI Kota Pekalongan",
    "polres": "Polres Pekalongan Kota",
    "pln": "PLN Pekalongan",
    "dinkominfo": "Dinkominfo Kota Pekalongan",
}
SOURCE = """\
# Who is asked to act. The first rule that fits decides; what none fits goes to the default, and is an alarm.
# docs/routing.md says what may stand here.
default:
  first: [bpbd]
  supporting: [dinkominfo]

hours:
  malam:
    - {days: [mon, tue, wed, thu, fri, sat, sun], from: "22:00", to: "06:00"}

rules:
  - name: kebakaran
    categories: [kebakaran]
    first: [damkar]
    supporting: [pmi]
  - name: banjir dan rob
    categories: [banjir, rob]
    first: [bpbd]
    supporting: [pmi]
  - name: kecelakaan
    categories: [kecelakaan]
    first: [polres, dinkes]
    supporting: [pmi]
  - name: ambulans
    categories: [ambulans]
    first: [dinkes]
    supporting: [pmi]
  - name: mobil jenazah
    categories: [mobil_jenazah]
    first: [dinkes]
  - name: pohon tumbang
    categories: [pohon_tumbang]
    first: [bpbd]
    supporting: [pln]
  - name: sarang tawon
    categories: [sarang_tawon]
    first: [damkar]
  - name: ketertiban
    categories: [gangguan_lingkungan, gelandangan, pengemis, pengamen]
    first: [satpol_pp]
  - name: penyakit masyarakat, malam
    categories: [perjudian, miras, prostitusi]
    hours: [malam]
    first: [polres]
    supporting: [satpol_pp]
  - name: penyakit masyarakat
    categories: [perjudian, miras, prostitusi]
    first: [satpol_pp]
    supporting: [polres]
  - name: darah
    categories: [donor_darah, permohonan_darah]
    first: [pmi]
  - name: informasi
    categories: [informasi]
    first: [dinkominfo]

# What a higher alarm level sends on top of the level below, raised by one request. Level 1 is the rule's.
run_cards:
  kebakaran:
    2: [{agency: damkar, send: regu tambahan}, polres, pln]
    3: [bpbd, dinkes, satpol_pp]
  banjir:
    2: [dinkes, satpol_pp]
    3: [damkar, polres, pln]
  rob:
    2: [dinkes, satpol_pp]
    3: [damkar, polres, pln]
  kecelakaan:
    2: [damkar, {agency: dinkes, send: ambulans tambahan}]
"""
EVERY_DAY = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]


def _rule(
    name: str, categories: list[str], first: list[str], *supporting: str, **more: Any
) -> dict[str, Any]:
    return {
        "name": name,
        "categories": categories,
        "areas": [],
        "hours": [],
        "first": first,
        "supporting": list(supporting),
        **more,
    }


def _sent(*agencies: str, **what: str) -> list[dict[str, Any]]:
    return [{"agency": one, **({"send": what[one]} if one in what else {})} for one in agencies]


ILLS = ["perjudian", "miras", "prostitusi"]
WATER = {
    "2": _sent("dinkes", "satpol_pp"),
    "3": _sent("damkar", "polres", "pln"),
}
DOCUMENT: dict[str, Any] = {
    "default": {"first": ["bpbd"], "supporting": ["dinkominfo"]},
    "areas": {},
    "hours": {"malam": [{"days": EVERY_DAY, "from": 1320, "to": 360}]},
    "rules": [
        _rule("kebakaran", ["kebakaran"], ["damkar"], "pmi"),
        _rule("banjir dan rob", ["banjir", "rob"], ["bpbd"], "pmi"),
        _rule("kecelakaan", ["kecelakaan"], ["polres", "dinkes"], "pmi"),
        _rule("ambulans", ["ambulans"], ["dinkes"], "pmi"),
        _rule("mobil jenazah", ["mobil_jenazah"], ["dinkes"]),
        _rule("pohon tumbang", ["pohon_tumbang"], ["bpbd"], "pln"),
        _rule("sarang tawon", ["sarang_tawon"], ["damkar"]),
        _rule(
            "ketertiban",
            ["gangguan_lingkungan", "gelandangan", "pengemis", "pengamen"],
            ["satpol_pp"],
        ),
        _rule("penyakit masyarakat, malam", ILLS, ["polres"], "satpol_pp", hours=["malam"]),
        _rule("penyakit masyarakat", ILLS, ["satpol_pp"], "polres"),
        _rule("darah", ["donor_darah", "permohonan_darah"], ["pmi"]),
        _rule("informasi", ["informasi"], ["dinkominfo"]),
    ],
    "run_cards": {
        "kebakaran": {
            "2": _sent("damkar", "polres", "pln", damkar="regu tambahan"),
            "3": _sent("bpbd", "dinkes", "satpol_pp"),
        },
        "banjir": WATER,
        "rob": WATER,
        "kecelakaan": {"2": _sent("damkar", "dinkes", dinkes="ambulans tambahan")},
    },
}
APPEND_ONLY = """
    CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table}
    FOR EACH STATEMENT EXECUTE FUNCTION ct112_refuse_change()
"""


def upgrade() -> None:
    """Make the tables, the eight agencies and the first document, which is in force at once."""
    op.execute("SET LOCAL lock_timeout = '5s'")
    _agency()
    _contact()
    _duty()
    _routing()
    _initial()
    for table in ("routing_version", "routing_publication"):
        op.execute(APPEND_ONLY.format(table=table))


def downgrade() -> None:
    """Drop them: nobody is asked any more."""
    for table in (
        *("routing_unmatched", "routing_publication", "routing_version"),
        *("agency_duty", "agency_contact", "agency"),
    ):
        op.drop_table(table)


def _agency() -> None:
    op.create_table(
        "agency",
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("active", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.Column("ways", postgresql.JSONB(), server_default=sa.text("'[]'::jsonb"), nullable=False),
        sa.Column("version", sa.BigInteger(), server_default=sa.text("1"), nullable=False),
        sa.CheckConstraint("code ~ '^[a-z][a-z0-9_]{0,30}$'", name="code"),
        sa.CheckConstraint("jsonb_typeof(ways) = 'array'", name="ways"),
        sa.PrimaryKeyConstraint("code", name="pk_agency"),
    )


def _contact() -> None:
    op.create_table(
        "agency_contact",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("agency", sa.Text(), nullable=False),
        sa.Column("place", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), server_default="", nullable=False),
        sa.Column("number", sa.Text()),
        sa.Column("email", sa.Text()),
        sa.PrimaryKeyConstraint("id", name="pk_agency_contact"),
        sa.ForeignKeyConstraint(["agency"], ["agency.code"], name="fk_agency_contact_agency"),
    )
    op.create_index("ix_agency_contact_agency_place", "agency_contact", ["agency", "place"])


def _duty() -> None:
    kind = (
        "(days IS NULL) = (starts_at IS NOT NULL) AND (starts_at IS NULL) = (ends_at IS NULL)"
        " AND (starts_at IS NULL) = (on_duty IS NULL)"
        " AND (days IS NULL) = (start_minute IS NULL) AND (days IS NULL) = (end_minute IS NULL)"
    )
    minutes = "start_minute BETWEEN 0 AND 1439 AND end_minute BETWEEN 0 AND 1440"
    op.create_table(
        "agency_duty",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("contact", sa.Uuid(), nullable=False),
        sa.Column("days", postgresql.ARRAY(sa.Text())),
        sa.Column("start_minute", sa.BigInteger()),
        sa.Column("end_minute", sa.BigInteger()),
        sa.Column("starts_at", sa.DateTime(timezone=True)),
        sa.Column("ends_at", sa.DateTime(timezone=True)),
        sa.Column("on_duty", sa.Boolean()),
        sa.Column("note", sa.Text(), server_default="", nullable=False),
        sa.CheckConstraint("starts_at < ends_at", name="times"),
        sa.CheckConstraint(kind, name="kind"),
        sa.CheckConstraint(minutes, name="minutes"),
        sa.PrimaryKeyConstraint("id", name="pk_agency_duty"),
        sa.ForeignKeyConstraint(
            ["contact"], ["agency_contact.id"], name="fk_agency_duty_contact", ondelete="CASCADE"
        ),
    )
    op.create_index("ix_agency_duty_contact", "agency_duty", ["contact"])


def _routing() -> None:
    now = sa.func.now()
    op.create_table(
        "routing_version",
        sa.Column("number", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("source_yaml", sa.Text(), nullable=False),
        sa.Column("document", postgresql.JSONB(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("stored_by", sa.Text(), nullable=False),
        sa.Column("stored_at", sa.DateTime(timezone=True), server_default=now, nullable=False),
        sa.PrimaryKeyConstraint("number", name="pk_routing_version"),
    )
    op.create_table(
        "routing_publication",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("published_by", sa.Text(), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), server_default=now, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_routing_publication"),
        sa.ForeignKeyConstraint(["number"], ["routing_version.number"], name="fk_routing_publication_number"),
    )
    op.create_table(
        "routing_unmatched",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), server_default=now, nullable=False),
        sa.Column("incident", sa.Uuid()),
        sa.Column("category", sa.Text(), nullable=False),
        sa.Column("area", sa.Text()),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_routing_unmatched"),
    )
    op.create_index("ix_routing_unmatched_at", "routing_unmatched", ["at"])


def _initial() -> None:
    for code, name in AGENCIES.items():
        row = sa.text("INSERT INTO agency (code, name, ways) VALUES (:code, :name, CAST(:ways AS jsonb))")
        op.get_bind().execute(row, {"code": code, "name": name, "ways": json.dumps([{"kind": "page"}])})
    number = op.get_bind().scalar(
        sa.text(
            "INSERT INTO routing_version (source_yaml, document, note, stored_by)"
            " VALUES (:source, CAST(:document AS jsonb), 'as installed', '') RETURNING number"
        ),
        {"source": SOURCE, "document": json.dumps(DOCUMENT)},
    )
    published = sa.text(
        "INSERT INTO routing_publication (number, note, published_by) VALUES (:number, 'as installed', '')"
    )
    op.get_bind().execute(published, {"number": number})
