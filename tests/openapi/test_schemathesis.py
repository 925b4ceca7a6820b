"""Schemathesis over the OpenAPI document: with every role no server error, no answer outside its schema.

FUZZ_EXAMPLES=200 asks every operation so often (the suite: a few times, the same ones each run).
"""

import asyncio
import json
import os
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from datetime import date
from functools import cache
from typing import Any
from uuid import UUID

import hypothesis
import pytest
import schemathesis
from aiohttp import web
from hypothesis import HealthCheck, Phase, strategies
from schemathesis import GenerationMode, checks
from schemathesis.core.failures import FailureGroup
from schemathesis.core.result import Err
from sqlalchemy import insert

from ct112 import ivr
from ct112.http.server import HttpServer
from ct112.incidents.incident import Content
from ct112.store import Store, incidents, ivr_publications, operators, positions
from ct112.store.dispatches_reading import DISPATCHES
from ct112.store.incidents import Draft
from ct112.store.roles import Role
from ct112.web import make_app
from ct112.web.answering import response
from ct112.web.openapi import describe
from ct112.web.routes import Route
from ct112.web.table import TABLE
from tests.web import people
from tests.web.site import CALL, Site, fill

EXAMPLES = int(os.environ.get("FUZZ_EXAMPLES", "2"))
INCIDENT = UUID("00000000-0000-4000-8000-000000000112")
DISPATCH = UUID("00000000-0000-4000-8000-000000000113")
KNOWN: dict[str, dict[str, Any]] = {
    "/api/v1/incidents/{id}": {"id": str(INCIDENT)},
    "/api/v1/incidents/{id}/dispatches": {"id": str(INCIDENT)},
    "/api/v1/incidents/{id}/timeline": {"id": str(INCIDENT)},
    "/api/v1/incidents/{id}/like": {"id": str(INCIDENT)},
    "/api/v1/dispatches/{id}": {"id": str(DISPATCH)},
    "/api/v1/dispatches/{id}/status": {"id": str(DISPATCH)},
    "/api/v1/dispatches/{id}/deliveries": {"id": str(DISPATCH)},
    "/api/v1/categories/{code}": {"code": "rob"},
    "/api/v1/agencies/{code}": {"code": "damkar"},
    "/api/v1/calls/{id}": {"id": CALL},
    "/api/v1/calls/{id}/locations": {"id": CALL},
    "/api/v1/calls/{id}/location-link": {"id": CALL},
    "/api/v1/incidents/{id}/locations": {"id": str(INCIDENT)},
    "/api/v1/callbacks/{id}/take": {"id": 1},
    "/api/v1/operators/{name}": {"name": "siti"},
    "/api/v1/operators/{name}/state": {"name": "operator-1"},
    "/api/v1/positions/{name}": {"name": "pos-9"},
    "/api/v1/positions/{name}/operator": {"name": "pos-1"},
    "/api/v1/positions/{name}/browser-phone": {"name": "pos-9"},
    "/api/v1/callbacks/{id}/result": {"id": 1},
    "/api/v1/routing/versions/{number}": {"number": 1},
    "/api/v1/routing/versions/{number}/diff": {"number": 1},
    "/api/v1/routing/versions/{number}/publish": {"number": 1},
    "/api/v1/ivr/versions/{number}": {"number": 1},
    "/api/v1/ivr/versions/{number}/publish": {"number": 1},
}
"""Things that are there: what is drawn at random is not."""
CHECKS = [
    checks.not_a_server_error,
    checks.status_code_conformance,
    checks.content_type_conformance,
    checks.response_schema_conformance,
    checks.response_headers_conformance,
    checks.negative_data_rejection,
]
CALM = hypothesis.settings(
    max_examples=EXAMPLES,
    derandomize="FUZZ_EXAMPLES" not in os.environ,
    database=None,
    deadline=None,
    phases=(Phase.explicit, Phase.generate),
    suppress_health_check=list(HealthCheck),
)


REFUSED = {
    "expected-statuses": ["400", "401", "403", "404", "405", "408", "412", "413", "415", "422", "428", "429"]
}
CONFIG = schemathesis.Config.from_dict({"checks": {"negative_data_rejection": REFUSED}})


@cache
def cases() -> list[tuple[str, Any]]:
    """Every operation, with what is drawn for it: what fits its schema, and what does not."""
    return list(drawn_cases())


