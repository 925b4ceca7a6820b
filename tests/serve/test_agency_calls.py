"""The desk of the calls to agencies: dialled once, whatever is asked how often and whatever is killed."""

import asyncio
import uuid
from pathlib import Path

import pytest

from ct112.control.asks import CallAgency
from ct112.core.agency_outcomes import AgencyOutcome
from ct112.core.commands import AgencyCallDone, DialCallee
from ct112.core.events import (
    AgencyCallAsked,
    AgencyCallBegun,
    AgencyCallsRestored,
    AgencyMessage,
    CalleeAnswered,
    Draining,
    Event,
    FoundCallee,
    NodeSurveyed,
)
from ct112.core.ids import NodeName, agency_call_id
from ct112.core.ivr import Prompt
from ct112.core.trunks import Trunk
from ct112.serve.agency_calls import AT_ONCE, AgencyDesk
from ct112.serve.attempts import Attempt, Attempts
from ct112.serve.spoken import SpokenError
from tests.core.floor_world import A, World

DELIVERY = uuid.UUID("0196a000-0000-7000-8000-000000000001")
CALL = agency_call_id(str(DELIVERY))
ASK = CallAgency(delivery=DELIVERY, agency="pmi", number="0285421", text="Kebakaran di Jalan Melati.")
THANKS = (Prompt("b" * 32, 1.0),)


class Voice:
    """Makes a sound of each text, and knows which are still there."""

    def __init__(self) -> None:
        self.texts: list[str] = []
        self.there: list[Prompt] = []
        self.broken = False

    async def make(self, text: str) -> Prompt:
        """Make one."""
        if self.broken:
            raise SpokenError("no voice")
        self.texts.append(text)
        self.there.append(Prompt(f"{len(self.texts):064x}", 2.0))
        await asyncio.sleep(0)
        return self.there[-1]

    def discard(self, prompt: Prompt) -> None:
        """Take one away."""
        self.there.remove(prompt)


class Life:
    """One life of serve around the desk: a floor, and what is posted to it at once."""

    def __init__(self, folder: Path) -> None:
        self.world = World()
        self.voice = Voice()
        self.posted: list[Event] = []
        self.nodes = [A]
        self.attempts = Attempts(folder)
        self.desk = AgencyDesk(
            self.attempts,
            self.voice,
            self.post,
            nodes=lambda: self.nodes,
            phrases=lambda: {"thanks": THANKS},
            wall=lambda: self.world.now,
        )

    async def begin(self) -> "Life":
        """Start."""
        await self.desk.first(self.world.floor)
        return self

    def post(self, event: Event) -> None:
        """Let an event happen."""
        self.posted.append(event)
        for decision in self.world.tell(event):
            if isinstance(decision, AgencyCallDone):
                self.desk.done(decision)

    async def ask(self, ask: CallAgency = ASK) -> str | None:
        """Ask, and let what that begins come to its end; return the state, or the code of a refusal."""
        answer = await self.desk.call(ask)
        await self.settle()
        return answer.state or answer.code

    async def settle(self) -> None:
        """Let work come to its end."""
        while self.desk._work:
            await asyncio.gather(*self.desk._work.values(), return_exceptions=True)
            await asyncio.sleep(0)

    async def written(self) -> None:
        """Write the outcomes."""
        task = asyncio.create_task(self.desk.run())
        for _ in range(2000):
            if not self.desk._ended:
                break
            await asyncio.sleep(0.01)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)

    @property
    def dialled(self) -> int:
        """How often a number was dialled."""
        return sum(isinstance(one, DialCallee) for one in self.world.log)


@pytest.fixture
async def life(tmp_path: Path) -> Life:
    return await Life(tmp_path).begin()


async def test_the_attempt_is_on_the_disk_before_the_number_is_dialled(life: Life) -> None:
    assert await life.ask() == "preparing"
    (attempt,) = life.attempts.load()
    assert (attempt.delivery, attempt.node, attempt.outcome) == (str(DELIVERY), A, None)
    (asked,) = [one for one in life.posted if isinstance(one, AgencyCallAsked)]
    assert (asked.number, asked.words.thanks, life.voice.texts) == ("0285421", THANKS, [ASK.text])
    assert life.dialled == 1


