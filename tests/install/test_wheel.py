"""The wheel is complete: from an environment that has nothing else of ct112, everything is found."""

import zipfile
from pathlib import Path

import pytest

from ct112 import __version__, shipped
from frontend import build as frontend
from lab.places import REPOSITORY
from tests.install.wheel import Environment, build, install

BYTECODE = {"__pycache__"}


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the wheel once."""
    return build(tmp_path_factory.mktemp("wheel"))


@pytest.fixture(scope="module")
def environment(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Environment:
    """Install it once."""
    return install(wheel, tmp_path_factory.mktemp("installed") / "venv")


def in_tree(folder: Path) -> set[str]:
    """Return the files of a top-level folder, by their path from the top."""
    files = (path for path in folder.rglob("*") if path.is_file() and not BYTECODE & set(path.parts))
    return {str(path.relative_to(REPOSITORY)) for path in files}


def test_every_file_of_the_shipped_folders_is_in_the_wheel(wheel: Path) -> None:
    names = {name.removeprefix("ct112/_shipped/") for name in zipfile.ZipFile(wheel).namelist()}
    for folder in (REPOSITORY / name for name in shipped.FOLDERS):
        assert in_tree(folder)
        assert in_tree(folder) <= names
    assert not [name for name in names if "__pycache__" in name]


def test_every_folder_the_module_knows_is_named_to_the_build(environment: Environment) -> None:
    script = "from ct112 import shipped; [print(shipped._folder(name)) for name in shipped.FOLDERS]"
    result = environment.run("python", "-c", script)
    assert result.returncode == 0, result.stderr
    below = [Path(line).relative_to(environment.folder) for line in result.stdout.splitlines()]
    assert [path.parent.name for path in below] == ["_shipped"] * len(shipped.FOLDERS)


def test_the_screens_are_in_the_wheel_as_they_are_built(environment: Environment, wheel: Path) -> None:
    script = "from ct112 import shipped; print(shipped.screens())"
    result = environment.run("python", "-c", script)
    assert result.returncode == 0, result.stderr
    folder = Path(result.stdout.strip())
    assert folder.is_relative_to(environment.folder)
    built = {path.name: path.read_bytes() for path in frontend.DIST.rglob("*") if path.is_file()}
    assert {path.name: path.read_bytes() for path in folder.rglob("*") if path.is_file()} == built
    assert frontend.built_of() == frontend.digest()


def test_the_same_sources_give_the_same_screens(wheel: Path, tmp_path: Path) -> None:
    frontend.make(tmp_path / "again")
    again = {path.name: path.read_bytes() for path in (tmp_path / "again").rglob("*") if path.is_file()}
    built = {path.name: path.read_bytes() for path in frontend.DIST.rglob("*") if path.is_file()}
    del built[frontend.STAMP]
    assert again == built


def test_a_screen_that_loads_too_much_is_not_built(
    wheel: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(frontend, "MOST_BYTES", 100_000)
    with pytest.raises(frontend.BuildFailed, match="more than 100 kB gzipped"):
        frontend.make(tmp_path / "large")


def test_the_installed_command_says_its_version(environment: Environment) -> None:
    assert environment.run("ct112", "--version").stdout == f"ct112 {__version__}\n"


def test_the_installed_command_renders_as_the_tree_does(environment: Environment, tmp_path: Path) -> None:
    target, env_file = tmp_path / "asterisk", tmp_path / "ct112.env"
    places = ["--target", str(target), "--env-file", str(env_file)]
    result = environment.run("ct112", "asterisk", "render", "--trunk", "192.0.2.10", *places)
    assert result.returncode == 0, result.stderr
    names = {str(path.relative_to(target)) for path in target.rglob("*") if path.is_file()}
    assert {"pjsip.conf", "extensions.conf", "agi-bin/ct112-fallback", "hold/ct112-hold.wav"} <= names
    assert "CT112_NODES" in env_file.read_text("utf-8")


def test_the_installed_command_migrates_an_empty_database(environment: Environment, empty: str) -> None:
    result = environment.run("ct112", "db", "upgrade", CT112_DATABASE_URL=empty)
    assert result.returncode == 0, result.stderr
    assert environment.run("ct112", "db", "status", CT112_DATABASE_URL=empty).returncode == 0


def test_the_installed_command_makes_every_prompt(environment: Environment, tmp_path: Path) -> None:
    result = environment.run("ct112", "ivr", "simulate", CT112_STATE_DIR=str(tmp_path))
    assert (result.returncode, result.stderr) == (0, "")
    assert list((tmp_path / "prompts").glob("*.wav"))


def test_what_is_missing_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "src" / "ct112").mkdir(parents=True)
    monkeypatch.setattr("ct112.shipped.resources.files", lambda _: tmp_path / "src" / "ct112")
    with pytest.raises(shipped.NotShipped, match="migrations/"):
        shipped.migrations()
