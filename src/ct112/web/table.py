"""The one table of routes: what is not in it cannot be asked."""

from ct112.web.callbacks.routes import ROUTES as CALLBACKS
from ct112.web.calls.routes import ROUTES as CALLS
from ct112.web.ivr.routes import ROUTES as IVR
from ct112.web.positions.routes import ROUTES as POSITIONS
from ct112.web.routes import Route

TABLE: tuple[Route, ...] = (*CALLS, *CALLBACKS, *POSITIONS, *IVR)
