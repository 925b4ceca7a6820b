"""Calls at one operator's console: from the packet at Asterisk until the page has drawn it."""

import asyncio
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from playwright.async_api import Browser

from bench.exchange import CT112_NUMBER, Exchange
from bench.load import SETTLE_SECONDS, play
from bench.screens.desk import DESK_PHONE, READY, Kept, desk
from bench.screens.follower import Follower
from bench.sniffer import Packet, read, sniffing

RATE = 1.0  # calls a second: each is over before the next comes
STAY_MS = 650
EVENTS = {"a caller's INVITE": "offered", "the operator answers": "talking", "the caller hangs up": "gone"}
"""What happens at Asterisk → what the call then is on the console; `gone`: it is not shown any more."""
AT_DESK = """() => bench.frames.some(({shown}) => shown.duty === "ready")"""


@dataclass(frozen=True, slots=True)
class Seen:
    """One event: milliseconds from its packet until each had it; None: never."""

    event: str
    bare: float | None
    socket: float | None
    drawn: float | None


async def at_the_desk(exchange: Exchange, browser: Browser, follower: Follower, count: int) -> list[Seen]:
    """Let so many callers be answered at the desk's own phone; return their events and the rings."""
    info = exchange.lab.description()
    async with desk(browser, info, script=DESK_PHONE) as page:
        await page.sign_in("operator-1")
        await page.until(AT_DESK)
        await page.open("/console")  # anew: what is set at a desk was forgotten as somebody else signed in
        await page.until(AT_DESK)
        packets = await _play(exchange, count)
        kept = await page.kept()
    found = [_seen(event, packet, follower, kept) for event, packet in _events(exchange, packets)]
    rings = [Seen("rings", None, None, _after(one, kept, "offered")) for one in _rings(exchange, packets)]
    return [*found, *rings]


async def at_the_page(exchange: Exchange, browser: Browser, count: int) -> list[Seen]:
    """Let so many callers ring at the page's own phone and leave; return how soon each popped."""
    async with desk(browser, exchange.lab.description()) as page:
        await page.sign_in("operator-1")
        await page.until(READY)
        await page.forget()
        packets = await _play(exchange, count)
        kept = await page.kept()
    # from the caller's INVITE: that to the page is seen only when the page has time for it, after it is drawn
    rings = [packet for event, packet in _events(exchange, packets) if event == next(iter(EVENTS))]
    return [Seen("rings in the page", None, None, _after(ring, kept, "offered")) for ring in rings]


async def _play(exchange: Exchange, count: int) -> list[Packet]:
    """Let them come, one a second; return the packets of SIP."""
    with tempfile.TemporaryDirectory(prefix="ct112-screens-") as folder:
        kept, stats = Path(folder) / "packets", Path(folder) / "stats.csv"
        with sniffing(exchange.node.ports.sip, kept):
            await asyncio.to_thread(play, exchange, CT112_NUMBER, RATE, count, STAY_MS, stats)
            await asyncio.sleep(SETTLE_SECONDS)
        return read(kept)


def _events(exchange: Exchange, packets: Iterable[Packet]) -> Iterable[tuple[str, Packet]]:
    known: set[tuple[str, str]] = set()
    for packet in packets:
        event = _event(exchange, packet)
        if event and (event, packet.user) not in known:  # the first: the others are sent again
            known.add((event, packet.user))
            yield event, packet


def _event(exchange: Exchange, packet: Packet) -> str | None:
    invite, answered, left = EVENTS
    if packet.source == exchange.caller_port:
        return {"INVITE": invite, "BYE": left}.get(packet.start.partition(" ")[0])
    ok = packet.start.startswith("SIP/2.0 200") and packet.cseq.endswith("INVITE")
    return answered if ok and packet.source == exchange.uas_port else None


def _rings(exchange: Exchange, packets: Iterable[Packet]) -> list[Packet]:
    """Return the first INVITE of each call at the operator's phone."""
    found: dict[str, Packet] = {}
    for packet in packets:
        if packet.start.startswith("INVITE") and packet.target == exchange.uas_port:
            found.setdefault(packet.user, packet)
    return list(found.values())


def _seen(event: str, packet: Packet, follower: Follower, kept: Kept) -> Seen:
    """Return how soon the bare client, the page's own line and the screen had it."""
    state = EVENTS[event]
    bare = _told(follower, packet.user, state)
    revision = next((one.revision for one in follower.moments if one.at == bare), None)
    socket = next((one["at"] for one in kept.messages if one["revision"] == revision), None)
    return Seen(
        event,
        None if bare is None else 1000 * (bare - packet.at),
        None if socket is None else socket - 1000 * packet.at,
        _after(packet, kept, state),
    )


def _told(follower: Follower, number: str, state: str) -> float | None:
    states = ("leaving", "gone") if state == "gone" else (state,)
    return min((at for one in states if (at := follower.states.get((number, one)))), default=None)


def _after(packet: Packet, kept: Kept, state: str) -> float | None:
    """Return how long after a packet its call was drawn in this state (`gone`: was not shown any more)."""
    shown = False
    for frame in kept.frames:
        call: dict[str, Any] = frame["shown"]
        here = call["number"] == packet.user
        if (here and call["call"] == state) or (state == "gone" and shown and not here):
            return float(frame["at"] - 1000 * packet.at)
        shown = shown or here
    return None
