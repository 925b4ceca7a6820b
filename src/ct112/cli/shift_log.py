"""`ct112 shift-log`: what supervisors wrote down for each other."""

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

import typer

from ct112.cli import table as cli_table
from ct112.cli.edge import CannotDo, with_connection

if TYPE_CHECKING:
    from ct112.store.shift_log import StoredEntry


def shift_log(
    since: Annotated[datetime | None, typer.Option("--from", help="From this local time.")] = None,
    until: Annotated[datetime | None, typer.Option("--to", help="To before this local time.")] = None,
    open_: Annotated[bool, typer.Option("--open", help="What nobody has taken over yet, alone.")] = False,
    limit: Annotated[int, typer.Option(min=1, max=500, help="How many at most.")] = 50,
) -> None:
    """Show the shift log, the newest first; supervisors write it on their screen."""
    from ct112.store import shift_log as log

    wanted = log.LogQuery(since=_utc(since), until=_utc(until), open=open_)
    page = with_connection(lambda connection: log.page(connection, wanted, limit=limit))
    rows = [
        (cli_table.local(row.written_at, year=True), row.written_by, _state(row), row.note)
        for row in page.items
    ]
    cli_table.show(("when", "who", "next shift", "what"), rows)
    if page.total > len(rows):
        typer.echo("there is more: name a span with --from and --to")


def _utc(at: datetime | None) -> datetime | None:
    try:
        return None if at is None else at.astimezone(UTC)
    except (OverflowError, ValueError) as error:
        raise CannotDo("--from and --to: times between the years 2 and 9998") from error


def _state(row: "StoredEntry") -> str:
    if not row.hands_over:
        return ""
    return "open" if row.taken_by is None else f"taken by {row.taken_by}"
