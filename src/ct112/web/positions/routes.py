"""The routes of positions, and of who sits there."""

from uuid import UUID

from pydantic import SecretStr

from ct112.core import browser_phone
from ct112.core.asks import SummonsState
from ct112.store import Connection, positions
from ct112.store.positions import StoredPosition
from ct112.web import asking, kinds
from ct112.web.access.principal import LEADERS, STAFF, Principal, Role
from ct112.web.asking import Accepted, ask
from ct112.web.errors import LiveAway
from ct112.web.floor.model import LivePositionView
from ct112.web.house import House
from ct112.web.operators.routes import themselves
from ct112.web.peopling import PROBLEMS, problems
from ct112.web.positions.model import (
    BrowserPhone,
    NewPassword,
    NewPosition,
    PositionList,
    PositionView,
    PositionWithPassword,
    Sitting,
    Summoning,
)
from ct112.web.problems import Problem
from ct112.web.routes import Reply, Route
from ct112.web.values import ByName

ADMINS = frozenset({Role.ADMIN})


async def list_positions(house: House) -> PositionList:
    """List positions, who sits there and their phones, as they are now."""
    floor = house.live.floor
    if floor is None:
        raise LiveAway
    known = floor.parts["positions"]
    found = tuple(LivePositionView.model_validate(known[name]) for name in sorted(known))
    return PositionList(positions=found, total=len(found))


async def read_position(house: House, connection: Connection, path: ByName) -> PositionView:
    """Read one position."""
    stored = await _one(connection, path.name)
    live = _live(house, path.name)
    return PositionView(name=stored.name, version=stored.version, live=live)


async def add_position(connection: Connection, body: NewPosition) -> Reply[PositionWithPassword]:
    """Make a position with its SIP account; its phone may register within seconds."""
    with problems():
        made = await positions.add(connection, body.name, _plain(body.sip_password))
    return Reply(_whole(made), 201, {"Location": f"/api/v1/positions/{body.name}"})


async def read_browser_phone(
    house: House, who: Principal, connection: Connection, path: ByName
) -> BrowserPhone:
    """Read how this page's phone registers; for the session of who sits at the position alone."""
    stored = await _one(connection, path.name)
    if house.live.floor is None:
        raise LiveAway
    live = _live(house, path.name)
    if who.via != "session" or who.operator is None or live is None or live.operator != who.operator:
        raise Problem(kinds.NOT_ALLOWED, "sit down at this position first: its phone is for who sits there")
    if not house.browser_phones:
        raise Problem(kinds.NOT_FOUND, "this centre has no phones in pages: set CT112_BROWSER_PHONES")
    return BrowserPhone(
        user=browser_phone.account(stored.name),
        sip_password=browser_phone.password(stored.name, stored.sip_password),
        urls=house.browser_phones,
    )


async def change_sip_password(
    connection: Connection, path: ByName, body: NewPassword, version: int
) -> PositionWithPassword:
    """Give a position another SIP password."""
    with problems():
        await positions.change_password(connection, path.name, _plain(body.sip_password), version)
    return _whole(await _one(connection, path.name))


async def remove_position(connection: Connection, path: ByName, version: int) -> None:
    """Remove a position and its SIP account; who sits there is logged out after the talk."""
    with problems():
        await positions.remove(connection, path.name, version)


async def sit(house: House, who: Principal, ask_id: UUID, path: ByName, body: Sitting) -> Accepted:
    """Log an operator in at a position; who talks elsewhere moves after the talk."""
    themselves(who, body.operator)
    given = body.model_dump()
    return await ask(house, who, ask_id, "sit", position=path.name, **given)


async def leave(house: House, who: Principal, ask_id: UUID, version: int | None, path: ByName) -> Accepted:
    """Log out who sits at a position, after the talk if there is one. If-Match: its `revision`."""
    live = _live(house, path.name)
    themselves(who, live.operator if live else None)
    return await ask(house, who, ask_id, "leave", version, position=path.name)


async def summon(
    house: House, who: Principal, ask_id: UUID, version: int | None, path: ByName, body: Summoning
) -> Accepted:
    """Call a supervisor to a position, or say that one is coming; operators for their own position alone."""
    live = _live(house, path.name)
    themselves(who, live.operator if live else None)
    if body.state is SummonsState.COMING and who.role not in LEADERS:
        raise Problem(kinds.NOT_ALLOWED, "a supervisor says that they are coming")
    return await ask(house, who, ask_id, "summon", version, position=path.name, state=body.state)


async def _one(connection: Connection, name: str) -> StoredPosition:
    for stored in await positions.positions(connection):
        if stored.name == name:
            return stored
    raise Problem(kinds.NOT_FOUND, "use a name from GET /api/v1/positions", title="no such position")


def _live(house: House, name: str) -> LivePositionView | None:
    known = house.live.floor.parts["positions"].get(name) if house.live.floor else None
    return None if known is None else LivePositionView.model_validate(known)


def _plain(password: SecretStr | None) -> str | None:
    return None if password is None else password.get_secret_value()


def _whole(stored: StoredPosition) -> PositionWithPassword:
    return PositionWithPassword.model_validate(stored)


ROUTES = (
    Route("GET", "/api/v1/positions", list_positions, STAFF, problems=frozenset({kinds.LIVE_AWAY})),
    Route(
        "POST",
        "/api/v1/positions",
        add_position,
        ADMINS,
        status=201,
        problems=PROBLEMS,
        audit="position.add",
    ),
    Route("GET", "/api/v1/positions/{name}", read_position, STAFF),
    Route(
        "GET",
        "/api/v1/positions/{name}/browser-phone",
        read_browser_phone,
        STAFF,
        problems=frozenset({kinds.LIVE_AWAY}),
        audit="position.phone",
    ),
    Route(
        "POST",
        "/api/v1/positions/{name}/sip-password",
        change_sip_password,
        ADMINS,
        problems=PROBLEMS,
        audit="position.password",
    ),
    Route(
        "DELETE",
        "/api/v1/positions/{name}",
        remove_position,
        ADMINS,
        status=204,
        problems=PROBLEMS,
        audit="position.remove",
    ),
    Route(
        "PUT",
        "/api/v1/positions/{name}/operator",
        sit,
        STAFF,
        status=202,
        problems=asking.PROBLEMS,
        audit="position.sit",
    ),
    Route(
        "DELETE",
        "/api/v1/positions/{name}/operator",
        leave,
        STAFF,
        status=202,
        problems=asking.PROBLEMS,
        audit="position.leave",
    ),
    Route(
        "PUT",
        "/api/v1/positions/{name}/summons",
        summon,
        STAFF,
        status=202,
        problems=asking.PROBLEMS,
        audit="position.summon",
    ),
)
