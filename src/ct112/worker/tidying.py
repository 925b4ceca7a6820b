"""The job that removes what is over: sessions, browsers, guesses, keys of what neighbours sent long ago."""

from ct112.store import Store, neighbour_offers, sessions, throttle

TIDY_SECONDS = 600.0


async def tidy(store: Store) -> None:
    """Tidy once. Raises StoreUnavailable."""
    async with store.transaction() as connection:
        await sessions.forget_old(connection)
        await throttle.forget_old(connection)
        await neighbour_offers.forget_old(connection)
