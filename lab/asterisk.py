"""The lab's Asterisk nodes: each with folders, ports and passwords of its own."""

import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from ct112.asterisk.configfiles import NodeValues
from ct112.asterisk.rendering import render
from ct112.asterisk.trunks import Trunk
from ct112.tls.files import ASTERISK, TlsFolder
from lab import processes
from lab.places import REPOSITORY, NodePorts, Places
from lab.ports import LOOPBACK, require_free
from lab.processes import ProcessTable
from lab.root import Installation

TRUNK = "127.0.0.2"
FOLDERS = ("varlib", "cache", "spool", "run", "log")
SECONDS = 20
UMASK = 0o027  # what Asterisk writes (SIP passwords, logs) is not for everybody


@dataclass(frozen=True)
class AsteriskNode:
    """One node. Its folders are under the private root when Asterisk lives there."""

    places: Places
    table: ProcessTable
    installation: Installation
    name: str
    ports: NodePorts
    ari_password: str
    ami_password: str
    dead_man_seconds: int
    max_calls: int = NodeValues.max_calls
    trunks: tuple[Trunk, ...] = ()  # before the lab's own
    page_phones: bool = False  # for browsers on this machine, without TLS

    @property
    def part(self) -> str:
        """Return the name among the lab's processes."""
        return f"asterisk-{self.name}"

    @property
    def log(self) -> Path:
        """Return what the process itself said; Asterisk's own logs are in `folder`/log."""
        return self.places.log / f"{self.part}.log"

    @property
    def folder(self) -> Path:
        """Return the node's folder as we see it."""
        root = self.installation.root
        return root / self._inside.lstrip("/") if root else Path(self._inside)

    @property
    def fallback(self) -> Path:
        """Return where the node writes down the calls of its fallback."""
        return self.folder / "spool" / "ct112-fallback"

    @property
    def tls(self) -> TlsFolder:
        """Return where its certificate is, if somebody put one there before its start."""
        return TlsFolder(self.folder / "tls")

    @property
    def ws(self) -> str:
        """Return where a page on this machine phones, with `page_phones`."""
        return f"ws://{LOOPBACK}:{self.ports.http}/ws"

    @property
    def _inside(self) -> str:
        """Return the node's folder as Asterisk sees it."""
        if self.installation.root:
            return f"/lab/{self.places.key}/{self.name}"
        return str(self.places.directory / "asterisk" / self.name)

    def values(self) -> NodeValues:
        """Return what the templates are filled with: all on loopback."""
        account = self.installation.account()
        return NodeValues(
            node=self.name,
            dead_man_seconds=self.dead_man_seconds,
            max_calls=self.max_calls,
            etc_dir=f"{self._inside}/etc",
            varlib_dir=f"{self._inside}/varlib",
            cache_dir=f"{self._inside}/cache",
            spool_dir=f"{self._inside}/spool",
            run_dir=f"{self._inside}/run",
            log_dir=f"{self._inside}/log",
            fallback_dir=f"{self._inside}/spool/ct112-fallback",
            run_user=account[0] if account else "",
            sip_address=LOOPBACK,
            sip_port=self.ports.sip,
            sip_tls_port=self.ports.sip_tls,
            wss_port=self.ports.wss,
            tls_pem=f"{self._inside}/tls/asterisk.pem" if self.tls.pem(ASTERISK).exists() else "",
            plain_ws=self.page_phones,
            rtp_start=self.ports.rtp[0],
            rtp_end=self.ports.rtp[1],
            http_port=self.ports.http,
            ami_port=self.ports.ami,
            ami_permit=[f"{LOOPBACK}/255.255.255.255"],
            trunks=[*self.trunks, Trunk(servers=[f"{TRUNK}:{self.places.ports.carrier}"], addresses=[TRUNK])],
            position_networks=["127.0.0.1"],
            ari_password=self.ari_password,
            ami_password=self.ami_password,
        )

    def start(self) -> None:
        """Write the configuration anew, start Asterisk and wait until it is fully booted."""
        ports = self.ports
        tls = (ports.sip_tls, ports.wss) if self.values().tls_pem else ()
        require_free(f"Asterisk {self.name}", tcp=(ports.sip, ports.http, ports.ami, *tls), udp=(ports.sip,))
        etc = self.folder / "etc"
        shutil.rmtree(etc, ignore_errors=True)
        for each in FOLDERS:
            (self.folder / each).mkdir(parents=True, exist_ok=True)
        render((REPOSITORY / "asterisk-config", REPOSITORY / "dialplan"), etc, self.values())
        self._hand_over()
        command = self.installation.command("-f", "-C", f"{self._inside}/etc/asterisk.conf")
        self.table.add(self.part, processes.start(command, log=self.log, cwd=Path("/"), umask=UMASK))
        processes.wait_ready(self.part, self.table, self._booted, SECONDS, self.log)

    def cli(self, command: str) -> subprocess.CompletedProcess[str]:
        """Run a command at Asterisk's console."""
        line = self.installation.command("-C", f"{self._inside}/etc/asterisk.conf", "-rx", command)
        return subprocess.run(line, capture_output=True, text=True, check=False, timeout=15)

    def _booted(self) -> bool:
        if not (self.folder / "run" / "asterisk.ctl").exists():
            return False
        answer = self.cli("core waitfullybooted")
        return answer.returncode == 0 and "fully booted" in answer.stdout

    def _hand_over(self) -> None:
        account = self.installation.account()
        if account is None:
            return
        os.chown(self.folder, account[1], account[2])
        for folder, _, files in os.walk(self.folder):
            os.chown(folder, account[1], account[2])
            for name in files:
                os.chown(Path(folder) / name, account[1], account[2], follow_symlinks=False)
