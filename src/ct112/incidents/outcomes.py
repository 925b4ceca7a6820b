"""What may come of one try to tell an agency something."""

from ct112.core.value import value


@value(frozen=True, slots=True)
class Delivered:
    """It is there; an acknowledgement is waited for until the limit. `received`: its machine has said so."""

    note: str = ""
    received: bool = True


@value(frozen=True, slots=True)
class Acknowledged:
    """A person there has said that they have it."""

    note: str = ""


@value(frozen=True, slots=True)
class Pending:
    """It is under way: look at the same delivery again in so many seconds, within its limit.

    `listens`: a person of the agency is on the line; they may still accept after the limit.
    """

    seconds: float
    note: str = ""
    listens: bool = False


@value(frozen=True, slots=True)
class Failed:
    """It did not get there now; the same is tried again, as long as its limit allows."""

    note: str = ""


@value(frozen=True, slots=True)
class Refused:
    """This way does not lead there, or nobody acknowledged: the next one, at once."""

    note: str = ""


Outcome = Delivered | Acknowledged | Pending | Failed | Refused
