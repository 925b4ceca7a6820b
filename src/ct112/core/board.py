"""The floor's memory, and the few ways in which it is written: the transitions share one board."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from ct112.core import facts
from ct112.core.asks import AskId
from ct112.core.callback_rules import CallbackResult
from ct112.core.calls import Call, Joining, Offered, Queued, Talking
from ct112.core.commands import Answered, CallbackDone, EndOffer, StopPlay, TelephoneCommand, Unexpected
from ct112.core.crew import Crew
from ct112.core.events import Asked, CallArrived, Event, FoundCall
from ct112.core.facts import Happening, fact_of
from ct112.core.ids import CallId, NodeName, OfferId, PositionName, call_of
from ct112.core.ivr import IvrDocument
from ct112.core.live import LiveCalls
from ct112.core.outbox import Outbox
from ct112.core.policy import Policy
from ct112.core.positions import Position
from ct112.core.record import CallRecord, EndedBy, Fact, Outcome
from ct112.core.stays import Seating
from ct112.core.trunks import Trunk
from ct112.core.value import value

if TYPE_CHECKING:
    from ct112.core.agency_states import AgencyCall
    from ct112.core.callbacks import Callback

REMEMBERED = 1000
"""How many ended calls are remembered: late news do not bring them back, and a leg still there does."""


HIGHEST_SEQ = 2_000_000_000
"""No fact's number is higher, however old a record claims to be."""
CLOCK_JITTER_MS = 1000
CLOCK_SLACK_MS = 3_600_000
"""Facts of a call are numbered so much further on when the clock was set back since: see `first_seq`."""


@value(frozen=True, slots=True)
class Ended:
    """A call that is over as far as we know: its last record, and how far facts and names were counted."""

    record: CallRecord
    last_seq: int
    names: int


@dataclass(slots=True)
class Lost:
    """A node we do not hear of. `since` is None until we look: it was lost before we started.

    `free_seconds`: after so long its operators are freed, after `end_seconds` its calls are closed.
    `look_at`: when something has to be done about it.
    """

    free_seconds: float
    end_seconds: float
    since: float | None = None
    look_at: float = 0.0

    @classmethod
    def by(cls, policy: Policy) -> "Lost":
        """Return a node that was lost before we started, with the times of this policy."""
        return cls(policy.lost_node_free_seconds, policy.lost_node_end_seconds)


