"""Who asks: a bearer token or a session's cookie, looked up at every request: what is revoked is over."""

import asyncio
import hmac
import math
import time
from dataclasses import dataclass
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
from ct112.web.access.memory import Memory
from ct112.web.access.principal import Principal, Role, principal_of
from ct112.web.problems import Problem

log = logs.get("access")

SESSION_COOKIE = "__Host-ct112"
DEVICE_COOKIE = "__Host-ct112-device"
PATIENCE_SECONDS = 2.0  # whoever is remembered waits so long for the database
AWAY_SECONDS = 3.0  # for which one that did not answer is not asked about them again
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
        self.memory = Memory(store)
        self._away_until = 0.0
        self._api_source: str | None = None  # where the settings' token was used last: guessers are elsewhere
        self._asking: set[asyncio.Task[Holder | None]] = set()

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
        self.memory.forget(digest(secret))
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
        wait = self._guesses.wait(network(source))
        if wait and digest(secret) not in self.memory and network(source) != self._api_source:
            raise slowed(wait, "too many wrong tokens: wait, then send one that is valid")
        if self._is_api_token(secret):
            self._api_source = network(source)
            return Principal(name="api-token", role=Role.ADMIN, via="api-token", source=source)
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
        known = self.memory.recall(token_hash, source)
        if known is not None and known.via != via:
            known = None
        try:
            holder = await self._soon(via, token_hash, known)
        except StoreUnavailable:
            if known is None:
                raise
            log.warning("let in by memory: the database is away", account=known.name)
            return known
        if holder is None:
            self.memory.forget(token_hash)
            return None
        who = principal_of(holder, via, token_hash, source)
        self.memory.keep(token_hash, who)
        return who

    async def _soon(self, via: Via, token_hash: bytes, known: Principal | None) -> Holder | None:
        """Look up; whoever is remembered waits for no database that hangs. Raises StoreUnavailable."""
        if known is None:
            return await self._look_up(via, token_hash)
        if time.monotonic() < self._away_until:
            raise StoreUnavailable("it did not answer a moment ago", slow=True)
        asking = asyncio.create_task(self._look_up(via, token_hash), name="look up")
        asking.add_done_callback(self._asking.discard)
        self._asking.add(asking)
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                return await asyncio.shield(asking)
        except (StoreUnavailable, TimeoutError):
            asking.add_done_callback(_forgotten)
            self._away_until = time.monotonic() + AWAY_SECONDS
            raise StoreUnavailable("it did not answer in time", slow=True) from None

    async def _look_up(self, via: Via, token_hash: bytes) -> Holder | None:
        async with self._store.transaction() as connection:
            if via == "session":
                return await sessions.holder(connection, token_hash)
            return await tokens.holder(connection, token_hash)


def _forgotten(asking: "asyncio.Task[Holder | None]") -> None:
    """Take the outcome nobody waits for any more."""
    if not asking.cancelled():
        asking.exception()


def slowed(wait: float, detail: str) -> Problem:
    """Return the problem of somebody who has to wait so many seconds."""
    return Problem(kinds.SLOW_DOWN, detail, headers={"Retry-After": str(math.ceil(wait))})


def cookies_of(*found: tuple[str, str, int]) -> tuple[str, ...]:
    """Return Set-Cookie lines: name, value, seconds it lives. No script reads them, plain http has none."""
    return tuple(
        f"{name}={value}; Path=/; Max-Age={seconds}; Secure; HttpOnly; SameSite=Lax"
        for name, value, seconds in found
    )
