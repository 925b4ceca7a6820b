"""Signing in through a provider: a real one in a process of its own, and one that lies."""

import asyncio
import base64
import hashlib
import hmac
import json
import sys
import time
from asyncio.subprocess import DEVNULL
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from tempfile import gettempdir
from typing import Any
from urllib.parse import parse_qs, urlsplit

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from joserfc import jwt
from joserfc.jwk import RSAKey

from ct112.store import Store
from ct112.store.roles import Role
from ct112.web.access.access import SESSION_COOKIE
from ct112.web.session.oidc import FLOW_COOKIE
from lab.free_ports import free_port
from tests.web.people import Browser, add
from tests.web.site import Site

CLIENT = "ct112"
SUBJECT = "siti@pekalongan.example"
START, BACK = "/api/v1/session/oidc", "/api/v1/session/oidc/callback"
KEY = RSAKey.generate_key(2048, {"kid": "one", "use": "sig", "alg": "RS256"})
OTHER = RSAKey.generate_key(2048, {"kid": "one", "use": "sig", "alg": "RS256"})


@asynccontextmanager
async def site_with(store: Store, issuer: str) -> AsyncIterator[Browser]:
    """Give a browser on a site that uses this provider, which knows siti."""
    site = Site(
        store,
        Path(gettempdir()),
        None,
        oidc_issuer=issuer,
        oidc_client_secret="a secret",
        web_url="http://ct112.example",
    )
    await add(store, "siti", Role.OPERATOR, oidc=(issuer, SUBJECT))
    async with site.client:
        yield Browser(site)


async def begin(browser: Browser) -> dict[str, str]:
    """Begin to sign in; return what the provider is asked."""
    status, _, answer = await browser.ask("GET", START, Origin="", Sec_Fetch_Site="none")
    assert status == 302
    return {name: values[0] for name, values in parse_qs(urlsplit(answer.headers["Location"]).query).items()}


async def come_back(browser: Browser, **query: str) -> tuple[int, Any, aiohttp.ClientResponse]:
    """Come back from the provider, as a link of another site."""
    words = "&".join(f"{name}={value}" for name, value in query.items())
    return await browser.ask("GET", f"{BACK}?{words}", Origin="", Sec_Fetch_Site="cross-site")


@pytest.fixture
async def real(store: Store) -> AsyncIterator[Browser]:
    """Give a browser on a site with the mock provider, in a process of its own."""
    port = free_port()
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "oidc_provider_mock", "--port", str(port), "--user", SUBJECT),
        stdout=DEVNULL,
        stderr=DEVNULL,
    )
    issuer = f"http://127.0.0.1:{port}"
    try:
        await _answers(issuer)
        async with site_with(store, issuer) as browser:
            yield browser
    finally:
        process.terminate()
        await process.wait()


async def _answers(issuer: str) -> None:
    async with asyncio.timeout(60), aiohttp.ClientSession() as session:
        while True:
            try:
                async with session.get(f"{issuer}/.well-known/openid-configuration") as answer:
                    if answer.status == 200:
                        return
            except aiohttp.ClientError:
                await asyncio.sleep(0.2)


async def test_a_real_provider_lets_in_whom_it_knows(real: Browser) -> None:
    _, _, answer = await real.ask("GET", START, Origin="", Sec_Fetch_Site="none")
    async with (
        aiohttp.ClientSession() as session,
        session.post(answer.headers["Location"], data={"sub": SUBJECT}, allow_redirects=False) as consent,
    ):
        assert consent.status == 302, await consent.text()
        back = urlsplit(consent.headers["Location"])
    assert (back.hostname, back.path) == ("ct112.example", BACK)
    status, _, answer = await real.ask("GET", f"{BACK}?{back.query}", Origin="", Sec_Fetch_Site="cross-site")
    assert (status, answer.headers["Location"]) == (303, "/")
    assert FLOW_COOKIE not in real.cookies
    status, body, _ = await real.ask("GET", "/api/v1/session")
    assert (status, body["name"]) == (200, "siti")
    assert (await real.ask("GET", f"{BACK}?{back.query}"))[0] == 403  # once


