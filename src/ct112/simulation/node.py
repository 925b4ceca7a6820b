"""One simulated Asterisk: what happens to its channels, bridges and calls, and what it tells of them."""

from collections.abc import Callable
from pathlib import Path
from typing import Protocol

from ct112.simulation.channels import BROKEN, NORMAL, STASIS, Bridge, Channel, Json, Party, Playback, stamp
from ct112.simulation.engine import Engine, MachineClock
from ct112.simulation.registrar import Registrar

SWITCH_SECONDS = 12.0
SAID_SECONDS = 2.0  # how long it takes to say why a call-back reached nobody
THREADS = (0.00005, 0.002)  # an event of a channel is this far behind it


class World(Protocol):
    """Who lives around the nodes."""

    def dial(self, node: "Node", channel: Channel, endpoint: str, seconds: float) -> None:
        """Let an endpoint ring."""
        ...

    def in_fallback(self, node: "Node", channel: Channel) -> None:
        """The dialplan's queue has a caller."""
        ...

    def heard(self, node: "Node", bridge: Bridge) -> None:
        """Two legs hear each other."""
        ...

    def hung_up_on(self, channel: Channel) -> None:
        """A leg is ended by our application."""
        ...

    def switch_expired(self, node: "Node", channel: Channel) -> None:
        """A dead-man's switch takes a caller out of our hands."""
        ...


class Listener(Protocol):
    """The websocket of an application."""

    def tell(self, event: Json) -> None:
        """Send an event."""
        ...

    def closed_by_node(self) -> None:
        """The node ends it."""
        ...


