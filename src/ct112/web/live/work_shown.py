"""What a role may see of the work under way, as plain things by id, ready to be compared and sent."""

from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel

from ct112.store.roles import Role
from ct112.store.work import Work
from ct112.web.access.principal import STAFF, Principal
from ct112.web.live.work_model import WorkAlert, WorkDispatch, WorkIncident, WorkOffer

Things = Mapping[str, Mapping[str, dict[str, Any]]]
"""By part ("alerts", …), then by id."""
PARTS = ("alerts", "incidents", "dispatches", "offers")
PLACE = ("latitude", "longitude", "place_text", "landmark", "kelurahan")
PERSONAL = {
    "alerts": (*PLACE, "source", "taken_by"),
    "incidents": (*PLACE, "opened_by"),
    "dispatches": ("reason", "escalated_why"),
    "offers": (),
}
"""What a wallboard is not told."""
STAFFS, WALLBOARDS, AGENCY = "staff", "wallboard", "agency:"
NOTHING: Things = {part: {} for part in PARTS}


def view_of(who: Principal) -> str:
    """Return the name of the view this principal gets; an agency's account without one sees nothing."""
    if who.role in STAFF:
        return STAFFS
    return f"{AGENCY}{who.agency or ''}" if who.role is Role.AGENCY else WALLBOARDS


def things(work: Work) -> Things:
    """Return everything, as staff see it."""
    near = [[{"metres": metres, "code": code} for metres, code in one] for one in work.cameras]
    alerts = [{**row, "cameras": one} for row, one in zip(work.alerts, near, strict=True)]
    return {
        "alerts": _by_id(WorkAlert, alerts),
        "incidents": _by_id(WorkIncident, work.incidents),
        "dispatches": _by_id(WorkDispatch, work.dispatches),
        "offers": _by_id(WorkOffer, work.offers),
    }


def shown(view: str, whole: Things) -> Things:
    """Return what this view sees of it."""
    if view == STAFFS:
        return whole
    if view == WALLBOARDS:
        return {part: {id_: _hidden(part, one) for id_, one in whole[part].items()} for part in PARTS}
    return _of_agency(view.removeprefix(AGENCY), whole)


def changes(old: Things, new: Things) -> dict[str, dict[str, Any]]:
    """Return what looks different, by part and id; None: it is gone."""
    found: dict[str, dict[str, Any]] = {}
    for part in PARTS:
        gone = dict.fromkeys(old[part].keys() - new[part].keys())
        found[part] = gone | {id_: one for id_, one in new[part].items() if old[part].get(id_) != one}
    return found


def _of_agency(agency: str, whole: Things) -> Things:
    own = {id_: one for id_, one in whole["dispatches"].items() if one["agency"] == agency}
    about = {one["incident_id"] for one in own.values()}
    incidents = {id_: one | {"opened_by": None} for id_, one in whole["incidents"].items() if id_ in about}
    return {"alerts": {}, "incidents": incidents, "dispatches": own, "offers": {}}


def _hidden(part: str, thing: dict[str, Any]) -> dict[str, Any]:
    hidden = {name: None for name in PERSONAL[part] if name in thing}
    return thing | hidden | ({"cameras": []} if part == "alerts" else {})


def _by_id(model: type[BaseModel], rows: Any) -> dict[str, dict[str, Any]]:
    return {str(row["id"]): model.model_validate(dict(row)).model_dump(mode="json") for row in rows}
