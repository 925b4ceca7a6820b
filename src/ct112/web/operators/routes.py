"""The routes of operators."""

import asyncio
from typing import Any
from uuid import UUID

from pydantic import SecretStr

from ct112.store import Connection, operators, pause_reasons, pins
from ct112.store.operators import StoredOperator
from ct112.web import asking, kinds
from ct112.web.access.principal import LEADERS, STAFF, Principal, Role
from ct112.web.asking import Accepted, ask
from ct112.web.house import House
from ct112.web.operators.model import (
    NewOperator,
    OperatorChange,
    OperatorList,
    OperatorView,
    PauseReasonList,
    PauseReasonView,
    StateWanted,
)
from ct112.web.peopling import PROBLEMS, bad_pin, problems
from ct112.web.problems import Problem
from ct112.web.routes import Reply, Route
from ct112.web.values import ByName


async def list_operators(connection: Connection) -> OperatorList:
    """List operators, by name."""
    found = tuple(_view(stored) for stored in await operators.operators(connection))
    return OperatorList(operators=found, total=len(found))


async def read_operator(connection: Connection, path: ByName) -> OperatorView:
    """Read one operator."""
    return await _one(connection, path.name)


async def hash_new_pin(body: NewOperator) -> str | None:
    """Hash the PIN, in a thread: it takes a while on purpose."""
    return await _hashed(body.pin)


async def add_operator(
    connection: Connection, body: NewOperator, prepared: str | None
) -> Reply[OperatorView]:
    """Make an operator; they sit nowhere yet."""
    with problems():
        made = await operators.add(connection, body.name, full_name=body.full_name, pin_hash=prepared)
    return Reply(_view(made), 201, {"Location": f"/api/v1/operators/{body.name}"})


async def hash_other_pin(body: OperatorChange) -> str | None:
    """Hash the PIN, in a thread."""
    return await _hashed(body.pin)


async def change_operator(
    connection: Connection, path: ByName, body: OperatorChange, version: int, prepared: str | None
) -> OperatorView:
    """Change an operator: name in full, whether they may log in, PIN."""
    values: dict[str, Any] = body.model_dump(include=body.model_fields_set - {"pin"})
    if "pin" in body.model_fields_set:
        values["pin_hash"] = prepared
    with problems():
        await operators.change(connection, path.name, version, **values)
    return await _one(connection, path.name)


async def remove_operator(connection: Connection, path: ByName, version: int) -> None:
    """Remove an operator; who sits somewhere is logged out after the talk."""
    with problems():
        await operators.remove(connection, path.name, version)


async def set_operator_state(
    house: House, who: Principal, ask_id: UUID, version: int | None, path: ByName, body: StateWanted
) -> Accepted:
    """Make an operator ready, or paused with a reason; operators themselves alone.

    If-Match: the `revision` of their position, when it matters that nobody was first.
    """
    themselves(who, path.name)
    return await ask(
        house, who, ask_id, "set_state", version, operator=path.name, ready=body.ready, reason=body.reason
    )


async def list_pause_reasons(connection: Connection) -> PauseReasonList:
    """List why an operator may be paused."""
    found = await pause_reasons.pause_reasons(connection)
    reasons = tuple(PauseReasonView.model_validate(reason) for reason in found)
    return PauseReasonList(reasons=reasons, total=len(reasons))


def themselves(who: Principal, operator: str | None) -> None:
    """Refuse an operator who asks for somebody else. Raises Problem."""
    if who.role is Role.OPERATOR and (operator is None or who.operator != operator):
        raise Problem(kinds.NOT_ALLOWED, "an operator asks for themselves alone: ask a supervisor")


async def _one(connection: Connection, name: str) -> OperatorView:
    for stored in await operators.operators(connection):
        if stored.name == name:
            return _view(stored)
    raise Problem(kinds.NOT_FOUND, "use a name from GET /api/v1/operators", title="no such operator")


def _view(stored: StoredOperator) -> OperatorView:
    return OperatorView(
        name=stored.name,
        full_name=stored.full_name,
        active=stored.active,
        has_pin=stored.pin_hash is not None,
        version=stored.version,
    )


async def _hashed(pin: SecretStr | None) -> str | None:
    try:
        return None if pin is None else await asyncio.to_thread(pins.hashed, pin.get_secret_value())
    except pins.PinError as error:
        raise bad_pin(error) from None


REFUSED = frozenset({kinds.REFUSED})
ROUTES = (
    Route("GET", "/api/v1/operators", list_operators, STAFF, audit="operator.list"),
    Route(
        "POST",
        "/api/v1/operators",
        add_operator,
        LEADERS,
        status=201,
        prepare=hash_new_pin,
        problems=PROBLEMS,
        keyed=True,
        audit="operator.add",
    ),
    Route("GET", "/api/v1/operators/{name}", read_operator, STAFF, audit="operator.read"),
    Route(
        "PATCH",
        "/api/v1/operators/{name}",
        change_operator,
        LEADERS,
        prepare=hash_other_pin,
        problems=PROBLEMS,
        audit="operator.change",
    ),
    Route(
        "DELETE",
        "/api/v1/operators/{name}",
        remove_operator,
        LEADERS,
        status=204,
        problems=PROBLEMS,
        audit="operator.remove",
    ),
    Route(
        "POST",
        "/api/v1/operators/{name}/state",
        set_operator_state,
        STAFF,
        status=202,
        problems=asking.PROBLEMS,
        keyed=True,
        audit="operator.state",
    ),
    Route("GET", "/api/v1/pause-reasons", list_pause_reasons, STAFF),
)
