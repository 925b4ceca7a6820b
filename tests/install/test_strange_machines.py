"""Machines that are not as one expects: what `ct112 install` finds out, says, and mends."""

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from ct112.asterisk import rendering
from ct112.installation import checks, foreign, packages
from ct112.installation.foreign import Foreign
from ct112.installation.machine import InstallFailure, Machine
from ct112.installation.packages import Packages
from ct112.installation.readable import Readable
from tests.install.test_install import machine, order, reasons

SECRET = "hush-hush"


def venv(root: Path, mode: int = 0o077) -> Path:
    """Make something like a venv under a careful umask; return its ct112."""
    folder = root / "opt/ct112/venv"
    before = os.umask(mode)
    try:
        for name in (
            "bin/python",
            "bin/ct112",
            "lib/python3.11/site-packages/ct112/__init__.py",
            "pyvenv.cfg",
        ):
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_text("")
        (folder / "bin/ct112").chmod(0o777 & ~mode)
        (folder / "secret").write_text("")
        (folder / "lib64").symlink_to("lib")
    finally:
        os.umask(before)
    return Path("/opt/ct112/venv/bin/ct112")


def test_a_venv_that_is_roots_alone_is_opened(tmp_path: Path) -> None:
    found, program = Machine(tmp_path), venv(tmp_path)
    (tmp_path / "opt/ct112/asterisk-root").mkdir(mode=0o700)
    changes = list(Readable(found, program).changes())
    assert [change.what.split(",")[0] for change in changes] == [
        "let everybody through /opt/ct112",
        f"let the services read {tmp_path}/opt/ct112/venv",
    ]
    for change in changes:
        change.do()
    modes = {
        name: (tmp_path / "opt/ct112" / name).stat().st_mode & 0o777
        for name in (".", "venv", "venv/bin/ct112", "venv/lib/python3.11/site-packages", "venv/pyvenv.cfg")
    }
    assert modes == {
        **{".": 0o755, "venv": 0o755, "venv/bin/ct112": 0o755},
        **{"venv/lib/python3.11/site-packages": 0o755, "venv/pyvenv.cfg": 0o644},
    }
    assert (tmp_path / "opt/ct112/venv/secret").stat().st_mode & 0o777 == 0o600
    assert (tmp_path / "opt/ct112/asterisk-root").stat().st_mode & 0o777 == 0o700
    assert list(Readable(found, program).changes()) == []


def test_a_venv_as_usual_is_left_alone(tmp_path: Path) -> None:
    assert list(Readable(Machine(tmp_path), venv(tmp_path, 0o022)).changes()) == []


def test_a_folder_above_that_is_not_ours_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checks, "CLOSED_TO_SERVICES", ("/root",))
    (tmp_path / "shut").mkdir(mode=0o700)
    program = tmp_path / "shut/venv/bin/ct112"
    program.parent.mkdir(parents=True)
    program.write_text("")
    said = reasons(machine(tmp_path), order(program=program))
    assert "lets only its owner through to ct112 → chmod a+x /" in said


def test_a_python_where_services_may_not_look_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(checks, "CLOSED_TO_SERVICES", ("/root",))
    program = tmp_path / "bin/ct112"
    program.parent.mkdir()
    program.write_text("")
    (tmp_path / "bin/python").symlink_to("/root/.local/share/python/bin/python3.12")
    said = reasons(machine(tmp_path), order(program=program))
    assert "its Python lies in /root/.local/share/python/bin" in said


