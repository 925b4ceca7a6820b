"""Who asks, and as what: the five roles of the API."""

from dataclasses import dataclass, field
from uuid import UUID

from ct112.store.roles import Role
from ct112.store.sessions import Holder

__all__ = ["EVERYBODY", "Principal", "Role"]

STAFF = frozenset({Role.OPERATOR, Role.SUPERVISOR, Role.ADMIN})
"""The people of the centre."""
LEADERS = frozenset({Role.SUPERVISOR, Role.ADMIN})
EVERYBODY = frozenset(Role)
"""Whoever is signed in, whatever the role."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Principal:
    """Who asks. `operator`, `agency`: whom the account stands for; `via`: by what it was proved.

    `scopes` narrow what the role may (None: all of it). `source`: the address asked from. `id` and
    `secret_hash` are those of the session or token.
    """

    name: str
    role: Role
    operator: str | None = None
    agency: str | None = None
    scopes: frozenset[str] | None = None
    via: str = "token"
    source: str = ""
    id: UUID | None = None
    secret_hash: bytes | None = field(default=None, repr=False)

    def may(self, resource: str, *, write: bool) -> bool:
        """Return whether its scopes allow this. `resource`: what stands behind /api/v1/ in the path."""
        return self.scopes is None or any(_covers(scope, resource, write) for scope in self.scopes)

    def may_give(self, scopes: frozenset[str]) -> bool:
        """Return whether a token with these scopes has no more rights than this one."""
        return all(
            self.may(resource, write=write) for resource, writes in map(_parts, scopes) for write in writes
        )


def _parts(scope: str) -> tuple[str, tuple[bool, ...]]:
    resource, _, mode = scope.partition(":")
    return resource, {"read": (False,), "write": (True,)}.get(mode, (False, True))


def _covers(scope: str, resource: str, write: bool) -> bool:
    name, writes = _parts(scope)
    return name in ("*", resource) and write in writes


def principal_of(holder: Holder, via: str, token_hash: bytes, source: str) -> Principal:
    """Return who has shown the secret with this hash."""
    return Principal(
        name=holder.name,
        role=holder.role,
        operator=holder.operator,
        agency=holder.agency,
        scopes=None if holder.scopes is None else frozenset(holder.scopes),
        via=via,
        source=source,
        id=holder.id,
        secret_hash=token_hash,
    )
