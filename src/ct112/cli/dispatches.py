"""`ct112 dispatches`: who was asked to act, how far they are, and what the centre says for them."""

from collections.abc import Iterator
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated
from uuid import UUID

import typer

from ct112.cli import table as cli_table
from ct112.cli.edge import CannotDo, loaded, with_audit
from ct112.cli.incident_text import a_line
from ct112.incidents.dispatches import BY_AGENCY, DispatchStatus
from ct112.incidents.routing import FIRST_LEVEL, MOST_LEVELS

if TYPE_CHECKING:
    from ct112.incidents.view import IncidentView
    from ct112.store import Connection
    from ct112.store.dispatches_reading import DispatchQuery, StoredDispatch

app = typer.Typer(
    help="Dispatches: who was asked to act, and how far they are.",
    no_args_is_help=True,
    rich_markup_mode=None,
)


class How(StrEnum):
    """How an agency told the centre what it does."""

    RADIO = "radio"
    TELEPHONE = "telephone"
    IN_PERSON = "in_person"
    OTHER = "other"


Id = Annotated[UUID, typer.Argument(metavar="ID", help="The dispatch's id: ct112 dispatches list")]
HEADER = ("incident", "agency", "status", "asked", "what is sent", "", "id")


@app.command("list")
def list_(
    all_: Annotated[bool, typer.Option("--all", help="Those that are over, too.")] = False,
    agency: Annotated[str | None, typer.Option(help="Only of this agency.", callback=a_line)] = None,
    escalated: Annotated[
        bool, typer.Option("--escalated", help="Only those nobody has acknowledged: for a supervisor.")
    ] = False,
    limit: Annotated[int, typer.Option(help="How many.", min=1, max=500)] = 100,
    after: Annotated[
        str | None, typer.Option(metavar="CURSOR", help="Go on behind the page before: it says where.")
    ] = None,
) -> None:
    """Show who is asked to act, the newest first."""
    from ct112.store.dispatches_reading import DispatchQuery

    live = None if all_ or escalated else True
    wanted = DispatchQuery(agency=agency, live=live, escalated=True if escalated else None)
    rows, more = with_audit("dispatch.list", None, lambda connection: _rows(connection, wanted, limit, after))
    if rows:
        cli_table.show(HEADER, rows)
    else:
        typer.echo("nobody is asked to act" if after is None else "none")
    if more is not None:
        typer.echo(f"more: --after {more}")


@app.command()
def show(id_: Id) -> None:
    """Show all that is known of a dispatch, and what was tried to tell the agency."""
    for line in with_audit("dispatch.read", str(id_), lambda connection: _lines(connection, id_)):
        typer.echo(line)


@app.command()
def status(
    id_: Id,
    to: Annotated[DispatchStatus, typer.Argument(metavar="STATUS", help=", ".join(sorted(BY_AGENCY)))],
    how: Annotated[How, typer.Option(help="How they told you.")],
    who: Annotated[str | None, typer.Option(help="Who of them.", callback=a_line)] = None,
    reason: Annotated[str | None, typer.Option(help="Why they decline.", callback=a_line)] = None,
) -> None:
    """Say for an agency how far it is."""
    if to not in BY_AGENCY:
        raise CannotDo(f"an agency does not say {to}: to have it stand down, ct112 dispatches cancel {id_}")
    if to is DispatchStatus.DECLINED and reason is None:
        raise CannotDo("give the reason as well: --reason")
    _report(id_, to, reason, ": ".join(part for part in (how, who) if part))


@app.command()
def cancel(
    id_: Id, reason: Annotated[str, typer.Option(help="Why, in a few words.", callback=a_line)]
) -> None:
    """Have an agency stand down; it is told so."""
    _report(id_, DispatchStatus.CANCELLED, reason, None)


@app.command("raise")
def raise_(
    number: Annotated[str, typer.Argument(metavar="NUMBER", help="The incident's, as it is said: 1126-14.")],
    level: Annotated[
        int, typer.Argument(help="The alarm level of its run card.", min=FIRST_LEVEL, max=MOST_LEVELS)
    ],
) -> None:
    """Ask whom rule and run card name at this alarm level; who is asked already is told what is sent more."""
    view = with_audit(
        "dispatch.ask", number[:40], lambda connection: _raise(connection, number, level), level=level
    )
    for dispatch in view.dispatches:
        typer.echo(f"{dispatch.agency} {dispatch.status}{f': {dispatch.what}' if dispatch.what else ''}")


