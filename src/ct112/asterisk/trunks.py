"""A carrier's trunk as an engineer describes it: what it is called, where it is, how it is signed in to."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

from ct112.asterisk import addresses
from ct112.asterisk.addresses import AddressError

ENDPOINT = "trunk"
"""The endpoint of a trunk without a name; others are `trunk-NAME`, which no position may be called."""
NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,30}")
USER = re.compile(r"[A-Za-z0-9+._~*-]{1,64}")
PROOF = re.compile(r"[!#-:=?-Z^-~]{1,128}")
"""Of `auth_user`: ASCII without blank, quote, bracket, `;` or backslash; an address with its @ as well."""
MOST_LINES = 100_000
LONGEST_PATH = 4000
TRANSPORTS = ("udp", "tcp", "tls")
KEYS = {"auto": "auto", "rfc4733": "rfc4733", "info": "info", "tones": "inband"}
"""How keys come, and Asterisk's word for it. INFO is heard whatever stands here."""


class TrunkError(ValueError):
    """A trunk is described in a way that cannot be used; the text says what to write."""


@dataclass(frozen=True, kw_only=True)
class Trunk:
    """One connection to a carrier. `lines` 0: as many as there are calls."""

    name: str = ""
    servers: Sequence[str] = ()  # HOST or HOST:PORT: where calls go out to and what is asked for OPTIONS
    addresses: Sequence[str] = ()  # where its calls come from; none: the servers
    media: Sequence[str] = ()  # where its sound comes from; none: the addresses
    transport: str = "udp"
    keys: str = "auto"
    user: str = ""  # registers as this user; empty: known by address alone
    auth_user: str = ""  # none: the user
    domain: str = ""  # of the user; none: the first server
    password: str = field(default="", repr=False)
    password_file: Path | None = None
    caller_number: str = ""  # what is shown of calls we make; none: the user
    lines: int = 0
    kept_for_callers: int = 0  # of its lines: calls we make leave so many free
    outgoing: bool = True  # whether calls we make may go this way

    @property
    def endpoint(self) -> str:
        """Return what Asterisk calls it."""
        return f"{ENDPOINT}-{self.name}" if self.name else ENDPOINT

    @property
    def sources(self) -> Sequence[str]:
        """Return the addresses its calls come from."""
        return self.addresses or [server.partition(":")[0] for server in self.servers]

    def as_mapping(self) -> Mapping[str, str | Sequence[str]]:
        """Return what its templates are filled with."""
        host = self.domain or (self.servers[0] if self.servers else "")
        return {
            "ENDPOINT": self.endpoint,
            "TRANSPORT": self.transport,
            "DTMF_MODE": KEYS[self.keys],
            "ADDRESSES": self.sources,
            "ACCOUNT": self.endpoint if self.user else "",
            "USER": self.user,
            "AUTH_USER": self.auth_user or self.user,
            "DOMAIN": self.domain,
            "REGISTRAR": host,
            "SHOWN_USER": self.caller_number or self.user,
            **{
                f"{kind}_{name.upper()}": values if self.transport == name else ()
                for kind, values in (
                    ("CONTACTS", (self.domain,) if self.domain else self.servers),
                    ("PROXY", self.servers[:1] if self.domain else ()),
                )
                for name in TRANSPORTS
            },
            **{f"OVER_{name.upper()}": host if self.transport == name else "" for name in TRANSPORTS},
        }


def from_table(table: Mapping[str, Any], where: str, folder: Path) -> Trunk:
    """Return the trunk a table of the description stands for; `where` names it. Raises TrunkError."""
    known = {each.name for each in fields(Trunk)} - {"password", "servers"} | {"server"}
    for key in table:
        if key not in known:
            raise TrunkError(f"{where}: {key} is no setting of a trunk: {', '.join(sorted(known))}")
    given = {key: _typed(key, value, where) for key, value in table.items()}
    given["servers"] = given.pop("server", ())
    if given.get("password_file"):
        given["password_file"] = folder / given["password_file"]
    else:
        given.pop("password_file", None)
    trunk = Trunk(**given)
    check(trunk, where)
    return trunk


