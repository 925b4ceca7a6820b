"""A small Asterisk that speaks ARI over one WebSocket. It passes the same suite as the real one."""

import asyncio
import base64
import json
import re
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from urllib.parse import unquote

from aiohttp import WSMsgType, web

USER, PASSWORD = "ct112", "generated-for-the-fake"
Json = dict[str, Any]
Answer = tuple[int, Any]

STARTED = "2026-01-01T00:00:00.000+0000"


class FakeAri:
    """Channels, bridges, playbacks and sorcery objects in dictionaries."""

    def __init__(self) -> None:
        self.channels: dict[str, Json] = {}
        self.variables: dict[tuple[str, str], str] = {}
        self.bridges: dict[str, Json] = {}
        self.playbacks: dict[str, Json] = {}
        self.objects: dict[tuple[str, ...], Json] = {}
        self.sockets: dict[str, web.WebSocketResponse] = {}
        self.unwanted: set[str] = set()
        self.deaf = False  # answers nothing any more, and lets nobody know
        self.indescribable: set[str] = set()  # channels that cannot be put into JSON
        self.endpoint_channels: list[str] = []  # of each endpoint, and of the trunk
        self.opened = 0  # WebSockets, so far
        self.refused: dict[str, int] = {}  # "GET channels": the status it is answered with
        self.after: dict[str, Callable[[], None]] = {}  # "GET channels": once, when its answer is made
        self.garbled: bytes | None = None  # what every request over plain HTTP is answered with
        self.fetched: list[str] = []  # what was asked over plain HTTP
        self._tasks: set[asyncio.Task[None]] = set()
        self.routes: list[tuple[str, re.Pattern[str], Callable[..., Answer]]] = [
            ("GET", path("asterisk/ping"), lambda query: (200, {"ping": "pong", "timestamp": _now()})),
            ("GET", path("asterisk/info"), lambda query: (200, {"status": {"startup_time": STARTED}})),
            ("GET", path("channels"), self.list_channels),
            ("GET", path("channels/(.+)"), self.get_channel),
            ("POST", path("channels"), self.originate),
            ("POST", path("channels/create"), self.create),
            ("POST", path("channels/(.+)/dial"), self.dial),
            ("POST", path("channels/(.+)/answer"), self.answer),
            ("POST", path("channels/(.+)/continue"), self.go_on),
            ("POST", path("channels/(.+)/play"), self.play),
            ("POST", path("channels/(.+)/ring"), self.answer),
            ("DELETE", path("channels/(.+)/ring"), self.answer),
            ("POST", path("channels/(.+)/variable"), self.set_variable),
            ("GET", path("channels/(.+)/variable"), self.get_variable),
            ("DELETE", path("channels/(.+)"), self.hang_up),
            ("GET", path("bridges"), lambda query: (200, list(self.bridges.values()))),
            ("POST", path("bridges/(.+)/addChannel"), self.add),
            ("POST", path("bridges/(.+)"), self.create_bridge),
            ("DELETE", path("bridges/(.+)"), self.destroy_bridge),
            ("DELETE", path("playbacks/(.+)"), self.stop),
            ("PUT", path("applications/(.+)/eventFilter"), self.leave_out),
            ("POST", path("applications/(.+)/subscription"), self.subscribe),
            ("GET", path("endpoints/(.+)"), self.endpoints),
            ("PUT", path("asterisk/config/dynamic/(.+)/(.+)/(.+)"), self.put),
            ("GET", path("asterisk/config/dynamic/(.+)/(.+)/(.+)"), self.get),
            ("DELETE", path("asterisk/config/dynamic/(.+)/(.+)/(.+)"), self.delete),
        ]

    def add_to(self, app: web.Application) -> None:
        """Serve below /ari: events over a WebSocket, the rest over plain HTTP."""
        app.router.add_get("/ari/events", self.serve)
        app.router.add_route("*", "/ari/{path:.+}", self.serve_http)

    async def serve_http(self, request: web.Request) -> web.StreamResponse:
        """One request over plain HTTP; it is answered as one over the WebSocket is."""
        _authorize(request)
        self.fetched.append(f"{request.method} {request.path.removeprefix('/ari/')}")
        message = {
            "transaction_id": "http",
            "request_id": "http",
            "method": request.method,
            "uri": request.raw_path.partition("?")[0].removeprefix("/ari/"),
            "query_strings": [{"name": name, "value": value} for name, value in request.query.items()],
            "message_body": await request.text(),
        }
        if self.garbled is not None:
            return web.Response(body=self.garbled, content_type="application/json")
        side = HttpSide(self)
        if self.deaf:
            await asyncio.Event().wait()
        await self._reply(side, message)
        return web.Response(status=side.status, text=side.body, content_type="application/json")

    async def serve(self, request: web.Request) -> web.StreamResponse:
        """One client's WebSocket."""
        _authorize(request)
        socket = web.WebSocketResponse(autoping=not self.deaf)
        await socket.prepare(request)
        self.opened += 1
        application = request.query["app"]
        if application in self.sockets:
            await self._send(self.sockets[application], "ApplicationReplaced", application)
            await self.sockets[application].close()
        self.sockets[application] = socket
        async for message in socket:
            if message.type == WSMsgType.TEXT and not self.deaf:
                await self._reply(socket, json.loads(message.data))
        return socket

    async def _reply(self, socket: "web.WebSocketResponse | HttpSide", message: Json) -> None:
        status, body = self.do(message)
        reply = {
            "type": "RESTResponse",
            "transaction_id": message["transaction_id"],
            "request_id": message["request_id"],
            "status_code": status,
            "reason_phrase": "",
            "uri": message["uri"],
            "message_body": json.dumps(body) if body is not None else "",
        }
        await socket.send_str(json.dumps(reply))

    def go_silent(self) -> None:
        """Answer nothing any more, not even a ping."""
        self.deaf = True
        for socket in self.sockets.values():
            socket._autoping = False

    def do(self, message: Json) -> Answer:
        """Carry one request out."""
        query = {one["name"]: one["value"] for one in message.get("query_strings", [])}
        query |= {"body": json.loads(message["message_body"])} if message.get("message_body") else {}
        asked = f"{message['method']} {message['uri']}"
        if asked in self.refused:
            return self.refused[asked], {"message": "Internal Server Error"}
        answer = self._answer(message, query)
        self.after.pop(asked, lambda: None)()
        return answer

    def _answer(self, message: Json, query: Json) -> Answer:
        for method, path, handle in self.routes:
            match = path.fullmatch(message["uri"])
            if match and method == message["method"]:
                return handle(query, *(unquote(part) for part in match.groups()))
        return 404, {"message": "Resource not found"}

    def emit(self, kind: str, **fields: Any) -> None:
        """Send an event to every application."""
        if kind in self.unwanted:
            return
        for application, socket in self.sockets.items():
            task = asyncio.get_running_loop().create_task(self._send(socket, kind, application, **fields))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _send(self, socket: web.WebSocketResponse, kind: str, application: str, **fields: Any) -> None:
        if not socket.closed:
            event = {"type": kind, "application": application, "timestamp": _now(), **fields}
            await socket.send_str(json.dumps(event))

    def originate(self, query: Json) -> Answer:
        """Only the fallback answers; every other Local place rings for ever."""
        name = query["channelId"]
        if name in self.channels:
            return 409, {"message": "Channel with given unique ID already exists."}
        if not query["endpoint"].startswith("Local/"):
            return 500, {"error": "Allocation failed"}
        answered = query["endpoint"].endswith("@fallback")
        variables = query.get("body", {}).get("variables", {})
        channel = self.channels[name] = _channel(name, "Up" if answered else "Down", variables)
        if answered:
            channel["dialplan"] |= {"app_name": "Stasis", "app_data": query["app"]}
            self.emit("StasisStart", args=query["appArgs"].split(","), channel=channel)
        return 200, channel

    def list_channels(self, query: Json) -> Answer:
        """All channels; none when one of them cannot be described."""
        if self.indescribable & self.channels.keys():
            return 500, {"error": "Allocation failed"}
        return 200, list(self.channels.values())

    def create(self, query: Json) -> Answer:
        """Make a channel that is in our hands at once and rings nobody yet."""
        name = query["channelId"]
        if name in self.channels:
            return 409, {"message": "Channel with given unique ID already exists."}
        if not query["endpoint"].startswith("Local/"):
            return 500, {"error": "Allocation failed"}
        channel = self.channels[name] = _channel(name, "Down", query.get("body", {}).get("variables", {}))
        channel["dialplan"] |= {"app_name": "Stasis", "app_data": query["app"]}
        self.emit("StasisStart", args=query["appArgs"].split(","), channel=channel)
        return 200, channel

    def dial(self, query: Json, name: str) -> Answer:
        """Only the fallback answers."""
        refused = self._in_stasis(name)
        if refused:
            return refused
        self.channels[name]["state"] = "Up"
        self.emit("ChannelStateChange", channel=self.channels[name])
        return 204, None

    def get_channel(self, query: Json, name: str) -> Answer:
        """One channel."""
        found = self.channels.get(name)
        if name in self.indescribable & self.channels.keys():
            return 200, None
        return (404, {"message": "Channel not found"}) if found is None else (200, found)

    def answer(self, query: Json, name: str) -> Answer:
        """Pick up."""
        return self._in_stasis(name) or (204, None)

    def hang_up(self, query: Json, name: str) -> Answer:
        """End a channel."""
        if name not in self.channels:
            return 404, {"message": "Channel not found"}
        self.end(name)
        return 204, None

    def end(self, name: str, *, asked: bool = True) -> None:
        """A channel ends; not `asked`: its hang-up was before anybody listened."""
        channel = self.channels.pop(name)
        for bridge in self.bridges.values():
            bridge["channels"] = [one for one in bridge["channels"] if one != name]
        if asked:
            self.emit("ChannelHangupRequest", channel=channel, cause=16)
        self.emit("StasisEnd", channel=channel)
        self.emit("ChannelDestroyed", channel=channel, cause=16, cause_txt="Normal Clearing")

    def comes(self, name: str, application: str) -> None:
        """A caller's leg comes into the hands of an application."""
        channel = self.channels[name] = _channel(name, "Up", {"CT112_LEG": "caller"})
        channel["name"] = f"PJSIP/trunk-{name}"
        channel["dialplan"] |= {"app_name": "Stasis", "app_data": f"{application},call"}
        self.emit("StasisStart", args=["call"], channel=channel)

    def operator(self, offer: str, application: str) -> Json:
        """An operator's leg is there, answered."""
        channel = self.channels[f"op-{offer}"] = _channel(f"op-{offer}", "Up", {"CT112_LEG": "operator"})
        channel["name"] = "PJSIP/pos-1-00000001"
        channel["dialplan"] |= {"app_name": "Stasis", "app_data": application}
        return channel

    def talk(self, bridge: str, *channels: str) -> None:
        """Channels hear each other."""
        self.bridges[bridge] = {"id": bridge, "channels": list(channels)}

    def go_on(self, query: Json, name: str) -> Answer:
        """Leave Stasis."""
        refused = self._in_stasis(name)
        if refused:
            return refused
        channel = self.channels[name]
        channel["dialplan"] |= {"app_name": "Queue", "app_data": "", "context": query["context"]}
        self.emit("StasisEnd", channel=channel)
        return 204, None

    def play(self, query: Json, name: str) -> Answer:
        """Tones play until stopped; there are no files, so every sound fails."""
        refused = self._in_stasis(name)
        if refused:
            return refused
        playback = {"id": query["playbackId"], "state": "playing", "media_uri": query["media"]}
        playback |= {"target_uri": f"channel:{name}"}
        if "tone:" in query["media"]:
            self.playbacks[playback["id"]] = playback
        else:
            self.emit("PlaybackFinished", playback=playback | {"state": "failed"})
        return 201, playback

    def stop(self, query: Json, name: str) -> Answer:
        """Stop a playback."""
        playback = self.playbacks.pop(name, None)
        if playback is None:
            return 404, {"message": "Playback not found"}
        self.emit("PlaybackFinished", playback=playback | {"state": "done"})
        return 204, None

    def set_variable(self, query: Json, name: str) -> Answer:
        """Set a variable."""
        refused = self._in_stasis(name)
        if refused:
            return refused
        self.variables[name, query["variable"]] = query["value"]
        self.emit("ChannelVarset", variable=query["variable"], value=query["value"])
        return 204, None

    def get_variable(self, query: Json, name: str) -> Answer:
        """Read a variable."""
        if name not in self.channels:
            return 404, {"message": "Channel not found"}
        return 200, {"value": self.variables.get((name, query["variable"]), "")}

    def create_bridge(self, query: Json, name: str) -> Answer:
        """Make a bridge."""
        if name in self.bridges:
            return 409, {"message": f"Bridge with id '{name}' already exists"}
        self.bridges[name] = {"id": name, "channels": []}
        return 200, self.bridges[name]

    def add(self, query: Json, name: str) -> Answer:
        """Put a channel into a bridge."""
        if name not in self.bridges:
            return 404, {"message": "Bridge not found"}
        wanted = query["channel"].split(",")
        if any(channel not in self.channels for channel in wanted):
            return 400, {"message": "Channel not found"}
        self.bridges[name]["channels"] += wanted
        return 204, None

    def destroy_bridge(self, query: Json, name: str) -> Answer:
        """Take a bridge away."""
        gone = self.bridges.pop(name, None)
        return (404, {"message": "Bridge not found"}) if gone is None else (204, None)

    def leave_out(self, query: Json, application: str) -> Answer:
        """Filter events."""
        self.unwanted = {one["type"] for one in query["body"]["disallowed"]}
        return 200, {"name": application}

    def subscribe(self, query: Json, application: str) -> Answer:
        """Everything is sent to everybody anyway."""
        found = query["eventSource"].removeprefix("channel:") in self.channels
        return (200, {"name": application}) if found else (422, {"message": "Event source does not exist."})

    def endpoints(self, query: Json, technology: str) -> Answer:
        """List the endpoints among the objects."""
        names = ["trunk", *(key[2] for key in self.objects if key[1] == "endpoint")]
        return 200, [
            {
                "technology": technology,
                "resource": name,
                "state": "offline",
                "channel_ids": self.endpoint_channels,
            }
            for name in names
        ]

    def put(self, query: Json, *key: str) -> Answer:
        """Make or change an object."""
        there = self.objects.setdefault(key, {})
        there |= {one["attribute"]: one["value"] for one in query["body"]["fields"]}
        return 200, _attributes(there)

    def get(self, query: Json, *key: str) -> Answer:
        """Read an object."""
        if key not in self.objects:
            return 404, {"message": "Object not found"}
        return 200, _attributes(self.objects[key])

    def delete(self, query: Json, *key: str) -> Answer:
        """Delete an object."""
        gone = self.objects.pop(key, None)
        return (404, {"message": "Object not found"}) if gone is None else (204, None)

    def _in_stasis(self, name: str) -> Answer | None:
        if name not in self.channels:
            return 404, {"message": "Channel not found"}
        if self.channels[name]["dialplan"]["app_name"] != "Stasis":
            return 409, {"message": "Channel not in Stasis application"}
        return None


