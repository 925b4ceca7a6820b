"""Asterisk's configuration from the templates in asterisk-config/ and dialplan/, passwords generated."""

import re
import secrets
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields
from functools import partial
from ipaddress import ip_address
from pathlib import Path

from ct112 import shipped
from ct112.asterisk import addresses
from ct112.asterisk.addresses import AddressError
from ct112.asterisk.trunks import Trunk

TEMPLATES = ("*.conf", "*.nft", "*.logrotate")
NO_LOCAL = frozenset({"asterisk.conf"})  # read before Asterisk knows where the others are
HEADER = (
    "; Written by `ct112 asterisk render`, which will not replace it once it was edited.\n"
    "; What is yours goes into {local}, beside it: it is read at the end of this file.\n\n"
)
FOOTER = '\n#tryinclude "{local}"\n'
PLACEHOLDER = re.compile(r"@([A-Z][A-Z0-9_]*)@")
UNSAFE = re.compile(r"[\x00-\x1f;\[\]\\]")  # would end the line, start a comment or open a section

BROWSER_MODULES = ("res_srtp.so", "res_pjsip_transport_websocket.so")
"""Only where browsers phone or there is TLS: the sound of softphones encrypted, SIP of browser phones."""

Value = str | int | Sequence[str]


class TemplateError(Exception):
    """A template or a value cannot be used; the message says which and what to do."""


class Literal(str):
    """A value that may hold what else would end it: a password somebody else has chosen."""

    __slots__ = ()

    def escaped(self, name: str) -> str:
        """Return it as Asterisk's files have it. Raises TemplateError when none of its lines can hold it."""
        if not self.isprintable() or self != self.strip() or "\\" in self:
            raise TemplateError(f"{name}: a control character, a \\ or a blank at an end cannot stand there")
        return self.replace(";", "\\;")


