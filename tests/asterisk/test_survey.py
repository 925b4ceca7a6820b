"""Channels and bridges become what was found on a node."""

from typing import Any

import pytest

from ct112.asterisk.ari.models import BRIDGE, CHANNEL
from ct112.asterisk.listing import Listing
from ct112.asterisk.survey import survey
from ct112.core.events import FoundCallee
from ct112.core.ids import NodeName, callback_id, offer_id

BACK = callback_id(7, 1_790_000_000.0)
OFFER = offer_id(BACK, 1)
OPERATOR, CALLEE = f"op-{OFFER}", f"out-{BACK}"


def channel(name: str, state: str, app: str = "Stasis") -> dict[str, Any]:
    """A channel as Asterisk writes it."""
    return {
        "id": name,
        "name": "PJSIP/pos-1-00000001",
        "state": state,
        "caller": {"name": "", "number": "112"},
        "dialplan": {"context": "default", "exten": "s", "app_name": app, "app_data": "ct112,x"},
        "creationtime": "2026-11-24T04:00:00.123+0000",
        "channelvars": {},
    }


@pytest.mark.parametrize(
    ("state", "joined", "found"),
    [
        ("Down", False, FoundCallee(call=BACK, answered=False, trunk="trunk-telkom")),
        ("Ringing", False, FoundCallee(call=BACK, answered=False, trunk="trunk-telkom")),
        ("Up", False, FoundCallee(call=BACK, answered=True, trunk="trunk-telkom")),
        ("Up", True, FoundCallee(call=BACK, answered=True, joined=True, trunk="trunk-telkom")),
    ],
)
def test_somebody_who_is_called_back_is_found(state: str, joined: bool, found: FoundCallee) -> None:
    legs = [channel(OPERATOR, "Up"), {**channel(CALLEE, state), "name": "PJSIP/trunk-telkom-00000002"}]
    bridge = {"id": f"br-{OFFER}", "channels": [OPERATOR, CALLEE] if joined else [OPERATOR]}
    listing = Listing(
        channels=tuple(CHANNEL.validate_python(leg) for leg in legs),
        bridges=(BRIDGE.validate_python(bridge),),
    )
    surveyed = survey(NodeName("a"), "ct112", listing)
    assert surveyed.callees == (found,)
    assert [(leg.offer, leg.answered) for leg in surveyed.offers] == [(OFFER, True)]
    assert not surveyed.calls
    assert not surveyed.elsewhere
