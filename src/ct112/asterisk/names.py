"""How our names become Asterisk's, and back: channel, bridge and endpoint names."""

import re

from ct112.asterisk.ari.models import Channel
from ct112.core import browser_phone
from ct112.core.calls import RINGING_NAMES
from ct112.core.ids import CallId, NodeName, OfferId, PlayId, PositionName, derive_call_id

OPERATOR_LEG = "op-"
CALLEE_LEG = "out-"
TRUNKS = "PJSIP/trunk-"  # `trunk` itself, and every `trunk-NAME`
TRIAL_LEG, TRIED_LEG = "trial-", "tried-"  # the caller's end of a test call, and the one that comes in
MENU_LEG = "menu-"  # a phone at which a draft of the menu is tried
ROBOT = PositionName("ct112-robot")
"""Who answers test calls; no position can have this name (core/reserved.py)."""
ROBOT_ENDPOINT = "Local/answer@ct112-robot/n"
MENU_CALL = re.compile(
    rf"{MENU_LEG}([0-9a-f]{{32}})(?:\..*)?"
)  # a node may be called menu: its own ids begin so
DIALLED = frozenset("0123456789+*#")
BRIDGE = "br-"
CALLER = "caller"
UNKNOWN_CALLERS = frozenset({"", "anonymous", "unavailable", "restricted", "unknown", "asterisk", "s"})
LONGEST = 64  # characters kept of a number
LONGEST_CALL_ID = 255
LONGEST_READ = 4096  # characters looked at of what comes from outside


def operator_channel(offer: OfferId) -> str:
    """Return the channel id of an operator's leg."""
    return OPERATOR_LEG + offer


def offer_of(channel: str) -> OfferId | None:
    """Return the offer whose operator's leg this channel is, if it is one."""
    return OfferId(channel.removeprefix(OPERATOR_LEG)) if channel.startswith(OPERATOR_LEG) else None


def bridge_of(offer: OfferId) -> str:
    """Return the id of the bridge in which this operator talks to the caller; never used twice."""
    return BRIDGE + offer


def callee_channel(call: CallId) -> str:
    """Return the channel id of the leg of whoever is called back."""
    return CALLEE_LEG + call


def callee_of(channel: str) -> CallId | None:
    """Return the call-back whose outer leg this channel is, if it is one."""
    return CallId(channel.removeprefix(CALLEE_LEG)) if channel.startswith(CALLEE_LEG) else None


def outside(number: str, trunk: str) -> str:
    """Return what to dial for a number through the trunk. Raises ValueError when it has no digit."""
    dialled = "".join(one for one in number if one in DIALLED)
    if not any(one.isdigit() for one in dialled):
        raise ValueError("the number has no digit")
    return f"PJSIP/{dialled}@{trunk}"


def is_ringing(play: PlayId) -> bool:
    """Return whether this playback is a waiting caller's message and ringing, which end only when stopped."""
    number = play.rpartition(".p")[2]
    return number.isdigit() and int(number) <= RINGING_NAMES


def endpoint_of(position: PositionName) -> str:
    """Return what to ring for a position with a softphone; the robot is a place in the dialplan."""
    return ROBOT_ENDPOINT if position == ROBOT else f"PJSIP/{position}"


def position_of(channel: Channel) -> PositionName:
    """Return the position an operator's leg rings: `PJSIP/pos-1-00000003`, `PJSIP/pos-1.web-…` → `pos-1`."""
    return browser_phone.position_of(channel.name.rpartition("-")[0].partition("/")[2])


def is_page(channel: Channel) -> bool:
    """Return whether this is the leg of a page's phone: `PJSIP/pos-1.web-00000003`."""
    return channel.name.rpartition("-")[0].endswith(browser_phone.BEHIND)


def call_of_channel(node: NodeName, channel: Channel) -> CallId:
    """Return the id of the call whose caller's leg this channel is; the same after a restart."""
    return derive_call_id(node, channel.id, channel.creationtime.timestamp())


def is_caller(channel: Channel) -> bool:
    """Return whether this is a caller's leg."""
    return channel.channelvars.get("CT112_LEG") == CALLER


def from_trunk(channel: Channel, trunk: str) -> bool:
    """Return whether this leg came over a trunk of the carrier's, whatever it says of itself.

    No position is called `trunk` or `trunk-…`.
    """
    return channel.name.startswith((f"PJSIP/{trunk}-", TRUNKS))


def trunk_of(channel: Channel) -> str:
    """Return the endpoint of a leg's trunk: `PJSIP/trunk-telkom-00000003` → `trunk-telkom`."""
    return str(position_of(channel))


def is_trial(channel: Channel) -> bool:
    """Return whether this leg is a test call's, coming in. Over ARI alone can a leg be made under this id."""
    return channel.id.startswith(TRIED_LEG) and channel.name.startswith("Local/")


def trial_of(channel: str | None) -> str | None:
    """Return the test call whose caller's end this channel is, if it is one."""
    if channel is None or not channel.startswith(TRIAL_LEG):
        return None
    return channel.removeprefix(TRIAL_LEG)


def menu_call_of(name: str) -> str | None:
    """Return the menu call whose leg, or whose playback, has this id, if it is one's."""
    found = MENU_CALL.fullmatch(name)
    return found[1] if found else None


def is_ours(channel: Channel) -> bool:
    """Return whether this is a leg we made: an operator's, or of whoever is called back."""
    return channel.id.startswith((OPERATOR_LEG, CALLEE_LEG))


def variable(channel: Channel, name: str) -> str | None:
    """Return a channel variable that ari.conf puts into every snapshot; None when empty."""
    return str(channel.channelvars.get(name) or "") or None


def ani_of(channel: Channel) -> str | None:
    """Return the caller's number as received, without control characters; None when it is withheld."""
    return known_number(channel.caller.number)


def dialled_of(channel: Channel) -> str:
    """Return the number the caller dialled: the dialplan keeps any other than 112 in a variable."""
    return clean(variable(channel, "CT112_DIALLED") or channel.dialplan.exten)


def known_number(text: str) -> str | None:
    """Return a number as received, without control characters; None when it is withheld."""
    number = clean(text)
    return None if number.lower() in UNKNOWN_CALLERS else number


def clean(text: str) -> str:
    """Return text that anything downstream can hold: printable, and not endless."""
    return _printable(text)[:LONGEST]


def sip_call_id(text: str | None) -> str | None:
    """Return a Call-ID as anything downstream can hold it, the same from Asterisk and from its files."""
    return _printable(text or "")[:LONGEST_CALL_ID] or None


def _printable(text: str) -> str:
    return "".join(letter for letter in text[:LONGEST_READ] if letter.isprintable()).strip()
