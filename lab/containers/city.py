"""A city's installation in containers: compose.yaml as it is, an `.env` of its own, and commands inside."""

import json
import os
import re
import shutil
import signal
from collections.abc import Collection, Sequence
from pathlib import Path
from typing import Any

from ct112 import env_file
from lab.containers.engine import Engine
from lab.places import REPOSITORY, Ports
from lab.ports import LOOPBACK
from lab.processes import wait_until
from lab.service import asked
from lab.steps import StepFailed

CARRIER = "127.0.0.2"
NAME = "ct112proof"
POSITIONS = ("pos-1", "pos-2", "pos-3")
OPERATORS = ("sari", "budi", "wati")
PASSWORD = "a-password-for-this-proof-112\n"
DOCKER = """\
#!/bin/bash
[ "$1" = compose ] || exec /usr/bin/docker "$@"
shift
case "$*" in *"account add"*) ;; *) exec </dev/null ;; esac
words=()
for word in "$@"; do
    case $word in --build) word=--no-build ;; esac
    words+=("$word")
    case $word in exec | run) words+=(-T) ;; esac
done
exec docker-compose "${words[@]}"
"""
READY_SECONDS = 60
HEALTHY_SECONDS = 30
THREE = ("serve", "web", "worker")
OURS = ("asterisk", "postgres", "serve", "web", "worker")


