"""`ct112 backup DIR`, `ct112 backup verify DIR`, and `ct112 restore DIR`."""

import asyncio
import os
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer.core import TyperGroup

from ct112.cli.edge import CannotDo, database_url, loaded, with_connection

if TYPE_CHECKING:
    from ct112.backup.manifest import Manifest
    from ct112.store import Connection

Folder = Annotated[Path, typer.Argument(metavar="DIR", help="The folder of the backup.")]
Astdb = Annotated[
    list[str] | None,
    typer.Option(
        metavar="NODE=PATH", help="A node's astdb.sqlite3, where it is not found by itself; repeatable."
    ),
]


class Backup(TyperGroup):
    """`backup DIR` is `backup make DIR`; a folder that is called as a command is ./verify."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Put in the command that is left out."""
        first = next((word for word in args if not word.startswith("-")), None)
        if first is not None and first not in self.commands:
            args = ["make", *args]
        return list(super().parse_args(ctx, args))


app = typer.Typer(cls=Backup, help="Copies to begin again from.", no_args_is_help=True, rich_markup_mode=None)


@app.command()
def make(
    folder: Folder,
    with_secrets: Annotated[
        bool,
        typer.Option("--with-secrets", help="Passwords and tokens of the settings, and the audit's key."),
    ] = False,
    astdb: Astdb = None,
) -> None:
    """Copy the database, the spool, prompts, recordings and settings into a new folder, while all runs.

    It holds callers' numbers and, in the database, the positions' SIP passwords: keep it as you keep those.
    """
    address, settings, astdbs = database_url(), loaded(), _astdbs(astdb)
    from ct112 import settings as reading
    from ct112.backup import making
    from ct112.backup.places import Places

    with_connection(lambda connection: _noted(connection, "backup.make", secrets=with_secrets))
    making.be_nice()
    with _for_nobody_else():
        manifest = _run(
            address,
            lambda: making.Making(
                folder, Places.of(settings, astdbs), address, reading.written(), secrets=with_secrets
            ).run(),
        )
    for note in manifest.notes:
        typer.echo(f"! {note}")
    typer.echo(f"✓ {folder}: {_said(manifest)}")


@app.command()
def verify(folder: Folder) -> None:
    """Say whether a backup is whole and can be restored by this program; exit 1 when not."""
    from ct112.backup import verifying
    from ct112.backup.manifest import BackupTrouble

    try:
        manifest = verifying.verified(folder)
        others = verifying.strangers(folder, manifest)
    except BackupTrouble as error:
        raise CannotDo(str(error)) from error
    for note in manifest.notes:
        typer.echo(f"! {note}")
    if others:
        typer.echo(f"! no part of the backup: {', '.join(map(ascii, others[:5]))}")
    typer.echo(f"✓ {folder}: {_said(manifest)}")


def restore(
    folder: Folder,
    replace: Annotated[
        bool, typer.Option("--replace", help="Delete what the database has; files in the way are put aside.")
    ] = False,
    erasures: Annotated[
        Path | None, typer.Option(metavar="FILE", help="The list of erasures, newer than the backup's.")
    ] = None,
    astdb: Astdb = None,
) -> None:
    """Begin again from a backup: on a machine where ct112 is installed and nothing of it runs."""
    address, settings, astdbs = database_url(), loaded(), _astdbs(astdb)
    from ct112.backup.places import Places
    from ct112.backup.restoring import Restoring, Wishes
    from ct112.cli.audited import who

    work = Restoring(folder, Places.of(settings, astdbs or {}), address, Wishes(replace, erasures), who())
    with _for_nobody_else():
        manifest = _run(address, lambda: work.run(lambda line: typer.echo(f"– {line}")))
    with_connection(lambda connection: _noted(connection, "backup.restore", rows=manifest.rows()))
    _advise(manifest, erasures, folder)


@contextmanager
def _for_nobody_else() -> Iterator[None]:
    """Make files that nobody else may read."""
    before = os.umask(0o077)
    try:
        yield
    finally:
        os.umask(before)


def _run(address: str, work: "Callable[[], Awaitable[Manifest]]") -> "Manifest":
    from ct112.backup.manifest import BackupTrouble
    from ct112.store import StoreUnavailable
    from ct112.store.audit_seal import WrongKey
    from ct112.store.faults import DATABASE_ERRORS

    async def run() -> "Manifest":
        return await work()

    try:
        return asyncio.run(run())
    except (BackupTrouble, WrongKey) as error:
        raise CannotDo(str(error)) from error
    except (StoreUnavailable, *DATABASE_ERRORS) as error:
        from ct112.doctor.database import database_trouble

        raise CannotDo(database_trouble(error, address)) from error


async def _noted(connection: "Connection", action: str, **detail: Any) -> None:
    """Note it; tables of an older version may have no audit yet."""
    from ct112.cli import audited
    from ct112.store import schema

    if not await schema.is_newest(connection):
        return
    await audited.note(connection, action, None, **detail)


def _astdbs(given: list[str] | None) -> dict[str, Path] | None:
    """Return what --astdb names; None when it was not given."""
    if not given:
        return None
    pairs = [one.partition("=") for one in given]
    if not all(node and path for node, _, path in pairs):
        raise CannotDo("--astdb is NODE=PATH, for example a=/var/lib/asterisk/astdb.sqlite3")
    return {node: Path(path) for node, _, path in pairs}


def _said(manifest: "Manifest") -> str:
    calls = next((table.rows for table in manifest.tables if table.name == "call_record"), 0)
    size = sum(file.bytes for file in manifest.files) / 1e6
    seconds = (manifest.finished_at - manifest.started_at).total_seconds()
    secrets = "with secrets" if manifest.secrets else "without secrets"
    return (
        f"{manifest.finished_at:%Y-%m-%d %H:%M:%S} UTC, ct112 {manifest.version}, {calls} calls, "
        f"{manifest.rows()} rows, {len(manifest.files)} files, {size:.1f} MB, "
        f"{secrets}, made in {seconds:.1f} s"
    )


def _advise(manifest: "Manifest", erasures: Path | None, folder: Path) -> None:
    """Say what a person has to see to."""
    since = f"{manifest.started_at:%Y-%m-%d %H:%M} UTC"
    typer.echo(f"✓ restored as of {since}; everybody signs in again")
    if erasures is None:
        typer.echo(f"! erasures since {since} are not made again: no list was given (--erasures)")
    typer.echo(f"! tokens revoked and accounts disabled since {since} are as they were: see ct112 token list")
    if not manifest.secrets and manifest.audit is not None:
        typer.echo(
            f"! put the audit's key {manifest.audit.key_id} where CT112_AUDIT_KEY_FILE says, "
            "else nothing is sealed"
        )
    typer.echo(
        f"! compare {folder / 'settings.env'} with this machine's settings; then start ct112, "
        "and run ct112 doctor"
    )