@dataclass(frozen=True)
class NodeValues:
    """What one Asterisk node is told. Ports are on `sip_address` (SIP) and `control_address` (ARI, AMI)."""

    node: str = "a"
    application: str = "ct112"
    dead_man_seconds: int = 12
    etc_dir: str = "/etc/asterisk"
    varlib_dir: str = "/var/lib/asterisk"
    cache_dir: str = "/var/cache/asterisk"
    spool_dir: str = "/var/spool/asterisk"
    run_dir: str = "/run/asterisk"
    log_dir: str = "/var/log/asterisk"
    fallback_dir: str = "/var/lib/ct112/fallback"  # where the fallback writes its calls, for ct112 to read
    run_user: str = "asterisk"
    max_calls: int = 400
    sip_address: str = "0.0.0.0"  # noqa: S104 - production listens where the carrier is
    sip_port: int = 5060
    external_address: str = ""
    local_networks: Sequence[str] = ()
    rtp_start: int = 10000
    rtp_end: int = 10999
    control_address: str = "127.0.0.1"
    http_port: int = 8088
    ami_port: int = 5038
    ami_permit: Sequence[str] = ("127.0.0.0/255.0.0.0",)
    sip_tls_port: int = 5061
    wss_port: int = 8089  # browser phones, over HTTPS
    tls_pem: str = ""  # key and certificates in one file, as Asterisk sees it; empty: no TLS at all
    plain_ws: bool = False  # browser phones on this machine alone, without TLS: a lab's
    tls_ca: str = ""  # whom a trunk over TLS is believed from
    trunks: Sequence[Trunk] = ()
    position_networks: Sequence[str] = ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16")
    invites_per_second: int = 12  # of the carrier, for as long as it likes: 43,200 calls an hour
    invites_at_once: int = 40
    ari_user: str = "ct112"
    ami_user: str = "ct112"
    ari_password: str = field(default_factory=lambda: secrets.token_urlsafe(24), repr=False)
    ami_password: str = field(default_factory=lambda: secrets.token_urlsafe(24), repr=False)

    def as_mapping(self) -> dict[str, Value]:
        """Return the values by placeholder name."""
        values = {
            each.name.upper(): getattr(self, each.name) for each in fields(self) if each.name != "trunks"
        }
        sources = [source for trunk in self.trunks for source in trunk.sources]
        media = [network for trunk in self.trunks for network in trunk.media or trunk.sources]
        tls = bool(self.tls_pem)
        browsers = tls or self.plain_ws
        return values | {
            "TRUNK_FILES": [trunk_file(trunk) for trunk in self.trunks],
            "CARRIER_NETWORKS": addresses.together(sources),
            "MEDIA_NETWORKS": addresses.together(media),
            "POSITION_NETWORKS": addresses.together(list(self.position_networks)),
            "TLS": "tls" if tls else "",
            "SIP_TLS_PORT": self.sip_tls_port if tls else "",
            "TLS_VERIFY": "yes" if tls and self.tls_ca else "",
            "TLS_METHOD": "tlsv1_2" if tls else "",
            "TLS_ON": "yes" if tls else "",
            "BROWSER_WS": "wss" if tls else "ws" if browsers else "",
            "ICE": "yes" if browsers else "no",
            "WSS_PORT": self.wss_port if tls else "",
            "BROWSER_MODULES": BROWSER_MODULES if browsers else (),
        }

    def check(self) -> None:
        """Raise TemplateError, naming the field first, when a value cannot be what it is meant to be."""
        for name, judge in CHECKS.items():
            value = getattr(self, name)
            for one in [value] if isinstance(value, str | int) else value:
                try:
                    judge(one)
                except AddressError as error:
                    raise TemplateError(f"{name}: {error}") from error
        if not self.ami_permit:
            raise TemplateError("ami_permit: from where may ct112 come? Nobody could drive this node")
        self._check_ports()
        if not self.tls_pem and any(trunk.transport == "tls" for trunk in self.trunks):
            raise TemplateError("tls_pem: a trunk over TLS needs a file with a key and certificates")
        if self.plain_ws and not ip_address(self.control_address).is_loopback:
            raise TemplateError("plain_ws: only with a control_address on loopback: else give it tls_pem")
        names = [trunk.endpoint for trunk in self.trunks]
        if len(names) != len(set(names)):
            raise TemplateError("trunk: two trunks have one name: give each its own")

    def _check_ports(self) -> None:
        """Raise TemplateError when two parts of Asterisk would want the same port."""
        if self.rtp_end - self.rtp_start < 1:
            raise TemplateError("rtp_end: must be above rtp_start, or there is no port for the sound")
        if self.rtp_start <= self.sip_port <= self.rtp_end:
            raise TemplateError("sip_port: lies among the ports of the sound: move it, or them")
        named = ("sip_port", "http_port", "ami_port", *(("sip_tls_port", "wss_port") if self.tls_pem else ()))
        for name in named:
            same = [other for other in named if other != name and getattr(self, other) == getattr(self, name)]
            if same:
                raise TemplateError(f"{name}: is {same[0]} as well: give each a port of its own")

    def connection(self) -> dict[str, str | int]:
        """Return how ct112 reaches this node: one element of `CT112_NODES`."""
        return {
            "name": self.node,
            "ari_url": f"http://{self.control_address}:{self.http_port}/ari",
            "ari_user": self.ari_user,
            "ari_password": self.ari_password,
            "ami_host": self.control_address,
            "ami_port": self.ami_port,
            "ami_user": self.ami_user,
            "ami_password": self.ami_password,
        }


def _unless_empty(judge: Callable[[str], object], text: str) -> object:
    return judge(text) if text else None


CHECKS: Mapping[str, Callable[..., object]] = {
    "sip_address": addresses.ip,
    "control_address": addresses.ip,
    "external_address": partial(_unless_empty, addresses.host),
    "ami_permit": addresses.narrow,
    "local_networks": addresses.network,
    "position_networks": addresses.network,
    **dict.fromkeys(
        ("sip_port", "sip_tls_port", "wss_port", "http_port", "ami_port", "rtp_start", "rtp_end"),
        addresses.port,
    ),
    **dict.fromkeys(
        ("etc_dir", "varlib_dir", "cache_dir", "spool_dir", "run_dir", "log_dir", "fallback_dir"),
        addresses.folder,
    ),
    **dict.fromkeys(("tls_pem", "tls_ca"), partial(_unless_empty, addresses.folder)),
    "run_user": partial(_unless_empty, addresses.user),
    "dead_man_seconds": partial(addresses.whole, 2, 600),  # 0 would disarm the dead-man's switch
    "max_calls": partial(addresses.whole, 1, 10_000),  # 0 would be none refused, to Asterisk
    "invites_per_second": partial(addresses.whole, 1, 10_000),
    "invites_at_once": partial(addresses.whole, 1, 10_000),
}
"""What each field has to be."""


