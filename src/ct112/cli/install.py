"""`ct112 install`: what is to be done on this Debian is shown, then done; a second run changes nothing."""

import os
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import typer

from ct112.cli.edge import CannotDo
from ct112.cli.rendering import RenderOrder, render_node
from ct112.installation.changes import Change, Part
from ct112.installation.machine import UMASK, InstallFailure, Machine
from ct112.installation.order import ENV_FILE, ETC_ASTERISK, Order

NEXT = "Next (docs/install.md): ct112 position add, ct112 operator add, ct112 account add; then ct112 doctor."

NEXT_NODE = "Next (docs/install.md): ct112 doctor on the first machine, which sees both nodes."


def install(
    trunk: Annotated[
        list[str] | None, typer.Option(help="Address of the carrier's trunk; repeatable.")
    ] = None,
    sip_address: Annotated[str | None, typer.Option(help="Our address towards the carrier.")] = None,
    media: Annotated[
        list[str] | None,
        typer.Option(help="Where the carrier's sound comes from, if not the trunk's address; repeatable."),
    ] = None,
    position_network: Annotated[
        list[str] | None, typer.Option(help="Network the positions' phones are in; repeatable.")
    ] = None,
    packet_filter: Annotated[
        bool | None,
        typer.Option(
            "--packet-filter/--no-packet-filter",
            help="Load the packet filter, now and at every boot; neither: as it is.",
        ),
    ] = None,
    asterisk_only: Annotated[
        bool,
        typer.Option("--asterisk-only", help="A second node: Asterisk alone, with what is in /etc/asterisk."),
    ] = False,
    node: Annotated[str, typer.Option(help="Name of the Asterisk on this machine.")] = "a",
    database_url: Annotated[
        str, typer.Option(help="A PostgreSQL that is there, without a password: postgresql://USER@HOST/NAME.")
    ] = "",
    database_url_file: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="The same with its password, in a file; - is standard input."),
    ] = None,
    postgresql: Annotated[
        bool, typer.Option("--postgresql", help="Install Debian's PostgreSQL here and make the database.")
    ] = False,
    mirror: Annotated[
        str | None,
        typer.Option(
            envvar="CT112_DEBIAN_MIRROR", help="Debian mirror Asterisk comes from; else this machine's own."
        ),
    ] = None,
    start: Annotated[
        bool, typer.Option("--start/--no-start", help="Start the services, or only prepare them.")
    ] = True,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show what would be done; do nothing.")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask before it is done.")] = False,
) -> None:
    """Put ct112 on this Debian: users, folders, units, Asterisk; shown first, safe to repeat.

    What an admin has changed since is kept: drop-ins, settings, units.
    """
    from ct112.cli import install_database as database
    from ct112.installation import checks, plan

    given: dict[str, Any] = {"trunk": trunk, "sip_address": sip_address, "media": media}
    given["position_networks"] = position_network
    order = Order(
        program=Path(sys.prefix) / "bin" / "ct112",
        node=node,
        given={name: value for name, value in given.items() if value},
        database_url=database.address(database_url, database_url_file),
        local_postgresql=postgresql,
        mirror=mirror,
        start=start,
        packet_filter=packet_filter,
        asterisk_only=asterisk_only,
    )
    machine = Machine()
    _stop_if([*checks.trouble(machine, order), *_ports(machine, order), *database.trouble(order)])
    configuration = Configuration(machine, order)
    parts = plan.parts(machine, order, configuration, drain_seconds=_drain_seconds(machine))
    changes = _show(parts, machine)
    if not changes:
        typer.echo("Nothing to do: all is as it should be.")
        return
    if dry_run:
        typer.echo("Nothing was changed (--dry-run).")
        return
    if not yes and not _agreed():
        raise CannotDo("nothing was changed")
    before = os.umask(UMASK)
    try:
        _do(parts)
    finally:
        os.umask(before)
    typer.echo(NEXT_NODE if asterisk_only else NEXT)


@dataclass(frozen=True)
class Configuration:
    """Asterisk's configuration and ct112's settings, as `ct112 asterisk render` writes them."""

    machine: Machine
    order: Order

    def changes(self) -> Iterator[Change]:
        """Return whether something is to be rendered."""
        found = render_node(self._wish(), write=False)  # what cannot be rendered is said before all else
        if self.machine.group("asterisk") is None:  # before the first run nothing can be compared
            yield Change(f"render {ETC_ASTERISK} and {ENV_FILE}", self._render)
            return
        if found.changed:
            names = ", ".join(sorted(path.name for path in found.changed))
            few = names if len(found.changed) <= 4 else f"{len(found.changed)} files"
            yield Change(f"render {ETC_ASTERISK} and {ENV_FILE}: {few}", self._render)

    def _render(self) -> None:
        render_node(self._wish(), write=True)

    def _wish(self) -> RenderOrder:
        return RenderOrder(node=self.order.node, given=self.order.given)


def _stop_if(troubles: Sequence[InstallFailure]) -> None:
    """End the command with every reason there is, so that one run shows them all."""
    for trouble in troubles:
        typer.echo(f"✗ {trouble.why}\n  remedy: {trouble.remedy}", err=True)
    if troubles:
        raise typer.Exit(1)


def _ports(machine: Machine, order: Order) -> list[InstallFailure]:
    """Return which ports others have, as long as nothing of ours has them."""
    from ct112.installation import checks, units

    states = machine.attempt("systemctl", "is-active", *units.SERVICES).stdout.split()
    return [] if "active" in states or not order.start else list(checks.ports())


def _drain_seconds(machine: Machine) -> float:
    from ct112.settings import Settings, SettingsError, load

    default = Settings.model_fields["drain_seconds"].default
    if not machine.path(ENV_FILE).exists():
        return float(default)
    try:
        return load().drain_seconds
    except SettingsError as error:
        raise CannotDo(str(error)) from error


def _show(parts: Sequence[Part], machine: Machine) -> int:
    """Print the plan; return how many changes it has."""
    changes = [change for part in parts for change in part.changes()]
    if changes:
        typer.echo(f"On this {machine.release().get('PRETTY_NAME', 'machine')} will be done:")
    for change in changes:
        typer.echo(f"  • {change.what}")
    return len(changes)


def _agreed() -> bool:
    if not sys.stdin.isatty():
        raise CannotDo("nobody is there to be asked: give --yes, or --dry-run to see the plan alone")
    return typer.confirm("Go on?")


def _do(parts: Sequence[Part]) -> None:
    """Do each part as it is needed now; end with why and what to do at the first that fails."""
    for part in parts:
        for change in part.changes():
            started = time.monotonic()
            try:
                change.do()
            except InstallFailure as failure:
                _stop_if([failure])
            except OSError as error:
                raise CannotDo(f"{change.what}: {error.filename or ''} {error.strerror}") from error
            typer.echo(f"✓ {change.what}  {time.monotonic() - started:.1f} s")
