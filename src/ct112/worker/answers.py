"""Forgets what requests with an Idempotency-Key were answered, once it has expired."""

from datetime import timedelta

from ct112.store import Store, clock, idempotency


async def forget_old(store: Store) -> None:
    """Delete all that has expired. Raises StoreUnavailable."""
    async with store.transaction() as connection:
        before = await clock.now(connection) - timedelta(hours=idempotency.KEEP_HOURS)
        await idempotency.forget(connection, before)
