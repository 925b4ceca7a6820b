"""A wheel built from this tree, and an environment it is installed in: no network, no editable install."""

import hashlib
import os
import subprocess
import sys
import sysconfig
from dataclasses import dataclass
from pathlib import Path

from lab.places import REPOSITORY

SECONDS = 60


@dataclass(frozen=True)
class Environment:
    """A virtual environment that has the wheel, and the dependencies of the one the tests run in."""

    folder: Path

    def run(self, *command: str, **settings: str) -> subprocess.CompletedProcess[str]:
        """Run a program of the environment with these CT112_… settings and no others."""
        program, *arguments = command
        return subprocess.run(
            [str(self.folder / "bin" / program), *arguments],
            cwd=self.folder,
            env={"PATH": "/usr/bin:/bin", "CT112_ENV_FILE": "", **settings},
            capture_output=True,
            text=True,
            timeout=SECONDS,
            check=False,
        )


def build(folder: Path, source: Path = REPOSITORY) -> Path:
    """Build the wheel into `folder`, offline, and return it."""
    _pip("wheel", "--no-deps", "--no-build-isolation", "--no-index", "--wheel-dir", str(folder), str(source))
    return next(folder.glob("ct112-*.whl"))


def install(wheel: Path, folder: Path) -> Environment:
    """Make an environment with `wheel` in it. Dependencies are ours; our editable ct112 is not seen."""
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(folder)], check=True, timeout=SECONDS)
    ours = sysconfig.get_path("purelib")
    packages = next(folder.glob("lib/python*/site-packages"))
    (packages / "dependencies.pth").write_text(f"{ours}\n", "utf-8")  # its own .pth files do not count there
    _pip(
        "--python", str(folder / "bin" / "python"), "install", "--no-deps", "--no-index",
        "--ignore-installed", str(wheel),
    )  # fmt: skip
    return Environment(folder)


def gathered(folder: Path) -> Path:
    """Return a folder with the wheel and every wheel it needs, for machines without a package index.

    The others are gathered once and kept in `folder` until pyproject.toml names others.
    """
    needed = hashlib.sha256((REPOSITORY / "pyproject.toml").read_bytes()).hexdigest()[:12]
    kept = folder / f"wheels-{needed}"
    if not kept.exists():
        building = kept.with_name(f"{kept.name}.{os.getpid()}")
        _pip("wheel", "--no-build-isolation", "--wheel-dir", str(building), str(REPOSITORY), seconds=300)
        building.rename(kept)
    for old in kept.glob("ct112-*.whl"):
        old.unlink()
    build(kept)
    return kept


def _pip(*arguments: str, seconds: float = SECONDS) -> None:
    command = [sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check", *arguments]
    result = subprocess.run(command, capture_output=True, text=True, timeout=seconds, check=False)
    assert result.returncode == 0, result.stderr
