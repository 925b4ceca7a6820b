"""The routes of the statistics, and of the month's report for the national centre."""

import asyncio
from collections.abc import Callable, Sequence

from ct112.incidents.definitions import DEFINITIONS
from ct112.reports.mapping import Mapping, read
from ct112.reports.monthly import Month, Row, rows
from ct112.reports.writing import to_csv, to_xlsx
from ct112.store import Connection, statistics
from ct112.web import kinds
from ct112.web.access.principal import LEADERS
from ct112.web.house import House
from ct112.web.problems import Problem
from ct112.web.routes import Handler, Media, Route
from ct112.web.statistics.model import ByMonth, DefinitionView, SpanQuery, StatisticsView

CSV = "text/csv"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
REPORT_SECONDS = 30.0  # a span a day, over all there is
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


async def report_csv(house: House, connection: Connection, path: ByMonth) -> Media:
    """Read a month's report as CSV: a row a local day, one for the month (docs/statistics.md)."""
    return await _report(house, connection, path, to_csv, CSV)


async def report_xlsx(house: House, connection: Connection, path: ByMonth) -> Media:
    """Read a month's report as XLSX: a row a local day, one for the month (docs/statistics.md)."""
    return await _report(house, connection, path, to_xlsx, XLSX)


async def _report(
    house: House,
    connection: Connection,
    path: ByMonth,
    written: Callable[[Mapping, Sequence[Row]], bytes],
    media: str,
) -> Media:
    month = Month.read(path.month)
    found, whole = await statistics.of_month(connection, month.days(), house.zone)
    body = await asyncio.to_thread(written, read(), rows(month, found, whole))
    name = f"ct112-{month}.{'csv' if media == CSV else 'xlsx'}"
    return Media(body, media, {"Content-Disposition": f'attachment; filename="{name}"'})


def _month(kind: str, handler: Handler, media: str) -> Route:
    path = f"/api/v1/reports/{{month}}.{kind}"
    return Route("GET", path, handler, LEADERS, media=media, seconds=REPORT_SECONDS, audit="report.read")


ROUTES = (
    _month("csv", report_csv, CSV),
    _month("xlsx", report_xlsx, XLSX),
    Route(
        "GET",
        "/api/v1/statistics",
        read_statistics,
        LEADERS,
        problems=frozenset({kinds.REFUSED}),
        audit="statistics.read",
    ),
)
