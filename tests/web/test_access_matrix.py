"""Each role at each route over HTTP: what the table says, and nothing else."""

import re
from collections.abc import Iterator
from typing import Any, get_args

import pytest
from pydantic import BaseModel

from ct112.store import Store, accounts, audit, sessions
from ct112.store.roles import Role
from ct112.web.access.access import SESSION_COOKIE
from ct112.web.routes import Public, Route
from ct112.web.table import TABLE
from tests.web.access_page import PAGE, page
from tests.web.people import PASSWORD, Browser, add, bearer
from tests.web.site import Site

HOLES = {"id": "00000000-0000-7000-8000-00000000beef", "name": "nobody-of-this-name"}
SERIALS = ("/callbacks/", "/roster", "/versions/")
GUARDED = [route for route in TABLE if not isinstance(route.roles, Public)]
PERSONAL = frozenset(
    {
        *("ani", "ani_e164", "location", "sip_call_id", "dialled", "recording", "ivr_path"),
        *("full_name", "sip_password", "source", "personal", "last_login_at", "oidc_subject"),
    }
)
"""Fields that tell something of a person: whoever reads them is in the audit."""
NOT_NOTED = {
    "check_routing": "judges what was sent, and keeps nothing",
    "check_ivr": "judges what was sent, and keeps nothing",
    "try_ivr": "plays what was sent, and keeps nothing",
    "preview_speech": "speaks what was sent, and keeps nothing",
    "take_aml": "nobody is signed in: the row says of itself when it came, and as what",
    "take_offer": "nobody is signed in: the row says of itself when it came, and of which neighbour",
    "share_location": "nobody is signed in: the row says of itself when it came; making the link is noted",
    "show_own_account": "tells nobody but the one who asks of themselves",
    "begin_session": "notes session.begin and session.refuse itself: nobody is signed in yet",
}
"""Routes that change something or tell of people, and why the table does not note them."""
THEMSELVES = "an operator asks for themselves alone: ask a supervisor"
"""Said to a role that may, of somebody else than who asks."""


def named(route: Route) -> str:
    """Return a route's name in a test."""
    return f"{route.method} {route.path}"


def filled(route: Route) -> str:
    """Return the route's path with something in its holes that is not there."""
    serial = any(part in route.path for part in SERIALS)
    return re.sub(r"{(\w+)}", lambda hole: "1" if serial else HOLES.get(hole[1], "1"), route.path)


@pytest.fixture
async def people(site: Site) -> dict[Role, Browser]:
    """Give a browser for each role, signed in."""
    found = {}
    for role in Role:
        await add(site.store, f"a-{role}", role)
        found[role] = Browser(site)
        found[role].cookies[SESSION_COOKIE] = await signed_in(site.store, f"a-{role}")
    return found


async def signed_in(store: Store, name: str) -> str:
    """Return the secret of a session."""
    async with store.transaction() as connection:
        _, secret = await sessions.begin(
            connection, name, via="password", source="", idle_seconds=600, total_seconds=600
        )
    return secret


def test_the_page_is_the_tables() -> None:
    assert PAGE.read_text() == page(), "python -m tests.web.access_page"


async def test_each_role_at_each_route(people: dict[Role, Browser], site: Site) -> None:
    wrong = []
    for route in GUARDED:
        for role, browser in people.items():
            browser.cookies[SESSION_COOKIE] = await signed_in(site.store, f"a-{role}")
            status, body, _ = await browser.ask(route.method, filled(route), _body(route))
            refused = status in (401, 403) and body["detail"] != THEMSELVES
            if refused != (role not in route.roles):  # type: ignore[operator]
                wrong.append((role, named(route), status))
            if refused and not str(body["detail"]).startswith(f"your role is {role}; this is for: "):
                wrong.append((role, named(route), body["detail"]))
    assert wrong == []


async def test_whoever_is_not_signed_in_learns_nothing(site: Site, people: dict[Role, Browser]) -> None:
    stranger = Browser(site)
    for route in GUARDED:
        status, body, answer = await stranger.ask(route.method, filled(route), _body(route))
        assert (status, body["type"]) == (401, "urn:ct112:problem:sign-in"), named(route)
        assert answer.headers["WWW-Authenticate"] == "Bearer"


async def test_who_may_not_cannot_tell_what_is_there_from_what_is_not(
    site: Site, people: dict[Role, Browser]
) -> None:
    for name in ("a-admin", "nobody-of-this-name", "no name at all", "%00"):
        answers = [
            await people[role].ask("GET", f"/api/v1/accounts/{name}") for role in (Role.AGENCY, Role.OPERATOR)
        ]
        assert {status for status, _, _ in answers} == {403}
        assert (await Browser(site).ask("GET", f"/api/v1/accounts/{name}"))[0] == 401


