"""A night: the plan happens on the real parts, is waited for, and the evidence is brought together."""

import asyncio
import contextlib
import json
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from http import HTTPStatus

import aiohttp

from lab.api import Lab
from lab.night.callers import Callers
from lab.night.desks import Desk
from lab.night.evidence import Evidence
from lab.night.faults import Breaking, Scene, catalogue
from lab.night.log import Log
from lab.night.plan import Plan
from lab.night.world import NightWorld
from lab.operators import OPERATOR_TONES, exchanges
from lab.phones import Phones
from lab.steps import StepFailed
from lab.world import eventually

SIT_DOWN_SECONDS = 20.0
HEAL_SECONDS = 60.0  # for every fault to be over and every part to be back
STAY_SECONDS = 90.0  # after that, whoever still waits has been forgotten
LEFT_SECONDS = 20.0
WRITTEN_SECONDS = 30.0
LOST_AFTER_SECONDS = 20.0
WATCH_SECONDS = 1.0
ASTRAY_LOOKS = 30


@dataclass
class Night:
    """One night in a lab that is up."""

    lab: Lab
    plan: Plan
    lose_one: bool = False
    log: Log = field(default_factory=Log)
    breaking: Breaking | None = None
    ended: list[str] = field(default_factory=list)  # parts that ended by themselves

    async def play(self) -> Evidence:
        """Let it happen; return what was seen."""
        async with Phones("127.0.0.1") as unused, Phones("127.0.0.2") as citizens:
            world = NightWorld(self.lab, unused, citizens)
            desks = self._desks(world)
            callers = Callers(citizens, desks, self.log, world.exchange_of)
            nodes = tuple(ari["name"] for ari in world.info["ari"])
            self.breaking = Breaking(Scene(world, callers, list(desks.values()), self.log), catalogue(nodes))
            async with _working(desks):
                for desk in desks.values():
                    await asyncio.wait_for(desk.registered.wait(), SIT_DOWN_SECONDS)
                await self._happens(world, callers)
            left = await _left(world)
        return await self._evidence(world, callers, desks, left)

    def _desks(self, world: NightWorld) -> dict[str, Desk]:
        rows = world.info["positions"]
        return {
            row["name"]: Desk(
                row, tone, self.plan.answers[row["name"]], lambda: exchanges(world.info), self.log
            )
            for row, tone in zip(rows, OPERATOR_TONES, strict=False)
        }

    async def _happens(self, world: NightWorld, callers: Callers) -> None:
        """Start everything at its time; wait for the faults, then for the callers."""
        assert self.breaking is not None
        self.log.began = began = time.time()
        calls = [_at(began, call.at, callers.call, call) for call in self.plan.calls]
        broken = [_at(began, fault.at, self.breaking.play, fault) for fault in self.plan.faults]
        tasks = [*map(asyncio.ensure_future, (*calls, *broken))]
        watching = asyncio.create_task(self._watch(world), name="watch")
        if self.lose_one:
            tasks.append(asyncio.ensure_future(self._lose_one(world, callers)))
        try:
            await asyncio.sleep(self.plan.seconds)
            await _all(tasks[len(calls) :], HEAL_SECONDS)
            for why in await world.heal():
                self.log.tell("fault", f"not healed: {why}")
            self.log.tell("fault", "all is healed")
            await _all(tasks[: len(calls)], STAY_SECONDS)
            callers.over.set()
            await _all(tasks[: len(calls)], LEFT_SECONDS)
        finally:
            watching.cancel()
            for task in tasks:
                task.cancel()
            results = await asyncio.gather(*tasks, return_exceptions=True)
        for result in results:
            if isinstance(result, Exception):
                raise result

    async def _watch(self, world: NightWorld) -> None:
        """Note a part that ends without anybody's doing, and start it again."""
        assert self.breaking is not None
        while True:
            left_alone = [part for part in self.lab.parts if not self.breaking.in_hand(part)]
            living = await asyncio.to_thread(self.lab.living)
            for part in left_alone:
                if part not in living and not self.breaking.in_hand(part):
                    self.ended.append(f"{part} ended by itself after {time.time() - self.log.began:.0f} s")
                    self.log.tell("fault", self.ended[-1])
                    with contextlib.suppress(StepFailed, OSError):
                        await world.start(part)
            await asyncio.sleep(WATCH_SECONDS)

    async def _lose_one(self, world: NightWorld, callers: Callers) -> None:
        """Take a caller who waits to where nobody will ever come, behind ct112's back."""
        await asyncio.sleep(LOST_AFTER_SECONDS)
        while not callers.over.is_set():
            for seen in callers.live():
                if not seen.heard and await _led_astray(world, seen.node, seen.sip_call_id):
                    self.log.tell(f"caller {seen.number}", "is lost on purpose")
                    return
            await asyncio.sleep(0.3)

    async def _evidence(
        self, world: NightWorld, callers: Callers, desks: dict[str, Desk], left: list[str]
    ) -> Evidence:
        assert self.breaking is not None
        over = time.time()
        names = [seen.sip_call_id for seen in callers.seen if seen.in_at is not None]
        rows = await _rows(world, names)
        listed = await world.query(
            "SELECT r.sip_call_id FROM callback_call c JOIN call_record r ON r.id = c.call_id"
        )
        for fact in await world.query(
            "SELECT r.sip_call_id, f.at, f.kind, f.data "
            "FROM call_fact f JOIN call_record r ON r.id = f.call_id"
        ):
            self.log.tell(fact["sip_call_id"], f"{fact['kind']} {fact['data']}", fact["at"].timestamp())
        return Evidence(
            callers=tuple(callers.seen),
            desk_calls=tuple(call for desk in desks.values() for call in desk.calls),
            broken=tuple(self.breaking.broken),
            rows=tuple(rows),
            called_back=frozenset(str(row["sip_call_id"]) for row in listed),
            left=(*self.ended, *left),
            over_at=over,
            refused=sum(desk.refused for desk in desks.values()),
        )


