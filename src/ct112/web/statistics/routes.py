"""The route of the statistics."""

from ct112.incidents.definitions import DEFINITIONS
from ct112.store import Connection, statistics
from ct112.web import kinds
from ct112.web.access.principal import LEADERS
from ct112.web.problems import Problem
from ct112.web.routes import Route
from ct112.web.statistics.model import DefinitionView, SpanQuery, StatisticsView

KEPT = ("since", "until", "calls", "classes", "categories", "kelurahan", "agencies")


async def read_statistics(connection: Connection, query: SpanQuery) -> StatisticsView:
    """Read how the centre did in a span, with what each figure means."""
    try:
        found = await statistics.of_span(connection, query.since, query.until)
    except ValueError as error:
        raise Problem(kinds.REFUSED, f"{error}: `since` is before `until`") from None
    meanings = tuple(map(DefinitionView.model_validate, DEFINITIONS))
    return StatisticsView.model_validate(
        {name: getattr(found, name) for name in KEPT} | {"definitions": meanings}
    )


ROUTES = (
    Route(
        "GET",
        "/api/v1/statistics",
        read_statistics,
        LEADERS,
        problems=frozenset({kinds.REFUSED}),
        audit="statistics.read",
    ),
)