@pytest.mark.parametrize("route", GUARDED, ids=named)
def test_a_role_rule_is_nobody_by_accident(route: Route) -> None:
    assert isinstance(route.roles, frozenset)
    assert Role.ADMIN in route.roles, "an admin may all: or say here why not"


async def test_a_token_may_what_its_scopes_say(site: Site) -> None:
    await add(site.store, "boss", Role.ADMIN)
    reader = await bearer(site.store, "boss", "calls:read")
    writer = await bearer(site.store, "boss", "accounts:write")
    all_reader = await bearer(site.store, "boss", "*:read")
    both = await bearer(site.store, "boss", "tokens")
    cases: list[tuple[dict[str, str], str, str, bool]] = [
        (reader, "GET", "/api/v1/calls", True),
        (reader, "GET", "/api/v1/accounts", False),
        (reader, "GET", "/api/v1/session", False),
        (writer, "GET", "/api/v1/accounts", False),
        (writer, "POST", "/api/v1/accounts", True),
        (all_reader, "GET", "/api/v1/accounts", True),
        (all_reader, "POST", "/api/v1/accounts", False),
        (both, "GET", "/api/v1/tokens", True),
        (both, "POST", "/api/v1/tokens", True),
        (both, "GET", "/api/v1/calls", False),
    ]
    for headers, method, path, may in cases:
        async with site.client.request(
            method, path, headers=headers, json={} if method == "POST" else None
        ) as answer:
            assert (answer.status != 403) == may, (headers, method, path, answer.status)


async def test_a_token_makes_none_that_may_more(site: Site) -> None:
    await add(site.store, "boss", Role.ADMIN)
    narrow = await bearer(site.store, "boss", "tokens", "calls:read")
    for scopes, status in (
        [["*"], 403],
        [["tokens:write", "calls"], 403],
        [["calls:read"], 201],
        [["tokens"], 201],
    ):
        body = {"account": "boss", "label": "x", "scopes": scopes}
        async with site.client.post("/api/v1/tokens", headers=narrow, json=body) as answer:
            assert answer.status == status, scopes


async def test_a_token_is_made_used_and_revoked_over_http(site: Site) -> None:
    await add(site.store, "boss", Role.ADMIN)
    await add(site.store, "gauge", Role.INTEGRATION)
    browser = Browser(site)
    browser.cookies[SESSION_COOKIE] = await signed_in(site.store, "boss")
    body = {"account": "gauge", "label": "rob gauge", "scopes": ["session:read"], "days": 1}
    status, made, _ = await browser.ask("POST", "/api/v1/tokens", body)
    assert status == 201
    headers = {"Authorization": f"Bearer {made['secret']}"}
    assert (await site.get("/api/v1/session", headers=headers))[1]["scopes"] == ["session:read"]
    status, listed, _ = await browser.ask("GET", "/api/v1/tokens?account=gauge")
    assert (listed["total"], "secret" in listed["tokens"][0]) == (1, False)
    assert (await browser.ask("DELETE", f"/api/v1/tokens/{made['id']}"))[0] == 200
    assert (await site.get("/api/v1/session", headers=headers))[0] == 401
    async with site.store.transaction() as connection:
        rows = (await audit.page(connection)).items
    noted = [(row.action, row.object_id) for row in reversed(rows)]
    assert noted == [("token.add", made["id"]), ("token.list", None), ("token.revoke", made["id"])]
    assert made["secret"] not in str(rows)