def test_a_name_that_does_not_resolve_is_said_with_the_line_to_add(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(socket, "gethostname", lambda: "no-such-host.invalid")
    said = reasons(machine(tmp_path), order())
    assert "this machine's own name does not resolve → add a line '127.0.1.1 NAME'" in said


@pytest.mark.parametrize("text", ["no equals sign\n", "\udcff", "CT112_NODES=[\n=\n"])
def test_an_env_file_with_odd_lines_is_named(tmp_path: Path, text: str) -> None:
    found = machine(tmp_path)
    (tmp_path / "etc/ct112").mkdir()
    (tmp_path / "etc/ct112/ct112.env").write_text(text, "utf-8", "surrogateescape")
    assert "etc/ct112/ct112.env" in reasons(found, order())


def distribution(root: Path) -> Machine:
    """Return a machine whose /etc/asterisk is the distribution's."""
    found = machine(root)
    (root / "etc/asterisk").mkdir()
    for name in ("asterisk.conf", "pjsip.conf", "sip.conf"):
        (root / "etc/asterisk" / name).write_text("theirs\n")
    return found


def test_somebody_elses_asterisk_configuration_is_put_aside(tmp_path: Path) -> None:
    found = distribution(tmp_path)
    assert "no trunk is named" in reasons(found, order(given={}))  # theirs does not count
    (change,) = Foreign(found).changes()
    assert change.what.startswith(
        "put /etc/asterisk, which is not ct112's, aside as /etc/asterisk.before-ct112-"
    )
    change.do()
    assert not (tmp_path / "etc/asterisk").exists()
    (aside,) = (tmp_path / "etc").glob("asterisk.before-ct112-*")
    assert (aside / "sip.conf").read_text() == "theirs\n"
    assert list(Foreign(found).changes()) == []


def test_what_ct112_rendered_is_not_put_aside(tmp_path: Path) -> None:
    assert foreign.RENDERED == rendering.MANIFEST
    found = distribution(tmp_path)
    (tmp_path / "etc/ct112").mkdir()
    (tmp_path / "etc/ct112/ct112.env").write_text('CT112_NODES=\'[{"name": "a"}]\'\n')  # before the record
    assert list(Foreign(found).changes()) == []
    (tmp_path / "etc/ct112/ct112.env").unlink()
    (tmp_path / "etc/asterisk" / rendering.MANIFEST).write_text("{}")
    assert list(Foreign(found).changes()) == []


@pytest.mark.parametrize(
    ("fragment", "dropin", "foreign_one"),
    [
        ("/lib/systemd/system/asterisk.service", "", True),
        ("/usr/local/lib/systemd/system/asterisk.service", "", False),
        (
            "/lib/systemd/system/asterisk.service",
            "/usr/local/lib/systemd/system/asterisk.service.d/10-ct112.conf",
            False,
        ),
    ],
)
def test_an_asterisk_that_runs_already_must_be_ours(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fragment: str, dropin: str, foreign_one: bool
) -> None:
    shown = f"ActiveState=active\nFragmentPath={fragment}\nDropInPaths={dropin}\n"
    monkeypatch.setattr(
        Machine, "attempt", lambda self, *command: subprocess.CompletedProcess(command, 0, shown, "")
    )
    said = [trouble.why for trouble in checks.trouble(machine(tmp_path), order())]
    assert said == (["an Asterisk that is too old runs here (asterisk.service)"] if foreign_one else [])


def test_a_machine_with_only_the_client_of_postgresql_gets_the_server(tmp_path: Path) -> None:
    (tmp_path / "usr/bin").mkdir(parents=True)
    (tmp_path / "usr/bin/pg_lsclusters").write_text("")
    (change,) = Packages(Machine(tmp_path), packages.POSTGRESQL).changes()
    assert change.what == "apt install postgresql"
    server = tmp_path / "usr/lib/postgresql/15/bin/postgres"
    server.parent.mkdir(parents=True)
    server.write_text("")
    assert list(Packages(Machine(tmp_path), packages.POSTGRESQL).changes()) == []


def test_packages_that_were_interrupted_are_finished(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    said = " postgresql   object-relational SQL database\n"
    monkeypatch.setattr(
        Machine, "attempt", lambda self, *command: subprocess.CompletedProcess(command, 0, said, "")
    )
    server = tmp_path / "usr/lib/postgresql/15/bin/postgres"
    server.parent.mkdir(parents=True)
    server.write_text("")
    (change,) = Packages(Machine(tmp_path), packages.POSTGRESQL).changes()
    assert change.what == "dpkg --configure -a: it was interrupted"


@pytest.mark.parametrize(
    ("trouble", "goes_on"), [("dpkg database lock was locked by another process", True), ("broken", False)]
)
def test_the_lock_of_a_killed_runs_apt_is_waited_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, trouble: str, goes_on: bool
) -> None:
    ends = iter([2, 2, 0])
    monkeypatch.setattr(packages, "LOOK_SECONDS", 0)
    monkeypatch.setattr(
        Machine,
        "attempt",
        lambda self, *command: subprocess.CompletedProcess(command, next(ends), "", trouble),
    )
    work = Packages(Machine(tmp_path), {})._configure
    if goes_on:
        work()
        assert list(ends) == []
    else:
        with pytest.raises(InstallFailure, match="dpkg --configure -a: broken"):
            work()


def test_what_we_run_makes_files_for_everybody() -> None:
    before = os.umask(0o077)
    try:
        assert Machine().run("sh", "-c", "umask").strip() == "0022"
    finally:
        os.umask(before)


def install(*options: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
    """Run `ct112 install --dry-run`."""
    command = [sys.executable, "-m", "ct112.cli", "install", "--dry-run", *options]
    environment = {
        "PATH": "/usr/bin:/bin",
        "CT112_ENV_FILE": "",
        "PYTHONPATH": os.environ.get("PYTHONPATH", "src"),
    }
    return subprocess.run(
        command, input=stdin, capture_output=True, text=True, check=False, env=environment, timeout=60
    )


@pytest.mark.parametrize(
    "url",
    [f"postgresql://ct112:{SECRET}@127.0.0.1/ct112", f"postgresql://127.0.0.1/ct112?password={SECRET}"],
)
def test_no_password_is_taken_from_the_command_line(url: str) -> None:
    result = install("--database-url", url)
    assert result.returncode == 1
    assert "--database-url-file FILE" in result.stderr
    assert SECRET not in result.stderr + result.stdout


@pytest.mark.parametrize("way", ["file", "stdin"])
def test_an_address_with_its_password_comes_from_a_file_and_is_tried(way: str, tmp_path: Path) -> None:
    url = f"postgresql://ct112:{SECRET}@127.0.0.1:1/ct112"
    (tmp_path / "address").write_text(url + "\n")
    named = str(tmp_path / "address") if way == "file" else "-"
    result = install("--database-url-file", named, stdin=url + "\n" if way == "stdin" else "")
    assert result.returncode == 1
    assert "the database at 127.0.0.1:1 does not answer" in result.stderr
    assert "no PostgreSQL is named" not in result.stderr
    assert SECRET not in result.stderr + result.stdout


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "is empty"),
        ("mysql://a:hush-hush@b/c", "has to be PostgreSQL"),
        ("not an address", "is not one"),
        ("postgresql://a:${hush-hush}@127.0.0.1/c", "cannot stand in a value"),
    ],
)
def test_an_address_that_is_none_is_refused_before_anything_is_done(text: str, said: str) -> None:
    result = install("--database-url-file", "-", stdin=text)
    assert result.returncode == 1
    assert said in result.stderr
    assert SECRET not in result.stderr
    assert "Traceback" not in result.stderr


def test_a_file_with_the_address_that_is_not_there_is_named() -> None:
    result = install("--database-url-file", "/no/such/file")
    assert "/no/such/file cannot be read (No such file or directory)" in result.stderr
