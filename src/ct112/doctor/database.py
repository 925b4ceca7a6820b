"""Why the database cannot be used, in one sentence with its remedy: for the doctor and every command."""

from urllib.parse import urlsplit

from ct112.settings import origin
from ct112.store.faults import explain, sqlstate


async def answers(url: str) -> None:
    """Ask the database at an address something. Raises StoreUnavailable, and ValueError when it is none."""
    from ct112.store import Store, schema

    store = await Store.create(url)
    try:
        async with store.transaction() as connection:
            await schema.version(connection)
    finally:
        await store.close()


def database_trouble(error: BaseException, address: str) -> str:
    """Return why the database cannot be used, and what to do; never the password."""
    cause = error.__cause__ or error
    state = sqlstate(cause) or getattr(cause, "sqlstate", None) or ""
    where = _place(address)
    if state.startswith("28"):
        return f"the database at {where} refuses this user or password: correct CT112_DATABASE_URL"
    if state.startswith("3D"):
        return f"there is no such database at {where}: create it, or correct CT112_DATABASE_URL"
    if isinstance(cause, OSError | TimeoutError) or state.startswith(("08", "53", "57")):
        return (
            f"the database at {where} does not answer ({explain(cause)}): "
            f"start PostgreSQL, or correct CT112_DATABASE_URL (read from {origin()})"
        )
    why = explain(error)
    return why if ": run" in why else f"the database at {where} cannot be used ({why}): see ct112 doctor"


def _place(address: str) -> str:
    """Return host and port of a database's address."""
    parts = urlsplit(address)
    return f"{parts.hostname or 'this machine'}:{parts.port or 5432}"
