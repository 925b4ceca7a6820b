"""Hypothesis strategies: any event about a small world, likely and unlikely ones, and time passing."""

from dataclasses import dataclass

from hypothesis import strategies as st

from ct112.core.agency_outcomes import AgencyWords
from ct112.core.callback_rules import CallbackResult
from ct112.core.commands import (
    HangUp,
    Join,
    PickUp,
    Play,
    Ring,
    SendToFallback,
)
from ct112.core.events import (
    AgencyCallAsked,
    AgencyMessage,
    CallArrived,
    CallbackAsked,
    CalleeAnswered,
    CalleeEnded,
    CallerLeft,
    CallReleased,
    CommandFailed,
    DigitPressed,
    Draining,
    Event,
    FoundCall,
    FoundOffer,
    IvrPublished,
    Joined,
    NodeLost,
    NodeSurveyed,
    OfferAnswered,
    OfferEnd,
    OfferEnded,
    OfferHeld,
    OfferRinging,
    PhoneSeen,
    PickedUp,
    PlayEnded,
    TrunkSeen,
)
from ct112.core.ids import CallId, NodeName, OfferId, PlayId, agency_call_id, offer_id, play_id
from ct112.core.ivr import Prompt
from tests.core.floor_asks import AskFor, asked
from tests.core.floor_decisions import Decision, failed
from tests.core.floor_gaps import Gap, gaps
from tests.core.floor_likely import Likely, likely
from tests.core.floor_people import Everybody, people_changed
from tests.core.floor_policies import policy_changed
from tests.core.floor_world import ONE, POS_1, POS_2, START, THREE, TWO, A, B
from tests.core.ivr_documents import KEYS, any_document

NODE_OF: dict[CallId, NodeName] = {ONE: A, TWO: A, THREE: B}


@dataclass(frozen=True)
class Later:
    """Time passes."""

    seconds: float


@dataclass(frozen=True)
class ClockSet:
    """The machine's clock is set: from now on it is so much ahead of the floor's."""

    ahead: float


@dataclass(frozen=True)
class Answer:
    """The telephone answers one of the commands still open: 0 it worked, 1 it failed, 2 no such leg."""

    which: int
    how: int


Move = Event | Later | ClockSet | Answer | Likely | Gap | AskFor | Everybody

call_ids = st.sampled_from([ONE, TWO, THREE])
nodes = st.sampled_from([A, B])
positions = st.sampled_from([POS_1, POS_2])
offers: st.SearchStrategy[OfferId] = st.builds(offer_id, call_ids, st.integers(1, 5))
plays: st.SearchStrategy[PlayId] = st.builds(play_id, call_ids, st.integers(1, 6))
reasons = st.sampled_from(OfferEnd)
names = st.sampled_from(
    [
        "PickUp",
        "Play",
        "StopPlay",
        "Ring",
        "EndOffer",
        "Join",
        "ExtendDeadman",
        "SendToFallback",
        "HangUp",
    ]
)

arrivals = call_ids.map(lambda call: CallArrived(call=call, node=NODE_OF[call], ani=None, dialled="112"))
phones = st.builds(PhoneSeen, positions, nodes, st.sampled_from([True, True, False]))
trunk_news = st.builds(TrunkSeen, st.sampled_from(["trunk", "trunk-of-nobody"]), nodes, st.booleans())
failures = st.builds(
    failed,
    command=names,
    call=call_ids,
    offer=st.none() | offers,
    play=st.none() | plays,
    gone=st.booleans(),
)
found_calls = st.builds(
    FoundCall,
    call=call_ids,
    ani=st.none(),
    dialled=st.just("112"),
    arrived_at=st.floats(START - 60, START + 60),
    picked_up=st.booleans(),
    joined=st.none() | offers,
)
found_offers = st.builds(FoundOffer, offer=offers, position=positions, answered=st.booleans())


def _survey(
    node: NodeName, calls: list[FoundCall], legs: list[FoundOffer], away: set[CallId]
) -> NodeSurveyed:
    there = tuple(one for one in calls if NODE_OF[one.call] == node)
    elsewhere = frozenset(away - {one.call for one in there})
    return NodeSurveyed(node=node, calls=there, offers=tuple(legs), elsewhere=elsewhere)


surveys = st.builds(
    _survey,
    nodes,
    st.lists(found_calls, max_size=3, unique_by=lambda one: one.call),
    st.lists(found_offers, max_size=3, unique_by=lambda one: one.offer),
    st.sets(call_ids, max_size=2),
)
documents = st.builds(IvrPublished, any_document)

