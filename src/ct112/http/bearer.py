"""A bearer token: compared in constant time, guessing is slowed by source."""

import hmac
import math

from aiohttp import web

from ct112.http.guesses import Guesses
from ct112.http.problems import problem


class Bearer:
    """Says why a request may not pass. Without a token nobody passes."""

    def __init__(self, token: str | None, setting: str) -> None:
        """`setting`: the name of the variable the token is set by."""
        self._token = token
        self._setting = setting
        self._guesses = Guesses()

    def refusal(self, request: web.Request) -> web.Response | None:
        """Return the answer to a request that may not pass, None for one that may."""
        if not self._token:
            return problem(403, "no token is set", f"set {self._setting} and start ct112 again")
        kind, _, given = request.headers.get("Authorization", "").partition(" ")
        if kind.lower() != "bearer" or not given:
            return problem(
                401, "token needed", f"send Authorization: Bearer and the value of {self._setting}"
            )
        source = request.remote or ""
        wait = self._guesses.wait(source)
        if wait:
            return self._slowed(wait)
        if not hmac.compare_digest(given.strip().encode("utf-8", "surrogateescape"), self._token.encode()):
            self._guesses.wrong(source)
            return problem(401, "wrong token", f"use the value of {self._setting}")
        return None

    def _slowed(self, wait: float) -> web.Response:
        response = problem(429, "too many wrong tokens", f"use the value of {self._setting}; wait before")
        response.headers["Retry-After"] = str(math.ceil(wait))
        return response
