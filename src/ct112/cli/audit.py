"""`ct112 audit`: who read personal data and who changed what, and whether anybody touched that."""

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Annotated

import typer

from ct112.cli import table as cli_table
from ct112.cli.edge import CannotDo, loaded, with_store

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from ct112.store import Store
    from ct112.store.audit import AuditEntry
    from ct112.store.audit_verify import Report

app = typer.Typer(help="The audit.", no_args_is_help=True, rich_markup_mode=None)

LEAST_DAYS = 30
Days = Annotated[int, typer.Option("--older-than", min=LEAST_DAYS, help="Days.")]
SAID_FINDINGS = 50


@app.command()
def verify() -> None:
    """Say whether a row was removed, changed or cut off; exit 1 when something is wrong."""
    from ct112.store import audit_verify
    from ct112.worker.audit_heads import HeadsTrouble, read_heads

    try:
        heads = read_heads(loaded().audit_heads_path)
    except HeadsTrouble as error:
        raise CannotDo(str(error)) from error
    found = key()
    report = with_store(lambda store: audit_verify.verify(store, found, heads))
    _say(report, len(heads))
    if report.findings:
        raise typer.Exit(1)


@app.command()
def show(
    actor: Annotated[str | None, typer.Option(help="Who: an account, or cli:USER.")] = None,
    action: Annotated[str | None, typer.Option(help="What: call.read, account.change…")] = None,
    of: Annotated[str | None, typer.Option(help="On what: its id or name.")] = None,
    days: Annotated[int | None, typer.Option(min=1, help="Of the last so many days.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=500, help="How many rows.")] = 50,
) -> None:
    """Show the newest rows."""
    from ct112.store import audit

    since = None if days is None else datetime.now(UTC) - timedelta(days=days)
    wanted = audit.AuditQuery(actor=actor, action=action, object_id=of, since=since)

    async def work(store: "Store") -> "list[AuditEntry]":
        async with store.transaction() as connection:
            return list((await audit.page(connection, wanted, limit=limit)).items)

    rows = with_store(work)
    cli_table.show(("row", "when", "who", "role", "what", "on", "more"), [_row(row) for row in rows])


@app.command()
def erase(older_than: Days) -> None:
    """Erase addresses and what was searched for from old rows; the chain holds."""
    from ct112.store import audit

    typer.echo(f"{_until_none(audit.erase_personal, older_than)} rows have no personal part any more")


@app.command()
def delete(older_than: Days) -> None:
    """Delete old rows; that is a row of the chain itself."""
    from ct112.store import audit

    typer.echo(f"{_until_none(audit.delete_before, older_than)} rows are deleted")


def _until_none(work: "Callable[..., Awaitable[int]]", older_than: int) -> int:
    """Do it in parts until nothing is left; return how many rows it was."""
    found, before = key(), datetime.now(UTC) - timedelta(days=older_than)

    async def all_parts(store: "Store") -> int:
        rows = 0
        while True:
            async with store.transaction() as connection:
                done = await work(connection, before, found, actor=_me())
            rows += done
            if not done:
                return rows

    return with_store(all_parts)


def _me() -> str:
    from ct112.cli.audited import who

    return who()


def key() -> bytes:
    """Return the key of the audit's chain, or end the command."""
    from ct112.worker.audit_key import KeyTrouble, read_key

    path = loaded().audit_key_path
    try:
        found = read_key(path)
    except KeyTrouble as error:
        raise CannotDo(str(error)) from error
    if found is None:
        raise CannotDo(f"{path} is not there: set CT112_AUDIT_KEY_FILE; ct112 worker makes it at its start")
    return found


def _say(report: "Report", heads: int) -> None:
    for finding in report.findings[:SAID_FINDINGS]:
        rows = (
            f"row {finding.first}"
            if finding.first == finding.last
            else f"rows {finding.first}–{finding.last}"
        )
        typer.echo(f"✗ {rows}: {finding.what}")
    if len(report.findings) > SAID_FINDINGS:
        typer.echo(f"✗ and {len(report.findings) - SAID_FINDINGS} more")
    if report.deleted:
        typer.echo(f"– rows 1–{report.deleted}: deleted, with a row that says so")
    if report.waiting.rows:
        typer.echo(
            f"– {report.waiting.rows} rows wait to be sealed, the oldest for "
            f"{report.waiting.oldest_seconds:.0f} s: ct112 worker does that within 5 s"
        )
    if not heads:
        typer.echo("! no head was exported yet: a cut end would not show")
    if not report.findings:
        typer.echo(f"✓ {report.rows} rows, none removed, changed or cut off")


def _row(row: "AuditEntry") -> tuple[str, ...]:
    more = {**row.detail, **(row.personal or {})}
    said = " ".join(f"{name}={value}" for name, value in more.items() if name != "proof")
    return (
        str(row.seq or "–"),
        cli_table.local(row.at, year=True),
        row.actor,
        row.role,
        row.action,
        row.object_id or row.object_kind,
        said,
    )