def _report(id_: UUID, to: DispatchStatus, reason: str | None, how: str | None) -> None:
    from ct112.cli.audited import who

    zone = loaded().zone

    async def work(connection: "Connection") -> "StoredDispatch":
        from ct112.store import dispatches
        from ct112.store.dispatches_reading import DispatchUnknown

        try:
            return await dispatches.report(connection, id_, to, by=who(), zone=zone, reason=reason, how=how)
        except DispatchUnknown:
            raise CannotDo(UNKNOWN) from None

    moved = with_audit("dispatch.report", str(id_), work, status=to)
    typer.echo(f"{moved.agency} is {moved.status}")


UNKNOWN = "there is no such dispatch: ct112 dispatches list --all has their ids"


async def _rows(
    connection: "Connection", wanted: "DispatchQuery", limit: int, after: str | None
) -> tuple[list[tuple[str, ...]], str | None]:
    from ct112.store import dispatches_reading, incidents

    page = await dispatches_reading.page(connection, wanted, limit=limit, after=after)
    rows: list[tuple[str, ...]] = []
    for one in page.items:
        number = (await incidents.get(connection, one.incident_id)).number
        asked, trouble = cli_table.local(one.asked_at), one.escalated_why or ""
        rows.append((number, one.agency, str(one.status), asked, one.what or "", trouble, str(one.id)))
    return rows, page.next


async def _lines(connection: "Connection", id_: UUID) -> list[str]:
    from ct112.store import deliveries, dispatches, incidents
    from ct112.store.dispatches_reading import DispatchUnknown

    try:
        found = await dispatches.get(connection, id_)
    except DispatchUnknown:
        raise CannotDo(UNKNOWN) from None
    view = await incidents.get(connection, found.incident_id)
    tried = [
        f"{cli_table.local(row['created_at'], year=True)}  {row['telling']} by {row['way']}: {row['state']}"
        f"{', ' + row['outcome'] if row['outcome'] else ''}"
        for row in await deliveries.of_dispatch(connection, id_)
    ]
    return [cli_table.one_line(line) for line in (*_known(found, view), *tried)]


def _known(found: "StoredDispatch", view: "IncidentView") -> Iterator[str]:
    yield f"{found.agency} for incident {view.number}: {found.status}, version {found.version}"
    moments = {
        "noted later": found.noted_at,
        "acknowledged": found.acknowledged_at,
        "on the scene": found.on_scene_at,
        "escalated": found.escalated_at,
    }
    known = {
        "what is sent": found.what,
        "asked": f"{cli_table.local(found.asked_at, year=True)} by {found.asked_by}",
        "last": f"{cli_table.local(found.changed_at, year=True)} by {found.changed_by}",
        "how": found.how,
        "reason": found.reason,
        **{name: cli_table.local(at, year=True) for name, at in moments.items() if at is not None},
        "why escalated": found.escalated_why,
    }
    for name, value in known.items():
        if value is not None:
            yield f"  {name + ':':<15}{value}"


async def _raise(connection: "Connection", number: str, level: int) -> "IncidentView":
    from ct112.cli.audited import who
    from ct112.cli.incidents import find
    from ct112.incidents.routing import propose
    from ct112.store import clock, dispatches, routing

    view, zone = await find(connection, number), loaded().zone
    area, here = view.content.place.kelurahan, (await clock.now(connection)).astimezone(zone)
    proposal = propose(await routing.book(connection), view.content.category, area, here, level)
    if proposal.alarm:
        await routing.unmatched(connection, view.id, view.content.category, area, proposal.version)
    if not proposal.agencies:
        raise CannotDo("no rule proposes anybody: ct112 routing explain says why")
    return await dispatches.ask(
        connection, view.id, proposal.agencies, by=who(), zone=zone, what=proposal.what
    )