def trunk_file(trunk: Trunk) -> str:
    """Return the name of the file a trunk is rendered to."""
    return f"pjsip-{trunk.endpoint}.conf"


def find_templates() -> tuple[Path, Path]:
    """Return asterisk-config/ and dialplan/ as shipped."""
    try:
        return shipped.asterisk_config(), shipped.dialplan()
    except shipped.NotShipped as error:
        raise TemplateError(f"{error}, or name them with --templates") from error


def fill(text: str, values: Mapping[str, Value], name: str) -> str:
    """Return `text` filled in: a line whose value is a list repeats, one whose value is empty goes."""
    return "".join(line for template in text.splitlines(True) for line in _lines(template, values, name))


def filled(templates: Sequence[Path], values: NodeValues) -> dict[str, str]:
    """Return what each of Asterisk's files is to say, by its name. Raises TemplateError."""
    values.check()
    mapping = values.as_mapping()
    found = {
        source.name: fill(source.read_text("utf-8"), mapping, source.name)
        for folder in templates
        for source in sorted(path for pattern in TEMPLATES for path in folder.glob(pattern))
    }
    if not found:
        raise TemplateError(f"no templates in {', '.join(str(folder) for folder in templates)}: name others")
    found |= {trunk_file(trunk): _trunk(templates, trunk) for trunk in values.trunks}
    return {name: _framed(name, text) for name, text in found.items()}


def _trunk(templates: Sequence[Path], trunk: Trunk) -> str:
    """Return what is said of one trunk."""
    parts = ["trunk.conf", *(["account.conf"] if trunk.user else [])]
    mapping: dict[str, Value] = {**trunk.as_mapping(), "PASSWORD": Literal(trunk.password)}
    sources = [path for part in parts for folder in templates if (path := folder / "trunk" / part).exists()]
    if len(sources) != len(parts):
        raise TemplateError("no trunk/ among the templates: name others")
    return "".join(fill(source.read_text("utf-8"), mapping, source.name) for source in sources)


def _framed(name: str, text: str) -> str:
    """Return the file with what a reader has to know of it, and the way to settings of one's own."""
    if not name.endswith(".conf") or name in NO_LOCAL:
        return text
    local = name.removesuffix(".conf") + "_local.conf"
    return HEADER.format(local=local) + text + FOOTER.format(local=local)


def _lines(line: str, values: Mapping[str, Value], name: str) -> Iterator[str]:
    found = [match for match in PLACEHOLDER.findall(line) if not line.lstrip().startswith(";")]
    for placeholder in found:
        if placeholder not in values:
            raise TemplateError(f"{name}: @{placeholder}@ has no value")
    if not found:
        yield line
        return
    choices = [_items(values[placeholder], placeholder) for placeholder in found]
    for row in range(max(map(len, choices)) if all(choices) else 0):
        picked = {p: items[min(row, len(items) - 1)] for p, items in zip(found, choices, strict=True)}
        yield PLACEHOLDER.sub(lambda match, picked=picked: picked[match[1]], line)  # type: ignore[misc]


def _items(value: Value, name: str) -> list[str]:
    if isinstance(value, Literal):
        return [value.escaped(name)] if value else []
    items = [str(value)] if isinstance(value, str | int) else [str(item) for item in value]
    for item in items:
        if UNSAFE.search(item):
            raise TemplateError(f"{name}: a control character, ; [ ] or \\ cannot stand in Asterisk's files")
    return [item for item in items if item]
