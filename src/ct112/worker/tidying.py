"""The job that removes what is over: sessions, browsers not seen for long, guesses that are forgotten."""

from ct112.store import Store, sessions, throttle

TIDY_SECONDS = 600.0


async def tidy(store: Store) -> None:
    """Tidy once. Raises StoreUnavailable."""
    async with store.transaction() as connection:
        await sessions.forget_old(connection)
        await throttle.forget_old(connection)
