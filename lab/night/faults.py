"""What may break in a night: the drills' faults, and which parts each of them takes."""

import asyncio
import contextlib
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from functools import partial

import psutil

from lab.drills import faults, started, two_nodes
from lab.drills.stage import Fault, Stage
from lab.night.callers import Callers
from lab.night.desks import Desk
from lab.night.evidence import Broken
from lab.night.log import Log
from lab.night.plan import PlannedFault
from lab.night.world import NightWorld
from lab.phones import PhoneError
from lab.steps import StepFailed
from lab.world import CT112

AWAY_SECONDS = 1.0
LOST_SECONDS = two_nodes.LONG_SECONDS  # longer than a node may be away before it is given up
BESIDE_SECONDS = 5.0
PLAYABLE = (
    RuntimeError,
    StepFailed,
    PhoneError,
    AssertionError,
    OSError,
    psutil.Error,
    KeyError,
    TimeoutError,
)


@dataclass(slots=True)
class Scene:
    """All that faults act on."""

    world: NightWorld
    callers: Callers
    desks: list[Desk]
    log: Log


@dataclass(frozen=True, slots=True)
class NightFault:
    """A fault and the parts nobody else may break meanwhile. `act` gets the fault's number, too."""

    parts: frozenset[str]
    act: Callable[[Scene, int], Awaitable[None]]


@dataclass
class Breaking:
    """Lets things break, each once nobody else has its parts in hand; writes down what was broken when."""

    scene: Scene
    catalogue: dict[str, NightFault]
    broken: list[Broken] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)  # what could not be played, and why
    _locks: dict[str, asyncio.Lock] = field(default_factory=dict)

    async def play(self, planned: PlannedFault) -> None:
        """Break one thing, and let it heal."""
        fault = self.catalogue[planned.name]
        async with contextlib.AsyncExitStack() as held:
            for part in sorted(fault.parts):
                await held.enter_async_context(self._locks.setdefault(part, asyncio.Lock()))
            began = time.time()
            self.scene.log.tell("fault", f"{planned.name} begins")
            try:
                await fault.act(self.scene, planned.number)
            except PLAYABLE as error:
                self.failed.append(f"{planned.name}: {error or type(error).__name__}")
                self.scene.log.tell("fault", f"{planned.name} could not be played: {error!r:.200}")
            finally:
                self._note(planned.name, fault, began)

    def in_hand(self, part: str) -> bool:
        """Return whether somebody is breaking this part."""
        return part in self._locks and self._locks[part].locked()

    def _note(self, name: str, fault: NightFault, began: float) -> None:
        self.broken.append(Broken(name=name, parts=fault.parts, start=began, end=time.time()))
        self.scene.log.tell("fault", f"{name} is over")


def catalogue(nodes: tuple[str, ...]) -> dict[str, NightFault]:
    """Return every fault there is for a lab with these nodes."""
    found = {
        "ct112-killed": _of(faults.ct112_killed, CT112),
        "ct112-killed-and-started": _of(faults.ct112_killed_and_started, CT112),
        "ct112-sigterm": _of(faults.ct112_told_to_leave, CT112),
        "ct112-stalled-2s": _of(faults.ct112_stalled, CT112),
        "spool-disk-full": _of(faults.spool_full, CT112),
        "second-ct112-takes-over": _of(started.second_takes_over, CT112),
        "clock-jumps-1h": NightFault(frozenset({CT112, "clock"}), _clock_jumps),
        "dns-dead": NightFault(frozenset({CT112}), _dns_dead),
        "postgres-stopped": _of(faults.postgres_stopped, "postgres"),
        "postgres-killed": _of(faults.postgres_killed, "postgres"),
        "postgres-hung": _of(faults.postgres_hung, "postgres"),
        "postgres-read-only": _of(faults.postgres_read_only, "postgres"),
        "prompts-gone": _of(faults.prompts_gone, "prompts"),
        "phone-dies": NightFault(frozenset(), _phone_dies),
        "two-phones-die": NightFault(frozenset(), _two_phones_die),
        "all-hang-up": NightFault(frozenset(), _all_hang_up),
    }
    for index, node in enumerate(nodes):
        found |= _of_node(index, node)
    if len(nodes) > 1:
        last = nodes[-1]
        found[f"node-{last}-lost"] = NightFault(
            frozenset({f"asterisk-{last}"}), partial(_kill, node=last, seconds=LOST_SECONDS)
        )
        found[f"node-{last}-cut-off"] = NightFault(
            frozenset({f"link-{last}"}), partial(_cut, index=len(nodes) - 1, seconds=LOST_SECONDS)
        )
    return found


