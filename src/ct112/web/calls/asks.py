"""What may be asked of a waiting call: another class, another place."""

from uuid import UUID

from ct112.core.record import ServiceClass
from ct112.web.access.principal import LEADERS, STAFF, Principal
from ct112.web.asking import PROBLEMS, Accepted, ask
from ct112.web.house import House
from ct112.web.routes import Route
from ct112.web.values import ById, Given


class Classing(Given):
    """The class the call belongs to."""

    service_class: ServiceClass


class Ordering(Given):
    """Whether the call is served before its class."""

    first: bool


async def set_class(
    house: House, who: Principal, ask_id: UUID, version: int | None, path: ById, body: Classing
) -> Accepted:
    """Give a call another service class; who waits changes place at once."""
    return await ask(
        house, who, ask_id, "set_class", version, call=str(path.id), service_class=body.service_class
    )


async def set_priority(
    house: House, who: Principal, ask_id: UUID, version: int | None, path: ById, body: Ordering
) -> Accepted:
    """Put a waiting call before its class, or back into its place."""
    return await ask(house, who, ask_id, "set_priority", version, call=str(path.id), first=body.first)


ROUTES = (
    Route(
        "POST",
        "/api/v1/calls/{id}/class",
        set_class,
        STAFF,
        status=202,
        problems=PROBLEMS,
        keyed=True,
        audit="call.class",
    ),
    Route(
        "POST",
        "/api/v1/calls/{id}/priority",
        set_priority,
        LEADERS,
        status=202,
        problems=PROBLEMS,
        keyed=True,
        audit="call.priority",
    ),
)
