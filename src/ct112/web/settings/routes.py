"""The routes of the settings."""

from collections.abc import Mapping

from ct112.core.policy import Policy
from ct112.core.settings import SETTINGS, Setting, SettingError, applied
from ct112.store import BadCursor, Connection, Stale, settings
from ct112.store.settings import StoredSettings
from ct112.web import kinds, versions
from ct112.web.access.principal import LEADERS, Principal, Role
from ct112.web.house import House
from ct112.web.problems import FieldProblem, Place, Problem, bad_cursor
from ct112.web.routes import Route
from ct112.web.settings.model import (
    SettingChange,
    SettingList,
    SettingVersionPage,
    SettingVersionQuery,
    SettingVersionView,
    SettingView,
)

LARGEST = 1e15
"""Of a number that is shown; a row that somebody wrote by hand may hold one that no answer can."""


async def list_settings(house: House, connection: Connection) -> SettingList:
    """List the settings: value, range, default, and what each does."""
    return _list(house.policy, await settings.current(connection))


async def change_settings(
    house: House,
    who: Principal,
    connection: Connection,
    body: SettingChange,
    version: int,
) -> SettingList:
    """Change some settings: within seconds they count for what begins from then on, without a restart."""
    given: Mapping[str, float | None] = body.model_dump(include=body.model_fields_set - {"note"})
    try:
        changed = await settings.change(
            connection, given, body.note, by=who.name, base=house.policy, expected=version
        )
    except Stale:
        raise versions.stale() from None
    except SettingError as error:
        raise _refused(error) from None
    return _list(house.policy, changed)


async def list_setting_versions(connection: Connection, query: SettingVersionQuery) -> SettingVersionPage:
    """List what was set, by whom, when and why, the newest first."""
    try:
        page = await settings.page(connection, limit=query.limit, after=query.after)
    except BadCursor:
        raise bad_cursor() from None
    found = tuple(_version(stored) for stored in page.items)
    return SettingVersionPage(versions=found, total=page.total, next=page.next)


def _list(base: Policy, stored: StoredSettings) -> SettingList:
    refused, set_to = None, _numbers(stored)
    try:
        applied(base, stored.values)
    except SettingError as error:
        refused = str(error)
    views = tuple(_view(one, getattr(base, one.name), set_to.get(one.name)) for one in SETTINGS)
    return SettingList(
        version=stored.version,
        refused=refused,
        settings=views,
        note=stored.note,
        changed_by=stored.changed_by or None,
        changed_at=stored.changed_at,
    )


def _view(setting: Setting, default: float, set_to: float | None) -> SettingView:
    return SettingView(
        name=setting.name,
        value=default if set_to is None else set_to,
        default=default,
        minimum=setting.low,
        maximum=setting.high,
        changed=set_to is not None,
        meaning=setting.meaning,
    )


def _version(stored: StoredSettings) -> SettingVersionView:
    known: dict[str, object] = {name: getattr(stored, name) for name in StoredSettings.__slots__}
    return SettingVersionView.model_validate(known | {"values": _numbers(stored)})


def _numbers(stored: StoredSettings) -> dict[str, float]:
    """Return what is a number: somebody may have written a row by hand."""
    return {
        name: float(value)
        for name, value in stored.values.items()
        if isinstance(value, int | float) and not isinstance(value, bool) and abs(value) <= LARGEST
    }


def _refused(error: SettingError) -> Problem:
    wrong = FieldProblem(place=Place.BODY, field=error.name, message=error.message, remedy=error.remedy)
    return Problem(kinds.REFUSED, str(error), fields=[wrong])


ADMINS = frozenset({Role.ADMIN})
ROUTES = (
    Route("GET", "/api/v1/settings", list_settings, LEADERS),
    Route(
        "PATCH",
        "/api/v1/settings",
        change_settings,
        ADMINS,
        problems=frozenset({kinds.REFUSED}),
        audit="setting.change",
    ),
    Route("GET", "/api/v1/settings/versions", list_setting_versions, LEADERS),
)
