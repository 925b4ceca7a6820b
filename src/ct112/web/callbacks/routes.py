"""The routes of call-backs."""

from ct112.web import kinds
from ct112.web.access.principal import Role
from ct112.web.callbacks.model import Callback, CallbackPage, CallbackQuery, Taking
from ct112.web.errors import Conflict, NotFound
from ct112.web.house import House
from ct112.web.problems import Problem
from ct112.web.routes import Route
from ct112.web.values import BySerial

STAFF = frozenset({Role.OPERATOR, Role.SUPERVISOR, Role.ADMIN})


async def list_callbacks(house: House, query: CallbackQuery) -> CallbackPage:
    """List who has to be called back, the most urgent first."""
    try:
        return await house.callbacks.tasks(limit=query.limit, after=query.after, closed=query.closed)
    except NotFound as error:
        raise Problem(
            kinds.NOT_FOUND, "use `next` of the page before as `after`", title="no such call-back"
        ) from error


async def take_callback(house: House, path: BySerial, body: Taking) -> Callback:
    """Ring the operator's phone, then the caller's."""
    try:
        return await house.callbacks.take(path.id, body.operator)
    except Conflict as error:
        raise Problem(kinds.CONFLICT, str(error)) from error


ROUTES = (
    Route("GET", "/api/v1/callbacks", list_callbacks, STAFF, problems=frozenset({kinds.NOT_FOUND})),
    Route(
        "POST",
        "/api/v1/callbacks/{id}/take",
        take_callback,
        STAFF,
        status=202,
        problems=frozenset({kinds.CONFLICT, kinds.LIVE_AWAY}),
    ),
)
