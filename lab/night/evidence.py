"""What was seen of a night from outside: by the phones, at the exchanges, in the database. Values alone."""

from dataclasses import dataclass, field
from typing import Any, Literal

End = Literal[
    "gave up",  # hung up before anybody answered
    "done",  # hung up after a talk, as people do
    "goodbye",  # the operator had ended the talk
    "other side",  # hung up on
    "cut off",  # the exchange died under the call
    "turned away",  # never got in
    "stayed",  # still there when the night was over
]
DeskEnd = Literal[
    "goodbye",  # the operator ended the talk
    "silence",  # the operator heard nothing, and hung up
    "died",  # the phone did
    "other side",  # hung up on
]


@dataclass(slots=True, kw_only=True)
class Heard:
    """A person's voice in a caller's ear."""

    position: str
    start: float
    end: float
    seconds: float


@dataclass(slots=True, kw_only=True)
class CallerSeen:
    """A call as the caller's phone had it. Times: epoch seconds."""

    number: int
    node: str
    ani: str
    keys: str
    dialled_at: float
    sip_call_id: str = ""
    pressed: bool = False
    in_at: float | None = None
    over_at: float | None = None
    end: End | None = None
    reason: str = ""
    heard: list[Heard] = field(default_factory=list)

    @property
    def person_at(self) -> float | None:
        """Return when a person was first heard, for long enough to be one."""
        return next((one.start for one in self.heard if one.seconds >= SURE_SECONDS), None)


@dataclass(slots=True, kw_only=True)
class DeskCall:
    """A call as an operator's phone had it."""

    position: str
    up_at: float
    over_at: float | None = None
    end: DeskEnd | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Broken:
    """Something was broken from `start` to `end`, in these parts."""

    name: str
    parts: frozenset[str]
    start: float
    end: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """All of it. `rows`: call_record; `called_back`: Call-IDs on the call-back list; `left`: what should not
    be: held by the exchanges or ct112 at the end, or ended without anybody's doing.
    """

    callers: tuple[CallerSeen, ...]
    desk_calls: tuple[DeskCall, ...]
    broken: tuple[Broken, ...]
    rows: tuple[dict[str, Any], ...]
    called_back: frozenset[str]
    left: tuple[str, ...]
    over_at: float
    refused: int = 0  # calls that came to a phone in use, which said that it is busy


SURE_SECONDS = 0.6
