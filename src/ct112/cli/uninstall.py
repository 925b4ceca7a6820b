"""`ct112 uninstall`: the data stays where it is, unless its deletion is asked for and confirmed."""

import sys
from typing import Annotated

import typer

from ct112.cli.edge import CannotDo
from ct112.installation.changes import Change
from ct112.installation.machine import InstallFailure, Machine
from ct112.installation.removal import Removal

WORD = "delete everything"


def uninstall(
    purge: Annotated[
        bool, typer.Option("--purge", help="Delete settings, spool, prompts and logs too; asks for a word.")
    ] = False,
    now: Annotated[bool, typer.Option("--now", help="Even while calls are up: they end.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show what would be done; do nothing.")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask; --purge asks all the same.")] = False,
) -> None:
    """Take ct112 off this machine; the data stays unless asked, and where it is is said."""
    from ct112.installation import restart

    machine = Machine()
    if not machine.is_root():
        raise CannotDo("this is not root: sudo ct112 uninstall")
    removal = Removal(machine, purge=purge)
    changes = list(removal.changes())
    for change in changes:
        typer.echo(f"  • {change.what}")
    if dry_run or not changes:
        typer.echo("Nothing was changed (--dry-run)." if dry_run else "Nothing of ct112 is installed here.")
        return
    calls = restart.calls_up(machine)
    if calls and not now:
        raise CannotDo(f"calls are up ({calls}), and they would end: wait, or give --now")
    _confirmed(purge=purge, yes=yes)
    _do(changes)
    if not purge:
        typer.echo("What stays:")
        for place in removal.left():
            typer.echo(f"  {place}")


def _confirmed(*, purge: bool, yes: bool) -> None:
    """End the command unless somebody agrees; a purge wants its word, from a terminal or a pipe."""
    if purge:
        typer.echo(f'Settings, spool and logs will be gone. Type "{WORD}":')
        if sys.stdin.readline().strip() != WORD:
            raise CannotDo("nothing was changed")
    elif not yes and not (sys.stdin.isatty() and typer.confirm("Go on?")):
        raise CannotDo("nothing was changed: give --yes")


def _do(changes: list[Change]) -> None:
    for change in changes:
        try:
            change.do()
        except InstallFailure as failure:
            raise CannotDo(str(failure)) from failure
        except OSError as error:
            raise CannotDo(f"{change.what}: {error.strerror}") from error
        typer.echo(f"✓ {change.what}")
