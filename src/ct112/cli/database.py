"""`ct112 db`: the database's tables."""

import typer

from ct112.cli.edge import CannotDo, database_url, with_connection

app = typer.Typer(help="The database's tables.", no_args_is_help=True, rich_markup_mode=None)


@app.command()
def upgrade() -> None:
    """Bring the tables up to date; safe to repeat."""
    address = database_url()
    from alembic.util import CommandError

    from ct112.doctor.database import database_trouble
    from ct112.shipped import NotShipped
    from ct112.store import migrate
    from ct112.store.faults import DATABASE_ERRORS

    try:
        migrate.upgrade(address)
        typer.echo(f"the database is at {migrate.head()}")
    except DATABASE_ERRORS as error:
        raise CannotDo(f"the database could not be migrated: {database_trouble(error, address)}") from error
    except (CommandError, ValueError, NotShipped) as error:
        raise CannotDo(str(error)) from error


@app.command()
def status() -> None:
    """Say which version the tables have; exit 1 when `ct112 db upgrade` is needed."""
    from ct112.store import migrate, schema

    there = with_connection(schema.version)

    if there != migrate.head():
        raise CannotDo(
            f"the database is at {there or 'nothing'}, not {migrate.head()}: run `ct112 db upgrade`"
        )
    typer.echo(f"the database is at {there}, the newest")
