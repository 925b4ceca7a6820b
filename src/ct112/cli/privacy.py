"""`ct112 privacy`: what is known of a person, erasing it, legal holds, and who saw what (UU PDP 27/2022)."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated
from uuid import UUID

import typer

from ct112.cli import table as cli_table
from ct112.cli.edge import CannotDo, loaded, with_audit, with_connection, with_store

if TYPE_CHECKING:
    from ct112.store import Connection
    from ct112.store.erasing import Whose
    from ct112.store.privacy import Breach, Found, Seen, Subject

app = typer.Typer(help="Personal data.", no_args_is_help=True, rich_markup_mode=None)

Call = Annotated[UUID | None, typer.Option(metavar="ID", help="A call, by its id.")]
Incident = Annotated[UUID | None, typer.Option(metavar="ID", help="An incident and its calls, by its id.")]
Reason = Annotated[str, typer.Option(help="Why: it is kept.")]
AsJson = Annotated[bool, typer.Option("--json", help="All of it, for a program.")]
SEEN = ("who", "role", "what", "times", "things", "first", "last")


@app.command()
def classes() -> None:
    """Show what personal data there is, by class, where it is, and how long it is kept."""
    from ct112.store.personal_data import MEANINGS, REGISTRY

    days = loaded().retention_days
    rows = []
    for data_class, meaning in MEANINGS.items():
        where = [f"{kept.table}.{name}" for kept in REGISTRY.values() for name in kept.columns(data_class)]
        rows.append((data_class, meaning.about, meaning.purpose, _kept(data_class, days), " ".join(where)))
    cli_table.show(("class", "about", "for", "kept", "where"), rows)


@app.command()
def find(number: Annotated[str, typer.Argument(metavar="NUMBER")], json_: AsJson = False) -> None:
    """Show all that is known of whoever has this number, and who looked at it."""
    from ct112.store import privacy

    whose = _whose(number, None, None)
    found = with_audit(
        "privacy.find",
        None,
        lambda connection: privacy.find(connection, whose),
        personal={"number": number},
    )
    if json_:
        typer.echo(_json(found))
        return
    if found.found:
        cli_table.show(("table", "row", "when", "state", "personal"), [_found(row) for row in found.found])
    else:
        typer.echo("nothing is known of this number")
    if found.more:
        typer.echo(f"there is more in {', '.join(found.more)}: erase takes all of it")
    if found.seen:
        typer.echo("looked at one by one by:")
        cli_table.show(SEEN, [_seen(row) for row in found.seen])
    _say_spool()


@app.command()
def erase(
    reason: Reason,
    number: Annotated[str | None, typer.Argument(metavar="[NUMBER]")] = None,
    call: Call = None,
    incident: Incident = None,
) -> None:
    """Erase what is personal of a number, a call or an incident. Rows stay, for the counts.

    What is on legal hold stays; a call under way is erased by ct112 worker when it is over.
    """
    from ct112.cli import audit as cli_audit
    from ct112.cli.audited import who
    from ct112.store import erasure_requests as requests

    whose, key = _whose(number, call, incident), cli_audit.key()
    asked = with_audit(
        "erasure.ask", None, lambda connection: requests.ask(connection, whose, by=who(), reason=reason)
    )
    done = with_store(lambda store: requests.carry_out(store, asked.id, key, actor=who()))
    typer.echo(f"erased in {done.rows} rows (request {done.id})")
    if done.held:
        typer.echo(f"{done.held} rows are on legal hold and stay: ct112 privacy holds")
    if done.in_use:
        typer.echo(f"{done.in_use} rows are in use: ct112 worker erases them when they are over")
    _say_spool()


@app.command()
def breach(
    since: Annotated[datetime, typer.Option("--from", help="From this local time.")],
    until: Annotated[datetime, typer.Option("--to", help="To before this local time.")],
    actor: Annotated[str | None, typer.Option(help="What this account saw alone.")] = None,
    json_: AsJson = False,
) -> None:
    """Show who saw what in a span: what the notice within 3 × 24 hours needs (UU PDP article 46)."""
    from ct112.store import privacy

    try:
        span = (since.astimezone(UTC), until.astimezone(UTC))
    except (OverflowError, ValueError) as error:
        raise CannotDo("--from and --to: times between the years 2 and 9998") from error
    if span[0] >= span[1]:
        raise CannotDo("--from is before --to")
    found = with_audit(
        "privacy.breach", None, lambda connection: privacy.breach(connection, *span, actor=actor)
    )
    typer.echo(_json(found)) if json_ else _say_breach(found)


@app.command()
def hold(reason: Reason, call: Call = None, incident: Incident = None) -> None:
    """Keep a call, or an incident and its calls, from every erasure and deletion."""
    from ct112.cli.audited import who
    from ct112.store import holds

    placed = with_audit(
        "hold.place",
        str(call or incident),
        lambda connection: holds.place(connection, by=who(), reason=reason, call=call, incident=incident),
    )
    typer.echo(f"nothing of it is erased until: ct112 privacy release {placed.id} --reason …")


@app.command()
def release(hold: Annotated[UUID, typer.Argument(metavar="HOLD")], reason: Reason) -> None:
    """End a legal hold."""
    from ct112.cli.audited import who
    from ct112.store import holds

    async def work(connection: "Connection") -> None:
        try:
            await holds.release(connection, hold, by=who(), reason=reason)
        except holds.HoldUnknown as error:
            raise ValueError(str(error)) from error

    with_audit("hold.release", str(hold), work)
    typer.echo("released: retention and requests count again")


@app.command("holds")
def holds_(
    all_: Annotated[bool, typer.Option("--all", help="Released ones too.")] = False,
) -> None:
    """Show the legal holds, the newest first."""
    from ct112.store import holds

    page = with_connection(lambda connection: holds.page(connection, released=all_, limit=500))
    rows = [
        (
            str(row.id),
            f"call {row.call_id}" if row.call_id else f"incident {row.incident_id}",
            cli_table.local(row.placed_at, year=True),
            row.placed_by,
            row.reason,
            "" if row.released_at is None else f"released {cli_table.local(row.released_at, year=True)}",
        )
        for row in page.items
    ]
    cli_table.show(("hold", "on", "since", "by", "why", ""), rows)


def _whose(number: str | None, call: UUID | None, incident: UUID | None) -> "Whose":
    from ct112.store.erasing import EraseError, Whose

    try:
        return Whose(number=number, call=call, incident=incident)
    except EraseError as error:
        raise CannotDo(str(error)) from error


def _kept(data_class: str, days: Mapping[str, int]) -> str:
    return f"{days[data_class]} days" if data_class in days else "until erased"


def _found(row: "Found") -> tuple[str, ...]:
    state = "on legal hold" if row.held else "in use" if row.in_use else ""
    words = " ".join(f"{name}={value}" for name, value in row.columns.items())
    return (row.table, row.key, cli_table.local(row.at, year=True), state, words)


def _seen(row: "Seen") -> tuple[str, ...]:
    first, last = (cli_table.local(at, year=True) for at in (row.first_at, row.last_at))
    return (row.actor, row.role, row.action, str(row.times), str(row.things), first, last)


def _say_breach(found: "Breach") -> None:
    typer.echo(
        f"from {cli_table.local(found.since, year=True)} to {cli_table.local(found.until, year=True)}: "
        f"{len(found.calls)} calls of {found.numbers} callers and {len(found.incidents)} incidents were read "
        f"one by one; {found.lists} lists or searches were read, each of up to 500 persons"
    )
    if not found.sealed:
        typer.echo("! rows of this span are not sealed yet: ct112 worker does that within 5 s")
    cli_table.show(SEEN, [_seen(row) for row in found.seen])
    typer.echo("the notice is due within 3 × 24 hours of finding out (UU PDP 27/2022, article 46)")
    typer.echo("first: ct112 audit verify; with --json: the ids of what was read")


def _json(found: "Subject | Breach") -> str:
    from dataclasses import asdict

    return json.dumps(asdict(found), default=str, ensure_ascii=False, indent=2)


def _say_spool() -> None:
    """Say that records wait on this machine's disk: they are not in the database yet."""
    import sqlite3

    from ct112.store.spool_file import look_at

    try:
        status = look_at(loaded().spool_path)
    except (OSError, sqlite3.Error):
        return
    if status.waiting:
        typer.echo(f"! {status.waiting} entries wait in the spool, not looked at: ct112 spool status")
