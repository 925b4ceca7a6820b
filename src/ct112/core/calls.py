"""The states a call can be in, each holding only what is valid there, and the call itself."""

from collections.abc import Callable
from dataclasses import InitVar, dataclass, field
from enum import StrEnum
from typing import Any

from ct112.core.ids import CallId, NodeName, OfferId, OperatorName, PlayId, PositionName
from ct112.core.ivr import IvrDocument
from ct112.core.ivr_run import IvrRun
from ct112.core.queueing import Place
from ct112.core.record import CallRecord
from ct112.core.value import value


@value(frozen=True, slots=True)
class Hearing:
    """What a waiting caller hears until `repeat_at`, when the message is said again.

    `play` is None when nothing could be played; `plain` means ringing without the message.
    """

    play: PlayId | None
    repeat_at: float
    plain: bool = False


@value(frozen=True, slots=True)
class Arriving:
    """We asked to pick the caller up."""

    deadline: float


@value(frozen=True, slots=True)
class InMenu:
    """The caller is in the IVR. `play`: what is being said; `limit_at`: the IVR must be over by then."""

    run: IvrRun
    play: PlayId | None
    limit_at: float

    @property
    def deadline(self) -> float:
        """When the IVR goes on by itself, or has taken too long."""
        return min(self.run.deadline, self.limit_at)


@value(frozen=True, slots=True)
class Waiting:
    """In the queue, with no operator found yet."""

    place: Place
    hearing: Hearing

    @property
    def deadline(self) -> float:
        """When the caller hears the message again."""
        return self.hearing.repeat_at


@value(frozen=True, slots=True, kw_only=True)
class Kept:
    """Its operator's page went in the talk: back in the queue, but for a few seconds for that desk alone.

    `ring_at`: not rung before, since the page that goes looks registered for a moment; None: that is over.
    """

    place: Place
    hearing: Hearing
    position: PositionName
    until: float
    ring_at: float | None

    @property
    def deadline(self) -> float:
        """When the desk may be rung, anybody may be, or the caller hears the message again."""
        at = min(self.until, self.hearing.repeat_at)
        return at if self.ring_at is None else min(at, self.ring_at)


@value(frozen=True, slots=True, kw_only=True)
class Offered:
    """Still in the queue, while one operator's phone rings for it."""

    place: Place
    hearing: Hearing
    offer: OfferId
    position: PositionName
    give_up_at: float

    @property
    def deadline(self) -> float:
        """When the offer is given up, or the caller hears the message again."""
        return min(self.give_up_at, self.hearing.repeat_at)


@value(frozen=True, slots=True)
class Joining:
    """The operator picked up; we asked to join both legs."""

    place: Place  # where it comes back to, should the operator be lost
    offer: OfferId
    position: PositionName
    deadline: float


@value(frozen=True, slots=True)
class Talking:
    """With a person: people end it."""

    place: Place  # where it comes back to, should the operator be lost
    offer: OfferId
    position: PositionName
    operator: OperatorName | None
    deadline: float | None = None  # a person has the call: only while the caller's leg is not answered


@value(frozen=True, slots=True)
class Stranded:
    """With a person as far as we know, at a node lost for a while: the operator gets other nodes' callers."""

    place: Place  # where it comes back to, should the operator be lost
    offer: OfferId
    position: PositionName
    deadline: float


class Way(StrEnum):
    """How a call is asked to leave us."""

    FALLBACK = "fallback"
    HANG_UP = "hang_up"


@value(frozen=True, slots=True)
class Leaving:
    """We asked the leg to end or to go to the fallback. The dead-man's switch is no longer pushed."""

    way: Way
    deadline: float
    tries: int = 1
    place: Place | None = None  # where it comes back to, should the fallback not take it


CallState = Arriving | InMenu | Waiting | Kept | Offered | Joining | Talking | Stranded | Leaving
Queued = Waiting | Kept | Offered
"""The states in which a call has a place in the queue."""
WithOffer = Offered | Joining | Talking
"""The states in which an operator belongs to the call."""
Armed = Arriving | InMenu | Waiting | Kept | Offered
"""The states whose dead-man's switch is pushed: see `switch`."""

RINGING_NAMES = 2
"""Playbacks 1 and 2 of a call are its endless ringing, in turn: so a restart can stop them unseen."""


@dataclass(slots=True, kw_only=True, eq=False)
class Call:
    """One live call: its state, its record as last saved, and the counters its names are made from.

    `id` and `node` are those of the record, for good: asked for in every step.

    `watch` hears of every new state, before anything else does. `revision` counts the changes that can be
    seen from outside: of the state and the record, not of what the caller hears.
    """

    record: CallRecord
    began: InitVar[CallState]
    document: IvrDocument
    language: str
    trunk: str = ""  # it came by; "" when that is not known
    picked_up: bool = False
    answered: bool = False  # a person has had this call (perhaps before a restart)
    speaking_until: float = 0.0  # a prompt plays until then, and the switch is not pushed: see `switch`
    held_until: float = 0.0  # how long its switch lasts by the last push of ours
    born_at: float = 0.0  # when it arrived, by the floor's `now`: its facts are numbered from there
    last_seq: int = -1
    offers: int = 0
    plays: int = RINGING_NAMES
    ringings: int = 0
    keys: str = ""  # pressed in the menu
    revision: int = 0
    changed: list[Any] = field(default_factory=list, repr=False)
    watch: Callable[["Call", CallState], None] | None = field(default=None, repr=False)
    id: CallId = field(init=False)
    node: NodeName = field(init=False)
    _state: CallState = field(init=False)

    def __post_init__(self, began: CallState) -> None:
        """Start in a state."""
        self.id, self.node = self.record.call, self.record.node
        self._state = began

    @property
    def state(self) -> CallState:
        """What the call is doing."""
        return self._state

    @state.setter
    def state(self, state: CallState) -> None:
        self.touch()
        self.stay(state)

    def touch(self) -> None:
        """Look different from outside: count it, and be among what has changed in this step."""
        self.revision += 1
        self.changed.append(self)

    def stay(self, state: CallState) -> None:
        """Stay in the state with other inner details, which nobody outside sees: what is heard, how long."""
        self._state = state
        if self.watch is not None:
            self.watch(self, state)

    @property
    def offer(self) -> OfferId | None:
        """The operator's leg that belongs to the call now, if any."""
        return self.state.offer if isinstance(self.state, WithOffer) else None

    def ran(self) -> dict[str, Any]:
        """Return what its way through the menu adds to the record."""
        if not isinstance(self.state, InMenu):
            return {}
        run = self.state.run
        return {"ivr_version": run.document.version, "ivr_path": run.path, "keys_pressed": self.keys or None}

    @property
    def place(self) -> Place | None:
        """Its place in the queue, or the one it would come back to, if it has one."""
        return None if isinstance(self.state, Arriving | InMenu) else self.state.place

    @property
    def play(self) -> PlayId | None:
        """The playback the caller hears now, if any."""
        match self.state:
            case InMenu():
                return self.state.play
            case Waiting() | Kept() | Offered():
                return self.state.hearing.play
            case _:
                return None
