"""Addresses as an engineer writes them, judged before they reach a file. IPv4: what the templates speak."""

import re
from ipaddress import IPv4Address, IPv4Network, collapse_addresses

LABEL = re.compile(r"[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?")


class AddressError(ValueError):
    """What was written is no such address; the text says what one looks like."""


def ip(text: str) -> str:
    """Return an IPv4 address. Raises AddressError."""
    try:
        return str(IPv4Address(text))
    except ValueError as error:
        raise AddressError(f"{_shown(text)} is no IPv4 address: write one such as 192.0.2.10") from error


def host(text: str) -> str:
    """Return an IPv4 address or a host name. Raises AddressError."""
    labels = text.rstrip(".").split(".")
    named = len(text) <= 253 and all(LABEL.fullmatch(label) for label in labels)
    if named and not labels[-1].isdigit():
        return text
    try:
        return ip(text)
    except AddressError as error:
        raise AddressError(
            f"{_shown(text)} is neither an IPv4 address nor a host name: "
            "write 192.0.2.10 or sip.carrier.example"
        ) from error


def host_port(text: str) -> str:
    """Return HOST or HOST:PORT. Raises AddressError."""
    name, colon, number = text.partition(":")
    return f"{host(name)}:{port(number)}" if colon else host(name)


def port(text: str | int) -> int:
    """Return a port, 1 to 65535. Raises AddressError."""
    written = str(text)
    if not written.isascii() or not written.isdecimal() or not 1 <= int(written[:6]) <= 65535:
        raise AddressError(f"{_shown(written)} is no port: write a number from 1 to 65535")
    return int(written)


def network(text: str) -> str:
    """Return a network (192.0.2.0/24 or 192.0.2.0/255.255.255.0) or an address. Raises AddressError."""
    if "/" not in text:
        return ip(text)
    try:
        return str(IPv4Network(text))
    except ValueError as error:
        raise AddressError(f"{_shown(text)} is no network: {_remedy(text)}") from error


def together(networks: list[str]) -> list[str]:
    """Return the same addresses as few networks that do not overlap, as a packet filter's set wants them."""
    found = collapse_addresses(IPv4Network(network(one)) for one in networks)
    return [str(one).removesuffix("/32") for one in found]


def _remedy(text: str) -> str:
    try:
        return f"did you mean {IPv4Network(text, strict=False)}?"
    except ValueError:
        return "write one such as 192.0.2.0/24"


def _shown(text: str) -> str:
    return ascii(text[:80])
