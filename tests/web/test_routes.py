"""The table of routes: what cannot be written, and what follows from what is."""

import json
import re
from collections.abc import Iterator
from typing import Any, get_args

import pytest

from ct112.core.calls import CallState
from ct112.core.positions import OperatorState
from ct112.web import kinds
from ct112.web.access.principal import Principal, Role
from ct112.web.floor.model import CallStateName, SeatStateName
from ct112.web.house import House
from ct112.web.openapi import describe
from ct112.web.problems import Place, Problem
from ct112.web.reading import read_body, read_text
from ct112.web.routes import PUBLIC, Media, Route
from ct112.web.table import TABLE
from ct112.web.values import ById, Given, Instant, Line, PageSize, Shown
from tests.web.site import BEARER, Site

STAFF = frozenset({Role.OPERATOR})


class Thing(Shown):
    """A thing."""

    size: int


class Query(Given):
    """Which things."""

    limit: PageSize = 50
    since: Instant | None = None
    wide: bool = False


async def read(house: House, path: ById, query: Query) -> Thing:
    """Read a thing."""
    raise AssertionError


async def signed(who: Principal) -> Thing:
    """Read who asks."""
    raise AssertionError


async def surprised(house: House, mood: str) -> Thing:
    """Read a mood."""
    raise AssertionError


async def untold() -> Thing:
    raise AssertionError


async def loose() -> dict[str, Any]:
    """Read anything."""
    raise AssertionError


async def sound() -> Media:
    """Hear it."""
    raise AssertionError


def test_a_route_without_a_rule_who_may_ask_cannot_be_made() -> None:
    with pytest.raises(TypeError):
        Route("GET", "/x/{id}", read)  # type: ignore[call-arg]
    for nobody in (frozenset(), frozenset({"everybody"}), None):
        with pytest.raises(ValueError, match="say who may ask"):
            Route("GET", "/x/{id}", read, nobody)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("method", "path", "handler", "roles", "wrong"),
    [
        ("GET", "/x", read, STAFF, "path's names"),
        ("GET", "/x/{id}/{other}", read, STAFF, "path's names"),
        ("FETCH", "/x/{id}", read, STAFF, "method"),
        ("GET", "/x", surprised, STAFF, "nobody gives"),
        ("GET", "/x", untold, STAFF, "docstring"),
        ("GET", "/x", loose, STAFF, "returns a model"),
        ("GET", "/x", sound, STAFF, "media type"),
        ("GET", "/x", signed, PUBLIC, "nobody is signed in"),
    ],
)
def test_a_route_that_makes_no_sense_cannot_be_made(
    method: str, path: str, handler: Any, roles: Any, wrong: str
) -> None:
    with pytest.raises(ValueError, match=wrong):
        Route(method, path, handler, roles)


def test_the_table_names_each_route_once() -> None:
    assert len({route.operation for route in TABLE}) == len(TABLE)
    assert len({(route.method, route.path) for route in TABLE}) == len(TABLE)
    assert all(route.path.startswith(("/api/v1/", "/share/")) for route in TABLE)  # /share/: for citizens


def test_the_description_has_every_route_and_every_answer_with_a_schema() -> None:
    document = json.loads(describe(TABLE))
    assert sum(len(methods) for methods in document["paths"].values()) == len(TABLE)
    for route in TABLE:
        operation = document["paths"][route.path][route.method.lower()]
        assert {int(status) for status in operation["responses"]} == {
            *route.answers,
            *(kind.status for kind in route.refusals),
        }
        for answer in operation["responses"].values():
            whole = _resolved(document, answer)
            assert whole["description"]
            assert route.media or None in route.answers.values() or whole["content"]
    for name in re.findall(r'"#/components/([^"]+)"', describe(TABLE).decode()):
        part, _, key = name.partition("/")
        assert key in document["components"][part], name


def _resolved(document: Any, answer: Any) -> Any:
    name = answer.get("$ref", "").rpartition("/")[2]
    return document["components"]["responses"][name] if name else answer


FREE = {
    ("CallFact", "data"): "a fact's own fields, by its kind: docs/facts.md",
    ("TrailLine", "data"): "what a field was and is, or what a step names: docs/incidents.md",
    ("Recording", ""): "not recorded yet: its fields come with the recordings",
}
"""Objects without fields of their own, and why."""


def test_no_answer_has_an_object_without_fields() -> None:
    document = json.loads(describe(TABLE))
    found = {
        place for name, schema in document["components"]["schemas"].items() for place in free(name, schema)
    }
    audit = {place for place in found if place[0].startswith("Audit")}  # what is noted differs by the action
    assert found - audit == set(FREE)


def free(name: str, schema: Any, field: str = "") -> Iterator[tuple[str, str]]:
    """Give where a schema says no more than that it is an object."""
    by_key = isinstance(schema.get("additionalProperties"), dict)  # it says what each value is
    if schema.get("type") == "object" and not schema.get("properties") and not by_key:
        yield name, field
    for at, one in schema.get("properties", {}).items():
        yield from free(name, one, at)
    for one in (*schema.get("anyOf", ()), *([schema["items"]] if "items" in schema else [])):
        yield from free(name, one, field)


