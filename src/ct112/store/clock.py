"""The database's clock: the one that counts, however many workers, webs and machines there are."""

from datetime import datetime

from sqlalchemy import func, select

from ct112.store.engine import Connection


async def now(connection: Connection) -> datetime:
    """Return what the database's clock says at this moment, in UTC."""
    found: datetime = (await connection.execute(select(func.clock_timestamp()))).scalar_one()
    return found