events: st.SearchStrategy[Event] = st.one_of(
    arrivals,
    st.builds(PickedUp, call_ids),
    st.builds(CallerLeft, call_ids),
    st.builds(CallReleased, call_ids),
    st.builds(DigitPressed, call_ids, st.sampled_from([*"1239", *KEYS])),
    st.builds(PlayEnded, call_ids, plays, st.booleans()),
    st.builds(OfferRinging, offers),
    st.builds(OfferAnswered, offers),
    st.builds(OfferHeld, offers, st.booleans()),
    st.builds(OfferEnded, offers, reasons),
    st.builds(Joined, call_ids, offers),
    failures,
    phones,
    trunk_news,
    people_changed,
    surveys,
    st.builds(NodeLost, nodes),
    documents,
    policy_changed,
)
later = st.builds(Later, st.sampled_from([0.0, 0.001, 0.5, 2.0, 4.0, 12.0, 20.0, 130.0]))
clocks = st.builds(ClockSet, st.sampled_from([0.0, 3600.0, -3600.0, -7.0, 8.2e8]))
answers = st.builds(Answer, st.integers(0, 5), st.sampled_from([0, 0, 0, 0, 1, 2]))

agency_calls = st.sampled_from([agency_call_id("d-1"), agency_call_id("d-2")])
agency_offers = st.builds(offer_id, agency_calls, st.integers(1, 3))
WORDS = AgencyWords(message=(Prompt("a" * 32, 2.0),), thanks=(Prompt("b" * 32, 1.0),))
agencies: st.SearchStrategy[Event] = st.one_of(
    st.builds(
        AgencyCallAsked,
        call=agency_calls,
        node=nodes,
        agency=st.just("pmi"),
        number=st.just("0812"),
        seconds=st.just(30.0),
        words=st.just(WORDS),
    ),
    st.builds(CalleeAnswered, agency_calls),
    st.builds(CalleeAnswered, agency_calls),
    st.builds(CalleeEnded, agency_calls, st.sampled_from(CallbackResult), st.booleans()),
    st.builds(DigitPressed, agency_calls, st.sampled_from("12333")),
    st.builds(PlayEnded, agency_calls, st.builds(play_id, agency_calls, st.integers(1, 6)), st.booleans()),
    st.builds(OfferAnswered, agency_offers),
    st.builds(OfferEnded, agency_offers, reasons),
    st.builds(Joined, agency_calls, agency_offers),
    st.builds(AgencyMessage, agency_calls, st.just(WORDS)),
    st.builds(
        failed,
        command=st.sampled_from(["DialCallee", "EndCallee", "JoinCallee", "Play", "RingOperator"]),
        call=agency_calls,
        offer=st.none() | agency_offers,
    ),
)
asked_back = st.builds(CallbackAsked, task=st.integers(1, 3), number=st.just("0812"), position=positions)
common = st.one_of(likely, likely, likely, answers, later)
rare = st.one_of(
    arrivals,
    st.just(Everybody()),
    phones,
    trunk_news,
    gaps,
    clocks,
    asked_back,
    agencies,
    agencies,
    asked,
    policy_changed,
    events,
)
moves: st.SearchStrategy[list[Move]] = st.lists(common | common | rare, min_size=5, max_size=50)
moves_and_leaving: st.SearchStrategy[list[Move]] = st.builds(
    lambda before, after: [*before, Draining(), *after], moves, moves
)


def answer(command: Decision, how: int) -> Event | None:
    """Return what the telephone would say to a command: worked, failed, or no such leg."""
    if how:
        return _failure(command, gone=how == 2)
    match command:
        case PickUp(call=call):
            return PickedUp(call)
        case Play(call=call, play=play, ringing_after=False):
            return PlayEnded(call, play)
        case Ring(offer=offer):
            return OfferAnswered(offer)
        case Join(call=call, offer=offer):
            return Joined(call, offer)
        case SendToFallback(call=call):
            return CallReleased(call)
        case HangUp(call=call):
            return CallerLeft(call)
        case _:
            return None


def _failure(command: Decision, *, gone: bool) -> CommandFailed | None:
    if isinstance(command, PickUp | SendToFallback | HangUp | Play | Ring | Join):
        return CommandFailed(command, gone=gone)
    return None
