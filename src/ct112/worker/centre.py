"""The way `centre`: a neighbouring city's centre. Posted as a webhook is; a person there accepts or refuses.

The neighbour answers by `POST /api/v1/dispatches/{id}/status`, with an account of the agency it is to us.
`came_by` says through which dispatches of other centres the incident came to us: so a ring is seen.
"""

from ct112.incidents.outcomes import Outcome
from ct112.worker import webhook
from ct112.worker.errands import Errand, Hands


async def deliver(errand: Errand, hands: Hands) -> Outcome:
    """Offer it to the neighbour."""
    return await webhook.post(errand, hands, errand.told() | {"came_by": list(errand.came_by)})
