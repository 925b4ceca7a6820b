"""What the engineer asked for, and the places everything goes to."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

ASTERISK_ROOT = "/opt/ct112/asterisk-root"
UNITS = "/usr/local/lib/systemd/system"
"""systemd's folder for what is installed by hand; drop-ins and units in /etc/systemd/system win over it."""
ENV_FILE = "/etc/ct112/ct112.env"
ETC_ASTERISK = "/etc/asterisk"
COMMAND = "/usr/local/bin/ct112"
CONSOLE = "/usr/local/sbin/asterisk"
LOGROTATE = "/etc/logrotate.d/ct112"


@dataclass(frozen=True, kw_only=True)
class Order:
    """The installation asked for."""

    program: Path  # the ct112 that the units start
    node: str = "a"
    given: Mapping[str, Any] = field(default_factory=dict)  # for render: trunk, sip_address, …
    database_url: str = ""
    local_postgresql: bool = False
    mirror: str | None = None
    start: bool = True
    packet_filter: bool | None = None  # None: as it is
    asterisk_only: bool = False  # a second node: ct112 runs on another machine