class City:
    """The composed installation on this engine, its ports from a base of its own."""

    def __init__(self, engine: Engine, base: int) -> None:
        """Nothing is written or started yet."""
        self.engine = engine
        self.ports = Ports(base)
        self.folder = engine.folder / "city" / "docker"

    @property
    def exchange(self) -> str:
        """Return where the carrier and the phones find Asterisk, host:port."""
        return f"{LOOPBACK}:{self.ports.node(0).sip}"

    @property
    def exchange_over_tls(self) -> str:
        """Return where phones find it once it has a certificate."""
        return f"{LOOPBACK}:{self.ports.node(0).sip_tls}"

    def write(self) -> None:
        """Write what a city has: compose.yaml and `.env`."""
        shutil.rmtree(self.folder.parent, ignore_errors=True)
        self.folder.mkdir(parents=True)
        shutil.copy(REPOSITORY / "docker" / "compose.yaml", self.folder / "compose.yaml")
        text = (REPOSITORY / "docker" / "env.example").read_text("utf-8")
        for name, value in self._environment().items():
            text = env_file.with_value(text, name, value).replace(f"{name}='{value}'", f"{name}={value}")
        for name in ("env.example", ".env"):
            (self.folder / name).write_text(text, "utf-8")

    def _environment(self) -> dict[str, str]:
        node = self.ports.node(0)
        return {
            "COMPOSE_PROJECT_NAME": NAME,
            "CT112_TRUNK": CARRIER,
            "CT112_ASTERISK_SIP_ADDRESS": LOOPBACK,
            "CT112_ASTERISK_SIP_PORT": str(node.sip),
            "CT112_ASTERISK_SIP_TLS_PORT": str(node.sip_tls),
            "CT112_ASTERISK_WSS_PORT": str(node.wss),
            "CT112_ASTERISK_HTTP_PORT": str(node.http),
            "CT112_ASTERISK_AMI_PORT": str(node.ami),
            "CT112_ASTERISK_RTP_START": str(node.rtp[0]),
            "CT112_ASTERISK_RTP_END": str(node.rtp[1]),
            "CT112_ASTERISK_POSITION_NETWORKS": LOOPBACK,
            "CT112_SERVE_PORT": str(self.ports.serve),
            "CT112_WEB_PORT": str(self.ports.web),
            "CT112_WORKER_PORT": str(self.ports.worker),
            "CT112_DRAIN_SECONDS": "3",
            "CT112_WRAP_UP_SECONDS": "3",
            "CT112_OOM_SCORE": "-900" if _may_lower_oom_score() else "0",
        }

    def compose(self, *arguments: str, text: str | None = None, seconds: float = 180) -> str:
        """Run compose in the city's folder."""
        given = None if text is None else text.encode()
        return self.engine.run(["docker-compose", *arguments], text=given, cwd=self.folder, seconds=seconds)

    def up(self) -> None:
        """Bring everything up; the images are there."""
        self.compose("up", "--detach", "--no-build")

    def upgrade(self) -> None:
        """Bring up what ends no call: a new image of Asterisk waits until it is asked for by name."""
        self.compose("up", "--detach", "--no-build", "migration", "serve", "web", "worker")

    def down(self) -> None:
        """End everything; volumes too."""
        self.compose("down", "--volumes", "--timeout", "10")

    def inside(self, service: str, *command: str, text: str | None = None) -> str:
        """Run a command in a service's container."""
        return self.compose("exec", "-T", service, *command, text=text, seconds=60)

    def staff(self, *, admin: bool = True, sitting: Collection[str] = ()) -> dict[str, str]:
        """Make positions and operators but those `sitting` already, log the operators in, make an admin.

        Returns the phones' passwords.
        """
        wanted = [pair for pair in zip(POSITIONS, OPERATORS, strict=True) if pair[0] not in sitting]
        lines = ["set -e"]
        for position, operator in wanted:
            lines += [f"ct112 position add {position}", f"ct112 operator add {operator}"]
        lines += [f"ct112 operator sit {operator} {position}" for position, operator in wanted]
        lines += ["ct112 account add kepala admin"] if admin else []
        return accounts_in(self.inside("serve", "sh", "-c", "\n".join(lines), text=PASSWORD))

    def by_the_book(self, commands: Path) -> dict[str, str]:
        """Run the commands of docs/install.md as they stand; return the phones' passwords they print.

        The images are there, and nobody sits at the terminal: that is what our `docker` before the real one
        knows. It takes compose 1.29 for `docker compose`, too.
        """
        tools = self.folder.parent / "bin"
        tools.mkdir(exist_ok=True)
        (tools / "docker").write_text(DOCKER, "utf-8")
        (tools / "docker").chmod(0o755)
        more = {"PATH": f"{tools}:{os.environ['PATH']}", "EDITOR": "true"}
        where, given = self.folder.parent, PASSWORD.encode()
        return accounts_in(self.engine.run(["bash", str(commands)], text=given, cwd=where, more=more))

    def wait_ready(self, names: Sequence[str] = THREE, seconds: float = READY_SECONDS) -> None:
        """Wait until serve would handle calls, and web and worker do their work. Raises StepFailed."""
        for name in names:
            port = getattr(self.ports, name)
            url = f"http://{LOOPBACK}:{port}/readyz"
            if not wait_until(lambda url=url: asked(url)[0] == 200, seconds, 0.1):  # type: ignore[misc]
                raise StepFailed(f"{name} is not ready: {asked(url)[1][:400]}", f"read {self.keep_logs()}")

    def serve_ready(self) -> bool:
        """Return whether serve would handle calls."""
        return asked(f"http://{LOOPBACK}:{self.ports.serve}/readyz")[0] == 200

    def identity(self, service: str) -> str:
        """Return the id of a service's container."""
        labels = ("project=" + NAME, "service=" + service)
        filters = (word for label in labels for word in ("--filter", f"label=com.docker.compose.{label}"))
        return self.engine.docker("ps", "--quiet", "--no-trunc", *filters)

    def inspect(self, service: str) -> dict[str, Any]:
        """Return what the engine says of a service's container."""
        found: list[dict[str, Any]] = json.loads(self.engine.docker("inspect", self.identity(service)))
        return found[0]

    def kill(self, service: str) -> None:
        """End a service's process as a crash would: the engine is not told."""
        os.kill(int(self.inspect(service)["State"]["Pid"]), signal.SIGKILL)

    def forget_node(self) -> None:
        """Remove Asterisk's container with all it remembers: what comes up is a node nobody has seen."""
        self.compose("rm", "--stop", "--force", "asterisk")
        for volume in ("asterisk-database", "asterisk-prompts", "asterisk-spool"):
            self.engine.docker("volume", "rm", f"{NAME}_{volume}")

    def rows(self, sql: str) -> list[list[str]]:
        """Return what the database says, its rows as texts."""
        said = self.inside("postgres", "psql", "-h", "/run/postgresql", "-d", "ct112", "-AtF|", "-c", sql)
        return [line.split("|") for line in said.splitlines()]

    def keep_logs(self) -> Path:
        """Write down what all containers said; return the file."""
        file = self.engine.folder / "containers.log"
        try:
            file.write_text(self.compose("logs", "--no-color", "--timestamps"), "utf-8")
        except StepFailed as failure:
            file.write_text(str(failure), "utf-8")
        return file

    def faults(self) -> list[str]:
        """Return what is not as compose.yaml promises of the running containers; nothing when all is."""
        found = []
        secrets = self._secrets()
        for service in OURS:
            container = self.inspect(service)
            config, host = container["Config"], container["HostConfig"]
            wrong = {
                "runs as root": config["User"] in ("", "root", "0"),
                "may write to its root": not host["ReadonlyRootfs"],
                "has capabilities": host["CapDrop"] != ["ALL"] or bool(host["CapAdd"]),
                "has no health check": "Health" not in container["State"],
                "has a secret in its environment": any(
                    secret in line for line in config["Env"] for secret in secrets
                ),
            }
            found += [f"{service} {words}" for words, is_so in wrong.items() if is_so]
        return found

    def unhealthy(self) -> list[str]:
        """Return who does not become healthy by its own check within half a minute."""

        def sick() -> list[str]:
            return [one for one in OURS if self.inspect(one)["State"]["Health"]["Status"] != "healthy"]

        wait_until(lambda: not sick(), HEALTHY_SECONDS, 1)
        return sick()

    def _secrets(self) -> list[str]:
        text = self.inside("serve", "cat", "/etc/ct112/ct112.env")
        return re.findall(r'"(?:ari|ami)_password": "([^"]+)"', text) + re.findall(r"TOKEN='([^']+)'", text)


def accounts_in(said: str) -> dict[str, str]:
    """Return the phones' passwords that `ct112 position add` printed, by SIP user name."""
    users = re.findall(r"^SIP user name: (\S+)$", said, re.MULTILINE)
    return dict(zip(users, re.findall(r"^SIP password: (\S+)$", said, re.MULTILINE), strict=True))


def _may_lower_oom_score() -> bool:
    """Return whether this machine's root may protect a process from the kernel's last resort."""
    child = os.fork()
    if child == 0:
        try:
            Path("/proc/self/oom_score_adj").write_text("-900", "ascii")
        except OSError:
            os._exit(1)
        os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
