"""docker/configure.py: `.env` becomes settings and files of Asterisk, secrets are kept."""

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest

from ct112 import env_file
from ct112.cli.edge import CannotDo

DOCKER = Path(__file__).parents[2] / "docker"
CITY = {"CT112_TRUNK": "192.0.2.10", "CT112_ASTERISK_SIP_ADDRESS": "192.0.2.20"}


def loaded() -> ModuleType:
    spec = importlib.util.spec_from_file_location("configure", DOCKER / "configure.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


configure = loaded()


def run(folder: Path, **more: str) -> str:
    """Run it as the container does, below `folder`."""
    environment = {**CITY, **more}
    said: str = configure.configure(environment, folder / "ct112" / "ct112.env", folder / "asterisk")
    return said


def written(folder: Path) -> dict[str, bytes]:
    return {str(path): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def test_a_second_run_changes_nothing(tmp_path: Path) -> None:
    assert run(tmp_path).startswith("changed: ")
    before = written(tmp_path)

    assert run(tmp_path) == "nothing changed"
    assert written(tmp_path) == before


def test_what_changes_in_env_changes_that_alone(tmp_path: Path) -> None:
    run(tmp_path)
    before = written(tmp_path)

    assert run(tmp_path, CT112_DRAIN_SECONDS="20") == "changed: ct112.env"
    after = written(tmp_path)
    assert {name for name in before if before[name] != after[name]} == {str(tmp_path / "ct112" / "ct112.env")}
    text = env_file.read(tmp_path / "ct112" / "ct112.env")
    assert env_file.value(text, "CT112_DRAIN_SECONDS") == "20"


def test_another_trunk_keeps_the_passwords(tmp_path: Path) -> None:
    run(tmp_path)
    manager = (tmp_path / "asterisk" / "manager.conf").read_text("utf-8")
    settings = (tmp_path / "ct112" / "ct112.env").read_text("utf-8")

    assert "192.0.2.11" not in "".join(str(one) for one in written(tmp_path).values())
    run(tmp_path, CT112_TRUNK="192.0.2.10, 192.0.2.11")
    assert "192.0.2.11" in "".join(str(one) for one in written(tmp_path).values())
    assert (tmp_path / "asterisk" / "manager.conf").read_text("utf-8") == manager
    assert (tmp_path / "ct112" / "ct112.env").read_text("utf-8") == settings


def test_the_database_of_these_containers_unless_another_is_set(tmp_path: Path) -> None:
    file = tmp_path / "ct112" / "ct112.env"
    run(tmp_path)
    assert env_file.value(env_file.read(file), "CT112_DATABASE_URL") == (
        "postgresql://ct112@/ct112?host=/run/postgresql"
    )
    configure.set_value("CT112_DATABASE_URL", "postgresql://u:secret@db/ct112", file)

    assert run(tmp_path) == "nothing changed"
    assert env_file.value(env_file.read(file), "CT112_DATABASE_URL") == "postgresql://u:secret@db/ct112"


@pytest.mark.parametrize(
    "name", ["CT112_API_TOKEN", "CT112_CONTROL_TOKEN", "CT112_DATABASE_URL", "CT112_NODES"]
)
def test_a_secret_in_env_is_refused_without_repeating_it(tmp_path: Path, name: str) -> None:
    with pytest.raises(CannotDo, match=f"{name} is a secret") as refused:
        run(tmp_path, **{name: "hunter2hunter2"})
    assert "hunter2" not in str(refused.value)
    assert written(tmp_path) == {}


@pytest.mark.parametrize(
    ("name", "value", "why"),
    [
        ("CT112_DRIAN_SECONDS", "20", "means nothing"),
        ("CT112_ASTERISK_SIP_PROT", "5060", "means nothing"),
        ("CT112_ASTERISK_ARI_PASSWORD", "x", "means nothing"),
        ("CT112_ASTERISK_SIP_PORT", "5o60", "no number"),
        ("CT112_ASTERISK_SIP_ADDRESS", "192.0.2", "sip_address"),
        ("CT112_DRAIN_SECONDS", "55", "CT112_STOP_GRACE"),
        ("CT112_DRAIN_SECONDS", "soon", "no number"),
        ("CT112_STOP_GRACE", "an hour", "60s or 2m"),
        ("CT112_STOP_GRACE", "", "60s or 2m"),
        ("CT112_TRUNK", "", "no trunk"),
    ],
)
def test_what_cannot_be_is_refused_with_the_name(tmp_path: Path, name: str, value: str, why: str) -> None:
    with pytest.raises(CannotDo, match=why):
        run(tmp_path, **{name: value})


def test_quotes_are_taken_off_and_lists_split(tmp_path: Path) -> None:
    run(tmp_path, CT112_DRAIN_SECONDS="'20'", CT112_ASTERISK_POSITION_NETWORKS='"192.0.2.0/24, 10.1.0.0/16"')

    text = env_file.read(tmp_path / "ct112" / "ct112.env")
    assert env_file.value(text, "CT112_DRAIN_SECONDS") == "20"
    rules = (tmp_path / "asterisk" / "ct112.nft").read_text("utf-8")
    assert "192.0.2.0/24" in rules
    assert "10.1.0.0/16" in rules


def test_a_setting_that_is_named_like_one_of_asterisk_s(tmp_path: Path) -> None:
    run(tmp_path, CT112_ASTERISK_TLS_CERTIFICATE="/etc/ct112/tls/asterisk.crt")

    text = env_file.read(tmp_path / "ct112" / "ct112.env")
    assert env_file.value(text, "CT112_ASTERISK_TLS_CERTIFICATE") == "/etc/ct112/tls/asterisk.crt"


def test_a_longer_drain_with_a_longer_grace(tmp_path: Path) -> None:
    run(tmp_path, CT112_DRAIN_SECONDS="300", CT112_STOP_GRACE="5m10s")

    text = env_file.read(tmp_path / "ct112" / "ct112.env")
    assert env_file.value(text, "CT112_DRAIN_SECONDS") == "300"


@pytest.mark.parametrize("value", ["", "a'b", "a\nCT112_NODES=x"])
def test_a_value_that_would_break_the_file_is_refused(tmp_path: Path, value: str) -> None:
    with pytest.raises(CannotDo, match="one line"):
        configure.set_value("CT112_API_TOKEN", value, tmp_path / "ct112.env")


def test_nodes_and_trunks_described_by_hand_are_rendered(tmp_path: Path) -> None:
    file = tmp_path / "ct112" / "ct112.env"
    configure.describe('[[trunk]]\nname = "telco"\nserver = "192.0.2.77"\n', file)

    configure.configure({"CT112_ASTERISK_SIP_ADDRESS": "192.0.2.20"}, file, tmp_path / "asterisk")
    assert "192.0.2.77" in "".join(str(one) for one in written(tmp_path / "asterisk").values())


def test_a_trunk_that_registers_has_its_password_in_a_file_of_its_own(tmp_path: Path) -> None:
    file = tmp_path / "ct112" / "ct112.env"
    trunk = 'server = "192.0.2.77"\nuser = "centre"\npassword_file = "telco.password"'
    configure.describe(f'[[trunk]]\nname = "telco"\n{trunk}\n', file)
    configure.password("telco.password", "hunter2hunter2", file)

    configure.configure({"CT112_ASTERISK_SIP_ADDRESS": "192.0.2.20"}, file, tmp_path / "asterisk")
    assert file.with_name("telco.password").stat().st_mode & 0o007 == 0
    holding = [name for name, text in written(tmp_path).items() if b"hunter2" in text]
    assert {Path(name).parent.name for name in holding} == {"asterisk", "ct112"}


@pytest.mark.parametrize("name", ["../x.password", "telco", ".password", "ct112.env", "a/b.password"])
def test_a_password_goes_nowhere_else(tmp_path: Path, name: str) -> None:
    with pytest.raises(CannotDo):
        configure.password(name, "hunter2hunter2", tmp_path / "ct112.env")
    assert written(tmp_path) == {}


def test_a_sentence_and_a_code_for_what_it_does_not_know(capsys: pytest.CaptureFixture[str]) -> None:
    assert configure.main(["unset", "CT112_API_TOKEN"]) == 1
    assert "set NAME" in capsys.readouterr().err
