"""The `ct112` command. Each part is imported when it is asked for: `ct112 capacity` needs no database."""

import atexit
import gc
import sys
import traceback
from importlib import import_module
from io import TextIOWrapper
from pathlib import Path
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from ct112 import __version__

GROUPS = {
    "ivr": ("ct112.cli.ivr", "app", "The menu callers hear: validate, show, versions, publish, simulate."),
    "position": ("ct112.cli.positions", "app", "Positions and their SIP accounts."),
    "operator": ("ct112.cli.operators", "app", "Operators: who takes calls, where, ready or paused."),
    "pause-reason": ("ct112.cli.pause_reasons", "app", "Why an operator may be paused."),
    "roster": ("ct112.cli.roster", "app", "Who should be on duty when."),
    "setting": ("ct112.cli.settings", "app", "Numbers that may change while serve runs: ring time, wrap-up."),
    "incidents": ("ct112.cli.incidents", "app", "Incidents: what happened, where, how it stands."),
    "dispatches": ("ct112.cli.dispatches", "app", "Who was asked to act, and how far they are."),
    "callback": ("ct112.cli.callbacks", "app", "Who has to be called back."),
    "agencies": ("ct112.cli.agencies", "app", "Agencies: how they are reached, and who of them is on duty."),
    "routing": ("ct112.cli.routing", "app", "Who is asked to act: explain, check, publish, versions."),
    "spool": ("ct112.cli.spool", "app", "What is on the disk and not yet in the database."),
    "account": ("ct112.cli.accounts", "app", "Who may sign in, and as what."),
    "token": ("ct112.cli.tokens", "app", "Keys of machines."),
    "audit": ("ct112.cli.audit", "app", "Who read personal data, who changed what; and verify it."),
    "privacy": ("ct112.cli.privacy", "app", "Personal data: find, erase, legal holds, who saw what."),
    "map": ("ct112.cli.map", "app", "The map that screens draw: import tiles."),
    "places": ("ct112.cli.places", "app", "Areas, streets and landmarks of the city: import, search."),
    "camera": ("ct112.cli.cameras", "app", "The cameras of the city: shown beside an alert near them."),
    "neighbour": ("ct112.cli.neighbours", "app", "Neighbouring centres, and what they offer."),
    "evidence": ("ct112.cli.evidence", "app", "All that is known of an incident, signed; and verify it."),
    "db": ("ct112.cli.database", "app", "The database."),
    "tls": ("ct112.cli.tls", "app", "Certificates: make, renew, check, show."),
    "asterisk": ("ct112.cli.asterisk", "app", "Asterisk's configuration."),
    "backup": ("ct112.cli.backup", "app", "Copies to begin again from: backup DIR, backup verify DIR."),
}
COMMANDS = {
    "serve": (
        "ct112.cli.processes",
        "Answer calls until SIGTERM: then no new calls, talks go on, everything is saved.",
    ),
    "web": ("ct112.cli.processes", "Serve screens and API until SIGTERM; calls are handled without it."),
    "worker": ("ct112.cli.processes", "Keep house until SIGTERM; calls are handled without it."),
    "doctor": (
        "ct112.cli.doctor",
        "What must be true before going live, and what to do where it is not.",
    ),
    "restore": ("ct112.cli.backup", "Begin again from a backup, on a machine where nothing of ct112 runs."),
    "install": (
        "ct112.cli.install",
        "Put ct112 on this Debian: users, folders, units, Asterisk; shown first, safe to repeat.",
    ),
    "uninstall": ("ct112.cli.uninstall", "Take ct112 off this machine; the data stays unless asked."),
    "simulate": ("ct112.cli.simulate", "Nights on virtual time in which everything breaks."),
    "statistics": ("ct112.cli.statistics", "How the centre did in a span: calls, incidents, agencies."),
    "shift-log": ("ct112.cli.shift_log", "What supervisors wrote down for each other."),
    "report": ("ct112.cli.statistics", "The month's report for the national centre, CSV and XLSX."),
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
            alone.command(cmd_name)(getattr(import_module(COMMANDS[cmd_name][0]), cmd_name.replace("-", "_")))
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


def main() -> None:
    """Run the command line; what nobody foresaw is one sentence too."""
    if isinstance(sys.stdout, TextIOWrapper):  # a terminal that has no ✓, a file name that is no text
        sys.stdout.reconfigure(errors="backslashreplace")
    if sys.argv[1:2] and sys.argv[1] in GROUPS:
        gc.disable()  # over before there is anything to collect: a tenth of the time to start
        atexit.register(gc.freeze)  # and nothing to look through at the end: another fifth of it
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
