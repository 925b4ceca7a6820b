"""Signing in through the city's own provider (OpenID Connect, code flow with PKCE)."""

import asyncio
import base64
import hashlib
import hmac
import secrets
import time
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

import aiohttp
import orjson
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from ct112 import logs

log = logs.get("oidc")

ALGORITHMS = ("RS256", "PS256", "ES256", "RS384", "RS512", "PS384", "PS512", "ES384", "ES512", "EdDSA")
"""Signatures with a public key. Never `none`, never HMAC: its key would be a secret both sides know."""
ANSWER_SECONDS = 5.0
LARGEST_ANSWER = 256 * 1024
LEEWAY_SECONDS = 60
KEEP_SECONDS = 3600.0  # what the provider says of itself
KEYS_AGAIN_SECONDS = 60.0  # an unknown key asks for the keys again, but not more often
FLOW_SECONDS = 600


class ProviderError(Exception):
    """Signing in through the provider did not work; the text is for the log, and holds nothing personal."""


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
        return cls(*parts) if len(parts) == 3 and all(30 <= len(part) <= 60 for part in parts) else None

    @property
    def challenge(self) -> str:
        """Return what the provider compares the verifier with (RFC 7636, S256)."""
        return base64.urlsafe_b64encode(hashlib.sha256(self.verifier.encode()).digest()).rstrip(b"=").decode()


class Provider:
    """One provider; what it says of itself is kept for an hour."""

    def __init__(self, settings: ProviderSettings) -> None:
        """Nothing is asked yet."""
        self.settings = settings
        self._known: tuple[dict[str, Any], float] | None = None
        self._keys: tuple[KeySet, float] | None = None
        self._one_at_a_time = asyncio.Lock()

    async def address(self, flow: Flow) -> str:
        """Return where the browser is sent. Raises ProviderError."""
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
        start = (await self._about())["authorization_endpoint"]
        return f"{start}{'&' if '?' in start else '?'}{urlencode(query)}"

    async def subject(self, flow: Flow, *, state: str, code: str, issuer: str | None = None) -> str:
        """Return who has signed in there, as the provider calls them. Raises ProviderError.

        `issuer`: the `iss` of the answer (RFC 9207), when it has one.
        """
        if not hmac.compare_digest(state.encode(), flow.state.encode()):
            raise ProviderError("the answer is not to what this browser asked")
        if issuer is not None and issuer != self.settings.issuer:
            raise ProviderError("the answer is another provider's")
        return await self._claims(await self._exchanged(code, flow), flow.nonce)

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
        answer = await _asked((await self._about())["token_endpoint"], form)
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
        except (JoseError, ValueError, TypeError) as error:
            raise ProviderError(f"the ID token will not do: {type(error).__name__}") from error
        many = isinstance(decoded.claims["aud"], list) and len(decoded.claims["aud"]) > 1
        party = decoded.claims.get("azp", None if many else self.settings.client_id)
        if party != self.settings.client_id:
            raise ProviderError("the ID token is for another party")
        return str(decoded.claims["sub"])

    async def _decoded(self, token: str) -> jwt.Token:
        try:
            return jwt.decode(token, await self._key_set(fresh=False), algorithms=list(ALGORITHMS))
        except (JoseError, ValueError):
            return jwt.decode(token, await self._key_set(fresh=True), algorithms=list(ALGORITHMS))

    async def _key_set(self, *, fresh: bool) -> KeySet:
        async with self._one_at_a_time:
            most = KEYS_AGAIN_SECONDS if fresh else KEEP_SECONDS
            if self._keys is None or time.monotonic() - self._keys[1] > most:
                found = await _asked((await self._about())["jwks_uri"])
                self._keys = (KeySet.import_key_set(found), time.monotonic())  # type: ignore[arg-type]
            return self._keys[0]

    async def _about(self) -> dict[str, Any]:
        """Return what the provider says of itself. Raises ProviderError."""
        if self._known is None or time.monotonic() - self._known[1] > KEEP_SECONDS:
            found = await _asked(f"{self.settings.issuer.rstrip('/')}/.well-known/openid-configuration")
            if found.get("issuer") != self.settings.issuer:
                raise ProviderError("the provider calls itself otherwise than CT112_OIDC_ISSUER")
            missing = {"authorization_endpoint", "token_endpoint", "jwks_uri"} - found.keys()
            if missing:
                raise ProviderError(f"the provider does not say its {', '.join(sorted(missing))}")
            self._known = (found, time.monotonic())
        return self._known[0]


async def _asked(address: str, form: dict[str, str] | None = None) -> dict[str, Any]:
    """Return the JSON object at an address. Raises ProviderError."""
    limits = aiohttp.ClientTimeout(total=ANSWER_SECONDS)
    try:
        async with (
            aiohttp.ClientSession(timeout=limits) as session,
            session.request(
                "GET" if form is None else "POST", address, data=form, allow_redirects=False
            ) as answer,
        ):
            body = await answer.content.read(LARGEST_ANSWER)
            if answer.status != 200:
                raise ProviderError(f"the provider answers {answer.status}")
            found = await asyncio.to_thread(_object, body)
    except (aiohttp.ClientError, OSError, TimeoutError, ValueError) as error:
        raise ProviderError(f"the provider cannot be asked: {type(error).__name__}") from error
    return found


def _object(body: bytes) -> dict[str, Any]:
    found = orjson.loads(body)
    if not isinstance(found, dict):
        raise ValueError("no object")  # noqa: TRY004 (what was sent is wrong, not the type of a call)
    return found
