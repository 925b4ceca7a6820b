"""The routes of the duty roster."""

from datetime import timedelta

from ct112.store import Connection, roster
from ct112.store.roster import RosterEntry
from ct112.web import kinds
from ct112.web.access.principal import LEADERS, STAFF
from ct112.web.peopling import PROBLEMS, problems
from ct112.web.problems import FieldProblem, Place, Problem
from ct112.web.roster.model import Duty, DutyList, Plan, Planned, Span
from ct112.web.routes import Route
from ct112.web.values import BySerial

LONGEST = timedelta(days=62)


async def list_duties(connection: Connection, query: Span) -> DutyList:
    """List who should be on duty in a span of time."""
    if not timedelta() < query.until - query.since <= LONGEST:
        wrong = FieldProblem(
            place=Place.QUERY,
            field="until",
            message="is not after `since`, or more than 62 days",
            remedy="send a time up to 62 days after `since`",
        )
        raise Problem(kinds.INVALID, f"until {wrong.message}: {wrong.remedy}", fields=[wrong])
    found = await roster.entries(connection, query.since, query.until)
    duties = tuple(Duty.model_validate(entry) for entry in found)
    return DutyList(duties=duties, total=len(duties))


async def plan_duties(connection: Connection, body: Plan) -> Planned:
    """Plan duties, all or none."""
    wanted = [RosterEntry(**duty.model_dump()) for duty in body.duties]
    with problems():
        return Planned(planned=await roster.plan(connection, wanted))


async def cancel_duty(connection: Connection, path: BySerial) -> None:
    """Take a duty off the roster."""
    with problems():
        await roster.cancel(connection, path.id)


ROUTES = (
    Route("GET", "/api/v1/roster", list_duties, STAFF),
    Route(
        "POST",
        "/api/v1/roster",
        plan_duties,
        LEADERS,
        status=201,
        problems=PROBLEMS,
        keyed=True,
        audit="roster.plan",
    ),
    Route(
        "DELETE",
        "/api/v1/roster/{id}",
        cancel_duty,
        LEADERS,
        status=204,
        problems=PROBLEMS,
        audit="roster.cancel",
    ),
)
