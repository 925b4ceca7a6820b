"""`ct112 spool`: what is on the disk and not yet in the database."""

import asyncio
import sqlite3
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from ct112.cli.edge import CannotDo, loaded, with_store

if TYPE_CHECKING:
    from ct112.store import Store
    from ct112.store.spool_file import SpoolStatus

app = typer.Typer(
    help="What is on the disk and not yet in the database.", no_args_is_help=True, rich_markup_mode=None
)

REPLAY_SECONDS = 300.0


@app.command()
def status() -> None:
    """Say what waits for the database; exit 1 when something was set aside."""
    from ct112.store.spool_file import look_at

    path = loaded().spool_path
    try:
        found = look_at(path)
    except FileNotFoundError as error:
        raise CannotDo(f"{error}: ct112 has not run here yet, or CT112_STATE_DIR is another") from error
    except (sqlite3.Error, OSError) as error:
        raise CannotDo(f"the spool at {path} cannot be read: {error}") from error
    typer.echo(_said(found))
    if found.aside:
        raise CannotDo(
            "entries were set aside: see the log for why, then stop ct112 and `ct112 spool replay`"
        )


@app.command()
def replay() -> None:
    """With ct112 stopped: copy everything to the database, also what was set aside."""
    from ct112.store.spool_file import SpoolBusy, look_at

    path = loaded().spool_path
    try:
        before = _take_back(path)
    except SpoolBusy as error:
        raise CannotDo("the spool is in use: ct112 copies it by itself, stop it to replay by hand") from error
    except (sqlite3.Error, OSError) as error:
        raise CannotDo(f"the spool at {path} cannot be read: {error}") from error
    with_store(lambda store: _copy(store, path))
    after = look_at(path)
    if after.waiting or after.aside:
        raise CannotDo(f"not everything could be written: {_said(after)}")
    typer.echo(f"{before} entries are in the database now")


def _take_back(path: Path) -> int:
    """Put what was set aside into the line again; return how many entries are to be copied."""
    if not path.exists():
        raise CannotDo(f"no spool at {path}: nothing to replay")
    from ct112.store.salvage import opened

    file = opened(path)
    try:
        file.take_back()
        return file.status().waiting
    finally:
        file.close()


async def _copy(store: "Store", path: Path) -> None:
    from ct112.store.spool_journal import open_journal

    journal = open_journal(store, path)
    await journal.open()
    await asyncio.shield(journal.leave(REPLAY_SECONDS))


def _said(found: "SpoolStatus") -> str:
    oldest = "" if found.oldest_at is None else f", the oldest of {_time(found.oldest_at)}"
    return (
        f"{found.waiting} entries wait for the database{oldest}; {found.open_calls} calls are open; "
        f"{found.aside} entries set aside; {found.bytes / 1e6:.1f} MB"
    )


def _time(at: float) -> str:
    return f"{datetime.fromtimestamp(at).astimezone():%Y-%m-%d %H:%M:%S %Z}"
