"""What must be true of a machine before anything is changed on it."""

from collections.abc import Iterator
from pathlib import Path

from ct112.env_file import EnvFileError
from ct112.installation import foreign
from ct112.installation.machine import InstallFailure, Machine, taken_ports
from ct112.installation.order import ENV_FILE, ETC_ASTERISK, Order
from ct112.installation.postgres import database_url
from ct112.installation.private_root import private
from ct112.installation.readable import closed_above

DEBIANS = ("12", "13")
ROOM = {"/opt": 2 * 1024**3, "/var/lib": 1024**3}
"""Bytes: Asterisk's root and its copy during an update; spool, prompts, records."""
PORTS = (
    ("udp", 5060),
    ("tcp", 5060),
    ("tcp", 8088),
    ("tcp", 5038),
    ("tcp", 8112),
    ("tcp", 8113),
    ("tcp", 8114),
)
CLOSED_TO_SERVICES = ("/home", "/root", "/run/user", "/tmp", "/var/tmp")  # noqa: S108 (ProtectHome, PrivateTmp)
HOSTS_REMEDY = "add a line '127.0.1.1 NAME' to /etc/hosts: without it Asterisk is slow by a factor of thirty"


def trouble(machine: Machine, order: Order) -> Iterator[InstallFailure]:
    """Yield every reason why this cannot be installed here, each with its remedy."""
    if not machine.is_root():
        yield InstallFailure("this is not root", "sudo ct112 install …")
    release = machine.release()
    if release.get("ID") != "debian" or release.get("VERSION_ID") not in DEBIANS:
        yield InstallFailure(
            f"this is {release.get('PRETTY_NAME', 'no Debian')}, not Debian {' or '.join(DEBIANS)}",
            "take one of these, or run the containers (docs/install.md)",
        )
    if not machine.has_systemd():
        yield InstallFailure(
            "systemd does not run this machine", "boot it with systemd, or run the containers"
        )
    for path, needed in ROOM.items():
        free = machine.free_bytes(path)
        if free < needed:
            mega = 1024 * 1024
            yield InstallFailure(
                f"{path} has {free // mega} MB free and {needed // mega} MB are needed", "make room there"
            )
    yield from _program(order)
    try:
        yield from _settings(machine, order)
    except EnvFileError as error:
        yield InstallFailure(str(error), "then the same command again")
    if foreign.runs_a_foreign_one(machine) and private(machine):
        yield InstallFailure(
            "an Asterisk that is too old runs here (asterisk.service)",
            "when nobody talks: systemctl disable --now asterisk; its configuration will be put aside",
        )
    if not machine.resolves_itself():
        yield InstallFailure("this machine's own name does not resolve", HOSTS_REMEDY)


def _program(order: Order) -> Iterator[InstallFailure]:
    inside = [folder for folder in CLOSED_TO_SERVICES if order.program.is_relative_to(folder)]
    if inside:
        yield InstallFailure(
            f"ct112 lies in {inside[0]}, where its services may not look",
            "install it in /opt/ct112/venv: python3 -m venv /opt/ct112/venv",
        )
        return
    if not order.program.is_file():
        yield InstallFailure(f"{order.program} is not there", "pip install the wheel into /opt/ct112/venv")
        return
    python = order.program.with_name("python").resolve()
    if any(python.is_relative_to(folder) for folder in CLOSED_TO_SERVICES):
        yield InstallFailure(
            f"its Python lies in {python.parent}, where the services may not look",
            "make the venv with Debian's own: /usr/bin/python3 -m venv /opt/ct112/venv",
        )
    closed = closed_above(order.program)
    if closed is not None:
        yield InstallFailure(f"{closed} lets only its owner through to ct112", f"chmod a+x {closed}")


def _settings(machine: Machine, order: Order) -> Iterator[InstallFailure]:
    """Yield what was not said and is not known from a run before."""
    if order.asterisk_only:
        if not machine.path(f"{ETC_ASTERISK}/{foreign.RENDERED}").exists():
            yield InstallFailure(
                f"there is no configuration of this node in {ETC_ASTERISK}",
                "render it where ct112 runs, and carry it over with all its files (docs/install.md)",
            )
        return
    known = database_url(machine)
    if not (order.database_url or order.local_postgresql or known):
        yield InstallFailure(
            "no PostgreSQL is named",
            "--database-url-file FILE with its address, or --postgresql for Debian's own",
        )
    described = machine.path(str(Path(ENV_FILE).with_name("asterisk.toml"))).exists()
    rendered = machine.path(f"{ETC_ASTERISK}/pjsip.conf").exists()
    ours = rendered and not foreign.has_foreign_configuration(machine)
    if not (order.given.get("trunk") or described or ours):
        yield InstallFailure(
            "no trunk is named", "--trunk ADDRESS of the carrier, as often as it has addresses"
        )


def ports() -> Iterator[InstallFailure]:
    """Yield the ports that others have; to be asked only where none of our services runs."""
    for port in taken_ports(PORTS):
        yield InstallFailure(
            f"{port} is taken",
            f"ss -lnp | grep ':{port.split()[1]} ' says by whom: stop it, or give ct112 another port first",
        )