def drawn_cases() -> Iterator[tuple[str, Any]]:
    """Draw from the document."""
    schema = schemathesis.openapi.from_dict(json.loads(describe(TABLE)), config=CONFIG)
    for found in schema.get_all_operations():
        assert not isinstance(found, Err), found.err()
        operation = found.ok()
        modes = [GenerationMode.POSITIVE]
        if list(operation.iter_parameters()) or operation.body:
            modes.append(GenerationMode.NEGATIVE)
        for mode in modes:
            drawn = [operation.as_strategy(generation_mode=mode)]
            if operation.path in KNOWN and mode is GenerationMode.POSITIVE:
                drawn.append(operation.as_strategy(path_parameters=KNOWN[operation.path]))
            yield operation.label, strategies.one_of(drawn)


def ask_everything(base_url: str, headers: dict[str, str], only: str = "") -> dict[int, int]:
    """Ask every operation; return how often each status came. Raises AssertionError, with all wrong ones."""
    seen: dict[int, int] = {}
    wrong: list[str] = []

    def asked(drawn: Any) -> Callable[[], None]:
        @CALM
        @hypothesis.given(case=drawn)
        def ask(case: Any) -> None:
            answer = case.call(base_url=base_url, headers=headers, timeout=30)
            seen[answer.status_code] = seen.get(answer.status_code, 0) + 1
            case.validate_response(answer, checks=CHECKS, headers=headers)

        return ask

    for label, drawn in [case for case in cases() if only in case[0]]:
        try:
            asked(drawn)()
        except FailureGroup as failure:
            wrong += [f"{label}: {one}" for one in failure.exceptions]
    assert not wrong, "\n\n".join(wrong)
    return seen


async def furnished(site: Site) -> None:
    """Write down the things that are KNOWN."""
    store = site.store
    await fill(store, 5)
    await site.house.agency_book.refresh(store)
    document = ivr.load(ivr.default_text(), name="the default").to_json()
    async with store.transaction() as connection:
        await operators.add(connection, "siti")
        await positions.add(connection, "pos-9")
        await ivr_publications.add(connection, document, ivr.default_text(), "")
        fire = Draft(id=INCIDENT, content=Content(category="kebakaran", priority=1))
        await incidents.open_(connection, fire, by="operator-1", day=date(2026, 11, 26))
        sent = {"incident_id": INCIDENT, "agency": "damkar", "status": "sent"}
        by = {"asked_by": "operator-1", "changed_by": "operator-1"}
        await connection.execute(insert(DISPATCHES).values({"id": DISPATCH, **sent, **by}))


@asynccontextmanager
async def served(site: Site) -> AsyncIterator[str]:
    """Serve the site as `ct112 web` does; give its address."""
    server = HttpServer(make_app(site.house, site.house.gate.access.authenticate), "127.0.0.1", 0)
    task = asyncio.create_task(server.run(), name="web")
    try:
        await server.listening.wait()
        yield "http://{}:{}".format(*server.address)
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def signed_in(store: Store, role: Role | None) -> dict[str, str]:
    """Return the headers of somebody with this role; None: of nobody."""
    if role is None:
        return {}
    await people.add(store, f"the-{role}", role)
    return await people.bearer(store, f"the-{role}")


@pytest.mark.timeout(600)
@pytest.mark.parametrize("role", [None, *Role], ids=lambda role: role or "nobody")
async def test_no_answer_is_outside_its_schema(site: Site, role: Role | None) -> None:
    await furnished(site)
    headers = await signed_in(site.store, role)
    async with served(site) as url:
        seen = await asyncio.to_thread(ask_everything, url, headers)
    assert not [status for status in seen if status >= 500], seen
    assert {401} & set(seen) if role is None else seen.get(200, 0) > 0 or role is Role.AGENCY, seen


async def test_a_handler_that_lies_is_seen(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    def lying(route: Route, answer: object) -> web.Response:
        made = response(route, answer)
        return web.json_response({"total": "many"}, status=made.status)

    await fill(site.store, 1)
    headers = await signed_in(site.store, Role.ADMIN)
    monkeypatch.setattr("ct112.web.serving.response", lying)
    async with served(site) as url:
        with pytest.raises(AssertionError, match="GET /api/v1/calls: Response violates schema"):
            await asyncio.to_thread(ask_everything, url, headers, "GET /api/v1/calls")
