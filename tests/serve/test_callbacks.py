"""The desk of the call-backs: what it refuses costs nobody a try."""

from collections.abc import Mapping, Sequence

import pytest

from ct112.core.events import Event
from ct112.core.floor import Floor
from ct112.core.ids import NodeName
from ct112.core.trunks import Trunk
from ct112.serve.callbacks import CallbackDesk, Conflict
from ct112.simulation.store import FakeCallbacks, FakeStore
from ct112.simulation.tables import Tables
from ct112.store import Task
from tests.core.floor_world import POS_1, A, World

OPERATOR = f"op-of-{POS_1}"
B = NodeName("b")


class Tasks(FakeCallbacks):
    """A repository that gives no task, and remembers which were asked for."""

    def __init__(self) -> None:
        super().__init__(lambda: 0.0)
        self.taken: list[tuple[int, str]] = []

    async def take(self, tables: Tables, number: int, operator: str) -> Task:
        """Remember it."""
        self.taken.append((number, operator))
        raise AssertionError("not to be taken")


def desk(
    tasks: Tasks, trunk: Mapping[NodeName, bool], posted: list[Event], trunks: Sequence[Trunk] = ()
) -> CallbackDesk:
    """A desk whose operator is ready at a phone of node a."""
    world = World()
    world.floor = Floor(world.policy, world.document, trunks=trunks)
    world.staffed(POS_1)
    store = FakeStore()
    store.callbacks = tasks
    found = CallbackDesk(store, posted.append, lambda: trunk)
    found.look_at(world.floor)
    return found


@pytest.mark.parametrize("trunk", [{A: False}, {A: False, B: True}])
async def test_while_the_trunk_is_away_nobody_is_rung(trunk: dict[NodeName, bool]) -> None:
    tasks, posted = Tasks(), list[Event]()
    with pytest.raises(Conflict, match="the carrier's trunk is away"):
        await desk(tasks, trunk, posted).take(7, OPERATOR)
    assert (tasks.taken, posted) == ([], [])


async def test_while_all_other_lines_are_taken_nobody_is_rung() -> None:
    tasks, posted = Tasks(), list[Event]()
    kept = [Trunk(name="trunk", lines=2, kept=2)]
    with pytest.raises(Conflict, match="kept for callers"):
        await desk(tasks, {}, posted, kept).take(7, OPERATOR)
    assert (tasks.taken, posted) == ([], [])


@pytest.mark.parametrize("trunk", [{A: True}, {}, {B: False}])
async def test_a_trunk_that_is_there_or_not_known_is_tried(trunk: dict[NodeName, bool]) -> None:
    tasks = Tasks()
    with pytest.raises(AssertionError, match="not to be taken"):
        await desk(tasks, trunk, list[Event]()).take(7, OPERATOR)
    assert tasks.taken == [(7, OPERATOR)]