async def test_an_account_lives_its_life_over_http(site: Site) -> None:
    await add(site.store, "boss", Role.ADMIN)
    boss, siti = Browser(site), Browser(site)
    boss.cookies[SESSION_COOKIE] = await signed_in(site.store, "boss")
    path = "/api/v1/accounts/siti"
    new = {"name": "siti", "role": "operator", "operator": "siti", "password": PASSWORD}
    assert (await boss.ask("POST", "/api/v1/accounts", new | {"password": "aaaaaaaaaaaaaaaa"}))[0] == 422
    status, made, _ = await boss.ask("POST", "/api/v1/accounts", new)
    assert (status, made["has_password"], PASSWORD in str(made)) == (201, True, False)
    assert (await boss.ask("POST", "/api/v1/accounts", new))[0] == 422
    assert (await siti.sign_in("siti"))[0] == 200
    status, found, _ = await boss.ask("GET", f"{path}/sessions")
    assert (found["total"], siti.session in str(found)) == (1, False)
    assert (await boss.ask("PATCH", path, {"role": "admin"}))[0] == 428
    assert (await boss.ask("PATCH", path, {"role": "admin"}, If_Match='"7"'))[0] == 412
    assert (await boss.ask("PATCH", path, {"role": None}, If_Match='"1"'))[0] == 422
    assert (await boss.ask("PATCH", path, {"role": "agency"}, If_Match='"1"'))[0] == 422
    status, changed, answer = await boss.ask("PATCH", path, {"role": "supervisor"}, If_Match='"1"')
    assert (status, changed["role"], answer.headers["ETag"]) == (200, "supervisor", '"2"')
    assert (await boss.ask("DELETE", f"{path}/sessions"))[0] == 204
    assert (await siti.ask("GET", "/api/v1/session"))[0] == 401
    assert (await boss.ask("PUT", f"{path}/password", {"password": "another horse battery"}))[0] == 204
    assert (await siti.sign_in("siti"))[0] == 401
    assert (await siti.sign_in("siti", "another horse battery"))[0] == 200
    assert (await boss.ask("DELETE", f"{path}/codes"))[0] == 204
    assert (await boss.ask("PATCH", path, {"active": False}, If_Match='"3"'))[0] == 200
    assert (await siti.sign_in("siti", "another horse battery"))[0] == 401
    assert (await boss.ask("GET", "/api/v1/accounts/nobody"))[0] == 404
    async with site.store.transaction() as connection:
        rows = (await audit.page(connection, limit=100)).items
    assert "horse" not in str(rows)
    assert [row.detail.get("fields") for row in rows if row.action == "account.change"] == [
        ["active"],
        ["role"],
    ]


async def test_the_last_admin_stays(site: Site) -> None:
    await add(site.store, "boss", Role.ADMIN)
    browser = Browser(site)
    browser.cookies[SESSION_COOKIE] = await signed_in(site.store, "boss")
    _, _, answer = await browser.ask("GET", "/api/v1/accounts/boss")
    for change in ({"active": False}, {"role": "operator"}):
        status, body, _ = await browser.ask(
            "PATCH", "/api/v1/accounts/boss", change, If_Match=answer.headers["ETag"]
        )
        assert (status, body["type"]) == (409, "urn:ct112:problem:conflict")
    async with site.store.transaction() as connection:
        assert (await accounts.get(connection, "boss")).role is Role.ADMIN


@pytest.mark.parametrize("route", TABLE, ids=named)
def test_what_changes_or_tells_of_people_is_in_the_audit(route: Route) -> None:
    if route.operation in NOT_NOTED:
        return
    told = set().union(*(set(fields_of(model)) for model in route.answers.values() if model is not None))
    if route.method != "GET" or told & PERSONAL:
        assert route.audit is not None, f"give it audit=…: it tells {sorted(told & PERSONAL)}"


def fields_of(model: type[BaseModel], seen: frozenset[type] = frozenset()) -> Iterator[str]:
    """Give the names of all fields of a model and of what is in it."""
    for name, info in model.model_fields.items():
        yield name
        for inner in _models(info.annotation):
            if inner not in seen:
                yield from fields_of(inner, seen | {model})


def _models(annotation: Any) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for part in get_args(annotation):
        yield from _models(part)


def _body(route: Route) -> Any:
    return {} if "body" in route.given else None


async def test_what_is_to_be_noted_is_noted_once(site: Site, people: dict[Role, Browser]) -> None:
    """Every list that is audited, and every refusal that is not."""
    listed = [route for route in GUARDED if route.method == "GET" and route.audit and "{" not in route.path]
    assert len(listed) >= 5
    for route in listed:
        if route.socket:
            continue
        before = await _rows(site.store)
        status, _, _ = await people[Role.ADMIN].ask("GET", route.path)
        after = await _rows(site.store)
        if status == 200:
            assert after[: len(after) - len(before)] == [(route.audit, "a-admin")], named(route)
        before = await _rows(site.store)
        for role in frozenset(Role) - route.roles:  # type: ignore[operator]
            await people[role].ask("GET", route.path)
        assert await _rows(site.store) == before, named(route)


async def _rows(store: Store) -> list[tuple[str, str]]:
    async with store.transaction() as connection:
        rows = (await audit.page(connection, limit=100)).items
    return [(row.action, row.actor) for row in rows]