def check(trunk: Trunk, where: str) -> None:
    """Raise TrunkError, naming the setting, when the trunk cannot be used."""
    if trunk.name and not NAME.fullmatch(trunk.name):
        raise TrunkError(f"{where}: name {trunk.name[:40]!a}: small letters, digits and '-', 31 at most")
    if not trunk.servers:
        raise TrunkError(f"{where}: server is missing: where the carrier is, such as 192.0.2.10:5060")
    for key, values, judge in _addresses(trunk):
        for value in values:
            try:
                judge(value)
            except AddressError as error:
                raise TrunkError(f"{where}: {key}: {error}") from error
    if not trunk.addresses and any(not _is_ip(source) for source in trunk.sources):
        raise TrunkError(
            f"{where}: server is a host name: say in addresses where its calls come from, "
            'such as addresses = ["192.0.2.0/28"]'
        )
    _check_words(trunk, where)
    _check_lines(trunk, where)


def _addresses(trunk: Trunk) -> Sequence[tuple[str, Sequence[str], Callable[[str], str]]]:
    return (
        ("server", trunk.servers, addresses.host_port),
        ("addresses", trunk.addresses, addresses.narrow),
        ("media", trunk.media, addresses.narrow),
        ("domain", [trunk.domain] if trunk.domain else [], addresses.host_port),
    )


def _check_words(trunk: Trunk, where: str) -> None:
    if trunk.transport not in TRANSPORTS:
        raise TrunkError(f"{where}: transport {trunk.transport[:20]!r}: one of {', '.join(TRANSPORTS)}")
    if trunk.keys not in KEYS:
        raise TrunkError(f"{where}: keys {trunk.keys[:20]!r}: one of {', '.join(KEYS)}")
    for key in ("user", "caller_number"):
        value = getattr(trunk, key)
        if value and not USER.fullmatch(value):
            raise TrunkError(f"{where}: {key} {value[:40]!r}: letters, digits and + . _ ~ * - alone")
    if trunk.auth_user and not PROOF.fullmatch(trunk.auth_user):
        raise TrunkError(f"{where}: auth_user {trunk.auth_user[:40]!a}: it cannot stand in Asterisk's files")
    path = str(trunk.password_file or "")
    if len(path) > LONGEST_PATH or not path.isprintable():
        raise TrunkError(f"{where}: password_file {path[:80]!a} is no path")
    if trunk.user and len(trunk.servers) > 1:
        raise TrunkError(f"{where}: registers at one server: make a trunk of its own for the second")
    if trunk.auth_user and not trunk.user:
        raise TrunkError(f"{where}: auth_user without user: say as whom to register")


def _check_lines(trunk: Trunk, where: str) -> None:
    if not 0 <= trunk.lines <= MOST_LINES or trunk.kept_for_callers < 0:
        raise TrunkError(f"{where}: lines and kept_for_callers are numbers from 0 to {MOST_LINES}")
    if trunk.kept_for_callers and not trunk.lines:
        raise TrunkError(f"{where}: kept_for_callers of how many? Say lines = NUMBER")
    if trunk.kept_for_callers and trunk.kept_for_callers >= trunk.lines and trunk.outgoing:
        raise TrunkError(
            f"{where}: all {trunk.lines} lines are kept for callers: keep fewer, or say outgoing = false"
        )


def _typed(key: str, value: Any, where: str) -> Any:
    """Return a value of the type its setting has; one address may stand for a list of one."""
    if key in ("server", "addresses", "media"):
        listed = [value] if isinstance(value, str) else value
        if not isinstance(listed, list) or not all(isinstance(one, str) for one in listed):
            raise TrunkError(f'{where}: {key} is an address, or a list: {key} = ["192.0.2.10"]')
        return tuple(str(one) for one in listed)
    default = next((each.default for each in fields(Trunk) if each.name == key), "")
    wanted = bool if isinstance(default, bool) else int if isinstance(default, int) else str
    if not isinstance(value, wanted) or (wanted is int and isinstance(value, bool)):
        example = {bool: "true or false", int: "a number", str: 'text in "quotes"'}[wanted]
        raise TrunkError(f"{where}: {key} must be {example}")
    return str(value) if wanted is str else value


def _is_ip(text: str) -> bool:
    try:
        addresses.ip(text)
    except AddressError:
        return False
    return True
