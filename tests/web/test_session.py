"""Signing in and out, and what strangers try."""

import asyncio
import time
from typing import Any

import pyotp
import pytest
from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher
from sqlalchemy import text

from ct112 import metrics
from ct112.store import Store, accounts, audit, sessions, throttle
from ct112.store.handed_out import digest
from ct112.store.roles import Role
from ct112.store.throttle import PACES, Pace
from ct112.web.access.access import DEVICE_COOKIE, SESSION_COOKIE
from ct112.web.access.passwords import hashed
from ct112.web.access.signing_in import WRONG
from tests.web.people import PASSWORD, Browser, add, bearer
from tests.web.site import BEARER, Site


@pytest.fixture
async def browser(site: Site) -> Browser:
    """Give a browser, and an operator who may sign in."""
    await add(site.store, "siti", Role.OPERATOR, operator="siti")
    return Browser(site)


async def run(store: Store, statement: str) -> None:
    """Run a statement, as time or an administrator would."""
    async with store.transaction() as connection:
        await connection.execute(text(statement))


async def test_who_signs_in_is_known_until_they_sign_out(browser: Browser) -> None:
    status, body, _ = await browser.sign_in("siti")
    assert status == 200
    assert (body["name"], body["role"], body["operator"]) == ("siti", "operator", "siti")
    status, body, _ = await browser.ask("GET", "/api/v1/session")
    assert (status, body["via"]) == (200, "session")
    kept = browser.session
    assert (await browser.ask("DELETE", "/api/v1/session"))[0] == 204
    assert browser.session == ""
    browser.cookies[SESSION_COOKIE] = kept
    assert (await browser.ask("GET", "/api/v1/session"))[0] == 401


async def test_the_cookie_is_for_this_site_alone_and_for_no_script(browser: Browser) -> None:
    await browser.sign_in("siti")
    assert len(browser.lines) == 2
    for line in browser.lines:
        name, _, rest = line.partition("=")
        assert name.startswith("__Host-")
        flags = {part.strip().lower() for part in rest.split(";")[1:]}
        assert {"secure", "httponly", "samesite=lax", "path=/"} <= flags
        assert not any(flag.startswith("domain") for flag in flags)


async def test_a_session_is_never_one_that_was_there_before(browser: Browser) -> None:
    browser.cookies[SESSION_COOKIE] = "a-session-somebody-else-chose"
    await browser.sign_in("siti")
    first = browser.session
    assert first != "a-session-somebody-else-chose"
    await browser.sign_in("siti")
    assert browser.session != first
    browser.cookies[SESSION_COOKIE] = first
    assert (await browser.ask("GET", "/api/v1/session"))[0] == 401


@pytest.mark.parametrize(
    ("name", "password"),
    [
        ("siti", "wrong horse battery"),
        ("nobody", PASSWORD),
        ("off", PASSWORD),
        ("glass", PASSWORD),
        ("machine", PASSWORD),
        ("SITI", PASSWORD),
        ("siti", "x" * 1000),
        ("\x00\x7f'--", PASSWORD),
    ],
)
async def test_all_that_is_wrong_gets_one_answer(
    browser: Browser, site: Site, name: str, password: str
) -> None:
    await add(site.store, "off", Role.OPERATOR)
    await add(site.store, "glass", Role.ADMIN)
    await add(site.store, "machine", Role.INTEGRATION)
    await run(site.store, "UPDATE account SET active = false WHERE name = 'off'")
    await run(site.store, "UPDATE account SET expires_at = now() - interval '1 s' WHERE name = 'glass'")
    await run(site.store, "UPDATE account SET password_hash = NULL WHERE name = 'machine'")
    status, body, _ = await browser.sign_in(name, password)
    assert (status, body["detail"]) == (
        401,
        WRONG,
    )
    assert browser.lines == []


