"""The `ct112` command. Each part is imported when it is asked for: `ct112 capacity` needs no database."""

import asyncio
import gc
import sys
import traceback
from importlib import import_module
from io import TextIOWrapper
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer.core import TyperGroup

from ct112 import __version__
from ct112.cli.edge import CannotDo, loaded

if TYPE_CHECKING:
    from ct112.settings import Settings

GROUPS = {
    "ivr": ("ct112.cli.ivr", "app", "The menu callers hear: validate, show, versions, publish, simulate."),
    "operator": ("ct112.cli.operators", "app", "Operators and their positions."),
    "callback": ("ct112.cli.callbacks", "app", "Who has to be called back."),
    "spool": ("ct112.cli.spool", "app", "What is on the disk and not yet in the database."),
    "db": ("ct112.cli.database", "app", "The database."),
    "asterisk": ("ct112.cli.asterisk", "app", "Asterisk's configuration."),
}
SWITCH_SECONDS = 0.0005  # the threads of spool and database give way to the calls this soon
COMMANDS = {
    "doctor": (
        "ct112.cli.doctor",
        "What must be true before going live, and what to do where it is not.",
    ),
    "simulate": ("ct112.cli.simulate", "Nights on virtual time in which everything breaks."),
    "capacity": ("ct112.cli.capacity", "The operators and trunk lines a busy hour needs."),
}


class Lazy(TyperGroup):
    """The commands of this module, and those of others, imported when they are needed."""

    def list_commands(self, ctx: Any) -> list[str]:
        """Name them all."""
        return [*super().list_commands(ctx), *GROUPS, *COMMANDS]

    def format_commands(self, ctx: Any, formatter: Any) -> None:  # noqa: ARG002
        """List the commands without importing them."""
        own = [(name, command.get_short_help_str()) for name, command in self.commands.items()]
        others = [(name, text) for name, (*_, text) in (GROUPS | COMMANDS).items()]
        with formatter.section("Commands"):
            formatter.write_dl([*own, *others])

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """Return a command; None when there is none of this name."""
        if cmd_name in GROUPS:
            module, name, text = GROUPS[cmd_name]
            group = typer.main.get_group(getattr(import_module(module), name))
            group.name, group.help, group.short_help = cmd_name, text, text
            return group
        if cmd_name in COMMANDS:
            alone = typer.Typer(rich_markup_mode=None)
            alone.command(cmd_name)(getattr(import_module(COMMANDS[cmd_name][0]), cmd_name))
            return typer.main.get_command(alone)
        return super().get_command(ctx, cmd_name)


app = typer.Typer(
    cls=Lazy,
    help="ct112: an emergency call centre that drives Asterisk.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)


def _say_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"ct112 {__version__}")
        raise typer.Exit


@app.callback()
def _options(
    version_: Annotated[
        bool, typer.Option("--version", help="Print the version.", callback=_say_version, is_eager=True)
    ] = False,
) -> None:
    """Answer 112: an emergency call centre that drives Asterisk."""


@app.command()
def version() -> None:
    """Print the version."""
    typer.echo(__version__)


@app.command()
def serve() -> None:
    """Answer calls until SIGTERM: then no new calls, talks go on, everything is saved."""
    import uvloop

    from ct112 import logs
    from ct112.tasks import TaskStopped

    sys.setswitchinterval(SWITCH_SECONDS)
    settings = _settings()
    logs.configure(settings.log_level, as_json=settings.log_json)
    try:
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            runner.run(_serve(settings))
    except TaskStopped as stopped:
        raise CannotDo(
            f"the part {stopped} died: {stopped.__cause__ or 'it came to its end'}; see the log", 2
        ) from stopped
    except ValueError as error:
        raise CannotDo(str(error), 2) from error


async def _serve(settings: "Settings") -> None:
    from ct112.serve.service import Service
    from ct112.store import ASIDE, Store

    store = await Store.create(settings.database_url or "", settings.spool_path.with_name(ASIDE))
    gc.collect()
    gc.freeze()  # what was imported is not looked through again: a full collection took a tenth of a second
    await Service(settings, store).run()


def _settings() -> "Settings":
    """Return the settings, or leave saying what is wrong with them."""
    from ct112.settings import ENV_FILE

    settings = loaded(2)
    where = f"in the environment or in {ENV_FILE}"
    if not settings.nodes:
        raise CannotDo(f"CT112_NODES is empty: ct112 asterisk render writes it, or set it {where}", 2)
    if not settings.database_url:
        raise CannotDo(
            f"CT112_DATABASE_URL is not set: for example postgresql://ct112@localhost/ct112, {where}", 2
        )
    return settings


def main() -> None:
    """Run the command line; what nobody foresaw is one sentence too."""
    if isinstance(sys.stdout, TextIOWrapper):  # a terminal that has no ✓, a file name that is no text
        sys.stdout.reconfigure(errors="backslashreplace")
    if sys.argv[1:2] and sys.argv[1] in GROUPS:
        gc.disable()  # over before there is anything to collect: a tenth of the time to start
    try:
        app(prog_name="ct112")
    except BrokenPipeError:  # who read our output has left
        sys.stderr.close()
        sys.exit(1)
    except Exception as error:  # noqa: BLE001 (the edge: where it happened is said)
        at = traceback.extract_tb(error.__traceback__)[-1]
        place = f"{Path(at.filename).name}:{at.lineno}"
        why = " ".join(str(error).split())[:200]
        typer.echo(
            f"ct112: a fault of ours, please report it: {type(error).__name__} at {place}: {why}", err=True
        )
        sys.exit(70)


if __name__ == "__main__":
    main()
