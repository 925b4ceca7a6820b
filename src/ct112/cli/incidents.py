"""`ct112 incidents`: incidents at the command line, for when the screens are away."""

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Annotated
from uuid import UUID, uuid4

import typer

from ct112.cli import table as cli_table
from ct112.cli.edge import CannotDo, loaded, with_audit
from ct112.cli.incident_text import a_code, a_line, a_text, lines, row, trail
from ct112.incidents.states import Status

if TYPE_CHECKING:
    from ct112.incidents.view import IncidentView
    from ct112.store import Connection, Page
    from ct112.store.incident_changes import StoredChange
    from ct112.store.incidents_reading import IncidentQuery

app = typer.Typer(
    help="Incidents: what happened, where, how it stands.", no_args_is_help=True, rich_markup_mode=None
)

Number = Annotated[
    str, typer.Argument(metavar="NUMBER", help="As it is said or written: 1126-14 or 2026-1126-14.")
]
Reason = Annotated[str, typer.Option(help="Why, in a few words.", callback=a_line)]
HEADER = ("number", "status", "priority", "category", "where", "opened", "calls")


@app.command("list")
def list_(
    all_: Annotated[bool, typer.Option("--all", help="Those that are over, too.")] = False,
    status: Annotated[Status | None, typer.Option(help="Only those that stand so.")] = None,
    category: Annotated[str | None, typer.Option(help="Only of this category.", callback=a_code)] = None,
    limit: Annotated[int, typer.Option(help="How many.", min=1, max=500)] = 100,
    after: Annotated[
        str | None, typer.Option(metavar="CURSOR", help="Go on behind the page before: it says where.")
    ] = None,
) -> None:
    """Show the incidents that are live, the newest first."""
    from ct112.store.incidents_reading import IncidentQuery

    live = None if all_ or status else True
    wanted = IncidentQuery(status=status, category=category, live=live)
    page = with_audit("incident.list", None, lambda connection: _page(connection, wanted, limit, after))
    if page.items:
        cli_table.show(HEADER, [row(view) for view in page.items])
    else:
        typer.echo("no incident is open" if live and after is None else "none")
    if page.next is not None:
        typer.echo(f"{page.total}{'' if page.exact else ' or more'} in all; more: --after {page.next}")


@app.command()
def show(number: Number) -> None:
    """Show all that is known of an incident, and its trail."""
    view, changes = with_audit("incident.read", number[:40], lambda connection: _whole(connection, number))
    for line in (*lines(view), "", *trail(changes)):
        typer.echo(line)


@app.command("open")
def open_(
    category: Annotated[
        str, typer.Argument(metavar="CATEGORY", help="Its code, as kebakaran.", callback=a_code)
    ],
    kelurahan: Annotated[str | None, typer.Option(help="The kelurahan's code.", callback=a_line)] = None,
    landmark: Annotated[str | None, typer.Option(help="What it is near.", callback=a_line)] = None,
    place: Annotated[str | None, typer.Option(help="Where, in words.", callback=a_line)] = None,
    description: Annotated[str | None, typer.Option(help="What happened.", callback=a_text)] = None,
    people: Annotated[int | None, typer.Option(help="How many are in danger.", min=0, max=1_000_000)] = None,
    priority: Annotated[
        int | None, typer.Option(help="1 life in danger to 4; else the category's.", min=1, max=4)
    ] = None,
    name: Annotated[str | None, typer.Option(help="The caller's name.", callback=a_line)] = None,
    caller: Annotated[str | None, typer.Option(help="The caller's number.", callback=a_line)] = None,
    call: Annotated[UUID | None, typer.Option(metavar="CALL_ID", help="The call it is opened from.")] = None,
) -> None:
    """Open an incident by hand, and say which agencies the rules propose."""
    from ct112.cli.incident_opening import Told, open_incident

    told = Told(
        category=category,
        priority=priority,
        kelurahan=kelurahan,
        landmark=landmark,
        place_text=place,
        description=description,
        people_in_danger=people,
        caller_name=name,
        caller_number=caller,
        call=call,
    )
    id_, zone = uuid4(), loaded().zone
    view, proposed = with_audit(
        "incident.open", str(id_), lambda connection: open_incident(connection, id_, told, zone)
    )
    typer.echo(f"incident {view.number} is open")
    typer.echo(f"the rules propose {', '.join(proposed)}" if proposed else "the rules propose nobody")


@app.command()
def close(number: Number, reason: Reason) -> None:
    """Close an incident, and say why; agencies that are still under way stand down."""
    from ct112.cli.audited import who
    from ct112.store import incidents_acting

    zone = loaded().zone
    view = _changed(
        "close",
        number,
        lambda connection, id_: incidents_acting.close(connection, id_, None, reason, by=who(), zone=zone),
    )
    typer.echo(f"incident {view.number} is closed")


@app.command()
def reopen(number: Number, reason: Reason) -> None:
    """Open a closed incident again."""
    from ct112.cli.audited import who
    from ct112.store import incidents

    view = _changed(
        "reopen",
        number,
        lambda connection, id_: incidents.reopen(connection, id_, None, reason, by=who()),
    )
    typer.echo(f"incident {view.number} is open again")


def _changed(
    what: str, number: str, step: "Callable[[Connection, UUID], Awaitable[IncidentView]]"
) -> "IncidentView":
    async def work(connection: "Connection") -> "IncidentView":
        found = await find(connection, number)
        return await step(connection, found.id)

    return with_audit(f"incident.{what}", number[:40], work)


async def _page(
    connection: "Connection", wanted: "IncidentQuery", limit: int, after: str | None
) -> "Page[IncidentView]":
    from ct112.store import incidents_reading

    return await incidents_reading.page(connection, wanted, limit=limit, after=after)


async def _whole(connection: "Connection", number: str) -> "tuple[IncidentView, list[StoredChange]]":
    from ct112.store import incident_changes

    view = await find(connection, number)
    return view, await incident_changes.of_incident(connection, view.id)


async def find(connection: "Connection", number: str) -> "IncidentView":
    """Return the incident of a number as it was said. Ends the command when there is none."""
    from datetime import datetime

    from ct112.incidents.numbering import heard
    from ct112.store import incidents_reading
    from ct112.store.incidents_reading import IncidentUnknown

    whole = heard(number, datetime.now(loaded().zone).date())
    try:
        return await incidents_reading.by_number(connection, whole)
    except IncidentUnknown as error:
        raise CannotDo(str(error)) from None