async def test_the_same_delivery_hears_how_far_it_is_and_is_dialled_once(life: Life) -> None:
    answers = await asyncio.gather(*(life.desk.call(ASK) for _ in range(20)))
    assert {answer.state for answer in answers} == {"preparing"}
    await life.settle()
    assert await life.ask() == "dialling"
    life.post(CalleeAnswered(CALL))
    assert await life.ask() == "speaking"
    life.post(CalleeAnswered(CALL))
    life.world.tell()
    assert life.dialled == 1


async def test_the_outcome_is_told_when_it_is_on_the_disk_and_kept(life: Life, tmp_path: Path) -> None:
    await life.ask()
    life.desk.done(AgencyCallDone(call=CALL, outcome=AgencyOutcome.ACCEPTED))
    assert life.voice.there == []
    assert await life.ask() == "ending"  # killed now, it would be lost
    await life.written()
    assert await life.ask() == "accepted"
    again = await Life(tmp_path).begin()
    assert await again.ask() == "accepted"
    assert again.dialled == 0
    assert again.posted == [AgencyCallsRestored((), (CALL,))]


async def test_after_a_kill_the_call_is_not_dialled_again_and_gets_its_message(tmp_path: Path) -> None:
    await (await Life(tmp_path).begin()).ask()
    again = await Life(tmp_path).begin()
    assert again.posted == [AgencyCallsRestored((AgencyCallBegun(CALL, A, again.attempts.load()[0].at),), ())]
    assert await again.ask() == "sought"
    again.post(NodeSurveyed(node=A, callees=(FoundCallee(call=CALL, answered=True),)))
    assert await again.ask() == "speaking"
    assert again.dialled == 0
    assert isinstance(again.posted[1], AgencyMessage)


async def test_after_a_kill_a_call_that_is_gone_is_lost(tmp_path: Path) -> None:
    await (await Life(tmp_path).begin()).ask()
    again = await Life(tmp_path).begin()
    again.post(NodeSurveyed(node=A))
    await again.written()
    assert await again.ask() == "lost"
    assert again.dialled == 0


async def test_killed_before_the_attempt_was_written_nothing_was_dialled(tmp_path: Path) -> None:
    before = await Life(tmp_path).begin()
    await before.desk.call(ASK)  # and no further
    for task in before.desk._work.values():
        task.cancel()
    again = await Life(tmp_path).begin()
    assert await again.ask() == "preparing"
    assert (before.dialled, again.dialled) == (0, 1)


async def test_two_lives_on_one_disk_dial_once(tmp_path: Path) -> None:
    first, second = await Life(tmp_path).begin(), await Life(tmp_path).begin()
    await asyncio.gather(first.ask(), second.ask())
    assert first.dialled + second.dialled == 1


OURS = ["112", "0112", "62112", "+62112", "0062112", "00762112", "0285112", "+62285112", "+62021112"]


@pytest.mark.parametrize("number", [*OURS, "0809123456", "+881612345678"])
async def test_what_would_cost_the_city_or_ring_itself_is_not_dialled(life: Life, number: str) -> None:
    assert await life.ask(ASK.model_copy(update={"number": number})) == "not-possible"
    assert (life.dialled, life.attempts.load()) == (0, [])


@pytest.mark.parametrize("number", ["110", "113", "119", "285112", "0285421", "+62285421", "+62285421112"])
async def test_other_emergency_numbers_are_agencies(life: Life, number: str) -> None:
    assert await life.ask(ASK.model_copy(update={"number": number})) == "preparing"
    assert life.dialled == 1


async def test_what_cannot_be_dialled_now_may_be_asked_again(life: Life) -> None:
    life.nodes = []
    assert await life.ask() == "unavailable"
    life.nodes = [NodeName("a")]
    life.world.floor._board.trunks = (Trunk(name="trunk", lines=1, kept=1),)
    assert await life.ask() == "unavailable"
    assert life.attempts.load() == []
    life.world.floor._board.trunks = (Trunk(name="trunk"),)
    assert await life.ask() == "preparing"
    assert life.dialled == 1


