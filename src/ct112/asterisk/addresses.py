"""What an engineer writes, judged before it reaches a file: addresses (IPv4), folders, users, limits."""

import re
from ipaddress import IPv4Address, IPv4Network, collapse_addresses

FOLDER = re.compile(r"/[A-Za-z0-9_./+@%=:~-]{1,254}")
USER = re.compile(r"[a-z_][a-z0-9_-]{0,31}")
WIDEST = 8
"""Bits of the widest network that is believed: nobody is sold more than a 256th of the Internet."""
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


def narrow(text: str) -> str:
    """Return a network of people who are believed: not half the Internet. Raises AddressError."""
    found = network(text)
    if "/" in found and IPv4Network(found).prefixlen < WIDEST:
        raise AddressError(f"{_shown(text)} is as good as everybody: name the addresses that are meant")
    return found


def folder(text: str) -> str:
    """Return a folder or file by its whole path, of signs that mean nothing else. Raises AddressError."""
    if not FOLDER.fullmatch(text):
        raise AddressError(f"{_shown(text)} is no path from / on, of letters, digits and _ . / + @ % = : ~ -")
    return text


def user(text: str) -> str:
    """Return the name of a user of the machine. Raises AddressError."""
    if not USER.fullmatch(text):
        raise AddressError(f"{_shown(text)} is no name of a user of this machine")
    return text


def whole(least: int, most: int, number: int) -> int:
    """Return a number that lies between two others. Raises AddressError."""
    if not least <= number <= most:
        raise AddressError(f"{_shown(str(number))}: a number from {least} to {most}")
    return number


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
