"""Asks: answered once, stale or repeated ones change nothing, and who waits is re-ordered at once."""

from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ct112.core import answering
from ct112.core.asks import Ask, AskCode, AskId, SetClass, SetPriority
from ct112.core.commands import Answered, Ring
from ct112.core.events import Asked, CallerLeft, DigitPressed
from ct112.core.ids import CallId
from ct112.core.positions import Position
from ct112.core.record import ServiceClass
from tests.core import floor_world as given_
from tests.core.floor_asks import AskFor, asked
from tests.core.floor_events import Move, moves
from tests.core.floor_truths import looks
from tests.core.floor_world import ONE, POS_1, STATES, THREE, TWO, World
from tests.core.test_floor_properties import MODERATE, Game

EMERGENCY, URGENT, INFORMATION = ServiceClass


def ask(world: World, what: Ask, *, name: str = "a", revision: int | None = None) -> Answered:
    """Ask; return the one answer."""
    world.tell(Asked(AskId(name), "sari", revision, what))
    (answer,) = world.asked_for(Answered)
    return answer


def queued(world: World, *calls: CallId, digit: str = "2") -> None:
    """Let callers choose, one after another."""
    for call in calls:
        given_.in_menu(world, call)
        world.tell(DigitPressed(call, digit))
        world.wait(1.0)


def rung(world: World) -> list[CallId]:
    """Return the call the next free operator is rung for."""
    world.staffed(POS_1)
    return [command.call for command in world.log if isinstance(command, Ring)]


def test_every_ask_has_an_arm() -> None:
    assert set(answering.ARMS) == set(get_args(Ask))


def test_another_class_moves_a_waiting_call_at_once() -> None:
    world = World()
    queued(world, ONE, TWO, THREE)
    assert ask(world, SetClass(THREE, EMERGENCY)) == Answered(AskId("a"), accepted=True)
    assert rung(world) == [THREE]
    record = world.record(THREE)
    assert (record.service_class, record.class_source) == ("emergency", "person")
    fact = next(fact for fact in world.facts(THREE) if fact.kind == "class_set")
    assert fact.data == {"service_class": "emergency", "was": "urgent", "by": "sari"}


def test_first_moves_a_waiting_call_in_front_of_its_class_and_back() -> None:
    world = World()
    queued(world, ONE, TWO)
    ask(world, SetPriority(TWO, first=True))
    queued(world, THREE)
    ask(world, SetPriority(THREE, first=True), name="b")
    ask(world, SetPriority(TWO, first=False), name="c")
    assert rung(world) == [THREE]


def test_a_class_changed_while_it_rings_holds_when_nobody_picks_up() -> None:
    world = World()
    given_.offered(world)
    assert ask(world, SetClass(ONE, INFORMATION)).accepted
    world.wait(world.policy.ring_seconds + world.policy.ring_grace_seconds)
    assert world.state() is not None
    assert world.floor.calls[ONE].record.service_class == "information"


def test_a_talk_may_get_another_class_and_no_other_place() -> None:
    world = World()
    given_.talking(world)
    assert ask(world, SetClass(ONE, URGENT)).accepted
    assert ask(world, SetPriority(ONE, first=True), name="b").code is AskCode.NOT_POSSIBLE
    assert world.record().service_class == "urgent"


@pytest.mark.parametrize("state", ["Arriving", "InMenu", "Leaving (fallback)", "Leaving (hang up)"])
@pytest.mark.parametrize("what", [SetClass(ONE, URGENT), SetPriority(ONE, first=True)])
def test_who_is_not_queued_yet_or_leaves_is_let_be(state: str, what: Ask) -> None:
    world = World()
    STATES[state](world)
    before = looks(world.floor)
    answer = ask(world, what)
    assert (answer.accepted, answer.code) == (False, AskCode.NOT_POSSIBLE)
    assert answer.reason.endswith(".")
    assert looks(world.floor) == before


def test_a_call_that_is_over_is_unknown() -> None:
    world = World()
    given_.waiting(world)
    world.tell(CallerLeft(ONE))
    assert ask(world, SetClass(ONE, URGENT)).code is AskCode.UNKNOWN


def test_an_id_used_for_another_ask_is_refused() -> None:
    world = World()
    queued(world, ONE)
    assert ask(world, SetClass(ONE, INFORMATION)).accepted
    assert ask(world, SetClass(ONE, EMERGENCY)).code is AskCode.REPEATED_DIFFERS
    assert ask(world, SetClass(ONE, INFORMATION)).accepted
    assert world.record().service_class == "information"


def test_a_repeated_ask_gets_the_answer_of_the_first_even_when_all_has_changed() -> None:
    world = World()
    queued(world, ONE)
    seen = world.floor.calls[ONE].revision
    first = ask(world, SetPriority(ONE, first=True), revision=seen)
    world.tell(CallerLeft(ONE))
    assert ask(world, SetPriority(ONE, first=True), revision=seen) == first


def test_the_oldest_answers_are_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(answering, "REMEMBERED", 10)
    world = World()
    queued(world, ONE)
    for number in range(50):
        ask(world, SetPriority(ONE, first=bool(number % 2)), name=str(number))
    assert list(world.floor._board.answers) == [str(number) for number in range(40, 50)]


@MODERATE
@given(st.sampled_from(sorted(STATES)), moves, st.lists(asked, max_size=6), moves)
def test_whatever_is_asked_every_ask_is_answered_once_and_a_refused_one_changes_nothing(
    start: str, before: list[Move], wants: list[AskFor], after: list[Move]
) -> None:
    """The truths of the floor hold throughout; the same ask again has the same answer and changes nothing."""
    game = Game(start)
    for move in before:
        game.make(move)
    for want in wants:
        event, seen = want.event(game.world), looks(game.world.floor)
        game.tell(event)
        (answer,) = [one for one in game.world.log if isinstance(one, Answered) and one.id == event.id][-1:]
        settled = looks(game.world.floor)
        if not answer.accepted or (want.age or 0) != 0:
            assert settled == seen
        game.tell(event)
        assert looks(game.world.floor) == settled
        assert [one for one in game.world.log if isinstance(one, Answered)][-1] == answer
    for move in after:
        game.make(move)


def test_a_position_first_heard_of_is_among_what_has_changed() -> None:
    """An operator's leg of a talk nobody has: the position is known from now on, and shown."""
    world = World()
    board = world.floor._board
    board.position(POS_1)
    assert [thing.name for thing in board.end_step().changed if isinstance(thing, Position)] == [POS_1]
