"""How a telephone call to an agency ends, and what is said in it. Data only."""

from enum import StrEnum

from ct112.core.ivr import Prompt
from ct112.core.value import value


class AgencyOutcome(StrEnum):
    """How a call to an agency ended, once for each; whoever asked for it goes by this word."""

    ACCEPTED = "accepted"  # a person there pressed 1
    PUT_THROUGH = "put_through"  # a person there talked with an operator
    NOT_ACKNOWLEDGED = "not_acknowledged"  # picked up, and neither of the two
    BUSY = "busy"
    NO_ANSWER = "no_answer"
    FAILED = "failed"  # the number cannot be reached, or the message could not be said
    UNAVAILABLE = "unavailable"  # because of us: no line that is not kept for callers, trunk or node away
    LOST = "lost"  # a restart or a lost node in between: nobody knows what came of it


@value(frozen=True, slots=True, kw_only=True)
class AgencyWords:
    """What is said in a call to an agency; what could not be made is left out, but never the message."""

    message: tuple[Prompt, ...]  # the incident, and which keys there are
    thanks: tuple[Prompt, ...] = ()  # after 1
    wait: tuple[Prompt, ...] = ()  # after 3
    goodbye: tuple[Prompt, ...] = ()  # nobody has acknowledged
