"""The `ct112` command. Each part is imported when it is asked for: `ct112 capacity` needs no database."""

import asyncio
import gc
import sys
from importlib import import_module
from typing import TYPE_CHECKING, Any, NoReturn

import typer
from typer.core import TyperGroup

from ct112 import __version__, logs

if TYPE_CHECKING:
    from ct112.settings import Settings

GROUPS = {
    "ivr": ("ct112.cli_ivr", "app", "The menu callers hear: validate, show, publish, simulate."),
    "operator": ("ct112.cli_operator", "app", "Operators and their positions."),
    "callback": ("ct112.cli_callback", "app", "Who has to be called back."),
    "spool": ("ct112.cli_spool", "app", "What is on the disk and not yet in the database."),
    "db": ("ct112.cli_db", "app", "The database."),
    "asterisk": ("ct112.cli_asterisk", "app", "Asterisk's configuration."),
}
SWITCH_SECONDS = 0.0005  # the threads of spool and database give way to the calls this soon
COMMANDS = {
    "doctor": "ct112.doctor.command",
    "simulate": "ct112.simulation.command",
    "capacity": "ct112.planning.command",
}


class Lazy(TyperGroup):
    """The commands of this module, and those of others, imported when they are needed."""

    def list_commands(self, ctx: Any) -> list[str]:
        """Name them all."""
        return [*super().list_commands(ctx), *GROUPS, *COMMANDS]

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """Return a command; None when there is none of this name."""
        if cmd_name in GROUPS:
            module, name, text = GROUPS[cmd_name]
            group = typer.main.get_group(getattr(import_module(module), name))
            group.name, group.help, group.short_help = cmd_name, text, text
            return group
        if cmd_name in COMMANDS:
            alone = typer.Typer()
            alone.command(cmd_name)(getattr(import_module(COMMANDS[cmd_name]), cmd_name))
            return typer.main.get_command(alone)
        return super().get_command(ctx, cmd_name)


app = typer.Typer(
    cls=Lazy,
    help="ct112: an emergency call centre that drives Asterisk.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)


@app.command()
def version() -> None:
    """Print the version."""
    typer.echo(__version__)


@app.command()
def serve() -> None:
    """Answer calls until SIGTERM: then no new calls, talks go on, everything is saved."""
    import uvloop

    from ct112.tasks import TaskStopped

    sys.setswitchinterval(SWITCH_SECONDS)
    settings = _settings()
    logs.configure(settings.log_level, as_json=settings.log_json)
    try:
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            runner.run(_serve(settings))
    except TaskStopped as stopped:
        _refuse(f"the part {stopped} died: {stopped.__cause__ or 'it came to its end'}; see the log")


async def _serve(settings: "Settings") -> None:
    from ct112.service import Service
    from ct112.store import ASIDE, Store

    store = await Store.create(settings.database_url or "", settings.spool_path.with_name(ASIDE))
    gc.collect()
    gc.freeze()  # what was imported is not looked through again: a full collection took a tenth of a second
    await Service(settings, store).run()


def _settings() -> "Settings":
    """Return the settings, or leave saying what is wrong with them."""
    from ct112.settings import SettingsError, load

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
    app(prog_name="ct112")


if __name__ == "__main__":
    main()
