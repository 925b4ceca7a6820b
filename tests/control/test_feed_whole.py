"""Whatever happens: who follows the changes sees what a new snapshot shows. Nothing changes unseen."""

from typing import Any

import orjson
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ct112.core.floor import Floor
from ct112.http.health import Health
from ct112.serve.feed import Feed
from tests.core.floor_events import Move, moves
from tests.core.floor_world import STATES
from tests.core.test_floor_properties import Game

MODERATE = settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))


def feed_of(floor: Floor) -> Feed:
    """A feed nobody has joined: it is asked by hand."""
    return Feed(floor, nodes=dict, refused=dict, health=lambda: Health(ready=True, parts=()))


class Follower:
    """Takes the changes in, as a reader does."""

    def __init__(self, floor: Floor) -> None:
        self._feed = feed_of(floor)
        self.parts: dict[str, dict[str, Any]] = {}

    def look(self) -> dict[str, dict[str, Any]]:
        """Take in what changed since the last look; return all that is known."""
        for name, changes in self._feed._parts().items():
            known = self.parts.setdefault(name, {})
            for thing, shown in changes.items():
                if shown is None:
                    del known[thing]
                else:
                    known[thing] = orjson.loads(orjson.dumps(shown))
        return self.parts


@MODERATE
@given(st.sampled_from(sorted(STATES)), moves)
def test_the_changes_add_up_to_a_snapshot(start: str, made: list[Move]) -> None:
    game = Game(start)
    follower = Follower(game.world.floor)
    follower.look()
    for move in made:
        game.make(move)
        assert follower.look() == Follower(game.world.floor).look(), move
