"""`ct112 db`: the database's tables."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

import typer
from alembic.util import CommandError
from sqlalchemy.exc import SQLAlchemyError

from ct112 import settings
from ct112.store import migrate
from ct112.store.database import Store
from ct112.store.faults import StoreUnavailable, explain
from ct112.store.roster import RosterError

Result = TypeVar("Result")
db_app = typer.Typer(help="The database's tables.", no_args_is_help=True)


class CannotDo(typer.Exit):
    """Ends the command with its reason on standard error."""

    def __init__(self, reason: str) -> None:
        typer.echo(f"ct112: {reason}", err=True)
        super().__init__(1)


def database_url() -> str:
    """Return the address from the settings, or end the command."""
    try:
        address = settings.load().database_url
    except settings.SettingsError as error:
        raise CannotDo(str(error)) from error
    if address is None:
        raise CannotDo("no database is set: CT112_DATABASE_URL=postgresql://USER:PASSWORD@HOST/NAME")
    return address


def with_store(work: Callable[[Store], Awaitable[Result]]) -> Result:
    """Do the work on the store from the settings; end the command with the reason when it cannot be done."""
    try:
        return asyncio.run(_do(database_url(), work))
    except (RosterError, StoreUnavailable, ValueError) as error:
        raise CannotDo(str(error)) from error


@db_app.command()
def upgrade() -> None:
    """Bring the tables up to date; safe to repeat."""
    try:
        migrate.upgrade(database_url())
        typer.echo(f"the database is at {migrate.head()}")
    except (OSError, TimeoutError, SQLAlchemyError) as error:
        raise CannotDo(f"the database could not be migrated: {explain(error)}") from error
    except (CommandError, ValueError, migrate.NoMigrations) as error:
        raise CannotDo(str(error)) from error


@db_app.command()
def status() -> None:
    """Say which version the tables have; exit 1 when `ct112 db upgrade` is needed."""
    there = with_store(lambda store: store.schema_version())
    if there != migrate.head():
        raise CannotDo(
            f"the database is at {there or 'nothing'}, not {migrate.head()}: run `ct112 db upgrade`"
        )
    typer.echo(f"the database is at {there}, the newest")


async def _do(address: str, work: Callable[[Store], Awaitable[Result]]) -> Result:
    store = await Store.create(address)
    try:
        return await work(store)
    finally:
        await store.close()