async def test_a_flood_of_deliveries_is_dialled_a_few_at_a_time(life: Life) -> None:
    asks = [ASK.model_copy(update={"delivery": uuid.UUID(int=number)}) for number in range(100)]
    answers = await asyncio.gather(*(life.desk.call(ask) for ask in asks))
    assert sum(answer.accepted for answer in answers) == AT_ONCE
    await life.settle()
    assert [(await life.desk.call(ask)).accepted for ask in asks].count(True) == AT_ONCE
    assert life.dialled == AT_ONCE


async def test_of_many_asked_at_once_no_more_are_begun_than_there_are_lines(life: Life) -> None:
    """What waits for its line is asked again; it is not used up by a call that could not go out."""
    life.world.floor._board.trunks = (Trunk(name="trunk", lines=4, kept=2),)
    asks = [ASK.model_copy(update={"delivery": uuid.UUID(int=number)}) for number in range(5)]
    answers = await asyncio.gather(*(life.desk.call(ask) for ask in asks))
    assert [answer.code for answer in answers] == [None, None, *["unavailable"] * 3]
    await life.settle()
    assert life.dialled == len(life.attempts.load()) == 2
    assert [(await life.desk.call(ask)).accepted for ask in asks] == [True, True, False, False, False]
    life.world.floor._board.trunks = (Trunk(name="trunk", lines=6, kept=2),)
    assert [(await life.desk.call(ask)).accepted for ask in asks] == [True, True, True, True, False]
    await life.settle()
    assert life.dialled == 4


async def test_a_line_a_caller_took_while_it_was_spoken_is_theirs(life: Life) -> None:
    life.world.floor._board.trunks = (Trunk(name="trunk", lines=2, kept=1),)
    assert (await life.desk.call(ASK)).accepted
    life.world.floor._board.trunks = (Trunk(name="trunk", lines=1, kept=1),)
    await life.settle()
    assert (life.dialled, life.attempts.load()) == (0, [])
    life.world.floor._board.trunks = (Trunk(name="trunk", lines=2, kept=1),)
    assert await life.ask() == "preparing"
    assert life.dialled == 1


async def test_while_we_leave_nothing_is_begun(life: Life) -> None:
    life.post(Draining())
    assert await life.ask() == "unavailable"
    assert life.attempts.load() == []


async def test_without_a_voice_nobody_is_rung_to_hear_nothing(life: Life) -> None:
    life.voice.broken = True
    await life.ask()
    await life.written()
    assert await life.ask() == "failed"
    assert life.dialled == 0


async def test_a_disk_that_takes_nothing_dials_nothing(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder")
    life = await Life(tmp_path / "file").begin()
    assert await life.ask() == "preparing"
    assert life.dialled == 0
    assert life.voice.there == []


async def test_a_disk_that_cannot_be_read_dials_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(_: Attempts) -> list[Attempt]:
        raise OSError(5, "Input/output error")

    monkeypatch.setattr(Attempts, "load", broken)
    life = await Life(tmp_path).begin()
    assert await life.ask() == "unavailable"
    assert life.dialled == 0


NO_TIMES = ("1e400", "-1", "-1e300", "NaN", "9" * 400, "[" * 5000)
DAMAGED = ["", "{", '{"node": 1}', '{"node": "a", "at": 1, "outcome": "x"}', "null"]


@pytest.mark.parametrize(
    "text", [*DAMAGED, *(f'{{"node": "a", "outcome": null, "at": {at}}}' for at in NO_TIMES)]
)
async def test_an_attempt_that_cannot_be_read_was_one(tmp_path: Path, text: str) -> None:
    (tmp_path / f"{DELIVERY}.json").write_text(text)
    (tmp_path / "notes.json").write_text("not ours")
    life = await Life(tmp_path).begin()
    assert await life.ask() == "lost"
    assert life.dialled == 0
    assert (tmp_path / "notes.json").exists()


async def test_a_leg_nobody_knew_of_is_kept_as_lost(life: Life) -> None:
    life.post(NodeSurveyed(node=A, callees=(FoundCallee(call=CALL, answered=True),)))
    await life.written()
    assert [one.outcome for one in life.attempts.load()] == [AgencyOutcome.LOST]
    assert await life.ask() == "lost"
