"""An incident in the shape of an EIDO (NENA-STA-021.1, Emergency Incident Data Object).

The components and their names are the standard's; registry values that NENA has no word for are ours. It is
not signed, and who called is not in it. The location is GeoJSON, not PIDF-LO: say so to whoever reads it.
"""

from datetime import datetime
from typing import Any

from ct112.incidents.geojson import feature
from ct112.incidents.states import Status
from ct112.incidents.view import DispatchView, IncidentView

VERSION = "1.0"
REASONS = {
    Status.OPEN: "IncidentOpened",
    Status.DISPATCHED: "DispatchStatusChanged",
    Status.CLOSED: "IncidentClosed",
    Status.MERGED: "IncidentMerged",
}


def eido(view: IncidentView, sender: str) -> dict[str, Any]:
    """Return the object. `sender`: the centre's name, unique in the world (`112.city.example`)."""
    return {
        "$id": f"urn:uuid:{view.id}",
        "eidoVersion": VERSION,
        "lastUpdateTimeStamp": _time(view.changed_at),
        "incidentTrackingIdentifier": f"urn:emergency:uid:incidentid:{view.number}:{sender}",
        "reasonForIssueRegistryText": REASONS[view.status],
        "issuingElementIdentification": sender,
        "agencyComponent": [_agency(view, sender, owner=True)]
        + [_agency(view, code) for code in sorted({each.agency for each in view.dispatches})],
        "incidentComponent": [_incident(view, sender)],
        "dispatchComponent": [_dispatch(view, each, sender) for each in view.dispatches],
        "locationInformationComponent": [_location(view, sender)],
        "notesComponent": _notes(view, sender),
    }


def _common(view: IncidentView, kind: str, which: object, owner: str, at: datetime) -> dict[str, Any]:
    return {
        "$id": f"{view.id}:{kind}:{which}",
        "lastUpdateTimeStamp": _time(at),
        "owningAgencyIdentifier": owner,
    }


def _agency(view: IncidentView, code: str, *, owner: bool = False) -> dict[str, Any]:
    return {
        **_common(view, "agency", code, code, view.changed_at),
        "organizationIdentification": code,
        "agencyRoleDescriptionRegistryText": ["PSAP", "Dispatch"] if owner else ["Responder"],
        "incidentOwningAgencyIndicator": owner,
    }


def _incident(view: IncidentView, sender: str) -> dict[str, Any]:
    content = view.content
    return {
        **_common(view, "incident", 0, sender, view.changed_at),
        "incidentTypeInternalCode": content.category,
        "incidentTypeInternalText": view.category_name,
        "incidentStatusInternalText": [str(view.status)],
        "incidentCommonPriorityNumber": content.priority,
        "incidentCreationTimeStamp": _time(view.opened_at),
        **(
            {}
            if view.merged_into is None
            else {"mergedIntoIncidentReference": f"urn:uuid:{view.merged_into}"}
        ),
    }


def _dispatch(view: IncidentView, each: DispatchView, sender: str) -> dict[str, Any]:
    return {
        **_common(view, "dispatch", each.id, sender, each.changed_at),
        "organizationIdentification": each.agency,
        "dispatchTimeStamp": _time(each.asked_at),
        "dispatchStatusInternalText": each.status,
        **({"dispatchRequestInternalText": each.what} if each.what else {}),
    }


def _location(view: IncidentView, sender: str) -> dict[str, Any]:
    place = view.content.place
    words = (place.landmark, place.place_text, view.kelurahan_name or place.kelurahan)
    return {
        **_common(view, "location", 0, sender, view.changed_at),
        "locationTypeDescriptionRegistryText": "IncidentLocation",
        "locationAddressText": ", ".join(word for word in words if word),
        "locationByValue": feature(view)["geometry"],
    }


def _notes(view: IncidentView, sender: str) -> list[dict[str, Any]]:
    words = view.content.description
    if not words:
        return []
    return [{**_common(view, "note", 0, sender, view.changed_at), "notesActionComments": words}]


def _time(at: datetime) -> str:
    return at.isoformat(timespec="milliseconds")
