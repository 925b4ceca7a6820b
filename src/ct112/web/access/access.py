"""Who asks: a bearer token or a session's cookie, looked up at every request: what is revoked is over."""

import hmac
import math
import time
from dataclasses import dataclass, replace
from typing import Literal

from aiohttp import web

from ct112 import logs
from ct112.http.guesses import Guesses
from ct112.store import Store, StoreUnavailable, sessions, tokens
from ct112.store.handed_out import digest
from ct112.store.sessions import Holder
from ct112.store.throttle import network
from ct112.web import kinds
from ct112.web.access import origin
from ct112.web.access.principal import Principal, Role
from ct112.web.problems import Problem

log = logs.get("access")

SESSION_COOKIE = "__Host-ct112"
DEVICE_COOKIE = "__Host-ct112-device"
REMEMBER_SECONDS = 8 * 3600.0  # a shift: for how long whoever was let in may work on without the database
MOST_REMEMBERED = 10_000
LONGEST_SECRET = 200  # characters
Via = Literal["session", "token"]


@dataclass(frozen=True, slots=True, kw_only=True)
class AccessRules:
    """The settings of the door. `api_token`: the one of the settings; `proxies`, `origins`: of ours."""

    api_token: str | None = None
    proxies: frozenset[str] = frozenset()
    origins: frozenset[str] = frozenset()


class Access:
    """Lets in who may come in."""

    def __init__(self, store: Store, rules: AccessRules) -> None:
        """Nobody has asked yet."""
        self._store = store
        self.rules = rules
        self._guesses = Guesses()
        self._remembered: dict[bytes, tuple[Principal, float]] = {}

    async def authenticate(self, request: web.Request) -> Principal | None:
        """Return who asks; None when nobody says. Raises Problem for what is wrong, StoreUnavailable.

        While the database is away, whoever it let in within a shift is let in by memory.
        """
        if origin.secret_in_address(request):
            raise Problem(kinds.INVALID, "never put a secret into the address: send it as a header")
        header = request.headers.get("Authorization")
        if header is not None:
            return await self._bearer(header, self.source(request))
        secret = request.cookies.get(SESSION_COOKIE, "")
        if not secret:
            return None
        if origin.foreign(request, self.rules.origins):
            raise Problem(
                kinds.NOT_ALLOWED, "a page of another site sent this: use ct112's own pages, or send Origin"
            )
        return await self._known("session", secret, self.source(request))

    async def still(self, who: Principal) -> bool:
        """Return whether this principal may go on: for what stays open, as a WebSocket does."""
        if who.secret_hash is None:
            return True
        try:
            now = await self._look_up("session" if who.via == "session" else "token", who.secret_hash)
        except StoreUnavailable:
            return True
        return now is not None and (now.role, now.operator, now.agency) == (
            who.role,
            who.operator,
            who.agency,
        )

    async def forget(self, secret: str) -> None:
        """End the session a browser had before it signed in anew."""
        if not 0 < len(secret) <= LONGEST_SECRET:
            return
        self._remembered.pop(digest(secret), None)
        async with self._store.transaction() as connection:
            await sessions.end_by_hash(connection, digest(secret))

    def source(self, request: web.BaseRequest) -> str:
        """Return the address asked from."""
        return origin.source(request, self.rules.proxies)

    async def _bearer(self, header: str, source: str) -> Principal | None:
        kind, _, secret = header.partition(" ")
        secret = secret.strip()
        if kind.lower() != "bearer" or not secret:
            return None
        if self._is_api_token(secret):
            return Principal(name="api-token", role=Role.ADMIN, via="api-token", source=source)
        wait = self._guesses.wait(network(source))
        if wait and digest(secret) not in self._remembered:
            raise slowed(wait, "too many wrong tokens: wait, then send one that is valid")
        who = await self._known("token", secret, source)
        if who is None:
            self._guesses.wrong(network(source))
            raise Problem(kinds.SIGN_IN, "this token is wrong, expired or revoked: ask for another")
        return who

    def _is_api_token(self, secret: str) -> bool:
        """Compare in constant time."""
        own = self.rules.api_token
        given = secret.encode("utf-8", "surrogateescape")
        return own is not None and hmac.compare_digest(given, own.encode())

    async def _known(self, via: Via, secret: str, source: str) -> Principal | None:
        if len(secret) > LONGEST_SECRET:
            return None
        token_hash = digest(secret)
        try:
            holder = await self._look_up(via, token_hash)
        except StoreUnavailable:
            who = self._by_memory(token_hash, source)
            if who is None:
                raise
            return who
        if holder is None:
            self._remembered.pop(token_hash, None)
            return None
        who = _principal(holder, via, token_hash, source)
        self._remember(token_hash, who)
        return who

    async def _look_up(self, via: Via, token_hash: bytes) -> Holder | None:
        async with self._store.transaction() as connection:
            if via == "session":
                return await sessions.holder(connection, token_hash)
            return await tokens.holder(connection, token_hash)

    def _remember(self, token_hash: bytes, who: Principal) -> None:
        if len(self._remembered) >= MOST_REMEMBERED and token_hash not in self._remembered:
            self._remembered.pop(next(iter(self._remembered)))
        self._remembered.pop(token_hash, None)
        self._remembered[token_hash] = (who, time.monotonic())

    def _by_memory(self, token_hash: bytes, source: str) -> Principal | None:
        who, at = self._remembered.get(token_hash, (None, 0.0))
        if who is None or time.monotonic() - at > REMEMBER_SECONDS:
            return None
        log.warning("let in by memory: the database is away", account=who.name)
        return replace(who, source=source)


def slowed(wait: float, detail: str) -> Problem:
    """Return the problem of somebody who has to wait so many seconds."""
    return Problem(kinds.SLOW_DOWN, detail, headers={"Retry-After": str(math.ceil(wait))})


def _principal(holder: Holder, via: Via, token_hash: bytes, source: str) -> Principal:
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


def cookies_of(*found: tuple[str, str, int]) -> tuple[str, ...]:
    """Return Set-Cookie lines: name, value, seconds it lives. No script reads them, plain http has none."""
    return tuple(
        f"{name}={value}; Path=/; Max-Age={seconds}; Secure; HttpOnly; SameSite=Lax"
        for name, value, seconds in found
    )
