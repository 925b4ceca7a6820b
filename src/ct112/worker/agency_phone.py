"""The way `phone`: serve calls the agency, and is asked by the delivery's id until it says how that went.

Nothing is kept here between two asks: whoever works on the delivery next, in this process or another, asks
again and hears the same. serve never dials one delivery twice.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Protocol
from uuid import UUID

from ct112.control.asks import Answer
from ct112.control.client import ControlAway, ControlRefused
from ct112.core.agency_outcomes import AgencyOutcome
from ct112.incidents import spoken
from ct112.incidents.spoken import Telling
from ct112.incidents.view import IncidentView

ASK_AGAIN_SECONDS = 2.0
RING_SECONDS = 45.0
BY = "worker"


class Progress(StrEnum):
    """How far a delivery by telephone is."""

    PENDING = "pending"  # ask again in ASK_AGAIN_SECONDS, as long as its limit allows
    ACKNOWLEDGED = "acknowledged"  # a person there pressed 1
    DELIVERED = "delivered"  # a person there talked with an operator, who may acknowledge for them
    FAILED = "failed"  # the next way, or contact, at once


@dataclass(frozen=True, slots=True)
class PhoneProgress:
    """How far it is, and why: the agency outcome, how far the call is, or why it is not dialled."""

    progress: Progress
    reason: str


class Asker(Protocol):
    """Puts asks to serve; `control.client.ControlClient` is one."""

    async def ask(
        self,
        kind: str,
        *,
        by: str,
        revision: int | None = None,
        id: UUID | None = None,  # noqa: A002 (the word of the contract)
        **fields: Any,
    ) -> Answer:
        """Return the answer. Raises ControlAway, ControlRefused, ValueError."""
        ...


async def call(
    serve: Asker,
    delivery: UUID,
    *,
    agency: str,
    number: str,
    view: IncidentView,
    telling: Telling,
    what: str | None = None,
) -> PhoneProgress:
    """Have the agency called for this delivery, or learn how far that is. Raises nothing of serve's."""
    try:
        answer = await serve.ask(
            "call_agency",
            by=BY,
            id=delivery,
            delivery=delivery,
            agency=agency,
            number=dialled(number),
            text=spoken.text(view, telling, what),
            seconds=RING_SECONDS,
        )
    except ControlAway as error:
        return PhoneProgress(Progress.PENDING, str(error))
    except (ControlRefused, ValueError):
        return PhoneProgress(Progress.FAILED, "the number is none that can be dialled: correct the contact")
    return progress_of(answer)


def dialled(number: str) -> str:
    """Return the number without the signs people write between its digits; what else is there stays wrong."""
    return "".join(sign for sign in number if sign not in " -.()\u2011")


def progress_of(answer: Answer) -> PhoneProgress:
    """Return what an answer of serve means to the delivery."""
    if not answer.accepted:
        away = answer.code in ("unavailable", "unanswered")
        return PhoneProgress(Progress.PENDING if away else Progress.FAILED, answer.reason)
    state = answer.state or ""
    if state not in set(AgencyOutcome):
        return PhoneProgress(Progress.PENDING, state)
    outcome = AgencyOutcome(state)
    return PhoneProgress(MEANS.get(outcome, Progress.FAILED), outcome.value)


MEANS = {
    AgencyOutcome.ACCEPTED: Progress.ACKNOWLEDGED,
    AgencyOutcome.PUT_THROUGH: Progress.DELIVERED,
}
