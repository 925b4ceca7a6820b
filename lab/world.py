"""The world a system test plays in: a lab, operators' desks, citizens, and what was written down."""

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from random import SystemRandom
from typing import Any, TypeVar

import aiohttp
import asyncpg
from prometheus_client.parser import text_string_to_metric_families

from lab.api import Lab
from lab.audio import Heard
from lab.operators import CITIZEN_TONES, OPERATOR_TONES, register_position
from lab.phones import ANSWER, Behaviour, Phone, PhoneCall, Phones

Row = Mapping[str, Any]
T = TypeVar("T")
CT112, POSTGRES, ASTERISK, ASTERISK_B = "ct112", "postgres", "asterisk-a", "asterisk-b"
PICKED_UP_SECONDS = 30  # a caller who comes just as ct112 dies waits for the dead-man's switch: 12 s
QUALIFY_SECONDS = 3.5  # a little longer than an OPTIONS may go unanswered (pjsip.conf)


async def eventually(
    look: Callable[[], Awaitable[T]], holds: Callable[[T], bool], within: float, what: str
) -> T:
    """Look again and again until it holds; fails with what was seen last. The one way of waiting here."""
    end = asyncio.get_running_loop().time() + within
    while not holds(seen := await look()):
        assert asyncio.get_running_loop().time() < end, f"not within {within:g} s: {what}; last seen: {seen}"
        await asyncio.sleep(0.05)
    return seen


