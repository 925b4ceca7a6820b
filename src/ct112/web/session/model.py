"""A session as the API shows it, and what is sent to begin one."""

from typing import Annotated

from pydantic import Field, SecretStr

from ct112.web.access.principal import Principal, Role
from ct112.web.values import Given, Instant, Shown

Secret = Annotated[SecretStr, Field(min_length=1, max_length=1000)]
Code = Annotated[SecretStr, Field(min_length=6, max_length=20, description="six digits of the app")]


class SignIn(Given):
    """Name and password; `code` when the account asks for one."""

    username: Annotated[str, Field(min_length=1, max_length=200)]
    password: Secret
    code: Code | None = None


class Me(Shown):
    """Who is signed in. `scopes` null: all the role may. `via`: by what it was proved."""

    name: str
    role: Role
    operator: str | None
    agency: str | None
    scopes: tuple[str, ...] | None
    via: str


class NewPassword(Given):
    """One's own password, and the one to have from now on."""

    current: Secret
    password: Secret


class Proof(Given):
    """One's own password."""

    password: Secret


class CodeGiven(Given):
    """A code of the app."""

    code: Code


class Enrolment(Shown):
    """What the app needs; shown once. Codes are asked for after one was sent back."""

    secret: str
    address: str = Field(description="otpauth://…, for a QR code")


class OwnSession(Shown):
    """One of one's own sessions; `this`: the one that asks."""

    via: str
    source: str
    created_at: Instant
    last_seen_at: Instant
    expires_at: Instant
    this: bool


class OwnAccount(Shown):
    """How one signs in. `codes`: signing in asks for one; `oidc`: the city's provider vouches too."""

    has_password: bool
    codes: bool
    oidc: bool
    sessions: tuple[OwnSession, ...]


class Ways(Shown):
    """How people may sign in here, beside name and password."""

    oidc: bool


def me(who: Principal) -> Me:
    """Return who asks."""
    return Me(
        name=who.name,
        role=who.role,
        operator=who.operator,
        agency=who.agency,
        scopes=None if who.scopes is None else tuple(sorted(who.scopes)),
        via=who.via,
    )
