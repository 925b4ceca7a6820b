"""What a simulated Asterisk holds: channels, bridges and playbacks, and how ARI shows them."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Protocol

from ct112.core.ids import CallId, NodeName, derive_call_id

Json = dict[str, Any]
STASIS = "Stasis"
NORMAL, BUSY, NO_USER, NO_ANSWER, DECLINED, BROKEN, PAGE_GONE = 16, 17, 18, 19, 21, 27, 41  # Q.850
NO_CONTACT = 20


class Party(Protocol):
    """Who is at the other end of a channel: a caller, a phone, somebody called back."""

    def ended(self, _channel: "Channel", /, *, crashed: bool) -> None:
        """The channel is gone; `crashed`: with its Asterisk, and nobody said so."""
        ...


@dataclass(slots=True)
class Playback:
    """Sound for a channel. Who sets a variable of the channel meanwhile waits for its end."""

    id: str
    after: list[Callable[[], None]] = field(default_factory=list)


@dataclass(slots=True, eq=False)
class Channel:
    """One leg. `app`: what the dialplan runs for it; `switch`: its TIMEOUT(absolute), a true time."""

    id: str
    name: str
    created: float  # by its node's clock
    party: Party | None = None
    role: str = ""
    number: str = ""
    exten: str = ""
    sip_call_id: str = ""
    location: str = ""
    unreadable: bool = False  # its SIP Call-ID is not UTF-8: whatever shows it fails
    state: str = "Down"
    app: str = ""
    app_data: str = ""
    args: str = ""
    context: str = ""
    bridge: str | None = None
    play: Playback | None = None
    ringing: bool = False
    switch: float | None = None
    endpoint: str = ""  # where it is dialled to
    dialled: bool = False
    gone: bool = False
    subscribed: bool = False  # its application hears of it, in Stasis or not
    call: CallId | None = None  # see `call_at`
    said_at: float = 0.0  # events of a channel come in their order
    ours_since: float = 0.0
    push_failed: bool = False  # the newest push of the switch did not arrive
    unknown_since: float | None = None  # for the invariants: see there
    alone_since: float | None = None

    @property
    def ours(self) -> bool:
        """Whether it is in our application."""
        return self.app == STASIS and not self.gone

    def shown(self) -> Json:
        """Return it as ARI shows it."""
        known = {"CT112_LEG": self.role, "CT112_LOCATION": self.location}
        return {
            "id": self.id,
            "name": self.name,
            "state": self.state,
            "protocol_id": self.sip_call_id,
            "caller": {"name": "", "number": self.number},
            "connected": {"name": "", "number": ""},
            "accountcode": "",
            "dialplan": {
                "context": self.context,
                "exten": self.exten,
                "priority": 1,
                "app_name": self.app,
                "app_data": self.app_data,
            },
            "creationtime": stamp(self.created),
            "language": "id",
            "channelvars": {name: text for name, text in known.items() if text},
        }


@dataclass(slots=True)
class Bridge:
    """Channels that hear each other."""

    id: str
    channels: list[Channel] = field(default_factory=list)
    kind: str = "stasis"  # "basic": of the dialplan's queue, none of ours
    small_since: float | None = None  # for the invariants: fewer than two legs since then

    def shown(self) -> Json:
        """Return it as ARI shows it."""
        return {
            "id": self.id,
            "technology": "simple_bridge",
            "bridge_type": "mixing",
            "bridge_class": self.kind,
            "creator": "Stasis" if self.kind == "stasis" else "",
            "name": "",
            "channels": [one.id for one in self.channels],
        }


def call_at(node: str, channel: Channel) -> CallId:
    """Return what ct112 calls the call of a caller's leg."""
    if channel.call is None:
        created = datetime.fromisoformat(stamp(channel.created)).timestamp()
        channel.call = derive_call_id(NodeName(node), channel.id, created)
    return channel.call


def stamp(time: float) -> str:
    """Return epoch seconds as Asterisk writes them."""
    return datetime.fromtimestamp(time, UTC).strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "+0000"
