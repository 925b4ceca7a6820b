"""Our models and requests against the API description that Asterisk itself ships."""

import types
import typing
from datetime import datetime
from typing import Any

import pytest

from ct112.asterisk.ari import Request, applications, asterisk_config, bridges, channels, playbacks
from ct112.asterisk.ari import models as ours
from tests.asterisk import description

RESOURCES = [
    "Channel",
    "CallerID",
    "DialplanCEP",
    "Bridge",
    "Playback",
    "Endpoint",
    "AsteriskInfo",
    "AsteriskPing",
    "StatusInfo",
]
TYPES: dict[str, object] = {"string": str, "int": int, "Date": datetime, "List[string]": list[str]}

REQUESTS = {
    "list channels": channels.every(),
    "one channel": channels.one("c"),
    "answer": channels.answer("c"),
    "hang up": channels.hang_up("c"),
    "continue": channels.go_on("c", "fallback", "112"),
    "play": channels.play("c", ["sound:a", "tone:ring"], "p"),
    "ring": channels.ring("c"),
    "stop ringing": channels.stop_ringing("c"),
    "set variable": channels.set_variable("c", "TIMEOUT(absolute)", "12"),
    "read variable": channels.variable("c", "TIMEOUT(absolute)"),
    "create": channels.create(
        "c", "PJSIP/a", app="x", app_args="y", variables={"A": "b"}, originator="o", formats="alaw"
    ),
    "create with both ends": channels.create("c", "Local/a@b/n", app="x", app_args="y", other="d"),
    "press": channels.press("c", "1"),
    "dial": channels.dial("c", 15),
    "list bridges": bridges.every(),
    "create bridge": bridges.create("b"),
    "add to bridge": bridges.add("b", "c"),
    "destroy bridge": bridges.destroy("b"),
    "stop playback": playbacks.stop("p"),
    "subscribe": applications.subscribe("x", "channel:c"),
    "leave out": applications.leave_out("x", ["ChannelVarset"]),
    "ping": asterisk_config.ping(),
    "info": asterisk_config.info(),
    "endpoints": asterisk_config.endpoints("PJSIP"),
    "get object": asterisk_config.get("res_pjsip", "aor", "a"),
    "put object": asterisk_config.put("res_pjsip", "aor", "a", {"max_contacts": "1"}),
    "delete object": asterisk_config.delete("res_pjsip", "aor", "a"),
}


def plain(annotation: Any) -> Any:
    """Return the type of a field without its None."""
    if typing.get_origin(annotation) in (typing.Union, types.UnionType):
        return next(one for one in typing.get_args(annotation) if one is not type(None))
    return annotation


@pytest.mark.parametrize("name", [*RESOURCES, *sorted(ours.USED)])
def test_every_field_we_read_is_described(name: str) -> None:
    properties = description.model(name)
    for field, info in getattr(ours, name).model_fields.items():
        if field == "type":
            continue
        assert field in properties, f"{name} has no {field}"
        wanted, kind = properties[field], plain(info.annotation)
        if info.is_required():
            assert wanted.get("required"), f"{name}.{field} may be missing: give it a default"
        if wanted["type"] in TYPES:
            assert kind == TYPES[wanted["type"]], f"{name}.{field} is a {wanted['type']}"
        elif isinstance(kind, type) and issubclass(kind, ours.Model):
            assert kind.__name__ == wanted["type"]


@pytest.mark.parametrize("name", sorted(ours.USED | set(ours.UNWANTED)))
def test_every_event_type_exists(name: str) -> None:
    assert description.model(name)


def test_every_event_model_is_used() -> None:
    union = typing.get_args(typing.get_args(ours.AnyEvent)[0])
    assert {one.__name__ for one in union} == ours.USED


@pytest.mark.parametrize("request_", REQUESTS.values(), ids=REQUESTS.keys())
def test_every_request_is_described(request_: Request) -> None:
    found = description.operation(request_.method, request_.path)
    parameters = {one["name"]: one for one in found.get("parameters", [])}
    query = {name for name, one in parameters.items() if one["paramType"] == "query"}
    assert set(request_.query) <= query, f"unknown: {set(request_.query) - query}"
    needed = {name for name in query if parameters[name].get("required")}
    assert needed <= set(request_.query), f"missing: {needed - set(request_.query)}"
    assert {name for name, one in parameters.items() if one["paramType"] == "path"} == set(request_.names)


def test_names_in_a_path_are_escaped() -> None:
    assert channels.answer("a/b?c").uri == "channels/a%2Fb%3Fc/answer"
