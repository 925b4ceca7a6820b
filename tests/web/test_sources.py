"""From where a request comes: guesses count by the network somebody has, however a proxy writes it."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from aiohttp.test_utils import make_mocked_request

from ct112.http.guesses import FREE
from ct112.store import Store
from ct112.store.roles import Role
from ct112.web.access.origin import source
from tests.web.people import add
from tests.web.site import TOKEN, Site

PROXY = "127.0.0.1"


@pytest.fixture
async def behind(store: Store, tmp_path: Path) -> AsyncIterator[Site]:
    """Give a site behind a proxy."""
    site = Site(store, tmp_path, TOKEN, web_proxies=[PROXY])
    async with site.client:
        yield site


@pytest.mark.parametrize(
    ("told", "address"),
    [
        ("203.0.113.9", "203.0.113.9"),
        ("203.0.113.9:41234", "203.0.113.9"),
        ("[2001:db8::7]:41234", "2001:db8::7"),
        ("2001:DB8::7", "2001:db8::7"),
        ("::ffff:203.0.113.9", "203.0.113.9"),
        ("198.51.100.1, 203.0.113.9", "203.0.113.9"),
        ("203.0.113.9, 127.0.0.1:80", "203.0.113.9"),
        ("unknown", "unknown"),
        ("", PROXY),
    ],
)
def test_an_address_is_the_same_however_a_proxy_writes_it(told: str, address: str) -> None:
    request = make_mocked_request("GET", "/", headers={"X-Forwarded-For": told})
    assert source(request.clone(remote=PROXY), {PROXY}) == address
    assert source(request.clone(remote=f"::ffff:{PROXY}"), {PROXY}) == address


async def test_an_ipv6_network_guesses_tokens_as_one(behind: Site) -> None:
    answers = [
        (await behind.get("/api/v1/calls", headers=_from(f"2001:db8::{number:x}", f"wrong {number}")))[0]
        for number in range(FREE * 3)
    ]
    assert answers[0] == 401
    assert 429 in answers
    assert (await behind.get("/api/v1/calls", headers=_from("2001:db8:0:1::1", "wrong")))[0] == 401


async def test_the_settings_token_is_guessed_no_faster_than_others(behind: Site) -> None:
    for number in range(FREE * 2):
        await behind.get("/api/v1/calls", headers=_from("203.0.113.9", f"wrong {number}"))
    assert (await behind.get("/api/v1/calls", headers=_from("203.0.113.9", TOKEN)))[0] == 429
    assert (await behind.get("/api/v1/calls", headers=_from("203.0.113.10", TOKEN)))[0] == 200


async def test_whoever_has_shown_the_settings_token_is_not_slowed_by_a_neighbour(behind: Site) -> None:
    assert (await behind.get("/api/v1/calls", headers=_from("203.0.113.9", TOKEN)))[0] == 200
    for number in range(FREE * 2):
        await behind.get("/api/v1/calls", headers=_from("203.0.113.9", f"wrong {number}"))
    assert (await behind.get("/api/v1/calls", headers=_from("203.0.113.9", TOKEN)))[0] == 200


async def test_an_ipv6_network_lies_about_its_browsers_as_one(behind: Site) -> None:
    await add(behind.store, "siti", Role.OPERATOR)
    for number in range(3):
        headers = {"X-Forwarded-For": f"2001:db8::{number:x}", "Cookie": f"__Host-ct112-device=lie-{number}"}
        body = {"username": "siti", "password": "not the right one"}
        async with behind.client.post("/api/v1/session", json=body, headers=headers):
            pass
    assert list(behind.house.gate.signing_in._liars._free_at) == ["2001:0db8:0000:0000"]


def _from(address: str, token: str) -> dict[str, str]:
    return {"X-Forwarded-For": address, "Authorization": f"Bearer {token}"}
