"""What guards the two ways into locations that nobody signs in for: signed messages, and links."""

import math
from dataclasses import dataclass, field
from datetime import UTC, datetime

from aiohttp import web

from ct112 import logs
from ct112.http.guesses import Guesses
from ct112.incidents import aml
from ct112.incidents.aml import AmlMessage
from ct112.store.throttle import network
from ct112.web import kinds
from ct112.web.body import read_form
from ct112.web.problems import Problem

log = logs.get("locations")
LARGEST_MESSAGE = 8 * 1024  # bytes


@dataclass(slots=True)
class LocationDoor:
    """`key`: what the sender of telephones' messages signs with; None: nobody sends any."""

    key: bytes | None = None
    forgers: Guesses = field(default_factory=Guesses)
    guessers: Guesses = field(default_factory=Guesses)

    async def message(self, request: web.Request, source: str) -> AmlMessage | None:
        """Return a telephone's message; None: it is signed and too old. Raises Problem."""
        if self.key is None:
            raise Problem(
                kinds.NOT_FOUND, "set CT112_AML_KEY and start ct112 web again: nobody sends AML yet"
            )
        slow(self.forgers, source)
        body = await read_form(request, LARGEST_MESSAGE)
        try:
            return aml.read(aml.check(body, self.key), datetime.now(UTC))
        except aml.NotSigned:
            self.forgers.wrong(network(source))
            raise Problem(
                kinds.SIGN_IN, "sign the body with the key of the centre: hmac, hex, HMAC-SHA256"
            ) from None
        except aml.TooOld:
            log.warning("an AML message of another time was left out: see the sender's clock")
            return None


def slow(guesses: Guesses, source: str) -> None:
    """Refuse a source that was wrong too often lately. Raises Problem."""
    wait = guesses.wait(network(source))
    if wait:
        raise Problem(
            kinds.SLOW_DOWN,
            "too many wrong tries from there: wait",
            headers={"Retry-After": str(math.ceil(wait))},
        )
