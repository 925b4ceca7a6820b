"""The audit of requests: one row for each that reads personal data or changes something."""

import asyncio
from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel

from ct112 import logs
from ct112.store import Connection, RowRefused, Store, StoreUnavailable, audit, explain
from ct112.web.access.principal import Principal
from ct112.web.routes import Reply, Route

log = logs.get("web")

PATIENCE_SECONDS = 0.5
_late: set[asyncio.Task[None]] = set()  # rows on their way; a task nobody holds may vanish

NAMES = ("id", "name", "number", "version")  # of a thing, in a path or an answer


async def note(
    store: Store, connection: Connection | None, route: Route, given: Mapping[str, Any], answer: object
) -> None:
    """Add the row, in the request's own transaction when it has one.

    An ask of the floor has none: its fact, with who asked, is in the spool, and a shift changes with
    PostgreSQL away. Its row is waited for a moment, and then written beside the answer.
    """
    if connection is not None:
        await _note(connection, route, given, answer)
        return
    noting = asyncio.create_task(_beside(store, route, given, answer), name="audit")
    _late.add(noting)
    noting.add_done_callback(_late.discard)
    await asyncio.wait({noting}, timeout=PATIENCE_SECONDS)


async def _beside(store: Store, route: Route, given: Mapping[str, Any], answer: object) -> None:
    try:
        async with store.transaction() as own:
            await _note(own, route, given, answer)
    except (StoreUnavailable, RowRefused) as error:
        log.warning("an action is not in the audit", action=route.audit, reason=explain(error))


async def _note(connection: Connection, route: Route, given: Mapping[str, Any], answer: object) -> None:
    who: Principal = given["who"]
    action = route.audit or ""
    await audit.note(
        connection,
        actor=who.name,
        role=who.role,
        action=action,
        object_kind=action.partition(".")[0],
        object_id=_name(given.get("path")) or _name(answer.body if isinstance(answer, Reply) else answer),
        source=who.source or None,
        detail=_how(who, given.get("body")),
        personal=_asked(given["query"]),
    )


def _how(who: Principal, body: BaseModel | None) -> dict[str, Any]:
    """Return by what who asks was known, and which fields were sent: never what was in them."""
    fields = [] if body is None else sorted(body.model_fields_set)
    return {"via": who.via} | ({"fields": fields} if fields else {})


def _name(thing: object) -> str | None:
    for name in NAMES:
        value = getattr(thing, name, None)
        if value is not None:
            return str(value)
    return None


def _asked(query: BaseModel) -> dict[str, Any]:
    """Return what was searched for: it may be somebody's number."""
    return query.model_dump(mode="json", exclude_defaults=True)
