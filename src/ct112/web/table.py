"""The one table of routes: what is not in it cannot be asked."""

from ct112.web.accounts.routes import ROUTES as ACCOUNTS
from ct112.web.agencies.calling import ROUTES as AGENCY_CALLS
from ct112.web.agencies.routes import ROUTES as AGENCIES
from ct112.web.alerts.cameras import ROUTES as CAMERAS
from ct112.web.alerts.routes import ROUTES as ALERTS
from ct112.web.audit.routes import ROUTES as AUDIT
from ct112.web.callbacks.routes import ROUTES as CALLBACKS
from ct112.web.calls.asks import ROUTES as CALL_ASKS
from ct112.web.calls.routes import ROUTES as CALLS
from ct112.web.capacity.routes import ROUTES as CAPACITY
from ct112.web.categories.routes import ROUTES as CATEGORIES
from ct112.web.dispatches.notes import ROUTES as NOTES
from ct112.web.dispatches.noting import ROUTES as NOTING
from ct112.web.dispatches.routes import ROUTES as DISPATCHES
from ct112.web.floor.routes import ROUTES as FLOOR
from ct112.web.incidents.exports import ROUTES as EXPORTS
from ct112.web.incidents.routes import ROUTES as INCIDENTS
from ct112.web.ivr.routes import ROUTES as IVR
from ct112.web.live.routes import ROUTES as LIVE
from ct112.web.locations.routes import ROUTES as LOCATIONS
from ct112.web.map.routes import ROUTES as MAP
from ct112.web.neighbours.registry import ROUTES as NEIGHBOURS
from ct112.web.neighbours.routes import ROUTES as NEIGHBOUR_OFFERS
from ct112.web.operators.routes import ROUTES as OPERATORS
from ct112.web.places.imports import ROUTES as PLACE_IMPORTS
from ct112.web.places.routes import ROUTES as PLACES
from ct112.web.positions.routes import ROUTES as POSITIONS
from ct112.web.privacy.routes import ROUTES as PRIVACY
from ct112.web.push.routes import ROUTES as PUSH
from ct112.web.readiness.routes import ROUTES as READINESS
from ct112.web.roster.routes import ROUTES as ROSTER
from ct112.web.routes import Route
from ct112.web.routing.routes import ROUTES as ROUTING
from ct112.web.seating.routes import ROUTES as SEATING
from ct112.web.session.oidc import ROUTES as OIDC
from ct112.web.session.routes import ROUTES as SESSION
from ct112.web.settings.routes import ROUTES as SETTINGS
from ct112.web.shift_log.routes import ROUTES as SHIFT_LOG
from ct112.web.statistics.routes import ROUTES as STATISTICS
from ct112.web.tokens.routes import ROUTES as TOKENS
from ct112.web.wall.routes import ROUTES as WALL

TABLE: tuple[Route, ...] = (
    *SESSION,
    *OIDC,
    *CALLS,
    *CALL_ASKS,
    *CALLBACKS,
    *EXPORTS,  # before /incidents/{id}, which would take "….cap" for an id
    *INCIDENTS,
    *CATEGORIES,
    *DISPATCHES,
    *NOTING,
    *NOTES,
    *PUSH,
    *NEIGHBOURS,
    *NEIGHBOUR_OFFERS,
    *POSITIONS,
    *OPERATORS,
    *SEATING,
    *ROSTER,
    *FLOOR,
    *LIVE,
    *CAPACITY,
    *IVR,
    *AGENCIES,
    *AGENCY_CALLS,
    *ROUTING,
    *PLACES,
    *PLACE_IMPORTS,
    *READINESS,
    *LOCATIONS,
    *SETTINGS,
    *ACCOUNTS,
    *TOKENS,
    *AUDIT,
    *PRIVACY,
    *STATISTICS,
    *SHIFT_LOG,
    *WALL,
    *MAP,
    *ALERTS,
    *CAMERAS,
)
