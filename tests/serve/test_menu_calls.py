"""A menu call: who may have one, what its phone hears, and each way in which it ends."""

import asyncio
import uuid
from collections.abc import Callable, Mapping

import pytest

from ct112.asterisk.menu_calls import MenuNews, What
from ct112.clock import SteadyClock
from ct112.control.asks import Answer, CallMenu
from ct112.core.asks import AskId, Sit
from ct112.core.commands import Ring, TelephoneCommand
from ct112.core.events import Asked, Draining, PeopleChanged, PhoneSeen
from ct112.core.floor import Floor
from ct112.core.ids import CallId, NodeName, OfferId, OperatorName, PositionName
from ct112.core.ivr import Prompt
from ct112.core.policy import Policy
from ct112.core.record import ServiceClass
from ct112.core.stays import People
from ct112.serve.menu_calls import CallersFirst, MenuCalls, Played
from lab.world import eventually
from tests.core.ivr_documents import usual_document

A, DESK, OTHER = NodeName("a"), PositionName("pos-1"), PositionName("pos-2")
SITI = OperatorName("siti")
ENDING = {one: Prompt(f"ending-{one}", 0.1) for one in ServiceClass}
RING = Ring(
    call=CallId("c"),
    offer=OfferId("c.1"),
    node=A,
    position=DESK,
    seconds=4,
    ani=None,
    service_class=ServiceClass.URGENT,
)


class Leg:
    """A phone that picks up at once; it remembers what it was asked for."""

    def __init__(self, exchange: "Exchange", name: str, *, answers: bool) -> None:
        self.exchange, self.name, self.answers = exchange, name, answers
        self.played: list[str] = []
        self.last = ""

    def tell(self, what: What, detail: str = "") -> None:
        self.exchange.calls.heard(MenuNews(self.name, what, detail))

    def place(self) -> None:
        self.exchange.done.append("place")
        self.tell(What.THERE)

    def dial(self) -> None:
        if self.answers:
            self.tell(What.ANSWERED)

    def play(self, prompts: tuple[Prompt, ...], play: str) -> None:
        self.played += [prompt.key for prompt in prompts]
        self.last = play

    def stop(self, play: str) -> None:
        self.played.append("stop")
        self.tell(What.PLAYED, play)

    def hang_up(self) -> None:
        self.exchange.done.append("hang up")

    def is_over(self) -> None:
        self.tell(What.PLAYED, self.last)


class Exchange:
    """A telephone with one node."""

    calls: MenuCalls

    def __init__(self) -> None:
        self.links = {A: True}
        self.legs: list[Leg] = []
        self.done: list[object] = []
        self.answers = True

    def ready(self) -> Mapping[NodeName, bool]:
        return self.links

    def menu_leg(self, node: NodeName, name: str, position: PositionName) -> Leg:
        assert (node, position) == (A, DESK)
        self.legs.append(Leg(self, name, answers=self.answers))
        return self.legs[-1]

    def do(self, command: TelephoneCommand) -> None:
        self.done.append(command)


class Centre:
    """A floor with two listed positions, of which one has a phone, and its menu calls."""

    def __init__(self) -> None:
        self.exchange, self.clock, self.broken = Exchange(), SteadyClock(), False
        self.floor = Floor(Policy(), usual_document())
        self.tell(PeopleChanged(People(positions=frozenset({DESK, OTHER}), operators=frozenset({SITI}))))
        self.tell(PhoneSeen(DESK, A, registered=True))
        self.calls = self.exchange.calls = MenuCalls(
            self.exchange, lambda: self.floor, self.prepare, self.clock, self.clock.wall
        )

    def tell(self, event: object) -> None:
        self.floor.handle(event, self.clock.now())  # type: ignore[arg-type]

    def sit(self, *, ready: bool) -> None:
        self.tell(Asked(AskId(uuid.uuid4().hex), "siti", None, Sit(DESK, SITI, ready=ready)))

    async def prepare(self, source: str) -> Played:
        if self.broken:
            raise ValueError(source)
        return Played(usual_document(), ENDING)

    async def ask(self, position: str = DESK, ask_id: str = "") -> Answer:
        return await self.calls.call(CallMenu(position=position, source_yaml="x"), ask_id or uuid.uuid4().hex)

    async def leg(self) -> Leg:
        """Return the leg of the call that was accepted, once it plays."""
        before = len(self.exchange.legs)
        assert (await self.ask()).accepted
        await until(lambda: len(self.exchange.legs) > before and bool(self.exchange.legs[-1].played))
        return self.exchange.legs[-1]

    async def ends(self) -> None:
        await until(lambda: self.calls._call is None)
        assert self.exchange.done[-1] == "hang up"


