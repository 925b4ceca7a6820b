"""Debian's Prometheus in the lab: it scrapes ct112 and evaluates the shipped rules, as at a city's.

The package is unpacked beside the lab and never installed: that would start a server of the machine's own.
"""

import json
import os
import shutil
import subprocess
import tempfile
import time
import urllib.parse
import urllib.request
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import psutil
import yaml

from lab import processes
from lab.free_ports import free_port
from lab.places import REPOSITORY
from lab.ports import LOOPBACK
from lab.steps import StepFailed

MONITORING = REPOSITORY / "monitoring"
RULES = MONITORING / "ct112.rules.yml"
EXAMPLE = MONITORING / "prometheus.yml"
UNPACKED = REPOSITORY / ".lab" / "prometheus"
START_SECONDS = 20.0


def program(name: str) -> Path:
    """Return `prometheus` or `promtool`: the machine's own, else Debian's, unpacked once.

    Raises StepFailed when the machine is no Debian or its mirror is away.
    """
    found = shutil.which(name)
    if found:
        return Path(found)
    there = UNPACKED / "usr" / "bin" / name
    if not there.exists():
        _unpack(UNPACKED)
    return there


def _unpack(folder: Path) -> None:
    """Fetch the package with apt, which checks its signature, and unpack it; needs no root."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent, prefix="prometheus-") as name:
        if _run(["apt-get", "download", "prometheus"], name):  # no lists yet, or old ones
            _run(["apt-get", "update", "-qq"], name)
            wrong = _run(["apt-get", "download", "prometheus"], name)
            if wrong:
                raise StepFailed(f"apt-get download prometheus: {wrong}", "is the Debian mirror reachable?")
        package = next(Path(name).glob("prometheus_*.deb"))
        wrong = _run(["dpkg-deb", "-x", str(package), f"{name}/root"], name)
        if wrong:
            raise StepFailed(f"dpkg-deb -x: {wrong}", "see that the disk has room")
        if not folder.exists():  # else another test was faster
            (Path(name) / "root").rename(folder)


def _run(command: Sequence[str], folder: str) -> str:
    """Return what went wrong, empty when nothing did."""
    try:
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False, timeout=120)
    except (OSError, subprocess.TimeoutExpired) as error:
        return str(error)
    last = (done.stderr.strip() or done.stdout.strip()).splitlines()[-1:]
    return "" if done.returncode == 0 else " ".join(last) or "it failed without a word"


def promtool(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Run promtool."""
    return subprocess.run(
        [str(program("promtool")), *arguments], capture_output=True, text=True, check=False, timeout=60
    )


@dataclass(frozen=True)
class Alert:
    """What Prometheus says of an alert: `pending` until its time is over, then `firing`."""

    name: str
    state: str
    labels: Mapping[str, str]


class Prometheus:
    """A server on a free port that scrapes these targets (job → host:port) every second."""

    def __init__(self, folder: Path, targets: Mapping[str, str]) -> None:
        """Nothing is started yet; `folder` is for its data."""
        self._folder = folder
        self._targets = targets
        self._url = f"http://{LOOPBACK}:{free_port()}"
        self._process: psutil.Process | None = None

    def __enter__(self) -> Self:
        """Start it with the shipped rules, unchanged, and the shipped jobs; wait until it answers."""
        self._folder.mkdir(parents=True, exist_ok=True)
        file = self._folder / "prometheus.yml"
        file.write_text(yaml.safe_dump(self._config()), "utf-8")
        command = [str(program("prometheus")), f"--config.file={file}"]
        command += [f"--storage.tsdb.path={self._folder / 'data'}"]
        command += [f"--web.listen-address={self._url.removeprefix('http://')}"]
        pid = processes.start(command, log=self._folder / "prometheus.log", environment=dict(os.environ))
        self._process = psutil.Process(pid)
        if not processes.wait_until(self._answers, START_SECONDS):
            log = (self._folder / "prometheus.log").read_text("utf-8")
            self.__exit__()
            raise StepFailed(f"Prometheus did not start: {log[-500:]}", "read its log")
        return self

    def __exit__(self, *_: object) -> None:
        """End it."""
        if self._process is not None and self._process.is_running():
            processes.kill(self._process)

    def _config(self) -> dict[str, Any]:
        """Return the shipped example with these targets, scraped every second, and the rules' place."""
        config: dict[str, Any] = yaml.safe_load(EXAMPLE.read_text("utf-8"))
        config["global"] |= {"scrape_interval": "1s", "scrape_timeout": "1s", "evaluation_interval": "1s"}
        config["rule_files"] = [str(RULES)]
        for job in config["scrape_configs"]:
            job["static_configs"] = [{"targets": [self._targets[job["job_name"]]]}]
        return config

    def _answers(self) -> bool:
        try:
            return bool(self.query("vector(1)"))
        except OSError:
            return False

    def alerts(self) -> list[Alert]:
        """Return the alerts that are pending or firing now."""
        found = self._ask("alerts")["alerts"]
        return [Alert(one["labels"]["alertname"], one["state"], one["labels"]) for one in found]

    def active(self) -> dict[str, str]:
        """Return each alert's state that is not inactive; `firing` when any of its series is."""
        found: dict[str, str] = {}
        for alert in self.alerts():
            found[alert.name] = "firing" if "firing" in (found.get(alert.name), alert.state) else alert.state
        return found

    def query(self, expression: str) -> list[dict[str, Any]]:
        """Return an expression's value now: a list of {"metric": labels, "value": [time, text]}."""
        found: list[dict[str, Any]] = self._ask("query", query=expression)["result"]
        return found

    def samples(self, selector: str, seconds: float, step: float = 1.0) -> list[dict[str, Any]]:
        """Return the last so many seconds of some series: {"metric": labels, "values": [[time, text]…]}."""
        now = time.time()
        found: list[dict[str, Any]] = self._ask(
            "query_range", query=selector, start=str(now - seconds), end=str(now), step=str(step)
        )["result"]
        return found

    def until(self, holds: Callable[[dict[str, str]], object], within: float, what: str) -> dict[str, str]:
        """Wait until the active alerts are as wanted; fails with what they were last."""
        end = time.monotonic() + within
        while not holds(active := self.active()):
            assert time.monotonic() < end, f"not within {within:g} s: {what}; active: {active}"
            time.sleep(0.2)
        return active

    def _ask(self, what: str, **query: str) -> Any:
        url = f"{self._url}/api/v1/{what}?{urllib.parse.urlencode(query)}"
        with urllib.request.urlopen(url, timeout=5) as answer:
            return json.load(answer)["data"]
