"""What a way may lead to: the shape of addresses and numbers, and which networks a URL may not reach.

Whoever may change a way could otherwise have ct112 ask what only this machine reaches (server-side request
forgery): Asterisk's manager, the control door, a cloud's metadata. A name says nothing about where it leads
when it is written down: who delivers asks `forbidden` of each address it resolves to, connects to just that
one, and follows no redirect.
"""

import ipaddress
import re
from collections.abc import Iterator, Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network
from urllib.parse import SplitResult, urlsplit

from ct112.core.callback_rules import leads_here
from ct112.incidents.agencies import Way, WayKind

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network
LONGEST_URL = 500
LONGEST_EMAIL = 254  # RFC 5321, 4.5.3.1
MOST_WAYS = 10
SECRET = re.compile(r"[!-~]{16,200}")
NUMBER = re.compile(r"\+?[0-9]{3,15}")  # E.164 has 15 digits at most
LABEL = r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?"
HOST = re.compile(rf"{LABEL}(\.{LABEL})*", re.IGNORECASE)
LOCAL_PART = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*"
EMAIL = re.compile(rf"(?=.{{1,64}}@){LOCAL_PART}@{LABEL}(\.{LABEL})+", re.IGNORECASE)
NAT64 = IPv6Network("64:ff9b::/96")
FIELDS: dict[WayKind, frozenset[str]] = {
    WayKind.PAGE: frozenset(),
    WayKind.WEBHOOK: frozenset({"url", "secret"}),
    WayKind.EMAIL: frozenset({"address"}),
    WayKind.PHONE: frozenset({"number"}),
    WayKind.CENTRE: frozenset({"url", "secret"}),
}
"""What a way of each kind may say; a webhook and a centre have to say both of theirs."""
LEAST_WAIT, LONGEST_WAIT = 5, 3600  # seconds an acknowledgement is waited for


def forbidden(address: Address, allowed: Sequence[Network]) -> bool:
    """Return whether nothing may be sent there: not the public internet, nor a network that was allowed."""
    for real in _meant(address):
        if not any(real.version == network.version and real in network for network in allowed) and (
            not real.is_global or real.is_multicast
        ):
            return True
    return False


def _meant(address: Address) -> Iterator[Address]:
    """Yield an address, or the IPv4 address that leads to the same: IPv6 has ways around to it."""
    if isinstance(address, IPv6Address):
        inner = address.ipv4_mapped or address.sixtofour
        if inner is None and address.teredo is not None:
            inner = address.teredo[1]
        if inner is None and address in NAT64:
            inner = IPv4Address(int(address) & 0xFFFFFFFF)
        if inner is not None:
            yield inner
            return
    yield address


def ways_trouble(ways: Sequence[Way], allowed: Sequence[Network]) -> list[tuple[str, str, str]]:
    """Return what is wrong with ways: the field ("ways.0.url"), what, what to do. No value is repeated."""
    found = [] if len(ways) <= MOST_WAYS else [("ways", "are too many", f"send {MOST_WAYS} at most")]
    seen: set[tuple[object, ...]] = set()
    for at, way in enumerate(ways[:MOST_WAYS]):
        found += [(f"ways.{at}.{field}", what, remedy) for field, what, remedy in _way(way, allowed)]
        same = (way.kind, way.url, way.address, way.number)
        if same in seen:
            found.append((f"ways.{at}", "stands twice", "send it once: the order says when it is tried"))
        seen.add(same)
    return found


def _way(way: Way, allowed: Sequence[Network]) -> Iterator[tuple[str, str, str]]:
    known = FIELDS[way.kind]
    for name in ("url", "secret", "address", "number"):
        if getattr(way, name) is not None and name not in known:
            yield name, f"does not belong to a way of kind {way.kind}", "leave it out"
    for name in sorted(known & {"url", "secret"}):
        if getattr(way, name) is None:
            yield name, "is missing", f"a {way.kind} needs it"
    if "url" in known and way.url is not None:
        trouble = url_trouble(way.url, allowed)
        if trouble is not None:
            yield "url", *trouble
    if "secret" in known and way.secret is not None and not SECRET.fullmatch(way.secret):
        yield "secret", "will not do", "send 16 to 200 letters, digits and signs: openssl rand -base64 24"
    if "address" in known and way.address is not None and not is_email(way.address):
        yield "address", "is no e-mail address", "send one like piket@example.org"
    if "number" in known and way.number is not None:
        wrong = number_trouble(way.number)
        if wrong is not None:
            yield "number", *wrong
    if way.within_seconds is not None and not LEAST_WAIT <= way.within_seconds <= LONGEST_WAIT:
        yield "within_seconds", "is out of range", f"send {LEAST_WAIT} to {LONGEST_WAIT}, or null"


def is_email(address: str) -> bool:
    """Return whether this is the address of one mailbox, and nothing that could break a mail's head."""
    return len(address) <= LONGEST_EMAIL and EMAIL.fullmatch(address) is not None


def number_trouble(number: str) -> tuple[str, str] | None:
    """Return what is wrong with a number to be dialled, and what to do; None: nothing."""
    if not NUMBER.fullmatch(number):
        return "is no telephone number", "send digits alone, such as +62285421234 or 0285421234"
    if leads_here(number):
        return "is 112 itself", "send the agency's own number"
    return None


def url_trouble(url: str, allowed: Sequence[Network]) -> tuple[str, str] | None:
    """Return what is wrong with a URL of a receiver, and what to do; None: nothing.

    Plain http is for an address in an allowed network alone: there is no name to hold a certificate against,
    and nothing leaves the house.
    """
    if len(url) > LONGEST_URL or not re.fullmatch(r"[!-~]+", url) or "\\" in url:
        return "is no URL", f"send one of at most {LONGEST_URL} plain characters"
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        return "is no URL", "send one like https://damkar.example.org/ct112"
    if parts.scheme not in ("https", "http"):
        return "is neither https nor http", "send one that begins with https://"
    if parts.username is not None or parts.password is not None:
        return "has a user or a password in it", "leave them out: the signature says who we are"
    if parts.fragment or url.endswith("#"):
        return "has a fragment (#)", "leave it out"
    if not host or port == 0:
        return "has no host, or port 0", "send one like https://damkar.example.org/ct112"
    return _host_trouble(parts, host, allowed)


def _host_trouble(parts: SplitResult, host: str, allowed: Sequence[Network]) -> tuple[str, str] | None:
    try:
        address: Address | None = ipaddress.ip_address(host)
    except ValueError:
        address = None
    if address is None:
        if not HOST.fullmatch(host.removesuffix(".")) or _numeric(host):
            return "has no host that is a name or an address", "write the name out, or the whole address"
        if parts.scheme != "https":
            return "is not https", "send https: plain http is for addresses in an allowed network"
        return None
    if forbidden(address, allowed):
        remedy = "send a public one, or have its network allowed: CT112_AGENCY_NETWORKS"
        return "leads into a network nothing is sent to", remedy
    if parts.scheme != "https" and not any(
        address.version == network.version and address in network for network in allowed
    ):
        return "is not https", "send https: plain http is for addresses in an allowed network"
    return None


def _numeric(host: str) -> bool:
    """Return whether a name would be read as an address by those who are lenient: 127.1, 0x7f000001."""
    last = host.removesuffix(".").rpartition(".")[2]
    return last.isdigit() or re.fullmatch(r"0x[0-9a-f]*", last, re.IGNORECASE) is not None
