"""The routes of routing."""

import asyncio
import difflib
from collections.abc import Iterable
from datetime import UTC, datetime

from ct112 import routing as documents
from ct112.incidents.routing_check import World
from ct112.routing import Report
from ct112.store import BadCursor, Connection, Stale, StoreUnavailable, routing
from ct112.store.publications import InForce, UnknownVersion
from ct112.store.routing import StoredRouting
from ct112.web import kinds, versions
from ct112.web.access.principal import LEADERS, STAFF, Principal
from ct112.web.house import House
from ct112.web.problems import FieldProblem, Place, Problem, bad_cursor
from ct112.web.routes import Reply, Route
from ct112.web.routing.model import (
    LARGEST_DOCUMENT,
    ByRoutingNumber,
    ExplainQuery,
    Explanation,
    RoutingDiff,
    RoutingDiffQuery,
    RoutingDocument,
    RoutingDraft,
    RoutingNow,
    RoutingProblem,
    RoutingPublishing,
    RoutingReport,
    RoutingVersion,
    RoutingVersionPage,
    RoutingVersionQuery,
    RoutingVersionWhole,
)
from ct112.web.routing.shown import explained

SECONDS = 30.0
BYTES = 4 * LARGEST_DOCUMENT
MOST_PROBLEMS = 200
PATIENCE_SECONDS = 2.0  # a database that hangs is not waited for: there is a copy


async def read_routing(connection: Connection) -> RoutingNow:
    """Read which version is in force, and how often no rule fitted within the last day."""
    return await _now(connection, await routing.in_force(connection))


async def explain_routing(house: House, query: ExplainQuery) -> Explanation:
    """Say who would be asked, by which rule, and why; with the database away from the last good copy."""
    at = _local(house, query.at or datetime.now(UTC))
    as_of = None
    try:
        async with asyncio.timeout(PATIENCE_SECONDS), house.store.transaction() as connection:
            book, world = await routing.book(connection), await routing.world(connection)
        _known(query, world)
    except (StoreUnavailable, TimeoutError):
        copy = house.agency_book.copy
        if copy is None:
            raise
        book, as_of = copy.book(), copy.as_of
    return explained(book, query.category, query.kelurahan, at, query.alarm_level, as_of)


async def list_routing_versions(connection: Connection, query: RoutingVersionQuery) -> RoutingVersionPage:
    """List the versions of the routing document, the newest first."""
    now = await routing.in_force(connection)
    try:
        page = await routing.page(connection, limit=query.limit, after=query.after)
    except BadCursor:
        raise bad_cursor() from None
    found = tuple(RoutingVersion.model_validate(_listed(stored, now)) for stored in page.items)
    return RoutingVersionPage(versions=found, total=page.total, next=page.next)


async def read_routing_version(connection: Connection, path: ByRoutingNumber) -> RoutingVersionWhole:
    """Read one version of the routing document, as it was written."""
    stored, source = await _version(connection, path.number)
    known = _listed(stored, await routing.in_force(connection))
    return RoutingVersionWhole.model_validate(known | {"source_yaml": source})


async def read_both_routings(house: House, path: ByRoutingNumber, query: RoutingDiffQuery) -> list[str]:
    """Compare, once both were read."""
    async with house.store.transaction() as connection:
        _, new = await _version(connection, path.number)
        _, old = await _version(connection, query.against)
    return await house.workshop.difference(old, new)


async def compare_routing_versions(
    path: ByRoutingNumber, query: RoutingDiffQuery, prepared: list[str]
) -> RoutingDiff:
    """Compare a version of the routing document with another one."""
    return RoutingDiff(number=path.number, against=query.against, lines=tuple(prepared))


async def check_routing(house: House, body: RoutingDocument) -> RoutingReport:
    """Check a routing document as publishing would: every problem with its line and the remedy."""
    problems, report = await _checked(house, body.source_yaml)
    return RoutingReport(ok=report is not None and report.ok, problems=problems[:MOST_PROBLEMS])


async def readable(house: House, body: RoutingDraft) -> Report:
    """Refuse what cannot be read at all."""
    problems, report = await _checked(house, body.source_yaml)
    if report is None:
        raise _refusal("the document cannot be read", problems)
    return report


async def store_routing_version(
    who: Principal, connection: Connection, body: RoutingDraft, prepared: Report
) -> Reply[RoutingVersion]:
    """Store a routing document as a new version; it does not count until it is published."""
    document = prepared.draft.to_json()
    number = await routing.add(connection, document, body.source_yaml, body.note, by=who.name)
    stored, _ = await routing.get(connection, number)
    made = RoutingVersion.model_validate(_listed(stored, await routing.in_force(connection)))
    return Reply(made, 201, {"Location": f"/api/v1/routing/versions/{number}"})


async def routable(house: House, path: ByRoutingNumber) -> None:
    """Refuse a document with a problem; what it names may have changed since it was stored."""
    async with house.store.transaction() as connection:
        _, source = await _version(connection, path.number)
    problems, report = await _checked(house, source)
    if report is None or not report.ok:
        fatal = tuple(one for one in problems if one.fatal)
        raise _refusal("not published: what is in force stays", fatal)


