"""The `ct112` command."""

import asyncio
import sys
from typing import NoReturn

import typer

from ct112 import __version__, cli_callback, cli_ivr, cli_operator, cli_spool, logs
from ct112.asterisk import configfiles
from ct112.doctor.command import doctor
from ct112.service import Service
from ct112.settings import Settings, SettingsError, load
from ct112.simulation.command import simulate
from ct112.store import Store
from ct112.store.command import db_app
from ct112.tasks import TaskStopped

app = typer.Typer(
    help="ct112: an emergency call centre that drives Asterisk.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)
app.add_typer(cli_ivr.app, name="ivr", help="The menu callers hear: validate, show, publish, simulate.")
app.add_typer(cli_operator.app, name="operator", help="Operators and their positions.")
app.add_typer(cli_callback.app, name="callback", help="Who has to be called back.")
app.add_typer(cli_spool.app, name="spool", help="What is on the disk and not yet in the database.")
app.add_typer(db_app, name="db", help="The database.")
app.add_typer(configfiles.app, name="asterisk", help="Asterisk's configuration.")
app.command()(doctor)
app.command()(simulate)


@app.command()
def version() -> None:
    """Print the version."""
    typer.echo(__version__)


@app.command()
def serve() -> None:
    """Answer calls until SIGTERM: then no new calls, talks go on, everything is saved."""
    settings = _settings()
    logs.configure(settings.log_level, as_json=settings.log_json)
    try:
        asyncio.run(_serve(settings))
    except TaskStopped as stopped:
        _refuse(f"the part {stopped} died: {stopped.__cause__ or 'it came to its end'}; see the log")


async def _serve(settings: Settings) -> None:
    store = await Store.create(settings.database_url or "")
    await Service(settings, store).run()


def _settings() -> Settings:
    """Return the settings, or leave saying what is wrong with them."""
    try:
        settings = load()
    except SettingsError as error:
        _refuse(str(error))
    if not settings.nodes:
        _refuse("CT112_NODES is empty: name at least one Asterisk node, see docs/runbook.md")
    if not settings.database_url:
        _refuse("CT112_DATABASE_URL is not set: for example postgresql://ct112@localhost/ct112")
    return settings


def _refuse(why: str) -> NoReturn:
    typer.echo(f"ct112: {why}", err=True)
    sys.exit(2)


def main() -> None:
    """Run the command line."""
    app()


if __name__ == "__main__":
    main()