async def until(true: Callable[[], bool]) -> None:
    await eventually(lambda: asyncio.sleep(0.01, true()), bool, 20, "it holds")


@pytest.fixture
async def centre() -> Centre:
    return Centre()


async def test_a_key_leads_to_the_class_which_is_named_and_it_ends(centre: Centre) -> None:
    leg = await centre.leg()
    leg.is_over()  # the greeting
    await until(lambda: len(leg.played) > 1)
    leg.tell(What.KEY, "2")
    await until(lambda: leg.played[-1] == f"ending-{ServiceClass.URGENT}")
    assert leg.played[-2] == "stop"
    leg.tell(What.KEY, "1")  # too late
    leg.is_over()
    await centre.ends()
    assert leg.played[-1] == f"ending-{ServiceClass.URGENT}"


async def test_whoever_hangs_up_ends_it_and_may_try_again(centre: Centre) -> None:
    leg = await centre.leg()
    assert "Somebody tries" in (await centre.ask()).reason
    leg.tell(What.GONE)
    await centre.ends()
    await until(lambda: centre.calls._task is not None and centre.calls._task.done())
    assert await centre.leg() is not leg


async def test_the_same_ask_again_rings_once(centre: Centre) -> None:
    assert (await centre.ask(ask_id="one")).accepted
    assert (await centre.ask(ask_id="one")).accepted
    await until(lambda: bool(centre.exchange.legs))
    assert len(centre.exchange.legs) == 1


@pytest.mark.parametrize("why", ["ready", "leaving", "node away"])
async def test_it_ends_when_the_phone_is_wanted_or_nobody_could_end_it(centre: Centre, why: str) -> None:
    await centre.leg()
    if why == "ready":
        centre.sit(ready=True)
    elif why == "leaving":
        centre.tell(Draining())
    else:
        centre.exchange.links[A] = False
    await centre.ends()


async def test_a_phone_that_is_to_ring_is_free_before_it_rings(centre: Centre) -> None:
    await centre.leg()
    telephone = CallersFirst(centre.exchange, centre.calls)
    telephone.do(RING)
    assert centre.exchange.done[-2:] == ["hang up", RING]
    await until(lambda: centre.calls._call is None)


async def test_a_phone_nobody_picks_up_rings_no_longer_than_it_may(
    centre: Centre, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ct112.serve.menu_calls.RINGS_SECONDS", -1.9)
    centre.exchange.answers = False
    assert (await centre.ask()).accepted
    await until(lambda: "place" in centre.exchange.done)
    await centre.ends()


async def test_nobody_keeps_a_phone_for_ever(centre: Centre, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ct112.serve.menu_calls.LASTS_SECONDS", 0.5)
    await centre.leg()
    await centre.ends()


async def test_a_draft_that_cannot_be_made_rings_no_phone(centre: Centre) -> None:
    centre.broken = True
    assert (await centre.ask()).accepted
    await until(lambda: centre.calls._task is not None and centre.calls._task.done())
    assert not centre.exchange.legs


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (lambda centre: centre.sit(ready=True), "pause there first"),
        (lambda centre: centre.tell(Draining()), "leaving"),
        (lambda centre: centre.tell(PhoneSeen(DESK, A, registered=False)), "not connected"),
        (lambda centre: centre.exchange.links.update({NodeName("b"): False}), "node is away"),
    ],
)
async def test_no_phone_rings_that_may_be_wanted(centre: Centre, spoil: object, words: str) -> None:
    spoil(centre)  # type: ignore[operator]
    answer = await centre.ask()
    assert (answer.accepted, words in answer.reason) == (False, True)
    assert not centre.exchange.done


async def test_a_position_that_is_not_there_or_has_no_phone_is_refused(centre: Centre) -> None:
    assert "no position" in (await centre.ask("pos-9")).reason
    assert "not connected" in (await centre.ask(OTHER)).reason


async def test_one_who_is_paused_may_have_it(centre: Centre) -> None:
    centre.sit(ready=False)
    await centre.leg()
