"""The desk of the calls to agencies: a delivery may ask as often as it likes, and is dialled once.

The order keeps that true: the sound is made, the attempt is written down, and then it is dialled. Whoever
asks again hears how far it is; after a restart an ask brings the message again to a call that was found.
"""

import asyncio
from collections import deque
from collections.abc import Callable, Coroutine, Mapping
from typing import Any, Protocol

from ct112 import logs, metrics
from ct112.control.asks import Answer, CallAgency
from ct112.core.agency_outcomes import AgencyOutcome, AgencyWords
from ct112.core.asks import AskCode
from ct112.core.callback_rules import NotDialled, leads_here
from ct112.core.commands import AgencyCallDone
from ct112.core.events import AgencyCallAsked, AgencyCallBegun, AgencyCallsRestored, AgencyMessage
from ct112.core.floor import Floor
from ct112.core.ids import NodeName, agency_call_id, delivery_of
from ct112.core.ivr import Prompt
from ct112.core.ports import Post
from ct112.serve.attempts import Attempt, Attempts
from ct112.serve.spoken import SpokenError
from ct112.serve.views import state_name
from ct112.store.numbers import not_dialled

log = logs.get("agency_calls")

PREPARING, BEGUN, ENDING = "preparing", "begun", "ending"
RETRY_SECONDS = 2.0
AT_ONCE = 20  # so many agencies are called at one time; more would need more lines than a centre has
REMEMBERED = 10_000  # deliveries; of an older one the file on the disk says that it was dialled
Phrases = Callable[[], Mapping[str, tuple[Prompt, ...]]]
"""Returns what is always said the same: `thanks`, `wait`, `goodbye`; what could not be made is not there."""


class Voice(Protocol):
    """Makes sounds and takes them away; `Spoken` is one."""

    async def make(self, text: str) -> Prompt:
        """Return the text as a prompt. Raises SpokenError."""
        ...

    def discard(self, prompt: Prompt) -> None:
        """Have this sound nowhere any more; return at once."""
        ...


