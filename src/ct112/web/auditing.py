"""The audit of requests: one row for each that reads personal data or changes something."""

from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel

from ct112.store import Connection, audit
from ct112.web.access.principal import Principal
from ct112.web.backlog import Backlog
from ct112.web.routes import Reply, Route

NAMES = ("id", "name", "number", "version")  # of a thing, in a path or an answer


async def note(
    backlog: Backlog,
    connection: Connection | None,
    route: Route,
    given: Mapping[str, Any],
    answer: object,
    *,
    again: bool = False,
) -> None:
    """Add the row, in the request's own transaction when it has one. `again`: a kept answer was given.

    What reads or asks of the floor has none: a shift changes with PostgreSQL away. Its row is waited for
    a moment, and written beside the answer, or as soon as the database is back.
    """
    row = _row(route, given, answer, again=again)
    if connection is None:
        await backlog.put(row)
    else:
        await audit.note(connection, **row)


def _row(route: Route, given: Mapping[str, Any], answer: object, *, again: bool) -> dict[str, Any]:
    who: Principal = given["who"]
    action = route.audit or ""
    return {
        "actor": who.name,
        "role": who.role,
        "action": action,
        "object_kind": action.partition(".")[0],
        "object_id": _name(given.get("path")) or _name(answer.body if isinstance(answer, Reply) else answer),
        "source": who.source or None,
        "detail": _how(who, given.get("body")) | ({"again": True} if again else {}),
        "personal": _asked(given["query"]),
    }


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
