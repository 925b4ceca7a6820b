"""An operator calls a supervisor; what is said of it is seen, and is over when they leave."""

from ct112.core.asks import AskCode, Leave, Sit, Summon, SummonsState
from tests.core.floor_world import POS_1, POS_2
from tests.core.test_seating import BUDI, SITI, Centre

ASKED, COMING, OVER = SummonsState.ASKED, SummonsState.COMING, SummonsState.OVER


def seen(centre: Centre) -> tuple[float | None, str | None]:
    """Return since when somebody is called to the first position, and who comes."""
    position = centre.floor.positions[POS_1]
    return position.summoned_at, position.coming


def test_a_supervisor_is_called_comes_and_it_is_over() -> None:
    centre = Centre()
    centre.sit(SITI, POS_1)
    assert centre.want(Summon(POS_1, ASKED)).accepted
    at = centre.now
    assert seen(centre) == (at, None)
    before = centre.floor.positions[POS_1].revision
    centre.wait(30)
    centre.want(Summon(POS_1, ASKED))
    assert (seen(centre), centre.floor.positions[POS_1].revision) == ((at, None), before), "the same again"
    centre.want(Summon(POS_1, COMING))
    assert seen(centre) == (at, "admin")
    centre.want(Summon(POS_1, OVER))
    assert seen(centre) == (None, None)
    answer = centre.want(Summon(POS_1, COMING))
    assert (answer.accepted, answer.code) == (False, AskCode.NOT_POSSIBLE)


def test_who_leaves_calls_nobody_any_more() -> None:
    centre = Centre()
    centre.sit(SITI, POS_1)
    centre.want(Summon(POS_1, ASKED))
    centre.want(Leave(position=POS_1))
    assert seen(centre) == (None, None)
    assert not centre.want(Summon(POS_1, ASKED)).accepted
    centre.want(Sit(POS_1, BUDI))
    assert seen(centre) == (None, None)
    assert not centre.want(Summon(POS_2, ASKED)).accepted
