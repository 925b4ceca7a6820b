"""Asks of the floor, and its answers as HTTP: 202 when it accepted, else a problem with its reason."""

from typing import Any
from uuid import UUID

from ct112.control.client import ControlAway, ControlRefused
from ct112.web import kinds, versions
from ct112.web.access.principal import Principal
from ct112.web.house import House
from ct112.web.problems import Problem
from ct112.web.values import Shown

KINDS = {
    "stale": kinds.STALE,
    "unknown": kinds.NOT_FOUND,
    "repeated-differs": kinds.KEY_REUSED,
    "unavailable": kinds.AWAY,
    "unanswered": kinds.LIVE_AWAY,
}
PROBLEMS = frozenset({kinds.CONFLICT, kinds.STALE, kinds.NOT_FOUND, kinds.KEY_REUSED})


class Accepted(Shown):
    """The floor accepted: what is asked happens now, and is seen in the live feed."""

    ask: UUID


async def ask(
    house: House, who: Principal, ask_id: UUID, kind: str, version: int | None = None, **fields: Any
) -> Accepted:
    """Put an ask to the floor. `version`: the revision of the thing when it was looked at. Raises Problem."""
    try:
        answer = await house.live.client.ask(kind, by=who.name, revision=version, id=ask_id, **fields)
    except (ControlAway, ControlRefused) as error:
        raise Problem(kinds.LIVE_AWAY, str(error)) from error
    if answer.accepted:
        return Accepted(ask=ask_id)
    kind_of = KINDS.get(answer.code or "", kinds.CONFLICT)
    raise versions.stale() if kind_of is kinds.STALE else Problem(kind_of, answer.reason)
