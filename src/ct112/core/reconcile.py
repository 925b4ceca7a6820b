"""After a gap: compare what we believe of a node with what was found there, and say what follows. Pure."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from ct112.core.calls import (
    Arriving,
    Call,
    InMenu,
    Joining,
    Kept,
    Leaving,
    Offered,
    Stranded,
    Talking,
    Waiting,
)
from ct112.core.events import (
    CallDropped,
    CallerLeft,
    CallReleased,
    FoundCall,
    FoundOffer,
    Joined,
    NodeSurveyed,
    OfferAnswered,
    OfferEnd,
    OfferEnded,
    PickedUp,
)
from ct112.core.ids import CallId, OfferId, call_of, is_outgoing
from ct112.core.record import CallRecord


@dataclass(frozen=True, slots=True)
class AdoptWaiting:
    """A caller we did not know, with nobody: into the queue."""

    caller: FoundCall


@dataclass(frozen=True, slots=True)
class AdoptTalking:
    """A caller talking to an operator's leg, and we did not know: theirs from now on."""

    caller: FoundCall
    offer: FoundOffer


@dataclass(frozen=True, slots=True)
class Resume:
    """A call still as we believed: ask again for what may have been lost on the way."""

    call: CallId


@dataclass(frozen=True, slots=True)
class Stray:
    """An operator's leg that belongs to no talk: it ends."""

    offer: OfferId


Missed = PickedUp | CallerLeft | CallDropped | CallReleased | OfferAnswered | OfferEnded | Joined
"""Events that happened in the gap and are handled now."""
Finding = Missed | AdoptWaiting | AdoptTalking | Resume | Stray


def reconcile(live: Mapping[CallId, Call], survey: NodeSurveyed, wall: float) -> list[Finding]:
    """Return what follows from a survey, in the order to be done. `live`: our calls of that node.

    `wall`: the time by the clock our records are written by.
    A leg in our hands is a live call whatever its record says: one we had closed is adopted as any other.
    """
    callers = {caller.call: caller for caller in survey.calls}
    offers = {leg.offer: leg for leg in survey.offers}
    findings: list[Finding] = []
    for call in live.values():
        if call.id in callers:
            findings += _found_again(call, callers[call.id], offers)
        else:
            findings.append(_gone(call, survey, wall))
    strangers = [caller for caller in survey.calls if caller.call not in live]
    findings += _adopted(strangers, offers)
    kept = _kept(findings) | {call.offer for call in live.values() if call.id in callers}
    findings += [Stray(offer) for offer in offers if offer not in kept and not is_outgoing(call_of(offer))]
    return findings


def _gone(call: Call, survey: NodeSurveyed, wall: float) -> Finding:
    """Return where a call went whose leg is not in our hands any more."""
    if call.id in survey.elsewhere:
        return CallReleased(call.id)
    return CallDropped(call.id) if is_older(call.record, survey, wall) else CallerLeft(call.id)


def is_older(record: CallRecord, survey: NodeSurveyed, wall: float) -> bool:
    """Return whether the call came before its Asterisk was started.

    When the record does not say which run of it had the call: by how long that one has been running. A record
    from the future says that a clock was set back, and nothing more: the worst is believed, that it is older.
    """
    if survey.up_since is None:
        return False
    if record.node_up_since is not None:
        return record.node_up_since != survey.up_since
    running = (wall if survey.node_now is None else survey.node_now) - survey.up_since
    return record.arrived_at < wall - running or record.arrived_at > wall


def _found_again(call: Call, caller: FoundCall, offers: Mapping[OfferId, FoundOffer]) -> Iterator[Finding]:
    """Return what follows for a call we knew and whose leg is still there."""
    if caller.picked_up and not call.picked_up:
        yield PickedUp(call.id)
    talk = _talk(caller, offers)
    match call.state:
        case Arriving() | InMenu() | Waiting() | Kept() | Stranded():
            yield Resume(call.id) if talk is None else AdoptTalking(caller, talk)
        case Leaving():
            yield Resume(call.id)
        case Offered(offer=offer) | Joining(offer=offer) | Talking(offer=offer):
            yield from _with_offer(call, offer, caller, talk, offers)


def _with_offer(
    call: Call,
    offer: OfferId,
    caller: FoundCall,
    talk: FoundOffer | None,
    offers: Mapping[OfferId, FoundOffer],
) -> Iterator[Finding]:
    """Return what follows for a call to which we believed an operator's leg belongs."""
    leg = offers.get(offer)
    if talk is not None and talk.offer != offer:
        yield OfferEnded(offer, OfferEnd.LOST)
        yield from [Stray(offer)] if leg else []
        yield AdoptTalking(caller, talk)
    elif leg is None:
        yield OfferEnded(offer, OfferEnd.LOST)
        yield Resume(call.id)
    elif isinstance(call.state, Offered):
        yield OfferAnswered(offer) if leg.answered else Resume(call.id)
    elif isinstance(call.state, Joining):
        yield Joined(call.id, offer) if talk else Resume(call.id)
    elif talk is None:
        yield OfferEnded(offer, OfferEnd.LOST)
        yield Stray(offer)


def _talk(caller: FoundCall, offers: Mapping[OfferId, FoundOffer]) -> FoundOffer | None:
    """Return the operator's leg the caller really talks to; one rung for another call does not count."""
    if caller.joined is None or call_of(caller.joined) != caller.call:
        return None
    leg = offers.get(caller.joined)
    return leg if leg is not None and leg.answered else None


def _adopted(strangers: list[FoundCall], offers: Mapping[OfferId, FoundOffer]) -> Iterator[Finding]:
    """Return what becomes of callers we did not know."""
    for caller in strangers:
        talk = _talk(caller, offers)
        yield AdoptWaiting(caller) if talk is None else AdoptTalking(caller, talk)


def _kept(findings: list[Finding]) -> set[OfferId | None]:
    """Return the operators' legs that stay, or are ended already."""
    kept: set[OfferId | None] = set()
    for finding in findings:
        if isinstance(finding, AdoptTalking):
            kept.add(finding.offer.offer)
        elif isinstance(finding, Stray):
            kept.add(finding.offer)
    return kept
