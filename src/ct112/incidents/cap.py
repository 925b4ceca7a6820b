"""An incident as a CAP 1.2 alert (OASIS Common Alerting Protocol), for emergency services alone.

Who called is not in it. Each version of the incident is a message of its own that refers to the first.
"""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from ct112.incidents.states import Status
from ct112.incidents.view import IncidentView

NAMESPACE = "urn:oasis:names:tc:emergency:cap:1.2"
RESTRICTION = "For the emergency services named by the sending centre."
LANGUAGE = "id-ID"
NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
NOT_A_NAME = re.compile(r"[^A-Za-z0-9@._:/-]")
"""CAP 3.2.1: no spaces, commas, < or & in an identifier or a sender."""

CATEGORIES: Mapping[str, str] = {
    "kebakaran": "Fire",
    "banjir": "Met",
    "rob": "Geo",
    "kecelakaan": "Transport",
    "ambulans": "Health",
    "mobil_jenazah": "Health",
    "pohon_tumbang": "Infra",
    "gangguan_lingkungan": "Security",
    "sarang_tawon": "Safety",
    "perjudian": "Security",
    "miras": "Security",
    "prostitusi": "Security",
    "donor_darah": "Health",
    "permohonan_darah": "Health",
}
"""CAP's category of ours; any other is Other."""
URGENCY = {1: "Immediate", 2: "Immediate", 3: "Expected", 4: "Future"}
SEVERITY = {1: "Extreme", 2: "Severe", 3: "Moderate", 4: "Minor"}
OVER = frozenset({Status.CLOSED, Status.MERGED})
SEEN = frozenset({"on_scene", "done"})


def cap(view: IncidentView, sender: str) -> bytes:
    """Return the alert in UTF-8. `sender`: as CAP wants it, unique in the world (`112@city.example`)."""
    alert = Element("alert", xmlns=NAMESPACE)
    first = view.version <= 1 and view.status is not Status.MERGED
    who = NOT_A_NAME.sub("_", sender)
    _add(alert, "identifier", _identifier(view, view.version))
    _add(alert, "sender", who)
    _add(alert, "sent", _time(view.changed_at))
    _add(alert, "status", "Actual")
    _add(alert, "msgType", "Cancel" if view.status is Status.MERGED else "Alert" if first else "Update")
    _add(alert, "scope", "Restricted")
    _add(alert, "restriction", RESTRICTION)
    if not first:
        _add(alert, "references", f"{who},{_identifier(view, 1)},{_time(view.opened_at)}")
    _add(alert, "incidents", NOT_A_NAME.sub("_", view.number))
    _info(SubElement(alert, "info"), view)
    indent(alert)
    document: bytes = tostring(alert, encoding="utf-8", xml_declaration=True)
    return document


def _info(info: Element, view: IncidentView) -> None:
    content = view.content
    _add(info, "language", LANGUAGE)
    _add(info, "category", CATEGORIES.get(content.category, "Other"))
    _add(info, "event", view.category_name)
    _add(info, "urgency", "Past" if view.status in OVER else URGENCY[content.priority])
    _add(info, "severity", SEVERITY[content.priority])
    _add(info, "certainty", "Observed" if _seen(view) else "Likely")
    _pair(info, "eventCode", "ct112:category", content.category)
    _add(info, "onset", _time(view.opened_at))
    _add(info, "headline", f"{view.category_name} {view.number}")
    if content.description:
        _add(info, "description", content.description)
    _pair(info, "parameter", "ct112:status", view.status)
    if content.people_in_danger is not None:
        _pair(info, "parameter", "ct112:people_in_danger", str(content.people_in_danger))
    for dispatch in view.dispatches:
        _pair(info, "parameter", f"ct112:dispatch:{dispatch.agency}", dispatch.status)
        if dispatch.what:
            _pair(info, "parameter", f"ct112:send:{dispatch.agency}", dispatch.what)
    _area(SubElement(info, "area"), view)


def _area(area: Element, view: IncidentView) -> None:
    place = view.content.place
    words = (place.landmark, place.place_text, view.kelurahan_name or place.kelurahan)
    _add(area, "areaDesc", ", ".join(word for word in words if word) or "not known")
    if place.latitude is not None and place.longitude is not None:
        _add(area, "circle", f"{place.latitude:.6f},{place.longitude:.6f} 0")
    if place.kelurahan:
        _pair(area, "geocode", "id-wilayah", place.kelurahan)


def _seen(view: IncidentView) -> bool:
    """Return whether somebody of an agency was there."""
    return any(dispatch.status in SEEN for dispatch in view.dispatches)


def _identifier(view: IncidentView, version: int) -> str:
    return NOT_A_NAME.sub("_", f"{view.id}.{version}")


def _time(at: datetime) -> str:
    """CAP 3.3.2: whole seconds, and no Z; UTC is -00:00."""
    return f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%S}-00:00"


def _pair(parent: Element, name: str, key: str, value: str) -> None:
    pair = SubElement(parent, name)
    _add(pair, "valueName", key)
    _add(pair, "value", value)


def _add(parent: Element, name: str, text: str) -> None:
    SubElement(parent, name).text = NOT_XML.sub("\N{REPLACEMENT CHARACTER}", text)
