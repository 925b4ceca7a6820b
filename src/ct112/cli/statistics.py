"""`ct112 statistics` and `ct112 report`: how the centre did, and a month for the national centre."""

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ct112.cli import table as cli_table
from ct112.cli.edge import CannotDo, loaded, with_connection

if TYPE_CHECKING:
    from ct112.reports.monthly import Month, Row
    from ct112.store import Connection

File = Annotated[Path | None, typer.Option(metavar="FILE")]


def statistics(
    since: Annotated[datetime, typer.Option("--from", help="From this local time.")],
    until: Annotated[datetime, typer.Option("--to", help="To before this local time.")],
    json_: Annotated[bool, typer.Option("--json", help="With what each figure means.")] = False,
) -> None:
    """Show how the centre did: calls, incidents, agencies. What each means: docs/statistics.md."""
    from dataclasses import asdict

    from ct112.incidents.definitions import DEFINITIONS
    from ct112.store import statistics

    span = [_utc(at) for at in (since, until)]
    found = with_connection(lambda connection: statistics.of_span(connection, *span))
    if json_:
        told = asdict(found) | {"definitions": [asdict(each) for each in DEFINITIONS]}
        typer.echo(json.dumps(told, default=str, indent=2))
        return
    for name in ("calls", "classes", "categories", "kelurahan", "agencies"):
        _show(name, [asdict(each) for each in getattr(found, name)])


def report(
    month: Annotated[str, typer.Argument(metavar="YYYY-MM")],
    csv: File = None,
    xlsx: File = None,
    mapping: Annotated[Path | None, typer.Option(metavar="FILE", help="The receiver's columns.")] = None,
) -> None:
    """Write the month's report: a row a day, one for the month. No file named: CSV to the terminal."""
    from ct112.reports import writing
    from ct112.reports.mapping import DEFAULT, MappingTrouble, read
    from ct112.reports.monthly import Month

    try:
        wanted, columns = Month.read(month), read(mapping or DEFAULT)
    except (ValueError, MappingTrouble) as error:
        raise CannotDo(str(error)) from error
    rows = with_connection(lambda connection: _rows(connection, wanted))
    if csv is None and xlsx is None:
        typer.echo(writing.to_csv(columns, rows).decode("utf-8-sig"), nl=False)
    for path, data in ((csv, writing.to_csv), (xlsx, writing.to_xlsx)):
        if path is not None:
            _put(path, data(columns, rows))


async def _rows(connection: "Connection", month: "Month") -> "list[Row]":
    from ct112.reports.monthly import rows
    from ct112.store import statistics

    return rows(month, *await statistics.of_month(connection, month.days(), loaded().zone))


def _put(path: Path, data: bytes) -> None:
    try:
        path.write_bytes(data)
    except OSError as error:
        raise CannotDo(f"{path} cannot be written ({error.strerror})") from error
    typer.echo(f"{path} is written")


def _show(name: str, rows: Sequence[dict[str, Any]]) -> None:
    typer.echo(name)
    if rows:
        cli_table.show(tuple(rows[0]), [tuple(_said(value) for value in row.values()) for row in rows])
    typer.echo()


def _said(value: Any) -> str:
    return "" if value is None else f"{value:.1f}" if isinstance(value, float) else str(value)


def _utc(at: datetime) -> datetime:
    try:
        return at.astimezone(UTC)
    except (OverflowError, ValueError) as error:
        raise CannotDo("--from and --to: times between the years 2 and 9998") from error
