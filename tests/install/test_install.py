"""`ct112 install`: what it refuses and why, what it would do, and whose changes it keeps."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from ct112.installation import checks, units
from ct112.installation.folders import FOLDERS
from ct112.installation.kept import OwnFile, OwnFiles, Record
from ct112.installation.machine import Machine, taken_ports
from ct112.installation.order import UNITS, Order
from ct112.settings import Settings

PROGRAM = Path("/opt/ct112/venv/bin/ct112")
BOOKWORM = 'ID=debian\nVERSION_ID="12"\nPRETTY_NAME="Debian GNU/Linux 12 (bookworm)"\n'


def machine(root: Path, release: str = BOOKWORM, *, systemd: bool = True) -> Machine:
    """Return a machine whose files begin at `root`."""
    (root / "etc").mkdir()
    (root / "etc" / "os-release").write_text(release)
    if systemd:
        (root / "run" / "systemd" / "system").mkdir(parents=True)
    return Machine(root)


def order(**wishes: object) -> Order:
    """Return an order that has all it needs, but for what a test changes."""
    given = {"trunk": ["192.0.2.10"]}
    return Order(**{"program": Path("/bin/true"), "given": given, "local_postgresql": True, **wishes})  # type: ignore[arg-type]


def reasons(found: Machine, wish: Order) -> str:
    """Return what stands in the way, with the remedies."""
    return " / ".join(f"{trouble.why} → {trouble.remedy}" for trouble in checks.trouble(found, wish))


def test_a_debian_with_all_it_needs_is_taken(tmp_path: Path) -> None:
    assert reasons(machine(tmp_path), order()) == ""


@pytest.mark.parametrize(
    ("release", "said"),
    [
        ('ID=ubuntu\nPRETTY_NAME="Ubuntu 24.04"\n', "this is Ubuntu 24.04, not Debian 12 or 13"),
        ('ID=debian\nVERSION_ID="11"\nPRETTY_NAME="Debian 11"\n', "this is Debian 11, not Debian 12 or 13"),
        ("", "this is no Debian, not Debian 12 or 13"),
    ],
)
def test_another_system_is_refused(tmp_path: Path, release: str, said: str) -> None:
    assert said in reasons(machine(tmp_path, release), order())


def test_a_machine_without_systemd_is_refused(tmp_path: Path) -> None:
    assert "systemd does not run this machine" in reasons(machine(tmp_path, systemd=False), order())


def test_who_is_not_root_is_told_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    assert "this is not root → sudo" in reasons(machine(tmp_path), order())


def test_a_full_disk_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Machine, "free_bytes", lambda self, path: 300 * 1024 * 1024)
    said = reasons(machine(tmp_path), order())
    assert "/opt has 300 MB free and 2048 MB are needed" in said
    assert "/var/lib has 300 MB free and 1024 MB are needed" in said


def test_what_was_not_said_is_asked_for(tmp_path: Path) -> None:
    said = reasons(machine(tmp_path), order(given={}, local_postgresql=False))
    assert "no PostgreSQL is named → --database-url-file FILE" in said
    assert "no trunk is named → --trunk ADDRESS" in said


def test_what_a_run_before_has_written_need_not_be_said_again(tmp_path: Path) -> None:
    known = machine(tmp_path)
    (tmp_path / "etc" / "ct112").mkdir()
    (tmp_path / "etc" / "ct112" / "ct112.env").write_text(
        "CT112_DATABASE_URL='postgresql://ct112@db/ct112'\n"
    )
    (tmp_path / "etc" / "ct112" / "asterisk.toml").write_text("")
    assert reasons(known, order(given={}, local_postgresql=False)) == ""


@pytest.mark.parametrize("program", ["/root/venv/bin/ct112", "/home/budi/venv/bin/ct112", "/tmp/bin/ct112"])
def test_a_place_its_services_may_not_see_is_refused(tmp_path: Path, program: str) -> None:
    said = reasons(machine(tmp_path), order(program=Path(program)))
    assert "where its services may not look → install it in /opt/ct112/venv" in said


def test_a_port_that_is_taken_is_seen() -> None:
    import socket

    with socket.create_server(("127.0.0.1", 0)) as server, socket.socket(type=socket.SOCK_DGRAM) as phone:
        phone.bind(("127.0.0.1", 0))
        tcp, udp = server.getsockname()[1], phone.getsockname()[1]
        assert taken_ports([("tcp", tcp), ("udp", udp)]) == [f"tcp {tcp}", f"udp {udp}"]
    assert taken_ports([("udp", udp)]) == []


def write(found: Machine, *wanted: OwnFile) -> list[str]:
    """Bring files up to date; return what was done."""
    done = []
    for change in OwnFiles(found, wanted).changes():
        change.do()
        done.append(change.what)
    return done


def test_a_file_is_written_renewed_and_left_alone(tmp_path: Path) -> None:
    found = machine(tmp_path)
    assert write(found, OwnFile("/etc/a.unit", "one\n")) == ["write /etc/a.unit"]
    assert write(found, OwnFile("/etc/a.unit", "one\n")) == []
    assert write(found, OwnFile("/etc/a.unit", "two\n")) == ["renew /etc/a.unit"]
    assert found.path("/etc/a.unit").read_text() == "two\n"


def test_killed_before_it_was_noted_a_file_is_ours_all_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = machine(tmp_path)
    for text in ("one\n", "two\n"):  # written, then renewed
        with monkeypatch.context() as killed:
            killed.setattr(Record, "add", killed_here)
            with pytest.raises(KeyboardInterrupt):
                write(found, OwnFile("/etc/a.unit", text))
        assert found.path("/etc/a.unit").read_text() == text
        assert write(found, OwnFile("/etc/a.unit", text)) == ["note /etc/a.unit as ours"]
        assert not Record(found).edited("/etc/a.unit")
        assert write(found, OwnFile("/etc/a.unit", text)) == []


def killed_here(*_: object) -> None:
    """Stand for the end of the process."""
    raise KeyboardInterrupt


def test_what_an_admin_changed_is_kept_and_ours_lies_beside_it(tmp_path: Path) -> None:
    found = machine(tmp_path)
    write(found, OwnFile("/etc/a.unit", "one\n"))
    found.path("/etc/a.unit").write_text("mine\n")
    (said,) = write(found, OwnFile("/etc/a.unit", "two\n"))
    assert said.startswith("keep /etc/a.unit, which was changed here")
    assert found.path("/etc/a.unit").read_text() == "mine\n"
    assert found.path("/etc/a.unit.new").read_text() == "two\n"
    assert write(found, OwnFile("/etc/a.unit", "two\n")) == []


def test_a_file_that_was_there_before_us_is_kept(tmp_path: Path) -> None:
    found = machine(tmp_path)
    found.path("/etc/a.unit").write_text("somebody's\n")
    write(found, OwnFile("/etc/a.unit", "ours\n"))
    assert found.path("/etc/a.unit").read_text() == "somebody's\n"
    assert Record(found).read() == {}


def test_a_record_that_is_damaged_makes_every_file_the_admins(tmp_path: Path) -> None:
    found = machine(tmp_path)
    write(found, OwnFile("/etc/a.unit", "one\n"))
    found.path("/etc/ct112/installed.json").write_text("{")
    assert "keep /etc/a.unit" in write(found, OwnFile("/etc/a.unit", "two\n"))[0]


def test_no_placeholder_is_left_in_a_file() -> None:
    for private in (True, False):
        for file in units.wanted(order(program=PROGRAM), private=private, drain_seconds=30):
            assert "@CT112@" not in file.text, file.path
            assert "@STOP_SECONDS@" not in file.text, file.path
            assert "@ASTERISK_ROOT@" not in file.text, file.path


def test_a_stop_outlasts_the_drain() -> None:
    drain = Settings.model_fields["drain_seconds"].default
    for seconds in (drain, 3600):
        files = units.wanted(order(program=PROGRAM), private=True, drain_seconds=seconds)
        serve = next(file.text for file in files if file.path == f"{UNITS}/ct112-serve.service")
        assert f"TimeoutStopSec={seconds + 30:.0f}\n" in serve


def test_no_folder_with_a_secret_is_open_to_all() -> None:
    open_to_list = {folder.path for folder in FOLDERS if folder.mode & 0o004}
    assert open_to_list == {"/opt/ct112"}


def test_the_command_shows_all_reasons_at_once_and_changes_nothing(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "ct112.cli", "install", "--dry-run"]
    environment = {
        "PATH": "/usr/bin:/bin",
        "CT112_ENV_FILE": "",
        "PYTHONPATH": os.environ.get("PYTHONPATH", "src"),
    }
    result = subprocess.run(command, capture_output=True, text=True, check=False, env=environment, timeout=60)
    assert result.returncode == 1
    assert "no PostgreSQL is named" in result.stderr
    assert "no trunk is named" in result.stderr
    assert result.stderr.count("remedy:") >= 2
