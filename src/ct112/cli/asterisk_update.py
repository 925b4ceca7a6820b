"""`ct112 asterisk update`: Debian's patches for Asterisk's own root, and a restart when it suits."""

from pathlib import Path
from typing import Annotated, NoReturn

import typer

from ct112.cli.edge import CannotDo
from ct112.installation import asterisk_root, restart, update
from ct112.installation.machine import InstallFailure, Machine
from ct112.installation.order import ASTERISK_ROOT

WAIT, WAIT_NOW = 900, 30
LATER = (
    "calls were up all the time, and Asterisk goes on as it was: "
    "ct112 asterisk update --restart tries again, with --now it ends the calls that are up"
)


def update_command(
    check: Annotated[bool, typer.Option("--check", help="Only say what there is to patch.")] = False,
    back: Annotated[bool, typer.Option("--back", help="Go back to the root before the last patch.")] = False,
    only_restart: Annotated[
        bool, typer.Option("--restart", help="Patch nothing; restart Asterisk when no call is up.")
    ] = False,
    now: Annotated[
        bool, typer.Option("--now", help="Calls still up after the wait end, and are called back.")
    ] = False,
    wait: Annotated[
        float | None,
        typer.Option(
            help=f"Seconds to wait for a moment without a call; else {WAIT}, with --now {WAIT_NOW}.",
            min=0,
            max=86400,
        ),
    ] = None,
) -> None:
    """Patch Asterisk's own root in a copy, change over at once, restart Asterisk when no call is up.

    Calls go on and come in meanwhile. When the patched Asterisk does not start, the old one comes back.
    """
    machine, root = Machine(), Path(ASTERISK_ROOT)
    if not machine.is_root():
        raise CannotDo("this is not root: sudo ct112 asterisk update")
    if not root.is_dir():
        raise CannotDo(
            f"there is no {root}: Debian's own Asterisk is patched by apt, or run ct112 install first"
        )
    try:
        with asterisk_root.locked(root):
            if not _changed(machine, root, check=check, back=back, only_restart=only_restart):
                return
            _restart(machine, root, _wait(wait, now=now), now=now, patched=not (back or only_restart))
    except InstallFailure as failure:
        raise CannotDo(str(failure)) from failure


def _wait(given: float | None, *, now: bool) -> float:
    return given if given is not None else WAIT_NOW if now else WAIT


def _changed(machine: Machine, root: Path, *, check: bool, back: bool, only_restart: bool) -> bool:
    """Bring the root to where it is wished; return whether Asterisk is to be restarted for it."""
    if only_restart:
        return True
    if back:
        update.go_back(root)
        typer.echo("The root before the last patch is in place again.")
        if update.lives_in(root, restart.main_pid(machine)):
            typer.echo("Asterisk has not been restarted since that patch, and needs not be now.")
            return False
        return True
    return _patched(machine, root, check=check)


def _patched(machine: Machine, root: Path, *, check: bool) -> bool:
    """Patch the root, or say what there is; return whether it was patched."""
    patches = update.available(machine, root)
    if not patches:
        typer.echo("Nothing to patch.")
        return False
    for patch in patches:
        typer.echo(f"  • {patch}")
    if check:
        return False
    version = update.patch(machine, root)
    update.take(root, restart.main_pid(machine))
    typer.echo(f"Patched: Asterisk {version} is in place; the one before is in {update.previous_root(root)}.")
    return True


def _restart(machine: Machine, root: Path, wait: float, *, now: bool, patched: bool) -> None:
    """Restart Asterisk; a root it is started in for the first time gives way when it does not start."""
    untried = patched or update.lives_in(update.previous_root(root), restart.main_pid(machine))
    try:
        if not restart.at_a_quiet_moment(machine, wait, typer.echo):
            if not now:
                raise CannotDo(LATER)
            typer.echo("calls are still up, and end now")
            restart.now(machine)
    except InstallFailure:
        if not untried:
            raise
        _go_back(machine, root)
    typer.echo("Asterisk was restarted.")


def _go_back(machine: Machine, root: Path) -> NoReturn:
    """Start the Asterisk that ran before, and end with 1."""
    update.go_back(root)
    try:
        restart.now(machine)
    except InstallFailure as failure:
        raise CannotDo(f"neither the patched Asterisk nor the one before starts: {failure}") from failure
    raise CannotDo("the patched Asterisk did not start; the one before is back and runs") from None