class Node:
    """A machine with an Asterisk. `alive`: it runs; `lost_for_good`: it never will again."""

    def __init__(self, name: str, engine: Engine, world: World, folder: Path, wrong_by: float) -> None:
        """`folder`: where its fallback writes."""
        self.name = name
        self.engine = engine
        self.world = world
        self.folder = folder
        self.clock = MachineClock(engine, wrong_by)
        self.alive, self.lost_for_good = True, False
        self.started = self.clock.now()
        self.up_since = 0.0  # true time
        self.down_since: float | None = None  # true time
        self.channels: dict[str, Channel] = {}
        self.bridges: dict[str, Bridge] = {}
        self.plays: dict[str, Channel] = {}
        self.objects: dict[tuple[str, ...], Json] = {}
        self.registrar = Registrar(engine, name)
        self.applications: dict[str, Listener] = {}
        self.managers: list[Callable[[], None]] = []  # how each AMI connection is broken
        self.unwanted: set[str] = set()
        self.members: set[str] = set()  # of the fallback's queue: they outlive a restart
        self.count = 0
        self.cut_off_until = 0.0  # ct112 cannot open a connection before
        self.stalled_until = 0.0  # everything asked over ARI waits until then

    # ── channels

    def new_channel(self, name: str, device: str, party: Party | None) -> Channel:
        """Make a channel; no name: Asterisk's own kind of name."""
        self.count += 1
        made = name or f"{self.clock.now():.0f}.{self.count}"
        channel = Channel(made, f"PJSIP/{device}-{self.count:08x}", self.clock.now(), party)
        self.channels[made] = channel
        return channel

    def incoming(
        self, party: Party, *, number: str, sip_call_id: str, location: str, unreadable: bool = False
    ) -> Channel:
        """A call comes in by the trunk: the dialplan arms the switch and gives it to our application."""
        channel = self.new_channel("", "trunk", party)
        channel.number, channel.exten, channel.sip_call_id = number, "112", sip_call_id
        channel.role, channel.state, channel.location = "caller", "Ring", location
        channel.unreadable = unreadable
        channel.context = "from-trunk"
        self.set_switch(channel, SWITCH_SECONDS)
        if self.applications:
            self.into_stasis(channel, next(iter(self.applications)), "call")
        else:
            self.to_fallback(channel)
        return channel

    def into_stasis(self, channel: Channel, application: str, args: str) -> None:
        """Give a channel to our application, which hears of it from now on."""
        channel.app, channel.app_data, channel.args = STASIS, f"{application},{args}", args
        channel.ours_since, channel.subscribed = self.engine.time, True
        self.say("StasisStart", channel, args=args.split(","))

    def set_state(self, channel: Channel, state: str) -> None:
        """Let it ring, or be answered."""
        if channel.gone or channel.state == state:
            return
        channel.state = state
        self.say("ChannelStateChange", channel)
        if state == "Up" and channel.bridge is not None:
            self.world.heard(self, self.bridges[channel.bridge])

    def hang_up(self, channel: Channel, cause: int = NORMAL) -> None:
        """End a channel, whoever wants it."""
        if channel.gone:
            return
        self.say("ChannelHangupRequest", channel, cause=cause)
        self._leave_stasis(channel)
        channel.gone = True
        self.channels.pop(channel.id, None)
        self.say("ChannelDestroyed", channel, cause=cause, cause_txt="simulated")
        if channel.party is not None:
            channel.party.ended(channel, crashed=False)

    def to_fallback(self, channel: Channel) -> None:
        """Let the dialplan have the channel: the caller is answered and waits in its own queue."""
        self._leave_stasis(channel)
        channel.switch, channel.subscribed = None, False
        channel.app, channel.context, channel.state = "Queue", "fallback", "Up"
        self.world.in_fallback(self, channel)

    def say_why(self, channel: Channel) -> None:
        """Let the dialplan tell an operator why a call-back reached nobody, and hang up."""
        self._leave_stasis(channel)
        channel.app, channel.context = "Playback", "callback-over"
        self.later(SAID_SECONDS, channel, lambda: self.hang_up(channel, NORMAL))

    def _leave_stasis(self, channel: Channel) -> None:
        self.stop(channel)
        self.unbridge(channel)
        if channel.app == STASIS:
            channel.app = ""
            self.say("StasisEnd", channel)

    def set_switch(self, channel: Channel, seconds: float) -> None:
        """Set TIMEOUT(absolute); 0 takes it off."""
        channel.switch = due = self.engine.time + seconds if seconds > 0 else None

        def expired() -> None:
            if channel.switch == due and not channel.gone and self.alive:
                self._expired(channel)

        if due is not None:
            self.engine.after(seconds, expired)

    def _expired(self, channel: Channel) -> None:
        self.engine.note("switch", f"of {channel.id} expires")
        self.world.switch_expired(self, channel)
        self.to_fallback(channel)

    # ── what is heard

    def play(self, channel: Channel, play: Playback, seconds: float) -> None:
        """Play something; a channel plays one thing after another, here the new one in place of the old."""
        self.stop(channel)
        channel.play = play
        self.plays[play.id] = channel
        self.engine.after(seconds, lambda: self.stop(channel) if channel.play is play else None)

    def stop(self, channel: Channel) -> None:
        """End what a channel plays; whoever waited for it goes on."""
        play, channel.play = channel.play, None
        if play is None:
            return
        self.plays.pop(play.id, None)
        shown = {
            "id": play.id,
            "media_uri": "sound:x",
            "target_uri": f"channel:{channel.id}",
            "state": "done",
        }
        self.say("PlaybackFinished", channel, show=False, playback=shown)
        for go_on in play.after:
            go_on()

    def bridge_in(self, bridge: Bridge, channel: Channel) -> None:
        """Put a channel into a bridge, out of the one it was in."""
        self.unbridge(channel)
        bridge.channels.append(channel)
        channel.bridge = bridge.id
        self.world.heard(self, bridge)

    def unbridge(self, channel: Channel) -> None:
        """Take a channel out of its bridge; the bridge stays until somebody deletes it."""
        bridge = self.bridges.get(channel.bridge or "")
        channel.bridge = None
        if bridge is not None:
            bridge.channels.remove(channel)
            if bridge.kind == "basic" and len(bridge.channels) < 2:
                self.bridges.pop(bridge.id, None)
                for left in bridge.channels:
                    left.bridge = None

    def with_whom(self, channel: Channel) -> list[Channel]:
        """Return who is in the same bridge."""
        bridge = self.bridges.get(channel.bridge or "")
        return [] if bridge is None else [one for one in bridge.channels if one is not channel]

    # ── what is told

    def say(self, kind: str, channel: Channel, *, show: bool = True, **fields: object) -> None:
        """Tell the application of an event, as the channel is now and in the channel's order."""
        if not channel.subscribed or kind in self.unwanted or channel.unreadable:
            return
        if show:
            fields["channel"] = channel.shown()
        told = stamp(self.clock.now())
        self.engine.note(f"{self.name} says", f"{kind} {channel.id} {channel.state}")
        at = channel.said_at = max(self.engine.time + self.engine.between(THREADS), channel.said_at + 1e-7)
        sockets = list(self.applications.items())

        def tell() -> None:
            for name, socket in sockets:
                if self.applications.get(name) is socket:
                    socket.tell({"type": kind, "application": name, "timestamp": told, **fields})

        self.engine.at(at, tell)

    # ── its life

    def crash(self) -> None:
        """End at once, with all calls; nobody is told."""
        self.alive, self.down_since = False, self.engine.time
        for socket in list(self.applications.values()):
            socket.closed_by_node()
        self.applications.clear()
        gone = list(self.channels.values())
        for table in (self.channels, self.bridges, self.plays):
            table.clear()
        for channel in gone:
            channel.gone, channel.app, channel.bridge, channel.play = True, "", None, None
            if channel.party is not None:
                channel.party.ended(channel, crashed=True)
        for lose in list(self.managers):
            lose()
        self.registrar.restarted()

    def start(self) -> None:
        """Run again; phones are known as before."""
        self.alive, self.down_since, self.started = True, None, self.clock.now()
        self.up_since = self.engine.time
        self.unwanted.clear()

    def lose_leg(self, channel: Channel) -> None:
        """A phone died in a talk: its leg ends by itself."""
        self.hang_up(channel, BROKEN)

    def later(self, seconds: float, channel: Channel, do: Callable[[], None]) -> None:
        """Do something in a while if the channel is still there."""
        self.engine.after(seconds, lambda: None if channel.gone else do())