class Liar:
    """A provider that signs what it is told to, and checks PKCE as it should."""

    def __init__(self) -> None:
        self.claims: dict[str, Any] = {}
        self.header: dict[str, Any] = {"alg": "RS256", "kid": "one"}
        self.key: Any = KEY
        self.issuer = ""
        self.calls_itself: str | None = None
        self.asked: dict[str, str] = {}
        self.raw: str | None = None
        self.keys_asked = 0
        self.about: dict[str, Any] = {}
        self.keys: Any = {"keys": [KEY.as_dict(private=False)]}
        self.parts = 1  # in which an answer comes
        self.hangs: asyncio.Event | None = None
        self.hung = 0  # how many wait for an answer
        app = web.Application()
        app.router.add_get("/.well-known/openid-configuration", self._about)
        app.router.add_get("/keys", self._keys)
        app.router.add_post("/token", self._token)
        self.server = TestServer(app)

    def good(self) -> dict[str, Any]:
        """Return the claims of an ID token that will do."""
        now = int(time.time())
        told = {"iss": self.issuer, "aud": CLIENT, "sub": SUBJECT, "iat": now, "exp": now + 300}
        return {**told, "nonce": self.asked["nonce"]}

    async def _about(self, request: web.Request) -> web.StreamResponse:
        paths = {"authorization_endpoint": "login", "token_endpoint": "token", "jwks_uri": "keys"}
        found = {name: f"{self.issuer}/{path}" for name, path in paths.items()}
        told = {"issuer": self.calls_itself or self.issuer, **found} | self.about
        return await self._in_parts(request, told)

    async def _keys(self, request: web.Request) -> web.StreamResponse:
        self.keys_asked += 1
        return await self._in_parts(request, self.keys)

    async def _in_parts(self, request: web.Request, told: Any) -> web.StreamResponse:
        """Answer as a real network does, when `parts` says so: what is one answer comes in several."""
        if self.hangs is not None:
            self.hung += 1
            await self.hangs.wait()
        body, answer = json.dumps(told).encode(), web.StreamResponse()
        answer.content_length = len(body)
        await answer.prepare(request)
        size = len(body) // self.parts + 1
        for begin_at in range(0, len(body), size):
            await answer.write(body[begin_at : begin_at + size])
            await asyncio.sleep(0.01)
        return answer

    async def _token(self, request: web.Request) -> web.Response:
        form = await request.post()
        digest = hashlib.sha256(str(form["code_verifier"]).encode()).digest()
        proof = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
        if (proof, form["client_secret"]) != (self.asked["code_challenge"], "a secret"):
            return web.json_response({"error": "invalid_grant"}, status=400)
        told = {name: value for name, value in (self.good() | self.claims).items() if value is not None}
        token = self.raw or jwt.encode(self.header, told, self.key, algorithms=["RS256"])
        return web.json_response({"id_token": token, "access_token": "x", "token_type": "Bearer"})


@pytest.fixture
async def liar() -> AsyncIterator[Liar]:
    """Give a provider that lies as it is told."""
    found = Liar()
    async with found.server:
        found.issuer = str(found.server.make_url("")).rstrip("/")
        yield found


async def answer_of(liar: Liar, store: Store) -> tuple[int, Browser]:
    """Sign in at the liar; return how that ends."""
    async with site_with(store, liar.issuer) as browser:
        liar.asked = await begin(browser)
        status, _, _ = await come_back(browser, code="a-code", state=liar.asked["state"])
        return status, browser


async def test_a_token_that_is_right_lets_in(liar: Liar, store: Store) -> None:
    status, browser = await answer_of(liar, store)
    assert status == 303
    assert browser.session
    assert liar.asked["code_challenge_method"] == "S256"
    assert liar.asked["redirect_uri"] == f"http://ct112.example{BACK}"