def _of_node(index: int, node: str) -> dict[str, NightFault]:
    link = frozenset({f"link-{node}"})
    return {
        f"asterisk-{node}-killed": NightFault(
            frozenset({f"asterisk-{node}"}), partial(_kill, node=node, seconds=AWAY_SECONDS)
        ),
        f"link-{node}-cut": NightFault(link, partial(_cut, index=index, seconds=faults.SHORT_SECONDS)),
        f"link-{node}-closed": NightFault(link, partial(_close, index=index)),
    }


def _of(fault: Fault, *parts: str) -> NightFault:
    """Return a drill's fault as a night's."""

    async def act(scene: Scene, number: int) -> None:  # noqa: ARG001
        await fault(Stage(scene.world))

    return NightFault(frozenset(parts), act)


async def _kill(scene: Scene, number: int, *, node: str, seconds: float) -> None:  # noqa: ARG001
    """An Asterisk dies with all its calls, and is started again."""
    part = f"asterisk-{node}"
    await scene.world.kill(part)
    scene.callers.dead_since[node] = time.time()
    await asyncio.sleep(seconds)
    await scene.world.start(part)


async def _cut(scene: Scene, number: int, *, index: int, seconds: float) -> None:  # noqa: ARG001
    """No packet passes between ct112 and a node's ARI."""
    async with faults.cut_off(scene.world.lab.nodes()[index].ports.http):
        await asyncio.sleep(seconds)


async def _close(scene: Scene, number: int, *, index: int) -> None:  # noqa: ARG001
    """The kernel closes the connections to a node's ARI."""
    port = scene.world.lab.nodes()[index].ports.http
    await faults.run("ss", "-K", "dst", "127.0.0.1", "dport", "=", str(port))


async def _clock_jumps(scene: Scene, number: int) -> None:  # noqa: ARG001
    """ct112 is started with a clock of its own, which jumps by an hour and back."""
    await _otherwise(scene, started.with_a_clock_of_its_own, started.clock_jumps)


async def _dns_dead(scene: Scene, number: int) -> None:  # noqa: ARG001
    """ct112 is started where no name server answers."""
    await _otherwise(scene, started.with_dead_dns, started.dns_dies)


async def _otherwise(scene: Scene, before: Fault, fault: Fault) -> None:
    """Let ct112 run in another way for a while, and as always afterwards."""
    stage = Stage(scene.world)
    try:
        await before(stage)
        await fault(stage)
        await asyncio.sleep(BESIDE_SECONDS)
    finally:
        await scene.world.stop(CT112)
        await scene.world.start(CT112)


async def _phone_dies(scene: Scene, number: int) -> None:
    """A phone dies, whatever it does; it comes back from another port."""
    scene.desks[number % len(scene.desks)].die()


async def _two_phones_die(scene: Scene, number: int) -> None:
    """So do two at once."""
    for step in range(2):
        scene.desks[(number + step) % len(scene.desks)].die()


async def _all_hang_up(scene: Scene, number: int) -> None:  # noqa: ARG001
    """Every caller hangs up at the same moment, each in another state."""
    scene.callers.all_hang_up_at = time.time()
