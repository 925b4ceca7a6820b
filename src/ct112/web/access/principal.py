"""Who asks, and as what: the five roles of the API."""

from dataclasses import dataclass
from enum import StrEnum


class Role(StrEnum):
    """What an account is for; the route table says what each may ask."""

    OPERATOR = "operator"
    SUPERVISOR = "supervisor"
    ADMIN = "admin"
    AGENCY = "agency"
    INTEGRATION = "integration"


STAFF = frozenset({Role.OPERATOR, Role.SUPERVISOR, Role.ADMIN})
"""The people of the centre."""
LEADERS = frozenset({Role.SUPERVISOR, Role.ADMIN})
EVERYBODY = frozenset(Role)
"""Whoever is signed in, whatever the role."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Principal:
    """Who asks. `operator`, `agency`: whom the account stands for; `via`: by what it was proved."""

    name: str
    role: Role
    operator: str | None = None
    agency: str | None = None
    scopes: frozenset[str] = frozenset()
    via: str = "token"
