"""What a simulated Asterisk answers to ARI's requests: the words and codes of the real one."""

import re
from collections.abc import Callable
from urllib.parse import unquote

from ct112.asterisk.callbacks import CALLBACK_OVER
from ct112.simulation.channels import NORMAL, STASIS, Bridge, Channel, Json, Playback, stamp
from ct112.simulation.node import Node

Answer = tuple[int, object]
SWITCH = "TIMEOUT(absolute)"
SOUND_SECONDS = re.compile(r"\+(\d+)ms\.wav")  # the simulated prompts carry their length in their name
NO_CHANNEL: Answer = (404, {"message": "Channel not found"})
NOT_OURS: Answer = (409, {"message": "Channel not in Stasis application"})
UNREADABLE: Answer = (500, {"message": "Internal Server Error"})
NOTHING: Answer = (204, None)


class Later(Exception):
    """Asterisk answers only when the channel has played to its end."""

    def __init__(self, play: Playback) -> None:
        self.play = play


class Ari:
    """The routes of one node."""

    def __init__(self, node: Node, play_fails: Callable[[], bool] = lambda: False) -> None:
        """`play_fails` is asked whether a prompt cannot be played."""
        self._node = node
        self._play_fails = play_fails
        self._routes: list[tuple[str, re.Pattern[str], Callable[..., Answer]]] = [
            ("POST", _path("channels/*/variable"), self._set_variable),
            ("POST", _path("channels/*/answer"), self._answer),
            ("POST", _path("channels/*/play"), self._play),
            ("POST", _path("channels/*/ring"), self._ring),
            ("DELETE", _path("channels/*/ring"), self._stop_ringing),
            ("POST", _path("channels/*/continue"), self._go_on),
            ("POST", _path("channels/*/dial"), self._dial),
            ("POST", _path("channels/*/moh"), self._ignored),
            ("DELETE", _path("channels/*/moh"), self._ignored),
            ("POST", _path("channels/*/mute"), self._ignored),
            ("DELETE", _path("channels/*/mute"), self._ignored),
            ("POST", _path("channels/create"), self._create),
            ("POST", _path("channels"), self._originate),
            ("GET", _path("channels"), self._list),
            ("GET", _path("channels/*/variable"), self._get_variable),
            ("GET", _path("channels/*"), self._show),
            ("DELETE", _path("channels/*"), self._hang_up),
            ("GET", _path("bridges"), lambda _: (200, [one.shown() for one in node.bridges.values()])),
            ("POST", _path("bridges/*/addChannel"), self._add),
            ("POST", _path("bridges/*/removeChannel"), self._remove),
            ("POST", _path("bridges/*"), self._create_bridge),
            ("GET", _path("bridges/*"), self._show_bridge),
            ("DELETE", _path("bridges/*"), self._destroy_bridge),
            ("DELETE", _path("playbacks/*"), self._stop),
            ("PUT", _path("applications/*/eventFilter"), self._leave_out),
            ("POST", _path("applications/*/subscription"), self._subscribe),
            ("GET", _path("endpoints/PJSIP/*"), self._endpoint),
            ("GET", _path("endpoints/*"), self._endpoints),
            ("PUT", _path("asterisk/config/dynamic/*/*/*"), self._put),
            ("GET", _path("asterisk/config/dynamic/*/*/*"), self._get),
            ("DELETE", _path("asterisk/config/dynamic/*/*/*"), self._delete),
            ("GET", _path("asterisk/info"), self._info),
            ("GET", _path("asterisk/ping"), self._ping),
        ]

    def do(self, method: str, uri: str, query: Json) -> Answer:
        """Carry a request out; `query` has its body as `body`. Raises Later."""
        for wanted, path, handle in self._routes:
            match = path.fullmatch(uri) if wanted == method else None
            if match:
                return handle(query, *(unquote(part) for part in match.groups()))
        return 404, {"message": "Resource not found"}

    # ── channels

    def _ours(self, name: str) -> Channel | Answer:
        channel = self._node.channels.get(name)
        if channel is None:
            return NO_CHANNEL
        return channel if channel.app == STASIS else NOT_OURS

    def _about(self, name: str, do: Callable[[Channel], None]) -> Answer:
        channel = self._ours(name)
        if not isinstance(channel, Channel):
            return channel
        do(channel)
        return NOTHING

    def _ignored(self, _: Json, name: str) -> Answer:
        return self._about(name, lambda _: None)

    def _answer(self, _: Json, name: str) -> Answer:
        return self._about(name, lambda channel: self._node.set_state(channel, "Up"))

    def _set_variable(self, query: Json, name: str) -> Answer:
        channel = self._ours(name)
        if not isinstance(channel, Channel):
            return channel
        if channel.play is not None:
            raise Later(channel.play)
        if query["variable"] == SWITCH:
            self._node.set_switch(channel, float(query["value"]))
        return NOTHING

    def _get_variable(self, _: Json, name: str) -> Answer:
        return (200, {"value": ""}) if name in self._node.channels else NO_CHANNEL

    def _show(self, _: Json, name: str) -> Answer:
        channel = self._node.channels.get(name)
        if channel is None:
            return NO_CHANNEL
        return UNREADABLE if channel.unreadable else (200, channel.shown())

    def _list(self, _: Json) -> Answer:
        channels = self._node.channels.values()
        if any(channel.unreadable for channel in channels):
            return UNREADABLE
        return 200, [channel.shown() for channel in channels]

    def _play(self, query: Json, name: str) -> Answer:
        channel = self._ours(name)
        if not isinstance(channel, Channel):
            return channel
        if self._play_fails():
            return 500, {"error": "Allocation failed"}
        play = Playback(query["playbackId"])
        seconds = sum(int(found) for found in SOUND_SECONDS.findall(query["media"])) / 1000
        self._node.play(channel, play, seconds)
        return 201, {"id": play.id, "state": "queued", "media_uri": "", "target_uri": f"channel:{name}"}

    def _ring(self, _: Json, name: str) -> Answer:
        return self._about(name, lambda channel: setattr(channel, "ringing", True))

    def _stop_ringing(self, _: Json, name: str) -> Answer:
        return self._about(name, lambda channel: setattr(channel, "ringing", False))

    def _go_on(self, query: Json, name: str) -> Answer:
        where = self._node.say_why if query["context"] == CALLBACK_OVER else self._node.to_fallback
        return self._about(name, where)

    def _hang_up(self, _: Json, name: str) -> Answer:
        channel = self._node.channels.get(name)
        if channel is None:
            return NO_CHANNEL
        self._node.world.hung_up_on(channel)
        self._node.hang_up(channel, NORMAL)
        return NOTHING

    def _stop(self, _: Json, name: str) -> Answer:
        channel = self._node.plays.get(name)
        if channel is None:
            return 404, {"message": "Playback not found"}
        self._node.stop(channel)
        return NOTHING

    # ── legs that are called

    def _new(self, query: Json) -> Channel | Answer:
        name, endpoint = query["channelId"], query["endpoint"]
        if name in self._node.channels:
            return 409, {"message": "Channel with given unique ID already exists."}
        device = endpoint.partition("/")[2].rpartition("@")[2]
        if device != "trunk" and ("res_pjsip", "endpoint", device) not in self._node.objects:
            return 500, {"error": "Allocation failed"}
        channel = self._node.new_channel(name, device, None)
        variables = (query.get("body") or {}).get("variables", {})
        channel.role = variables.get("CT112_LEG", "")
        channel.exten, channel.context, channel.subscribed = "s", "default", True
        channel.endpoint = endpoint
        if SWITCH in variables:
            self._node.set_switch(channel, float(variables[SWITCH]))
        return channel

    def _originate(self, query: Json) -> Answer:
        channel = self._new(query)
        if not isinstance(channel, Channel):
            return channel
        channel.args, channel.dialled = f"{query['app']}\n{query['appArgs']}", True
        self._node.world.dial(self._node, channel, query["endpoint"], float(query.get("timeout", 30)))
        return 200, channel.shown()

    def _create(self, query: Json) -> Answer:
        channel = self._new(query)
        if not isinstance(channel, Channel):
            return channel
        shown = channel.shown()
        seconds = self._node.engine.between((0.0002, 0.003))
        args = query.get("appArgs", "")
        channel.ours_since = self._node.engine.time
        self._node.later(seconds, channel, lambda: self._node.into_stasis(channel, query["app"], args))
        return 200, shown

    def _dial(self, query: Json, name: str) -> Answer:
        channel = self._ours(name)
        if not isinstance(channel, Channel):
            return channel
        if not channel.dialled:
            channel.dialled = True
            seconds = float(query.get("timeout", 30))
            self._node.world.dial(self._node, channel, channel.endpoint, seconds)
        return NOTHING

    # ── bridges

    def _create_bridge(self, _: Json, name: str) -> Answer:
        if name in self._node.bridges:
            return 409, {"message": f"Bridge with id '{name}' already exists"}
        bridge = self._node.bridges[name] = Bridge(name)
        return 200, bridge.shown()

    def _show_bridge(self, _: Json, name: str) -> Answer:
        bridge = self._node.bridges.get(name)
        return (404, {"message": "Bridge not found"}) if bridge is None else (200, bridge.shown())

    def _add(self, query: Json, name: str) -> Answer:
        bridge = self._node.bridges.get(name)
        if bridge is None:
            return 404, {"message": "Bridge not found"}
        channels = [self._node.channels.get(one) for one in query["channel"].split(",")]
        if None in channels:
            return 400, {"message": "Channel not found"}
        found = [one for one in channels if one is not None]
        if any(one.app != STASIS for one in found):
            return 409, {"message": "Channel not in Stasis application"}
        for channel in found:
            self._node.bridge_in(bridge, channel)
        return NOTHING

    def _remove(self, query: Json, name: str) -> Answer:
        for one in query["channel"].split(","):
            channel = self._node.channels.get(one)
            if channel is not None and channel.bridge == name:
                self._node.unbridge(channel)
        return NOTHING

    def _destroy_bridge(self, _: Json, name: str) -> Answer:
        bridge = self._node.bridges.pop(name, None)
        if bridge is None:
            return 404, {"message": "Bridge not found"}
        for channel in bridge.channels:
            channel.bridge = None
        return NOTHING

    # ── the application, accounts, the machine

    def _leave_out(self, query: Json, name: str) -> Answer:
        self._node.unwanted = {one["type"] for one in query["body"]["disallowed"]}
        return 200, {"name": name}

    def _subscribe(self, query: Json, name: str) -> Answer:
        channel = self._node.channels.get(query["eventSource"].removeprefix("channel:"))
        if channel is None:
            return 422, {"message": "Event source does not exist."}
        channel.subscribed = True
        return 200, {"name": name}

    def _endpoint(self, _: Json, name: str) -> Answer:
        there = [one.id for one in self._node.channels.values() if one.name.startswith(f"PJSIP/{name}-")]
        return 200, {"technology": "PJSIP", "resource": name, "state": "online", "channel_ids": there}

    def _endpoints(self, _: Json, _technology: str) -> Answer:
        names = ["trunk", *(key[2] for key in self._node.objects if key[1] == "endpoint")]
        return 200, [self._endpoint({}, name)[1] for name in names]

    def _put(self, query: Json, *key: str) -> Answer:
        there = self._node.objects.setdefault(key, {})
        there |= {one["attribute"]: one["value"] for one in query["body"]["fields"]}
        return 200, _attributes(there)

    def _get(self, _: Json, *key: str) -> Answer:
        if key not in self._node.objects:
            return 404, {"message": "Object not found"}
        return 200, _attributes(self._node.objects[key])

    def _delete(self, _: Json, *key: str) -> Answer:
        gone = self._node.objects.pop(key, None)
        return (404, {"message": "Object not found"}) if gone is None else NOTHING

    def _ping(self, _: Json) -> Answer:
        return 200, {
            "ping": "pong",
            "timestamp": stamp(self._node.clock.now()),
            "asterisk_id": self._node.name,
        }

    def _info(self, _: Json) -> Answer:
        return 200, {"status": {"startup_time": stamp(self._node.started)}}


def _attributes(there: Json) -> list[Json]:
    return [{"attribute": key, "value": value} for key, value in there.items()]


def _path(text: str) -> re.Pattern[str]:
    return re.compile(text.replace("*", "([^/]+)"))
