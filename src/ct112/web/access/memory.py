"""Who was let in, so that they work on while the database is away; looked at again while it is there."""

import asyncio
import time
from dataclasses import replace

from ct112 import logs
from ct112.store import Store, StoreUnavailable, sessions, tokens
from ct112.web.access.principal import Principal, principal_of

log = logs.get("access")

REMEMBER_SECONDS = 8 * 3600.0  # a shift: for how long whoever was let in may work on without the database
REVIEW_SECONDS = 10.0  # after which a session that has ended is forgotten, whoever ended it
MOST_REMEMBERED = 10_000


class Memory:
    """Principals by the hash of what they showed; bounded."""

    def __init__(self, store: Store) -> None:
        """Nobody is remembered."""
        self._store = store
        self._known: dict[bytes, tuple[Principal, float]] = {}

    def __contains__(self, token_hash: bytes) -> bool:
        """Return whether it is somebody's who was let in."""
        return token_hash in self._known

    def keep(self, token_hash: bytes, who: Principal) -> None:
        """Remember somebody who was let in now."""
        self.forget(token_hash)
        if len(self._known) >= MOST_REMEMBERED:
            self._known.pop(next(iter(self._known)))
        self._known[token_hash] = (who, time.monotonic())

    def forget(self, token_hash: bytes) -> None:
        """Let nobody in by this any more."""
        self._known.pop(token_hash, None)

    def recall(self, token_hash: bytes, source: str) -> Principal | None:
        """Return who was let in by this within the last hours."""
        who, at = self._known.get(token_hash, (None, 0.0))
        if who is None or time.monotonic() - at > REMEMBER_SECONDS:
            return None
        return replace(who, source=source)

    async def run(self) -> None:
        """Look again at everybody now and then, until cancelled."""
        while True:
            await asyncio.sleep(REVIEW_SECONDS)
            try:
                await self.review()
            except StoreUnavailable:
                log.debug("nobody is looked at again: the database is away")

    async def review(self) -> None:
        """Forget whose session or token is over, or whose role is another. Raises StoreUnavailable.

        Who signed out, was disabled or revoked before the database went away is not let in by memory.
        """
        asked = list(self._known)
        if not asked:
            return
        async with self._store.transaction() as connection:
            living = await sessions.holders(connection, asked) | await tokens.holders(connection, asked)
        for token_hash in asked:
            known = self._known.get(token_hash)
            if known is None:
                continue
            who, at = known
            if token_hash not in living:
                self.forget(token_hash)
            else:
                now = principal_of(living[token_hash], who.via, token_hash, who.source)
                self._known[token_hash] = (now, at)
