"""An incident as a GeoJSON Feature (RFC 7946). Who called is not in it."""

from typing import Any

from ct112.incidents.view import IncidentView


def feature(view: IncidentView) -> dict[str, Any]:
    """Return the feature; its geometry is null when no coordinates are known. Times are RFC 3339 UTC."""
    content, place = view.content, view.content.place
    point = None
    if place.latitude is not None and place.longitude is not None:
        point = {"type": "Point", "coordinates": [place.longitude, place.latitude]}
    return {
        "type": "Feature",
        "id": str(view.id),
        "geometry": point,
        "properties": {
            "number": view.number,
            "version": view.version,
            "status": str(view.status),
            "category": content.category,
            "category_name": view.category_name,
            "service_class": str(view.service_class),
            "priority": content.priority,
            "people_in_danger": content.people_in_danger,
            "description": content.description,
            "kelurahan": place.kelurahan,
            "kelurahan_name": view.kelurahan_name,
            "landmark": place.landmark,
            "place_text": place.place_text,
            "opened_at": view.opened_at.isoformat(),
            "changed_at": view.changed_at.isoformat(),
            "closed_at": None if view.closed_at is None else view.closed_at.isoformat(),
            "dispatches": [
                {"agency": each.agency, "status": each.status, "changed_at": each.changed_at.isoformat()}
                for each in view.dispatches
            ],
        },
    }
