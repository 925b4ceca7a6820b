"""Signing in through the city's own provider (OpenID Connect, code flow with PKCE)."""

import asyncio
import base64
import hashlib
import hmac
import re
import secrets
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from urllib.parse import urlencode

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from ct112.http.guesses import Guesses
from ct112.web.access.lane import Lane
from ct112.web.access.oidc_requests import ProviderError, asked, is_address

ALGORITHMS = ("RS256", "PS256", "ES256", "RS384", "RS512", "PS384", "PS512", "ES384", "ES512", "EdDSA")
"""Signatures with a public key. Never `none`, never HMAC: its key would be a secret both sides know."""
SIGNING_IN_SECONDS = 8.0  # for all of them, less than a request has: else the database would be blamed
LONGEST_SUBJECT = 255  # characters (OpenID Connect Core, 2)
ASKED_AT_ONCE = 8  # strangers may begin this as often as they like
LEEWAY_SECONDS = 60
KEEP_SECONDS = 3600.0  # what the provider says of itself
KEYS_AGAIN_SECONDS = 60.0  # an unknown key asks for the keys again, but not more often
TROUBLE_SECONDS = 2.0  # for which a provider that did not answer is not asked again
FLOW_SECONDS = 600
SECRET = re.compile(r"[A-Za-z0-9_-]{30,60}")
ENDPOINTS = ("authorization_endpoint", "token_endpoint", "jwks_uri")
NO_KEYS = (JoseError, ValueError, TypeError, KeyError, AttributeError)
"""What comes of keys or a token that are none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProviderSettings:
    """Who the provider is, and who we are to it."""

    issuer: str
    client_id: str
    client_secret: str | None = field(default=None, repr=False)
    redirect_uri: str


@dataclass(frozen=True, slots=True)
class Flow:
    """What one browser has to bring back: kept in a cookie of its own, and worth nothing to others."""

    state: str
    nonce: str = field(repr=False)
    verifier: str = field(repr=False)

    @classmethod
    def new(cls) -> "Flow":
        """Return a flow nobody can guess."""
        return cls(*(secrets.token_urlsafe(32) for _ in range(3)))

    def text(self) -> str:
        """Return it for the cookie."""
        return ".".join((self.state, self.nonce, self.verifier))

    @classmethod
    def of(cls, text: str) -> "Flow | None":
        """Return it from the cookie; None when it is none."""
        parts = text.split(".")
        return cls(*parts) if len(parts) == 3 and all(map(SECRET.fullmatch, parts)) else None

    @property
    def challenge(self) -> str:
        """Return what the provider compares the verifier with (RFC 7636, S256)."""
        return base64.urlsafe_b64encode(hashlib.sha256(self.verifier.encode()).digest()).rstrip(b"=").decode()


class Provider:
    """One provider; what it says of itself is kept for an hour."""

    def __init__(self, settings: ProviderSettings) -> None:
        """Nothing is asked yet."""
        self.settings = settings
        self._known: tuple[dict[str, str], float] | None = None
        self._keys: tuple[KeySet, float] | None = None
        self._trouble: tuple[str, float] | None = None
        self._learning, self._learning_keys = asyncio.Lock(), asyncio.Lock()
        self._lane = Lane(ASKED_AT_ONCE)
        self.guesses = Guesses()  # of codes, by source: each costs a question to the provider

    async def address(self, flow: Flow) -> str:
        """Return where the browser is sent. Raises ProviderError, Busy."""
        async with self._turn():
            start = (await self._about())["authorization_endpoint"]
        query = {
            "response_type": "code",
            "client_id": self.settings.client_id,
            "redirect_uri": self.settings.redirect_uri,
            "scope": "openid",
            "state": flow.state,
            "nonce": flow.nonce,
            "code_challenge": flow.challenge,
            "code_challenge_method": "S256",
        }
        return f"{start}{'&' if '?' in start else '?'}{urlencode(query)}"

    async def subject(self, flow: Flow, *, state: str, code: str, issuer: str | None = None) -> str:
        """Return who has signed in there, as the provider calls them. Raises ProviderError, Busy.

        `issuer`: the `iss` of the answer (RFC 9207), when it has one.
        """
        if not hmac.compare_digest(state.encode(), flow.state.encode()):
            raise ProviderError("the answer is not to what this browser asked")
        if issuer is not None and issuer != self.settings.issuer:
            raise ProviderError("the answer is another provider's")
        async with self._turn():
            return await self._claims(await self._exchanged(code, flow), flow.nonce)

    @asynccontextmanager
    async def _turn(self) -> AsyncIterator[None]:
        """Wait for a turn and for the provider, not for long. Raises ProviderError, Busy."""
        try:
            async with asyncio.timeout(SIGNING_IN_SECONDS), self._lane.turn():
                yield
        except TimeoutError:
            raise ProviderError("the provider takes too long") from None

    async def _exchanged(self, code: str, flow: Flow) -> str:
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": self.settings.redirect_uri,
            "client_id": self.settings.client_id,
            "code_verifier": flow.verifier,
        }
        if self.settings.client_secret is not None:
            form["client_secret"] = self.settings.client_secret
        answer = await asked((await self._about())["token_endpoint"], form)
        token = answer.get("id_token")
        if not isinstance(token, str):
            raise ProviderError("the provider gave no ID token")
        return token

    async def _claims(self, token: str, nonce: str) -> str:
        """Check the ID token (OpenID Connect Core 3.1.3.7) and return its subject."""
        try:
            decoded = await self._decoded(token)
            rules = jwt.JWTClaimsRegistry(
                leeway=LEEWAY_SECONDS,
                iss={"essential": True, "value": self.settings.issuer},
                aud={"essential": True, "value": self.settings.client_id},
                exp={"essential": True},
                iat={"essential": True},
                sub={"essential": True},
                nonce={"essential": True, "value": nonce},
            )
            rules.validate(decoded.claims)
        except NO_KEYS as error:
            raise ProviderError(f"the ID token will not do: {type(error).__name__}") from error
        many = isinstance(decoded.claims["aud"], list) and len(decoded.claims["aud"]) > 1
        party = decoded.claims.get("azp", None if many else self.settings.client_id)
        if party != self.settings.client_id:
            raise ProviderError("the ID token is for another party")
        return _subject(decoded.claims["sub"])

    async def _decoded(self, token: str) -> jwt.Token:
        try:
            return jwt.decode(token, await self._key_set(fresh=False), algorithms=list(ALGORITHMS))
        except NO_KEYS:
            return jwt.decode(token, await self._key_set(fresh=True), algorithms=list(ALGORITHMS))

    async def _key_set(self, *, fresh: bool) -> KeySet:
        async with self._learning_keys:
            most = KEYS_AGAIN_SECONDS if fresh else KEEP_SECONDS
            if self._keys is None or time.monotonic() - self._keys[1] > most:
                found = await asked((await self._about())["jwks_uri"])
                self._keys = (KeySet.import_key_set(found), time.monotonic())  # type: ignore[arg-type]
            return self._keys[0]

    async def _about(self) -> dict[str, str]:
        """Return where the provider is asked for what. Raises ProviderError."""
        async with self._learning:
            if self._known is None or time.monotonic() - self._known[1] > KEEP_SECONDS:
                self._raise_trouble()
                try:
                    self._known = (await self._learned(), time.monotonic())
                except ProviderError as error:
                    self._trouble = (str(error), time.monotonic())
                    raise
            return self._known[0]

    def _raise_trouble(self) -> None:
        """Say the same again for a moment: who waits for a provider that hangs comes one after the other."""
        if self._trouble is not None and time.monotonic() - self._trouble[1] < TROUBLE_SECONDS:
            raise ProviderError(self._trouble[0])

    async def _learned(self) -> dict[str, str]:
        """Ask the provider what it says of itself. Raises ProviderError."""
        found = await asked(f"{self.settings.issuer.rstrip('/')}/.well-known/openid-configuration")
        if found.get("issuer") != self.settings.issuer:
            raise ProviderError("the provider calls itself otherwise than CT112_OIDC_ISSUER")
        wrong = [name for name in ENDPOINTS if not is_address(found.get(name))]
        if wrong:
            raise ProviderError(f"the provider does not say its {', '.join(sorted(wrong))}")
        return {name: found[name] for name in ENDPOINTS}


def _subject(value: object) -> str:
    """Return a subject as it may be stored. Raises ProviderError."""
    if not isinstance(value, str) or not 0 < len(value) <= LONGEST_SUBJECT or not value.isprintable():
        raise ProviderError("the ID token's subject is none")
    return value
