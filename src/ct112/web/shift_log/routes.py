"""The routes of the shift log: read, added to, taken over; never changed."""

from ct112.store import BadCursor, Connection, shift_log
from ct112.store.shift_log import LogQuery
from ct112.web import kinds
from ct112.web.access.principal import LEADERS, Principal
from ct112.web.problems import Problem, bad_cursor
from ct112.web.routes import Route
from ct112.web.shift_log.model import EntryPage, EntryQuery, EntryView, NewEntry
from ct112.web.values import ById


async def list_shift_log(connection: Connection, query: EntryQuery) -> EntryPage:
    """List what was written down, the newest first."""
    wanted = LogQuery(since=query.since, until=query.until, open=query.open)
    try:
        page = await shift_log.page(connection, wanted, limit=query.limit, after=query.after)
    except BadCursor:
        raise bad_cursor() from None
    found = tuple(map(EntryView.model_validate, page.items))
    return EntryPage(entries=found, total=page.total, exact=page.exact, next=page.next)


async def write_shift_log(connection: Connection, who: Principal, body: NewEntry) -> EntryView:
    """Write something down: it stays as it is."""
    added = await shift_log.write(connection, by=who.name, note=body.note, hands_over=body.hands_over)
    return EntryView.model_validate(added)


async def take_over(connection: Connection, who: Principal, path: ById) -> EntryView:
    """Take over what the shift before handed over."""
    try:
        return EntryView.model_validate(await shift_log.take_over(connection, path.id, by=who.name))
    except shift_log.EntryUnknown as error:
        raise Problem(kinds.NOT_FOUND, str(error), title="no such entry") from None
    except shift_log.EntryError as error:
        raise Problem(kinds.CONFLICT, str(error)) from None


BODY = 32 * 1024  # bytes; an entry of 4,000 characters of any script
ROUTES = (
    Route("GET", "/api/v1/shift-log", list_shift_log, LEADERS, audit="shift_log.list"),
    Route(
        "POST",
        "/api/v1/shift-log",
        write_shift_log,
        LEADERS,
        status=201,
        keyed=True,
        audit="shift_log.write",
        largest_body=BODY,
    ),
    Route(
        "POST",
        "/api/v1/shift-log/{id}/taken",
        take_over,
        LEADERS,
        problems=frozenset({kinds.CONFLICT}),
        keyed=True,
        audit="shift_log.take",
    ),
)
