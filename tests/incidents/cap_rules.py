"""Rules of CAP 1.2 of our own: they hold where OASIS's schema is not at hand, and say more than it does."""

import os
import re
from functools import cache
from pathlib import Path
from xml.etree.ElementTree import Element, fromstring

import xmlschema

SCHEMA = Path(os.environ.get("CT112_SHARED_DATA", Path(__file__).parents[3] / "shared/data")) / "CAP-v1.2.xsd"
NAMESPACE = "{urn:oasis:names:tc:emergency:cap:1.2}"
TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[-+]\d\d:\d\d")
NAME = re.compile(r"[^\s,<&]+")
CIRCLE = re.compile(r"-?\d{1,2}(\.\d+)?,-?\d{1,3}(\.\d+)? \d+(\.\d+)?")
ORDER = (
    "identifier sender sent status msgType source scope restriction addresses code note references incidents"
    " info"
)
INFO = (
    "language category event responseType urgency severity certainty audience eventCode effective onset"
    " expires senderName headline description instruction web contact parameter resource area"
)
NEEDED = {"identifier", "sender", "sent", "status", "msgType", "scope", "restriction", "info"}
NEEDED_INFO = {"category", "event", "urgency", "severity", "certainty"}
WORDS = {
    "status": "Actual Exercise System Test Draft",
    "msgType": "Alert Update Cancel Ack Error",
    "scope": "Public Restricted Private",
    "category": "Geo Met Safety Security Rescue Fire Health Env Transport Infra CBRNE Other",
    "urgency": "Immediate Expected Future Past Unknown",
    "severity": "Extreme Severe Moderate Minor Unknown",
    "certainty": "Observed Likely Possible Unlikely Unknown",
}


def checked(document: bytes) -> Element:
    """Return the alert, its names without the namespace; AssertionError when it is no CAP 1.2."""
    if SCHEMA.exists():
        _schema().validate(document.decode())
    alert = fromstring(document)
    assert alert.tag == f"{NAMESPACE}alert"
    for element in alert.iter():
        assert element.tag.startswith(NAMESPACE)
        element.tag = element.tag.removeprefix(NAMESPACE)
        assert element.text is not None or len(element), element.tag
        allowed = WORDS.get(element.tag)
        assert allowed is None or element.text in allowed.split(), (element.tag, element.text)
    _in_order(alert, ORDER, NEEDED)
    (info,) = alert.findall("info")
    _in_order(info, INFO, NEEDED_INFO)
    assert TIME.fullmatch(text(alert, "sent"))
    assert TIME.fullmatch(text(info, "onset"))
    for name in ("identifier", "sender", "incidents"):
        assert NAME.fullmatch(text(alert, name)), name
    if text(alert, "msgType") != "Alert":
        sender, identifier, sent = text(alert, "references").split(",")
        assert NAME.fullmatch(sender)
        assert NAME.fullmatch(identifier)
        assert TIME.fullmatch(sent)
    assert all(CIRCLE.fullmatch(circle.text or "") for circle in info.iter("circle"))
    return alert


def text(element: Element, path: str) -> str:
    """Return the text of what the path leads to."""
    found = element.findtext(path)
    assert found is not None, path
    return found


@cache
def _schema() -> xmlschema.XMLSchema:
    return xmlschema.XMLSchema(SCHEMA)


def _in_order(parent: Element, order: str, needed: set[str]) -> None:
    names = [child.tag for child in parent]
    assert names == sorted(names, key=order.split().index)
    assert needed <= set(names)
