"""Who sits where in a night: people log in and out, move and pause, and what must hold of that."""

import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ct112.core.asks import Ask, AskId, Leave, SetState, Sit
from ct112.core.calls import Call, Stranded, Talking
from ct112.core.events import Asked
from ct112.core.floor import Floor
from ct112.core.ids import OfferId, OperatorName, PositionName
from ct112.core.positions import Position, Ringing
from ct112.core.stays import Stay, stay_id
from ct112.serve.known import Known, KnownOperator, KnownPosition, KnownReason, LiveSettings
from ct112.simulation.engine import START, Engine, broken

if TYPE_CHECKING:
    from ct112.simulation.life import Life

REASON = "meal"
BETWEEN_TRIES = 7.0  # seconds: who sits nowhere looks for a free position
AWAY = (1.0, 90.0)
HEARD_SECONDS = 5.0  # who asked for no calls so long ago gets none
KEPT_SECONDS = 1.0  # what is so old survives the death of ct112


@dataclass(slots=True)
class Person:
    """What somebody wants: to sit somewhere, or (until `back_at`) nowhere. Times are true ones."""

    back_at: float = 0.0
    asked_at: float = 0.0
    no_calls_since: float | None = None


class Seats:
    """The people of the night. At its beginning everybody sits at their own position, ready."""

    def __init__(self, engine: Engine, positions: Sequence[str]) -> None:
        """`positions` have an operator each."""
        self._engine = engine
        self.positions = tuple(positions)
        self.people = {OperatorName(f"of-{position}"): Person() for position in positions}
        self.life: Callable[[], Life | None] = lambda: None
        self.ready: frozenset[str] = frozenset()  # positions where somebody takes calls
        self.since: dict[str, float] = dict.fromkeys(positions, 0.0)  # when that changed last
        self.settings: LiveSettings | None = None  # what the database has
        self._stranded: dict[OfferId, OperatorName | None] = {}  # who talked when their node was lost
        self._seen: dict[OperatorName, Stay] = {}
        self._seen_at = 0.0
        self._to_be: dict[OperatorName, Stay] = {}  # who has to be there after a restart
        self._expect = False

    def known(self) -> Known:
        """Return what the database says there is."""
        return Known(
            tuple(KnownPosition(name, "secret") for name in self.positions),
            tuple(KnownOperator(name) for name in self.people),
            (KnownReason(REASON, "Makan", "Meal"),),
            settings=self.settings,
        )

    def stays(self) -> list[Stay]:
        """Return who sits where when ct112 is started for the first time."""
        pairs = zip(self.people, map(PositionName, self.positions), strict=True)
        return [
            Stay(id=stay_id(who, where, START), operator=who, position=where, since=START, ready=True)
            for who, where in pairs
        ]

    # ── what people do

    def begin(self, until: float) -> None:
        """Let whoever sits nowhere look for a free position, until the night is over."""
        self._look_for_seats()
        if self._engine.time < until:
            self._engine.after(BETWEEN_TRIES, lambda: self.begin(until))

    def pause(self) -> None:
        """Let somebody pause, and be back after a while."""
        who = self._anybody()
        self._ask(who, SetState(who, False, REASON), quiet=True)
        self._engine.after(self._engine.between(AWAY), lambda: self._ask(who, SetState(who, True)))

    def shift_change(self) -> None:
        """Let somebody log out and come back later, or move to any position, free or not."""
        who, draw = self._anybody(), self._engine.random
        if self._engine.chance(0.5):
            self._ask(who, Sit(PositionName(draw.choice(self.positions)), who))
            return
        self.people[who].back_at = self._engine.time + self._engine.between(AWAY)
        self._ask(who, Leave(operator=who), quiet=True)

    def _anybody(self) -> OperatorName:
        return self._engine.random.choice(list(self.people))

    def _look_for_seats(self) -> None:
        life = self.life()
        floor = None if life is None else life.floor
        if floor is None or floor.seating.people is None:
            return
        there = {*floor.seating.stays, *floor.seating.moves}
        free = [seat.name for seat in floor.positions.values() if seat.operator is None]
        for who, person in self.people.items():
            if free and who not in there and person.back_at <= self._engine.time:
                self._ask(who, Sit(self._engine.random.choice(free), who))

    def _ask(self, who: OperatorName, ask: Ask, *, quiet: bool = False) -> None:
        """Ask the ct112 that runs; when none does, nothing is asked. `quiet`: no calls from then on."""
        life, person = self.life(), self.people[who]
        if life is None or life.switchboard is None:
            return
        self._engine.note("person", ask)
        person.asked_at = self._engine.time
        person.no_calls_since = self._engine.time if quiet else None
        name = AskId(str(uuid.UUID(int=self._engine.random.getrandbits(128))))
        life.switchboard.post(Asked(name, "simulation", None, ask))

    # ── what must hold

    def begun(self) -> None:
        """Another ct112 begins: who sat there long enough before has to be there again."""
        now = self._engine.time
        self._expect = now > 0
        self._to_be = dict(self._seen) if now - self._seen_at > KEPT_SECONDS else {}
        for person in self.people.values():
            if person.no_calls_since is not None and now - person.no_calls_since < 30.0 + KEPT_SECONDS:
                person.no_calls_since = None  # nobody may have lived to hear it

    def see(self, floor: Floor) -> None:
        """Check the floor after a turn of ct112. Raises Broken."""
        names = [seat.operator for seat in floor.positions.values() if seat.operator is not None]
        taken = [stay.position for stay in floor.seating.stays.values()]
        if len(names) != len(set(names)) or len(taken) != len(set(taken)):
            broken("one person, one position", f"{sorted(names)} are logged in, at {sorted(taken)}")
        empty = [one.name for one in floor.positions.values() if _rings_for_nobody(one)]
        if empty:
            broken("nobody is rung who is not logged in", f"{empty} ring, and are empty")
        for call in floor.calls.values():
            self._see_who_talks(call, floor)
        self._remember(floor)

    def _see_who_talks(self, call: Call, floor: Floor) -> None:
        """Check the record. Who talks at a lost node may have gone before it came back: the record stays."""
        state = call.state
        if isinstance(state, Stranded):
            self._stranded[state.offer] = call.record.operator
        if isinstance(state, Talking):
            there = floor.positions[state.position].operator
            if call.record.operator != self._stranded.get(state.offer, there):
                told = f"{call.id} is written down with {call.record.operator}, and {there} sits there"
                broken("records name who was there", told)

    def rung(self, position: PositionName, floor: Floor) -> None:
        """Check that somebody is there who wants calls. Raises Broken."""
        who = floor.positions[position].operator
        if who is None:
            broken("nobody is rung who is not logged in", f"{position} is rung, and empty")
        since = self.people[who].no_calls_since
        if since is not None and self._engine.time - since > HEARD_SECONDS:
            broken("who pauses is not rung", f"{who} is rung at {position}")

    def _remember(self, floor: Floor) -> None:
        now, seating = self._engine.time, floor.seating
        ready = frozenset(str(seat.name) for seat in floor.positions.values() if seat.ready)
        self.since.update(dict.fromkeys(self.ready ^ ready, now))
        self.ready = ready
        if self._expect and seating.people is not None:
            self._expect = False
            self._as_before(floor)
        settled = {who: stay for who, stay in seating.stays.items() if who not in seating.moves}
        if settled != self._seen:
            self._seen, self._seen_at = settled, now

    def _as_before(self, floor: Floor) -> None:
        """Compare with before the restart; who was asked to move meanwhile may have done so."""
        for who, stay in self._to_be.items():
            now = floor.seating.stays.get(who)
            if self.people[who].asked_at >= self._engine.time - KEPT_SECONDS:
                continue
            if now is None or (now.position, now.ready) != (stay.position, stay.ready):
                broken("who sits where survives a restart", f"{who} sat at {stay.position}, now: {now}")


def _rings_for_nobody(seat: Position) -> bool:
    return isinstance(seat.state, Ringing) and seat.operator is None