@pytest.mark.parametrize(
    "claims",
    [
        {"iss": "https://evil.example"},
        {"iss": None},
        {"aud": "another"},
        {"aud": ["another", "third"]},
        {"aud": [CLIENT, "another"]},  # for several, and not saying to whom it was given
        {"aud": [CLIENT, "another"], "azp": "another"},
        {"azp": "another"},
        {"aud": None},
        {"exp": int(time.time()) - 3600},
        {"exp": None},
        {"exp": "never"},
        {"iat": int(time.time()) + 86_400 * 365 * 30},
        {"nonce": "of another flow"},
        {"nonce": None},
        {"sub": None},
        {"sub": 7},
        {"sub": "stranger@pekalongan.example"},
        {"nbf": int(time.time()) + 86_400},
    ],
)
async def test_a_token_that_is_wrong_lets_nobody_in(liar: Liar, store: Store, claims: dict[str, Any]) -> None:
    liar.claims = claims
    status, browser = await answer_of(liar, store)
    assert status == 403
    assert browser.session == ""


async def test_only_the_providers_own_key_counts(liar: Liar, store: Store) -> None:
    liar.key = OTHER
    status, browser = await answer_of(liar, store)
    assert (status, browser.session) == (403, "")
    assert liar.keys_asked <= 2  # one unknown key asks again once, not for ever


@pytest.mark.parametrize("alg", ["HS256", "none"])
async def test_another_algorithm_is_none(liar: Liar, store: Store, alg: str) -> None:
    public = KEY.as_pem(private=False)  # as the secret of an HMAC: an old trick
    async with site_with(store, liar.issuer) as browser:
        liar.asked = await begin(browser)
        liar.raw = _forged(alg, liar.good(), public)
        assert (await come_back(browser, code="a-code", state=liar.asked["state"]))[0] == 403
        assert browser.session == ""


def _forged(alg: str, claims: dict[str, Any], secret: bytes) -> str:
    def part(told: bytes) -> str:
        return base64.urlsafe_b64encode(told).rstrip(b"=").decode()

    text = ".".join(part(json.dumps(told).encode()) for told in ({"alg": alg, "kid": "one"}, claims))
    signature = hmac.digest(secret, text.encode(), "sha256") if alg == "HS256" else b""
    return f"{text}.{part(signature)}"


@pytest.mark.parametrize("raw", ["", "x", "a.b.c", "....", "x" * 10_000])
async def test_what_is_no_token_lets_nobody_in(liar: Liar, store: Store, raw: str) -> None:
    liar.raw = raw or "."
    assert (await answer_of(liar, store))[0] == 403


async def test_the_answer_to_another_browser_lets_nobody_in(liar: Liar, store: Store) -> None:
    async with site_with(store, liar.issuer) as browser:
        liar.asked = await begin(browser)
        victim = Browser(browser._site)
        assert (await come_back(victim, code="a-code", state=liar.asked["state"]))[0] == 403
        other = await begin(victim)
        assert (await come_back(victim, code="a-code", state=liar.asked["state"]))[0] == 403
        assert (await come_back(victim, code="a-code", state="wrong"))[0] == 403
        assert other["state"] != liar.asked["state"]
        assert victim.session == ""


async def test_a_code_is_worth_nothing_with_another_verifier(liar: Liar, store: Store) -> None:
    async with site_with(store, liar.issuer) as browser:
        first = await begin(browser)
        second = await begin(browser)
        liar.asked = first | {"nonce": second["nonce"]}
        assert (await come_back(browser, code="a-code", state=second["state"]))[0] == 403


async def test_another_providers_answer_lets_nobody_in(liar: Liar, store: Store) -> None:
    async with site_with(store, liar.issuer) as browser:
        liar.asked = await begin(browser)
        found = await come_back(browser, code="a-code", state=liar.asked["state"], iss="https://evil.example")
        assert found[0] == 403


async def test_a_provider_that_calls_itself_otherwise_is_not_asked(liar: Liar, store: Store) -> None:
    liar.calls_itself = "https://evil.example"
    async with site_with(store, liar.issuer) as browser:
        assert (await browser.ask("GET", START))[0] == 403


