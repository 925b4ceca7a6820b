"""Who gets the account of a position's page: the session of who sits there, and nobody else."""

from typing import Any

import pytest

from ct112.core.browser_phone import password
from ct112.store import operators, positions
from ct112.store.roles import Role
from ct112.web.access.access import SESSION_COOKIE
from tests.web import people
from tests.web.people import Browser
from tests.web.site import BEARER, Site
from tests.web.test_access_matrix import signed_in

PHONE = "/api/v1/positions/{}/browser-phone"


@pytest.fixture
async def centre(site: Site) -> Site:
    """operator-1 sits at pos-1; siti sits nowhere, the boss at no desk."""
    async with site.store.transaction() as connection:
        for name in ("operator-1", "siti"):
            await operators.add(connection, name)
        for name in ("pos-1", "pos-2"):
            await positions.add(connection, name, "password-of-the-desk")
    await people.add(site.store, "one", Role.OPERATOR, operator="operator-1")
    await people.add(site.store, "siti", Role.OPERATOR, operator="siti")
    await people.add(site.store, "boss", Role.ADMIN)
    await people.add(site.store, "damkar", Role.AGENCY)
    return site


async def asked(site: Site, account: str, position: str) -> tuple[int, Any]:
    browser = Browser(site)
    browser.cookies[SESSION_COOKIE] = await signed_in(site.store, account)
    status, body, _ = await browser.ask("GET", PHONE.format(position))
    return status, body


async def test_who_sits_there_gets_it(centre: Site) -> None:
    status, body = await asked(centre, "one", "pos-1")
    assert (status, body) == (
        200,
        {
            "user": "pos-1.web",
            "sip_password": password("pos-1", "password-of-the-desk"),
            "urls": ["wss://112.example.id:8089/ws"],
        },
    )
    assert "password-of-the-desk" not in str(body)


@pytest.mark.parametrize(
    ("account", "position", "status"),
    [
        ("one", "pos-2", 403),
        ("siti", "pos-1", 403),
        ("boss", "pos-1", 403),
        ("damkar", "pos-1", 403),
        ("one", "pos-9", 404),
        ("one", "pos-1.web", 404),
        ("one", "%00", 404),
    ],
)
async def test_nobody_else_does(centre: Site, account: str, position: str, status: int) -> None:
    found, body = await asked(centre, account, position)
    assert found == status
    assert "sip_password" not in body


async def test_a_token_sits_nowhere(centre: Site) -> None:
    for header in (BEARER, await people.bearer(centre.store, "one")):
        status, _, _ = await centre.get(PHONE.format("pos-1"), headers=header)
        assert status == 403


async def test_while_serve_is_away_nobody_is_known_to_sit_there(centre: Site) -> None:
    centre.serve.floor = None
    assert (await asked(centre, "one", "pos-1"))[0] == 503
