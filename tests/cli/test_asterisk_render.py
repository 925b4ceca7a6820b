"""`ct112 asterisk render`: the settings and the passwords that are there stay there."""

import json
import re
from pathlib import Path

import pytest
from typer.testing import CliRunner

from ct112 import env_file
from ct112.cli import asterisk as cli_asterisk
from ct112.settings import load


class Machine:
    """A folder for Asterisk's files and ct112's file of settings."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.env = folder / "ct112.env"

    def render(self, *more: str, node: str = "a", code: int = 0) -> str:
        """Run the command for a node; return what it said."""
        words = ["render", "--trunk", "192.0.2.1", "--node", node, "--target", str(self.folder / node)]
        result = CliRunner().invoke(cli_asterisk.app, [*words, "--env-file", str(self.env), *more])
        assert result.exit_code == code, result.output
        return result.output

    def nodes(self) -> dict[str, dict[str, str]]:
        """Return the nodes the file names."""
        return {one["name"]: dict(one) for one in env_file.nodes(self.env.read_text(), self.env)}

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
    assert "--overwrite" in machine.render(code=1)


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
    assert machine.env.stat().st_mode & 0o777 == 0o600
    machine.env.chmod(0o640)
    machine.render("--overwrite")
    assert machine.env.stat().st_mode & 0o777 == 0o640


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


def test_a_value_is_replaced_where_it_stands_and_survives_quotes(tmp_path: Path) -> None:
    text = "A=1\n\nCT112_NODES='[\n]'  # two lines\nB=2"
    changed = env_file.with_node(text, tmp_path, {"name": "a", "ari_url": "http://it's/"})
    assert changed.startswith("A=1\n\nCT112_NODES='[{")
    assert changed.endswith("}]'\nB=2")
    assert json.loads(str(env_file.value(changed, "CT112_NODES")))[0]["ari_url"] == "http://it's/"
    assert env_file.with_value("A=1", "B", "2") == "A=1\nB='2'\n"
