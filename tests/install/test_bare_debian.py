"""Show 2: a bare Debian 12 under its own systemd → the wheel → `ct112 install` → an answered 112 call.

The commands are those of docs/install.md. systemd-nspawn boots it, with a network of its own; packages
come through a door in it, the phones stand in it. Skipped, loudly, where no machine can be booted inside.
"""

import re
import subprocess
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
EXAMPLES = {
    "192.0.2.10": "127.0.0.2",
    "192.0.2.20": "127.0.0.1",
    "10.20.0.0/24": "127.0.0.0/8",
    "./ct112-0": f"{WHEELS}/ct112-0",
}
DESKS = {"112.kota.example": "localhost", "192.0.2.20": "127.0.0.1"}
REHEARSAL = """
set -e
chroot /opt/ct112/asterisk-root sh -e <<'END'
mkdir -p /srv/rehearsal && cd /srv/rehearsal
for version in 1.0 2.0 3.0; do
    mkdir -p $version/DEBIAN
    printf 'Package: ct112-rehearsal\\nVersion: %s\\nArchitecture: all\\n' $version > $version/DEBIAN/control
    printf 'Maintainer: a <a@b.test>\\nDescription: to rehearse with\\n' >> $version/DEBIAN/control
done
cat > 3.0/DEBIAN/postinst <<'SCRIPT'
#!/bin/sh
mv /usr/sbin/asterisk /usr/sbin/asterisk.real
cat > /usr/sbin/asterisk <<'BROKEN'
#!/bin/sh
case "$1" in -V|-rx) exec /usr/sbin/asterisk.real "$@" ;; esac
exit 1
BROKEN
chmod 755 /usr/sbin/asterisk
SCRIPT
chmod 755 3.0/DEBIAN/postinst
for version in 1.0 2.0 3.0; do dpkg-deb --build $version $version.deb; done
dpkg -i 1.0.deb
echo 'deb [trusted=yes] file:/srv/rehearsal ./' > /etc/apt/sources.list.d/rehearsal.list
END
"""
"""A package of Asterisk's root, and newer versions of it. With 3.0 Asterisk says its version, and no more."""
OFFERED = """
set -e
cd /opt/ct112/asterisk-root/srv/rehearsal
{ cat VERSION/DEBIAN/control; echo 'Filename: ./VERSION.deb'; echo "Size: $(stat -c %s VERSION.deb)"
  echo "SHA256: $(sha256sum VERSION.deb | cut -d' ' -f1)"; } > Packages
"""
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
        page = "umask 077\n" + script("install.md", "bare-debian", EXAMPLES)  # a careful admin's shell
        bare.must("env", "PIP_NO_INDEX=1", f"PIP_FIND_LINKS={WHEELS}", "bash", "-c", page, seconds=300)
        yield bare
    finally:
        bare.remove()


@pytest.fixture(scope="module")
def password(machine: BareDebian) -> str:
    """Make a position and seat an operator; return the softphone's password."""
    said = machine.must("bash", "-c", script("install.md", "bare-debian-people"))
    return said.split("SIP password: ")[1].split()[0]


def test_all_services_run_confined(machine: BareDebian) -> None:
    assert machine.must("systemctl", "is-active", *UNITS).split() == ["active"] * len(UNITS)
    table = machine.must("systemd-analyze", "security", "--no-pager")
    exposed = {unit: float(level) for unit, level in re.findall(r"^(\S+)\.service\s+(\d+\.\d)", table, re.M)}
    assert {unit: exposed[unit] for unit in UNITS if exposed[unit] > MOST_EXPOSED} == {}


def test_the_packet_filter_is_loaded_and_comes_back_behind_debians_own(machine: BareDebian) -> None:
    rules = ("nft", "list", "table", "inet", "ct112")
    assert "127.0.0.2" in machine.must(*rules)
    machine.must("systemctl", "start", "nftables")
    machine.must("systemctl", "restart", "nftables")  # its file begins with `flush ruleset`
    assert "127.0.0.2" in machine.must(*rules)
    machine.must("systemctl", "reload", "nftables")
    assert "127.0.0.2" in machine.must(*rules)


def test_a_second_run_changes_nothing(machine: BareDebian) -> None:
    pids = machine.must("systemctl", "show", "--value", "--property=MainPID", *UNITS)
    assert machine.must("ct112", "install", "--yes") == "Nothing to do: all is as it should be.\n"
    assert machine.must("systemctl", "show", "--value", "--property=MainPID", *UNITS) == pids


