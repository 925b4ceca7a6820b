"""Where a request comes from: its address, and whether a page of another site made the browser send it."""

import re
from collections.abc import Collection
from ipaddress import ip_address
from urllib.parse import urlsplit

from aiohttp import web

SAFE = frozenset({"GET", "HEAD"})
SECRETS = frozenset({"token", "access_token", "api_token", "api_key", "apikey", "password", "session"})
"""Names of what must never stand in an address: addresses end up in logs and histories."""
WITH_PORT = re.compile(r"(\[(?P<v6>[0-9a-fA-F:.]+)\]|(?P<v4>[0-9.]+))(:[0-9]{1,5})?")
PORTS = {"http": 80, "https": 443}


def source(request: web.BaseRequest, proxies: Collection[str]) -> str:
    """Return the address asked from. What `proxies` of ours add to X-Forwarded-For is believed, no more."""
    peer = _plain(request.remote or "")
    if peer not in proxies:
        return peer
    listed = ",".join(request.headers.getall("X-Forwarded-For", [])).split(",")
    for address in reversed([_plain(each.strip()) for each in listed]):
        if address and address not in proxies:
            return address
    return peer


def _plain(address: str) -> str:
    """Return an address without the port some proxies add, and IPv4 in IPv6 as IPv4; else as it came."""
    found = WITH_PORT.fullmatch(address)
    bare = found["v6"] or found["v4"] if found else address
    try:
        ip = ip_address(bare)
    except ValueError:
        return address
    return str(getattr(ip, "ipv4_mapped", None) or ip)


def foreign(request: web.BaseRequest, own: Collection[str]) -> bool:
    """Return whether another site's page may have sent this with our cookie.

    Browsers say so in Sec-Fetch-Site; older ones in Origin. A change without either is none of a
    browser's: it has to say Origin. `own`: origins of ours besides the address that was asked.
    """
    safe = request.method in SAFE and "websocket" not in request.headers.get("Upgrade", "").lower()
    said = "Origin" in request.headers or request.headers.get("Sec-Fetch-Site") == "same-origin"
    return from_elsewhere(request, own) or not (said or safe)


def from_elsewhere(request: web.BaseRequest, own: Collection[str]) -> bool:
    """Return whether a browser says that another site's page sent this: for signing in, without a cookie.

    A page of ours over plain http is another site's: whoever is on the line may have written it. Origin
    would be the same behind a proxy, Sec-Fetch-Site is not.
    """
    site, origin = request.headers.get("Sec-Fetch-Site"), request.headers.get("Origin")
    if origin in own:
        return False
    if site not in (None, "same-origin", "none"):
        return True
    return origin is not None and not _ours(origin, request)


def secret_in_address(request: web.BaseRequest) -> bool:
    """Return whether somebody put a secret into the address."""
    return any(name.lower() in SECRETS for name in request.query)


def _ours(origin: str, request: web.BaseRequest) -> bool:
    """Return whether this is the address that was asked; TLS may end at a proxy, so of either scheme."""
    scheme = origin.partition("://")[0]
    place = _place(origin)
    return place is not None and place == _place(f"{scheme}://{request.host}")


def _place(address: str) -> tuple[str, int] | None:
    """Return host and port; None when it is no address of a site (as `null` is not)."""
    try:
        parts = urlsplit(address)
        return (parts.hostname, parts.port or PORTS[parts.scheme]) if parts.hostname else None
    except (ValueError, KeyError):
        return None