class HttpSide:
    """Where the reply to one HTTP request goes; events sent to it go to every WebSocket."""

    def __init__(self, ari: FakeAri) -> None:
        self.status, self.body = 500, ""
        self._ari = ari

    async def send_str(self, text: str) -> None:
        """Take a message as a WebSocket would."""
        message = json.loads(text)
        if message["type"] == "RESTResponse":
            self.status, self.body = message["status_code"], message["message_body"]
            return
        for socket in list(self._ari.sockets.values()):
            await socket.send_str(text)


def _authorize(request: web.Request) -> None:
    wanted = base64.b64encode(f"{USER}:{PASSWORD}".encode()).decode()
    if request.headers.get("Authorization") != f"Basic {wanted}":
        raise web.HTTPUnauthorized


def _channel(name: str, state: str, variables: Json) -> Json:
    return {
        "id": name,
        "name": f"Local/fake-{name}",
        "state": state,
        "caller": {"name": "", "number": ""},
        "dialplan": {"context": "", "exten": "112", "priority": 1, "app_name": "", "app_data": ""},
        "creationtime": _now(),
        "channelvars": variables,
    }


def _attributes(there: Json) -> list[Json]:
    return [{"attribute": key, "value": value} for key, value in there.items()]


def path(text: str) -> re.Pattern[str]:
    return re.compile(text.replace("(.+)", "([^/]+)"))


def _now() -> str:
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "+0000"