async def test_unknown_takes_as_long_as_wrong(browser: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(PACES, "account", Pace(10_000, 1))
    monkeypatch.setitem(PACES, "source", Pace(10_000, 1))
    times: dict[str, list[float]] = {"siti": [], "nobody": []}
    for _ in range(12):
        for name, taken in times.items():
            began = time.perf_counter()
            await browser.sign_in(name, "wrong horse battery")
            taken.append(time.perf_counter() - began)
    known, unknown = (sorted(taken)[len(taken) // 2] for taken in times.values())
    assert 0.6 < known / unknown < 1.67, times


async def test_guessing_is_slowed_and_does_not_lock_anybody_out(
    browser: Browser, site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(PACES, "account", Pace(10, 3600, first=600))
    await browser.sign_in("siti")
    stranger = Browser(site)
    answers = [await stranger.sign_in("siti", f"wrong horse {number}") for number in range(14)]
    assert [status for status, _, _ in answers] == [401] * 10 + [429] * 4
    assert 500 < int(answers[-1][2].headers["Retry-After"]) <= 600
    assert (await stranger.sign_in("siti"))[0] == 429  # even the right one: it may be the next guess
    browser.cookies.pop(SESSION_COOKIE)
    assert (await browser.sign_in("siti"))[0] == 200  # a browser that has signed in before is not slowed
    assert (await browser.sign_in("siti"))[0] == 200


async def test_a_browser_somebody_stole_is_slowed_by_itself(
    browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(PACES, "device", Pace(3, 3600, first=600))
    await browser.sign_in("siti")
    found = [(await browser.sign_in("siti", f"wrong horse {number}"))[0] for number in range(5)]
    assert found == [401, 401, 401, 429, 429]


async def test_a_flood_is_answered_from_memory(
    browser: Browser, site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(PACES, "account", Pace(3, 3600, first=600))
    stranger = Browser(site)
    for number in range(4):
        await stranger.sign_in("siti", f"wrong horse {number}")
    asked = 0

    async def count(*_: object) -> dict[object, float]:
        nonlocal asked
        asked += 1
        return {}

    monkeypatch.setattr(throttle, "attempt", count)
    found = await asyncio.gather(*(stranger.sign_in("siti", f"guess {number}") for number in range(200)))
    assert {status for status, _, _ in found} == {429}
    assert asked == 0


async def test_what_becomes_of_attempts_is_counted(browser: Browser) -> None:
    def counted(outcome: str) -> float:
        return float(metrics.sign_ins.labels(outcome=outcome)._value.get())

    before = {outcome: counted(outcome) for outcome in ("begun", "wrong", "slowed")}
    await browser.sign_in("siti")
    await browser.sign_in("siti", "wrong horse battery")
    assert {outcome: counted(outcome) - count for outcome, count in before.items()} == {
        "begun": 1,
        "wrong": 1,
        "slowed": 0,
    }


async def test_who_comes_when_many_wait_comes_again(
    browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ct112.web.access.lane.MOST_QUEUED", 0)
    status, _, answer = await browser.sign_in("siti")
    assert (status, answer.headers["Retry-After"]) == (429, "1")


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example", "Sec_Fetch_Site": "cross-site"},
        {"Origin": "https://evil.example", "Sec_Fetch_Site": ""},
        {"Origin": "null", "Sec_Fetch_Site": ""},
        {"Origin": "", "Sec_Fetch_Site": "cross-site"},
        {"Origin": "", "Sec_Fetch_Site": "same-site"},
        {"Origin": "", "Sec_Fetch_Site": ""},
        {"Origin": "http://127.0.0.1:1", "Sec_Fetch_Site": ""},
    ],
)
async def test_another_sites_page_changes_nothing(browser: Browser, headers: dict[str, str]) -> None:
    await browser.sign_in("siti")
    status, body, _ = await browser.ask("DELETE", "/api/v1/session", **headers)
    assert (status, body["type"]) == (403, "urn:ct112:problem:not-allowed")
    assert (await browser.ask("GET", "/api/v1/session"))[0] == 200


@pytest.mark.parametrize(
    "headers", [{"Origin": "https://evil.example"}, {"Origin": "", "Sec_Fetch_Site": "cross-site"}]
)
async def test_another_sites_page_reads_nothing_and_signs_nobody_in(
    browser: Browser, headers: dict[str, str]
) -> None:
    body = {"username": "siti", "password": PASSWORD}
    assert (await browser.ask("POST", "/api/v1/session", body, **headers))[0] == 403
    await browser.sign_in("siti")
    assert (await browser.ask("GET", "/api/v1/session", **headers))[0] == 403


async def test_a_page_that_is_opened_by_hand_may_read(browser: Browser) -> None:
    await browser.sign_in("siti")
    assert (await browser.ask("GET", "/api/v1/session", Origin="", Sec_Fetch_Site="none"))[0] == 200
    assert (await browser.ask("GET", "/api/v1/session", Origin="", Sec_Fetch_Site=""))[0] == 200


@pytest.mark.parametrize("name", ["token", "access_token", "Password", "api_key"])
async def test_a_secret_in_the_address_is_refused_even_a_right_one(site: Site, name: str) -> None:
    secret = BEARER["Authorization"].partition(" ")[2]
    status, body, _ = await site.get("/api/v1/session", params={name: secret})
    assert status == 400
    assert "secret" in body["detail"]
    assert (await site.get("/api/v1/session", params={name: secret}, headers=BEARER))[0] == 400


@pytest.mark.parametrize(
    "end",
    [
        "UPDATE session SET expires_at = now() - interval '1 s'",
        "UPDATE session SET last_seen_at = now() - interval '31 minutes'",
        "DELETE FROM session",
        "UPDATE account SET active = false",
    ],
)
async def test_what_is_over_is_over_at_once(browser: Browser, site: Site, end: str) -> None:
    await browser.sign_in("siti")
    assert (await browser.ask("GET", "/api/v1/session"))[0] == 200
    await run(site.store, end)
    assert (await browser.ask("GET", "/api/v1/session"))[0] == 401


@pytest.mark.parametrize(
    "end",
    [
        "UPDATE api_token SET expires_at = now() - interval '1 s'",
        "UPDATE api_token SET revoked_at = now()",
        "UPDATE account SET active = false",
    ],
)
async def test_a_token_that_is_over_is_over_at_once(browser: Browser, site: Site, end: str) -> None:
    token = await bearer(site.store, "siti")
    assert (await site.get("/api/v1/session", headers=token))[0] == 200
    await run(site.store, end)
    assert (await site.get("/api/v1/session", headers=token))[0] == 401


async def test_another_role_counts_at_once(browser: Browser, site: Site) -> None:
    await browser.sign_in("siti")
    assert (await browser.ask("GET", "/api/v1/accounts"))[0] == 403
    async with site.store.transaction() as connection:
        await accounts.change(connection, "siti", None, {"role": Role.ADMIN})
    assert (await browser.ask("GET", "/api/v1/accounts"))[0] == 200
    async with site.store.transaction() as connection:
        await accounts.change(connection, "siti", None, {"role": Role.OPERATOR})
    assert (await browser.ask("GET", "/api/v1/accounts"))[0] == 403


async def test_codes_are_asked_for_once_they_are_confirmed(browser: Browser, site: Site) -> None:
    await browser.sign_in("siti")
    status, body, _ = await browser.ask("POST", "/api/v1/session/codes", {"password": PASSWORD})
    assert status == 201
    assert body["address"].startswith("otpauth://totp/ct112:siti")
    app = pyotp.TOTP(body["secret"])
    now = int(time.time())
    assert (await Browser(site).sign_in("siti"))[0] == 200  # not confirmed yet
    assert (await browser.ask("PUT", "/api/v1/session/codes", {"code": "000000"}))[0] == 422
    assert (await browser.ask("PUT", "/api/v1/session/codes", {"code": app.at(now - 30)}))[0] == 204
    status, body, _ = await Browser(site).sign_in("siti")
    assert (status, body["type"]) == (401, "urn:ct112:problem:code-needed")
    assert (await Browser(site).sign_in("siti", code=app.at(now - 30)))[0] == 401  # used to confirm
    assert (await Browser(site).sign_in("siti", code=app.at(now)))[0] == 200
    assert (await Browser(site).sign_in("siti", code=app.at(now)))[0] == 401  # each counts once
    assert (await Browser(site).sign_in("siti", "wrong horse battery", app.at(now + 30)))[0] == 401
    assert (await Browser(site).sign_in("siti", code=app.at(now + 30)))[0] == 200
    assert (await browser.ask("POST", "/api/v1/session/codes", {"password": PASSWORD}))[0] == 409
    assert (await browser.ask("POST", "/api/v1/session/codes/remove", {"password": PASSWORD}))[0] == 204
    assert (await Browser(site).sign_in("siti"))[0] == 200


async def test_codes_are_guessed_slowly_and_the_owners_browser_is_counted_alone(
    browser: Browser, site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Somebody has the password; the account's own pace alone would let them try 2,900 codes a day."""
    monkeypatch.setitem(PACES, "code", Pace(3, 3600, first=600, forget=PACES["code"].forget))
    await browser.sign_in("siti")
    secret = pyotp.random_base32()
    async with site.store.transaction() as connection:
        await accounts.set_totp(connection, "siti", secret, confirmed=True)
    thief, code = Browser(site), pyotp.TOTP(secret)
    found = [(await thief.sign_in("siti", code="000000"))[0] for _ in range(5)]
    assert found == [401, 401, 401, 429, 429]
    await run(site.store, "UPDATE login_throttle SET last_at = last_at - interval '1 hour'")
    assert (await thief.sign_in("siti", code=code.now()))[0] == 429
    assert (await browser.sign_in("siti", code=code.now()))[0] == 200


async def test_a_code_used_by_two_at_once_lets_one_in(browser: Browser, site: Site) -> None:
    secret = pyotp.random_base32()
    async with site.store.transaction() as connection:
        await accounts.set_totp(connection, "siti", secret, confirmed=True)
    code = pyotp.TOTP(secret).now()
    found = await asyncio.gather(*(Browser(site).sign_in("siti", code=code) for _ in range(5)))
    assert sorted(status for status, _, _ in found) == [200, 401, 401, 401, 401]


async def test_another_password_ends_ones_other_sessions(browser: Browser, site: Site) -> None:
    other = Browser(site)
    await browser.sign_in("siti")
    await other.sign_in("siti")
    new = {"current": PASSWORD, "password": "another horse battery"}
    assert (await browser.ask("PUT", "/api/v1/session/password", {**new, "current": "wrong"}))[0] == 422
    assert (await browser.ask("PUT", "/api/v1/session/password", {**new, "password": "siti-siti-siti"}))[
        0
    ] == 422
    assert (await browser.ask("PUT", "/api/v1/session/password", new))[0] == 204
    assert (await browser.ask("GET", "/api/v1/session"))[0] == 200
    assert (await other.ask("GET", "/api/v1/session"))[0] == 401
    assert (await Browser(site).sign_in("siti"))[0] == 401
    assert (await Browser(site).sign_in("siti", "another horse battery"))[0] == 200


async def test_an_old_password_signs_nobody_in_that_was_changed_meanwhile(
    browser: Browser, site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Somebody signs in with the stolen password, and while it is looked at the owner changes it."""
    fits, new = site.house.gate.passwords.fits, hashed("another horse battery")

    async def slowly(*given: Any, **more: Any) -> Any:
        found = await fits(*given, **more)
        async with site.store.transaction() as connection:
            await accounts.set_password(connection, "siti", new)
            await sessions.end_all(connection, "siti")
        return found

    old = PasswordHash((Argon2Hasher(time_cost=1, memory_cost=8 * 1024, parallelism=1),)).hash(PASSWORD)
    async with site.store.transaction() as connection:
        await accounts.set_password(connection, "siti", old)
    monkeypatch.setattr(site.house.gate.passwords, "fits", slowly)
    assert (await browser.sign_in("siti"))[0] == 401
    async with site.store.transaction() as connection:
        assert (await accounts.get(connection, "siti")).password_hash == new
        assert await sessions.living(connection, "siti") == []


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("PUT", "/api/v1/session/password", {"current": PASSWORD, "password": "a third horse battery"}),
        ("POST", "/api/v1/session/codes", {"password": PASSWORD}),
        ("POST", "/api/v1/session/codes/remove", {"password": PASSWORD}),
    ],
)
async def test_a_proof_is_worth_nothing_once_the_password_is_another(
    browser: Browser, site: Site, monkeypatch: pytest.MonkeyPatch, method: str, path: str, body: Any
) -> None:
    await browser.sign_in("siti")
    prove, new = site.house.gate.signing_in.prove, hashed("another horse battery")

    async def slowly(*given: Any) -> Any:
        found = await prove(*given)
        async with site.store.transaction() as connection:
            await accounts.set_password(connection, "siti", new)
        return found

    monkeypatch.setattr(site.house.gate.signing_in, "prove", slowly)
    assert (await browser.ask(method, path, body))[0] == 422
    async with site.store.transaction() as connection:
        account = await accounts.get(connection, "siti")
    assert (account.password_hash, account.totp_secret) == (new, None)


async def test_whoever_sits_at_an_open_session_cannot_guess_its_password(
    browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(PACES, "device", Pace(3, 3600, first=600))
    await browser.sign_in("siti")
    body = {"current": "a wrong password", "password": "another horse battery"}
    found = [(await browser.ask("PUT", "/api/v1/session/password", body))[0] for _ in range(5)]
    assert found == [422, 422, 422, 429, 429]


async def test_a_token_changes_no_password(browser: Browser, site: Site) -> None:
    token = await bearer(site.store, "siti")
    body = {"current": PASSWORD, "password": "another horse battery"}
    async with site.client.put("/api/v1/session/password", json=body, headers=token) as answer:
        assert answer.status == 403


async def test_the_audit_has_refusals_without_what_was_typed(browser: Browser, site: Site) -> None:
    await browser.sign_in("siti", "wrong horse battery")
    await browser.sign_in("my password typed as a name", "wrong horse battery")
    await browser.sign_in("siti")
    await browser.ask("DELETE", "/api/v1/session")
    async with site.store.transaction() as connection:
        rows = (await audit.page(connection)).items
    assert [(row.action, row.actor, row.object_id) for row in reversed(rows)][:2] == [
        ("session.refuse", "nobody", "siti"),
        ("session.refuse", "nobody", None),
    ]
    assert [(row.action, row.actor) for row in reversed(rows)][2:] == [
        ("session.begin", "siti"),
        ("session.end", "siti"),
    ]
    assert all(row.personal == {"source": "127.0.0.1"} for row in rows)
    assert "horse" not in str(rows)
    assert "typed" not in str(rows)


async def test_who_was_let_in_works_on_while_the_database_is_away(
    browser: Browser, site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    await browser.sign_in("siti")
    assert (await browser.ask("GET", "/api/v1/session"))[0] == 200
    await site.store._engine.dispose()
    monkeypatch.setattr("ct112.store.engine.CONNECT_SECONDS", 1)
    monkeypatch.setattr(site.store, "_engine", _away())
    assert (await browser.ask("GET", "/api/v1/session"))[0] == 200
    assert (await Browser(site).sign_in("siti"))[0] == 503
    stranger = Browser(site)
    stranger.cookies[SESSION_COOKIE] = "somebody-elses"
    assert (await stranger.ask("GET", "/api/v1/session"))[0] == 503
    assert DEVICE_COOKIE not in stranger.cookies


@pytest.mark.parametrize(
    "end",
    [
        "DELETE FROM session",
        "UPDATE session SET last_seen_at = now() - interval '31 minutes'",
        "UPDATE account SET active = false",
        "UPDATE api_token SET revoked_at = now()",
    ],
)
async def test_what_was_over_before_the_database_went_away_is_over(
    browser: Browser, site: Site, monkeypatch: pytest.MonkeyPatch, end: str
) -> None:
    await browser.sign_in("siti")
    token = await bearer(site.store, "siti")
    assert (await browser.ask("GET", "/api/v1/session"))[0] == 200
    assert (await site.get("/api/v1/session", headers=token))[0] == 200
    await run(site.store, end)  # by another process: this one is not asked for it again
    await site.house.gate.access.memory.review()
    await site.store._engine.dispose()
    monkeypatch.setattr(site.store, "_engine", _away())
    answers = {
        "session": (await browser.ask("GET", "/api/v1/session"))[0],
        "api_token": (await site.get("/api/v1/session", headers=token))[0],
    }
    over = {name for name in answers if name in end or "account" in end}
    assert answers == {name: 503 if name in over else 200 for name in answers}


async def test_another_role_counts_by_memory_too(
    browser: Browser, site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    await browser.sign_in("siti")
    await browser.ask("GET", "/api/v1/session")
    await run(site.store, "UPDATE account SET role = 'supervisor' WHERE name = 'siti'")
    await site.house.gate.access.memory.review()
    await site.store._engine.dispose()
    monkeypatch.setattr(site.store, "_engine", _away())
    assert (await browser.ask("GET", "/api/v1/session"))[1]["role"] == "supervisor"


async def test_the_memory_is_looked_at_again_by_itself(
    browser: Browser, site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ct112.web.access.memory.REVIEW_SECONDS", 0.05)
    await browser.sign_in("siti")
    await browser.ask("GET", "/api/v1/session")
    memory = site.house.gate.access.memory
    assert digest(browser.session) in memory
    reviewing = asyncio.create_task(memory.run())
    await run(site.store, "DELETE FROM session")
    async with asyncio.timeout(10):
        while digest(browser.session) in memory:  # noqa: ASYNC110 (it says nothing)
            await asyncio.sleep(0.02)
    reviewing.cancel()
    await asyncio.gather(reviewing, return_exceptions=True)


def _away() -> object:
    from ct112.store.engine import open_engine

    return open_engine("postgresql://ct112@127.0.0.1:1/nothing")


async def test_an_older_hash_is_made_anew_when_its_password_is_right(browser: Browser, site: Site) -> None:
    old = PasswordHash((Argon2Hasher(time_cost=1, memory_cost=8 * 1024, parallelism=1),)).hash(PASSWORD)
    async with site.store.transaction() as connection:
        await accounts.set_password(connection, "siti", old)
    assert (await browser.sign_in("siti", "wrong horse battery"))[0] == 401
    assert (await browser.sign_in("siti"))[0] == 200
    async with site.store.transaction() as connection:
        now = await accounts.get(connection, "siti")
    assert now.password_hash != old
    assert (await Browser(site).sign_in("siti"))[0] == 200
