"""What there is on a node, asked over HTTP; channel by channel when Asterisk cannot list them as a whole.

One channel that Asterisk cannot put into JSON (a Call-ID that is not UTF-8) makes `GET /channels` fail with
500 for as long as it lives. It costs itself alone: it is left out and counted.
"""

import asyncio
from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, TypeVar

from pydantic import TypeAdapter, ValidationError

from ct112.asterisk import names
from ct112.asterisk.ari import (
    Conflict,
    NotFound,
    Refused,
    Unreadable,
    applications,
    asterisk_config,
    bridges,
    channels,
)
from ct112.asterisk.ari.models import BRIDGE, CHANNEL, ENDPOINT, INFO, PING, Bridge, Channel, Model
from ct112.asterisk.wire import Wire

AT_ONCE = 8  # requests for single channels; Asterisk serves at most 100 HTTP sessions (http.conf)
ONE_SECONDS = 5.0
IN_STASIS = "Stasis"
T = TypeVar("T", bound=Model)


@dataclass(frozen=True, slots=True)
class Listing:
    """What there is on a node. `left_out`: how many channels and bridges could not be read.

    `up_since`: when Asterisk was started; `now`: when it was asked. Both are epoch seconds by its own clock.
    """

    channels: tuple[Channel, ...] = ()
    bridges: tuple[Bridge, ...] = ()
    left_out: int = 0
    up_since: float | None = None
    now: float | None = None


async def look(wire: Wire, application: str, known: Collection[str] = ()) -> Listing:
    """Ask what there is, hear of our legs from now on, and ask again. Raises AriError.

    What changed between the two lists is in the second or was heard. The sign of life comes last and over the
    websocket: events that Asterisk sent before it are here when it is.
    """
    up_since = _up_since(await wire.ask(asterisk_config.info()))
    found = await read(wire, known)
    legs = followed(found, application)
    if legs:
        await _subscribe(wire, application, legs)
        found = await read(wire, {*legs, *known})
    return replace(found, up_since=up_since, now=_now(await wire.ask(asterisk_config.ping())))


def followed(found: Listing, application: str) -> list[str]:
    """Return the legs whose events we need: callers' in our hands, and those we made."""
    return [
        leg.id
        for leg in found.channels
        if names.is_ours(leg) or (names.is_caller(leg) and in_our_hands(leg, application))
    ]


def in_our_hands(channel: Channel, application: str) -> bool:
    """Return whether a leg is in our Stasis application now."""
    plan = channel.dialplan
    return plan.app_name == IN_STASIS and plan.app_data.partition(",")[0] == application


def is_in_dialplan(leg: Channel) -> bool:
    """Return whether a leg that left Stasis goes on: neither still on its way nor at its end ("h")."""
    return leg.dialplan.app_name != IN_STASIS and leg.dialplan.exten != "h"


async def read(wire: Wire, known: Collection[str] = ()) -> Listing:
    """Ask for everything; `known`: ids of channels that were there before. Raises AriError."""
    try:
        legs, unread = _fitting(CHANNEL, await wire.fetch(channels.every()))
        joined, torn = _fitting(BRIDGE, await wire.fetch(bridges.every()))
    except (Refused, Unreadable):
        joined, torn = _fitting(BRIDGE, await wire.fetch(bridges.every()))
        members = {name for bridge in joined for name in bridge.channels}
        legs, unread = await _one_by_one(wire, {*known, *members, *await _of_endpoints(wire)})
    return Listing(legs, joined, unread + torn)


async def _subscribe(wire: Wire, application: str, legs: Iterable[str]) -> None:
    """Hear of these legs again; one that ended meanwhile is not in the next list. Raises AriError.

    Whatever else goes wrong fails the survey: of a leg we do not hear of, the end would never be known.
    """
    replies = [wire.start(applications.subscribe(application, f"channel:{leg}")) for leg in legs]
    for answer in await asyncio.gather(*replies, return_exceptions=True):
        if isinstance(answer, BaseException) and not isinstance(answer, NotFound | Conflict):
            raise answer


def _up_since(answer: Any) -> float | None:
    try:
        status = INFO.validate_python(answer).status
    except ValidationError:
        return None
    return status.startup_time.timestamp() if status else None


def _now(answer: Any) -> float | None:
    try:
        return datetime.fromisoformat(PING.validate_python(answer).timestamp).timestamp()
    except ValueError:  # a ValidationError is one too
        return None


async def _of_endpoints(wire: Wire) -> set[str]:
    """Return the channels of every SIP account and of the trunk."""
    endpoints, _ = _fitting(ENDPOINT, await wire.fetch(asterisk_config.endpoints("PJSIP")))
    return {name for endpoint in endpoints for name in endpoint.channel_ids}


async def _one_by_one(wire: Wire, ids: Iterable[str]) -> tuple[tuple[Channel, ...], int]:
    """Return the channels that can be read, and how many cannot; those that ended meanwhile are neither.

    Asterisk 22.10.1 answers 200 and nothing for one that it cannot describe.
    """
    limit = asyncio.Semaphore(AT_ONCE)

    async def one(channel: str) -> list[Any]:
        async with limit:
            try:
                return [await wire.fetch(channels.one(channel), ONE_SECONDS)]
            except NotFound:
                return []
            except (Refused, Unreadable):
                return [None]

    answers = await asyncio.gather(*(one(channel) for channel in sorted(ids)))
    return _fitting(CHANNEL, [channel for answer in answers for channel in answer])


def _fitting(kind: TypeAdapter[T], answer: Any) -> tuple[tuple[T, ...], int]:
    """Return what of a list has the shape it should have, and how many have not."""
    if not isinstance(answer, list):
        raise Unreadable("no list, where a list was asked for")
    found, left_out = [], 0
    for item in answer:
        try:
            found.append(kind.validate_python(item))
        except ValidationError:
            left_out += 1
    return tuple(found), left_out
