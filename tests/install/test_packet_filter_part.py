"""The packet filter as a part of the installation: only where it was asked for, and never with old rules."""

import hashlib
import subprocess
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from ct112.installation.machine import InstallFailure, Machine
from ct112.installation.packet_filter import LOADED, RULES, UNIT, PacketFilter
from tests.install.test_install import order

ANEW = "load the packet filter anew: what is loaded is not what is rendered"


@dataclass(frozen=True)
class Host(Machine):
    """A machine whose systemd loads the rules, unless they are wrong."""

    state: dict[str, bool] = field(default_factory=lambda: {"on": False})

    def attempt(self, *command: str, stdin: str = "", seconds: float = 1) -> subprocess.CompletedProcess[str]:
        """Answer as systemctl does."""
        code = 0
        if command[0] == "nft":
            return subprocess.CompletedProcess(command, int(self.state.get("flushed", False)), "", "")
        match command[1:]:
            case ("is-enabled", _):
                return subprocess.CompletedProcess(
                    command, 0, "enabled\n" if self.state["on"] else "disabled\n", ""
                )
            case ("enable", *_):
                self.state["on"] = True
            case ("disable", *_):
                self.state["on"] = False
                self.path(LOADED).unlink(missing_ok=True)
            case ("restart", _):
                self.state["flushed"] = False
                text = self.path(RULES).read_bytes()
                code = int(b"wrong" in text)
                self.path(LOADED).write_text(f"{hashlib.sha256(text).hexdigest()}  -\n")
            case ("-u", *_):
                return subprocess.CompletedProcess(command, 0, "line 3: syntax error\n", "")
        return subprocess.CompletedProcess(command, code, "", "")


@pytest.fixture
def host(tmp_path: Path) -> Host:
    """Give a machine with rules."""
    found = Host(tmp_path)
    for path in (RULES, LOADED):
        found.path(path).parent.mkdir(parents=True)
    found.path(RULES).write_text("rules\n")
    return found


def done(host: Host, wish: bool | None = None, *, start: bool = True) -> list[str]:
    """Do what is to be done; return it."""
    said = []
    for change in PacketFilter(host, order(packet_filter=wish, start=start)).changes():
        change.do()
        said.append(change.what)
    return said


def test_it_is_loaded_where_it_was_asked_for_and_kept_so(host: Host) -> None:
    assert done(host) == []
    assert done(host, wish=True) == ["load the packet filter, now and at every boot"]
    assert done(host, wish=True) == []
    assert done(host) == []


def test_rules_that_changed_are_loaded_anew(host: Host) -> None:
    done(host, wish=True)
    host.path(RULES).write_text("rules with the carrier's new address\n")
    assert done(host) == [ANEW]
    assert done(host) == []


def test_rules_that_somebody_flushed_are_loaded_anew(host: Host) -> None:
    done(host, wish=True)
    host.state["flushed"] = True
    assert done(host) == [ANEW]
    assert done(host) == []


def test_it_is_taken_away_when_asked(host: Host) -> None:
    assert done(host, wish=False) == []
    done(host, wish=True)
    assert done(host, wish=False) == ["take the packet filter away"]
    assert done(host) == []


def test_without_a_start_it_is_only_prepared(host: Host) -> None:
    done(host, wish=True, start=False)
    assert not host.path(LOADED).exists()
    assert done(host, start=False) == []
    assert done(host) == [ANEW]


def test_rules_that_cannot_be_loaded_end_the_installation_with_their_line(host: Host) -> None:
    host.path(RULES).write_text("wrong\n")
    with pytest.raises(InstallFailure, match=f"line 3: syntax error: nft -c -f {RULES}"):
        done(host, wish=True)


def test_its_name_is_not_of_those_that_may_do_nothing() -> None:
    assert not UNIT.startswith("ct112-")
