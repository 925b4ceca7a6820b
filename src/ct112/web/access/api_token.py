"""The one token of the settings (CT112_API_TOKEN): whoever sends it is an admin."""

import hmac
import math

from aiohttp import web

from ct112.http.guesses import Guesses
from ct112.web import kinds
from ct112.web.access.principal import Principal, Role
from ct112.web.problems import Problem

ADMIN = Principal(name="api-token", role=Role.ADMIN)


class ApiToken:
    """Knows the token; slows whoever guesses. Without a token nobody is let in."""

    def __init__(self, token: str | None) -> None:
        """No one has guessed yet."""
        self._token = token
        self._guesses = Guesses()

    async def authenticate(self, request: web.Request) -> Principal | None:
        """Return the admin; None without a token. Raises Problem for a wrong one (constant time)."""
        if self._token is None:
            raise Problem(kinds.NOT_ALLOWED, "no token is set: set CT112_API_TOKEN and start ct112 again")
        kind, _, given = request.headers.get("Authorization", "").partition(" ")
        if kind.lower() != "bearer" or not given:
            return None
        source = request.remote or ""
        wait = self._guesses.wait(source)
        if wait:
            again = {"Retry-After": str(math.ceil(wait))}
            raise Problem(
                kinds.SLOW_DOWN, "too many wrong tokens: wait, then send CT112_API_TOKEN", headers=again
            )
        if not hmac.compare_digest(given.strip().encode("utf-8", "surrogateescape"), self._token.encode()):
            self._guesses.wrong(source)
            raise Problem(kinds.SIGN_IN, "wrong token: send the value of CT112_API_TOKEN")
        return ADMIN
