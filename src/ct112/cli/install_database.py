"""The database's address for `ct112 install`: never with a password on the command line, and tried first."""

import asyncio
import sys
from collections.abc import Iterator
from pathlib import Path

import typer

from ct112 import env_file
from ct112.cli.edge import CannotDo
from ct112.installation.machine import InstallFailure
from ct112.installation.order import Order
from ct112.installation.postgres import SETTING

LONGEST = 4096
STDIN = Path("-")
SEEN = (
    "a password on the command line is in the list of processes and in the shell's history: change it, put "
    "the address into a file of mode 600, and give --database-url-file FILE (- is standard input)"
)


def address(given: str, file: Path | None) -> str:
    """Return the address, empty when there is none. Ends the command when it cannot be had."""
    if given and file is not None:
        raise CannotDo("--database-url or --database-url-file, not both")
    if file is not None:
        return _read(file)
    if given and _has_password(given):
        raise CannotDo(SEEN)
    return given


def trouble(order: Order) -> Iterator[InstallFailure]:
    """Yield why an address that was given cannot be used; nothing of it is in the text but host and port."""
    from ct112.doctor.database import answers, database_trouble
    from ct112.store.faults import StoreUnavailable

    if not order.database_url:
        return
    remedy = "correct the address, or start PostgreSQL there; then the same command"
    try:
        env_file.with_value("", SETTING, order.database_url)
        asyncio.run(answers(order.database_url))
    except StoreUnavailable as error:
        yield InstallFailure(database_trouble(error, order.database_url), remedy)
    except (ValueError, env_file.EnvFileError) as error:
        yield InstallFailure(str(error), remedy)


def _read(file: Path) -> str:
    try:
        if file != STDIN:
            text = file.read_text("utf-8")[:LONGEST]
        elif sys.stdin.isatty():
            text = typer.prompt("Address of the database", hide_input=True)
        else:
            text = sys.stdin.readline(LONGEST)
    except (OSError, ValueError) as error:
        raise CannotDo(f"{file} cannot be read ({getattr(error, 'strerror', None) or 'no UTF-8'})") from error
    if not text.strip():
        raise CannotDo("the database's address is empty: postgresql://USER:PASSWORD@HOST/NAME")
    return text.strip()


def _has_password(url: str) -> bool:
    """Return whether a password may be in it; rather once too often."""
    user, at, _ = url.rpartition("@")
    return (bool(at) and ":" in user.partition("://")[2]) or "password" in url.partition("?")[2]
