"""Calling out to the agency book over HTTP: the book says the number, and nobody else."""

import asyncio
import uuid
from typing import Any

import pytest

from ct112.incidents.agencies import Way, WayKind
from ct112.store import Store, agencies, audit
from ct112.store.roles import Role
from lab.throwaway import Server
from tests.store.test_agencies import contact
from tests.web.people import Browser, add
from tests.web.site import BEARER, Site

NUMBER, DESK = "0285421000", "0285421111"


async def fill(site: Site, *, active: bool = True) -> str:
    """Give an agency a contact and a desk, and have them in the book; return the contact's id."""
    phone = Way(kind=WayKind.PHONE, number=DESK)
    async with site.store.transaction() as connection:
        agency = await agencies.change(
            connection,
            "damkar",
            None,
            ways=[phone],
            contacts=[contact(name="Piket", number=NUMBER), contact(name="Surat", number=None)],
            active=active,
        )
    await site.house.agency_book.refresh(site.store)
    return str(agency.contacts[0].id)


def url(contact: str, agency: str = "damkar") -> str:
    return f"/api/v1/agencies/{agency}/contacts/{contact}/call"


async def call(site: Site, contact: str, body: Any = None, agency: str = "damkar") -> tuple[int, str]:
    """Return status and what is said about it."""
    given = {"operator": "operator-1"} if body is None else body
    async with site.client.post(url(contact, agency), json=given, headers=BEARER) as answer:
        return answer.status, (await answer.json(content_type=None)).get("detail", "")


async def test_serve_is_asked_with_what_the_book_has(site: Site) -> None:
    known = await fill(site)
    assert (await call(site, known))[0] == 202
    assert (await call(site, "desk"))[0] == 202
    asked = [(ask["kind"], ask["operator"], ask["contact"], ask["number"]) for ask in site.serve.asked]
    assert asked == [
        ("call_contact", "operator-1", known, NUMBER),
        ("call_contact", "operator-1", "desk", DESK),
    ]


@pytest.mark.parametrize(
    "body",
    [
        {"operator": "operator-1", "number": "0809123456"},
        {"operator": "operator-1", "contact": "desk"},
        {"operator": ""},
        {"operator": "x" * 65},
        {"operator": 7},
        {},
        [],
    ],
)
async def test_no_client_sends_a_number(site: Site, body: Any) -> None:
    known = await fill(site)
    assert (await call(site, known, body))[0] == 400
    assert not site.serve.asked


async def test_only_what_stands_in_the_book_is_called(site: Site) -> None:
    await fill(site)
    assert (await call(site, str(uuid.uuid4())))[0] == 404
    assert (await call(site, "desk", agency="pmi"))[0] == 404  # it has its page alone
    assert (await call(site, "desk", agency="nobody"))[0] == 404
    for strange in ("0809123456", "desk%2F..", "DESK", "%00"):
        assert (await call(site, strange))[0] in {400, 404}
    assert not site.serve.asked


async def test_a_contact_without_a_number_and_an_agency_that_does_not_act_are_not_called(site: Site) -> None:
    await fill(site, active=False)
    status, why = await call(site, "desk")
    assert (status, "not active" in why) == (409, True)
    await fill(site)
    copy = site.house.agency_book.copy
    assert copy is not None
    (damkar,) = [agency for agency in copy.agencies if agency.code == "damkar"]
    silent = next(one for one in damkar.contacts if one.number is None)
    assert (await call(site, str(silent.id)))[0] == 404
    assert not site.serve.asked


async def test_an_operator_calls_from_their_own_desk_alone_and_an_agency_from_none(site: Site) -> None:
    known = await fill(site)
    await add(site.store, "siti", Role.OPERATOR, operator="operator-1")
    await add(site.store, "budi", Role.OPERATOR, operator="operator-2")
    await add(site.store, "damkar-1", Role.AGENCY)
    siti, budi, damkar = Browser(site), Browser(site), Browser(site)
    for browser, name in ((siti, "siti"), (budi, "budi"), (damkar, "damkar-1")):
        await browser.sign_in(name)
    body = {"operator": "operator-1"}
    assert (await siti.ask("POST", url(known), body))[0] == 202
    assert (await budi.ask("POST", url(known), body))[0] == 403
    assert (await damkar.ask("POST", url(known), body))[0] == 403
    assert len(site.serve.asked) == 1


async def test_the_audit_names_who_called_which_contact_and_no_number(site: Site, store: Store) -> None:
    known = await fill(site)
    await call(site, known)
    async with store.transaction() as connection:
        rows = [row for row in (await audit.page(connection, limit=50)).items if row.action == "agency.call"]
    (row,) = rows
    assert (row.object_kind, row.object_id) == ("agency", f"damkar/{known}")
    assert NUMBER not in repr(row)


async def test_with_postgresql_away_the_last_good_copy_says_the_number(site: Site, server: Server) -> None:
    known = await fill(site)
    assert (await call(site, known))[0] == 202  # who asks was let in before
    await asyncio.to_thread(server.stop)
    try:
        async with asyncio.timeout(20):
            assert (await call(site, known))[0] == 202
    finally:
        await asyncio.to_thread(server.start)
    assert [ask["number"] for ask in site.serve.asked] == [NUMBER, NUMBER]


async def test_without_any_copy_nobody_is_called_and_it_says_why(site: Site) -> None:
    site.house.agency_book.copy = None
    status, why = await call(site, "desk")
    assert (status, "database" in why) == (503, True)
