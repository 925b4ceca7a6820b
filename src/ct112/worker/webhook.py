"""The way `webhook`: a signed POST. 2xx is received; whatever else is tried again within the limit.

The receiver knows a delivery by its Idempotency-Key, however often it comes, and that it is ours by the
signature over the timestamp and the body. What leads into a network of the house is refused at the moment it
is connected to: a name may lead anywhere, and somewhere else each time.
"""

import ipaddress
import socket
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlsplit

import aiohttp
import orjson
from aiohttp.abc import AbstractResolver, ResolveResult

from ct112.incidents.destinations import Network, forbidden, url_trouble
from ct112.incidents.outcomes import Delivered, Failed, Outcome, Refused
from ct112.incidents.signature import signed
from ct112.worker.errands import Errand, Hands

TIMEOUT = aiohttp.ClientTimeout(total=8, connect=4)  # seconds; less than a lease
CONNECTIONS = 300
CONNECTIONS_EACH = 20  # to one receiver: who hangs takes no more than these


class Forbidden(OSError):
    """The name leads into a network nothing is sent to."""


class CarefulResolver(AbstractResolver):
    """Resolves names, and gives those addresses alone that something may be sent to."""

    def __init__(self, allowed: Sequence[Network]) -> None:
        """`allowed`: networks of the house that may be reached all the same."""
        self._resolver = aiohttp.ThreadedResolver()
        self._allowed = allowed

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        """Return the addresses. Raises Forbidden when there is none that may be reached."""
        found = await self._resolver.resolve(host, port, family)
        good = [one for one in found if not forbidden(ipaddress.ip_address(one["host"]), self._allowed)]
        if not good:
            raise Forbidden("the name leads into a network nothing is sent to: see CT112_AGENCY_NETWORKS")
        return good

    async def close(self) -> None:
        """Close the resolver."""
        await self._resolver.close()


def session(allowed: Sequence[Network]) -> aiohttp.ClientSession:
    """Return a session that reaches receivers alone. Names are looked up anew for each connection."""
    connector = aiohttp.TCPConnector(
        resolver=CarefulResolver(allowed),
        use_dns_cache=False,
        limit=CONNECTIONS,
        limit_per_host=CONNECTIONS_EACH,
    )
    return aiohttp.ClientSession(
        connector=connector, timeout=TIMEOUT, trust_env=False, cookie_jar=aiohttp.DummyCookieJar()
    )


async def deliver(errand: Errand, hands: Hands) -> Outcome:
    """Post it."""
    return await post(errand, hands, errand.told())


async def post(errand: Errand, hands: Hands, told: Mapping[str, Any]) -> Outcome:
    """Post this, signed, under the delivery's id."""
    url, secret = errand.step.url or "", errand.step.secret or ""
    trouble = url_trouble(url, hands.networks)
    if trouble is not None:
        return Refused(f"the URL {trouble[0]}: {trouble[1]}")
    body = orjson.dumps(told)
    timestamp = str(int(errand.now.timestamp()))
    headers = {
        "Content-Type": "application/json",
        "Idempotency-Key": str(errand.leased.id),
        "Ct112-Timestamp": timestamp,
        "Ct112-Signature": signed(secret, timestamp, body),
    }
    try:
        async with hands.http.post(url, data=body, headers=headers, allow_redirects=False) as answer:
            return Delivered(str(answer.status)) if 200 <= answer.status < 300 else _failed(answer.status)
    except (aiohttp.ClientError, OSError, TimeoutError) as error:
        cause = getattr(error, "os_error", error)
        if isinstance(cause, Forbidden):
            return Refused(str(cause))
        return Failed(f"{urlsplit(url).scheme}: {type(error).__name__}")


def _failed(status: int) -> Outcome:
    if 300 <= status < 400:
        return Failed(f"{status}: a redirect, and none is followed: correct the URL")
    return Failed(str(status))