def test_states_are_those_of_the_floor() -> None:
    def names(states: Any) -> set[str]:
        return {re.sub(r"(?<!^)(?=[A-Z])", "_", state.__name__).lower() for state in get_args(states)}

    assert set(get_args(CallStateName)) == names(CallState)
    assert set(get_args(SeatStateName)) == names(OperatorState)


def test_enums_are_referred_to_and_parameters_are_never_null() -> None:
    document = json.loads(describe(TABLE))
    parameters = {one["name"]: one for one in document["paths"]["/api/v1/calls"]["get"]["parameters"]}
    assert parameters["outcome"]["schema"] == {"$ref": "#/components/schemas/Outcome"}
    assert "null" not in json.dumps(parameters)
    assert parameters["limit"]["schema"] == {"type": "integer", "minimum": 1, "maximum": 500, "default": 50}


@pytest.mark.parametrize(
    ("pairs", "field", "remedy"),
    [
        ([("limit", "0")], "limit", "a whole number from 1 to 500"),
        ([("limit", "+5")], "limit", "a whole number"),
        ([("limit", " 5")], "limit", "a whole number"),
        ([("limit", "1_0")], "limit", "a whole number"),
        ([("limit", "9" * 30)], "limit", "to 500"),
        ([("limit", "")], "limit", "a whole number"),
        ([("limit", "5"), ("limit", "5")], "limit", "give it once"),
        ([("limt", "5")], "limt", "did you mean limit?"),
        ([("\udcff", "5")], "?", "leave it out; there is limit, since, wide"),
        ([("wide", "1")], "wide", "true or false"),
        ([("since", "1700000000")], "since", "a time like 2026-11-25T18:00:00Z"),
        ([("since", "2026-11-25")], "since", "a time like"),
        ([("since", "2026-11-25T18:00:00")], "since", "a time like"),
        ([("since", "2026-13-25T18:00:00Z")], "since", "a time like"),
        ([("since", "0001-01-01T00:00:00+23:00")], "since", "a time like"),
        ([("since", "9999-12-31T23:59:59-01:00")], "since", "a time like"),
    ],
)
def test_a_bad_query_names_the_field_and_the_remedy(
    pairs: list[tuple[str, str]], field: str, remedy: str
) -> None:
    with pytest.raises(Problem) as raised:
        read_text(Query, pairs, Place.QUERY, kinds.INVALID)
    (wrong,) = raised.value.fields
    assert (wrong.place, wrong.field) == (Place.QUERY, field)
    assert remedy in wrong.remedy
    assert remedy in raised.value.detail


def test_a_time_is_kept_in_utc() -> None:
    found = read_text(Query, [("since", "2026-11-25T18:00:00+07:00")], Place.QUERY, kinds.INVALID)
    assert found.model_dump_json() == '{"limit":50,"since":"2026-11-25T11:00:00Z","wide":false}'


class Note(Given):
    """A note."""

    note: Line
    times: int = 1


@pytest.mark.parametrize(
    ("raw", "field", "remedy"),
    [
        (b"", "", "one JSON object"),
        (b"{", "", "one JSON object"),
        (b"[]", "", "a JSON object"),
        (b"null", "", "a JSON object"),
        (b"\xff", "", "one JSON object"),
        (b"{}", "note", "a text of at most 500"),
        (b'{"note": 5}', "note", "a text of at most 500"),
        (b'{"note": "a\\u0000b"}', "note", "a text of at most 500"),
        (b'{"note": "\\ud800"}', "", "one JSON object"),
        (b'{"note": "a", "times": "5"}', "times", "a whole number"),
        (b'{"note": "a", "tmies": 5}', "tmies", "did you mean times?"),
        (b"[" * 100_000, "", "one JSON object"),
    ],
)
def test_a_bad_body_names_the_field_and_the_remedy(raw: bytes, field: str, remedy: str) -> None:
    with pytest.raises(Problem) as raised:
        read_body(Note, raw)
    assert raised.value.fields[0].field == field
    assert remedy in raised.value.fields[0].remedy


def test_a_problem_never_repeats_what_was_sent() -> None:
    with pytest.raises(Problem) as raised:
        read_body(Note, b'{"note": 812345678, "times": "+62812345678"}')
    assert "812345678" not in raised.value.response().body.decode()  # type: ignore[union-attr]


async def test_answers_say_what_may_be_kept_and_guessed(site: Site) -> None:
    for path, headers in (("/api/v1/calls", BEARER), ("/api/v1/calls", {}), ("/api/v1/nowhere", {})):
        _, _, answer = await site.get(path, headers=headers)
        assert answer.headers["Cache-Control"] == "no-store"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert "Server" not in answer.headers


async def test_head_is_answered_like_get(site: Site) -> None:
    async with site.client.head("/api/v1/calls", headers=BEARER) as answer:
        assert answer.status == 200
        assert int(answer.headers["Content-Length"]) > 20
        assert await answer.read() == b""
    async with site.client.head("/api/v1/calls") as answer:
        assert answer.status == 401


async def test_who_asks_comes_before_what_is_asked(site: Site) -> None:
    assert (await site.get("/api/v1/calls", params={"limit": "x"}))[0] == 401
    status, body, _ = await site.get("/api/v1/calls", params={"limit": "x"}, headers=BEARER)
    assert (status, body["type"]) == (400, "urn:ct112:problem:invalid")
    assert body["fields"][0]["field"] == "limit"
