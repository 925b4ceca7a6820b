"""Accounts, sessions, tokens, how often somebody was wrong, and the audit."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

APPEND_ONLY = """
CREATE FUNCTION audit_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE was audit := OLD;
BEGIN
    IF TG_OP = 'DELETE' THEN
        IF current_setting('ct112.audit_delete', true) = 'on' THEN RETURN OLD; END IF;
        RAISE EXCEPTION 'the audit is append-only' USING ERRCODE = 'restrict_violation';
    END IF;
    IF OLD.seq IS NULL AND NEW.seq IS NOT NULL THEN
        was.seq := NEW.seq; was.mac := NEW.mac; was.key_id := NEW.key_id;
    ELSIF OLD.personal IS NOT NULL AND NEW.personal IS NULL THEN
        was.personal := NULL;
    END IF;
    IF was IS DISTINCT FROM NEW OR OLD IS NOT DISTINCT FROM NEW THEN
        RAISE EXCEPTION 'the audit is append-only' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$
"""
NO_TRUNCATE = """
CREATE FUNCTION audit_no_truncate() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the audit is append-only' USING ERRCODE = 'restrict_violation';
END $$
"""


def upgrade() -> None:
    """Make the tables, and keep anybody from changing the audit by mistake."""
    _account()
    _session()
    _token()
    _login()
    _audit()
    op.execute(APPEND_ONLY)
    op.execute(NO_TRUNCATE)
    op.execute(
        "CREATE TRIGGER audit_append_only BEFORE UPDATE OR DELETE ON audit"
        " FOR EACH ROW EXECUTE FUNCTION audit_append_only()"
    )
    op.execute(
        "CREATE TRIGGER audit_no_truncate BEFORE TRUNCATE ON audit"
        " FOR EACH STATEMENT EXECUTE FUNCTION audit_no_truncate()"
    )


def downgrade() -> None:
    """Drop them."""
    for table in ("audit", "login_throttle", "login_device", "api_token", "session", "account"):
        op.drop_table(table)
    op.execute("DROP FUNCTION audit_append_only()")
    op.execute("DROP FUNCTION audit_no_truncate()")


def _account() -> None:
    op.create_table(
        "account",
        _text("name", nullable=False),
        _text("role", nullable=False),
        *(_text(name) for name in ("operator", "agency", "password_hash")),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        _text("totp_secret"),
        sa.Column("totp_confirmed", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("totp_step", sa.BigInteger()),
        *(_text(name) for name in ("oidc_issuer", "oidc_subject")),
        _time("expires_at"),
        _now("created_at"),
        _time("last_login_at"),
        sa.PrimaryKeyConstraint("name", name="pk_account"),
        sa.CheckConstraint("name ~ '^[a-z0-9][a-z0-9.-]{0,62}$'", name=op.f("ck_account_name")),
        sa.CheckConstraint(
            "role IN ('operator', 'supervisor', 'admin', 'agency', 'integration')",
            name=op.f("ck_account_role"),
        ),
        sa.CheckConstraint("(role = 'agency') = (agency IS NOT NULL)", name=op.f("ck_account_agency")),
    )
    op.create_index("uq_account_oidc", "account", ["oidc_issuer", "oidc_subject"], unique=True)


def _session() -> None:
    op.create_table(
        "session",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        *(_text(name, nullable=False) for name in ("account", "via", "source")),
        *(_now(name) for name in ("created_at", "last_seen_at")),
        sa.Column("idle_seconds", sa.BigInteger(), nullable=False),
        _time("expires_at", nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_session"),
        sa.UniqueConstraint("token_hash", name="uq_session_token_hash"),
        sa.ForeignKeyConstraint(["account"], ["account.name"], name="fk_session_account"),
    )
    op.create_index("ix_session_account", "session", ["account"])
    op.create_index("ix_session_expires_at", "session", ["expires_at"])


def _token() -> None:
    op.create_table(
        "api_token",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        *(_text(name, nullable=False) for name in ("account", "label")),
        sa.Column("scopes", sa.ARRAY(sa.Text()), nullable=False),
        _text("created_by", nullable=False),
        _now("created_at"),
        *(_time(f"{name}_at") for name in ("expires", "last_used", "revoked")),
        sa.PrimaryKeyConstraint("id", name="pk_api_token"),
        sa.UniqueConstraint("token_hash", name="uq_api_token_token_hash"),
        sa.ForeignKeyConstraint(["account"], ["account.name"], name="fk_api_token_account"),
    )
    op.create_index("ix_api_token_account", "api_token", ["account"])


def _login() -> None:
    op.create_table(
        "login_device",
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        _text("account", nullable=False),
        *(_now(name) for name in ("created_at", "last_used_at")),
        sa.PrimaryKeyConstraint("token_hash", name="pk_login_device"),
        sa.ForeignKeyConstraint(["account"], ["account.name"], name="fk_login_device_account"),
    )
    op.create_index("ix_login_device_account", "login_device", ["account"])
    op.create_index("ix_login_device_last_used_at", "login_device", ["last_used_at"])
    op.create_table(
        "login_throttle",
        sa.Column("key", sa.LargeBinary(), nullable=False),
        sa.Column("failures", sa.BigInteger(), nullable=False),
        *(_time(name, nullable=False) for name in ("last_at", "not_before")),
        sa.PrimaryKeyConstraint("key", name="pk_login_throttle"),
    )
    op.create_index("ix_login_throttle_last_at", "login_throttle", ["last_at"])


def _audit() -> None:
    op.create_table(
        "audit",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        _now("at"),
        sa.Column(
            "xact",
            sa.BigInteger(),
            server_default=sa.text("pg_current_xact_id()::text::bigint"),
            autoincrement=False,
            nullable=False,
        ),
        *(_text(name, nullable=False) for name in ("actor", "role", "action", "object_kind")),
        _text("object_id"),
        sa.Column("detail", postgresql.JSONB(), nullable=False),
        _text("personal"),
        sa.Column("personal_digest", sa.LargeBinary(), nullable=False),
        sa.Column("personal_length", sa.BigInteger(), nullable=False),
        sa.Column("seq", sa.BigInteger()),
        sa.Column("mac", sa.LargeBinary()),
        _text("key_id"),
        sa.PrimaryKeyConstraint("id", name="pk_audit"),
    )
    op.create_index("uq_audit_seq", "audit", ["seq"], unique=True)
    op.create_index("ix_audit_unsealed", "audit", ["xact", "id"], postgresql_where=sa.text("seq IS NULL"))
    op.create_index("ix_audit_object", "audit", ["object_kind", "object_id"])
    op.create_index("ix_audit_actor", "audit", ["actor", "id"])
    op.create_index(
        "ix_audit_proved",
        "audit",
        ["id"],
        postgresql_where=sa.text("action IN ('audit.delete', 'audit.erase')"),
    )


def _text(name: str, *, nullable: bool = True) -> sa.Column[str]:
    return sa.Column(name, sa.Text(), nullable=nullable)


def _time(name: str, *, nullable: bool = True) -> sa.Column[object]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def _now(name: str) -> sa.Column[object]:
    return sa.Column(name, sa.DateTime(timezone=True), server_default=sa.func.now(), nullable=False)
