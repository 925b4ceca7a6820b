"""A draft of the menu is sent to serve, to be played to a phone: one that can run, by whom it may be."""

import json
from typing import Any

import pytest

from ct112 import ivr
from ct112.store import Store, audit
from ct112.store.roles import Role
from tests.web.people import Browser, add
from tests.web.site import BEARER, Site

URL = "/api/v1/ivr/call"
GOOD = ivr.default_text()
BODY = {"source_yaml": GOOD, "position": "pos-1"}


async def call(site: Site, body: Any) -> tuple[int, Any]:
    async with site.client.post(URL, json=body, headers=BEARER) as answer:
        return answer.status, await answer.json(content_type=None)


async def test_serve_is_asked_with_the_draft_and_the_audit_says_who(site: Site, store: Store) -> None:
    assert (await call(site, BODY))[0] == 202
    (asked,) = site.serve.asked
    assert (asked["kind"], asked["position"], asked["source_yaml"]) == ("call_menu", "pos-1", GOOD)
    async with store.transaction() as connection:
        rows = [row for row in (await audit.page(connection, limit=50)).items if row.action == "ivr.call"]
    assert len(rows) == 1


async def test_what_cannot_run_rings_no_phone(site: Site) -> None:
    status, body = await call(site, BODY | {"source_yaml": "start: x\n"})
    assert (status, body["type"]) == (422, "urn:ct112:problem:refused")
    assert not site.serve.asked


@pytest.mark.parametrize(
    "bad",
    [
        {"position": ""},
        {"position": "x" * 65},
        {"position": 7},
        {"position": None},
        {"source_yaml": "x" * 64_001},
        {"source_yaml": None},
        {"number": "0285421000"},
    ],
)
async def test_a_bad_body_is_named(site: Site, bad: dict[str, Any]) -> None:
    assert (await call(site, BODY | bad))[0] == 400
    assert not site.serve.asked


async def test_the_largest_draft_gets_through(site: Site) -> None:
    letters = 64_000 - len(GOOD) - 2
    body = BODY | {"source_yaml": f"{GOOD}\n#{'é' * letters}"}
    sent = json.dumps(body, ensure_ascii=False).encode()  # as a browser does
    headers = BEARER | {"Content-Type": "application/json"}
    async with site.client.post(URL, data=sent, headers=headers) as answer:
        assert answer.status == 202, await answer.text()


async def test_an_operator_rings_no_phone_by_it(site: Site) -> None:
    await add(site.store, "siti", Role.OPERATOR, operator="operator-1")
    await add(site.store, "budi", Role.SUPERVISOR)
    siti, budi = Browser(site), Browser(site)
    await siti.sign_in("siti")
    await budi.sign_in("budi")
    assert (await siti.ask("POST", URL, BODY))[0] == 403
    assert (await budi.ask("POST", URL, BODY))[0] == 202
    assert len(site.serve.asked) == 1
