"""`ct112 asterisk render`: the settings and the passwords that are there stay there."""

import errno
import grp
import os
import re
from pathlib import Path

import pytest
from typer.testing import CliRunner

from ct112 import env_file, files
from ct112.cli import asterisk as cli_asterisk
from ct112.settings import load


class Machine:
    """A folder for Asterisk's files and ct112's file of settings."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.env = folder / "ct112.env"

        self.toml = folder / "asterisk.toml"

    def render(self, *more: str, node: str = "a", trunk: str = "192.0.2.1", code: int = 0) -> str:
        """Run the command for a node; return what it said."""
        words = ["render", "--node", node, "--target", str(self.folder / node), *more]
        words += ["--trunk", trunk] if trunk else []
        result = CliRunner().invoke(cli_asterisk.app, [*words, "--env-file", str(self.env)])
        assert result.exit_code == code, result.output
        return result.output

    def nodes(self) -> dict[str, dict[str, str]]:
        """Return the nodes the file names."""
        return {one["name"]: dict(one) for one in env_file.nodes(self.env.read_text(), self.env)}

    def everything(self) -> dict[Path, tuple[bytes, int]]:
        """Return every file, with its number: one that was written anew has another."""
        files = (path for path in self.folder.rglob("*") if path.is_file())
        return {path: (path.read_bytes(), path.stat().st_ino) for path in files}

    def password(self, node: str = "a") -> str:
        """Return what Asterisk was told."""
        found = re.search(r"password = (\S+)", (self.folder / node / "ari.conf").read_text("utf-8"))
        assert found
        return found[1]


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(tmp_path)


def test_ct112_is_told_how_the_node_is_reached(machine: Machine) -> None:
    said = machine.render()
    assert machine.nodes()["a"]["ari_password"] == machine.password()
    assert f"CT112_ENV_FILE={machine.env}" in said


def test_the_second_time_nothing_is_to_be_done_and_no_option_is_needed(machine: Machine) -> None:
    machine.render("--sip-address", "192.0.2.20", "--local-network", "10.0.0.0/8")
    before = machine.everything()
    assert "Nothing to change" in machine.render("--sip-address", "192.0.2.20")
    assert "Nothing to change" in machine.render(trunk="")
    assert "would not" in machine.render("--check", "--diff", trunk="")
    assert machine.everything() == before
    assert "bind = 192.0.2.20:5060" in (machine.folder / "a" / "pjsip.conf").read_text()


def test_an_option_is_written_down_beside_what_stands_there(machine: Machine) -> None:
    ours = '# ours\n[[trunk]]\nserver = "192.0.2.1"  # Telkom\n\n[node.a]\nrtp_end = 10199 # few\n'
    machine.toml.write_text(ours)
    machine.render("--sip-address", "192.0.2.20")
    assert machine.toml.read_text().startswith(ours)
    machine.render("--sip-address", "192.0.2.21", node="b")
    machine.render(trunk="")
    assert "bind = 192.0.2.20:5060" in (machine.folder / "a" / "pjsip.conf").read_text()
    assert "rtpend = 10199" in (machine.folder / "a" / "rtp.conf").read_text()
    assert "bind = 192.0.2.21:5060" in (machine.folder / "b" / "pjsip.conf").read_text()


def test_check_and_diff_write_nothing(machine: Machine) -> None:
    said = machine.render("--check", code=1)
    assert str(machine.folder / "a" / "pjsip.conf") in said
    assert "+bind = 0.0.0.0:5060" in machine.render("--diff")
    assert list(machine.folder.iterdir()) == []
    machine.render()
    before = machine.everything()
    said = machine.render("--diff", "--check", "--sip-address", "192.0.2.20", code=1)
    assert "-bind = 0.0.0.0:5060" in said
    assert "+bind = 192.0.2.20:5060" in said
    said = machine.render("--diff", "--new-passwords")
    assert "CT112_NODES (values not shown)" in said
    assert machine.password() not in said
    assert machine.everything() == before


@pytest.mark.parametrize(
    ("option", "value", "says"),
    [
        ("--trunk", "192.0.2.300", "host name"),
        ("--trunk", "192.0.2.1:99999", "no port"),
        ("--trunk", "sip.carrier.example", "addresses"),
        ("--sip-address", "eth0", "--sip-address"),
        ("--control-address", "localhost", "IPv4"),
        ("--ami-permit", "10.0.0.1/8", "10.0.0.0/8"),
        ("--local-network", "10.0.0.0/33", "--local-network"),
        ("--position-network", "lan", "--position-network"),
        ("--external-address", "a b", "--external-address"),
        ("--media", "192.0.2.0/99", "media"),
        ("--sip-address", "0.0.0.0\nx = y", "--sip-address"),
    ],
)
def test_what_is_no_address_is_refused_by_the_options_name(
    machine: Machine, option: str, value: str, says: str
) -> None:
    said = machine.render(option, value, trunk="" if option == "--trunk" else "192.0.2.1", code=1)
    assert says in said
    assert list(machine.folder.iterdir()) == [], "nothing was written"


def test_a_file_that_was_edited_stops_it_before_anything_is_written(machine: Machine) -> None:
    machine.render()
    rtp = machine.folder / "a" / "rtp.conf"
    rtp.write_text(rtp.read_text() + "rtpchecksums = no\n")
    before = machine.everything()
    said = machine.render("--sip-address", "192.0.2.20", "--new-passwords", code=1)
    assert "rtp.conf" in said
    assert "NAME_local.conf" in said
    assert machine.everything() == before
    machine.render("--overwrite")
    assert "rtpchecksums" in rtp.with_name("rtp.conf.replaced").read_text()


def test_without_a_trunk_it_says_so(machine: Machine) -> None:
    assert "--trunk ADDRESS" in machine.render(trunk="", code=1)


def test_overwrite_keeps_passwords_and_every_other_setting(machine: Machine) -> None:
    machine.render()
    before, password = machine.env.read_text(), machine.password()
    others = "# ours\nexport CT112_DATABASE_URL=postgresql://ct112:s3cret@db/ct112\n\nCT112_API_TOKEN='x y'\n"
    machine.env.write_text(others + before + "CT112_RING_SECONDS=20 # longer\n")
    machine.render("--overwrite")
    assert machine.env.read_text() == others + before + "CT112_RING_SECONDS=20 # longer\n"
    assert machine.password() == password


def test_the_control_doors_token_is_made_once(machine: Machine) -> None:
    machine.render()
    token = env_file.value(machine.env.read_text(), "CT112_CONTROL_TOKEN")
    assert token is not None
    assert len(token) >= 32
    machine.render(node="b")
    machine.render("--overwrite", "--new-passwords")
    assert env_file.value(machine.env.read_text(), "CT112_CONTROL_TOKEN") == token


def test_a_second_node_comes_beside_the_first(machine: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    machine.render()
    machine.render(node="b")
    machine.render("--overwrite")
    assert list(machine.nodes()) == ["a", "b"]
    assert machine.nodes()["b"]["ari_password"] == machine.password("b") != machine.password("a")
    monkeypatch.setenv("CT112_ENV_FILE", str(machine.env))
    assert [node.name for node in load().nodes] == ["a", "b"]


def test_new_passwords_are_made_when_asked_for(machine: Machine) -> None:
    machine.render()
    before = machine.password()
    machine.render("--overwrite", "--new-passwords")
    assert before != machine.password() == machine.nodes()["a"]["ari_password"]


def test_a_file_the_service_may_read_stays_readable_to_it(machine: Machine) -> None:
    machine.render()
    machine.env.chmod(0o644)
    machine.render("--new-passwords")
    assert machine.env.stat().st_mode & 0o777 == 0o644


def test_a_new_file_is_for_ct112s_group_where_there_is_one(
    machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    machine.render()
    assert machine.env.stat().st_mode & 0o777 == 0o600, "no group of that name: for its owner alone"
    machine.env.unlink()
    monkeypatch.setattr(env_file, "GROUP", grp.getgrgid(os.getgid()).gr_name)
    machine.render("--overwrite")
    assert machine.env.stat().st_mode & 0o777 == 0o640
    assert machine.env.stat().st_gid == os.getgid()


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("CT112_NODES='not json'\n", "not JSON"),
        ("CT112_NODES='7'\n", "no list of nodes"),
        ("\nCT112_WEB_PORT=1\nCT112_NODES='[\n", "line 3 is no NAME=value"),
    ],
)
def test_a_file_that_is_not_understood_is_left_alone(machine: Machine, text: str, says: str) -> None:
    machine.env.write_text(text)
    assert says in machine.render(code=1)
    assert machine.env.read_text() == text
    assert not (machine.folder / "a").exists()


@pytest.mark.parametrize("name", ["A", "a b", "../a", "", "x" * 40])
def test_a_name_that_is_none_is_refused(machine: Machine, name: str) -> None:
    assert "is no name of a node" in machine.render(node=name, code=1)


@pytest.mark.parametrize("target", ["/proc/nowhere", "/etc/passwd"])
def test_a_folder_that_cannot_be_leaves_nothing_behind(machine: Machine, target: str) -> None:
    settings = machine.folder / "etc" / "ct112.env"
    words = ["render", "--trunk", "192.0.2.1", "--target", target, "--env-file", str(settings)]
    result = CliRunner().invoke(cli_asterisk.app, words)
    assert result.exit_code == 1
    assert target in result.output
    assert not settings.parent.exists()


def test_a_device_is_not_replaced(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="no plain file"):
        files.replace(Path("/dev/null"), b"x")
    assert Path("/dev/null").is_char_device()


def test_a_full_disk_is_said_and_the_old_file_stays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "ari.conf"
    file.write_text("old")

    def full(_descriptor: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match=r"No space left.*ari\.conf"):
        files.replace(file, b"new")
    assert [path.name for path in tmp_path.iterdir()] == ["ari.conf"]
    assert file.read_text() == "old"


def test_the_dialplan_arms_the_switch_with_the_seconds_of_the_settings(machine: Machine) -> None:
    machine.env.write_text("CT112_DEAD_MAN_SECONDS=20\n")
    machine.render()
    dialplan = (machine.folder / "a" / "extensions.conf").read_text()
    assert "DEAD_MAN_SECONDS = 20\n" in dialplan


def test_a_fallback_folder_that_stands_there_stays(machine: Machine) -> None:
    machine.env.write_text('CT112_FALLBACK_DIRS=\'{"a": "/var/spool/asterisk/ct112-fallback"}\'\n')
    machine.render()
    machine.render("--control-address", "10.0.0.2", node="b")
    folders = env_file.table(machine.env.read_text(), machine.env, "CT112_FALLBACK_DIRS")
    assert folders == {"a": "/var/spool/asterisk/ct112-fallback"}, "and b is on another machine"
    dialplan = (machine.folder / "a" / "extensions.conf").read_text()
    assert "CT112_FALLBACK_DIR = /var/spool/asterisk/ct112-fallback\n" in dialplan


def test_the_trunks_are_told_to_ct112_in_their_order(
    machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    machine.toml.write_text(
        '[[trunk]]\nname = "b"\nserver = "192.0.2.1"\nlines = 9\nkept_for_callers = 4\n'
        '[[trunk]]\nname = "a"\nserver = "192.0.2.2"\noutgoing = false\n'
    )
    machine.render(trunk="")
    monkeypatch.setenv("CT112_ENV_FILE", str(machine.env))
    first, second = load().floor_trunks()
    assert (first.name, first.lines, first.kept) == ("trunk-b", 9, 4)
    assert (second.name, second.outgoing) == ("trunk-a", False)
    assert "change them there" in machine.render(trunk="192.0.2.9", code=1)


def test_of_trunks_alone_a_reload_is_enough_and_of_anything_else_a_restart(machine: Machine) -> None:
    assert "Restart Asterisk" in machine.render()
    with machine.toml.open("a") as file:
        file.write('[[trunk]]\nname = "second"\nserver = "192.0.2.9"\n')
    for described in (machine.toml.read_text(), machine.toml.read_text().replace("192.0.2.9", "192.0.2.8")):
        machine.toml.write_text(described)
        said = machine.render(trunk="")
        assert "module reload res_pjsip.so" in said
        assert "Restart Asterisk" not in said
    assert "Restart Asterisk" in machine.render("--sip-address", "192.0.2.77", trunk="")
