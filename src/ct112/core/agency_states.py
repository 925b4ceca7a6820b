"""The states of a telephone call to an agency, each holding only what is valid there, and the call itself."""

from dataclasses import dataclass

from ct112.core.agency_outcomes import AgencyOutcome, AgencyWords
from ct112.core.ids import CallId, NodeName, OfferId, PlayId, PositionName
from ct112.core.value import value


@value(frozen=True, slots=True)
class Sought:
    """Begun before we started: a survey of its node tells what has become of it."""

    deadline: float


@value(frozen=True, slots=True)
class Dialling:
    """The agency's telephone is dialled."""

    deadline: float


@value(frozen=True, slots=True)
class Silent:
    """Picked up, and the message is not known here: whoever asked brings it again."""

    deadline: float


@value(frozen=True, slots=True)
class Speaking:
    """The message is said."""

    play: PlayId
    deadline: float


@value(frozen=True, slots=True)
class Listening:
    """The message was said: a key is awaited."""

    deadline: float


@value(frozen=True, slots=True)
class Wanting:
    """Who is there wants an operator, behind every caller. `since`: its place among calls to agencies."""

    since: float
    play: PlayId
    deadline: float


@value(frozen=True, slots=True, kw_only=True)
class RingingOperator:
    """An operator's phone rings for it; `wanting`: what it comes back to."""

    wanting: Wanting
    offer: OfferId
    position: PositionName
    deadline: float


@value(frozen=True, slots=True, kw_only=True)
class TalkingToOperator:
    """With an operator: people end it. `joined`: both hear each other, as far as we know."""

    offer: OfferId
    position: PositionName
    joined: bool = False
    deadline: float | None = None


@value(frozen=True, slots=True)
class Parting:
    """A last word is said."""

    play: PlayId
    deadline: float


@value(frozen=True, slots=True)
class Ending:
    """The leg was asked to end."""

    deadline: float


State = (
    Sought
    | Dialling
    | Silent
    | Speaking
    | Listening
    | Wanting
    | RingingOperator
    | TalkingToOperator
    | Parting
    | Ending
)
WithOperator = RingingOperator | TalkingToOperator
"""The states in which an operator belongs to it."""
Hearing = Silent | Speaking | Listening | Wanting | RingingOperator
"""The states that end when the person has had the line for `agency_limit_seconds`."""


@dataclass(slots=True, kw_only=True, eq=False)
class AgencyCall:
    """One call to an agency. `id` is made of the delivery's: one delivery is dialled once, whatever happens.

    `words` is None for one found after a restart, until it is asked for again. `born_at`: when it was asked
    for, by the floor's `now`: its facts are numbered from there. `silences`: how often it was said in vain.
    """

    id: CallId
    node: NodeName
    state: State
    born_at: float
    agency: str = ""
    number: str = ""
    seconds: float = 0.0
    words: AgencyWords | None = None
    trunk: str = ""
    tried: tuple[str, ...] = ()
    limit_at: float = 0.0
    silences: int = 0
    plays: int = 0
    ringings: int = 0
    offers: int = 0
    last_seq: int = -1
    outcome: AgencyOutcome | None = None

    def is_on(self, trunk: str) -> bool:
        """Return whether it takes a line of this trunk; one of before a restart may be on any."""
        return self.trunk == trunk or not (self.trunk or self.number)
