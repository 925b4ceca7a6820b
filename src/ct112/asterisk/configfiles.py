"""Asterisk's configuration from the templates in asterisk-config/ and dialplan/, passwords generated."""

import grp
import os
import re
import secrets
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields
from pathlib import Path

from ct112 import shipped

TEMPLATES = ("*.conf", "*.nft", "*.logrotate")
PLACEHOLDER = re.compile(r"@([A-Z][A-Z0-9_]*)@")
UNSAFE = re.compile(r"[\x00-\x1f;\[\]\\]")  # would end the line, start a comment or open a section

Value = str | int | Sequence[str]


class TemplateError(Exception):
    """A template or a value cannot be used; the message says which and what to do."""


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
    trunk_addresses: Sequence[str] = ()
    trunk_contacts: Sequence[str] = ()
    media_addresses: Sequence[str] = ()  # where the carrier's sound comes from; none: the trunk's addresses
    position_networks: Sequence[str] = ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16")
    invites_per_second: int = 12  # of the carrier, for as long as it likes: 43,200 calls an hour
    invites_at_once: int = 40
    ari_user: str = "ct112"
    ami_user: str = "ct112"
    ari_password: str = field(default_factory=lambda: secrets.token_urlsafe(24), repr=False)
    ami_password: str = field(default_factory=lambda: secrets.token_urlsafe(24), repr=False)

    def as_mapping(self) -> dict[str, Value]:
        """Return the values by placeholder name."""
        values = {each.name.upper(): getattr(self, each.name) for each in fields(self)}
        return values | {"MEDIA_ADDRESSES": self.media_addresses or self.trunk_addresses}

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


def find_templates() -> tuple[Path, Path]:
    """Return asterisk-config/ and dialplan/ as shipped."""
    try:
        return shipped.asterisk_config(), shipped.dialplan()
    except shipped.NotShipped as error:
        raise TemplateError(f"{error}, or name them with --templates") from error


def fill(text: str, values: Mapping[str, Value], name: str) -> str:
    """Return `text` filled in: a line whose value is a list repeats, one whose value is empty goes."""
    return "".join(line for template in text.splitlines(True) for line in _lines(template, values, name))


def render(
    templates: Sequence[Path], target: Path, values: NodeValues, *, overwrite: bool = False
) -> list[Path]:
    """Write every template into `target`, readable by its owner alone; return the files.

    Raises TemplateError, with nothing written, when a file is there already and `overwrite` is not given.
    """
    mapping = values.as_mapping()
    filled = {
        target / source.name: fill(source.read_text("utf-8"), mapping, source.name)
        for folder in templates
        for source in sorted(path for pattern in TEMPLATES for path in folder.glob(pattern))
    }
    if not filled:
        raise TemplateError(f"no templates in {', '.join(str(folder) for folder in templates)}: name others")
    there = sorted(path.name for path in filled if path.exists())
    if there and not overwrite:
        raise TemplateError(f"{target} has {', '.join(there)}: move them away or give --overwrite")
    target.mkdir(parents=True, exist_ok=True)
    for path, text in filled.items():
        write_private(path, text)
    return [*filled, *_programs(templates, target / "agi-bin"), *_sounds(templates, target / "hold")]


def _programs(templates: Sequence[Path], target: Path) -> list[Path]:
    """Copy what Asterisk is to start; the newer version replaces the older."""
    target.mkdir(exist_ok=True)
    found = [
        target / source.name
        for folder in templates
        for source in sorted((folder / "agi-bin").glob("ct112-*"))
    ]
    for program in found:
        source = next(one for folder in templates if (one := folder / "agi-bin" / program.name).exists())
        write_private(program, source.read_text("utf-8"))
        program.chmod(0o700)
    return found


def _sounds(templates: Sequence[Path], target: Path) -> list[Path]:
    """Copy what is played on hold, unless the city has put something of its own there."""
    target.mkdir(exist_ok=True)
    if any(target.iterdir()):
        return []
    made = []
    for source in (file for folder in templates for file in sorted((folder / "hold").glob("*"))):
        made.append(target / source.name)
        made[-1].touch(mode=0o600)
        made[-1].write_bytes(source.read_bytes())
    return made


def write_private(path: Path, text: str) -> None:
    """Write `text` so that it is never, not even for a moment, readable by others."""
    new = path.with_name(path.name + ".new")
    new.unlink(missing_ok=True)
    new.touch(mode=0o600)
    new.write_text(text, "utf-8")
    new.replace(path)


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
    items = [str(value)] if isinstance(value, str | int) else [str(item) for item in value]
    for item in items:
        if UNSAFE.search(item):
            raise TemplateError(f"{name}: a control character, ; [ ] or \\ cannot stand in Asterisk's files")
    return [item for item in items if item]


def let_read(files: Sequence[Path], user: str) -> bool:
    """Let Asterisk's own user read the files: it gives up root before it reads most of them.

    Returns whether there is such a user's group here.
    """
    try:
        group = grp.getgrnam(user).gr_gid
    except KeyError:
        return False
    for file in files:
        os.chown(file, -1, group)
        file.chmod(0o750 if file.parent.name == "agi-bin" else 0o640)
    return True
