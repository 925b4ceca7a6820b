"""Show 2: a bare Debian 12 under its own systemd → the wheel → `ct112 install` → an answered 112 call.

The commands are those of docs/install.md. systemd-nspawn boots it, with a network of its own; packages
come through a door in it, the phones stand in it. Skipped, loudly, where no machine can be booted inside.
"""

import re
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from lab import bare_debian
from lab.bare_debian import BareDebian, CannotBoot
from lab.places import REPOSITORY
from tests.docs.blocks import script
from tests.install.wheel import gathered

pytestmark = [pytest.mark.real, pytest.mark.timeout(400)]

WHEELS = "/srv/wheels"
EXAMPLES = {"192.0.2.10": "127.0.0.2", "192.0.2.20": "127.0.0.1", "./ct112-0": f"{WHEELS}/ct112-0"}
UNITS = ("asterisk", "ct112-serve", "ct112-web", "ct112-worker")
MOST_EXPOSED = 2.0  # of systemd-analyze security: 0 is nothing, 10 is everything


@pytest.fixture(scope="module")
def wheels() -> Path:
    """Gather the wheels."""
    bare_debian.CACHE.mkdir(parents=True, exist_ok=True)
    return gathered(bare_debian.CACHE)


@pytest.fixture(scope="module")
def machine(wheels: Path) -> Iterator[BareDebian]:
    """Boot a bare Debian and follow docs/install.md on it."""
    bare = BareDebian(shared={wheels: WHEELS})
    try:
        try:
            bare.boot()
        except CannotBoot as error:
            pytest.skip(f"NOT RUN, a bare Debian cannot be booted here: {error}")
        page = script("install.md", "bare-debian", EXAMPLES)
        bare.must("env", "PIP_NO_INDEX=1", f"PIP_FIND_LINKS={WHEELS}", "bash", "-c", page, seconds=300)
        yield bare
    finally:
        bare.remove()


def test_all_services_run_confined(machine: BareDebian) -> None:
    assert machine.must("systemctl", "is-active", *UNITS).split() == ["active"] * len(UNITS)
    table = machine.must("systemd-analyze", "security", "--no-pager")
    exposed = {unit: float(level) for unit, level in re.findall(r"^(\S+)\.service\s+(\d+\.\d)", table, re.M)}
    assert {unit: exposed[unit] for unit in UNITS if exposed[unit] > MOST_EXPOSED} == {}


def test_a_second_run_changes_nothing(machine: BareDebian) -> None:
    pids = machine.must("systemctl", "show", "--value", "--property=MainPID", *UNITS)
    assert machine.must("ct112", "install", "--yes") == "Nothing to do: all is as it should be.\n"
    assert machine.must("systemctl", "show", "--value", "--property=MainPID", *UNITS) == pids


def test_a_call_is_answered(machine: BareDebian) -> None:
    said = machine.must("bash", "-c", script("install.md", "bare-debian-people"))
    password = said.split("SIP password: ")[1].split()[0]
    command = [sys.executable, "-m", "lab.heard_call"]
    phones = machine.beside(*command, cwd=REPOSITORY)
    said, trouble = phones.communicate(password + "\n", timeout=90)
    assert (phones.returncode, said, trouble) == (0, "heard\nheard\n", "")
    assert written(machine) == "answered|budi|pos-1"
    machine.must("bash", "-c", script("install.md", "bare-debian-look"))


def written(machine: BareDebian) -> str:
    """Return outcome, operator and position of the call, as soon as the database has it."""
    record = "SELECT outcome, operator, position FROM call_record"
    for _ in range(40):
        row = machine.must("runuser", "-u", "postgres", "--", "psql", "-XAt", "ct112", "-c", record).strip()
        if row:
            return row
        time.sleep(0.5)
    return ""
