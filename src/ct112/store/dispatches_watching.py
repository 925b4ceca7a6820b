"""What is late: nobody was asked, heard of, or at the scene; a neighbour has no answer."""

from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import ColumnElement, func, or_, select

from ct112.core.record import ServiceClass
from ct112.incidents.dispatches import OVER, DispatchStatus
from ct112.incidents.neighbours import OfferStatus
from ct112.incidents.states import LIVE
from ct112.store.categories import CATEGORIES
from ct112.store.dispatches_reading import DISPATCHES
from ct112.store.engine import Connection
from ct112.store.incidents_reading import INCIDENTS
from ct112.store.neighbour_offers import OFFERS

DISPATCH_SECONDS = 60
"""NFPA 1225: from the answer to the dispatch. The incident is opened while the caller is heard."""
SCENE_SECONDS = 15 * 60
"""Indonesia's national response target, from the opening to the first agency at the scene."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Late:
    """How many of each are late now. `not_dispatched`, `not_on_scene`: of live emergencies.

    `not_answered`: what neighbours offered, changed or withdrew, and nobody of ours has answered.
    """

    escalated: int
    not_dispatched: int
    not_on_scene: int
    not_answered: int


async def late(connection: Connection) -> Late:
    """Return what is late, by the database's clock."""
    escalated = select(func.count()).where(DISPATCHES.c.escalated_at.is_not(None))
    there = select(DISPATCHES.c.id).where(
        DISPATCHES.c.incident_id == INCIDENTS.c.id, DISPATCHES.c.on_scene_at.is_not(None)
    )
    asked = select(DISPATCHES.c.id).where(
        DISPATCHES.c.incident_id == INCIDENTS.c.id,
        DISPATCHES.c.status != DispatchStatus.CANCELLED,
    )
    emergency = (
        select(func.count())
        .select_from(INCIDENTS.join(CATEGORIES, CATEGORIES.c.code == INCIDENTS.c.category))
        .where(INCIDENTS.c.status.in_(LIVE), CATEGORIES.c.service_class == ServiceClass.EMERGENCY)
    )
    since = INCIDENTS.c.opened_at
    now = func.clock_timestamp()
    not_dispatched = emergency.where(since < now - timedelta(seconds=DISPATCH_SECONDS), ~asked.exists())
    not_on_scene = emergency.where(
        since < now - timedelta(seconds=SCENE_SECONDS), asked.exists(), ~there.exists()
    )
    waits = func.coalesce(OFFERS.c.unseen, OFFERS.c.received_at) < now - timedelta(seconds=DISPATCH_SECONDS)
    offered = or_(OFFERS.c.status == OfferStatus.OFFERED, OFFERS.c.unseen.is_not(None))
    not_answered = select(func.count()).where(offered, waits)
    return Late(
        escalated=int(await connection.scalar(escalated.where(_open())) or 0),
        not_dispatched=int(await connection.scalar(not_dispatched) or 0),
        not_on_scene=int(await connection.scalar(not_on_scene) or 0),
        not_answered=int(await connection.scalar(not_answered) or 0),
    )


def _open() -> ColumnElement[bool]:
    """A stand-down nobody acknowledged is listed too; what is done is not."""
    return DISPATCHES.c.status.not_in(OVER - {DispatchStatus.CANCELLED})
