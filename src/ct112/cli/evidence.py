"""`ct112 evidence`: all that is known of an incident in one signed file, and whether such a file is whole."""

import hashlib
import os
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any
from uuid import UUID

import typer

from ct112.cli import audit as cli_audit
from ct112.cli.edge import CannotDo, with_audit

if TYPE_CHECKING:
    from ct112.store import Connection

app = typer.Typer(help="Evidence of incidents.", no_args_is_help=True, rich_markup_mode=None)

ACTION = "evidence.pack"
LARGEST = 512 * 1024 * 1024  # bytes of a file that is looked at


@app.command()
def pack(
    incident: Annotated[UUID, typer.Argument(metavar="ID")], file: Annotated[Path, typer.Argument()]
) -> None:
    """Write all rows of an incident, with their hashes and a signature by the audit's key."""
    from ct112.cli.audited import who
    from ct112.reports.evidence import pack
    from ct112.store import evidence

    key, id_ = cli_audit.key(), str(incident)
    files = with_audit(ACTION, id_, lambda connection: evidence.files(connection, incident))
    if not files["incident.jsonl"]:
        raise CannotDo("there is no such incident: use an id from ct112 incident list")
    told = {"incident": id_, "made_at": datetime.now(UTC).isoformat(), "made_by": who()}
    data = pack(files, told, lambda manifest: _sign(key, manifest))
    with_audit("evidence.sign", id_, _nothing, sha256=hashlib.sha256(data).hexdigest())
    _put(file, data)
    typer.echo(f"{file} is written; ct112 evidence verify {file} says whether it is whole")


async def _nothing(_connection: "Connection") -> None:
    """Change nothing: the row of the audit is all."""


@app.command()
def verify(file: Annotated[Path, typer.Argument()]) -> None:
    """Say whether a pack is whole: exit 1 when something was altered, taken out or put in."""
    from ct112.reports.evidence import PackTrouble, verify

    key = cli_audit.key()
    try:
        with file.open("rb") as opened:
            data = opened.read(LARGEST)
        manifest, findings = verify(data, lambda manifest: _sign(key, manifest))
    except OSError as error:
        raise CannotDo(f"{file} cannot be read ({error.strerror})") from error
    except PackTrouble as error:
        raise CannotDo(f"{file}: {error}") from error
    for finding in findings:
        typer.echo(f"✗ {_line(finding)}")
    if findings:
        raise typer.Exit(1)
    incident, made = (_line(str(manifest.get(name))) for name in ("incident", "made_at"))
    typer.echo(f"✓ whole: incident {incident}, made {made}, sha256 {hashlib.sha256(data).hexdigest()}")


def _line(text: str) -> str:
    from ct112.cli import table

    return table.one_line(text)[:200]


def _sign(key: bytes, manifest: Mapping[str, Any]) -> str:
    from ct112.store.audit_chain import proof

    return proof(key, ACTION, manifest)


def _put(path: Path, data: bytes) -> None:
    """Write it for its owner alone, and over nothing. Killed meanwhile, no pack has this name."""
    new = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as opened:
            opened.write(data)
            opened.flush()
            os.fsync(opened.fileno())
        os.link(new, path)  # unlike a rename, refused when there is such a file
    except OSError as error:
        raise CannotDo(f"{path} cannot be written ({error.strerror})") from error
    finally:
        new.unlink(missing_ok=True)
