"""How far an agency is that was asked to act, and what may happen to a dispatch: one flat table."""

from collections.abc import Mapping
from enum import StrEnum

from ct112.incidents.states import IncidentRefused


class DispatchStatus(StrEnum):
    """How far an agency is."""

    SENT = "sent"  # on its way to the agency
    RECEIVED = "received"  # its machine has it; nobody has said so yet
    ACKNOWLEDGED = "acknowledged"  # a person there has it
    EN_ROUTE = "en_route"
    ON_SCENE = "on_scene"
    DONE = "done"
    DECLINED = "declined"  # a person there cannot; somebody else of the agency still may
    CANCELLED = "cancelled"  # by the centre: it stands down


S = DispatchStatus
ON_THE_WAY = (S.SENT, S.RECEIVED, S.ACKNOWLEDGED, S.EN_ROUTE, S.ON_SCENE, S.DONE)
"""In this order. Reports may be left out, as radio does: what comes is the furthest that is known."""
OVER = frozenset({S.DONE, S.CANCELLED})
UNANSWERED = frozenset({S.SENT, S.RECEIVED, S.DECLINED})
"""Nobody has said yes: somebody of the agency, or the supervisor, is still to be found."""
BY_AGENCY = frozenset(S) - {S.SENT, S.CANCELLED}
"""What an agency may say of itself; the centre alone sends and cancels."""


def _forward() -> dict[tuple[DispatchStatus, DispatchStatus], None]:
    ahead = {
        (one, then): None
        for at, one in enumerate(ON_THE_WAY)
        for then in ON_THE_WAY[at + 1 :]
        if one is not S.DONE
    }
    declined = {(one, S.DECLINED): None for one in (S.SENT, S.RECEIVED, S.ACKNOWLEDGED, S.EN_ROUTE)}
    accepted = {(S.DECLINED, then): None for then in (S.ACKNOWLEDGED, S.EN_ROUTE, S.ON_SCENE)}
    cancelled = {(one, S.CANCELLED): None for one in S if one not in OVER}
    return ahead | declined | accepted | cancelled


SEEN = frozenset({S.ACKNOWLEDGED, S.EN_ROUTE, S.ON_SCENE, S.DONE, S.CANCELLED})
"""A person of the agency has it, or it is over."""

TABLE: frozenset[tuple[DispatchStatus, DispatchStatus]] = frozenset(_forward())
"""What may follow what. The same again is no step, and no error: reports come twice."""

REMEDIES: Mapping[DispatchStatus, str] = {
    S.DONE: "the agency is done: ask it anew if it has to come again",
    S.CANCELLED: "the agency was told to stand down: ask it anew if it is needed",
    S.DECLINED: "the agency declined: acknowledge first, or ask another one",
}


def moved(status: DispatchStatus, to: DispatchStatus) -> bool:
    """Return whether this is a step forward; False: it says no more than is known. Raises IncidentRefused.

    Received and acknowledged are said of every change and stand-down, too, however far the agency is.
    """
    if to is status or (to in (S.RECEIVED, S.ACKNOWLEDGED) and status in SEEN):
        return False
    if (status, to) not in TABLE:
        raise IncidentRefused(REMEDIES.get(status, f"the agency is {status} already: it cannot be {to} now"))
    return True