async def test_a_provider_that_is_away_is_said(store: Store) -> None:
    async with site_with(store, "http://127.0.0.1:1") as browser:
        status, body, _ = await browser.ask("GET", START)
        assert status == 403
        assert "cannot be asked" in body["detail"]


async def test_who_refuses_at_the_provider_is_told_to_begin_again(liar: Liar, store: Store) -> None:
    async with site_with(store, liar.issuer) as browser:
        liar.asked = await begin(browser)
        found = await come_back(browser, error="access_denied", state=liar.asked["state"])
        assert found[0] == 403
        assert SESSION_COOKIE not in browser.cookies


async def test_without_a_provider_there_is_none(site: Site) -> None:
    assert (await site.get(START))[0] == 404


async def test_an_answer_that_comes_in_parts_is_read_whole(liar: Liar, store: Store) -> None:
    liar.parts = 5
    status, browser = await answer_of(liar, store)
    assert status == 303
    assert browser.session


@pytest.mark.parametrize(
    "about",
    [
        {"authorization_endpoint": 5},
        {"authorization_endpoint": None},
        {"authorization_endpoint": "javascript:alert(1)"},
        {"authorization_endpoint": "https://x.example/\r\nSet-Cookie: a=b"},
        {"authorization_endpoint": "//evil.example"},
        {"authorization_endpoint": "https://[broken"},
        {"token_endpoint": ["http://127.0.0.1:1"]},
        {"jwks_uri": {}},
        {"padding": "x" * 300_000},
    ],
)
async def test_a_provider_that_says_nonsense_of_itself_is_refused(
    liar: Liar, store: Store, about: dict[str, Any]
) -> None:
    liar.about = about
    async with site_with(store, liar.issuer) as browser:
        status, body, answer = await browser.ask("GET", START)
        assert (status, body["title"]) == (403, "not allowed")
        assert "Location" not in answer.headers


@pytest.mark.parametrize(
    "keys",
    [{}, {"keys": 5}, {"keys": [5]}, {"keys": [{"kty": 1}]}, {"keys": [{"kty": "RSA"}]}, {"keys": None}],
)
async def test_keys_that_are_none_let_nobody_in(liar: Liar, store: Store, keys: Any) -> None:
    liar.keys = keys
    assert (await answer_of(liar, store))[0] == 403


@pytest.mark.parametrize("subject", ["a\0b", "\ud800", "x" * 300, {"a": 1}, True, ""])
async def test_a_subject_that_cannot_be_stored_is_nobody(liar: Liar, store: Store, subject: Any) -> None:
    liar.claims = {"sub": subject}
    assert (await answer_of(liar, store))[0] == 403


async def test_a_provider_that_hangs_is_named_and_asked_once(
    liar: Liar, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ct112.web.access.oidc_requests.ANSWER_SECONDS", 0.5)
    liar.hangs = asyncio.Event()
    async with site_with(store, liar.issuer) as browser:
        found = await asyncio.gather(*(browser.ask("GET", START) for _ in range(30)))
        liar.hangs.set()
    assert {status for status, _, _ in found} == {403}  # never "database away"
    assert all("in time" in body["detail"] for _, body, _ in found)
    assert liar.hung == 1


async def test_forged_codes_cost_the_provider_no_more_than_a_few_questions(liar: Liar, store: Store) -> None:
    async with site_with(store, liar.issuer) as browser:
        liar.asked = await begin(browser)
        liar.asked |= {"code_challenge": "of another flow"}
        found = [(await come_back(browser, code="a-code", state=liar.asked["state"]))[0] for _ in range(20)]
    assert found[0] == 403
    assert found[-1] == 429


async def test_a_flow_of_odd_bytes_is_none(liar: Liar, store: Store) -> None:
    async with site_with(store, liar.issuer) as browser:
        browser.cookies[FLOW_COOKIE] = ".".join(("\xff" * 40,) * 3)
        assert (await come_back(browser, code="a-code", state="x"))[0] == 403
