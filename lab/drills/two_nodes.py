"""Drills with two Asterisk nodes under one ct112: one dies, one is cut off, ct112 itself starts anew."""

import asyncio
import contextlib
import time
from dataclasses import dataclass, field
from functools import partial

from lab.drills.faults import SHORT_SECONDS, cut_off
from lab.drills.judging import Seen, Verdict
from lab.drills.stage import HEARD_SECONDS, LIMIT_SECONDS, Fault, Stage, working
from lab.phones import RING, Phone, PhoneCall, PhoneError
from lab.world import ASTERISK_B, CT112, eventually

TAKEN_OVER_SECONDS = 10.0  # from a node's death until its operators have the other node's callers
LOST_SECONDS = 20  # CT112_LOST_NODE_SECONDS of the drills: then a node is given up
CLOSED_SECONDS = LOST_SECONDS + 10.0  # … until its callers are closed and to be called back
PATIENCE_SECONDS = 2.0  # how long one listens to nothing before hanging up
LONG_SECONDS = LOST_SECONDS + 10.0
LOOK_SECONDS = 0.3


@dataclass(frozen=True)
class Talk:
    """A caller and an operator who talk when it breaks."""

    caller: PhoneCall
    desk: Phone
    at_desk: PhoneCall


@dataclass
class TwoNodes(Stage):
    """Who is on it. On each node one talks, one waits, one is in the menu; on b one rings, on a two wait.

    Every phone is registered at both nodes. `heard`: which desk a caller heard first, and after how long.
    """

    talks: list[Talk] = field(default_factory=list)
    on_a: list[PhoneCall] = field(default_factory=list)  # without an operator when it breaks
    on_b: list[PhoneCall] = field(default_factory=list)
    heard: dict[str, tuple[str, float]] = field(default_factory=dict)

    async def fill(self) -> None:
        """Bring a caller into each state on each node."""
        for position, node in (("pos-1", "a"), ("pos-2", "b")):
            (desk,) = await self.world.sit_down(position)
            self.desks.append(desk)
            caller = await self.world.dial_and_press("1", node=node)
            at_desk = await (await desk.next_call()).wait_for("established")
            await self.world.talk(caller, desk, at_desk)
            self.talks.append(Talk(caller, desk, at_desk))
        self.desks += await self.world.sit_down("pos-3", behaviour=RING)
        ringing = await self.world.dial_and_press("1", node="b")
        await self.desks[2].next_call()
        waiting = [await self.world.dial_and_press("2", node=node) for node in ("a", "a", "b")]
        menu = [await self.world.dial(node=node) for node in ("a", "b")]
        self.on_a = [*waiting[:2], menu[0]]
        self.on_b = [ringing, waiting[2], menu[1]]

    def spared(self) -> set[str]:
        """Return the operators' lines whose talk nobody ends."""
        return {talk.at_desk.line for talk in self.talks}

    async def play(self, drill: str, fault: Fault) -> Verdict:
        """Let it break while the operators go on; return what became of everybody."""
        await self.fill()
        others = [*self.on_a, *self.on_b]
        began = time.monotonic()
        async with working(self):
            listening = [asyncio.create_task(self._listen(call, began)) for call in others]
            await asyncio.create_task(fault(self), name=drill)
            seen = [await self._of_the_talk(talk, began) for talk in self.talks]
            after = [await task for task in listening]
        seen += [
            Seen(sip_call_id=call.sip_call_id, reached_after=seconds)
            for call, seconds in zip(others, after, strict=True)
        ]
        return await self.judged(drill, seen)

    async def hang_up_on_silence(self, calls: list[PhoneCall]) -> None:
        """Nobody goes on listening to nothing."""
        await asyncio.sleep(PATIENCE_SECONDS)
        for call in calls:
            with contextlib.suppress(PhoneError):
                await call.hang_up()

    def promise(self, what: str, holds: float, within: float) -> None:
        """Note a promise of the drill's own as broken when it took longer than allowed."""
        if holds > within:
            self.broken.append(f"{what}: {holds:.0f} s, {within:.0f} at most")

    async def _listen(self, call: PhoneCall, began: float) -> float | None:
        """Return after how many seconds the caller heard an operator; None: never."""
        while time.monotonic() - began < LIMIT_SECONDS:
            for desk in self.desks:
                with contextlib.suppress(PhoneError):
                    if (await call.heard(desk.tone_hz)).seconds >= HEARD_SECONDS:
                        after = time.monotonic() - began
                        self.heard[call.sip_call_id] = (desk.user, after)
                        return after
            if call.state == "closed":
                return None
            await asyncio.sleep(LOOK_SECONDS)
        return None

    async def _of_the_talk(self, talk: Talk, began: float) -> Seen:
        """Return what became of a caller who talked: the same voice, another one, or none."""
        caller = talk.caller
        if caller.state != "established":
            return Seen(sip_call_id=caller.sip_call_id, talked=True)
        if (await caller.hears(talk.desk.tone_hz, within=3)).seconds >= HEARD_SECONDS:
            await caller.hang_up()
            return Seen(sip_call_id=caller.sip_call_id, talked=True, kept=True)
        after = await self._reached(caller, began, [one for one in self.desks if one is not talk.desk])
        return Seen(sip_call_id=caller.sip_call_id, talked=True, reached_after=after)


