"""`ct112 doctor --offline`: does anything here need the world outside? Asked without asking it."""

import asyncio
import ipaddress
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from ct112.doctor.checks import Answer, Check, Trouble, checked
from ct112.settings import Settings
from ct112.store import Store, StoreUnavailable, accounts

HOSTS = Path("/etc/hosts")
ON_THIS_MACHINE = ipaddress.ip_address("127.0.0.1")
Address = ipaddress.IPv4Address | ipaddress.IPv6Address


async def lines(settings: Settings, hosts: Path = HOSTS) -> list[Check]:
    """Return the lines of an island: addresses, names, and who can sign in without the city's provider."""
    plan = [
        (
            "island: names",
            "put the name into /etc/hosts, or the address into the setting",
            partial(names, settings, hosts),
        ),
        ("island: addresses", "move it into the city's own network", partial(addresses, settings, hosts)),
        (
            "island: signing in",
            "ct112 account add NAME admin: the provider may be away",
            partial(signing_in, settings),
        ),
    ]
    return list(await asyncio.gather(*(checked(name, remedy, work) for name, remedy, work in plan)))


async def names(settings: Settings, hosts: Path = HOSTS) -> Answer:
    """Every name in the settings is known on this machine: a name server may be away."""
    known = read_hosts(hosts)
    unknown = [f"{setting}: {host}" for setting, host in needed(settings).items() if not _found(host, known)]
    return not unknown, ", ".join(unknown) or f"{len(needed(settings))} addresses need no name server"


async def addresses(settings: Settings, hosts: Path = HOSTS) -> Answer:
    """Everything in the settings is in a network of the city's own."""
    known = read_hosts(hosts)
    outside = [
        f"{setting}: {host}"
        for setting, host in needed(settings).items()
        if (address := _found(host, known)) is not None and address.is_global
    ]
    return not outside, ", ".join(outside) or "none outside"


async def signing_in(settings: Settings) -> Answer:
    """Somebody may sign in with a password; only asked where the city's provider is used."""
    if not settings.oidc_issuer:
        return True, "with passwords"
    if not settings.database_url:
        raise Trouble("CT112_DATABASE_URL is not set", "set it")
    store = await Store.create(settings.database_url)
    try:
        async with store.transaction() as connection:
            page = await accounts.page(connection, limit=500)
    except StoreUnavailable:
        return None, "not known: see 'database migrated'"
    finally:
        await store.close()
    local = [one.name for one in page.items if one.usable and one.password_hash]
    return bool(local), f"{len(local)} accounts with a password, the others by {settings.oidc_issuer}"


def needed(settings: Settings) -> dict[str, str]:
    """Return the hosts the processes connect to, by the setting that names each.

    Not the carrier, who is outside by nature, and not the provider: `signing_in` asks what is without it.
    """
    found = {
        "CT112_DATABASE_URL": database_host(settings.database_url or ""),
        "CT112_SERVE_URL": host_of(settings.control_url()),
        "CT112_PROMPT_BASE_URL": host_of(settings.prompts_url()),
    }
    for node in settings.nodes:
        found[f"CT112_NODES {node.name} ari_url"] = host_of(node.ari_url)
        found[f"CT112_NODES {node.name} ami_host"] = node.ami_host
    return {setting: host for setting, host in found.items() if host}


def host_of(address: str) -> str:
    """Return the host of an address; empty when it has none."""
    try:
        return urlsplit(address).hostname or ""
    except ValueError:
        return ""


def database_host(address: str) -> str:
    """Return the host of a database; a socket is on this machine."""
    asked = parse_qs(urlsplit(address).query).get("host", [""])[0]
    host = host_of(address) or asked
    return "localhost" if not host or host.startswith("/") else host


def read_hosts(path: Path) -> Mapping[str, Address]:
    """Return the names this machine knows by itself."""
    known: dict[str, Address] = {"localhost": ON_THIS_MACHINE}
    try:
        text = path.read_text("utf-8", "replace")
    except OSError:
        return known
    for line in text.splitlines():
        address, *aliases = line.partition("#")[0].split() or [""]
        try:
            found = ipaddress.ip_address(address.partition("%")[0])
        except ValueError:
            continue
        for alias in aliases:
            known.setdefault(alias.lower(), found)
    return known


def _found(host: str, known: Mapping[str, Address]) -> Address | None:
    """Return the host's address without asking anybody; None when this machine does not know it."""
    try:
        return ipaddress.ip_address(host)
    except ValueError:
        return known.get(host.lower())
