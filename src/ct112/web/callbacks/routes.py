"""The routes of call-backs."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

from ct112.store import BadCursor, CallbackError, Connection, callbacks
from ct112.web import kinds
from ct112.web.access.principal import STAFF, Principal
from ct112.web.asking import PROBLEMS, Accepted, ask
from ct112.web.callbacks.model import Callback, CallbackPage, CallbackQuery, Result, Taking
from ct112.web.house import House
from ct112.web.operators.routes import themselves
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


async def take_callback(house: House, who: Principal, ask_id: UUID, path: BySerial, body: Taking) -> Accepted:
    """Ring the operator's phone, then the caller's; operators their own alone."""
    themselves(who, body.operator)
    return await ask(house, who, ask_id, "take_callback", task=path.id, operator=body.operator)


async def finish_callback(connection: Connection, path: BySerial, body: Result) -> Callback:
    """Note how a call-back went that was made in another way, or cancel it."""
    try:
        return Callback.model_validate(await callbacks.finish(connection, path.id, body.result))
    except CallbackError as error:
        raise Problem(kinds.CONFLICT, str(error)) from error


ROUTES = (
    Route("GET", "/api/v1/callbacks", list_callbacks, STAFF, audit="callback.list"),
    Route(
        "POST",
        "/api/v1/callbacks/{id}/take",
        take_callback,
        STAFF,
        status=202,
        problems=PROBLEMS,
        keyed=True,
        audit="callback.take",
    ),
    Route(
        "POST",
        "/api/v1/callbacks/{id}/result",
        finish_callback,
        STAFF,
        problems=frozenset({kinds.CONFLICT}),
        keyed=True,
        audit="callback.result",
    ),
)
