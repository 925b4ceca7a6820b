"""What a neighbouring city's centre offers us, and what we may say to it: one flat table."""

from collections.abc import Mapping
from enum import StrEnum


class OfferStatus(StrEnum):
    """How far an offer of a neighbouring centre is."""

    OFFERED = "offered"  # nobody of ours has answered yet
    ACCEPTED = "accepted"  # it is an incident of ours
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"  # the neighbour needs us no more
    DONE = "done"  # our incident is closed, and the neighbour is told


class Cause(StrEnum):
    """Why an offer is refused; what more there is to say stands beside it in words."""

    NOT_OUR_AREA = "not_our_area"
    NO_MEANS = "no_means"  # nobody is free, or nobody has what is needed
    ALREADY_KNOWN = "already_known"  # it is an incident of ours already
    CAME_FROM_US = "came_from_us"  # we offered it ourselves, it went in a ring
    OTHER = "other"


class OfferRefused(ValueError):
    """This cannot happen to an offer that stands so; the text says what to do."""


S = OfferStatus
TABLE: Mapping[OfferStatus, frozenset[OfferStatus]] = {
    S.OFFERED: frozenset({S.ACCEPTED, S.REFUSED, S.WITHDRAWN}),
    S.ACCEPTED: frozenset({S.WITHDRAWN, S.DONE}),
    S.REFUSED: frozenset({S.OFFERED}),  # offered again: they found nobody else
    S.WITHDRAWN: frozenset({S.OFFERED}),  # they need us after all
    S.DONE: frozenset(),
}
"""What may follow what."""
LIVE = frozenset({S.OFFERED, S.ACCEPTED})


def may(status: OfferStatus, to: OfferStatus) -> None:
    """Raises OfferRefused when this cannot happen to an offer that stands so."""
    if to not in TABLE[status]:
        raise OfferRefused(f"this offer is {status} already: look at it again before you answer")