def test_a_call_is_answered(machine: BareDebian, password: str) -> None:
    command = [sys.executable, "-m", "lab.heard_call"]
    phones = machine.beside(*command, cwd=REPOSITORY)
    said, trouble = phones.communicate(password + "\n", timeout=90)
    assert (phones.returncode, said, trouble) == (0, "heard\nheard\n", "")
    assert written(machine) == "answered|budi|pos-1"
    machine.must("bash", "-c", script("install.md", "bare-debian-look"))


def talk(machine: BareDebian, password: str) -> subprocess.Popen[str]:
    """Have a call answered; both hear each other, until standard input ends."""
    phones = machine.beside(sys.executable, "-m", "lab.heard_call", cwd=REPOSITORY)
    assert phones.stdin is not None
    assert phones.stdout is not None
    phones.stdin.write(password + "\n")
    phones.stdin.flush()
    assert phones.stdout.readline() == "heard\n", phones.communicate(timeout=60)[1]
    return phones


def asterisk_pid(machine: BareDebian) -> str:
    """Return the process of Asterisk."""
    return machine.must("systemctl", "show", "--value", "--property=MainPID", "asterisk").strip()


def test_asterisk_is_patched_while_a_call_is_up(machine: BareDebian, password: str) -> None:
    machine.must("bash", "-c", REHEARSAL)
    machine.must("bash", "-c", OFFERED.replace("VERSION", "2.0"))
    phones, before = talk(machine, password), asterisk_pid(machine)
    update = machine.run("ct112", "asterisk", "update", "--wait", "3")
    assert "ct112-rehearsal 1.0 → 2.0" in update.stdout, update.stderr
    assert "calls were up all the time, and Asterisk goes on as it was" in update.stderr
    assert asterisk_pid(machine) == before
    said, trouble = phones.communicate(timeout=60)
    assert (phones.returncode, said, trouble) == (0, "heard\n", "")
    assert "Asterisk was restarted." in machine.must("ct112", "asterisk", "update", "--restart")
    assert asterisk_pid(machine) != before
    inside = ["nsenter", "--target", asterisk_pid(machine), "--mount", "--"]
    assert machine.must(*inside, "dpkg-query", "-f", "${Version}", "-W", "ct112-rehearsal") == "2.0"
    assert machine.must("ct112", "asterisk", "update") == "Nothing to patch.\n"


def test_a_patch_with_which_asterisk_does_not_start_is_taken_back(machine: BareDebian, password: str) -> None:
    machine.must("bash", "-c", OFFERED.replace("VERSION", "3.0"))
    phones, before = talk(machine, password), asterisk_pid(machine)
    update = machine.run("ct112", "asterisk", "update", "--now", "--wait", "2")
    assert "calls are still up, and end now" in update.stdout, update.stderr
    assert "the patched Asterisk did not start; the one before is back and runs" in update.stderr
    assert asterisk_pid(machine) not in {before, "0"}
    phones.communicate(timeout=60)  # nobody tells a phone that its call is gone
    phones = talk(machine, password)
    said, trouble = phones.communicate(timeout=60)
    assert (phones.returncode, said, trouble) == (0, "heard\n", "")


def test_desks_reach_the_screens_over_https(machine: BareDebian) -> None:
    machine.must("bash", "-c", "set -e\n" + script("install.md", "bare-debian-screens", DESKS))
    authority = machine.root / "etc/ct112/tls/ca.crt"
    asked = (
        "import ssl, sys, urllib.request as r\n"
        "trust = ssl.create_default_context(cafile=sys.argv[1])\n"
        "print(r.urlopen('https://127.0.0.1:8112/healthz', context=trust, timeout=5).status)"
    )
    for _ in range(40):
        desk = machine.beside(sys.executable, "-c", asked, str(authority))
        said, trouble = desk.communicate(timeout=30)
        if said == "200\n":
            break
        time.sleep(0.5)
    assert said == "200\n", trouble
    assert machine.must("systemctl", "is-active", *UNITS).split() == ["active"] * len(UNITS)


def test_uninstalling_leaves_the_data(machine: BareDebian) -> None:
    said = machine.must("ct112", "uninstall", "--yes")
    assert "/var/lib/ct112: spool, prompts, key of the audit" in said
    assert machine.run("systemctl", "is-active", *UNITS).stdout.split() == ["inactive"] * len(UNITS)
    assert written(machine).startswith("answered|budi")
    assert not (machine.root / "opt/ct112/asterisk-root").exists()
    assert machine.run("nft", "list", "table", "inet", "ct112").returncode != 0


def written(machine: BareDebian) -> str:
    """Return outcome, operator and position of the call, as soon as the database has it."""
    record = "SELECT outcome, operator, position FROM call_record"
    for _ in range(40):
        row = machine.must("runuser", "-u", "postgres", "--", "psql", "-XAt", "ct112", "-c", record).strip()
        if row:
            return row
        time.sleep(0.5)
    return ""
