"""The routes of neighbouring centres: who may offer us incidents."""

from collections.abc import Mapping
from typing import Any

from pydantic import SecretStr

from ct112.incidents.destinations import SECRET, url_trouble
from ct112.store import BadCursor, Connection, Stale, neighbours
from ct112.store.neighbours import NeighbourTaken, NeighbourUnknown
from ct112.web import kinds, versions
from ct112.web.access.principal import Role
from ct112.web.house import House
from ct112.web.neighbours.model import (
    ByNeighbour,
    NeighbourChanges,
    NeighbourPage,
    NeighbourQuery,
    NeighbourView,
    NewNeighbour,
)
from ct112.web.problems import Problem, bad_cursor, refused_field
from ct112.web.routes import Route


async def list_neighbours(connection: Connection, query: NeighbourQuery) -> NeighbourPage:
    """List the neighbouring centres, by code."""
    try:
        page = await neighbours.page(connection, limit=query.limit, after=query.after)
    except BadCursor:
        raise bad_cursor() from None
    found = tuple(map(NeighbourView.model_validate, page.items))
    return NeighbourPage(neighbours=found, total=page.total, exact=page.exact, next=page.next)


async def add_neighbour(connection: Connection, house: House, body: NewNeighbour) -> NeighbourView:
    """Register a neighbouring centre."""
    plain = _plain(body.model_dump())
    _check(house, plain)
    try:
        return NeighbourView.model_validate(await neighbours.add(connection, **plain))
    except NeighbourTaken as error:
        raise Problem(kinds.CONFLICT, str(error)) from None


async def change_neighbour(
    connection: Connection, house: House, path: ByNeighbour, body: NeighbourChanges, version: int
) -> NeighbourView:
    """Change a neighbour, or set it inactive."""
    changes = _plain(body.model_dump(include=body.model_fields_set))
    _check(house, changes)
    try:
        changed = await neighbours.change(connection, path.code, version, **changes)
    except NeighbourUnknown as error:
        raise Problem(kinds.NOT_FOUND, str(error), title="no such neighbour") from None
    except Stale:
        raise versions.stale() from None
    return NeighbourView.model_validate(changed)


def _plain(values: dict[str, Any]) -> dict[str, Any]:
    return {
        name: value.get_secret_value() if isinstance(value, SecretStr) else value
        for name, value in values.items()
    }


def _check(house: House, values: Mapping[str, Any]) -> None:
    """Raises Problem for a URL that answers must not go to, and for a secret the neighbour cannot take."""
    if (trouble := url_trouble(values["url"], house.networks) if "url" in values else None) is not None:
        raise refused_field("url", *trouble)
    for name in {"secret", "token"} & values.keys():
        if not SECRET.fullmatch(values[name]):
            raise refused_field(
                name, "will not do", "send 16 to 200 letters, digits and signs, without spaces"
            )


ADMINS = frozenset({Role.ADMIN})
REFUSED = frozenset({kinds.REFUSED})
ROUTES = (
    Route("GET", "/api/v1/neighbours", list_neighbours, ADMINS | {Role.SUPERVISOR}),
    Route(
        "POST",
        "/api/v1/neighbours",
        add_neighbour,
        ADMINS,
        status=201,
        problems=REFUSED | {kinds.CONFLICT},
        keyed=True,
        audit="neighbour.add",
    ),
    Route(
        "PATCH",
        "/api/v1/neighbours/{code}",
        change_neighbour,
        ADMINS,
        problems=REFUSED,
        audit="neighbour.change",
    ),
)
