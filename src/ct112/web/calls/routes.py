"""The routes of calls."""

from ct112.store import BadCursor, Connection, UnknownCall, calls, facts
from ct112.store import CallQuery as StoredQuery
from ct112.web import kinds
from ct112.web.access.principal import STAFF
from ct112.web.calls.model import CallFact, CallPage, CallQuery, CallView, CallWithFacts
from ct112.web.problems import Problem, bad_cursor
from ct112.web.routes import Route
from ct112.web.values import ById


async def list_calls(connection: Connection, query: CallQuery) -> CallPage:
    """List calls, the newest first."""
    wanted = StoredQuery(**query.model_dump(exclude={"limit", "after"}))
    try:
        page = await calls.page(connection, wanted, limit=query.limit, after=query.after)
    except BadCursor:
        raise bad_cursor() from None
    found = tuple(CallView.model_validate(call) for call in page.items)
    return CallPage(calls=found, total=page.total, exact=page.exact, next=page.next)


async def read_call(connection: Connection, path: ById) -> CallWithFacts:
    """Read one call with all that happened to it."""
    try:
        call = await calls.get(connection, str(path.id))
    except UnknownCall:
        raise Problem(kinds.NOT_FOUND, "use an id from GET /api/v1/calls", title="no such call") from None
    happened = tuple(CallFact.model_validate(fact) for fact in await facts.of_call(connection, call.id))
    return CallWithFacts(**dict(CallView.model_validate(call)), facts=happened)


ROUTES = (
    Route("GET", "/api/v1/calls", list_calls, STAFF, audit="call.list"),
    Route("GET", "/api/v1/calls/{id}", read_call, STAFF, audit="call.read"),
)