async def node_lost(stage: Stage) -> None:
    """Node b is killed and does not come back; its callers and operators notice the silence and hang up.

    Its operators get the callers of a; its callers are closed and called back, while it is still away. Then
    it does come back after all: nothing is adopted twice, and it takes calls.
    """
    assert isinstance(stage, TwoNodes)
    world, (_, talk) = stage.world, stage.talks
    await world.kill(ASTERISK_B)
    began = time.monotonic()
    theirs = [talk.caller, *stage.on_b]
    await stage.hang_up_on_silence([*theirs, talk.at_desk, stage.desks[2].calls[0]])
    await _taken_over(stage, began)
    await _closed(stage, theirs, began)
    before = await _written(stage, theirs)
    await world.start(ASTERISK_B)
    await _linked(stage)
    await asyncio.sleep(PATIENCE_SECONDS)
    if await _written(stage, theirs) != before:
        stage.broken.append("node b came back and its calls were written anew")
    await _takes_calls(stage)


async def node_cut_off_for_long(stage: Stage) -> None:
    """Nothing passes between ct112 and node b for longer than a node may be away; b goes on."""
    assert isinstance(stage, TwoNodes)
    ports = stage.world.lab.nodes()[1].ports
    async with cut_off(ports.http, ports.ami):
        await asyncio.sleep(LONG_SECONDS)
    await _linked(stage)
    for call in (talk.caller for talk in stage.talks):
        rows = await stage.world.query(
            "SELECT ended_at FROM call_record WHERE sip_call_id = $1", call.sip_call_id
        )
        if len(rows) != 1:
            stage.broken.append(f"{len(rows)} records for a talk that went on")


async def link_to_one_node_cut(stage: Stage) -> None:
    """Nothing passes between ct112 and node b's ARI for 6 s; a does not notice."""
    async with cut_off(stage.world.lab.nodes()[1].ports.http):
        await asyncio.sleep(SHORT_SECONDS)
    await _linked(stage)


async def ct112_killed_and_started(stage: Stage) -> None:
    """ct112 is killed and started at once, with calls on both nodes."""
    await stage.world.kill(CT112)
    await stage.world.start(CT112)


async def _taken_over(stage: TwoNodes, began: float) -> None:
    """Demand that each operator of b's calls has a caller of a in time."""
    names = {call.sip_call_id for call in stage.on_a}
    wanted = {stage.desks[1].user, stage.desks[2].user}
    while time.monotonic() - began < LIMIT_SECONDS:
        after = {desk: seconds for name, (desk, seconds) in stage.heard.items() if name in names}
        if wanted <= after.keys():
            break
        await asyncio.sleep(LOOK_SECONDS)
    for desk in sorted(wanted):
        stage.promise(f"{desk} had a caller of a", after.get(desk, LIMIT_SECONDS), TAKEN_OVER_SECONDS)
    stage.note = "operators had the other's callers after " + ", ".join(
        f"{after[desk]:.0f} s" for desk in sorted(wanted & after.keys())
    )


async def _closed(stage: TwoNodes, calls: list[PhoneCall], began: float) -> None:
    """Demand that these calls are closed and to be called back while their node is away."""
    try:
        await eventually(
            lambda: _written(stage, calls),
            lambda rows: len(rows) == len(calls) and all(ended and back for _, ended, back in rows),
            max(1.0, CLOSED_SECONDS - (time.monotonic() - began)),
            "closed and called back",
        )
    except AssertionError:
        open_ = [row for row in await _written(stage, calls) if not (row[1] and row[2])]
        stage.broken.append(f"{len(open_)} of {len(calls)} callers of the lost node open or not called back")
    stage.note += f"; callers closed after {time.monotonic() - began:.0f} s"


async def _written(stage: TwoNodes, calls: list[PhoneCall]) -> list[tuple[str, str, int]]:
    """Return of each record of these calls: id, end with outcome, how often it is to be called back."""
    rows = await stage.world.query(
        "SELECT r.id, r.ended_at, r.outcome, count(c.call_id) AS back FROM call_record r LEFT JOIN "
        "callback_call c ON c.call_id = r.id WHERE r.sip_call_id = ANY($1) GROUP BY r.id ORDER BY r.id",
        [call.sip_call_id for call in calls],
    )
    return [
        (str(row["id"]), f"{row['ended_at']} {row['outcome']}" if row["ended_at"] else "", row["back"])
        for row in rows
    ]


async def _linked(stage: Stage) -> None:
    """Wait until ct112 has both links to node b again."""
    for link in ("ari", "ami"):
        up = partial(stage.world.metric, "ct112_link_up", node="b", link=link)
        await eventually(up, lambda value: value == 1, 30, f"{link} to node b")


async def _takes_calls(stage: TwoNodes) -> None:
    """Demand that a new caller of node b hears an operator."""
    caller = await stage.world.dial_and_press("1", node="b")
    after = await stage._listen(caller, time.monotonic())
    if after is None:
        stage.broken.append("a new caller of node b heard nobody")
    await caller.hang_up()
