"""Signing in by name and password: slowly for whoever guesses, and saying nothing about which was wrong."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from ct112 import metrics
from ct112.http.guesses import Guesses
from ct112.store import Store, accounts, audit, sessions, throttle
from ct112.store.accounts import Account
from ct112.store.engine import Connection
from ct112.store.roles import Role
from ct112.store.throttle import Bucket
from ct112.web import kinds
from ct112.web.access import totp
from ct112.web.access.access import slowed
from ct112.web.access.lane import Busy, Lane
from ct112.web.access.passwords import Passwords
from ct112.web.problems import Problem

WRONG = "name, password or code is wrong: try again, or ask an administrator"
WAIT = "too many wrong passwords: wait, then try again; a browser that has signed in before need not wait"
MOST_KNOWN_WAITS = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """What somebody sent to sign in. `device`: the cookie of a browser that has done so before."""

    name: str
    password: str = field(repr=False)
    code: str | None = field(default=None, repr=False)
    device: str = field(default="", repr=False)
    source: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedIn:
    """A session that has begun. `device` None: the browser keeps the one it has."""

    account: Account
    secret: str = field(repr=False)
    device: str | None = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Times:
    """How long a session lasts, in seconds: without a request, and in all."""

    idle: int = 30 * 60
    total: int = 12 * 3600


DISPLAY = Times(idle=90 * 86_400, total=90 * 86_400)
"""Of a machine's account (role integration): a wall shows nothing personal, and nobody is there at night."""


