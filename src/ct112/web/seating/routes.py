"""The route of stays."""

from ct112.store import BadCursor, Connection, seating
from ct112.web.access.principal import LEADERS
from ct112.web.problems import bad_cursor
from ct112.web.routes import Route
from ct112.web.seating.model import StayPage, StayQuery, StayView


async def list_stays(connection: Connection, query: StayQuery) -> StayPage:
    """List who sat where, the newest first."""
    try:
        page = await seating.page(
            connection,
            operator=query.operator,
            position=query.position,
            limit=query.limit,
            after=query.after,
        )
    except BadCursor:
        raise bad_cursor() from None
    stays = tuple(StayView.model_validate(stay) for stay in page.items)
    return StayPage(stays=stays, total=page.total, exact=page.exact, next=page.next)


ROUTES = (Route("GET", "/api/v1/seating", list_stays, LEADERS, audit="seating.list"),)
