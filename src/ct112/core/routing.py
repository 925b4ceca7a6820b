"""The choice of operator: a pure function from who waits and who is ready to who rings for whom."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from ct112.core.ids import CallId, NodeName, PositionName


@dataclass(frozen=True, slots=True)
class Wanting:
    """A call in need of an operator, and the node its leg is on."""

    call: CallId
    node: NodeName


@dataclass(frozen=True, slots=True)
class Candidate:
    """A ready operator: since when, and at which nodes the phone can be rung."""

    position: PositionName
    idle_since: float
    nodes: frozenset[NodeName]


@dataclass(frozen=True, slots=True)
class Match:
    """The decision: ring this position for this call."""

    call: CallId
    position: PositionName


def match(waiting: Sequence[Wanting], ready: Iterable[Candidate]) -> list[Match]:
    """Return whom to ring for whom: calls in the order given, each gets the longest idle it can reach.

    A call can reach the positions registered at its own node. One pass; a call nobody can be
    rung for stays, and does not hold up those behind it.
    """
    free = sorted(ready, key=lambda one: (one.idle_since, one.position))
    matches = []
    for wanting in waiting:
        chosen = next((one for one in free if wanting.node in one.nodes), None)
        if chosen is not None:
            free.remove(chosen)
            matches.append(Match(wanting.call, chosen.position))
    return matches