@dataclass(slots=True)
class Board:
    """Everything the floor knows. `now`, `wall` and `outbox` belong to the step under way.

    `now` never goes back and never jumps: everything is decided by it. `wall` is what the machine's clock
    says, for what is written down; it may be set in the middle of a call.
    """

    policy: Policy
    document: IvrDocument
    trunks: tuple[Trunk, ...] = (Trunk(name="trunk"),)
    silent_trunks: set[tuple[NodeName, str]] = field(default_factory=set)  # they do not answer the node
    now: float = 0.0
    wall: float = 0.0
    started: dict[NodeName, float] = field(default_factory=dict)  # each Asterisk, by its own clock
    outbox: Outbox = field(default_factory=Outbox)
    changed: list["Call | Position | Callback"] = field(default_factory=list)
    calls: LiveCalls = field(init=False)
    positions: Crew = field(init=False)
    seating: Seating = field(default_factory=Seating)
    lost: dict[NodeName, Lost] = field(default_factory=dict)
    ended: dict[CallId, Ended] = field(default_factory=dict)  # the last ones, in order
    callbacks: dict[CallId, "Callback"] = field(default_factory=dict)
    agency_calls: dict[CallId, "AgencyCall"] = field(default_factory=dict)
    agency_over: dict[CallId, None] = field(default_factory=dict)  # the last ones, in order
    remembered: dict[CallId, CallRecord] = field(default_factory=dict)  # open when we last wrote them down
    answers: dict[AskId, tuple[Asked, Answered]] = field(default_factory=dict)  # the last ones, in order
    draining: bool = False
    switch_at: float | None = None  # when the dead-man's switches are pushed again

    def __post_init__(self) -> None:
        """Start with nobody there."""
        self.calls = LiveCalls(self.changed)
        self.positions = Crew(self.changed)

    def do(self, command: TelephoneCommand) -> None:
        """Ask the telephone for something."""
        self.outbox.telephone.append(command)

    def end_step(self) -> Outbox:
        """Return what came of this step, and begin another one."""
        outbox, self.outbox = self.outbox, Outbox()
        if self.changed:
            outbox.changed = (*self.changed,)
            for thing in self.changed:
                if isinstance(thing, Position):
                    thing.stamp(self.wall)
            self.changed.clear()
        return outbox

    def note(self, call: Call, what: Happening) -> None:
        """Write a fact. Its number is the call's age in ms: facts from before a restart have lower ones."""
        call.last_seq = max(call.last_seq + 1, int((self.now - call.born_at) * 1000))
        fact = Fact(call=call.id, seq=call.last_seq, at=self.wall, kind=what.KIND, data=what.__dict__)
        self.outbox.facts.append(fact)

    def close_remembered(self, record: CallRecord, outcome: Outcome, ended_by: EndedBy) -> None:
        """Write the end of a call whose leg nobody has any more.

        The revision is the lowest possible: whoever had the call meanwhile saw its end, and knows better.
        """
        del self.remembered[record.call]
        closed = record.changed(
            revision=record.revision + 1,
            ended_at=max(self.wall, record.latest),
            outcome=outcome,
            ended_by=ended_by,
        )
        self.outbox.records.append(closed)
        seq = first_seq(record, self.wall - record.arrived_at)
        self.outbox.facts.append(
            fact_of(record.call, seq, self.wall, facts.Ended(outcome, ended_by, seen=False))
        )
        self.over(Ended(closed, seq, names=0))

    def over(self, ended: Ended) -> None:
        """Remember for a while that this call has ended."""
        self.ended[ended.record.call] = ended
        if len(self.ended) > REMEMBERED:
            del self.ended[next(iter(self.ended))]

    def save(self, call: Call, **changes: Any) -> None:
        """Change the record and write it, with a revision no earlier process can have reached."""
        revision = max(call.record.revision + 1, int(self.wall * 1_000_000))
        call.record = call.record.changed(revision=revision, **changes)
        call.touch()
        self.outbox.records.append(call.record)

    def stamp(self, call: Call) -> float:
        """Return the time to write down for what happens to the call now: never before what happened."""
        return max(self.wall, call.record.latest)

    def unexpected(self, event: Event, call: Call) -> None:
        """Say that the event does not fit the call's state; the call stays as it is."""
        names = (type(event).__name__, type(call.state).__name__)
        self.odd(Unexpected(event=names[0], state=names[1], call=call.id))

    def odd(self, unexpected: Unexpected) -> None:
        """Say that something does not fit."""
        self.outbox.unexpected = (*self.outbox.unexpected, unexpected)

    def result(self, task: int, result: CallbackResult, *, tried: bool) -> None:
        """Say how a call-back went."""
        done = CallbackDone(task=task, result=result, tried=tried)
        self.outbox.results = (*self.outbox.results, done)

    def answer(self, answer: Answered) -> None:
        """Answer an ask."""
        self.outbox.answers = (*self.outbox.answers, answer)

    def hush(self, call: Call) -> None:
        """Stop what the caller hears; a leg does nothing else while it plays."""
        if call.play is not None:
            tone_only = isinstance(call.state, Queued) and call.state.hearing.plain
            self.do(StopPlay(call.id, call.play, tone_only))

    def position(self, name: PositionName) -> Position:
        """Return a position; one we have not heard of is added."""
        return self.positions.at(name)

    def position_of(self, call: Call) -> Position | None:
        """Return the position whose operator belongs to the call now."""
        state = call.state
        return self.position(state.position) if isinstance(state, Offered | Joining | Talking) else None

    def end_offer(self, offer: OfferId, saying: CallbackResult | None = None) -> None:
        """Ask for the operator's leg to end; `saying`: why the one called back is not on the line."""
        self.do(EndOffer(offer, saying))

    def live(self, offer: OfferId) -> Call | None:
        """Return the call this offer belongs to now; None when it is over, or was never ours."""
        call = self.calls.view.get(call_of(offer))
        return call if call is not None and call.offer == offer else None


def first_seq(record: CallRecord, age_seconds: float) -> int:
    """Return a number for a fact of this call that no earlier process can have given.

    It is the call's age in ms, as always; when the clock was set back since the record was written last, that
    would be too low, and it goes on from the age the call had then.
    """
    age, then = int(age_seconds * 1000), record.revision // 1000 - int(record.arrived_at * 1000)
    if age < then - CLOCK_JITTER_MS:
        age = then + CLOCK_SLACK_MS
    return max(0, min(max(age, then + 1), HIGHEST_SEQ))


def record_of(
    event: CallArrived | FoundCall, node: NodeName, arrived_at: float, node_up_since: float | None
) -> CallRecord:
    """Return the first record of a call, from what its leg says."""
    return CallRecord(
        call=event.call,
        node=node,
        arrived_at=arrived_at,
        sip_call_id=event.sip_call_id,
        ani=event.ani,
        dialled=event.dialled,
        location=event.location,
        node_up_since=node_up_since,
    )
