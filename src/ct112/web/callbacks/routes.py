"""The routes of call-backs."""

from datetime import UTC, datetime, timedelta

from ct112.store import BadCursor, Connection, callbacks
from ct112.web import kinds
from ct112.web.access.principal import STAFF, Principal
from ct112.web.callbacks.model import Callback, CallbackPage, CallbackQuery, Taking
from ct112.web.errors import Conflict
from ct112.web.house import House
from ct112.web.problems import Problem, bad_cursor
from ct112.web.routes import Route
from ct112.web.values import BySerial

WITHHELD_HOURS = 24


async def list_callbacks(connection: Connection, query: CallbackQuery) -> CallbackPage:
    """List who has to be called back, the most urgent first."""
    since = datetime.now(UTC) - timedelta(hours=WITHHELD_HOURS)
    try:
        page = await callbacks.page(connection, all_=query.closed, limit=query.limit, after=query.after)
    except BadCursor:
        raise bad_cursor() from None
    found = tuple(Callback.model_validate(task) for task in page.items)
    withheld = await callbacks.withheld(connection, since)
    return CallbackPage(
        callbacks=found, total=page.total, exact=page.exact, next=page.next, withheld=withheld
    )


async def take_callback(house: House, who: Principal, path: BySerial, body: Taking) -> Callback:
    """Ring the operator's phone, then the caller's."""
    try:
        return await house.take(path.id, body.operator, who.name)
    except Conflict as error:
        raise Problem(kinds.CONFLICT, str(error)) from error


ROUTES = (
    Route("GET", "/api/v1/callbacks", list_callbacks, STAFF, audit="callback.list"),
    Route(
        "POST",
        "/api/v1/callbacks/{id}/take",
        take_callback,
        STAFF,
        status=202,
        problems=frozenset({kinds.CONFLICT, kinds.LIVE_AWAY}),
        audit="callback.take",
    ),
)