async def _at(began: float, at: float, act: object, what: object) -> None:
    """Do it at its time."""
    await asyncio.sleep(max(0.0, began + at - time.time()))
    await act(what)  # type: ignore[operator]


async def _all(tasks: Sequence[asyncio.Future[None]], seconds: float) -> None:
    """Wait for these at most so long."""
    if tasks:
        await asyncio.wait(tasks, timeout=seconds)


@asynccontextmanager
async def _working(desks: dict[str, Desk]) -> AsyncIterator[None]:
    """Let the operators work while the block runs."""
    tasks = [asyncio.create_task(desk.work(), name=desk.position) for desk in desks.values()]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        results = await asyncio.gather(*tasks, return_exceptions=True)
    for result in results:
        if isinstance(result, Exception):
            raise result


async def _left(world: NightWorld) -> list[str]:
    """Return what is still there though every phone has hung up."""
    found = []
    for node in world.nodes():
        for what in ("channels", "bridges"):
            try:
                await eventually(
                    lambda node=node, what=what: world.ari(node, what),  # type: ignore[misc]
                    lambda there: not there,
                    LEFT_SECONDS,
                    what,
                )
            except AssertionError:
                names = [one.get("name") or one["id"] for one in await world.ari(node, what)]
                found.append(f"node {node} has {what} left: {', '.join(names)}")
    found += await _not_taken_in(world)
    found += await _counted(world, "ct112_calls_live", "live calls in ct112")
    found += await _counted(world, "ct112_operators", "operators on a call", state="OnCall")
    found += await _counted(world, "ct112_spool_waiting", "entries not yet in the database")
    return found


async def _not_taken_in(world: NightWorld) -> list[str]:
    """Return what the fallback wrote down that ct112 has not made records of."""

    def notes() -> list[str]:
        return sorted(
            file.name for node in world.lab.nodes() for file in node.fallback.glob("*.*") if file.is_file()
        )

    try:
        await eventually(
            lambda: asyncio.to_thread(notes), lambda left: not left, WRITTEN_SECONDS, "the notes"
        )
    except AssertionError:
        return [f"the fallback's notes are not taken in: {', '.join(notes())}"]
    return []


async def _counted(world: NightWorld, name: str, what: str, **labels: str) -> list[str]:
    """Return what a metric still counts; CT112 has to be there for it."""
    try:
        await eventually(
            lambda: world.metric(name, **labels), lambda value: value == 0, WRITTEN_SECONDS, what
        )
    except (AssertionError, OSError) as error:
        return [f"{what}: {error}"]
    return []


async def _rows(world: NightWorld, names: list[str]) -> list[dict[str, object]]:
    """Return the records of these calls, all complete unless that takes too long."""

    async def look() -> list[dict[str, object]]:
        rows = await world.query("SELECT * FROM call_record WHERE sip_call_id = ANY($1)", names)
        return [dict(row) for row in rows]

    def complete(rows: list[dict[str, object]]) -> bool:
        return len(rows) >= len(names) and all(row["ended_at"] for row in rows)

    with contextlib.suppress(AssertionError):  # what is missing is the judge's to say
        await eventually(look, complete, WRITTEN_SECONDS, "the rows")
    return await look()


async def _led_astray(world: NightWorld, node: str, sip_call_id: str) -> bool:
    """Send the caller's channel into an endless silence; False when it cannot be found."""
    asterisk = next(one for one in world.lab.nodes() if one.name == node)
    with contextlib.suppress(OSError, aiohttp.ClientError, json.JSONDecodeError, KeyError):
        for channel in await world.ari(node, "channels"):
            asked = f"channels/{channel['id']}/variable?variable=CHANNEL(pjsip,call-id)"
            theirs = channel["name"].startswith("PJSIP/trunk") and channel["state"] == "Up"
            if theirs and (await world.ari(node, asked)).get("value") == sip_call_id:
                await asyncio.to_thread(asterisk.cli, "dialplan add extension 1,1,Wait,3600 into lost")
                moved = f"channels/{channel['id']}/continue?context=lost&extension=1&priority=1"
                return await world.tell_ari(node, moved) == HTTPStatus.NO_CONTENT and await _astray(
                    world, node, channel["id"]
                )
    return False


async def _astray(world: NightWorld, node: str, channel: str) -> bool:
    """Return whether the channel has got there; it leaves when the prompt it hears is over."""
    for _ in range(ASTRAY_LOOKS):
        await asyncio.sleep(0.5)
        if (await world.ari(node, f"channels/{channel}")).get("dialplan", {}).get("context") == "lost":
            return True
    return False
