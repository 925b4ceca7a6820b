"""The routes of calls."""

from ct112.web import kinds
from ct112.web.access.principal import Role
from ct112.web.calls.model import CallPage, CallQuery, CallWithFacts
from ct112.web.errors import NotFound
from ct112.web.house import House
from ct112.web.problems import Problem, bad_cursor
from ct112.web.routes import Route
from ct112.web.values import ById

STAFF = frozenset({Role.OPERATOR, Role.SUPERVISOR, Role.ADMIN})


async def list_calls(house: House, query: CallQuery) -> CallPage:
    """List calls, the newest first."""
    try:
        return await house.calls.calls(
            limit=query.limit,
            after=query.after,
            service_class=query.service_class,
            outcome=query.outcome,
        )
    except NotFound:
        raise bad_cursor() from None


async def read_call(house: House, path: ById) -> CallWithFacts:
    """Read one call with all that happened to it."""
    try:
        call, facts = await house.calls.call(str(path.id))
    except NotFound as error:
        raise Problem(kinds.NOT_FOUND, "use an id from GET /api/v1/calls", title="no such call") from error
    return CallWithFacts(**dict(call), facts=tuple(facts))


ROUTES = (
    Route("GET", "/api/v1/calls", list_calls, STAFF),
    Route("GET", "/api/v1/calls/{id}", read_call, STAFF),
)
