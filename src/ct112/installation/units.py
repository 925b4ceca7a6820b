"""The files of ours: systemd's units, the way to Asterisk's console, logrotate."""

from ct112 import shipped
from ct112.asterisk.configfiles import fill
from ct112.installation import packet_filter
from ct112.installation.kept import OwnFile
from ct112.installation.order import ASTERISK_ROOT, CONSOLE, LOGROTATE, UNITS, Order

SERVICES = ("asterisk.service", "ct112-serve.service", "ct112-web.service", "ct112-worker.service")
"""In the order in which they start. Debian's own unit of Asterisk has the same name as ours."""
RENEWAL = "renew-ct112-certificates"
TIMERS = (f"{RENEWAL}.timer",)
CONFINED = "ct112-.service.d/10-confined.conf"
BEYOND_DRAIN_SECONDS = 30  # after the talks: what is on the way to the disk
LOGS = {"LOG_DIR": "/var/log/asterisk", "RUN_USER": "asterisk"}


def wanted(order: Order, *, private: bool, drain_seconds: float) -> tuple[OwnFile, ...]:
    """Return every file of ours as it is to be."""
    values = {
        "@CT112@": str(order.program),
        "@STOP_SECONDS@": f"{drain_seconds + BEYOND_DRAIN_SECONDS:.0f}",
        "@ASTERISK_ROOT@": ASTERISK_ROOT,
    }
    names = ["logrotate.timer.d/10-ct112.conf", packet_filter.UNIT, "nftables.service.d/10-ct112.conf"]
    if not order.asterisk_only:
        names += ["ct112-serve.service", "ct112-web.service", "ct112-worker.service", CONFINED]
        names += [f"{RENEWAL}.service", *TIMERS]
    names += ["asterisk.service"] if private else ["asterisk.service.d/10-ct112.conf"]
    files = [OwnFile(f"{UNITS}/{name}", filled(name, values)) for name in names]
    if private:
        files.append(OwnFile(CONSOLE, filled("asterisk-console.sh", values), 0o755))
    text = (shipped.asterisk_config() / "ct112.logrotate").read_text("utf-8")
    return (*files, OwnFile(LOGROTATE, fill(text, LOGS, "ct112.logrotate")))


def filled(name: str, values: dict[str, str]) -> str:
    """Return a file of systemd/ with its values."""
    text = (shipped.systemd() / name).read_text("utf-8")
    for placeholder, value in values.items():
        text = text.replace(placeholder, value)
    return text
