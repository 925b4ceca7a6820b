"""The way `centre`: an incident is offered to a neighbouring city's centre by a signed POST.

It may refuse in its answer to the post; whatever else it says comes back later, signed by it, to
`POST /api/v1/dispatches/{id}/answers`. docs/neighbours.md tells any neighbour how.
"""

from typing import Any

import orjson

from ct112.incidents.neighbours import CAUSES, Cause
from ct112.incidents.outcomes import Delivered, Outcome, Refused
from ct112.worker import webhook
from ct112.worker.errands import Errand, Hands

PROTOCOL = 1
LARGEST_ANSWER = 4096  # bytes


async def deliver(errand: Errand, hands: Hands) -> Outcome:
    """Offer it; what is no refusal is received, whatever stands in it."""
    answer = await webhook.post(errand, hands, {"protocol": PROTOCOL, **errand.told()}, LARGEST_ANSWER)
    if not isinstance(answer, webhook.Taken):
        return answer
    match _read(answer.body):
        case {"status": "declined", **rest}:
            return Refused(CAUSES[_cause(rest.get("cause"))])  # its words may tell of a person
        case _:
            return Delivered(str(answer.status))


def _read(body: bytes) -> Any:
    try:
        return orjson.loads(body)
    except orjson.JSONDecodeError:
        return None


def _cause(said: object) -> Cause:
    return Cause(said) if isinstance(said, str) and said in set(Cause) else Cause.OTHER
