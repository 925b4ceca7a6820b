"""The database: given as an address, or a role and a database made in Debian's PostgreSQL."""

import secrets
import time
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial

from ct112 import env_file, files
from ct112.installation.changes import Change
from ct112.installation.machine import InstallFailure, Machine
from ct112.installation.order import ENV_FILE, Order

SETTING = "CT112_DATABASE_URL"
ROLE = "ct112"
OURS = "made by ct112 install"
START_SECONDS = 30
WHOSE_ROLE = """\
SELECT coalesce(shobj_description(oid, 'pg_authid'), 'somebody''s') FROM pg_roles WHERE rolname = 'ct112'
"""
SET_ROLE = """\
SET password_encryption = 'scram-sha-256';
{verb} ROLE ct112 LOGIN PASSWORD '{password}';
COMMENT ON ROLE ct112 IS 'made by ct112 install';
"""
HAS_DATABASE = "SELECT 1 FROM pg_database WHERE datname = 'ct112'"
MAKE_DATABASE = "CREATE DATABASE ct112 OWNER ct112 ENCODING 'UTF8' TEMPLATE template0"


def database_url(machine: Machine) -> str:
    """Return the address the file of settings names; empty when it names none."""
    return env_file.value(env_file.read(machine.path(ENV_FILE)), SETTING) or ""


@dataclass(frozen=True)
class Database:
    """The address in the file of settings, and what it needs to be true."""

    machine: Machine
    order: Order

    def changes(self) -> Iterator[Change]:
        """Return what is to be made and written."""
        known = database_url(self.machine)
        if self.order.database_url and self.order.database_url != known:
            yield Change(f"set {SETTING} in {ENV_FILE}", partial(self._set, self.order.database_url))
        elif self.order.local_postgresql and not known:
            what = (
                f"make the role and the database {ROLE} in PostgreSQL here, and set {SETTING} in {ENV_FILE}"
            )
            yield Change(what, self._make)

    def _make(self) -> None:
        port, password = self._port(), secrets.token_urlsafe(24)
        whose = self._psql(WHOSE_ROLE)
        if whose and whose != OURS:
            self._refuse()
        self._psql(SET_ROLE.format(verb="ALTER" if whose else "CREATE", password=password))
        if not self._psql(HAS_DATABASE):
            self._psql(MAKE_DATABASE)
        self._set(f"postgresql://{ROLE}:{password}@127.0.0.1:{port}/{ROLE}")

    def _refuse(self) -> None:
        raise InstallFailure(
            f"PostgreSQL here has a role {ROLE} that was not made by ct112 install",
            "give its address with --database-url postgresql://ct112:PASSWORD@127.0.0.1/NAME",
        )

    def _port(self) -> str:
        """Return the port of the server, as soon as it answers."""
        end = time.monotonic() + START_SECONDS
        self.machine.attempt("systemctl", "start", "postgresql")
        while True:
            try:
                return self._psql("SHOW port")
            except InstallFailure:
                if time.monotonic() > end:
                    raise
            time.sleep(0.5)

    def _psql(self, statement: str) -> str:
        """Run SQL as PostgreSQL's own user, from standard input: no password in a list of processes."""
        command = ("runuser", "-u", "postgres", "--", "psql", "-XAtq", "-v", "ON_ERROR_STOP=1", "postgres")
        return self.machine.run(*command, stdin=statement).strip()

    def _set(self, url: str) -> None:
        file = self.machine.path(ENV_FILE)
        text = env_file.with_value(env_file.read(file), SETTING, url)
        file.parent.mkdir(parents=True, exist_ok=True)
        files.replace(file, text.encode(), mode=0o640, group=self.machine.group("ct112"))