@dataclass
class World:
    """A lab under way and the phones around it."""

    lab: Lab
    desks: Phones
    citizens: Phones
    calls: list[PhoneCall] = field(default_factory=list)
    elsewhere: int = 0  # phones registered by somebody else

    @property
    def info(self) -> dict[str, Any]:
        """Return lab.json."""
        return self.lab.info

    @property
    def exchange(self) -> str:
        """Return where SIP is spoken, host:port."""
        return self.exchange_of("a")

    def exchange_of(self, node: str) -> str:
        """Return where this node speaks SIP."""
        exchanges: dict[str, str] = {
            ari["name"]: sip for sip, ari in zip(self.info["sip"], self.info["ari"], strict=True)
        }
        return exchanges[node]

    def nodes(self) -> list[str]:
        """Return the nodes that run."""
        living = self.lab.living()
        return [ari["name"] for ari in self.info["ari"] if f"asterisk-{ari['name']}" in living]

    # ── people

    async def sit_down(self, *positions: str, behaviour: Behaviour = ANSWER) -> list[Phone]:
        """Register the phones of these positions at every node that runs, and wait until ct112, when it is
        there, knows of them.
        """
        rows = {row["name"]: row for row in self.info["positions"]}
        phones = []
        for name in positions:
            tone = OPERATOR_TONES[list(rows).index(name)]
            phones.append(await register_position(self.desks, self.info, rows[name], behaviour, tone))
        if CT112 in self.lab.living():
            for node in self.nodes():
                await self._known_at(node)
        return phones

    async def _known_at(self, node: str) -> None:
        """Wait until ct112 knows which phones are registered at this node."""
        await eventually(
            lambda: self.metric("ct112_phones_registered", node=node),
            lambda count: 0 <= count - len(self.desks.registered(self.exchange_of(node))) <= self.elsewhere,
            5,
            f"ct112 knows who sits where, at node {node}",
        )

    async def dial(self, ani: str | None = None, *, node: str = "a", **more: Any) -> PhoneCall:
        """Let a citizen call 112 and wait until it is picked up; `ani` None: a number nobody else has."""
        number = f"08{SystemRandom().randrange(10**9, 10**10)}" if ani is None else ani
        tone = CITIZEN_TONES[len(self.calls) % len(CITIZEN_TONES)]
        call = await self.citizens.call(
            f"sip:112@{self.exchange_of(node)}", number, **{"tone_hz": tone, **more}
        )
        self.calls.append(call)
        await call.wait_for("established", PICKED_UP_SECONDS)
        return call

    async def dial_and_press(self, digits: str, *, node: str = "a") -> PhoneCall:
        """Let a citizen call, listen until the menu speaks, press keys and be queued."""
        call = await self.dial(node=node)
        assert await call.hears_sound() > -40, "the menu does not speak"
        await call.press(digits)
        await self.row(call, lambda row: row["queued_at"] is not None)
        return call

    def tone_of(self, call: PhoneCall) -> int:
        """Return what this citizen's phone sends, in Hz."""
        return CITIZEN_TONES[self.calls.index(call) % len(CITIZEN_TONES)]

    async def talk(self, caller: PhoneCall, desk: Phone, at_desk: PhoneCall) -> tuple[Heard, Heard]:
        """Demand that both hear the other now; return what each heard."""
        both = await asyncio.gather(caller.hears(desk.tone_hz), at_desk.hears(self.tone_of(caller)))
        assert both[0].seconds >= 0.6, f"the citizen does not hear the operator: {both[0]}"
        assert both[1].seconds >= 0.6, f"the operator does not hear the citizen: {both[1]}"
        return both

    async def first_to_ring(self, *desks: Phone, within: float = 15) -> tuple[Phone, PhoneCall]:
        """Wait until one of these phones has its first call; return it with that call."""
        await self.desks.bell.until(lambda: any(desk.calls for desk in desks), within)
        desk = next(desk for desk in desks if desk.calls)
        return desk, desk.calls[0]

    # ── what is written down

    async def row(
        self, call: PhoneCall | str, holds: Callable[[Row], bool] = lambda _: True, within: float = 20
    ) -> Row:
        """Return the call's row as soon as it is as wanted; `call` may be a SIP Call-ID."""
        sip_call_id = call if isinstance(call, str) else call.sip_call_id

        async def look() -> list[Row]:
            return await self.query("SELECT * FROM call_record WHERE sip_call_id = $1", sip_call_id)

        rows = await eventually(look, lambda found: len(found) == 1 and holds(found[0]), within, "the row")
        return rows[0]

    async def ended(self, call: PhoneCall | str, within: float = 20) -> Row:
        """Return the call's row once it is complete."""
        return await self.row(call, lambda row: row["ended_at"] is not None, within)

    async def facts(self, row: Row) -> list[tuple[str, dict[str, Any]]]:
        """Return what happened to a call: kind and data, in order."""
        found = await self.query(
            "SELECT kind, data FROM call_fact WHERE call_id = $1 ORDER BY seq", row["id"]
        )
        return [(fact["kind"], json.loads(fact["data"])) for fact in found]

    async def query(self, sql: str, *values: Any) -> list[Row]:
        """Ask the database directly: the documented tables are the contract here."""
        connection = await asyncpg.connect(self.info["database_url"], timeout=5)
        try:
            return [dict(record) for record in await connection.fetch(sql, *values)]
        finally:
            await connection.close(timeout=2)

    async def metric(self, name: str, **labels: str) -> float:
        """Return the sum over the samples of a metric that have these labels."""
        return sum_of(await self.exposition(), name, labels)

    async def exposition(self) -> str:
        """Return all of serve's metrics at one moment."""
        return await self._get(f"{self.info['serve']}/metrics")

    async def channels(self) -> list[str]:
        """Return the names of the legs the nodes that run have."""
        return [leg["name"] for node in self.nodes() for leg in await self.ari(node, "channels")]

    async def ari(self, node: str, what: str) -> Any:
        """Ask a node for a list (channels, bridges, …) over ARI."""
        ari = next(one for one in self.info["ari"] if one["name"] == node)
        authorization = aiohttp.encode_basic_auth(ari["user"], ari["password"])
        return json.loads(await self._get(f"{ari['url']}/{what}", authorization))

    async def _get(self, url: str, authorization: str = "") -> str:
        async with (
            aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(5)) as session,
            session.get(url, headers={"Authorization": authorization}) as answer,
        ):
            return await answer.text()

    # ── what breaks

    async def kill(self, part: str) -> None:
        """End a part as a crash would."""
        await asyncio.to_thread(self.lab.kill, part)

    async def stop(self, part: str) -> None:
        """End a part in good order."""
        await asyncio.to_thread(self.lab.stop, part)

    async def start(self, part: str) -> None:
        """Start a part and wait until it is ready."""
        await asyncio.to_thread(self.lab.start, part)

    async def nothing_left(self) -> None:
        """Demand that the calls are over: no leg in Asterisk, no live call in ct112."""
        await eventually(self.channels, lambda legs: not legs, 10, "Asterisk has no legs left")
        if CT112 in self.lab.living():
            live = lambda: self.metric("ct112_calls_live")  # noqa: E731
            await eventually(live, lambda count: count == 0, 10, "ct112 has no live call left")


def sum_of(exposition: str, name: str, labels: Mapping[str, str]) -> float:
    """Return the sum over a metric's samples that have these labels; `exposition`: what /metrics says."""
    return sum(
        sample.value
        for family in text_string_to_metric_families(exposition)
        for sample in family.samples
        if sample.name == name and labels.items() <= sample.labels.items()
    )


async def carrier(world: World, *, there: bool) -> None:
    """Have Asterisk ask the carrier at once, not in 30 s, until it knows whether somebody answers.

    A question that went out before the carrier was there counts as unanswered afterwards, and would undo
    the answer to a later one: it is over first.
    """
    node = world.lab.nodes()[0]
    if there:
        await asyncio.sleep(QUALIFY_SECONDS)

    def asked() -> bool:
        node.cli("pjsip qualify trunk")
        lines = node.cli("pjsip show contacts").stdout.splitlines()
        return any("trunk" in line and "Avail" in line for line in lines)

    await eventually(lambda: asyncio.to_thread(asked), lambda found: found == there, 20, "the carrier")
