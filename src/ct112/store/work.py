"""What is under way in the database, as screens show it: alerts, incidents, dispatches, offers."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import RowMapping, Select, Table, or_, select

from ct112.incidents.alerts import LIVE as LIVE_ALERTS
from ct112.incidents.alerts import Spot, nearest
from ct112.incidents.dispatches import OVER
from ct112.incidents.neighbours import LIVE as LIVE_OFFERS
from ct112.incidents.states import LIVE as LIVE_INCIDENTS
from ct112.store.alert_tables import AlertRow
from ct112.store.cameras import CAMERAS, MOST_CAMERAS
from ct112.store.deliveries import DELIVERIES
from ct112.store.dispatches_reading import DISPATCHES
from ct112.store.dispatches_telling import unacknowledged
from ct112.store.engine import Connection
from ct112.store.incidents_reading import INCIDENTS
from ct112.store.neighbour_offers import OFFERS

ALERTS: Table = AlertRow.metadata.tables["alert"]
MOST = 1000  # of each, the newest: no screen shows more
OF_OFFER = ("id", "neighbour", "number", "status", "version", "received_at", "unseen", "incident_id")
Cameras = tuple[tuple[float, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """Rows as they are. `cameras`: of each alert the nearest, as (metres, code); `cut`: there is more."""

    alerts: Sequence[RowMapping]
    incidents: Sequence[RowMapping]
    dispatches: Sequence[RowMapping]
    offers: Sequence[RowMapping]
    cameras: Sequence[Cameras]
    cut: bool


async def read(connection: Connection) -> Work:
    """Return all that is under way.

    Of live incidents also the dispatches that are over; of others stand-downs nobody has acknowledged.
    """
    alerts = await _rows(connection, _alerts())
    incidents = await _rows(connection, _incidents())
    dispatches = await _rows(connection, _dispatches())
    offers = await _rows(connection, _offers())
    spots = await _spots(connection) if alerts else []
    near = [tuple(_near(row, spots)) for row in alerts]
    parts = {"alerts": alerts, "incidents": incidents, "dispatches": dispatches, "offers": offers}
    cut = any(len(part) == MOST for part in parts.values())
    return Work(**parts, cameras=near, cut=cut)


def _alerts() -> Select[Any]:
    live = select(ALERTS).where(ALERTS.c.status.in_(LIVE_ALERTS))
    return live.order_by(ALERTS.c.first_at.desc(), ALERTS.c.id)


def _incidents() -> Select[Any]:
    live = select(INCIDENTS).where(INCIDENTS.c.status.in_(LIVE_INCIDENTS))
    return live.order_by(INCIDENTS.c.opened_at.desc(), INCIDENTS.c.id)


def _dispatches() -> Select[Any]:
    live = select(INCIDENTS.c.id).where(INCIDENTS.c.status.in_(LIVE_INCIDENTS))
    told = select(DELIVERIES.c.dispatch_id).where(DELIVERIES.c.due_at.is_not(None))
    shown = or_(
        DISPATCHES.c.status.not_in(OVER),
        DISPATCHES.c.incident_id.in_(live),
        DISPATCHES.c.id.in_(told),  # a stand-down nobody has acknowledged
        DISPATCHES.c.escalated_at.is_not(None),
    )
    query = select(DISPATCHES, unacknowledged()).where(shown)
    return query.order_by(DISPATCHES.c.asked_at.desc(), DISPATCHES.c.id)


def _offers() -> Select[Any]:
    """What neighbours offer until it is over; what they withdrew until somebody has seen that."""
    shown = or_(OFFERS.c.status.in_(LIVE_OFFERS), OFFERS.c.unseen.is_not(None))
    columns = (OFFERS.c[name] for name in OF_OFFER)
    told = OFFERS.c.told["category"].astext.label("category"), OFFERS.c.told["priority"].label("priority")
    return select(*columns, *told).where(shown).order_by(OFFERS.c.received_at.desc(), OFFERS.c.id)


async def _rows(connection: Connection, query: Select[Any]) -> Sequence[RowMapping]:
    rows: Sequence[RowMapping] = (await connection.execute(query.limit(MOST))).mappings().all()
    return rows


async def _spots(connection: Connection) -> list[Spot]:
    columns = (CAMERAS.c.code, CAMERAS.c.latitude, CAMERAS.c.longitude)
    query = select(*columns).where(CAMERAS.c.active).order_by(CAMERAS.c.code).limit(MOST_CAMERAS)
    return [
        Spot(id=code, latitude=north, longitude=east) for code, north, east in await connection.execute(query)
    ]


def _near(alert: RowMapping, spots: list[Spot]) -> list[tuple[float, str]]:
    found = nearest(alert["latitude"], alert["longitude"], spots)
    return [(round(metres, 1), str(spot.id)) for metres, spot in found]
