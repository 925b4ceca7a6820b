"""The routes of cameras."""

from ct112.store import BadCursor, Connection, Stale, cameras
from ct112.store.cameras import CameraTaken, CameraUnknown
from ct112.web import kinds, versions
from ct112.web.access.principal import STAFF, Role
from ct112.web.alerts.model import ByCamera, CameraChanges, CameraPage, CameraQuery, CameraView, NewCamera
from ct112.web.problems import Problem, bad_cursor
from ct112.web.routes import Route


async def list_cameras(connection: Connection, query: CameraQuery) -> CameraPage:
    """List the cameras, by code."""
    try:
        page = await cameras.page(connection, limit=query.limit, after=query.after)
    except BadCursor:
        raise bad_cursor() from None
    found = tuple(map(CameraView.model_validate, page.items))
    return CameraPage(cameras=found, total=page.total, exact=page.exact, next=page.next)


async def add_camera(connection: Connection, body: NewCamera) -> CameraView:
    """Register a camera."""
    try:
        return CameraView.model_validate(await cameras.add(connection, **body.model_dump()))
    except CameraTaken as error:
        raise Problem(kinds.CONFLICT, str(error)) from None


async def change_camera(
    connection: Connection, path: ByCamera, body: CameraChanges, version: int
) -> CameraView:
    """Change a camera, or set it inactive."""
    changes = body.model_dump(include=body.model_fields_set)
    try:
        changed = await cameras.change(connection, path.code, version, **changes)
    except CameraUnknown as error:
        raise Problem(kinds.NOT_FOUND, str(error), title="no such camera") from None
    except Stale:
        raise versions.stale() from None
    return CameraView.model_validate(changed)


ADMINS = frozenset({Role.ADMIN})
ROUTES = (
    Route("GET", "/api/v1/cameras", list_cameras, STAFF),
    Route("POST", "/api/v1/cameras", add_camera, ADMINS, status=201, keyed=True, audit="camera.add"),
    Route("PATCH", "/api/v1/cameras/{code}", change_camera, ADMINS, audit="camera.change"),
)
