"""The database's tables, brought up to date by the ct112 that is installed."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial

from ct112.installation.changes import Change
from ct112.installation.machine import InstallFailure, Machine
from ct112.installation.order import Order

REMEDY = "correct CT112_DATABASE_URL in /etc/ct112/ct112.env (or give --database-url), then the same command"


@dataclass(frozen=True)
class Tables:
    """`ct112 db upgrade`, when `ct112 db status` is not content."""

    machine: Machine
    order: Order

    def changes(self) -> Iterator[Change]:
        """Return whether the tables are to be brought up to date."""
        if self.machine.attempt(str(self.order.program), "db", "status").returncode != 0:
            yield Change("bring the database's tables up to date", partial(self._upgrade))

    def _upgrade(self) -> None:
        result = self.machine.attempt(str(self.order.program), "db", "upgrade")
        if result.returncode != 0:
            raise InstallFailure(result.stderr.strip() or "ct112 db upgrade failed", REMEDY)
