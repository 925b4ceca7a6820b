"""The ways an agency is told something: one flat table. What is not in it leads nowhere."""

from collections.abc import Awaitable, Callable, Mapping

from ct112.incidents.agencies import WayKind
from ct112.incidents.outcomes import Acknowledged, Delivered, Outcome, Pending, Refused
from ct112.worker import agency_phone, centre, mail, webhook
from ct112.worker.agency_phone import ASK_AGAIN_SECONDS, Progress
from ct112.worker.errands import Errand, Hands

Deliverer = Callable[[Errand, Hands], Awaitable[Outcome]]


async def _page(_errand: Errand, _hands: Hands) -> Outcome:
    """Nothing is sent: the agency's page shows it, and says so when somebody looked."""
    return Delivered("on the agency's page", received=False)


async def _phone(errand: Errand, hands: Hands) -> Outcome:
    """Have serve call them, or ask how far that call is."""
    number = errand.step.number
    if number is None:
        return Refused("no number to call: correct the contact")
    progress = await agency_phone.call(
        hands.serve,
        errand.leased.id,
        agency=errand.agency,
        number=number,
        view=errand.view,
        telling=errand.leased.telling,
        what=errand.what,
    )
    return OF_PHONE[progress.progress](progress.reason)


PICKED_UP = frozenset(
    {"silent", "speaking", "listening", "wanting", "ringing_operator", "talking_to_operator", "parting"}
)
"""How far serve says a call is in which a person of the agency is on the line."""
OF_PHONE: Mapping[Progress, Callable[[str], Outcome]] = {
    Progress.PENDING: lambda note: Pending(ASK_AGAIN_SECONDS, note, listens=note in PICKED_UP),
    Progress.ACKNOWLEDGED: Acknowledged,
    Progress.DELIVERED: Delivered,
    Progress.FAILED: Refused,
}
WAYS: Mapping[WayKind, Deliverer] = {
    WayKind.PAGE: _page,
    WayKind.WEBHOOK: webhook.deliver,
    WayKind.EMAIL: mail.deliver,
    WayKind.PHONE: _phone,
    WayKind.CENTRE: centre.deliver,
}


async def deliver(errand: Errand, hands: Hands) -> Outcome:
    """Tell the agency by this way. Raises nothing that is of the way's."""
    deliverer = WAYS.get(errand.step.way)
    if deliverer is None:
        return Refused(f"there is no way of kind {errand.step.way} yet")
    return await deliverer(errand, hands)
