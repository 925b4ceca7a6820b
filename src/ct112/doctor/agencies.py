"""The checks of agencies and of who is asked; they ask the database."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from ct112.doctor.checks import Answer
from ct112.incidents.agencies import troubles
from ct112.incidents.routing_check import findings
from ct112.store import Store, agencies, routing

MOST_NAMED = 8


async def reached(address: str, zone: ZoneInfo) -> Answer:
    """Every agency that acts has a way that rings somebody now; else a warning."""
    store = await Store.create(address)
    try:
        async with store.transaction() as connection:
            found = await agencies.agencies(connection)
    finally:
        await store.close()
    at = datetime.now(UTC).astimezone(zone)
    acting = [one for one in found if one.active]
    said = [f"{one.code}: {', '.join(why)}" for one in acting if (why := troubles(one, at))]
    if not said:
        return (True, f"{len(acting)} are reached now") if acting else (None, "there is none")
    more = f"; and {len(said) - MOST_NAMED} more" if len(said) > MOST_NAMED else ""
    return None, "; ".join(said[:MOST_NAMED]) + more


async def rules(address: str) -> Answer:
    """A routing document is in force, can be read, and names nobody who is not there."""
    store = await Store.create(address)
    try:
        async with store.transaction() as connection:
            book, world = await routing.book(connection), await routing.world(connection)
            lately = await routing.unmatched_within(connection, routing.A_DAY)
    finally:
        await store.close()
    if not book.rules:
        return False, "no document is in force that can be read: nobody is proposed"
    wrong = findings(book, world)
    fatal = [one.message for one in wrong if one.fatal]
    if fatal:
        return False, f"version {book.version}: {'; '.join(fatal[:MOST_NAMED])}"
    if lately:
        return None, f"version {book.version}: no rule fitted {lately} incidents of the last day"
    if wrong:
        return None, f"version {book.version}: {'; '.join(one.message for one in wrong[:MOST_NAMED])}"
    return True, f"version {book.version}, {len(book.rules)} rules"