async def publish_routing_version(
    who: Principal,
    connection: Connection,
    path: ByRoutingNumber,
    body: RoutingPublishing,
    version: int,
    prepared: None,  # noqa: ARG001 (it was checked)
) -> RoutingNow:
    """Put a version in force for what is proposed from now on; an older one too."""
    try:
        now = await routing.publish(connection, path.number, body.note, by=who.name, expected=version)
    except Stale:
        raise versions.stale() from None
    except UnknownVersion:
        raise _no_such() from None
    return await _now(connection, now)


async def _checked(house: House, source: str) -> tuple[tuple[RoutingProblem, ...], Report | None]:
    async with house.store.transaction() as connection:
        world = await routing.world(connection)
    problems, report = await asyncio.to_thread(documents.every_problem, source, world, name="the document")
    return tuple(RoutingProblem.model_validate(problem) for problem in problems), report


async def _version(connection: Connection, number: int) -> tuple[StoredRouting, str]:
    try:
        return await routing.get(connection, number)
    except UnknownVersion:
        raise _no_such() from None


def _no_such() -> Problem:
    return Problem(kinds.NOT_FOUND, "use a number from GET /api/v1/routing/versions", title="no such version")


def _local(house: House, at: datetime) -> datetime:
    """Return a moment on the centre's clock. Raises Problem for one that has no place in a calendar there."""
    try:
        return at.astimezone(house.zone)
    except OverflowError:
        remedy = "send a time like 2026-11-25T18:00:00Z"
        wrong = FieldProblem(place=Place.QUERY, field="at", message="is out of range", remedy=remedy)
        raise Problem(kinds.INVALID, f"at: {remedy}", fields=[wrong]) from None


def _known(query: ExplainQuery, world: World) -> None:
    """Refuse a category or an area that is none, where it is known which there are. Raises Problem."""
    if query.category not in world.categories:
        raise _unknown("category", query.category, world.categories, "use a code of GET /api/v1/categories")
    if world.areas and query.kelurahan is not None and query.kelurahan not in world.areas_and_above:
        remedy = "use the code of an imported area, or leave it out: the place is not known then"
        raise _unknown("kelurahan", query.kelurahan, (), remedy)


def _unknown(field: str, given: str, codes: Iterable[str], otherwise: str) -> Problem:
    near = difflib.get_close_matches(given, codes, n=1)
    remedy = f"did you mean {near[0]}?" if near else otherwise
    wrong = FieldProblem(place=Place.QUERY, field=field, message="is not known here", remedy=remedy)
    return Problem(kinds.REFUSED, f"{field} is not known here: {remedy}", fields=[wrong])


def _listed(stored: StoredRouting, now: InForce) -> dict[str, object]:
    known = {name: getattr(stored, name) for name in StoredRouting.__slots__}
    return known | {"in_force": stored.number == now.number}


async def _now(connection: Connection, now: InForce) -> RoutingNow:
    unmatched = await routing.unmatched_within(connection, routing.A_DAY)
    return RoutingNow(version=now.publishing, number=now.number, unmatched_last_day=unmatched)


def _refusal(why: str, problems: tuple[RoutingProblem, ...]) -> Problem:
    fields = [
        FieldProblem(
            place=Place.BODY,
            field="source_yaml" if problem.line is None else f"source_yaml.line {problem.line}",
            message=problem.message,
            remedy=problem.remedy,
        )
        for problem in problems[:MOST_PROBLEMS]
    ]
    first = f": {fields[0].message}: {fields[0].remedy}" if fields else ""
    return Problem(kinds.REFUSED, f"{why}{first}", fields=fields)


REFUSED = frozenset({kinds.REFUSED})
VERSION = "/api/v1/routing/versions/{number}"
ROUTES = (
    Route("GET", "/api/v1/routing", read_routing, LEADERS),
    Route("GET", "/api/v1/routing/explain", explain_routing, STAFF, problems=REFUSED),
    Route("GET", "/api/v1/routing/versions", list_routing_versions, LEADERS),
    Route(
        "POST",
        "/api/v1/routing/versions",
        store_routing_version,
        LEADERS,
        status=201,
        prepare=readable,
        keyed=True,
        audit="routing.store",
        seconds=SECONDS,
        largest_body=BYTES,
    ),
    Route("GET", VERSION, read_routing_version, LEADERS),
    Route("GET", f"{VERSION}/diff", compare_routing_versions, LEADERS, prepare=read_both_routings),
    Route(
        "POST",
        f"{VERSION}/publish",
        publish_routing_version,
        LEADERS,
        prepare=routable,
        audit="routing.publish",
        seconds=SECONDS,
    ),
    Route("POST", "/api/v1/routing/check", check_routing, LEADERS, seconds=SECONDS, largest_body=BYTES),
)