class AgencyDesk:
    """The `AgencyCalls` port, and what is asked of calls to agencies."""

    def __init__(
        self,
        attempts: Attempts,
        voice: Voice,
        post: Post,
        *,
        nodes: Callable[[], list[NodeName]],
        phrases: Phrases,
        wall: Callable[[], float],
    ) -> None:
        """`nodes`: those that can dial now, the best first; `wall`: the time to write down."""
        self._attempts = attempts
        self._voice = voice
        self._post = post
        self._nodes = nodes
        self._phrases = phrases
        self._wall = wall
        self._floor: Floor | None = None
        self._known: dict[str, Attempt] = {}  # by delivery; what was begun, over or not
        self._work: dict[str, asyncio.Task[None]] = {}
        self._promised: set[str] = set()  # their lines are not taken yet, and are not to be given away
        self._sounds: dict[str, Prompt] = {}
        self._ended: deque[Attempt] = deque()
        self._unwritten: set[str] = set()
        self._wake = asyncio.Event()

    async def first(self, floor: Floor) -> None:
        """Know what earlier processes began, and tell the floor. Without the disk nothing is dialled."""
        self._floor = floor
        try:
            found = await asyncio.to_thread(self._attempts.load)
        except OSError as error:
            log.warning("what agencies were called is not known: none is called", reason=str(error.strerror))
            self._floor = None
            return
        self._known = {attempt.delivery: attempt for attempt in found}
        begun = [one for one in found if one.outcome is None]
        over = tuple(agency_call_id(one.delivery) for one in found if one.outcome is not None)
        calls = (AgencyCallBegun(agency_call_id(one.delivery), NodeName(one.node), one.at) for one in begun)
        self._post(AgencyCallsRestored(tuple(calls), over))

    async def call(self, ask: CallAgency) -> Answer:
        """Return how far the call of this delivery is, beginning it if it is new and can be."""
        delivery = str(ask.delivery)
        known = self._known.get(delivery)
        if known is not None and known.outcome is not None:
            return Answer(accepted=True, state=known.outcome.value)
        if delivery in self._unwritten:
            return Answer(accepted=True, state=ENDING)
        if delivery in self._work:
            return Answer(accepted=True, state=PREPARING)
        if known is not None:
            return Answer(accepted=True, state=self._going_on(delivery, ask))
        refusal = self._refusal(ask)
        if refusal is None:
            self._promised.add(delivery)
            self._begin(delivery, self._dial(ask))
        return refusal or Answer(accepted=True, state=PREPARING)

    def done(self, result: AgencyCallDone) -> None:
        """Keep how it went; `run` writes it. Nobody hears of it before it is on the disk, or two could."""
        delivery = delivery_of(result.call)
        if delivery is None:
            return
        before = self._known.get(delivery)
        node, at = (before.node, before.at) if before is not None else ("", self._wall())
        attempt = Attempt(delivery=delivery, node=node, at=at, outcome=result.outcome)
        self._quieten(delivery)
        self._unwritten.add(delivery)
        self._ended.append(attempt)
        self._wake.set()
        metrics.agency_calls.labels(outcome=result.outcome.value).inc()

    async def run(self) -> None:
        """Write outcomes until cancelled, in order."""
        while True:
            await self._wake.wait()
            self._wake.clear()
            while self._ended:
                if await self._written(self._ended[0]):
                    attempt = self._ended.popleft()
                    self._known[attempt.delivery] = attempt
                    self._unwritten.discard(attempt.delivery)
                    while len(self._known) > REMEMBERED:
                        del self._known[next(iter(self._known))]
                else:
                    await asyncio.sleep(RETRY_SECONDS)

    async def _written(self, attempt: Attempt) -> bool:
        try:
            await asyncio.to_thread(self._attempts.close, attempt)
        except OSError as error:
            log.warning("how an agency's call went is not written", reason=str(error.strerror))
            return False
        return True

    def _going_on(self, delivery: str, ask: CallAgency) -> str:
        """Return how far a call that was begun is; bring the message to one that was found without."""
        call = None if self._floor is None else self._floor.agency_calls.get(agency_call_id(delivery))
        if call is None:
            return BEGUN  # the floor is about to hear of it, or to tell how it went
        if call.words is None and call.outcome is None:
            self._begin(delivery, self._bring_message(ask))
        return state_name(call.state)

    def _refusal(self, ask: CallAgency) -> Answer | None:
        """Return why nothing is dialled now; None when it may be. What is refused may be asked again."""
        if self._floor is None or self._floor.draining:
            return _later("ct112 serve is leaving or has just begun: ask again in a moment.")
        if never_dialled(ask.number):
            text = "This number is not dialled: correct the agency's contact."
            return Answer(accepted=False, code=AskCode.NOT_POSSIBLE, reason=text)
        if len(self._floor.agency_calls) + len(self._work) >= AT_ONCE:
            return _later("Many agencies are called now: ask again in a moment.")
        if not self._has_room(self._floor):
            return _later("Every line is in use but those kept for callers: ask again in a moment.")
        if not self._nodes():
            return _later("No node reaches the carrier now: ask again in a moment.")
        return None

    def _has_room(self, floor: Floor) -> bool:
        """Return whether there is a line for one more call besides those on their way to the floor."""
        self._promised = {one for one in self._promised if self._is_on_its_way(one, floor)}
        room = floor.room
        return room is None or len(self._promised) < room

    def _is_on_its_way(self, delivery: str, floor: Floor) -> bool:
        """Return whether a call is prepared or begun, and the floor neither has it nor has had it."""
        known = self._known.get(delivery)
        begun = known is not None and known.outcome is None and delivery not in self._unwritten
        return agency_call_id(delivery) not in floor.agency_calls and (delivery in self._work or begun)

    def _begin(self, delivery: str, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work, name="agency call")
        self._work[delivery] = task
        task.add_done_callback(lambda _: self._work.pop(delivery, None))

    async def _dial(self, ask: CallAgency) -> None:
        """Make the sound, write the attempt down, have the floor dial. After a fault the next ask does so."""
        delivery = str(ask.delivery)
        words = await self._words(ask)
        nodes = self._nodes()
        if words is None:
            self.done(AgencyCallDone(call=agency_call_id(delivery), outcome=AgencyOutcome.FAILED))
            return
        if not nodes or self._floor is None or self._floor.room == 0:  # a caller came while it was spoken
            self._quieten(delivery)  # the next ask tries again
            return
        attempt = Attempt(delivery=delivery, node=nodes[0], at=self._wall())
        try:
            await asyncio.to_thread(self._attempts.begin, attempt)
        except OSError as error:
            log.warning("an agency is not called: that cannot be written down", reason=str(error.strerror))
            self._quieten(delivery)
            return
        self._known[delivery] = attempt
        self._post(
            AgencyCallAsked(
                call=agency_call_id(delivery),
                node=nodes[0],
                agency=ask.agency,
                number=ask.number,
                seconds=ask.seconds,
                words=words,
            )
        )

    async def _bring_message(self, ask: CallAgency) -> None:
        words = await self._words(ask)
        if words is not None:
            self._post(AgencyMessage(agency_call_id(str(ask.delivery)), words))

    async def _words(self, ask: CallAgency) -> AgencyWords | None:
        """Return what is said; None when the incident cannot be spoken."""
        try:
            message = await self._voice.make(ask.text)
        except SpokenError as error:
            metrics.prompt_failures.labels("speech").inc()
            log.warning("an incident could not be spoken: the agency is not called", reason=str(error))
            return None
        self._sounds[str(ask.delivery)] = message
        phrases = self._phrases()
        return AgencyWords(message=(message,), **phrases)

    def _quieten(self, delivery: str) -> None:
        sound = self._sounds.pop(delivery, None)
        if sound is not None:
            self._voice.discard(sound)


def never_dialled(number: str) -> bool:
    """Return whether a number is dialled for no agency: it leads back here, costs, or changes the line."""
    return leads_here(number) or not_dialled(number) not in (None, NotDialled.EMERGENCY)


def _later(reason: str) -> Answer:
    return Answer(accepted=False, code="unavailable", reason=reason)
