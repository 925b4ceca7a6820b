"""Surveys as a real node would give them: its legs nearly as believed, its times by its own clock."""

from dataclasses import dataclass

from hypothesis import strategies as st

from ct112.core.callbacks import Callback, Phase
from ct112.core.calls import Call, Joining, Offered, Stranded, Talking
from ct112.core.events import FoundCall, FoundCallee, FoundOffer, NodeSurveyed
from ct112.core.ids import CallId, NodeName, OfferId, PositionName, call_out_id, callback_id, offer_id
from tests.core.floor_world import POS_1, START, World

FIRST_START = START - 1000


@dataclass(frozen=True)
class Gap:
    """A survey of a node that finds its calls nearly as believed; each number says how one of them is.

    `ended`: so many of the calls we have closed are there all the same; `skew`: what the node's clock is
    ahead of ours; `run`: which start of its Asterisk this is; `strange`: whether of a call-back of before a
    restart the operator's leg, the other, and both in a talk are there; `out`: it is a call-out.
    """

    node: NodeName
    how: tuple[int, ...]
    ended: int = 0
    skew: float = 0.0
    run: int = 0
    strange: tuple[bool, bool, bool] = (False, False, False)
    out: bool = False


gaps = st.builds(
    Gap,
    st.sampled_from([NodeName("a"), NodeName("a"), NodeName("b")]),
    st.lists(st.integers(0, 6), min_size=5, max_size=5).map(tuple),
    st.sampled_from([0, 0, 1, 2]),
    st.sampled_from([0.0, 0.0, 3600.0, -3600.0, -8.2e8]),
    st.sampled_from([0, 0, 0, 1]),
    st.just((False, False, False)) | st.tuples(st.booleans(), st.booleans(), st.booleans()),
    st.booleans(),
)
STRANGE = callback_id(9, START - 50)


@dataclass
class Found:
    """What a survey is put together from."""

    world: World
    gap: Gap

    def __post_init__(self) -> None:
        """Find nothing yet."""
        self.calls: list[FoundCall] = []
        self.offers: list[FoundOffer] = []
        self.callees: list[FoundCallee] = []
        self.elsewhere: set[CallId] = set()

    @property
    def node_now(self) -> float:
        """The present time at the node."""
        return self.world.now + self.gap.skew

    def leg(self, call: CallId, age: float, joined: OfferId | None) -> None:
        """Find a caller's leg."""
        arrived_at = self.node_now - age
        self.calls.append(
            FoundCall(
                call=call, ani=None, dialled="112", arrived_at=arrived_at, picked_up=True, joined=joined
            )
        )

    def survey(self) -> NodeSurveyed:
        """Return all of it."""
        return NodeSurveyed(
            node=self.gap.node,
            calls=tuple(self.calls),
            offers=tuple(self.offers),
            callees=tuple(self.callees),
            elsewhere=frozenset(self.elsewhere),
            up_since=FIRST_START + self.gap.run + self.gap.skew,
            node_now=self.node_now,
        )


def survey(world: World, gap: Gap) -> NodeSurveyed:
    """Return what is found: 0, 1 as believed, 2 gone, 3 elsewhere, 4 without operator, 5 and 6 with."""
    found = Found(world, gap)
    there = [call for call in world.floor.calls.values() if call.node == gap.node]
    for call, how in zip(there, gap.how, strict=False):
        _call(found, call, how)
    backs = [back for back in world.floor.call_backs.values() if back.node == gap.node]
    for back, how in zip(backs, reversed(gap.how), strict=False):
        _back(found, back, how)
    _strange_back(found, _strange(found) if gap.out else STRANGE, *gap.strange)
    closed = [one.record for one in world.floor._board.ended.values() if one.record.node == gap.node]
    for record in closed[: gap.ended]:
        found.leg(record.call, 30.0, None)
    return found.survey()


def _call(found: Found, call: Call, how: int) -> None:
    position, believed = _operators_leg(call)
    if how == 3:
        found.elsewhere.add(call.id)
    if how in (2, 3):
        return
    joined = believed if isinstance(call.state, Talking | Stranded) or how == 5 else None
    if how == 6:
        joined, position = OfferId(f"{call.id}.77"), PositionName("pos-2")
    found.leg(call.id, found.world.now - call.born_at, None if how == 4 else joined)
    leg = joined or believed
    if position is not None and leg is not None and how != 4:
        found.offers.append(FoundOffer(offer=leg, position=position, answered=how > 0))


def _back(found: Found, back: Callback, how: int) -> None:
    """Find a call-back: 0 ringing still, 1 as believed, 2 gone, 3 no operator, 4 nobody else, 5, 6 both."""
    if how == 2:
        return
    dialled = back.phase is not Phase.RINGING
    if how != 3:
        leg = FoundOffer(offer=back.offer, position=back.position, answered=dialled or how > 4)
        found.offers.append(leg)
    if dialled and how != 4:
        answered = back.phase is Phase.TALKING or how > 4
        found.callees.append(FoundCallee(call=back.id, answered=answered, joined=answered and how != 5))


def _strange(found: Found) -> CallId:
    """Return the name of a call-out of before a restart: none that was found before."""
    position = found.world.floor.positions.get(POS_1)
    return call_out_id(found.gap.node, POS_1, 0 if position is None else position.revision, START - 50)


def _strange_back(found: Found, name: CallId, operator: bool, callee: bool, joined: bool) -> None:
    """Find a call-back that nobody here knows, unless it was found before."""
    if name in found.world.floor.call_backs:
        return
    if operator:
        leg = FoundOffer(offer=offer_id(name, 1), position=POS_1, answered=True)
        found.offers.append(leg)
    if callee:
        found.callees.append(FoundCallee(call=name, answered=joined, joined=joined and operator))


def _operators_leg(call: Call) -> tuple[PositionName | None, OfferId | None]:
    """Return where the operator's leg rings and its name, if there is one as far as we know."""
    if isinstance(call.state, Offered | Joining | Talking | Stranded):
        return call.state.position, call.state.offer
    return None, None