class SigningIn:
    """Begins sessions."""

    def __init__(self, store: Store, passwords: Passwords, times: Times) -> None:
        """Nobody has tried yet."""
        self._store = store
        self._passwords = passwords
        self.times = times
        self._known, self._strangers = Lane(), Lane()
        self._liars = Guesses()  # who sends cookies of browsers we do not know
        self._waits: dict[bytes, float] = {}  # what the database said, so that a flood need not ask it

    def times_of(self, account: Account) -> Times:
        """Return how long a session of this account lasts."""
        return DISPLAY if account.role is Role.INTEGRATION else self.times

    async def by_password(self, attempt: Attempt) -> SignedIn:
        """Begin a session. Raises Problem, StoreUnavailable."""
        try:
            done = await self._by_password(attempt)
        except Busy:
            metrics.sign_ins.labels(outcome="slowed").inc()
            raise slowed(1, WAIT) from None
        except Problem as problem:
            outcome = "slowed" if problem.kind is kinds.SLOW_DOWN else "wrong"
            metrics.sign_ins.labels(outcome=outcome).inc()
            raise
        metrics.sign_ins.labels(outcome="begun").inc()
        return done

    async def _by_password(self, attempt: Attempt) -> SignedIn:
        known, account, buckets = await self._admitted(attempt)
        stored = account.password_hash if account is not None and account.usable else None
        right, newer = await self._passwords.fits(attempt.password, stored, known=known)
        if not right or account is None:
            await self._refused(attempt, account)
            raise Problem(kinds.SIGN_IN, WRONG)
        async with self._store.transaction() as connection:
            done = await self._begin(connection, attempt, account, newer, known=known)
            if isinstance(done, Problem):
                await self._note(connection, "session.refuse", attempt, account)
            if not isinstance(done, Problem) or done.kind is kinds.CODE_NEEDED:
                await throttle.was_right(connection, buckets)
        if isinstance(done, Problem):
            raise done
        return SignedIn(account=account, secret=done, device=await self._device(account, known))

    async def by_provider(self, issuer: str, subject: str, source: str) -> SignedIn:
        """Begin a session for whom an OIDC provider vouches. Raises Problem, StoreUnavailable."""
        secret = None
        async with self._store.transaction() as connection:
            account = await accounts.by_subject(connection, issuer, subject)
            attempt = Attempt(name="", password="", source=source)
            if account is None or not account.usable:
                await self._note(connection, "session.refuse", attempt, account)
            else:
                secret = await self._session(connection, attempt, account.name, "oidc")
        if account is None or secret is None:
            raise Problem(kinds.NOT_ALLOWED, "no account here is linked to yours: ask an administrator")
        return SignedIn(account=account, secret=secret, device=None)

    async def prove(self, name: str, password: str) -> str | None:
        """Return the hash that this password is of, None when it is wrong: for whom is signed in.

        Slowed all the same. What is done with it compares the hash again, when the account is locked.
        """
        buckets = (throttle.of_device(f"signed in: {name}"),)
        async with self._store.transaction() as connection:
            waits = await throttle.attempt(connection, buckets)
            account = await accounts.find(connection, name)
        if waits:
            raise slowed(max(waits.values()), WAIT)
        try:
            stored = None if account is None else account.password_hash
            right, _ = await self._passwords.fits(password, stored, known=True)
        except Busy:
            raise slowed(1, WAIT) from None
        if right:
            async with self._store.transaction() as connection:
                await throttle.was_right(connection, buckets)
        return stored if right else None

    async def _admitted(self, attempt: Attempt) -> tuple[bool, Account | None, Sequence[Bucket]]:
        """Count the attempt. Raises Problem when it has to wait."""
        strangers = (throttle.of_account(attempt.name), throttle.of_source(attempt.source))
        asked = bool(attempt.device) and not self._liars.wait(throttle.network(attempt.source))
        if not asked:
            self._recall(strangers)
        lane = self._known if asked else self._strangers
        async with lane.turn():
            if not asked:
                self._recall(strangers)  # what those before have been told meanwhile
            return await self._counted(attempt, strangers, asked=asked)

    async def _counted(
        self, attempt: Attempt, strangers: Sequence[Bucket], *, asked: bool
    ) -> tuple[bool, Account | None, Sequence[Bucket]]:
        """Count the attempt in the database; `asked`: whether its browser is known. Raises Problem."""
        async with self._store.transaction() as connection:
            account = await accounts.find(connection, attempt.name)
            name = "" if account is None else account.name  # asked all the same: it takes as long
            known = asked and await sessions.knows_device(connection, name, attempt.device)
            buckets: Sequence[Bucket] = (throttle.of_device(attempt.device),) if known else strangers
            waits = await throttle.attempt(connection, buckets)
        if asked and not known:
            self._liars.wrong(throttle.network(attempt.source))
        if waits:
            self._keep(waits)
            raise slowed(max(waits.values()), WAIT)
        return known, account, buckets

    async def _begin(
        self, connection: Connection, attempt: Attempt, seen: Account, newer: str | None, *, known: bool
    ) -> str | Problem:
        """Return the session's secret, or why there is none: the account is read again, and locked.

        Its password may be another one by now, and whoever had the old one was signed out.
        """
        name = seen.name
        account = await accounts.lock(connection, name)
        if not account.usable or account.password_hash != seen.password_hash:
            return Problem(kinds.SIGN_IN, WRONG)
        wrong = await self._wrong_code(connection, attempt, account, known=known)
        if wrong is not None:
            return wrong
        if newer is not None:
            await accounts.rehash(connection, name, newer)
        return await self._session(connection, attempt, name, "password")

    async def _wrong_code(
        self, connection: Connection, attempt: Attempt, account: Account, *, known: bool
    ) -> Problem | None:
        """Return what is wrong with the code, if one is asked for; counted before it is looked at."""
        if not account.totp_confirmed or account.totp_secret is None:
            return None
        if not attempt.code:
            return Problem(kinds.CODE_NEEDED, "send `code` too: the six digits of your authenticator app")
        bucket = (throttle.of_code(attempt.device if known else account.name),)
        waits = await throttle.attempt(connection, bucket)
        if waits:
            return slowed(max(waits.values()), WAIT)
        step = totp.step(account.totp_secret, attempt.code)
        if step is None or not await accounts.use_totp_step(connection, account.name, step):
            return Problem(kinds.SIGN_IN, WRONG)
        await throttle.was_right(connection, bucket)
        return None

    async def _session(self, connection: Connection, attempt: Attempt, name: str, via: str) -> str:
        account = await accounts.get(connection, name)
        times = self.times_of(account)
        number, secret = await sessions.begin(
            connection,
            name,
            via=via,
            source=attempt.source,
            idle_seconds=times.idle,
            total_seconds=times.total,
        )
        await accounts.signed_in(connection, name)
        await audit.note(
            connection,
            actor=name,
            role=account.role,
            action="session.begin",
            object_kind="session",
            object_id=str(number),
            source=attempt.source,
            detail={"via": via},
        )
        return secret

    async def _device(self, account: Account, known: bool) -> str | None:
        if known:
            return None
        async with self._store.transaction() as connection:
            return await sessions.remember_device(connection, account.name)

    async def _refused(self, attempt: Attempt, account: Account | None) -> None:
        async with self._store.transaction() as connection:
            await self._note(connection, "session.refuse", attempt, account)

    async def _note(
        self, connection: Connection, action: str, attempt: Attempt, account: Account | None
    ) -> None:
        """Note a refusal. A name that is none of ours is not noted: it may be a mistyped password."""
        await audit.note(
            connection,
            actor="nobody",
            role="none",
            action=action,
            object_kind="account",
            object_id=None if account is None else account.name,
            source=attempt.source,
        )

    def _recall(self, buckets: Sequence[Bucket]) -> None:
        """Refuse at once whom the database has told to wait."""
        now = time.monotonic()
        wait = max(self._waits.get(bucket.key, 0.0) - now for bucket in buckets)
        if wait > 0:
            raise slowed(wait, WAIT)

    def _keep(self, waits: Mapping[Bucket, float]) -> None:
        now = time.monotonic()
        if len(self._waits) >= MOST_KNOWN_WAITS:
            self._waits = {key: until for key, until in self._waits.items() if until > now}
        if len(self._waits) < MOST_KNOWN_WAITS:
            self._waits |= {bucket.key: now + wait for bucket, wait in waits.items()}
