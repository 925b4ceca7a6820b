"""The edge of every command: what cannot be done is one sentence with its remedy, never a traceback."""

import asyncio
import re
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any, NoReturn, TypeVar

import typer

if TYPE_CHECKING:
    from ct112.settings import Settings
    from ct112.store import Connection, Store

Result = TypeVar("Result")
NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,30}")


class CannotDo(typer.Exit):
    """Ends the command with its reason on standard error."""

    def __init__(self, reason: str, code: int = 1) -> None:
        typer.echo(f"ct112: {' '.join(reason.split())}", err=True)
        super().__init__(code)


def a_name(given: str) -> str:
    """Return the name of an operator or position, or end the command: before anything is asked."""
    if not NAME.fullmatch(given):
        raise CannotDo(
            f"{ascii(given)[:80]} is no name: small letters, digits and '-', 31 characters at most"
        )
    return given


def loaded(code: int = 1) -> "Settings":
    """Return the settings, or end the command."""
    from ct112.settings import SettingsError, load

    try:
        return load()
    except SettingsError as error:
        raise CannotDo(str(error), code) from error


def database_url() -> str:
    """Return the address from the settings, or end the command."""
    address = loaded().database_url
    if not address:
        from ct112 import settings

        raise CannotDo(
            "no database is set: CT112_DATABASE_URL=postgresql://USER:PASSWORD@HOST/NAME, "
            f"in the environment or in {settings.env_file() or settings.ENV_FILE}"
        )
    return address


def with_store(work: "Callable[[Store], Awaitable[Result]]") -> Result:
    """Do the work on the store from the settings; end the command with the reason when it cannot be done."""
    address = database_url()
    from ct112.store.faults import StoreUnavailable

    try:
        return asyncio.run(_do(address, work))
    except StoreUnavailable as error:
        from ct112.doctor.database import database_trouble

        raise CannotDo(database_trouble(error, address)) from error
    except ValueError as error:  # what a repository refuses, and an address that is none
        raise CannotDo(str(error)) from error


def with_connection(
    work: "Callable[[Connection], Awaitable[Result]]", seconds: float | None = None
) -> Result:
    """Do the work in one transaction; end the command with the reason when it cannot be done.

    `seconds`: what it may take, when that is more than a request may.
    """

    async def in_transaction(store: "Store") -> Result:
        async with store.transaction() if seconds is None else store.long_transaction(seconds) as connection:
            return await work(connection)

    return with_store(in_transaction)


def with_audit(
    action: str,
    object_id: str | None,
    work: "Callable[[Connection], Awaitable[Result]]",
    *,
    seconds: float | None = None,
    **detail: Any,
) -> Result:
    """Do a change, or a read of personal data, and note it in the audit in the same transaction.

    `action`: as "operator.add"; `detail` holds no personal data; `seconds` as above. Ends the
    command when it cannot be done.
    """

    async def noted(connection: "Connection") -> Result:
        from ct112.cli import audited

        result = await work(connection)
        await audited.note(connection, action, object_id, **detail)
        return result

    return with_connection(noted, seconds)


async def _do(address: str, work: "Callable[[Store], Awaitable[Result]]") -> Result:
    from ct112.store import Store

    store = await Store.create(address)
    try:
        return await work(store)
    finally:
        await store.close()


def leave(why: str) -> NoReturn:
    """End the command with a text of its own on standard error."""
    typer.echo(why, err=True)
    raise typer.Exit(1)
