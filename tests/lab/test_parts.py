"""The parts of the set-up that can be tried without a lab."""

import signal
import socket
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from ct112.installation.asterisk_root import debian_mirror, version_of
from lab import processes
from lab.labfile import read, write
from lab.passwords import Passwords
from lab.ports import require_free
from lab.processes import Known, ProcessTable
from lab.steps import StepFailed

SLEEPER = [sys.executable, "-c", "import time; print('up', flush=True); time.sleep(600)"]


def test_asterisk_versions_compare_as_numbers() -> None:
    assert version_of("Asterisk 22.10.1+dfsg+~cs6.17") == (22, 10, 1)
    assert version_of("Asterisk 22.9.0") < (22, 10, 1)
    assert version_of("command not found") == ()


def test_the_mirror_comes_from_the_systems_own_sources(tmp_path: Path) -> None:
    release = tmp_path / "os-release"
    release.write_text('ID=debian\nVERSION_CODENAME="bookworm"\n', "utf-8")
    apt = tmp_path / "apt"
    (apt / "sources.list.d").mkdir(parents=True)
    (apt / "sources.list.d" / "other.list").write_text("deb https://other.test/apt tool main\n", "utf-8")
    (apt / "sources.list.d" / "debian.sources").write_text(
        "Types: deb\nURIs: http://s.test/sec\nSuites: bookworm-security\n\n"
        "Types: deb\n# a note\nURIs: http://m.test/debian\nSuites: bookworm bookworm-updates\n",
        "utf-8",
    )
    assert debian_mirror(apt, release) == "http://m.test/debian"
    release.write_text("ID=ubuntu\nVERSION_CODENAME=noble\n", "utf-8")
    assert debian_mirror(apt, release) is None


def test_the_old_one_line_sources_do_too(tmp_path: Path) -> None:
    release = tmp_path / "os-release"
    release.write_text("ID=debian\nVERSION_CODENAME=bookworm\n", "utf-8")
    (tmp_path / "sources.list").write_text("deb [arch=amd64] http://m.test/debian bookworm main\n", "utf-8")
    assert debian_mirror(tmp_path, release) == "http://m.test/debian"


def test_a_taken_port_is_named_with_its_holder_and_the_remedy() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(StepFailed, match=rf"{port}.*pid.*CT112_LAB_PORT_BASE"):
            require_free("ct112", tcp=(port,))
    require_free("ct112", tcp=(port,))


def test_a_process_is_known_by_its_start_too(tmp_path: Path) -> None:
    pid = processes.start(SLEEPER, log=tmp_path / "log")
    known = Known(pid, psutil.Process(pid).create_time())
    try:
        assert known.process() is not None
        assert Known(pid, known.created - 60).process() is None
    finally:
        assert processes.stop(psutil.Process(pid), signal.SIGTERM, 5)
    assert known.process() is None


def test_the_table_drops_what_died(tmp_path: Path) -> None:
    table = ProcessTable(tmp_path / "processes.json")
    table.add("sleeper", processes.start(SLEEPER, log=tmp_path / "log"))
    processes.kill(table.living()["sleeper"])
    assert table.living() == {}
    assert "sleeper" in table.all()


def test_a_part_that_dies_at_once_says_what_it_said(tmp_path: Path) -> None:
    table, log = ProcessTable(tmp_path / "processes.json"), tmp_path / "log"
    # it waits for the file so that it is surely written down before it ends
    script = (
        f"import pathlib, time\nwhile not pathlib.Path({str(tmp_path / 'go')!r}).exists(): time.sleep(.01)\n"
    )
    table.add(
        "part", processes.start([sys.executable, "-c", script + "raise SystemExit('no disk')"], log=log)
    )
    (tmp_path / "go").touch()
    with pytest.raises(StepFailed, match="no disk"):
        processes.wait_ready("part", table, lambda: False, 10, log)


def test_passwords_are_made_once_and_kept_private(tmp_path: Path) -> None:
    path = tmp_path / "secrets.json"
    first = Passwords(path)
    assert first["ari-a"] != first["ari-b"]
    assert Passwords(path)["ari-a"] == first["ari-a"]
    assert path.stat().st_mode & 0o077 == 0


def test_the_lab_file_is_private(tmp_path: Path) -> None:
    path = tmp_path / "lab.json"
    assert read(path) is None
    write(path, {"web": "http://127.0.0.1:1"})
    assert read(path) == {"web": "http://127.0.0.1:1"}
    assert path.stat().st_mode & 0o077 == 0


def test_a_benchmark_nobody_knows_is_refused_with_those_there_are() -> None:
    repository = Path(__file__).parents[2]
    command = [str(repository / "run"), "bench", "everything"]
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    assert result.returncode == 2
    assert "no case everything: there are core, " in result.stderr
