"""`ct112 roster`: who should be on duty when, and how many; fewer is an alarm."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Annotated

import typer

from ct112.cli import table as cli_table
from ct112.cli.edge import CannotDo, a_name, with_audit, with_connection

if TYPE_CHECKING:
    from ct112.store import Connection
    from ct112.store.roster import RosterEntry

app = typer.Typer(help="Who should be on duty when.", no_args_is_help=True, rich_markup_mode=None)

FORMATS = ["%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M"]
Days = Annotated[int, typer.Option(min=1, max=366)]
Hours = Annotated[float, typer.Option(min=0.25, max=48, help="How long each duty lasts.")]
Begins = Annotated[
    datetime, typer.Option("--from", formats=FORMATS, help="When the first begins, in this machine's time.")
]


@app.command()
def plan(
    begins: Begins,
    operators: Annotated[list[str] | None, typer.Argument(help="Who; none with --people.")] = None,
    hours: Hours = 8,
    days: Days = 1,
    people: Annotated[int, typer.Option(min=0, max=999, help="How many in all, without names.")] = 0,
) -> None:
    """Plan a shift: who, from when, how long, on how many days in a row. What is planned already stays."""
    names = [a_name(name) for name in operators or []]
    if bool(names) == bool(people):
        raise CannotDo("say who (names) or how many (--people), one of the two")
    from ct112.store import roster
    from ct112.store.roster import RosterEntry

    who: Sequence[str | None] = names or [None]
    wanted = [
        RosterEntry(
            starts_at=starts, ends_at=starts + timedelta(hours=hours), operator=name, people=people or 1
        )
        for starts in (_utc(begins + timedelta(days=day)) for day in range(days))
        for name in who
    ]
    new = with_audit("roster.plan", None, lambda connection: roster.plan(connection, wanted))
    typer.echo(f"{new} duties are planned, {len(wanted) - new} were already")


@app.command()
def show(days: Days = 7) -> None:
    """Show what is planned from now on, in this machine's time."""
    now = datetime.now(UTC)
    found = with_connection(lambda connection: _planned(connection, now, now + timedelta(days=days)))
    if not found:
        typer.echo('nothing is planned: ct112 roster plan NAME --from "2026-01-05 07:00" --hours 8')
        return
    rows = [
        (
            str(one.id),
            f"{one.starts_at.astimezone():%a %Y-%m-%d %H:%M}",
            f"{one.ends_at.astimezone():%a %H:%M}",
            one.operator or f"{one.people} people",
        )
        for one in found
    ]
    cli_table.show(("number", "from", "until", "who"), rows)


@app.command()
def cancel(number: Annotated[int, typer.Argument(min=1, max=2**62)]) -> None:
    """Take a duty off the roster."""
    from ct112.store import roster

    with_audit("roster.cancel", str(number), lambda connection: roster.cancel(connection, number))
    typer.echo(f"duty {number} is off the roster")


async def _planned(connection: "Connection", since: datetime, until: datetime) -> "Sequence[RosterEntry]":
    from ct112.store import roster

    return await roster.entries(connection, since, until)


def _utc(local: datetime) -> datetime:
    """Return a time of this machine's wall clock in UTC."""
    return local.astimezone(UTC)
