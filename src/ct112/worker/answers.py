"""Forgets what requests with an Idempotency-Key were answered, once it has expired."""

from datetime import UTC, datetime, timedelta

from ct112.store import Store, idempotency


async def forget_old(store: Store) -> None:
    """Delete all that has expired. Raises StoreUnavailable."""
    before = datetime.now(UTC) - timedelta(hours=idempotency.KEEP_HOURS)
    async with store.transaction() as connection:
        await idempotency.forget(connection, before)
